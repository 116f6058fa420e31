/* src/pca/rowsolve.h -- principal components through the operator of pca/rowop.h
 *
 * The side with fewer entries is decomposed whole where that is cheap; else the columns' side by
 * block Krylov in double precision. The other side follows by one product.
 */
#ifndef GW_PCA_ROWSOLVE_H
#define GW_PCA_ROWSOLVE_H

#include <stdbool.h>

#include "base/status.h"
#include "pca/pca.h"
#include "pca/rowop.h"

typedef struct {
    int64_t n_samples, n_variables;
    bool samples_are_rows; /* of op; else its columns */
    double total;          /* the trace of Z' Z / divisor plus the diagonal */
    const char *variables; /* what they are called in messages: "variants" */
} gw_rowsolve_shape_t;

/* op->diagonal needs samples as columns. *other: unit-length vectors of the variables, n_variables
 * x k, column by column, signed like the samples'; the caller frees it. GW_EDATA: fewer components
 * than asked for, with how many there are. out->tw is NULL. */
GW_RESULT_USED gw_status_t gw_rowsolve_run(const gw_rowop_t *op, const gw_rowsolve_shape_t *shape,
                                           const gw_pca_opts_t *o, gw_pca_result_t *out,
                                           double **other, gw_err_t *err);

#endif
