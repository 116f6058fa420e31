/* src/fold/modelset.h -- the models of a query: which hits are modelled, from which templates
 *
 * Contents: 1. models of a query
 */
#ifndef GW_FOLD_MODELSET_H
#define GW_FOLD_MODELSET_H

#include "fold/model.h"
#include "fold/search.h"

/* 1. models of a query. Modelled are the n_best best hits, and the best hit of every further region
 *    of at least GW_MODELSET_REGION residues that no model covers: domains without a common
 *    template cannot be placed relative to each other. Only significant hits (prob_fold >= 0.5)
 *    count, unless forced. Each model may take residues that its own template lacks from other
 *    hits that are about as good. Local alignments are made anew with a lower mact, so that models
 *    are longer than the alignments reported. */
enum { GW_MODELSET_REGION = 30 };
typedef struct {
    size_t hit;   /* index into the result's hits */
    gw_model_t m; /* n_copied 0: the template has no complete backbone (CA only); no model */
} gw_modelset_item_t;

typedef struct {
    size_t n;
    gw_modelset_item_t *v; /* by hit */
} gw_modelset_t;

typedef struct {
    size_t n_best;
    bool force;
    const gw_search_opts_t *search; /* what the result was made with */
} gw_modelset_opts_t;

/* *out is empty when nothing is significant */
GW_RESULT_USED gw_status_t gw_modelset_build(const gw_search_lib_t *l, const gw_profile_t *q,
                                             const gw_search_result_t *r,
                                             const gw_modelset_opts_t *o, gw_modelset_t *out,
                                             gw_err_t *err);
void gw_modelset_release(gw_modelset_t *s);

/* does any hit count? */
bool gw_modelset_has_template(const gw_search_result_t *r, bool force);

/* one model of hit h, as gw_modelset_build makes it, with the help of others[0..n) by rank */
GW_RESULT_USED gw_status_t gw_modelset_one(const gw_search_lib_t *l, const gw_profile_t *q,
                                           const float *pred, const gw_search_hit_t *h,
                                           const gw_search_hit_t *const *others, size_t n,
                                           const gw_search_opts_t *o, gw_model_t *out,
                                           gw_err_t *err);

#endif
