/* src/cluster/hclust.h -- hierarchical clustering by the nearest-neighbour chain
 *
 * Contents: 1. the tree  2. cuts  3. text
 * Source:   Murtagh 1983, doi:10.1093/comjnl/26.4.354 (chain); Lance & Williams 1967,
 *           doi:10.1093/comjnl/9.4.373 (updates); Ward 1963, doi:10.1080/01621459.1963.10500845
 *
 * Heights are distances: for Ward the square root of twice the growth of the sum of squares, as R's
 * ward.D2, SciPy and scikit-learn have it. Time grows with n * n, memory is 8 bytes a pair.
 */
#ifndef GW_CLUSTER_HCLUST_H
#define GW_CLUSTER_HCLUST_H

#include <stdint.h>
#include <stdio.h>

#include "base/status.h"
#include "cluster/samples.h"

/* 1. the tree: merge m joins a and b (a sample below n; n + m' for the result of merge m') at a
 *    height; heights never fall. Of equally near pairs the chain takes its earlier member first. */
typedef enum {
    GW_LINKAGE_AVERAGE,
    GW_LINKAGE_SINGLE,
    GW_LINKAGE_COMPLETE,
    GW_LINKAGE_WARD
} gw_linkage_t;
typedef struct {
    int64_t a, b;
    double height;
} gw_merge_t;
/* n - 1 merges in the caller's memory. */
GW_RESULT_USED gw_status_t gw_hclust_run(const gw_samples_t *s, gw_linkage_t linkage, int threads,
                                         gw_merge_t *merge, gw_err_t *err);

/* 2. cuts: cluster[i] numbered from 0 by first sample; returns how many there are */
/* k > 0: into k clusters; else: only merges at most height high are made. */
GW_RESULT_USED gw_status_t gw_hclust_cut(const gw_merge_t *merge, int64_t n, int64_t k,
                                         double height, int32_t *cluster, int32_t *n_clusters,
                                         gw_err_t *err);

/* 3. text: the tree as Newick, branch lengths between heights; leaves are at height 0 */
GW_RESULT_USED gw_status_t gw_hclust_newick(const gw_samples_t *s, const gw_merge_t *merge, FILE *f,
                                            gw_err_t *err);

#endif
