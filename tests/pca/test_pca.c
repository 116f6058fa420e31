#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <gsl/gsl_eigen.h>

#include "base/mem.h"
#include "pca/krylov.h"
#include "pca/outlier.h"
#include "pca/pca.h"
#include "tests/check_main.h"

static char *data_file(const char *name)
{
    const char *src = getenv("srcdir");
    return gw_asprintf("%s/tests/data/pca/%s", src ? src : ".", name);
}

static void load(const char *name, gw_genoscale_t scale, gw_genoreader_t **r, gw_genodata_t *d)
{
    gw_err_t err = {0};
    char *path = data_file(name);
    gw_genoread_opts_t ro = {.threads = 1};
    gw_genoload_t lo = {.filter = {.max_missing = 0.1, .min_maf = 0.01, .max_r2 = 1},
                        .scale = scale,
                        .names = true,
                        .max_bytes = 1 << 20};
    ck_assert_msg(gw_genoreader_open(path, &ro, r, &err) == GW_OK, "%s", err.msg);
    ck_assert_msg(gw_genodata_load(*r, &lo, d, &err) == GW_OK, "%s", err.msg);
    free(path);
}

/* K from the stored genotypes, one product after the other. */
static double *dense(const gw_genodata_t *d, gw_genoscale_t scale)
{
    int64_t n = d->n_samples;
    double *k = gw_calloc((size_t)(n * n), sizeof *k), *x = gw_malloc((size_t)n, sizeof *x);
    uint8_t *buffer =
        gw_malloc((size_t)gw_genostore_block_rows(d->store), gw_genostore_row_bytes(d->store));
    for (int64_t b = 0; b < gw_genostore_n_blocks(d->store); b++) {
        gw_gram_block_t g;
        ck_assert_int_eq(gw_genodata_block(d, b, buffer, &g, NULL), GW_OK);
        for (int64_t v = 0; v < g.n_variants; v++) {
            double sum = 0, called = 0, squares = 0;
            for (int64_t i = 0; i < n; i++) {
                int c = (g.geno[(size_t)v * g.row_bytes + (size_t)i / 4] >> (2 * (i % 4))) & 3;
                x[i] = c == 3 ? NAN : c;
                if (c != 3)
                    sum += c, called++;
            }
            double mean = sum / called;
            for (int64_t i = 0; i < n; i++)
                if (!isnan(x[i]))
                    squares += (x[i] - mean) * (x[i] - mean);
            double s = scale == GW_SCALE_BINOMIAL ? sqrt(2 * (mean / 2) * (1 - mean / 2))
                       : scale == GW_SCALE_SD     ? sqrt(squares / (called - 1))
                                                  : 1;
            for (int64_t i = 0; i < n; i++)
                x[i] = isnan(x[i]) ? 0 : (x[i] - mean) / s;
            for (int64_t i = 0; i < n; i++)
                for (int64_t j = 0; j < n; j++)
                    k[i * n + j] += x[i] * x[j] / (double)d->n_variants;
        }
    }
    free(x);
    free(buffer);
    return k;
}

/* Exact mode against another library's decomposition of the plain matrix, to 1e-9. */
START_TEST(exact_is_the_dense_decomposition)
{
    gw_genoreader_t *r;
    gw_genodata_t d;
    gw_pca_result_t res;
    gw_genoscale_t scale = (gw_genoscale_t)_i;
    load("small.vcf", scale, &r, &d);
    gw_pca_opts_t o = {.k = 8, .method = GW_PCA_EXACT};
    gw_gramop_t op;
    gw_engine_t *engine;
    ck_assert_int_eq(gw_engine_create("cpu", 2, &engine, NULL), GW_OK);
    ck_assert_int_eq(gw_gramop_init(&op, &d, engine, 2, NULL), GW_OK);
    ck_assert_int_eq(gw_pca_run(&op, &o, &res, NULL), GW_OK);
    gw_gramop_release(&op);
    gw_engine_destroy(engine);
    size_t n = (size_t)d.n_samples;
    double *k = dense(&d, scale), trace = 0;
    for (size_t i = 0; i < n; i++)
        trace += k[i * n + i];
    ck_assert_double_eq_tol(res.total, trace, 1e-9 * trace);
    for (size_t i = 0; i < n * n; i++)
        ck_assert_double_eq_tol(res.matrix[i], k[i], 1e-11 * trace);
    gsl_matrix_view a = gsl_matrix_view_array(k, n, n);
    gsl_vector *w = gsl_vector_alloc(n);
    gsl_matrix *z = gsl_matrix_alloc(n, n);
    gsl_eigen_symmv_workspace *ws = gsl_eigen_symmv_alloc(n);
    gsl_eigen_symmv(&a.matrix, w, z, ws);
    gsl_eigen_symmv_sort(w, z, GSL_EIGEN_SORT_VAL_DESC);
    for (size_t c = 0; c < 8; c++) {
        ck_assert_double_eq_tol(res.value[c], gsl_vector_get(w, c), 1e-9 * res.value[0]);
        double dot = 0;
        for (size_t i = 0; i < n; i++)
            dot += res.vector[c * n + i] * gsl_matrix_get(z, i, c);
        for (size_t i = 0; i < n; i++)
            ck_assert_double_eq_tol(res.vector[c * n + i],
                                    (dot < 0 ? -1 : 1) * gsl_matrix_get(z, i, c), 1e-9);
        ck_assert_double_le(res.residual[c], 1e-12);
    }
    gsl_eigen_symmv_free(ws);
    gsl_vector_free(w);
    gsl_matrix_free(z);
    free(k);
    gw_pca_release(&res);
    gw_genodata_release(&d);
    gw_genoreader_close(r);
}
END_TEST

