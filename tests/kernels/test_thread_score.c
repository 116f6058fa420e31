#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "kernels/thread_score.h"
#include "tests/check_main.h"
#include "tests/kernels/threads.h"

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
