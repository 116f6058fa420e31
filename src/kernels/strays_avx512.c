#include <config.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <immintrin.h>

#include "kernels/strays.h"

#define V            __m512i
#define LANES        32
#define VSET(x)      _mm512_set1_epi16((short)(x))
#define VLOAD(p)     _mm512_loadu_si512(p)
#define VSTORE(p, v) _mm512_storeu_si512(p, v)
#define VADD         _mm512_add_epi16
#define VSUB         _mm512_sub_epi16
#define VMAX         _mm512_max_epi16
#define VOR          _mm512_or_si512
#define VABOVE(a, b) (_mm512_cmpgt_epi16_mask(a, b) != 0)
#define VLAST(v)     _mm512_permutexvar_epi16(_mm512_set1_epi16(31), v)
#define VROW(row, p)                                                                         \
    _mm512_permutexvar_epi16(_mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(p))), \
                             _mm512_loadu_si512(row))

/* for every lane, the one before */
static const int16_t lane_before[LANES] = {0,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9,
                                      10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
                                      21, 22, 23, 24, 25, 26, 27, 28, 29, 30};
static inline __attribute__((always_inline)) __m512i lanes_up(__m512i v, int n)
{
    const __m512i zero = _mm512_setzero_si512();
    switch (n) {
    case 1:
        return _mm512_maskz_permutexvar_epi16(~1U, _mm512_loadu_si512(lane_before), v);
    case 2:
        return _mm512_alignr_epi32(v, zero, 15);
    case 4:
        return _mm512_alignr_epi32(v, zero, 14);
    case 8:
        return _mm512_alignr_epi32(v, zero, 12);
    default:
        return _mm512_alignr_epi32(v, zero, 8);
    }
}
#define VSHIFT(v, n) lanes_up(v, n)
#include "kernels/strays_simd.h"

const gw_strays_variant_t gw_strays_avx512 = {LANES, build, run};
