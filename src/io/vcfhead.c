#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/khash.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/vcfhead.h"

typedef struct {
    int64_t len_bp;
} contig_t;

KHASH_MAP_INIT_STR(contig, contig_t)
KHASH_MAP_INIT_STR(field, gw_vcffield_t)

enum { MAX_PAIRS = 64 };

struct gw_vcfhead {
    int minor;
    gw_arena_t arena; /* of the keys below */
    khash_t(contig) * contig;
    khash_t(field) * info, *format;
};

/* 1. reserved keys */
#define S GW_VCFTYPE_STRING
#define I GW_VCFTYPE_INTEGER
#define F GW_VCFTYPE_FLOAT
#define FLAG GW_VCFTYPE_FLAG

typedef struct {
    const char *key;
    gw_vcffield_t field;
    bool any_type; /* versions and tools differ on it: only the number is held */
} reserved_t;

static const reserved_t reserved_info[] = {
    {"AA", {1, S}, false},
    {"AC", {GW_VCFNUM_A, I}, false},
    {"AD", {GW_VCFNUM_R, I}, false},
    {"ADF", {GW_VCFNUM_R, I}, false},
    {"ADR", {GW_VCFNUM_R, I}, false},
    {"AF", {GW_VCFNUM_A, F}, false},
    {"AN", {1, I}, false},
    {"BQ", {1, F}, false},
    {"CIGAR", {GW_VCFNUM_A, S}, false},
    {"DB", {0, FLAG}, false},
    {"DP", {1, I}, false},
    {"END", {1, I}, false},
    {"H2", {0, FLAG}, false},
    {"H3", {0, FLAG}, false},
    {"MQ", {1, F}, true},
    {"MQ0", {1, I}, false},
    {"NS", {1, I}, false},
    {"SOMATIC", {0, FLAG}, false},
    {"VALIDATED", {0, FLAG}, false},
    {"1000G", {0, FLAG}, false},
};

static const reserved_t reserved_format[] = {
    {"AD", {GW_VCFNUM_R, I}, false},
    {"ADF", {GW_VCFNUM_R, I}, false},
    {"ADR", {GW_VCFNUM_R, I}, false},
    {"DP", {1, I}, false},
    {"EC", {GW_VCFNUM_A, I}, false},
    {"FT", {1, S}, false},
    {"GL", {GW_VCFNUM_G, F}, false},
    {"GP", {GW_VCFNUM_G, F}, false},
    {"GQ", {1, I}, false},
    {"GT", {1, S}, false},
    {"HQ", {2, I}, false},
    {"MQ", {1, I}, false},
    {"PL", {GW_VCFNUM_G, I}, false},
    {"PQ", {1, I}, false},
    {"PS", {1, I}, false},
};
#undef S
#undef I
#undef F
#undef FLAG

static const reserved_t *reserved(bool info, const char *key)
{
    const reserved_t *t = info ? reserved_info : reserved_format;
    size_t n = info ? sizeof reserved_info / sizeof *reserved_info
                    : sizeof reserved_format / sizeof *reserved_format;
    for (size_t i = 0; i < n; i++)
        if (strcmp(t[i].key, key) == 0)
            return &t[i];
    return NULL;
}

/* 2. a line <key=value,...> taken apart */
typedef struct {
    char *key[MAX_PAIRS], *value[MAX_PAIRS];
    bool quoted[MAX_PAIRS], listed[MAX_PAIRS]; /* "..." and [...] */
    size_t n;
} pairs_t;

/* The byte behind the closing mark of a value that p opens, or NULL. */
static char *closing(char *p, char mark)
{
    for (p++; *p && *p != mark; p++)
        if (mark == '"' && *p == '\\' && p[1])
            p++;
    return *p ? p + 1 : NULL;
}

