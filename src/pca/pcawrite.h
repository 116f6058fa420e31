/* src/pca/pcawrite.h -- the tables that pca writes
 *
 * Contents: 1. tables  2. loadings
 * Tab-separated; decimals have 10 significant digits (loadings of genotypes 7, their precision).
 */
#ifndef GW_PCA_PCAWRITE_H
#define GW_PCA_PCAWRITE_H

#include <stdio.h>

#include "io/matread.h"
#include "pca/emfit.h"
#include "pca/matdata.h"
#include "pca/pca.h"
#include "pca/pcaids.h"

/* 1. tables: write errors are left in the FILE */
/* #FID IID PC1 .. PCk, one line a sample in the order of the input */
void gw_pcawrite_vectors(const gw_pca_result_t *r, const gw_pcaids_t *ids, FILE *f);
/* one eigenvalue a line, without a header, as PLINK writes them */
void gw_pcawrite_values(const gw_pca_result_t *r, FILE *f);
/* component, eigenvalue, proportion and cumulative proportion of variance, residual, Tracy-Widom
 * statistic and p-value (NA unless exact) */
void gw_pcawrite_summary(const gw_pca_result_t *r, FILE *f);

/* the relationship matrix as GCTA has it: lower triangle with diagonal, 4-byte floats; the number
 * of variants of each pair (all of them, as a missing genotype counts as the mean); FID and IID.
 * r must be exact. */
void gw_pcawrite_grm(const gw_pca_result_t *r, FILE *f);
void gw_pcawrite_grm_n(const gw_pca_result_t *r, int64_t n_variants, FILE *f);
void gw_pcawrite_grm_id(const gw_pcaids_t *ids, FILE *f);

/* 2. loadings: "##" lines with what a projection needs, then a line a variant: #CHROM POS ID
 *    COUNTED OTHER FREQ SCALE PC1 .. PCk; unit-length right singular vectors, for copies of
 * COUNTED. op's data must hold names. One more pass over the data. */
GW_RESULT_USED gw_status_t gw_pcawrite_loadings(gw_gramop_t *op, const gw_pca_result_t *r, FILE *f,
                                                gw_err_t *err);
/* the same of a fitted matrix, whose loadings v are known: unit-length columns, n_variants x k */
GW_RESULT_USED gw_status_t gw_pcawrite_fitted_loadings(const gw_pca_result_t *r,
                                                       const gw_emfit_t *fit, const double *v,
                                                       FILE *f, gw_err_t *err);
/* a matrix's: #VARIABLE CENTER SCALE PC1 .. PCk; v holds unit-length columns, n_variables x k */
void gw_pcawrite_matrix_loadings(const gw_pca_result_t *r, const gw_matdata_t *d,
                                 const gw_matreader_t *names, const double *v, FILE *f);

#endif
