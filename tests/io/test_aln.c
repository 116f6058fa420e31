#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <htslib/bgzf.h>
#include <htslib/hts_log.h>

#include "base/hash.h"
#include "io/alnread.h"
#include "io/alnwrite.h"
#include "tests/check_main.h"
#include "tests/io/scratch.h"

static const char head[] = "@HD\tVN:1.6\tSO:coordinate\n"
                           "@SQ\tSN:one\tLN:10\tM5:361e1d25465f0e9cb2c9414f442d4008\n"
                           "@SQ\tSN:two\tLN:4\n";
static const char good[] = "a\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\n"
                           "b\t0\tone\t3\t60\t4M\t*\t0\t0\tGTNR\tIIII\n"
                           "c\t0\ttwo\t1\t60\t4M\t*\t0\t0\tCCCC\tIIII\n"
                           "d\t4\t*\t0\t0\t*\t*\t0\t0\tCCCC\tIIII\n";

static gw_status_t count_with(const char *path, const gw_alnread_opts_t *o, size_t *n,
                              gw_err_t *err)
{
    gw_alnreader_t *r;
    bam1_t *b = bam_init1();
    bool got = true;
    *n = 0;
    gw_status_t st = gw_alnreader_open(path, o, &r, err);
    if (st == GW_OK) {
        while ((st = gw_alnreader_next(r, b, &got, err)) == GW_OK && got)
            ++*n;
        gw_alnreader_close(r);
    }
    bam_destroy1(b);
    return st;
}

static gw_status_t count(const char *path, bool sorted, size_t *n, gw_err_t *err)
{
    return count_with(path, &(gw_alnread_opts_t){.need_sorted = sorted}, n, err);
}

static void make_sam(const char *name, const char *h, const char *records)
{
    char text[4096];
    int n = snprintf(text, sizeof text, "%s%s", h, records);
    scratch_write(name, text, (size_t)n);
}

/* Copies t.sam through our own reader and writer. */
static gw_status_t convert(const char *to, gw_aln_format_t f, bool index, int threads,
                           gw_err_t *err)
{
    gw_alnreader_t *r;
    gw_alnwriter_t *w;
    gw_alnread_opts_t ro = {0};
    gw_alnwrite_opts_t wo = {
        .format = f, .write_index = index, .threads = threads, .ref_path = "ref.fa"};
    bam1_t *b = bam_init1();
    bool got;
    ck_assert_int_eq(gw_alnreader_open("t.sam", &ro, &r, err), GW_OK);
    gw_status_t st = gw_alnwriter_open(to, &wo, (sam_hdr_t *)gw_alnreader_header(r), &w, err);
    bool open = st == GW_OK;
    while (st == GW_OK && (st = gw_alnreader_next(r, b, &got, err)) == GW_OK && got)
        st = gw_alnwriter_put(w, b, err);
    if (st == GW_OK)
        st = gw_alnwriter_commit(w, err);
    else if (open)
        gw_alnwriter_discard(w);
    gw_alnreader_close(r);
    bam_destroy1(b);
    return st;
}

/* 1. records */
static const struct {
    const char *records;
    bool sorted;
    size_t n;
    const char *msg;
} rows[] = {
    {good, true, 4, NULL},
    {"b\t0\tone\t3\t60\t4M\t*\t0\t0\tGTNR\tIIII\na\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\n", true,
     0, "record 2 (a): comes before the record ahead"},
    {"b\t0\tone\t3\t60\t4M\t*\t0\t0\tGTNR\tIIII\na\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\n",
     false, 2, NULL},
    {"d\t4\t*\t0\t0\t*\t*\t0\t0\tCC\tII\na\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\n", true, 0,
     "not sorted"},
    {"a\t0\tone\t8\t60\t4M\t*\t0\t0\tACGT\tIIII\n", false, 0, "past the end of its contig"},
    {"a\t0\tone\t1\t60\t5M\t*\t0\t0\tACGT\tIIII\n", false, 0, "record 1"},
    {"a\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIII\n", false, 0, "record 1"},
    {"a\t0\tnine\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\n", false, 0, "record 1"},
    {"a\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\nb\t0\tone\t3", false, 0, "file is cut"},
    {"hello\n", false, 0, "record 1"},
    {"a\t0\tnine\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\n", false, 0, "contig nine is not in the header"},
    {"a\t4\tnine\t1\t0\t*\t*\t0\t0\tACGT\tIIII\n", false, 0, "contig nine is not in the header"},
    {"a\t1\tone\t1\t60\t4M\tnine\t1\t0\tACGT\tIIII\n", false, 0,
     "contig nine is not in the header"},
    {"a\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\tNM:i:", false, 0, "no end after record 0"},
    {"a\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\tNM:i:1\n\n", false, 0, "no SAM record"},
    {"a\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\tNM:q:1\n", false, 0, "no SAM record"},
};

