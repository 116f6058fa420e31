/* src/cli/align_search.h -- genowarp align --search: databases of proteins or nucleotides
 *
 * The rows of its options stand in cmd_align.c, the command's one table.
 */
#ifndef GW_CLI_ALIGN_SEARCH_H
#define GW_CLI_ALIGN_SEARCH_H

#include "cli/command.h"

typedef struct {
    const char *db, *matrix;
    int64_t max_hits;
    double max_evalue, min_identity;
    int alphabet, strand, composition;
} gw_alignsearch_args_t;

/* What --search shares with mapping: costs; -1 = not given, as the kind of sequences has it */
typedef struct {
    int64_t match, mismatch, gap_open, gap_extend;
} gw_alignsearch_costs_t;

/* pairs: alignments instead of a table */
GW_RESULT_USED gw_status_t gw_alignsearch_run(const gw_invocation_t *inv,
                                              const gw_alignsearch_args_t *a,
                                              const gw_alignsearch_costs_t *costs, bool pairs,
                                              gw_err_t *err);

#endif
