/* cuda/gpuextend.h -- kernels/extend.h and kernels/gapless.h on a device
 *
 * Contents: 1. score and ends (banded alignment: gpuglobal.h)  2. the gapless filter
 * The same batches, answers and ties as the plain reference; the batch has been checked. A failure
 * leaves the outputs undefined, and the batch can be done again by anyone (gpu.h: GW_ENOMEM,
 * GW_ENODEVICE).
 */
#ifndef GW_CUDA_GPUEXTEND_H
#define GW_CUDA_GPUEXTEND_H

#include "cuda/gpu.h"
#include "kernels/extend.h"

/* 1. score and ends */
GW_RESULT_USED gw_status_t gw_gpuextend_score(gw_gpu_t *g, const gw_extend_batch_t *b,
                                              const gw_extend_params_t *p, int32_t *score,
                                              gw_err_t *err);
GW_RESULT_USED gw_status_t gw_gpuextend_ends(gw_gpu_t *g, const gw_extend_batch_t *b,
                                             const gw_extend_params_t *p, gw_extend_hit_t *hit,
                                             gw_err_t *err);

/* 2. the gapless filter: as gw_gapless_score */
GW_RESULT_USED gw_status_t gw_gpuextend_gapless(gw_gpu_t *g, const gw_extend_batch_t *b,
                                                const gw_extend_params_t *p, const int32_t *diag,
                                                const int32_t *width, int32_t *score, gw_err_t *err);

#endif
