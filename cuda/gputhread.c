#include <config.h>

#include <string.h>

#include "cuda/gputhread.h"
#include "cuda/launch.h"

/* 1. scores */
enum { L = GW_THREAD_LETTERS, S = GW_THREAD_STATES, SENT = 11 };

/* What is sent, in order */
typedef struct {
    const void *from;
    uint64_t bytes;
    gw_gpu_part_t part;
} sent_t;

gw_status_t gw_gputhread_score(gw_gpu_t *g, const gw_thread_templates_t *t,
                               const gw_thread_query_t *q, size_t first, size_t n, int32_t *score,
                               gw_err_t *err)
{
    int64_t col0 = t->off[first];
    uint64_t cols = (uint64_t)(t->off[first + n] - col0), rows = (uint64_t)q->len;
    if (n == 0)
        return GW_OK;
    sent_t x[SENT] = {{t->pp + col0 * L, cols * L, {0, 0}},
                      {t->env + col0 * L, cols * L, {0, 0}},
                      {t->state + col0, cols, {0, 0}},
                      {t->gap + col0, cols, {0, 0}},
                      {t->bias + col0, cols * sizeof *t->bias, {0, 0}},
                      {q->weight + first * L, n * L * sizeof *q->weight, {0, 0}},
                      {q->shift + first, n * sizeof *q->shift, {0, 0}},
                      {q->pp, rows * L, {0, 0}},
                      {q->env, rows * L, {0, 0}},
                      {q->tab, rows * S * sizeof *q->tab, {0, 0}},
                      {NULL, (n + 1) * sizeof(uint64_t), {0, 0}}};
    gw_gpu_start(g);
    for (int k = 0; k < SENT; k++)
        x[k].part = gw_gpu_part(g, GW_GPU_INPUT, x[k].bytes);
    gw_gpu_part_t col = gw_gpu_part(g, GW_GPU_WORK, cols * sizeof(gw_thread_col_t)),
                  border_h = gw_gpu_part(g, GW_GPU_WORK, cols * sizeof(int32_t)),
                  border_f = gw_gpu_part(g, GW_GPU_WORK, cols * sizeof(int32_t)),
                  out = gw_gpu_part(g, GW_GPU_OUTPUT, n * sizeof *score);
    gw_status_t st = gw_gpu_reserve(g, err);
    if (st != GW_OK)
        return st;
    for (int k = 0; k < SENT; k++)
        if (x[k].from && x[k].bytes)
            memcpy(gw_gpu_host(g, x[k].part), x[k].from, x[k].bytes);
    uint64_t *off = gw_gpu_host(g, x[SENT - 1].part);
    for (size_t i = 0; i <= n; i++)
        off[i] = (uint64_t)(t->off[first + i] - col0);
    st = gw_gpu_send(g, err);
    if (st != GW_OK)
        return st;
    gw_thread_args_t a = {.n = (uint32_t)n,
                          .off = gw_gpu_device(g, x[10].part),
                          .pp = gw_gpu_device(g, x[0].part),
                          .env = gw_gpu_device(g, x[1].part),
                          .state = gw_gpu_device(g, x[2].part),
                          .gap = gw_gpu_device(g, x[3].part),
                          .bias = gw_gpu_device(g, x[4].part),
                          .weight = gw_gpu_device(g, x[5].part),
                          .shift = gw_gpu_device(g, x[6].part),
                          .col = gw_gpu_device(g, col),
                          .q_len = q->len,
                          .q_pp = gw_gpu_device(g, x[7].part),
                          .q_env = gw_gpu_device(g, x[8].part),
                          .q_tab = gw_gpu_device(g, x[9].part),
                          .gap_open = q->gap_open,
                          .gap_extend = q->gap_extend,
                          .border_h = gw_gpu_device(g, border_h),
                          .border_f = gw_gpu_device(g, border_f),
                          .score = gw_gpu_device(g, out)};
    gw_thread_launch(&a, gw_gpu_stream(g));
    st = gw_gpu_receive(g, err);
    if (st == GW_OK)
        memcpy(score + first, gw_gpu_host(g, out), n * sizeof *score);
    return st;
}
