/* cuda/gpuglobal.h -- kernels/extend.h's banded alignment with CIGAR on a device
 *
 * Contents: 1. banded alignment
 */
#ifndef GW_CUDA_GPUGLOBAL_H
#define GW_CUDA_GPUGLOBAL_H

#include "cuda/gpu.h"
#include "kernels/extend.h"

/* 1. banded alignment: as gw_extend_global; the batch has been checked. Failures as gpu.h has them.
 */
GW_RESULT_USED gw_status_t gw_gpuglobal_run(gw_gpu_t *g, const gw_extend_batch_t *b,
                                            const gw_extend_params_t *p, const int32_t *diag,
                                            const int32_t *width, gw_extend_cigars_t *out,
                                            gw_err_t *err);

#endif
