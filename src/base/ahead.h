/* src/base/ahead.h -- items made ahead of their reader, by threads in the background, in order
 *
 * The pull side of base/thread.h's pipeline: for a reader that is itself called for the next piece.
 * Items are read one at a time and in order, worked on in parallel, and handed out in order, so
 * that what comes out depends on no thread.
 */
#ifndef GW_BASE_AHEAD_H
#define GW_BASE_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef struct gw_ahead gw_ahead_t;

/* read  one thread at a time, in order: refills item; false = no item follows this one
 * work  in parallel, worker in [0, n_threads); NULL = nothing to do
 * Failures are part of an item, for its consumer to find in its place. */
typedef struct {
    bool (*read)(void *ctx, void *item);
    void (*work)(void *ctx, int worker, void *item);
} gw_ahead_ops_t;

/* n_threads counts the caller, who helps while waiting in gw_ahead_next: 1 starts no thread, and
 * fewer than asked for are fine. items: n_items of size bytes each, borrowed until destroyed; all
 * are used in turn. */
GW_RESULT_USED gw_status_t gw_ahead_create(int n_threads, void *items, size_t n_items, size_t size,
                                           const gw_ahead_ops_t *ops, void *ctx, gw_ahead_t **out,
                                           gw_err_t *err);
/* The next item, valid until the next call, or NULL behind the last. One thread may call. */
void *gw_ahead_next(gw_ahead_t *a);
/* Waits for the threads to leave ops; NULL is fine. */
void gw_ahead_destroy(gw_ahead_t *a);

#endif
