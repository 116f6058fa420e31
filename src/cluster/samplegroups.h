/* src/cluster/samplegroups.h -- groups of samples: one call for every method, and their text
 *
 * Contents: 1. options  2. groups  3. grouping  4. text
 * Groups are numbered from 1, the largest first, of equals the one with the first sample; 0 is
 * noise.
 */
#ifndef GW_CLUSTER_SAMPLEGROUPS_H
#define GW_CLUSTER_SAMPLEGROUPS_H

#include <stdio.h>

#include "base/status.h"
#include "cluster/agreement.h"
#include "cluster/gmm.h"
#include "cluster/hclust.h"
#include "cluster/samples.h"

/* 1. options */
typedef enum {
    GW_SAMPLES_KMEANS,
    GW_SAMPLES_GMM,
    GW_SAMPLES_HCLUST,
    GW_SAMPLES_DBSCAN
} gw_samplemethod_t;

typedef struct {
    gw_samplemethod_t method;
    int32_t k; /* 0: k-means by silhouette of 2..k_max, mixtures by BIC of 1..k_max */
    int32_t k_max;
    int restarts;
    gw_covariance_t covariance;
    gw_linkage_t linkage;
    double height; /* hclust with k = 0 */
    double eps;
    int64_t min_points;
    uint64_t seed;
    int threads;
} gw_samplegroups_opts_t;

/* 2. groups */
typedef struct {
    int32_t k;
    double score;     /* mean silhouette (k-means) or BIC (mixtures) */
    const char *form; /* covariance of a mixture; "" */
} gw_sampletrial_t;

typedef struct {
    int32_t k;
    int32_t *group;      /* of every sample: 1..k, 0 = noise */
    int64_t *size;       /* k + 1 */
    double *probability; /* mixtures; NULL otherwise */
    double *width;       /* silhouettes, NAN where there is none */
    double mean_width;
    int64_t scored;    /* samples that have a silhouette */
    double *centre;    /* k * d for k-means and mixtures; NULL otherwise */
    gw_merge_t *merge; /* hclust */
    gw_sampletrial_t *trial;
    int n_trials;
    double inertia;   /* k-means */
    double bic;       /* mixtures */
    const char *form; /* covariance that was chosen; "" */
    bool converged;
} gw_samplegroups_t;

/* 3. grouping: g is filled anew; release it in any case. k-means and mixtures need points. */
GW_RESULT_USED gw_status_t gw_samplegroups_run(const gw_samples_t *s,
                                               const gw_samplegroups_opts_t *o,
                                               gw_samplegroups_t *g, gw_err_t *err);
void gw_samplegroups_release(gw_samplegroups_t *g);

/* 4. text; write errors are left in the FILE */
/* Header, then sample, cluster, probability, silhouette; NA where there is none. */
void gw_samplegroups_write(const gw_samples_t *s, const gw_samplegroups_t *g, FILE *f);
/* Header, then cluster, size and the centre's coordinates. */
void gw_samplegroups_centres(const gw_samples_t *s, const gw_samplegroups_t *g, FILE *f);

#endif
