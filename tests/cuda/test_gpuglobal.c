/* banded alignments on the emulated device: scores and operations equal the plain reference's */
#include <config.h>

#include "cuda/gpuglobal.h"
#include "kernels/extend_variants.h"
#include "tests/cuda/emutest.h"
#include "tests/kernels/pairs.h"

static void compare(const gw_extend_batch_t *b, const gw_extend_params_t *p, const int32_t *diag,
                    const int32_t *width, const char *what)
{
    size_t n = b->n;
    gw_err_t err = {0};
    gw_extend_cigars_t want = {.score = gw_malloc(n, 4), .cigar_off = gw_malloc(n + 1, 8)},
                       got = {.score = gw_malloc(n, 4), .cigar_off = gw_malloc(n + 1, 8)};
    ck_assert(want.score && want.cigar_off && got.score && got.cigar_off);
    gw_gpu_t *g = emutest_stream();
    ck_assert_int_eq(gw_extend_global_ref(b, p, diag, width, &want, &err), GW_OK);
    gw_status_t st = gw_gpuglobal_run(g, b, p, diag, width, &got, &err);
    ck_assert_msg(st == GW_OK, "%s: %s", what, err.msg);
    gw_gpu_destroy(g);
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(got.score[i] == want.score[i],
                      "%s, pair %zu (%d x %d, diagonal %d, width %d): score %d, expected %d", what,
                      i, b->q_len[i], b->t_len[i], diag[i], width[i], got.score[i], want.score[i]);
        size_t len = (size_t)(want.cigar_off[i + 1] - want.cigar_off[i]);
        ck_assert_msg(got.cigar_off[i] == want.cigar_off[i] &&
                          got.cigar_off[i + 1] == want.cigar_off[i + 1] &&
                          (len == 0 || memcmp(got.cigar + got.cigar_off[i],
                                              want.cigar + want.cigar_off[i], len * 4) == 0),
                      "%s, pair %zu (%d x %d, diagonal %d, width %d): other operations", what, i,
                      b->q_len[i], b->t_len[i], diag[i], width[i]);
    }
    free(want.score);
    free(want.cigar);
    free(want.cigar_off);
    free(got.score);
    free(got.cigar);
    free(got.cigar_off);
}

/* bands that hold everything, the path, part of it, or nothing */
static void draw_bands(gw_rng_t *rng, const gw_extend_batch_t *b, int32_t *diag, int32_t *width)
{
    for (size_t i = 0; i < b->n; i++) {
        int32_t d = b->t_len[i] - b->q_len[i];
        diag[i] = gw_rng_below(rng, 4) ? d / 2 : (int32_t)gw_rng_below(rng, 9) - 4;
        width[i] = (int32_t)gw_rng_below(rng, 3) ? abs(d) + (int32_t)gw_rng_below(rng, 30)
                                                 : (int32_t)gw_rng_below(rng, 40) - 1;
    }
}

/* rows: schemes */
START_TEST(random_pairs)
{
    static const int most[] = {4, 12, 31, 34, 66, 150, 300};
    static const int every[] = {2, 5, 20, 100, 0};
    gw_extend_params_t p;
    scheme_params(&schemes[_i], &p);
    for (unsigned seed = 0; seed < 7; seed++) {
        gw_rng_t rng;
        gw_rng_init(&rng, 1000 * (uint64_t)_i + seed);
        pairs_t x;
        enum { MOST = 80 };
        size_t n = 1 + gw_rng_below(&rng, seed < 4 ? MOST : 9);
        int32_t diag[MOST], width[MOST];
        ck_assert(pairs_init(&x, n, n * (size_t)(2 * most[seed] + 2)));
        for (size_t i = 0; i < n; i++)
            pairs_add(&x, i, &rng, p.n_letters, (int32_t)gw_rng_below(&rng, (uint64_t)most[seed]),
                      (int32_t)gw_rng_below(&rng, (uint64_t)most[seed] * 3 / 2),
                      every[(seed + (unsigned)_i) % 5]);
        draw_bands(&rng, &x.b, diag, width);
        char what[100];
        snprintf(what, sizeof what, "%s, seed %u", schemes[_i].name, seed);
        emutest_order(seed);
        compare(&x.b, &p, diag, width, what);
        pairs_release(&x);
    }
}
END_TEST

/* all lengths up to some, with every width */
START_TEST(all_lengths)
{
    enum { MOST = 7, N = MOST * MOST * 9 };
    static int32_t diag[N], width[N];
    gw_extend_params_t p;
    scheme_params(&schemes[_i], &p);
    pairs_t x;
    gw_rng_t rng;
    gw_rng_init(&rng, 77);
    ck_assert(pairs_init(&x, N, N * MOST));
    for (size_t i = 0; i < N; i++) {
        pairs_add(&x, i, &rng, 2, (int32_t)(i % MOST), (int32_t)(i / MOST % MOST), 3);
        diag[i] = (int32_t)(i % 5) - 2;
        width[i] = (int32_t)(i / (MOST * MOST)) - 1;
    }
    emutest_order(5);
    compare(&x.b, &p, diag, width, "all lengths");
    pairs_release(&x);
}
END_TEST

/* free gaps between unlike letters: more operations than the output has room for */
START_TEST(many_operations)
{
    enum { N = 3, LEN = 200 };
    gw_extend_params_t p;
    gw_extend_params_dna(&p, 1, -100, -1, 0, 0, 0);
    pairs_t x;
    gw_rng_t rng;
    gw_rng_init(&rng, 8);
    int32_t diag[N] = {0}, width[N] = {-1, -1, -1};
    ck_assert(pairs_init(&x, N, N * LEN));
    for (size_t i = 0; i < N; i++)
        pairs_add(&x, i, &rng, 4, LEN, LEN, 0);
    emutest_order(0);
    compare(&x.b, &p, diag, width, "many operations");
    pairs_release(&x);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gpuglobal");
    TCase *c = tcase_create("gpuglobal");
    tcase_add_loop_test(c, random_pairs, 0, N_SCHEMES);
    tcase_add_loop_test(c, all_lengths, 0, 3);
    tcase_add_test(c, many_operations);
    tcase_set_timeout(c, 600);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
