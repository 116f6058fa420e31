/* src/kernels/thread_score.h -- local scores of a query profile against structural templates
 *                               (GW_JOB_THREAD)
 *
 * Contents: 1. templates  2. the query  3. packed templates  4. scores
 * Units:    scores are sixteenths of a bit; offsets are 0-based, half-open
 * Source:   Smith & Waterman 1981, doi:10.1016/0022-2836(81)90087-5; Gotoh 1982,
 *           doi:10.1016/0022-2836(82)90398-9; profile log-odds: Soeding 2005,
 *           doi:10.1093/bioinformatics/bti125
 *
 * One integer score for every processor. Query row i against column j of template t is
 *   s = log16(1 + sum_a pp_i[a] * ((pp_j[a] * weight_t[a] + 128) >> 8))
 *     + ((sum_a env_i[a] * env_j[a]) >> 9) + tab_i[state_j] + bias_j + shift_t
 * where log16(x) is 16 log2(x) from the exponent and the four leading mantissa bits
 * (gw_thread_log16), and a gap of k costs gap_open + gap_j + (k - 1) * gap_extend with j the
 * template column it opens behind. The plain reference (thread_ref.c) defines every score.
 */
#ifndef GW_KERNELS_THREAD_SCORE_H
#define GW_KERNELS_THREAD_SCORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "kernels/cpu.h"

enum { GW_THREAD_LETTERS = 20, GW_THREAD_STATES = 16 };

/* 1. templates: flat columns; template t has columns [off[t], off[t+1]) */
typedef struct {
    size_t n;
    const int64_t *off;
    const uint8_t *pp;    /* [column][20] */
    const uint8_t *env;   /* [column][20] */
    const uint8_t *state; /* [column], below GW_THREAD_STATES */
    const int16_t *bias;  /* [column], within +-4000 */
    const uint8_t *gap;   /* [column] added to gap_open */
} gw_thread_templates_t;

/* 2. the query. Any two neighbours of a row of pp, and of env, sum to 128 at the most (the AVX2
 *    multiply saturates above that); all are >= 0. */
typedef struct {
    int32_t len;
    const int8_t *pp, *env;       /* [row][20] */
    const int16_t *tab;           /* [row][16], within +-4000 */
    const uint16_t *weight;       /* [template][20], 0..256 */
    const int16_t *shift;         /* [template], within +-4000 */
    int16_t gap_open, gap_extend; /* 0..4000 */
} gw_thread_query_t;

/* order[t->n]: the templates' numbers by length, shorter ones first, then by number */
GW_RESULT_USED gw_status_t gw_thread_order(const gw_thread_templates_t *t, int32_t *order,
                                           gw_err_t *err);

/* 3. packed templates: sorted by length and interleaved for this machine's vectors. Made once,
 *    read by any number of threads. The arrays of t are copied. */
typedef struct gw_thread_pack gw_thread_pack_t;
GW_RESULT_USED gw_status_t gw_thread_pack_create(const gw_thread_templates_t *t,
                                                 gw_thread_pack_t **out, gw_err_t *err);
void gw_thread_pack_destroy(gw_thread_pack_t *p);
size_t gw_thread_pack_groups(const gw_thread_pack_t *p);
/* the templates that it was made of, as they lay, and their order: what devices take */
const gw_thread_templates_t *gw_thread_pack_templates(const gw_thread_pack_t *p);
const int32_t *gw_thread_pack_order(const gw_thread_pack_t *p);
/* where a group's templates start in that order; group may be the number of groups */
size_t gw_thread_pack_first(const gw_thread_pack_t *p, size_t group);

/* 4. scores: best local score of each template, into score[t] by the template's own number.
 *    A group is the unit of parallel work; different groups write different entries. */
GW_RESULT_USED gw_status_t gw_thread_score_group(const gw_thread_pack_t *p,
                                                 const gw_thread_query_t *q, size_t group,
                                                 int32_t *score, gw_err_t *err);
/* the plain reference: one template, in 32-bit integers */
GW_RESULT_USED gw_status_t gw_thread_score_ref(const gw_thread_templates_t *t,
                                               const gw_thread_query_t *q, size_t i, int32_t *score,
                                               gw_err_t *err);
/* score of one cell, column j counted through all templates; for alignment and tests */
int32_t gw_thread_cell(const gw_thread_templates_t *t, const gw_thread_query_t *q, size_t tmpl,
                       int32_t row, int64_t col);
/* 16 log2(x), rounded; x > 0 */
int32_t gw_thread_log16(uint32_t x);

/* Packing for a level other than gw_cpu_level(), which the machine must have: tests. */
GW_RESULT_USED gw_status_t gw_thread_pack_create_level(const gw_thread_templates_t *t,
                                                       gw_cpu_level_t level, gw_thread_pack_t **out,
                                                       gw_err_t *err);
/* the level of the variant that is used */
gw_cpu_level_t gw_thread_pack_level(const gw_thread_pack_t *p);

#endif
