/* src/align/karlin.h -- how often chance makes a local alignment of a score: E-values, bits
 *
 * Contents: 1. ungapped scores  2. gapped scores  3. E-values
 * Source:   Karlin & Altschul 1990, doi:10.1073/pnas.87.6.2264 (lambda, K); Altschul & Gish 1996,
 *           doi:10.1016/S0076-6879(96)66029-7 (gapped alignments follow the same law, with lambda and K
 *           found by simulation); Park, Sheetlin, Ma, Madden & Spouge 2012,
 *           doi:10.1186/1756-0500-5-286 (edges: lengths of chance alignments are about normal, with
 *           mean and variance that grow with the score)
 *
 * In random sequences of m and n letters the number of alignments of score >= s is about Poisson with
 * mean K area exp(-lambda s): area is what is left of m * n for an alignment to start in when it must
 * also end inside.
 */
#ifndef GW_ALIGN_KARLIN_H
#define GW_ALIGN_KARLIN_H

#include <stdint.h>

#include "align/dbscoring.h"
#include "base/status.h"
#include "engine/engine.h"

/* 1. ungapped scores: lambda solves sum over letters of p_a p_b exp(lambda s_ab) = 1. GW_EUSAGE when no
 *    score is positive or the mean is not negative: then local alignments have no statistics. */
GW_RESULT_USED gw_status_t gw_karlin_ungapped(const gw_dbscoring_t *s, double *lambda,
                                              gw_err_t *err);
/* How often each plain residue is to be expected in a sequence of n codes: as it occurs there and in 20
 * letters of background, so that few letters say little */
void gw_karlin_composition(const gw_dbscoring_t *s, const uint8_t *letter, int64_t n, double *freq);
/* Sequences that share a bias score more by chance. What to multiply a score of a pair of these compositions by
 * to make it comparable: their own lambda over the usual one, between 0.5 and 1 (Schaffer and others
 * 2001, doi:10.1093/nar/29.14.2994). */
double gw_karlin_composition_factor(const gw_dbscoring_t *s, double usual_lambda, const double *q,
                                    const double *t);

/* 2. gapped scores: an alignment of score x that chance made has len_base + len_rise * x letters of
 *    either sequence in the mean, with variance var_rise * x and, between the two, covariance
 *    cov_rise * x. */
typedef struct {
    double lambda, log_k; /* natural logarithm */
    double len_base, len_rise, var_rise, cov_rise;
} gw_karlin_t;
enum {
    GW_KARLIN_QUICK = 1 << 14, /* pairs: lambda within about 1 %, some tenths of a second */
    GW_KARLIN_LENGTH = 350     /* letters of every simulated sequence */
};
/* The parameters of s, by fitting the scores of n_pairs random pairs. The same for any threads and
 * device. GW_EUSAGE as above, or when gaps cost so little that chance alignments span whole
 * sequences. */
GW_RESULT_USED gw_status_t gw_karlin_fit(const gw_dbscoring_t *s, int64_t n_pairs,
                                         gw_engine_t *engine, gw_karlin_t *k, gw_err_t *err);

/* Those of the usual scores and gap costs, from half a million pairs (tests/bench/karlin_table.c).
 * false: not of these */
bool gw_karlin_known(const gw_dbscoring_t *s, gw_karlin_t *k);

/* 3. E-values */
/* The logarithm of how many alignments of at least this score chance makes between a query and one
 * target. Lengths >= 1. */
double gw_karlin_log_pair(const gw_karlin_t *k, int64_t q_len, int64_t t_len, double score);
/* The least that it can be, found faster */
double gw_karlin_log_pair_floor(const gw_karlin_t *k, int64_t q_len, int64_t t_len, double score);
double gw_karlin_bits(const gw_karlin_t *k, double score);

#endif
