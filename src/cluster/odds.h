/* src/cluster/odds.h -- how likely a candidate pair is to hold, from its best ungapped segment
 *
 * The odds only say which comparisons to make first, and which are not worth making: what holds is
 * decided by src/kernels/ident.h. They are a logistic curve in two figures of the segment: its
 * identity beside the one asked for, and the part of the shorter sequence that it covers. The
 * coefficients were fitted to the exact comparison of 800,000 candidate pairs of Swiss-Prot at
 * identity 0.5; other thresholds stretch the identity scale.
 */
#ifndef GW_CLUSTER_ODDS_H
#define GW_CLUSTER_ODDS_H

#include <stdint.h>

enum { GW_ODDS_ONE = 256 };
/* 0..GW_ODDS_ONE-1. A segment of seg aligned letters (> 0), matches of them equal; min_id in
 * 1/10000, from 1. */
int32_t gw_odds_of_segment(int32_t matches, int32_t seg, int32_t shorter, int32_t min_id);

#endif
