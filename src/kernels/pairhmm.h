/* src/kernels/pairhmm.h -- read x haplotype log-likelihoods (GW_JOB_PAIRHMM)
 *
 * Contents: 1. the batch  2. likelihoods
 * Units:    bases are codes 0..3 = A C G T, 4 = N (matches everything); qualities are phred
 * Source:   Durbin et al. 1998, Biological Sequence Analysis, section 4 (pair HMM forward)
 * The float rules: the reference fixes type, order and fused operations (fmaf written out), so
 * every variant gives the same bits.
 */
#ifndef GW_KERNELS_PAIRHMM_H
#define GW_KERNELS_PAIRHMM_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* 1. the batch: groups of reads and haplotypes (one group = one region); within group g every read
 *    in [read_group[g], read_group[g+1]) is scored against every haplotype in
 *    [hap_group[g], hap_group[g+1]) */
typedef struct {
    size_t n_groups;
    const int64_t *read_group, *hap_group; /* n_groups + 1 values each */
    const uint8_t *base, *qual;            /* reads' bases and base qualities, flat */
    const uint8_t *ins_qual, *del_qual;    /* gap-open qualities by read base, flat like base */
    const uint8_t *ext_qual;               /* gap-extension quality by read base */
    const int64_t *read_off;               /* reads + 1 values */
    const uint8_t *hap;                    /* haplotypes' bases, flat */
    const int64_t *hap_off;                /* haplotypes + 1 values */
} gw_pairhmm_batch_t;

/*    Qualities above 127 count as 127. Two errors are capped so that every probability is positive:
 *    a base's at 0.75 (qualities 0 and 1: a random base) and gap extension's at 0.9 (quality 0);
 *    where the two gap-open errors of a base add to more than 0.999, no gap has the rest, 0.001. */

/* 2. likelihoods: for group g with R reads and H haplotypes, R*H values read by read, groups one
 *    after the other: log10 P(read | haplotype), the read placed anywhere in the haplotype, free
 *    ends in the haplotype only. Computed in float, in double where that underflows, and below
 *    1e-480 in long double with rows scaled one by one; never infinite;
 *    differs from exact arithmetic by at most 1e-6 + 3e-8 * (read length) in log10 units. Empty
 *    reads and haplotypes are GW_EINTERNAL. */
GW_RESULT_USED gw_status_t gw_pairhmm_log10(const gw_pairhmm_batch_t *b, double *out,
                                            gw_err_t *err);

#endif
