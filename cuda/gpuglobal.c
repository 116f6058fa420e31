#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cuda/gpuglobal.h"
#include "cuda/gpuletters.h"
#include "cuda/launch.h"
#include "kernels/extend_variants.h"

/* 1. banded alignment. Operations of all pairs share one stretch of output; a pair that finds it
 *    full is done by the CPU. */
enum { OPS_PER_PAIR = 24 };

typedef struct {
    gw_gpu_t *g;
    const gw_extend_batch_t *b;
    const gw_extend_params_t *p;
    const int32_t *diag, *width;
    gw_gpuletters_t letters;
    gw_gpu_part_t item, matrix, flags, border[3], trace, result, cigar, n_cigar;
    uint32_t cap_cigar;
} run_t;

/* Item i, behind what *next says is taken of the scratch; moves *next on. */
static gw_global_item_t item_of(const run_t *r, size_t i, gw_global_item_t *next)
{
    gw_global_item_t x = *next;
    x.q_at = gw_gpuletters_query(&r->letters, i);
    x.t_at = gw_gpuletters_target(&r->letters, i);
    x.q_len = r->b->q_len[i];
    x.t_len = r->b->t_len[i];
    x.diag = r->diag[i];
    x.width = r->width[i];
    x.strip = gw_global_steps(x.t_len, x.width) * GW_GLOBAL_ROWS;
    next->flags += (uint64_t)x.strip * (uint64_t)(x.q_len / GW_GLOBAL_ROWS + 1);
    next->border += (uint64_t)x.t_len + 1;
    next->trace += (uint64_t)x.q_len + (uint64_t)x.t_len;
    return x;
}

static gw_status_t lay_out(run_t *r, gw_err_t *err)
{
    gw_global_item_t size = {0}, next = {0};
    size_t n = r->b->n;
    for (size_t i = 0; i < n; i++)
        item_of(r, i, &size);
    r->cap_cigar = (uint32_t)(n * OPS_PER_PAIR);
    gw_gpu_start(r->g);
    r->item = gw_gpu_part(r->g, GW_GPU_INPUT, n * sizeof(gw_global_item_t));
    r->matrix = gw_gpu_part(r->g, GW_GPU_INPUT, sizeof r->p->matrix);
    gw_gpuletters_declare(&r->letters, r->g);
    r->flags = gw_gpu_part(r->g, GW_GPU_WORK, size.flags);
    r->border[0] = gw_gpu_part(r->g, GW_GPU_WORK, size.border * sizeof(int32_t));
    r->border[1] = gw_gpu_part(r->g, GW_GPU_WORK, size.border * sizeof(int32_t));
    r->border[2] = gw_gpu_part(r->g, GW_GPU_WORK, size.border);
    r->trace = gw_gpu_part(r->g, GW_GPU_WORK, size.trace * sizeof(uint32_t));
    r->n_cigar = gw_gpu_part(r->g, GW_GPU_WORK, sizeof(uint32_t));
    r->result = gw_gpu_part(r->g, GW_GPU_OUTPUT, n * sizeof(gw_global_result_t));
    r->cigar = gw_gpu_part(r->g, GW_GPU_OUTPUT, r->cap_cigar * sizeof(uint32_t));
    gw_status_t st = gw_gpu_reserve(r->g, err);
    if (st != GW_OK)
        return st;
    gw_global_item_t *item = gw_gpu_host(r->g, r->item);
    for (size_t i = 0; i < n; i++)
        item[i] = item_of(r, i, &next);
    memcpy(gw_gpu_host(r->g, r->matrix), r->p->matrix, sizeof r->p->matrix);
    gw_gpuletters_fill(&r->letters, r->g);
    return gw_gpu_send(r->g, err);
}

