/* tests/call/test_assemble.c -- assembly of known haplotypes; haplotypes from alignments of reads
 */
#include <config.h>

#include <string.h>

#include "base/hash.h"
#include "call/assemble.h"
#include "call/haplotype.h"
#include "tests/check_main.h"

enum { LEN = 300, READ = 100, MOST = 12 };

static const gw_asm_opts_t opts = {
    .min_qual = 10, .min_reads = 2, .min_fraction = .05, .max_haps = MOST, .max_grow = 300};

static void random_seq(gw_rng_t *rng, uint8_t *s, int n)
{
    for (int i = 0; i < n; i++)
        s[i] = (uint8_t)gw_rng_below(rng, 4);
}

/* {deleted, inserted} at the middle */
static const int change[][2] = {{0, 1}, {1, 0}, {0, 40}, {60, 0}, {30, 35}, {1, 1}, {0, 90}};

static int make_hap(gw_rng_t *rng, const uint8_t *ref, const int *c, uint8_t *hap)
{
    int at = 140, n = at;
    memcpy(hap, ref, (size_t)at);
    random_seq(rng, hap + n, c[1]);
    if (c[1] && c[0])
        hap[n] = (uint8_t)((ref[at] + 1) & 3);
    n += c[1];
    memcpy(hap + n, ref + at + c[0], (size_t)(LEN - at - c[0]));
    return n + LEN - at - c[0];
}

/* reads of both haplotypes every `step` bases; one error in each tenth read */
static size_t make_reads(gw_rng_t *rng, const uint8_t *const *hap, const int *len, int n_haps,
                         int step, uint8_t *buf, uint8_t *qual, gw_asmread_t *r)
{
    size_t n = 0;
    memset(qual, 30, READ);
    for (int h = 0; h < n_haps; h++)
        for (int i = 0; i + READ <= len[h]; i += step) {
            uint8_t *b = buf + n * READ;
            memcpy(b, hap[h] + i, READ);
            if (n % 10 == 0)
                b[gw_rng_below(rng, READ)] ^= 1;
            r[n++] = (gw_asmread_t){b, qual, READ};
        }
    return n;
}

START_TEST(test_known)
{
    gw_rng_t rng;
    gw_rng_init(&rng, (uint64_t)_i + 5);
    gw_arena_t a;
    gw_arena_init(&a, 1 << 16);
    uint8_t ref[LEN], hap[2 * LEN], buf[400 * READ], qual[READ];
    gw_asmread_t r[400];
    for (int round = 0; round < 20; round++) {
        gw_asmhap_t out[MOST];
        int32_t n;
        bool capped, seen = false;
        gw_err_t err;
        random_seq(&rng, ref, LEN);
        int len[2] = {LEN, make_hap(&rng, ref, change[_i], hap)};
        const uint8_t *both[2] = {ref, hap};
        size_t n_reads = make_reads(&rng, both, len, 2, 8, buf, qual, r);
        ck_assert_int_eq(gw_assemble(ref, LEN, r, n_reads, &opts, &a, out, &n, &capped, &err),
                         GW_OK);
        for (int32_t k = 0; k < n; k++)
            seen |= out[k].len == len[1] && memcmp(out[k].seq, hap, (size_t)len[1]) == 0;
        ck_assert(seen);
        gw_arena_reset(&a);
    }
    gw_arena_release(&a);
}
END_TEST

