/* src/cluster/partition.h -- clusters from a partition that is decided by other rules than identity
 *
 * Dereplication, denoising and updates decide who represents whom; identity and coverage are then
 * figures for the output only.
 */
#ifndef GW_CLUSTER_PARTITION_H
#define GW_CLUSTER_PARTITION_H

#include "base/status.h"
#include "cluster/cluster.h"

/* c->rep is filled (rep[u] = u for representatives), everything else zero; fills the rest.
 * Sequences marked in c->left_out (NULL: none) get no figures. Plus strand. */
GW_RESULT_USED gw_status_t gw_partition_collect(const gw_seqset_t *s, int threads, gw_clusters_t *c,
                                                gw_err_t *err);

#endif