START_TEST(record_row)
{
    size_t n;
    gw_err_t e = {0};
    make_sam("t.sam", head, rows[_i].records);
    gw_status_t st = count("t.sam", rows[_i].sorted, &n, &e);
    ck_assert_msg(st == (rows[_i].msg ? GW_EDATA : GW_OK), "%d %s", st, e.msg);
    if (rows[_i].msg)
        ck_assert_msg(strstr(e.msg, rows[_i].msg) && strncmp(e.msg, "t.sam: ", 7) == 0, "%s",
                      e.msg);
    else
        ck_assert_uint_eq(n, rows[_i].n);
}
END_TEST

START_TEST(not_alignments)
{
    size_t n;
    gw_err_t e = {0};
    scratch_write("x", "@a\nACGT\n+\nIIII\n", 15);
    ck_assert_int_eq(count("x", false, &n, &e), GW_EDATA);
    scratch_write("x", "", 0);
    ck_assert_int_eq(count("x", false, &n, &e), GW_EDATA);
    scratch_write("x", "\x01\x02\x03 junk", 8);
    ck_assert_int_eq(count("x", false, &n, &e), GW_EDATA);
    ck_assert_int_eq(count("absent.bam", false, &n, &e), GW_ENOINPUT);
    ck_assert_int_eq(count(".", false, &n, &e), GW_ENOINPUT);
}
END_TEST

/* 2. the reference */
static const struct {
    const char *hdr, *msg;
} refs[] = {
    {head, NULL},
    {"@SQ\tSN:two\tLN:4\n", NULL},
    {"@SQ\tSN:one\tLN:11\n", "has 11 bp there and 10"},
    {"@SQ\tSN:chr1\tLN:10\n", "contig chr1 is not in"},
    {"@SQ\tSN:two\tLN:4\tM5:361e1d25465f0e9cb2c9414f442d4008\n", "is another sequence"},
    {"@SQ\tSN:two\tLN:4\tM5:B41C1949BEF0CB7C83998D0A5D83BCC2\n", NULL},
};

START_TEST(reference)
{
    gw_ref_t *ref;
    gw_alnreader_t *r;
    gw_err_t e = {0};
    gw_alnread_opts_t o = {0};
    ck_assert_int_eq(gw_ref_load("ref.fa", 1, &ref, &e), GW_OK);
    make_sam("t.sam", refs[_i].hdr, "d\t4\t*\t0\t0\t*\t*\t0\t0\tCC\tII\n");
    ck_assert_int_eq(gw_alnreader_open("t.sam", &o, &r, &e), GW_OK);
    gw_status_t st = gw_alnreader_check_ref(r, ref, &e);
    ck_assert_msg(st == (refs[_i].msg ? GW_EDATA : GW_OK), "%s", e.msg);
    if (refs[_i].msg)
        ck_assert_msg(strstr(e.msg, refs[_i].msg), "%s", e.msg);
    gw_alnreader_close(r);
    gw_ref_destroy(ref);
}
END_TEST

/* Contigs are held to their records: how many of each, and how many of these are unlike the
 * reference; no_nm: they have no NM, and bases alone tell. */
