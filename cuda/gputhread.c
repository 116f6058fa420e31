#include <config.h>

#include <string.h>

#include "cuda/gputhread.h"
#include "cuda/launch.h"

enum { L = GW_THREAD_LETTERS, S = GW_THREAD_STATES, TOGETHER = GW_THREAD_TOGETHER };

/* 1. templates: letters, letters, state, gap, bias; bytes of each a column */
enum { PP, ENV, STATE, GAP, BIAS, PIECES };
static const uint64_t size_of[PIECES] = {L, L, 1, 1, sizeof(int16_t)};
_Static_assert((int)PIECES == (int)GW_GPUTHREAD_PIECES, "all pieces are sent");

static const uint8_t *piece_of(const gw_thread_templates_t *t, int k)
{
    const void *const from[PIECES] = {t->pp, t->env, t->state, t->gap, t->bias};
    return from[k];
}

void gw_gputhread_pieces(const gw_thread_templates_t *t, const void **piece, uint64_t *bytes)
{
    for (int k = 0; k < PIECES; k++) {
        piece[k] = piece_of(t, k);
        bytes[k] = (uint64_t)t->off[t->n] * size_of[k];
    }
}

/* 2. scores */
typedef struct {
    gw_gpu_part_t piece[PIECES]; /* when they are sent */
    gw_gpu_part_t item, q_pp, q_env, q_tab, col, border, score;
    uint64_t n_cols, n_border; /* columns of all templates, of the longest of each warp */
} parts_t;

static int64_t len_of(const gw_thread_templates_t *t, int32_t i)
{
    return t->off[i + 1] - t->off[i];
}

static void count_columns(const gw_thread_templates_t *t, const int32_t *order, size_t n, parts_t *p)
{
    int64_t longest = 0;
    p->n_cols = p->n_border = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t len = len_of(t, order[i]);
        p->n_cols += (uint64_t)len;
        longest = len > longest ? len : longest;
        if ((i + 1) % TOGETHER == 0 || i + 1 == n) {
            p->n_border += (uint64_t)longest;
            longest = 0;
        }
    }
}

static gw_status_t reserve(gw_gpu_t *g, const gw_gpu_tables_t *kept, const gw_thread_query_t *q,
                           size_t n, parts_t *p, gw_err_t *err)
{
    const uint64_t rows = (uint64_t)q->len;
    uint64_t narrow = p->n_border * TOGETHER / 2 * 2 * sizeof(uint32_t),
             wide = p->n_cols * 2 * sizeof(int32_t);
    if (p->n_cols >= INT32_MAX)
        return gw_err_set(err, GW_ENOMEM, "threading: %llu columns in a batch",
                          (unsigned long long)p->n_cols);
    gw_gpu_start(g);
    for (int k = 0; k < PIECES && !kept; k++)
        p->piece[k] = gw_gpu_part(g, GW_GPU_INPUT, p->n_cols * size_of[k]);
    p->item = gw_gpu_part(g, GW_GPU_INPUT, n * sizeof(gw_thread_item_t));
    p->q_pp = gw_gpu_part(g, GW_GPU_INPUT, rows * L);
    p->q_env = gw_gpu_part(g, GW_GPU_INPUT, rows * L);
    p->q_tab = gw_gpu_part(g, GW_GPU_INPUT, rows * S * sizeof *q->tab);
    p->col = gw_gpu_part(g, GW_GPU_WORK, (p->n_cols + 1) * sizeof(gw_thread_col_t));
    p->border = gw_gpu_part(g, GW_GPU_WORK, narrow > wide ? narrow : wide);
    p->score = gw_gpu_part(g, GW_GPU_OUTPUT, n * sizeof(int32_t));
    return gw_gpu_reserve(g, err);
}

static void fill_items(gw_gpu_t *g, const gw_gpu_tables_t *kept, const gw_thread_templates_t *t,
                       const int32_t *order, const gw_thread_query_t *q, size_t n, const parts_t *p)
{
    gw_thread_item_t *item = gw_gpu_host(g, p->item);
    uint32_t col = 0, border = 0, longest = 0;
    for (size_t i = 0; i < n; i++) {
        const int32_t k = order[i];
        const uint32_t len = (uint32_t)len_of(t, k);
        if (i % TOGETHER == 0) {
            border += longest;
            longest = 0;
        }
        longest = len > longest ? len : longest;
        item[i] = (gw_thread_item_t){.from = kept ? (uint64_t)t->off[k] : col,
                                     .col = col,
                                     .len = (int32_t)len,
                                     .border = border,
                                     .shift = q->shift[k]};
        memcpy(item[i].weight, q->weight + (size_t)k * L, sizeof item[i].weight);
        for (int c = 0; c < PIECES && !kept && len > 0; c++)
            memcpy((uint8_t *)gw_gpu_host(g, p->piece[c]) + col * size_of[c],
                   piece_of(t, c) + (uint64_t)t->off[k] * size_of[c], len * size_of[c]);
        col += len;
    }
}

gw_status_t gw_gputhread_score(gw_gpu_t *g, const gw_gpu_tables_t *kept,
                               const gw_thread_templates_t *t, const int32_t *order,
                               const gw_thread_query_t *q, size_t first, size_t n, int32_t *score,
                               gw_err_t *err)
{
    parts_t p;
    if (n == 0)
        return GW_OK;
    order += first;
    count_columns(t, order, n, &p);
    gw_status_t st = reserve(g, kept, q, n, &p, err);
    if (st != GW_OK)
        return st;
    fill_items(g, kept, t, order, q, n, &p);
    if (q->len > 0) {
        memcpy(gw_gpu_host(g, p.q_pp), q->pp, (size_t)q->len * L);
        memcpy(gw_gpu_host(g, p.q_env), q->env, (size_t)q->len * L);
        memcpy(gw_gpu_host(g, p.q_tab), q->tab, (size_t)q->len * S * sizeof *q->tab);
    }
    st = gw_gpu_send(g, err);
    if (st != GW_OK)
        return st;
    const void *piece[PIECES];
    for (int k = 0; k < PIECES; k++)
        piece[k] = kept ? gw_gpu_tables_at(kept, k) : gw_gpu_device(g, p.piece[k]);
    gw_thread_args_t a = {.n = (uint32_t)n,
                          .item = gw_gpu_device(g, p.item),
                          .pp = piece[PP],
                          .env = piece[ENV],
                          .state = piece[STATE],
                          .gap = piece[GAP],
                          .bias = piece[BIAS],
                          .n_cols = (uint32_t)p.n_cols,
                          .col = gw_gpu_device(g, p.col),
                          .q_len = q->len,
                          .q_pp = gw_gpu_device(g, p.q_pp),
                          .q_env = gw_gpu_device(g, p.q_env),
                          .q_tab = gw_gpu_device(g, p.q_tab),
                          .gap_open = q->gap_open,
                          .gap_extend = q->gap_extend,
                          .border = gw_gpu_device(g, p.border),
                          .score = gw_gpu_device(g, p.score)};
    gw_thread_launch(&a, gw_gpu_stream(g));
    st = gw_gpu_receive(g, err);
    const int32_t *got = gw_gpu_host(g, p.score);
    for (size_t i = 0; i < n && st == GW_OK; i++)
        score[order[i]] = got[i];
    return st;
}