START_TEST(test_reference_only)
{
    gw_rng_t rng;
    gw_rng_init(&rng, 3);
    gw_arena_t a;
    gw_arena_init(&a, 1 << 16);
    uint8_t ref[LEN], buf[400 * READ], qual[READ];
    gw_asmread_t r[400];
    gw_asmhap_t out[MOST];
    int32_t n = 9;
    bool capped;
    gw_err_t err;
    random_seq(&rng, ref, LEN);
    const uint8_t *one[1] = {ref};
    int len[1] = {LEN};
    size_t n_reads = make_reads(&rng, one, len, 1, 8, buf, qual, r);
    ck_assert_int_eq(gw_assemble(ref, LEN, r, n_reads, &opts, &a, out, &n, &capped, &err), GW_OK);
    ck_assert_int_eq(n, 0); /* single errors are no haplotypes */
    ck_assert_int_eq(gw_assemble(ref, LEN, r, 0, &opts, &a, out, &n, &capped, &err), GW_OK);
    ck_assert_int_eq(n, 0);
    memset(ref, 0, LEN); /* a repeat longer than any k */
    ck_assert_int_eq(gw_assemble(ref, LEN, r, n_reads, &opts, &a, out, &n, &capped, &err), GW_OK);
    ck_assert_int_eq(n, 0);
    memset(ref, 4, LEN); /* N only */
    ck_assert_int_eq(gw_assemble(ref, LEN, r, n_reads, &opts, &a, out, &n, &capped, &err), GW_OK);
    ck_assert_int_eq(n, 0);
    gw_arena_release(&a);
}
END_TEST

/* many variants near each other: the caps hold, and say so */
START_TEST(test_caps)
{
    gw_rng_t rng;
    gw_rng_init(&rng, 4);
    gw_arena_t a;
    gw_arena_init(&a, 1 << 16);
    uint8_t ref[LEN], buf[400 * READ], qual[READ];
    gw_asmread_t r[400];
    gw_asmhap_t out[MOST];
    int32_t n;
    bool capped;
    gw_err_t err;
    random_seq(&rng, ref, LEN);
    memset(qual, 30, READ);
    for (int k = 0; k < 400; k++) {
        memcpy(buf + k * READ, ref + k % 200, READ);
        for (int p = 0; p < READ; p++) /* every 30th base differs in half of the reads */
            if ((k % 200 + p) % 30 == 0 && gw_rng_below(&rng, 2))
                buf[k * READ + p] ^= 1;
        r[k] = (gw_asmread_t){buf + k * READ, qual, READ};
    }
    ck_assert_int_eq(gw_assemble(ref, LEN, r, 400, &opts, &a, out, &n, &capped, &err), GW_OK);
    ck_assert_int_eq(n, MOST);
    ck_assert(capped);
    gw_arena_release(&a);
}
END_TEST

/* a haplotype's events from its alignment spell the haplotype again */
START_TEST(test_events)
{
    gw_rng_t rng;
    gw_rng_init(&rng, 6);
    gw_arena_t a;
    gw_arena_init(&a, 1 << 16);
    uint8_t ref[LEN];
    random_seq(&rng, ref, LEN);
    for (int i = 150; i < 158; i++)
        ref[i] = 2; /* GGGGGGGG */
    ref[149] = 1;
    ref[158] = 1;
    static gw_hapset_t h;
    h = (gw_hapset_t){.beg = 50, .end = 250, .n_haps = 1};
    h.hap[0] = (gw_haplotype_t){.seq = ref + 50, .len = 200};
    uint8_t seq[201];
    memcpy(seq, ref + 50, 105);
    seq[20] ^= 1;
    seq[105] = 2; /* one more G, placed at the right end by the CIGAR */
    memcpy(seq + 106, ref + 155, 95);
    const uint32_t cigar[] = {105 << 4, 1 << 4 | 1, 95 << 4};
    gw_err_t err;
    ck_assert_int_eq(gw_haplotype_add(&h, seq, 201, cigar, 3, ref, &a, &err), GW_OK);
    ck_assert_int_eq(h.n_haps, 2);
    ck_assert_int_eq(h.n_events, 2);
    ck_assert_int_eq(h.event[0].pos, 70);
    ck_assert_int_eq(h.event[1].pos, 150); /* left-aligned */
    ck_assert_int_eq(h.event[1].alt_len, 1);
    ck_assert_uint_eq(h.hap[1].events, 3);
    ck_assert_int_eq(gw_haplotype_add(&h, seq, 201, cigar, 3, ref, &a, &err), GW_OK);
    ck_assert_int_eq(h.n_haps, 2); /* known already */
    gw_arena_release(&a);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("call/assemble");
    TCase *t = tcase_create("assemble");
    tcase_add_loop_test(t, test_known, 0, sizeof change / sizeof *change);
    tcase_add_test(t, test_reference_only);
    tcase_add_test(t, test_caps);
    tcase_add_test(t, test_events);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(suite)
