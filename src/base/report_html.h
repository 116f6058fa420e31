/* src/base/report_html.h -- inside of a report, shared by its two writers; not for other modules */
#ifndef GW_BASE_REPORT_HTML_H
#define GW_BASE_REPORT_HTML_H

#include <stdio.h>

#include "base/mem.h"
#include "base/report.h"

typedef enum { REPORT_INT, REPORT_DOUBLE, REPORT_STRING, REPORT_TABLE, REPORT_PLOT } report_kind_t;

typedef struct report_series {
    struct report_series *next;
    const char *name;
    size_t n;
    const double *x, *y;
} report_series_t;

typedef struct report_item {
    struct report_item *next;
    report_kind_t kind;
    const char *key, *label;
    int64_t i;
    double d;
    const char *s;
    const char **cell; /* column names, then rows */
    size_t n_cols, n_rows;
    gw_plot_kind_t plot;
    const char *x_label, *y_label;
    report_series_t *series, *last;
} report_item_t;

typedef struct report_section {
    struct report_section *next;
    const char *name;
    report_item_t *first, *last;
} report_section_t;

struct gw_report {
    gw_arena_t mem;
    const char *command, *command_line;
    report_section_t *first, *last;
    bool lost; /* something could not be stored */
};

/* One self-contained page: no network, no script; plots are SVG with the values as tooltips. */
void report_html(const gw_report_t *r, FILE *f);

#endif
