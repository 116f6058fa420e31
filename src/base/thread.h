/* src/base/thread.h -- cores, parallel loops, and the ordered pipeline
 *
 * Contents: 1. cores  2. parallel loops  3. the ordered pipeline
 * Nothing here decides what is computed: results must depend on item numbers, never on which
 * thread ran or how many there were.
 */
#ifndef GW_BASE_THREAD_H
#define GW_BASE_THREAD_H

#include <stdint.h>

#include "base/status.h"

/* 1. cores: how many this process may use (affinity mask and cgroup quota); at least 1 */
int gw_thread_cores(void);

/* 2. parallel loops: calls fn(ctx, worker, i, err) for each i in [0,n) on at most n_threads
 *    threads (the caller is worker 0; worker in [0,n_threads)); items are taken in rising order.
 *    Stops at the first failure and returns the failure with the lowest item number, so that a
 *    message does not depend on timing. */
typedef gw_status_t (*gw_thread_fn)(void *ctx, int worker, int64_t i, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_thread_for(int n_threads, int64_t n, gw_thread_fn fn, void *ctx,
                                         gw_err_t *err);

/* 3. the ordered pipeline: read -> work -> write over items numbered from 0.
 *
 * read   called by one thread at a time, in order; sets *item, or *item = NULL at the end
 * work   called in parallel; worker in [0,n_threads)
 * write  called by one thread at a time, in item order; owns the item from then on
 * drop   frees an item that will not be written because something failed; may be NULL
 *
 * At most depth items are alive at once (0 = 2 * n_threads + 2). n_threads counts all threads, the
 * caller among them. A failure stops the pipeline; the failure of the lowest item number is
 * returned, and every earlier item has been written. */
typedef struct {
    gw_status_t (*read)(void *ctx, void **item, gw_err_t *err);
    gw_status_t (*work)(void *ctx, int worker, void *item, gw_err_t *err);
    gw_status_t (*write)(void *ctx, void *item, gw_err_t *err);
    void (*drop)(void *ctx, void *item);
} gw_pipeline_ops_t;
GW_RESULT_USED gw_status_t gw_pipeline_run(int n_threads, int depth, const gw_pipeline_ops_t *ops,
                                           void *ctx, gw_err_t *err);

#endif
