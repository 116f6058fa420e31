#include <config.h>

#include "base/thread.h"
#include "cuda/gputhread.h"
#include "engine/engine_impl.h"

/* 2. jobs: groups of the pack, whose templates stand together in its order. Devices get ranges of them
 *    and keep the templates. */
#define RANGE_CELLS ((int64_t)1 << 30)

typedef struct {
    const gw_engine_t *e;
    const gw_thread_in_t *in;
    int64_t n, per_range; /* groups, and of a range */
    int32_t *score;
} work_t;

static gw_status_t run_group(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    work_t *w = ctx;
    return gw_thread_score_group(w->in->pack, w->in->query, (size_t)i, w->score, err);
}

/* A device without room for the templates gets those of the range with it. */
static gw_status_t run_range(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    work_t *w = ctx;
    const gw_thread_pack_t *p = w->in->pack;
    const gw_thread_templates_t *t = gw_thread_pack_templates(p);
    const void *piece[GW_GPUTHREAD_PIECES];
    uint64_t bytes[GW_GPUTHREAD_PIECES];
    const gw_gpu_tables_t *kept = NULL;
    gw_status_t st = GW_OK;
    if (!g) {
        for (int64_t i = from; i < to && st == GW_OK; i++)
            st = run_group(w, 0, i, err);
        return st;
    }
    gw_gputhread_pieces(t, piece, bytes);
    st = gw_devices_keep(w->e->devices, g, piece, bytes, GW_GPUTHREAD_PIECES, &kept, err);
    if (st != GW_OK && st != GW_ENOMEM)
        return st;
    size_t first = gw_thread_pack_first(p, (size_t)from), end = gw_thread_pack_first(p, (size_t)to);
    return gw_gputhread_score(g, st == GW_OK ? kept : NULL, t, gw_thread_pack_order(p), w->in->query,
                              first, end - first, w->score, err);
}

static gw_status_t run_slice(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    work_t *w = ctx;
    const gw_thread_pack_t *p = w->in->pack;
    const gw_thread_templates_t *t = gw_thread_pack_templates(p);
    const int32_t *order = gw_thread_pack_order(p);
    int64_t from = i * w->per_range, to = from + w->per_range, cells = 0;
    to = to < w->n ? to : w->n;
    for (size_t k = gw_thread_pack_first(p, (size_t)from); k < gw_thread_pack_first(p, (size_t)to); k++)
        cells += (t->off[order[k] + 1] - t->off[order[k]]) * w->in->query->len;
    return gw_devices_run(w->e->devices, cells, run_range, w, from, to, err);
}

/* as many groups a range as have RANGE_CELLS on average */
static int64_t groups_of_range(const gw_thread_in_t *in, int64_t n)
{
    const gw_thread_templates_t *t = gw_thread_pack_templates(in->pack);
    int64_t cells = t->off[t->n] * in->query->len, ranges = cells / RANGE_CELLS + 1;
    return (n + ranges - 1) / ranges;
}

gw_status_t gw_engine_thread(const gw_engine_t *e, const gw_thread_in_t *in, int32_t *score,
                             gw_err_t *err)
{
    int64_t n = (int64_t)gw_thread_pack_groups(in->pack);
    work_t w = {e, in, n, groups_of_range(in, n), score};
    if (!e->devices || n == 0)
        return gw_thread_for(e->threads, n, run_group, &w, err);
    return gw_thread_for(e->threads, (n + w.per_range - 1) / w.per_range, run_slice, &w, err);
}
