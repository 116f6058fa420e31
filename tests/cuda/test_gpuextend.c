/* score and ends on the emulated device equal the plain reference, for several orders of lanes */
#include <config.h>

#include "cuda/gpuextend.h"
#include "kernels/extend_variants.h"
#include "kernels/gapless.h"
#include "tests/cuda/emutest.h"
#include "tests/kernels/pairs.h"

/* The gapless filter on whole matrices, on bands, and on single diagonals. */
static void compare_gapless(gw_gpu_t *g, const gw_extend_batch_t *b, const gw_extend_params_t *p,
                            const char *what)
{
    int32_t *diag = gw_calloc(b->n, sizeof *diag), *width = gw_calloc(b->n, sizeof *width);
    int32_t *want = gw_malloc(b->n, sizeof *want), *got = gw_malloc(b->n, sizeof *got);
    gw_err_t err = {0};
    gw_rng_t rng;
    gw_rng_init(&rng, b->n);
    ck_assert(diag && width && want && got);
    for (int bands = 0; bands < 3; bands++) {
        for (size_t i = 0; i < b->n; i++) {
            diag[i] = (int32_t)gw_rng_below(&rng, (uint64_t)(b->q_len[i] + b->t_len[i]) + 5) -
                      b->q_len[i] - 2;
            width[i] = bands == 0 ? -1 : bands == 1 ? 0 : (int32_t)gw_rng_below(&rng, 40) - 2;
        }
        memset(got, 0x5a, b->n * sizeof *got);
        gw_gapless_score_ref(b, p, diag, width, want);
        ck_assert_int_eq(gw_gpuextend_gapless(g, b, p, diag, width, got, &err), GW_OK);
        for (size_t i = 0; i < b->n; i++)
            ck_assert_msg(got[i] == want[i],
                          "%s, no gaps, pair %zu (%d x %d, %d +- %d): %d, expected %d", what, i,
                          b->q_len[i], b->t_len[i], diag[i], width[i], got[i], want[i]);
    }
    free(diag);
    free(width);
    free(want);
    free(got);
}

static void compare(const gw_extend_batch_t *b, const gw_extend_params_t *p, const char *what)
{
    gw_extend_hit_t *want = gw_malloc(b->n, sizeof *want), *got = gw_malloc(b->n, sizeof *got);
    int32_t *score = gw_malloc(b->n, sizeof *score);
    gw_err_t err = {0};
    ck_assert(want && got && score);
    memset(got, 0x5a, b->n * sizeof *got);
    memset(score, 0x5a, b->n * sizeof *score);
    gw_gpu_t *g = emutest_stream();
    ck_assert_int_eq(gw_extend_ends_ref(b, p, want, &err), GW_OK);
    gw_status_t st = gw_gpuextend_ends(g, b, p, got, &err);
    ck_assert_msg(st == GW_OK, "%s: %s", what, err.msg);
    ck_assert_int_eq(gw_gpuextend_score(g, b, p, score, &err), GW_OK);
    compare_gapless(g, b, p, what);
    gw_gpu_destroy(g);
    for (size_t i = 0; i < b->n; i++) {
        ck_assert_msg(memcmp(&got[i], &want[i], sizeof *got) == 0,
                      "%s, pair %zu (%d x %d): %d %d-%d %d-%d, expected %d %d-%d %d-%d", what, i,
                      b->q_len[i], b->t_len[i], got[i].score, got[i].q_beg, got[i].q_end,
                      got[i].t_beg, got[i].t_end, want[i].score, want[i].q_beg, want[i].q_end,
                      want[i].t_beg, want[i].t_end);
        ck_assert_msg(score[i] == want[i].score, "%s, pair %zu: score %d, expected %d", what, i,
                      score[i], want[i].score);
    }
    free(want);
    free(got);
    free(score);
}

/* rows: schemes. Sizes on both sides of every shape's edge, five rates of change, an order of lanes
 * each. */
