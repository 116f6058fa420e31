/* tests/io/fuzz.c -- seeded mutations of good files, given to the readers: no crash, no odd status
 *
 * fuzz KIND FILE N SEED   KIND: seq, pair, aln, vcf, geno, structure, profile, library, index
 * Meant for a build with -fsanitize=address,undefined. Each of the N inputs is FILE with one to
 * eight changes; what is read must be whole or refused with one line (GW_EDATA). An input that
 * fails is left as fuzz.KIND in the working directory, with its number on stderr.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <htslib/hts_log.h>

#include "align/index.h"
#include "base/hash.h"
#include "base/log.h"
#include "fold/profile.h"
#include "fold/template.h"
#include "fold/tlib.h"
#include "io/alnread.h"
#include "io/genoread.h"
#include "io/seqread.h"
#include "io/structure.h"
#include "io/vcfcheck.h"

/* 1. mutations */
typedef struct {
    char *byte;
    size_t n, cap;
} text_t;

static size_t below(gw_rng_t *r, size_t n)
{
    return n ? (size_t)gw_rng_below(r, n) : 0;
}

static void splice(text_t *t, size_t at, size_t gone, const char *with, size_t n)
{
    char *copy = malloc(n + 1);
    if (!copy || t->n - gone + n > t->cap)
        abort();
    memcpy(copy, with, n); /* it may lie inside of t */
    memmove(t->byte + at + n, t->byte + at + gone, t->n - at - gone);
    memcpy(t->byte + at, copy, n);
    t->n = t->n - gone + n;
    free(copy);
}

static void mutate(text_t *t, gw_rng_t *r)
{
    static const char *const word[] = {"-1",  "0",    "2147483647", "4294967296", "99999999999999999999",
                                       "nan", "1e999", ",",          "\t",         "\n",
                                       ":",   "*",    ".",          "<",          "\"",
                                       "=",   ";",    ">",          "@",          "+",
                                       "",    " ",    "\r\n",       "\xff",       "//"};
    size_t at = below(r, t->n), len = 1 + below(r, below(r, 4) ? 8 : 300);
    if (t->n == 0 || t->n + 1000 > t->cap)
        return;
    if (len > t->n - at)
        len = t->n - at;
    switch (below(r, 8)) {
    case 0:
        t->byte[at] ^= (char)(1 << below(r, 8));
        break;
    case 1:
        t->byte[at] = (char)below(r, 256);
        break;
    case 2: /* something goes */
        splice(t, at, len, "", 0);
        break;
    case 3: /* something comes twice */
        splice(t, below(r, t->n), 0, t->byte + at, len);
        break;
    case 4: /* cut */
        if (below(r, 4) == 0)
            t->n = at;
        break;
    case 5: /* a word for a word */
    case 6: {
        size_t end = at;
        while (end < t->n && strchr("0123456789.-", t->byte[end]) && t->byte[end])
            end++;
        const char *w = word[below(r, sizeof word / sizeof *word)];
        splice(t, at, end - at, w, strlen(w));
        break;
    }
    default: /* numbers of binary formats */
        for (size_t i = 0; i < 4 && at + i < t->n; i++)
            t->byte[at + i] = below(r, 2) ? '\xff' : '\0';
    }
}

/* 2. readers */
static gw_status_t read_seq(const char *path, gw_alphabet_t alphabet, gw_err_t *err)
{
    gw_seqread_opts_t o = {.alphabet = alphabet, .interleaved = true, .keep_comments = true, .threads = 2};
    gw_seqreader_t *r;
    gw_seqbatch_t b;
    gw_status_t st = gw_seqreader_open(&path, 1, &o, &r, err);
    if (st != GW_OK)
        return st;
    gw_seqbatch_init(&b);
    do
        st = gw_seqreader_next(r, &b, 7, 1 << 20, err);
    while (st == GW_OK && b.n > 0);
    gw_seqbatch_release(&b);
    gw_seqreader_close(r);
    return st;
}

static gw_status_t read_aln(const char *path, gw_err_t *err)
{
    gw_alnreader_t *r;
    bool got = true;
    gw_status_t st = gw_alnreader_open(path, &(gw_alnread_opts_t){0}, &r, err);
    if (st != GW_OK)
        return st;
    bam1_t *b = bam_init1();
    while (st == GW_OK && got)
        st = gw_alnreader_next(r, b, &got, err);
    bam_destroy1(b);
    gw_alnreader_close(r);
    return st;
}

