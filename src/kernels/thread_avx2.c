#include <config.h>

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/thread_pack.h"

#define FN           gw_thread_group_avx2
#define LANES        16
#define ROWS         4
#define V            __m256i
#define LOG_BIAS     2032 /* 127 * 16: the exponent's offset in a float */
#define VLOAD(p)     _mm256_load_si256((const void *)(p))
#define VSTORE(p, v) _mm256_store_si256((void *)(p), (v))
#define VSET16(x)    _mm256_set1_epi16((short)(x))
#define VSET32(x)    _mm256_set1_epi32(x)
#define VZERO        _mm256_setzero_si256()
#define DOT(s, u, b) \
    _mm256_add_epi32((s), _mm256_madd_epi16(_mm256_maddubs_epi16((u), (b)), _mm256_set1_epi16(1)))
#define PACK(a, b)    _mm256_packs_epi32((a), (b))
#define FLOAT_BITS(x) _mm256_castps_si256(_mm256_cvtepi32_ps(x))
#define SHR32(x, n)   _mm256_srli_epi32((x), (n))
#define ADD16(a, b)   _mm256_add_epi16((a), (b))
#define ADDS16(a, b)  _mm256_adds_epi16((a), (b))
#define SUBS16(a, b)  _mm256_subs_epi16((a), (b))
#define MAX16(a, b)   _mm256_max_epi16((a), (b))

static inline V log_corr(V x)
{
    const V t = _mm256_broadcastsi128_si256(_mm_setr_epi8(GW_THREAD_LOG_CORR));
    /* the high byte's index gets its top bit set, which gives 0 there */
    V i = _mm256_or_si256(_mm256_and_si256(x, VSET16(0x000f)), VSET16(0x8000));
    return _mm256_shuffle_epi8(t, i);
}
#define LOG_CORR log_corr

/* low and high bytes of the sixteen values */
typedef struct {
    V lo, hi;
} tab_t;
#define TAB tab_t

static inline tab_t tab_load(const int16_t *t)
{
    const __m128i even = _mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
    __m128i a = _mm_shuffle_epi8(_mm_loadu_si128((const void *)t), even);
    __m128i b = _mm_shuffle_epi8(_mm_loadu_si128((const void *)(t + 8)), even);
    return (tab_t){_mm256_broadcastsi128_si256(_mm_unpacklo_epi64(a, b)),
                   _mm256_broadcastsi128_si256(_mm_unpackhi_epi64(a, b))};
}
#define TAB_LOAD tab_load

static inline V tab_get(tab_t t, V s)
{
    return _mm256_blendv_epi8(_mm256_shuffle_epi8(t.lo, s), _mm256_shuffle_epi8(t.hi, s),
                              VSET16(0xff00));
}
#define TAB_GET tab_get

static inline V weigh(const uint8_t *u, const uint16_t *w)
{
    V a = _mm256_cvtepu8_epi16(_mm_load_si128((const void *)u));
    V b = _mm256_cvtepu8_epi16(_mm_load_si128((const void *)(u + 16)));
    a = _mm256_srli_epi16(_mm256_add_epi16(_mm256_mullo_epi16(a, VLOAD(w)), VSET16(128)), 8);
    b = _mm256_srli_epi16(_mm256_add_epi16(_mm256_mullo_epi16(b, VLOAD(w + 16)), VSET16(128)), 8);
    return _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xd8);
}
#define WEIGHT weigh

#include "kernels/thread_simd.h"
