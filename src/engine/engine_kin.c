#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cuda/gpukin.h"
#include "engine/engine_impl.h"

/* 2. jobs: rows of the triangle of pairs are cut into ranges of about as many pairs each */
enum { CPU_PAIRS = 1 << 10, DEVICE_PAIRS = 1 << 22, PER_THREAD = 4 };

typedef struct {
    const gw_engine_t *e;
    const gw_gram_kin_t *in;
    int32_t *sum;
    int64_t *cut, n; /* range r is rows cut[r]..cut[r + 1] */
} work_t;

static gw_status_t run_rows(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    const work_t *w = ctx;
    const gw_gram_kin_t *b = w->in;
    if (g)
        return gw_gpukin_add(g, b, from, to, w->sum, err);
    for (int64_t i = from; i < to; i++)
        for (int64_t j = i + 1; j < b->n_samples; j++) {
            int64_t x[4];
            int32_t *sum = w->sum + 4 * gw_gram_kin_pair(b->n_samples, i, j);
            gw_gram_kin(b->row + (size_t)i * b->row_bytes, b->row + (size_t)j * b->row_bytes,
                        4 * (int64_t)b->row_bytes, x);
            for (int c = 0; c < 4; c++)
                sum[c] += (int32_t)x[c];
        }
    return GW_OK;
}

static gw_status_t run_range(void *ctx, int worker, int64_t r, gw_err_t *err)
{
    (void)worker;
    work_t *w = ctx;
    int64_t from = w->cut[r], to = w->cut[r + 1], n = w->in->n_samples;
    uint64_t pairs = gw_gram_kin_pair(n, to - 1, n) - gw_gram_kin_pair(n, from, from + 1);
    int64_t cells = (int64_t)pairs * (int64_t)w->in->row_bytes * 4;
    return gw_devices_run(w->e->devices, cells, run_rows, w, from, to, err);
}

static bool cut_rows(work_t *w)
{
    int64_t n = w->in->n_samples, pairs = 0;
    int64_t most = w->e->devices ? DEVICE_PAIRS : CPU_PAIRS;
    int64_t share = n * (n - 1) / 2 / (PER_THREAD * w->e->threads) + 1;
    most = most < share ? most : share;
    w->cut = gw_malloc((size_t)n + 1, sizeof *w->cut);
    if (!w->cut)
        return false;
    w->cut[0] = 0;
    for (int64_t i = 0; i < n; i++) {
        pairs += n - 1 - i;
        if (pairs < most && i + 1 < n)
            continue;
        w->cut[++w->n] = i + 1;
        pairs = 0;
    }
    return true;
}

gw_status_t gw_engine_kinship(const gw_engine_t *e, const gw_gram_kin_t *in, int32_t *sum,
                              gw_err_t *err)
{
    work_t w = {.e = e, .in = in, .sum = sum};
    if (!cut_rows(&w))
        return gw_err_nomem(err, "relating samples");
    gw_status_t st = gw_thread_for(e->threads, w.n, run_range, &w, err);
    free(w.cut);
    return st;
}
