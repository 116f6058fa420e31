#include <config.h>

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/khash.h>
#include <htslib/vcf.h>

#include "base/mem.h"
#include "base/text.h"
#include "call/gvcfread.h"
#include "io/lines.h"

enum { MAX_LINE = 1 << 28, MAX_ALLELES = 200, N_COLUMNS = 10 };
enum { CHROM, POS, ID, REF, ALT, QUAL, FILTER, INFO, FORMAT, SAMPLE };

KHASH_MAP_INIT_STR(rid, int32_t)

typedef struct {
    char *name;
    int32_t contig; /* of the reference; -1: not there */
    int64_t len_bp; /* of the reference */
} contig_t;

struct gw_gvcfread {
    char *path;
    const gw_ref_t *ref;
    gw_lines_t lines; /* of text */
    bool is_text;
    htsFile *bcf; /* of BCF */
    bcf_hdr_t *hdr;
    bcf1_t *rec;
    kstring_t line; /* of BCF: the record as text */
    contig_t *contig;
    size_t n_contigs, cap_contigs;
    khash_t(rid) * by_name;
    char *sample;
    uint64_t n, without; /* records so far; of them those with alleles and without likelihoods */
    int32_t rid;
    int64_t beg; /* of the record before */
};

void gw_gvcfrec_release(gw_gvcfrec_t *r)
{
    free(r->allele);
    free(r->text);
    free(r->value);
    *r = (gw_gvcfrec_t){0};
}

static gw_status_t bad(const gw_gvcfread_t *r, char *const *col, gw_err_t *err, const char *fmt,
                       ...) GW_PRINTF(4, 5);
static gw_status_t bad(const gw_gvcfread_t *r, char *const *col, gw_err_t *err, const char *fmt,
                       ...)
{
    char what[500];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return gw_err_set(err, GW_EDATA, "%s: record %llu (%.100s:%.20s): %s", r->path,
                      (unsigned long long)r->n + 1, col[CHROM], col[POS], what);
}

static gw_status_t not_gvcf(const gw_gvcfread_t *r, gw_err_t *err, const char *what)
{
    return gw_err_set(err, GW_EDATA,
                      "%s: %s; --joint takes gVCFs: make one with genowarp call --gvcf", r->path,
                      what);
}

/* 2. a file: its header */
/* The value of key in <a=b,c=d>, up to the comma or bracket that ends it; NULL: not there */
static const char *header_value(const char *line, const char *key, size_t *n)
{
    size_t k = strlen(key);
    for (const char *p = strchr(line, '<'); p && *p; p = strpbrk(p + 1, ",\"")) {
        if (*p == '"' && !(p = strchr(p + 1, '"')))
            return NULL;
        if (strncmp(p + 1, key, k) == 0 && p[k + 1] == '=') {
            p += k + 2;
            *n = strcspn(p, ",>");
            return p;
        }
    }
    return NULL;
}

static gw_status_t contig_line(gw_gvcfread_t *r, const char *line, gw_err_t *err)
{
    size_t n, m;
    const char *id = header_value(line, "ID", &n), *len = header_value(line, "length", &m);
    const char *md5;
    if (!id || n == 0)
        return gw_err_set(err, GW_EDATA, "%s: header: a contig line without ID", r->path);
    if (!GW_GROW(r->contig, r->cap_contigs, r->n_contigs + 1))
        return gw_err_nomem(err, "reading a header");
    contig_t *c = &r->contig[r->n_contigs];
    *c = (contig_t){.name = gw_strndup(id, n)};
    if (!c->name)
        return gw_err_nomem(err, "reading a header");
    r->n_contigs++;
    int absent;
    khint_t k = kh_put(rid, r->by_name, c->name, &absent);
    if (absent < 0)
        return gw_err_nomem(err, "reading a header");
    if (absent == 0)
        return gw_err_set(err, GW_EDATA, "%s: header: contig %s twice", r->path, c->name);
    kh_val(r->by_name, k) = (int32_t)r->n_contigs - 1;
    c->contig = gw_ref_find(r->ref, c->name);
    if (c->contig < 0)
        return GW_OK;
    const gw_contig_t *x = &r->ref->contig[c->contig];
    c->len_bp = x->len_bp;
    char number[24] = "";
    int64_t bp;
    if (len && m < sizeof number) {
        memcpy(number, len, m);
        if (gw_text_int(number, &bp) && bp != x->len_bp)
            return gw_err_set(err, GW_EDATA,
                              "%s: contig %s has %lld bases and %lld in %s; give the reference "
                              "that the gVCF was made with",
                              r->path, c->name, (long long)bp, (long long)x->len_bp, r->ref->path);
    }
    md5 = header_value(line, "md5", &m);
    if (md5 && m == 32 && strncasecmp(md5, x->md5, 32) != 0)
        return gw_err_set(err, GW_EDATA,
                          "%s: contig %s has another MD5 than in %s; give the reference that the "
                          "gVCF was made with",
                          r->path, c->name, r->ref->path);
    return GW_OK;
}

