#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <gsl/gsl_linalg.h>

#include "base/hash.h"
#include "base/mem.h"
#include "pca/matdata.h"
#include "pca/rowsolve.h"
#include "tests/check_main.h"

enum { K = 4 };

/* How the matrix is shaped, written, loaded and solved. */
typedef struct {
    int rows, columns;
    bool samples_are_columns, market, array, log, spill;
    gw_matscale_t scale;
    gw_pca_method_t method;
} case_t;
static const case_t cases[] = {
    {40, 9, false, false, false, false, false, GW_MATSCALE_CENTER, GW_PCA_AUTO},
    {9, 40, false, false, false, false, false, GW_MATSCALE_CENTER, GW_PCA_AUTO},
    {40, 9, true, false, false, false, false, GW_MATSCALE_SD, GW_PCA_AUTO},
    {9, 40, true, false, false, false, true, GW_MATSCALE_SD, GW_PCA_AUTO},
    {30, 30, false, true, false, false, false, GW_MATSCALE_NONE, GW_PCA_EXACT},
    {30, 25, true, true, true, false, false, GW_MATSCALE_CENTER, GW_PCA_AUTO},
    {50, 300, false, true, false, true, true, GW_MATSCALE_CENTER, GW_PCA_AUTO},
    {300, 50, true, false, false, true, false, GW_MATSCALE_SD, GW_PCA_AUTO},
    {500, 300, false, false, false, false, false, GW_MATSCALE_CENTER, GW_PCA_KRYLOV},
    {300, 500, true, true, false, true, false, GW_MATSCALE_CENTER, GW_PCA_KRYLOV},
    {200, 130, false, false, false, false, true, GW_MATSCALE_SD, GW_PCA_EXACT},
    {130, 200, false, false, false, false, true, GW_MATSCALE_SD, GW_PCA_EXACT},
};

/* Counts with structure, half of them 0, every value exact as text. */
static double *make_values(const case_t *t)
{
    size_t n = (size_t)t->rows * (size_t)t->columns;
    double *x = gw_malloc(n, sizeof *x);
    gw_rng_t g;
    gw_rng_init(&g, 11);
    for (int i = 0; i < t->rows; i++)
        for (int j = 0; j < t->columns; j++) {
            double a = (i % 5) * (j % 7) + (i % 3) * (j % 4) * 2 + (j % 11) * (i % 2) * 3;
            double noise = floor(8 * gw_rng_unit(&g));
            x[i * t->columns + j] = gw_rng_unit(&g) < 0.5 ? 0 : a + noise;
        }
    return x;
}

static char *write_file(const case_t *t, const double *x)
{
    char *path = gw_strdup("/tmp/gw_matrix_XXXXXX");
    FILE *f = fdopen(mkstemp(path), "w");
    int entries = 0;
    for (int i = 0; i < t->rows * t->columns; i++)
        entries += x[i] != 0;
    if (t->market)
        fprintf(f, "%%%%MatrixMarket matrix %s real general\n%% a comment\n%d %d",
                t->array ? "array" : "coordinate", t->rows, t->columns);
    if (t->market && !t->array)
        fprintf(f, " %d", entries);
    for (int j = 0; j < t->columns && !t->market; j++)
        fprintf(f, "\tv%d", j);
    fputc('\n', f);
    for (int i = 0; i < t->rows && !t->market; i++) {
        fprintf(f, "s%d", i);
        for (int j = 0; j < t->columns; j++)
            fprintf(f, "\t%g", x[i * t->columns + j]);
        fputc('\n', f);
    }
    for (int j = 0; j < t->columns && t->market; j++)
        for (int i = 0; i < t->rows; i++) {
            double v = x[i * t->columns + j];
            if (t->array)
                fprintf(f, "%g\n", v);
            else if (v != 0)
                fprintf(f, "%d %d %g\n", i + 1, j + 1, v);
        }
    fclose(f);
    return path;
}

/* Z, samples x variables, from its definition. */
static gsl_matrix *dense(const case_t *t, const double *x)
{
    size_t n = (size_t)(t->samples_are_columns ? t->columns : t->rows);
    size_t m = (size_t)(t->samples_are_columns ? t->rows : t->columns);
    gsl_matrix *z = gsl_matrix_alloc(n, m);
    double all = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            double v = t->samples_are_columns ? x[j * (size_t)t->columns + i]
                                              : x[i * (size_t)t->columns + j];
            gsl_matrix_set(z, i, j, v);
            all += v;
        }
    for (size_t i = 0; i < n && t->log; i++) {
        double sum = 0;
        for (size_t j = 0; j < m; j++)
            sum += gsl_matrix_get(z, i, j);
        for (size_t j = 0; j < m; j++)
            gsl_matrix_set(z, i, j, log(1 + gsl_matrix_get(z, i, j) / (sum / (all / (double)n))));
    }
    for (size_t j = 0; j < m && t->scale != GW_MATSCALE_NONE; j++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < n; i++)
            sum += gsl_matrix_get(z, i, j);
        for (size_t i = 0; i < n; i++) {
            double v = gsl_matrix_get(z, i, j) - sum / (double)n;
            gsl_matrix_set(z, i, j, v);
            squares += v * v;
        }
        for (size_t i = 0; i < n && t->scale == GW_MATSCALE_SD; i++)
            gsl_matrix_set(z, i, j, gsl_matrix_get(z, i, j) / sqrt(squares / (double)(n - 1)));
    }
    return z;
}