static const struct {
    struct {
        int n, unlike, no_nm;
    } contig[3];
    const char *msg;
} sparse[] = {
    {{{50, 0, 0}, {0, 0, 0}, {3, 0, 0}}, NULL},
    {{{50, 10, 0}, {0, 0, 0}, {0, 0, 0}}, NULL}, /* a fifth is borne: stale tags */
    {{{50, 11, 0}, {0, 0, 0}, {0, 0, 0}}, "contig c1: 11 of 50"},
    {{{2000, 0, 0}, {12, 12, 0}, {0, 0, 0}}, "contig c2: 12 of 12"},
    {{{2000, 0, 0}, {0, 0, 0}, {3, 2, 0}}, "contig c3: 2 of 3"},
    {{{2000, 0, 0}, {3, 1, 0}, {2, 2, 0}}, NULL}, /* one or two say too little */
    {{{1, 1, 0}, {1, 1, 0}, {2, 2, 0}}, "one or two records: 4 of 4"},
    {{{1, 1, 0}, {1, 1, 0}, {0, 0, 0}}, NULL},
    {{{4, 4, 0}, {5, 0, 0}, {5, 0, 0}}, "contig c1: 4 of 4"},
    {{{20, 0, 1}, {0, 0, 0}, {0, 0, 0}}, NULL},
    {{{20, 20, 1}, {0, 0, 0}, {0, 0, 0}}, "contig c1: 20 of 20"},
    {{{20, 0, 0}, {3, 3, 1}, {0, 0, 0}}, "contig c2: 3 of 3"},
};

START_TEST(sparse_contigs)
{
    enum { LEN = 400, READ = 30 };
    gw_ref_t *ref;
    gw_alnreader_t *r;
    bam1_t *rec = bam_init1();
    gw_err_t e = {0};
    bool got = true;
    FILE *fa = fopen("s.fa", "w"), *sam = fopen("s.sam", "w");
    char base[3][LEN + 1] = {{0}};
    gw_rng_t rng;
    gw_rng_init(&rng, 5);
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < LEN; i++)
            base[c][i] = "ACGT"[gw_rng_below(&rng, 4)];
        fprintf(fa, ">c%d\n%s\n", c + 1, base[c]);
        fprintf(sam, "@SQ\tSN:c%d\tLN:%d\n", c + 1, LEN);
    }
    for (int c = 0; c < 3; c++)
        for (int i = 0, n = sparse[_i].contig[c].n; i < n; i++) {
            char read[READ + 1] = {0};
            int pos = i * (LEN - READ) / n;
            memcpy(read, base[c] + pos, READ);
            bool unlike = i < sparse[_i].contig[c].unlike;
            for (int k = 0; unlike && k < READ; k++) /* another base everywhere */
                read[k] = read[k] == 'T' ? 'A' : 'T';
            fprintf(sam, "r\t0\tc%d\t%d\t60\t%dM\t*\t0\t0\t%s\t*%s\n", c + 1, pos + 1, READ, read,
                    sparse[_i].contig[c].no_nm ? "" : "\tNM:i:0");
        }
    fclose(fa);
    fclose(sam);
    ck_assert_int_eq(gw_ref_load("s.fa", 1, &ref, &e), GW_OK);
    ck_assert_int_eq(gw_alnreader_open("s.sam", &(gw_alnread_opts_t){0}, &r, &e), GW_OK);
    ck_assert_int_eq(gw_alnreader_check_ref(r, ref, &e), GW_OK);
    gw_status_t st = GW_OK;
    while (got && st == GW_OK)
        st = gw_alnreader_next(r, rec, &got, &e);
    ck_assert_msg(st == (sparse[_i].msg ? GW_EDATA : GW_OK), "%s", e.msg);
    if (sparse[_i].msg)
        ck_assert_msg(strstr(e.msg, sparse[_i].msg), "%s", e.msg);
    gw_alnreader_close(r);
    gw_ref_destroy(ref);
    bam_destroy1(rec);
}
END_TEST

static gw_status_t read_onto(const char *fasta, const char *header, const char *records, gw_err_t *e)
{
    gw_ref_t *ref;
    gw_alnreader_t *r;
    bam1_t *rec = bam_init1();
    bool got = true;
    make_sam("t.sam", header, records);
    ck_assert_int_eq(gw_ref_load(fasta, 1, &ref, e), GW_OK);
    ck_assert_int_eq(gw_alnreader_open("t.sam", &(gw_alnread_opts_t){0}, &r, e), GW_OK);
    gw_status_t st = gw_alnreader_check_ref(r, ref, e);
    while (got && st == GW_OK)
        st = gw_alnreader_next(r, rec, &got, e);
    gw_alnreader_close(r);
    gw_ref_destroy(ref);
    bam_destroy1(rec);
    return st;
}

