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

/* PC a against PC b, one series a label in the order of their names. */
static void scatter(gw_report_t *rep, const gw_pca_result_t *r, const member_t *m, int a, int b)
{
    size_t n = (size_t)r->n_samples;
    char name[64], x_name[16], y_name[16];
    double *x = gw_malloc(n, sizeof *x), *y = gw_malloc(n, sizeof *y);
    snprintf(name, sizeof name, "PC%d and PC%d", a + 1, b + 1);
    snprintf(x_name, sizeof x_name, "PC%d", a + 1);
    snprintf(y_name, sizeof y_name, "PC%d", b + 1);
    gw_report_plot(rep, GW_PLOT_POINTS, name, x_name, y_name);
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
    member_t *m = gw_malloc((size_t)r->n_samples, sizeof *m);
    for (int64_t i = 0; m && i < r->n_samples; i++) {
        const char *label = labels ? gw_labels_find(labels, ids->sample[i]) : "samples";
        m[i] = (member_t){label ? label : "no label", i};
    }
    if (m) {
        qsort(m, (size_t)r->n_samples, sizeof *m, member_cmp);
        for (int a = 0; a + 1 < r->k && a < 4; a += 2)
            scatter(rep, r, m, a, a + 1);
    }
    free(m);
}

/* 2. MultiQC */
void gw_pcareport_multiqc(const gw_pca_result_t *r, const gw_pcaids_t *ids, FILE *f)
{
    gw_json_t j;
    gw_json_init(&j, f, 2);
    gw_json_open(&j, NULL, '{');
    gw_json_string(&j, "id", "genowarp_pca");
    gw_json_string(&j, "section_name", "GenoWarp pca");
    gw_json_string(&j, "description", "First two principal components");
    gw_json_string(&j, "plot_type", "scatter");
    gw_json_open(&j, "pconfig", '{');
    gw_json_string(&j, "id", "genowarp_pca_plot");
    gw_json_string(&j, "title", "GenoWarp: PC1 and PC2");
    gw_json_string(&j, "xlab", "PC1");
    gw_json_string(&j, "ylab", "PC2");
    gw_json_close(&j);
    gw_json_open(&j, "data", '{');
    for (int64_t i = 0; i < r->n_samples; i++) {
        gw_json_open(&j, ids->sample[i], '{');
        gw_json_double(&j, "x", r->vector[i]);
        gw_json_double(&j, "y", r->k > 1 ? r->vector[r->n_samples + i] : 0);
        gw_json_close(&j);
    }
    gw_json_close(&j);
    gw_json_close(&j);
}
