#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cuda/gputhread.h"
#include "engine/engine_impl.h"

/* 2. jobs: the CPU takes groups of the pack, devices take ranges of templates. As the two are not cut
 *    alike, a library goes to devices as a whole or not at all: where a range cannot be done by a
 *    device, it is left, and the groups are computed over again. */
#define RANGE_CELLS ((int64_t)1 << 31)

typedef struct {
    const gw_engine_t *e;
    const gw_thread_in_t *in;
    const gw_thread_templates_t *t;
    int64_t *cut, n; /* range r is templates cut[r]..cut[r + 1] */
    int32_t *score;
} work_t;

static gw_status_t run_group(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    work_t *w = ctx;
    return gw_thread_score_group(w->in->pack, w->in->query, (size_t)i, w->score, err);
}

static gw_status_t run_range(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    work_t *w = ctx;
    if (!g)
        return gw_err_set(err, GW_ENODEVICE, "threading: no device is free");
    return gw_gputhread_score(g, w->t, w->in->query, (size_t)from, (size_t)(to - from), w->score,
                              err);
}

static gw_status_t run_slice(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    work_t *w = ctx;
    int64_t from = w->cut[i], to = w->cut[i + 1];
    int64_t cells = (w->t->off[to] - w->t->off[from]) * w->in->query->len;
    return gw_devices_run(w->e->devices, cells, run_range, w, from, to, err);
}

static bool cut_templates(work_t *w)
{
    int64_t n = (int64_t)w->t->n, first = 0;
    w->cut = gw_malloc((size_t)n + 1, sizeof *w->cut);
    if (!w->cut)
        return false;
    w->cut[0] = 0;
    for (int64_t i = 0; i < n; i++)
        if (i + 1 == n ||
            (w->t->off[i + 1] - w->t->off[first]) * w->in->query->len >= RANGE_CELLS)
            w->cut[++w->n] = first = i + 1;
    return true;
}

gw_status_t gw_engine_thread(const gw_engine_t *e, const gw_thread_in_t *in, int32_t *score,
                             gw_err_t *err)
{
    work_t w = {.e = e, .in = in, .t = gw_thread_pack_templates(in->pack), .score = score};
    if (e->devices && cut_templates(&w)) {
        gw_err_t why = {0};
        gw_status_t st = gw_thread_for(e->threads, w.n, run_slice, &w, &why);
        free(w.cut);
        if (st == GW_OK)
            return GW_OK;
    }
    return gw_thread_for(e->threads, (int64_t)gw_thread_pack_groups(in->pack), run_group, &w, err);
}
