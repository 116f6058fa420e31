/* src/cluster/verify.h -- does a pair hold? one thread's work space for exact comparisons
 *
 * Contents: 1. the work space  2. deciding, a question at a time  3. figures for output
 *
 * Nucleotides: pairs with too many errors near their diagonal are refused by counting
 * (kernels/editbound.h); the rest are aligned in a band so wide that no alignment outside it can
 * score as much, which proves the answer for the whole matrix at once.
 * Proteins: a narrow band gives an opinion first. Where a member of a cluster rests on it, the proof is
 * that no alignment that is as good strays from that band (kernels/strays.h), or the whole matrix.
 */
#ifndef GW_CLUSTER_VERIFY_H
#define GW_CLUSTER_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "cluster/graph.h"
#include "kernels/ident_batch.h"

/* 1. the work space: g is borrowed; NULL when memory runs out */
typedef struct gw_verify gw_verify_t;
gw_verify_t *gw_verify_create(const gw_graph_t *g);
void gw_verify_destroy(gw_verify_t *w);

/* 2. deciding, a question at a time: an edge's check starts with the first call and asks the questions
 *    of kernels/ident_batch.h that whoever may answer. In the end the edge's state and what was
 *    found are filled in. proof false: an opinion will do, and an edge that is known stays as it is.
 *    true: one that seems to hold is proven or refused. whole: the same over the whole matrix at
 *    once, whatever the kind: the edge's ends and strand in, nothing else. */
typedef struct {
    gw_edge_t *edge;
    bool proof, whole;
    bool opinion;             /* own use, as stage and band */
    uint8_t stage;            /* 0 at the start */
    gw_ident_band_t band;
    uint8_t ask;              /* the question: of a as the query and b as the target */
    gw_ident_band_t ask_band; /* low > high: all */
    int32_t ask_least;
} gw_check_t;

/* answer: of the question before, NULL at the start. *more: there is a question. The work space may
 * be another one at every step. */
GW_RESULT_USED gw_status_t gw_verify_step(gw_verify_t *w, gw_check_t *c,
                                          const gw_ident_answer_t *answer, bool *more,
                                          gw_err_t *err);

/* 3. figures for output: rep, member and edge in (its answer proven, or NULL: whole matrices) */
GW_RESULT_USED gw_status_t gw_verify_figures(gw_verify_t *w, gw_figures_t *f, gw_err_t *err);

#endif
