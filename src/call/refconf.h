/* src/call/refconf.h -- how sure is it that a position is the reference?
 *
 * Contents: 1. a position  2. a tile
 * Units:    0-based, half-open positions; phred likelihoods; fixed-point sums, so that the order of
 *           the reads does not matter
 * One sample. Each fragment over a position says something about two alternatives: another base
 * (by its base and quality), and an indel that begins there (only if the fragment reaches far
 * enough to both sides to show it: a fragment that ends within a repeat fits either). The
 * alternative that is harder to rule out gives the position's likelihoods. Fragments, qualities
 * and the trust in a mapping are those of calling (call/callread.h, call/genotype.h).
 */
#ifndef GW_CALL_REFCONF_H
#define GW_CALL_REFCONF_H

#include "call/active.h"

/* 1. a position */
typedef struct {
    int32_t dp;    /* fragments aligned over it */
    int32_t pl[3]; /* phred likelihoods of no, one and two other copies (ploidy 1: of none and, twice,
                      of one); the first is above 0 where an alternative fits better; all 0: nothing
                      is known */
    int32_t no_indel; /* phred odds that no indel begins behind it; 0: nothing is known of that */
} gw_refconf_t;
/* phred that the genotype of the reference is wrong, 0..99, by likelihoods alone: no reads, 0 */
int32_t gw_refconf_gq(const gw_refconf_t *c);

/* 2. a tile */
typedef struct gw_refconf_work gw_refconf_work_t; /* tables and sums, reused from tile to tile */
GW_RESULT_USED gw_status_t gw_refconf_create(int32_t ploidy, int32_t max_mapq,
                                             gw_refconf_work_t **out, gw_err_t *err);
void gw_refconf_destroy(gw_refconf_work_t *w); /* NULL is fine */
/* Every position of [beg,end) of a contig of len_bp bases into out (end - beg of them), from n
 * reads sorted by begin. ref points at the contig's first base. In the active regions g (in order) calling has
 * weighed what speaks against the reference with haplotypes: where it makes no record, an alternative
 * fits as well as the reference at most. */
GW_RESULT_USED gw_status_t gw_refconf_fill(gw_refconf_work_t *w, const gw_callread_t *r, size_t n,
                                           const uint8_t *ref, int64_t len_bp, int64_t beg,
                                           int64_t end, const gw_active_t *g, size_t n_active,
                                           gw_refconf_t *out, gw_err_t *err);

#endif
