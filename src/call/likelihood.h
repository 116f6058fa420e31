/* src/call/likelihood.h -- reads against haplotypes, many regions in one job of the engine
 *
 * Contents: 1. gap qualities  2. the batch
 * Units:    phred qualities; likelihoods are log10
 */
#ifndef GW_CALL_LIKELIHOOD_H
#define GW_CALL_LIKELIHOOD_H

#include "call/haplotype.h"
#include "engine/engine.h"

/* 1. gap qualities: how easily a sequencer slips, by tandem repeat. A run of n copies of a unit of
 *    period p slips about once in 10^(q/10) reads; the chance is spread over the run's bases. */
enum { GW_LIKELIHOOD_GAP_QUAL = 45, GW_LIKELIHOOD_EXT_QUAL = 10 };
/* phred of slipping anywhere in the run */
double gw_likelihood_slip_qual(int32_t period, int32_t copies);
/* gap-open quality of each of a read's bases */
void gw_likelihood_gap_quals(const uint8_t *base, int32_t len, uint8_t *gap);

/* 2. the batch */
typedef struct {
    size_t n_regions, n_reads, n_haps, n_bases, n_hap_bases;
    int64_t *read_group, *hap_group, *read_off, *hap_off;
    uint8_t *base, *qual, *gap, *ext, *hap;
    int32_t *read; /* which of the tile's reads each row is */
    double *lik;   /* by region, read, haplotype; from gw_likelihood_run */
    int64_t *lik_off;
    size_t cap_read_group, cap_hap_group, cap_read_off, cap_hap_off, cap_base, cap_qual, cap_gap,
        cap_ext, cap_hap, cap_read, cap_lik, cap_lik_off;
} gw_likelihood_t;

void gw_likelihood_reset(gw_likelihood_t *l);
void gw_likelihood_release(gw_likelihood_t *l);
/* Adds a region: the part of each read inside the haplotypes' window; reads with less than
 * min_bases there are left out. */
GW_RESULT_USED gw_status_t gw_likelihood_add(gw_likelihood_t *l, const gw_hapset_t *h,
                                             const gw_callread_t *r, const int32_t *reads,
                                             size_t n_reads, int32_t min_bases, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_likelihood_run(gw_likelihood_t *l, gw_engine_t *e, gw_err_t *err);

#endif