/* NULL, or what is wrong. text is what stands behind "##KEY=". */
static const char *take_apart(char *text, pairs_t *out)
{
    size_t n = strlen(text);
    out->n = 0;
    if (n < 2 || text[0] != '<' || text[n - 1] != '>')
        return "is not enclosed in <>";
    text[n - 1] = '\0';
    for (char *p = text + 1; p;) {
        size_t k = out->n++;
        if (k == MAX_PAIRS)
            return "has more than 64 pairs";
        out->key[k] = p;
        p += strcspn(p, "=,\"<>");
        if (*p != '=' || p == out->key[k])
            return "holds a piece that is no KEY=value (a comma, quote or angle bracket too many?)";
        *p++ = '\0';
        out->quoted[k] = *p == '"';
        out->listed[k] = *p == '[';
        char *end = p;
        if (out->quoted[k] || out->listed[k]) {
            end = closing(p, *p == '"' ? '"' : ']');
            if (!end)
                return "has a quotation mark or bracket that is not closed";
            if (*end && *end != ',')
                return "has a quotation mark inside of a quoted value; write it as \\\"";
            p++;
            end[-1] = '\0';
        } else {
            end += strcspn(p, ",");
            if (strpbrk(p, "<>") && strpbrk(p, "<>") < end)
                return "has an angle bracket inside of a value";
        }
        out->value[k] = p;
        p = *end ? end + 1 : NULL;
        *end = '\0';
    }
    return NULL;
}

static int find(const pairs_t *p, const char *key)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->key[i], key) == 0)
            return (int)i;
    return -1;
}

/* 3. what the pairs must say */
static bool read_number(const char *s, int minor, int32_t *out)
{
    static const char *const later[] = {"LA", "LR", "LG", "P", "M"}; /* v4.4 and v4.5 */
    int64_t n;
    *out = GW_VCFNUM_ANY;
    if (strcmp(s, ".") == 0)
        return true;
    if (s[0] && !s[1] && strchr("ARG", s[0])) {
        *out = s[0] == 'A' ? GW_VCFNUM_A : s[0] == 'R' ? GW_VCFNUM_R : GW_VCFNUM_G;
        return true;
    }
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (minor >= 4 && strcmp(s, later[i]) == 0)
            return true;
    if (!gw_text_int(s, &n) || n < 0 || n > INT32_MAX)
        return false;
    *out = (int32_t)n;
    return true;
}

static bool read_type(const char *s, gw_vcftype_t *out)
{
    static const char *const name[] = {"String", "Integer", "Float", "Flag", "Character"};
    for (int i = 0; i < 5; i++)
        if (strcmp(s, name[i]) == 0) {
            *out = (gw_vcftype_t)i;
            return true;
        }
    return false;
}

bool gw_vcfhead_good_key(const gw_vcfhead_t *h, const char *key)
{
    if (!*key || strpbrk(key, " \t"))
        return false;
    if (h->minor < 3 || strcmp(key, "1000G") == 0)
        return true;
    if (!isalpha((unsigned char)*key) && *key != '_')
        return false;
    for (; *key; key++)
        if (!isalnum((unsigned char)*key) && *key != '_' && *key != '.')
            return false;
    return true;
}

static gw_status_t wrong(gw_err_t *err, const char *kind, const char *what)
{
    return gw_err_set(err, GW_EDATA, "the ##%s line %s; repair the header", kind, what);
}

/* Number and Type, where there are any, and a Description in its place. */
static const char *check_order(const gw_vcfhead_t *h, const pairs_t *p, gw_vcffield_t *field)
{
    int number = find(p, "Number"), type = find(p, "Type"), about = find(p, "Description");
    if (number >= 0 && !read_number(p->value[number], h->minor, &field->number))
        return "has a Number that is none";
    if (type >= 0 && !read_type(p->value[type], &field->type))
        return "has a Type that is not Integer, Float, Flag, Character or String";
    if (about >= 0 && !p->quoted[about])
        return "has a Description without quotation marks";
    if ((type >= 0 && type < number) || (about >= 0 && (about < number || about < type)))
        return "does not have Number, Type and Description in this order";
    return NULL;
}

