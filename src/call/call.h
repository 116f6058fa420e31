/* src/call/call.h -- germline SNVs and indels from sorted alignments
 *
 * Contents: 1. options  2. a run
 * The way: tiles of reads -> evidence position by position -> active regions -> haplotypes from
 * the reads' alignments and from local assembly -> pair HMM (engine) -> pairs of haplotypes ->
 * genotypes of sites -> records. Tiles are worked on in parallel and come out in order.
 */
#ifndef GW_CALL_CALL_H
#define GW_CALL_CALL_H

#include <htslib/vcf.h>

#include "call/callstats.h"
#include "engine/engine.h"

/* 1. options */
typedef struct {
    int64_t ploidy;      /* 1 or 2 */
    int64_t min_mapq;    /* reads below are not used; those of mapping quality 0 never are */
    int64_t min_baseq;   /* bases below propose no variant */
    double min_fraction; /* of fragments that must show an event to make it a candidate */
    double min_qual;     /* FILTER LowQual below */
    double emit_qual;    /* not written below */
    int64_t downsample;  /* reads that may start within 64 bases, per sample */
    bool no_cram;
    bool gvcf;             /* reference blocks too, of one sample */
    gw_gvcf_bands_t bands; /* of GQ in the blocks */
} gw_call_opts_t;

/* GW_EUSAGE when options contradict each other */
GW_RESULT_USED gw_status_t gw_call_opts_check(const gw_call_opts_t *o, gw_err_t *err);

/* 2. a run */
typedef struct gw_call gw_call_t;
typedef gw_status_t (*gw_call_sink_fn)(void *ctx, bcf1_t *rec, gw_err_t *err); /* rec is borrowed */

/* Opens and checks the inputs; ref, regions and engine are borrowed. command_line NULL: not named
 * in the header. *out is to be destroyed whatever comes back. */
GW_RESULT_USED gw_status_t gw_call_create(const gw_call_opts_t *o, const gw_ref_t *ref,
                                          const gw_regions_t *regions, const char *const *path,
                                          size_t n_paths, const char *command_line, int threads,
                                          gw_engine_t *engine, gw_call_t **out, gw_err_t *err);
bcf_hdr_t *gw_call_header(const gw_call_t *c); /* borrowed until destroy */
/* Calls everything; records go to sink in order. */
GW_RESULT_USED gw_status_t gw_call_run(gw_call_t *c, gw_call_sink_fn sink, void *ctx,
                                       gw_err_t *err);
const gw_callstats_t *gw_call_stats(const gw_call_t *c);
void gw_call_destroy(gw_call_t *c);

#endif
