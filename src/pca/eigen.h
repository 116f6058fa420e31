/* src/pca/eigen.h -- the largest eigenpairs of a symmetric matrix held whole (LAPACK)
 */
#ifndef GW_PCA_EIGEN_H
#define GW_PCA_EIGEN_H

#include "base/status.h"

/* matrix: n x n, both triangles, left as it is. value[k] falling, vector n x k column by column,
 * residual[k] = |A u - value u| / value, *bound on 1 - MEV (pca/krylov.h): the caller's memory. */
GW_RESULT_USED gw_status_t gw_eigen_top(int n, int k, const double *matrix, double *value,
                                        double *vector, double *residual, double *bound,
                                        gw_err_t *err);

/* The same, with the whole spectrum besides: all[n], falling. */
GW_RESULT_USED gw_status_t gw_eigen_spectrum(int n, int k, const double *matrix, double *value,
                                             double *vector, double *residual, double *bound,
                                             double *all, gw_err_t *err);

#endif