static gw_status_t column_line(gw_gvcfread_t *r, const char *line, gw_err_t *err)
{
    const char *p = line;
    int tabs = 0;
    for (; *p && tabs < N_COLUMNS - 1; p++)
        tabs += *p == '\t';
    if (tabs < N_COLUMNS - 1 || !*p)
        return not_gvcf(r, err, "has no sample");
    if (strchr(p, '\t'))
        return not_gvcf(r, err, "holds several samples, where one a file is needed");
    r->sample = gw_strdup(p);
    return r->sample ? GW_OK : gw_err_nomem(err, "reading a header");
}

/* One line without its end; *more = false behind the column line. */
static gw_status_t header_line(gw_gvcfread_t *r, const char *line, bool *more, gw_err_t *err)
{
    static const char digest[] = "##genowarpReferenceDigest=";
    static const char deepvariant[] = "##DeepVariant_version=";
    if (strncmp(line, "##contig=", 9) == 0)
        return contig_line(r, line, err);
    if (strncmp(line, digest, sizeof digest - 1) == 0 &&
        strcmp(line + sizeof digest - 1, r->ref->digest) != 0)
        return gw_err_set(err, GW_EDATA,
                          "%s: made with another reference than %s; give that one", r->path,
                          r->ref->path);
    if (strncmp(line, deepvariant, sizeof deepvariant - 1) == 0)
        return gw_err_set(err, GW_EDATA,
                          "%s: made by DeepVariant, whose PL tell what its network believes and not how "
                          "likely the reads are: joint calling would turn right genotypes into "
                          "wrong ones; call the alignments with genowarp call --gvcf",
                          r->path);
    if (strncmp(line, "##", 2) == 0)
        return GW_OK;
    *more = false;
    if (strncmp(line, "#CHROM\t", 7) == 0)
        return column_line(r, line, err);
    return gw_err_set(err, GW_EDATA, "%s: header: no #CHROM line; is it a VCF?", r->path);
}

static gw_status_t text_header(gw_gvcfread_t *r, gw_err_t *err)
{
    bool more = true;
    gw_status_t st = GW_OK;
    for (uint64_t n = 0; more && st == GW_OK; n++) {
        const char *line;
        size_t len;
        st = gw_lines_next(&r->lines, &line, &len, err);
        if (st != GW_OK)
            return st;
        if (!line || (n == 0 && (len < 13 || strncmp(line, "##fileformat=", 13) != 0)))
            return gw_err_set(err, GW_EDATA, "%s: %s", r->path,
                              n ? "ends within its header; is it cut short?"
                                : "is neither VCF nor BCF");
        char *copy = gw_strndup(line, len);
        if (!copy)
            return gw_err_nomem(err, "reading a header");
        st = header_line(r, copy, &more, err);
        free(copy);
    }
    return st;
}

