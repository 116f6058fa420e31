/* src/fold/foldpage.h -- ranked hits as a self-contained web page
 *
 * Contents: 1. the page
 * One file, no script, no network: per query the verdict, drawings of its models, a map of the
 * hits over the query, the table, and alignments with predicted and true secondary structure and
 * the confidence of both. Follows the reader's light or dark setting. Errors of writing stay in the
 * FILE (ferror).
 */
#ifndef GW_FOLD_FOLDPAGE_H
#define GW_FOLD_FOLDPAGE_H

#include <stdio.h>

#include "fold/abinitio.h"
#include "fold/modelset.h"
#include "fold/search.h"

/* 1. the page */
void gw_foldpage_begin(FILE *f, const char *command_line, const gw_search_lib_t *l);
/* number: from 1, tells the queries of a page apart; a: its model without a template, or NULL */
GW_RESULT_USED gw_status_t gw_foldpage_query(FILE *f, size_t number, const gw_profile_t *q,
                                             const gw_search_lib_t *l, const gw_search_result_t *r,
                                             const gw_modelset_t *models,
                                             const gw_abinitio_t *a, gw_err_t *err);
void gw_foldpage_end(FILE *f);

#endif
