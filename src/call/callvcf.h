/* src/call/callvcf.h -- called sites as VCF records
 *
 * Contents: 1. the header  2. records
 * Source:   VCF specification 4.3
 */
#ifndef GW_CALL_CALLVCF_H
#define GW_CALL_CALLVCF_H

#include <htslib/vcf.h>

#include "call/callsite.h"
#include "io/ref.h"

/* 1. the header */
typedef struct {
    int32_t ploidy;           /* the largest of the samples */
    double min_qual;          /* FILTER LowQual below */
    const char *command_line; /* NULL: leave version and command line out */
    bool gvcf;                /* with what reference blocks need (call/gvcf.h) */
} gw_callvcf_opts_t;

/* contig: numbers in ref, in the order that the header shall have. The caller frees *out with
 * bcf_hdr_destroy. */
GW_RESULT_USED gw_status_t gw_callvcf_header(const gw_ref_t *ref, const int32_t *contig,
                                             int32_t n_contigs, const char *const *sample,
                                             int32_t n_samples, const gw_callvcf_opts_t *o,
                                             bcf_hdr_t **out, gw_err_t *err);

/* 2. records: a new one, which the caller destroys. hdr is only read: threads may share it. */
GW_RESULT_USED gw_status_t gw_callvcf_record(const bcf_hdr_t *hdr, int32_t rid,
                                             const gw_callsite_t *s, int32_t n_samples,
                                             const gw_callvcf_opts_t *o, bcf1_t **out,
                                             gw_err_t *err);

#endif
