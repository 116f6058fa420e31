#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "io/matread_impl.h"

/* Cuts the field at *p out in place: *p moves behind it, to NULL after the last. Quotes go, a pair
 * of them within quotes is one. NULL when a quoted field does not end. */
static char *cut_field(char **p, char delimiter)
{
    char *field = *p, *end;
    if (*field != '"') {
        end = strchr(field, delimiter);
    } else {
        char *to = ++field, *from = field;
        for (; *from && !(from[0] == '"' && from[1] != '"'); from++)
            *to++ = from[0] == '"' ? *from++ : *from;
        if (*from != '"')
            return NULL;
        end = from + 1;
        *to = '\0';
        if (*end != '\0' && *end != delimiter)
            return NULL;
    }
    *p = end && *end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    return field;
}

static gw_status_t bad_quotes(const gw_matreader_t *r, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA, "%s: line %" PRIu64 ": a quoted field does not end well",
                      r->path, r->text->number);
}

static gw_status_t copy_line(gw_matreader_t *r, const char *line, size_t len, gw_err_t *err)
{
    if (!GW_GROW(r->line, r->cap_line, len + 1))
        return gw_err_nomem(err, "reading a matrix");
    memcpy(r->line, line, len);
    r->line[len] = '\0';
    if (strlen(r->line) != len)
        return gw_err_set(err, GW_EDATA, "%s: line %" PRIu64 " holds a zero byte", r->path,
                          r->text->number);
    return GW_OK;
}

/* Whether the header names a column of row names is seen from the first row's length. */
static gw_status_t settle_header(gw_matreader_t *r, gw_err_t *err)
{
    size_t fields = 1;
    bool quoted = false;
    for (const char *p = r->line; *p; p++) {
        quoted ^= *p == '"';
        fields += *p == r->delimiter && !quoted;
    }
    if (fields != r->column.n && fields != r->column.n + 1)
        return gw_err_set(err, GW_EDATA, "%s: line %" PRIu64 " has %zu fields, the header %zu",
                          r->path, r->text->number, fields, r->column.n);
    if (fields == r->column.n) { /* the first names the row names */
        r->column.n--;
        memmove(r->column.v, r->column.v + 1, r->column.n * sizeof *r->column.v);
    }
    r->length = (int64_t)r->column.n;
    if (r->length == 0)
        return gw_err_set(err, GW_EDATA, "%s: has names but no columns of numbers", r->path);
    return GW_OK;
}

gw_status_t gw_matread_open_table(gw_matreader_t *r, gw_err_t *err)
{
    const char *line;
    size_t len, numbers = 0;
    gw_status_t st = gw_lines_next(r->text, &line, &len, err);
    if (st == GW_OK)
        st = copy_line(r, line, len, err);
    if (st != GW_OK)
        return st;
    r->delimiter = strchr(r->line, '\t') ? '\t' : ',';
    if (!strchr(r->line, r->delimiter))
        return gw_err_set(err, GW_EDATA,
                          "%s: is no VCF, BCF, PLINK bed or BEAGLE file, and no matrix: line 1 "
                          "names no columns separated by tabs or commas",
                          r->path);
    for (char *p = r->line; p && st == GW_OK;) {
        bool quoted = *p == '"';
        char *name = cut_field(&p, r->delimiter);
        double x;
        if (!name)
            return bad_quotes(r, err);
        numbers += r->column.n > 0 && !quoted && gw_text_double(name, &x);
        st = gw_matread_add_name(r, &r->column, name, strlen(name), err);
    }
    if (st == GW_OK && numbers + 1 >= r->column.n)
        st = gw_err_set(err, GW_EDATA,
                        "%s: line 1 holds numbers where names of columns belong; add a header "
                        "(names that are numbers: in double quotes)",
                        r->path);
    if (st == GW_OK)
        st = gw_lines_next(r->text, &line, &len, err);
    if (st == GW_OK && !line)
        return gw_err_set(err, GW_EDATA, "%s: has a header but no numbers", r->path);
    if (st == GW_OK)
        st = copy_line(r, line, len, err);
    if (st == GW_OK)
        st = settle_header(r, err);
    if (st == GW_OK)
        gw_lines_back(r->text, line);
    return st;
}

static gw_status_t bad_number(const gw_matreader_t *r, int64_t column, const char *field,
                              gw_err_t *err)
{
    bool missing = gw_matread_is_missing(field);
    return gw_err_set(err, GW_EDATA, "%s: line %" PRIu64 ", column %s: \"%.40s\" is %s", r->path,
                      r->text->number, r->column.v[column], field,
                      missing ? "a missing value; --missing mean takes the variable's mean for it"
                              : "no finite number");
}

gw_status_t gw_matread_next_table(gw_matreader_t *r, double *values, bool *got, gw_err_t *err)
{
    const char *line;
    size_t len;
    *got = false;
    gw_status_t st = gw_lines_next(r->text, &line, &len, err);
    if (st != GW_OK || !line)
        return st;
    st = copy_line(r, line, len, err);
    if (st != GW_OK)
        return st;
    char *p = r->line, *name = cut_field(&p, r->delimiter);
    if (!name)
        return bad_quotes(r, err);
    st = gw_matread_add_name(r, &r->row, name, strlen(name), err);
    int64_t j = 0;
    for (; p && j < r->length && st == GW_OK; j++) {
        char *field = cut_field(&p, r->delimiter);
        if (!field)
            return bad_quotes(r, err);
        if (!gw_matread_number(r, field, &values[j]))
            st = bad_number(r, j, field, err);
    }
    if (st != GW_OK)
        return st;
    if (j < r->length || p)
        return gw_err_set(err, GW_EDATA,
                          "%s: line %" PRIu64 " has %s than %" PRId64
                          " numbers; every row needs as many as the header has columns",
                          r->path, r->text->number, p ? "more" : "fewer", r->length);
    if (r->text->open_end)
        gw_log_warning("%s: the last line has no newline; if the file was cut short, its last "
                       "number may be too",
                       r->path);
    *got = true;
    return GW_OK;
}
