#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cuda/gpuextend.h"
#include "cuda/gpuglobal.h"
#include "engine/engine_impl.h"
#include "kernels/extend_group.h"
#include "kernels/extend_variants.h"

/* 2. jobs: a batch is cut into slices by its own contents, so that slices, and with them any
 *    message, are the same for every number of threads. A device takes larger ones. */
static const struct {
    int64_t pairs, cells;
} limits[2] = {{4096, (int64_t)1 << 28}, {65536, (int64_t)1 << 32}};

typedef struct {
    const gw_engine_t *e;
    gw_job_t job;
    const gw_extend_in_t *in;
    void *out;
    int64_t n;
    int64_t *cut;             /* slice s is pairs cut[s]..cut[s + 1] */
    size_t cap;               /* of cut */
    gw_extend_cigars_t *part; /* EXTEND_GLOBAL: a slice's own operations */
} slices_t;

static bool cut_pairs(slices_t *s)
{
    const gw_extend_batch_t *b = s->in->batch;
    bool large = s->e->devices != NULL;
    int64_t cells = 0, first = 0, n = (int64_t)b->n;
    if (!GW_GROW(s->cut, s->cap, 1))
        return false;
    s->cut[0] = 0;
    for (int64_t i = 0; i < n; i++) {
        cells += (int64_t)b->q_len[i] * b->t_len[i];
        bool full = cells >= limits[large].cells || i + 1 - first >= limits[large].pairs;
        if (i + 1 < n && (!full || (i + 1 - first) % GW_EXTEND_MAX_LANES)) /* whole vectors */
            continue;
        if (!GW_GROW(s->cut, s->cap, (size_t)s->n + 2))
            return false;
        s->cut[++s->n] = first = i + 1;
        cells = 0;
    }
    return true;
}

static gw_extend_batch_t pairs_of(const gw_extend_batch_t *b, int64_t from, int64_t to)
{
    return (gw_extend_batch_t){(size_t)(to - from), b->query,        b->target,
                               b->q_off + from,     b->t_off + from, b->q_len + from,
                               b->t_len + from};
}

/* Adds what c holds for n pairs to part, whose pair at is the first of them. */
static bool append(gw_extend_cigars_t *part, int64_t at, const gw_extend_cigars_t *c, int64_t n)
{
    if (!GW_GROW(part->cigar, part->cap_cigar, part->n_cigar + c->n_cigar))
        return false;
    if (c->n_cigar)
        memcpy(part->cigar + part->n_cigar, c->cigar, c->n_cigar * sizeof *c->cigar);
    for (int64_t k = 0; k <= n; k++)
        part->cigar_off[at + k] = (int64_t)part->n_cigar + c->cigar_off[k];
    part->n_cigar += c->n_cigar;
    return true;
}

static gw_status_t global(gw_gpu_t *g, const gw_extend_in_t *in, const gw_extend_batch_t *b,
                          int64_t from, gw_extend_cigars_t *out, gw_err_t *err)
{
    return g ? gw_gpuglobal_run(g, b, in->params, in->diag + from, in->width + from, out, err)
             : gw_extend_global(b, in->params, in->diag + from, in->width + from, out, err);
}

typedef struct {
    slices_t *s;
    int64_t slice;
} range_t;

static gw_status_t global_range(const range_t *r, gw_gpu_t *g, const gw_extend_batch_t *b,
                                int64_t from, int64_t to, gw_err_t *err)
{
    const gw_extend_in_t *in = r->s->in;
    gw_extend_cigars_t *part = &r->s->part[r->slice];
    int64_t at = from - r->s->cut[r->slice];
    if (at == 0) /* the first of the slice, most often all of it */
        return global(g, in, b, from, part, err);
    gw_extend_cigars_t c = {.score = part->score + at,
                            .cigar_off = gw_malloc(b->n + 1, sizeof *c.cigar_off)};
    gw_status_t st = c.cigar_off ? global(g, in, b, from, &c, err)
                                 : gw_err_nomem(err, "aligning sequence pairs");
    if (st == GW_OK && !append(part, at, &c, to - from))
        st = gw_err_nomem(err, "collecting alignments");
    free(c.cigar);
    free(c.cigar_off);
    return st;
}

