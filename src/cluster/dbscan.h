/* src/cluster/dbscan.h -- clusters as dense regions; the rest is noise
 *
 * Source: Ester, Kriegel, Sander & Xu 1996, "A density-based algorithm for discovering clusters in
 *         large spatial databases with noise", KDD; Bentley 1975, doi:10.1145/361002.361007
 * (kd-tree)
 *
 * A core sample has at least min_points samples, itself included, no farther than eps. Core samples
 * within eps of each other belong together; another sample within eps of a core one joins the
 * cluster whose first core sample comes first; the rest is noise.
 */
#ifndef GW_CLUSTER_DBSCAN_H
#define GW_CLUSTER_DBSCAN_H

#include <stdint.h>

#include "base/status.h"
#include "cluster/samples.h"

typedef struct {
    double eps;
    int64_t min_points;
    int threads;
} gw_dbscan_opts_t;

/* cluster[i] in the caller's memory: numbered from 0 by the first core sample, or -1 for noise. */
GW_RESULT_USED gw_status_t gw_dbscan_run(const gw_samples_t *s, const gw_dbscan_opts_t *opts,
                                         int32_t *cluster, int32_t *n_clusters, gw_err_t *err);

#endif
