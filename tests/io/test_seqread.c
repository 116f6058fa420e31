#include <config.h>

#include <string.h>
#include <htslib/hts_log.h>
#include <htslib/sam.h>

#include "base/hash.h"
#include "io/seqread.h"
#include "tests/check_main.h"
#include "tests/io/scratch.h"

/* Reads everything; the records' letters go to *digest. */
static gw_status_t read_all(const char *const *path, size_t n_paths, const gw_seqread_opts_t *o,
                            size_t *n, uint64_t *digest, gw_err_t *err)
{
    gw_seqreader_t *r;
    gw_seqbatch_t b;
    *n = 0;
    *digest = 0;
    gw_status_t st = gw_seqreader_open(path, n_paths, o, &r, err);
    if (st != GW_OK)
        return st;
    gw_seqbatch_init(&b);
    do {
        st = gw_seqreader_next(r, &b, 3, 1 << 30, err);
        for (size_t i = 0; st == GW_OK && i < b.n; i++) {
            const gw_seqrec_t *s = &b.rec[i];
            ck_assert_uint_eq(strlen(s->seq), s->len);
            ck_assert_uint_eq(strlen(s->name), s->name_len);
            if (s->qual)
                ck_assert_uint_eq(strlen(s->qual), s->len);
            *digest = gw_hash_bytes(s->seq, s->len, *digest + s->name_len + s->flag);
            ++*n;
        }
    } while (st == GW_OK && b.n > 0);
    gw_seqbatch_release(&b);
    gw_seqreader_close(r);
    return st;
}

/* 1. one file: what it holds, how many records, or what the message says */
static const struct {
    const char *text;
    size_t n;
    const char *msg; /* NULL = accepted */
} files[] = {
    {"@a\nACGT\n+\nIIII\n", 1, NULL},
    {"@a\nACGT\n+\nIIII\n@b c d\nAC\n+b c d\nII\n", 2, NULL},
    {"@a\r\nACGT\r\n+\r\nIIII\r\n", 1, NULL},
    {"@a\nacgun\n+\nIIIII\n", 1, NULL},
    {"@a\nRYKMSWBDHVN\n+\nIIIIIIIIIII", 1, NULL},
    {"@a\nACGT\n+\n@@@@\n@b\nA\n+\n+\n", 2, NULL},
    {"@a\n\n+\n\n", 1, NULL},
    {"@a\nACGT\n+\nIIII\n\n\n", 1, NULL},
    {"", 0, "x: is empty"},
    {"\n\n", 0, "x: is empty"},
    {">a\nACGT\n", 1, NULL},
    {">a x y\nAC\nGT\nA\n>b\nA", 2, NULL},
    {">a\nAC GT\n", 0, "record 1 (a): byte 0x20 at position 3"},
    {">a\n>b\nA\n", 0, "record 1 (a): has no sequence"},
    {">\nACGT\n", 0, "record 1: has no name"},
    {"@\nACGT\n+\nIIII\n", 0, "record 1: has no name"},
    {"@a\nACGT\n+\nIII\n", 0, "record 1 (a): 3 qualities for 4 bases"},
    {"@a\nACGT\n+\nIIIII\n", 0, "record 1 (a): 5 qualities for 4 bases"},
    {"@a\nACGT\nIIII\n@b\nA\n+\nI\n", 0, "record 1 (a): line 3 does not begin with '+'"},
    {"@a\nACGT\nACGT\n+\nIIIIIIII\n", 0, "wrapped"},
    {"@a\nACGT\n+b\nIIII\n", 0, "the name behind '+' differs"},
    {"@a\nACGT\n+\nIIII\n@b\nAC", 0, "record 2 (b): the file ends before its '+' line"},
    {"@a\nACGT\n+\nIIII\n@b\nAC\n+\n", 0, "record 2 (b): the file ends before its qualities"},
    {"@a\nACGT\n+\nIIII\n@b\n", 0, "record 2 (b): the file ends before its sequence"},
    {"@a\nACGT\n+\nII\tI\n", 0, "byte 0x09 among the qualities"},
    {"@a\nACGT\n+\nII\x7fI\n", 0, "byte 0x7f among the qualities"},
    {"@a\nAC.T\n+\nIIII\n", 0, "byte 0x2e at position 3"},
    {"@a\nACGT\n+\nIIII\n\n@b\nA\n+\nI\n", 0, "an empty line"},
    {"@a\nACGT\n+\nIIII\nb\nA\n+\nI\n", 0, "record 2: line 5 does not begin with '@'"},
    {"\x7f\x45LF\x02\x01", 0, "neither FASTQ"},
    {"@a\x01z\nACGT\n+\nIIII\n", 0, "byte 0x01 in its name"},
    {"hello world\n", 0, "neither FASTQ"},
};