static gw_status_t bcf_header(gw_gvcfread_t *r, hFILE *file, gw_err_t *err)
{
    r->bcf = hts_hopen(file, r->path, "r");
    if (!r->bcf) {
        hclose_abruptly(file);
        return gw_err_nomem(err, "opening a gVCF");
    }
    r->rec = bcf_init();
    r->hdr = bcf_hdr_read(r->bcf);
    kstring_t s = KS_INITIALIZE;
    if (!r->hdr || !r->rec)
        return gw_err_set(err, GW_EDATA, "%s: its header cannot be read; is it cut short?",
                          r->path);
    if (bcf_hdr_format(r->hdr, 0, &s) != 0)
        return gw_err_nomem(err, "reading a header");
    gw_status_t st = GW_OK;
    bool more = true;
    for (char *p = s.s; more && st == GW_OK && *p;) {
        char *nl = strchr(p, '\n');
        if (nl)
            *nl = '\0';
        st = header_line(r, p, &more, err);
        p = nl ? nl + 1 : p + strlen(p);
    }
    ks_free(&s);
    return st == GW_OK && more ? not_gvcf(r, err, "has no sample") : st;
}

gw_status_t gw_gvcfread_open(const char *path, const gw_ref_t *ref, gw_gvcfread_t **out,
                             gw_err_t *err)
{
    gw_gvcfread_t *r = gw_calloc(1, sizeof *r);
    *out = r;
    if (!r || !(r->path = gw_strdup(gw_stream_name(path))) || !(r->by_name = kh_init(rid)))
        return gw_err_nomem(err, "opening a gVCF");
    r->ref = ref;
    r->rid = -1;
    hFILE *file;
    gw_status_t st = gw_stream_hopen(path, &file, err);
    if (st != GW_OK)
        return st;
    htsFormat format;
    if (hts_detect_format(file, &format) != 0) {
        hclose_abruptly(file);
        return gw_err_set(err, GW_EIO, "%s: cannot be read", r->path);
    }
    if (format.format == bcf) {
        st = bcf_header(r, file, err);
    } else {
        gw_stream_t *s;
        st = gw_stream_attach(file, path, &s, err);
        if (st == GW_OK)
            st = gw_lines_init(&r->lines, s, r->path, MAX_LINE, err);
        r->is_text = st == GW_OK;
        if (st == GW_OK)
            st = text_header(r, err);
    }
    if (st == GW_OK && r->n_contigs == 0)
        return gw_err_set(err, GW_EDATA,
                          "%s: header: no ##contig lines; add them (bcftools reheader --fai)",
                          r->path);
    return st;
}

void gw_gvcfread_close(gw_gvcfread_t *r)
{
    if (!r)
        return;
    if (r->is_text)
        gw_lines_release(&r->lines);
    if (r->rec)
        bcf_destroy(r->rec);
    if (r->hdr)
        bcf_hdr_destroy(r->hdr);
    if (r->bcf)
        hts_close(r->bcf);
    for (size_t i = 0; i < r->n_contigs; i++)
        free(r->contig[i].name);
    free(r->contig);
    if (r->by_name)
        kh_destroy(rid, r->by_name);
    ks_free(&r->line);
    free(r->sample);
    free(r->path);
    free(r);
}

uint64_t gw_gvcfread_without(const gw_gvcfread_t *r)
{
    return r->without;
}

const char *gw_gvcfread_sample(const gw_gvcfread_t *r)
{
    return r->sample;
}

int32_t gw_gvcfread_n_contigs(const gw_gvcfread_t *r)
{
    return (int32_t)r->n_contigs;
}

const char *gw_gvcfread_contig(const gw_gvcfread_t *r, int32_t rid, int32_t *contig)
{
    *contig = r->contig[rid].contig;
    return r->contig[rid].name;
}

/* a record: fields */
/* Cuts s at every sep; at most max pieces are stored, all are counted. */
static int32_t cut(char *s, char sep, char **piece, int32_t max)
{
    int32_t n = 0;
    for (; s; n++) {
        if (n < max)
            piece[n] = s;
        s = strchr(s, sep);
        if (s)
            *s++ = '\0';
    }
    return n;
}

