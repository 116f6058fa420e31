/* The parts that candidate pairs are found with: bins of records, stretches of diagonals, words. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cluster/diagonal.h"
#include "cluster/odds.h"
#include "cluster/recbins.h"
#include "cluster/wordshape.h"
#include "tests/check_main.h"

/* Whoever puts the records, on disk or not: a bin holds what was put into it, in order, once. */
static void check_bins(int low_bits, const gw_recroom_t *room)
{
    enum { BINS = 5, WORKERS = 3, N = 40000 };
    gw_recbins_t b;
    gw_recs_t r = {0};
    gw_rng_t rng;
    uint64_t sum[BINS] = {0}, mix[BINS] = {0};
    size_t count[BINS] = {0};
    gw_rng_init(&rng, 7);
    ck_assert_int_eq(gw_recbins_init(&b, BINS, WORKERS, room, NULL), GW_OK);
    for (int i = 0; i < N; i++) {
        /* the last bin stays empty; many records share their upper bits */
        uint64_t rec = gw_rng_below(&rng, 40) << 40 | gw_rng_below(&rng, 3000);
        int bin = (int)gw_rng_below(&rng, BINS - 1), worker = (int)gw_rng_below(&rng, WORKERS);
        ck_assert_int_eq(gw_recbins_put(&b, worker, bin, rec, NULL), GW_OK);
        sum[bin] += rec;
        mix[bin] ^= gw_hash_mix(rec);
        count[bin]++;
    }
    ck_assert((b.spill && gw_spill_bytes(b.spill) > 0) == (room->limit > 0));
    for (int bin = 0; bin < BINS; bin++) {
        ck_assert_int_eq(gw_recbins_take(&b, bin, low_bits, &r, NULL), GW_OK);
        ck_assert_uint_eq(r.n, count[bin]);
        for (size_t i = 0; i < r.n; i++) {
            ck_assert(i == 0 || r.v[i - 1] <= r.v[i]);
            sum[bin] -= r.v[i];
            mix[bin] ^= gw_hash_mix(r.v[i]);
        }
        ck_assert_uint_eq(sum[bin], 0);
        ck_assert_uint_eq(mix[bin], 0);
    }
    gw_recs_release(&r);
    gw_recbins_release(&b);
}

START_TEST(test_bins_come_out_sorted)
{
    check_bins(_i, &(gw_recroom_t){0});
    check_bins(_i, &(gw_recroom_t){.limit = 1});
}
END_TEST

START_TEST(test_stretch_equals_reference)
{
    gw_diagonal_t d;
    gw_rng_t rng;
    gw_rng_init(&rng, 11);
    for (int n = 0; n < 60000; n++) {
        uint8_t q[70], t[70];
        if (n % 500 == 0)
            gw_diagonal_init(&d, (double)(1 + gw_rng_below(&rng, 999)) / 1000);
        int32_t q_len = 1 + (int32_t)gw_rng_below(&rng, 69), letters = n % 5 + 1;
        int32_t t_len = 1 + (int32_t)gw_rng_below(&rng, 69);
        int32_t diag = (int32_t)gw_rng_below(&rng, (uint64_t)(q_len + t_len - 1)) - (q_len - 1);
        for (int i = 0; i < 70; i++) {
            q[i] = (uint8_t)gw_rng_below(&rng, (uint64_t)letters);
            t[i] = (uint8_t)gw_rng_below(&rng, (uint64_t)letters);
        }
        gw_stretch_t a = gw_diagonal_best(&d, q, q_len, t, t_len, diag);
        gw_stretch_t b = gw_diagonal_best_ref(&d, q, q_len, t, t_len, diag);
        ck_assert(a.score == b.score && a.len == b.len && a.equal == b.equal);
        ck_assert(a.len >= a.equal && a.score == a.equal * d.equal - (a.len - a.equal) * d.cost);
    }
}
END_TEST

