/* src/call/genotype.h -- from likelihoods of haplotypes to genotypes of sites
 *
 * Contents: 1. pairs of haplotypes  2. sites  3. genotypes of a site  4. several samples
 * Units:    log10 probabilities; pairs (a <= b) are numbered b(b+1)/2 + a, as VCF orders genotypes
 * Pure functions of arrays: no reads, no files.
 */
#ifndef GW_CALL_GENOTYPE_H
#define GW_CALL_GENOTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call/haplotype.h"

enum {
    GW_GENOTYPE_MAX_ALLELES = 8,        /* of haplotypes, with the reference and `*` */
    GW_GENOTYPE_MAX_SITE_ALLELES = 9,   /* of records: <NON_REF> besides, or one more of many samples */
    GW_GENOTYPE_MAX = GW_GENOTYPE_MAX_SITE_ALLELES * (GW_GENOTYPE_MAX_SITE_ALLELES + 1) / 2
};
static inline int32_t gw_genotype_index(int32_t a, int32_t b)
{
    return a <= b ? b * (b + 1) / 2 + a : a * (a + 1) / 2 + b;
}
static inline int32_t gw_genotype_count(int32_t n, int32_t ploidy)
{
    return ploidy == 1 ? n : n * (n + 1) / 2;
}
/* The alleles of genotype g; gt[1] = -1 when ploidy is 1. */
void gw_genotype_alleles(int32_t g, int32_t ploidy, int8_t gt[2]);

/* 1. pairs of haplotypes (single haplotypes when ploidy is 1) */
/* log10 P(reads | pair) of every pair. lik: n_reads rows of n_haps log10 likelihoods; wrong[r]:
 * the chance that read r does not belong here, which limits what it can say.
 * stranger: NULL, or for each haplotype the log10 prior that a stranger carries it. Then the
 * library may, with a small prior, hold a few percent of another person's fragments: of the
 * reference, as a stranger mostly is where this person differs; where this person is the
 * reference, of any other haplotype by its prior. And reads of low mapping quality may, together,
 * come from another copy of the sequence, so that what looks heterozygous is the reference. */
void gw_genotype_pairs(const double *lik, const double *wrong, size_t n_reads, int32_t n_haps,
                       int32_t ploidy, const double *stranger, double *pair);
/* log10 prior of every pair, from the prior of each event of the set in one copy */
void gw_genotype_priors(const gw_hapset_t *h, const double *event_prior, int32_t ploidy,
                        double *prior);
/* log10 prior of an event in one copy: SNVs 1 in 1000 and three letters to choose from; indels by
 * length and by the tandem repeat they lie in. */
double gw_genotype_event_prior(const gw_event_t *e, gw_repeat_t repeat);

/* 2. sites: events of one anchor and kind (SNV, indel) are alleles of one record */
typedef struct {
    int64_t anchor;
    int32_t n_alleles;                      /* with the reference; `*` is not among the events */
    int32_t event[GW_GENOTYPE_MAX_ALLELES]; /* of alleles 1..; -1 for `*` */
    bool star;                              /* the last allele is `*`: deleted by another event */
    int8_t allele[GW_HAPLOTYPE_MAX];        /* that each haplotype carries */
} gw_site_t;
/* The site whose first event is number first; marks its events in done. Events beyond the allele
 * limit are counted as reference (and *capped is set). */
void gw_genotype_site(const gw_hapset_t *h, int32_t first, uint64_t *done, gw_site_t *s,
                      bool *capped);
/* Keeps the alleles whose keep is set (the reference always); haplotypes of the others carry -1. */
void gw_genotype_prune(gw_site_t *s, const bool *keep);

/* 3. genotypes of a site */
typedef struct {
    int32_t n, ploidy;            /* genotypes; ploidy 1 or 2 */
    double post[GW_GENOTYPE_MAX]; /* log10, normalised */
    double lik[GW_GENOTYPE_MAX];  /* log10, the best is 0: the posterior without the site's prior */
    int32_t best;                 /* the most probable genotype */
    int32_t pl[GW_GENOTYPE_MAX];  /* phred, the best is 0 */
    int32_t gq;
} gw_gtcall_t;
void gw_genotype_call(const gw_site_t *s, const double *pair, const double *prior, int32_t n_haps,
                      int32_t ploidy, double site_prior, gw_gtcall_t *c);
/* The same from the likelihoods alone: pl, phred, of the genotypes of n_alleles alleles */
void gw_genotype_from_pl(const int32_t *pl, int32_t n_alleles, int32_t ploidy, double site_prior,
                         gw_gtcall_t *c);

/* 4. several samples: log10 P(no sample carries an alternative allele), from the likelihoods of
 *    their genotypes (ploidies may differ); site_prior: log10, of one alternative copy. NaN: out of
 *    memory. */
double gw_genotype_none(const gw_gtcall_t *c, int32_t n_samples, int32_t n_alleles,
                        double site_prior, gw_arena_t *a);

#endif
