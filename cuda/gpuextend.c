#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cuda/gpuextend.h"
#include "cuda/gpuletters.h"
#include "cuda/launch.h"
#include "kernels/gapless.h"

/* 1. score and ends: pairs are ordered by shape and target length, so that neighbours in a warp
 *    have alike work, and two neighbours share an item. */
static const struct {
    int lanes, rows;
} shapes[GW_LOCAL_SHAPES] = {GW_LOCAL_SHAPE_LIST};

typedef struct {
    gw_gpu_t *g;
    const gw_extend_batch_t *b;
    const gw_extend_params_t *p;
    bool wide, ends;
    const int32_t *diag, *width; /* the gapless filter's bands; NULL: alignment with gaps */
    bool banded;                 /* some band is not the whole matrix */
    uint32_t *pair, *sorted; /* to do, and that in order */
    uint32_t n;
    uint32_t of_shape[GW_LOCAL_SHAPES + 1]; /* sorted pairs of shape s: of_shape[s]..[s + 1] */
    gw_gpuletters_t letters;
    bool long_ones; /* some query is longer than its shape */
    gw_gpu_part_t item, matrix, band, turned, border[2], best[2];
} run_t;

static int shape_of(int32_t q_len)
{
    int s = 0;
    while (s < GW_LOCAL_SHAPES - 1 && q_len > shapes[s].lanes * shapes[s].rows)
        s++;
    return s;
}

enum { STEP = 16, STEPS = 256 }; /* target lengths are told apart by STEP, up to STEPS of them */

static uint32_t bucket_of(const run_t *r, uint32_t i)
{
    int32_t step = r->b->t_len[i] / STEP;
    return (uint32_t)((r->wide ? GW_LOCAL_SHAPES - 1 : shape_of(r->b->q_len[i])) * STEPS +
                      (step < STEPS ? step : STEPS - 1));
}

static void sort_pairs(run_t *r)
{
    uint32_t at[GW_LOCAL_SHAPES * STEPS + 1] = {0};
    for (uint32_t i = 0; i < r->n; i++)
        at[bucket_of(r, r->pair[i]) + 1]++;
    for (uint32_t k = 0; k < GW_LOCAL_SHAPES * STEPS; k++)
        at[k + 1] += at[k];
    for (int s = 0; s <= GW_LOCAL_SHAPES; s++)
        r->of_shape[s] = at[s * STEPS];
    for (uint32_t i = 0; i < r->n; i++)
        r->sorted[at[bucket_of(r, r->pair[i])]++] = r->pair[i];
}

static uint32_t pairs_per_item(const run_t *r)
{
    return r->wide ? 1 : 2;
}

static uint32_t items_of(const run_t *r, int shape)
{
    return (r->of_shape[shape + 1] - r->of_shape[shape] + pairs_per_item(r) - 1) /
           pairs_per_item(r);
}

static gw_local_item_t item_of(const run_t *r, uint32_t first, uint32_t end, uint64_t *border)
{
    gw_local_item_t x = {.border = *border};
    int32_t n_rows = 0, n_cols = 0;
    for (uint32_t h = 0; h < pairs_per_item(r) && first + h < end; h++) {
        uint32_t i = r->sorted[first + h];
        x.q_at[h] = gw_gpuletters_query(&r->letters, i);
        x.t_at[h] = gw_gpuletters_target(&r->letters, i);
        x.q_len[h] = r->b->q_len[i];
        x.t_len[h] = r->b->t_len[i];
        x.first_bonus[h] = r->p->end_bonus;
        n_rows = x.q_len[h] > n_rows ? x.q_len[h] : n_rows;
        n_cols = x.t_len[h] > n_cols ? x.t_len[h] : n_cols;
    }
    if (n_rows > shapes[GW_LOCAL_SHAPES - 1].lanes * shapes[GW_LOCAL_SHAPES - 1].rows)
        *border += (uint64_t)n_cols;
    return x;
}

/* in the order of the items' pairs */
static void fill_bands(const run_t *r)
{
    int32_t *band = gw_gpu_host(r->g, r->band);
    for (int s = 0; s < GW_LOCAL_SHAPES; s++) {
        uint32_t n = r->of_shape[s + 1] - r->of_shape[s];
        for (uint32_t i = r->of_shape[s]; i < r->of_shape[s + 1]; i++, band += 2)
            gw_gapless_band(r->b->q_len[r->sorted[i]], r->b->t_len[r->sorted[i]],
                            r->diag[r->sorted[i]], r->width[r->sorted[i]], &band[0], &band[1]);
        if (n % pairs_per_item(r)) {
            band[0] = band[1] = 0;
            band += 2;
        }
    }
}

