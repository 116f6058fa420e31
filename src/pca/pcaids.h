/* src/pca/pcaids.h -- family and name of every sample of a result, in its order
 */
#ifndef GW_PCA_PCAIDS_H
#define GW_PCA_PCAIDS_H

#include <stdint.h>

#include "base/status.h"
#include "pca/genodata.h"

typedef struct {
    int64_t n;
    const char **family, **sample; /* the strings are borrowed from the reader */
} gw_pcaids_t;

/* Room for n; family is "0" and sample NULL until they are set. Release on failure too. */
GW_RESULT_USED gw_status_t gw_pcaids_init(gw_pcaids_t *ids, int64_t n, gw_err_t *err);
/* The samples that d has of r. */
GW_RESULT_USED gw_status_t gw_pcaids_of_genotypes(gw_pcaids_t *ids, const gw_genodata_t *d,
                                                  const gw_genoreader_t *r, gw_err_t *err);
void gw_pcaids_release(gw_pcaids_t *ids);

#endif
