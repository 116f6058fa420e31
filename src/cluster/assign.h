/* src/cluster/assign.h -- from verified pairs to clusters
 *
 * Contents: 1. modes  2. assigning
 * Source:   Chvatal 1979, doi:10.1287/moor.4.3.233 (greedy set cover); Li & Godzik 2006,
 *           doi:10.1093/bioinformatics/btl158 (greedy incremental clustering)
 *
 * Set cover takes, again and again, the sequence with most neighbours that are not in a cluster
 * yet; greedy takes sequences in canonical order; connected joins whatever a chain of pairs links.
 * Pairs are verified only when a decision hangs on them. Sequences far enough apart not to
 * influence each other are decided side by side, which gives the clusters of the sequential rule.
 */
#ifndef GW_CLUSTER_ASSIGN_H
#define GW_CLUSTER_ASSIGN_H

#include "base/status.h"
#include "cluster/graph.h"

/* 1. modes */
typedef enum { GW_MODE_SET_COVER, GW_MODE_GREEDY, GW_MODE_CONNECTED } gw_clustermode_t;

/* 2. assigning: rep[u] for every unique of g->s, in the caller's memory; rep[u] = u for
 *    representatives. In set cover and greedy, every (rep[u], u) is a verified pair that rep[u] may
 *    represent; in connected, u and rep[u] are linked by verified pairs and rep[u] is the first in
 *    canonical order. */
GW_RESULT_USED gw_status_t gw_assign(gw_graph_t *g, gw_clustermode_t mode, int32_t *rep,
                                     gw_err_t *err);

#endif
