/* src/align/sink.h -- where align's records go: straight out, coordinate-sorted, duplicate-marked
 *
 * Contents: 1. options  2. the sink  3. what was counted
 * Order:    unsorted output is in input order. Sorted output is by (contig, position), records
 *           without a contig last, ties in input order: the bytes depend on the input alone, never
 *           on threads, memory or chunking.
 * Memory:   opts.max_mem bounds what is held; beyond it, sorted runs are spilled to an unlinked
 *           temporary file, zstd-compressed and checksummed. --markdup without --sort holds (and
 *           spills) every record too, since the last read can be the better copy of the first.
 * Source:   duplicate rules as Picard MarkDuplicates applies them to query-grouped input: see
 *           align/markdup.h
 */
#ifndef GW_ALIGN_SINK_H
#define GW_ALIGN_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <htslib/sam.h>

#include "align/dupmetrics.h"
#include "base/status.h"
#include "io/alnwrite.h"

/* 1. options */
typedef struct {
    bool sort;
    bool markdup;
    uint64_t max_mem;     /* bytes; at least 1 MiB is used */
    const char *tmp_dir;  /* NULL: $TMPDIR or /tmp */
    int threads;          /* above 1, runs are sorted and spilled beside the caller */
    int optical_distance; /* in pixels of the read name's x and y; 100 (2500 on patterned cells) */
} gw_sink_opts_t;

/* 2. the sink */
typedef struct gw_sink gw_sink_t;

/* hdr and writer are borrowed until gw_sink_destroy; hdr gives contigs and the libraries (LB of
 * @RG). The caller wrote @HD and @PG and commits the writer after gw_sink_finish. */
GW_RESULT_USED gw_status_t gw_sink_open(const gw_sink_opts_t *opts, const sam_hdr_t *hdr,
                                        gw_alnwriter_t *writer, gw_sink_t **out, gw_err_t *err);

/* Takes every record of one template: n records with one name, primaries of both mates,
 * supplementary and secondary ones, in output order. One thread at a time. The records are copied
 * (or written through) and stay the caller's; without markdup n may be any run of records. */
GW_RESULT_USED gw_status_t gw_sink_put(gw_sink_t *s, const bam1_t *rec, size_t n, gw_err_t *err);

/* Decides the duplicates, merges, and puts everything into the writer. Called once. */
GW_RESULT_USED gw_status_t gw_sink_finish(gw_sink_t *s, gw_err_t *err);

void gw_sink_destroy(gw_sink_t *s); /* NULL and half-filled are fine */

/* 3. what was counted: per library, complete after gw_sink_finish; NULL without markdup. Write it
 *    with gw_dupmetrics_write. */
const gw_dupmetrics_t *gw_sink_dupmetrics(const gw_sink_t *s);

#endif
