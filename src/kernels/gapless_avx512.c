#include <config.h>

#include <immintrin.h>

#include "kernels/gapless.h"

/* As gapless_avx2.c, 64 pairs of letters at once: their scores come out of the matrix in
 * registers, then they are summed as two blocks of 32. The matrix's rows stand four to a pair of
 * registers, and as many pairs are looked at as hold rows. */
enum { BLOCK = 64, GROUPS = 8, HIGHEST = 24000 };

static inline __m512i scores(const __m512i *row, int groups, __m512i q, __m512i t)
{
    const __m512i group = _mm512_and_si512(q, _mm512_set1_epi8(0x1c));
    const __m512i index =
        _mm512_or_si512(_mm512_slli_epi16(_mm512_and_si512(q, _mm512_set1_epi8(3)), 5), t);
    __m512i s = _mm512_permutex2var_epi8(row[0], index, row[1]);
    for (int g = 1; g < groups; g++)
        s = _mm512_mask_mov_epi8(s, _mm512_cmpeq_epi8_mask(group, _mm512_set1_epi8((char)(4 * g))),
                                 _mm512_permutex2var_epi8(row[2 * g], index, row[2 * g + 1]));
    return s;
}

/* sums (smallest sums) up to each of 32, and those before the first count as 0 */
#define SCAN(v, op)                                                                 \
    do {                                                                            \
        v = op(v, _mm512_bslli_epi128(v, 2));                                       \
        v = op(v, _mm512_bslli_epi128(v, 4));                                       \
        v = op(v, _mm512_bslli_epi128(v, 8));                                       \
        __m512i end_ = _mm512_shuffle_epi8(v, _mm512_set1_epi16(0x0f0e));           \
        end_ = _mm512_maskz_shuffle_i64x2(0xfc, end_, end_, 0x90);                  \
        end_ = op(end_, _mm512_maskz_shuffle_i64x2(0xfc, end_, end_, 0x90));        \
        end_ = op(end_, _mm512_maskz_shuffle_i64x2(0xf0, end_, end_, 0x40));        \
        v = op(v, end_);                                                            \
    } while (0)

static inline __m512i block(__m512i p, __m512i *carry, __m512i most)
{
    SCAN(p, _mm512_add_epi16);
    __m512i low = p;
    SCAN(low, _mm512_min_epi16);
    low = _mm512_min_epi16(low, _mm512_sub_epi16(_mm512_setzero_si512(), *carry));
    p = _mm512_sub_epi16(p, low);
    *carry = _mm512_permutexvar_epi16(_mm512_set1_epi16(31), p);
    return _mm512_max_epi16(most, p);
}

static inline __attribute__((always_inline)) int32_t
best_of(const gw_gapless_t *m, int groups, const uint8_t *q, const uint8_t *t, int32_t n, int32_t best)
{
    __m512i most = _mm512_setzero_si512(), carry = most;
    const __m512i *row = (const __m512i *)(const void *)m->byte;
    int32_t i = 0, sum = 0;
    for (; i < n && sum < HIGHEST; i += BLOCK) {
        /* what lies past the end has the score 0 */
        __mmask64 some = n - i < BLOCK ? _bzhi_u64(~UINT64_C(0), (uint32_t)(n - i)) : ~UINT64_C(0);
        __m512i s = _mm512_maskz_mov_epi8(some, scores(row, groups, _mm512_maskz_loadu_epi8(some, q + i),
                                                       _mm512_maskz_loadu_epi8(some, t + i)));
        most = block(_mm512_cvtepi8_epi16(_mm512_castsi512_si256(s)), &carry, most);
        if (n - i > BLOCK / 2)
            most = block(_mm512_cvtepi8_epi16(_mm512_extracti64x4_epi64(s, 1)), &carry, most);
        sum = (int16_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(carry));
    }
    int16_t v[BLOCK / 2];
    _mm512_storeu_si512(v, most);
    for (int k = 0; k < BLOCK / 2; k++)
        best = v[k] > best ? v[k] : best;
    return i < n ? gw_gapless_rest(m, q + i, t + i, n - i, sum, best) : best;
}

int32_t gw_gapless_best_avx512(const gw_gapless_t *m, const uint8_t *q, const uint8_t *t,
                               int32_t n, int32_t best)
{
    if (m->n_letters <= 8) /* nucleotides */
        return best_of(m, 2, q, t, n, best);
    return m->n_letters <= 24 ? best_of(m, 6, q, t, n, best) : best_of(m, GROUPS, q, t, n, best);
}
