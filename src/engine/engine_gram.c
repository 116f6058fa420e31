#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cuda/gpugram.h"
#include "engine/engine_impl.h"

/* 2. jobs: left and apply are one range of one item; square is cut into ranges of tiles. */
static gw_status_t apply(const gw_gram_in_t *in, float *out, gw_err_t *err)
{
    const gw_gram_block_t *b = in->block;
    float *y = gw_aligned_alloc(64, (size_t)b->n_variants * (size_t)in->n_tiles,
                                GW_GRAM_LANES * sizeof *y);
    gw_status_t st = y ? gw_gram_left(b, in->n_tiles, in->q, y, err)
                       : gw_err_nomem(err, "multiplying genotypes");
    if (st == GW_OK)
        st = gw_gram_right(b, in->n_tiles, y, out, err);
    free(y);
    return st;
}

typedef struct {
    const gw_engine_t *e;
    const gw_gram_in_t *in;
    void *out;
    int64_t n_tiles, step; /* square: tiles in all, and of a range */
    const uint8_t *index;  /* square */
} work_t;

static gw_status_t product(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    (void)from;
    (void)to;
    const work_t *w = ctx;
    const gw_gram_in_t *in = w->in;
    if (in->op == GW_GRAM_LEFT)
        return g ? gw_gpugram_left(g, in->block, in->n_tiles, in->q, w->out, err)
                 : gw_gram_left(in->block, in->n_tiles, in->q, w->out, err);
    return g ? gw_gpugram_apply(g, in->block, in->n_tiles, in->q, w->out, err)
             : apply(in, w->out, err);
}

static gw_status_t tiles(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    const work_t *w = ctx;
    const gw_gram_block_t *b = w->in->block;
    double *k = w->out;
    if (g)
        return gw_gpugram_square(g, b, from, to - from, k, err);
    gw_status_t st = GW_OK;
    for (int64_t t = from; t < to && st == GW_OK; t++)
        st = gw_gram_tile(b, w->index, t, k + (size_t)t * (size_t)b->n_samples * GW_GRAM_DLANES,
                          err);
    return st;
}

static gw_status_t run_tiles(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    work_t *w = ctx;
    const gw_gram_block_t *b = w->in->block;
    int64_t from = i * w->step, to = from + w->step < w->n_tiles ? from + w->step : w->n_tiles;
    int64_t cells = (to - from) * GW_GRAM_DLANES * b->n_samples * b->n_variants;
    return gw_devices_run(w->e->devices, cells, tiles, w, from, to, err);
}

/* A device's range has about RANGE bytes of sums, and each thread gets a few ranges. */
static int64_t step_of(const gw_engine_t *e, const gw_gram_block_t *b, int64_t n_tiles)
{
    enum { RANGE = 1 << 26, PER_THREAD = 4 };
    if (!e->devices)
        return 1;
    int64_t step = RANGE / (b->n_samples * GW_GRAM_DLANES * (int64_t)sizeof(double) + 1),
            most = n_tiles / (PER_THREAD * e->threads);
    step = step < most ? step : most;
    return step < 1 ? 1 : step;
}

static gw_status_t square(work_t *w, gw_err_t *err)
{
    const gw_gram_block_t *b = w->in->block;
    uint8_t *index = gw_malloc(gw_gram_index_bytes(b), 1);
    if (!index)
        return gw_err_nomem(err, "multiplying genotypes");
    gw_gram_index(b, index);
    w->index = index;
    w->n_tiles = (b->n_samples + GW_GRAM_DLANES - 1) / GW_GRAM_DLANES;
    w->step = step_of(w->e, b, w->n_tiles);
    gw_status_t st =
        gw_thread_for(w->e->threads, (w->n_tiles + w->step - 1) / w->step, run_tiles, w, err);
    free(index);
    return st;
}

gw_status_t gw_engine_gram(const gw_engine_t *e, const gw_gram_in_t *in, void *out, gw_err_t *err)
{
    work_t w = {.e = e, .in = in, .out = out};
    if (in->op == GW_GRAM_SQUARE)
        return square(&w, err);
    int64_t cells = in->block->n_samples * in->block->n_variants * in->n_tiles * GW_GRAM_LANES;
    return gw_devices_run(e->devices, cells, product, &w, 0, 1, err);
}
