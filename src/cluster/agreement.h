/* src/cluster/agreement.h -- how good a grouping is: silhouettes, and agreement with labels
 *
 * Contents: 1. silhouettes  2. agreement
 * Source:   Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7; Hubert & Arabie 1985,
 *           doi:10.1007/BF01908075 (adjusted Rand index); Strehl & Ghosh 2002, JMLR 3:583
 *           (mutual information, here over the mean of both entropies)
 */
#ifndef GW_CLUSTER_AGREEMENT_H
#define GW_CLUSTER_AGREEMENT_H

#include <stdint.h>

#include "base/status.h"
#include "cluster/samples.h"

/* 1. silhouettes: width[i] in the caller's memory. A sample alone in its cluster has 0; noise
 *    (cluster -1) and samples not looked at have NAN. Above GW_SILHOUETTE_EXACT samples so many are
 *    drawn with seed, and compared with each other only. *mean is over the widths that are no NAN
 *    (NAN when there are fewer than two clusters); *scored is how many these are. */
enum { GW_SILHOUETTE_EXACT = 5000 };
GW_RESULT_USED gw_status_t gw_silhouette(const gw_samples_t *s, const int32_t *cluster, int32_t k,
                                         uint64_t seed, int threads, double *width, double *mean,
                                         int64_t *scored, gw_err_t *err);

/* 2. agreement of two groupings of n things: a[i] in 0..n_a-1, b[i] in 0..n_b-1 */
typedef struct {
    double ari, nmi; /* 1 = the same grouping; ARI has expectation 0 for random ones */
} gw_agreement_t;
GW_RESULT_USED gw_status_t gw_agreement(const int32_t *a, int32_t n_a, const int32_t *b,
                                        int32_t n_b, int64_t n, gw_agreement_t *out, gw_err_t *err);

#endif