START_TEST(file_row)
{
    for (int pack = 0; pack < N_PACKS; pack++) {
        const char *path[] = {"x"};
        size_t n;
        uint64_t digest;
        gw_err_t e = {0};
        gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA, .threads = 1 + pack};
        scratch_pack("x", (pack_t)pack, files[_i].text, strlen(files[_i].text));
        gw_status_t st = read_all(path, 1, &o, &n, &digest, &e);
        ck_assert_msg(st == (files[_i].msg ? GW_EDATA : GW_OK), "status %d: %s", st, e.msg);
        if (files[_i].msg) {
            ck_assert_msg(strstr(e.msg, files[_i].msg), "message: %s", e.msg);
            ck_assert_msg(strncmp(e.msg, "x: ", 3) == 0, "message: %s", e.msg);
            ck_assert_ptr_null(strchr(e.msg, '\n'));
        } else {
            ck_assert_uint_eq(n, files[_i].n);
        }
    }
}
END_TEST

/* 2. two files of mates */
static const struct {
    const char *r1, *r2;
    size_t n;
    const char *msg;
} mates[] = {
    {"@a\nA\n+\nI\n@b\nC\n+\nI\n", "@a\nG\n+\nI\n@b\nT\n+\nI\n", 4, NULL},
    {"@a/1\nA\n+\nI\n", "@a/2\nG\n+\nI\n", 2, NULL},
    {"@a 1:N:0:AC\nA\n+\nI\n", "@a 2:N:0:AC\nG\n+\nI\n", 2, NULL},
    {"@a/2\nA\n+\nI\n", "@a/1\nG\n+\nI\n", 0, "swapped"},
    {"@a 2:N:0:A\nA\n+\nI\n", "@a 1:N:0:A\nG\n+\nI\n", 0, "swapped"},
    {"@a\nA\n+\nI\n@b\nC\n+\nI\n", "@a\nG\n+\nI\n@c\nT\n+\nI\n", 0, "different names"},
    {"@a\nA\n+\nI\n@b\nC\n+\nI\n", "@a\nG\n+\nI\n", 0, "y: ends after 1 records"},
    {"@a\nA\n+\nI\n", "@a\nG\n+\nI\n@b\nC\n+\nI\n", 0, "x: ends after 1 records"},
    {"", "@a\nG\n+\nI\n", 0, "x: is empty"},
    {"", "", 0, "x: is empty"},
};

START_TEST(mates_row)
{
    const char *path[] = {"x", "y"};
    size_t n;
    uint64_t digest;
    gw_err_t e = {0};
    gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA};
    scratch_write("x", mates[_i].r1, strlen(mates[_i].r1));
    scratch_write("y", mates[_i].r2, strlen(mates[_i].r2));
    gw_status_t st = read_all(path, 2, &o, &n, &digest, &e);
    ck_assert_msg(st == (mates[_i].msg ? GW_EDATA : GW_OK), "status %d: %s", st, e.msg);
    if (mates[_i].msg)
        ck_assert_msg(strstr(e.msg, mates[_i].msg), "message: %s", e.msg);
    else
        ck_assert_uint_eq(n, mates[_i].n);
}
END_TEST

