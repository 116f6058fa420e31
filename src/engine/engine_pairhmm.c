#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cuda/gpupairhmm.h"
#include "engine/engine_impl.h"
#include "kernels/pairhmm_variants.h"

/* 2. jobs: slices of groups, as engine_extend.c's */
#define SLICE_CELLS  ((int64_t)1 << 28)
#define DEVICE_CELLS ((int64_t)1 << 32)

typedef struct {
    const gw_engine_t *e;
    const gw_pairhmm_batch_t *b;
    double *out;
    int64_t n;
    int64_t *cut;    /* slice s is groups cut[s]..cut[s + 1] */
    int64_t *result; /* where a group's results start */
} slices_t;

static int64_t cells_of(const gw_pairhmm_batch_t *b, int64_t g)
{
    return (b->read_off[b->read_group[g + 1]] - b->read_off[b->read_group[g]]) *
           (b->hap_off[b->hap_group[g + 1]] - b->hap_off[b->hap_group[g]]);
}

static bool cut_groups(slices_t *s)
{
    const gw_pairhmm_batch_t *b = s->b;
    int64_t cells = 0, n = (int64_t)b->n_groups, most = s->e->devices ? DEVICE_CELLS : SLICE_CELLS;
    s->result = gw_malloc((size_t)n + 1, sizeof *s->result);
    s->cut = gw_malloc((size_t)n + 1, sizeof *s->cut);
    if (!s->result || !s->cut)
        return false;
    s->cut[0] = s->result[0] = 0;
    for (int64_t g = 0; g < n; g++) {
        s->result[g + 1] = s->result[g] + (b->read_group[g + 1] - b->read_group[g]) *
                                              (b->hap_group[g + 1] - b->hap_group[g]);
        cells += cells_of(b, g);
        if (g + 1 < n && cells < most)
            continue;
        s->cut[++s->n] = g + 1;
        cells = 0;
    }
    return true;
}

static gw_status_t run_range(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    slices_t *s = ctx;
    gw_pairhmm_batch_t b = *s->b;
    double *out = s->out + s->result[from];
    b.n_groups = (size_t)(to - from);
    b.read_group += from;
    b.hap_group += from;
    if (!g)
        return gw_pairhmm_log10(&b, out, err);
    gw_status_t st = gw_pairhmm_check(&b, err);
    return st == GW_OK ? gw_gpupairhmm_log10(g, &b, out, err) : st;
}

static gw_status_t run_slice(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    slices_t *s = ctx;
    int64_t from = s->cut[i], to = s->cut[i + 1], cells = 0;
    for (int64_t g = from; g < to && s->e->devices; g++)
        cells += cells_of(s->b, g);
    return gw_devices_run(s->e->devices, cells, run_range, s, from, to, err);
}

gw_status_t gw_engine_pairhmm(const gw_engine_t *e, const gw_pairhmm_batch_t *b, double *out,
                              gw_err_t *err)
{
    if (b->n_groups == 0 || (e->threads == 1 && !e->devices))
        return gw_pairhmm_log10(b, out, err);
    slices_t s = {.e = e, .b = b, .out = out};
    gw_status_t st = cut_groups(&s) ? gw_thread_for(e->threads, s.n, run_slice, &s, err)
                                    : gw_err_nomem(err, "scoring reads against haplotypes");
    free(s.cut);
    free(s.result);
    return st;
}
