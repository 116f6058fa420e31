/* src/kernels/gapless.h -- best ungapped local score of sequence pairs in a band of diagonals
 *                          (the gapless filter of GW_JOB_EXTEND)
 *
 * Contents: 1. scores  2. one diagonal  3. variants
 * Units:    as kernels/extend.h
 * Source:   Altschul, Gish, Miller, Myers & Lipman 1990, doi:10.1016/S0022-2836(05)80360-2
 *           (maximal segment pairs); Kadane's scan for the best segment: Bentley 1984,
 *           doi:10.1145/358234.381162
 *
 * It says whether a pair is worth an alignment with gaps: no gapped alignment has to be made to
 * find out. The plain reference (gapless_ref.c) defines every answer.
 */
#ifndef GW_KERNELS_GAPLESS_H
#define GW_KERNELS_GAPLESS_H

#include "kernels/cpu.h"
#include "kernels/extend.h"

/* 1. scores: score[i] is the largest sum of p->matrix along any stretch of a diagonal of the pair's
 *    band, 0 where none is above 0. The band is gw_extend_global's: cells with |(j - i) - diag[i]| <=
 *    width[i] (i query, j target; width < 0: the whole matrix). Gap penalties and bonus must be
 *    valid and are not used. GW_EINTERNAL as gw_extend_score. */
GW_RESULT_USED gw_status_t gw_gapless_score(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                                            const int32_t *diag, const int32_t *width,
                                            int32_t *score, gw_err_t *err);
/* first and last diagonal (j - i) of a pair's band, cut to the matrix; first > last: none */
static inline void gw_gapless_band(int32_t q_len, int32_t t_len, int32_t diag, int32_t width,
                                   int32_t *first, int32_t *last)
{
    int64_t low = (int64_t)diag - width, high = (int64_t)diag + width;
    *first = width < 0 || low < 1 - (int64_t)q_len ? 1 - q_len : low < t_len ? (int32_t)low : t_len;
    *last = width < 0 || high >= t_len ? t_len - 1 : high > -(int64_t)q_len ? (int32_t)high : -q_len;
}

/* 2. one diagonal, for callers that find their pairs one by one: prepare the scores once, then ask.
 *    diag is as above, j - i; 0 for one that does not cross the pair. The best stretch's score must
 *    stay below 2^28. */
enum { GW_GAPLESS_ROW = 32 };
typedef struct gw_gapless gw_gapless_t;
struct gw_gapless {
    _Alignas(64) int8_t byte[GW_GAPLESS_ROW * GW_GAPLESS_ROW]; /* rows of 32 */
    int32_t word[GW_GAPLESS_ROW * GW_GAPLESS_ROW];
    int32_t n_letters;
    /* a variant: the best stretch of n pairs of letters, or best when that is more */
    int32_t (*best)(const gw_gapless_t *m, const uint8_t *q, const uint8_t *t, int32_t n,
                    int32_t best);
};
/* matrix[a * n_letters + b], n_letters at most GW_EXTEND_MAX_LETTERS */
void gw_gapless_init(gw_gapless_t *m, int32_t n_letters, const int8_t *matrix);
int32_t gw_gapless_diagonal(const gw_gapless_t *m, const uint8_t *q, int32_t q_len,
                            const uint8_t *t, int32_t t_len, int32_t diag);

/* 3. variants: one level's by hand, for tests and benchmarks; batches are checked */
void gw_gapless_score_at(gw_cpu_level_t level, const gw_extend_batch_t *b,
                         const gw_extend_params_t *p, const int32_t *diag, const int32_t *width,
                         int32_t *score);
void gw_gapless_score_ref(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                          const int32_t *diag, const int32_t *width, int32_t *score);
int32_t gw_gapless_best_avx2(const gw_gapless_t *m, const uint8_t *q, const uint8_t *t, int32_t n,
                             int32_t best);
int32_t gw_gapless_best_avx512(const gw_gapless_t *m, const uint8_t *q, const uint8_t *t, int32_t n,
                               int32_t best);
/* letter by letter, going on from a stretch of this sum (>= 0): what a variant leaves over, and all
 * of it where vectors are narrower (eight at a time with SSE2 take twice as long) */
int32_t gw_gapless_rest(const gw_gapless_t *m, const uint8_t *q, const uint8_t *t, int32_t n,
                        int32_t sum, int32_t best);

#endif
