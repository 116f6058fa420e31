/* cuda/gpupairhmm.h -- kernels/pairhmm.h on a device
 *
 * Contents: 1. likelihoods
 * The same bits as the plain reference: its float and double arithmetic runs on the device in the
 * stated order, and the few pairs beyond double go to the reference itself. Subnormal doubles, which
 * the CPU flushes to zero and a device does not, cannot show: a trusted sum is 2^300 above them.
 */
#ifndef GW_CUDA_GPUPAIRHMM_H
#define GW_CUDA_GPUPAIRHMM_H

#include "cuda/gpu.h"
#include "kernels/pairhmm.h"

/* 1. likelihoods: as gw_pairhmm_log10; the batch has been checked. Failures as gpu.h has them. */
GW_RESULT_USED gw_status_t gw_gpupairhmm_log10(gw_gpu_t *g, const gw_pairhmm_batch_t *b,
                                               double *out, gw_err_t *err);

#endif
