#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "fold/ranges.h"
#include "io/slurp.h"
#include "io/stream.h"

/* 1. domains */
void gw_ranges_release(gw_ranges_t *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free(r->v[i].name);
        free(r->v[i].structure);
        free(r->v[i].label);
        free(r->v[i].text);
        free(r->v[i].part);
    }
    free(r->v);
    memset(r, 0, sizeof *r);
}

/* 2. reading */
static bool number(const char **p, int32_t *value, char *icode)
{
    char *end;
    long v = strtol(*p, &end, 10);
    if (end == *p || v < -100000 || v > 1000000 || isspace((unsigned char)**p))
        return false;
    *value = (int32_t)v;
    *icode = isalpha((unsigned char)*end) ? *end++ : ' ';
    *p = end;
    return true;
}

/* one part of RANGES, up to a comma or the end */
static bool parse_part(const char **p, gw_ranges_part_t *out)
{
    const char *end = *p + strcspn(*p, ","), *colon = memchr(*p, ':', (size_t)(end - *p));
    memset(out, 0, sizeof *out);
    if (colon) {
        size_t n = (size_t)(colon - *p);
        if (n >= sizeof out->chain || n == 0)
            return false;
        memcpy(out->chain, *p, n);
        *p = colon + 1;
    }
    if (*p == end) {
        out->whole = true;
        return colon != NULL;
    }
    if (!colon && end == *p + 1 && **p == '-') {
        out->whole = true;
        *p = end;
        return true;
    }
    if (!number(p, &out->first, &out->first_icode) || *(*p)++ != '-' ||
        !number(p, &out->last, &out->last_icode))
        return false;
    return *p == end;
}

static gw_status_t parse_ranges(gw_ranges_domain_t *d, const char *path, gw_err_t *err)
{
    size_t cap = 0;
    for (const char *p = d->text;; p++) {
        if (!GW_GROW(d->part, cap, d->n_parts + 1))
            return gw_err_nomem(err, "reading ranges");
        if (!parse_part(&p, &d->part[d->n_parts]))
            return gw_err_set(err, GW_EDATA,
                              "%s: line %lld: %s: \"%.60s\" is no range; write A:, A:5-80 or "
                              "A:5-80,B:1-20",
                              path, (long long)d->line, d->name, d->text);
        d->n_parts++;
        if (!*p)
            return GW_OK;
    }
}

static gw_status_t parse_line(char *line, int64_t number, const char *path, gw_ranges_domain_t *d,
                              gw_err_t *err)
{
    char *save = NULL, *column[4] = {NULL};
    memset(d, 0, sizeof *d);
    d->line = number;
    for (int k = 0; k < 4; k++)
        column[k] = strtok_r(k ? NULL : line, " \t\r", &save);
    if (!column[2])
        return gw_err_set(err, GW_EDATA,
                          "%s: line %lld: fewer than 3 columns; a line is NAME STRUCTURE RANGES "
                          "[LABEL]",
                          path, (long long)number);
    d->name = gw_strdup(column[0]);
    d->structure = gw_strdup(column[1]);
    d->text = gw_strdup(column[2]);
    d->label = gw_strdup(column[3] ? column[3] : "");
    if (!d->name || !d->structure || !d->text || !d->label)
        return gw_err_nomem(err, "reading ranges");
    return parse_ranges(d, path, err);
}

static int by_structure(const void *a, const void *b)
{
    const gw_ranges_domain_t *x = a, *y = b;
    int c = strcasecmp(x->structure, y->structure);
    return c ? c : (x->line > y->line) - (x->line < y->line);
}

static int by_name(const void *a, const void *b)
{
    const gw_ranges_domain_t *x = *(gw_ranges_domain_t *const *)a,
                             *y = *(gw_ranges_domain_t *const *)b;
    int c = strcmp(x->name, y->name);
    return c ? c : (x->line > y->line) - (x->line < y->line);
}

static gw_status_t check_names(const gw_ranges_t *r, const char *path, gw_err_t *err)
{
    gw_ranges_domain_t **p = gw_malloc(r->n, sizeof *p);
    gw_status_t st = p ? GW_OK : gw_err_nomem(err, "reading ranges");
    for (size_t i = 0; p && i < r->n; i++)
        p[i] = &r->v[i];
    if (p)
        qsort(p, r->n, sizeof *p, by_name);
    for (size_t i = 1; st == GW_OK && i < r->n; i++)
        if (strcmp(p[i]->name, p[i - 1]->name) == 0)
            st = gw_err_set(err, GW_EDATA,
                            "%s: line %lld: %s is the name of line %lld too; give "
                            "every domain its own",
                            path, (long long)p[i]->line, p[i]->name, (long long)p[i - 1]->line);
    free(p);
    return st;
}

