/* src/fold/foldout.h -- ranked hits as text
 *
 * Contents: 1. tables
 * Ranges are 1-based and closed; template positions count the residues that the library holds.
 * Errors of writing stay in the FILE (ferror).
 */
#ifndef GW_FOLD_FOLDOUT_H
#define GW_FOLD_FOLDOUT_H

#include <stdio.h>

#include "fold/search.h"

/* 1. tables: one line a hit */
void gw_foldout_tsv_header(FILE *f);
void gw_foldout_tsv(FILE *f, const gw_profile_t *q, const gw_search_lib_t *l,
                    const gw_search_result_t *r);

#endif
