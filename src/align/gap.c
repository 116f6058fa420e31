#include <config.h>

#include "align/map.h"

/* One gap joins a stretch on the left diagonal to one on the right. One of the two diagonals is
 * the hit's own, whose mismatches are listed; the stretch on the other one must reach its end of
 * the read. Of places that score the same, the leftmost is found: a gap can be moved left as long
 * as the letter before its right part matches there, so only places after a mismatch of the right
 * diagonal need be tried. */

typedef struct {
    const gw_mapper_t *m;
    const gw_read_t *r;
    const gw_hit_t *h;
    const int32_t *pos;
    int n;
    int32_t unit, clip, match; /* cost of a mismatch against a match */
    /* of the hit's own diagonal, by mismatch i: the best stretch that begins anywhere and ends just
     * before it (pre, with its begin), and that begins just after it (post, with its end) */
    int32_t pre[GW_GAP_MAX_MIS + 2], beg[GW_GAP_MAX_MIS + 2];
    int32_t post[GW_GAP_MAX_MIS + 2], end[GW_GAP_MAX_MIS + 2];
    int32_t best, gap, gap_at, q_beg, q_end, shift; /* shift: of the left diagonal */
} gap_t;

static void own_prefixes(gap_t *g)
{
    int32_t run = g->clip, beg = 0, from = 0;
    for (int i = 0; i <= g->n; i++) {
        int32_t to = i < g->n ? g->pos[i] : g->r->len;
        g->pre[i] = run + (to - from) * g->match;
        g->beg[i] = beg;
        run = g->pre[i] + g->match - g->unit;
        from = to + 1;
        if (run <= 0) {
            run = 0;
            beg = from;
        }
    }
}

static void own_suffixes(gap_t *g)
{
    int32_t run = g->clip, end = g->r->len, from = end;
    for (int i = g->n - 1; i >= 0; i--) {
        g->post[i] = run + (from - g->pos[i] - 1) * g->match;
        g->end[i] = end;
        run = g->post[i] + g->match - g->unit;
        from = g->pos[i];
        if (run <= 0) {
            run = 0;
            end = from;
        }
    }
}

static void offer(gap_t *g, int32_t score, int32_t gap, int32_t at, int32_t q_beg, int32_t q_end,
                  int32_t shift)
{
    score -= g->m->params->gap_open + g->m->params->gap_extend * (gap > 0 ? gap : -gap);
    if (score <= g->best)
        return;
    g->best = score;
    g->gap = gap;
    g->gap_at = at;
    g->q_beg = q_beg;
    g->q_end = q_end;
    g->shift = shift;
}

/* Left part on the own diagonal, right part on the one `d` further. */
static void try_right(gap_t *g, int32_t d)
{
    int32_t len = g->r->len, run = g->clip, from = len, ins = d < 0 ? -d : 0;
    int i = g->n;
    for (int32_t w = (len - 1) / 32; w >= 0; w--) {
        uint64_t x = gw_verify_word(g->m, g->r, g->h->rev, g->h->diag + d, w);
        while (x) {
            int32_t p = w * 32 + (63 - __builtin_clzll(x)) / 2, y = p + 1, at = y - ins;
            x &= ~(3ULL << 2 * (p & 31));
            run += (from - y) * g->match;
            while (i > 0 && g->pos[i - 1] >= at)
                i--;
            int32_t left = i < g->n ? g->pos[i] : len; /* pre[i] reaches to there */
            if (at > g->beg[i] && from > y)
                offer(g, run + g->pre[i] - (left - at) * g->match, d, at, g->beg[i], len, 0);
            run += g->match - g->unit;
            from = p;
            if (run < 0 || at <= 0)
                return;
        }
    }
}

/* Left part on the diagonal `d` further, right part on the own one. */
static void try_left(gap_t *g, int32_t d)
{
    int32_t ins = d > 0 ? d : 0, seen = 0;
    uint64_t x = gw_verify_word(g->m, g->r, g->h->rev, g->h->diag + d, 0);
    for (int i = 0, w = 0; i < g->n; i++) {
        int32_t y = g->pos[i] + 1, at = y - ins;
        if (at <= 0 || y >= g->end[i])
            continue;
        for (;;) { /* mismatches of the left diagonal before at */
            while (!x && (w + 1) * 32 < g->r->len)
                x = gw_verify_word(g->m, g->r, g->h->rev, g->h->diag + d, ++w);
            if (!x)
                break;
            int32_t p = w * 32 + __builtin_ctzll(x) / 2;
            if (p >= at)
                break;
            x &= x - 1;
            if (g->clip + (p + 1) * g->match - ++seen * g->unit < 0)
                return;
        }
        offer(g, g->clip + at * g->match - seen * g->unit + g->post[i], -d, at, 0, g->end[i], d);
    }
}

int32_t gw_gap_try(const gw_mapper_t *m, const gw_read_t *r, gw_hit_t *h, const int32_t *pos, int n,
                   int32_t with, int32_t most)
{
    const gw_map_params_t *p = m->params;
    gap_t g = {.m = m,
               .r = r,
               .h = h,
               .pos = pos,
               .n = n,
               .unit = p->match + p->mismatch,
               .clip = p->clip,
               .match = p->match,
               .best = with};
    if (h->diag < most || h->diag + r->len + most > m->index->total ||
        (gw_index_risky(m->index, h->diag - most, h->diag + r->len + most) &&
         gw_index_broken(m->index, h->diag - most, h->diag + r->len + most)))
        return with;
    own_prefixes(&g);
    own_suffixes(&g);
    for (int32_t d = 1; d <= most; d++) {
        try_right(&g, d);
        try_right(&g, -d);
        try_left(&g, d);
        try_left(&g, -d);
    }
    if (!g.gap)
        return with;
    h->q_beg = g.q_beg;
    h->q_end = g.q_end;
    h->gap = g.gap;
    h->gap_at = g.gap_at;
    h->t_beg = h->diag + g.shift + g.q_beg;
    h->t_end = h->t_beg + (g.q_end - g.q_beg) + g.gap;
    h->diag += g.shift;
    h->score = g.best - (g.q_beg == 0 ? p->clip : 0) - (g.q_end == r->len ? p->clip : 0);
    return g.best;
}
