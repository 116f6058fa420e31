/* src/call/pileup.h -- what the reads' own alignments say, position by position
 *
 * Contents: 1. evidence  2. candidates
 * Units:    positions relative to the pileup's begin unless said otherwise
 * One pass over the reads; reads come sorted by begin.
 */
#ifndef GW_CALL_PILEUP_H
#define GW_CALL_PILEUP_H

#include "call/callread.h"
#include "call/leftalign.h"

/* 1. evidence */
typedef struct {
    gw_event_t event; /* absolute position, left-aligned */
    int32_t sample;
    int32_t n;        /* fragments that show it */
    int32_t qual_sum; /* of the base, or of the bases around the indel, each fragment's best */
} gw_seen_t;

typedef struct {
    int64_t beg, end;
    int32_t n_samples;
    int32_t *cover;    /* [sample][end-beg+1]: fragments aligned over the position */
    int32_t *clip;     /* [sample][end-beg+1]: soft clips that begin at the position */
    int32_t *alt_n;    /* [sample][end-beg][4]: bases that differ from the reference */
    int32_t *alt_qual; /* the same: sum of their qualities */
    gw_seen_t *indel;  /* merged by sample and event, in the order of events */
    size_t n_indels, cap_indels;
    size_t cap_cover, cap_clip, cap_alt_n, cap_alt_qual;
} gw_pileup_t;

typedef struct {
    int32_t min_baseq;
    double min_fraction; /* of the fragments over a place that must show an event */
} gw_pileup_opts_t;

static inline int64_t gw_pileup_len(const gw_pileup_t *p)
{
    return p->end - p->beg;
}
void gw_pileup_release(gw_pileup_t *p);
/* Fills p (its memory is reused) from n reads over [beg,end) of a contig; inserted letters go to
 * a's memory. */
GW_RESULT_USED gw_status_t gw_pileup_build(gw_pileup_t *p, const gw_callread_t *r, size_t n,
                                           int32_t n_samples, const uint8_t *ref, int64_t beg,
                                           int64_t end, const gw_pileup_opts_t *o, gw_arena_t *a,
                                           gw_err_t *err);

/* 2. candidates: events that some sample shows often enough to be more than noise, over all
 *    samples, in the order of gw_event_cmp; *v in a's memory. */
GW_RESULT_USED gw_status_t gw_pileup_candidates(const gw_pileup_t *p, const gw_pileup_opts_t *o,
                                                gw_arena_t *a, gw_seen_t **v, size_t *n,
                                                gw_err_t *err);

#endif
