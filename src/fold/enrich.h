/* src/fold/enrich.h -- a query's profile enriched by the templates that it finds
 *
 * Contents: 1. enriching
 * A query that is a single sequence knows only itself; its first significant hits bring the
 * profiles of their families, so that a second search sees further (iterated search as in
 * PSI-BLAST, Altschul et al. 1997, doi:10.1093/nar/25.17.3389, with template profiles for
 * sequences).
 */
#ifndef GW_FOLD_ENRICH_H
#define GW_FOLD_ENRICH_H

#include "fold/search.h"

/* 1. enriching: hits by rank, [n]; those with E at most GW_ENRICH_E (the first GW_ENRICH_MOST) are
 *    aligned and lend their columns, weighted by the pair's posterior and the fold's
 *    probability, to *out, which is the caller's. *used: how many helped; when 0, *out is
 *    empty. */
#define GW_ENRICH_E 0.3
enum { GW_ENRICH_MOST = 12 };
GW_RESULT_USED gw_status_t gw_enrich_profile(const gw_search_lib_t *l, const gw_score_query_t *sq,
                                             const gw_profile_t *q, const gw_search_hit_t *hit,
                                             size_t n, gw_profile_t *out, size_t *used,
                                             gw_err_t *err);

#endif
