#include <config.h>

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/structure_impl.h"

bool gw_rawtable_row(gw_rawtable_t *t, size_t items)
{
    if (!GW_GROW(t->v, t->cap, t->n + items))
        return false;
    for (size_t k = 0; k < items; k++)
        t->v[t->n++] = NULL;
    return true;
}

bool gw_rawtable_set(gw_rawtable_t *t, size_t cell, const char *text, size_t n)
{
    free(t->v[cell]);
    t->v[cell] = gw_strndup(text, n);
    return t->v[cell] != NULL;
}

void gw_rawtable_release(gw_rawtable_t *t)
{
    for (size_t k = 0; k < t->n; k++)
        free(t->v[k]);
    free(t->v);
    memset(t, 0, sizeof *t);
}

typedef struct {
    double rot[3][3], shift[3];
} motion_t;

typedef struct {
    motion_t *v;
    size_t n, cap;
} motions_t;

/* an expression under work. fault stays empty unless it or the operators are bad. */
typedef struct {
    const gw_rawtable_t *oper;
    const char *p, *assembly;
    bool no_memory;
    char fault[200];
} reader_t;

__attribute__((format(printf, 2, 3))) static bool fault(reader_t *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->fault, sizeof r->fault, fmt, ap);
    va_end(ap);
    return false;
}

static bool push(reader_t *r, motions_t *l, const motion_t *m)
{
    if (l->n >= GW_COPY_MAX)
        return fault(r, "assembly %.20s has more than %d operators", r->assembly, GW_COPY_MAX);
    if (!GW_GROW(l->v, l->cap, l->n + 1)) {
        r->no_memory = true;
        return false;
    }
    l->v[l->n++] = *m;
    return true;
}

/* rows of unit length, at right angles, not mirrored */
static bool is_rotation(const double a[3][3])
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double s = a[i][0] * a[j][0] + a[i][1] * a[j][1] + a[i][2] * a[j][2];
            if (!(fabs(s - (i == j)) < 0.01))
                return false;
        }
    return a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) -
               a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
               a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]) >
           0;
}

static bool push_operator(reader_t *r, motions_t *l, const char *id, size_t n)
{
    char *const *row = NULL;
    for (size_t k = 0; k < r->oper->n && !row; k += GW_RAWOPER_ITEMS)
        if (r->oper->v[k] && strlen(r->oper->v[k]) == n && strncmp(r->oper->v[k], id, n) == 0)
            row = r->oper->v + k;
    if (!row)
        return fault(r, "assembly %.20s names operator %.*s, which is not described", r->assembly,
                     (int)(n < 40 ? n : 40), id);
    motion_t m;
    for (int k = 0; k < 12; k++) {
        double v;
        const char *text = row[GW_RAWOPER_MATRIX + k];
        if (!text || !gw_text_double(text, &v) || fabs(v) > 1e5)
            return fault(r, "the matrix of operator %.*s lacks a number", (int)(n < 40 ? n : 40),
                         id);
        *(k % 4 < 3 ? &m.rot[k / 4][k % 4] : &m.shift[k / 4]) = v;
    }
    if (!is_rotation((const double(*)[3])m.rot))
        return fault(r, "the matrix of operator %.*s is no rotation", (int)(n < 40 ? n : 40), id);
    return push(r, l, &m);
}

/* one name, or numbers FROM-TO */
static bool read_name(reader_t *r, motions_t *l)
{
    const char *from = r->p;
    while (*r->p && !strchr("(), \t\r\n", *r->p))
        r->p++;
    size_t n = (size_t)(r->p - from), digits = strspn(from, "0123456789");
    if (digits == 0 || digits >= n || digits > 6 || from[digits] != '-' ||
        digits + 1 + strspn(from + digits + 1, "0123456789") != n || n - digits - 1 > 6 ||
        n == digits + 1)
        return push_operator(r, l, from, n);
    long a = strtol(from, NULL, 10), b = strtol(from + digits + 1, NULL, 10);
    if (a > b)
        return fault(r, "assembly %.20s: operators %.*s run backwards", r->assembly, (int)n, from);
    for (; a <= b; a++) {
        char id[24];
        snprintf(id, sizeof id, "%ld", a);
        if (!push_operator(r, l, id, strlen(id)))
            return false;
    }
    return true;
}

static char peek(reader_t *r)
{
    while (isspace((unsigned char)*r->p))
        r->p++;
    return *r->p;
}

