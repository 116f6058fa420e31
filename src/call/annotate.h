/* src/call/annotate.h -- figures about a site's reads
 *
 * Contents: 1. observations  2. tests  3. a site's figures
 * Source:   Mann & Whitney 1947, doi:10.1214/aoms/1177730491 (rank sums, ties by mid-ranks);
 *           Wigginton, Cutler & Abecasis 2005, doi:10.1086/429864 (exact test of Hardy-Weinberg)
 */
#ifndef GW_CALL_ANNOTATE_H
#define GW_CALL_ANNOTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

/* 1. observations: what one fragment says about a site */
typedef struct {
    int32_t sample;
    int32_t end_bp; /* bases from the site to the nearer end of the read */
    int8_t allele;  /* -1: covers the site without preferring an allele */
    uint8_t mapq, qual;
    bool reverse;
} gw_obs_t;

/* 2. tests */
/* Two-sided Fisher test of a 2x2 table, as phred */
double gw_annotate_fisher(int32_t a, int32_t b, int32_t c, int32_t d);
/* Symmetric odds ratio of strands: ref forward, ref reverse, alt forward, alt reverse; near 0.69
 * when both alleles are spread alike, rising with bias in either */
double gw_annotate_sor(int32_t rf, int32_t rr, int32_t af, int32_t ar);
/* z of the Mann-Whitney test, > 0 when values of x are larger than those of y; false when either
 * is empty or all values are equal. The arrays are sorted by the call. */
bool gw_annotate_ranksum(double *x, size_t nx, double *y, size_t ny, double *z);
/* phred of seeing at least so many heterozygotes in Hardy-Weinberg proportions */
double gw_annotate_excess_het(int32_t het, int32_t hom_ref, int32_t hom_alt);

/* 3. a site's figures */
typedef struct {
    int32_t dp;
    bool has_strand, has_mq;
    double fs, sor, mq;
    bool has_mq_rank, has_pos_rank, has_qual_rank;
    double mq_rank, pos_rank, qual_rank;
} gw_annotation_t;
/* Reference against all other alleles; scratch from a. false = out of memory. */
bool gw_annotate_site(const gw_obs_t *o, size_t n, gw_arena_t *a, gw_annotation_t *out);

#endif
