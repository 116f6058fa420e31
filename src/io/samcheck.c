#include <config.h>

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "io/samcheck.h"

enum { FIELDS = 11, MAX_TAGS = 1024, MAX_QNAME = 254 };

/* a piece of a line */
typedef struct {
    const char *p;
    size_t n;
} span_t;

/* 1. pieces */
static span_t take(const char **at, const char *end, char sep)
{
    const char *stop = memchr(*at, sep, (size_t)(end - *at));
    span_t s = {*at, (size_t)((stop ? stop : end) - *at)};
    *at = stop ? stop + 1 : NULL;
    return s;
}

static bool is(span_t s, const char *text)
{
    return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

static bool all_between(span_t s, char low, char high)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < low || s.p[i] > high)
            return false;
    return true;
}

static bool integer(span_t s, int64_t low, int64_t high)
{
    int64_t v = 0;
    size_t i = s.n > 0 && (*s.p == '-' || *s.p == '+');
    if (i == s.n)
        return false;
    bool minus = *s.p == '-';
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (s.p[i] - '0');
        if (v > (int64_t)1 << 40)
            return false;
    }
    v = minus ? -v : v;
    return v >= low && v <= high;
}

/* [-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?, within single precision; NaN and infinity too */
static bool number(span_t s)
{
    char copy[64];
    if (s.n == 0 || s.n >= sizeof copy)
        return false;
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    const char *t = copy + strspn(copy, "+-");
    if (t - copy > 1)
        return false;
    if (strcasecmp(t, "nan") == 0 || strcasecmp(t, "inf") == 0 || strcasecmp(t, "infinity") == 0)
        return true;
    size_t whole = strspn(t, "0123456789"), part = 0;
    const char *p = t + whole;
    if (*p == '.') {
        part = strspn(p + 1, "0123456789");
        if (part == 0)
            return false;
        p += 1 + part;
    }
    if (whole + part == 0)
        return false;
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '-' || *p == '+';
        size_t digits = strspn(p, "0123456789");
        if (digits == 0)
            return false;
        p += digits;
    }
    double v = fabs(strtod(copy, NULL));
    bool zero =
        t[strspn(t, "0.")] == '\0' || t[strspn(t, "0.")] == 'e' || t[strspn(t, "0.")] == 'E';
    return *p == '\0' && v <= FLT_MAX && (zero || v >= FLT_TRUE_MIN);
}

static bool contig_name(span_t s)
{
    static const char no[] = "\\,\"'`()[]{}<>";
    if (s.n == 0 || *s.p == '*' || *s.p == '=')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '!' || s.p[i] > '~' || strchr(no, s.p[i]))
            return false;
    return true;
}

/* 2. records */
/* Operations, and clips only where they may stand: H outermost, S outside of the rest. */
static bool cigar(span_t s)
{
    if (is(s, "*"))
        return true;
    int stage = 0; /* 0: leading H, 1: leading S, 2: the rest, 3: trailing S, 4: trailing H */
    bool any = false;
    for (size_t i = 0; i < s.n;) {
        size_t digits = 0;
        while (i + digits < s.n && s.p[i + digits] >= '0' && s.p[i + digits] <= '9')
            digits++;
        if (digits == 0 || digits > 9 || i + digits == s.n)
            return false;
        char op = s.p[i + digits];
        if (!strchr("MIDNSHP=X", op))
            return false;
        int next = op == 'H' ? (stage == 0 && !any ? 0 : 4) : op == 'S' ? (stage < 2 ? 1 : 3) : 2;
        if (next < stage || (next == stage && stage != 2 && any))
            return false;
        stage = next;
        any = true;
        i += digits + 1;
    }
    return any;
}

