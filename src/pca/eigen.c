#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cblas.h>
#include <lapacke.h>

#include "base/mem.h"
#include "pca/eigen.h"
#include "pca/krylov.h"

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
        double *u = vector + (size_t)j * (size_t)n, sum = 0;
        value[j] = w[m - 1 - j];
        memcpy(u, z + (size_t)(m - 1 - j) * (size_t)n, (size_t)n * sizeof *u);
        memcpy(a, u, (size_t)n * sizeof *a);
        cblas_dsymv(CblasColMajor, CblasLower, n, 1, matrix, n, u, 1, -value[j], a, 1);
        for (int i = 0; i < n; i++)
            sum += a[i] * a[i];
        residual[j] = value[j] > 0 ? sqrt(sum) / value[j] : INFINITY;
    }
    *bound = gw_krylov_bound(k, value, residual, m > k ? w[0] : 0);
done:
    free(a);
    free(w);
    free(z);
    free(support);
    return st;
}