/* A sparse bed of 2.5 GB: rows past 2^31 bytes and 2^33 genotypes are those that stand there. */
START_TEST(bed_is_larger_than_an_int)
{
    enum { SAMPLES = 40000, VARIANTS = 250000, ROW = SAMPLES / 4 };
    gw_err_t err = {0};
    char dir[] = "/tmp/gw_large_XXXXXX", name[3][64];
    static const char *const ending[] = {"fam", "bim", "bed"};
    ck_assert_ptr_nonnull(mkdtemp(dir));
    FILE *f[3];
    for (int i = 0; i < 3; i++) {
        snprintf(name[i], sizeof name[i], "%s/large.%s", dir, ending[i]);
        f[i] = fopen(name[i], "wb");
        ck_assert_ptr_nonnull(f[i]);
    }
    for (int i = 0; i < SAMPLES; i++)
        fprintf(f[0], "0 s%d 0 0 0 -9\n", i);
    for (int v = 0; v < VARIANTS; v++)
        fprintf(f[1], "1 . 0 %d A G\n", v + 1);
    uint8_t row[ROW], *got = gw_malloc(2, ROW);
    memset(row, 0xe4, sizeof row); /* 0, missing, 1, 2 of A2: codes 2, 3, 1, 0 */
    fwrite("\x6c\x1b\x01", 1, 3, f[2]);
    ck_assert_int_eq(fflush(f[2]), 0);
    if (ftruncate(fileno(f[2]), 3 + (off_t)VARIANTS * ROW) != 0 ||
        pwrite(fileno(f[2]), row, ROW, 3 + (off_t)(VARIANTS - 1) * ROW) != ROW)
        ck_abort_msg("no room for a sparse file");
    for (int i = 0; i < 3; i++)
        fclose(f[i]);
    gw_genoreader_t *r;
    gw_genoread_opts_t ro = {.threads = 1};
    ck_assert_msg(gw_genoreader_open(name[2], &ro, &r, &err) == GW_OK, "%s", err.msg);
    ck_assert_msg(gw_genoreader_reread(r, VARIANTS - 2, 2, got, &err) == GW_OK, "%s", err.msg);
    ck_assert_int_eq(got[ROW - 1], 0xaa); /* a hole is zeros: two copies of A1 */
    ck_assert_int_eq(got[ROW], 2 | 3 << 2 | 1 << 4 | 0 << 6);
    ck_assert_int_eq(got[2 * ROW - 1], got[ROW]);
    gw_genoreader_close(r);
    for (int i = 0; i < 3; i++)
        unlink(name[i]);
    rmdir(dir);
    free(got);
}
END_TEST

