/* src/pca/gramop.h -- products with the relationship matrix K = X X^T / M of a genotype set
 *
 * Contents: 1. products  2. loadings  3. the whole matrix
 * X is the standardised matrix of kernels/gram.h, M the number of variants. Blocks are added in
 * their order, whatever thread multiplied them.
 */
#ifndef GW_PCA_GRAMOP_H
#define GW_PCA_GRAMOP_H

#include <stdint.h>

#include "base/status.h"
#include "engine/engine.h"
#include "pca/genodata.h"

typedef struct {
    const gw_genodata_t *data;
    gw_engine_t *engine; /* one thread a job; safe to share */
    gw_engine_t *wide;   /* all threads in one job; borrowed */
    int threads;
    uint64_t done; /* blocks, for progress */
} gw_gramop_t;

/* d and engine are borrowed; threads: those of the engine. */
GW_RESULT_USED gw_status_t gw_gramop_init(gw_gramop_t *op, const gw_genodata_t *d,
                                          gw_engine_t *engine, int threads, gw_err_t *err);
void gw_gramop_release(gw_gramop_t *op);

/* 1. products: a gw_krylov_apply_fn, ctx a gw_gramop_t; single precision within a block, double
 *    across blocks; window w holds the blocks i with i % n_windows == w */
GW_RESULT_USED gw_status_t gw_gramop_apply(void *ctx, int window, int n_windows, int n_cols,
                                           const double *q, double *h, gw_err_t *err);

/* 2. loadings: calls each(ctx, first variant, n variants, rows, err) block by block in order with
 *    rows[v * k + c] = sum over samples of x(i,v) u(i,c), for the store's allele */
typedef gw_status_t (*gw_gramop_rows_fn)(void *ctx, int64_t first, int64_t n, const double *rows,
                                         gw_err_t *err);
GW_RESULT_USED gw_status_t gw_gramop_loadings(gw_gramop_t *op, int k, const double *u,
                                              gw_gramop_rows_fn each, void *ctx, gw_err_t *err);

/* 3. the whole matrix, in double: n x n, column by column, both triangles; the caller frees *k */
GW_RESULT_USED gw_status_t gw_gramop_matrix(gw_gramop_t *op, double **k, gw_err_t *err);

#endif