static bool array(span_t s)
{
    static const struct {
        char type;
        int64_t low, high;
    } range[] = {{'c', INT8_MIN, INT8_MAX},   {'C', 0, UINT8_MAX},
                 {'s', INT16_MIN, INT16_MAX}, {'S', 0, UINT16_MAX},
                 {'i', INT32_MIN, INT32_MAX}, {'I', 0, UINT32_MAX}};
    if (s.n == 0 || (s.n > 1 && s.p[1] != ','))
        return false;
    const char *at = s.n > 1 ? s.p + 2 : NULL, *end = s.p + s.n;
    for (size_t k = 0; *s.p != 'f'; k++) {
        if (k == sizeof range / sizeof *range)
            return false;
        if (range[k].type != *s.p)
            continue;
        while (at)
            if (!integer(take(&at, end, ','), range[k].low, range[k].high))
                return false;
        return true;
    }
    while (at)
        if (!number(take(&at, end, ',')))
            return false;
    return true;
}

static bool hex(span_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'F')))
            return false;
    return s.n % 2 == 0;
}

static bool letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool tag(span_t s)
{
    if (s.n < 5 || !letter(s.p[0]) || !(letter(s.p[1]) || (s.p[1] >= '0' && s.p[1] <= '9')) ||
        s.p[2] != ':' || s.p[4] != ':')
        return false;
    span_t v = {s.p + 5, s.n - 5};
    switch (s.p[3]) {
    case 'A':
        return v.n == 1 && all_between(v, '!', '~');
    case 'i':
        return integer(v, INT32_MIN, UINT32_MAX);
    case 'f':
        return number(v);
    case 'Z':
        return all_between(v, ' ', '~');
    case 'H':
        return hex(v);
    case 'B':
        return array(v);
    default:
        return false;
    }
}

static const char *tags(const char *at, const char *end)
{
    uint16_t seen[MAX_TAGS];
    size_t n = 0;
    while (at) {
        span_t s = take(&at, end, '\t');
        if (!tag(s))
            return "a tag is malformed or its value out of range";
        uint16_t key = (uint16_t)((unsigned char)s.p[0] << 8 | (unsigned char)s.p[1]);
        for (size_t i = 0; i < n; i++)
            if (seen[i] == key)
                return "a tag is there twice";
        if (n == MAX_TAGS)
            return "more than 1024 tags";
        seen[n++] = key;
    }
    return NULL;
}

static bool bases(span_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!letter(s.p[i]) && s.p[i] != '=' && s.p[i] != '.')
            return false;
    return s.n > 0;
}

const char *gw_samcheck_record(const char *line, size_t len)
{
    span_t f[FIELDS];
    const char *at = line, *end = line + len;
    for (int i = 0; i < FIELDS; i++) {
        if (!at)
            return "fewer than 11 fields; file cut short?";
        f[i] = take(&at, end, '\t');
    }
    if (f[0].n == 0 || f[0].n > MAX_QNAME || !all_between(f[0], '!', '~') ||
        memchr(f[0].p, '@', f[0].n))
        return "its name is empty, longer than 254 characters or holds what SAM does not allow";
    if (!integer(f[1], 0, UINT16_MAX))
        return "FLAG is no number from 0 to 65535";
    if (!is(f[2], "*") && !contig_name(f[2]))
        return "RNAME is no contig name";
    if (!integer(f[3], 0, INT32_MAX) || !integer(f[7], 0, INT32_MAX))
        return "POS or PNEXT is no number from 0 to 2^31 - 1";
    if (!integer(f[4], 0, UINT8_MAX))
        return "MAPQ is no number from 0 to 255";
    if (!cigar(f[5]))
        return "CIGAR is malformed";
    if (!is(f[6], "*") && !is(f[6], "=") && !contig_name(f[6]))
        return "RNEXT is no contig name";
    if (!integer(f[8], -INT32_MAX, INT32_MAX))
        return "TLEN is no number within 2^31 - 1";
    if (!is(f[9], "*") && !bases(f[9]))
        return "SEQ holds what is no base";
    if (f[10].n == 0 || !all_between(f[10], '!', '~') || (is(f[9], "*") && !is(f[10], "*")))
        return "QUAL is empty, without SEQ, or holds what is no quality";
    return at ? tags(at, end) : NULL;
}

/* 3. headers */
typedef struct {
    char **v; /* "RGname", "PGname" */
    size_t n, cap;
} idlist_t;

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_id(idlist_t *ids, const char *kind, span_t id)
{
    char *copy = gw_asprintf("%.2s%.*s", kind, (int)id.n, id.p);
    if (!copy || !GW_GROW(ids->v, ids->cap, ids->n + 1)) {
        free(copy);
        return false;
    }
    ids->v[ids->n++] = copy;
    return true;
}

