/* src/pca/likdata.h -- genotype likelihoods kept for expectation and maximisation
 *
 * Contents: 1. the set  2. loading
 * Source:   Kim et al. 2011, doi:10.1186/1471-2105-12-231 (frequencies from likelihoods)
 *
 * A sample's genotype at a variant counts as missing when its three likelihoods are alike.
 */
#ifndef GW_PCA_LIKDATA_H
#define GW_PCA_LIKDATA_H

#include <stdint.h>

#include "base/status.h"
#include "io/genoread.h"
#include "pca/blockstore.h"
#include "pca/genodata.h"

/* 1. the set */
typedef struct {
    int64_t n_samples, n_variants;
    gw_blockstore_t *store; /* a row a variant: likelihoods of 0 and 1 copies (float) a sample */
    double *freq;           /* by variant, Hardy-Weinberg expectation-maximisation */
    gw_genonames_t names;   /* empty when not asked for */
    gw_genocounts_t count;
    size_t cap_freq;
} gw_likdata_t;

/* 2. loading: reads r to its end. Of the filters, max_missing and min_maf hold, and those on place;
 *    GW_EDATA when no variant is left, with what removed them. */
GW_RESULT_USED gw_status_t gw_likdata_load(gw_genoreader_t *r, const gw_genoload_t *opts,
                                           gw_likdata_t *d, gw_err_t *err);
void gw_likdata_release(gw_likdata_t *d);

#endif