/* NM is held only where no M5 vouches for the reference */
START_TEST(stale_tags)
{
    gw_err_t e = {0};
    static const char records[] = "a\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\tNM:i:9\n"
                                  "b\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\tNM:i:9\n"
                                  "c\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\tNM:i:9\n";
    ck_assert_int_eq(read_onto("ref.fa", "@SQ\tSN:one\tLN:10\n", records, &e), GW_EDATA);
    ck_assert_ptr_nonnull(strstr(e.msg, "contig one: 3 of 3 records"));
    ck_assert_msg(read_onto("ref.fa", head, records, &e) == GW_OK, "%s", e.msg);
}
END_TEST

/* an M5 that is the reference's, on records of another sequence */
START_TEST(lying_header)
{
    gw_err_t e = {0};
    char text[400] = "";
    for (int i = 0; i < 3; i++)
        strcat(text, "a\t0\tc\t1\t60\t24M\t*\t0\t0\tTTTTTTTTTTTTTTTTTTTTTTTT\t*\tNM:i:0\n");
    scratch_write("c.fa", ">c\nACGACGACGACGACGACGACGACG\n", 28);
    ck_assert_int_eq(read_onto("c.fa", "@SQ\tSN:c\tLN:24\tM5:c801dd05b68702d52d1967a3deeba862\n", text, &e), GW_EDATA);
    ck_assert_ptr_nonnull(strstr(e.msg, "contig c: 3 of 3 records"));
}
END_TEST

