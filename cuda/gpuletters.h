/* cuda/gpuletters.h -- the letters of a batch of pairs on their way to a device
 *
 * Contents: 1. plan, declare, fill
 * A batch's pairs point into two arrays that may be far larger than what the pairs use (a whole
 * genome) or be used many times over (one query against thousands). The stretch of an array that
 * the pairs span is sent as it is when it is not much longer than the pairs' letters, which are
 * sent one pair after the other otherwise.
 */
#ifndef GW_CUDA_GPULETTERS_H
#define GW_CUDA_GPULETTERS_H

#include "cuda/gpu.h"
#include "kernels/extend.h"

typedef struct {
    const gw_extend_batch_t *b;
    int64_t first[2], end[2]; /* of query and target: the stretch in use */
    int64_t letters[2];       /* of all pairs */
    int64_t *at[2];           /* where pair i's letters go; NULL: the stretch is sent */
    gw_gpu_part_t query, target;
} gw_gpuletters_t;

/* false = out of memory */
GW_RESULT_USED bool gw_gpuletters_plan(gw_gpuletters_t *l, const gw_extend_batch_t *b);
void gw_gpuletters_release(gw_gpuletters_t *l);
/* Declares both parts (query, target); fill writes them after gw_gpu_reserve. */
void gw_gpuletters_declare(gw_gpuletters_t *l, gw_gpu_t *g);
void gw_gpuletters_fill(const gw_gpuletters_t *l, gw_gpu_t *g);
/* where pair i's first letter is in the part */
uint64_t gw_gpuletters_query(const gw_gpuletters_t *l, size_t i);
uint64_t gw_gpuletters_target(const gw_gpuletters_t *l, size_t i);

#endif
