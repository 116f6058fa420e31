#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "engine/engine.h"
#include "engine/engine_gram.h"
#include "kernels/cpu.h"

/* 1. the engine */
struct gw_engine {
    int threads;
};

/* "cuda" or "cuda:N"; other words are usage errors */
static gw_status_t check_device(const char *device, gw_err_t *err)
{
    if (strcmp(device, "auto") == 0 || strcmp(device, "cpu") == 0)
        return GW_OK;
    int64_t n;
    if (strcmp(device, "cuda") == 0 ||
        (strncmp(device, "cuda:", 5) == 0 && gw_text_int(device + 5, &n) && n >= 0))
        return gw_err_set(err, GW_ENODEVICE,
                          "--device %s: this build of genowarp has no CUDA engine; use --device "
                          "auto or cpu",
                          device);
    return gw_err_set(err, GW_EUSAGE, "--device %s: no such device; use auto, cpu, cuda or cuda:N",
                      device);
}

gw_status_t gw_engine_create(const char *device, int threads, gw_engine_t **out, gw_err_t *err)
{
    *out = NULL;
    gw_status_t st = check_device(device, err);
    if (st == GW_OK)
        st = gw_cpu_check(err);
    if (st != GW_OK)
        return st;
    gw_engine_t *e = gw_calloc(1, sizeof *e);
    if (!e)
        return gw_err_nomem(err, "starting the engine");
    e->threads = threads < 1 ? 1 : threads;
    *out = e;
    return GW_OK;
}

void gw_engine_destroy(gw_engine_t *e)
{
    free(e);
}

/* 2. jobs: a batch is cut into slices of about SLICE_CELLS cells by its own contents, so that
 *    slices, and with them any message, are the same for every number of threads */
enum { SLICE_PAIRS = 4096 };
#define SLICE_CELLS ((int64_t)1 << 28)

typedef struct {
    const void *in;
    void *out;
    int64_t *cut;             /* slice s is items cut[s]..cut[s+1] */
    int64_t *result;          /* PAIRHMM: where a group's results start */
    gw_extend_cigars_t *part; /* EXTEND_GLOBAL: a slice's own operations */
    int64_t n;
} slices_t;

static bool add_cut(slices_t *s, size_t *cap, int64_t at)
{
    if (!GW_GROW(s->cut, *cap, (size_t)s->n + 2))
        return false;
    s->cut[++s->n] = at;
    return true;
}

