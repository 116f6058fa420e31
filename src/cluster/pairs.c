#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/diagonal.h"
#include "cluster/odds.h"
#include "cluster/pairs.h"
#include "cluster/wordhits.h"

enum {
    DIAG_BAND = 10,   /* hits this near in diagonal count together */
    DIAGONALS = 3,    /* of a pair are looked at */
    ELSEWHERE = 2,    /* so many hits that agree make a diagonal far from the others worth a look */
    MOST_APART = 500, /* a gap between two diagonals is thought of when it is shorter than this */
    SHORT = 120       /* proteins below this length are looked at for one hit */
};
static const uint64_t NOWHERE = UINT64_MAX;

/* Unrelated stretches are less alike than this. */
static const double DNA_CHANCE = 0.4, PROTEIN_CHANCE = 0.15;

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
    gw_diagonal_t diagonal;
    gw_wordshape_t shape;
    gw_wordhits_t hits;
    worker_t *worker;
    gw_pairs_t *pairs;
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

/* The most hits of v[from..n) within DIAG_BAND diagonals: [*first, *end); how many. */
static int32_t most_within(const uint64_t *v, size_t from, size_t n, size_t *first, size_t *end)
{
    int32_t most = 0;
    for (size_t i = from, k = from; k < n; k++) {
        while (v[k] - v[i] > DIAG_BAND)
            i++;
        if ((int32_t)(k + 1 - i) > most) {
            most = (int32_t)(k + 1 - i);
            *first = i;
            *end = k + 1;
        }
    }
    return most;
}

/* The diagonal with most of the hits v[from..n), two left out; NOWHERE when there is none. */
static uint64_t most_on(const uint64_t *v, size_t from, size_t n, uint64_t but, uint64_t nor)
{
    uint64_t best = NOWHERE;
    size_t most = 0;
    for (size_t i = from, k; i < n; i = k) {
        for (k = i + 1; k < n && v[k] == v[i];)
            k++;
        if (k - i > most && v[i] != but && v[i] != nor) {
            most = k - i;
            best = v[i];
        }
    }
    return best;
}

/* Of the hits of one query and target, rising by diagonal: how many are near each other; the
 * diagonals with most and second most of those, and one of hits that agree elsewhere or else that with third
 * most. */
static int32_t choose_diagonals(const uint64_t *v, size_t n, uint64_t diag[DIAGONALS])
{
    size_t first = 0, end = 0, i = 0, k = 0;
    int32_t most = most_within(v, 0, n, &first, &end), other = ELSEWHERE - 1;
    diag[0] = most_on(v, first, end, NOWHERE, NOWHERE);
    diag[1] = most_on(v, first, end, diag[0], NOWHERE);
    diag[2] = NOWHERE;
    for (int side = 0; side < 2; side++) {
        int32_t count = most_within(v, side ? end : 0, side ? n : first, &i, &k);
        if (count > other) {
            other = count;
            diag[2] = most_on(v, i, k, NOWHERE, NOWHERE);
        }
    }
    if (diag[2] == NOWHERE)
        diag[2] = most_on(v, first, end, diag[0], diag[1]);
    return most;
}

/* The hits v[0..n) of query u with one target on one strand: a candidate? */
static gw_status_t judge(const find_t *f, worker_t *w, int32_t u, int32_t need, const uint64_t *v,
                         size_t n, gw_err_t *err)
{
    const gw_seqset_t *s = f->s;
    const gw_pairs_rules_t *r = f->rules;
    uint64_t found[DIAGONALS];
    if ((int64_t)n < need || choose_diagonals(v, n, found) < need)
        return GW_OK;
    int32_t target = gw_wordhits_target(&f->hits, v[0]);
    bool reverse = gw_wordhits_reverse(&f->hits, v[0]);
    int32_t len = gw_seqset_len(s, u), t_len = gw_seqset_len(s, target);
    gw_odds_in_t in = {.shorter = t_len < len ? t_len : len, .longer = t_len < len ? len : t_len};
    if (in.shorter < r->min_ratio * in.longer)
        return GW_OK;
    const uint8_t *q = gw_seqset_seq(s, u), *t = gw_seqset_seq(s, target);
    if (reverse && w->turned != u) {
        gw_seqset_turn(q, len, w->reverse);
        w->turned = u;
    }
    q = reverse ? w->reverse : q;
    int32_t diag[2] = {0, 0};
    for (int k = 0; k < DIAGONALS; k++) {
        if (found[k] == NOWHERE)
            continue;
        int32_t d = gw_wordhits_diag(&f->hits, found[k]);
        gw_stretch_t x = gw_diagonal_best(&f->diagonal, q, len, t, t_len, d);
        if (k == 0 || x.score > in.first.score) {
            in.second = in.first;
            diag[1] = diag[0];
            in.first = x;
            diag[0] = d;
        } else if (x.score > in.second.score) {
            in.second = x;
            diag[1] = d;
        }
    }
    int32_t score = in.first.score, equal = f->diagonal.equal;
    double part = r->min_part * in.shorter;
    if (score < (r->min_letters < part ? r->min_letters : part) * equal)
        return GW_OK;
    /* two good stretches far from each other: a gap may join them */
    int32_t apart = abs(diag[1] - diag[0]);
    if (in.second.score < (double)r->min_letters * equal || apart <= DIAG_BAND ||
        apart > MOST_APART)
        apart = 0;
    int32_t min_id = (int32_t)(r->min_id * 10000 + 0.5);
    int32_t odds = gw_odds_of_pair(&in, min_id, r->min_ratio > 0 ? r->min_cov : 0);
    if (s->kind != GW_SEQ_DNA && odds < r->min_odds)
        return GW_OK;
    if (!GW_GROW(w->top, w->cap_top, w->n_top + 1))
        return gw_err_nomem(err, "finding pairs");
    bool whole = in.first.len >= r->min_cov * in.longer;
    bool sure = s->kind != GW_SEQ_DNA && gw_odds_sure(&in, min_id, r->min_cov);
    w->top[w->n_top++] = (gw_pair_t){.a = target,
                                     .b = u,
                                     .score = score,
                                     .diag = diag[0],
                                     .spread = (uint16_t)apart,
                                     .odds = (uint16_t)odds,
                                     .reverse = reverse,
                                     .whole = whole,
                                     .sure = sure};
    return GW_OK;
}

