#include <config.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "io/matread_impl.h"

enum { MAX_WORD = 64, WORDS = 5 };

typedef struct {
    bool array, pattern, symmetric;
    int64_t n_rows, n_columns, n_entries;
} market_t;

static gw_status_t bad_line(const gw_matreader_t *r, gw_err_t *err, const char *what)
{
    return gw_err_set(err, GW_EDATA, "%s: line %" PRIu64 ": %s", r->path, r->text->number, what);
}

/* Up to max blank-separated words of a line; returns how many there are, max + 1 for more, -1 for
 * one that is too long. */
static int words(const char *line, size_t len, int max, char word[][MAX_WORD])
{
    int n = 0;
    for (size_t i = 0; i < len;) {
        size_t from = i;
        if (isspace((unsigned char)line[i])) {
            i++;
            continue;
        }
        while (i < len && !isspace((unsigned char)line[i]))
            i++;
        if (n == max)
            return max + 1;
        if (i - from >= MAX_WORD)
            return -1;
        memcpy(word[n], line + from, i - from);
        word[n++][i - from] = '\0';
    }
    return n;
}

static gw_status_t read_banner(gw_matreader_t *r, market_t *m, gw_err_t *err)
{
    const char *line;
    size_t len;
    char w[WORDS][MAX_WORD];
    gw_status_t st = gw_lines_next(r->text, &line, &len, err);
    if (st != GW_OK)
        return st;
    if (words(line, len, WORDS, w) != WORDS || strcasecmp(w[1], "matrix") != 0)
        return bad_line(r, err,
                        "is no banner of the form %%MatrixMarket matrix FORMAT FIELD SYMMETRY");
    m->array = strcasecmp(w[2], "array") == 0;
    m->pattern = strcasecmp(w[3], "pattern") == 0;
    m->symmetric = strcasecmp(w[4], "symmetric") == 0;
    if (!m->array && strcasecmp(w[2], "coordinate") != 0)
        return bad_line(r, err, "the format is neither coordinate nor array");
    if (strcasecmp(w[3], "real") != 0 && strcasecmp(w[3], "integer") != 0 &&
        (!m->pattern || m->array))
        return bad_line(r, err, "the field is not real or integer (or pattern, of coordinates)");
    if (!m->symmetric && strcasecmp(w[4], "general") != 0)
        return bad_line(r, err, "the symmetry is neither general nor symmetric");
    return GW_OK;
}

/* The next line that is neither comment nor blank; *line = NULL at the end. */
static gw_status_t data_line(gw_matreader_t *r, const char **line, size_t *len, gw_err_t *err)
{
    for (;;) {
        gw_status_t st = gw_lines_next(r->text, line, len, err);
        if (st != GW_OK || !*line)
            return st;
        for (size_t i = 0; i < *len && (*line)[i] != '%'; i++)
            if (!isspace((unsigned char)(*line)[i]))
                return GW_OK;
    }
}

static gw_status_t read_size(gw_matreader_t *r, market_t *m, gw_err_t *err)
{
    const char *line;
    size_t len;
    char w[WORDS][MAX_WORD];
    gw_status_t st = data_line(r, &line, &len, err);
    if (st != GW_OK)
        return st;
    int n = line ? words(line, len, WORDS, w) : 0;
    int64_t *size[] = {&m->n_rows, &m->n_columns, &m->n_entries};
    bool good = n == (m->array ? 2 : 3);
    for (int i = 0; i < n && good; i++)
        good = gw_text_int(w[i], size[i]) && *size[i] > 0 && (i == 2 || *size[i] <= INT32_MAX);
    if (!good)
        return bad_line(r, err,
                        "the size of the matrix is needed: rows, columns and, of "
                        "coordinates, entries; none may be 0");
    if (m->symmetric && m->n_rows != m->n_columns)
        return bad_line(r, err, "a symmetric matrix has as many rows as columns");
    return GW_OK;
}

