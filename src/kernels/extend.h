/* src/kernels/extend.h -- affine-gap Smith-Waterman for a batch of sequence pairs (GW_JOB_EXTEND)
 *
 * Contents: 1. the batch  2. scoring  3. score and ends  4. banded alignment with CIGAR
 * Units:    letters are codes below params->n_letters; offsets are 0-based, half-open
 * Source:   Smith & Waterman 1981, doi:10.1016/0022-2836(81)90087-5;
 *           Gotoh 1982, doi:10.1016/0022-2836(82)90398-9 (affine gaps)
 * The plain reference (extend_ref.c) defines every answer, ties included; every variant gives it.
 */
#ifndef GW_KERNELS_EXTEND_H
#define GW_KERNELS_EXTEND_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* 1. the batch: pair i is query[q_off[i] .. q_off[i]+q_len[i]) against the same of target; pairs
 *    may share letters */
typedef struct {
    size_t n;
    const uint8_t *query, *target;
    const int64_t *q_off, *t_off;
    const int32_t *q_len, *t_len;
} gw_extend_batch_t;

/* 2. scoring: matrix[a * n_letters + b]; a gap of k letters costs gap_open + k * gap_extend.
 *    end_bonus is added when an alignment reaches the first query letter, and again when it
 *    reaches the last (0 for plain local alignment): it prefers end-to-end over soft clips. A local
 *    alignment begins and ends with an aligned pair of letters, never with a gap.
 *    Penalties and bonus lie within 0..2^20, and no score may reach 2^28; anything else is
 *    GW_EINTERNAL with nothing written, as callers make the batches. */
enum { GW_EXTEND_MAX_LETTERS = 32 };
typedef struct {
    int32_t n_letters;
    int8_t matrix[GW_EXTEND_MAX_LETTERS * GW_EXTEND_MAX_LETTERS];
    int32_t gap_open, gap_extend, end_bonus;
} gw_extend_params_t;

/* match >= 0, mismatch and n_score <= 0; codes 0..3 = ACGT, 4 = N */
void gw_extend_params_dna(gw_extend_params_t *p, int match, int mismatch, int n_score, int gap_open,
                          int gap_extend, int end_bonus);

/* 3. score and ends: the best local alignment. Ties: smallest target end, then smallest query end;
 *    for these ends the start with the shortest target span, then the shortest query span.
 *    score 0 (nothing aligns): all coordinates 0. */
typedef struct {
    int32_t score;
    int32_t q_beg, q_end, t_beg, t_end;
} gw_extend_hit_t;

GW_RESULT_USED gw_status_t gw_extend_score(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                                           int32_t *score, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_extend_ends(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                                          gw_extend_hit_t *hit, gw_err_t *err);

/* 4. banded global alignment of whole pairs with CIGAR: cells with |(j - i) - diag| <= width only
 *    (i query, j target; diag[i], width[i] per pair; width < 0 = the whole matrix). Operations are
 *    BAM-encoded (length << 4 | op; op 0 = M, 1 = I, 2 = D). Among equal scores gaps are leftmost:
 *    the letter-by-letter operations, read from the right, are the first in the order M, D, I. */
typedef struct {
    int32_t *score;  /* n values; INT32_MIN when the band holds no path */
    uint32_t *cigar; /* all pairs' operations, from 0 in every call; grown with realloc by the
                        call, so start with NULL and reuse; caller frees */
    size_t n_cigar, cap_cigar;
    int64_t *cigar_off; /* n + 1 values */
} gw_extend_cigars_t;

GW_RESULT_USED gw_status_t gw_extend_global(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                                            const int32_t *diag, const int32_t *width,
                                            gw_extend_cigars_t *out, gw_err_t *err);

#endif
