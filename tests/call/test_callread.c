/* tests/call/test_callread.c -- decoding, trimming and joining of reads */
#include <config.h>

#include <string.h>

#include "call/callread.h"
#include "tests/check_main.h"

static gw_arena_t arena;

static void setup(void)
{
    gw_arena_init(&arena, 1 << 14);
}

static void teardown(void)
{
    gw_arena_release(&arena);
}

/* A record from letters; quality 30 unless q gives other values. */
static gw_callread_t make(const char *name, int64_t pos, const char *cigar, const char *seq,
                          const char *qual, uint16_t flag, int64_t mpos, int64_t isize,
                          bool *usable)
{
    bam1_t *b = bam_init1();
    uint32_t *c = NULL;
    size_t m = 0;
    ssize_t n = sam_parse_cigar(cigar, NULL, &c, &m);
    char q[256];
    size_t len = strlen(seq);
    for (size_t i = 0; i < len; i++)
        q[i] = (char)(qual ? qual[i] - 33 : 30);
    ck_assert_int_ge(bam_set1(b, strlen(name), name, flag, 0, pos, 60, (size_t)n, c, 0, mpos, isize,
                              len, seq, q, 0),
                     0);
    gw_callread_t r;
    gw_err_t err;
    ck_assert_int_eq(gw_callread_decode(b, 0, &arena, &r, usable, &err), GW_OK);
    bam_destroy1(b);
    free(c);
    return r;
}

static void check(const gw_callread_t *r, int64_t beg, const char *cigar, const char *seq)
{
    char got[512], *w = got, letters[256];
    for (int32_t k = 0; k < r->n_cigar; k++)
        w += sprintf(w, "%d%c", (int)bam_cigar_oplen(r->cigar[k]), bam_cigar_opchr(r->cigar[k]));
    for (int32_t i = 0; i < r->len; i++)
        letters[i] = "ACGTN"[r->base[i]];
    letters[r->len] = '\0';
    ck_assert_str_eq(got, cigar);
    ck_assert_str_eq(letters, seq);
    ck_assert_int_eq(r->beg, beg);
    int64_t end = beg;
    for (int32_t k = 0; k < r->n_cigar; k++)
        end += bam_cigar_type(bam_cigar_op(r->cigar[k])) & 2 ? bam_cigar_oplen(r->cigar[k]) : 0;
    ck_assert_int_eq(r->end, end);
}

static const struct {
    const char *cigar, *seq, *qual;
    int64_t beg;
    const char *want_cigar, *want_seq; /* NULL: not usable */
} decode[] = {
    {"8M", "ACGTACGT", NULL, 100, "8M", "ACGTACGT"},
    {"3=1X4=", "ACGTACGT", NULL, 100, "8M", "ACGTACGT"},
    {"2H8M3H", "ACGTACGN", NULL, 100, "8M", "ACGTACGN"},
    {"2S6M", "ACGTACGT", NULL, 100, "2S6M", "ACGTACGT"},
    {"8M", "ACGTACGT", "##IIII##", 102, "4M", "GTAC"},
    {"3M2I3M", "ACGTACGT", "####IIII", 103, "1S3M", "ACGT"},
    {"3M2D5M", "ACGTACGT", "###IIIII", 105, "5M", "TACGT"},
    {"3M5N5M", "ACGTACGT", NULL, 100, "3M5N5M", "ACGTACGT"},
    {"8M", "ACGTACGT", "########", 100, NULL, NULL},
    {"6S2M", "ACGTACGT", "IIIIII##", 100, NULL, NULL},
    {"8I", "ACGTACGT", NULL, 100, NULL, NULL},
};

START_TEST(test_decode)
{
    bool usable;
    gw_callread_t r =
        make("r", 100, decode[_i].cigar, decode[_i].seq, decode[_i].qual, 0, -1, 0, &usable);
    ck_assert(usable == (decode[_i].want_cigar != NULL));
    if (usable)
        check(&r, decode[_i].beg, decode[_i].want_cigar, decode[_i].want_seq);
}
END_TEST

/* a fragment of 24 bases sequenced with reads of 30: six bases of adapter each */
START_TEST(test_adapter)
{
    bool usable;
    const char *seq = "ACGTTGCAACGTTGCAACGTTGCAGGGGGG";
    gw_callread_t r = make("f", 100, "30M", seq, NULL, 99, 100, 24, &usable);
    ck_assert(usable);
    check(&r, 100, "24M", "ACGTTGCAACGTTGCAACGTTGCA");
    r = make("f", 94, "30M", seq, NULL, 147, 100, -24, &usable);
    ck_assert(usable);
    check(&r, 100, "24M", "CAACGTTGCAACGTTGCAGGGGGG");
}
END_TEST