static gw_status_t names_from(gw_matreader_t *r, gw_matnames_t *names, const char *path,
                              char letter, int64_t n, gw_err_t *err)
{
    gw_lines_t in = {0};
    gw_stream_t *stream = NULL;
    gw_status_t st = path ? gw_stream_open(path, &stream, err) : GW_OK;
    if (st == GW_OK && path)
        st = gw_lines_init(&in, stream, path, 1 << 20, err);
    for (int64_t i = 0; !path && i < n && st == GW_OK; i++) {
        char name[24];
        int len = snprintf(name, sizeof name, "%c%" PRId64, letter, i + 1);
        st = gw_matread_add_name(r, names, name, (size_t)len, err);
    }
    while (path && st == GW_OK) {
        const char *line, *tab;
        size_t len;
        st = gw_lines_next(&in, &line, &len, err);
        if (st != GW_OK || !line)
            break;
        tab = memchr(line, '\t', len);
        st = gw_matread_add_name(r, names, line, tab ? (size_t)(tab - line) : len, err);
    }
    gw_lines_release(&in);
    if (st == GW_OK && names->n != (size_t)n)
        st = gw_err_set(err, GW_EDATA, "%s: names %zu, but %s has %" PRId64 " %s", path, names->n,
                        r->path, n, letter == 'r' ? "rows" : "columns");
    return st;
}

/* vector = column, value = row as they are read */
static gw_status_t add_entry(gw_matreader_t *r, int64_t row, int64_t column, double x,
                             gw_err_t *err)
{
    if ((r->n_entries + 1) * sizeof *r->entry > r->o.max_bytes)
        return gw_err_set(
            err, GW_ENOMEM,
            "%s: its entries take 16 bytes each, more than --max-mem in all; raise it", r->path);
    if (!GW_GROW(r->entry, r->cap_entry, r->n_entries + 1))
        return gw_err_nomem(err, "reading a matrix");
    r->entry[r->n_entries++] = (gw_matentry_t){(int32_t)column, (int32_t)row, x};
    return GW_OK;
}

static gw_status_t read_coordinates(gw_matreader_t *r, const market_t *m, gw_err_t *err)
{
    int64_t n = 0, i = 0, j = 0;
    for (;; n++) {
        const char *line;
        size_t len;
        char w[WORDS][MAX_WORD];
        double x = 1;
        gw_status_t st = data_line(r, &line, &len, err);
        if (st != GW_OK)
            return st;
        if (!line)
            break;
        int want = m->pattern ? 2 : 3;
        if (words(line, len, WORDS, w) != want)
            return bad_line(r, err,
                            m->pattern ? "a row and a column are needed"
                                       : "a row, a column and a number are needed");
        if (!gw_text_int(w[0], &i) || !gw_text_int(w[1], &j) || i < 1 || j < 1 || i > m->n_rows ||
            j > m->n_columns)
            return bad_line(r, err, "row or column is outside the matrix");
        if (!m->pattern && !gw_matread_number(r, w[2], &x))
            return bad_line(r, err, "the third word is no finite number");
        if (m->symmetric && i < j)
            return bad_line(r, err, "is above the diagonal of a symmetric matrix");
        st = add_entry(r, i - 1, j - 1, x, err);
        if (st == GW_OK && m->symmetric && i != j)
            st = add_entry(r, j - 1, i - 1, x, err);
        if (st != GW_OK)
            return st;
    }
    if (n != m->n_entries)
        return gw_err_set(err, GW_EDATA,
                          "%s: holds %" PRId64 " entries, its size line says %" PRId64
                          "; is it cut short?",
                          r->path, n, m->n_entries);
    return GW_OK;
}