static gw_status_t run_range(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    const range_t *r = ctx;
    const gw_extend_in_t *in = r->s->in;
    gw_extend_batch_t b = pairs_of(in->batch, from, to);
    int32_t *score = (int32_t *)r->s->out + from;
    gw_extend_hit_t *hit = (gw_extend_hit_t *)r->s->out + from;
    if (g) {
        gw_status_t st = gw_extend_check(&b, in->params, r->s->job == GW_JOB_EXTEND_GLOBAL, err);
        if (st != GW_OK)
            return st;
    }
    switch (r->s->job) {
    case GW_JOB_EXTEND_SCORE:
        return g ? gw_gpuextend_score(g, &b, in->params, score, err)
                 : gw_extend_score(&b, in->params, score, err);
    case GW_JOB_EXTEND_ENDS:
        return g ? gw_gpuextend_ends(g, &b, in->params, hit, err)
                 : gw_extend_ends(&b, in->params, hit, err);
    case GW_JOB_EXTEND_GAPLESS:
        return g ? gw_gpuextend_gapless(g, &b, in->params, in->diag + from, in->width + from, score,
                                        err)
                 : gw_gapless_score(&b, in->params, in->diag + from, in->width + from, score, err);
    default:
        return global_range(r, g, &b, from, to, err);
    }
}

static gw_status_t run_slice(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    slices_t *s = ctx;
    const gw_extend_batch_t *b = s->in->batch;
    range_t r = {s, i};
    int64_t from = s->cut[i], to = s->cut[i + 1], cells = 0;
    if (s->part) {
        s->part[i].score = ((gw_extend_cigars_t *)s->out)->score + from;
        s->part[i].cigar_off = gw_malloc((size_t)(to - from) + 1, sizeof(int64_t));
        if (!s->part[i].cigar_off)
            return gw_err_nomem(err, "aligning sequence pairs");
    }
    for (int64_t k = from; k < to && s->e->devices; k++)
        cells += (int64_t)b->q_len[k] * b->t_len[k];
    return gw_devices_run(s->e->devices, cells, run_range, &r, from, to, err);
}

static gw_status_t join_cigars(const slices_t *s, gw_extend_cigars_t *out, gw_err_t *err)
{
    out->n_cigar = 0;
    out->cigar_off[0] = 0;
    for (int64_t i = 0; i < s->n; i++)
        if (!append(out, s->cut[i], &s->part[i], s->cut[i + 1] - s->cut[i]))
            return gw_err_nomem(err, "collecting alignments");
    return GW_OK;
}

static gw_status_t on_cpu(gw_job_t job, const gw_extend_in_t *in, void *out, gw_err_t *err)
{
    switch (job) {
    case GW_JOB_EXTEND_SCORE:
        return gw_extend_score(in->batch, in->params, out, err);
    case GW_JOB_EXTEND_ENDS:
        return gw_extend_ends(in->batch, in->params, out, err);
    case GW_JOB_EXTEND_GAPLESS:
        return gw_gapless_score(in->batch, in->params, in->diag, in->width, out, err);
    default:
        return gw_extend_global(in->batch, in->params, in->diag, in->width, out, err);
    }
}

gw_status_t gw_engine_extend(const gw_engine_t *e, gw_job_t job, const gw_extend_in_t *in, void *out,
                             gw_err_t *err)
{
    if (in->batch->n == 0 || (e->threads == 1 && !e->devices))
        return on_cpu(job, in, out, err);
    slices_t s = {.e = e, .job = job, .in = in, .out = out};
    gw_status_t st = cut_pairs(&s) ? GW_OK : gw_err_nomem(err, "aligning sequence pairs");
    if (st == GW_OK && job == GW_JOB_EXTEND_GLOBAL) {
        s.part = gw_calloc((size_t)s.n, sizeof *s.part);
        st = s.part ? GW_OK : gw_err_nomem(err, "aligning sequence pairs");
    }
    if (st == GW_OK)
        st = gw_thread_for(e->threads, s.n, run_slice, &s, err);
    if (st == GW_OK && s.part)
        st = join_cigars(&s, out, err);
    for (int64_t i = 0; s.part && i < s.n; i++) {
        free(s.part[i].cigar);
        free(s.part[i].cigar_off);
    }
    free(s.part);
    free(s.cut);
    return st;
}