START_TEST(test_at_and_span)
{
    bool usable;
    gw_callread_t r = make("r", 100, "2S4M2I2D4M", "TTACGTGGACGT", NULL, 0, -1, 0, &usable);
    ck_assert_int_eq(gw_callread_at(&r, 99), -1);
    ck_assert_int_eq(gw_callread_at(&r, 100), 2);
    ck_assert_int_eq(gw_callread_at(&r, 103), 5);
    ck_assert_int_eq(gw_callread_at(&r, 104), -1);
    ck_assert_int_eq(gw_callread_at(&r, 106), 8);
    ck_assert_int_eq(gw_callread_at(&r, 110), -1);
    int32_t i0, i1;
    gw_callread_span(&r, 98, 101, &i0, &i1);
    ck_assert(i0 == 0 && i1 == 3);
    gw_callread_span(&r, 99, 105, &i0, &i1);
    ck_assert(i0 == 1 && i1 == 8);
    gw_callread_span(&r, 107, 200, &i0, &i1);
    ck_assert(i0 == 9 && i1 == 12);
    gw_callread_span(&r, 200, 300, &i0, &i1);
    ck_assert(i0 == i1);
}
END_TEST

static void join2(gw_callread_t *r, size_t want)
{
    size_t n = 2;
    gw_err_t err;
    ck_assert_int_eq(gw_callread_join(r, &n, &arena, &err), GW_OK);
    ck_assert_uint_eq(n, want);
}

START_TEST(test_join)
{
    bool u;
    gw_callread_t r[2];
    r[0] = make("p", 100, "10M", "ACGTACGTAC", NULL, 99, 106, 16, &u);
    r[1] = make("p", 106, "10M", "GTACTTTTTT", NULL, 147, 100, -16, &u);
    join2(r, 1);
    check(&r[0], 100, "16M", "ACGTACGTACTTTTTT");
    ck_assert_int_eq(r[0].qual[0], 30);
    ck_assert_int_eq(r[0].qual[7], 33); /* both mates say so */
    ck_assert(!gw_callread_strand(&r[0], 101));
    ck_assert(gw_callread_strand(&r[0], 112));
    /* they disagree at 107: little is known */
    r[0] = make("p", 100, "10M", "ACGTACGTAC", NULL, 99, 106, 16, &u);
    r[1] = make("p", 106, "10M", "GAACTTTTTT", NULL, 147, 100, -16, &u);
    join2(r, 1);
    ck_assert_int_eq(r[0].qual[7], GW_CALLREAD_MIN_QUAL);
    /* the same deletion in both */
    r[0] = make("p", 100, "6M2D4M", "ACGTACTTAC", NULL, 99, 103, 20, &u);
    r[1] = make("p", 103, "3M2D7M", "TACTTACGGG", NULL, 147, 100, -20, &u);
    join2(r, 1);
    check(&r[0], 100, "6M2D7M", "ACGTACTTACGGG");
    /* one mate lies inside the other */
    r[0] = make("p", 100, "12M", "ACGTACGTACGT", NULL, 99, 104, 12, &u);
    r[1] = make("p", 104, "4M", "ACGT", NULL, 147, 100, -12, &u);
    join2(r, 1);
    check(&r[0], 100, "12M", "ACGTACGTACGT");
    /* one has a deletion where the other has none: the overlap stays with the first */
    r[0] = make("p", 100, "10M", "ACGTACGTAC", NULL, 99, 104, 16, &u);
    r[1] = make("p", 104, "2M2D8M", "ACACTTTTTT", NULL, 147, 100, -16, &u);
    join2(r, 2);
    check(&r[0], 100, "10M", "ACGTACGTAC");
    ck_assert_int_eq(r[1].beg, 110);
    /* apart: nothing happens */
    r[0] = make("p", 100, "4M", "ACGT", NULL, 99, 110, 14, &u);
    r[1] = make("p", 110, "4M", "ACGT", NULL, 147, 100, -14, &u);
    join2(r, 2);
    /* another name */
    r[0] = make("p", 100, "4M", "ACGT", NULL, 0, -1, 0, &u);
    r[1] = make("q", 102, "4M", "GTAC", NULL, 0, -1, 0, &u);
    join2(r, 2);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("call/callread");
    TCase *t = tcase_create("callread");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, test_decode, 0, sizeof decode / sizeof *decode);
    tcase_add_test(t, test_adapter);
    tcase_add_test(t, test_at_and_span);
    tcase_add_test(t, test_join);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(suite)
