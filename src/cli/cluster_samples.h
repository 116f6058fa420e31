/* src/cli/cluster_samples.h -- genowarp cluster --samples: groups of samples
 *
 * The rows of its options stand in cmd_cluster.c, the command's one table.
 */
#ifndef GW_CLI_CLUSTER_SAMPLES_H
#define GW_CLI_CLUSTER_SAMPLES_H

#include "cli/command.h"

typedef struct {
    bool distances, standardize;
    int64_t id_columns, dims, k, k_max, restarts, min_points, seed;
    int method, linkage, covariance;
    double height, eps;
    const char *labels, *label_column;
} gw_clustersamples_args_t;

/* prefix NULL: the table goes to stdout. */
GW_RESULT_USED gw_status_t gw_clustersamples_run(const gw_invocation_t *inv,
                                                 const gw_clustersamples_args_t *a,
                                                 const char *prefix, gw_err_t *err);

#endif
