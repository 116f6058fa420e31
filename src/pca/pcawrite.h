/* src/pca/pcawrite.h -- the tables that pca writes
 *
 * Contents: 1. tables  2. loadings
 * Tab-separated; decimals have 10 significant digits (loadings 7, their precision).
 */
#ifndef GW_PCA_PCAWRITE_H
#define GW_PCA_PCAWRITE_H

#include <stdio.h>

#include "io/genoread.h"
#include "pca/pca.h"

/* 1. tables: write errors are left in the FILE */
/* #FID IID PC1 .. PCk, one line a sample in the order of the input */
void gw_pcawrite_vectors(const gw_pca_result_t *r, const gw_genoreader_t *samples, FILE *f);
/* one eigenvalue a line, without a header, as PLINK writes them */
void gw_pcawrite_values(const gw_pca_result_t *r, FILE *f);
/* component, eigenvalue, proportion and cumulative proportion of variance, residual */
void gw_pcawrite_summary(const gw_pca_result_t *r, FILE *f);

/* 2. loadings: "##" lines with what a projection needs, then a line a variant: #CHROM POS ID
 *    COUNTED OTHER FREQ SCALE PC1 .. PCk; unit-length right singular vectors, for copies of
 * COUNTED. op's data must hold names. One more pass over the data. */
GW_RESULT_USED gw_status_t gw_pcawrite_loadings(gw_gramop_t *op, const gw_pca_result_t *r, FILE *f,
                                                gw_err_t *err);

#endif
