#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cblas.h>
#include <gsl/gsl_cdf.h>

#include "base/log.h"
#include "base/mem.h"
#include "pca/eigen.h"
#include "pca/krylov.h"
#include "pca/pca.h"
#include "pca/shrinkage.h"

double gw_pca_sign(int64_t n, const double *u)
{
    const double same = 1 + 1e-9; /* sizes that differ by rounding are equal */
    double top = 0;
    for (int64_t i = 0; i < n; i++)
        if (fabs(u[i]) > same * fabs(top))
            top = u[i];
    return top < 0 ? -1 : 1;
}

void gw_pca_fix_signs(int64_t n, int k, double *vector)
{
    for (int c = 0; c < k; c++)
        cblas_dscal((int)n, gw_pca_sign(n, vector + c * n), vector + c * n, 1);
}

double gw_pca_tracy_widom_p(double x)
{
    const double shape = 46.446, scale = 0.186054, shift = 9.84801;
    return x <= -shift ? 1 : gsl_cdf_gamma_Q(x + shift, shape, scale);
}

/* Statistics from the sums of the eigenvalues and of their squares, which trace and Frobenius norm
 * give without the eigenvalues; the number of independent variants is estimated by moments. */
static gw_status_t tracy_widom(gw_pca_result_t *r, gw_err_t *err)
{
    int64_t n = r->n_samples;
    double sum = r->total, squares = 0;
    r->tw = gw_malloc((size_t)r->k, sizeof(double));
    r->tw_p = gw_malloc((size_t)r->k, sizeof(double));
    if (!r->tw || !r->tw_p)
        return gw_err_nomem(err, "testing components");
    for (int64_t i = 0; i < n * n; i++)
        squares += r->matrix[i] * r->matrix[i];
    for (int c = 0; c < r->k; c++) {
        double m = (double)(n - 1 - c), effective = (m + 2) * sum * sum / (m * squares - sum * sum);
        double ratio = m * r->value[c] / sum;
        r->tw[c] = r->tw_p[c] = NAN; /* nothing to compare with at the end of the spectrum */
        if (m > 1 && effective > 1) {
            double a = sqrt(effective - 1) + sqrt(m);
            double mu = a * a / effective;
            double sigma = a / effective * cbrt(1 / sqrt(effective - 1) + 1 / sqrt(m));
            r->tw[c] = (ratio - mu) / sigma;
            r->tw_p[c] = gw_pca_tracy_widom_p(r->tw[c]);
        }
        sum -= r->value[c];
        squares -= r->value[c] * r->value[c];
    }
    return GW_OK;
}

/* Eigenpairs of the whole matrix, and what its spectrum says of new samples. */
static gw_status_t solve_exact(gw_gramop_t *op, const gw_pca_opts_t *o, gw_pca_result_t *r,
                               gw_err_t *err)
{
    int64_t n = op->data->n_samples;
    double *all = gw_malloc((size_t)n, sizeof *all);
    r->shrinkage = gw_malloc((size_t)o->k, sizeof *r->shrinkage);
    gw_status_t st = all && r->shrinkage ? gw_gramop_matrix(op, &r->matrix, err)
                                         : gw_err_nomem(err, "solving for components");
    if (st == GW_OK)
        st = gw_eigen_spectrum((int)n, o->k, r->matrix, r->value, r->vector, r->residual, &r->bound,
                               all, err);
    if (st == GW_OK)
        gw_shrinkage_of_spectrum(n, o->k, all, r->shrinkage);
    free(all);
    r->n_passes = 1;
    r->converged = true;
    return st == GW_OK ? tracy_widom(r, err) : st;
}

static gw_status_t solve_krylov(gw_gramop_t *op, const gw_pca_opts_t *o, gw_pca_result_t *r,
                                gw_err_t *err)
{
    const gw_genodata_t *d = op->data;
    gw_krylov_opts_t ko = gw_krylov_plan(d->n_samples, o->k, gw_genostore_n_blocks(d->store));
    ko.max_passes = o->max_passes;
    ko.tol = o->tol;
    ko.floor = 2e-7;
    ko.seed = o->seed;
    gw_krylov_result_t kr = {.value = r->value, .vector = r->vector, .residual = r->residual};
    gw_status_t st = gw_krylov_run(&ko, gw_gramop_apply, op, &kr, err);
    gw_progress_end();
    r->bound = kr.bound;
    r->n_passes = kr.n_passes;
    r->converged = kr.converged;
    return st;
}

/* Seconds rather than minutes: sizes at which exactness costs little. */
static bool small_enough(const gw_genodata_t *d)
{
    double n = (double)d->n_samples;
    return d->n_samples <= GW_PCA_EXACT_SAMPLES && n * n * (double)d->n_variants <= 1e11;
}

static gw_status_t check(const gw_genodata_t *d, const gw_pca_opts_t *o, gw_err_t *err)
{
    if (d->n_samples < 2)
        return gw_err_set(err, GW_EDATA, "one sample has no components; give more samples");
    if (o->k > d->n_samples - 1)
        return gw_err_set(err, GW_EDATA,
                          "%" PRId64 " samples have at most %" PRId64
                          " components, not %d; ask for fewer with -k",
                          d->n_samples, d->n_samples - 1, o->k);
    if (o->k > d->n_variants)
        return gw_err_set(err, GW_EDATA,
                          "%" PRId64 " variants left have at most as many components, not %d; ask "
                          "for fewer with -k or loosen the filters",
                          d->n_variants, o->k);
    return GW_OK;
}

gw_status_t gw_pca_run(gw_gramop_t *op, const gw_pca_opts_t *o, gw_pca_result_t *out, gw_err_t *err)
{
    const gw_genodata_t *d = op->data;
    memset(out, 0, sizeof *out);
    gw_status_t st = check(d, o, err);
    if (st != GW_OK)
        return st;
    size_t n = (size_t)d->n_samples, k = (size_t)o->k;
    out->n_samples = d->n_samples;
    out->k = o->k;
    out->total = d->total / (double)d->n_variants;
    out->value = gw_malloc(k, sizeof(double));
    out->residual = gw_malloc(k, sizeof(double));
    out->vector = gw_malloc(n * k, sizeof(double));
    if (!out->value || !out->residual || !out->vector) {
        st = gw_err_nomem(err, "solving for components");
    } else {
        openblas_set_num_threads(1); /* its sums change with the number of threads */
        out->method = o->method;
        if (o->method == GW_PCA_AUTO)
            out->method = small_enough(d) ? GW_PCA_EXACT : GW_PCA_KRYLOV;
        if (!gw_krylov_fits(d->n_samples, o->k))
            out->method = GW_PCA_EXACT; /* a basis as large as the matrix */
        st = out->method == GW_PCA_EXACT ? solve_exact(op, o, out, err)
                                         : solve_krylov(op, o, out, err);
    }
    if (st != GW_OK) {
        gw_pca_release(out);
        return st;
    }
    gw_pca_fix_signs(d->n_samples, o->k, out->vector);
    return GW_OK;
}

void gw_pca_release(gw_pca_result_t *r)
{
    free(r->value);
    free(r->vector);
    free(r->residual);
    free(r->matrix);
    free(r->tw);
    free(r->tw_p);
    free(r->shrinkage);
    memset(r, 0, sizeof *r);
}
