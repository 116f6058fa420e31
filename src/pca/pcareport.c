#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "pca/pcareport.h"

/* 1. the report */
void gw_pcareport_genotypes(gw_report_t *rep, int64_t n_samples, const gw_genocounts_t *c)
{
    gw_report_section(rep, "Input and filters");
    gw_report_int(rep, "samples", "Samples", n_samples);
    gw_report_int(rep, "variants_read", "Variants read", (int64_t)c->n_read);
    gw_report_int(rep, "not_biallelic", "Left out: not biallelic", (int64_t)c->not_biallelic);
    gw_report_int(rep, "not_autosomal", "Left out: not autosomal", (int64_t)c->not_autosomal);
    gw_report_int(rep, "by_region", "Left out: by region", (int64_t)c->region);
    gw_report_int(rep, "too_often_missing", "Left out: too often missing", (int64_t)c->missing);
    gw_report_int(rep, "monomorphic", "Left out: monomorphic", (int64_t)c->monomorphic);
    gw_report_int(rep, "rare", "Left out: rare", (int64_t)c->rare);
    gw_report_int(rep, "hardy_weinberg", "Left out: against Hardy-Weinberg", (int64_t)c->hwe);
    gw_report_int(rep, "linked", "Left out: linked", (int64_t)c->linked);
    gw_report_int(rep, "variants_kept", "Variants kept", (int64_t)c->kept);
}

static void fill_components(gw_report_t *rep, const gw_pca_result_t *r)
{
    static const char *const columns[] = {"component", "eigenvalue", "share of variance",
                                          "residual"};
    size_t k = (size_t)r->k;
    char(*text)[4][32] = gw_malloc(k, sizeof *text);
    const char **cell = gw_malloc(4 * k, sizeof *cell);
    double *number = gw_malloc(k, sizeof *number), *share = gw_malloc(k, sizeof *share);
    gw_report_section(rep, "Components");
    gw_report_string(rep, "method", "Method", r->method == GW_PCA_EXACT ? "exact" : "krylov");
    gw_report_int(rep, "passes", "Passes over the data", r->n_passes);
    gw_report_double(rep, "bound_1_minus_mev", "Bound on 1 - MEV", r->bound);
    gw_report_string(rep, "converged", "Converged", r->converged ? "yes" : "no");
    gw_report_double(rep, "total_variance", "Total variance (trace)", r->total);
    for (size_t c = 0; text && cell && number && share && c < k; c++) {
        number[c] = (double)c + 1;
        share[c] = r->value[c] / r->total;
        snprintf(text[c][0], sizeof text[c][0], "PC%zu", c + 1);
        snprintf(text[c][1], sizeof text[c][1], "%.6g", r->value[c]);
        snprintf(text[c][2], sizeof text[c][2], "%.4f%%", 100 * share[c]);
        snprintf(text[c][3], sizeof text[c][3], "%.1e", r->residual[c]);
        for (int j = 0; j < 4; j++)
            cell[4 * c + (size_t)j] = text[c][j];
    }
    if (text && cell && number && share) {
        gw_report_table(rep, "Eigenvalues", 4, columns, k, cell);
        gw_report_plot(rep, GW_PLOT_BARS, "Scree", "component", "share of variance");
        gw_report_series(rep, "share of variance", k, number, share);
    }
    free(text);
    free(cell);
    free(number);
    free(share);
}

typedef struct {
    const char *label;
    int64_t sample;
} member_t;

static int member_cmp(const void *a, const void *b)
{
    const member_t *x = a, *y = b;
    int c = strcmp(x->label, y->label);
    return c ? c : (x->sample > y->sample) - (x->sample < y->sample);
}

/* The samples in the order of their labels; NULL when memory runs out. */
static member_t *sort_members(int64_t n, const gw_pcaids_t *ids, const gw_labels_t *labels)
{
    member_t *m = gw_malloc((size_t)n, sizeof *m);
    for (int64_t i = 0; m && i < n; i++) {
        const char *label = labels ? gw_labels_find(labels, ids->sample[i]) : "samples";
        m[i] = (member_t){label ? label : "no label", i};
    }
    if (m)
        qsort(m, (size_t)n, sizeof *m, member_cmp);
    return m;
}

/* "PC1 (6.41%)", its share of the variance */
static const char *axis(const gw_pca_result_t *r, int c, char text[32])
{
    snprintf(text, 32, "PC%d (%.2f%%)", c + 1, 100 * r->value[c] / r->total);
    return text;
}

