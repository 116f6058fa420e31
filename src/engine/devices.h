/* src/engine/devices.h -- the CUDA devices of an engine: streams to run batches on, what is lost
 *
 * Contents: 1. the pool  2. ranges  3. what stays on a device
 * With --device cuda all work goes to the devices; with auto a batch goes to a device that is free
 * and to the CPU otherwise, and small batches always go to the CPU. A device that fails is lost for
 * the rest of the run, with one warning; what it was doing is done again, by another device or the
 * CPU, and as no result of a failed batch is ever taken, nothing is there twice.
 */
#ifndef GW_ENGINE_DEVICES_H
#define GW_ENGINE_DEVICES_H

#include "base/status.h"
#include "cuda/gpu.h"

/* 1. the pool */
typedef struct gw_devices gw_devices_t;
/* device: as gw_engine_create. *out is NULL when there is nothing to use. */
GW_RESULT_USED gw_status_t gw_devices_create(const char *device, gw_devices_t **out, gw_err_t *err);
void gw_devices_destroy(gw_devices_t *d);

/* 2. ranges: fn does items [from, to) on g, or on the CPU when g is NULL; it writes its results only
 *    when it succeeds. A range that does not fit a device's memory is halved, down to one item. cells:
 *    about how much work the range is. d may be NULL. Called from many threads at once. */
typedef gw_status_t (*gw_devices_fn)(void *ctx, gw_gpu_t *g, int64_t from, int64_t to,
                                     gw_err_t *err);
GW_RESULT_USED gw_status_t gw_devices_run(gw_devices_t *d, int64_t cells, gw_devices_fn fn,
                                          void *ctx, int64_t from, int64_t to, gw_err_t *err);

/* 3. what stays on a device: n pieces, sent when a device is first asked for them, and there until the
 *    pool is destroyed; *kept is the pool's. For use inside fn, with its stream g. A device keeps one
 *    set, the first, in at most half of what the pool may use of it. GW_ENOMEM: it does not keep this
 *    one, then or later. */
GW_RESULT_USED gw_status_t gw_devices_keep(gw_devices_t *d, gw_gpu_t *g, const void *const *piece,
                                           const uint64_t *bytes, int n,
                                           const gw_gpu_tables_t **kept, gw_err_t *err);

#endif
