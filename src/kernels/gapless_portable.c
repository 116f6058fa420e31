#include <config.h>

#include <simde/x86/sse4.1.h>

#include "kernels/gapless.h"

/* Eight pairs of letters at once: p holds their sums from the block's first on, low the smallest
 * sum before or at each, so that p - low is the best stretch that ends there. A stretch from before the
 * block counts as a sum of -carry before its first letter. */
enum { LANES = 8, HIGHEST = 30000 };

int32_t gw_gapless_best_portable(const gw_gapless_t *m, const uint8_t *q, const uint8_t *t,
                                 int32_t n, int32_t best)
{
    simde__m128i most = simde_mm_setzero_si128(), carry = most;
    int32_t i = 0, sum = 0;
    for (; i + LANES <= n && sum < HIGHEST; i += LANES) {
        int16_t s[LANES];
        for (int k = 0; k < LANES; k++)
            s[k] = m->byte[q[i + k] * GW_GAPLESS_ROW + t[i + k]];
        simde__m128i p = simde_mm_loadu_si128((const simde__m128i *)s);
        p = simde_mm_add_epi16(p, simde_mm_bslli_si128(p, 2));
        p = simde_mm_add_epi16(p, simde_mm_bslli_si128(p, 4));
        p = simde_mm_add_epi16(p, simde_mm_bslli_si128(p, 8));
        simde__m128i low = simde_mm_min_epi16(p, simde_mm_bslli_si128(p, 2));
        low = simde_mm_min_epi16(low, simde_mm_bslli_si128(low, 4));
        low = simde_mm_min_epi16(low, simde_mm_bslli_si128(low, 8));
        low = simde_mm_min_epi16(low, simde_mm_sub_epi16(simde_mm_setzero_si128(), carry));
        p = simde_mm_sub_epi16(p, low);
        most = simde_mm_max_epi16(most, p);
        sum = (int16_t)simde_mm_extract_epi16(p, LANES - 1);
        carry = simde_mm_set1_epi16((int16_t)sum);
    }
    int16_t v[LANES];
    simde_mm_storeu_si128((simde__m128i *)v, most);
    for (int k = 0; k < LANES; k++)
        best = v[k] > best ? v[k] : best;
    return gw_gapless_rest(m, q + i, t + i, n - i, sum, best);
}