/* Singular triplets of z by GSL, which takes tall matrices; wide ones are turned. */
static void svd(const gsl_matrix *z, gsl_matrix **u, gsl_matrix **v, gsl_vector **s)
{
    bool wide = z->size1 < z->size2;
    gsl_matrix *a = gsl_matrix_alloc(wide ? z->size2 : z->size1, wide ? z->size1 : z->size2);
    if (wide)
        gsl_matrix_transpose_memcpy(a, z);
    else
        gsl_matrix_memcpy(a, z);
    gsl_matrix *b = gsl_matrix_alloc(a->size2, a->size2);
    *s = gsl_vector_alloc(a->size2);
    gsl_vector *work = gsl_vector_alloc(a->size2);
    gsl_linalg_SV_decomp(a, b, *s, work);
    gsl_vector_free(work);
    *u = wide ? b : a;
    *v = wide ? a : b;
}

static double farthest(const double *x, const gsl_matrix *m, size_t c)
{
    double dot = 0, far = 0;
    for (size_t i = 0; i < m->size1; i++)
        dot += x[i] * gsl_matrix_get(m, i, c);
    for (size_t i = 0; i < m->size1; i++)
        far = fmax(far, fabs(x[i] - (dot < 0 ? -1 : 1) * gsl_matrix_get(m, i, c)));
    return far;
}

START_TEST(matrix_is_the_dense_svd)
{
    const case_t *t = &cases[_i / 2];
    gw_err_t err = {0};
    double *x = make_values(t);
    char *path = write_file(t, x);
    gw_genoinput_t in;
    gw_matreader_t *r;
    gw_matdata_t d;
    gw_pca_result_t res;
    double *other;
    gw_matread_opts_t ro = {.max_bytes = 1 << 30};
    gw_matload_t lo = {.samples_are_columns = t->samples_are_columns,
                       .log_normalise = t->log,
                       .scale = t->scale,
                       .max_bytes = t->spill ? 0 : 1 << 30,
                       .threads = _i % 2 ? 3 : 1};
    ck_assert_msg(gw_genoinput_open(path, &in, &err) == GW_OK, "%s", err.msg);
    ck_assert_int_eq(in.kind, GW_GENOINPUT_MATRIX);
    ck_assert_msg(gw_matreader_open(&in, &ro, &r, &err) == GW_OK, "%s", err.msg);
    ck_assert_msg(gw_matdata_load(r, &lo, &d, &err) == GW_OK, "%s", err.msg);
    gw_rowop_t op = gw_matdata_op(&d);
    gw_rowsolve_shape_t shape = {d.n_samples, d.n_variables, d.samples_are_rows,
                                 d.total / d.divisor, "variables"};
    gw_pca_opts_t po = {.k = K, .method = t->method, .tol = 1e-24, .max_passes = 100, .seed = 1};
    ck_assert_msg(gw_rowsolve_run(&op, &shape, &po, &res, &other, &err) == GW_OK, "%s", err.msg);
    if (t->method != GW_PCA_AUTO)
        ck_assert_int_eq(res.method, t->method);
    gsl_matrix *z = dense(t, x), *u, *v;
    gsl_vector *s;
    svd(z, &u, &v, &s);
    double total = 0;
    for (size_t i = 0; i < s->size; i++)
        total += pow(gsl_vector_get(s, i), 2) / d.divisor;
    ck_assert_double_eq_tol(res.total, total, 1e-9 * total);
    for (size_t c = 0; c < K; c++) {
        double value = pow(gsl_vector_get(s, c), 2) / d.divisor;
        ck_assert_double_eq_tol(res.value[c], value, 1e-9 * value);
        ck_assert_double_le(farthest(res.vector + c * z->size1, u, c), 1e-9);
        ck_assert_double_le(farthest(other + c * z->size2, v, c), 1e-9);
    }
    gsl_matrix_free(z);
    gsl_matrix_free(u);
    gsl_matrix_free(v);
    gsl_vector_free(s);
    free(other);
    gw_pca_release(&res);
    gw_matdata_release(&d);
    gw_matreader_close(r);
    gw_genoinput_release(&in);
    unlink(path);
    free(path);
    free(x);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("matrix");
    TCase *t = tcase_create("svd");
    tcase_set_timeout(t, 300); /* a busy machine is no failure */
    tcase_add_loop_test(t, matrix_is_the_dense_svd, 0, 2 * sizeof cases / sizeof *cases);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