/* 3. formats there and back, on files and through a pipe; every cut is seen */
static gw_status_t count_piped(const char *file, size_t bytes, int threads, size_t *n,
                               gw_err_t *err)
{
    size_t size;
    char *data = scratch_read(file, &size);
    int fd[2];
    ck_assert_int_eq(pipe(fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        ssize_t w = write(fd[1], data, bytes < size ? bytes : size);
        _exit(w < 0);
    }
    close(fd[1]);
    int saved = dup(0);
    dup2(fd[0], 0);
    close(fd[0]);
    gw_status_t st = count_with("-", &(gw_alnread_opts_t){.threads = threads}, n, err);
    dup2(saved, 0);
    close(saved);
    waitpid(pid, NULL, 0);
    free(data);
    return st;
}

START_TEST(there_and_back)
{
    static const gw_aln_format_t format[] = {GW_ALN_SAM, GW_ALN_BAM, GW_ALN_UBAM, GW_ALN_CRAM};
    gw_err_t e = {0};
    size_t n, size;
    make_sam("t.sam", head, good);
    ck_assert_msg(convert("out", format[_i], false, 1 + _i % 2, &e) == GW_OK, "%s", e.msg);
    ck_assert_int_eq(count("out", true, &n, &e), GW_OK);
    ck_assert_uint_eq(n, 4);
    char *data = scratch_read("out", &size);
    ck_assert_int_eq(count_piped("out", size, 1, &n, &e), GW_OK);
    ck_assert_uint_eq(n, 4);
    if (format[_i] == GW_ALN_SAM) {
        free(data);
        return; /* text has no end mark: its cuts are the rows above */
    }
    for (size_t cut = 1; cut < size; cut += 1 + size / 150) {
        scratch_write("cut", data, cut);
        ck_assert_msg(count("cut", false, &n, &e) == GW_EDATA, "cut at %zu of %zu", cut, size);
        ck_assert_msg(count_piped("cut", cut, 1, &n, &e) == GW_EDATA, "cut at %zu of %zu in a pipe",
                      cut, size);
    }
    free(data);
}
END_TEST

/* SAM text has no end mark, but an open last line is seen on every way in */
START_TEST(sam_cut_in_a_line)
{
    gw_err_t e = {0};
    size_t n, size;
    make_sam("t.sam", head, good);
    char *data = scratch_read("t.sam", &size);
    for (size_t cut = 1; cut < size; cut++) {
        bool at_line = data[cut - 1] == '\n';
        scratch_write("cut", data, cut);
        gw_status_t st = count_piped("cut", cut, 1, &n, &e);
        ck_assert_msg(at_line || st == GW_EDATA, "a pipe cut at %zu", cut);
        scratch_pack("cut", _i ? PACK_GZIP : PACK_BGZF, data, cut);
        st = count("cut", false, &n, &e);
        ck_assert_msg(at_line || st == GW_EDATA, "packed, cut at %zu", cut);
    }
    free(data);
}
END_TEST

/* BAM of many blocks, read by one and by three threads through a pipe that ends at a block */
START_TEST(bam_cut_at_a_block)
{
    gw_err_t e = {0};
    size_t n, size, at = 0;
    char *text = malloc(1 << 20), *p = text + sprintf(text, "%s", head);
    for (int i = 0; i < 9000; i++)
        p += sprintf(p, "r%d\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\tXX:Z:%x\n", i,
                     (unsigned)(i * 2654435761u));
    scratch_write("t.sam", text, (size_t)(p - text));
    free(text);
    ck_assert_int_eq(convert("out", GW_ALN_BAM, false, 1, &e), GW_OK);
    char *data = scratch_read("out", &size);
    size_t blocks = 0;
    while (at < size) {
        const unsigned char *b = (const unsigned char *)data + at;
        for (int threads = 1; threads <= 3 && at > 0; threads += 2)
            ck_assert_msg(count_piped("out", at, threads, &n, &e) == GW_EDATA,
                          "%d threads, cut at %zu", threads, at);
        at += (size_t)(b[16] | b[17] << 8) + 1;
        blocks++;
    }
    ck_assert_uint_eq(at, size);
    ck_assert_uint_gt(blocks, 4);
    ck_assert_int_eq(count_piped("out", size, 3, &n, &e), GW_OK);
    ck_assert_uint_eq(n, 9000);
    /* BAM whose end cannot be told is refused */
    scratch_pack("x", PACK_GZIP, "BAM\1", 4);
    ck_assert_int_eq(count("x", false, &n, &e), GW_EDATA);
    ck_assert_msg(strstr(e.msg, "plain gzip"), "%s", e.msg);
    scratch_write("x", "BAM\1\0\0\0\0\0\0\0", 12);
    ck_assert_int_eq(count("x", false, &n, &e), GW_EDATA);
    free(data);
}
END_TEST

/* seeded flips in the records of uncompressed blocks, their checksums made right again: whatever
 * comes through is well-formed, and damaged tags are named */
START_TEST(flipped_records)
{
    static const char rec[] =
        "a\t0\tone\t1\t60\t4M\ttwo\t1\t0\tACGT\tIIII\tNM:i:1\tXB:B:s,1,2\tXZ:Z:ab\n";
    gw_err_t e = {0};
    gw_rng_t rng;
    size_t n, size, refused = 0, tags = 0;
    gw_rng_init(&rng, 5);
    make_sam("t.sam", head, rec);
    ck_assert_int_eq(convert("out", GW_ALN_UBAM, false, 1, &e), GW_OK);
    BGZF *in = bgzf_open("out", "r");
    char raw[4096];
    ssize_t got = bgzf_read(in, raw, sizeof raw);
    bgzf_close(in);
    ck_assert_int_gt(got, 0);
    size = (size_t)got;
    for (int i = 0; i < 3000; i++) {
        size_t at = size - 80 + gw_rng_below(&rng, 80);
        char bit = (char)(1 << gw_rng_below(&rng, 8));
        raw[at] ^= bit;
        scratch_pack("x", PACK_BGZF, raw, size);
        gw_status_t st = count("x", false, &n, &e);
        ck_assert_msg(st == GW_OK || st == GW_EDATA, "%d %s", st, e.msg);
        refused += st == GW_EDATA;
        tags += st == GW_EDATA && strstr(e.msg, "tags are damaged") != NULL;
        raw[at] ^= bit;
    }
    ck_assert_uint_gt(refused, 100);
    ck_assert_uint_gt(tags, 10);
}
END_TEST

/* A CRAM header that says its reference is on a server: the server is not asked. */
START_TEST(cram_remote_reference)
{
    gw_err_t e = {0};
    size_t n;
    static const char md5[] = "361e1d25465f0e9cb2c9414f442d4008";
    char ur[2][80], here[200], *cwd = getcwd(here, sizeof here - 4);
    ck_assert_ptr_nonnull(cwd);
    strcat(here, "/%s");
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    ck_assert_int_ge(server, 0);
    ck_assert_int_eq(bind(server, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(server, 4), 0);
    ck_assert_int_eq(getsockname(server, (struct sockaddr *)&at, &size), 0);
    snprintf(ur[0], sizeof *ur, "http://127.0.0.1:%d/ref.fa", ntohs(at.sin_port));
    snprintf(ur[1], sizeof *ur, "file:http://127.0.0.1:%d/ref.fa", ntohs(at.sin_port));
    for (int i = 0; i < 2; i++) {
        scratch_write(md5, "ACGTNRACGT", 10);
        setenv("REF_PATH", here, 1); /* given a FASTA, HTSlib's writer would put its name in UR */
        make_sam("t.sam",
                 "@SQ\tSN:one\tLN:10\tM5:361e1d25465f0e9cb2c9414f442d4008\n",
                 "a\t0\tone\t1\t60\t4M\t*\t0\t0\tACGT\tIIII\n");
        htsFile *in = hts_open("t.sam", "r"), *out = hts_open("out", "wc");
        sam_hdr_t *h = sam_hdr_read(in);
        bam1_t *b = bam_init1();
        ck_assert_int_eq(sam_hdr_update_line(h, "SQ", "SN", "one", "UR", ur[i], NULL), 0);
        ck_assert_int_eq(sam_hdr_write(out, h), 0);
        while (sam_read1(in, h, b) >= 0)
            ck_assert_int_ge(sam_write1(out, h, b), 0);
        bam_destroy1(b);
        sam_hdr_destroy(h);
        hts_close(in);
        ck_assert_int_eq(hts_close(out), 0);
        setenv("REF_PATH", "/nowhere/%s", 1);
        ck_assert_int_eq(unlink(md5), 0); /* HTSlib looks in the working directory too */
        ck_assert_int_eq(count("out", false, &n, &e), GW_EDATA);
        ck_assert_msg(strstr(e.msg, "its reference is not at hand"), "%s", e.msg);
        ck_assert_int_eq(accept(server, NULL, NULL), -1);
        ck_assert_int_eq(errno, EAGAIN);
        gw_alnread_opts_t o = {.ref_path = "ref.fa"};
        ck_assert_msg(count_with("out", &o, &n, &e) == GW_OK, "%s", e.msg);
        ck_assert_uint_eq(n, 1);
    }
    close(server);
}
END_TEST

/* CRAM whose reference is gone is refused with the remedy, and nothing is asked of the network */
START_TEST(cram_without_reference)
{
    gw_err_t e = {0};
    size_t n;
    unsetenv("REF_PATH");
    make_sam("t.sam", head, good);
    ck_assert_int_eq(convert("out", GW_ALN_CRAM, false, 1, &e), GW_OK);
    ck_assert_int_eq(rename("ref.fa", "moved.fa"), 0);
    ck_assert_int_eq(unlink("ref.fa.fai"), 0);
    ck_assert_int_eq(count("out", false, &n, &e), GW_EDATA);
    ck_assert_msg(strstr(e.msg, "its reference is not at hand"), "%s", e.msg);
    ck_assert_ptr_nonnull(strstr(getenv("REF_PATH"), "hts-ref"));
    gw_alnread_opts_t o = {.no_cram = true};
    gw_alnreader_t *r;
    ck_assert_int_eq(gw_alnreader_open("out", &o, &r, &e), GW_EDATA);
    ck_assert_ptr_nonnull(strstr(e.msg, "--no-cram"));
}
END_TEST

START_TEST(index_beside)
{
    gw_err_t e = {0};
    struct stat st;
    gw_alnreader_t *r;
    gw_alnread_opts_t o = {0};
    bam1_t *b = bam_init1();
    bool got;
    size_t n = 0;
    make_sam("t.sam", head, good);
    ck_assert_int_eq(convert("out.bam", GW_ALN_BAM, true, 1, &e), GW_OK);
    ck_assert_int_eq(stat("out.bam.bai", &st), 0);
    ck_assert_int_eq(gw_alnreader_open("out.bam", &o, &r, &e), GW_OK);
    ck_assert_int_eq(gw_alnreader_region(r, 0, 4, 10, &e), GW_OK);
    while (gw_alnreader_next(r, b, &got, &e) == GW_OK && got)
        n++;
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(gw_alnreader_region(r, 1, 0, 4, &e), GW_OK);
    ck_assert_int_eq(gw_alnreader_next(r, b, &got, &e), GW_OK);
    ck_assert(got);
    ck_assert_str_eq(bam_get_qname(b), "c");
    gw_alnreader_close(r);
    ck_assert_int_eq(unlink("out.bam.bai"), 0);
    ck_assert_int_eq(gw_alnreader_open("out.bam", &o, &r, &e), GW_OK);
    ck_assert_int_eq(gw_alnreader_region(r, 0, 0, 4, &e), GW_ENOINPUT);
    ck_assert_ptr_nonnull(strstr(e.msg, "samtools index out.bam"));
    gw_alnreader_close(r);
    bam_destroy1(b);
    ck_assert_int_eq(convert("-", GW_ALN_BAM, true, 1, &e), GW_EUSAGE);
    ck_assert_int_eq(convert("x.sam", GW_ALN_SAM, true, 1, &e), GW_EUSAGE);
    ck_assert_int_ne(stat("x.sam", &st), 0);
}
END_TEST

/* HTSlib forgets its buffers when closing fails: not our leak */
#ifdef __SANITIZE_ADDRESS__
#    include <sanitizer/lsan_interface.h>
#else
#    define __lsan_disable() ((void)0)
#    define __lsan_enable()  ((void)0)
#endif

START_TEST(failures_leave_nothing)
{
    gw_err_t e = {0};
    struct stat st;
    make_sam("t.sam", head, good);
    __lsan_disable();
    ck_assert_int_eq(convert("/dev/full", GW_ALN_BAM, false, 1, &e), GW_EIO);
    ck_assert_int_eq(convert("/dev/full", GW_ALN_SAM, false, 1, &e), GW_EIO);
    ck_assert_int_eq(convert("no/such/out.bam", GW_ALN_BAM, false, 1, &e), GW_ECREATE);
    ck_assert_int_eq(unlink("ref.fa.fai"), 0);
    ck_assert_int_eq(unlink("ref.fa"), 0);
    ck_assert_int_ne(convert("out.cram", GW_ALN_CRAM, false, 1, &e), GW_OK);
    __lsan_enable();
    ck_assert_int_ne(stat("out.cram", &st), 0);
}
END_TEST

static void enter(void)
{
    static const char fasta[] = ">one\nACGTNRACGT\n>two\nCCCC\n";
    static const char fai[] = "one\t10\t5\t10\t11\ntwo\t4\t21\t4\t5\n";
    scratch_enter();
    scratch_write("ref.fa", fasta, strlen(fasta));
    scratch_write("ref.fa.fai", fai, strlen(fai));
}

static Suite *make(void)
{
    Suite *s = suite_create("aln");
    TCase *t = tcase_create("aln");
    hts_set_log_level(HTS_LOG_OFF);
    tcase_add_checked_fixture(t, enter, scratch_leave);
    tcase_add_loop_test(t, record_row, 0, sizeof rows / sizeof *rows);
    tcase_add_test(t, not_alignments);
    tcase_add_test(t, stale_tags);
    tcase_add_test(t, lying_header);
    tcase_add_loop_test(t, sparse_contigs, 0, (int)(sizeof sparse / sizeof *sparse));
    tcase_add_loop_test(t, reference, 0, sizeof refs / sizeof *refs);
    tcase_add_loop_test(t, there_and_back, 0, 4);
    tcase_add_loop_test(t, sam_cut_in_a_line, 0, 2);
    tcase_add_test(t, bam_cut_at_a_block);
    tcase_add_test(t, flipped_records);
    tcase_add_test(t, cram_without_reference);
    tcase_add_test(t, cram_remote_reference);
    tcase_add_test(t, index_beside);
    tcase_add_test(t, failures_leave_nothing);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
