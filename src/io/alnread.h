/* src/io/alnread.h -- alignments in: SAM, BAM, CRAM by content, "-" is stdin, whole or refused
 *
 * HTSlib reads; this adds what it lets pass: the missing BGZF end marker is an error (on pipes
 * too), so is SAM text whose last line is open, records are checked against the header and against
 * the stated sort order, tags are well-formed, contig names that the header lacks are refused (not
 * taken for unmapped). Forms whose end cannot be checked are refused: BAM in plain gzip or in no
 * BGZF at all. No reference is fetched over the network for CRAM: see io/cramref.h.
 * Source:   SAM specification v1
 */
#ifndef GW_IO_ALNREAD_H
#define GW_IO_ALNREAD_H

#include <stdbool.h>
#include <htslib/sam.h>

#include <htslib/hfile.h>

#include "base/status.h"
#include "io/ref.h"

typedef struct gw_alnreader gw_alnreader_t;

typedef struct {
    const char *ref_path; /* for CRAM; NULL = what the file names */
    int threads;
    bool need_sorted; /* a record before its predecessor is GW_EDATA with the remedy */
    bool no_cram;     /* refuse CRAM */
} gw_alnread_opts_t;

GW_RESULT_USED gw_status_t gw_alnreader_open(const char *path, const gw_alnread_opts_t *opts,
                                             gw_alnreader_t **out, gw_err_t *err);
/* The same on an open file of which nothing was read; the reader owns it, failure included. */
GW_RESULT_USED gw_status_t gw_alnreader_attach(hFILE *file, const char *path,
                                               const gw_alnread_opts_t *opts, gw_alnreader_t **out,
                                               gw_err_t *err);
const sam_hdr_t *gw_alnreader_header(const gw_alnreader_t *r);
/* Holds the header, and then the records as they are read, to ref (io/refcheck.h; ref is borrowed
 * until close): GW_EDATA from here or from gw_alnreader_next. */
GW_RESULT_USED gw_status_t gw_alnreader_check_ref(gw_alnreader_t *r, const gw_ref_t *ref,
                                                  gw_err_t *err);
/* *got = false at the end. rec is the caller's (bam_init1). */
GW_RESULT_USED gw_status_t gw_alnreader_next(gw_alnreader_t *r, bam1_t *rec, bool *got,
                                             gw_err_t *err);
/* Restricts reading to [beg,end) of contig tid through the file's index (GW_ENOINPUT with the
 * command that makes one when there is none; GW_EUSAGE on a pipe). */
GW_RESULT_USED gw_status_t gw_alnreader_region(gw_alnreader_t *r, int32_t tid, int64_t beg,
                                               int64_t end, gw_err_t *err);
void gw_alnreader_close(gw_alnreader_t *r); /* NULL is fine */

#endif