static gw_status_t lay_out(run_t *r, gw_err_t *err)
{
    uint64_t n_items = 0, border = 0;
    gw_gpu_start(r->g);
    for (int s = 0; s < GW_LOCAL_SHAPES; s++) {
        n_items += items_of(r, s);
        for (uint32_t i = r->of_shape[s]; i < r->of_shape[s + 1]; i += pairs_per_item(r))
            item_of(r, i, r->of_shape[s + 1], &border);
    }
    r->long_ones = border > 0;
    uint64_t bests = n_items * pairs_per_item(r) * sizeof(gw_local_best_t);
    r->item = gw_gpu_part(r->g, GW_GPU_INPUT, n_items * sizeof(gw_local_item_t));
    r->matrix = gw_gpu_part(r->g, GW_GPU_INPUT, sizeof r->p->matrix);
    r->band = gw_gpu_part(r->g, GW_GPU_INPUT,
                          r->banded ? n_items * pairs_per_item(r) * 2 * sizeof(int32_t) : 0);
    gw_gpuletters_declare(&r->letters, r->g);
    r->turned = gw_gpu_part(r->g, GW_GPU_WORK, n_items * sizeof(gw_local_item_t));
    for (int k = 0; k < 2; k++)
        r->border[k] = gw_gpu_part(r->g, GW_GPU_WORK, border * sizeof(uint32_t));
    for (int k = 0; k < 1 + r->ends; k++)
        r->best[k] = gw_gpu_part(r->g, GW_GPU_OUTPUT, bests);
    gw_status_t st = gw_gpu_reserve(r->g, err);
    if (st != GW_OK)
        return st;
    gw_local_item_t *item = gw_gpu_host(r->g, r->item);
    border = 0;
    for (int s = 0; s < GW_LOCAL_SHAPES; s++)
        for (uint32_t i = r->of_shape[s]; i < r->of_shape[s + 1]; i += pairs_per_item(r))
            *item++ = item_of(r, i, r->of_shape[s + 1], &border);
    memcpy(gw_gpu_host(r->g, r->matrix), r->p->matrix, sizeof r->p->matrix);
    if (r->banded)
        fill_bands(r);
    gw_gpuletters_fill(&r->letters, r->g);
    return gw_gpu_send(r->g, err);
}

static void launch(run_t *r)
{
    gw_local_args_t a = {.query = gw_gpu_device(r->g, r->letters.query),
                         .target = gw_gpu_device(r->g, r->letters.target),
                         .matrix = gw_gpu_device(r->g, r->matrix),
                         .n_letters = r->p->n_letters,
                         .open = r->p->gap_open + r->p->gap_extend,
                         .extend = r->p->gap_extend,
                         .bonus = r->p->end_bonus,
                         .border_h = gw_gpu_device(r->g, r->border[0]),
                         .border_f = gw_gpu_device(r->g, r->border[1]),
                         .shared_bytes = gw_gpu_shared_bytes(r->g)};
    void *stream = gw_gpu_stream(r->g);
    uint64_t at = 0;
    for (int s = 0; s < GW_LOCAL_SHAPES; s++) {
        gw_local_item_t *turned = (gw_local_item_t *)gw_gpu_device(r->g, r->turned) + at;
        a.n = items_of(r, s);
        if (a.n == 0)
            continue;
        a.item = (gw_local_item_t *)gw_gpu_device(r->g, r->item) + at;
        a.best = (gw_local_best_t *)gw_gpu_device(r->g, r->best[0]) + at * pairs_per_item(r);
        a.step = 1;
        if (r->diag) {
            if (!r->long_ones)
                a.border_h = NULL;
            const int32_t *band = gw_gpu_device(r->g, r->band);
            gw_local_launch_gapless(&a, r->banded ? band + at * pairs_per_item(r) * 2 : NULL, s,
                                    r->wide, stream);
            at += a.n;
            continue;
        }
        gw_local_launch(&a, s, r->wide, r->ends, stream);
        if (r->ends) {
            gw_local_turn(&a, r->wide, turned, stream);
            a.item = turned;
            a.best = (gw_local_best_t *)gw_gpu_device(r->g, r->best[1]) + at * pairs_per_item(r);
            a.step = -1;
            gw_local_launch(&a, s, r->wide, true, stream);
        }
        at += a.n;
    }
}