/* Whole numbers parted by commas; the count, or -1 when one is none; "." is -1 */
static int32_t numbers(const char *s, int32_t *v, int32_t max)
{
    int32_t n = 0;
    for (;;) {
        int64_t x = 0;
        const char *p = s;
        if (*p == '.') {
            x = -1;
            p++;
        } else {
            while (isdigit((unsigned char)*p) && x <= INT32_MAX)
                x = 10 * x + (*p++ - '0');
            if (p == s || x > INT32_MAX)
                return -1;
        }
        if (n < max)
            v[n] = (int32_t)x;
        n++;
        if (*p == '\0')
            return n;
        if (*p != ',')
            return -1;
        s = p + 1;
    }
}

static bool letters(char *s)
{
    for (; *s; s++) {
        *s = (char)toupper((unsigned char)*s);
        if (!strchr("ACGTNRYSWKMBDHV", *s))
            return false;
    }
    return true;
}

static gw_status_t place(gw_gvcfread_t *r, char **col, gw_gvcfrec_t *x, gw_err_t *err)
{
    khint_t k = kh_get(rid, r->by_name, col[CHROM]);
    int64_t pos;
    if (k == kh_end(r->by_name))
        return bad(r, col, err, "the header does not name this contig");
    x->rid = kh_val(r->by_name, k);
    const contig_t *c = &r->contig[x->rid];
    if (c->contig < 0)
        return bad(r, col, err, "%s has no such contig; give the reference of the gVCF",
                   r->ref->path);
    if (!gw_text_int(col[POS], &pos) || pos < 1 || pos > c->len_bp)
        return bad(r, col, err, "no place on a contig of %lld bases", (long long)c->len_bp);
    x->beg = pos - 1;
    if (x->rid < r->rid || (x->rid == r->rid && x->beg < r->beg))
        return bad(r, col, err, "stands behind a later place; sort the file (bcftools sort)");
    r->rid = x->rid;
    r->beg = x->beg;
    return GW_OK;
}

static gw_status_t alleles(const gw_gvcfread_t *r, char **col, gw_gvcfrec_t *x, gw_err_t *err)
{
    static const char code[] = "ACGT";
    const contig_t *c = &r->contig[x->rid];
    const uint8_t *base = r->ref->base + r->ref->contig[c->contig].start;
    int64_t len = (int64_t)strlen(col[REF]);
    if (len == 0 || !letters(col[REF]) || x->beg + len > c->len_bp)
        return bad(r, col, err, "REF is not a stretch of the contig");
    for (int64_t i = 0; i < len; i++)
        if (base[x->beg + i] < 4 && code[base[x->beg + i]] != col[REF][i] &&
            strchr(code, col[REF][i]))
            return bad(r, col, err,
                       "REF differs from the reference; give the one that the gVCF was made with");
    x->end = x->beg + len;
    if (!GW_GROW(x->allele, x->cap_allele, MAX_ALLELES))
        return gw_err_nomem(err, "reading a gVCF");
    x->allele[0] = col[REF];
    x->n_alleles = 1 + cut(col[ALT], ',', x->allele + 1, MAX_ALLELES - 1);
    if (x->n_alleles > MAX_ALLELES)
        return bad(r, col, err, "more than %d alleles", MAX_ALLELES);
    x->non_ref = -1;
    for (int32_t a = 1; a < x->n_alleles; a++) {
        char *s = x->allele[a];
        if (strcmp(s, "<NON_REF>") == 0 || strcmp(s, "<*>") == 0)
            x->non_ref = a;
        else if (strcmp(s, "*") != 0 && strcmp(s, ".") != 0 && !(*s && letters(s)))
            return bad(r, col, err, "ALT '%.40s' is not letters, * or <NON_REF>", s);
    }
    if (x->non_ref < 0)
        return bad(r, col, err,
                   "not a gVCF: no <NON_REF> (or <*>) allele; make one with genowarp call --gvcf");
    x->block = x->n_alleles == 2;
    return GW_OK;
}

static gw_status_t info(const gw_gvcfread_t *r, char **col, gw_gvcfrec_t *x, gw_err_t *err)
{
    x->has_mq = false;
    for (char *p = col[INFO], *next; p; p = next) {
        next = strchr(p, ';');
        if (next)
            *next++ = '\0';
        int64_t end;
        if (strncmp(p, "END=", 4) == 0 && x->block) {
            if (!gw_text_int(p + 4, &end) || end <= x->beg ||
                end > r->contig[x->rid].len_bp)
                return bad(r, col, err, "END=%.20s does not end a block that begins here", p + 4);
            x->end = end;
        } else if (strncmp(p, "MQ=", 3) == 0) {
            x->has_mq = gw_text_double(p + 3, &x->mq);
        }
    }
    return GW_OK;
}

