/* src/call/active.h -- which stretches of the genome deserve haplotypes
 *
 * Contents: 1. active regions
 * Units:    absolute 0-based positions on one contig
 */
#ifndef GW_CALL_ACTIVE_H
#define GW_CALL_ACTIVE_H

#include "call/pileup.h"

/* 1. active regions */
typedef struct {
    int64_t beg, end;         /* from the first to the last piece of evidence */
    int64_t own_beg, own_end; /* events anchored here belong to this region and to no other */
    int64_t win_beg, win_end; /* haplotypes span this window */
    size_t cand0, cand1;      /* its candidates among those of the pileup */
    bool assemble;            /* the reads' alignments may not be trusted here */
} gw_active_t;

typedef struct {
    int32_t join_bp;      /* evidence closer than this is looked at together */
    int32_t max_bp;       /* but no region grows longer than this */
    int32_t pad_bp;       /* reference around a region in its haplotypes */
    double clip_fraction; /* of fragments that end in a soft clip at one place */
} gw_active_opts_t;

/* Regions in rising order, apart from each other; *v in a's memory. */
GW_RESULT_USED gw_status_t gw_active_find(const gw_pileup_t *p, const gw_seen_t *cand,
                                          size_t n_cand, const uint8_t *ref, int64_t len_bp,
                                          const gw_active_opts_t *o, gw_arena_t *a, gw_active_t **v,
                                          size_t *n, gw_err_t *err);

#endif
