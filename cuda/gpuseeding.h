/* cuda/gpuseeding.h -- kernels/seeding.h on a device
 *
 * Contents: 1. the table  2. candidates
 */
#ifndef GW_CUDA_GPUSEEDING_H
#define GW_CUDA_GPUSEEDING_H

#include "cuda/gpu.h"
#include "kernels/seeding.h"

/* 1. the table, which stays on the device: the pieces that gw_gpu_tables_send takes */
enum { GW_GPUSEEDING_PIECES = 2 };
void gw_gpuseeding_pieces(const gw_seed_table_t *t, const void **piece, uint64_t *bytes);

/* 2. candidates of reads [from, to), as gw_seeding_ref; kept: the pieces of t on g's device. Reads
 *    that are too long for the device are done by the CPU. Failures as gpu.h has them. */
GW_RESULT_USED gw_status_t gw_gpuseeding_run(gw_gpu_t *g, const gw_gpu_tables_t *kept,
                                             const gw_seed_table_t *t, const gw_seeding_batch_t *b,
                                             size_t from, size_t to, gw_seeding_out_t *out,
                                             gw_err_t *err);

#endif
