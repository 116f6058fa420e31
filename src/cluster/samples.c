#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/text.h"
#include "cluster/samples.h"
#include "io/lines.h"

enum { MAX_LINE = 1 << 28, MAX_CELLS = 1 << 24 };

/* A line cut into cells, and the table as it grows. */
typedef struct {
    gw_samples_t *s;
    const gw_samples_opts_t *opts;
    gw_lines_t lines;
    const char *path; /* as shown */
    char delim;       /* '\t', ',', or ' ' for any blanks */
    char *copy;       /* of the line, NULs between cells */
    size_t cap_copy;
    char **cell;
    size_t n_cells, cap_cells;
    char **header; /* names of all columns, in the arena; NULL = the file has none */
    size_t n_header;
    size_t n_id, name_at;
    size_t cap_name, cap_x;
    size_t width; /* cells of a data line */
} table_t;

/* 1. lines into cells */
static gw_status_t bad_line(const table_t *t, gw_err_t *err, const char *what)
{
    return gw_err_set(err, GW_EDATA, "%s: line %llu: %s", t->path,
                      (unsigned long long)t->lines.number, what);
}

static char *unquote(char *cell)
{
    size_t n = strlen(cell);
    if (n >= 2 && cell[0] == '"' && cell[n - 1] == '"') {
        cell[n - 1] = '\0';
        return cell + 1;
    }
    return cell;
}

static gw_status_t add_cell(table_t *t, char *cell, gw_err_t *err)
{
    if (!GW_GROW(t->cell, t->cap_cells, t->n_cells + 1))
        return gw_err_nomem(err, "reading a table");
    if (t->n_cells == MAX_CELLS)
        return bad_line(t, err, "more than 16 million cells");
    t->cell[t->n_cells++] = unquote(cell);
    return GW_OK;
}

static gw_status_t split(table_t *t, const char *line, size_t len, gw_err_t *err)
{
    t->n_cells = 0;
    if (memchr(line, '\0', len))
        return bad_line(t, err, "holds a NUL byte; this is no text table");
    if (!GW_GROW(t->copy, t->cap_copy, len + 1))
        return gw_err_nomem(err, "reading a table");
    memcpy(t->copy, line, len);
    t->copy[len] = '\0';
    gw_status_t st = GW_OK;
    char *p = t->copy;
    if (t->delim != ' ') {
        for (char *q; st == GW_OK && (q = strchr(p, t->delim)); p = q + 1) {
            *q = '\0';
            st = add_cell(t, p, err);
        }
        return st == GW_OK ? add_cell(t, p, err) : st;
    }
    for (p += strspn(p, " \t"); st == GW_OK && *p;) {
        char *q = p + strcspn(p, " \t");
        char *next = q + strspn(q, " \t");
        *q = '\0';
        st = add_cell(t, p, err);
        p = next;
    }
    return st;
}

/* The next line that is not blank; *got = false at the end. */
static gw_status_t next_row(table_t *t, bool *got, gw_err_t *err)
{
    const char *line;
    size_t len;
    *got = false;
    for (;;) {
        gw_status_t st = gw_lines_next(&t->lines, &line, &len, err);
        if (st != GW_OK || !line)
            return st;
        size_t blank = 0;
        while (blank < len && (line[blank] == ' ' || line[blank] == '\t'))
            blank++;
        if (blank == len)
            continue;
        if (!t->delim)
            t->delim = memchr(line, '\t', len) ? '\t' : memchr(line, ',', len) ? ',' : ' ';
        *got = true;
        return split(t, line, len, err);
    }
}

/* 2. what the columns are */
static bool is_number(const char *s)
{
    double x;
    return gw_text_double(s, &x);
}

static bool names_ids(const char *s, size_t at)
{
    static const char *const first[] = {"",     "FID",      "IID",     "ID",
                                        "SID",  "sample",   "name",    "sample_id",
                                        "taxa", "SampleID", "sampleid"};
    static const char *const second[] = {"IID", "SID"};
    const char *const *list = at ? second : first;
    size_t n = at ? sizeof second / sizeof *second : sizeof first / sizeof *first;
    s += *s == '#';
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(s, list[i]) == 0)
            return true;
    return false;
}

static gw_status_t keep_header(table_t *t, gw_err_t *err)
{
    t->n_header = t->n_cells;
    t->header = gw_arena_alloc(&t->s->text, t->n_cells + 1, sizeof *t->header);
    if (!t->header)
        return gw_err_nomem(err, "reading a header");
    for (size_t i = 0; i < t->n_cells; i++) {
        t->header[i] = gw_arena_strndup(&t->s->text, t->cell[i], strlen(t->cell[i]));
        if (!t->header[i])
            return gw_err_nomem(err, "reading a header");
    }
    return GW_OK;
}

