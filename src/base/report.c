#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/report.h"
#include "base/report_html.h"

/* 1. building */
gw_report_t *gw_report_create(const char *command, const char *command_line)
{
    gw_report_t *r = gw_calloc(1, sizeof *r);
    if (!r)
        return NULL;
    gw_arena_init(&r->mem, 16384);
    r->command = gw_arena_strndup(&r->mem, command, strlen(command));
    r->command_line = gw_arena_strndup(&r->mem, command_line, strlen(command_line));
    r->lost = !r->command || !r->command_line;
    return r;
}

void gw_report_destroy(gw_report_t *r)
{
    if (!r)
        return;
    gw_arena_release(&r->mem);
    free(r);
}

static void *piece(gw_report_t *r, size_t n, size_t size)
{
    void *p = r ? gw_arena_alloc(&r->mem, n ? n : 1, size) : NULL;
    if (p)
        memset(p, 0, (n ? n : 1) * size);
    else if (r)
        r->lost = true;
    return p;
}

static const char *copy(gw_report_t *r, const char *s)
{
    char *p = s ? gw_arena_strndup(&r->mem, s, strlen(s)) : NULL;
    if (s && !p)
        r->lost = true;
    return p;
}

bool gw_report_section(gw_report_t *r, const char *name)
{
    report_section_t *s = piece(r, 1, sizeof *s);
    if (!s)
        return false;
    s->name = copy(r, name);
    if (r->last)
        r->last->next = s;
    else
        r->first = s;
    r->last = s;
    return !r->lost;
}

/* An item at the end of the section opened last. */
static report_item_t *item(gw_report_t *r, report_kind_t kind, const char *key, const char *label)
{
    if (!r || (!r->last && !gw_report_section(r, "Summary")))
        return NULL;
    report_item_t *it = piece(r, 1, sizeof *it);
    if (!it)
        return NULL;
    it->kind = kind;
    it->key = copy(r, key);
    it->label = copy(r, label);
    if (r->last->last)
        r->last->last->next = it;
    else
        r->last->first = it;
    r->last->last = it;
    return it;
}

bool gw_report_int(gw_report_t *r, const char *key, const char *label, int64_t value)
{
    report_item_t *it = item(r, REPORT_INT, key, label);
    if (it)
        it->i = value;
    return it && !r->lost;
}

bool gw_report_double(gw_report_t *r, const char *key, const char *label, double value)
{
    report_item_t *it = item(r, REPORT_DOUBLE, key, label);
    if (it)
        it->d = value;
    return it && !r->lost;
}

bool gw_report_string(gw_report_t *r, const char *key, const char *label, const char *value)
{
    report_item_t *it = item(r, REPORT_STRING, key, label);
    if (it)
        it->s = copy(r, value);
    return it && !r->lost;
}

bool gw_report_table(gw_report_t *r, const char *name, size_t n_cols, const char *const *columns,
                     size_t n_rows, const char *const *cells)
{
    report_item_t *it = item(r, REPORT_TABLE, NULL, name);
    if (!it)
        return false;
    const char **c = piece(r, n_cols * (n_rows + 1), sizeof *c);
    if (!c)
        return false;
    for (size_t i = 0; i < n_cols; i++)
        c[i] = copy(r, columns[i]);
    for (size_t i = 0; i < n_cols * n_rows; i++)
        c[n_cols + i] = copy(r, cells[i]);
    it->cell = c;
    it->n_cols = n_cols;
    it->n_rows = n_rows;
    return !r->lost;
}

bool gw_report_plot(gw_report_t *r, gw_plot_kind_t kind, const char *name, const char *x_label,
                    const char *y_label)
{
    report_item_t *it = item(r, REPORT_PLOT, NULL, name);
    if (!it)
        return false;
    it->plot = kind;
    it->x_label = copy(r, x_label);
    it->y_label = copy(r, y_label);
    return !r->lost;
}

bool gw_report_series(gw_report_t *r, const char *name, size_t n, const double *x, const double *y)
{
    report_item_t *it = r && r->last ? r->last->last : NULL;
    if (!it || it->kind != REPORT_PLOT)
        return false;
    report_series_t *s = piece(r, 1, sizeof *s);
    double *v = piece(r, 2 * n, sizeof *v);
    if (!s || !v)
        return false;
    for (size_t i = 0; i < n; i++) {
        v[i] = x ? x[i] : (double)i;
        v[n + i] = y[i];
    }
    s->name = copy(r, name);
    s->n = n;
    s->x = v;
    s->y = v + n;
    if (it->last)
        it->last->next = s;
    else
        it->series = s;
    it->last = s;
    return !r->lost;
}

