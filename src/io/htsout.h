/* src/io/htsout.h -- an output that HTSlib writes: atomic, with its index beside it
 *
 * Contents: 1. the file  2. its index
 * What alnwrite and vcfwrite share. A zeroed gw_htsout_t is closed; discard it after any failure.
 */
#ifndef GW_IO_HTSOUT_H
#define GW_IO_HTSOUT_H

#include <stdbool.h>
#include <htslib/hts.h>

#include "base/outfile.h"

typedef struct {
    gw_outfile_t out, index_out;
    htsFile *file;
    bool indexed; /* set by the caller once HTSlib collects an index */
} gw_htsout_t;

/* 1. the file: mode as hts_open takes it; threads > 1: that many for compression */
GW_RESULT_USED gw_status_t gw_htsout_open(gw_htsout_t *o, const char *path, const char *mode,
                                          int threads, gw_err_t *err);
/* GW_EIO with errno's reason */
gw_status_t gw_htsout_failed(const gw_htsout_t *o, gw_err_t *err);
/* Saves the index with save (sam_idx_save, bcf_idx_save), closes, renames both; o is closed
 * whatever comes back. */
GW_RESULT_USED gw_status_t gw_htsout_commit(gw_htsout_t *o, int (*save)(htsFile *), gw_err_t *err);
/* Nothing is left behind, and what went to stdout does not look whole. */
void gw_htsout_discard(gw_htsout_t *o);

/* 2. its index: GW_EUSAGE for stdout, and unless able (the format can have one; formats names
 *    those that can) */
GW_RESULT_USED gw_status_t gw_htsout_check_index(const char *path, bool able, const char *formats,
                                                 gw_err_t *err);
/* Creates o->index_out for PATH.ENDING. */
GW_RESULT_USED gw_status_t gw_htsout_open_index(gw_htsout_t *o, const char *path,
                                                const char *ending, gw_err_t *err);

#endif
