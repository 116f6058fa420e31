#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "fold/modelset.h"

static const double model_mact = 0.1; /* more pairs than a report shows; doubtful ones score low */
static const double good_share = 0.5; /* of the first template's z, for a template that helps */

void gw_modelset_release(gw_modelset_t *s)
{
    for (size_t k = 0; s->v && k < s->n; k++)
        gw_model_release(&s->v[k].m);
    free(s->v);
    memset(s, 0, sizeof *s);
}

static gw_status_t load(const gw_search_lib_t *l, const gw_profile_t *q, const float *pred,
                        const gw_search_hit_t *h, const gw_search_opts_t *o, gw_template_t *t,
                        gw_foldalign_t *aln, gw_err_t *err)
{
    bool local = o->mode == GW_FOLDALIGN_LOCAL;
    double mact = !local ? -1 : o->mact > model_mact ? model_mact : o->mact;
    gw_status_t st = gw_tlib_read(l->lib, h->tmpl, t, err);
    return st == GW_OK ? gw_search_align(l, q, pred, h->tmpl, o->mode, mact, aln, err) : st;
}

gw_status_t gw_modelset_one(const gw_search_lib_t *l, const gw_profile_t *q, const float *pred,
                            const gw_search_hit_t *h, const gw_search_hit_t *const *others,
                            size_t n, const gw_search_opts_t *o, gw_model_t *out, gw_err_t *err)
{
    gw_template_t t[GW_MODEL_MAX_SOURCES] = {{0}};
    gw_foldalign_t aln[GW_MODEL_MAX_SOURCES] = {{0}};
    gw_model_source_t src[GW_MODEL_MAX_SOURCES];
    int m = 0;
    gw_status_t st = load(l, q, pred, h, o, &t[m], &aln[m], err);
    m++;
    for (size_t k = 0; k < n && m < GW_MODEL_MAX_SOURCES && st == GW_OK; k++)
        if (others[k] != h && others[k]->z >= good_share * h->z) {
            st = load(l, q, pred, others[k], o, &t[m], &aln[m], err);
            m++;
        }
    for (int k = 0; k < m; k++)
        src[k] = (gw_model_source_t){&t[k], &aln[k]};
    if (st == GW_OK)
        st = gw_model_build(q, src, m, h->prob_fold, pred, out, err);
    for (int k = 0; k < m; k++) {
        gw_template_release(&t[k]);
        gw_foldalign_release(&aln[k]);
    }
    return st;
}

static bool counts(const gw_search_hit_t *h, bool force)
{
    return h->aln.n_aligned && (force || h->prob_fold >= 0.5);
}

bool gw_modelset_has_template(const gw_search_result_t *r, bool force)
{
    for (size_t k = 0; k < r->n; k++)
        if (counts(&r->hit[k], force))
            return true;
    return false;
}

/* which hits to model, in rank order */
static bool wanted(const gw_modelset_t *s, const gw_search_result_t *r, size_t k,
                   const gw_modelset_opts_t *o, uint8_t *covered)
{
    const gw_foldalign_t *a = &r->hit[k].aln;
    int32_t fresh = 0;
    if (!counts(&r->hit[k], o->force))
        return false;
    for (int32_t i = 0; i < a->q_len; i++)
        fresh += a->map[i] >= 0 && !covered[i];
    if (s->n >= o->n_best && (o->force || fresh < GW_MODELSET_REGION))
        return false;
    for (int32_t i = a->q_beg; i < a->q_end; i++)
        covered[i] = 1;
    return true;
}

typedef struct {
    const gw_search_lib_t *l;
    const gw_profile_t *q;
    const gw_search_result_t *r;
    const gw_modelset_opts_t *o;
    const gw_search_hit_t **others;
    size_t n_others;
    gw_modelset_t *set;
} work_t;

static gw_status_t build_one(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    work_t *w = ctx;
    gw_modelset_item_t *it = &w->set->v[i];
    return gw_modelset_one(w->l, w->q, w->r->pred, &w->r->hit[it->hit], w->others, w->n_others,
                           w->o->search, &it->m, err);
}

gw_status_t gw_modelset_build(const gw_search_lib_t *l, const gw_profile_t *q,
                              const gw_search_result_t *r, const gw_modelset_opts_t *o,
                              gw_modelset_t *out, gw_err_t *err)
{
    uint8_t *covered = gw_calloc((size_t)q->len, 1);
    const gw_search_hit_t **others = gw_malloc(r->n, sizeof *others);
    size_t n = 0;
    memset(out, 0, sizeof *out);
    out->v = gw_calloc(r->n, sizeof *out->v);
    gw_status_t st = covered && others && out->v ? GW_OK : gw_err_nomem(err, "modelling");
    for (size_t k = 0; st == GW_OK && k < r->n; k++) {
        if (counts(&r->hit[k], o->force))
            others[n++] = &r->hit[k];
        if (wanted(out, r, k, o, covered))
            out->v[out->n++].hit = k;
    }
    work_t w = {l, q, r, o, others, n, out};
    if (st == GW_OK)
        st = gw_thread_for(o->search->threads, (int64_t)out->n, build_one, &w, err);
    free(covered);
    free(others);
    if (st != GW_OK)
        gw_modelset_release(out);
    return st;
}