START_TEST(interleaved_and_mixed)
{
    static const char text[] = "@s\nA\n+\nI\n@p/1\nC\n+\nI\n@p/2\nG\n+\nI\n@t\nA\n+\nI\n"
                               "@q\nC\n+\nI\n@q\nG\n+\nI\n@u\nT\n+\nI\n";
    static const unsigned flag[] = {0, 0x41, 0x81, 0, 0x41, 0x81, 0};
    scratch_write("x", text, strlen(text));
    for (size_t chunk = 1; chunk < 9; chunk++) {
        const char *path[] = {"x"};
        gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA, .interleaved = true};
        gw_seqreader_t *r;
        gw_seqbatch_t b;
        gw_err_t e = {0};
        size_t k = 0;
        ck_assert_int_eq(gw_seqreader_open(path, 1, &o, &r, &e), GW_OK);
        gw_seqbatch_init(&b);
        do {
            ck_assert_int_eq(gw_seqreader_next(r, &b, chunk, 1 << 20, &e), GW_OK);
            for (size_t i = 0; i < b.n; i++, k++) {
                ck_assert_uint_eq(b.rec[i].flag, flag[k]);
                ck_assert_uint_eq(b.rec[i].ordinal, k + 1);
                if (flag[k] == 0x41)
                    ck_assert_uint_lt(i + 1, b.n); /* never split */
            }
        } while (b.n);
        ck_assert_uint_eq(k, 7);
        gw_seqbatch_release(&b);
        gw_seqreader_close(r);
    }
}
END_TEST

START_TEST(limits_and_comments)
{
    char text[700], name[300];
    const char *path[] = {"x"};
    size_t n;
    uint64_t digest;
    gw_err_t e = {0};
    memset(name, 'n', sizeof name);
    for (int len = 254; len <= 255; len++) {
        int k = snprintf(text, sizeof text, "@%.*s\nACGT\n+\nIIII\n", len, name);
        scratch_write("x", text, (size_t)k);
        gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA};
        ck_assert_int_eq(read_all(path, 1, &o, &n, &digest, &e), len == 254 ? GW_OK : GW_EDATA);
    }
    ck_assert_ptr_nonnull(strstr(e.msg, "255 characters"));
    gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_PROTEIN, .max_len = 5, .need_quals = true};
    scratch_write("x", ">a\nMKVLYW\n", 10);
    ck_assert_int_eq(read_all(path, 1, &o, &n, &digest, &e), GW_EDATA);
    ck_assert_ptr_nonnull(strstr(e.msg, "longer than 5"));
    o.max_len = 6;
    ck_assert_int_eq(read_all(path, 1, &o, &n, &digest, &e), GW_EDATA);
    ck_assert_ptr_nonnull(strstr(e.msg, "no qualities"));
    o.need_quals = false;
    ck_assert_int_eq(read_all(path, 1, &o, &n, &digest, &e), GW_OK);
    const char *none[] = {"no-such-file"}, *twice[] = {"x", "x"}, *folder[] = {"."};
    ck_assert_int_eq(read_all(none, 1, &o, &n, &digest, &e), GW_ENOINPUT);
    ck_assert_int_eq(read_all(folder, 1, &o, &n, &digest, &e), GW_ENOINPUT);
    ck_assert_int_eq(read_all(twice, 2, &o, &n, &digest, &e), GW_EUSAGE);
    scratch_write("x", "@a  BC:Z:AC\tx\nA\n+\nI\n", 21);
    for (int keep = 0; keep < 2; keep++) {
        gw_seqread_opts_t k = {.alphabet = GW_ALPHABET_DNA, .keep_comments = keep};
        gw_seqreader_t *r;
        gw_seqbatch_t b;
        ck_assert_int_eq(gw_seqreader_open(path, 1, &k, &r, &e), GW_OK);
        gw_seqbatch_init(&b);
        ck_assert_int_eq(gw_seqreader_next(r, &b, 1, 1, &e), GW_OK);
        if (keep)
            ck_assert_str_eq(b.rec[0].comment, "BC:Z:AC\tx");
        else
            ck_assert_ptr_null(b.rec[0].comment);
        gw_seqbatch_release(&b);
        gw_seqreader_close(r);
    }
}
END_TEST

