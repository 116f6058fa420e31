/* the identity questions on the emulated device equal the CPU's, for several orders of lanes */
#include <config.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cuda/gpuident.h"
#include "tests/cuda/emutest.h"

enum { PAIRS = 90, LONG = 130, LETTERS = 5 };

static void params(gw_ident_params_t *p, bool ends_free, int num)
{
    *p = (gw_ident_params_t){.n_letters = LETTERS,
                             .n_count = 4,
                             .gap_open = ends_free ? 20 : 3,
                             .gap_extend = ends_free ? 2 : 1,
                             .ends_free = ends_free,
                             .id_num = num,
                             .id_den = 100};
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            p->matrix[a * LETTERS + b] = a == b ? 2 : ends_free ? -4 : -1;
}

/* rows: whether the ends are free, and an order of lanes */
START_TEST(random_pairs)
{
    gw_ident_params_t p;
    gw_rng_t rng;
    uint8_t letter[2 * PAIRS * LONG], ask[PAIRS];
    int64_t off[2][PAIRS], n = 0;
    int32_t len[2][PAIRS];
    gw_ident_band_t band[PAIRS];
    gw_ident_answer_t want[PAIRS], got[PAIRS];
    gw_err_t err = {0};
    params(&p, _i & 1, 50 + 10 * _i);
    gw_rng_init(&rng, 400 + (uint64_t)_i);
    for (int i = 0; i < PAIRS; i++) {
        for (int side = 0; side < 2; side++) {
            off[side][i] = n;
            len[side][i] = 1 + (int32_t)gw_rng_below(&rng, i % 3 ? 40 : LONG - 1);
            if (i == PAIRS - 1) /* strips of the query beyond the band, in the last pair of all */
                len[side][i] = side ? 5 : LONG;
            if (side == 1 && i % 2 && i < PAIRS - 1) { /* a noisy stretch of the query */
                int32_t from = (int32_t)gw_rng_below(&rng, (uint64_t)len[0][i]);
                len[1][i] = len[0][i] - from;
                for (int32_t k = 0; k < len[1][i]; k++)
                    letter[n + k] = gw_rng_below(&rng, 6) ? letter[off[0][i] + from + k]
                                                          : (uint8_t)gw_rng_below(&rng, LETTERS);
            } else {
                for (int32_t k = 0; k < len[side][i]; k++)
                    letter[n + k] = (uint8_t)gw_rng_below(&rng, LETTERS);
            }
            n += len[side][i];
        }
        band[i].low = (int32_t)gw_rng_below(&rng, 90) - 60;
        band[i].high = i % 4 == 0 ? band[i].low - 1 : band[i].low + (int32_t)gw_rng_below(&rng, 60);
        if (i == PAIRS - 1)
            band[i] = (gw_ident_band_t){-2, 3};
        ask[i] = (uint8_t)(i % 3 + (i % 5 == 0 ? GW_IDENT_TURNED : 0));
    }
    int32_t least[PAIRS];
    gw_ident_batch_t b = {{PAIRS, letter, letter, off[0], off[1], len[0], len[1]},
                          band,
                          ask,
                          least};
    emutest_order((unsigned)_i);
    gw_gpu_t *g = emutest_stream();
    /* of every other question about local alignments: does one stray that is as good as the band's? */
    ck_assert_int_eq(gw_ident_batch(&b, &p, want, &err), GW_OK);
    for (int i = 0; i < PAIRS; i++) {
        least[i] = want[i].score > 1 ? (int32_t)want[i].score - i % 8 / 7 : 1;
        if (!p.ends_free && i % 2)
            ask[i] = (uint8_t)((ask[i] & GW_IDENT_TURNED) + GW_IDENT_STRAYS);
    }
    ck_assert_int_eq(gw_ident_batch(&b, &p, want, &err), GW_OK);
    gw_status_t st = gw_gpuident_run(g, &b, &p, got, &err);
    ck_assert_msg(st == GW_OK, "%s", err.msg);
    for (int i = 0; i < PAIRS; i++)
        ck_assert_msg(got[i].score == want[i].score &&
                          ((got[i].score <= 0 && (ask[i] & 3) != GW_IDENT_STRAYS) ||
                           got[i].value == want[i].value),
                      "pair %d (%d x %d, band %d..%d, question %d): %ld %ld, expected %ld %ld", i,
                      len[0][i], len[1][i], band[i].low, band[i].high, ask[i], (long)got[i].score,
                      (long)got[i].value, (long)want[i].score, (long)want[i].value);
    gw_gpu_destroy(g);
}
END_TEST

/* a pair too long for the device's keys comes back all the same */
START_TEST(long_pair)
{
    enum { N = 100001, SHORT = 20 };
    gw_ident_params_t p;
    gw_err_t err = {0};
    uint8_t *letter = gw_malloc(N, 1);
    ck_assert_ptr_nonnull(letter);
    for (int i = 0; i < N; i++)
        letter[i] = (uint8_t)(i * 7 / 5 % 4);
    params(&p, true, 90);
    int64_t q_off[2] = {0, 0}, t_off[2] = {50000, 3};
    int32_t q_len[2] = {N, SHORT}, t_len[2] = {SHORT, SHORT};
    gw_ident_band_t band[2] = {{1, 0}, {1, 0}};
    uint8_t ask[2] = {GW_IDENT_SLACK, GW_IDENT_SPAN_Q};
    gw_ident_batch_t b = {{2, letter, letter, q_off, t_off, q_len, t_len}, band, ask, NULL};
    gw_ident_answer_t want[2], got[2];
    gw_gpu_t *g = emutest_stream();
    ck_assert_int_eq(gw_ident_batch(&b, &p, want, &err), GW_OK);
    ck_assert_int_eq(gw_gpuident_run(g, &b, &p, got, &err), GW_OK);
    ck_assert_int_eq(want[0].score, 2 * SHORT);
    for (int i = 0; i < 2; i++)
        ck_assert(got[i].score == want[i].score && got[i].value == want[i].value);
    gw_gpu_destroy(g);
    free(letter);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gpuident");
    TCase *c = tcase_create("gpuident");
    tcase_add_loop_test(c, random_pairs, 0, 5);
    tcase_add_test(c, long_pair);
    tcase_set_timeout(c, 600);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
