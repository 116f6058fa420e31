/* src/cluster/chimera.h -- sequences that PCR put together from two others
 *
 * Contents: 1. rules  2. what was found  3. finding
 * Source:   Edgar et al. 2011, doi:10.1093/bioinformatics/btr381 (UCHIME: votes and score); Edgar
 *           2016, doi:10.1101/074252 (UCHIME2: perfect models among denoised sequences)
 *
 * Parents are clusters at least skew times as abundant that are no chimeras themselves. Of every
 * quarter of the query, and of its longest exact beginnings and ends, the likeliest parents are
 * aligned over their whole length; the pair of parents and the crossing point with fewest
 * differences make the model. On each side of the point a position votes yes (query and its side's
 * parent agree against the other), no (the other parent agrees) or abstains (query differs from
 * both); positions in or beside a gap do not vote. A side scores yes / (8 (no + 1.4) + abstain),
 * the model the product of both.
 */
#ifndef GW_CLUSTER_CHIMERA_H
#define GW_CLUSTER_CHIMERA_H

#include "base/status.h"
#include "cluster/cluster.h"

/* 1. rules */
typedef enum {
    GW_CHIMERA_KEEP,
    GW_CHIMERA_PERFECT, /* no position disagrees with the model, at least one with each parent */
    GW_CHIMERA_UCHIME   /* score >= 0.28, 3 yes votes a side, the model closer than either parent
                           by 0.8 % of the positions */
} gw_chimera_rule_t;

typedef struct {
    gw_chimera_rule_t rule;
    double skew;
    int threads;
} gw_chimera_opts_t;

/* 2. what was found, by unique of the representative */
typedef struct {
    int32_t query, left, right; /* representatives; left's beginning, right's end */
    int32_t cross;              /* letters of the query from left */
    double score;
} gw_chimera_t;

/* 3. finding: marks representatives and members in c->left_out (made when there is none) with
 *    GW_LEFT_CHIMERA. Nucleotides, plus strand. found is filled anew; the caller frees found->v. */
typedef struct {
    gw_chimera_t *v;
    size_t n, cap;
} gw_chimeras_t;
GW_RESULT_USED gw_status_t gw_chimera_find(const gw_seqset_t *s, const gw_chimera_opts_t *opts,
                                           gw_clusters_t *c, gw_chimeras_t *found, gw_err_t *err);

#endif
