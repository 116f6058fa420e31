/* src/pca/emfit.h -- genotypes expected under a low-rank model, from likelihoods or from calls that
 *                    are often missing
 *
 * Contents: 1. the model  2. fitting  3. the fitted matrix
 * Source:   Meisner & Albrechtsen 2018, doi:10.1534/genetics.118.301336 (individual frequencies
 *           from components, likelihoods); Meisner, Liu, Huang & Albrechtsen 2021,
 *           doi:10.1093/bioinformatics/btab027 (the same for missing calls)
 *
 * A sample's expected number p of copies at a variant is the variant's mean plus the model's k
 * components. From likelihoods, the genotype's expectation uses two alleles of frequency p / 2 as
 * prior; of a call it is the call, and p (within 0 and 2) where it is missing. Expectations and the
 * k largest components of the centred matrix of expectations take turns: each pass over the data
 * does one of both (one step of subspace iteration), until predictions no longer move.
 */
#ifndef GW_PCA_EMFIT_H
#define GW_PCA_EMFIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "pca/genodata.h"
#include "pca/likdata.h"
#include "pca/rowop.h"

/* 1. the model */
typedef struct {
    const gw_likdata_t *lik;    /* one of these; borrowed */
    const gw_genodata_t *calls; /* its codes count the store's allele */
    int64_t n_samples, n_variants;
    int k;
    double *u;        /* n_samples x k, column by column, orthonormal */
    double *w;        /* n_variants x k: a variant's weights */
    double *mean;     /* n_variants: of expectations, under the model */
    double *before;   /* n_variants: mean to predict with; see 2. */
    const void *rows; /* of the open block */
    void *buffer;
    double change; /* root mean square of what the last round changed predicted frequencies by */
    int n_rounds;
    bool converged;
    /* of the fitted matrix: */
    double *scale;    /* n_variants: 1 / sqrt(2 f (1 - f)), f = mean / 2 */
    double *diagonal; /* n_samples, likelihoods only: variance of genotypes about expectations */
    double total;     /* the trace of K */
} gw_emfit_t;

/* 2. fitting: until the change is below tol or max_rounds are over */
typedef struct {
    int k, max_rounds, threads;
    double tol;
    uint64_t seed;
} gw_emfit_opts_t;
/* lik or calls, the other NULL. GW_EDATA when there are too few samples or variants. */
GW_RESULT_USED gw_status_t gw_emfit_run(const gw_likdata_t *lik, const gw_genodata_t *calls,
                                        const gw_emfit_opts_t *o, gw_emfit_t *fit, gw_err_t *err);
void gw_emfit_release(gw_emfit_t *fit);

/* 3. the fitted matrix Z: variants x samples, expectations centred and scaled; K = Z' Z / M plus
 * the diagonal. fit is borrowed; one product at a time. */
gw_rowop_t gw_emfit_op(gw_emfit_t *fit, int threads);

#endif