/* *ploidy: alleles of the genotype; 0 for a lone dot */
static bool genotype(gw_gvcfrec_t *x, const char *s, int32_t *ploidy)
{
    bool lone = strcmp(s, ".") == 0;
    x->gt[0] = x->gt[1] = -1;
    x->phased = false;
    for (int k = 0; k < 2; k++) {
        if (*s == '.') {
            s++;
        } else {
            int32_t a = 0;
            if (!isdigit((unsigned char)*s))
                return false;
            for (; isdigit((unsigned char)*s) && a < MAX_ALLELES; s++)
                a = 10 * a + (*s - '0');
            if (a >= x->n_alleles)
                return false;
            x->gt[k] = a;
        }
        *ploidy = lone ? 0 : k + 1;
        if (*s == '\0')
            return true;
        if (*s != '/' && *s != '|')
            return false;
        x->phased = *s++ == '|';
    }
    return false;
}

/* PL: as many as the alleles ask for; ploidy 0 when they say nothing */
static bool likelihoods(gw_gvcfrec_t *x, const char *s, int32_t ploidy)
{
    int32_t n = x->n_alleles, both = n * (n + 1) / 2;
    x->ploidy = 0;
    if (!s || strcmp(s, ".") == 0)
        return true;
    int32_t got = numbers(s, x->pl, both);
    if (!(got == both && ploidy != 1) && !(got == n && ploidy != 2))
        return false;
    bool missing = true, differ = false;
    for (int32_t g = 0; g < got; g++) {
        missing &= x->pl[g] < 0;
        differ |= x->pl[g] != x->pl[0];
    }
    for (int32_t g = 0; g < got && !missing; g++)
        if (x->pl[g] < 0)
            return false;
    if (differ)
        x->ploidy = got == both ? 2 : 1;
    return true;
}

static gw_status_t sample(gw_gvcfread_t *r, char **col, gw_gvcfrec_t *x, gw_err_t *err)
{
    static const char *const key[] = {"GT", "PL", "GQ", "AD", "DP", "MIN_DP", "SB", "PS"};
    enum { GT, PL, GQ, AD, DP, MIN_DP, SB, PS, N_KEYS };
    const char *v[N_KEYS] = {NULL};
    int32_t n = x->n_alleles, dp, ps, gq, ploidy = 0;
    char *f = col[FORMAT], *s = col[SAMPLE];
    if (!GW_GROW(x->value, x->cap_value, (size_t)(n * (n + 1) / 2 + n)))
        return gw_err_nomem(err, "reading a gVCF");
    x->pl = x->value;
    x->ad = x->value + n * (n + 1) / 2;
    while (f && s) {
        char *f2 = strchr(f, ':'), *s2 = strchr(s, ':');
        if (f2)
            *f2++ = '\0';
        if (s2)
            *s2++ = '\0';
        for (int k = 0; k < N_KEYS; k++)
            if (strcmp(f, key[k]) == 0)
                v[k] = s;
        f = f2;
        s = s2;
    }
    if (!v[GT] || !genotype(x, v[GT], &ploidy))
        return bad(r, col, err, "GT '%.20s' is not a genotype of one or two of its alleles",
                   v[GT] ? v[GT] : "");
    if (!likelihoods(x, v[PL], ploidy))
        return bad(r, col, err, "PL '%.60s' is not %d numbers", v[PL],
                   ploidy == 1 ? n : n * (n + 1) / 2);
    if ((!v[PL] || strcmp(v[PL], ".") == 0) && x->gt[0] >= 0) {
        if (x->block && (!v[GQ] || numbers(v[GQ], &gq, 1) != 1 || x->gt[0] != 0))
            return bad(r, col, err,
                       "a block without PL or GQ; likelihoods are what --joint works from");
        if (x->block) { /* as GATK's ReblockGVCF leaves them */
            x->pl[0] = 0;
            x->pl[1] = x->pl[2] = gq > 0 ? gq : 0;
            x->ploidy = gq > 0 ? ploidy : 0;
        }
        r->without += !x->block;
    }
    const char *depth = v[DP] && strcmp(v[DP], ".") != 0 ? v[DP] : v[MIN_DP];
    x->dp = 0;
    if (depth && numbers(depth, &dp, 1) != 1)
        return bad(r, col, err, "DP '%.20s' is not a number", depth);
    if (depth && dp > 0)
        x->dp = dp;
    memset(x->ad, 0, (size_t)n * sizeof *x->ad);
    x->ad[0] = x->dp;
    if (v[AD] && strcmp(v[AD], ".") != 0 && numbers(v[AD], x->ad, n) != n)
        return bad(r, col, err, "AD '%.60s' is not %d numbers", v[AD], n);
    for (int32_t a = 0; a < n; a++)
        x->ad[a] = x->ad[a] < 0 ? 0 : x->ad[a];
    x->has_sb = v[SB] && numbers(v[SB], x->sb, 4) == 4 && x->sb[0] >= 0;
    x->ps = v[PS] && numbers(v[PS], &ps, 1) == 1 && ps > 0 ? ps - 1 : -1;
    return GW_OK;
}

