/* src/cluster/gmm.h -- mixtures of Gaussians, and how many of them by the information criterion
 *
 * Source: Dempster, Laird & Rubin 1977, doi:10.1111/j.2517-6161.1977.tb01600.x (EM); Schwarz 1978,
 *         doi:10.1214/aos/1176344136 (BIC); Fraley & Raftery 2002, doi:10.1198/016214502760047131
 *         (mixtures chosen by BIC)
 *
 * EM starts from k-means and ends when a round raises the mean log-likelihood of a point by less
 * than tol. 1e-6 of the columns' mean variance is added to every variance, so that no component
 * collapses onto a point; a mixture with a thin component is chosen only when all are. BIC = -2
 * log-likelihood + parameters * ln n: smaller is better.
 */
#ifndef GW_CLUSTER_GMM_H
#define GW_CLUSTER_GMM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

typedef enum { GW_COVARIANCE_AUTO, GW_COVARIANCE_FULL, GW_COVARIANCE_DIAG } gw_covariance_t;

typedef struct {
    int32_t k_min, k_max;       /* components tried; equal = given */
    gw_covariance_t covariance; /* AUTO: both, by BIC */
    int restarts;               /* of the k-means it starts from */
    int max_rounds;
    double tol;
    uint64_t seed;
    int threads;
} gw_gmm_opts_t;

typedef struct {
    int32_t k;
    gw_covariance_t covariance;
    double loglik, bic;
    int rounds;
    bool converged;
    bool thin; /* a component has too few points for its covariance: d + 1 (full), 2 (diag) */
} gw_gmm_trial_t;

typedef struct {
    gw_gmm_trial_t chosen;
    gw_gmm_trial_t *trial; /* all, by k; full before diag */
    int n_trials;
    int32_t *cluster;    /* the component with the highest probability, of equals the first */
    double *probability; /* of that component */
    double *weight;      /* k */
    double *mean;        /* k * d */
} gw_gmm_t;

/* Points x[i * d + c]. GW_EDATA when there are fewer than k_min different points; larger k than
 * there are different points are not tried. Release r in any case. */
GW_RESULT_USED gw_status_t gw_gmm_run(const double *x, int64_t n, int32_t d,
                                      const gw_gmm_opts_t *opts, gw_gmm_t *r, gw_err_t *err);
void gw_gmm_release(gw_gmm_t *r);

#endif
