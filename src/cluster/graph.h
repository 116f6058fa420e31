/* src/cluster/graph.h -- candidate pairs as a graph, and which of them really hold
 *
 * Contents: 1. the graph  2. adding pairs  3. exact verification  4. figures for output
 * Every decision about a pair is made once, by cluster/verify.h, and kept: a verified pair is
 * never compared again, whatever the graph is used for next, except to prove what seemed to hold.
 */
#ifndef GW_CLUSTER_GRAPH_H
#define GW_CLUSTER_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "cluster/pairs.h"
#include "cluster/seqset.h"
#include "engine/engine.h"
#include "kernels/ident.h"

/* 1. the graph */
typedef enum { GW_COV_BOTH, GW_COV_QUERY, GW_COV_TARGET } gw_covmode_t;

enum {
    GW_EDGE_KNOWN = 1, /* compared */
    GW_EDGE_A_REP = 2, /* a may represent b */
    GW_EDGE_B_REP = 4, /* b may represent a */
    GW_EDGE_WHOLE = 8, /* the seeds' stretch covers as much of both as is asked for */
    GW_EDGE_SURE = 64, /* that stretch is so alike that no opinion is asked for before the proof */
    GW_EDGE_PROVEN = 16, /* what is known holds for the whole matrix */
    GW_EDGE_PLAIN = 32 /* nucleotides: the only optimal alignment is the diagonal's, without gaps */
};

typedef struct {
    int32_t a, b;           /* a < b */
    int32_t score, diag;    /* as the seeds found it: ungapped score, position in a - in b */
    int32_t best;           /* once compared: the optimal score */
    int32_t span_a, span_b; /* letters covered, where the band has been asked; 0: it has not */
    int64_t slack;          /* once compared */
    gw_ident_band_t band;   /* once compared: where best and slack, then the optimal alignments were seen */
    uint16_t odds;          /* of GW_ODDS_ONE: how likely it is to hold, until it is compared */
    uint16_t spread;        /* diagonals from diag to that of the next best stretch */
    uint8_t state;
    bool reverse;
} gw_edge_t;

typedef struct {
    const gw_seqset_t *s;
    gw_ident_params_t scoring;
    gw_covmode_t cov_mode;
    int64_t cov_num; /* coverage threshold in 1/10000 */
    gw_engine_t *engine; /* compares; borrowed */
    int threads;
    gw_edge_t *edge; /* by a, b; one per pair of uniques */
    size_t n, cap;
    /* edges of u: adj[adj_start[u] .. adj_start[u+1]) are edge numbers */
    int64_t *adj_start;
    int64_t *adj;
    int64_t n_compared; /* pairs compared so far */
} gw_graph_t;

/* min_id and min_cov to four decimals. engine: only what verifies needs one; else it may be NULL. */
void gw_graph_init(gw_graph_t *g, const gw_seqset_t *s, double min_id, double min_cov,
                   gw_covmode_t cov_mode, gw_engine_t *engine, int threads);
void gw_graph_release(gw_graph_t *g);

/* 2. adding pairs: those already there stay as they are; of two strands the higher score stays */
GW_RESULT_USED gw_status_t gw_graph_add(gw_graph_t *g, const gw_pairs_t *pairs, gw_err_t *err);

/* Makes adj fit edges that were put into edge[0..n) by other means: one per pair. */
GW_RESULT_USED gw_status_t gw_graph_link(gw_graph_t *g, gw_err_t *err);

/* The other end; whether rep may, as far as is known, represent it; whether it does. */
static inline int32_t gw_edge_other(const gw_edge_t *e, int32_t u)
{
    return e->a == u ? e->b : e->a;
}
static inline bool gw_edge_open(const gw_edge_t *e, int32_t rep)
{
    return !(e->state & GW_EDGE_KNOWN) ||
           (e->state & (e->a == rep ? GW_EDGE_A_REP : GW_EDGE_B_REP)) != 0;
}
static inline bool gw_edge_holds(const gw_edge_t *e, int32_t rep)
{
    return (e->state & GW_EDGE_KNOWN) && gw_edge_open(e, rep);
}

/* 3. verification of the edges numbered edge[0..n), which are put in order: an opinion, or proof
 *    where it holds (cluster/verify.h); what is known already is left alone */
GW_RESULT_USED gw_status_t gw_graph_verify(gw_graph_t *g, int64_t *edge, size_t n, bool proof,
                                           gw_err_t *err);

/* 4. figures for output, of a representative and a member (not the same unique): matches and
 *    columns of the worst optimal alignment, the fewest letters covered on either side */
typedef struct {
    int32_t rep, member;
    const gw_edge_t *edge; /* the verified edge between them; NULL = there is none */
    bool reverse;
    int32_t matches, columns, rep_span, member_span;
    gw_ident_band_t band; /* where they were seen, the later one's positions subtracted from the
                             earlier's; low > high: in the whole matrix */
} gw_figures_t;
/* rep, member, edge and, without an edge, reverse in, the rest out; columns = 0 when nothing
 * aligns. */
GW_RESULT_USED gw_status_t gw_graph_figures(const gw_graph_t *g, gw_figures_t *f, size_t n,
                                            gw_err_t *err);

#endif
