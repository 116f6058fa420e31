/* src/cluster/verify.h -- does a pair hold? one thread's work space for exact comparisons
 *
 * Contents: 1. the work space  2. deciding  3. figures for output
 *
 * Nucleotides: pairs with too many errors near their diagonal are refused by counting
 * (kernels/editbound.h); the rest are aligned in a band so wide that no alignment outside it can
 * score as much, which proves the answer for the whole matrix at once.
 * Proteins: a narrow band gives an opinion first; the whole matrix gives the proof, asked for only
 * where a member of a cluster rests on it.
 */
#ifndef GW_CLUSTER_VERIFY_H
#define GW_CLUSTER_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "cluster/graph.h"

/* 1. the work space: g is borrowed; NULL when memory runs out */
typedef struct gw_verify gw_verify_t;
gw_verify_t *gw_verify_create(const gw_graph_t *g);
void gw_verify_destroy(gw_verify_t *w);

/* 2. deciding: fills the edge's state and what was found. proof false: an opinion will do, and an
 *    edge that is known stays as it is. true: one that seems to hold is proven or refused. */
GW_RESULT_USED gw_status_t gw_verify_edge(gw_verify_t *w, gw_edge_t *e, bool proof, gw_err_t *err);

/* 3. figures for output: rep, member and edge in (its answer proven, or NULL: whole matrices) */
GW_RESULT_USED gw_status_t gw_verify_figures(gw_verify_t *w, gw_figures_t *f, gw_err_t *err);

#endif
