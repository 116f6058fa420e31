#include <config.h>

#include <stdlib.h>

#include "call/active.h"

typedef struct {
    int64_t beg, end;
    int32_t size; /* letters of the indel; 0 for an SNV or a clip */
    bool clip, indel, cand;
} spot_t;

static int by_place(const void *x, const void *y)
{
    const spot_t *a = x, *b = y;
    if (a->beg != b->beg)
        return a->beg < b->beg ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return a->clip - b->clip;
}

static bool clip_spot(const gw_pileup_t *p, int64_t x, double fraction)
{
    for (int32_t s = 0; s < p->n_samples; s++) {
        size_t row = (size_t)s * (size_t)(gw_pileup_len(p) + 1);
        int32_t n = p->clip[row + (size_t)x];
        int32_t c = p->cover[row + (size_t)x], before = x ? p->cover[row + (size_t)x - 1] : 0;
        if (n >= 3 && n >= fraction * (c > before ? c : before))
            return true;
    }
    return false;
}

static gw_status_t spots(const gw_pileup_t *p, const gw_seen_t *cand, size_t n_cand,
                         const uint8_t *ref, int64_t len_bp, const gw_active_opts_t *o,
                         gw_arena_t *a, spot_t **v, size_t *n, gw_err_t *err)
{
    size_t clips = 0, m = 0;
    for (int64_t x = 0; x < gw_pileup_len(p); x++)
        clips += clip_spot(p, x, o->clip_fraction);
    *v = gw_arena_alloc(a, n_cand + clips + 1, sizeof **v);
    if (!*v)
        return gw_err_nomem(err, "finding active regions");
    for (size_t i = 0; i < n_cand; i++) {
        const gw_event_t *e = &cand[i].event;
        int32_t size = gw_event_indel(e) ? e->ref_len + e->alt_len : 0;
        (*v)[m++] = (spot_t){
            gw_event_anchor(e), gw_leftalign_reach(ref, len_bp, e), size, false, size > 0, true};
    }
    for (int64_t x = 0; clips && x < gw_pileup_len(p); x++)
        if (clip_spot(p, x, o->clip_fraction))
            (*v)[m++] = (spot_t){p->beg + x, p->beg + x + 1, 0, true, false, false};
    qsort(*v, m, sizeof **v, by_place);
    *n = m;
    return GW_OK;
}

gw_status_t gw_active_find(const gw_pileup_t *p, const gw_seen_t *cand, size_t n_cand,
                           const uint8_t *ref, int64_t len_bp, const gw_active_opts_t *o,
                           gw_arena_t *a, gw_active_t **v, size_t *n, gw_err_t *err)
{
    spot_t *spot = NULL;
    size_t m = 0;
    *n = 0;
    gw_status_t st = spots(p, cand, n_cand, ref, len_bp, o, a, &spot, &m, err);
    if (st != GW_OK)
        return st;
    gw_active_t *r = gw_arena_alloc(a, m + 1, sizeof *r);
    if (!r)
        return gw_err_nomem(err, "finding active regions");
    size_t k = 0, c = 0;
    for (size_t i = 0; i < m;) {
        gw_active_t g = {.beg = spot[i].beg, .end = spot[i].end, .cand0 = c};
        int32_t size = 0;
        for (; i < m; i++) {
            const spot_t *s = &spot[i];
            if (s->beg > g.end + o->join_bp ||
                (s->end - g.beg > o->max_bp && s->beg >= g.end && s->beg > g.beg))
                break;
            g.end = s->end > g.end ? s->end : g.end;
            g.assemble |= s->clip || s->indel;
            size = s->size > size ? s->size : size;
            c += s->cand;
        }
        g.cand1 = c;
        int32_t pad = o->pad_bp + (size > 100 ? 100 : size);
        g.win_beg = g.beg > pad ? g.beg - pad : 0;
        g.win_end = g.end + pad < len_bp ? g.end + pad : len_bp;
        r[k++] = g;
    }
    for (size_t i = 0; i < k; i++) { /* the space between two regions is shared half and half */
        int64_t before = i ? (r[i - 1].end + r[i].beg + 1) / 2 : r[i].win_beg;
        int64_t after = i + 1 < k ? (r[i].end + r[i + 1].beg + 1) / 2 : r[i].win_end;
        r[i].own_beg = before > r[i].win_beg ? before : r[i].win_beg;
        r[i].own_end = after < r[i].win_end ? after : r[i].win_end;
    }
    *v = r;
    *n = k;
    return GW_OK;
}
