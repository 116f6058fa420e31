/* src/kernels/thread_pack.h -- how packed templates lie in memory; shared by the variants only
 *
 * A group holds `lanes` templates of similar length, padded to the longest. Lane l belongs to half
 * (l >> 2) & 1 of the 32-bit sums, at position (l & 3) | (l >> 3) << 2 there, so that packing two
 * halves to 16 bits puts lanes in order.
 */
#ifndef GW_KERNELS_THREAD_PACK_H
#define GW_KERNELS_THREAD_PACK_H

#include "kernels/thread_score.h"

enum { GW_THREAD_MAX_LANES = 32, GW_THREAD_QUADS = 5, GW_THREAD_PAD_BIAS = -16000 };

typedef struct {
    int32_t len; /* columns of the longest member */
    int32_t n;   /* members; lanes beyond are empty */
    int32_t member[GW_THREAD_MAX_LANES];
    uint8_t *pp, *env; /* [column][quad][half][lanes / 2][4] */
    int16_t *state;    /* [column][lanes], the state in both bytes */
    int16_t *bias;     /* [column][lanes] */
    int16_t *gap;      /* [column][lanes] */
} gw_thread_group_t;

/* Scores of one group into best[lanes], saturated at INT16_MAX; scratch from
 * gw_thread_scratch_bytes, aligned to 64. */
typedef void (*gw_thread_group_fn)(const gw_thread_group_t *g, const gw_thread_query_t *q,
                                   void *scratch, int16_t *best);
void gw_thread_group_avx2(const gw_thread_group_t *g, const gw_thread_query_t *q, void *scratch,
                          int16_t *best);
void gw_thread_group_avx512(const gw_thread_group_t *g, const gw_thread_query_t *q, void *scratch,
                            int16_t *best);

/* bytes of scratch: weighted columns, their bias, and the H and F rows */
static inline size_t gw_thread_scratch_bytes(int32_t len, int lanes)
{
    return (size_t)(len + 1) * (size_t)lanes * (20 + 2 + 2 + 2) + 256;
}

/* corr[m] = round(16 log2(1 + (m + 0.5) / 16)) - m, for the four leading mantissa bits m */
#define GW_THREAD_LOG_CORR 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1

#endif
