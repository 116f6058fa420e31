/* cuda/gpukin.h -- kinship counts of pairs of samples on a device
 *
 * Contents: 1. counts
 */
#ifndef GW_CUDA_GPUKIN_H
#define GW_CUDA_GPUKIN_H

#include "cuda/gpu.h"
#include "kernels/gram.h"

/* 1. counts: adds gw_gram_kin's four numbers of each pair (i, j), from <= i < to, i < j, to sum, which
 *    holds those of all pairs of the block (gw_gram_kin_pair). By cuBLAS where it is found, has started
 *    and has given the right answer to a small question, by a kernel of our own otherwise: the
 *    same integers. Failures as gpu.h has them; sum is as it was then. */
GW_RESULT_USED gw_status_t gw_gpukin_add(gw_gpu_t *g, const gw_gram_kin_t *b, int64_t from,
                                         int64_t to, int32_t *sum, gw_err_t *err);

#endif
