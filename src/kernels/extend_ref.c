/* The plain reference of score and ends: every cell carries the start of its best path. */
#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "kernels/extend_variants.h"

typedef struct {
    int32_t score, t_beg, q_beg;
} path_t;

static const path_t NO_PATH = {-GW_EXTEND_MAX_VALUE * 2, 0, 0};

/* More score, else the shorter target span, else the shorter query span. */
static path_t better(path_t a, path_t b)
{
    if (a.score != b.score)
        return a.score > b.score ? a : b;
    if (a.t_beg != b.t_beg)
        return a.t_beg > b.t_beg ? a : b;
    return a.q_beg >= b.q_beg ? a : b;
}

static path_t plus(path_t a, int32_t score)
{
    if (a.score > NO_PATH.score)
        a.score += score;
    return a;
}

/* h[i], e[i]: best paths that end at query letter i and the current target letter, in any state
 * and in a gap of the query; columns are target letters. */
static gw_extend_hit_t align_pair(const gw_extend_params_t *p, const uint8_t *q, int32_t q_len,
                                  const uint8_t *t, int32_t t_len, path_t *h, path_t *e)
{
    gw_extend_hit_t best = {0};
    int32_t extend = p->gap_extend, open = p->gap_open + extend;
    for (int32_t i = 0; i < q_len; i++)
        h[i] = e[i] = NO_PATH;
    for (int32_t j = 0; j < t_len; j++) {
        path_t f = NO_PATH, diag = NO_PATH, up = NO_PATH;
        for (int32_t i = 0; i < q_len; i++) {
            path_t fresh = {i == 0 ? p->end_bonus : 0, j, i};
            path_t m = plus(better(fresh, diag), p->matrix[q[i] * p->n_letters + t[j]]);
            e[i] = better(plus(h[i], -open), plus(e[i], -extend));
            f = better(plus(up, -open), plus(f, -extend));
            diag = h[i];
            up = h[i] = better(m, better(e[i], f));
            int32_t total = m.score + (i == q_len - 1 ? p->end_bonus : 0);
            if (total > best.score)
                best = (gw_extend_hit_t){total, m.q_beg, i + 1, m.t_beg, j + 1};
        }
    }
    return best;
}

gw_status_t gw_extend_ends_ref(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                               gw_extend_hit_t *hit, gw_err_t *err)
{
    int32_t longest = 0;
    for (size_t i = 0; i < b->n; i++)
        if (b->q_len[i] > longest)
            longest = b->q_len[i];
    path_t *h = gw_malloc((size_t)longest * 2, sizeof *h);
    if (!h)
        return gw_err_nomem(err, "aligning sequence pairs");
    for (size_t i = 0; i < b->n; i++)
        hit[i] = align_pair(p, b->query + b->q_off[i], b->q_len[i], b->target + b->t_off[i],
                            b->t_len[i], h, h + longest);
    free(h);
    return GW_OK;
}

gw_status_t gw_extend_score_ref(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                                int32_t *score, gw_err_t *err)
{
    gw_extend_hit_t *hit = gw_malloc(b->n, sizeof *hit);
    if (!hit)
        return gw_err_nomem(err, "aligning sequence pairs");
    gw_status_t st = gw_extend_ends_ref(b, p, hit, err);
    for (size_t i = 0; st == GW_OK && i < b->n; i++)
        score[i] = hit[i].score;
    free(hit);
    return st;
}
