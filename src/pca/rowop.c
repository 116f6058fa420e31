#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <cblas.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "pca/rowop.h"

enum { PIECE_ROWS = 64, TILE = 256 };

/* One block and what is done with it. */
typedef struct {
    const gw_rowop_t *op;
    int64_t first, n; /* rows of the block at hand */
    double *rows;
    double *other; /* outer: the second block */
    int64_t other_first, other_n;
    int n_q;
    const double *q;
    double *y;       /* n_rows x n_q for _left and _right; else the block's rows x n_q */
    int64_t y_first; /* the row that y starts with */
    int64_t y_rows;  /* length of its columns */
    double *h, *k;
} work_t;

static int64_t n_blocks(const gw_rowop_t *op)
{
    return (op->n_rows + op->block_rows - 1) / op->block_rows;
}

static int64_t pieces(int64_t n, int64_t size)
{
    return (n + size - 1) / size;
}

/* 1. steps, each over pieces */
static gw_status_t fill_piece(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    work_t *w = ctx;
    (void)worker;
    int64_t from = i * PIECE_ROWS, n = w->n - from < PIECE_ROWS ? w->n - from : PIECE_ROWS;
    return w->op->rows(w->op->ctx, w->first + from, n, w->rows + from * w->op->n_cols, err);
}

/* Rows of the block into w->rows. */
static gw_status_t fill(work_t *w, int64_t block, gw_err_t *err)
{
    const gw_rowop_t *op = w->op;
    w->first = block * op->block_rows;
    w->n = op->n_rows - w->first < op->block_rows ? op->n_rows - w->first : op->block_rows;
    gw_status_t st = op->open ? op->open(op->ctx, block, err) : GW_OK;
    if (st == GW_OK)
        st = gw_thread_for(op->threads, pieces(w->n, PIECE_ROWS), fill_piece, w, err);
    return st;
}

/* y = Z q for a piece of rows; Z is row by row, so its transpose is what BLAS sees */
static gw_status_t left_piece(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    work_t *w = ctx;
    (void)worker, (void)err;
    int64_t from = i * PIECE_ROWS, n = w->n - from < PIECE_ROWS ? w->n - from : PIECE_ROWS;
    int cols = (int)w->op->n_cols;
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)n, w->n_q, cols, 1,
                w->rows + from * cols, cols, w->q, cols, 0, w->y + w->first - w->y_first + from,
                (int)w->y_rows);
    return GW_OK;
}

/* h += Z' y for a piece of columns */
static gw_status_t right_piece(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    work_t *w = ctx;
    (void)worker, (void)err;
    int64_t from = i * TILE, cols = w->op->n_cols, n = cols - from < TILE ? cols - from : TILE;
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int)n, w->n_q, (int)w->n, 1,
                w->rows + from, (int)cols, w->y + w->first - w->y_first, (int)w->y_rows, 1,
                w->h + from, (int)cols);
    return GW_OK;
}

/* k += Z' Z for a tile of columns, on and below the diagonal */
static gw_status_t inner_tile(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    work_t *w = ctx;
    (void)worker, (void)err;
    int64_t from = i * TILE, cols = w->op->n_cols, n = cols - from < TILE ? cols - from : TILE;
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, (int)(cols - from), (int)n, (int)w->n, 1,
                w->rows + from, (int)cols, w->rows + from, (int)cols, 1, w->k + from * cols + from,
                (int)cols);
    return GW_OK;
}

/* k = Z1 Z2' for a piece of the second block's rows */
static gw_status_t outer_piece(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    work_t *w = ctx;
    (void)worker, (void)err;
    int64_t from = i * PIECE_ROWS, n = w->other_n - from;
    n = n < PIECE_ROWS ? n : PIECE_ROWS;
    int cols = (int)w->op->n_cols;
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)w->n, (int)n, cols, 1, w->rows, cols,
                w->other + from * cols, cols, 0,
                w->k + (w->other_first + from) * w->op->n_rows + w->first, (int)w->op->n_rows);
    return GW_OK;
}

static double *block_memory(const gw_rowop_t *op)
{
    return gw_aligned_alloc(64, (size_t)op->block_rows * (size_t)op->n_cols, sizeof(double));
}

/* Both triangles from the lower one, divided. */
static void mirror(double *k, int64_t n, double divisor)
{
    for (int64_t c = 0; c < n; c++)
        for (int64_t i = c; i < n; i++)
            k[c * n + i] = k[i * n + c] = k[c * n + i] / divisor;
}

/* 2. products */

/* h = Z' Z q / divisor over every n_windows-th block; y: NULL, or all of Z q */
static gw_status_t apply(const gw_rowop_t *op, int window, int n_windows, int n_q, const double *q,
                         double *y, double *h, gw_err_t *err)
{
    size_t size = (size_t)op->n_cols * (size_t)n_q;
    work_t w = {.op = op, .n_q = n_q, .q = q, .h = h};
    w.rows = block_memory(op);
    double *own = y ? NULL : gw_malloc((size_t)op->block_rows * (size_t)n_q, sizeof *own);
    gw_status_t st = w.rows && (y || own) ? GW_OK : gw_err_nomem(err, "solving for components");
    memset(h, 0, size * sizeof *h);
    w.y = y ? y : own;
    w.y_rows = op->n_rows;
    for (int64_t b = window; b < n_blocks(op) && st == GW_OK; b += n_windows) {
        st = fill(&w, b, err);
        if (!y) {
            w.y_first = w.first;
            w.y_rows = w.n;
        }
        if (st == GW_OK)
            st = gw_thread_for(op->threads, pieces(w.n, PIECE_ROWS), left_piece, &w, err);
        if (st == GW_OK)
            st = gw_thread_for(op->threads, pieces(op->n_cols, TILE), right_piece, &w, err);
        gw_progress("solving", (uint64_t)b + 1, (uint64_t)n_blocks(op), "blocks");
    }
    for (size_t i = 0; i < size; i++)
        h[i] /= op->divisor;
    if (op->diagonal && window == 0)
        for (size_t i = 0; i < size; i++)
            h[i] += op->diagonal[i % (size_t)op->n_cols] * q[i];
    free(w.rows);
    free(own);
    return st;
}

