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
#include "io/vcfhead.h"

KHASH_SET_INIT_STR(name)

enum { MAX_LINE = 1 << 30, FIXED = 8, MAX_KEYS = 256 };

typedef struct {
    const char *path;
    uint64_t line, samples, records;
    gw_arena_t arena; /* of the contigs' names below */
    gw_vcfhead_t *head;
    khash_t(name) * contig_seen, *seen; /* seen: names that may stand once in a column */
    const char *contig;                 /* of the record before, and its place */
    int64_t pos;
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

/* 1. the column line */
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
    if (!line[k + 7])
        return bad(c, err, "FORMAT without a sample behind it; remove it, or is the line cut?");
    khash_t(name) *seen = kh_init(name);
    gw_status_t st = seen ? GW_OK : gw_err_nomem(err, "reading a header");
    for (char *p = line + k + 8; p && st == GW_OK;) {
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

static const char bases[] = "ACGTNacgtn";

/* "chr:pos" of a breakend's mate, of n bytes */
static bool good_mate(const char *s, size_t n)
{
    size_t digits = 0;
    while (digits < n && s[n - 1 - digits] >= '0' && s[n - 1 - digits] <= '9')
        digits++;
    return digits > 0 && digits + 1 < n && s[n - 1 - digits] == ':';
}

/* t[p[  t]p]  ]p]t  [p[t with bases t (or one dot) and a place p */
static bool good_breakend(const char *s)
{
    size_t n = strlen(s), at = strcspn(s, "[]");
    const char *t = at ? s : strrchr(s, s[0]) + 1;
    size_t n_t = at ? at : n - (size_t)(t - s);
    const char *p = s + at + 1, *end = at ? s + n - 1 : t - 1;
    return n_t > 0 && (strspn(t, bases) == n_t || (n_t == 1 && *t == '.')) && end > p &&
           *end == s[at] && good_mate(p, (size_t)(end - p));
}

static bool good_alt(const char *s)
{
    size_t n = strlen(s), lead = strspn(s, bases);
    if (s[lead] == '<') /* a symbol, or one behind the base that it follows */
        return n > lead + 2 && s[n - 1] == '>' && strcspn(s + lead + 1, "<> \t") == n - lead - 2;
    if (strpbrk(s, "[]"))
        return good_breakend(s);
    if (strcmp(s, "*") == 0 || strcmp(s, ".") == 0)
        return true;
    if (n > 1 && (s[0] == '.' || s[n - 1] == '.')) /* a single breakend */
        return strspn(s + (s[0] == '.'), bases) == n - 1;
    return all_of(s, bases);
}

/* One value, "." for a missing one. */
static bool good_value(const char *s, gw_vcftype_t type)
{
    int64_t i;
    double d;
    if (strcmp(s, ".") == 0)
        return true;
    switch (type) {
    case GW_VCFTYPE_INTEGER: /* section 1.3: the lowest eight are reserved */
        return gw_text_int(*s == '+' ? s + 1 : s, &i) && i >= INT32_MIN + 8LL && i <= INT32_MAX;
    case GW_VCFTYPE_FLOAT: {
        const char *t = s + (*s == '-' || *s == '+');
        return gw_text_double(s, &d) || strcasecmp(t, "nan") == 0 || strncasecmp(t, "inf", 3) == 0;
    }
    case GW_VCFTYPE_CHARACTER: /* one; the bytes of UTF-8 and %xx of one are not counted here */
        return *s && (!s[1] || *s == '%' || (unsigned char)*s >= 0x80);
    case GW_VCFTYPE_FLAG:
    case GW_VCFTYPE_STRING:
        break;
    }
    return true;
}

/* A value of a reserved INFO key within what its meaning allows. */
static bool good_meaning(const char *key, const char *s)
{
    static const char *const counts[] = {"AC", "AN", "DP", "END", "MQ0", "NS"};
    double d;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (strcmp(key, counts[i]) == 0)
            return *s != '-';
    if (strcmp(key, "AF") == 0)
        return !gw_text_double(s, &d) || (d >= 0 && d <= 1);
    if (strcmp(key, "CIGAR") == 0 && strcmp(s, ".") != 0)
        for (; *s; s++) {
            size_t digits = strspn(s, "0123456789");
            s += digits;
            if (!digits || !*s || !strchr("MIDNSHPX=", *s))
                return false;
        }
    return true;
}

/* How many values a field has for so many ALT alleles and that ploidy; -1 = any number. */
static int64_t values_wanted(gw_vcffield_t f, size_t n_alt, size_t ploidy)
{
    if (f.number >= 0)
        return f.number;
    if (f.number == GW_VCFNUM_A || f.number == GW_VCFNUM_R)
        return (int64_t)n_alt + (f.number == GW_VCFNUM_R);
    if (f.number != GW_VCFNUM_G || ploidy == 0 || n_alt == 0) /* without ALT writers differ */
        return -1;
    uint64_t n = 1; /* (n_alt + ploidy) over ploidy */
    for (uint64_t k = 1; k <= ploidy; k++) {
        n = n * (n_alt + k) / k;
        if (n > INT32_MAX)
            return -1;
    }
    return (int64_t)n;
}

typedef enum { VALUES_GOOD, VALUES_TYPE, VALUES_NUMBER, VALUES_RANGE } values_t;

/* key: of INFO, for what its meaning allows; NULL for FORMAT */
static values_t check_values(char *s, const char *key, gw_vcffield_t f, size_t n_alt, size_t ploidy)
{
    int64_t n = 0, want = values_wanted(f, n_alt, ploidy);
    /* a text of one's own may hold commas; an ancestral allele or CIGAR may not */
    if (key && f.type == GW_VCFTYPE_STRING && want == 1 && strcmp(key, "AA") != 0 &&
        strcmp(key, "CIGAR") != 0)
        return VALUES_GOOD;
    if (strcmp(s, ".") == 0 || (!*s && want < 0))
        return VALUES_GOOD;
    for (char *p = s; p; n++) {
        char *comma = strchr(p, ',');
        if (comma)
            *comma = '\0';
        values_t v = !good_value(p, f.type)              ? VALUES_TYPE
                     : key && !good_meaning(key, p) ? VALUES_RANGE
                                                         : VALUES_GOOD;
        if (comma)
            *comma = ',';
        if (v != VALUES_GOOD)
            return v;
        p = comma ? comma + 1 : NULL;
    }
    bool no_alt = n_alt == 0 && f.number == GW_VCFNUM_A; /* writers differ: 0 or one value */
    return want < 0 || n == want || (no_alt && n <= 1) ? VALUES_GOOD : VALUES_NUMBER;
}

static const char *what_of(values_t v)
{
    return v == VALUES_TYPE     ? "not of the type that the header or the specification declares"
           : v == VALUES_NUMBER ? "not as many values as its Number says"
                                : "outside of what its meaning allows";
}

/* Notes that name stands in this column; false when it does already. */
static gw_status_t once(const checker_t *c, const char *name, const char *column, gw_err_t *err)
{
    int absent;
    kh_put(name, c->seen, name, &absent);
    if (absent < 0)
        return gw_err_nomem(err, "reading a record");
    return absent ? GW_OK : bad(c, err, "%s holds %.100s twice", column, name);
}

/* Names parted by semicolons: ID and FILTER. */
static gw_status_t check_names(const checker_t *c, char *list, const char *column, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    if (!*list || strchr(list, ' '))
        return bad(c, err, "%s is empty or holds a blank", column);
    kh_clear(name, c->seen);
    bool several = strchr(list, ';') != NULL;
    for (char *p = list; p && st == GW_OK;) {
        char *semi = strchr(p, ';');
        if (semi)
            *semi = '\0';
        if (!*p)
            st = bad(c, err, "%s has a semicolon too many", column);
        else if (several && strcmp(p, ".") == 0)
            st = bad(c, err, "%s has a missing value beside others", column);
        else
            st = once(c, p, column, err);
        p = semi ? semi + 1 : NULL;
    }
    return st;
}

static gw_status_t check_filter(const checker_t *c, char *filter, gw_err_t *err)
{
    for (const char *p = filter; (p = strchr(p, '0')); p++)
        if ((p == filter || p[-1] == ';') && (!p[1] || p[1] == ';'))
            return bad(c, err, "FILTER holds 0, which is reserved");
    return check_names(c, filter, "FILTER", err);
}

static gw_status_t check_info(const checker_t *c, char *info, size_t n_alt, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    if (strcmp(info, ".") == 0)
        return GW_OK;
    kh_clear(name, c->seen);
    for (char *p = info; p && st == GW_OK;) {
        char *semi = strchr(p, ';');
        if (semi)
            *semi = '\0';
        char *eq = strchr(p, '=');
        if (eq)
            *eq = '\0';
        if (!*p && !semi && !eq && p > info) /* one semicolon at the end is common and harmless */
            return GW_OK;
        if (!gw_vcfhead_good_key(c->head, p))
            return bad(c, err, "INFO has the key '%.60s', which the specification does not allow",
                       p);
        st = once(c, p, "INFO", err);
        gw_vcffield_t f = gw_vcfhead_info(c->head, p);
        bool flag = f.type == GW_VCFTYPE_FLAG;
        if (st == GW_OK && flag && eq && strcmp(eq + 1, "0") != 0 && strcmp(eq + 1, "1") != 0)
            return bad(c, err, "INFO %s=%.60s: a flag has no value (or 0 or 1)", p, eq + 1);
        values_t v =
            st == GW_OK && eq && !flag ? check_values(eq + 1, p, f, n_alt, 0) : VALUES_GOOD;
        if (v != VALUES_GOOD)
            return bad(c, err, "INFO %s=%.60s is %s", p, eq + 1, what_of(v));
        p = semi ? semi + 1 : NULL;
    }
    return st;
}

/* *ploidy: alleles named; 0 when the genotype is a lone dot */
static bool good_genotype(const char *s, size_t n_alt, size_t *ploidy)
{
    size_t n_alleles = n_alt ? n_alt + 1 : 2; /* 1 of a missing ALT is missing too */
    *ploidy = strcmp(s, ".") != 0;
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
        ++*ploidy;
    }
}

static gw_status_t check_samples(const checker_t *c, char *format, char *samples, size_t n_alt,
                                 gw_err_t *err)
{
    char *key[MAX_KEYS], *value[MAX_KEYS];
    gw_vcffield_t field[MAX_KEYS];
    size_t n_keys = cut(format, ':', key, MAX_KEYS);
    if (n_keys > MAX_KEYS)
        return bad(c, err, "FORMAT has more than %d keys", MAX_KEYS);
    bool gt = strcmp(key[0], "GT") == 0;
    kh_clear(name, c->seen);
    for (size_t i = 0; i < n_keys; i++) {
        field[i] = gw_vcfhead_format(c->head, key[i]);
        bool none = n_keys == 1 && strcmp(key[0], ".") == 0;
        if (!none && !gw_vcfhead_good_key(c->head, key[i]))
            return bad(c, err, "FORMAT has the key '%.60s', which the specification does not allow",
                       key[i]);
        if (i && strcmp(key[i], "GT") == 0)
            return bad(c, err, "GT is not the first key of FORMAT");
        gw_status_t st = once(c, key[i], "FORMAT", err);
        if (st != GW_OK)
            return st;
    }
    uint64_t n = 0;
    for (char *p = samples; p; n++) {
        size_t ploidy = gt ? 0 : 2;
        char *tab = strchr(p, '\t');
        if (tab)
            *tab = '\0';
        size_t n_values = cut(p, ':', value, MAX_KEYS);
        if (n_values > n_keys)
            return bad(c, err, "sample %llu has %zu values for %zu keys of FORMAT",
                       (unsigned long long)n + 1, n_values, n_keys);
        if (gt && !good_genotype(value[0], n_alt, &ploidy))
            return bad(c, err, "sample %llu: genotype %.40s names an allele that is not there",
                       (unsigned long long)n + 1, *value[0] ? value[0] : "(nothing)");
        for (size_t i = gt; i < n_values; i++) {
            values_t v = check_values(value[i], NULL, field[i], n_alt, ploidy);
            if (v != VALUES_GOOD)
                return bad(c, err, "sample %llu: %s %.60s is %s", (unsigned long long)n + 1, key[i],
                           value[i], what_of(v));
        }
        p = tab ? tab + 1 : NULL;
    }
    return GW_OK;
}

/* Contigs in one block each, positions rising in them (section 1.6.1, POS). */
static gw_status_t check_order(checker_t *c, const char *chrom, int64_t pos, gw_err_t *err)
{
    if (c->contig && strcmp(c->contig, chrom) == 0) {
        if (pos < c->pos)
            return bad(c, err, "%.200s:%lld after %lld: not sorted; use bcftools sort", chrom,
                       (long long)pos, (long long)c->pos);
        c->pos = pos;
        return GW_OK;
    }
    int absent = -1;
    char *name = gw_arena_strndup(&c->arena, chrom, strlen(chrom));
    if (name)
        kh_put(name, c->contig_seen, name, &absent);
    if (absent < 0)
        return gw_err_nomem(err, "reading a record");
    if (!absent)
        return bad(c, err, "contig %.200s again after others: not sorted; use bcftools sort",
                   chrom);
    c->contig = name;
    c->pos = pos;
    return GW_OK;
}

static gw_status_t check_place(checker_t *c, char *chrom, const char *pos_text, const char *ref,
                               gw_err_t *err)
{
    int64_t pos, len = -1, span = (int64_t)strlen(ref);
    size_t n = strlen(chrom);
    bool any, elsewhere = n > 2 && chrom[0] == '<' && chrom[n - 1] == '>'; /* in ##assembly's file */
    if (!all_of(ref, bases))
        return bad(c, err, "REF is %.60s, which is not of A, C, G, T and N", *ref ? ref : "empty");
    if (elsewhere) {
        chrom[n - 1] = '\0';
        chrom++;
    }
    if (!*chrom || strpbrk(chrom, " ,<>"))
        return bad(c, err, "CHROM is empty or holds a blank, comma or angle bracket");
    if (!gw_text_int(pos_text, &pos) || pos < 0)
        return bad(c, err, "POS is %.60s, which is no position", *pos_text ? pos_text : "empty");
    if (!gw_vcfhead_contig(c->head, chrom, &len, &any) && any && !elsewhere)
        return bad(c, err, "contig %.200s is not in the header", chrom);
    bool telomere = pos == 0 || (len >= 0 && pos == len + 1); /* section 1.6.1, POS */
    if (len >= 0 && !telomere && (pos > len || pos + span - 1 > len))
        return bad(c, err, "%.200s:%lld with %lld bases of REF reaches past the contig's %lld",
                   chrom, (long long)pos, (long long)span, (long long)len);
    return check_order(c, chrom, pos, err);
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
    if (n < FIXED || (want && n != want) || (!want && n > FIXED))
        return bad(c, err, "%zu columns where the header has %zu; file cut short?", n,
                   want ? want : (size_t)FIXED);
    gw_status_t st = check_place(c, col[0], col[1], col[3], err);
    size_t n_alt = strcmp(col[4], ".") == 0 ? 0 : 1;
    for (char *p = col[4]; p && st == GW_OK;) {
        char *comma = strchr(p, ',');
        if (comma)
            *comma = '\0';
        if (!good_alt(p))
            st = bad(c, err, "ALT is %.60s, which is no allele", *p ? p : "empty");
        n_alt += comma != NULL;
        p = comma ? comma + 1 : NULL;
    }
    if (st == GW_OK)
        st = check_names(c, col[2], "ID", err);
    if (st != GW_OK)
        return st;
    if (!good_value(col[5], GW_VCFTYPE_FLOAT) || *col[5] == '-')
        return bad(c, err, "QUAL is %.60s, which is no number from 0 up",
                   *col[5] ? col[5] : "empty");
    st = check_filter(c, col[6], err);
    if (st == GW_OK)
        st = check_info(c, col[7], n_alt, err);
    if (st == GW_OK && c->samples)
        st = check_samples(c, col[8], col[9], n_alt, err);
    return st;
}

/* 3. files */
static gw_status_t any_line(checker_t *c, char *line, gw_err_t *err)
{
    if (line[0] == '#' && c->has_columns)
        return bad(c, err, "a header line after the column line");
    if (c->line == 1 || (line[0] == '#' && line[1] == '#')) {
        gw_status_t st = gw_vcfhead_line(c->head, c->line, line, err);
        return st == GW_OK ? st
                           : gw_err_prefix(err, "%s: line %llu", c->path,
                                           (unsigned long long)c->line);
    }
    if (line[0] == '#')
        return column_line(c, line, err);
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
    if (st == GW_OK && lines.open_end)
        st = bad(c, err, "the last line does not end; is the file cut? compare its checksum");
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
    c.contig_seen = kh_init(name);
    c.seen = kh_init(name);
    gw_status_t st = c.contig_seen && c.seen ? gw_vcfhead_create(&c.head, err)
                                             : gw_err_nomem(err, "reading a header");
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
    if (c.contig_seen)
        kh_destroy(name, c.contig_seen);
    if (c.seen)
        kh_destroy(name, c.seen);
    gw_vcfhead_destroy(c.head);
    gw_arena_release(&c.arena);
    return st;
}
