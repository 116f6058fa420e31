/* src/io/seqread_impl.h -- inside of seqread, shared by its text and alignment sources; not for
 *                          other modules
 */
#ifndef GW_IO_SEQREAD_IMPL_H
#define GW_IO_SEQREAD_IMPL_H

#include <htslib/sam.h>

#include "io/alnread.h"
#include "io/lines.h"
#include "io/seqread.h"

enum { SEQ_MAX_NAME = 254 }; /* SAM specification v1, section 1.4 */

/* one input file */
typedef struct {
    char *path, *name;   /* as given; for messages */
    gw_lines_t lines;    /* FASTA, FASTQ */
    gw_alnreader_t *aln; /* SAM, BAM, CRAM */
    bam1_t *rec;
    uint64_t n, skipped; /* records read; secondary and supplementary ones left out */
    int first;           /* '>' or '@'; 0 before the first record */
    bool ended;
} seq_source_t;

struct gw_seqreader {
    gw_seqread_opts_t opts;
    unsigned char letter[256]; /* what each byte of a sequence becomes; 0 = not allowed */
    seq_source_t src[2];
    size_t n_src;
    gw_seqbatch_t ahead; /* one record read but not handed out (interleaved, alignments) */
    bool have_ahead;
};

/* The next record of a source into b, not yet counted in b->n; *got = false at its end. */
GW_RESULT_USED gw_status_t seq_text_next(gw_seqreader_t *r, seq_source_t *s, gw_seqbatch_t *b,
                                         gw_seqrec_t *rec, bool *got, gw_err_t *err);
GW_RESULT_USED gw_status_t seq_aln_open(gw_seqreader_t *r, seq_source_t *s, hFILE *h,
                                        gw_err_t *err);
GW_RESULT_USED gw_status_t seq_aln_next(gw_seqreader_t *r, seq_source_t *s, gw_seqbatch_t *b,
                                        gw_seqrec_t *rec, bool *got, gw_err_t *err);

/* "FILE: record N (NAME): what" with GW_EDATA */
gw_status_t seq_bad(const seq_source_t *s, const gw_seqrec_t *rec, gw_err_t *err, const char *fmt,
                    ...) GW_PRINTF(4, 5);
GW_RESULT_USED gw_status_t seq_check_name(const seq_source_t *s, const gw_seqrec_t *rec,
                                          gw_err_t *err);

#endif