/* every motion of b, then every one of a: the rightmost operator acts first */
static bool multiply(reader_t *r, motions_t *a, const motions_t *b)
{
    motions_t out = {0};
    bool ok = true;
    for (size_t i = 0; i < a->n && ok; i++)
        for (size_t j = 0; j < b->n && ok; j++) {
            const motion_t *x = &a->v[i], *y = &b->v[j];
            motion_t m;
            for (int s = 0; s < 3; s++) {
                m.shift[s] = x->shift[s];
                for (int t = 0; t < 3; t++) {
                    m.shift[s] += x->rot[s][t] * y->shift[t];
                    m.rot[s][t] = x->rot[s][0] * y->rot[0][t] + x->rot[s][1] * y->rot[1][t] +
                                  x->rot[s][2] * y->rot[2][t];
                }
            }
            ok = push(r, &out, &m);
        }
    free(a->v);
    *a = out;
    return ok;
}

/* items with commas between, each a product of names and lists in parentheses; up to `close` */
static bool read_list(reader_t *r, int depth, char close, motions_t *out)
{
    bool ok = depth < 4 || fault(r, "assembly %.20s: parentheses nested too deeply", r->assembly);
    while (ok) {
        motions_t item = {0};
        bool any = false;
        for (char c = peek(r); ok && c && c != ',' && c != ')'; c = peek(r)) {
            motions_t factor = {0};
            if (c == '(') {
                r->p++;
                ok = read_list(r, depth + 1, ')', &factor);
            } else {
                ok = read_name(r, &factor);
            }
            if (ok && any) {
                ok = multiply(r, &item, &factor);
                free(factor.v);
            } else {
                free(item.v);
                item = factor;
            }
            any = true;
        }
        char c = ok ? peek(r) : '\0';
        if (ok && (!any || (c != ',' && c != close)))
            ok = fault(r, "the operator expression of assembly %.20s cannot be read near \"%.20s\"",
                       r->assembly, r->p);
        for (size_t k = 0; k < item.n && ok; k++)
            ok = push(r, out, &item.v[k]);
        free(item.v);
        if (ok && c)
            r->p++;
        if (c != ',')
            return ok;
    }
    return false;
}

/* the chains of the list, each by every motion */
static bool add_copies(reader_t *r, const char *chains, const motions_t *l, uint16_t number,
                       gw_structure_t *s, size_t *cap)
{
    for (size_t k = 0; k < l->n; k++)
        for (const char *p = chains; *p;) {
            size_t n = strcspn(p, ", \t\r\n");
            for (size_t c = 0; c < s->n_chains; c++)
                if (n == strlen(s->chain[c].label) && strncmp(p, s->chain[c].label, n) == 0) {
                    if (s->n_copies >= GW_COPY_MAX)
                        return fault(r, "its assemblies have more than %d chains", GW_COPY_MAX);
                    if (!GW_GROW(s->copy, *cap, s->n_copies + 1)) {
                        r->no_memory = true;
                        return false;
                    }
                    gw_copy_t *x = &s->copy[s->n_copies++];
                    *x = (gw_copy_t){.chain = c, .assembly = number};
                    memcpy(x->rot, l->v[k].rot, sizeof x->rot);
                    memcpy(x->shift, l->v[k].shift, sizeof x->shift);
                }
            p += n;
            p += strspn(p, ", \t\r\n");
        }
    return true;
}

gw_status_t gw_assembly_expand(const gw_rawatoms_t *raw, gw_structure_t *s, gw_err_t *err)
{
    reader_t r = {.oper = &raw->oper};
    size_t cap = 0, number = 0;
    bool ok = true;
    for (size_t g = 0; g < raw->gen.n && ok; g += GW_RAWGEN_ITEMS) {
        char *const *row = raw->gen.v + g;
        motions_t l = {0};
        r.assembly = row[GW_RAWGEN_ASSEMBLY] ? row[GW_RAWGEN_ASSEMBLY] : "?";
        size_t same = 0;
        while (same < g && strcmp(raw->gen.v[same] ? raw->gen.v[same] : "?", r.assembly) != 0)
            same += GW_RAWGEN_ITEMS;
        number += same == g; /* the rows of an assembly stand together */
        if (!row[GW_RAWGEN_EXPRESSION] || !row[GW_RAWGEN_CHAINS])
            ok = fault(&r, "assembly %.20s has no operators or no chains", r.assembly);
        r.p = row[GW_RAWGEN_EXPRESSION];
        if (ok && number > UINT16_MAX)
            ok = fault(&r, "more than %d assemblies", UINT16_MAX);
        ok = ok && read_list(&r, 0, '\0', &l) &&
             add_copies(&r, row[GW_RAWGEN_CHAINS], &l, (uint16_t)number, s, &cap);
        free(l.v);
    }
    if (!ok && !r.no_memory)
        s->assembly_fault = gw_strdup(r.fault);
    if (ok)
        return GW_OK;
    free(s->copy);
    s->copy = NULL;
    s->n_copies = 0;
    return s->assembly_fault ? GW_OK : gw_err_nomem(err, "reading a structure");
}
