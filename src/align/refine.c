#include <config.h>

#include <stdlib.h>

#include "align/map.h"
#include "base/hash.h"

/* Room on either side of a hit's diagonals for gaps that no seed bridges; candidates of a read
 * that may go to dynamic programming. */
enum { PAD = 32, MAX_DP = 8, NEAR_MISMATCHES = 5 };

/* Where a settled hit exists, only one with about as many seeds, on several diagonals, can still
 * beat it or come near. */
static bool worth_dp(const gw_mapper_t *m, const gw_read_t *r, const gw_hit_t *h,
                     const gw_hit_t *settled, int32_t best)
{
    if (h->state == GW_HIT_EXACT)
        return false;
    if (settled)
        return (h->spread > 0 || h->score == 0) && h->votes * 4 >= settled->votes * 3;
    /* With a gap it can reach at most a full match less the smallest gap. */
    int32_t reach = r->len * m->params->match - m->params->gap_open - m->params->gap_extend;
    return reach > h->score && (h->score > best - 40 || h->spread > 0 || h->score == 0);
}

/* Gaps are looked for where they could bring a hit near the best: where it is near already, or
 * where its seeds lie on several diagonals. */
static const gw_hit_t *verify_all(const gw_mapper_t *m, gw_read_t *r, int32_t *best)
{
    const gw_hit_t *settled = NULL;
    *best = 0;
    for (size_t j = 0; j < r->n_hits; j++) {
        gw_verify_hit(m, r, &r->hit[j]);
        if (r->hit[j].score > *best)
            *best = r->hit[j].score;
    }
    int32_t near = *best - NEAR_MISMATCHES * (m->params->match + m->params->mismatch);
    for (size_t j = 0; j < r->n_hits; j++) {
        gw_hit_t *h = &r->hit[j];
        if (h->score >= near || h->spread > 0)
            gw_verify_gap(m, r, h);
        if (h->score > *best)
            *best = h->score;
        if (h->state == GW_HIT_EXACT && (!settled || h->score > settled->score))
            settled = h;
    }
    return settled;
}

static gw_status_t refine_read(gw_mapper_t *m, size_t i, gw_err_t *err)
{
    gw_read_t *r = &m->read[i];
    int32_t best, votes = 0;
    const gw_hit_t *settled = verify_all(m, r, &best);
    size_t chosen[MAX_DP], n = 0; /* worth it, most votes first */
    for (size_t j = 0; j < r->n_hits; j++) {
        votes = r->hit[j].votes > votes ? r->hit[j].votes : votes;
        if (!worth_dp(m, r, &r->hit[j], settled, best))
            continue;
        size_t k = n;
        while (k && r->hit[chosen[k - 1]].votes < r->hit[j].votes)
            k--;
        if (k == MAX_DP)
            continue;
        n += n < MAX_DP;
        for (size_t l = n - 1; l > k; l--)
            chosen[l] = chosen[l - 1];
        chosen[k] = j;
    }
    for (size_t k = 0; k < n; k++) {
        const gw_hit_t *h = &r->hit[chosen[k]];
        if (h->votes * 4 < votes && k > 0)
            break;
        gw_status_t st = gw_dp_add(m, i, chosen[k], h->diag - h->spread - PAD,
                                   h->diag + r->len + h->spread + PAD, err);
        if (st != GW_OK)
            return st;
    }
    return GW_OK;
}

/* Tidying: a hit that lies in a better one, on both sequences, tells nothing new. */
static int by_score(const void *a, const void *b)
{
    const gw_hit_t *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->sub != y->sub) /* the hash of name and place, until ranking sets it */
        return x->sub < y->sub ? -1 : 1;
    if (x->rev != y->rev)
        return x->rev - y->rev;
    return (x->t_beg > y->t_beg) - (x->t_beg < y->t_beg);
}

static bool same_place(const gw_hit_t *x, const gw_hit_t *y)
{
    if (x->rev != y->rev)
        return false;
    int64_t tb = x->t_beg > y->t_beg ? x->t_beg : y->t_beg;
    int64_t te = x->t_end < y->t_end ? x->t_end : y->t_end;
    int32_t qb = x->q_beg > y->q_beg ? x->q_beg : y->q_beg;
    int32_t qe = x->q_end < y->q_end ? x->q_end : y->q_end;
    int64_t tl = y->t_end - y->t_beg;
    int32_t ql = y->q_end - y->q_beg;
    return (te - tb) * 20 > tl * 19 && (qe - qb) * 20 > ql * 19;
}

void gw_refine_tidy(const gw_mapper_t *m, gw_read_t *r)
{
    size_t n = 0;
    int32_t least = gw_read_paired(r) ? gw_paired_score(m->params) : m->params->min_score;
    for (size_t j = 0; j < r->n_hits; j++) {
        gw_hit_t *h = &r->hit[j];
        if (h->score < least)
            continue;
        h->sub =
            (int32_t)(gw_hash_mix((uint64_t)h->t_beg * 2 + h->rev + ((uint64_t)r->tie << 32)) >>
                      33);
        r->hit[n++] = *h;
    }
    r->n_hits = n;
    if (n > 1)
        qsort(r->hit, n, sizeof *r->hit, by_score);
    n = 0;
    for (size_t j = 0; j < r->n_hits; j++) {
        bool seen = false;
        for (size_t k = 0; k < n && !seen; k++)
            seen = same_place(&r->hit[k], &r->hit[j]);
        if (!seen)
            r->hit[n++] = r->hit[j];
    }
    r->n_hits = n;
}

gw_status_t gw_refine(gw_mapper_t *m, gw_err_t *err)
{
    for (size_t i = 0; i < m->n_reads; i++) {
        gw_status_t st = refine_read(m, i, err);
        if (st != GW_OK)
            return st;
    }
    gw_status_t st = gw_dp_run(m, err);
    for (size_t i = 0; i < m->n_reads && st == GW_OK; i++)
        gw_refine_tidy(m, &m->read[i]);
    return st;
}
