#include <config.h>

#include <stdio.h>
#include <string.h>

#include "io/ref.h"
#include "io/region.h"
#include "tests/check_main.h"
#include "tests/io/scratch.h"

/* 1. references */
static const struct {
    const char *text, *msg;
} bad[] = {
    {"", "holds no sequence"},
    {"\n\n", "holds no sequence"},
    {"ACGT\n", "does not begin with '>'"},
    {"@r\nACGT\n+\nIIII\n", "does not begin with '>'"},
    {">a\nACGT\n>a\nAC\n", "two sequences are named a"},
    {">a\n>b\nAC\n", "sequence 1 (a) is empty"},
    {">a\nAC\n>b\n", "sequence 2 (b) is empty"},
    {">\nAC\n", "without a name"},
    {"> x\nAC\n", "without a name"},
    {">a\nAC-GT\n", "line 2 (a): byte 0x2d"},
    {">a\nACGT1\n", "byte 0x31"},
    {">a\nMKLV*\n", "is no nucleotide code"},
    {">a\x01\nACGT\n", "a byte that SAM cannot"},
};

START_TEST(refused)
{
    for (int pack = 0; pack < N_PACKS; pack++) {
        gw_ref_t *r = NULL;
        gw_err_t e = {0};
        scratch_pack("x", (pack_t)pack, bad[_i].text, strlen(bad[_i].text));
        ck_assert_int_eq(gw_ref_load("x", 2, &r, &e), GW_EDATA);
        ck_assert_msg(strstr(e.msg, bad[_i].msg) && strncmp(e.msg, "x: ", 3) == 0, "%s", e.msg);
    }
}
END_TEST

START_TEST(loaded)
{
    /* MD5 of ACGTNRACGT, CCCC (upper case, U as T), each computed with md5sum */
    static const char text[] = ">one  first\nACGTN\r\nracgt\n\n>two\nCCC\nC";
    for (int pack = 0; pack < N_PACKS; pack++) {
        gw_ref_t *r;
        gw_err_t e = {0};
        static const uint8_t want[] = {0, 1, 2, 3, 4, 4, 0, 1, 2, 3, 1, 1, 1, 1};
        scratch_pack("x", (pack_t)pack, text, strlen(text));
        ck_assert_int_eq(gw_ref_load("x", 1 + pack, &r, &e), GW_OK);
        ck_assert_int_eq(r->n_contigs, 2);
        ck_assert_int_eq(r->total_bp, 14);
        ck_assert_str_eq(r->contig[0].name, "one");
        ck_assert_int_eq(r->contig[0].len_bp, 10);
        ck_assert_int_eq(r->contig[1].start, 10);
        ck_assert_str_eq(r->contig[0].md5, "361e1d25465f0e9cb2c9414f442d4008");
        ck_assert_str_eq(r->contig[1].md5, "b41c1949bef0cb7c83998d0a5d83bcc2");
        ck_assert(memcmp(r->base, want, sizeof want) == 0);
        ck_assert_int_eq(gw_ref_find(r, "two"), 1);
        ck_assert_int_eq(gw_ref_find(r, "three"), -1);
        ck_assert_uint_eq(strlen(r->digest), 32);
        gw_ref_destroy(r);
    }
    gw_ref_t *r;
    gw_err_t e = {0};
    ck_assert_int_eq(gw_ref_load("absent.fa", 1, &r, &e), GW_ENOINPUT);
}
END_TEST

START_TEST(found_by_name)
{
    char text[4096], name[16], *p = text;
    gw_ref_t *r;
    gw_err_t e = {0};
    for (int i = 0; i < 100; i++)
        p += sprintf(p, ">c%d\nACGT\n", (i * 37) % 100);
    scratch_write("x", text, (size_t)(p - text));
    ck_assert_int_eq(gw_ref_load("x", 1, &r, &e), GW_OK);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "c%d", (i * 37) % 100);
        ck_assert_int_eq(gw_ref_find(r, name), i);
    }
    ck_assert_int_eq(gw_ref_find(r, "c"), -1);
    ck_assert_int_eq(gw_ref_find(r, "c100"), -1);
    ck_assert_int_eq(gw_ref_find(r, ""), -1);
    gw_ref_destroy(r);
}
END_TEST

/* 2. regions of two contigs: chr1 (1000 bp), odd:1-5 (50 bp) */
static int32_t tid_of(void *ctx, const char *name)
{
    (void)ctx;
    return strcmp(name, "chr1") == 0 ? 0 : strcmp(name, "odd:1-5") == 0 ? 1 : -1;
}

static int64_t len_of(void *ctx, int32_t tid)
{
    (void)ctx;
    return tid == 0 ? 1000 : 50;
}

