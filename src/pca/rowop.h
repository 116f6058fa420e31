/* src/pca/rowop.h -- products with Z' Z for a real matrix Z whose rows come block by block
 *
 * Contents: 1. the operator  2. products
 * Everything is double precision. Work is cut into fixed pieces of rows and columns, and pieces are
 * added in order, so that results do not depend on threads.
 */
#ifndef GW_PCA_ROWOP_H
#define GW_PCA_ROWOP_H

#include <stdint.h>

#include "base/status.h"

/* 1. the operator */

/* n rows from `first` on, n_cols values each; called from many threads at once, for rows of one
 * block */
typedef gw_status_t (*gw_rowop_rows_fn)(void *ctx, int64_t first, int64_t n, double *rows,
                                        gw_err_t *err);
/* called before the rows of a block are asked for, by one thread; may be NULL */
typedef gw_status_t (*gw_rowop_open_fn)(void *ctx, int64_t block, gw_err_t *err);

typedef struct {
    int64_t n_rows, n_cols, block_rows;
    void *ctx;
    gw_rowop_open_fn open;
    gw_rowop_rows_fn rows;
    double divisor;         /* products are those of Z' Z / divisor */
    const double *diagonal; /* n_cols values added to its diagonal; NULL = none */
    int threads;
} gw_rowop_t;

/* 2. products */

/* a gw_krylov_apply_fn, ctx a gw_rowop_t; window w holds the blocks i with i % n_windows == w, the
 * first of them the added diagonal */
GW_RESULT_USED gw_status_t gw_rowop_apply(void *ctx, int window, int n_windows, int n_cols,
                                          const double *q, double *h, gw_err_t *err);
/* the same over all blocks, and y = Z q: n_rows x n, column by column */
GW_RESULT_USED gw_status_t gw_rowop_both(const gw_rowop_t *op, int n, const double *q, double *y,
                                         double *h, gw_err_t *err);
/* Z' Z / divisor plus the diagonal: n_cols x n_cols, both triangles; the caller frees *k */
GW_RESULT_USED gw_status_t gw_rowop_inner(const gw_rowop_t *op, double **k, gw_err_t *err);
/* Z Z' / divisor: n_rows x n_rows, both triangles; blocks are read once for each pair */
GW_RESULT_USED gw_status_t gw_rowop_outer(const gw_rowop_t *op, double **k, gw_err_t *err);
/* y = Z q: n_rows x n, column by column */
GW_RESULT_USED gw_status_t gw_rowop_left(const gw_rowop_t *op, int n, const double *q, double *y,
                                         gw_err_t *err);
/* h = Z' y: n_cols x n, column by column */
GW_RESULT_USED gw_status_t gw_rowop_right(const gw_rowop_t *op, int n, const double *y, double *h,
                                          gw_err_t *err);

#endif
