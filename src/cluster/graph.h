/* src/cluster/graph.h -- candidate pairs as a graph, and which of them really hold
 *
 * Contents: 1. an edge in full  2. the graph  3. adding edges  4. exact verification  5. figures for output
 * Every decision about a pair is made once, by cluster/verify.h, and kept: a verified pair is
 * never compared again, whatever the graph is used for next, except to prove what seemed to hold.
 * Memory: GW_GRAPH_EDGE bytes an edge with its neighbour lists, and what was found of those
 * that hold.
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

/* 1. an edge in full, as it is compared */
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

/* Is rep known to represent the other end? */
static inline bool gw_edge_holds(const gw_edge_t *e, int32_t rep)
{
    return (e->state & GW_EDGE_KNOWN) &&
           (e->state & (e->a == rep ? GW_EDGE_A_REP : GW_EDGE_B_REP)) != 0;
}

/* 2. the graph: an edge as it is kept, and what was found of those that hold */
typedef struct {
    int32_t a, b, diag; /* as in full */
    union {
        int32_t score;  /* until it is compared */
        uint32_t found; /* then: place in the graph's found + 1; 0: nothing is kept */
    };
    uint16_t odds, spread;
    uint8_t state;
    bool reverse;
} gw_link_t;

typedef struct {
    int64_t slack;
    int32_t best, span_a, span_b;
    gw_ident_band_t band;
} gw_found_t;

/* Bytes: a link, its two places in adj, its place in a list of edges to be compared. */
enum { GW_GRAPH_EDGE = sizeof(gw_link_t) + 4 * sizeof(uint32_t) };

/* What the run may take, where that is limited (0: it is not): `fixed` of it is taken already, with
 * GW_GRAPH_FOUND things found a sequence. */
enum { GW_GRAPH_FOUND = 2 };
typedef struct {
    uint64_t max_mem, fixed;
} gw_graphroom_t;

typedef struct {
    const gw_seqset_t *s;
    gw_ident_params_t scoring;
    gw_covmode_t cov_mode;
    int64_t cov_num; /* coverage threshold in 1/10000 */
    gw_engine_t *engine; /* compares; borrowed */
    int threads;
    gw_graphroom_t room;
    gw_link_t *edge; /* by a, b; one per pair of uniques */
    size_t n, cap;
    gw_found_t *found;
    size_t n_found, cap_found;
    /* edges of u: adj[adj_start[u] .. adj_start[u+1]) are edge numbers */
    int64_t *adj_start;
    uint32_t *adj;
    int64_t n_compared; /* pairs compared so far */
} gw_graph_t;

/* min_id and min_cov to four decimals. engine: only what verifies needs one; else it may be NULL. */
void gw_graph_init(gw_graph_t *g, const gw_seqset_t *s, double min_id, double min_cov,
                   gw_covmode_t cov_mode, gw_engine_t *engine, int threads);
void gw_graph_release(gw_graph_t *g);

/* The other end; whether rep may, as far as is known, represent it; whether it does. */
static inline int32_t gw_link_other(const gw_link_t *e, int32_t u)
{
    return e->a == u ? e->b : e->a;
}
static inline bool gw_link_open(const gw_link_t *e, int32_t rep)
{
    return !(e->state & GW_EDGE_KNOWN) ||
           (e->state & (e->a == rep ? GW_EDGE_A_REP : GW_EDGE_B_REP)) != 0;
}
static inline bool gw_link_holds(const gw_link_t *e, int32_t rep)
{
    return (e->state & GW_EDGE_KNOWN) && gw_link_open(e, rep);
}
/* Edge i in full: with what was found of it where it holds, else without. */
gw_edge_t gw_graph_edge(const gw_graph_t *g, size_t i);

/* 3. adding pairs: those already there stay as they are; of two strands the higher score stays. use: which
 *    pairs count (NULL: all). GW_EUSAGE: they do not fit in the room, with what would do. */
typedef bool gw_pairuse_t(const void *ctx, const gw_pair_t *pair);
GW_RESULT_USED gw_status_t gw_graph_add(gw_graph_t *g, const gw_pairs_t *pairs, gw_pairuse_t *use,
                                        const void *ctx, gw_err_t *err);
/* Adding compared edges, one per pair, by other means: all of them, then once gw_graph_link. */
GW_RESULT_USED gw_status_t gw_graph_append(gw_graph_t *g, const gw_edge_t *e, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_graph_link(gw_graph_t *g, gw_err_t *err);

/* 4. verification of the edges numbered edge[0..n), which are put in order: an opinion, or proof
 *    where it holds (cluster/verify.h); what is known already is left alone */
GW_RESULT_USED gw_status_t gw_graph_verify(gw_graph_t *g, uint32_t *edge, size_t n, bool proof,
                                           gw_err_t *err);

/* 5. figures for output, of a representative and a member (not the same unique): matches and
 *    columns of the worst optimal alignment, the fewest letters covered on either side */
typedef struct {
    int32_t rep, member;
    uint32_t link;         /* the number + 1 of the edge between them, proven to hold; 0: there is none */
    const gw_edge_t *edge; /* own use: that edge */
    bool reverse;
    int32_t matches, columns, rep_span, member_span;
    gw_ident_band_t band; /* where they were seen, the later one's positions subtracted from the
                             earlier's; low > high: in the whole matrix */
} gw_figures_t;
/* rep, member, link and, without a link, reverse in, the rest out; columns = 0 when nothing
 * aligns. */
GW_RESULT_USED gw_status_t gw_graph_figures(const gw_graph_t *g, gw_figures_t *f, size_t n,
                                            gw_err_t *err);

#endif