static gw_status_t field_line(gw_vcfhead_t *h, bool info, const pairs_t *p, gw_err_t *err)
{
    const char *kind = info ? "INFO" : "FORMAT", *id = p->value[0];
    gw_vcffield_t f = {0};
    const char *what = find(p, "Number") < 0 || find(p, "Type") < 0 || find(p, "Description") < 0
                           ? "lacks its Number, Type or Description"
                           : check_order(h, p, &f);
    if (!what && !gw_vcfhead_good_key(h, id))
        what = "has an ID that the specification does not allow";
    if (!what && f.type == GW_VCFTYPE_FLAG && !info)
        what = "declares a Flag, which stands in INFO only";
    if (what)
        return wrong(err, kind, what);
    const reserved_t *r = reserved(info, id);
    if (h->minor >= 3 && r &&
        (f.number != r->field.number || (!r->any_type && f.type != r->field.type)))
        return gw_err_set(err, GW_EDATA,
                          "the ##%s line declares %s otherwise than VCF 4.3 reserves it; correct "
                          "Number and Type or rename it",
                          kind, id);
    char *key = gw_arena_strndup(&h->arena, id, strlen(id));
    int absent = -1;
    khash_t(field) *t = info ? h->info : h->format;
    khint_t k = key ? kh_put(field, t, key, &absent) : 0;
    if (absent < 0)
        return gw_err_nomem(err, "reading a header");
    kh_val(t, k) = f;
    return GW_OK;
}

static gw_status_t contig_line(gw_vcfhead_t *h, const pairs_t *p, gw_err_t *err)
{
    const char *id = p->value[0];
    int at = find(p, "length"), absent = -1;
    int64_t len = -1;
    if (at >= 0 && (!gw_text_int(p->value[at], &len) || len < 0))
        return gw_err_set(err, GW_EDATA, "contig %.200s has the length %.60s, which is no number",
                          id, p->value[at]);
    char *key = gw_arena_strndup(&h->arena, id, strlen(id));
    khint_t k = key ? kh_put(contig, h->contig, key, &absent) : 0;
    if (absent < 0)
        return gw_err_nomem(err, "reading a header");
    contig_t *c = &kh_val(h->contig, k);
    if (!absent && c->len_bp >= 0 && len >= 0 && c->len_bp != len)
        return gw_err_set(err, GW_EDATA, "contig %.200s is declared twice, with different lengths",
                          id);
    if (absent || len >= 0)
        c->len_bp = len;
    return GW_OK;
}

/* ##pedigreeDB=<URL>, ##assembly=URL: a scheme, and a host that is more than a number */
static bool good_url(const char *s)
{
    const char *p = strstr(s, "://");
    if (!p)
        return *s && strcmp(s, "<>") != 0;
    p += 3;
    size_t n = strcspn(p, ":/>");
    return p > s + 3 && n > 0 && strspn(p, "0123456789") < n;
}

static gw_status_t people_line(const gw_vcfhead_t *h, const char *kind, const pairs_t *p,
                               gw_err_t *err)
{
    bool sample = strcmp(kind, "SAMPLE") == 0;
    if ((sample || h->minor >= 3) && strcmp(p->key[0], "ID") != 0)
        return wrong(err, kind, "does not begin with an ID");
    for (size_t i = 0; i < p->n; i++)
        if (!p->quoted[i] && strpbrk(p->value[i], sample && i ? "" : sample ? " *" : " :"))
            return wrong(err, kind, "has a value with a character that is not allowed there");
    return GW_OK;
}

static gw_status_t structured_line(gw_vcfhead_t *h, const char *kind, char *text, gw_err_t *err)
{
    pairs_t p;
    gw_vcffield_t f;
    const char *what = take_apart(text, &p);
    if (what)
        return wrong(err, kind, what);
    if (strcmp(kind, "SAMPLE") == 0 || strcmp(kind, "PEDIGREE") == 0)
        return people_line(h, kind, &p, err);
    if (strcmp(p.key[0], "ID") != 0 || !*p.value[0])
        return wrong(err, kind, "does not begin with an ID");
    if (strcmp(kind, "contig") == 0)
        return contig_line(h, &p, err);
    if (strcmp(kind, "INFO") == 0 || strcmp(kind, "FORMAT") == 0)
        return field_line(h, *kind == 'I', &p, err);
    what = check_order(h, &p, &f);
    if (!what && strpbrk(p.value[0], " \t"))
        what = "has a blank in its ID";
    int values = find(&p, "Values");
    if (!what && strcmp(kind, "META") == 0 && values >= 0 && !p.listed[values])
        what = "has Values that are not enclosed in []";
    return what ? wrong(err, kind, what) : GW_OK;
}

