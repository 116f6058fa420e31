#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/odds.h"
#include "cluster/pairs.h"
#include "cluster/scoring.h"
#include "cluster/wordhits.h"

enum {
    DIAG_BAND = 10, /* hits this near in diagonal count together */
    SHORT = 120
}; /* proteins below this length are looked at for one hit */

typedef struct {
    gw_recs_t recs;   /* the hits of a bin */
    uint8_t *reverse; /* of the query `turned`: its reverse complement */
    int32_t turned;
    gw_pair_t *top; /* of one query */
    size_t n_top, cap_top;
} worker_t;

typedef struct {
    const gw_seqset_t *s;
    const gw_pairs_rules_t *rules;
    gw_ident_params_t scoring;
    gw_wordshape_t shape;
    gw_wordhits_t hits;
    worker_t *worker;
    gw_pairs_t *bin;
} find_t;

/* How many words a nucleotide query should share with a target of the identity asked for: less than
 * half of what mismatches spread evenly would leave. Two for proteins, one for short ones. */
static int32_t needed_hits(const find_t *f, int32_t len)
{
    if (f->s->kind != GW_SEQ_DNA)
        return len < SHORT ? 1 : f->rules->min_hits;
    const gw_wordshape_t *w = &f->shape;
    double words = (double)(len - w->span + 1) / f->rules->sample * f->rules->n_seeds;
    double share = 1;
    for (int k = 0; k < w->weight; k++)
        share *= f->rules->min_id;
    double need = words * share * f->rules->hit_fraction;
    return need < 1 ? 1 : (int32_t)need;
}

/* Best ungapped score along one diagonal (target position - query position). */
static int32_t ungapped(const gw_ident_params_t *sc, const uint8_t *q, int32_t q_len,
                        const uint8_t *t, int32_t t_len, int32_t diag)
{
    int32_t p = diag < 0 ? -diag : 0, end = t_len - diag < q_len ? t_len - diag : q_len;
    int32_t sum = 0, best = 0;
    for (; p < end; p++) {
        sum += sc->matrix[q[p] * sc->n_letters + t[p + diag]];
        sum = sum < 0 ? 0 : sum;
        best = sum > best ? sum : best;
    }
    return best;
}

/* The first segment of that score: its letters and how many of them are equal. */
static void segment(const gw_ident_params_t *sc, const uint8_t *q, const uint8_t *t, int32_t diag,
                    int32_t score, int32_t *len, int32_t *matches)
{
    int32_t p = diag < 0 ? -diag : 0, sum = 0, from = p;
    while (sum < score) {
        sum += sc->matrix[q[p] * sc->n_letters + t[p + diag]];
        p++;
        if (sum <= 0) {
            sum = 0;
            from = p;
        }
    }
    *len = p - from;
    *matches = 0;
    for (int32_t k = from; k < p; k++)
        *matches += q[k] == t[k + diag];
}

static int cmp_top(const void *a, const void *b)
{
    const gw_pair_t *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (int)x->reverse - (int)y->reverse;
}

static int cmp_pair(const void *a, const void *b)
{
    const gw_pair_t *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (int)x->reverse - (int)y->reverse;
}

/* Of the hits of one query and target, rising by diagonal: the diagonal most hits stand on among
 * those that are nearest to most others, and the next one; the hits near it. */
static int32_t choose_diagonals(const find_t *f, const uint64_t *v, size_t n, int32_t diag[2])
{
    int32_t most = 0, best[2] = {0, 0};
    size_t from = 0, to = 0;
    for (size_t i = 0, k = 0; k < n; k++) {
        while (v[k] - v[i] > DIAG_BAND)
            i++;
        if ((int32_t)(k + 1 - i) > most) {
            most = (int32_t)(k + 1 - i);
            from = i;
            to = k + 1;
        }
    }
    for (size_t i = from, k; i < to; i = k) {
        for (k = i + 1; k < to && v[k] == v[i];)
            k++;
        int32_t count = (int32_t)(k - i), d = gw_wordhits_diag(&f->hits, v[i]);
        if (count > best[0]) {
            best[1] = best[0];
            diag[1] = diag[0];
            best[0] = count;
            diag[0] = d;
        } else if (count > best[1]) {
            best[1] = count;
            diag[1] = d;
        }
    }
    if (best[1] == 0)
        diag[1] = diag[0];
    return most;
}

/* The hits v[0..n) of query u with one target on one strand: a candidate? */
static gw_status_t judge(const find_t *f, worker_t *w, int32_t u, int32_t need, int64_t self,
                         const uint64_t *v, size_t n, gw_err_t *err)
{
    const gw_seqset_t *s = f->s;
    const gw_pairs_rules_t *r = f->rules;
    int32_t diag[2] = {0, 0};
    if ((int64_t)n < need || choose_diagonals(f, v, n, diag) < need)
        return GW_OK;
    int32_t target = gw_wordhits_target(&f->hits, v[0]);
    bool reverse = gw_wordhits_reverse(&f->hits, v[0]);
    int32_t len = gw_seqset_len(s, u), t_len = gw_seqset_len(s, target);
    int32_t lo = t_len < len ? t_len : len, hi = t_len < len ? len : t_len;
    if (lo < r->min_ratio * hi)
        return GW_OK;
    const uint8_t *q = gw_seqset_seq(s, u), *t = gw_seqset_seq(s, target);
    if (reverse && w->turned != u) {
        gw_seqset_turn(q, len, w->reverse);
        w->turned = u;
    }
    q = reverse ? w->reverse : q;
    int32_t score = ungapped(&f->scoring, q, len, t, t_len, diag[0]);
    if (diag[1] != diag[0]) {
        int32_t other = ungapped(&f->scoring, q, len, t, t_len, diag[1]);
        diag[0] = other > score ? diag[1] : diag[0];
        score = other > score ? other : score;
    }
    if (score < r->min_score || (double)score * len < r->min_fraction * (double)self * lo)
        return GW_OK;
    int32_t seg, matches;
    segment(&f->scoring, q, t, diag[0], score, &seg, &matches);
    int32_t odds = gw_odds_of_segment(matches, seg, lo, (int32_t)(r->min_id * 10000 + 0.5));
    if (s->kind != GW_SEQ_DNA && odds < r->min_odds)
        return GW_OK;
    if (!GW_GROW(w->top, w->cap_top, w->n_top + 1))
        return gw_err_nomem(err, "finding pairs");
    bool whole = seg >= r->min_cov * hi;
    w->top[w->n_top++] = (gw_pair_t){target, u, score, diag[0], reverse, whole, (uint16_t)odds};
    return GW_OK;
}

