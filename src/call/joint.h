/* src/call/joint.h -- many samples' gVCFs become one VCF
 *
 * Contents: 1. options  2. a run
 * The inputs are merged by place, a stretch of each in memory at a time. Wherever some sample has
 * an alternative allele, what every sample's record or block says there goes into one site
 * (call/jointsite.h). Sites are worked on in parallel and come out in order.
 */
#ifndef GW_CALL_JOINT_H
#define GW_CALL_JOINT_H

#include "call/callstats.h"
#include "call/callvcf.h"

/* 1. options */
typedef struct {
    double min_qual, emit_qual; /* FILTER LowQual below; not written below */
    const char *command_line;   /* NULL: not named in the header */
} gw_joint_opts_t;

/* 2. a run */
typedef struct gw_joint gw_joint_t;
typedef gw_status_t (*gw_joint_sink_fn)(void *ctx, bcf1_t *rec, gw_err_t *err); /* rec is borrowed */

/* Opens and checks the inputs: one sample each, none twice, the same contigs in the same order. ref
 * and regions (finished, contig numbers of ref; empty: everywhere) are borrowed. *out is to be
 * destroyed whatever comes back. */
GW_RESULT_USED gw_status_t gw_joint_create(const gw_joint_opts_t *o, const gw_ref_t *ref,
                                           const gw_regions_t *regions, const char *const *path,
                                           size_t n_paths, int threads, gw_joint_t **out,
                                           gw_err_t *err);
bcf_hdr_t *gw_joint_header(const gw_joint_t *j); /* borrowed until destroy */
GW_RESULT_USED gw_status_t gw_joint_run(gw_joint_t *j, gw_joint_sink_fn sink, void *ctx,
                                        gw_err_t *err);
/* Records of inputs without likelihoods, where their samples are missing */
uint64_t gw_joint_without(const gw_joint_t *j);
/* Of reads, tiles and regions nothing is counted; capped_regions: sites with alleles left out */
const gw_callstats_t *gw_joint_stats(const gw_joint_t *j);
void gw_joint_destroy(gw_joint_t *j); /* NULL is fine */

#endif