static gw_status_t read_geno(const char *path, gw_err_t *err)
{
    gw_genoreader_t *r;
    gw_genosite_t site;
    bool got = true;
    gw_status_t st = gw_genoreader_open(path, &(gw_genoread_opts_t){1}, &r, err);
    if (st != GW_OK)
        return st;
    while (st == GW_OK && got)
        st = gw_genoreader_next(r, &site, &got, err);
    gw_genoreader_close(r);
    return st;
}

static gw_status_t read_structure(const char *path, gw_err_t *err)
{
    gw_structure_t s;
    gw_status_t st = gw_structure_read(path, gw_template_is_amino, &s, err);
    if (st == GW_OK)
        gw_structure_release(&s);
    return st;
}

static gw_status_t read_profile(const char *path, gw_err_t *err)
{
    gw_profile_t *p = NULL;
    size_t n = 0;
    gw_status_t st = gw_profile_read(path, (gw_profile_format_t)0, &p, &n, err);
    for (size_t i = 0; p && i < n; i++)
        gw_profile_release(&p[i]);
    free(p);
    return st;
}

static gw_status_t read_library(const char *path, gw_err_t *err)
{
    gw_tlib_t *l;
    gw_status_t st = gw_tlib_open(path, &l, err);
    if (st != GW_OK)
        return st;
    for (size_t i = 0; i < gw_tlib_size(l) && st == GW_OK; i++) {
        gw_template_t t;
        st = gw_tlib_read(l, i, &t, err);
        if (st == GW_OK)
            gw_template_release(&t);
    }
    gw_tlib_close(l);
    return st;
}

static gw_status_t read_index(const char *path, gw_err_t *err)
{
    gw_index_t *x;
    gw_status_t st = gw_index_open(path, 1, &x, err);
    if (st == GW_OK)
        gw_index_destroy(x);
    return st;
}

static gw_status_t read_kind(const char *kind, const char *path, gw_err_t *err)
{
    gw_vcfcheck_t v;
    if (strcmp(kind, "seq") == 0)
        return read_seq(path, GW_ALPHABET_DNA, err);
    if (strcmp(kind, "prot") == 0)
        return read_seq(path, GW_ALPHABET_PROTEIN, err);
    if (strcmp(kind, "aln") == 0)
        return read_aln(path, err);
    if (strcmp(kind, "vcf") == 0)
        return gw_vcfcheck_file(path, &v, err);
    if (strcmp(kind, "geno") == 0)
        return read_geno(path, err);
    if (strcmp(kind, "structure") == 0)
        return read_structure(path, err);
    if (strcmp(kind, "profile") == 0)
        return read_profile(path, err);
    if (strcmp(kind, "library") == 0)
        return read_library(path, err);
    if (strcmp(kind, "index") == 0)
        return read_index(path, err);
    fprintf(stderr, "fuzz: no kind %s\n", kind);
    exit(64);
}

/* 3. the run */
static text_t load(const char *path)
{
    text_t t = {0};
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "fuzz: %s: %s\n", path, strerror(errno));
        exit(66);
    }
    fseek(f, 0, SEEK_END);
    t.n = (size_t)ftell(f);
    rewind(f);
    t.cap = t.n + 20000;
    t.byte = malloc(t.cap);
    if (!t.byte || fread(t.byte, 1, t.n, f) != t.n)
        exit(74);
    fclose(f);
    return t;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: fuzz KIND FILE N SEED\n");
        return 64;
    }
    char name[40];
    text_t good = load(argv[2]), t = {malloc(good.cap), 0, good.cap};
    long n = atol(argv[3]), refused = 0;
    snprintf(name, sizeof name, "fuzz.%s", argv[1]);
    hts_set_log_level(HTS_LOG_OFF);
    for (long i = 0; i < n && t.byte; i++) {
        gw_rng_t rng;
        gw_err_t err = {0};
        gw_rng_init(&rng, (uint64_t)atol(argv[4]) * 1000003 + (uint64_t)i);
        memcpy(t.byte, good.byte, good.n);
        t.n = good.n;
        for (size_t k = 1 + below(&rng, 8); k > 0; k--)
            mutate(&t, &rng);
        FILE *f = fopen(name, "wb");
        if (!f || fwrite(t.byte, 1, t.n, f) != t.n || fclose(f) != 0)
            return 74;
        gw_status_t st = read_kind(argv[1], name, &err);
        refused += st != GW_OK;
        if (st != GW_OK && (st != GW_EDATA || !err.msg[0] || strchr(err.msg, '\n'))) {
            fprintf(stderr, "fuzz: input %ld of %s: status %d: %s\n", i, name, (int)st, err.msg);
            return 1;
        }
    }
    unlink(name);
    printf("%s\t%s\t%ld inputs\t%ld refused\n", argv[1], argv[2], n, refused);
    free(t.byte);
    free(good.byte);
    return 0;
}