/* names that HTSlib would not take for local files are refused, and ./ makes any name local */
START_TEST(odd_names)
{
    static const char *const special[] = {"data:,@a", "mem:x",   "preload:x", "file:x",     "s3:x",
                                          "gs:x",     "HTTP:x",  "ftp://h/x", "s3+https:x", "crypt4gh:x",
                                          "x://y",    "htsget:x"};
    static const char *const local[] = {"a:b", "data", "x:y:z", "s3", "-x", ":x", "a b"};
    size_t n;
    uint64_t digest;
    gw_err_t e = {0};
    gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        char name[40];
        ck_assert_int_eq(read_all(&special[i], 1, &o, &n, &digest, &e), GW_ENOINPUT);
        ck_assert_msg(strstr(e.msg, "are not read") && strstr(e.msg, special[i]), "%s", e.msg);
        if (strchr(special[i], '/'))
            continue;
        snprintf(name, sizeof name, "./%s", special[i]);
        scratch_write(name, ">a\nA\n", 5);
        const char *path[] = {name};
        ck_assert_msg(read_all(path, 1, &o, &n, &digest, &e) == GW_OK, "%s", e.msg);
        ck_assert_uint_eq(n, 1);
    }
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) {
        ck_assert_int_eq(read_all(&local[i], 1, &o, &n, &digest, &e), GW_ENOINPUT);
        ck_assert_msg(strstr(e.msg, "No such file"), "%s", e.msg);
        scratch_write(local[i], ">a\nA\n", 5);
        ck_assert_msg(read_all(&local[i], 1, &o, &n, &digest, &e) == GW_OK, "%s", e.msg);
    }
}
END_TEST

/* 3. damage: every cut and seeded bit flips of compressed files are seen */
static char *many_records(size_t *n_bytes)
{
    enum { RECORDS = 300 };
    char *text = malloc(RECORDS * 120), *p = text;
    gw_rng_t rng;
    gw_rng_init(&rng, 11);
    for (int i = 0; i < RECORDS; i++) {
        p += sprintf(p, "@read%d\n", i);
        for (int k = 0; k < 40; k++)
            *p++ = "ACGT"[gw_rng_below(&rng, 4)];
        p += sprintf(p, "\n+\n");
        for (int k = 0; k < 40; k++)
            *p++ = (char)('!' + gw_rng_below(&rng, 40));
        *p++ = '\n';
    }
    *n_bytes = (size_t)(p - text);
    return text;
}

static const int threads[] = {1, 2, 5};
enum { N_THREADS = 3 };

START_TEST(damage)
{
    pack_t pack = (pack_t)(_i / N_THREADS);
    const char *path[] = {"x"};
    size_t n_text, n, whole;
    uint64_t digest, want;
    gw_err_t e = {0};
    gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA, .threads = threads[_i % N_THREADS]};
    gw_rng_t rng;
    gw_rng_init(&rng, 3 + (uint64_t)pack);
    char *text = many_records(&n_text);
    scratch_pack("x", pack, text, n_text);
    ck_assert_int_eq(read_all(path, 1, &o, &whole, &want, &e), GW_OK);
    ck_assert_uint_eq(whole, 300);
    size_t size;
    char *file = scratch_read("x", &size);
    for (int i = 0; i < 300; i++) { /* cuts; of a plain file only those inside a record show */
        size_t at = 1 + gw_rng_below(&rng, size - 1);
        scratch_write("x", file, at);
        gw_status_t st = read_all(path, 1, &o, &n, &digest, &e);
        if (pack != PACK_PLAIN)
            ck_assert_msg(st == GW_EDATA, "cut at %zu of %zu was not seen", at, size);
        else
            ck_assert(st == GW_EDATA || st == GW_OK);
    }
    for (int i = 0; i < 600; i++) {
        size_t at = gw_rng_below(&rng, size);
        char bit = (char)(1 << gw_rng_below(&rng, 8));
        file[at] ^= bit;
        scratch_write("x", file, size);
        gw_status_t st = read_all(path, 1, &o, &n, &digest, &e);
        if (pack != PACK_PLAIN && st == GW_OK) /* a harmless bit: time stamp, flags, name */
            ck_assert_msg(digest == want && n == whole, "a flipped bit at %zu changed the reads",
                          at);
        file[at] ^= bit;
    }
    char *longer = malloc(size + 5);
    memcpy(longer, file, size);
    memcpy(longer + size, "junk\n", 5);
    scratch_write("x", longer, size + 5);
    ck_assert_int_eq(read_all(path, 1, &o, &n, &digest, &e), GW_EDATA);
    free(longer);
    free(file);
    free(text);
}
END_TEST

