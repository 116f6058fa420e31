/* tests/kernels/threads.h -- random template libraries and queries for kernels/thread_score.h */
#ifndef GW_TESTS_THREADS_H
#define GW_TESTS_THREADS_H

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "kernels/thread_score.h"
#include "tests/check_main.h"

/* a random library and query; big: scores that pass INT16_MAX */
typedef struct {
    gw_thread_templates_t t;
    gw_thread_query_t q;
    void *keep[11];
} case_t;

static inline void *keep(case_t *c, int k, size_t n, size_t size)
{
    c->keep[k] = gw_malloc(n, size);
    ck_assert_ptr_nonnull(c->keep[k]);
    return c->keep[k];
}

static inline void make_case(case_t *c, uint64_t seed, size_t n, int max_len, int q_len, int shift)
{
    gw_rng_t r;
    gw_rng_init(&r, seed);
    int64_t *off = keep(c, 0, n + 1, sizeof *off);
    off[0] = 0;
    for (size_t i = 0; i < n; i++)
        off[i + 1] = off[i] + 1 + (int64_t)gw_rng_below(&r, (uint64_t)max_len);
    size_t cols = (size_t)off[n];
    uint8_t *pp = keep(c, 1, cols, 20), *env = keep(c, 2, cols, 20), *state = keep(c, 3, cols, 1),
            *gap = keep(c, 4, cols, 1);
    int16_t *bias = keep(c, 5, cols, 2);
    for (size_t i = 0; i < cols * 20; i++) {
        pp[i] = (uint8_t)gw_rng_next(&r);
        env[i] = (uint8_t)gw_rng_next(&r);
    }
    for (size_t i = 0; i < cols; i++) {
        state[i] = (uint8_t)gw_rng_below(&r, GW_THREAD_STATES);
        gap[i] = (uint8_t)gw_rng_below(&r, 256);
        bias[i] = (int16_t)(-300 + (int)gw_rng_below(&r, 200));
    }
    size_t rows = (size_t)q_len;
    int8_t *qp = keep(c, 6, rows, 20), *qe = keep(c, 7, rows, 20);
    int16_t *tab = keep(c, 8, rows * GW_THREAD_STATES, 2), *sh = keep(c, 9, n, 2);
    uint16_t *w = keep(c, 10, n * 20, 2);
    for (size_t i = 0; i < rows * 20; i++) {
        qp[i] = (int8_t)gw_rng_below(&r, 65);
        qe[i] = (int8_t)gw_rng_below(&r, 65);
    }
    for (size_t i = 0; i < rows * GW_THREAD_STATES; i++)
        tab[i] = (int16_t)((int)gw_rng_below(&r, 64) - 400);
    for (size_t i = 0; i < n * 20; i++)
        w[i] = (uint16_t)gw_rng_below(&r, 257);
    for (size_t i = 0; i < n; i++)
        sh[i] = (int16_t)(shift + (int)gw_rng_below(&r, 40));
    c->t = (gw_thread_templates_t){n, off, pp, env, state, bias, gap};
    c->q = (gw_thread_query_t){q_len, qp, qe, tab, w, sh, 112, 13};
}

static inline void drop_case(case_t *c)
{
    for (int k = 0; k < 11; k++)
        free(c->keep[k]);
}

#endif
