/* src/cluster/update.h -- new sequences into clusters that are there already
 *
 * Contents: 1. the old clusters  2. updating
 * Old representatives stay, and old members stay with them. A new sequence joins, of the old
 * representatives it holds with, the one that has most old members (set cover) or comes first in
 * canonical order (greedy); new ones that fit none are clustered among themselves.
 */
#ifndef GW_CLUSTER_UPDATE_H
#define GW_CLUSTER_UPDATE_H

#include "base/status.h"
#include "cluster/cluster.h"

/* 1. the old clusters: a table of representative, member (further columns are not read), every
 *    representative a member of its own cluster. s holds the old and the new sequences; of equal
 *    sequences the old representative's record is moved to the front. old[u], in the caller's
 *    memory: the unique that represents u, or -1 for new ones. GW_EDATA: a name that s lacks, a
 *    member twice, a representative that is not its own member, equal sequences in two clusters. */
GW_RESULT_USED gw_status_t gw_update_read(gw_seqset_t *s, const char *path, int32_t *old,
                                          gw_err_t *err);

/* 2. updating: fills c anew (release it in any case). GW_EDATA when an old member does not hold
 * with its representative. Not for connected components. */
GW_RESULT_USED gw_status_t gw_update_run(const gw_seqset_t *s, const int32_t *old,
                                         const gw_cluster_opts_t *opts, gw_clusters_t *c,
                                         gw_err_t *err);

#endif