/* Rows that left memory come back as they were: the same bits from memory, file and bed. */
START_TEST(store_keeps_rows)
{
    gw_genoreader_t *r;
    gw_genodata_t d;
    load("small.bed", GW_SCALE_BINOMIAL, &r, &d);
    gw_genostore_t *s[2];
    uint64_t limit[2] = {0, 1 << 30};
    size_t row_bytes = gw_genostore_row_bytes(d.store);
    uint8_t *buffer = gw_malloc((size_t)gw_genostore_block_rows(d.store), row_bytes);
    int64_t n = 3 * gw_genostore_block_rows(d.store) + 17;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(gw_genostore_create(d.n_samples, limit[i], NULL, NULL, &s[i], NULL),
                         GW_OK);
        for (int64_t v = 0; v < n; v++) {
            for (size_t b = 0; b < row_bytes; b++)
                buffer[b] = (uint8_t)((size_t)v * 31 + b * 7);
            buffer[row_bytes - 1] &= 0x0f; /* 42 samples */
            ck_assert_int_eq(gw_genostore_add(s[i], buffer, (uint64_t)v, v % 5 == 0, NULL), GW_OK);
        }
        ck_assert_int_eq(gw_genostore_finish(s[i], NULL), GW_OK);
        ck_assert_int_eq(gw_genostore_n_blocks(s[i]), 4);
    }
    uint8_t *other = gw_malloc((size_t)gw_genostore_block_rows(d.store), row_bytes);
    for (int64_t b = 0; b < 4; b++) {
        const uint8_t *x, *y;
        ck_assert_int_eq(gw_genostore_read(s[0], b, buffer, &x, NULL), GW_OK);
        ck_assert_int_eq(gw_genostore_read(s[1], b, other, &y, NULL), GW_OK);
        ck_assert_mem_eq(x, y, (size_t)gw_genostore_rows_in(s[0], b) * row_bytes);
    }
    const uint8_t *x;
    ck_assert_int_eq(gw_genostore_read(s[1], 0, other, &x, NULL), GW_OK);
    ck_assert_int_eq(x[1], (7 ^ ((~7 & 0x55) << 1)) & 255); /* row 0 was flipped: 0 <-> 2 */
    ck_assert_int_eq(x[row_bytes], 31);                     /* row 1 was not */
    free(buffer);
    free(other);
    gw_genostore_destroy(s[0]);
    gw_genostore_destroy(s[1]);
    gw_genodata_release(&d);
    gw_genoreader_close(r);
}
END_TEST

/* A diagonal matrix with a known gap, through the solver: windows, condensing, bound. */
enum { N = 400 };
static gw_status_t apply_diagonal(void *ctx, int window, int n_windows, int n_cols, const double *q,
                                  double *h, gw_err_t *err)
{
    (void)err;
    const double *value = ctx;
    for (int c = 0; c < n_cols; c++)
        for (int i = 0; i < N; i++)
            h[c * N + i] = i % n_windows == window ? value[i] * q[c * N + i] : 0;
    return GW_OK;
}

START_TEST(krylov_finds_what_it_certifies)
{
    double value[N], found[5], residual[5], *u = gw_malloc(5 * N, sizeof *u);
    for (int i = 0; i < N; i++)
        value[i] = i < 6 ? 10 - i : 3.9 - i * 0.005; /* 10 9 8 7 6 5, then a bulk */
    gw_krylov_opts_t o = {.n = N,
                          .k = 5,
                          .n_cols = 16,
                          .max_cols = 64,
                          .n_windows = _i ? 4 : 1,
                          .max_passes = 60,
                          .tol = 1e-14,
                          .seed = 7};
    gw_krylov_result_t r = {.value = found, .vector = u, .residual = residual};
    ck_assert_int_eq(gw_krylov_run(&o, apply_diagonal, value, &r, NULL), GW_OK);
    ck_assert(r.converged);
    double lost = 0;
    for (int c = 0; c < 5; c++) {
        double inside = 0;
        ck_assert_double_eq_tol(found[c], 10 - c, 1e-9);
        for (int i = 0; i < 5; i++)
            inside += u[c * N + i] * u[c * N + i];
        lost += (1 - inside) / 5;
    }
    ck_assert_double_le(lost, r.bound + 1e-14);
    free(u);
}
END_TEST

START_TEST(krylov_says_when_it_did_not_converge)
{
    double value[N], found[5], residual[5], *u = gw_malloc(5 * N, sizeof *u);
    for (int i = 0; i < N; i++)
        value[i] = 1 - 1e-4 * i; /* no gap worth the name */
    gw_krylov_opts_t o = {.n = N,
                          .k = 5,
                          .n_cols = 16,
                          .max_cols = 64,
                          .n_windows = 1,
                          .max_passes = 3,
                          .tol = 1e-9,
                          .seed = 7};
    gw_krylov_result_t r = {.value = found, .vector = u, .residual = residual};
    ck_assert_int_eq(gw_krylov_run(&o, apply_diagonal, value, &r, NULL), GW_OK);
    ck_assert(!r.converged);
    ck_assert_int_eq(r.n_passes, 3);
    ck_assert_double_gt(r.bound, 1e-3);
    free(u);
}
END_TEST