gw_status_t gw_ranges_read(const char *path, gw_ranges_t *out, gw_err_t *err)
{
    char *text = NULL;
    size_t len = 0, cap = 0;
    int64_t line = 0;
    memset(out, 0, sizeof *out);
    gw_status_t st = gw_slurp(path, (size_t)1 << 30, &text, &len, err);
    const char *shown = gw_stream_name(path);
    for (char *p = text; st == GW_OK && p && *p;) {
        char *next = strchr(p, '\n');
        if (next)
            *next++ = '\0';
        line++;
        p += strspn(p, " \t\r");
        if (*p && *p != '#') {
            if (!GW_GROW(out->v, cap, out->n + 1))
                st = gw_err_nomem(err, "reading ranges");
            else
                st = parse_line(p, line, shown, &out->v[out->n++], err);
        }
        p = next;
    }
    if (st == GW_OK && out->n == 0)
        st = gw_err_set(err, GW_EDATA, "%s: no domain; a line is NAME STRUCTURE RANGES [LABEL]",
                        shown);
    if (st == GW_OK)
        st = check_names(out, shown, err);
    if (st == GW_OK)
        qsort(out->v, out->n, sizeof *out->v, by_structure);
    else
        gw_ranges_release(out);
    free(text);
    return st;
}

static const gw_ranges_domain_t *find(const gw_ranges_t *r, const char *name, size_t *n)
{
    size_t lo = 0, hi = r->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (strcasecmp(r->v[mid].structure, name) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (*n = 0; lo + *n < r->n && strcasecmp(r->v[lo + *n].structure, name) == 0;)
        ++*n;
    return r->v + lo;
}

const gw_ranges_domain_t *gw_ranges_find(const gw_ranges_t *r, const char *stem, const char *id,
                                         size_t *n)
{
    const gw_ranges_domain_t *d = find(r, stem, n);
    if (*n == 0 && strlen(stem) == 7 && strncasecmp(stem, "pdb", 3) == 0)
        d = find(r, stem + 3, n);
    if (*n == 0 && *id)
        d = find(r, id, n);
    return d;
}

/* 3. residues */
static int compare(const gw_residue_t *r, int32_t number, char icode)
{
    if (r->number != number)
        return r->number < number ? -1 : 1;
    return (r->icode > icode) - (r->icode < icode);
}

/* the residues [*from, *to) of the part in its chain; empty when there is none. Where the ends are
 * in the chain they bound the part, whatever the numbers between; else the numbers do. */
static void span(const gw_structure_t *s, const gw_chain_t *c, const gw_ranges_part_t *p,
                 size_t *from, size_t *to)
{
    size_t end = c->first + c->n, low = end, high = 0, first = end, last = 0;
    for (size_t i = c->first; i < end; i++) {
        int a = compare(&s->residue[i], p->first, p->first_icode),
            b = compare(&s->residue[i], p->last, p->last_icode);
        if (a == 0 && first == end)
            first = i;
        if (b == 0)
            last = i + 1;
        if (a >= 0 && b <= 0) {
            low = low == end ? i : low;
            high = i + 1;
        }
    }
    *from = first < end ? first : low;
    *to = last > 0 ? last : high;
    if (*to < *from)
        *to = *from;
}

static gw_status_t take_part(const gw_structure_t *s, const gw_ranges_part_t *p, size_t **index,
                             size_t *n, size_t *cap, bool *any, gw_err_t *err)
{
    *any = false;
    for (size_t c = 0; c < s->n_chains; c++) {
        size_t from = s->chain[c].first, to = from + s->chain[c].n;
        if (*p->chain ? strcmp(p->chain, s->chain[c].id) != 0 : !p->whole && c > 0)
            continue;
        if (!p->whole)
            span(s, &s->chain[c], p, &from, &to);
        if (!GW_GROW(*index, *cap, *n + (to - from)))
            return gw_err_nomem(err, "taking a domain");
        for (size_t i = from; i < to; i++)
            (*index)[(*n)++] = i;
        *any |= to > from;
    }
    return GW_OK;
}

gw_status_t gw_ranges_residues(const gw_ranges_domain_t *d, const gw_structure_t *s, size_t **index,
                               size_t *n, gw_err_t *err)
{
    size_t cap = 0;
    gw_status_t st = GW_OK;
    *index = NULL;
    *n = 0;
    for (size_t k = 0; k < d->n_parts && st == GW_OK; k++) {
        bool any;
        st = take_part(s, &d->part[k], index, n, &cap, &any, err);
        if (st == GW_OK && !any)
            st = gw_err_set(err, GW_EDATA, "part %zu of %s holds no residue of the structure",
                            k + 1, d->text);
    }
    if (st != GW_OK) {
        free(*index);
        *index = NULL;
        *n = 0;
    }
    return st;
}