static bool any_hex(span_t s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || ((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'f')))
            return false;
    return s.n == 32;
}

/* "TAG:value" pieces of one line: each tag once, the wanted ones handed out. */
static const char *header_tags(const char *at, const char *end, span_t *sn, span_t *ln, span_t *id,
                               span_t *vn, span_t *m5)
{
    uint16_t seen[64];
    size_t n = 0;
    while (at) {
        span_t s = take(&at, end, '\t');
        if (s.n < 3 || !letter(s.p[0]) || s.p[2] != ':')
            return "a tag is not XX:value, parted by tabs";
        uint16_t key = (uint16_t)((unsigned char)s.p[0] << 8 | (unsigned char)s.p[1]);
        for (size_t i = 0; i < n; i++)
            if (seen[i] == key)
                return "a tag is there twice";
        if (n < sizeof seen / sizeof *seen)
            seen[n++] = key;
        span_t v = {s.p + 3, s.n - 3};
        static const char want[5][3] = {"SN", "LN", "ID", "VN", "M5"};
        span_t *out[] = {sn, ln, id, vn, m5};
        for (int k = 0; k < 5; k++)
            if (memcmp(s.p, want[k], 2) == 0)
                *out[k] = v;
    }
    return NULL;
}

static const char *header_line(const char *p, const char *end, idlist_t *ids)
{
    span_t sn = {0}, ln = {0}, id = {0}, vn = {0}, m5 = {0};
    if (end - p < 3 || !letter(p[1]) || !letter(p[2]) || (end - p > 3 && p[3] != '\t'))
        return "is no header line";
    if (memcmp(p, "@CO", 3) == 0)
        return NULL;
    if (end - p < 5)
        return "has no tags";
    const char *what = header_tags(p + 4, end, &sn, &ln, &id, &vn, &m5);
    if (what)
        return what;
    if (memcmp(p, "@SQ", 3) == 0) {
        if (!contig_name(sn))
            return "SN is missing or holds what SAM does not allow in a contig's name";
        if (!integer(ln, 1, INT32_MAX))
            return "LN is missing or no number from 1 to 2^31 - 1";
        if (m5.p && !any_hex(m5))
            return "M5 is not 32 hexadecimal digits";
    } else if (memcmp(p, "@RG", 3) == 0 || memcmp(p, "@PG", 3) == 0) {
        if (id.n == 0)
            return "has no ID";
        if (!add_id(ids, p + 1, id))
            return GW_SAMCHECK_NOMEM;
    } else if (memcmp(p, "@HD", 3) == 0) {
        const char *dot = vn.n ? memchr(vn.p, '.', vn.n) : NULL;
        if (!dot || !integer((span_t){vn.p, (size_t)(dot - vn.p)}, 0, 99) ||
            !integer((span_t){dot + 1, vn.n - (size_t)(dot - vn.p) - 1}, 0, 99))
            return "VN is missing or not like 1.6";
    }
    return NULL;
}

const char *gw_samcheck_header(const char *text, unsigned long *line)
{
    idlist_t ids = {0};
    const char *what = NULL, *end = text + strlen(text);
    *line = 0;
    for (const char *at = text; at && *at && !what;) {
        span_t s = take(&at, end, '\n');
        ++*line;
        what = header_line(s.p, s.p + s.n, &ids);
        if (!what && *line > 1 && memcmp(s.p, "@HD", 3) == 0)
            what = "@HD is not the first line";
    }
    if (!what && ids.n > 0) {
        qsort(ids.v, ids.n, sizeof *ids.v, by_text);
        for (size_t i = 1; i < ids.n && !what; i++)
            if (strcmp(ids.v[i - 1], ids.v[i]) == 0)
                what = *ids.v[i] == 'R' ? "two @RG lines have one ID" : "two @PG lines have one ID";
    }
    for (size_t i = 0; i < ids.n; i++)
        free(ids.v[i]);
    free(ids.v);
    return what;
}
