/* src/align/dbscan.h -- every query against every sequence of a block, the best kept
 *
 * Contents: 1. queries  2. scanning
 * Long targets are cut into parts that overlap by the longest alignment that the query can have, so
 * that the score stays that of the whole.
 */
#ifndef GW_ALIGN_DBSCAN_H
#define GW_ALIGN_DBSCAN_H

#include "align/dbbest.h"
#include "align/dbscoring.h"
#include "align/dbset.h"
#include "align/karlin.h"
#include "engine/engine.h"

/* 1. queries: encoded; both strands of each when they are asked for */
typedef struct {
    const gw_dbset_t *set;
    const uint8_t *letter; /* the set's, then, for both strands, their reverse complements */
    uint8_t *own;
} gw_dbqueries_t;
GW_RESULT_USED gw_status_t gw_dbqueries_init(gw_dbqueries_t *q, const gw_dbset_t *set,
                                             bool both_strands, gw_err_t *err);
void gw_dbqueries_release(gw_dbqueries_t *q);
/* Where the letters of query i begin */
int64_t gw_dbqueries_at(const gw_dbqueries_t *q, size_t i, bool minus);

/* 2. scanning */
typedef struct {
    const gw_dbscoring_t *scoring;
    const gw_karlin_t *stats;
    size_t max_hits;
    double log_max_evalue;
    double ungapped_lambda; /* correct scores for composition; 0: do not */
    gw_engine_t *engine;
} gw_dbscan_opts_t;
/* Offers best[i] what query i finds in block among at least db_letters letters in all: only what may
 * have an E-value that is low enough. */
GW_RESULT_USED gw_status_t gw_dbscan_block(const gw_dbqueries_t *q, const gw_dbset_t *block,
                                           int64_t db_letters, const gw_dbscan_opts_t *o,
                                           gw_dbbest_t *best, gw_err_t *err);
/* The logarithm of the E-value of a candidate in a database of so many letters. */
double gw_dbscan_log_evalue(const gw_dbqueries_t *q, const gw_dbcand_t *x, int64_t db_letters);

#endif
