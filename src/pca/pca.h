/* src/pca/pca.h -- principal components of a genotype set
 *
 * Contents: 1. options  2. the result  3. running
 * Source:   Patterson, Price & Reich 2006, doi:10.1371/journal.pgen.0020190 (also the Tracy-Widom
 *           test); Chiani 2014, doi:10.1016/j.jmva.2014.04.002 (its law as a shifted gamma)
 *
 * Components are unit-length eigenvectors of K = X X^T / M. Each one's sign is set so that its
 * entry of largest size is positive (the first such sample where sizes are equal).
 */
#ifndef GW_PCA_PCA_H
#define GW_PCA_PCA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "pca/genodata.h"
#include "pca/gramop.h"

/* 1. options */
typedef enum {
    GW_PCA_AUTO,  /* exact up to GW_PCA_EXACT_SAMPLES samples and 1e11 products, else Krylov */
    GW_PCA_EXACT, /* the whole matrix in double precision, LAPACK */
    GW_PCA_KRYLOV /* products only, to a bound */
} gw_pca_method_t;
enum { GW_PCA_EXACT_SAMPLES = 2048 };

typedef struct {
    int k;
    gw_pca_method_t method;
    double tol;     /* Krylov: bound on 1 - MEV at which it stops */
    int max_passes; /* Krylov: over the data */
    uint64_t seed;
} gw_pca_opts_t;

/* 2. the result */
typedef struct {
    int64_t n_samples;
    int k;
    gw_pca_method_t method; /* the one that was taken */
    double *value;          /* k eigenvalues, falling */
    double *vector;         /* n_samples x k, column by column */
    double *residual;       /* k: |K u - value u| / value */
    double total;           /* the trace of K, exact: what a proportion of variance is of */
    double bound;           /* on 1 - MEV; see pca/krylov.h */
    int n_passes;
    bool converged;
    double *matrix;    /* exact only: K, n x n; NULL otherwise */
    double *tw, *tw_p; /* exact only: Tracy-Widom statistic and p-value of each component, what is
                          left of the spectrum after those before it */
    double *shrinkage; /* exact only: k, of new samples' places; see pca/shrinkage.h */
} gw_pca_result_t;

/* 3. running: GW_EDATA when the set has too few samples or variants for k components, or no
 *    variance left. The caller releases *out. */
GW_RESULT_USED gw_status_t gw_pca_run(gw_gramop_t *op, const gw_pca_opts_t *o, gw_pca_result_t *out,
                                      gw_err_t *err);
void gw_pca_release(gw_pca_result_t *r);
/* p-value of a Tracy-Widom (beta 1) statistic */
double gw_pca_tracy_widom_p(double x);
/* -1 when the sign rule above turns u, else 1 */
double gw_pca_sign(int64_t n, const double *u);
/* the signs as above, of n x k columns */
void gw_pca_fix_signs(int64_t n, int k, double *vector);

#endif
