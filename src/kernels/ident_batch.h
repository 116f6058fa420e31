/* src/kernels/ident_batch.h -- ident.h's questions for a batch of pairs (GW_JOB_EXTEND_IDENT)
 *
 * Contents: 1. the batch  2. answers
 * Every answer is that of gw_ident_slack or gw_ident_span on the same pair and band, whoever
 * computes it.
 */
#ifndef GW_KERNELS_IDENT_BATCH_H
#define GW_KERNELS_IDENT_BATCH_H

#include "kernels/extend.h"
#include "kernels/ident.h"

/* 1. the batch: pairs as extend.h has them (lengths > 0); pair i is asked ask[i] within band[i],
 *    low > high: within all. least[i] is the score of GW_IDENT_STRAYS; beside other questions one that
 *    some alignment is known to reach, which may spare work, or 0 (NULL: none is known). Added to ask,
 *    GW_IDENT_TURNED: the target's reverse complement (nucleotides). Pairs that follow each other
 *    with the same query are cheaper. */
enum { GW_IDENT_SLACK, GW_IDENT_SPAN_Q, GW_IDENT_SPAN_T, GW_IDENT_STRAYS, GW_IDENT_TURNED = 4 };
typedef struct {
    gw_extend_batch_t pairs;
    const gw_ident_band_t *band;
    const uint8_t *ask;
    const int32_t *least;
} gw_ident_batch_t;

/* 2. answers: value is the slack, the span, or whether an alignment strays (the score is 0 then) */
typedef struct {
    int64_t value;
    int64_t score;
} gw_ident_answer_t;
GW_RESULT_USED gw_status_t gw_ident_batch(const gw_ident_batch_t *b, const gw_ident_params_t *p,
                                          gw_ident_answer_t *out, gw_err_t *err);

/* One of these questions about w's query and a target that is not to be turned; band NULL: all. */
GW_RESULT_USED gw_status_t gw_ident_ask(gw_ident_t *w, int ask, const uint8_t *target, int32_t len,
                                        const gw_ident_band_t *band, int32_t least,
                                        gw_ident_answer_t *out, gw_err_t *err);

/* The columns of a band that are visited against a target of len letters, in whole vectors; what of
 * it lies outside the matrix is not. */
gw_ident_band_t gw_ident_band_of(int32_t q_len, int32_t t_len, const gw_ident_band_t *band);

/* What a letter pair and the letters of a gap add to the tie part of a key, by question; the value
 * is what is left of it, negated. */
typedef struct {
    int32_t match, mismatch, q_alone, t_alone;
} gw_ident_ties_t;
gw_ident_ties_t gw_ident_ties(const gw_ident_params_t *p, int ask);

#endif
