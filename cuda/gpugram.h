/* cuda/gpugram.h -- kernels/gram.h on a device
 *
 * Contents: 1. left and apply  2. the sample-by-sample matrix
 * The bits are those of the reference: every sum is one thread's, in the stated order. Failures as
 * gpu.h has them; outputs are undefined then, except square's, which are as they were.
 */
#ifndef GW_CUDA_GPUGRAM_H
#define GW_CUDA_GPUGRAM_H

#include "cuda/gpu.h"
#include "kernels/gram.h"

/* 1. y = X^T q: float[n_tiles * n_variants * 16]; h = X (X^T q): float[n_tiles * n_samples * 16] */
GW_RESULT_USED gw_status_t gw_gpugram_left(gw_gpu_t *g, const gw_gram_block_t *b, int n_tiles,
                                           const float *q, float *y, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_gpugram_apply(gw_gpu_t *g, const gw_gram_block_t *b, int n_tiles,
                                            const float *q, float *h, gw_err_t *err);

/* 2. K += X X^T for tiles [first, first + n) of 8 columns; k: all tiles, as gw_gram_tile's */
GW_RESULT_USED gw_status_t gw_gpugram_square(gw_gpu_t *g, const gw_gram_block_t *b, int64_t first,
                                             int64_t n, double *k, gw_err_t *err);

#endif
