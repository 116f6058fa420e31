#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "pca/gramop.h"

enum { L = GW_GRAM_LANES, D = GW_GRAM_DLANES };

static int tiles_of(int n_cols)
{
    return (n_cols + L - 1) / L;
}

/* Columns of doubles to tiles of floats; columns past n_cols are 0. */
static float *to_tiles(int64_t n, int n_cols, const double *q, gw_err_t *err)
{
    int n_tiles = tiles_of(n_cols);
    float *t = gw_aligned_alloc(64, (size_t)n * (size_t)n_tiles * L, sizeof *t);
    if (!t) {
        (void)gw_err_nomem(err, "multiplying genotypes");
        return NULL;
    }
    for (int c = 0; c < n_tiles * L; c++)
        for (int64_t i = 0; i < n; i++)
            t[((c / L) * n + i) * L + c % L] = c < n_cols ? (float)q[c * n + i] : 0;
    return t;
}

/* 1. products */
gw_status_t gw_gramop_init(gw_gramop_t *op, const gw_genodata_t *d, gw_engine_t *engine,
                           int threads, gw_err_t *err)
{
    *op = (gw_gramop_t){.data = d, .wide = engine, .threads = threads};
    return gw_engine_beside(engine, 1, &op->engine, err);
}

void gw_gramop_release(gw_gramop_t *op)
{
    gw_engine_destroy(op->engine);
    op->engine = op->wide = NULL;
}

typedef struct {
    gw_gramop_t *op;
    int window, n_windows, n_tiles;
    bool right; /* X X^T q, or X^T q only */
    const float *q;
    int64_t next; /* block */
    double *h;    /* tiles */
    int k;        /* loadings */
    gw_gramop_rows_fn each;
    void *each_ctx;
} job_t;

typedef struct {
    int64_t block;
    float *out;
    int64_t n_rows;
} item_t;

static void item_drop(void *ctx, void *p)
{
    (void)ctx;
    item_t *it = p;
    free(it->out);
    free(it);
}

static gw_status_t job_read(void *ctx, void **item, gw_err_t *err)
{
    job_t *j = ctx;
    *item = NULL;
    if (j->next >= gw_genostore_n_blocks(j->op->data->store))
        return GW_OK;
    item_t *it = gw_calloc(1, sizeof *it);
    if (!it)
        return gw_err_nomem(err, "multiplying genotypes");
    it->block = j->next;
    j->next += j->n_windows;
    *item = it;
    return GW_OK;
}

static gw_status_t job_work(void *ctx, int worker, void *p, gw_err_t *err)
{
    job_t *j = ctx;
    item_t *it = p;
    (void)worker;
    const gw_genodata_t *d = j->op->data;
    size_t block_rows = (size_t)gw_genostore_block_rows(d->store);
    uint8_t *buffer = gw_malloc(block_rows, gw_genostore_row_bytes(d->store));
    it->out = gw_aligned_alloc(64, j->right ? (size_t)d->n_samples : block_rows,
                               (size_t)j->n_tiles * L * sizeof(float));
    gw_gram_block_t b;
    gw_gram_in_t in = {j->right ? GW_GRAM_APPLY : GW_GRAM_LEFT, &b, j->n_tiles, j->q};
    gw_status_t st = buffer && it->out ? gw_genodata_block(d, it->block, buffer, &b, err)
                                       : gw_err_nomem(err, "multiplying genotypes");
    if (st == GW_OK) {
        it->n_rows = b.n_variants;
        st = gw_engine_run(j->op->engine, GW_JOB_GRAM, &in, it->out, err);
    }
    free(buffer);
    return st;
}

static gw_status_t rows_out(job_t *j, const item_t *it, gw_err_t *err)
{
    int k = j->k;
    double *rows = gw_malloc((size_t)it->n_rows * (size_t)k, sizeof *rows);
    if (!rows)
        return gw_err_nomem(err, "writing loadings");
    for (int64_t v = 0; v < it->n_rows; v++)
        for (int c = 0; c < k; c++)
            rows[v * k + c] = (double)it->out[((c / L) * it->n_rows + v) * L + c % L];
    gw_status_t st = j->each(j->each_ctx, it->block * gw_genostore_block_rows(j->op->data->store),
                             it->n_rows, rows, err);
    free(rows);
    return st;
}

