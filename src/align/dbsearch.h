/* src/align/dbsearch.h -- exhaustive Smith-Waterman search of a sequence database
 *
 * Every sequence of the database gets its exact score against every query; the best of each query are
 * aligned. The database is read in blocks that fit in memory, once for each batch of queries (once in
 * all when it fits in one block) and once more for the alignments.
 */
#ifndef GW_ALIGN_DBSEARCH_H
#define GW_ALIGN_DBSEARCH_H

#include "align/dbalign.h"

typedef struct {
    const gw_dbscoring_t *scoring;
    const gw_karlin_t *stats;
    gw_engine_t *engine;
    double ungapped_lambda; /* to correct E-values for the composition of pairs; 0: as scored */
    bool both_strands; /* nucleotides only */
    bool keep_letters; /* of the targets, for those who show alignments */
    bool check_kind;   /* refuse a database that looks like nucleotides when queries are not, and the
                          other way round */
    size_t max_hits;   /* a query */
    double max_evalue;
    double min_identity; /* fraction of columns; hits below it are left out of those max_hits */
    uint64_t max_mem;    /* bytes; roughly */
    int threads;         /* for reading */
} gw_dbsearch_opts_t;

typedef struct {
    uint64_t queries, targets;
    int64_t query_letters, db_letters;
    uint64_t hits;
    double cells; /* of matrices that were computed for scores */
} gw_dbsearch_stats_t;

/* One query's results, best first; borrowed for the call */
typedef struct {
    const gw_dbset_t *set;
    size_t query; /* in set; encoded */
    const gw_dbhits_t *list;
    const gw_dbhit_t *hit;
    size_t n;
} gw_dbresult_t;
typedef gw_status_t (*gw_dbsearch_write_t)(void *ctx, const gw_dbresult_t *r, gw_err_t *err);

/* queries: a first block as gw_dbreader_next gives it, not yet encoded, and where the next come from.
 * write is called for each query in their order. Statuses as those of gw_dbreader_next and
 * gw_dbset_encode; GW_EUSAGE when the database is stdin and does not fit in memory. */
GW_RESULT_USED gw_status_t gw_dbsearch_run(gw_dbset_t *queries, gw_dbreader_t *more, const char *db,
                                           const gw_dbsearch_opts_t *o, gw_dbsearch_write_t write,
                                           void *ctx, gw_dbsearch_stats_t *stats, gw_err_t *err);
/* How much the first and the later blocks of queries may hold. */
uint64_t gw_dbsearch_query_bytes(const gw_dbsearch_opts_t *o);
size_t gw_dbsearch_query_count(const gw_dbsearch_opts_t *o);

#endif