/* 4. the header */
gw_status_t gw_vcfhead_create(gw_vcfhead_t **out, gw_err_t *err)
{
    gw_vcfhead_t *h = gw_calloc(1, sizeof *h);
    if (!h)
        return gw_err_nomem(err, "reading a header");
    gw_arena_init(&h->arena, 1 << 16);
    h->contig = kh_init(contig);
    h->info = kh_init(field);
    h->format = kh_init(field);
    if (!h->contig || !h->info || !h->format) {
        gw_vcfhead_destroy(h);
        return gw_err_nomem(err, "reading a header");
    }
    *out = h;
    return GW_OK;
}

void gw_vcfhead_destroy(gw_vcfhead_t *h)
{
    if (!h)
        return;
    if (h->contig)
        kh_destroy(contig, h->contig);
    if (h->info)
        kh_destroy(field, h->info);
    if (h->format)
        kh_destroy(field, h->format);
    gw_arena_release(&h->arena);
    free(h);
}

gw_status_t gw_vcfhead_line(gw_vcfhead_t *h, uint64_t number, char *line, gw_err_t *err)
{
    static const char version[] = "##fileformat=VCFv4.";
    static const char *const structured[] = {"INFO", "FORMAT", "FILTER",   "ALT",
                                             "META", "SAMPLE", "PEDIGREE", "contig"};
    size_t n = strlen(line), k = sizeof version - 1;
    while (n > 0 && line[n - 1] == ' ')
        line[--n] = '\0';
    if (number == 1) {
        if (strncmp(line, version, k) != 0 || line[k] < '0' || line[k] > '9' || line[k + 1])
            return gw_err_set(err, GW_EDATA, "is not ##fileformat=VCFv4.x; is this VCF?");
        h->minor = line[k] - '0';
        return GW_OK;
    }
    char *kind = line + 2, *value = strchr(kind, '=');
    if (!value || value == kind || !value[1])
        return gw_err_set(err, GW_EDATA, "is no ##KEY=value; repair the header");
    *value++ = '\0';
    for (size_t i = 0; i < sizeof structured / sizeof *structured; i++)
        if (strcmp(kind, structured[i]) == 0)
            return structured_line(h, kind, value, err);
    if ((strcmp(kind, "assembly") == 0 || strcmp(kind, "pedigreeDB") == 0) && !good_url(value))
        return wrong(err, kind, "does not give a URL");
    return GW_OK;
}

int gw_vcfhead_minor(const gw_vcfhead_t *h)
{
    return h->minor;
}

bool gw_vcfhead_contig(const gw_vcfhead_t *h, const char *name, int64_t *len_bp, bool *any)
{
    khint_t k = kh_get(contig, h->contig, name);
    *any = kh_size(h->contig) > 0;
    if (k == kh_end(h->contig))
        return false;
    *len_bp = kh_val(h->contig, k).len_bp;
    return true;
}

static gw_vcffield_t field_of(const khash_t(field) * t, bool info, const char *key)
{
    khint_t k = kh_get(field, t, key);
    if (k != kh_end(t))
        return kh_val(t, k);
    const reserved_t *r = reserved(info, key);
    return r ? r->field : (gw_vcffield_t){GW_VCFNUM_ANY, GW_VCFTYPE_STRING};
}

gw_vcffield_t gw_vcfhead_info(const gw_vcfhead_t *h, const char *key)
{
    return field_of(h->info, true, key);
}

gw_vcffield_t gw_vcfhead_format(const gw_vcfhead_t *h, const char *key)
{
    return field_of(h->format, false, key);
}
