/* src/call/callread.h -- a read as the caller sees it: decoded, trimmed, counted once
 *
 * Contents: 1. the read  2. decoding  3. mates that overlap
 * Units:    0-based, half-open positions on one contig; base codes 0..3 = A C G T, 4 = N;
 *           qualities are phred
 */
#ifndef GW_CALL_CALLREAD_H
#define GW_CALL_CALLREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <htslib/sam.h>

#include "base/mem.h"
#include "base/status.h"

/* 1. the read: one read, or two overlapping mates joined into one fragment */
typedef struct {
    int64_t beg, end;     /* reference span of the aligned bases */
    int64_t split;        /* bases before it are on strand reverse, from it on on reverse2 */
    uint64_t name;        /* hash of the read's name */
    uint8_t *base, *qual; /* len of each, in reference direction */
    uint32_t *cigar;      /* BAM operations, only M I D N S */
    int32_t len, n_cigar;
    int32_t sample;
    uint8_t mapq;
    bool reverse, reverse2;
} gw_callread_t;

enum {
    GW_CALLREAD_MIN_QUAL = 3,  /* no base is worse: below, the call itself is a guess */
    GW_CALLREAD_MAX_QUAL = 41, /* no base is better: errors before the sequencer set a floor */
    GW_CALLREAD_TAIL_QUAL = 5, /* ends at or below this quality are cut off */
    GW_CALLREAD_NO_QUAL = 20   /* for reads without qualities */
};

/* 2. decoding: b's letters, qualities and CIGAR into a's memory. Cuts low-quality ends and bases
 *    beyond the other end of a short fragment (adapter). *usable = false when nothing is left or
 *    no base is aligned. */
GW_RESULT_USED gw_status_t gw_callread_decode(const bam1_t *b, int32_t sample, gw_arena_t *a,
                                              gw_callread_t *r, bool *usable, gw_err_t *err);
/* The bases [*i0,*i1) that lie in [lo,hi) by the read's own alignment; soft-clipped bases lie
 * where they would without a gap, inserted ones where the base after them lies. */
void gw_callread_span(const gw_callread_t *r, int64_t lo, int64_t hi, int32_t *i0, int32_t *i1);
/* Query index of the base aligned to reference position pos; -1: deleted or not covered. */
int32_t gw_callread_at(const gw_callread_t *r, int64_t pos);
static inline bool gw_callread_strand(const gw_callread_t *r, int64_t pos)
{
    return pos < r->split ? r->reverse : r->reverse2;
}

/* 3. mates that overlap: two reads of one name become one fragment, so that no base of a molecule
 *    counts twice; where the two disagree the better base stays, with the difference of the
 *    qualities. Mates whose alignments contradict each other are not joined: one keeps the
 *    overlap. n is updated; the order by begin is kept. */
GW_RESULT_USED gw_status_t gw_callread_join(gw_callread_t *r, size_t *n, gw_arena_t *a,
                                            gw_err_t *err);

#endif