START_TEST(random_pairs)
{
    static const int most[] = {3, 20, 66, 130, 165, 260, 530, 1100};
    static const int every[] = {0, 2, 5, 20, 100};
    gw_extend_params_t p;
    scheme_params(&schemes[_i], &p);
    for (unsigned seed = 0; seed < 8; seed++) {
        gw_rng_t rng;
        gw_rng_init(&rng, 1000 * (uint64_t)_i + seed);
        pairs_t x;
        size_t n = seed < 3 ? 1 + gw_rng_below(&rng, 100) : 1 + gw_rng_below(&rng, 12);
        ck_assert(pairs_init(&x, n, n * (size_t)(2 * most[seed] + 2)));
        for (size_t i = 0; i < n; i++)
            pairs_add(&x, i, &rng, p.n_letters, (int32_t)gw_rng_below(&rng, (uint64_t)most[seed]),
                      (int32_t)gw_rng_below(&rng, (uint64_t)most[seed] * 3 / 2),
                      every[(seed + (unsigned)_i) % 5]);
        char what[100];
        snprintf(what, sizeof what, "%s, seed %u", schemes[_i].name, seed);
        emutest_order(seed);
        compare(&x.b, &p, what);
        pairs_release(&x);
    }
}
END_TEST

/* every pair of lengths up to a few rows, and every number of pairs up to some warps */
START_TEST(all_lengths)
{
    enum { MOST = 11 };
    gw_extend_params_t p;
    scheme_params(&schemes[0], &p);
    pairs_t x;
    gw_rng_t rng;
    gw_rng_init(&rng, 77);
    ck_assert(pairs_init(&x, MOST * MOST, MOST * MOST * MOST));
    for (size_t i = 0; i < MOST * MOST; i++)
        pairs_add(&x, i, &rng, 4, (int32_t)(i % MOST), (int32_t)(i / MOST), 6);
    emutest_order(0);
    compare(&x.b, &p, "all lengths");
    for (size_t n = 0; n < MOST * MOST; n += 1 + n / 4) {
        x.b.n = n;
        compare(&x.b, &p, "all batch sizes");
    }
    pairs_release(&x);
}
END_TEST

/* scores that step over the edge of 16 bits, alone and beside a small one in the same word */
START_TEST(overflow)
{
    enum { N = 14, LEN = 340 };
    gw_extend_params_t p;
    gw_extend_params_dna(&p, 97, -100, -1, 90, 40, _i ? 100 : 0);
    pairs_t x;
    gw_rng_t rng;
    gw_rng_init(&rng, 5);
    ck_assert(pairs_init(&x, N, N * LEN));
    for (size_t i = 0; i < N; i++) {
        int32_t len = i % 3 ? 326 + (int32_t)i : 7;
        pairs_add(&x, i, &rng, 4, len, len, 1000);
        memcpy(x.query + x.q_off[i], x.target + x.t_off[i], (size_t)len);
    }
    emutest_order(3);
    compare(&x.b, &p, "overflow");
    pairs_release(&x);
}
END_TEST

/* pairs scattered over arrays that are much larger than what they use */
START_TEST(scattered)
{
    enum { N = 40, LEN = 50, ROOM = 1 << 20 };
    gw_extend_params_t p;
    scheme_params(&schemes[0], &p);
    gw_rng_t rng;
    gw_rng_init(&rng, 6);
    uint8_t *letters = gw_malloc(ROOM, 1);
    int64_t off[2][N];
    int32_t len[2][N];
    ck_assert_ptr_nonnull(letters);
    for (size_t i = 0; i < ROOM; i++)
        letters[i] = (uint8_t)gw_rng_below(&rng, 5);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 2; k++) {
            off[k][i] = k == 1 && i % 4 == 0 ? off[0][i] : (int64_t)gw_rng_below(&rng, ROOM - LEN);
            len[k][i] = (int32_t)gw_rng_below(&rng, LEN);
        }
    gw_extend_batch_t b = {N, letters, letters, off[0], off[1], len[0], len[1]};
    compare(&b, &p, "scattered");
    free(letters);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gpuextend");
    TCase *c = tcase_create("gpuextend");
    tcase_add_loop_test(c, random_pairs, 0, N_SCHEMES);
    tcase_add_test(c, all_lengths);
    tcase_add_loop_test(c, overflow, 0, 2);
    tcase_add_test(c, scattered);
    tcase_set_timeout(c, 600);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
