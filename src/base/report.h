/* src/base/report.h -- one model of a run's results, written as JSON (--json) and as a
 *                      self-contained HTML page with SVG plots (--report)
 *
 * Contents: 1. building  2. writing
 * Every string is copied. Functions that add return false when memory runs out; a report that
 * lost something fails to be written (GW_ENOMEM), so callers may ignore them and check the write.
 * JSON: {"genowarp":VERSION,"command":..,"command_line":..,"sections":[{"name":..,"values":{..},
 *        "tables":[{"name","columns":[],"rows":[[]]}],"plots":[{"name","kind","x","y","series":
 *        [{"name","x":[],"y":[]}]}]}]}
 */
#ifndef GW_BASE_REPORT_H
#define GW_BASE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct gw_report gw_report_t;
typedef enum { GW_PLOT_LINE, GW_PLOT_BARS, GW_PLOT_POINTS } gw_plot_kind_t;

/* 1. building: values, tables and plots go to the section opened last */
gw_report_t *gw_report_create(const char *command, const char *command_line);
void gw_report_destroy(gw_report_t *r);
bool gw_report_section(gw_report_t *r, const char *name);
/* key in snake_case for JSON; label for people */
bool gw_report_int(gw_report_t *r, const char *key, const char *label, int64_t value);
bool gw_report_double(gw_report_t *r, const char *key, const char *label, double value);
bool gw_report_string(gw_report_t *r, const char *key, const char *label, const char *value);
/* cells: n_rows * n_cols strings, row by row */
bool gw_report_table(gw_report_t *r, const char *name, size_t n_cols, const char *const *columns,
                     size_t n_rows, const char *const *cells);
bool gw_report_plot(gw_report_t *r, gw_plot_kind_t kind, const char *name, const char *x_label,
                    const char *y_label);
/* a series of the plot added last; x NULL = 0, 1, 2... */
bool gw_report_series(gw_report_t *r, const char *name, size_t n, const double *x, const double *y);
/* "#rrggbb" of a plot's series, by its number; they come round again */
const char *gw_report_colour(size_t series);

/* 2. writing, atomically; either path may be NULL */
GW_RESULT_USED gw_status_t gw_report_write(const gw_report_t *r, const char *html_path,
                                           const char *json_path, gw_err_t *err);

#endif