/* 2. writing */
static void json_table(gw_json_t *j, const report_item_t *it)
{
    gw_json_open(j, NULL, '{');
    gw_json_string(j, "name", it->label);
    gw_json_open(j, "columns", '[');
    for (size_t c = 0; c < it->n_cols; c++)
        gw_json_string(j, NULL, it->cell[c]);
    gw_json_close(j);
    gw_json_open(j, "rows", '[');
    for (size_t i = 1; i <= it->n_rows; i++) {
        gw_json_open(j, NULL, '[');
        for (size_t c = 0; c < it->n_cols; c++)
            gw_json_string(j, NULL, it->cell[i * it->n_cols + c]);
        gw_json_close(j);
    }
    gw_json_close(j);
    gw_json_close(j);
}

static void json_numbers(gw_json_t *j, const char *key, size_t n, const double *v)
{
    gw_json_open(j, key, '[');
    for (size_t i = 0; i < n; i++)
        gw_json_double(j, NULL, v[i]);
    gw_json_close(j);
}

static void json_plot(gw_json_t *j, const report_item_t *it)
{
    static const char *const kind[] = {"line", "bars", "points"};
    gw_json_open(j, NULL, '{');
    gw_json_string(j, "name", it->label);
    gw_json_string(j, "kind", kind[it->plot]);
    gw_json_string(j, "x", it->x_label);
    gw_json_string(j, "y", it->y_label);
    gw_json_open(j, "series", '[');
    for (const report_series_t *s = it->series; s; s = s->next) {
        gw_json_open(j, NULL, '{');
        gw_json_string(j, "name", s->name);
        json_numbers(j, "x", s->n, s->x);
        json_numbers(j, "y", s->n, s->y);
        gw_json_close(j);
    }
    gw_json_close(j);
    gw_json_close(j);
}

static void json_items(gw_json_t *j, const report_section_t *s)
{
    gw_json_open(j, "values", '{');
    for (const report_item_t *it = s->first; it; it = it->next) {
        if (it->kind == REPORT_INT)
            gw_json_int(j, it->key, it->i);
        else if (it->kind == REPORT_DOUBLE)
            gw_json_double(j, it->key, it->d);
        else if (it->kind == REPORT_STRING)
            gw_json_string(j, it->key, it->s);
    }
    gw_json_close(j);
    gw_json_open(j, "tables", '[');
    for (const report_item_t *it = s->first; it; it = it->next)
        if (it->kind == REPORT_TABLE)
            json_table(j, it);
    gw_json_close(j);
    gw_json_open(j, "plots", '[');
    for (const report_item_t *it = s->first; it; it = it->next)
        if (it->kind == REPORT_PLOT)
            json_plot(j, it);
    gw_json_close(j);
}

static void write_json(const gw_report_t *r, FILE *f)
{
    gw_json_t j;
    gw_json_init(&j, f, 1);
    gw_json_open(&j, NULL, '{');
    gw_json_string(&j, "genowarp", PACKAGE_VERSION);
    gw_json_string(&j, "command", r->command);
    gw_json_string(&j, "command_line", r->command_line);
    gw_json_open(&j, "sections", '[');
    for (const report_section_t *s = r->first; s; s = s->next) {
        gw_json_open(&j, NULL, '{');
        gw_json_string(&j, "name", s->name);
        json_items(&j, s);
        gw_json_close(&j);
    }
    gw_json_close(&j);
    gw_json_close(&j);
}

gw_status_t gw_report_write(const gw_report_t *r, const char *html_path, const char *json_path,
                            gw_err_t *err)
{
    if (!html_path && !json_path)
        return GW_OK;
    if (!r || r->lost)
        return gw_err_nomem(err, "writing the report");
    gw_outfile_t o;
    if (html_path) {
        gw_status_t st = gw_outfile_fopen(&o, html_path, err);
        if (st != GW_OK)
            return st;
        report_html(r, o.file);
        st = gw_outfile_commit(&o, err);
        if (st != GW_OK)
            return st;
    }
    if (json_path) {
        gw_status_t st = gw_outfile_fopen(&o, json_path, err);
        if (st != GW_OK)
            return st;
        write_json(r, o.file);
        return gw_outfile_commit(&o, err);
    }
    return GW_OK;
}