static gw_status_t job_write(void *ctx, void *p, gw_err_t *err)
{
    job_t *j = ctx;
    item_t *it = p;
    gw_status_t st = GW_OK;
    if (j->right) {
        size_t n = (size_t)j->op->data->n_samples * (size_t)j->n_tiles * L;
        for (size_t i = 0; i < n; i++)
            j->h[i] += (double)it->out[i];
    } else {
        st = rows_out(j, it, err);
    }
    gw_progress("solving", ++j->op->done, 0, "blocks");
    item_drop(NULL, it);
    return st;
}

static const gw_pipeline_ops_t job_ops = {job_read, job_work, job_write, item_drop};

gw_status_t gw_gramop_apply(void *ctx, int window, int n_windows, int n_cols, const double *q,
                            double *h, gw_err_t *err)
{
    gw_gramop_t *op = ctx;
    int64_t n = op->data->n_samples;
    job_t j = {.op = op,
               .window = window,
               .n_windows = n_windows,
               .n_tiles = tiles_of(n_cols),
               .right = true,
               .next = window};
    float *tiles = to_tiles(n, n_cols, q, err);
    if (!tiles)
        return GW_ENOMEM;
    j.q = tiles;
    j.h = gw_calloc((size_t)n * (size_t)j.n_tiles * L, sizeof *j.h);
    gw_status_t st = j.h ? gw_pipeline_run(op->threads, 0, &job_ops, &j, err)
                         : gw_err_nomem(err, "multiplying genotypes");
    double m = (double)op->data->n_variants;
    for (int c = 0; st == GW_OK && c < n_cols; c++)
        for (int64_t i = 0; i < n; i++)
            h[c * n + i] = j.h[((c / L) * n + i) * L + c % L] / m;
    free(tiles);
    free(j.h);
    return st;
}

/* 2. loadings */
gw_status_t gw_gramop_loadings(gw_gramop_t *op, int k, const double *u, gw_gramop_rows_fn each,
                               void *ctx, gw_err_t *err)
{
    job_t j = {
        .op = op, .n_windows = 1, .n_tiles = tiles_of(k), .k = k, .each = each, .each_ctx = ctx};
    float *tiles = to_tiles(op->data->n_samples, k, u, err);
    if (!tiles)
        return GW_ENOMEM;
    j.q = tiles;
    gw_status_t st = gw_pipeline_run(op->threads, 0, &job_ops, &j, err);
    free(tiles);
    return st;
}

/* 3. the whole matrix */
static gw_status_t add_blocks(gw_gramop_t *op, double *tile, gw_err_t *err)
{
    const gw_genodata_t *d = op->data;
    int64_t n_blocks = gw_genostore_n_blocks(d->store);
    uint8_t *buffer =
        gw_malloc((size_t)gw_genostore_block_rows(d->store), gw_genostore_row_bytes(d->store));
    gw_status_t st = buffer ? GW_OK : gw_err_nomem(err, "multiplying genotypes");
    for (int64_t i = 0; i < n_blocks && st == GW_OK; i++) {
        gw_gram_block_t b;
        gw_gram_in_t in = {.op = GW_GRAM_SQUARE, .block = &b};
        st = gw_genodata_block(d, i, buffer, &b, err);
        if (st == GW_OK)
            st = gw_engine_run(op->wide, GW_JOB_GRAM, &in, tile, err);
        gw_progress("relating samples", (uint64_t)i + 1, (uint64_t)n_blocks, "blocks");
    }
    free(buffer);
    return st;
}

gw_status_t gw_gramop_matrix(gw_gramop_t *op, double **k, gw_err_t *err)
{
    int64_t n = op->data->n_samples, n_tiles = (n + D - 1) / D;
    double m = (double)op->data->n_variants;
    double *tile = gw_aligned_alloc(64, (size_t)n_tiles * (size_t)n * D, sizeof *tile);
    *k = NULL;
    if (!tile)
        return gw_err_nomem(err, "relating samples");
    memset(tile, 0, (size_t)n_tiles * (size_t)n * D * sizeof *tile);
    gw_status_t st = add_blocks(op, tile, err);
    if (st == GW_OK && !(*k = gw_malloc((size_t)n * (size_t)n, sizeof **k)))
        st = gw_err_nomem(err, "relating samples");
    for (int64_t c = 0; st == GW_OK && c < n; c++)
        for (int64_t i = c; i < n; i++)
            (*k)[c * n + i] = (*k)[i * n + c] = tile[((c / D) * n + i) * D + c % D] / m;
    free(tile);
    gw_progress_end();
    return st;
}
