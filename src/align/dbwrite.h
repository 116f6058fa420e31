/* src/align/dbwrite.h -- results of a search as text
 *
 * Tabular: BLAST's twelve columns (qseqid sseqid pident length mismatch gapopen qstart qend sstart send
 * evalue bitscore; positions from 1, of a minus hit the target's descend), then qlen slen score ppos qcov
 * scov cigar. Percentages: identities and positive scores of the columns; aligned letters of query and
 * target. The CIGAR is of the query against the target (I: letters of the query alone) along the target's
 * plus strand.
 */
#ifndef GW_ALIGN_DBWRITE_H
#define GW_ALIGN_DBWRITE_H

#include <stdio.h>

#include "align/dbsearch.h"

void gw_dbwrite_table(FILE *f, const gw_dbresult_t *r);

#endif
