/* tests/call/test_jointsite.c -- samples' alleles and likelihoods at a site of all */
#include <config.h>

#include <string.h>

#include "base/hash.h"
#include "call/jointsite.h"
#include "tests/check_main.h"

enum { LEN = 200 };

static gw_arena_t arena;
static uint8_t ref[LEN];
static const uint8_t letter[4] = {0, 1, 2, 3};

static void setup(void)
{
    gw_rng_t rng;
    gw_rng_init(&rng, 5);
    gw_arena_init(&arena, 1 << 14);
    for (int i = 0; i < LEN; i++)
        ref[i] = (uint8_t)gw_rng_below(&rng, 4);
    ref[100] = 0;
}

static void teardown(void)
{
    gw_arena_release(&arena);
}

static bool call(const gw_jointsite_t *s, int n, gw_callsite_t *c)
{
    gw_err_t err;
    bool keep;
    ck_assert_int_eq(gw_jointsite_call(s, n, 3, ref, LEN, &arena, c, &keep, &err), GW_OK);
    return keep;
}

static const int8_t seen[3] = {0, 1, GW_JOINTSITE_OTHERS}, block[2] = {0, GW_JOINTSITE_OTHERS};
static const int32_t het[6] = {300, 0, 300, 330, 330, 600}, ref_pl[3] = {0, 60, 600};
static const int32_t ad3[3] = {10, 12, 0}, ad2[2] = {20, 0}, none[9] = {0};

/* One sample has an SNV, another a block: the unseen allele takes the block's likelihoods. */
START_TEST(test_block)
{
    gw_jointsample_t v[3] = {
        {.ploidy = 2, .n_alleles = 3, .map = seen, .pl = het, .ad = ad3, .dp = 22, .gt = {0, 1}},
        {.ploidy = 2, .n_alleles = 2, .map = block, .pl = ref_pl, .ad = ad2, .dp = 20},
        {.ploidy = 0}};
    gw_jointsite_t s = {.anchor = 100, .n_alleles = 2, .sample = v};
    s.event[1] = (gw_event_t){100, 1, 1, &letter[2]};
    gw_callsite_t c;
    ck_assert(call(&s, 3, &c));
    ck_assert_str_eq(c.allele[0], "A");
    ck_assert_str_eq(c.allele[1], "G");
    ck_assert_int_eq(c.sample[0].gt[0] + 10 * c.sample[0].gt[1], 10);
    ck_assert_int_eq(c.sample[0].ad[1], 12);
    ck_assert_int_eq(c.sample[1].gt[1], 0);
    ck_assert_mem_eq(c.sample[1].pl, ref_pl, sizeof ref_pl);
    ck_assert_int_eq(c.sample[1].ad[0], 20);
    ck_assert(c.sample[2].missing);
    ck_assert_int_eq(c.sample[2].ploidy, 2);
    ck_assert_int_eq(c.an, 4);
    ck_assert_int_eq(c.ac[1], 1);
    ck_assert_int_eq(c.note.dp, 42);
}
END_TEST

/* Likelihoods of the site's genotypes against the minimum written out over all that a record's
 * genotypes may mean */
START_TEST(test_likelihoods)
{
    gw_rng_t rng;
    gw_rng_init(&rng, (uint64_t)_i + 1);
    int32_t pl[2][10];
    int8_t map[2][4];
    gw_jointsample_t v[2];
    /* three alleles besides REF; each sample's record names some of them, in any order */
    for (int i = 0; i < 2; i++) {
        int named = 1 + (int)gw_rng_below(&rng, 2), first = 1 + (int)gw_rng_below(&rng, 3);
        map[i][0] = 0;
        for (int k = 1; k <= named; k++)
            map[i][k] = (int8_t)((first + k * (1 + (_i & 1)) - 1) % 3 + 1);
        if (named == 2 && map[i][1] == map[i][2])
            map[i][2] = (int8_t)(map[i][1] % 3 + 1);
        map[i][named + 1] = GW_JOINTSITE_OTHERS;
        int n = named + 2, n_gt = n * (n + 1) / 2;
        for (int g = 0; g < n_gt; g++)
            pl[i][g] = 50 + (int32_t)gw_rng_below(&rng, 300);
        pl[i][gw_genotype_index(i ? 0 : 1, 1)] = 0; /* every named allele is in some genotype */
        if (named == 2 && i)
            pl[i][gw_genotype_index(0, 1)] = 700, pl[i][gw_genotype_index(1, 2)] = 0;
        v[i] = (gw_jointsample_t){.ploidy = 2, .n_alleles = n, .map = map[i], .pl = pl[i],
                                  .ad = none, .dp = 9};
    }
    gw_jointsite_t s = {.anchor = 100, .n_alleles = 4, .sample = v};
    for (int k = 1; k < 4; k++)
        s.event[k] = (gw_event_t){100, 1, 1, &letter[k]};
    gw_callsite_t c;
    ck_assert(call(&s, 2, &c));
    for (int i = 0; i < 2; i++) {
        int32_t want[10], least = 1 << 30, n = c.n_alleles;
        for (int y = 0, g = 0; y < n; y++)
            for (int x = 0; x <= y; x++, g++) {
                want[g] = 1 << 30;
                int8_t a[2];
                for (int side = 0; side < 2; side++) /* the site's number, from the letter */
                    a[side] = (side ? y : x) == 0
                                  ? 0
                                  : (int8_t)(strchr("ACGT", c.allele[side ? y : x][0]) - "ACGT");
                for (int q = 0, k = 0; q < v[i].n_alleles; q++)
                    for (int p = 0; p <= q; p++, k++)
                        for (int turn = 0; turn < 2; turn++) {
                            bool fits = true;
                            for (int side = 0; side < 2; side++) {
                                int rec = (side ^ turn) ? q : p;
                                bool named = false;
                                for (int z = 0; z < v[i].n_alleles; z++)
                                    named |= map[i][z] == a[side];
                                fits &= map[i][rec] == a[side] ||
                                        (map[i][rec] == GW_JOINTSITE_OTHERS && !named);
                            }
                            if (fits && pl[i][k] < want[g])
                                want[g] = pl[i][k];
                        }
                least = want[g] < least ? want[g] : least;
            }
        for (int g = 0; g < n * (n + 1) / 2; g++)
            ck_assert_int_eq(c.sample[i].pl[g], want[g] - least);
    }
}
END_TEST

