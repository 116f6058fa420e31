/* src/pca/genonames.h -- place and alleles of the variants that a set keeps, for its loadings
 */
#ifndef GW_PCA_GENONAMES_H
#define GW_PCA_GENONAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "io/genoread.h"

typedef struct {
    const char *contig, *id, *counted, *other; /* as in the file */
    int64_t pos;
} gw_genoname_t;

typedef struct {
    gw_genoname_t *v;
    size_t n, cap;
    gw_arena_t text;
} gw_genonames_t;

void gw_genonames_init(gw_genonames_t *names);
GW_RESULT_USED gw_status_t gw_genonames_add(gw_genonames_t *names, const gw_genosite_t *site,
                                            gw_err_t *err);
void gw_genonames_release(gw_genonames_t *names);

#endif
