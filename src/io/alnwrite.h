/* src/io/alnwrite.h -- alignments out: SAM, BAM, uncompressed BAM, CRAM; atomic; index beside
 */
#ifndef GW_IO_ALNWRITE_H
#define GW_IO_ALNWRITE_H

#include <stdbool.h>
#include <htslib/sam.h>

#include "base/status.h"

typedef enum { GW_ALN_SAM, GW_ALN_BAM, GW_ALN_UBAM, GW_ALN_CRAM } gw_aln_format_t;
typedef struct gw_alnwriter gw_alnwriter_t;

typedef struct {
    gw_aln_format_t format;
    const char *ref_path; /* FASTA with .fai, for CRAM */
    int threads;
    bool
        write_index; /* .bai (.csi when a contig is longer than 2^29 - 1) or .crai; not on stdout */
} gw_alnwrite_opts_t;

/* hdr is borrowed until close. path NULL or "-" = stdout. The header is written at once. */
GW_RESULT_USED gw_status_t gw_alnwriter_open(const char *path, const gw_alnwrite_opts_t *opts,
                                             sam_hdr_t *hdr, gw_alnwriter_t **out, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_alnwriter_put(gw_alnwriter_t *w, const bam1_t *rec, gw_err_t *err);
/* Finishes file and index and renames both; w is freed whatever comes back. */
GW_RESULT_USED gw_status_t gw_alnwriter_commit(gw_alnwriter_t *w, gw_err_t *err);
void gw_alnwriter_discard(gw_alnwriter_t *w); /* nothing is left behind; NULL is fine */

#endif
