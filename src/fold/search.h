/* src/fold/search.h -- a query against a library: ranked hits with calibrated significance
 *
 * Contents: 1. libraries in memory  2. searching  3. calibration of a library
 * A hit's own z is its score in spreads above the template's chance mean (stored in the library),
 * again centred and scaled by the query's own bulk of scores. A query that is one sequence is
 * enriched by its first hits (enrich.h) and searched again; its own z stays that of the first
 * search. A query with a profile, given or enriched, is scored a second time with cheap gaps, and
 * z counts the surplus of a hit too (surplus.h). Two terms from the graph of alike templates in the
 * library are added, so that relatives vouch for each other: half of the best neighbour's z,
 * weighted by how alike the two templates are; and 45 times the cosine between what the query
 * finds and what the template's neighbours are, where what the query finds is taken from
 * a first such sum (30 times the cosine by own z). Where own z alone is beyond chance it counts
 * tenfold. E comes from z by a curve measured on other-fold hits, the three probabilities by
 * logistic curves fitted on labelled domains (refs/fold/README.md).
 */
#ifndef GW_FOLD_SEARCH_H
#define GW_FOLD_SEARCH_H

#include "engine/engine.h"
#include "fold/foldalign.h"
#include "fold/profile.h"
#include "fold/score.h"
#include "fold/tlib.h"

/* 1. libraries in memory */
typedef struct {
    gw_tlib_t *lib;
    gw_score_params_t params;
    gw_score_templates_t feat;
    gw_thread_pack_t *pack;
} gw_search_lib_t;
GW_RESULT_USED gw_status_t gw_search_lib_open(const char *path, int threads, gw_search_lib_t *out,
                                              gw_err_t *err);
void gw_search_lib_close(gw_search_lib_t *l);

/* 2. searching */
typedef struct {
    size_t tmpl;
    double score; /* bits, corrected for the template's length */
    double own;   /* z before the graph, of the query as given */
    double z, evalue, prob_family, prob_superfamily, prob_fold;
    gw_foldalign_t aln;
} gw_search_hit_t;

typedef struct {
    size_t n;
    gw_search_hit_t *hit; /* by rising E, then falling score, then library order */
    float *pred;          /* [query residues][6], gw_sspred_run's */
} gw_search_result_t;

/* what a benchmark hides from a query that is itself a template */
typedef struct {
    size_t tmpl;                     /* its own entry: no hit, and vouches for none */
    const uint8_t *ss_prof, *ss_seq; /* gw_sspred_run_weights' networks, trained without its fold */
} gw_search_heldout_t;

typedef struct {
    int64_t max_hits;
    double max_evalue; /* hits above are left out */
    gw_foldalign_mode_t mode;
    double mact; /* of local alignments; negative: no realignment */
    int threads; /* for alignments; scores take the engine's */
    gw_engine_t *engine;
    const gw_search_heldout_t *heldout; /* benchmarks; NULL otherwise */
} gw_search_opts_t;

GW_RESULT_USED gw_status_t gw_search_run(const gw_search_lib_t *l, const gw_profile_t *q,
                                         const gw_search_opts_t *o, gw_search_result_t *out,
                                         gw_err_t *err);
/* raw scores by template, GW_JOB_THREAD's: with the query's gap costs, and with cheap gaps
 * (surplus.h) */
typedef struct {
    const int32_t *strict, *loose; /* loose: NULL when surplus does not count */
    int32_t q_len;
} gw_search_raw_t;
/* scores every template into strict, and into loose unless it is NULL; one entry a template */
GW_RESULT_USED gw_status_t gw_search_score(const gw_search_lib_t *l, const gw_score_query_t *sq,
                                           gw_engine_t *engine, int32_t *strict, int32_t *loose,
                                           gw_err_t *err);
/* ranks raw scores: hit holds one entry a template and is sorted; alignments are left empty.
 * hidden: a template that counts for nothing and comes last, SIZE_MAX for none. own: own z by
 * template of the search before the query was enriched, or NULL. */
GW_RESULT_USED gw_status_t gw_search_rank(const gw_search_lib_t *l, const gw_search_raw_t *raw,
                                          size_t hidden, const double *own, gw_search_hit_t *hit,
                                          gw_err_t *err);
void gw_search_result_release(gw_search_result_t *r);
/* the alignment of the query with one template by another mode or mact than the search's; pred:
 * the search's */
GW_RESULT_USED gw_status_t gw_search_align(const gw_search_lib_t *l, const gw_profile_t *q,
                                           const float *pred, size_t tmpl, gw_foldalign_mode_t mode,
                                           double mact, gw_foldalign_t *out, gw_err_t *err);

/* fewest templates of a library that is its own measure of chance */
enum { GW_SEARCH_ENOUGH = 100 };

/* most templates of a library whose graph is made (the work grows with the square) */
enum { GW_SEARCH_MAX_GRAPH = 4000 };
/* neighbours of every template by mutual z, for a library that is calibrated: *list is [n][200]
 * with count[i] used; freed by the caller */
GW_RESULT_USED gw_status_t gw_search_graph(const gw_search_lib_t *l, int threads,
                                           gw_tlib_neighbour_t **list, size_t *count,
                                           gw_err_t *err);

/* 3. calibration: mean and spread of every template's chance scores, [n][2], from at most 400
 *    profiles of `panel` spread evenly over it; relatives are trimmed away by rank */
GW_RESULT_USED gw_status_t gw_search_calibrate(const gw_search_lib_t *l,
                                               const gw_tlib_t *panel, int threads, float *stat,
                                               gw_err_t *err);

#endif