static bool cut_pairs(slices_t *s, const gw_extend_batch_t *b)
{
    size_t cap = 0;
    int64_t cells = 0, first = 0;
    if (!GW_GROW(s->cut, cap, 1))
        return false;
    s->cut[0] = 0;
    for (int64_t i = 0; i < (int64_t)b->n; i++) {
        cells += (int64_t)b->q_len[i] * b->t_len[i];
        if (i + 1 < (int64_t)b->n && cells < SLICE_CELLS && i + 1 - first < SLICE_PAIRS)
            continue;
        if (!add_cut(s, &cap, i + 1))
            return false;
        first = i + 1;
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

static gw_status_t run_score(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    slices_t *s = ctx;
    const gw_extend_in_t *in = s->in;
    gw_extend_batch_t b = pairs_of(in->batch, s->cut[i], s->cut[i + 1]);
    return gw_extend_score(&b, in->params, (int32_t *)s->out + s->cut[i], err);
}

static gw_status_t run_ends(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    slices_t *s = ctx;
    const gw_extend_in_t *in = s->in;
    gw_extend_batch_t b = pairs_of(in->batch, s->cut[i], s->cut[i + 1]);
    return gw_extend_ends(&b, in->params, (gw_extend_hit_t *)s->out + s->cut[i], err);
}

static gw_status_t run_global(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    slices_t *s = ctx;
    const gw_extend_in_t *in = s->in;
    int64_t from = s->cut[i];
    gw_extend_batch_t b = pairs_of(in->batch, from, s->cut[i + 1]);
    gw_extend_cigars_t *whole = s->out, *part = &s->part[i];
    part->score = whole->score + from;
    part->cigar_off = gw_malloc(b.n + 1, sizeof *part->cigar_off);
    if (!part->cigar_off)
        return gw_err_nomem(err, "aligning sequence pairs");
    return gw_extend_global(&b, in->params, in->diag + from, in->width + from, part, err);
}

static gw_status_t join_cigars(const slices_t *s, gw_extend_cigars_t *out, gw_err_t *err)
{
    size_t total = 0;
    for (int64_t i = 0; i < s->n; i++)
        total += s->part[i].n_cigar;
    if (!GW_GROW(out->cigar, out->cap_cigar, total))
        return gw_err_nomem(err, "collecting alignments");
    out->n_cigar = 0;
    out->cigar_off[0] = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const gw_extend_cigars_t *part = &s->part[i];
        int64_t pairs = s->cut[i + 1] - s->cut[i];
        for (int64_t k = 0; k <= pairs; k++)
            out->cigar_off[s->cut[i] + k] = (int64_t)out->n_cigar + part->cigar_off[k];
        if (part->n_cigar)
            memcpy(out->cigar + out->n_cigar, part->cigar, part->n_cigar * sizeof *part->cigar);
        out->n_cigar += part->n_cigar;
    }
    return GW_OK;
}

static gw_status_t run_extend(const gw_engine_t *e, gw_job_t job, const gw_extend_in_t *in,
                              void *out, gw_err_t *err)
{
    slices_t s = {.in = in, .out = out};
    gw_thread_fn fn = job == GW_JOB_EXTEND_SCORE  ? run_score
                      : job == GW_JOB_EXTEND_ENDS ? run_ends
                                                  : run_global;
    if (!cut_pairs(&s, in->batch)) {
        free(s.cut);
        return gw_err_nomem(err, "aligning sequence pairs");
    }
    gw_status_t st = GW_OK;
    if (job == GW_JOB_EXTEND_GLOBAL) {
        s.part = gw_calloc((size_t)s.n, sizeof *s.part);
        st = s.part ? GW_OK : gw_err_nomem(err, "aligning sequence pairs");
    }
    if (st == GW_OK)
        st = gw_thread_for(e->threads, s.n, fn, &s, err);
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

static bool cut_groups(slices_t *s, const gw_pairhmm_batch_t *b)
{
    size_t cap = 0;
    int64_t cells = 0, n = (int64_t)b->n_groups;
    s->result = gw_malloc((size_t)n + 1, sizeof *s->result);
    if (!s->result || !GW_GROW(s->cut, cap, 1))
        return false;
    s->cut[0] = s->result[0] = 0;
    for (int64_t g = 0; g < n; g++) {
        int64_t r0 = b->read_group[g], r1 = b->read_group[g + 1];
        int64_t h0 = b->hap_group[g], h1 = b->hap_group[g + 1];
        s->result[g + 1] = s->result[g] + (r1 - r0) * (h1 - h0);
        cells += (b->read_off[r1] - b->read_off[r0]) * (b->hap_off[h1] - b->hap_off[h0]);
        if (g + 1 < n && cells < SLICE_CELLS)
            continue;
        if (!add_cut(s, &cap, g + 1))
            return false;
        cells = 0;
    }
    return true;
}

static gw_status_t run_groups(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    slices_t *s = ctx;
    gw_pairhmm_batch_t b = *(const gw_pairhmm_batch_t *)s->in;
    int64_t from = s->cut[i];
    b.n_groups = (size_t)(s->cut[i + 1] - from);
    b.read_group += from;
    b.hap_group += from;
    return gw_pairhmm_log10(&b, (double *)s->out + s->result[from], err);
}

static gw_status_t run_pairhmm(const gw_engine_t *e, const gw_pairhmm_batch_t *b, double *out,
                               gw_err_t *err)
{
    slices_t s = {.in = b, .out = out};
    gw_status_t st = cut_groups(&s, b) ? gw_thread_for(e->threads, s.n, run_groups, &s, err)
                                       : gw_err_nomem(err, "scoring reads against haplotypes");
    free(s.cut);
    free(s.result);
    return st;
}

typedef struct {
    const gw_thread_in_t *in;
    int32_t *score;
} templates_t;

static gw_status_t run_group(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    templates_t *t = ctx;
    return gw_thread_score_group(t->in->pack, t->in->query, (size_t)i, t->score, err);
}

gw_status_t gw_engine_run(gw_engine_t *e, gw_job_t job, const void *in, void *out, gw_err_t *err)
{
    if (job == GW_JOB_PAIRHMM) {
        const gw_pairhmm_batch_t *b = in;
        if (e->threads == 1 || b->n_groups == 0)
            return gw_pairhmm_log10(b, out, err);
        return run_pairhmm(e, b, out, err);
    }
    if (job == GW_JOB_THREAD) {
        templates_t t = {in, out};
        return gw_thread_for(e->threads, (int64_t)gw_thread_pack_groups(t.in->pack), run_group, &t,
                             err);
    }
    if (job == GW_JOB_GRAM)
        return gw_engine_gram(e->threads, in, out, err);
    const gw_extend_in_t *x = in;
    if (e->threads > 1 && x->batch->n > 0)
        return run_extend(e, job, x, out, err);
    switch (job) {
    case GW_JOB_EXTEND_SCORE:
        return gw_extend_score(x->batch, x->params, out, err);
    case GW_JOB_EXTEND_ENDS:
        return gw_extend_ends(x->batch, x->params, out, err);
    case GW_JOB_EXTEND_GLOBAL:
        return gw_extend_global(x->batch, x->params, x->diag, x->width, out, err);
    default:
        return gw_err_set(err, GW_EINTERNAL, "engine: no such job: %d", (int)job);
    }
}
