#include <config.h>

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "kernels/pairhmm_group.h"
#include "kernels/pairhmm_variants.h"

#define REAL           float
#define INT            int32_t
#define ROW            gw_pairhmm_row_f_t
#define LANES          16
#define BLOCK          6
#define COLS           2
#define LOOK_UPS       2
#define NAME(x)        x##_f
#define RVEC           __m512
#define R_LOAD(p)      _mm512_loadu_ps(p)
#define R_STORE(p, a)  _mm512_storeu_ps(p, a)
#define R_SET1(x)      _mm512_set1_ps(x)
#define R_MUL(a, b)    _mm512_mul_ps(a, b)
#define R_ADD(a, b)    _mm512_add_ps(a, b)
#define R_FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#define R_BASE(base)   ((INT)1 << (base))
#define R_PICK(hap, base, no, yes) \
    _mm512_mask_mov_ps(            \
        no, _mm512_test_epi32_mask(_mm512_loadu_si512(hap), _mm512_loadu_si512(base)), yes)
#define R_LOOK_UP1(table, index)     _mm512_permutexvar_ps(_mm512_loadu_si512(index), table)
#define R_LOOK_UP2(low, high, index) _mm512_permutex2var_ps(low, _mm512_loadu_si512(index), high)
#define R_WITHIN(j, first, last, x)                                          \
    _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(R_SET1(j), first, _CMP_GE_OQ) &   \
                            _mm512_cmp_ps_mask(R_SET1(j), last, _CMP_LE_OQ), \
                        x)
#include "kernels/pairhmm_simd.h"

#define REAL           double
#define INT            int64_t
#define ROW            gw_pairhmm_row_d_t
#define LANES          8
#define BLOCK          6
#define COLS           2
#define LOOK_UPS       2
#define NAME(x)        x##_d
#define RVEC           __m512d
#define R_LOAD(p)      _mm512_loadu_pd(p)
#define R_STORE(p, a)  _mm512_storeu_pd(p, a)
#define R_SET1(x)      _mm512_set1_pd(x)
#define R_MUL(a, b)    _mm512_mul_pd(a, b)
#define R_ADD(a, b)    _mm512_add_pd(a, b)
#define R_FMA(a, b, c) _mm512_fmadd_pd(a, b, c)
#define R_BASE(base)   ((INT)1 << (base))
#define R_PICK(hap, base, no, yes) \
    _mm512_mask_mov_pd(            \
        no, _mm512_test_epi64_mask(_mm512_loadu_si512(hap), _mm512_loadu_si512(base)), yes)
#define R_LOOK_UP1(table, index)     _mm512_permutexvar_pd(_mm512_loadu_si512(index), table)
#define R_LOOK_UP2(low, high, index) _mm512_permutex2var_pd(low, _mm512_loadu_si512(index), high)
#define R_WITHIN(j, first, last, x)                                          \
    _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(R_SET1(j), first, _CMP_GE_OQ) &   \
                            _mm512_cmp_pd_mask(R_SET1(j), last, _CMP_LE_OQ), \
                        x)
#include "kernels/pairhmm_simd.h"

const gw_pairhmm_simd_t gw_pairhmm_simd_avx512 = {64, {run_f, 6, 2}, {run_d, 6, 2}};
