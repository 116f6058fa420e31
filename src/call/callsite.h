/* src/call/callsite.h -- a region's haplotypes and likelihoods become called sites
 *
 * Contents: 1. called sites  2. a region
 * Units:    0-based positions; qualities are phred
 */
#ifndef GW_CALL_CALLSITE_H
#define GW_CALL_CALLSITE_H

#include "call/annotate.h"
#include "call/genotype.h"

/* 1. called sites */
enum {
    GW_CALLSITE_INFORMATIVE = 200, /* millibels (log10 * 1000): a read that prefers an allele */
    GW_CALLSITE_CLOSE = 40         /* phred: an allele no further from the reference may count once other samples
                                      show it */
};

typedef struct {
    int8_t gt[2]; /* allele numbers; [1] = -1 when ploidy is 1 */
    int8_t ploidy;
    bool phased, missing;
    int64_t ps; /* phase set: 0-based position of its first record, when phased */
    int32_t gq, dp;
    int32_t ad[GW_GENOTYPE_MAX_SITE_ALLELES], pl[GW_GENOTYPE_MAX];
    int32_t sb[4]; /* ref forward, ref reverse, alt forward, alt reverse */
} gw_callsample_t;

typedef struct {
    int64_t pos; /* first base of REF */
    int32_t n_alleles;
    char *allele[GW_GENOTYPE_MAX_SITE_ALLELES]; /* REF, ALTs; letters */
    bool weak; /* not called: QUAL is too low; only its likelihoods matter (GT is the reference) */
    double qual;
    int32_t ac[GW_GENOTYPE_MAX_SITE_ALLELES], an;
    double qd, excess_het;
    gw_annotation_t note;
    gw_callsample_t *sample; /* one a sample */
} gw_callsite_t;

/* Position and letters: REF spans every event; indels carry the base before. event[k]: of allele
 * k > 0, NULL for `*`. Memory from a; false = out of memory. */
bool gw_callsite_spell(int64_t anchor, const gw_event_t *const *event, int32_t n_alleles,
                       const uint8_t *ref, gw_arena_t *a, gw_callsite_t *c);
/* Of one sample, with <NON_REF>: an SNV's record also stands for indels behind its base, so genotypes with
 * <NON_REF> are at most no_indel (phred) less likely than the best without it. */
void gw_callsite_cap_non_ref(gw_callsite_t *c, int32_t no_indel);
/* Counts, QD and the rest that follow from the genotypes */
void gw_callsite_summarise(gw_callsite_t *c, int32_t n_samples);

/* 2. a region */
typedef struct {
    int32_t ploidy, n_samples;
    double min_qual;  /* sites below are not called */
    int32_t max_mapq; /* no read is trusted beyond this mapping quality */
    bool non_ref;     /* of one sample: every site ends with the allele <NON_REF>, which stands for
                         all that are not listed, and sites that are not called but where an allele
                         has some support are kept (weak) */
} gw_callsite_opts_t;

/* The sites of a region, in order, appended to *v (grown with realloc by the call; everything they
 * point to is in a's memory). read, lik: the region's rows of a gw_likelihood_t. */
GW_RESULT_USED gw_status_t gw_callsite_region(const gw_active_t *g, const gw_hapset_t *h,
                                              const gw_callread_t *r, const int32_t *read,
                                              const double *lik, size_t n_reads, const uint8_t *ref,
                                              int64_t len_bp, const gw_callsite_opts_t *o,
                                              gw_arena_t *a, gw_callsite_t **v, size_t *n,
                                              size_t *cap, gw_err_t *err);

#endif
