#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pca/projectreport.h"

/* 1. the table */
void gw_projectreport_write(const gw_genoreader_t *r, const gw_projection_t *p,
                            const gw_ancestry_t *a, FILE *f)
{
    fputs("#FID\tIID", f);
    for (int c = 0; c < p->k; c++)
        fprintf(f, "\tPC%d", c + 1);
    fputs(a ? "\tUSED\tLABEL\tSUPPORT\tDISTANCE\n" : "\tUSED\n", f);
    for (int64_t i = 0; i < p->n_samples; i++) {
        fprintf(f, "%s\t%s", gw_genoreader_family(r, i), gw_genoreader_sample(r, i));
        for (int c = 0; c < p->k; c++)
            fprintf(f, "\t%.10g", p->vector[c * p->n_samples + i]);
        fprintf(f, "\t%" PRId64, p->used[i]);
        if (a) {
            gw_assignment_t x = gw_ancestry_assign(a, p->vector + i, p->n_samples);
            fprintf(f, "\t%s\t%.2f\t%.3f", x.label, x.support, x.distance);
        }
        fputc('\n', f);
    }
}

/* 2. the report */
static void fill_counts(gw_report_t *rep, const gw_projection_t *p, const gw_loadings_t *l)
{
    gw_report_section(rep, "Input and reference");
    gw_report_int(rep, "samples", "Samples", p->n_samples);
    gw_report_int(rep, "variants_read", "Variants read", (int64_t)p->n_read);
    gw_report_int(rep, "reference_variants", "Variants of the reference", l->n);
    gw_report_int(rep, "matched", "Matched", (int64_t)p->matched);
    gw_report_int(rep, "swapped", "with alleles swapped", (int64_t)p->swapped);
    gw_report_int(rep, "other_strand", "on the other strand", (int64_t)p->strand);
    gw_report_int(rep, "not_in_reference", "Left out: not in the reference",
                  (int64_t)p->not_in_reference);
    gw_report_int(rep, "other_alleles", "Left out: other alleles", (int64_t)p->alleles);
    gw_report_int(rep, "ambiguous", "Left out: A/T or C/G", (int64_t)p->ambiguous);
    gw_report_int(rep, "there_before", "Left out: there before", (int64_t)p->twice);
}

/* PC c+1 against the next: a series a group of the reference, the new samples last */
static void scatter(gw_report_t *rep, const gw_projection_t *p, const gw_ancestry_t *a, int c)
{
    char name[64], x_name[16], y_name[16];
    size_t n = a ? gw_ancestry_n_samples(a) : 0;
    double *x = gw_malloc(2 * n + 1, sizeof *x), *y = x + n;
    snprintf(name, sizeof name, "PC%d and PC%d", c + 1, c + 2);
    snprintf(x_name, sizeof x_name, "PC%d", c + 1);
    snprintf(y_name, sizeof y_name, "PC%d", c + 2);
    gw_report_plot(rep, GW_PLOT_POINTS, name, x_name, y_name);
    for (size_t g = 0; a && x && g < gw_ancestry_n_groups(a); g++) {
        size_t m = gw_ancestry_component(a, g, c, x);
        gw_ancestry_component(a, g, c + 1, y);
        gw_report_series(rep, gw_ancestry_group(a, g), m, x, y);
    }
    gw_report_series(rep, "new samples", (size_t)p->n_samples, p->vector + c * p->n_samples,
                     p->vector + (c + 1) * p->n_samples);
    free(x);
}

static void fill_labels(gw_report_t *rep, const gw_projection_t *p, const gw_ancestry_t *a)
{
    static const char *const columns[] = {"label", "new samples"};
    size_t n = gw_ancestry_n_groups(a) + 1, rows = 0;
    int64_t *count = gw_calloc(n, sizeof *count); /* unknown last */
    char(*text)[24] = gw_malloc(n, sizeof *text);
    const char **cell = gw_malloc(2 * n, sizeof *cell);
    for (int64_t i = 0; count && i < p->n_samples; i++) {
        const char *label = gw_ancestry_assign(a, p->vector + i, p->n_samples).label;
        size_t g = 0;
        while (g + 1 < n && strcmp(gw_ancestry_group(a, g), label) != 0)
            g++;
        count[g]++;
    }
    for (size_t g = 0; count && text && cell && g < n; g++) {
        if (count[g] == 0)
            continue;
        snprintf(text[rows], sizeof text[rows], "%" PRId64, count[g]);
        cell[2 * rows] = g + 1 < n ? gw_ancestry_group(a, g) : "unknown";
        cell[2 * rows + 1] = text[rows];
        rows++;
    }
    if (rows > 0)
        gw_report_table(rep, "Labels given", 2, columns, rows, cell);
    free(count);
    free(text);
    free(cell);
}

static void fill_samples(gw_report_t *rep, const gw_genoreader_t *r, const gw_projection_t *p,
                         const gw_ancestry_t *a)
{
    enum { COLUMNS = 5, MOST = 1000 };
    static const char *const columns[COLUMNS] = {"sample", "variants used", "label", "support",
                                                 "distance"};
    size_t n = p->n_samples < MOST ? (size_t)p->n_samples : MOST, width = a ? COLUMNS : 2;
    char(*text)[3][32] = gw_malloc(n, sizeof *text);
    const char **cell = gw_malloc(width * n, sizeof *cell);
    for (size_t i = 0; text && cell && i < n; i++) {
        const char **row = cell + width * i;
        row[0] = gw_genoreader_sample(r, (int64_t)i);
        row[1] = text[i][0];
        snprintf(text[i][0], sizeof text[i][0], "%" PRId64, p->used[i]);
        if (!a)
            continue;
        gw_assignment_t x = gw_ancestry_assign(a, p->vector + i, p->n_samples);
        row[2] = x.label;
        row[3] = text[i][1];
        row[4] = text[i][2];
        snprintf(text[i][1], sizeof text[i][1], "%.2f", x.support);
        snprintf(text[i][2], sizeof text[i][2], "%.3f", x.distance);
    }
    if (text && cell)
        gw_report_table(rep, p->n_samples <= MOST ? "Samples" : "The first 1000 samples", width,
                        columns, n, cell);
    free(text);
    free(cell);
}

void gw_projectreport_fill(gw_report_t *rep, const gw_genoreader_t *r, const gw_projection_t *p,
                           const gw_loadings_t *l, const gw_ancestry_t *a)
{
    fill_counts(rep, p, l);
    gw_report_section(rep, "Places");
    gw_report_string(rep, "projection", "Projection", gw_project_name(p->method));
    for (int c = 0; c + 1 < p->k && c < 4; c += 2)
        scatter(rep, p, a, c);
    if (a)
        fill_labels(rep, p, a);
    fill_samples(rep, r, p, a);
}
