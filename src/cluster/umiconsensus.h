/* src/cluster/umiconsensus.h -- one read a molecule
 *
 * Reads of a family are compared position by position from their first sequenced letter; of
 * alignments only those with the family's most frequent CIGAR (of equals the one seen first), so
 * that positions correspond. Each letter's likelihood is the product over reads of 1 - e or e / 3,
 * e from the quality; the consensus takes the likeliest (of equals the first of ACGT), its quality
 * is that of the other three together, 2 to 60. It is as long as at least half of the reads.
 * Source: fgbio's CallMolecularConsensusReads documentation (the model)
 */
#ifndef GW_CLUSTER_UMICONSENSUS_H
#define GW_CLUSTER_UMICONSENSUS_H

#include <stdio.h>

#include "cluster/umireads.h"

/* FASTQ, families in order, first reads before second: @FAMILY_UMI, /1 or /2 in pairs, then the
 * number of reads used and left out for their CIGAR. Reads without qualities count as 30. Write
 * errors are left in the FILE. */
GW_RESULT_USED gw_status_t gw_umiconsensus_write(const gw_umireads_t *u, FILE *f, gw_err_t *err);

#endif
