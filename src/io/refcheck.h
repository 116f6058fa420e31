/* src/io/refcheck.h -- are these alignments of this reference?
 *
 * Names, lengths and M5 of the header decide. Then the records are looked at while they are read,
 * for a header may lack M5 or lie: one is unlike the reference when most of its bases differ or,
 * on a contig without M5, when its NM tag does not count the differences that are there. Contigs
 * are judged one by one, at 100 and 1000 records and when the next one begins; three records are
 * enough. Contigs with fewer are judged together at the end.
 * Source:   SAM specification v1, section 1.3.2 (M5), SAM tags specification (NM)
 */
#ifndef GW_IO_REFCHECK_H
#define GW_IO_REFCHECK_H

#include <htslib/sam.h>

#include "base/status.h"
#include "io/ref.h"

typedef struct gw_refcheck gw_refcheck_t;

/* Compares the header with ref; GW_EDATA names the first difference, in the words of the file that
 * name is. Contigs of the header that ref lacks are a difference; the reverse is not. hdr, ref and
 * name are borrowed until destroyed. */
GW_RESULT_USED gw_status_t gw_refcheck_create(sam_hdr_t *hdr, const gw_ref_t *ref, const char *name,
                                              gw_refcheck_t **out, gw_err_t *err);
/* The next record, whose place is within its contig. GW_EDATA: its contig is another sequence. */
GW_RESULT_USED gw_status_t gw_refcheck_record(gw_refcheck_t *r, const bam1_t *b, gw_err_t *err);
/* After the last record. */
GW_RESULT_USED gw_status_t gw_refcheck_finish(const gw_refcheck_t *r, gw_err_t *err);
void gw_refcheck_destroy(gw_refcheck_t *r); /* NULL is fine */

#endif