gw_status_t gw_rowop_apply(void *ctx, int window, int n_windows, int n_q, const double *q,
                           double *h, gw_err_t *err)
{
    return apply(ctx, window, n_windows, n_q, q, NULL, h, err);
}

gw_status_t gw_rowop_both(const gw_rowop_t *op, int n, const double *q, double *y, double *h,
                          gw_err_t *err)
{
    return apply(op, 0, 1, n, q, y, h, err);
}

gw_status_t gw_rowop_inner(const gw_rowop_t *op, double **k, gw_err_t *err)
{
    size_t n = (size_t)op->n_cols;
    work_t w = {.op = op, .rows = block_memory(op), .k = gw_calloc(n * n, sizeof *w.k)};
    gw_status_t st = w.rows && w.k ? GW_OK : gw_err_nomem(err, "solving for components");
    for (int64_t b = 0; b < n_blocks(op) && st == GW_OK; b++) {
        st = fill(&w, b, err);
        if (st == GW_OK)
            st = gw_thread_for(op->threads, pieces(op->n_cols, TILE), inner_tile, &w, err);
        gw_progress("relating columns", (uint64_t)b + 1, (uint64_t)n_blocks(op), "blocks");
    }
    free(w.rows);
    if (st != GW_OK) {
        free(w.k);
        return st;
    }
    mirror(w.k, op->n_cols, op->divisor);
    for (size_t i = 0; op->diagonal && i < n; i++)
        w.k[i * n + i] += op->diagonal[i];
    *k = w.k;
    return GW_OK;
}

gw_status_t gw_rowop_outer(const gw_rowop_t *op, double **k, gw_err_t *err)
{
    size_t n = (size_t)op->n_rows;
    double *first = block_memory(op), *second = block_memory(op);
    work_t w = {.op = op, .k = gw_calloc(n * n, sizeof *w.k)};
    gw_status_t st = first && second && w.k ? GW_OK : gw_err_nomem(err, "solving for components");
    for (int64_t a = 0; a < n_blocks(op) && st == GW_OK; a++) {
        w.rows = first;
        st = fill(&w, a, err);
        w.other = first;
        w.other_first = w.first;
        w.other_n = w.n;
        for (int64_t b = a; b < n_blocks(op) && st == GW_OK; b++) { /* rows b below columns a */
            if (b > a) {
                w.rows = second;
                st = fill(&w, b, err);
            }
            if (st == GW_OK)
                st =
                    gw_thread_for(op->threads, pieces(w.other_n, PIECE_ROWS), outer_piece, &w, err);
        }
        gw_progress("relating rows", (uint64_t)a + 1, (uint64_t)n_blocks(op), "blocks");
    }
    free(first);
    free(second);
    if (st != GW_OK) {
        free(w.k);
        return st;
    }
    mirror(w.k, op->n_rows, op->divisor);
    *k = w.k;
    return GW_OK;
}

gw_status_t gw_rowop_left(const gw_rowop_t *op, int n, const double *q, double *y, gw_err_t *err)
{
    work_t w = {.op = op, .rows = block_memory(op), .n_q = n, .q = q, .y = y};
    gw_status_t st = w.rows ? GW_OK : gw_err_nomem(err, "turning components");
    w.y_rows = op->n_rows;
    for (int64_t b = 0; b < n_blocks(op) && st == GW_OK; b++) {
        st = fill(&w, b, err);
        if (st == GW_OK)
            st = gw_thread_for(op->threads, pieces(w.n, PIECE_ROWS), left_piece, &w, err);
    }
    free(w.rows);
    return st;
}

gw_status_t gw_rowop_right(const gw_rowop_t *op, int n, const double *y, double *h, gw_err_t *err)
{
    work_t w = {.op = op, .rows = block_memory(op), .n_q = n, .h = h};
    gw_status_t st = w.rows ? GW_OK : gw_err_nomem(err, "turning components");
    w.y = gw_malloc((size_t)op->block_rows * (size_t)n, sizeof *w.y);
    if (!w.y)
        st = gw_err_nomem(err, "turning components");
    memset(h, 0, (size_t)op->n_cols * (size_t)n * sizeof *h);
    for (int64_t b = 0; b < n_blocks(op) && st == GW_OK; b++) {
        st = fill(&w, b, err);
        w.y_first = w.first;
        w.y_rows = w.n;
        for (int c = 0; c < n && st == GW_OK; c++)
            memcpy(w.y + c * w.n, y + c * op->n_rows + w.first, (size_t)w.n * sizeof *y);
        if (st == GW_OK)
            st = gw_thread_for(op->threads, pieces(op->n_cols, TILE), right_piece, &w, err);
    }
    free(w.rows);
    free(w.y);
    return st;
}
