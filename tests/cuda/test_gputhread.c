/* threading scores on the emulated device equal the plain reference */
#include <config.h>

#include <string.h>

#include "cuda/gputhread.h"
#include "tests/cuda/emutest.h"
#include "tests/kernels/threads.h"

/* queries on both sides of a strip's edge (128), templates of one column and up, scores past 16 bits
 */
static const struct {
    size_t n;
    int max_len, q_len, shift;
} cases[] = {{1, 1, 1, 200},   {1, 40, 3, 200},  {33, 30, 5, 150},   {64, 70, 64, 100},
             {20, 90, 127, 50}, {17, 80, 128, 0}, {10, 60, 129, 300}, {4, 200, 300, 3000},
             {31, 64, 2, 250}, {9, 128, 257, -50}, {40, 20, 31, 200},
             {7, 50, 200, 100}, {5, 40, 256, 0}, {4, 60, 400, 100}}; /* every number of rows a lane */

START_TEST(scores)
{
    case_t c;
    gw_err_t err = {0};
    gw_gpu_t *g = emutest_stream();
    for (unsigned round = 0; round < 4; round++) {
        make_case(&c, 50 * (uint64_t)_i + round, cases[_i].n, cases[_i].max_len, cases[_i].q_len,
                  cases[_i].shift);
        int32_t *want = gw_malloc(c.t.n, sizeof *want), *got = gw_malloc(c.t.n, sizeof *got);
        ck_assert(want && got);
        memset(got, 0xee, c.t.n * sizeof *got);
        emutest_order(round);
        for (size_t i = 0; i < c.t.n; i++)
            ck_assert_int_eq(gw_thread_score_ref(&c.t, &c.q, i, &want[i], &err), GW_OK);
        size_t half = round % 2 ? c.t.n / 2 : 0; /* whole, and in two parts */
        ck_assert_int_eq(gw_gputhread_score(g, &c.t, &c.q, 0, half, got, &err), GW_OK);
        ck_assert_int_eq(gw_gputhread_score(g, &c.t, &c.q, half, c.t.n - half, got, &err), GW_OK);
        for (size_t i = 0; i < c.t.n; i++)
            ck_assert_msg(got[i] == want[i], "template %zu of %d columns: %d, reference %d", i,
                          (int)(c.t.off[i + 1] - c.t.off[i]), got[i], want[i]);
        free(want);
        free(got);
        drop_case(&c);
    }
    gw_gpu_destroy(g);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gputhread");
    TCase *c = tcase_create("gputhread");
    tcase_add_loop_test(c, scores, 0, sizeof cases / sizeof *cases);
    tcase_set_timeout(c, 600);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
