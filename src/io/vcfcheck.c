#include <config.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/khash.h>
#include <htslib/vcf.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/lines.h"
#include "io/vcfcheck.h"

typedef enum { TYPE_FREE, TYPE_INT, TYPE_FLOAT } type_t;

KHASH_MAP_INIT_STR(len, int64_t)
KHASH_MAP_INIT_STR(type, int)
KHASH_SET_INIT_STR(name)

enum { MAX_LINE = 1 << 30, FIXED = 8, MAX_KEYS = 256 };

typedef struct {
    const char *path;
    uint64_t line, samples, records;
    gw_arena_t arena; /* of the keys below */
    khash_t(len) * contig;
    khash_t(type) * info, *format;
    bool has_columns, bcf;
} checker_t;

static gw_status_t bad(const checker_t *c, gw_err_t *err, const char *fmt, ...) GW_PRINTF(3, 4);
static gw_status_t bad(const checker_t *c, gw_err_t *err, const char *fmt, ...)
{
    char what[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return gw_err_set(err, GW_EDATA, "%s: %s %llu: %s", c->path, c->bcf ? "record" : "line",
                      (unsigned long long)(c->bcf ? c->records + 1 : c->line), what);
}

/* 1. the header */
/* The value of key in "##X=<ID=a,Number=1,...>", up to a comma outside quotes; false without it. */
static bool header_value(const char *line, const char *key, char *out, size_t size)
{
    const char *p = strchr(line, '<');
    size_t k = strlen(key);
    bool quoted = false, at_key = true;
    for (p = p ? p + 1 : ""; *p && (quoted || *p != '>'); p++) {
        if (at_key && strncmp(p, key, k) == 0 && p[k] == '=') {
            const char *v = p + k + 1;
            size_t n = strcspn(v, ",>");
            if (n >= size)
                return false;
            memcpy(out, v, n);
            out[n] = '\0';
            return true;
        }
        if (*p == '"')
            quoted = !quoted;
        at_key = !quoted && *p == ',';
    }
    return false;
}

static type_t type_of(const char *s)
{
    return strcmp(s, "Integer") == 0 ? TYPE_INT : strcmp(s, "Float") == 0 ? TYPE_FLOAT : TYPE_FREE;
}

static gw_status_t meta_line(checker_t *c, const char *line, gw_err_t *err)
{
    char id[1024], value[64];
    bool is_contig = strncmp(line, "##contig=", 9) == 0;
    bool is_info = strncmp(line, "##INFO=", 7) == 0, is_fmt = strncmp(line, "##FORMAT=", 9) == 0;
    if (!is_contig && !is_info && !is_fmt)
        return GW_OK;
    if (!header_value(line, "ID", id, sizeof id) || !*id)
        return bad(c, err, "a header line without ID; repair the header");
    char *key = gw_arena_strndup(&c->arena, id, strlen(id));
    int absent;
    if (!key)
        return gw_err_nomem(err, "reading a header");
    if (is_contig) {
        khint_t k = kh_put(len, c->contig, key, &absent);
        if (absent < 0)
            return gw_err_nomem(err, "reading a header");
        if (absent == 0)
            return bad(c, err, "contig %s is declared twice", id);
        int64_t len = -1;
        if (header_value(line, "length", value, sizeof value) &&
            (!gw_text_int(value, &len) || len < 0))
            return bad(c, err, "contig %s has the length %s, which is no number", id, value);
        kh_val(c->contig, k) = len;
        return GW_OK;
    }
    khash_t(type) *h = is_info ? c->info : c->format;
    if (!header_value(line, "Type", value, sizeof value))
        return bad(c, err, "%s has no Type", id);
    khint_t k = kh_put(type, h, key, &absent);
    if (absent < 0)
        return gw_err_nomem(err, "reading a header");
    kh_val(h, k) = (int)type_of(value);
    return GW_OK;
}

/* Cuts s at every sep; returns how many pieces there are, of which at most max are stored. */
static size_t cut(char *s, char sep, char **piece, size_t max)
{
    size_t n = 0;
    for (;;) {
        if (n < max)
            piece[n] = s;
        n++;
        s = strchr(s, sep);
        if (!s)
            return n;
        *s++ = '\0';
    }
}

static gw_status_t column_line(checker_t *c, char *line, gw_err_t *err)
{
    static const char fixed[] = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
    size_t k = sizeof fixed - 1;
    if (strncmp(line, fixed, k) != 0 || (line[k] && line[k] != '\t'))
        return bad(c, err,
                   "the column line does not begin with #CHROM POS ID REF ALT QUAL FILTER "
                   "INFO, parted by tabs");
    c->has_columns = true;
    if (!line[k])
        return GW_OK;
    if (strncmp(line + k, "\tFORMAT", 7) != 0 || (line[k + 7] && line[k + 7] != '\t'))
        return bad(c, err, "the ninth column is not FORMAT");
    khash_t(name) *seen = kh_init(name);
    gw_status_t st = seen ? GW_OK : gw_err_nomem(err, "reading a header");
    for (char *p = line[k + 7] ? line + k + 8 : NULL; p && st == GW_OK;) {
        char *tab = strchr(p, '\t');
        if (tab)
            *tab = '\0';
        int absent;
        kh_put(name, seen, p, &absent);
        if (absent < 0)
            st = gw_err_nomem(err, "reading a header");
        else if (absent == 0 || !*p)
            st = bad(c, err, *p ? "two samples are named %s" : "a sample has no name%s", p);
        c->samples++;
        p = tab ? tab + 1 : NULL;
    }
    if (seen)
        kh_destroy(name, seen);
    return st;
}

/* 2. records */
static bool all_of(const char *s, const char *set)
{
    return *s && s[strspn(s, set)] == '\0';
}

static const char bases[] = "ACGTUNRYSWKMBDHVacgtunryswkmbdhv";

static bool good_alt(const char *s)
{
    if (strpbrk(s, "[]"))
        return strchr(s, ':') != NULL; /* a breakend */
    size_t n = strlen(s);
    if (*s == '<')
        return n > 2 && s[n - 1] == '>';
    if (strcmp(s, "*") == 0 || strcmp(s, ".") == 0)
        return true;
    if (n > 1 && (s[0] == '.' || s[n - 1] == '.')) /* a single breakend */
        return strspn(s + (s[0] == '.'), bases) == n - 1;
    return all_of(s, bases);
}

/* Numbers as VCF writes them, "." for a missing one. */
static bool good_number(const char *s, type_t type)
{
    int64_t i;
    double d;
    if (strcmp(s, ".") == 0 || type == TYPE_FREE)
        return true;
    if (type == TYPE_INT)
        return gw_text_int(*s == '+' ? s + 1 : s, &i);
    const char *t = s + (*s == '-' || *s == '+');
    return gw_text_double(s, &d) || strcasecmp(t, "nan") == 0 || strncasecmp(t, "inf", 3) == 0;
}

static bool good_numbers(char *s, type_t type)
{
    if (type == TYPE_FREE)
        return true;
    for (char *p = s; p;) {
        char *comma = strchr(p, ',');
        if (comma)
            *comma = '\0';
        bool ok = good_number(p, type);
        if (comma)
            *comma = ',';
        if (!ok)
            return false;
        p = comma ? comma + 1 : NULL;
    }
    return true;
}

static type_t declared(const khash_t(type) * h, const char *key)
{
    khint_t k = kh_get(type, h, key);
    return k == kh_end(h) ? TYPE_FREE : (type_t)kh_val(h, k);
}

static gw_status_t check_info(const checker_t *c, char *info, gw_err_t *err)
{
    if (strcmp(info, ".") == 0)
        return GW_OK;
    for (char *p = info; p;) {
        char *semi = strchr(p, ';');
        if (semi)
            *semi = '\0';
        char *eq = strchr(p, '=');
        if (eq)
            *eq = '\0';
        if (!*p && (semi || eq)) /* one semicolon at the end is common and harmless */
            return bad(c, err, "INFO has a value without a key");
        if (eq && !good_numbers(eq + 1, declared(c->info, p)))
            return bad(c, err, "INFO %s=%.60s is not the number that the header declares", p,
                       eq + 1);
        p = semi ? semi + 1 : NULL;
    }
    return GW_OK;
}

static bool good_genotype(const char *s, size_t n_alleles)
{
    for (;;) {
        if (*s == '.') {
            s++;
        } else {
            if (*s < '0' || *s > '9')
                return false;
            uint64_t allele = 0;
            for (; *s >= '0' && *s <= '9'; s++)
                if (allele < n_alleles)
                    allele = allele * 10 + (uint64_t)(*s - '0');
            if (allele >= n_alleles)
                return false;
        }
        if (!*s)
            return true;
        if (*s != '/' && *s != '|')
            return false;
        s++;
    }
}

static gw_status_t check_samples(const checker_t *c, char *format, char *samples, size_t n_alleles,
                                 gw_err_t *err)
{
    char *key[MAX_KEYS], *value[MAX_KEYS];
    type_t type[MAX_KEYS];
    size_t n_keys = cut(format, ':', key, MAX_KEYS);
    if (n_keys > MAX_KEYS)
        return bad(c, err, "FORMAT has more than %d keys", MAX_KEYS);
    bool gt = strcmp(key[0], "GT") == 0;
    for (size_t i = 0; i < n_keys; i++) {
        type[i] = declared(c->format, key[i]);
        if (strcmp(key[i], "GT") == 0)
            type[i] = TYPE_FREE;
        if (!*key[i] || (i && strcmp(key[i], "GT") == 0))
            return bad(c, err,
                       *key[i] ? "GT is not the first key of FORMAT" : "FORMAT has an empty key");
    }
    uint64_t n = 0;
    for (char *p = samples; p; n++) {
        char *tab = strchr(p, '\t');
        if (tab)
            *tab = '\0';
        size_t n_values = cut(p, ':', value, MAX_KEYS);
        if (n_values > n_keys)
            return bad(c, err, "sample %llu has %zu values for %zu keys of FORMAT",
                       (unsigned long long)n + 1, n_values, n_keys);
        if (gt && !good_genotype(value[0], n_alleles))
            return bad(c, err, "sample %llu: genotype %.40s names an allele that is not there",
                       (unsigned long long)n + 1, *value[0] ? value[0] : "(nothing)");
        for (size_t i = gt; i < n_values; i++)
            if (!good_numbers(value[i], type[i]))
                return bad(c, err,
                           "sample %llu: %s %.60s is not the number that the header declares",
                           (unsigned long long)n + 1, key[i], value[i]);
        p = tab ? tab + 1 : NULL;
    }
    return GW_OK;
}

static gw_status_t check_place(const checker_t *c, const char *chrom, const char *pos_text,
                               const char *ref, gw_err_t *err)
{
    int64_t pos;
    if (!all_of(ref, bases))
        return bad(c, err, "REF is %.60s, which is no base", *ref ? ref : "empty");
    if (!*chrom || strpbrk(chrom, " ,"))
        return bad(c, err, "CHROM is empty or holds a blank");
    if (!gw_text_int(pos_text, &pos) || pos < 0)
        return bad(c, err, "POS is %.60s, which is no position", *pos_text ? pos_text : "empty");
    khint_t k = kh_get(len, c->contig, chrom);
    if (k == kh_end(c->contig))
        return kh_size(c->contig) == 0 ? GW_OK
                                       : bad(c, err, "contig %.200s is not in the header", chrom);
    int64_t len = kh_val(c->contig, k), span = (int64_t)strlen(ref);
    bool telomere = pos == 0 || (len >= 0 && pos == len + 1); /* section 1.6.1, POS */
    if (len >= 0 && !telomere && (pos > len || pos + span - 1 > len))
        return bad(c, err, "%.200s:%lld with %lld bases of REF reaches past the contig's %lld",
                   chrom, (long long)pos, (long long)span, (long long)len);
    return GW_OK;
}

static gw_status_t record_line(checker_t *c, char *line, gw_err_t *err)
{
    char *col[FIXED + 2];
    size_t n = 1;
    col[0] = line;
    size_t want = c->samples ? FIXED + 1 + c->samples : 0;
    for (char *p = strchr(line, '\t'); p; p = strchr(p + 1, '\t')) {
        if (n <= FIXED + 1) {
            *p = '\0';
            col[n] = p + 1;
        }
        n++;
    }
    if (n < FIXED || (want && n != want) || (!want && n > FIXED + 1))
        return bad(c, err, "%zu columns where the header has %zu; file cut short?", n,
                   want ? want : (size_t)FIXED);
    gw_status_t st = check_place(c, col[0], col[1], col[3], err);
    size_t n_alleles = 1;
    for (char *p = col[4]; p && st == GW_OK; n_alleles++) {
        char *comma = strchr(p, ',');
        if (comma)
            *comma = '\0';
        if (!good_alt(p))
            st = bad(c, err, "ALT is %.60s, which is no allele", *p ? p : "empty");
        p = comma ? comma + 1 : NULL;
    }
    if (st != GW_OK)
        return st;
    if (!good_number(col[5], TYPE_FLOAT))
        return bad(c, err, "QUAL is %.60s, which is no number", *col[5] ? col[5] : "empty");
    if (!*col[6] || strchr(col[6], ' '))
        return bad(c, err, "FILTER is empty or holds a blank");
    st = check_info(c, col[7], err);
    if (st == GW_OK && c->samples)
        st = check_samples(c, col[8], col[9], n_alleles, err);
    return st;
}

/* 3. files */
static gw_status_t any_line(checker_t *c, char *line, gw_err_t *err)
{
    if (c->line == 1 && strncmp(line, "##fileformat=VCFv4.", 19) != 0)
        return bad(c, err, "is not ##fileformat=VCFv4.x; is this VCF?");
    if (line[0] == '#' && c->has_columns)
        return bad(c, err, "a header line after the column line");
    if (line[0] == '#')
        return line[1] == '#' ? meta_line(c, line, err) : column_line(c, line, err);
    if (!c->has_columns)
        return bad(c, err, "a record before the #CHROM line; is the header whole?");
    gw_status_t st = record_line(c, line, err);
    c->records += st == GW_OK;
    return st;
}

static gw_status_t check_text(checker_t *c, gw_stream_t *stream, gw_err_t *err)
{
    gw_lines_t lines;
    char *copy = NULL;
    size_t cap = 0;
    gw_status_t st = gw_lines_init(&lines, stream, c->path, MAX_LINE, err);
    while (st == GW_OK) {
        const char *line;
        size_t len;
        st = gw_lines_next(&lines, &line, &len, err);
        if (st != GW_OK || !line)
            break;
        c->line++;
        if (memchr(line, '\0', len)) {
            st = bad(c, err, "a zero byte; is this a text file?");
            break;
        }
        if (!GW_GROW(copy, cap, len + 1)) {
            st = gw_err_nomem(err, "reading a long line");
            break;
        }
        memcpy(copy, line, len);
        copy[len] = '\0';
        st = any_line(c, copy, err);
    }
    gw_lines_release(&lines);
    free(copy);
    if (st == GW_OK && !c->has_columns)
        st = gw_err_set(err, GW_EDATA, "%s: has no #CHROM line; is the header whole?", c->path);
    return st;
}

/* Every byte through the checksums and to the end marker, which HTSlib leaves to its caller. */
static gw_status_t drain(gw_stream_t *s, gw_err_t *err)
{
    char *buf = gw_malloc(1 << 16, 1);
    gw_status_t st = buf ? GW_OK : gw_err_nomem(err, "reading an input");
    for (size_t got = 1; got && st == GW_OK;)
        st = gw_stream_read(s, buf, 1 << 16, &got, err);
    free(buf);
    return st;
}

static gw_status_t check_bcf(checker_t *c, gw_err_t *err)
{
    htsFile *f = hts_open(c->path, "r");
    bcf_hdr_t *h = f ? bcf_hdr_read(f) : NULL;
    bcf1_t *rec = bcf_init();
    kstring_t text = {0};
    gw_status_t st = GW_OK;
    if (!rec)
        st = gw_err_nomem(err, "reading BCF");
    else if (!h || bcf_hdr_format(h, 0, &text) != 0)
        st = gw_err_set(err, GW_EDATA, "%s: the BCF header cannot be read; is the file cut?",
                        c->path);
    for (char *p = text.s; st == GW_OK && p && *p;) {
        char *nl = strchr(p, '\n');
        if (nl)
            *nl = '\0';
        c->line++;
        st = any_line(c, p, err);
        p = nl ? nl + 1 : NULL;
    }
    c->bcf = true;
    while (st == GW_OK) {
        int r = bcf_read(f, h, rec);
        if (r == -1)
            break;
        text.l = 0;
        if (r < -1 || rec->errcode || vcf_format(h, rec, &text) != 0) {
            st = bad(c, err, "cannot be decoded; copy the file again and compare its checksum");
            break;
        }
        text.s[strcspn(text.s, "\n")] = '\0';
        st = any_line(c, text.s, err);
    }
    free(text.s);
    if (rec)
        bcf_destroy(rec);
    if (h)
        bcf_hdr_destroy(h);
    if (f)
        hts_close(f);
    return st;
}

gw_status_t gw_vcfcheck_file(const char *path, gw_vcfcheck_t *out, gw_err_t *err)
{
    checker_t c = {.path = path};
    gw_stream_t *s = NULL;
    char magic[3] = {0};
    size_t got = 0;
    gw_arena_init(&c.arena, 1 << 16);
    c.contig = kh_init(len);
    c.info = kh_init(type);
    c.format = kh_init(type);
    gw_status_t st = c.contig && c.info && c.format ? GW_OK : gw_err_nomem(err, "reading a header");
    if (st == GW_OK)
        st = gw_stream_open(path, &s, err);
    for (size_t n = 1; n && got < 3 && st == GW_OK; got += n)
        st = gw_stream_read(s, magic + got, 3 - got, &n, err);
    if (st == GW_OK && memcmp(magic, "BCF", 3) == 0) {
        st = drain(s, err);
        gw_stream_close(s);
        if (st == GW_OK)
            st = check_bcf(&c, err);
    } else {
        gw_stream_close(s);
        if (st == GW_OK)
            st = gw_stream_open(path, &s, err);
        if (st == GW_OK)
            st = check_text(&c, s, err);
    }
    *out = (gw_vcfcheck_t){c.records, c.samples};
    if (c.contig)
        kh_destroy(len, c.contig);
    if (c.info)
        kh_destroy(type, c.info);
    if (c.format)
        kh_destroy(type, c.format);
    gw_arena_release(&c.arena);
    return st;
}
