#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/report_html.h"
#include "base/text.h"

static const char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;"
    "color:#1a1a1a;background:#fff}h1{font-size:1.5em}h2{font-size:1.2em;border-bottom:1px solid "
    "#ccc;margin-top:2em}table{border-collapse:collapse;margin:.7em 0}td,th{padding:.15em .8em;"
    "border-bottom:1px solid #e5e5e5;text-align:left}td.n{text-align:right;font-variant-numeric:"
    "tabular-nums}code{background:#f4f4f4;padding:.1em .3em;overflow-wrap:anywhere}figure{margin:"
    "1em 0}figcaption{font-weight:600}svg{max-width:100%;height:auto;font:12px system-ui,"
    "sans-serif}";
enum { W = 720, H = 320, LEFT = 70, RIGHT = 20, TOP = 14, BOTTOM = 46, MAX_KEYS = 16 };

const char *gw_report_colour(size_t series)
{
    static const char *const colour[] = {"#0b6fa4", "#d1495b", "#3a7d44", "#e09f3e",
                                         "#6a4c93", "#2a9d8f", "#8d5524", "#5f6c7b"};
    return colour[series % (sizeof colour / sizeof *colour)];
}

/* 1. scales */
typedef struct {
    double lo, hi, step;
} scale_t;

/* A range of round numbers around [lo,hi], about five steps. */
static scale_t scale_round(double lo, double hi)
{
    if (!(hi > lo))
        hi = lo + (lo != 0 ? fabs(lo) : 1);
    double raw = (hi - lo) / 5, p = pow(10, floor(log10(raw))), m = raw / p;
    double step = (m <= 1 ? 1 : m <= 2 ? 2 : m <= 5 ? 5 : 10) * p;
    return (scale_t){floor(lo / step) * step, ceil(hi / step) * step, step};
}

static double at_x(const scale_t *s, double v)
{
    return LEFT + (v - s->lo) / (s->hi - s->lo) * (W - LEFT - RIGHT);
}

static double at_y(const scale_t *s, double v)
{
    return H - BOTTOM - (v - s->lo) / (s->hi - s->lo) * (H - TOP - BOTTOM);
}

static void axes(FILE *f, const report_item_t *it, const scale_t *sx, const scale_t *sy)
{
    for (int k = 0; k <= 20; k++) {
        double v = sx->lo + k * sx->step;
        if (v > sx->hi + sx->step / 2)
            break;
        fprintf(f, "<text x='%.1f' y='%d' text-anchor='middle' fill='#555'>%.6g</text>\n",
                at_x(sx, v), H - BOTTOM + 16, fabs(v) < sx->step / 1e6 ? 0 : v);
    }
    for (int k = 0; k <= 20; k++) {
        double v = sy->lo + k * sy->step;
        if (v > sy->hi + sy->step / 2)
            break;
        double y = at_y(sy, v);
        fprintf(f,
                "<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#e3e3e3'/>"
                "<text x='%d' y='%.1f' text-anchor='end' fill='#555'>%.6g</text>\n",
                LEFT, W - RIGHT, y, y, LEFT - 6, y + 4, fabs(v) < sy->step / 1e6 ? 0 : v);
    }
    fprintf(f, "<text x='%d' y='%d' text-anchor='middle'>", (LEFT + W - RIGHT) / 2, H - 8);
    gw_text_html(f, it->x_label);
    fprintf(f, "</text><text transform='translate(14 %d) rotate(-90)' text-anchor='middle'>",
            (TOP + H - BOTTOM) / 2);
    gw_text_html(f, it->y_label);
    fputs("</text>\n", f);
}

/* 2. plots */
static void marks(FILE *f, const report_item_t *it, const report_series_t *s, const char *c,
                  const scale_t *sx, const scale_t *sy)
{
    if (it->plot == GW_PLOT_LINE) {
        fprintf(f, "<polyline fill='none' stroke='%s' stroke-width='1.8' points='", c);
        for (size_t i = 0; i < s->n; i++)
            if (isfinite(s->x[i]) && isfinite(s->y[i]))
                fprintf(f, "%.1f,%.1f ", at_x(sx, s->x[i]), at_y(sy, s->y[i]));
        fputs("'/>\n", f);
        return;
    }
    double wide = s->n ? 0.9 * (W - LEFT - RIGHT) / ((sx->hi - sx->lo) + 1) : 1;
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->x[i]) || !isfinite(s->y[i]))
            continue;
        double x = at_x(sx, s->x[i]), y = at_y(sy, s->y[i]);
        if (it->plot == GW_PLOT_BARS)
            fprintf(f, "<rect x='%.1f' y='%.1f' width='%.2f' height='%.1f' fill='%s'>",
                    x - wide / 2, y, wide < 0.5 ? 0.5 : wide, at_y(sy, sy->lo > 0 ? sy->lo : 0) - y,
                    c);
        else
            fprintf(f, "<circle cx='%.1f' cy='%.1f' r='2.6' fill='%s' fill-opacity='.7'>", x, y, c);
        fprintf(f, "<title>%.6g, %.6g</title></%s>\n", s->x[i], s->y[i],
                it->plot == GW_PLOT_BARS ? "rect" : "circle");
    }
}

