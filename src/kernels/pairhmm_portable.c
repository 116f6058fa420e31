#include <config.h>

#include <math.h>
#include <simde/x86/fma.h>
#include <simde/x86/sse4.1.h>
#include <stdbool.h>
#include <string.h>

#include "kernels/pairhmm_group.h"
#include "kernels/pairhmm_variants.h"

/* 1. fused multiply-add, exact with or without the instruction */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#    define FMA_F(a, b, c) simde_mm_fmadd_ps(a, b, c)
#    define FMA_D(a, b, c) simde_mm_fmadd_pd(a, b, c)
#else
static simde__m128 fma_one_by_one(simde__m128 a, simde__m128 b, simde__m128 c)
{
    float x[4], y[4], z[4];
    simde_mm_storeu_ps(x, a);
    simde_mm_storeu_ps(y, b);
    simde_mm_storeu_ps(z, c);
    for (int i = 0; i < 4; i++)
        z[i] = fmaf(x[i], y[i], z[i]);
    return simde_mm_loadu_ps(z);
}

/* In double the product of two floats is exact and the sum is rounded once; rounding that to float
 * once more goes wrong only where it lies half way between two floats: bits 0 to 28 are 2^28. */
static inline simde__m128 FMA_F(simde__m128 a, simde__m128 b, simde__m128 c)
{
    simde__m128d low = simde_mm_add_pd(simde_mm_mul_pd(simde_mm_cvtps_pd(a), simde_mm_cvtps_pd(b)),
                                       simde_mm_cvtps_pd(c));
    simde__m128d high =
        simde_mm_add_pd(simde_mm_mul_pd(simde_mm_cvtps_pd(simde_mm_movehl_ps(a, a)),
                                        simde_mm_cvtps_pd(simde_mm_movehl_ps(b, b))),
                        simde_mm_cvtps_pd(simde_mm_movehl_ps(c, c)));
    simde__m128 below = simde_mm_shuffle_ps(simde_mm_castpd_ps(low), simde_mm_castpd_ps(high),
                                            SIMDE_MM_SHUFFLE(2, 0, 2, 0));
    simde__m128i half = simde_mm_cmpeq_epi32(
        simde_mm_and_si128(simde_mm_castps_si128(below), simde_mm_set1_epi32(0x1FFFFFFF)),
        simde_mm_set1_epi32(0x10000000));
    if (__builtin_expect(simde_mm_movemask_epi8(half) != 0, 0))
        return fma_one_by_one(a, b, c);
    return simde_mm_movelh_ps(simde_mm_cvtpd_ps(low), simde_mm_cvtpd_ps(high));
}

static inline simde__m128d FMA_D(simde__m128d a, simde__m128d b, simde__m128d c)
{
    double x[2], y[2], z[2];
    simde_mm_storeu_pd(x, a);
    simde_mm_storeu_pd(y, b);
    simde_mm_storeu_pd(z, c);
    for (int i = 0; i < 2; i++)
        z[i] = fma(x[i], y[i], z[i]);
    return simde_mm_loadu_pd(z);
}
#endif

/* 2. the kernels */
#define INTS(p)    simde_mm_loadu_si128((const simde__m128i *)(const void *)(p))
#define HITS(h, b) simde_mm_and_si128(INTS(h), INTS(b))

#define REAL           float
#define INT            int32_t
#define ROW            gw_pairhmm_row_f_t
#define LANES          4
#define BLOCK          3
#define COLS           1
#define LOOK_UPS       0
#define NAME(x)        x##_f
#define RVEC           simde__m128
#define R_LOAD(p)      simde_mm_loadu_ps(p)
#define R_STORE(p, a)  simde_mm_storeu_ps(p, a)
#define R_SET1(x)      simde_mm_set1_ps(x)
#define R_MUL(a, b)    simde_mm_mul_ps(a, b)
#define R_ADD(a, b)    simde_mm_add_ps(a, b)
#define R_FMA(a, b, c) FMA_F(a, b, c)
#define R_BASE(base)   ((INT)1 << (base))
#define R_PICK(hap, base, no, yes) \
    simde_mm_blendv_ps(no, yes,    \
                       simde_mm_castsi128_ps(simde_mm_cmpeq_epi32(HITS(hap, base), INTS(base))))
#define R_WITHIN(j, first, last, x)                                         \
    simde_mm_and_ps(x, simde_mm_and_ps(simde_mm_cmpge_ps(R_SET1(j), first), \
                                       simde_mm_cmple_ps(R_SET1(j), last)))
#include "kernels/pairhmm_simd.h"

#define REAL           double
#define INT            int64_t
#define ROW            gw_pairhmm_row_d_t
#define LANES          2
#define BLOCK          3
#define COLS           1
#define LOOK_UPS       0
#define NAME(x)        x##_d
#define RVEC           simde__m128d
#define R_LOAD(p)      simde_mm_loadu_pd(p)
#define R_STORE(p, a)  simde_mm_storeu_pd(p, a)
#define R_SET1(x)      simde_mm_set1_pd(x)
#define R_MUL(a, b)    simde_mm_mul_pd(a, b)
#define R_ADD(a, b)    simde_mm_add_pd(a, b)
#define R_FMA(a, b, c) FMA_D(a, b, c)
#define R_BASE(base)   ((INT)1 << (base))
#define R_PICK(hap, base, no, yes) \
    simde_mm_blendv_pd(no, yes,    \
                       simde_mm_castsi128_pd(simde_mm_cmpeq_epi64(HITS(hap, base), INTS(base))))
#define R_WITHIN(j, first, last, x)                                         \
    simde_mm_and_pd(x, simde_mm_and_pd(simde_mm_cmpge_pd(R_SET1(j), first), \
                                       simde_mm_cmple_pd(R_SET1(j), last)))
#include "kernels/pairhmm_simd.h"

const gw_pairhmm_simd_t gw_pairhmm_simd_portable = {16, {run_f, 3, 0}, {run_d, 3, 0}};
