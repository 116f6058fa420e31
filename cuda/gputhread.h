/* cuda/gputhread.h -- kernels/thread_score.h on a device
 *
 * Contents: 1. scores
 */
#ifndef GW_CUDA_GPUTHREAD_H
#define GW_CUDA_GPUTHREAD_H

#include "cuda/gpu.h"
#include "kernels/thread_score.h"

/* 1. scores of templates [first, first + n) into score[first..]: those of gw_thread_score_ref.
 *    Failures as gpu.h has them. */
GW_RESULT_USED gw_status_t gw_gputhread_score(gw_gpu_t *g, const gw_thread_templates_t *t,
                                              const gw_thread_query_t *q, size_t first, size_t n,
                                              int32_t *score, gw_err_t *err);

#endif
