/* src/call/haplotype.h -- the sequences that the reads of a region may come from
 *
 * Contents: 1. haplotypes  2. from the reads' own alignments  3. from a sequence
 * Units:    absolute positions on one contig; base codes
 */
#ifndef GW_CALL_HAPLOTYPE_H
#define GW_CALL_HAPLOTYPE_H

#include "call/active.h"

/* 1. haplotypes: number 0 is the reference without events */
enum { GW_HAPLOTYPE_MAX = 24, GW_HAPLOTYPE_MAX_EVENTS = 64 };

typedef struct {
    uint8_t *seq;
    int32_t len;
    int32_t n_events;
    uint64_t events; /* bit i: event i of the set */
} gw_haplotype_t;

typedef struct {
    int64_t beg, end; /* the window */
    gw_event_t event[GW_HAPLOTYPE_MAX_EVENTS];
    int32_t n_events;
    gw_haplotype_t hap[GW_HAPLOTYPE_MAX];
    int32_t n_haps;
    bool capped; /* something was left out: too many events or haplotypes */
} gw_hapset_t;

/* 2. from the reads' own alignments: combinations of candidates that reads show together. reads
 *    are those of the region (indexes into r). Memory from a. */
GW_RESULT_USED gw_status_t gw_haplotype_phase(const gw_active_t *g, const gw_seen_t *cand,
                                              const gw_callread_t *r, const int32_t *reads,
                                              size_t n_reads, const uint8_t *ref, int64_t len_bp,
                                              gw_arena_t *a, gw_hapset_t *h, gw_err_t *err);

/* true when the set has a haplotype of this sequence */
bool gw_haplotype_has(const gw_hapset_t *h, const uint8_t *seq, int32_t len);

/* 3. from a sequence of the window: its events come from the given alignment to the reference
 *    (BAM operations over the whole window). Does nothing when the set has this sequence; drops
 *    it when the set is full (capped). */
GW_RESULT_USED gw_status_t gw_haplotype_add(gw_hapset_t *h, const uint8_t *seq, int32_t len,
                                            const uint32_t *cigar, size_t n_cigar,
                                            const uint8_t *ref, gw_arena_t *a, gw_err_t *err);

#endif