/* PC a against PC b, one series a label in the order of their names. */
static void scatter(gw_report_t *rep, const gw_pca_result_t *r, const member_t *m, int a, int b)
{
    size_t n = (size_t)r->n_samples;
    char name[64], x_name[32], y_name[32];
    double *x = gw_malloc(n, sizeof *x), *y = gw_malloc(n, sizeof *y);
    snprintf(name, sizeof name, "PC%d and PC%d", a + 1, b + 1);
    gw_report_plot(rep, GW_PLOT_POINTS, name, axis(r, a, x_name), axis(r, b, y_name));
    for (size_t i = 0, first = 0; x && y && i < n; i++) {
        x[i] = r->vector[(size_t)a * n + (size_t)m[i].sample];
        y[i] = r->vector[(size_t)b * n + (size_t)m[i].sample];
        if (i + 1 == n || strcmp(m[i + 1].label, m[i].label) != 0) {
            gw_report_series(rep, m[i].label, i + 1 - first, x + first, y + first);
            first = i + 1;
        }
    }
    free(x);
    free(y);
}

void gw_pcareport_fill(gw_report_t *rep, const gw_pca_result_t *r, const gw_pcaids_t *ids,
                       const gw_labels_t *labels)
{
    fill_components(rep, r);
    member_t *m = sort_members(r->n_samples, ids, labels);
    for (int a = 0; m && a + 1 < r->k && a < 4; a += 2)
        scatter(rep, r, m, a, a + 1);
    free(m);
}

void gw_pcareport_outliers(gw_report_t *rep, const gw_outliers_t *l, const gw_outlier_opts_t *o)
{
    enum { COLUMNS = 5 };
    static const char *const columns[COLUMNS] = {"sample", "round", "component", "distance",
                                                 "status"};
    size_t n = 0, most = (size_t)(l->n_beyond + l->n_left_out);
    char(*text)[3][32] = gw_malloc(most + 1, sizeof *text);
    const char **cell = gw_malloc(COLUMNS * (most + 1), sizeof *cell);
    gw_report_section(rep, "Outliers");
    gw_report_string(rep, "outlier_rule", "Rule", o->rule == GW_OUTLIER_SIGMA ? "sigma" : "robust");
    gw_report_double(rep, "outlier_limit", "Limit (standard deviations)", o->limit);
    gw_report_int(rep, "outliers_beyond", "Samples beyond it", l->n_beyond);
    gw_report_int(rep, "outliers_left_out", "Samples left out for it", l->n_left_out);
    for (size_t i = 0; text && cell && i < l->n; i++) {
        const gw_outlier_row_t *r = &l->v[i];
        if (!r->beyond)
            continue;
        snprintf(text[n][0], sizeof text[n][0], "%d", r->round);
        snprintf(text[n][1], sizeof text[n][1], "PC%d", r->at.component + 1);
        snprintf(text[n][2], sizeof text[n][2], "%.2f", r->at.distance);
        const char **row = cell + COLUMNS * n;
        row[0] = r->sample;
        for (int j = 0; j < 3; j++)
            row[1 + j] = text[n][j];
        row[4] = gw_outlier_status(r);
        n++;
    }
    if (n > 0)
        gw_report_table(rep, "Samples far out", COLUMNS, columns, n, cell);
    free(text);
    free(cell);
}

/* 2. MultiQC */
gw_status_t gw_pcareport_multiqc(const gw_pca_result_t *r, const gw_pcaids_t *ids,
                                 const gw_labels_t *labels, FILE *f, gw_err_t *err)
{
    gw_json_t j;
    char text[200], axis_name[32];
    member_t *m = sort_members(r->n_samples, ids, labels);
    if (!m)
        return gw_err_nomem(err, "writing for MultiQC");
    gw_json_init(&j, f, 2);
    gw_json_open(&j, NULL, '{');
    gw_json_string(&j, "id", "genowarp_pca");
    gw_json_string(&j, "section_name", "GenoWarp pca");
    snprintf(text, sizeof text,
             "First two principal components, with their shares of the variance (%s; 1 - MEV below "
             "%.1e).",
             r->method == GW_PCA_EXACT ? "exact" : "krylov", r->bound);
    gw_json_string(&j, "description", text);
    gw_json_string(&j, "plot_type", "scatter");
    gw_json_open(&j, "pconfig", '{');
    gw_json_string(&j, "id", "genowarp_pca_plot");
    gw_json_string(&j, "title", "GenoWarp: PC1 and PC2");
    gw_json_string(&j, "xlab", axis(r, 0, axis_name));
    gw_json_string(&j, "ylab", r->k > 1 ? axis(r, 1, axis_name) : "none");
    gw_json_close(&j);
    gw_json_open(&j, "data", '{');
    size_t series = 0;
    for (int64_t i = 0; i < r->n_samples; i++) {
        series += i > 0 && strcmp(m[i - 1].label, m[i].label) != 0;
        gw_json_open(&j, ids->sample[m[i].sample], '{');
        gw_json_double(&j, "x", r->vector[m[i].sample]);
        gw_json_double(&j, "y", r->k > 1 ? r->vector[r->n_samples + m[i].sample] : 0);
        if (labels) {
            gw_json_string(&j, "color", gw_report_colour(series));
            gw_json_string(&j, "group", m[i].label);
        }
        gw_json_close(&j);
    }
    gw_json_close(&j);
    gw_json_close(&j);
    free(m);
    return GW_OK;
}
