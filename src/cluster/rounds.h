/* src/cluster/rounds.h -- many pairs compared at once: in every round a question of each
 *
 * Pairs that are still open ask their next question (cluster/verify.h); the engine answers all of
 * them in one batch, GW_JOB_EXTEND_IDENT, on whatever it computes with.
 */
#ifndef GW_CLUSTER_ROUNDS_H
#define GW_CLUSTER_ROUNDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "cluster/verify.h"

typedef struct gw_rounds gw_rounds_t;
/* g, with its engine, is borrowed; cap: pairs at a time. NULL when memory runs out. */
gw_rounds_t *gw_rounds_create(const gw_graph_t *g, size_t cap);
void gw_rounds_destroy(gw_rounds_t *r);
/* Adds a pair to the next run; its edge is borrowed until then. */
void gw_rounds_add(gw_rounds_t *r, gw_check_t check);
/* Decides what was added, and forgets it. next: may put another check, at its start, in the place of one
 * that is decided (i: how many were added before it); false: it does not. Threads call it side by side, for
 * different i. NULL: nobody does. */
typedef bool gw_rounds_next_t(void *ctx, size_t i, gw_check_t *check);
GW_RESULT_USED gw_status_t gw_rounds_run(gw_rounds_t *r, gw_rounds_next_t *next, void *ctx,
                                         gw_err_t *err);

#endif