/* Which fault is told, and after how many records, does not depend on the threads. */
START_TEST(same_errors_any_threads)
{
    const char *path[] = {"x"};
    size_t n_text, size;
    gw_rng_t rng;
    gw_rng_init(&rng, 19);
    char *text = many_records(&n_text);
    for (int i = 0; i < 60; i++) {
        size_t n[N_THREADS], at_text = gw_rng_below(&rng, n_text);
        uint64_t digest[N_THREADS];
        gw_err_t e[N_THREADS] = {0};
        char was = text[at_text];
        text[at_text] = '\x01'; /* a fault of the text, before or behind one of the packing */
        scratch_pack("x", i % 3 ? PACK_BGZF : PACK_GZIP, text, n_text);
        text[at_text] = was;
        char *file = scratch_read("x", &size);
        file[gw_rng_below(&rng, size)] ^= 0x10;
        scratch_write("x", file, i % 2 ? size : 1 + gw_rng_below(&rng, size - 1));
        free(file);
        for (int k = 0; k < N_THREADS; k++) {
            gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA, .threads = threads[k]};
            ck_assert_int_eq(read_all(path, 1, &o, &n[k], &digest[k], &e[k]), GW_EDATA);
            ck_assert_uint_eq(n[k], n[0]);
            ck_assert_uint_eq(digest[k], digest[0]);
            ck_assert_str_eq(e[k].msg, e[0].msg);
        }
    }
    free(text);
}
END_TEST

START_TEST(pairs_any_threads)
{
    const char *path[] = {"x", "y"};
    size_t n_text, n, want_n = 0;
    uint64_t digest, want = 0;
    gw_err_t e = {0};
    char *text = many_records(&n_text);
    for (int pack = 0; pack < N_PACKS * N_PACKS; pack++) {
        scratch_pack("x", (pack_t)(pack % N_PACKS), text, n_text);
        scratch_pack("y", (pack_t)(pack / N_PACKS), text, n_text);
        for (int k = 0; k < N_THREADS; k++) {
            gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA, .threads = threads[k]};
            ck_assert_int_eq(read_all(path, 2, &o, &n, &digest, &e), GW_OK);
            if (pack == 0 && k == 0) {
                want = digest;
                want_n = n;
            }
            ck_assert_uint_eq(n, 600);
            ck_assert_uint_eq(n, want_n);
            ck_assert_uint_eq(digest, want);
        }
    }
    free(text);
}
END_TEST

START_TEST(bgzf_end_marker)
{
    const char *path[] = {"x"};
    size_t n_text, n, size;
    uint64_t digest;
    gw_err_t e = {0};
    gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA, .threads = threads[_i]};
    char *text = many_records(&n_text);
    scratch_pack("x", PACK_BGZF, text, n_text);
    char *file = scratch_read("x", &size);
    scratch_write("x", file, size - 28);
    ck_assert_int_eq(read_all(path, 1, &o, &n, &digest, &e), GW_EDATA);
    ck_assert_ptr_nonnull(strstr(e.msg, "end marker"));
    free(file);
    free(text);
}
END_TEST

/* 4. SAM, BAM and CRAM as sequences */
static void write_aln(const char *mode, const char *sam_text)
{
    scratch_write("t.sam", sam_text, strlen(sam_text));
    htsFile *in = hts_open("t.sam", "r"), *out = hts_open("x", mode);
    sam_hdr_t *h = sam_hdr_read(in);
    bam1_t *b = bam_init1();
    ck_assert_ptr_nonnull(h);
    hts_set_opt(out, CRAM_OPT_NO_REF, 1);
    ck_assert_int_eq(sam_hdr_write(out, h), 0);
    while (sam_read1(in, h, b) >= 0)
        ck_assert_int_ge(sam_write1(out, h, b), 0);
    bam_destroy1(b);
    sam_hdr_destroy(h);
    hts_close(in);
    ck_assert_int_eq(hts_close(out), 0);
}

static const char *const aln_mode[] = {"w", "wb", "wc"};

