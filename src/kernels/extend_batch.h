/* src/kernels/extend_batch.h -- score and ends of a batch through one level's vector kernels
 *
 * Pairs are sorted by length and put side by side, one in each lane; they run with 8-bit elements,
 * those that overflow again with 16, then 32 bits. ends comes from two passes: the forward one
 * finds the score and where the alignment ends, the second runs backwards from there. As no
 * alignment of that score ends earlier, every one that the second pass can find ends just there,
 * and the smallest reversed end is the shortest start.
 */
#ifndef GW_KERNELS_EXTEND_BATCH_H
#define GW_KERNELS_EXTEND_BATCH_H

#include "kernels/extend.h"
#include "kernels/extend_group.h"

/* score or hit may be NULL; the batch has been checked */
GW_RESULT_USED gw_status_t gw_extend_batch_run(const gw_extend_simd_t *simd,
                                               const gw_extend_batch_t *b,
                                               const gw_extend_params_t *p, int32_t *score,
                                               gw_extend_hit_t *hit, gw_err_t *err);

#endif
