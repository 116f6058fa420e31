#include <config.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <immintrin.h>

#include "kernels/strays.h"

#define V            __m256i
#define LANES        16
#define VSET(x)      _mm256_set1_epi16((short)(x))
#define VLOAD(p)     _mm256_loadu_si256((const __m256i *)(p))
#define VSTORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define VADD         _mm256_add_epi16
#define VSUB         _mm256_sub_epi16
#define VMAX         _mm256_max_epi16
#define VOR          _mm256_or_si256
#define VABOVE(a, b) (_mm256_movemask_epi8(_mm256_cmpgt_epi16(a, b)) != 0)
#define VLAST(v) \
    _mm256_shuffle_epi8(_mm256_permute4x64_epi64(v, 0xff), _mm256_set1_epi16(0x0f0e))
static inline __m256i looked_up(const int16_t *row, const uint8_t *p)
{
    int16_t v[LANES];
    for (int l = 0; l < LANES; l++)
        v[l] = row[p[l]];
    return VLOAD(v);
}
#define VROW(row, p) looked_up(row, p)
static inline __attribute__((always_inline)) __m256i lanes_up(__m256i v, int n)
{
    /* the lower half where the higher one is, above zeros */
    const __m256i low = _mm256_permute2x128_si256(v, v, 0x08);
    switch (n) {
    case 1:
        return _mm256_alignr_epi8(v, low, 14);
    case 2:
        return _mm256_alignr_epi8(v, low, 12);
    case 4:
        return _mm256_alignr_epi8(v, low, 8);
    default:
        return low;
    }
}
#define VSHIFT(v, n) lanes_up(v, n)
#include "kernels/strays_simd.h"

const gw_strays_variant_t gw_strays_avx2 = {LANES, build, run};
