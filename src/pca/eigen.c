#include <config.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <cblas.h>
#include <lapacke.h>

#include "base/mem.h"
#include "pca/eigen.h"
#include "pca/krylov.h"

/* |A u - value u| / value of each pair; work holds n values */
static void set_residuals(int n, int k, const double *matrix, const double *value,
                          const double *vector, double *work, double *residual)
{
    for (int j = 0; j < k; j++) {
        const double *u = vector + (size_t)j * (size_t)n;
        double sum = 0;
        memcpy(work, u, (size_t)n * sizeof *work);
        cblas_dsymv(CblasColMajor, CblasLower, n, 1, matrix, n, u, 1, -value[j], work, 1);
        for (int i = 0; i < n; i++)
            sum += work[i] * work[i];
        residual[j] = value[j] > 0 ? sqrt(sum) / value[j] : INFINITY;
    }
}

gw_status_t gw_eigen_top(int n, int k, const double *matrix, double *value, double *vector,
                         double *residual, double *bound, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    int found = 0, m = k < n ? k + 1 : k; /* one more for the gap */
    size_t size = (size_t)n * (size_t)n;
    double *a = gw_malloc(size, sizeof *a), *w = gw_malloc((size_t)n, sizeof *w);
    double *z = gw_malloc((size_t)n * (size_t)m, sizeof *z);
    lapack_int *support = gw_malloc(2 * (size_t)m, sizeof *support);
    if (!a || !w || !z || !support) {
        st = gw_err_nomem(err, "solving for components");
        goto done;
    }
    memcpy(a, matrix, size * sizeof *a);
    int info = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'I', 'L', n, a, n, 0, 0, n - m + 1, n, 0,
                              &found, w, z, n, support);
    if (info || found != m) {
        st = info == LAPACK_WORK_MEMORY_ERROR
                 ? gw_err_nomem(err, "solving for components")
                 : gw_err_set(err, GW_EINTERNAL, "LAPACK's dsyevr failed with %d", info);
        goto done;
    }
    for (int j = 0; j < k; j++) {
        value[j] = w[m - 1 - j];
        memcpy(vector + (size_t)j * (size_t)n, z + (size_t)(m - 1 - j) * (size_t)n,
               (size_t)n * sizeof *z);
    }
    set_residuals(n, k, matrix, value, vector, a, residual);
    *bound = gw_krylov_bound(k, value, residual, m > k ? w[0] : 0);
done:
    free(a);
    free(w);
    free(z);
    free(support);
    return st;
}

/* Eigenvalues w[m] and vectors z of the tridiagonal matrix d, e, which ones by block and place. */
typedef struct {
    double *a, *d, *e, *tau, *w, *z;
    lapack_int *block, *split, *failed;
} work_t;

static void work_release(work_t *t)
{
    free(t->a);
    free(t->d);
    free(t->e);
    free(t->tau);
    free(t->w);
    free(t->z);
    free(t->block);
    free(t->split);
    free(t->failed);
}

static bool work_init(work_t *t, size_t n, size_t m)
{
    t->a = gw_malloc(n * n, sizeof *t->a);
    t->d = gw_malloc(n, sizeof *t->d);
    t->e = gw_malloc(n, sizeof *t->e);
    t->tau = gw_malloc(n, sizeof *t->tau);
    t->w = gw_malloc(n, sizeof *t->w);
    t->z = gw_malloc(n * m, sizeof *t->z);
    t->block = gw_malloc(n, sizeof *t->block);
    t->split = gw_malloc(n, sizeof *t->split);
    t->failed = gw_malloc(m, sizeof *t->failed);
    return t->a && t->d && t->e && t->tau && t->w && t->z && t->block && t->split && t->failed;
}

/* all[n] rising, and the top k pairs in w and z in no stated order; the name of what failed or NULL
 */
static const char *reduce(int n, int k, work_t *t, double *all, int *info)
{
    int found = 0, n_split = 0;
    if ((*info = LAPACKE_dsytrd(LAPACK_COL_MAJOR, 'L', n, t->a, n, t->d, t->e, t->tau)) != 0)
        return "dsytrd";
    memcpy(all, t->d, (size_t)n * sizeof *all);
    memcpy(t->w, t->e, (size_t)n * sizeof *t->w);
    if ((*info = LAPACKE_dsterf(n, all, t->w)) != 0)
        return "dsterf";
    if ((*info = LAPACKE_dstebz('I', 'B', n, 0, 0, n - k + 1, n, 0, t->d, t->e, &found, &n_split,
                                t->w, t->block, t->split)) != 0 ||
        found != k)
        return "dstebz";
    if ((*info = LAPACKE_dstein(LAPACK_COL_MAJOR, n, t->d, t->e, k, t->w, t->block, t->split, t->z,
                                n, t->failed)) != 0)
        return "dstein";
    *info = LAPACKE_dormtr(LAPACK_COL_MAJOR, 'L', 'L', 'N', n, k, t->a, n, t->tau, t->z, n);
    return *info ? "dormtr" : NULL;
}

gw_status_t gw_eigen_spectrum(int n, int k, const double *matrix, double *value, double *vector,
                              double *residual, double *bound, double *all, gw_err_t *err)
{
    work_t t = {0};
    int info = 0;
    size_t size = (size_t)n;
    gw_status_t st =
        work_init(&t, size, (size_t)k) ? GW_OK : gw_err_nomem(err, "solving for components");
    if (st == GW_OK) {
        memcpy(t.a, matrix, size * size * sizeof *t.a);
        const char *failed = reduce(n, k, &t, all, &info);
        if (failed)
            st = info == LAPACK_WORK_MEMORY_ERROR
                     ? gw_err_nomem(err, "solving for components")
                     : gw_err_set(err, GW_EINTERNAL, "LAPACK's %s failed with %d", failed, info);
    }
    for (int j = 0; j < k && st == GW_OK; j++) { /* the largest of those not yet taken */
        int top = -1;
        for (int i = 0; i < k; i++)
            if (t.failed[i] >= 0 && (top < 0 || t.w[i] > t.w[top]))
                top = i;
        t.failed[top] = -1; /* dstein left 0 there */
        value[j] = t.w[top];
        memcpy(vector + (size_t)j * size, t.z + (size_t)top * size, size * sizeof *vector);
    }
    if (st == GW_OK) {
        for (int i = 0, j = n - 1; i < j; i++, j--) {
            double x = all[i];
            all[i] = all[j];
            all[j] = x;
        }
        set_residuals(n, k, matrix, value, vector, t.d, residual);
        *bound = gw_krylov_bound(k, value, residual, k < n ? all[k] : 0);
    }
    work_release(&t);
    return st;
}
