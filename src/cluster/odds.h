/* src/cluster/odds.h -- how likely a candidate pair is to hold, from its best ungapped stretches
 *
 * The odds only say which comparisons to make first, and which are not worth making: what holds is
 * decided by src/kernels/ident.h. They are a logistic curve in a few figures: the identity of the
 * best stretch beside the one asked for, the part of the shorter sequence that it covers, the same
 * of the best stretch on another diagonal (alignments with a gap), and the ratio of the lengths
 * where both coverages are asked for. The coefficients were fitted to the exact comparison of
 * 976,084 candidate pairs of Swiss-Prot at identity 0.5 and coverage 0.8 (294,097 hold); other
 * thresholds stretch the scales.
 */
#ifndef GW_CLUSTER_ODDS_H
#define GW_CLUSTER_ODDS_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/diagonal.h"

enum { GW_ODDS_ONE = 256 };
typedef struct {
    gw_stretch_t first, second; /* on different diagonals; second.len may be 0 */
    int32_t shorter, longer;    /* lengths of the sequences, letters */
} gw_odds_in_t;
/* 0..GW_ODDS_ONE-1. min_id in 1/10000, from 1; min_cov of both sequences, 0 when other coverages
 * are asked for. */
int32_t gw_odds_of_pair(const gw_odds_in_t *in, int32_t min_id, double min_cov);

/* Does the first stretch alone all but settle it? It covers min_cov of both and is more alike than
 * is asked for by a tenth of what is left (wrong for 1 pair in 1,000 of those above). */
bool gw_odds_sure(const gw_odds_in_t *in, int32_t min_id, double min_cov);

#endif
