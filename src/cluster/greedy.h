/* src/cluster/greedy.h -- greedy incremental clusters of nucleotides against representatives only
 *
 * Source:   Li & Godzik 2006, doi:10.1093/bioinformatics/btl158 (the sequential rule)
 *
 * Sequences are taken in canonical order; each joins the first representative that holds it, or
 * becomes one. That rule is kept to the letter while whole batches are compared side by side: a
 * batch is first compared with the representatives before it, and what is left over among itself,
 * each sequence once everything before it that resembles it is decided.
 */
#ifndef GW_CLUSTER_GREEDY_H
#define GW_CLUSTER_GREEDY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "cluster/graph.h"

/* g holds the thresholds and no edges; gets the edge of every member and its representative, and the
 * number of pairs compared. rep[u] for every unique; rep[u] = u for representatives. */
GW_RESULT_USED gw_status_t gw_greedy_run(gw_graph_t *g, bool both_strands, double min_ratio,
                                         int32_t *rep, int64_t *n_candidates, gw_err_t *err);

#endif
