#include <config.h>

#include <check.h>
#include <math.h>

#include "fold/surplus.h"
#include "tests/check_main.h"
#include "tests/kernels/threads.h"

/* cheaper gaps never lower a score, and some alignments gain by them */
START_TEST(cheap_gaps_raise_scores)
{
    enum { N = 20 };
    case_t c;
    gw_err_t err = {0};
    make_case(&c, (uint64_t)_i, N, 80, 60, 150);
    c.q.gap_open = 112;
    c.q.gap_extend = 13;
    gw_thread_query_t loose = gw_surplus_query(&c.q);
    ck_assert_int_eq(loose.gap_open, 48);
    ck_assert_int_eq(loose.gap_extend, 3);
    ck_assert_int_eq(loose.len, c.q.len);
    ck_assert_ptr_eq(loose.tab, c.q.tab);
    int raised = 0;
    for (size_t i = 0; i < N; i++) {
        int32_t a, b;
        ck_assert_int_eq(gw_thread_score_ref(&c.t, &c.q, i, &a, &err), GW_OK);
        ck_assert_int_eq(gw_thread_score_ref(&c.t, &loose, i, &b, &err), GW_OK);
        ck_assert_int_ge(b, a);
        raised += b > a;
    }
    ck_assert_int_gt(raised, 0);
    drop_case(&c);
}
END_TEST

/* a rise of d bits is worth d / 11.57 spreads, longer chains rise more by chance, and the surplus
 * stays within -3 and 4 */
START_TEST(surplus_in_spreads)
{
    double at = gw_surplus_of(800, 800 + 16 * 20, 4, 200, 200);
    double up = gw_surplus_of(800, 800 + 16 * 30, 4, 200, 200);
    ck_assert_double_eq_tol(up - at, 10 / 11.57, 1e-9);
    ck_assert_double_lt(gw_surplus_of(800, 800 + 16 * 20, 4, 250, 200), at);
    ck_assert_double_lt(gw_surplus_of(800, 800 + 16 * 20, 4, 200, 250), at);
    ck_assert_double_lt(gw_surplus_of(800, 800 + 16 * 20, 6, 200, 200), at);
    ck_assert_double_eq(gw_surplus_of(800, 800 + 16 * 20, 300, 200, 200),
                        gw_surplus_of(800, 800 + 16 * 20, 10, 200, 200));
    ck_assert_double_eq(gw_surplus_of(0, 1 << 20, 4, 1, 1), 4);
    ck_assert_double_eq(gw_surplus_of(800, 800, 4, 30000, 30000), -3);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("surplus");
    TCase *t = tcase_create("surplus");
    tcase_add_loop_test(t, cheap_gaps_raise_scores, 0, 5);
    tcase_add_test(t, surplus_in_spreads);
    suite_add_tcase(s, t);
    return s;
}
GW_CHECK_MAIN(make)