/* Alleles that are in nobody's best genotype go; without any alternative one there is no site, and
 * a deletion from elsewhere alone makes none. */
START_TEST(test_prune)
{
    static const int8_t map[4] = {0, 1, 2, GW_JOINTSITE_OTHERS};
    static const int32_t pl[10] = {300, 400, 500, 0, 400, 300, 600, 600, 600, 600};
    static const int32_t all_ref[10] = {0, 60, 400, 60, 400, 400, 60, 400, 400, 400};
    gw_jointsample_t v = {.ploidy = 2, .n_alleles = 4, .map = map, .pl = pl, .ad = none, .dp = 20};
    gw_jointsite_t s = {.anchor = 100, .n_alleles = 3, .sample = &v};
    s.event[1] = (gw_event_t){100, 1, 1, &letter[1]};
    s.event[2] = (gw_event_t){100, 1, 1, &letter[3]};
    gw_callsite_t c;
    ck_assert(call(&s, 1, &c));
    ck_assert_int_eq(c.n_alleles, 2);
    ck_assert_str_eq(c.allele[1], "T");
    ck_assert_int_eq(c.sample[0].gt[1], 1);
    v.pl = all_ref;
    ck_assert(!call(&s, 1, &c));
    v.pl = pl;
    s.star = true; /* allele 2 is `*` */
    ck_assert(!call(&s, 1, &c));
}
END_TEST

/* An allele that the site has no room for: its carrier is missing, not something else. */
START_TEST(test_left_out)
{
    static const int8_t map[4] = {0, 1, GW_JOINTSITE_NONE, GW_JOINTSITE_OTHERS};
    static const int32_t pl[10] = {300, 400, 500, 0, 400, 300, 600, 600, 600, 600};
    gw_jointsample_t v[2] = {
        {.ploidy = 2, .n_alleles = 3, .map = seen, .pl = het, .ad = ad3, .dp = 22},
        {.ploidy = 2, .n_alleles = 4, .map = map, .pl = pl, .ad = none, .dp = 20}};
    gw_jointsite_t s = {.anchor = 100, .n_alleles = 2, .sample = v};
    s.event[1] = (gw_event_t){100, 1, 1, &letter[1]};
    gw_callsite_t c;
    ck_assert(call(&s, 2, &c));
    ck_assert(!c.sample[0].missing);
    ck_assert(c.sample[1].missing);
}
END_TEST

/* The record's phase stays where its genotype does. */
START_TEST(test_phase)
{
    gw_jointsample_t v = {.ploidy = 2, .n_alleles = 3, .map = seen, .pl = het, .ad = ad3,
                          .dp = 22, .gt = {1, 0}, .phased = true, .ps = 90};
    gw_jointsite_t s = {.anchor = 100, .n_alleles = 2, .sample = &v};
    s.event[1] = (gw_event_t){100, 1, 1, &letter[1]};
    gw_callsite_t c;
    ck_assert(call(&s, 1, &c));
    ck_assert(c.sample[0].phased && c.sample[0].gt[0] == 1 && c.sample[0].ps == 90);
    v.gt[0] = 1;
    v.gt[1] = 1; /* the record said otherwise */
    ck_assert(call(&s, 1, &c));
    ck_assert(!c.sample[0].phased);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("call/jointsite");
    TCase *t = tcase_create("jointsite");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_block);
    tcase_add_loop_test(t, test_likelihoods, 0, 40);
    tcase_add_test(t, test_prune);
    tcase_add_test(t, test_left_out);
    tcase_add_test(t, test_phase);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(suite)
