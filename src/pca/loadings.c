#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/text.h"
#include "io/lines.h"
#include "pca/loadings.h"

enum { FIXED_FIELDS = 7, MAX_LINE = 1 << 20 };

static const char *plain_contig(const char *contig)
{
    return strncasecmp(contig, "chr", 3) == 0 ? contig + 3 : contig;
}

/* 1. the reference */
static gw_status_t bad(const gw_lines_t *in, gw_err_t *err, const char *what)
{
    return gw_err_set(err, GW_EDATA, "%s: line %" PRIu64 ": %s; make the file again with pca --out",
                      in->path, in->number, what);
}

static bool starts(const char *line, const char *with, const char **rest)
{
    size_t n = strlen(with);
    *rest = line + n;
    return strncmp(line, with, n) == 0;
}

/* Positive numbers with commas between them. */
static gw_status_t read_list(const gw_lines_t *in, const char *p, const char *what, double **v,
                             size_t *cap, int *n, gw_err_t *err)
{
    for (; *p; p += *p == ',') {
        char *end;
        if (!GW_GROW(*v, *cap, (size_t)*n + 1))
            return gw_err_nomem(err, "reading loadings");
        double x = strtod(p, &end);
        if (end == p || (*end && *end != ',') || !(x > 0))
            return bad(in, err, what);
        (*v)[(*n)++] = x;
        p = end;
    }
    return GW_OK;
}

static gw_status_t read_header(gw_lines_t *in, gw_loadings_t *l, gw_err_t *err)
{
    int n_shrinkage = 0;
    for (bool first = true;; first = false) {
        const char *got, *line = NULL, *rest;
        size_t len;
        gw_status_t st = gw_lines_next(in, &got, &len, err);
        if (st != GW_OK)
            return st;
        if (got && !(line = gw_arena_strndup(&l->text, got, len)))
            return gw_err_nomem(err, "reading loadings");
        if (!line || (first && !starts(line, "##genowarp-pca-loadings=1", &rest)))
            return gw_err_set(err, GW_EDATA, "%s: is no .loadings file of genowarp pca", in->path);
        if (starts(line, "##samples=", &rest) && !gw_text_int(rest, &l->n_samples))
            return bad(in, err, "the number of samples is none");
        if (starts(line, "##variants=", &rest) && !gw_text_int(rest, &l->n_variants))
            return bad(in, err, "the number of variants is none");
        if (starts(line, "##eigenvalues=", &rest))
            st = read_list(in, rest, "an eigenvalue is no positive number", &l->value,
                           &l->cap_value, &l->k, err);
        if (starts(line, "##shrinkage=", &rest))
            st = read_list(in, rest, "a shrinkage is no positive number", &l->shrinkage,
                           &l->cap_shrinkage, &n_shrinkage, err);
        if (st != GW_OK)
            return st;
        if (starts(line, "#CHROM\t", &rest))
            break;
    }
    if (l->k > GW_LOADINGS_MAX_K)
        return bad(in, err, "it has more components than are read");
    if (l->k < 1 || l->n_samples < 2 || l->n_variants < 1)
        return bad(in, err, "the header lacks samples, variants or eigenvalues");
    if (n_shrinkage > 0 && n_shrinkage != l->k)
        return bad(in, err, "the header has not one shrinkage for each eigenvalue");
    return GW_OK;
}

static gw_status_t add_loading(const gw_lines_t *in, gw_loadings_t *l, char *copy, gw_err_t *err)
{
    size_t k = (size_t)l->k, n = (size_t)l->n, n_fields = 0;
    if (!copy || !GW_GROW(l->v, l->cap_v, n + 1) ||
        !GW_GROW(l->weight, l->cap_weight, (n + 1) * (k + 1)))
        return gw_err_nomem(err, "reading loadings");
    gw_loading_t *v = &l->v[n];
    double *w = l->weight + n * k;
    for (char *p = copy, *next; p; p = next, n_fields++) {
        bool good = true;
        next = strchr(p, '\t');
        if (next)
            *next++ = '\0';
        switch (n_fields) {
        case 0:
            v->contig = plain_contig(p);
            break;
        case 1:
            good = gw_text_int(p, &v->pos);
            break;
        case 2:
            v->id = p;
            break;
        case 3:
            v->counted = p;
            break;
        case 4:
            v->other = p;
            break;
        case 5:
            good = gw_text_double(p, &v->freq) && v->freq > 0 && v->freq < 1;
            break;
        case 6:
            good = gw_text_double(p, &v->scale) && v->scale > 0;
            break;
        default:
            good = n_fields < FIXED_FIELDS + k && gw_text_double(p, &w[n_fields - FIXED_FIELDS]);
        }
        if (!good)
            return bad(in, err, "a field is not what its column holds");
    }
    if (n_fields != FIXED_FIELDS + k)
        return bad(in, err, "it has too few fields");
    l->n++;
    return GW_OK;
}

static int by_position(const void *a, const void *b)
{
    const gw_loading_t *x = a, *y = b;
    int c = strcmp(x->contig, y->contig);
    return c ? c : (x->pos > y->pos) - (x->pos < y->pos);
}

static int by_identifier(const void *a, const void *b)
{
    return strcmp(((const gw_loading_t *)a)->id, ((const gw_loading_t *)b)->id);
}

typedef struct {
    gw_loading_t v;
    int64_t at;
} place_t;

