#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "engine/engine_gram.h"

typedef struct {
    const gw_gram_block_t *block;
    const uint8_t *index;
    double *tile;
} square_t;

static gw_status_t run_tile(void *ctx, int worker, int64_t t, gw_err_t *err)
{
    (void)worker;
    square_t *s = ctx;
    double *k = s->tile + (size_t)t * (size_t)s->block->n_samples * GW_GRAM_DLANES;
    return gw_gram_tile(s->block, s->index, t, k, err);
}

gw_status_t gw_engine_gram(int threads, const gw_gram_in_t *in, void *out, gw_err_t *err)
{
    const gw_gram_block_t *b = in->block;
    if (in->op == GW_GRAM_LEFT)
        return gw_gram_left(b, in->n_tiles, in->q, out, err);
    gw_status_t st;
    if (in->op == GW_GRAM_APPLY) {
        float *y = gw_aligned_alloc(64, (size_t)b->n_variants * (size_t)in->n_tiles,
                                    GW_GRAM_LANES * sizeof *y);
        st = y ? gw_gram_left(b, in->n_tiles, in->q, y, err)
               : gw_err_nomem(err, "multiplying genotypes");
        if (st == GW_OK)
            st = gw_gram_right(b, in->n_tiles, y, out, err);
        free(y);
        return st;
    }
    square_t s = {b, NULL, out};
    uint8_t *index = gw_malloc(gw_gram_index_bytes(b), 1);
    if (!index)
        return gw_err_nomem(err, "multiplying genotypes");
    gw_gram_index(b, index);
    s.index = index;
    int64_t n_tiles = (b->n_samples + GW_GRAM_DLANES - 1) / GW_GRAM_DLANES;
    st = gw_thread_for(threads, n_tiles, run_tile, &s, err);
    free(index);
    return st;
}