/* The next line of a record into x->text; *got = false at the end. */
static gw_status_t next_line(gw_gvcfread_t *r, gw_gvcfrec_t *x, bool *got, gw_err_t *err)
{
    const char *line;
    size_t len;
    *got = false;
    if (r->is_text) {
        gw_status_t st = gw_lines_next(&r->lines, &line, &len, err);
        if (st != GW_OK || !line)
            return st;
        if (r->lines.open_end)
            return gw_err_set(err, GW_EDATA,
                              "%s: record %llu: the last line has no end; the file is cut short",
                              r->path, (unsigned long long)r->n + 1);
    } else {
        int ret = bcf_read(r->bcf, r->hdr, r->rec);
        if (ret == -1) {
            BGZF *z = r->bcf->is_bgzf ? r->bcf->fp.bgzf : NULL;
            if (z && r->bcf->format.compression == bgzf && (z->no_eof_block || !z->last_block_eof))
                return gw_err_set(err, GW_EDATA,
                                  "%s: ends without the BGZF end marker; the file is cut short: "
                                  "copy or make it again",
                                  r->path);
            return GW_OK;
        }
        r->line.l = 0;
        if (ret < -1 || r->rec->errcode || vcf_format(r->hdr, r->rec, &r->line) != 0)
            return gw_err_set(
                err, GW_EDATA, "%s: record %llu cannot be read; the file is damaged or cut short",
                r->path, (unsigned long long)r->n + 1);
        line = r->line.s;
        len = r->line.l;
        while (len && line[len - 1] == '\n')
            len--;
    }
    if (!GW_GROW(x->text, x->cap_text, len + 1))
        return gw_err_nomem(err, "reading a gVCF");
    memcpy(x->text, line, len);
    x->text[len] = '\0';
    *got = true;
    return GW_OK;
}

gw_status_t gw_gvcfread_next(gw_gvcfread_t *r, gw_gvcfrec_t *x, bool *got, gw_err_t *err)
{
    char *col[N_COLUMNS];
    gw_status_t st = next_line(r, x, got, err);
    if (st != GW_OK || !*got)
        return st;
    *got = false;
    int32_t n = cut(x->text, '\t', col, N_COLUMNS);
    if (n != N_COLUMNS)
        return gw_err_set(err, GW_EDATA, "%s: record %llu: %d columns, not %d; is the line cut?",
                          r->path, (unsigned long long)r->n + 1, n, N_COLUMNS);
    st = place(r, col, x, err);
    if (st == GW_OK)
        st = alleles(r, col, x, err);
    if (st == GW_OK)
        st = info(r, col, x, err);
    if (st == GW_OK)
        st = sample(r, col, x, err);
    *got = st == GW_OK;
    r->n += *got;
    return st;
}
