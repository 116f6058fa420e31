/* src/align/dbwrite.h -- results of a search as text
 *
 * Contents: 1. a table  2. alignments
 */
#ifndef GW_ALIGN_DBWRITE_H
#define GW_ALIGN_DBWRITE_H

#include <stdio.h>

#include "align/dbsearch.h"

/* 1. BLAST's twelve columns (qseqid sseqid pident length mismatch gapopen qstart qend sstart send evalue
 *    bitscore; positions from 1, of a minus hit the target's descend), then qlen slen score ppos qcov scov
 *    cigar. Percentages: identities and positive scores of the columns; aligned letters of query and
 *    target. The CIGAR is of the query against the target (I: letters of the query alone) along the
 *    target's plus strand. */
void gw_dbwrite_table(FILE *f, const gw_dbresult_t *r);

/* 2. for people, as BLAST prints them: letters in rows of 60 with what they have in common between;
 *    hits must have kept their letters. GW_ENOMEM only */
GW_RESULT_USED gw_status_t gw_dbwrite_pairs(FILE *f, const gw_dbresult_t *r, const gw_dbscoring_t *s,
                                            gw_err_t *err);

#endif
