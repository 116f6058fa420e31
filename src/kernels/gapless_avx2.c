#include <config.h>

#include <immintrin.h>

#include "kernels/gapless.h"

/* Eight pairs of letters at once: p holds their sums from the block's first on, low the smallest
 * sum before or at each, so that p - low is the best stretch that ends there. A stretch from before the
 * block counts as a sum of -carry before its first letter. In 32 bits no sum is too large. */
enum { LANES = 8 };

static inline __m256i up_one(__m256i v)
{
    return _mm256_slli_si256(v, 4);
}

/* the last value of the lower half, for the upper half */
static inline __m256i across(__m256i v)
{
    return _mm256_shuffle_epi32(_mm256_permute2x128_si256(v, v, 0x08), 0xff);
}

int32_t gw_gapless_best_avx2(const gw_gapless_t *m, const uint8_t *q, const uint8_t *t,
                             int32_t n, int32_t best)
{
    const __m256i zero = _mm256_setzero_si256(), last = _mm256_set1_epi32(LANES - 1);
    __m256i most = zero, carry = zero;
    int32_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        __m256i a = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(q + i)));
        __m256i b = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(t + i)));
        __m256i p =
            _mm256_i32gather_epi32(m->word, _mm256_add_epi32(_mm256_slli_epi32(a, 5), b), 4);
        p = _mm256_add_epi32(p, up_one(p));
        p = _mm256_add_epi32(p, _mm256_slli_si256(p, 8));
        p = _mm256_add_epi32(p, across(p));
        __m256i low = _mm256_min_epi32(p, up_one(p));
        low = _mm256_min_epi32(low, _mm256_slli_si256(low, 8));
        low = _mm256_min_epi32(low, across(low));
        low = _mm256_min_epi32(low, _mm256_sub_epi32(zero, carry));
        p = _mm256_sub_epi32(p, low);
        most = _mm256_max_epi32(most, p);
        carry = _mm256_permutevar8x32_epi32(p, last);
    }
    int32_t v[LANES];
    _mm256_storeu_si256((__m256i *)v, most);
    for (int k = 0; k < LANES; k++)
        best = v[k] > best ? v[k] : best;
    return gw_gapless_rest(m, q + i, t + i, n - i,
                                _mm_cvtsi128_si32(_mm256_castsi256_si128(carry)), best);
}
