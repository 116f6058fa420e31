#include <config.h>

#include "align/map.h"

/* Hits of one mate from which the other is looked for. */
enum { MAX_FROM = GW_MORE_HITS };

static bool has_mate(const gw_mapper_t *m, const gw_read_t *a, const gw_hit_t *x,
                     const gw_read_t *b)
{
    for (size_t j = 0; j < b->n_hits; j++)
        if (gw_pair_proper(m, a, x, b, &b->hit[j]))
            return true;
    return false;
}

/* A proper pair of hits that are both near the best leaves nothing to look for. */
static bool settled(const gw_mapper_t *m, const gw_read_t *a, const gw_read_t *b)
{
    if (!a->n_hits || !b->n_hits)
        return false;
    int32_t slack = 2 * (m->params->match + m->params->mismatch);
    for (size_t i = 0; i < a->n_hits && a->hit[i].score >= a->hit[0].score - slack; i++)
        for (size_t j = 0; j < b->n_hits && b->hit[j].score >= b->hit[0].score - slack; j++)
            if (gw_pair_proper(m, a, &a->hit[i], b, &b->hit[j]))
                return a->hit[0].score * 3 >= a->len * m->params->match * 2 &&
                       b->hit[0].score * 3 >= b->len * m->params->match * 2;
    return false;
}

static gw_status_t look_beside(gw_mapper_t *m, size_t ia, size_t ib, gw_err_t *err)
{
    gw_read_t *a = &m->read[ia], *b = &m->read[ib];
    size_t n = a->n_hits;
    for (size_t i = 0; i < n && i < MAX_FROM; i++) {
        const gw_hit_t *x = &a->hit[i];
        if (x->rescued || x->score < a->hit[0].score - m->params->unpaired || has_mate(m, a, x, b))
            continue;
        /* x's 5' end, and the window in which the mate's far end must lie */
        int64_t five = x->rev ? x->t_end + (a->len - x->q_end) : x->t_beg - x->q_beg;
        int64_t beg, end;
        if (x->rev) {
            beg = five - m->insert->high;
            end = five - m->insert->low + b->len;
        } else {
            beg = five + m->insert->low - b->len;
            end = five + m->insert->high;
        }
        b->hit[b->n_hits++] = (gw_hit_t){
            .diag = x->diag, .rev = !x->rev, .rescued = true, .parent = -1, .cigar_off = -1};
        gw_status_t st = gw_dp_add(m, ib, b->n_hits - 1, beg, end, err);
        if (st != GW_OK)
            return st;
    }
    return GW_OK;
}

gw_status_t gw_rescue(gw_mapper_t *m, gw_err_t *err)
{
    if (!m->insert || !m->insert->known)
        return GW_OK;
    for (size_t i = 0; i + 1 < m->n_reads; i++) {
        if (!gw_read_paired(&m->read[i]))
            continue;
        gw_read_t *a = &m->read[i], *b = &m->read[i + 1];
        size_t nb = b->n_hits;
        if (!settled(m, a, b)) {
            gw_status_t st = look_beside(m, i, i + 1, err);
            size_t added = b->n_hits;
            b->n_hits = nb; /* what was just queued is no hit to look beside */
            if (st == GW_OK)
                st = look_beside(m, i + 1, i, err);
            b->n_hits = added;
            if (st != GW_OK)
                return st;
        }
        i++;
    }
    gw_status_t st = gw_dp_run(m, err);
    for (size_t i = 0; i < m->n_reads && st == GW_OK; i++)
        gw_refine_tidy(m, &m->read[i]);
    return st;
}
