#include <config.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <htslib/hts_log.h>
#include <htslib/kstring.h>
#include <htslib/tbx.h>

#include "io/vcfcheck.h"
#include "io/vcfwrite.h"
#include "tests/check_main.h"
#include "tests/io/scratch.h"

enum { RECORDS = 400 };

static const char head[] = "##fileformat=VCFv4.3\n"
                           "##FILTER=<ID=PASS,Description=\"All filters passed\">\n"
                           "##contig=<ID=c1,length=100000>\n"
                           "##contig=<ID=HLA:2*01,length=%s>\n"
                           "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"depth\">\n"
                           "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"genotype\">\n"
                           "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tone\ttwo\n";

static bcf_hdr_t *make_header(const char *len)
{
    char text[sizeof head + 32];
    snprintf(text, sizeof text, head, len);
    bcf_hdr_t *h = bcf_hdr_init("r");
    ck_assert_ptr_nonnull(h);
    ck_assert_int_eq(bcf_hdr_parse(h, text), 0);
    return h;
}

/* record i: on the first contig below RECORDS / 2, on the second from there on */
static void line_of(int i, char *out, size_t size)
{
    int k = i % (RECORDS / 2);
    snprintf(out, size, "%s\t%d\t%s\tA\tC,<*>\t%d.5\tPASS\tDP=%d\tGT\t0/1\t%d|2",
             i < RECORDS / 2 ? "c1" : "HLA:2*01", 10 + 7 * k, k % 3 ? "." : "rs1", 10 + k, k, k % 2);
}

static void parse(bcf_hdr_t *h, int i, bcf1_t *rec)
{
    kstring_t line = {0};
    char text[200];
    line_of(i, text, sizeof text);
    kputs(text, &line);
    ck_assert_int_eq(vcf_parse(&line, h, rec), 0);
    free(line.s);
}

static gw_status_t write_records(const char *path, const gw_vcfwrite_opts_t *o, const char *len,
                                 int n, gw_err_t *err)
{
    bcf_hdr_t *h = make_header(len);
    bcf1_t *rec = bcf_init();
    gw_vcfwriter_t *w;
    gw_status_t st = gw_vcfwriter_open(path, o, h, &w, err);
    bool open = st == GW_OK;
    for (int i = 0; i < n && st == GW_OK; i++) {
        parse(h, i, rec);
        st = gw_vcfwriter_put(w, rec, err);
    }
    if (st == GW_OK)
        st = gw_vcfwriter_commit(w, err);
    else if (open)
        gw_vcfwriter_discard(w);
    bcf_destroy(rec);
    bcf_hdr_destroy(h);
    return st;
}

