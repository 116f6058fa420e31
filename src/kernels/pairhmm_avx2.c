#include <config.h>

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "kernels/pairhmm_group.h"
#include "kernels/pairhmm_variants.h"

/* A blend looks at sign bits: shifting the haplotype's bits left brings the read base's up there.
 */
#define INTS(p) _mm256_loadu_si256((const __m256i *)(p))

#define REAL           float
#define INT            int32_t
#define ROW            gw_pairhmm_row_f_t
#define LANES          8
#define BLOCK          3
#define COLS           1
#define LOOK_UPS       1
#define NAME(x)        x##_f
#define RVEC           __m256
#define R_LOAD(p)      _mm256_loadu_ps(p)
#define R_STORE(p, a)  _mm256_storeu_ps(p, a)
#define R_SET1(x)      _mm256_set1_ps(x)
#define R_MUL(a, b)    _mm256_mul_ps(a, b)
#define R_ADD(a, b)    _mm256_add_ps(a, b)
#define R_FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#define R_BASE(base)   (31 - (base))
#define R_PICK(hap, base, no, yes) \
    _mm256_blendv_ps(no, yes, _mm256_castsi256_ps(_mm256_sllv_epi32(INTS(hap), INTS(base))))
#define R_LOOK_UP1(table, index) _mm256_permutevar8x32_ps(table, INTS(index))
#define R_WITHIN(j, first, last, x)                                             \
    _mm256_and_ps(x, _mm256_and_ps(_mm256_cmp_ps(R_SET1(j), first, _CMP_GE_OQ), \
                                   _mm256_cmp_ps(R_SET1(j), last, _CMP_LE_OQ)))
#include "kernels/pairhmm_simd.h"

#define REAL           double
#define INT            int64_t
#define ROW            gw_pairhmm_row_d_t
#define LANES          4
#define BLOCK          3
#define COLS           1
#define LOOK_UPS       0
#define NAME(x)        x##_d
#define RVEC           __m256d
#define R_LOAD(p)      _mm256_loadu_pd(p)
#define R_STORE(p, a)  _mm256_storeu_pd(p, a)
#define R_SET1(x)      _mm256_set1_pd(x)
#define R_MUL(a, b)    _mm256_mul_pd(a, b)
#define R_ADD(a, b)    _mm256_add_pd(a, b)
#define R_FMA(a, b, c) _mm256_fmadd_pd(a, b, c)
#define R_BASE(base)   (63 - (base))
#define R_PICK(hap, base, no, yes) \
    _mm256_blendv_pd(no, yes, _mm256_castsi256_pd(_mm256_sllv_epi64(INTS(hap), INTS(base))))
#define R_WITHIN(j, first, last, x)                                             \
    _mm256_and_pd(x, _mm256_and_pd(_mm256_cmp_pd(R_SET1(j), first, _CMP_GE_OQ), \
                                   _mm256_cmp_pd(R_SET1(j), last, _CMP_LE_OQ)))
#include "kernels/pairhmm_simd.h"

const gw_pairhmm_simd_t gw_pairhmm_simd_avx2 = {32, {run_f, 3, 1}, {run_d, 3, 0}};
