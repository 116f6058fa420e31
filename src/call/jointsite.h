/* src/call/jointsite.h -- one site of many samples from what their gVCFs say
 *
 * Contents: 1. what is known  2. the site
 * Units:    0-based positions; phred
 * Every sample's alleles are mapped to those of the site; an allele that a sample's record does not
 * name has the likelihoods of <NON_REF> there. Genotypes, QUAL and the choice of alleles then
 * follow as in calling (call/genotype.h), from likelihoods instead of reads.
 */
#ifndef GW_CALL_JOINTSITE_H
#define GW_CALL_JOINTSITE_H

#include "call/callsite.h"

/* 1. what is known */
enum { GW_JOINTSITE_OTHERS = -2, GW_JOINTSITE_NONE = -1 }; /* in map: <NON_REF>; an allele left out */

typedef struct {
    int32_t ploidy;    /* 0: nothing is known of the sample here */
    int32_t n_alleles; /* of its record */
    const int8_t *map; /* the site's allele of each of them, or one of the above */
    const int32_t *pl, *ad;
    int32_t dp, sb[4], gt[2];
    bool has_sb, has_mq, phased;
    double mq;
    int64_t ps;
} gw_jointsample_t;

typedef struct {
    int64_t anchor;
    int32_t n_alleles; /* with the reference; `*`, if any, is the last */
    bool star;
    gw_event_t event[GW_GENOTYPE_MAX_SITE_ALLELES]; /* of alleles 1.. */
    gw_jointsample_t *sample;
} gw_jointsite_t;

/* 2. the site
 *
 * c      out: the called site, in a's memory. Samples of which nothing is known are missing, with the
 *        ploidy of the others
 * *keep  out: false when no sample carries an allele or QUAL is below min_qual
 */
GW_RESULT_USED gw_status_t gw_jointsite_call(const gw_jointsite_t *s, int32_t n_samples,
                                             double min_qual,
                                             const uint8_t *ref, int64_t len_bp, gw_arena_t *a,
                                             gw_callsite_t *c, bool *keep, gw_err_t *err);

#endif