START_TEST(alignments)
{
    static const char sam[] = "@HD\tVN:1.6\n@SQ\tSN:c\tLN:100\n@RG\tID:g\tSM:s\n"
                              "a\t77\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\tRG:Z:g\tBC:Z:TT\n"
                              "a\t141\t*\t0\t0\t*\t*\t0\t0\tGG\tAB\n"
                              "b\t16\tc\t5\t60\t4M\t*\t0\t0\tAACG\tABCD\tNM:i:0\tXY:i:5\n"
                              "b\t256\tc\t9\t0\t4M\t*\t0\t0\tAACG\tABCD\n"
                              "d\t516\t*\t0\t0\t*\t*\t0\t0\tNNA\t*\n";
    const char *path[] = {"x"};
    gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA};
    gw_seqreader_t *r;
    gw_seqbatch_t b;
    gw_err_t e = {0};
    write_aln(aln_mode[_i], sam);
    ck_assert_int_eq(gw_seqreader_open(path, 1, &o, &r, &e), GW_OK);
    gw_seqbatch_init(&b);
    ck_assert_int_eq(gw_seqreader_next(r, &b, 100, 1 << 20, &e), GW_OK);
    ck_assert_uint_eq(b.n, 4);
    ck_assert_str_eq(b.rec[0].seq, "ACGT");
    ck_assert_uint_eq(b.rec[0].flag, 0x41);
    ck_assert_uint_eq(b.rec[1].flag, 0x81);
    if (_i < 2) { /* CRAM may put its own order on tags */
        ck_assert_uint_eq(b.rec[0].aux_len, 5 + 6);
        ck_assert(memcmp(b.rec[0].aux, "RGZg\0BCZTT\0", 11) == 0);
    }
    ck_assert_str_eq(b.rec[2].seq, "CGTT"); /* as sequenced */
    ck_assert_str_eq(b.rec[2].qual, "DCBA");
    ck_assert_uint_eq(b.rec[2].flag, 0);
    ck_assert_uint_eq(b.rec[2].aux_len, 4); /* NM is gone, XY stays */
    ck_assert_ptr_null(b.rec[3].qual);
    ck_assert_uint_eq(b.rec[3].flag, 0x200);
    ck_assert_ptr_nonnull(strstr(gw_seqreader_header(r), "@RG\tID:g"));
    gw_seqbatch_release(&b);
    gw_seqreader_close(r);
}
END_TEST

START_TEST(alignments_refused)
{
    const char *path[] = {"x"}, *two[] = {"x", "t.sam"};
    gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA};
    size_t n, size;
    uint64_t digest;
    gw_err_t e = {0};
    write_aln("wb", "@HD\tVN:1.6\na\t77\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\n"
                    "b\t77\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\n");
    ck_assert_int_eq(read_all(path, 1, &o, &n, &digest, &e), GW_EDATA);
    ck_assert_ptr_nonnull(strstr(e.msg, "its mate does not follow"));
    ck_assert_int_eq(read_all(two, 2, &o, &n, &digest, &e), GW_EUSAGE);
    write_aln("wb", "@HD\tVN:1.6\na\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII\n");
    char *file = scratch_read("x", &size);
    scratch_write("x", file, size - 28);
    ck_assert_int_eq(read_all(path, 1, &o, &n, &digest, &e), GW_EDATA);
    ck_assert_ptr_nonnull(strstr(e.msg, "end marker is missing"));
    for (size_t cut = 30; cut < size - 28; cut += 3) {
        scratch_write("x", file, cut);
        ck_assert_int_eq(read_all(path, 1, &o, &n, &digest, &e), GW_EDATA);
    }
    free(file);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("seqread");
    TCase *t = tcase_create("seqread");
    hts_set_log_level(HTS_LOG_OFF);
    tcase_add_checked_fixture(t, scratch_enter, scratch_leave);
    tcase_add_loop_test(t, file_row, 0, sizeof files / sizeof *files);
    tcase_add_loop_test(t, mates_row, 0, sizeof mates / sizeof *mates);
    tcase_add_test(t, interleaved_and_mixed);
    tcase_add_test(t, limits_and_comments);
    tcase_add_test(t, odd_names);
    tcase_add_loop_test(t, damage, 0, N_PACKS * N_THREADS);
    tcase_add_test(t, same_errors_any_threads);
    tcase_add_test(t, pairs_any_threads);
    tcase_add_loop_test(t, bgzf_end_marker, 0, N_THREADS);
    tcase_add_loop_test(t, alignments, 0, 3);
    tcase_add_test(t, alignments_refused);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