static const struct {
    const char *text;
    int tid, beg, end; /* tid -1: refused */
} texts[] = {
    {"chr1", 0, 0, 1000},
    {"chr1:1-10", 0, 0, 10},
    {"chr1:10", 0, 9, 1000},
    {"chr1:10-", 0, 9, 1000},
    {"chr1:1,000-2,000", 0, 999, 1000},
    {"odd:1-5", 1, 0, 50},
    {"odd:1-5:3-4", 1, 2, 4},
    {"chr2", -1, 0, 0},
    {"chr1:0-5", -1, 0, 0},
    {"chr1:9-5", -1, 0, 0},
    {"chr1:a-b", -1, 0, 0},
    {"chr1:1001", -1, 0, 0},
    {"chr1:", -1, 0, 0},
    {"", -1, 0, 0},
    {"chr1:5-6x", -1, 0, 0},
};

START_TEST(region_text)
{
    gw_regions_t r = {0};
    gw_err_t e = {0};
    gw_status_t st = gw_regions_add_text(&r, texts[_i].text, tid_of, len_of, NULL, &e);
    ck_assert_msg(st == (texts[_i].tid < 0 ? GW_EUSAGE : GW_OK), "%d %s", st, e.msg);
    if (st == GW_OK) {
        ck_assert_int_eq(r.v[0].tid, texts[_i].tid);
        ck_assert_int_eq(r.v[0].beg, texts[_i].beg);
        ck_assert_int_eq(r.v[0].end, texts[_i].end);
    }
    gw_regions_release(&r);
}
END_TEST

static const struct {
    const char *text, *msg;
} beds[] = {
    {"chr1\t5\t10\n", NULL},
    {"# c\ntrack x\nchr1\t5\t10\tname\t0\n\n", NULL},
    {"chr1\t5\t10", NULL},
    {"chr1 5 10\n", NULL},
    {"chr1\t5\t5\n", NULL},
    {"chr9\t5\t10\n", "line 1: contig chr9"},
    {"chr1\t5\n", "not a BED line"},
    {"chr1\t10\t5\n", "not within"},
    {"chr1\t5\t1001\n", "not within"},
    {"chr1\t-5\t10\n", "not a BED line"},
    {"\n\nchr1\tx\ty\n", "line 3: not a BED line"},
};

START_TEST(bed)
{
    gw_regions_t r = {0};
    gw_err_t e = {0};
    scratch_write("x", beds[_i].text, strlen(beds[_i].text));
    gw_status_t st = gw_regions_add_bed(&r, "x", tid_of, len_of, NULL, &e);
    ck_assert_msg(st == (beds[_i].msg ? GW_EDATA : GW_OK), "%d %s", st, e.msg);
    if (beds[_i].msg)
        ck_assert_msg(strstr(e.msg, beds[_i].msg), "%s", e.msg);
    gw_regions_release(&r);
}
END_TEST

START_TEST(merged_and_searched)
{
    static const char text[] =
        "chr1\t50\t60\nodd:1-5\t0\t5\nchr1\t5\t10\nchr1\t10\t12\nchr1\t7\t8\n"
        "chr1\t100\t200\n";
    gw_regions_t r = {0};
    gw_err_t e = {0};
    bool in[2][1000] = {{false}};
    for (int i = 0; i < 1000; i++)
        in[0][i] = (i >= 5 && i < 12) || (i >= 50 && i < 60) || (i >= 100 && i < 200);
    for (int i = 0; i < 5; i++)
        in[1][i] = true;
    scratch_write("x", text, strlen(text));
    ck_assert_int_eq(gw_regions_add_bed(&r, "x", tid_of, len_of, NULL, &e), GW_OK);
    gw_regions_finish(&r);
    ck_assert_uint_eq(r.n, 4);
    for (int t = 0; t < 2; t++)
        for (int beg = 0; beg < 210; beg++)
            for (int end = beg + 1; end < 215; end += 3) {
                bool want = false;
                for (int i = beg; i < end; i++)
                    want |= in[t][i];
                ck_assert_int_eq(gw_regions_overlap(&r, t, beg, end), want);
            }
    gw_regions_release(&r);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("ref");
    TCase *t = tcase_create("ref");
    tcase_add_checked_fixture(t, scratch_enter, scratch_leave);
    tcase_add_loop_test(t, refused, 0, sizeof bad / sizeof *bad);
    tcase_add_test(t, loaded);
    tcase_add_test(t, found_by_name);
    tcase_add_loop_test(t, region_text, 0, sizeof texts / sizeof *texts);
    tcase_add_loop_test(t, bed, 0, sizeof beds / sizeof *beds);
    tcase_add_test(t, merged_and_searched);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
