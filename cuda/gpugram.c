#include <config.h>

#include <string.h>

#include "cuda/gpugram.h"
#include "cuda/launch.h"

enum { L = GW_GRAM_LANES, D = GW_GRAM_DLANES };

/* The block's parts */
typedef struct {
    gw_gpu_part_t geno, mean, scale;
} block_t;

static block_t declare_block(gw_gpu_t *g, const gw_gram_block_t *b)
{
    uint64_t n = (uint64_t)b->n_variants;
    return (block_t){gw_gpu_part(g, GW_GPU_INPUT, n * b->row_bytes),
                     gw_gpu_part(g, GW_GPU_INPUT, n * sizeof(double)),
                     gw_gpu_part(g, GW_GPU_INPUT, n * sizeof(double))};
}

static gw_gram_args_t fill_block(gw_gpu_t *g, const gw_gram_block_t *b, const block_t *p)
{
    size_t n = (size_t)b->n_variants;
    memcpy(gw_gpu_host(g, p->geno), b->geno, n * b->row_bytes);
    memcpy(gw_gpu_host(g, p->mean), b->mean, n * sizeof(double));
    memcpy(gw_gpu_host(g, p->scale), b->scale, n * sizeof(double));
    return (gw_gram_args_t){.n_samples = b->n_samples,
                            .n_variants = b->n_variants,
                            .row_bytes = b->row_bytes,
                            .geno = gw_gpu_device(g, p->geno),
                            .mean = gw_gpu_device(g, p->mean),
                            .scale = gw_gpu_device(g, p->scale)};
}

/* 1. left and apply */
static gw_status_t products(gw_gpu_t *g, const gw_gram_block_t *b, int n_tiles, const float *q,
                            bool apply, float *out, gw_err_t *err)
{
    uint64_t row = (uint64_t)n_tiles * L * sizeof(float);
    uint64_t left = (uint64_t)b->n_variants * row, right = (uint64_t)b->n_samples * row;
    if (b->n_variants == 0 || b->n_samples == 0 || n_tiles == 0) {
        if ((apply ? right : left) > 0)
            memset(out, 0, apply ? right : left);
        return GW_OK;
    }
    gw_gpu_start(g);
    block_t p = declare_block(g, b);
    gw_gpu_part_t pq = gw_gpu_part(g, GW_GPU_INPUT, right),
                  all = gw_gpu_part(g, GW_GPU_WORK, row),
                  y = gw_gpu_part(g, apply ? GW_GPU_WORK : GW_GPU_OUTPUT, left),
                  index = gw_gpu_part(g, GW_GPU_WORK, apply ? gw_gram_index_bytes(b) : 0),
                  h = gw_gpu_part(g, GW_GPU_OUTPUT, apply ? right : 0);
    gw_status_t st = gw_gpu_reserve(g, err);
    if (st != GW_OK)
        return st;
    gw_gram_args_t a = fill_block(g, b, &p);
    memcpy(gw_gpu_host(g, pq), q, right);
    a.n_tiles = n_tiles;
    a.q = gw_gpu_device(g, pq);
    a.all = gw_gpu_device(g, all);
    a.y = gw_gpu_device(g, y);
    a.h = gw_gpu_device(g, h);
    a.index = gw_gpu_device(g, index);
    st = gw_gpu_send(g, err);
    if (st != GW_OK)
        return st;
    gw_gram_launch_left(&a, gw_gpu_stream(g));
    if (apply) {
        gw_gram_launch_index(&a, gw_gpu_stream(g));
        gw_gram_launch_right(&a, gw_gpu_stream(g));
    }
    st = gw_gpu_receive(g, err);
    if (st == GW_OK)
        memcpy(out, gw_gpu_host(g, apply ? h : y), apply ? right : left);
    return st;
}

gw_status_t gw_gpugram_left(gw_gpu_t *g, const gw_gram_block_t *b, int n_tiles, const float *q,
                            float *y, gw_err_t *err)
{
    return products(g, b, n_tiles, q, false, y, err);
}

gw_status_t gw_gpugram_apply(gw_gpu_t *g, const gw_gram_block_t *b, int n_tiles, const float *q,
                             float *h, gw_err_t *err)
{
    return products(g, b, n_tiles, q, true, h, err);
}

/* 2. the sample-by-sample matrix: of a tile, only the rows from its first column on are read and
 *    written */
static void copy_tiles(const gw_gram_block_t *b, int64_t first, int64_t n, const double *from,
                       double *to)
{
    size_t tile = (size_t)b->n_samples * D;
    for (int64_t t = 0; t < n; t++) {
        size_t skip = (size_t)((first + t) * D) * D;
        if (skip < tile)
            memcpy(to + (size_t)t * tile + skip, from + (size_t)t * tile + skip,
                   (tile - skip) * sizeof *to);
    }
}

gw_status_t gw_gpugram_square(gw_gpu_t *g, const gw_gram_block_t *b, int64_t first, int64_t n,
                              double *k, gw_err_t *err)
{
    uint64_t bytes = (uint64_t)n * (uint64_t)b->n_samples * D * sizeof *k;
    double *at = k + (size_t)first * (size_t)b->n_samples * D;
    if (bytes == 0 || b->n_variants == 0)
        return GW_OK;
    gw_gpu_start(g);
    block_t p = declare_block(g, b);
    gw_gpu_part_t in = gw_gpu_part(g, GW_GPU_INPUT, bytes),
                  out = gw_gpu_part(g, GW_GPU_OUTPUT, bytes);
    gw_status_t st = gw_gpu_reserve(g, err);
    if (st != GW_OK)
        return st;
    gw_gram_args_t a = fill_block(g, b, &p);
    copy_tiles(b, first, n, at, gw_gpu_host(g, in));
    a.k_in = gw_gpu_device(g, in);
    a.k_out = gw_gpu_device(g, out);
    a.first_tile = first;
    a.n_square_tiles = n;
    st = gw_gpu_send(g, err);
    if (st != GW_OK)
        return st;
    gw_gram_launch_square(&a, gw_gpu_stream(g));
    st = gw_gpu_receive(g, err);
    if (st == GW_OK)
        copy_tiles(b, first, n, gw_gpu_host(g, out), at);
    return st;
}
