/* tests/call/test_leftalign.c -- left alignment against brute force, reach and repeats */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "call/leftalign.h"
#include "tests/check_main.h"

enum { LEN = 24 };

static int spell(const uint8_t *ref, const gw_event_t *e, uint8_t *out)
{
    int n = 0;
    for (int64_t p = 0; p <= LEN; p++) {
        if (p == e->pos)
            for (int32_t k = 0; k < e->alt_len; k++)
                out[n++] = e->alt[k];
        if (p < LEN && (p < e->pos || p >= e->pos + e->ref_len))
            out[n++] = ref[p];
    }
    return n;
}

/* the smallest and largest position at which an indel of that size spells the same sequence */
static void brute(const uint8_t *ref, const gw_event_t *e, int64_t *lo, int64_t *hi)
{
    uint8_t want[2 * LEN], got[2 * LEN], alt[LEN];
    int n = spell(ref, e, want);
    *lo = LEN;
    *hi = 0;
    for (int64_t p = 0; p + e->ref_len <= LEN; p++) {
        gw_event_t x = {p, e->ref_len, e->alt_len, alt};
        memcpy(alt, want + p, (size_t)e->alt_len); /* an insertion there would be these letters */
        if (spell(ref, &x, got) == n && memcmp(want, got, (size_t)n) == 0) {
            *lo = p < *lo ? p : *lo;
            *hi = p > *hi ? p : *hi;
        }
    }
}

START_TEST(test_brute)
{
    gw_rng_t rng;
    gw_rng_init(&rng, (uint64_t)_i + 1);
    uint8_t ref[LEN], alt[LEN], buf[LEN], a[2 * LEN], b[2 * LEN];
    for (int round = 0; round < 2000; round++) {
        int letters = 1 + (int)gw_rng_below(&rng, 3); /* few letters make repeats */
        for (int i = 0; i < LEN; i++)
            ref[i] = (uint8_t)gw_rng_below(&rng, (uint64_t)letters);
        int32_t n = 1 + (int32_t)gw_rng_below(&rng, 5);
        gw_event_t e = {.pos = 1 + (int64_t)gw_rng_below(&rng, LEN - 6)};
        if (_i & 1) {
            e.ref_len = n;
        } else {
            e.alt_len = n;
            e.alt = alt;
            for (int32_t k = 0; k < n; k++)
                alt[k] = (uint8_t)gw_rng_below(&rng, (uint64_t)letters);
        }
        int64_t lo, hi;
        brute(ref, &e, &lo, &hi);
        int la = spell(ref, &e, a);
        gw_leftalign(ref, 0, &e, buf);
        int lb = spell(ref, &e, b);
        ck_assert_int_eq(la, lb);
        ck_assert_mem_eq(a, b, (size_t)la);
        ck_assert_int_eq(e.pos, lo);
        ck_assert_int_eq(gw_leftalign_reach(ref, LEN, &e), hi + e.ref_len);
    }
}
END_TEST

static const struct {
    const char *ref, *alt; /* alt "" = deletion of n */
    int64_t pos;
    int n, period, copies;
} repeat[] = {
    {"GACGAAAAAATC", "", 4, 1, 1, 6},  {"GACGAAAAAATC", "A", 4, 0, 1, 6},
    {"GACGAAAAAATC", "C", 4, 0, 1, 1}, {"GTCACACACAGG", "CA", 2, 0, 2, 4},
    {"GTCACACACAGG", "", 2, 2, 2, 4},  {"GTCACACACAGG", "CACA", 2, 0, 2, 4},
    {"GTACTAACTGGA", "", 3, 3, 3, 1},
};

START_TEST(test_repeat)
{
    uint8_t ref[32], alt[8];
    int len = (int)strlen(repeat[_i].ref), n = (int)strlen(repeat[_i].alt);
    static const char acgt[] = "ACGT";
    for (int i = 0; i < len; i++)
        ref[i] = (uint8_t)(strchr(acgt, repeat[_i].ref[i]) - acgt);
    for (int i = 0; i < n; i++)
        alt[i] = (uint8_t)(strchr(acgt, repeat[_i].alt[i]) - acgt);
    gw_event_t e = {repeat[_i].pos, repeat[_i].n, n, alt};
    gw_repeat_t r = gw_leftalign_repeat(ref, len, &e);
    ck_assert_int_eq(r.period, repeat[_i].period);
    ck_assert_int_eq(r.copies, repeat[_i].copies);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("call/leftalign");
    TCase *t = tcase_create("leftalign");
    tcase_add_loop_test(t, test_brute, 0, 4);
    tcase_add_loop_test(t, test_repeat, 0, sizeof repeat / sizeof *repeat);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(suite)