static void launch(run_t *r)
{
    gw_global_args_t a = {.item = gw_gpu_device(r->g, r->item),
                          .n = (uint32_t)r->b->n,
                          .query = gw_gpu_device(r->g, r->letters.query),
                          .target = gw_gpu_device(r->g, r->letters.target),
                          .matrix = gw_gpu_device(r->g, r->matrix),
                          .n_letters = r->p->n_letters,
                          .open = r->p->gap_open + r->p->gap_extend,
                          .extend = r->p->gap_extend,
                          .flags = gw_gpu_device(r->g, r->flags),
                          .border_h = gw_gpu_device(r->g, r->border[0]),
                          .border_f = gw_gpu_device(r->g, r->border[1]),
                          .border_flags = gw_gpu_device(r->g, r->border[2]),
                          .trace = gw_gpu_device(r->g, r->trace),
                          .result = gw_gpu_device(r->g, r->result),
                          .cigar = gw_gpu_device(r->g, r->cigar),
                          .n_cigar = gw_gpu_device(r->g, r->n_cigar),
                          .cap_cigar = r->cap_cigar};
    gw_global_launch(&a, gw_gpu_stream(r->g));
}

static bool append(gw_extend_cigars_t *out, const uint32_t *cigar, size_t n)
{
    if (!GW_GROW(out->cigar, out->cap_cigar, out->n_cigar + n))
        return false;
    if (n)
        memcpy(out->cigar + out->n_cigar, cigar, n * sizeof *cigar);
    out->n_cigar += n;
    return true;
}

static gw_status_t on_cpu(const run_t *r, size_t i, gw_extend_cigars_t *out, gw_err_t *err)
{
    gw_extend_batch_t one = *r->b;
    int64_t off[2];
    gw_extend_cigars_t c = {.score = &out->score[i], .cigar_off = off};
    one.n = 1;
    one.q_off += i;
    one.t_off += i;
    one.q_len += i;
    one.t_len += i;
    gw_status_t st = gw_extend_global_ref(&one, r->p, &r->diag[i], &r->width[i], &c, err);
    if (st == GW_OK && !append(out, c.cigar, c.n_cigar))
        st = gw_err_nomem(err, "aligning sequence pairs");
    free(c.cigar);
    return st;
}

static gw_status_t keep(const run_t *r, gw_extend_cigars_t *out, gw_err_t *err)
{
    const gw_global_result_t *x = gw_gpu_host(r->g, r->result);
    const uint32_t *cigar = gw_gpu_host(r->g, r->cigar);
    gw_status_t st = GW_OK;
    for (size_t i = 0; i < r->b->n && st == GW_OK; i++) {
        out->cigar_off[i] = (int64_t)out->n_cigar;
        out->score[i] = x[i].score;
        if (x[i].n_cigar < 0)
            st = on_cpu(r, i, out, err);
        else if (!append(out, cigar + x[i].cigar, (size_t)x[i].n_cigar))
            st = gw_err_nomem(err, "aligning sequence pairs");
    }
    out->cigar_off[r->b->n] = (int64_t)out->n_cigar;
    return st;
}

gw_status_t gw_gpuglobal_run(gw_gpu_t *g, const gw_extend_batch_t *b, const gw_extend_params_t *p,
                             const int32_t *diag, const int32_t *width, gw_extend_cigars_t *out,
                             gw_err_t *err)
{
    run_t r = {.g = g, .b = b, .p = p, .diag = diag, .width = width};
    gw_status_t st = gw_gpuletters_plan(&r.letters, b)
                         ? GW_OK
                         : gw_err_nomem(err, "aligning sequence pairs");
    out->n_cigar = 0;
    out->cigar_off[0] = 0;
    if (st == GW_OK && b->n > 0) {
        st = lay_out(&r, err);
        if (st == GW_OK) {
            launch(&r);
            st = gw_gpu_receive(g, err);
        }
        if (st == GW_OK)
            st = keep(&r, out, err);
    }
    gw_gpuletters_release(&r.letters);
    return st;
}
