/* src/cluster/cluster.h -- sequence families whose threshold really holds
 *
 * Contents: 1. options  2. results  3. clustering
 * The clusters depend on the set of sequences, the options and nothing else: not on the order of
 * the input, the threads or the machine.
 */
#ifndef GW_CLUSTER_CLUSTER_H
#define GW_CLUSTER_CLUSTER_H

#include "base/status.h"
#include "cluster/assign.h"
#include "cluster/graph.h"
#include "cluster/seqset.h"

/* 1. options */
typedef enum { GW_SEARCH_DEFAULT, GW_SEARCH_LINEAR, GW_SEARCH_SENSITIVE } gw_searchdepth_t;

typedef struct {
    double min_id, min_cov; /* fractions, four decimals count; min_id > 0 */
    gw_covmode_t cov_mode;
    gw_clustermode_t mode;
    gw_searchdepth_t depth;
    bool both_strands; /* nucleotides */
    gw_engine_t *engine; /* borrowed */
    uint64_t max_mem;    /* bytes that the process may take, the sequences included; 0 = any */
    uint64_t held;       /* bytes of it that the caller holds beside the sequences */
    const char *tmp_dir; /* for what does not fit; as base/spill.h */
    int threads;
} gw_cluster_opts_t;

/* 2. results */
enum { GW_LEFT_RARE = 1, GW_LEFT_CHIMERA = 2 };
typedef struct {
    int32_t *rep;          /* of every unique; rep[u] = u for representatives */
    gw_figures_t *figures; /* one per unique that is no representative, by unique */
    size_t n_figures;
    uint8_t *left_out; /* of every unique: 0, or why it is in no cluster; NULL: all are in one */
    double min_id;     /* the identity that the figures' alignments were chosen for */
    int32_t n_clusters;
    int64_t n_candidates, n_compared;
    int rounds;
} gw_clusters_t;

/* 3. clustering: c is filled anew; release it in any case. GW_EUSAGE: max_mem is too little, with what
 *    would do. */
GW_RESULT_USED gw_status_t gw_cluster_run(const gw_seqset_t *s, const gw_cluster_opts_t *opts,
                                          gw_clusters_t *c, gw_err_t *err);
void gw_clusters_release(gw_clusters_t *c);
/* What a graph of these sequences may take. */
gw_graphroom_t gw_cluster_room(const gw_seqset_t *s, const gw_cluster_opts_t *opts);
/* The candidate pairs that clustering starts from; as gw_pairs_find. */
GW_RESULT_USED gw_status_t gw_cluster_candidates(const gw_seqset_t *s,
                                                 const gw_cluster_opts_t *opts, gw_pairs_t *pairs,
                                                 gw_err_t *err);

#endif