/* column by column; of a symmetric one the lower triangle */
static gw_status_t read_array(gw_matreader_t *r, const market_t *m, gw_err_t *err)
{
    for (int64_t j = 0; j < m->n_columns; j++)
        for (int64_t i = m->symmetric ? j : 0; i < m->n_rows; i++) {
            const char *line;
            size_t len;
            char w[WORDS][MAX_WORD];
            double x;
            gw_status_t st = data_line(r, &line, &len, err);
            if (st != GW_OK)
                return st;
            if (!line)
                return gw_err_set(err, GW_EDATA,
                                  "%s: ends in column %" PRId64 " of %" PRId64 "; is it cut short?",
                                  r->path, j + 1, m->n_columns);
            if (words(line, len, WORDS, w) != 1 || !gw_matread_number(r, w[0], &x))
                return bad_line(r, err, "one finite number is needed");
            st = add_entry(r, i, j, x, err);
            if (st == GW_OK && m->symmetric && i != j)
                st = add_entry(r, j, i, x, err);
            if (st != GW_OK)
                return st;
        }
    const char *line;
    size_t len;
    gw_status_t st = data_line(r, &line, &len, err);
    if (st == GW_OK && line)
        st = bad_line(r, err, "there are more numbers than the matrix has places");
    return st;
}

static int entry_cmp(const void *a, const void *b)
{
    const gw_matentry_t *x = a, *y = b;
    if (x->vector != y->vector)
        return x->vector < y->vector ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* By columns, or by rows when the entries are in their order already. */
static gw_status_t order_entries(gw_matreader_t *r, const market_t *m, gw_err_t *err)
{
    bool columns = true, rows = true;
    for (size_t i = 1; i < r->n_entries; i++) {
        const gw_matentry_t *a = &r->entry[i - 1], *b = &r->entry[i];
        columns = columns && entry_cmp(a, b) < 0;
        rows = rows && (a->value < b->value || (a->value == b->value && a->vector < b->vector));
    }
    r->by_column = columns || !rows;
    for (size_t i = 0; !r->by_column && i < r->n_entries; i++) {
        gw_matentry_t *e = &r->entry[i];
        *e = (gw_matentry_t){e->value, e->vector, e->x};
    }
    if (!columns && !rows)
        qsort(r->entry, r->n_entries, sizeof *r->entry, entry_cmp);
    for (size_t i = 1; i < r->n_entries; i++)
        if (entry_cmp(&r->entry[i - 1], &r->entry[i]) == 0)
            return gw_err_set(err, GW_EDATA, "%s: row %d, column %d is there twice", r->path,
                              (r->by_column ? r->entry[i].value : r->entry[i].vector) + 1,
                              (r->by_column ? r->entry[i].vector : r->entry[i].value) + 1);
    r->n_vectors = r->by_column ? m->n_columns : m->n_rows;
    r->length = r->by_column ? m->n_rows : m->n_columns;
    return GW_OK;
}

gw_status_t gw_matread_open_market(gw_matreader_t *r, gw_err_t *err)
{
    market_t m = {0};
    gw_status_t st = read_banner(r, &m, err);
    if (st == GW_OK)
        st = read_size(r, &m, err);
    if (st == GW_OK)
        st = names_from(r, &r->row, r->o.row_names, 'r', m.n_rows, err);
    if (st == GW_OK)
        st = names_from(r, &r->column, r->o.column_names, 'c', m.n_columns, err);
    if (st == GW_OK)
        st = m.array ? read_array(r, &m, err) : read_coordinates(r, &m, err);
    return st == GW_OK ? order_entries(r, &m, err) : st;
}

gw_status_t gw_matread_next_market(gw_matreader_t *r, double *values, bool *got, gw_err_t *err)
{
    (void)err;
    *got = r->n_given < r->n_vectors;
    if (!*got)
        return GW_OK;
    memset(values, 0, (size_t)r->length * sizeof *values);
    for (; r->at < r->n_entries && r->entry[r->at].vector == r->n_given; r->at++)
        values[r->entry[r->at].value] = r->entry[r->at].x;
    return GW_OK;
}
