/* threading scores on the emulated device equal the plain reference */
#include <config.h>

#include <string.h>

#include "cuda/gputhread.h"
#include "tests/cuda/emutest.h"
#include "tests/kernels/threads.h"

/* queries on both sides of a strip's edge (64, 80), numbers of templates on both sides of a warp's (16),
 * templates of one column and up, scores past 16 bits and near the limit of them */
static const struct {
    size_t n;
    int max_len, q_len, shift;
} cases[] = {{1, 1, 1, 200},    {1, 40, 3, 200},   {33, 30, 5, 150},    {64, 70, 64, 100},
             {20, 90, 65, 50},  {17, 80, 80, 0},   {10, 60, 81, 300},   {4, 200, 300, 3000},
             {31, 64, 2, 250},  {9, 128, 160, -50}, {40, 20, 31, 200},  {7, 50, 200, 100},
             {5, 40, 129, 0},   {16, 60, 240, 100}, {130, 12, 20, 200}, {15, 90, 100, 800},
             {48, 100, 40, 350}, {60, 7, 300, 3960}};

/* Makes the numbers of a case the most that the kernel's header allows, or the least. */
static void extreme(case_t *c, uint64_t seed)
{
    gw_rng_t r;
    gw_rng_init(&r, seed);
    size_t cols = (size_t)c->t.off[c->t.n], rows = (size_t)c->q.len;
    uint8_t *pp = c->keep[1], *env = c->keep[2];
    int16_t *bias = c->keep[5], *tab = c->keep[8], *shift = c->keep[9];
    int8_t *qp = c->keep[6], *qe = c->keep[7];
    uint16_t *w = c->keep[10];
    for (size_t i = 0; i < cols * 20; i++)
        pp[i] = env[i] = gw_rng_below(&r, 8) ? 255 : 0;
    for (size_t i = 0; i < cols; i++)
        bias[i] = gw_rng_below(&r, 2) ? 4000 : -4000;
    for (size_t i = 0; i < rows * 20; i++)
        qp[i] = qe[i] = i % 2 ? 127 : gw_rng_below(&r, 2) ? 1 : 0;
    for (size_t i = 0; i < rows * GW_THREAD_STATES; i++)
        tab[i] = gw_rng_below(&r, 2) ? 4000 : -4000;
    for (size_t i = 0; i < c->t.n; i++)
        shift[i] = gw_rng_below(&r, 2) ? 4000 : -4000;
    for (size_t i = 0; i < c->t.n * 20; i++)
        w[i] = gw_rng_below(&r, 2) ? 256 : 0;
    c->q.gap_open = gw_rng_below(&r, 2) ? 4000 : 0;
    c->q.gap_extend = gw_rng_below(&r, 2) ? 4000 : 0;
}

/* Gaps that pay, so that long ones cross from lane to lane and from strip to strip */
static void cheap_gaps(case_t *c)
{
    memset(c->keep[4], 1, (size_t)c->t.off[c->t.n]);
    c->q.gap_open = 2;
    c->q.gap_extend = 1;
}

static void check(gw_gpu_t *g, const case_t *c, bool keep_them, size_t half)
{
    gw_err_t err = {0};
    const size_t n = c->t.n;
    int32_t *want = gw_malloc(n, sizeof *want), *got = gw_malloc(n, sizeof *got),
            *order = gw_malloc(n, sizeof *order);
    gw_gpu_tables_t *kept = NULL;
    ck_assert(want && got && order);
    memset(got, 0xee, n * sizeof *got);
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(gw_thread_score_ref(&c->t, &c->q, i, &want[i], &err), GW_OK);
    ck_assert_int_eq(gw_thread_order(&c->t, order, &err), GW_OK);
    if (keep_them) {
        const void *piece[GW_GPUTHREAD_PIECES];
        uint64_t bytes[GW_GPUTHREAD_PIECES];
        gw_gputhread_pieces(&c->t, piece, bytes);
        ck_assert_int_eq(
            gw_gpu_tables_send(g, piece, bytes, GW_GPUTHREAD_PIECES, &kept, &err), GW_OK);
    }
    ck_assert_int_eq(gw_gputhread_score(g, kept, &c->t, order, &c->q, 0, half, got, &err), GW_OK);
    for (size_t i = half; i < n; i++)
        ck_assert_int_eq(got[order[i]], (int32_t)0xeeeeeeee);
    ck_assert_int_eq(gw_gputhread_score(g, kept, &c->t, order, &c->q, half, n - half, got, &err), GW_OK);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(got[i] == want[i], "template %zu of %d columns: %d, reference %d", i,
                      (int)(c->t.off[i + 1] - c->t.off[i]), got[i], want[i]);
    gw_gpu_tables_free(kept);
    free(order);
    free(want);
    free(got);
}

START_TEST(scores)
{
    case_t c;
    gw_gpu_t *g = emutest_stream();
    for (unsigned round = 0; round < 4; round++) {
        make_case(&c, 50 * (uint64_t)_i + round, cases[_i].n, cases[_i].max_len, cases[_i].q_len,
                  cases[_i].shift);
        if (round == 2)
            cheap_gaps(&c);
        if (round == 3)
            extreme(&c, 7 + (uint64_t)_i);
        emutest_order(round);
        /* whole, and in two parts; templates that stay there, and templates that are sent */
        check(g, &c, round / 2 == 1, round % 2 ? c.t.n / 2 : 0);
        drop_case(&c);
    }
    gw_gpu_destroy(g);
}
END_TEST

/* Scores that end just below and just above where they are done again: a template of one column
 * after the other with nothing but bias. */
START_TEST(limit)
{
    enum { ROWS = 40, N = 40 };
    case_t c;
    gw_gpu_t *g = emutest_stream();
    make_case(&c, 3, N, 30, ROWS, 0);
    int64_t *off = c.keep[0];
    int16_t *bias = c.keep[5], *tab = c.keep[8], *shift = c.keep[9];
    size_t cols = (size_t)off[N];
    memset(c.keep[1], 0, cols * 20);
    memset(c.keep[2], 0, cols * 20);
    for (size_t i = 0; i < cols; i++)
        bias[i] = 4000;
    for (size_t i = 0; i < (size_t)ROWS * GW_THREAD_STATES; i++)
        tab[i] = 0;
    for (int i = 0; i < N; i++) /* up to 30 columns of 500 to 4500 */
        shift[i] = (int16_t)(-3500 + 100 * i);
    check(g, &c, false, 0);
    drop_case(&c);
    gw_gpu_destroy(g);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gputhread");
    TCase *c = tcase_create("gputhread");
    tcase_add_loop_test(c, scores, 0, sizeof cases / sizeof *cases);
    tcase_add_test(c, limit);
    tcase_set_timeout(c, 600);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