/* Keeps the best of a query's candidates. */
static gw_status_t keep(const find_t *f, worker_t *w, gw_pairs_t *out, gw_err_t *err)
{
    if (w->n_top > (size_t)f->rules->max_targets) {
        qsort(w->top, w->n_top, sizeof *w->top, cmp_top);
        w->n_top = (size_t)f->rules->max_targets;
        qsort(w->top, w->n_top, sizeof *w->top, cmp_pair);
    }
    if (!GW_GROW(out->v, out->cap, out->n + w->n_top))
        return gw_err_nomem(err, "finding pairs");
    if (w->n_top > 0)
        memcpy(out->v + out->n, w->top, w->n_top * sizeof *w->top);
    out->n += w->n_top;
    w->n_top = 0;
    return GW_OK;
}

static gw_status_t find_bin(void *ctx, int worker, int64_t bin, gw_err_t *err)
{
    find_t *f = ctx;
    worker_t *w = &f->worker[worker];
    gw_wordhits_t *h = &f->hits;
    gw_status_t st = gw_recbins_take(&h->bins, (int)bin, h->low_bits, &w->recs, err);
    const uint64_t *v = w->recs.v;
    const int query_shift = h->low_bits + 1 + h->target_bits;
    for (size_t i = 0, k; st == GW_OK && i < w->recs.n; i = k) {
        int32_t u = gw_wordhits_query(h, (int)bin, v[i]), len = gw_seqset_len(f->s, u);
        int32_t need = needed_hits(f, len);
        int64_t self = gw_scoring_self(&f->scoring, gw_seqset_seq(f->s, u), len);
        for (k = i; st == GW_OK && k < w->recs.n && v[k] >> query_shift == v[i] >> query_shift;) {
            size_t from = k++;
            while (k < w->recs.n && v[k] >> h->low_bits == v[from] >> h->low_bits)
                k++;
            st = judge(f, w, u, need, self, v + from, k - from, err);
        }
        if (st == GW_OK)
            st = keep(f, w, &f->bin[bin], err);
    }
    return st;
}

static gw_status_t run(find_t *f, gw_pairs_t *pairs, gw_err_t *err)
{
    int n_bins = f->hits.bins.n_bins;
    f->worker = gw_calloc((size_t)f->rules->threads, sizeof *f->worker);
    f->bin = gw_calloc((size_t)n_bins, sizeof *f->bin);
    if (!f->worker || !f->bin)
        return gw_err_nomem(err, "finding pairs");
    for (int t = 0; t < f->rules->threads; t++) {
        f->worker[t].turned = -1;
        f->worker[t].reverse = gw_malloc((size_t)f->s->longest, 1);
        if (!f->worker[t].reverse)
            return gw_err_nomem(err, "finding pairs");
    }
    gw_status_t st = gw_thread_for(f->rules->threads, n_bins, find_bin, f, err);
    for (int i = 0; st == GW_OK && i < n_bins; i++) {
        if (!GW_GROW(pairs->v, pairs->cap, pairs->n + f->bin[i].n))
            return gw_err_nomem(err, "finding pairs");
        if (f->bin[i].n > 0)
            memcpy(pairs->v + pairs->n, f->bin[i].v, f->bin[i].n * sizeof *pairs->v);
        pairs->n += f->bin[i].n;
        free(f->bin[i].v);
        f->bin[i].v = NULL;
    }
    return st;
}

gw_status_t gw_pairs_find(const gw_seqset_t *s, const uint8_t *active, const uint8_t *fresh,
                          const gw_pairs_rules_t *rules, gw_pairs_t *pairs, gw_err_t *err)
{
    find_t f = {.s = s, .rules = rules};
    const gw_wordhits_rules_t words = {
        .active = active,
        .fresh = fresh,
        .min_ratio = rules->min_ratio,
        .centres = rules->centres,
        .neighbours = rules->neighbours,
        .n_shapes = rules->n_seeds,
        .sample = rules->sample,
        .most_words = rules->most_words,
        .both_strands = s->kind == GW_SEQ_DNA && rules->both_strands,
        .threads = rules->threads,
    };
    gw_scoring_init(&f.scoring, s->kind, rules->min_id);
    gw_wordshape_init(&f.shape, s->kind, 0);
    pairs->n = 0;
    gw_status_t st = gw_wordhits_find(s, &words, &f.hits, err);
    if (st == GW_OK)
        st = run(&f, pairs, err);
    for (int i = 0; f.bin && i < f.hits.bins.n_bins; i++)
        free(f.bin[i].v);
    free(f.bin);
    gw_wordhits_release(&f.hits);
    for (int t = 0; f.worker && t < rules->threads; t++) {
        gw_recs_release(&f.worker[t].recs);
        free(f.worker[t].reverse);
        free(f.worker[t].top);
    }
    free(f.worker);
    return st;
}
