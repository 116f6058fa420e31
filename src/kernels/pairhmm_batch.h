/* src/kernels/pairhmm_batch.h -- a batch of likelihoods through one level's vector kernels
 *
 * Pairs of all groups are sorted by length and put side by side, one in each lane, so that regions
 * with few haplotypes fill vectors too.
 */
#ifndef GW_KERNELS_PAIRHMM_BATCH_H
#define GW_KERNELS_PAIRHMM_BATCH_H

#include "kernels/pairhmm.h"
#include "kernels/pairhmm_group.h"

GW_RESULT_USED gw_status_t gw_pairhmm_batch_run(const gw_pairhmm_simd_t *simd,
                                                const gw_pairhmm_batch_t *b, double *out,
                                                gw_err_t *err);

#endif
