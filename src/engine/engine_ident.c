#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cuda/gpuident.h"
#include "engine/engine_impl.h"

/* 2. jobs: slices by pairs and cells, larger ones for devices */
static const struct {
    int64_t pairs, cells;
} limits[2] = {{64, (int64_t)1 << 25}, {65536, (int64_t)1 << 32}};

typedef struct {
    const gw_engine_t *e;
    const gw_ident_in_t *in;
    gw_ident_answer_t *out;
    int64_t *cut, n; /* slice s is pairs cut[s]..cut[s + 1] */
    size_t cap;
} work_t;

static int64_t cells_of(const gw_ident_batch_t *b, int64_t i)
{
    int64_t q = b->pairs.q_len[i], t = b->pairs.t_len[i];
    int64_t width = (int64_t)b->band[i].high - b->band[i].low + 1;
    bool all = width < 1 || width > q || (b->ask[i] & ~GW_IDENT_TURNED) == GW_IDENT_STRAYS;
    return t * (all ? q : width);
}

static bool cut_pairs(work_t *w)
{
    const gw_ident_batch_t *b = w->in->batch;
    bool large = w->e->devices != NULL;
    int64_t cells = 0, first = 0, n = (int64_t)b->pairs.n;
    if (!GW_GROW(w->cut, w->cap, (size_t)(n / limits[large].pairs + 2)))
        return false;
    w->cut[0] = 0;
    for (int64_t i = 0; i < n; i++) {
        cells += cells_of(b, i);
        if (i + 1 < n && cells < limits[large].cells && i + 1 - first < limits[large].pairs)
            continue;
        if (!GW_GROW(w->cut, w->cap, (size_t)w->n + 2))
            return false;
        w->cut[++w->n] = first = i + 1;
        cells = 0;
    }
    return true;
}

static gw_status_t run_range(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    const work_t *w = ctx;
    const gw_ident_batch_t *b = w->in->batch;
    gw_ident_batch_t part = {{(size_t)(to - from), b->pairs.query, b->pairs.target,
                              b->pairs.q_off + from, b->pairs.t_off + from,
                              b->pairs.q_len + from, b->pairs.t_len + from},
                             b->band + from,
                             b->ask + from,
                             b->least ? b->least + from : NULL};
    return g ? gw_gpuident_run(g, &part, w->in->params, w->out + from, err)
             : gw_ident_batch(&part, w->in->params, w->out + from, err);
}

static gw_status_t run_slice(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    work_t *w = ctx;
    int64_t cells = 0;
    for (int64_t k = w->cut[i]; k < w->cut[i + 1] && w->e->devices; k++)
        cells += cells_of(w->in->batch, k);
    return gw_devices_run(w->e->devices, cells, run_range, w, w->cut[i], w->cut[i + 1], err);
}

gw_status_t gw_engine_ident(const gw_engine_t *e, const gw_ident_in_t *in, gw_ident_answer_t *out,
                            gw_err_t *err)
{
    if (in->batch->pairs.n == 0)
        return GW_OK;
    work_t w = {.e = e, .in = in, .out = out};
    gw_status_t st = cut_pairs(&w) ? GW_OK : gw_err_nomem(err, "comparing sequences");
    if (st == GW_OK)
        st = gw_thread_for(w.n < e->threads ? (int)w.n : e->threads, w.n, run_slice, &w, err);
    free(w.cut);
    return st;
}