/* Stores what is final; the rest becomes the list of pairs to do in 32 bits. */
static void keep(run_t *r, int32_t *score, gw_extend_hit_t *hit)
{
    const gw_local_best_t *to = gw_gpu_host(r->g, r->best[0]),
                          *from = r->ends ? gw_gpu_host(r->g, r->best[1]) : NULL;
    uint32_t n_redo = 0, k = 0;
    for (int s = 0; s < GW_LOCAL_SHAPES; s++) {
        for (uint32_t i = r->of_shape[s]; i < r->of_shape[s + 1]; i++, k++) {
            uint32_t pair = r->sorted[i];
            if (!r->wide && to[k].score >= GW_LOCAL_LIMIT)
                r->pair[n_redo++] = pair;
            else if (score)
                score[pair] = to[k].score;
            else if (to[k].score > 0)
                hit[pair] = (gw_extend_hit_t){to[k].score, to[k].row - from[k].row, to[k].row + 1,
                                              to[k].col - from[k].col, to[k].col + 1};
        }
        k += k % pairs_per_item(r);
    }
    r->n = n_redo;
}

static gw_status_t run_pairs(run_t *r, int32_t *score, gw_extend_hit_t *hit, gw_err_t *err)
{
    const gw_extend_params_t *p = r->p;
    r->wide = !r->diag && (p->end_bonus > GW_LOCAL_MOST_BONUS ||
                          p->gap_open + p->gap_extend > GW_LOCAL_MOST_GAP);
    gw_status_t st = GW_OK;
    while (st == GW_OK && r->n > 0) {
        sort_pairs(r);
        st = lay_out(r, err);
        if (st == GW_OK) {
            launch(r);
            st = gw_gpu_receive(r->g, err);
        }
        if (st == GW_OK)
            keep(r, score, hit);
        r->wide = true;
    }
    return st;
}

static gw_status_t run_batch(gw_gpu_t *g, const gw_extend_batch_t *b, const gw_extend_params_t *p,
                             const int32_t *diag, const int32_t *width, int32_t *score,
                             gw_extend_hit_t *hit, gw_err_t *err)
{
    run_t r = {.g = g, .b = b, .p = p, .diag = diag, .width = width, .ends = hit != NULL};
    r.pair = gw_malloc(b->n, sizeof *r.pair);
    r.sorted = gw_malloc(b->n, sizeof *r.sorted);
    gw_status_t st = r.pair && r.sorted && gw_gpuletters_plan(&r.letters, b)
                         ? GW_OK
                         : gw_err_nomem(err, "aligning sequence pairs");
    for (size_t i = 0; st == GW_OK && i < b->n; i++) {
        if (score)
            score[i] = 0;
        else
            hit[i] = (gw_extend_hit_t){0};
        if (b->q_len[i] > 0 && b->t_len[i] > 0)
            r.pair[r.n++] = (uint32_t)i;
        r.banded = r.banded || (width && width[i] >= 0);
    }
    if (st == GW_OK)
        st = run_pairs(&r, score, hit, err);
    gw_gpuletters_release(&r.letters);
    free(r.pair);
    free(r.sorted);
    return st;
}

gw_status_t gw_gpuextend_score(gw_gpu_t *g, const gw_extend_batch_t *b, const gw_extend_params_t *p,
                               int32_t *score, gw_err_t *err)
{
    return run_batch(g, b, p, NULL, NULL, score, NULL, err);
}

gw_status_t gw_gpuextend_ends(gw_gpu_t *g, const gw_extend_batch_t *b, const gw_extend_params_t *p,
                              gw_extend_hit_t *hit, gw_err_t *err)
{
    return run_batch(g, b, p, NULL, NULL, NULL, hit, err);
}

/* 2. the gapless filter */
gw_status_t gw_gpuextend_gapless(gw_gpu_t *g, const gw_extend_batch_t *b,
                                 const gw_extend_params_t *p, const int32_t *diag,
                                 const int32_t *width, int32_t *score, gw_err_t *err)
{
    return run_batch(g, b, p, diag, width, score, NULL, err);
}