/* The kinds of the letters around a word: the same ones anywhere, and the word's own do not count. */
START_TEST(test_around)
{
    gw_rng_t rng;
    uint8_t seq[100];
    gw_rng_init(&rng, 4);
    for (int k = 0; k < GW_WORDSHAPE_MAX + GW_WORDSHAPE_SHORTS; k++) {
        gw_wordshape_t w;
        gw_wordshape_init(&w, GW_SEQ_PROTEIN, k);
        for (int i = 0; i < 100; i++)
            seq[i] = (uint8_t)gw_rng_below(&rng, 20);
        uint32_t x = gw_wordshape_around(&w, seq, 100, 50);
        ck_assert_uint_eq(x, gw_wordshape_around(&w, seq + 30, 70, 20));
        ck_assert_uint_lt(x, 1U << GW_WORDSHAPE_AROUND);
        int n = 0;
        for (int i = 0; i < 100; i++) {
            uint8_t was = seq[i];
            bool inside = i >= 50 && i < 50 + w.span;
            seq[i] = w.hydrophobic >> was & 1 ? 1 : 0; /* R for a hydrophobic letter, A for others */
            uint32_t y = gw_wordshape_around(&w, seq, 100, 50) ^ x;
            ck_assert((y & (y - 1)) == 0);
            ck_assert(y == 0 || !inside || !(w.places >> (50 + w.span - 1 - i) & 1));
            n += y != 0;
            seq[i] = was;
        }
        ck_assert_int_eq(n, GW_WORDSHAPE_AROUND);
        for (int i = 0; i < 100; i++)
            seq[i] = 0;
        ck_assert_uint_eq(gw_wordshape_around(&w, seq, 100, 50), (1U << GW_WORDSHAPE_AROUND) - 1);
        ck_assert_uint_lt(gw_wordshape_around(&w, seq, 100, 0), (1U << GW_WORDSHAPE_AROUND) - 1);
    }
}
END_TEST

/* Words of a shifted copy are the same ones, also when only some are kept. */
START_TEST(test_words_are_the_same_anywhere)
{
    gw_rng_t rng;
    uint8_t seq[300];
    gw_word_t a[300], b[300];
    gw_rng_init(&rng, 3);
    for (int kind = 0; kind < 2; kind++)
        for (int k = 0; k < GW_WORDSHAPE_MAX; k++) {
            gw_wordshape_t w;
            gw_wordshape_init(&w, kind ? GW_SEQ_DNA : GW_SEQ_PROTEIN, k);
            for (int i = 0; i < 300; i++)
                seq[i] = (uint8_t)gw_rng_below(&rng, kind ? 4 : 20);
            seq[150] = kind ? 4 : GW_SEQSET_X;
            int32_t n = gw_wordshape_words(&w, seq, 300, GW_WORDSHAPE_ALL, a);
            ck_assert_int_eq(n, 300 - w.span + 1 - w.weight); /* none with the X */
            n = gw_wordshape_words(&w, seq, 300, GW_WORDSHAPE_ALL / 3, a);
            int32_t m = gw_wordshape_words(&w, seq + 40, 260, GW_WORDSHAPE_ALL / 3, b), from = 0;
            ck_assert_int_gt(m, 40);
            ck_assert_int_lt(n, 150);
            while (a[from].pos < 40)
                from++;
            ck_assert_int_eq(n - from, m);
            for (int32_t i = 0; i < m; i++)
                ck_assert(a[from + i].word == b[i].word && a[from + i].pos == b[i].pos + 40);
            ck_assert_int_eq(gw_wordshape_words(&w, seq, w.span - 1, GW_WORDSHAPE_ALL, a), 0);
        }
}
END_TEST

/* More alike along more of it is likelier; what is sure is likely. */
START_TEST(test_odds_rise)
{
    gw_odds_in_t in = {.shorter = 200, .longer = 220};
    int32_t last = 0;
    for (in.first.len = 20; in.first.len <= 200; in.first.len += 10) {
        in.first.equal = in.first.len * 54 / 100;
        int32_t odds = gw_odds_of_pair(&in, 5000, 0.8);
        ck_assert_int_ge(odds, last);
        last = odds;
    }
    ck_assert_int_gt(last, GW_ODDS_ONE / 2);
    ck_assert_int_lt(last, GW_ODDS_ONE);
    ck_assert(gw_odds_sure(&in, 5000, 0.8) == false);
    in.first.len = 200;
    in.first.equal = 112;
    ck_assert(gw_odds_sure(&in, 5000, 0.8));
    ck_assert(!gw_odds_sure(&in, 5000, 0.95));
    in.first = (gw_stretch_t){0, 90, 60};
    int32_t alone = gw_odds_of_pair(&in, 5000, 0.8);
    in.second = (gw_stretch_t){0, 90, 60};
    ck_assert_int_gt(gw_odds_of_pair(&in, 5000, 0.8), alone);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("prefilter");
    TCase *c = tcase_create("prefilter");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, test_bins_come_out_sorted, 0, 45);
    tcase_add_test(c, test_stretch_equals_reference);
    tcase_add_test(c, test_around);
    tcase_add_test(c, test_words_are_the_same_anywhere);
    tcase_add_test(c, test_odds_rise);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
