/* src/cli/cluster_umi.h -- genowarp cluster --umi: reads into molecules
 *
 * The rows of its options stand in cmd_cluster.c, the command's one table.
 */
#ifndef GW_CLI_CLUSTER_UMI_H
#define GW_CLI_CLUSTER_UMI_H

#include "cli/command.h"

typedef struct {
    int source; /* 0 = no identifiers, else gw_umisource_t + 1 */
    int64_t distance;
} gw_clusterumi_args_t;

/* prefix NULL: the table goes to stdout. */
GW_RESULT_USED gw_status_t gw_clusterumi_run(const gw_invocation_t *inv,
                                             const gw_clusterumi_args_t *a, const char *prefix,
                                             bool consensus, gw_err_t *err);

#endif
