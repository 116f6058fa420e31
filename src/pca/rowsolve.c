#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cblas.h>

#include "base/log.h"
#include "base/mem.h"
#include "pca/eigen.h"
#include "pca/krylov.h"
#include "pca/rowsolve.h"

enum { EXACT_SIDE = 4096 };
static const double EXACT_PRODUCTS = 2e11;
/* eigenvalues smaller than this share of the largest are rounding */
static const double NOTHING = 1e-13;

static bool whole_matrix(const gw_rowop_t *op, const gw_pca_opts_t *o, int64_t side)
{
    if (!gw_krylov_fits(op->n_cols, o->k))
        return true;
    if (o->method != GW_PCA_AUTO)
        return o->method == GW_PCA_EXACT;
    return side <= EXACT_SIDE &&
           (double)side * (double)op->n_rows * (double)op->n_cols <= EXACT_PRODUCTS;
}

/* Pairs of the side that is decomposed, into r->value and so on, and vector. */
static gw_status_t solve(const gw_rowop_t *op, const gw_pca_opts_t *o, bool rows,
                         gw_pca_result_t *r, double *vector, gw_err_t *err)
{
    int64_t side = rows ? op->n_rows : op->n_cols;
    if (rows || whole_matrix(op, o, side)) {
        double *k = NULL;
        gw_status_t st = rows ? gw_rowop_outer(op, &k, err) : gw_rowop_inner(op, &k, err);
        if (st == GW_OK)
            st = gw_eigen_top((int)side, o->k, k, r->value, vector, r->residual, &r->bound, err);
        free(k);
        r->method = GW_PCA_EXACT;
        r->n_passes = 1;
        r->converged = true;
        return st;
    }
    gw_krylov_opts_t ko =
        gw_krylov_plan(op->n_cols, o->k, (op->n_rows + op->block_rows - 1) / op->block_rows);
    ko.max_passes = o->max_passes;
    ko.tol = o->tol;
    ko.floor = 1e-13;
    ko.seed = o->seed;
    gw_krylov_result_t kr = {.value = r->value, .vector = vector, .residual = r->residual};
    gw_status_t st = gw_krylov_run(&ko, gw_rowop_apply, (void *)(uintptr_t)op, &kr, err);
    r->method = GW_PCA_KRYLOV;
    r->bound = kr.bound;
    r->n_passes = kr.n_passes;
    r->converged = kr.converged;
    return st;
}

/* Signs by the samples' vectors; the variables' get length 1. */
static void finish(gw_pca_result_t *r, double *other, int64_t n_other)
{
    int64_t n = r->n_samples;
    for (int c = 0; c < r->k; c++) {
        double *u = r->vector + c * n, *v = other + c * n_other, sign = gw_pca_sign(n, u);
        cblas_dscal((int)n, sign / cblas_dnrm2((int)n, u, 1), u, 1);
        cblas_dscal((int)n_other, sign / cblas_dnrm2((int)n_other, v, 1), v, 1);
    }
}

static gw_status_t check(const gw_rowsolve_shape_t *s, int k, gw_err_t *err)
{
    if (s->n_samples < 2)
        return gw_err_set(err, GW_EDATA, "one sample has no components; give more samples");
    if (k > s->n_samples - 1 || k > s->n_variables)
        return gw_err_set(err, GW_EDATA,
                          "%" PRId64 " samples and %" PRId64 " %s have at most %" PRId64
                          " components, not %d; ask for fewer with -k",
                          s->n_samples, s->n_variables, s->variables,
                          s->n_samples - 1 < s->n_variables ? s->n_samples - 1 : s->n_variables, k);
    return GW_OK;
}

static gw_status_t rank_found(const gw_pca_result_t *r, gw_err_t *err)
{
    for (int c = 0; c < r->k; c++)
        if (!(r->value[c] > NOTHING * r->value[0]))
            return gw_err_set(err, GW_EDATA,
                              "the data have only %d components (the others have no variance); "
                              "ask for %d with -k",
                              c, c);
    return GW_OK;
}

gw_status_t gw_rowsolve_run(const gw_rowop_t *op, const gw_rowsolve_shape_t *s,
                            const gw_pca_opts_t *o, gw_pca_result_t *out, double **other,
                            gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    *other = NULL;
    gw_status_t st = check(s, o->k, err);
    if (st != GW_OK)
        return st;
    size_t k = (size_t)o->k, n = (size_t)s->n_samples, m = (size_t)s->n_variables;
    *out = (gw_pca_result_t){.n_samples = s->n_samples, .k = o->k, .total = s->total};
    out->value = gw_malloc(k, sizeof(double));
    out->residual = gw_malloc(k, sizeof(double));
    out->vector = gw_malloc(n * k, sizeof(double));
    *other = gw_malloc(m * k, sizeof(double));
    openblas_set_num_threads(1); /* its sums change with the number of threads */
    bool rows = !op->diagonal && op->n_rows < op->n_cols && whole_matrix(op, o, op->n_rows);
    double *of_rows = s->samples_are_rows ? out->vector : *other;
    double *of_cols = s->samples_are_rows ? *other : out->vector;
    if (!out->value || !out->residual || !out->vector || !*other)
        st = gw_err_nomem(err, "solving for components");
    if (st == GW_OK)
        st = solve(op, o, rows, out, rows ? of_rows : of_cols, err);
    if (st == GW_OK)
        st = rank_found(out, err);
    if (st == GW_OK)
        st = rows ? gw_rowop_right(op, o->k, of_rows, of_cols, err)
                  : gw_rowop_left(op, o->k, of_cols, of_rows, err);
    gw_progress_end();
    if (st == GW_OK) {
        finish(out, *other, s->n_variables);
        return GW_OK;
    }
    gw_pca_release(out);
    free(*other);
    *other = NULL;
    return st;
}