/* R's write.table gives no name to the column of row names. */
static void shift_header(table_t *t)
{
    memmove(t->header + 1, t->header, t->n_header * sizeof *t->header);
    static char none[] = "";
    t->header[0] = none;
    t->n_header++;
}

static bool has_ending(const char *s, const char *ending)
{
    size_t n = strlen(s), m = strlen(ending);
    return n >= m && strcmp(s + n - m, ending) == 0;
}

/* t->cell holds the first line of data. */
static void find_ids(table_t *t)
{
    size_t n = 0;
    if (t->header) {
        while (n < t->width && n < 3 &&
               (names_ids(t->header[n], n) || (n == 0 && !is_number(t->cell[0]))))
            n++;
    } else {
        while (n < t->width && n < 2 && !is_number(t->cell[n]))
            n++;
        if (t->width > 2 && n < 2 && !t->opts->distances &&
            (has_ending(t->path, ".eigenvec") ||
             (strcmp(t->cell[0], t->cell[1]) == 0 && !strchr(t->cell[0], '.'))))
            n = 2;
    }
    t->n_id = n;
}

static gw_status_t plan(table_t *t, gw_err_t *err)
{
    t->width = t->n_cells;
    if (t->header && t->n_header + 1 == t->width)
        shift_header(t);
    if (t->header && t->n_header != t->width)
        return gw_err_set(err, GW_EDATA,
                          "%s: line %llu has %zu cells and the header %zu; every line needs one "
                          "cell a column",
                          t->path, (unsigned long long)t->lines.number, t->width, t->n_header);
    if (t->opts->id_columns >= 0)
        t->n_id = (size_t)t->opts->id_columns;
    else
        find_ids(t);
    if (t->n_id >= t->width)
        return bad_line(t, err, "no numbers in it; a table needs a column of numbers");
    t->name_at = 0;
    for (size_t i = 0; i < t->n_id; i++)
        if (t->header
                ? strcasecmp(t->header[i], "IID") == 0 || strcasecmp(t->header[i], "#IID") == 0
                : i == 1)
            t->name_at = i;
    size_t d = t->width - t->n_id;
    if (t->opts->dims && (size_t)t->opts->dims > d)
        return gw_err_set(err, GW_EDATA, "%s: has %zu columns of numbers, and --dims asks for %d",
                          t->path, d, t->opts->dims);
    if (t->opts->dims && !t->opts->distances)
        d = (size_t)t->opts->dims;
    t->s->d = (int32_t)d;
    t->s->column = gw_arena_alloc(&t->s->text, d, sizeof *t->s->column);
    if (!t->s->column)
        return gw_err_nomem(err, "reading a header");
    for (size_t c = 0; c < d; c++) {
        char number[24];
        int n = snprintf(number, sizeof number, "%zu", c + 1);
        t->s->column[c] =
            t->header ? t->header[t->n_id + c] : gw_arena_strndup(&t->s->text, number, (size_t)n);
        if (!t->s->column[c])
            return gw_err_nomem(err, "reading a header");
    }
    return GW_OK;
}

/* 3. rows */
static gw_status_t bad_cell(const table_t *t, size_t at, gw_err_t *err)
{
    return gw_err_set(
        err, GW_EDATA,
        "%s: line %llu: cell %zu%s%s%s is '%.40s', no number; leave out the column or "
        "the sample, or fill the value in",
        t->path, (unsigned long long)t->lines.number, at + 1, t->header ? " (" : "",
        t->header ? t->header[at] : "", t->header ? ")" : "", t->cell[at]);
}

static gw_status_t add_row(table_t *t, gw_err_t *err)
{
    gw_samples_t *s = t->s;
    if (t->n_cells != t->width)
        return gw_err_set(err, GW_EDATA,
                          "%s: line %llu has %zu cells, the lines before it %zu; is the file cut?",
                          t->path, (unsigned long long)t->lines.number, t->n_cells, t->width);
    size_t i = (size_t)s->n, d = (size_t)s->d;
    if (!GW_GROW(s->name, t->cap_name, i + 1) || !GW_GROW(s->x, t->cap_x, (i + 1) * d))
        return gw_err_nomem(err, "reading a table");
    char number[24];
    int n = snprintf(number, sizeof number, "%zu", i + 1);
    const char *name = t->n_id ? t->cell[t->name_at] : number;
    if (!*name)
        return bad_line(t, err, "the sample has no name");
    s->name[i] = gw_arena_strndup(&s->text, name, t->n_id ? strlen(name) : (size_t)n);
    if (!s->name[i])
        return gw_err_nomem(err, "reading a table");
    for (size_t c = 0; c < d; c++)
        if (!gw_text_double(t->cell[t->n_id + c], &s->x[i * d + c]))
            return bad_cell(t, t->n_id + c, err);
    s->n++;
    return GW_OK;
}

