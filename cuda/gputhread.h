/* cuda/gputhread.h -- kernels/thread_score.h on a device
 *
 * Contents: 1. templates that stay on the device  2. scores
 */
#ifndef GW_CUDA_GPUTHREAD_H
#define GW_CUDA_GPUTHREAD_H

#include "cuda/gpu.h"
#include "kernels/thread_score.h"

/* 1. templates: the pieces that gw_gpu_tables_send takes */
enum { GW_GPUTHREAD_PIECES = 5 };
void gw_gputhread_pieces(const gw_thread_templates_t *t, const void **piece, uint64_t *bytes);

/* 2. scores of templates order[first] to order[first + n - 1], each into score[its number]. order: as
 *    gw_thread_order; in another one the device does more work. kept: the pieces of t on g's device, or
 *    NULL, and the templates are sent. Failures as gpu.h has them; then no score is written. */
GW_RESULT_USED gw_status_t gw_gputhread_score(gw_gpu_t *g, const gw_gpu_tables_t *kept,
                                              const gw_thread_templates_t *t, const int32_t *order,
                                              const gw_thread_query_t *q, size_t first, size_t n,
                                              int32_t *score, gw_err_t *err);

#endif