/* The exact test against sums of the probabilities of all tables. */
static double brute_hwe(int64_t hom1, int64_t het, int64_t hom2)
{
    int64_t n = hom1 + het + hom2, a = 2 * hom1 + het;
    double p[200], total = 0, tail = 0;
    for (int64_t h = a % 2; h <= a && h <= 2 * n - a; h += 2) {
        p[h] = exp(h * log(2) - lgamma((double)h + 1) - lgamma((double)(a - h) / 2 + 1) -
                   lgamma((double)(n - (a + h) / 2) + 1));
        total += p[h];
    }
    for (int64_t h = a % 2; h <= a && h <= 2 * n - a; h += 2)
        if (p[h] <= p[het] * (1 + 1e-7))
            tail += p[h];
    return tail / total;
}

START_TEST(hardy_weinberg_is_exact)
{
    static const int tables[][3] = {{5, 0, 5},  {0, 10, 0}, {3, 4, 3},   {20, 1, 0}, {1, 18, 2},
                                    {0, 1, 30}, {7, 21, 9}, {30, 12, 2}, {1, 0, 0},  {25, 50, 25}};
    const int *t = tables[_i];
    ck_assert_double_eq_tol(gw_sitefilter_hwe(t[0], t[1], t[2]), brute_hwe(t[0], t[1], t[2]), 1e-9);
}
END_TEST

/* quantiles of the law as tabulated: Tracy & Widom 1996, beta 1 */
START_TEST(tracy_widom_has_its_quantiles)
{
    static const double table[][2] = {
        {0.9793, 0.05}, {2.0234, 0.01}, {0.4501, 0.10}, {-1.2686, 0.5}};
    ck_assert_double_eq_tol(gw_pca_tracy_widom_p(table[_i][0]), table[_i][1], 0.002);
}
END_TEST

/* distances by hand: mean 0, variance 6 / 5; median 0, deviations 0 0 1 1 2 -> 1 */
START_TEST(outliers_are_far_out)
{
    static const double vector[] = {0, 0, 1, 1, -2, 3, 3, 3, 3, 3, 0, 0, 0, 0, 7};
    gw_outlier_t sigma[5], robust[5];
    ck_assert_int_eq(gw_outlier_measure(GW_OUTLIER_SIGMA, 5, 2, vector, sigma, NULL), GW_OK);
    ck_assert_int_eq(gw_outlier_measure(GW_OUTLIER_ROBUST, 5, 2, vector, robust, NULL), GW_OK);
    double sd = sqrt(6.0 / 5);
    for (int i = 0; i < 5; i++) {
        ck_assert_double_eq_tol(sigma[i].distance, vector[i] / sd, 1e-12);
        ck_assert_double_eq_tol(robust[i].distance, vector[i] / 1.4826, 1e-12);
        ck_assert_int_eq(sigma[i].component, 0); /* a constant column tells nothing */
    }
    /* most samples alike: who differs is beyond any robust limit, at most sqrt(n - 1) by sigma */
    ck_assert_int_eq(gw_outlier_measure(GW_OUTLIER_SIGMA, 5, 3, vector, sigma, NULL), GW_OK);
    ck_assert_int_eq(gw_outlier_measure(GW_OUTLIER_ROBUST, 5, 3, vector, robust, NULL), GW_OK);
    ck_assert_double_eq_tol(sigma[4].distance, 2, 1e-12);
    ck_assert_int_eq(sigma[4].component, 2);
    ck_assert(isinf(robust[4].distance) && robust[4].distance > 0);
    ck_assert_double_eq(robust[0].distance, 0);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("pca");
    TCase *t = tcase_create("components");
    tcase_set_timeout(t, 300); /* a busy machine is no failure */
    tcase_add_loop_test(t, exact_is_the_dense_decomposition, 0, 3);
    tcase_add_test(t, store_keeps_rows);
    tcase_add_test(t, bed_is_larger_than_an_int);
    tcase_add_loop_test(t, hardy_weinberg_is_exact, 0, 10);
    tcase_add_loop_test(t, tracy_widom_has_its_quantiles, 0, 4);
    tcase_add_loop_test(t, krylov_finds_what_it_certifies, 0, 2);
    tcase_add_test(t, krylov_says_when_it_did_not_converge);
    tcase_add_test(t, outliers_are_far_out);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
