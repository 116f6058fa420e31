/* src/pca/krylov.h -- the largest eigenvalues of a symmetric matrix that is known by its products
 *
 * Contents: 1. the matrix  2. running
 * Source:   Musco & Musco 2015, arXiv:1504.05477 (randomized block Krylov); Li, Meisner &
 *           Albrechtsen 2023, doi:10.1101/gr.277525.122 (a first pass in growing windows);
 *           Davis & Kahan 1970, doi:10.1137/0707001 (the bound from residuals)
 *
 * A random start is improved in one pass over windows of the data, each used as soon as it is
 * complete; then every pass adds a block to a Krylov basis, the Rayleigh-Ritz pairs of the whole
 * basis are taken, and their residuals decide when to stop. All sums have a fixed order.
 */
#ifndef GW_PCA_KRYLOV_H
#define GW_PCA_KRYLOV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* 1. the matrix: h = (part `window` of n_windows of A) q for n_cols columns of n values each; the
 *    parts sum up to A; n_windows 1 asks for all of A */
typedef gw_status_t (*gw_krylov_apply_fn)(void *ctx, int window, int n_windows, int n_cols,
                                          const double *q, double *h, gw_err_t *err);

/* 2. running */
typedef struct {
    int64_t n;
    int k;         /* pairs wanted */
    int n_cols;    /* columns of a block, more than k */
    int max_cols;  /* of the basis, at least 3 * n_cols; it is condensed when full */
    int n_windows; /* of the first pass; 1 = no such pass */
    int max_passes;
    double tol;   /* stop when the bound on 1 - MEV is below it */
    double floor; /* or when every residual is below it: what the products' precision allows */
    uint64_t seed;
} gw_krylov_opts_t;

/* Columns, basis and windows for k pairs of n x n values whose products take n_blocks blocks of
 * data; max_passes, tol, floor and seed are left to the caller. */
gw_krylov_opts_t gw_krylov_plan(int64_t n, int k, int64_t n_blocks);
/* whether a basis for k pairs is smaller than the matrix */
bool gw_krylov_fits(int64_t n, int k);

typedef struct {
    double *value;    /* k, falling; the caller's memory */
    double *vector;   /* n x k, column by column; the caller's memory */
    double *residual; /* k: |A u - value u| / value; the caller's memory */
    double bound;     /* on 1 - MEV, the mean squared sine between found and true subspace */
    int n_passes;     /* over the data, the windows among them */
    bool converged;
} gw_krylov_result_t;

GW_RESULT_USED gw_status_t gw_krylov_run(const gw_krylov_opts_t *o, gw_krylov_apply_fn apply,
                                         void *ctx, gw_krylov_result_t *out, gw_err_t *err);

/* The n x l columns of a become orthonormal, l <= n. */
GW_RESULT_USED gw_status_t gw_krylov_orthonormalise(int n, int l, double *a, gw_err_t *err);

/* The mean over j of (|residual vector j| / (value[j] - next))^2, which no vector's squared sine to
 * the true subspace passes when next is the largest eigenvalue outside it; infinity without a gap
 */
double gw_krylov_bound(int k, const double *value, const double *residual, double next);

#endif
