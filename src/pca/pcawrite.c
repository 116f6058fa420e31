#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "pca/pcawrite.h"

/* 1. tables */
void gw_pcawrite_vectors(const gw_pca_result_t *r, const gw_pcaids_t *ids, FILE *f)
{
    fputs("#FID\tIID", f);
    for (int c = 0; c < r->k; c++)
        fprintf(f, "\tPC%d", c + 1);
    fputc('\n', f);
    for (int64_t i = 0; i < r->n_samples; i++) {
        fprintf(f, "%s\t%s", ids->family[i], ids->sample[i]);
        for (int c = 0; c < r->k; c++)
            fprintf(f, "\t%.10g", r->vector[c * r->n_samples + i]);
        fputc('\n', f);
    }
}

void gw_pcawrite_values(const gw_pca_result_t *r, FILE *f)
{
    for (int c = 0; c < r->k; c++)
        fprintf(f, "%.10g\n", r->value[c]);
}

void gw_pcawrite_summary(const gw_pca_result_t *r, FILE *f)
{
    double sum = 0;
    fputs("component\teigenvalue\tpve\tcumulative_pve\tresidual\ttw\ttw_p\n", f);
    for (int c = 0; c < r->k; c++) {
        sum += r->value[c] / r->total;
        fprintf(f, "PC%d\t%.10g\t%.10g\t%.10g\t%.3g", c + 1, r->value[c], r->value[c] / r->total,
                sum, r->residual[c]);
        if (r->tw)
            fprintf(f, "\t%.6g\t%.3g\n", r->tw[c], r->tw_p[c]);
        else
            fputs("\tNA\tNA\n", f);
    }
}

static void put_float(FILE *f, double x)
{
    float v = (float)x;
    fwrite(&v, sizeof v, 1, f);
}

void gw_pcawrite_grm(const gw_pca_result_t *r, FILE *f)
{
    for (int64_t i = 0; i < r->n_samples; i++)
        for (int64_t j = 0; j <= i; j++)
            put_float(f, r->matrix[i * r->n_samples + j]);
}

void gw_pcawrite_grm_n(const gw_pca_result_t *r, int64_t n_variants, FILE *f)
{
    for (int64_t i = r->n_samples * (r->n_samples + 1) / 2; i > 0; i--)
        put_float(f, (double)n_variants);
}

void gw_pcawrite_grm_id(const gw_pcaids_t *ids, FILE *f)
{
    for (int64_t i = 0; i < ids->n; i++)
        fprintf(f, "%s\t%s\n", ids->family[i], ids->sample[i]);
}

/* 2. loadings */
static void put_list(FILE *f, int k, const double *x)
{
    for (int c = 0; c < k; c++)
        fprintf(f, "%s%.10g", c ? "," : "", x[c]);
}

static void put_header(FILE *f, const gw_pca_result_t *r, int64_t n_variants, const double *value)
{
    fprintf(f,
            "##genowarp-pca-loadings=1\n##samples=%" PRId64 "\n##variants=%" PRId64
            "\n##total_variance=%.10g\n##eigenvalues=",
            r->n_samples, n_variants, r->total);
    put_list(f, r->k, value);
    if (r->shrinkage) {
        fputs("\n##shrinkage=", f);
        put_list(f, r->k, r->shrinkage);
    }
    fputs("\n#CHROM\tPOS\tID\tCOUNTED\tOTHER\tFREQ\tSCALE", f);
    for (int c = 0; c < r->k; c++)
        fprintf(f, "\tPC%d", c + 1);
    fputc('\n', f);
}

/* all of a variant's line but the loadings */
static void put_variant(FILE *f, const gw_genoname_t *name, double freq, bool flipped, double scale)
{
    fprintf(f, "%s\t%" PRId64 "\t%s\t%s\t%s\t%.10g\t%.10g", name->contig, name->pos, name->id,
            name->counted, name->other, flipped ? 1 - freq : freq, scale);
}

typedef struct {
    const gw_genodata_t *d;
    const gw_pca_result_t *r;
    FILE *f;
} loadings_t;

static gw_status_t write_rows(void *ctx, int64_t first, int64_t n, const double *rows,
                              gw_err_t *err)
{
    loadings_t *s = ctx;
    (void)err;
    for (int64_t i = 0; i < n; i++) {
        int64_t v = first + i;
        double sign = s->d->flipped[v] ? -1 : 1;
        put_variant(s->f, &s->d->names.v[v], s->d->mean[v] / 2, s->d->flipped[v], s->d->scale[v]);
        for (int c = 0; c < s->r->k; c++) {
            double singular = sqrt(s->r->value[c] * (double)s->d->n_variants);
            fprintf(s->f, "\t%.7g", singular > 0 ? sign * rows[i * s->r->k + c] / singular : 0);
        }
        fputc('\n', s->f);
    }
    return GW_OK;
}

gw_status_t gw_pcawrite_loadings(gw_gramop_t *op, const gw_pca_result_t *r, FILE *f, gw_err_t *err)
{
    put_header(f, r, op->data->n_variants, r->value);
    loadings_t s = {op->data, r, f};
    gw_status_t st = gw_gramop_loadings(op, r->k, r->vector, write_rows, &s, err);
    gw_progress_end();
    return st;
}

gw_status_t gw_pcawrite_fitted_loadings(const gw_pca_result_t *r, const gw_emfit_t *fit,
                                        const double *v, FILE *f, gw_err_t *err)
{
    const gw_genonames_t *names = fit->lik ? &fit->lik->names : &fit->calls->names;
    double *value = gw_malloc((size_t)r->k, sizeof *value);
    if (!value)
        return gw_err_nomem(err, "writing loadings");
    for (int c = 0; c < r->k; c++) { /* of Z' Z / M without the diagonal that K has besides */
        value[c] = r->value[c];
        for (int64_t i = 0; i < r->n_samples; i++) {
            double u = r->vector[c * r->n_samples + i];
            value[c] -= fit->diagonal[i] * u * u;
        }
    }
    put_header(f, r, fit->n_variants, value);
    free(value);
    for (int64_t i = 0; i < fit->n_variants; i++) {
        bool flipped = fit->calls && fit->calls->flipped[i];
        put_variant(f, &names->v[i], fit->mean[i] / 2, flipped, fit->scale[i]);
        for (int c = 0; c < r->k; c++)
            fprintf(f, "\t%.7g", (flipped ? -1 : 1) * v[c * fit->n_variants + i]);
        fputc('\n', f);
    }
    return GW_OK;
}

void gw_pcawrite_matrix_loadings(const gw_pca_result_t *r, const gw_matdata_t *d,
                                 const gw_matreader_t *names, const double *v, FILE *f)
{
    fputs("#VARIABLE\tCENTER\tSCALE", f);
    for (int c = 0; c < r->k; c++)
        fprintf(f, "\tPC%d", c + 1);
    fputc('\n', f);
    for (int64_t i = 0; i < d->n_variables; i++) {
        const char *name = d->samples_are_rows ? gw_matreader_value_name(names, i)
                                               : gw_matreader_vector_name(names, i);
        fprintf(f, "%s\t%.10g\t%.10g", name, d->center[i], d->scale[i]);
        for (int c = 0; c < r->k; c++)
            fprintf(f, "\t%.10g", v[c * d->n_variables + i]);
        fputc('\n', f);
    }
}