static gw_status_t read_table(table_t *t, gw_err_t *err)
{
    bool got = true;
    gw_status_t st = GW_OK;
    /* t->cell holds the first line */
    if (t->cell[0][0] == '#' || !is_number(t->cell[t->n_cells - 1])) {
        st = keep_header(t, err);
        if (st == GW_OK)
            st = next_row(t, &got, err);
        if (st == GW_OK && !got)
            st = gw_err_set(err, GW_EDATA, "%s: a header and no samples", t->path);
    }
    if (st == GW_OK)
        st = plan(t, err);
    while (st == GW_OK && got) {
        st = add_row(t, err);
        if (st == GW_OK)
            st = next_row(t, &got, err);
    }
    return st;
}

/* 4. matrices of distances */
static gw_status_t read_phylip(table_t *t, int64_t n, gw_err_t *err)
{
    gw_samples_t *s = t->s;
    bool lower = false, got = true;
    if (n < 1 || n > 1 << 20)
        return bad_line(t, err, "the number of samples must be 1 to 1048576");
    s->d = (int32_t)n;
    s->name = gw_calloc((size_t)n, sizeof *s->name);
    s->x = gw_calloc((size_t)n * (size_t)n, sizeof *s->x);
    if (!s->name || !s->x)
        return gw_err_nomem(err, "reading a matrix");
    t->delim = ' ';
    for (int64_t i = 0; i < n; i++) {
        gw_status_t st = next_row(t, &got, err);
        if (st != GW_OK)
            return st;
        if (!got)
            return gw_err_set(err, GW_EDATA, "%s: ends after %lld of %lld samples; is it cut?",
                              t->path, (long long)i, (long long)n);
        lower |= i == 0 && t->n_cells == 1 && n > 1;
        s->name[i] = gw_arena_strndup(&s->text, t->cell[0], strlen(t->cell[0]));
        if (!s->name[i])
            return gw_err_nomem(err, "reading a matrix");
        int64_t want = lower ? i : n, c = 0;
        for (size_t at = 1;; at = 0) { /* a row may go on over lines */
            for (; at < t->n_cells; at++, c++) {
                if (c == want)
                    return bad_line(t, err, "more distances than samples");
                if (!gw_text_double(t->cell[at], &s->x[i * n + c]))
                    return bad_cell(t, at, err);
                if (lower)
                    s->x[c * n + i] = s->x[i * n + c];
            }
            if (c == want)
                break;
            st = next_row(t, &got, err);
            if (st != GW_OK)
                return st;
            if (!got)
                return gw_err_set(err, GW_EDATA, "%s: ends within the distances of %s; is it cut?",
                                  t->path, s->name[i]);
        }
        s->n++;
    }
    gw_status_t st = next_row(t, &got, err);
    return st == GW_OK && got ? bad_line(t, err, "more samples than the first line says") : st;
}

static gw_status_t check_matrix(const table_t *t, gw_err_t *err)
{
    const gw_samples_t *s = t->s;
    if (s->n != s->d)
        return gw_err_set(err, GW_EDATA,
                          "%s: %lld lines of %d distances; a matrix of distances is square",
                          t->path, (long long)s->n, s->d);
    for (int64_t i = 0; i < s->n; i++) {
        if (t->header && t->n_id && strcmp(s->name[i], s->column[i]) != 0)
            return gw_err_set(
                err, GW_EDATA,
                "%s: line %lld is called %s and column %lld %s; both must come in one "
                "order",
                t->path, (long long)i + 1, s->name[i], (long long)i + 1, s->column[i]);
        for (int64_t j = 0; j <= i; j++) {
            double a = s->x[i * s->n + j], b = s->x[j * s->n + i];
            if (a < 0 || fabs(a - b) > 1e-6 * (fabs(a) + fabs(b)) || (i == j && a != 0))
                return gw_err_set(err, GW_EDATA,
                                  "%s: distance of %s and %s is %g, back %g; distances are "
                                  "symmetric, not negative, and 0 between a sample and itself",
                                  t->path, s->name[i], s->name[j], a, b);
        }
    }
    return GW_OK;
}

static gw_status_t condense(table_t *t, gw_err_t *err)
{
    gw_samples_t *s = t->s;
    gw_status_t st = check_matrix(t, err);
    if (st != GW_OK)
        return st;
    size_t at = 0; /* in place: the triangle never overtakes the rows it is read from */
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = i + 1; j < s->n; j++)
            s->x[at++] = s->x[i * s->n + j];
    s->dist = s->x;
    s->x = NULL;
    s->d = 0;
    return GW_OK;
}

