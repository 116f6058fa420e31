/* src/cluster/scoring.h -- the scoring that decides, and the thresholds as exact fractions
 *
 * Source: Henikoff & Henikoff 1992, doi:10.1073/pnas.89.22.10915 (BLOSUM62), gaps 10 + k for
 *         proteins (local alignment); match 2, mismatch -4, N 0, gaps 20 + 2k for nucleotides
 *         (whole sequences, free end gaps)
 */
#ifndef GW_CLUSTER_SCORING_H
#define GW_CLUSTER_SCORING_H

#include "cluster/seqset.h"
#include "kernels/ident.h"

/* id_num / id_den is min_id to four decimals. */
void gw_scoring_init(gw_ident_params_t *p, gw_seqkind_t kind, double min_id);

#endif