static void plot(FILE *f, const report_item_t *it)
{
    double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (const report_series_t *s = it->series; s; s = s->next)
        for (size_t i = 0; i < s->n; i++) {
            x0 = fmin(x0, s->x[i]);
            x1 = fmax(x1, s->x[i]);
            y0 = fmin(y0, s->y[i]);
            y1 = fmax(y1, s->y[i]);
        }
    fputs("<figure><figcaption>", f);
    gw_text_html(f, it->label);
    fputs("</figcaption>\n", f);
    if (!isfinite(x0) || !isfinite(x1) || !isfinite(y0) || !isfinite(y1)) {
        fputs("<p>no data</p></figure>\n", f);
        return;
    }
    if (it->plot != GW_PLOT_POINTS && y0 > 0)
        y0 = 0;
    scale_t sx = scale_round(x0, x1), sy = scale_round(y0, y1);
    fprintf(f, "<svg viewBox='0 0 %d %d' role='img'>\n", W, H);
    axes(f, it, &sx, &sy);
    int k = 0;
    for (const report_series_t *s = it->series; s; s = s->next, k++)
        marks(f, it, s, gw_report_colour(k), &sx, &sy);
    fputs("</svg>\n", f);
    if (it->series && it->series->next) {
        fputs("<div>", f);
        k = 0;
        for (const report_series_t *s = it->series; s && k < MAX_KEYS; s = s->next, k++) {
            fprintf(f, "<span style='color:%s'>&#9632;</span> ", gw_report_colour(k));
            gw_text_html(f, s->name);
            fputs(" &nbsp; ", f);
        }
        fputs("</div>\n", f);
    }
    fputs("</figure>\n", f);
}

/* 3. the page */
static void table(FILE *f, const report_item_t *it)
{
    fputs("<figure><figcaption>", f);
    gw_text_html(f, it->label);
    fputs("</figcaption><table><tr>", f);
    for (size_t c = 0; c < it->n_cols; c++) {
        fputs("<th>", f);
        gw_text_html(f, it->cell[c]);
        fputs("</th>", f);
    }
    fputs("</tr>\n", f);
    for (size_t r = 1; r <= it->n_rows; r++) {
        fputs("<tr>", f);
        for (size_t c = 0; c < it->n_cols; c++) {
            const char *s = it->cell[r * it->n_cols + c];
            bool number = s && *s && strspn(s, "0123456789.,+-eE%") == strlen(s);
            fputs(number ? "<td class=n>" : "<td>", f);
            gw_text_html(f, s);
            fputs("</td>", f);
        }
        fputs("</tr>\n", f);
    }
    fputs("</table></figure>\n", f);
}

static bool value(FILE *f, const report_item_t *it, bool open)
{
    if (it->kind > REPORT_STRING)
        return false;
    if (!open)
        fputs("<table>\n", f);
    fputs("<tr><td>", f);
    gw_text_html(f, it->label);
    fputs(it->kind == REPORT_STRING ? "</td><td>" : "</td><td class=n>", f);
    if (it->kind == REPORT_INT)
        fprintf(f, "%" PRId64, it->i);
    else if (it->kind == REPORT_DOUBLE)
        fprintf(f, "%.6g", it->d);
    else
        gw_text_html(f, it->s);
    fputs("</td></tr>\n", f);
    return true;
}

void report_html(const gw_report_t *r, FILE *f)
{
    fputs("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>genowarp ", f);
    gw_text_html(f, r->command);
    fprintf(f, "</title><style>%s</style></head><body>\n<h1>genowarp ", style);
    gw_text_html(f, r->command);
    fputs("</h1>\n<p>version " PACKAGE_VERSION "<br><code>", f);
    gw_text_html(f, r->command_line);
    fputs("</code></p>\n", f);
    for (const report_section_t *s = r->first; s; s = s->next) {
        fputs("<h2>", f);
        gw_text_html(f, s->name);
        fputs("</h2>\n", f);
        bool open = false;
        for (const report_item_t *it = s->first; it; it = it->next) {
            bool was = open;
            if (was && it->kind > REPORT_STRING)
                fputs("</table>\n", f);
            open = value(f, it, was);
            if (it->kind == REPORT_TABLE)
                table(f, it);
            else if (it->kind == REPORT_PLOT)
                plot(f, it);
        }
        if (open)
            fputs("</table>\n", f);
    }
    fputs("</body></html>\n", f);
}
