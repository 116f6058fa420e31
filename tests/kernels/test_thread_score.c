#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void *keep(case_t *c, int k, size_t n, size_t size)
{
    c->keep[k] = gw_malloc(n, size);
    ck_assert_ptr_nonnull(c->keep[k]);
    return c->keep[k];
}

static void make_case(case_t *c, uint64_t seed, size_t n, int max_len, int q_len, int shift)
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

static void drop_case(case_t *c)
{
    for (int k = 0; k < 11; k++)
        free(c->keep[k]);
}

static const struct {
    size_t n;
    int max_len, q_len, shift;
} cases[] = {{1, 1, 1, 200},    {1, 40, 3, 200},   {33, 30, 5, 150},  {64, 70, 64, 100},
             {100, 90, 37, 50}, {17, 200, 90, 0},  {40, 60, 61, 300}, {5, 400, 300, 3000},
             {31, 64, 2, 250},  {70, 128, 41, -50}};

START_TEST(variants_equal_reference)
{
    case_t c;
    gw_err_t err = {0};
    make_case(&c, 1000 + (uint64_t)_i, cases[_i].n, cases[_i].max_len, cases[_i].q_len,
              cases[_i].shift);
    int32_t *want = gw_malloc(c.t.n, sizeof *want), *got = gw_malloc(c.t.n, sizeof *got), top = 0;
    for (size_t i = 0; i < c.t.n; i++) {
        ck_assert_int_eq(gw_thread_score_ref(&c.t, &c.q, i, &want[i], &err), GW_OK);
        top = want[i] > top ? want[i] : top;
    }
    ck_assert_int_gt(top, cases[_i].shift > 1000 ? INT16_MAX : 0);
    for (int level = GW_CPU_REF; level < GW_CPU_LEVELS; level++) {
        gw_thread_pack_t *p;
        if (!gw_cpu_has((gw_cpu_level_t)level))
            continue;
        ck_assert_int_eq(gw_thread_pack_create_level(&c.t, (gw_cpu_level_t)level, &p, &err), GW_OK);
        memset(got, 0xee, c.t.n * sizeof *got);
        for (size_t g = 0; g < gw_thread_pack_groups(p); g++)
            ck_assert_int_eq(gw_thread_score_group(p, &c.q, g, got, &err), GW_OK);
        for (size_t i = 0; i < c.t.n; i++)
            ck_assert_msg(got[i] == want[i], "%s: template %zu of %d columns: %d, reference %d",
                          gw_cpu_level_name((gw_cpu_level_t)level), i,
                          (int)(c.t.off[i + 1] - c.t.off[i]), got[i], want[i]);
        gw_thread_pack_destroy(p);
    }
    free(want);
    free(got);
    drop_case(&c);
}
END_TEST

/* every local alignment of tiny pairs, written out as recursion over its end cell */
static int32_t brute(const case_t *c, size_t t, int32_t i, int32_t j)
{
    int32_t s = gw_thread_cell(&c->t, &c->q, t, i, c->t.off[t] + j), best = 0;
    for (int32_t a = i - 1; a >= 0; a--)
        for (int32_t b = j - 1; b >= 0; b--) {
            int32_t dq = i - a - 1, dt = j - b - 1, open = 112 + c->t.gap[c->t.off[t] + b],
                    cost = 0;
            if (dt > 0)
                cost += open + (dt - 1) * 13;
            if (dq > 0) /* a gap in the query opens behind the column where the other one ends */
                cost += 112 + c->t.gap[c->t.off[t] + b + dt] + (dq - 1) * 13;
            int32_t other = 0;
            if (dq > 0)
                other += open + (dq - 1) * 13;
            if (dt > 0)
                other += open + (dt - 1) * 13;
            cost = dq > 0 && dt > 0 && other < cost ? other : cost;
            int32_t v = brute(c, t, a, b) - cost;
            best = v > best ? v : best;
        }
    return best + s;
}

START_TEST(reference_equals_brute_force)
{
    case_t c;
    gw_err_t err = {0};
    make_case(&c, 77 + (uint64_t)_i, 4, 5, 5, 260);
    for (size_t t = 0; t < c.t.n; t++) {
        int32_t want = 0, got;
        for (int32_t i = 0; i < c.q.len; i++)
            for (int32_t j = 0; j < c.t.off[t + 1] - c.t.off[t]; j++) {
                int32_t v = brute(&c, t, i, j);
                want = v > want ? v : want;
            }
        ck_assert_int_eq(gw_thread_score_ref(&c.t, &c.q, t, &got, &err), GW_OK);
        ck_assert_int_eq(got, want);
    }
    drop_case(&c);
}
END_TEST

START_TEST(log_is_sixteenths)
{
    ck_assert_int_eq(gw_thread_log16(1), 1); /* the leading bits' bin 1..1.0625, rounded */
    ck_assert_int_eq(gw_thread_log16(1024) - gw_thread_log16(1), 160);
    for (uint32_t x = 16; x < 300000; x = x * 5 / 4)
        ck_assert_double_eq_tol(gw_thread_log16(x) / 16.0, __builtin_log2((double)x), 0.08);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("thread_score");
    TCase *tc = tcase_create("scores");
    tcase_add_loop_test(tc, variants_equal_reference, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_loop_test(tc, reference_equals_brute_force, 0, 20);
    tcase_add_test(tc, log_is_sixteenths);
    suite_add_tcase(s, tc);
    return s;
}
GW_CHECK_MAIN(make)
