/* src/kernels/extend_global_batch.h -- banded global alignments through one level's vector kernels
 *
 * Pairs are sorted by band and length and put side by side, one in each lane, with 16-bit elements
 * where no score of the pair can pass them, else with 32. What would keep too many directions, and
 * pairs without letters on one side, go to the reference one by one.
 */
#ifndef GW_KERNELS_EXTEND_GLOBAL_BATCH_H
#define GW_KERNELS_EXTEND_GLOBAL_BATCH_H

#include "kernels/extend.h"
#include "kernels/extend_group.h"

/* as gw_extend_global, the batch checked */
GW_RESULT_USED gw_status_t gw_extend_global_run(const gw_extend_simd_t *simd,
                                                const gw_extend_batch_t *b,
                                                const gw_extend_params_t *p, const int32_t *diag,
                                                const int32_t *width, gw_extend_cigars_t *out,
                                                gw_err_t *err);

#endif
