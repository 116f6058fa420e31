/* tests/call/test_refconf.c -- likelihoods of the reference against sums written out */
#include <config.h>

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "call/refconf.h"
#include "tests/check_main.h"

enum { LEN = 400, MAX_INDEL = 6, MIN_SIDE = 3 };

static gw_arena_t arena;
static gw_refconf_work_t *work;
static uint8_t ref[LEN];
static gw_refconf_t conf[LEN];

static void setup(void)
{
    gw_err_t err;
    gw_arena_init(&arena, 1 << 14);
    ck_assert_int_eq(gw_refconf_create(2, 45, &work, &err), GW_OK);
}

static void teardown(void)
{
    gw_refconf_destroy(work);
    gw_arena_release(&arena);
}

/* seed 0: no repeats of 1 to 4 letters long enough to matter; else runs are made often */
static void make_ref(gw_rng_t *rng, bool repeats)
{
    for (int i = 0; i < LEN; i++) {
        bool again = repeats && i > 4 && gw_rng_below(rng, 3) > 0;
        ref[i] = again ? ref[i - 1 - (int)gw_rng_below(rng, 2)] : (uint8_t)gw_rng_below(rng, 4);
    }
}

/* A read that equals the reference over [beg,end). */
static gw_callread_t plain(int64_t beg, int64_t end, uint8_t qual, uint8_t mapq)
{
    int32_t n = (int32_t)(end - beg);
    gw_callread_t r = {.beg = beg, .end = end, .len = n, .n_cigar = 1, .mapq = mapq};
    r.base = gw_arena_alloc(&arena, (size_t)n, 2);
    r.qual = r.base + n;
    r.cigar = gw_arena_alloc(&arena, 3, sizeof *r.cigar);
    memcpy(r.base, ref + beg, (size_t)n);
    memset(r.qual, qual, (size_t)n);
    r.cigar[0] = (uint32_t)n << BAM_CIGAR_SHIFT | BAM_CMATCH;
    return r;
}

static void fill(const gw_callread_t *r, size_t n, int64_t beg, int64_t end)
{
    gw_err_t err;
    ck_assert_int_eq(
        gw_refconf_fill(work, r, n, ref, LEN, beg, end, NULL, 0, conf + beg, &err), GW_OK);
}

START_TEST(test_no_reads)
{
    gw_rng_t rng;
    gw_rng_init(&rng, 1);
    make_ref(&rng, false);
    fill(NULL, 0, 0, LEN);
    for (int i = 0; i < LEN; i++) {
        ck_assert_int_eq(conf[i].dp, 0);
        ck_assert_int_eq(gw_refconf_gq(&conf[i]), 0);
        for (int g = 0; g < 3; g++)
            ck_assert_int_eq(conf[i].pl[g], 0);
    }
}
END_TEST

/* Bases of low quality, so that another base is less surely absent than an indel: the sums of
 * half and full weights, an alternative base turns one around; mapping quality bounds all. */
START_TEST(test_bases)
{
    static const struct {
        int n, alt;
        uint8_t qual, mapq;
    } row[] = {{1, 0, 10, 60}, {20, 0, 10, 60}, {20, 1, 10, 60}, {20, 10, 12, 60},
               {20, 20, 12, 60}, {30, 0, 12, 8}};
    gw_rng_t rng;
    gw_rng_init(&rng, 2);
    make_ref(&rng, false);
    gw_callread_t r[40];
    for (int i = 0; i < row[_i].n; i++) {
        r[i] = plain(100, 300, row[_i].qual, row[_i].mapq);
        if (i < row[_i].alt)
            r[i].base[100] = (ref[200] + 1) & 3;
    }
    fill(r, (size_t)row[_i].n, 0, LEN);
    double e = pow(10, -row[_i].qual / 10.0), w = pow(10, -(row[_i].mapq < 45 ? row[_i].mapq : 45) / 10.0);
    double x = (1 - w) * e / 3 / (1 - e) + w;
    double v[3] = {-10 * log10(x) * row[_i].alt, -10 * log10(.5 * (1 + x)) * row[_i].n,
                   -10 * log10(x) * (row[_i].n - row[_i].alt)};
    double least = fmin(v[0], fmin(v[1], v[2]));
    ck_assert_int_eq(conf[200].dp, row[_i].n);
    ck_assert_int_eq(conf[99].dp, 0);
    ck_assert_int_eq(conf[299].dp, row[_i].n);
    for (int g = 0; g < 3; g++)
        ck_assert_int_le(abs(conf[200].pl[g] - (int)floor(v[g] - least + .5)), 1);
    ck_assert_int_eq(gw_refconf_gq(&conf[200]) > 0, row[_i].alt * 10 < row[_i].n);
}
END_TEST

/* Does a read equal to the reference over [b,e) differ from every haplotype with one deletion or
 * copied insertion of 1 to MAX_INDEL bases behind p, whichever end it is laid to? */
