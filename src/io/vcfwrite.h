/* src/io/vcfwrite.h -- variants out: VCF, bgzipped VCF, BCF, uncompressed BCF; atomic; index beside
 */
#ifndef GW_IO_VCFWRITE_H
#define GW_IO_VCFWRITE_H

#include <stdbool.h>
#include <htslib/vcf.h>

#include "base/status.h"

typedef enum { GW_VCF_TEXT, GW_VCF_BGZF, GW_VCF_UBCF, GW_VCF_BCF } gw_vcf_format_t;
typedef struct gw_vcfwriter gw_vcfwriter_t;

typedef struct {
    gw_vcf_format_t format;
    int threads;
    bool write_index; /* .tbi beside bgzipped VCF (.csi when a contig is too long for it), .csi
                         beside BCF; GW_EUSAGE on stdout and for uncompressed forms */
} gw_vcfwrite_opts_t;

/* By the name's ending: .vcf.gz, .vcf.bgz, .bcf, anything else is VCF text; NULL and "-" are text.
 */
gw_vcf_format_t gw_vcf_format_of(const char *path);

/* hdr is borrowed until close; it is written at once. path NULL or "-" = stdout. */
GW_RESULT_USED gw_status_t gw_vcfwriter_open(const char *path, const gw_vcfwrite_opts_t *opts,
                                             bcf_hdr_t *hdr, gw_vcfwriter_t **out, gw_err_t *err);
/* Records come in the order of the header's contigs and of their positions; one that does not, or
 * that is on no contig of the header, is GW_EINTERNAL: the caller's fault, not the data's. */
GW_RESULT_USED gw_status_t gw_vcfwriter_put(gw_vcfwriter_t *w, bcf1_t *rec, gw_err_t *err);
/* Finishes file and index and renames both; w is freed whatever comes back. */
GW_RESULT_USED gw_status_t gw_vcfwriter_commit(gw_vcfwriter_t *w, gw_err_t *err);
void gw_vcfwriter_discard(gw_vcfwriter_t *w); /* nothing is left behind; NULL is fine */

#endif