/* Points whose columns are called as the samples are distances that someone forgot to announce. */
static gw_status_t check_points(const table_t *t, gw_err_t *err)
{
    const gw_samples_t *s = t->s;
    if (s->n != s->d || s->n < 2 || !t->header || !t->n_id)
        return GW_OK;
    for (int64_t i = 0; i < s->n; i++)
        if (strcmp(s->name[i], s->column[i]) != 0)
            return GW_OK;
    return gw_err_set(err, GW_EDATA,
                      "%s: its columns are called as its samples; for a matrix of distances add "
                      "--distances",
                      t->path);
}

/* 5. the set */
static int cmp_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gw_status_t check_names(const table_t *t, gw_err_t *err)
{
    const gw_samples_t *s = t->s;
    const char **v = gw_malloc((size_t)s->n, sizeof *v);
    if (!v)
        return gw_err_nomem(err, "comparing names");
    memcpy(v, s->name, (size_t)s->n * sizeof *v);
    qsort(v, (size_t)s->n, sizeof *v, cmp_text);
    gw_status_t st = GW_OK;
    for (int64_t i = 1; st == GW_OK && i < s->n; i++)
        if (strcmp(v[i - 1], v[i]) == 0)
            st = gw_err_set(err, GW_EDATA,
                            "%s: two samples are called %s; give every sample its own name",
                            t->path, v[i]);
    free(v);
    return st;
}

static void standardize(gw_samples_t *s)
{
    for (int32_t c = 0; c < s->d; c++) {
        double sum = 0, sq = 0;
        for (int64_t i = 0; i < s->n; i++)
            sum += s->x[i * s->d + c];
        double mean = sum / (double)s->n;
        for (int64_t i = 0; i < s->n; i++) {
            double y = s->x[i * s->d + c] - mean;
            sq += y * y;
        }
        double sd = sqrt(sq / (double)s->n);
        for (int64_t i = 0; i < s->n; i++)
            s->x[i * s->d + c] = sd > 0 ? (s->x[i * s->d + c] - mean) / sd : 0;
    }
}

static gw_status_t read_all(table_t *t, gw_err_t *err)
{
    bool got;
    gw_status_t st = next_row(t, &got, err);
    if (st != GW_OK)
        return st;
    if (!got)
        return gw_err_set(err, GW_EDATA, "%s: empty; a table of numbers is needed", t->path);
    int64_t count;
    if (t->n_cells == 1 && gw_text_int(t->cell[0], &count)) {
        if (t->opts->distances)
            return read_phylip(t, count, err);
        if (count > 1 && t->opts->id_columns < 0) {
            st = next_row(t, &got, err);
            if (st == GW_OK && got && t->n_cells > 1)
                return bad_line(t, err,
                                "more cells than line 1; for PHYLIP's matrix of distances add "
                                "--distances");
            return st == GW_OK ? gw_err_set(err, GW_EDATA,
                                            "%s: one column of whole numbers without a header; say "
                                            "whether it is data (--id-columns 0)",
                                            t->path)
                               : st;
        }
    }
    return read_table(t, err);
}

gw_status_t gw_samples_load(gw_samples_t *s, const char *path, const gw_samples_opts_t *opts,
                            gw_err_t *err)
{
    table_t t = {.s = s, .opts = opts, .path = gw_stream_name(path)};
    *s = (gw_samples_t){0};
    gw_arena_init(&s->text, 1 << 16);
    gw_stream_t *stream = NULL;
    gw_status_t st = gw_stream_open(path, &stream, err);
    if (st == GW_OK)
        st = gw_lines_init(&t.lines, stream, path, MAX_LINE, err);
    if (st != GW_OK)
        return st;
    st = read_all(&t, err);
    if (st == GW_OK)
        st = check_names(&t, err);
    if (st == GW_OK)
        st = opts->distances ? condense(&t, err) : check_points(&t, err);
    if (st == GW_OK && s->x && t.header)
        gw_log_info("%s: %lld samples, %d columns of numbers (%s to %s)", t.path, (long long)s->n,
                    s->d, s->column[0], s->column[s->d - 1]);
    else if (st == GW_OK && s->x)
        gw_log_info("%s: %lld samples, %d columns of numbers behind %zu of names, no header",
                    t.path, (long long)s->n, s->d, t.n_id);
    if (st == GW_OK && s->x && opts->standardize)
        standardize(s);
    gw_lines_release(&t.lines);
    free(t.copy);
    free(t.cell);
    return st;
}

void gw_samples_release(gw_samples_t *s)
{
    free(s->name);
    free(s->x);
    free(s->dist);
    gw_arena_release(&s->text);
    *s = (gw_samples_t){0};
}

double gw_samples_dist(const gw_samples_t *s, int64_t i, int64_t j)
{
    if (i == j)
        return 0;
    if (s->dist)
        return s->dist[gw_samples_pair(s->n, i, j)];
    return sqrt(gw_samples_dist2(s->x + i * s->d, s->x + j * s->d, s->d));
}
