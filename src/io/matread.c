#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/matread_impl.h"

/* 1. names and numbers */
gw_status_t gw_matread_add_name(gw_matreader_t *r, gw_matnames_t *names, const char *name,
                                size_t len, gw_err_t *err)
{
    if (!GW_GROW(names->v, names->cap, names->n + 1) ||
        !(names->v[names->n] = gw_arena_strndup(&r->arena, name, len)))
        return gw_err_nomem(err, "reading names");
    names->n++;
    return GW_OK;
}

bool gw_matread_is_missing(const char *s)
{
    static const char *const words[] = {"", "NA", "NaN", "nan", "."};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(s, words[i]) == 0)
            return true;
    return false;
}

/* Plain decimals of up to 15 digits: both parts are exact in a double and the quotient is rounded
 * once, so it is what strtod gives. */
static bool short_number(const char *s, double *out)
{
    static const double power[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const char *p = s + (*s == '-');
    int64_t x = 0;
    int digits = 0, after = 0;
    for (; *p >= '0' && *p <= '9'; p++, digits++)
        x = digits < 15 ? 10 * x + (*p - '0') : x;
    if (*p == '.' && digits > 0)
        for (p++; *p >= '0' && *p <= '9'; p++, digits++, after++)
            x = digits < 15 ? 10 * x + (*p - '0') : x;
    if (*p || digits == 0 || digits > 15)
        return false;
    *out = (*s == '-' ? -(double)x : (double)x) / power[after];
    return true;
}

bool gw_matread_number(const gw_matreader_t *r, const char *s, double *out)
{
    if (short_number(s, out) || (!s[strspn(s, "0123456789+-.eE")] && gw_text_double(s, out)))
        return true; /* strtod alone takes hexadecimal numbers too */
    *out = NAN;
    return r->o.missing && gw_matread_is_missing(s);
}

static int name_cmp(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static gw_status_t check_names(const gw_matreader_t *r, const gw_matnames_t *names,
                               const char *what, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    char **v = gw_malloc(names->n, sizeof *v);
    if (!v)
        return gw_err_nomem(err, "checking names");
    for (size_t i = 0; i < names->n; i++) {
        v[i] = names->v[i];
        if (!*v[i] && st == GW_OK)
            st = gw_err_set(err, GW_EDATA, "%s: %s %zu has no name", r->path, what, i + 1);
    }
    qsort(v, names->n, sizeof *v, name_cmp);
    for (size_t i = 1; i < names->n && st == GW_OK; i++)
        if (strcmp(v[i - 1], v[i]) == 0)
            st = gw_err_set(err, GW_EDATA, "%s: %s %s is there twice; give each its own name",
                            r->path, what, v[i]);
    free(v);
    return st;
}

/* 2. the reader */
gw_status_t gw_matreader_open(gw_genoinput_t *in, const gw_matread_opts_t *opts,
                              gw_matreader_t **out, gw_err_t *err)
{
    gw_matreader_t *r = gw_calloc(1, sizeof *r);
    if (!r)
        return gw_err_nomem(err, "opening a matrix");
    r->text = &in->text;
    r->path = in->path;
    r->o = *opts;
    gw_arena_init(&r->arena, 1 << 16);
    const char *line;
    size_t len;
    gw_status_t st = gw_lines_next(r->text, &line, &len, err);
    if (st == GW_OK) {
        bool market = len >= 14 && memcmp(line, "%%MatrixMarket", 14) == 0;
        gw_lines_back(r->text, line);
        st = market ? gw_matread_open_market(r, err) : gw_matread_open_table(r, err);
    }
    if (st == GW_OK)
        *out = r;
    else
        gw_matreader_close(r);
    return st;
}

bool gw_matreader_by_column(const gw_matreader_t *r)
{
    return r->by_column;
}

int64_t gw_matreader_length(const gw_matreader_t *r)
{
    return r->length;
}

gw_status_t gw_matreader_next(gw_matreader_t *r, double *values, bool *got, gw_err_t *err)
{
    gw_status_t st = r->delimiter ? gw_matread_next_table(r, values, got, err)
                                  : gw_matread_next_market(r, values, got, err);
    if (st != GW_OK || *got) {
        r->n_given++;
        return st;
    }
    if (r->n_given == 0)
        return gw_err_set(err, GW_EDATA, "%s: has a header but no numbers", r->path);
    st = check_names(r, &r->row, "row", err);
    return st == GW_OK ? check_names(r, &r->column, "column", err) : st;
}

const char *gw_matreader_vector_name(const gw_matreader_t *r, int64_t i)
{
    return (r->by_column ? &r->column : &r->row)->v[i];
}

const char *gw_matreader_value_name(const gw_matreader_t *r, int64_t j)
{
    return (r->by_column ? &r->row : &r->column)->v[j];
}

void gw_matreader_close(gw_matreader_t *r)
{
    if (!r)
        return;
    gw_arena_release(&r->arena);
    free(r->row.v);
    free(r->column.v);
    free(r->line);
    free(r->entry);
    free(r);
}
