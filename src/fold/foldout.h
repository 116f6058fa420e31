/* src/fold/foldout.h -- ranked hits as text
 *
 * Contents: 1. formats
 * Ranges are 1-based and closed; template positions count the residues that the library holds.
 * Errors of writing stay in the FILE (ferror).
 *   TSV   one line a hit
 *   M8    BLAST's 12 columns; identity in per cent, the score in bits
 *   HHR   HH-suite's result format: summary list and alignments; one query a file
 *   PIR   alignments for comparative modelling programs; the template's ends by the author's
 * residue numbers JSON  one object a query, alignments as strings
 */
#ifndef GW_FOLD_FOLDOUT_H
#define GW_FOLD_FOLDOUT_H

#include <stdio.h>

#include "fold/abinitio.h"
#include "fold/search.h"

/* 1. formats */
typedef enum {
    GW_FOLDOUT_TSV,
    GW_FOLDOUT_M8,
    GW_FOLDOUT_HHR,
    GW_FOLDOUT_PIR,
    GW_FOLDOUT_JSON
} gw_foldout_t;

/* what comes before the first query and after the last */
void gw_foldout_begin(FILE *f, gw_foldout_t format);
void gw_foldout_end(FILE *f, gw_foldout_t format);
/* one query's hits; first: no query was written before; a: its model without a template, or NULL.
 * That is no hit: TSV gets a line of its own that begins with #, JSON an object ab_initio, the
 * others nothing. */
GW_RESULT_USED gw_status_t gw_foldout_query(FILE *f, gw_foldout_t format, bool first,
                                            const gw_profile_t *q, const gw_search_lib_t *l,
                                            const gw_search_result_t *r, const gw_abinitio_t *a,
                                            gw_err_t *err);

/* the aligned stretch as two rows of letters and '-'; each row freed by the caller */
GW_RESULT_USED gw_status_t gw_foldout_rows(const gw_profile_t *q, const uint8_t *t_seq,
                                           const gw_foldalign_t *a, char **q_row, char **t_row,
                                           gw_err_t *err);

#endif
