#include <config.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <immintrin.h>

#include "kernels/ident.h"

#define T            int32_t
#define V            __m256i
#define LANES        8
#define NEG          (-(1 << 29))
#define NAME(x)      i32_##x
#define VSET(x)      _mm256_set1_epi32(x)
#define VLOAD(p)     _mm256_loadu_si256((const __m256i *)(p))
#define VSTORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define VADD         _mm256_add_epi32
#define VSUB         _mm256_sub_epi32
#define VMAX         _mm256_max_epi32
static inline __m256i i32_shift(__m256i v, int n)
{
    const __m256i neg = _mm256_set1_epi32(NEG);
    if (n == 1)
        return _mm256_blend_epi32(
            _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 0, 1, 2, 3, 4, 5, 6)), neg, 1);
    if (n == 2)
        return _mm256_blend_epi32(_mm256_permute4x64_epi64(v, 0x90), neg, 3);
    return _mm256_inserti128_si256(neg, _mm256_castsi256_si128(v), 1);
}
#define VSHIFT(v, n) i32_shift(v, n)
#define VNEXT(v, w)                                         \
    _mm256_permutevar8x32_epi32(_mm256_blend_epi32(v, w, 1), \
                                _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0))
#define VLAST(v)     _mm256_permutevar8x32_epi32(v, _mm256_set1_epi32(7))
#define VROW(row, p) \
    _mm256_i32gather_epi32(row, _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(p))), 4)
#include "kernels/ident_simd.h"

#define T            double
#define V            __m256d
#define LANES        4
#define NEG          (-0x1p60)
#define NAME(x)      f64_##x
#define VSET(x)      _mm256_set1_pd(x)
#define VLOAD(p)     _mm256_loadu_pd(p)
#define VSTORE(p, v) _mm256_storeu_pd(p, v)
#define VADD         _mm256_add_pd
#define VSUB         _mm256_sub_pd
#define VMAX         _mm256_max_pd
static inline __m256d f64_shift(__m256d v, int n)
{
    const __m256d neg = _mm256_set1_pd(NEG);
    if (n == 1)
        return _mm256_blend_pd(_mm256_permute4x64_pd(v, 0x90), neg, 1);
    return _mm256_insertf128_pd(neg, _mm256_castpd256_pd128(v), 1);
}
#define VSHIFT(v, n) f64_shift(v, n)
#define VNEXT(v, w)  _mm256_permute4x64_pd(_mm256_blend_pd(v, w, 1), 0x39)
#define VLAST(v)     _mm256_permute4x64_pd(v, 0xff)
#define VROW(row, p) _mm256_setr_pd((row)[(p)[0]], (row)[(p)[1]], (row)[(p)[2]], (row)[(p)[3]])
#include "kernels/ident_simd.h"

static double run_i32(const gw_identkey_t *k, const void *prof, int32_t q_len, const uint8_t *t,
                      int32_t t_len, int32_t low, int32_t high, void *work)
{
    return i32_start(k, prof, q_len, t, t_len, low, high, work, NULL);
}

static double run_f64(const gw_identkey_t *k, const void *prof, int32_t q_len, const uint8_t *t,
                      int32_t t_len, int32_t low, int32_t high, void *work, double *keep)
{
    if (keep)
        return f64_start(k, prof, q_len, t, t_len, low, high, work, keep);
    return f64_start(k, prof, q_len, t, t_len, low, high, work, NULL);
}

const gw_identkey_variant_t gw_identkey_avx2 = {"avx2", 8, 4, i32_build, run_i32, f64_build,
                                                 run_f64};
