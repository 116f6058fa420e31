/* cuda/gpuident.h -- kernels/ident_batch.h on a device
 *
 * The same batches and answers as the plain reference. A failure leaves the answers undefined, and
 * the batch can be done again by anyone (gpu.h: GW_ENOMEM, GW_ENODEVICE). Pairs too long for the
 * device's keys, of more than 100,000 letters together, are done by the CPU.
 */
#ifndef GW_CUDA_GPUIDENT_H
#define GW_CUDA_GPUIDENT_H

#include "cuda/gpu.h"
#include "kernels/ident_batch.h"

GW_RESULT_USED gw_status_t gw_gpuident_run(gw_gpu_t *g, const gw_ident_batch_t *b,
                                           const gw_ident_params_t *p, gw_ident_answer_t *out,
                                           gw_err_t *err);

#endif
