#include <config.h>

#include "align/map.h"
#include "base/hash.h"

/* 1. geometry */
static int64_t five_end(const gw_read_t *r, const gw_hit_t *h)
{
    return h->rev ? h->t_end + (r->len - h->q_end) : h->t_beg - h->q_beg;
}

int64_t gw_pair_size(const gw_mapper_t *m, const gw_read_t *a, const gw_hit_t *x,
                     const gw_read_t *b, const gw_hit_t *y)
{
    if (x->rev == y->rev)
        return -1;
    int64_t fx = five_end(a, x), fy = five_end(b, y), size = x->rev ? fx - fy : fy - fx;
    if (size <= 0 || size >= GW_INSERT_MAX)
        return -1;
    int64_t lo = x->t_beg < y->t_beg ? x->t_beg : y->t_beg;
    int64_t hi = x->t_beg < y->t_beg ? y->t_beg : x->t_beg;
    if (gw_index_risky(m->index, lo, hi + 1) &&
        gw_index_contig_at(m->index, lo) != gw_index_contig_at(m->index, hi))
        return -1;
    return size;
}

bool gw_pair_proper(const gw_mapper_t *m, const gw_read_t *a, const gw_hit_t *x, const gw_read_t *b,
                    const gw_hit_t *y)
{
    if (!m->insert || !m->insert->known || x->rev == y->rev)
        return false;
    int64_t size = gw_pair_size(m, a, x, b, y);
    return size >= m->insert->low && size <= m->insert->high;
}

/* 2. choosing the primaries */
typedef struct {
    size_t i, j;
    int32_t score;
    uint64_t tie;
    bool any;
} best_t;

static void consider(best_t *best, size_t i, size_t j, int32_t score, uint64_t tie)
{
    if (best->any && (score < best->score || (score == best->score && tie >= best->tie)))
        return;
    *best = (best_t){i, j, score, tie, true};
}

static best_t best_pair(const gw_mapper_t *m, const gw_read_t *a, const gw_read_t *b)
{
    best_t best = {0};
    for (size_t i = 0; i < a->n_hits; i++)
        for (size_t j = 0; j < b->n_hits; j++) {
            const gw_hit_t *x = &a->hit[i], *y = &b->hit[j];
            if ((best.any && x->score + y->score < best.score) || !gw_pair_proper(m, a, x, b, y))
                continue;
            int64_t size = gw_pair_size(m, a, x, b, y);
            consider(&best, i, j, x->score + y->score - m->insert->penalty[size - m->insert->low],
                     gw_hash_mix((uint64_t)x->t_beg ^ gw_hash_mix((uint64_t)y->t_beg + a->tie)));
        }
    return best;
}

/* 3. ranking: which hits another one of the same letters is better than */
static int32_t overlap(const gw_read_t *r, const gw_hit_t *x, const gw_hit_t *y, int32_t *shorter)
{
    int32_t xb = x->rev ? r->len - x->q_end : x->q_beg, xe = xb + x->q_end - x->q_beg;
    int32_t yb = y->rev ? r->len - y->q_end : y->q_beg, ye = yb + y->q_end - y->q_beg;
    *shorter = xe - xb < ye - yb ? xe - xb : ye - yb;
    return (xe < ye ? xe : ye) - (xb > yb ? xb : yb);
}

static void place(const gw_mapper_t *m, gw_read_t *r, size_t j, size_t *kept, size_t *n_kept)
{
    gw_hit_t *h = &r->hit[j];
    int near = m->params->match + m->params->mismatch;
    h->sub = 0;
    h->n_sub = 0;
    h->parent = -1;
    for (size_t k = 0; k < *n_kept; k++) {
        gw_hit_t *over = &r->hit[kept[k]];
        int32_t shorter;
        if (overlap(r, over, h, &shorter) * 2 < shorter)
            continue;
        h->parent = (int32_t)kept[k];
        if (h->score > over->sub)
            over->sub = h->score;
        over->n_sub += h->score >= over->score - near;
        return;
    }
    kept[(*n_kept)++] = j;
}

static void rank(const gw_mapper_t *m, gw_read_t *r)
{
    size_t kept[256], n_kept = 0;
    if (r->primary < 0)
        return;
    place(m, r, (size_t)r->primary, kept, &n_kept);
    for (size_t j = 0; j < r->n_hits && n_kept < sizeof kept / sizeof *kept; j++)
        if ((int32_t)j != r->primary)
            place(m, r, j, kept, &n_kept);
}

/* 4. the chunk */
/* Without the mate's support a score below the least is no alignment. Hits are sorted by score. */
static void drop_weak(const gw_mapper_t *m, gw_read_t *r)
{
    while (r->n_hits && r->hit[r->n_hits - 1].score < m->params->min_score)
        r->n_hits--;
    if (r->primary >= (int32_t)r->n_hits)
        r->primary = -1;
}

static void choose_pair(gw_mapper_t *m, gw_read_t *a, gw_read_t *b)
{
    a->primary = a->n_hits ? 0 : -1;
    b->primary = b->n_hits ? 0 : -1;
    if (!a->n_hits || !b->n_hits) {
        drop_weak(m, a);
        drop_weak(m, b);
        return;
    }
    best_t best = best_pair(m, a, b);
    if (best.any && best.score >= a->hit[0].score + b->hit[0].score - m->params->unpaired) {
        a->primary = (int32_t)best.i;
        b->primary = (int32_t)best.j;
    }
    if (!best.any || a->primary != (int32_t)best.i || b->primary != (int32_t)best.j ||
        (a->hit[best.i].score < m->params->min_score &&
         b->hit[best.j].score < m->params->min_score)) {
        drop_weak(m, a);
        drop_weak(m, b);
    }
}

void gw_pair_all(gw_mapper_t *m)
{
    for (size_t i = 0; i < m->n_reads; i++) {
        gw_read_t *a = &m->read[i], *b = NULL;
        if (gw_read_paired(a) && i + 1 < m->n_reads) {
            b = &m->read[++i];
            choose_pair(m, a, b);
            rank(m, b);
        } else {
            a->primary = a->n_hits ? 0 : -1;
        }
        rank(m, a);
        gw_mapq_set(m, a, b);
        if (b)
            gw_mapq_set(m, b, a);
    }
}