/* how many entries the working directory has */
static int n_files(void)
{
    int n = 0;
    DIR *d = opendir(".");
    ck_assert_ptr_nonnull(d);
    for (struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

/* 1. formats and threads: what is written is read back */
static const struct {
    const char *name, *magic;
    size_t n_magic;
    gw_vcf_format_t format;
} forms[] = {
    {"x.vcf", "##fileformat=VCFv4.3\n", 21, GW_VCF_TEXT},
    {"x.vcf.gz", "\x1f\x8b\x08\x04", 4, GW_VCF_BGZF},
    {"x.ubcf", "\x1f\x8b\x08\x04", 4, GW_VCF_UBCF}, /* BGZF blocks that are stored */
    {"x.bcf", "\x1f\x8b\x08\x04", 4, GW_VCF_BCF},
};

START_TEST(read_back)
{
    gw_err_t e = {0};
    size_t n_first = 0;
    char *first = NULL;
    for (int threads = 1; threads <= 3; threads++) {
        gw_vcfwrite_opts_t o = {.format = forms[_i].format, .threads = threads};
        const char *name = forms[_i].name;
        ck_assert_msg(write_records(name, &o, "99999", RECORDS, &e) == GW_OK, "%s", e.msg);
        ck_assert_int_eq(n_files(), 1); /* no index unless asked for */
        size_t n;
        char *bytes = scratch_read(name, &n);
        ck_assert(memcmp(bytes, forms[_i].magic, forms[_i].n_magic) == 0);
        if (!first) {
            first = bytes;
            n_first = n;
        } else {
            ck_assert_uint_eq(n, n_first);
            ck_assert(memcmp(bytes, first, n) == 0);
            free(bytes);
        }
    }
    htsFile *f = hts_open(forms[_i].name, "r");
    bcf_hdr_t *h = bcf_hdr_read(f);
    ck_assert_ptr_nonnull(h);
    ck_assert_int_eq(f->format.format, _i < 2 ? vcf : bcf);
    ck_assert_int_eq(bcf_hdr_nsamples(h), 2);
    ck_assert_str_eq(bcf_hdr_id2name(h, 1), "HLA:2*01");
    bcf1_t *rec = bcf_init();
    kstring_t text = {0};
    for (int i = 0; i < RECORDS; i++) {
        char want[200];
        ck_assert_int_eq(bcf_read(f, h, rec), 0);
        text.l = 0;
        ck_assert_int_eq(vcf_format(h, rec, &text), 0);
        line_of(i, want, sizeof want);
        text.s[strcspn(text.s, "\n")] = '\0';
        ck_assert_str_eq(text.s, want);
    }
    ck_assert_int_eq(bcf_read(f, h, rec), -1);
    free(text.s);
    bcf_destroy(rec);
    bcf_hdr_destroy(h);
    hts_close(f);
    gw_vcfcheck_t c;
    ck_assert_msg(gw_vcfcheck_file(forms[_i].name, &c, &e) == GW_OK, "%s", e.msg);
    ck_assert_uint_eq(c.records, RECORDS);
    ck_assert_uint_eq(c.samples, 2);
    free(first);
}
END_TEST

START_TEST(header_alone)
{
    gw_err_t e = {0};
    gw_vcfcheck_t c;
    gw_vcfwrite_opts_t o = {.format = forms[_i].format, .threads = 2};
    ck_assert_int_eq(write_records(forms[_i].name, &o, "99999", 0, &e), GW_OK);
    ck_assert_msg(gw_vcfcheck_file(forms[_i].name, &c, &e) == GW_OK, "%s", e.msg);
    ck_assert_uint_eq(c.records, 0);
}
END_TEST

START_TEST(format_by_name)
{
    static const struct {
        const char *path;
        gw_vcf_format_t format;
    } rows[] = {{"a.vcf", GW_VCF_TEXT},      {"a.vcf.gz", GW_VCF_BGZF}, {"d/a.vcf.bgz", GW_VCF_BGZF},
                {"a.bcf", GW_VCF_BCF},       {NULL, GW_VCF_TEXT},       {"-", GW_VCF_TEXT},
                {".bcf", GW_VCF_TEXT},       {"bcf", GW_VCF_TEXT},      {"a.bcf.gz", GW_VCF_TEXT},
                {"a.gz", GW_VCF_TEXT},       {"/dev/null", GW_VCF_TEXT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_int_eq(gw_vcf_format_of(rows[i].path), rows[i].format);
}
END_TEST

/* 2. the index: which kind, and that a region read through it is that region */
static const struct {
    gw_vcf_format_t format;
    const char *name, *len, *index;
} indexed[] = {
    {GW_VCF_BGZF, "x.vcf.gz", "99999", "x.vcf.gz.tbi"},
    {GW_VCF_BGZF, "x.vcf.gz", "536870911", "x.vcf.gz.tbi"},
    {GW_VCF_BGZF, "x.vcf.gz", "536870912", "x.vcf.gz.csi"}, /* 2^29: past what .tbi reaches */
    {GW_VCF_BCF, "x.bcf", "99999", "x.bcf.csi"},
};

static int count_region(const char *name, bool is_bcf, hts_pos_t beg, hts_pos_t end)
{
    htsFile *f = hts_open(name, "r");
    bcf_hdr_t *h = bcf_hdr_read(f);
    int n = 0;
    if (is_bcf) {
        hts_idx_t *x = bcf_index_load(name);
        ck_assert_ptr_nonnull(x);
        bcf1_t *rec = bcf_init();
        hts_itr_t *it = bcf_itr_queryi(x, 1, beg, end);
        for (; bcf_itr_next(f, it, rec) >= 0; n++)
            ck_assert_int_eq(rec->rid, 1);
        bcf_itr_destroy(it);
        bcf_destroy(rec);
        hts_idx_destroy(x);
    } else {
        tbx_t *x = tbx_index_load(name);
        ck_assert_ptr_nonnull(x);
        kstring_t line = {0};
        hts_itr_t *it = tbx_itr_queryi(x, tbx_name2id(x, "HLA:2*01"), beg, end);
        for (; tbx_itr_next(f, x, it, &line) >= 0; n++)
            ck_assert(strncmp(line.s, "HLA:2*01\t", 9) == 0);
        tbx_itr_destroy(it);
        free(line.s);
        tbx_destroy(x);
    }
    bcf_hdr_destroy(h);
    hts_close(f);
    return n;
}

START_TEST(index_beside)
{
    gw_err_t e = {0};
    for (int threads = 1; threads <= 3; threads += 2) {
        gw_vcfwrite_opts_t o = {
            .format = indexed[_i].format, .threads = threads, .write_index = true};
        ck_assert_msg(write_records(indexed[_i].name, &o, indexed[_i].len, RECORDS, &e) == GW_OK,
                      "%s", e.msg);
        ck_assert_int_eq(n_files(), 2);
        ck_assert_int_eq(access(indexed[_i].index, R_OK), 0);
        bool is_bcf = indexed[_i].format == GW_VCF_BCF;
        /* positions are 10 + 7k; [9, 10) holds the first alone, [9, 31) k = 0..3 (10 17 24 31) */
        ck_assert_int_eq(count_region(indexed[_i].name, is_bcf, 9, 10), 1);
        ck_assert_int_eq(count_region(indexed[_i].name, is_bcf, 9, 31), 4);
        ck_assert_int_eq(count_region(indexed[_i].name, is_bcf, 0, 99999), RECORDS / 2);
        ck_assert_int_eq(count_region(indexed[_i].name, is_bcf, 50000, 60000), 0);
    }
}
END_TEST

START_TEST(index_refused)
{
    gw_err_t e = {0};
    static const struct {
        const char *path;
        gw_vcf_format_t format;
    } rows[] = {{"x.vcf", GW_VCF_TEXT}, {"x.ubcf", GW_VCF_UBCF}, {"-", GW_VCF_BCF},
                {NULL, GW_VCF_BGZF}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        gw_vcfwrite_opts_t o = {.format = rows[i].format, .write_index = true};
        ck_assert_int_eq(write_records(rows[i].path, &o, "99999", 1, &e), GW_EUSAGE);
        ck_assert_ptr_nonnull(strstr(e.msg, "--write-index"));
        ck_assert_int_eq(n_files(), 0);
    }
}
END_TEST

/* 3. order and contigs are the caller's promise */
START_TEST(broken_promises)
{
    static const int order[][2] = {{5, 4}, {RECORDS / 2, 0}, {RECORDS - 1, RECORDS / 2}};
    gw_err_t e = {0};
    bcf_hdr_t *h = make_header("99999");
    bcf1_t *rec = bcf_init();
    gw_vcfwriter_t *w;
    gw_vcfwrite_opts_t o = {.format = GW_VCF_BCF, .write_index = true};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        ck_assert_int_eq(gw_vcfwriter_open("x.bcf", &o, h, &w, &e), GW_OK);
        parse(h, order[i][0], rec);
        ck_assert_int_eq(gw_vcfwriter_put(w, rec, &e), GW_OK);
        ck_assert_int_eq(gw_vcfwriter_put(w, rec, &e), GW_OK); /* two at one place are fine */
        parse(h, order[i][1], rec);
        ck_assert_int_eq(gw_vcfwriter_put(w, rec, &e), GW_EINTERNAL);
        ck_assert_ptr_nonnull(strstr(e.msg, "out of order"));
        gw_vcfwriter_discard(w);
        ck_assert_int_eq(n_files(), 0);
    }
    ck_assert_int_eq(gw_vcfwriter_open("x.bcf", &o, h, &w, &e), GW_OK);
    parse(h, 0, rec);
    for (int rid = -1; rid <= 2; rid += 3) {
        rec->rid = rid;
        ck_assert_int_eq(gw_vcfwriter_put(w, rec, &e), GW_EINTERNAL);
        ck_assert_ptr_nonnull(strstr(e.msg, "which the header lacks"));
    }
    gw_vcfwriter_discard(w);
    gw_vcfwriter_discard(NULL);
    ck_assert_int_eq(n_files(), 0);
    bcf_destroy(rec);
    bcf_hdr_destroy(h);
}
END_TEST

/* 4. failing surroundings. HTSlib's bgzf_close does not free its handle when the last flush
   fails, so that what is allocated in this test is not held against it. */
void __lsan_disable(void) __attribute__((weak));

START_TEST(nothing_left_behind)
{
    if (__lsan_disable)
        __lsan_disable();
    gw_err_t e = {0};
    gw_vcfwrite_opts_t o = {.format = forms[_i].format, .threads = 1 + _i};
    ck_assert_int_eq(write_records("none/x", &o, "99999", 1, &e), GW_ECREATE);
    ck_assert_ptr_nonnull(strstr(e.msg, "none/x"));
    ck_assert_int_eq(write_records(".", &o, "99999", 1, &e), GW_ECREATE);
    ck_assert_int_eq(write_records("/dev/full", &o, "99999", RECORDS, &e), GW_EIO);
    ck_assert_ptr_nonnull(strstr(e.msg, "/dev/full"));
    ck_assert_int_eq(n_files(), 0);
    /* an older file survives what fails */
    scratch_write(forms[_i].name, "old", 3);
    struct rlimit l = {100, 100};
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &l), 0);
    o.write_index = forms[_i].format == GW_VCF_BGZF || forms[_i].format == GW_VCF_BCF;
    ck_assert_int_eq(write_records(forms[_i].name, &o, "99999", RECORDS, &e), GW_EIO);
    ck_assert_ptr_nonnull(strstr(e.msg, forms[_i].name));
    ck_assert_ptr_nonnull(strstr(e.msg, "writing failed"));
    ck_assert_int_eq(n_files(), 1);
    size_t n;
    char *old = scratch_read(forms[_i].name, &n);
    ck_assert_str_eq(old, "old");
    free(old);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("vcfwrite");
    TCase *t = tcase_create("vcfwrite");
    int n_forms = (int)(sizeof forms / sizeof *forms);
    hts_set_log_level(HTS_LOG_OFF);
    tcase_add_checked_fixture(t, scratch_enter, scratch_leave);
    tcase_add_loop_test(t, read_back, 0, n_forms);
    tcase_add_loop_test(t, header_alone, 0, n_forms);
    tcase_add_test(t, format_by_name);
    tcase_add_loop_test(t, index_beside, 0, (int)(sizeof indexed / sizeof *indexed));
    tcase_add_test(t, index_refused);
    tcase_add_test(t, broken_promises);
    tcase_add_loop_test(t, nothing_left_behind, 0, n_forms);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