static int place_position(const void *a, const void *b)
{
    const place_t *x = a, *y = b;
    int c = by_position(&x->v, &y->v);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

static int place_identifier(const void *a, const void *b)
{
    const place_t *x = a, *y = b;
    int c = by_identifier(&x->v, &y->v);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

/* Variants and their weights into the order of cmp. */
static bool sort(gw_loadings_t *l, int (*cmp)(const void *, const void *))
{
    size_t k = (size_t)l->k, n = (size_t)l->n;
    place_t *p = gw_malloc(n, sizeof *p);
    double *w = gw_malloc(n * k, sizeof *w);
    for (size_t i = 0; p && i < n; i++)
        p[i] = (place_t){l->v[i], (int64_t)i};
    if (p && w) {
        qsort(p, n, sizeof *p, cmp);
        for (size_t i = 0; i < n; i++) {
            l->v[i] = p[i].v;
            memcpy(w + i * k, l->weight + (size_t)p[i].at * k, k * sizeof *w);
        }
        memcpy(l->weight, w, n * k * sizeof *w);
    }
    bool done = p && w;
    free(p);
    free(w);
    return done;
}

static gw_status_t open_either(const char *prefix, char **path, gw_stream_t **s, gw_err_t *err)
{
    struct stat info;
    *path = gw_asprintf("%s.loadings", prefix);
    if (*path && stat(*path, &info) != 0) {
        char *packed = gw_asprintf("%s.loadings.gz", prefix);
        if (packed && stat(packed, &info) == 0) {
            free(*path);
            *path = packed;
        } else {
            free(packed);
        }
    }
    return *path ? gw_stream_open(*path, s, err) : gw_err_nomem(err, "reading loadings");
}

gw_status_t gw_loadings_load(const char *prefix, gw_loadings_t *out, gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    gw_arena_init(&out->text, 1 << 18);
    char *path = NULL;
    gw_stream_t *stream;
    gw_lines_t in = {0};
    gw_status_t st = open_either(prefix, &path, &stream, err);
    if (st == GW_OK)
        st = gw_lines_init(&in, stream, path, MAX_LINE, err);
    if (st == GW_OK)
        st = read_header(&in, out, err);
    while (st == GW_OK) {
        const char *line;
        size_t len;
        st = gw_lines_next(&in, &line, &len, err);
        if (st != GW_OK || !line)
            break;
        st = in.open_end ? bad(&in, err, "it has no end; the file is cut short")
                         : add_loading(&in, out, gw_arena_strndup(&out->text, line, len), err);
    }
    if (st == GW_OK && out->n != out->n_variants)
        st = gw_err_set(err, GW_EDATA,
                        "%s: holds %" PRId64 " of %" PRId64 " variants; it is cut short", path,
                        out->n, out->n_variants);
    if (st == GW_OK && !sort(out, place_position))
        st = gw_err_nomem(err, "reading loadings");
    gw_lines_release(&in);
    free(path);
    if (st != GW_OK)
        gw_loadings_release(out);
    return st;
}

void gw_loadings_release(gw_loadings_t *l)
{
    free(l->value);
    free(l->shrinkage);
    free(l->v);
    free(l->weight);
    gw_arena_release(&l->text);
    memset(l, 0, sizeof *l);
}

/* 2. matching */
void gw_loadings_sort_by_id(gw_loadings_t *l)
{
    (void)sort(l, place_identifier);
}

static char complement(char c)
{
    switch (c) {
    case 'A':
    case 'a':
        return 'T';
    case 'C':
    case 'c':
        return 'G';
    case 'G':
    case 'g':
        return 'C';
    case 'T':
    case 't':
        return 'A';
    default:
        return '\0';
    }
}

/* one base each, complements of one another */
static bool complements(const char *a, const char *b)
{
    return a[0] && !a[1] && b[0] && !b[1] && complement(a[0]) == (b[0] & ~0x20);
}

gw_match_t gw_loadings_match(const gw_loadings_t *l, bool by_id, const char *contig, int64_t pos,
                             const char *id, const char *counted, const char *other, int64_t *at,
                             bool *strand)
{
    gw_loading_t key = {.contig = plain_contig(contig), .id = id, .pos = pos};
    int (*cmp)(const void *, const void *) = by_id ? by_identifier : by_position;
    const gw_loading_t *v = bsearch(&key, l->v, (size_t)l->n, sizeof *l->v, cmp);
    *strand = false;
    if (!v)
        return GW_MATCH_NONE;
    gw_match_t found = GW_MATCH_ALLELES;
    for (; v > l->v && cmp(v - 1, &key) == 0; v--) /* the first of several there */
        ;
    for (; v < l->v + l->n && cmp(v, &key) == 0; v++) {
        *at = v - l->v;
        bool same = strcasecmp(v->counted, counted) == 0 && strcasecmp(v->other, other) == 0;
        bool swapped = strcasecmp(v->counted, other) == 0 && strcasecmp(v->other, counted) == 0;
        if ((same || swapped) && complements(counted, other))
            return GW_MATCH_AMBIGUOUS;
        if (same || swapped)
            return same ? GW_MATCH_SAME : GW_MATCH_SWAPPED;
        if (complements(v->counted, counted) && complements(v->other, other)) {
            *strand = true;
            return GW_MATCH_SAME;
        }
        if (complements(v->counted, other) && complements(v->other, counted)) {
            *strand = true;
            return GW_MATCH_SWAPPED;
        }
    }
    return found;
}