/* Keeps the best of a query's candidates. */
static gw_status_t keep(const find_t *f, worker_t *w, gw_pairpart_t *out, gw_err_t *err)
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
    gw_pairpart_t *part = &f->pairs->part[bin];
    gw_wordhits_t *h = &f->hits;
    gw_status_t st = gw_recbins_take(&h->bins, (int)bin, h->low_bits, &w->recs, err);
    const uint64_t *v = w->recs.v;
    const int query_shift = h->low_bits + 1 + h->target_bits;
    for (size_t i = 0, k; st == GW_OK && i < w->recs.n; i = k) {
        int32_t u = gw_wordhits_query(h, (int)bin, v[i]), len = gw_seqset_len(f->s, u);
        int32_t need = needed_hits(f, len);
        for (k = i; st == GW_OK && k < w->recs.n && v[k] >> query_shift == v[i] >> query_shift;) {
            size_t from = k++;
            while (k < w->recs.n && v[k] >> h->low_bits == v[from] >> h->low_bits)
                k++;
            st = judge(f, w, u, need, v + from, k - from, err);
        }
        if (st == GW_OK)
            st = keep(f, w, part, err);
    }
    if (st == GW_OK && f->pairs->spill && part->n > 0) {
        st = gw_spill_write(f->pairs->spill, part->v, part->n * sizeof *part->v, &part->aside, err);
        free(part->v);
        part->v = NULL;
        part->cap = 0;
    }
    return st;
}

static gw_status_t run(find_t *f, gw_err_t *err)
{
    gw_pairs_t *p = f->pairs;
    const gw_recroom_t *room = &f->rules->room;
    p->n_parts = f->hits.bins.n_bins;
    p->spill = room->max_mem ? gw_spill_create(room->tmp_dir) : NULL;
    p->part = gw_calloc((size_t)p->n_parts, sizeof *p->part);
    f->worker = gw_calloc((size_t)f->rules->threads, sizeof *f->worker);
    if (!f->worker || !p->part || (room->max_mem && !p->spill))
        return gw_err_nomem(err, "finding pairs");
    for (int t = 0; t < f->rules->threads; t++) {
        f->worker[t].turned = -1;
        f->worker[t].reverse = gw_malloc((size_t)f->s->longest, 1);
        if (!f->worker[t].reverse)
            return gw_err_nomem(err, "finding pairs");
    }
    gw_status_t st = gw_thread_for(f->rules->threads, p->n_parts, find_bin, f, err);
    for (int i = 0; i < p->n_parts; i++)
        p->n += p->part[i].n;
    return st;
}

gw_status_t gw_pairs_find(const gw_seqset_t *s, const uint8_t *active, const uint8_t *fresh,
                          const gw_pairs_rules_t *rules, gw_pairs_t *pairs, gw_err_t *err)
{
    find_t f = {.s = s, .rules = rules, .pairs = pairs};
    const gw_wordhits_rules_t words = {
        .active = active,
        .fresh = fresh,
        .min_ratio = rules->min_ratio,
        .centres = rules->centres,
        .neighbours = rules->neighbours,
        .n_shapes = rules->n_seeds,
        .n_short = rules->n_short,
        .sample = rules->sample,
        .most_words = rules->most_words,
        .most_unlike = rules->most_unlike,
        .both_strands = s->kind == GW_SEQ_DNA && rules->both_strands,
        .room = rules->room,
        .threads = rules->threads,
    };
    double worthless = s->kind == GW_SEQ_DNA ? DNA_CHANCE : PROTEIN_CHANCE;
    worthless = rules->min_id / 2 > worthless ? rules->min_id / 2 : worthless;
    gw_diagonal_init(&f.diagonal, worthless);
    gw_wordshape_init(&f.shape, s->kind, 0);
    gw_pairs_release(pairs);
    gw_status_t st = gw_wordhits_find(s, &words, &f.hits, err);
    if (st == GW_OK)
        st = run(&f, err);
    gw_wordhits_release(&f.hits);
    for (int t = 0; f.worker && t < rules->threads; t++) {
        gw_recs_release(&f.worker[t].recs);
        free(f.worker[t].reverse);
        free(f.worker[t].top);
    }
    free(f.worker);
    if (rules->room.limit)
        gw_mem_trim();
    return st;
}

void gw_pairs_release(gw_pairs_t *p)
{
    for (int i = 0; p->part && i < p->n_parts; i++)
        free(p->part[i].v);
    free(p->part);
    gw_spill_destroy(p->spill);
    *p = (gw_pairs_t){0};
}

/* 3. reading */
gw_status_t gw_pairs_read(const gw_pairs_t *p, int part, gw_pairwork_t *work, const gw_pair_t **v,
                          gw_err_t *err)
{
    const gw_pairpart_t *x = &p->part[part];
    *v = x->v;
    if (x->v || x->n == 0)
        return GW_OK;
    if (!GW_GROW(work->v, work->cap, x->n))
        return gw_err_nomem(err, "reading pairs");
    *v = work->v;
    return gw_spill_read(p->spill, &x->aside, work->v, err);
}
