#include <config.h>

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/thread_pack.h"

#define FN            gw_thread_group_avx512
#define LANES         32
#define ROWS          4
#define V             __m512i
#define TAB           __m512i
#define LOG_BIAS      2032 /* 127 * 16: the exponent's offset in a float */
#define VLOAD(p)      _mm512_load_si512((const void *)(p))
#define VSTORE(p, v)  _mm512_store_si512((void *)(p), (v))
#define VSET16(x)     _mm512_set1_epi16((short)(x))
#define VSET32(x)     _mm512_set1_epi32(x)
#define VZERO         _mm512_setzero_si512()
#define DOT(s, u, b)  _mm512_dpbusd_epi32((s), (u), (b))
#define PACK(a, b)    _mm512_packs_epi32((a), (b))
#define FLOAT_BITS(x) _mm512_castps_si512(_mm512_cvtepi32_ps(x))
#define SHR32(x, n)   _mm512_srli_epi32((x), (n))
#define ADD16(a, b)   _mm512_add_epi16((a), (b))
#define ADDS16(a, b)  _mm512_adds_epi16((a), (b))
#define SUBS16(a, b)  _mm512_subs_epi16((a), (b))
#define MAX16(a, b)   _mm512_max_epi16((a), (b))
#define TAB_GET(t, s) _mm512_permutexvar_epi16((s), (t))

static inline V log_corr(V x)
{
    const V t = _mm512_broadcast_i32x4(_mm_setr_epi8(GW_THREAD_LOG_CORR));
    /* the high byte's index gets its top bit set, which gives 0 there */
    return _mm512_shuffle_epi8(t,
                               _mm512_ternarylogic_epi32(x, _mm512_set1_epi16(0x000f),
                                                         _mm512_set1_epi16((short)0x8000), 0xea));
}
#define LOG_CORR log_corr

static inline V tab_load(const int16_t *t)
{
    return _mm512_broadcast_i64x4(_mm256_loadu_si256((const void *)t));
}
#define TAB_LOAD tab_load

static inline V weigh(const uint8_t *u, const uint16_t *w)
{
    const V half = _mm512_set1_epi16(128);
    V a = _mm512_cvtepu8_epi16(_mm256_load_si256((const void *)u));
    V b = _mm512_cvtepu8_epi16(_mm256_load_si256((const void *)(u + 32)));
    a = _mm512_srli_epi16(_mm512_add_epi16(_mm512_mullo_epi16(a, VLOAD(w)), half), 8);
    b = _mm512_srli_epi16(_mm512_add_epi16(_mm512_mullo_epi16(b, VLOAD(w + 32)), half), 8);
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi16_epi8(a)),
                              _mm512_cvtepi16_epi8(b), 1);
}
#define WEIGHT weigh

#include "kernels/thread_simd.h"
