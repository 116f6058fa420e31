#include <config.h>

#include <math.h>

#include "align/map.h"

/* Phred a unit of score difference is worth; the score that an unseen rival is taken to have;
 * the ceiling. */
#define PHRED_PER_UNIT 4.8
enum { UNSEEN = 19, MAX_MAPQ = 60 };

static double weight(int32_t behind)
{
    return pow(10.0, -PHRED_PER_UNIT / 10 * behind);
}

/* What a hit is worth together with the best that the mate can add beside it. */
static int32_t with_mate(const gw_mapper_t *m, const gw_read_t *r, const gw_hit_t *h,
                         const gw_read_t *mate)
{
    int32_t best = mate->hit[0].score - m->params->unpaired;
    for (size_t j = 0; j < mate->n_hits && mate->hit[j].score > best; j++) {
        if (!gw_pair_proper(m, r, h, mate, &mate->hit[j]))
            continue;
        int64_t size = gw_pair_size(m, r, h, mate, &mate->hit[j]);
        int32_t s = mate->hit[j].score - m->insert->penalty[size - m->insert->low];
        best = s > best ? s : best;
    }
    return h->score + best;
}

static int phred(const gw_read_t *r, const gw_hit_t *h, double others)
{
    double q = -10 * log10(others / (1 + others));
    if (q > MAX_MAPQ)
        q = MAX_MAPQ;
    if (r->n_seeds > 0)
        q *= 1 - (double)r->n_skipped / r->n_seeds;
    (void)h;
    return q > 0 ? (int)(q + 0.499) : 0;
}

void gw_mapq_set(const gw_mapper_t *m, gw_read_t *r, const gw_read_t *mate)
{
    for (size_t j = 0; j < r->n_hits; j++) {
        gw_hit_t *h = &r->hit[j];
        h->mapq = 0;
        if (h->parent >= 0)
            continue;
        bool paired = mate && mate->n_hits && (int32_t)j == r->primary;
        int32_t own = paired ? with_mate(m, r, h, mate) : h->score;
        int32_t none = paired ? UNSEEN + mate->hit[0].score - m->params->unpaired : UNSEEN;
        double others = weight(own - none);
        for (size_t i = 0; i < r->n_hits; i++) {
            const gw_hit_t *o = &r->hit[i];
            if (o->parent == (int32_t)j)
                others += weight(own - (paired ? with_mate(m, r, o, mate) : o->score));
        }
        h->mapq = (uint8_t)phred(r, h, others);
    }
}
