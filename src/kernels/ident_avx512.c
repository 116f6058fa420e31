#include <config.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <immintrin.h>

#include "kernels/ident.h"

#define T            int32_t
#define V            __m512i
#define LANES        16
#define NEG          (-(1 << 29))
#define NAME(x)      i32_##x
#define VSET(x)      _mm512_set1_epi32(x)
#define VLOAD(p)     _mm512_loadu_si512(p)
#define VSTORE(p, v) _mm512_storeu_si512(p, v)
#define VADD         _mm512_add_epi32
#define VSUB         _mm512_sub_epi32
#define VMAX         _mm512_max_epi32
#define VSHIFT(v, n) _mm512_alignr_epi32(v, _mm512_set1_epi32(NEG), 16 - (n))
#define VNEXT(v, w)  _mm512_alignr_epi32(w, v, 1)
#define VLAST(v)     _mm512_permutexvar_epi32(_mm512_set1_epi32(15), v)
#define VROW(row, p)                                                                       \
    _mm512_permutex2var_epi32(_mm512_loadu_si512(row),                                     \
                              _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(p))), \
                              _mm512_loadu_si512((row) + 16))
#include "kernels/ident_simd.h"

#define T            double
#define V            __m512d
#define LANES        8
#define NEG          (-0x1p60)
#define NAME(x)      f64_##x
#define VSET(x)      _mm512_set1_pd(x)
#define VLOAD(p)     _mm512_loadu_pd(p)
#define VSTORE(p, v) _mm512_storeu_pd(p, v)
#define VADD         _mm512_add_pd
#define VSUB         _mm512_sub_pd
#define VMAX         _mm512_max_pd
#define VSHIFT(v, n)                                                \
    _mm512_castsi512_pd(_mm512_alignr_epi64(_mm512_castpd_si512(v), \
                                            _mm512_castpd_si512(_mm512_set1_pd(NEG)), 8 - (n)))
#define VNEXT(v, w) \
    _mm512_castsi512_pd(_mm512_alignr_epi64(_mm512_castpd_si512(w), _mm512_castpd_si512(v), 1))
#define VLAST(v) _mm512_permutexvar_pd(_mm512_set1_epi64(7), v)
#define VROW(row, p) \
    _mm512_i32gather_pd(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(p))), row, 8)
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

const gw_identkey_variant_t gw_identkey_avx512 = {"avx512", 16, 8, i32_build, run_i32, f64_build,
                                                 run_f64};
