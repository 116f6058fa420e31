/* src/align/markdup.h -- which templates are duplicates of which: collected as records pass,
 *                        decided once all have passed
 *
 * Contents: 1. collecting  2. deciding
 * Rules:    those of Picard MarkDuplicates on query-grouped input.
 *           - An end is (library, contig, unclipped 5' position, strand); soft and hard clips
 * count.
 *           - Pairs (both primaries mapped) with equal ends at both sides form a set; the one with
 *             the highest score stays, the others are duplicates.
 *           - A primary without a mapped mate is a duplicate when any pair has an end where its end
 *             is; else such single ends form sets of their own.
 *           - The score is the sum of base qualities >= 15, at most 16383 an end, less 16384 for an
 *             end that failed the vendor's quality check. Ties: the smallest tile, x, y of the read
 *             name, then the first in input order.
 *           - Every record of a duplicate template is flagged: secondary, supplementary and the
 *             unmapped mate too.
 *           - Pairs of a set on one tile of one read group, in the same orientation, chained by
 *             steps of at most optical_distance in x and in y, are optical duplicates of each
 *             other; sets beyond 300,000 pairs are not searched for them.
 * Source:   Picard 2.27 MarkDuplicates (documentation and behaviour); SAM specification v1, 0x400
 */
#ifndef GW_ALIGN_MARKDUP_H
#define GW_ALIGN_MARKDUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <htslib/sam.h>

#include "align/dupmetrics.h"
#include "base/status.h"

typedef struct gw_markdup gw_markdup_t;

typedef struct {
    uint64_t max_mem; /* for the ends; they spill like records */
    const char *tmp_dir;
    int threads;
    int optical_distance;
} gw_markdup_opts_t;

/* 1. collecting: hdr is borrowed; templates are numbered from 0 in the order they are added */
GW_RESULT_USED gw_status_t gw_markdup_create(const gw_markdup_opts_t *opts, const sam_hdr_t *hdr,
                                             gw_markdup_t **out, gw_err_t *err);
/* The n records of one template. */
GW_RESULT_USED gw_status_t gw_markdup_add(gw_markdup_t *m, const bam1_t *rec, size_t n,
                                          gw_err_t *err);

/* 2. deciding: once, after the last template */
GW_RESULT_USED gw_status_t gw_markdup_decide(gw_markdup_t *m, gw_err_t *err);
bool gw_markdup_is_duplicate(const gw_markdup_t *m, uint64_t template_number);
const gw_dupmetrics_t *gw_markdup_metrics(const gw_markdup_t *m);
void gw_markdup_destroy(gw_markdup_t *m); /* NULL is fine */

#endif