static bool shows(int b, int e, int p)
{
    if (b > p - MIN_SIDE + 1 || e < p + 1 + MIN_SIDE)
        return false;
    for (int k = 1; k <= MAX_INDEL; k++) {
        bool right = false, left = false;
        for (int q = p + 1; q + k < e; q++) /* behind an inserted copy of the next k bases */
            right |= q + k < LEN && ref[q] != ref[q + k];
        for (int q = p; q >= b; q--)
            left |= q + k < LEN && ref[q] != ref[q + k];
        if (!right || !left)
            return false;
    }
    return true;
}

START_TEST(test_indels)
{
    gw_rng_t rng;
    gw_rng_init(&rng, (uint64_t)_i + 3);
    make_ref(&rng, true);
    int b = 60 + (int)gw_rng_below(&rng, 60), e = b + 20 + (int)gw_rng_below(&rng, 150), n = 0;
    gw_callread_t r = plain(b, e, 30, 60);
    fill(&r, 1, 0, LEN);
    for (int p = 20; p < LEN - 20; p++) {
        ck_assert_int_eq(conf[p].no_indel > 0, shows(b, e, p));
        n += conf[p].no_indel > 0;
        if (p >= b && p < e && conf[p].no_indel == 0) /* an indel cannot be ruled out */
            ck_assert_int_eq(gw_refconf_gq(&conf[p]), 0);
    }
    ck_assert_int_gt(n, 0);
}
END_TEST

/* A deletion of 4 speaks against the reference at the base before its leftmost place only; where
 * it could lie too, and on the deleted bases, the read says nothing about indels. */
START_TEST(test_deletion)
{
    gw_rng_t rng;
    gw_rng_init(&rng, 9);
    make_ref(&rng, false);
    for (int i = 200; i < 212; i++) /* ACAC... , with another letter before and behind */
        ref[i] = i & 1;
    ref[199] = 2;
    ref[212] = 3;
    gw_callread_t r = plain(100, 300, 30, 60);
    r.len = 196;
    memmove(r.base + 108, r.base + 112, 88);
    r.cigar[0] = 108u << BAM_CIGAR_SHIFT | BAM_CMATCH; /* written at its rightmost place */
    r.cigar[1] = 4u << BAM_CIGAR_SHIFT | BAM_CDEL;
    r.cigar[2] = 88u << BAM_CIGAR_SHIFT | BAM_CMATCH;
    r.n_cigar = 3;
    fill(&r, 1, 0, LEN);
    ck_assert_int_gt(conf[199].pl[0], 0);
    ck_assert_int_eq(conf[199].pl[2], 0);
    for (int p = 200; p < 212; p++) {
        ck_assert_int_eq(conf[p].pl[0], 0);
        ck_assert_int_eq(conf[p].no_indel, 0);
    }
    ck_assert_int_gt(conf[150].no_indel, 0);
    ck_assert_int_gt(conf[250].no_indel, 0);
    /* where calling has looked with haplotypes, nothing outweighs the reference */
    gw_active_t g = {.beg = 199, .end = 212};
    gw_err_t err;
    ck_assert_int_eq(gw_refconf_fill(work, &r, 1, ref, LEN, 0, LEN, &g, 1, conf, &err), GW_OK);
    ck_assert_int_eq(conf[199].pl[0], 0);
    ck_assert_int_eq(gw_refconf_gq(&conf[199]), 0);
}
END_TEST

/* Any order of the reads and any cut into stretches gives the same. */
START_TEST(test_order)
{
    gw_rng_t rng;
    gw_rng_init(&rng, 77);
    make_ref(&rng, true);
    gw_callread_t r[50], s[50];
    for (int i = 0; i < 50; i++) {
        int b = (int)gw_rng_below(&rng, 300);
        r[i] = plain(b, b + 30 + (int)gw_rng_below(&rng, 70), (uint8_t)(5 + gw_rng_below(&rng, 36)),
                     (uint8_t)(5 + gw_rng_below(&rng, 56)));
        r[i].base[gw_rng_below(&rng, 30)] = (uint8_t)gw_rng_below(&rng, 5);
        s[49 - i] = r[i];
    }
    gw_refconf_t want[LEN];
    fill(r, 50, 0, LEN);
    memcpy(want, conf, sizeof want);
    memset(conf, 0xff, sizeof conf);
    for (int b = 0; b < LEN; b += 57)
        fill(s, 50, b, b + 57 < LEN ? b + 57 : LEN);
    ck_assert_mem_eq(conf, want, sizeof want);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("call/refconf");
    TCase *t = tcase_create("refconf");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_no_reads);
    tcase_add_loop_test(t, test_bases, 0, 6);
    tcase_add_loop_test(t, test_indels, 0, 40);
    tcase_add_test(t, test_deletion);
    tcase_add_test(t, test_order);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(suite)
