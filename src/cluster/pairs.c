#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/odds.h"
#include "cluster/pairs.h"
#include "cluster/scoring.h"
#include "cluster/wordindex.h"

enum {
    CHUNK = 128,    /* queries a work item; fixed, so that results never depend on threads */
    DIAG_BAND = 10, /* hits this near in diagonal count together */
    SHORT = 120,    /* proteins below this length are looked at for one hit */
    MIN_LIST = 8    /* lists up to this long are scanned without searching */
};

/* What a query knows of a target: the diagonal it follows and the hits on it. */
typedef struct {
    uint32_t epoch;
    int32_t diag, last;
    uint32_t hits;
} slot_t;

typedef struct {
    slot_t *slot;         /* one per target and strand */
    uint32_t epoch, need; /* hits that make a target of the query's a candidate */
    uint32_t *found;      /* slots that reached min_hits */
    size_t n_found, cap_found;
    uint32_t *word;
    uint8_t *reverse; /* the query's reverse complement */
    gw_pair_t *top;
    size_t cap_top;
} worker_t;

typedef struct {
    const gw_seqset_t *s;
    const gw_pairs_rules_t *rules;
    const uint8_t *active, *fresh;
    gw_ident_params_t scoring;
    gw_wordshape_t shape[GW_WORD_MAX_SHAPES];
    gw_wordindex_t index[GW_WORD_MAX_SHAPES];
    bool by_length; /* canonical order is by falling length */
    int n_strands;
    worker_t *worker;
    gw_pairs_t *chunk;
} find_t;

static gw_status_t build_one(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    find_t *f = ctx;
    return gw_wordindex_build(&f->index[i], &f->shape[i], f->s, f->active, err);
}

/* The first unique, in canonical order, that is short enough to pair with length len. */
static uint32_t first_partner(const find_t *f, int32_t u, int32_t len)
{
    if (!f->by_length)
        return 0;
    int32_t lo = 0, hi = u;
    while (lo < hi) {
        int32_t mid = lo + (hi - lo) / 2;
        if (gw_seqset_len(f->s, mid) * f->rules->min_ratio > len)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (uint32_t)lo;
}

static const gw_wordentry_t *lower(const gw_wordentry_t *b, const gw_wordentry_t *e, uint32_t seq)
{
    while (b < e) {
        const gw_wordentry_t *m = b + (e - b) / 2;
        if (m->seq < seq)
            b = m + 1;
        else
            e = m;
    }
    return b;
}

static inline void hit(worker_t *w, uint32_t at, int32_t diag)
{
    slot_t *s = &w->slot[at];
    if (s->epoch != w->epoch) {
        *s = (slot_t){w->epoch, diag, diag, 1};
    } else if (abs(diag - s->diag) <= DIAG_BAND) {
        s->last = diag;
        s->hits++;
    } else if (s->hits == 1) {
        s->diag = s->last = diag;
        return;
    } else {
        return;
    }
    if (s->hits == w->need)
        w->found[w->n_found++] = at;
}

/* How many words a nucleotide query should share with a target of the identity asked for: less than
 * half of what mismatches spread evenly would leave. Two for proteins, one for short ones. */
static uint32_t needed_hits(const find_t *f, int32_t len)
{
    if (f->s->kind != GW_SEQ_DNA)
        return len < SHORT ? 1 : (uint32_t)f->rules->min_hits;
    const gw_wordshape_t *w = &f->shape[0];
    double words = (double)(len - w->span + 1) / w->sample * f->rules->n_seeds;
    double share = 1;
    for (int k = 0; k < w->weight; k++)
        share *= f->rules->min_id;
    double need = words * share * f->rules->hit_fraction;
    return need < 1 ? 1 : (uint32_t)need;
}

/* Looks every word of one strand of the query up. */
static void look_up(const find_t *f, worker_t *w, int32_t u, const uint8_t *seq, int strand)
{
    int32_t len = gw_seqset_len(f->s, u);
    uint32_t first = first_partner(f, u, len), base = (uint32_t)strand * (uint32_t)f->s->n;
    bool old = f->fresh && !f->fresh[u];
    for (int k = 0; k < f->rules->n_seeds; k++) {
        const gw_wordindex_t *x = &f->index[k];
        int32_t n = gw_wordshape_words(&f->shape[k], seq, len, w->word);
        for (int32_t p = 0; p < n; p++) {
            if (p + 16 < n && w->word[p + 16] != UINT32_MAX)
                __builtin_prefetch(&x->start[w->word[p + 16]]);
            if (p + 8 < n && w->word[p + 8] != UINT32_MAX)
                __builtin_prefetch(&x->entry[x->start[w->word[p + 8]]]);
            if (w->word[p] == UINT32_MAX)
                continue;
            const gw_wordentry_t *b = x->entry + x->start[w->word[p]];
            const gw_wordentry_t *e = x->entry + x->start[w->word[p] + 1];
            if (e - b > MIN_LIST) {
                b = lower(b, e, first);
                e = lower(b, e, (uint32_t)u);
            }
            const gw_wordentry_t *gap = e, *resume = e;
            if (e - b > f->rules->centres + f->rules->neighbours) {
                gap = b + f->rules->centres;
                resume = e - f->rules->neighbours;
            }
            for (; b < e; b++) {
                if (b == gap)
                    b = resume;
                if (b == e)
                    break;
                if (b->seq < first || b->seq >= (uint32_t)u || (old && !f->fresh[b->seq]))
                    continue;
                hit(w, base + b->seq, (int32_t)b->pos - p);
            }
        }
    }
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

/* Scores what was found and keeps the best. */
static gw_status_t keep(const find_t *f, worker_t *w, int32_t u, gw_pairs_t *out, gw_err_t *err)
{
    const gw_seqset_t *s = f->s;
    const gw_pairs_rules_t *r = f->rules;
    const uint8_t *q = gw_seqset_seq(s, u);
    int32_t len = gw_seqset_len(s, u);
    int64_t self = gw_scoring_self(&f->scoring, q, len);
    int32_t min_id = (int32_t)(r->min_id * 10000 + 0.5);
    size_t n = 0;
    if (!GW_GROW(w->top, w->cap_top, w->n_found))
        return gw_err_nomem(err, "finding pairs");
    for (size_t i = 0; i < w->n_found; i++) {
        const slot_t *slot = &w->slot[w->found[i]];
        int32_t v = (int32_t)(w->found[i] % (uint32_t)s->n);
        bool reverse = w->found[i] >= (uint32_t)s->n;
        const uint8_t *letters = reverse ? w->reverse : q;
        int32_t t_len = gw_seqset_len(s, v), lo = t_len < len ? t_len : len;
        if (lo < r->min_ratio * (t_len < len ? len : t_len))
            continue;
        const uint8_t *t = gw_seqset_seq(s, v);
        int32_t diag = slot->diag, score = ungapped(&f->scoring, letters, len, t, t_len, diag);
        if (slot->last != diag) {
            int32_t other = ungapped(&f->scoring, letters, len, t, t_len, slot->last);
            diag = other > score ? slot->last : diag;
            score = other > score ? other : score;
        }
        if (score < r->min_score || (double)score * len < r->min_fraction * (double)self * lo)
            continue;
        int32_t seg, matches;
        segment(&f->scoring, letters, t, diag, score, &seg, &matches);
        int32_t odds = gw_odds_of_segment(matches, seg, lo, min_id);
        if (s->kind != GW_SEQ_DNA && odds < r->min_odds)
            continue;
        bool whole = seg >= r->min_cov * (t_len < len ? len : t_len);
        w->top[n++] = (gw_pair_t){v, u, score, diag, reverse, whole, (uint16_t)odds};
    }
    if (n > (size_t)r->max_targets) {
        qsort(w->top, n, sizeof *w->top, cmp_top);
        n = (size_t)r->max_targets;
    }
    if (n > 1)
        qsort(w->top, n, sizeof *w->top, cmp_pair);
    if (!GW_GROW(out->v, out->cap, out->n + n))
        return gw_err_nomem(err, "finding pairs");
    if (n > 0)
        memcpy(out->v + out->n, w->top, n * sizeof *w->top);
    out->n += n;
    return GW_OK;
}

static gw_status_t find_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    find_t *f = ctx;
    worker_t *w = &f->worker[worker];
    int32_t end = (int32_t)((i + 1) * CHUNK < f->s->n ? (i + 1) * CHUNK : f->s->n);
    gw_status_t st = GW_OK;
    for (int32_t u = (int32_t)i * CHUNK; st == GW_OK && u < end; u++) {
        if (f->active && !f->active[u])
            continue;
        w->n_found = 0;
        w->epoch++;
        int32_t len = gw_seqset_len(f->s, u);
        w->need = needed_hits(f, len);
        const uint8_t *seq = gw_seqset_seq(f->s, u);
        look_up(f, w, u, seq, 0);
        if (f->n_strands > 1) {
            gw_seqset_turn(seq, len, w->reverse);
            look_up(f, w, u, w->reverse, 1);
        }
        st = keep(f, w, u, &f->chunk[i], err);
    }
    return st;
}

static gw_status_t run(find_t *f, gw_pairs_t *pairs, gw_err_t *err)
{
    const gw_seqset_t *s = f->s;
    int64_t n_chunks = (s->n + CHUNK - 1) / CHUNK;
    size_t slots = (size_t)s->n * (size_t)f->n_strands;
    f->worker = gw_calloc((size_t)f->rules->threads, sizeof *f->worker);
    f->chunk = gw_calloc((size_t)n_chunks, sizeof *f->chunk);
    if (!f->worker || !f->chunk)
        return gw_err_nomem(err, "finding pairs");
    for (int t = 0; t < f->rules->threads; t++) {
        worker_t *w = &f->worker[t];
        w->slot = gw_calloc(slots, sizeof *w->slot);
        w->found = gw_malloc(slots, sizeof *w->found);
        w->word = gw_malloc((size_t)s->longest + 1, sizeof *w->word);
        w->reverse = gw_malloc((size_t)s->longest, 1);
        if (!w->slot || !w->found || !w->word || !w->reverse)
            return gw_err_nomem(err, "finding pairs");
    }
    gw_status_t st = gw_thread_for(f->rules->threads, f->rules->n_seeds, build_one, f, err);
    if (st == GW_OK)
        st = gw_thread_for(f->rules->threads, n_chunks, find_chunk, f, err);
    for (int64_t i = 0; st == GW_OK && i < n_chunks; i++) {
        if (!GW_GROW(pairs->v, pairs->cap, pairs->n + f->chunk[i].n))
            return gw_err_nomem(err, "finding pairs");
        if (f->chunk[i].n > 0)
            memcpy(pairs->v + pairs->n, f->chunk[i].v, f->chunk[i].n * sizeof *pairs->v);
        pairs->n += f->chunk[i].n;
        free(f->chunk[i].v);
        f->chunk[i].v = NULL;
    }
    return st;
}

gw_status_t gw_pairs_find(const gw_seqset_t *s, const uint8_t *active, const uint8_t *fresh,
                          const gw_pairs_rules_t *rules, gw_pairs_t *pairs, gw_err_t *err)
{
    find_t f = {.s = s, .rules = rules, .active = active, .fresh = fresh, .by_length = true};
    f.n_strands = s->kind == GW_SEQ_DNA && rules->both_strands ? 2 : 1;
    gw_scoring_init(&f.scoring, s->kind, rules->min_id);
    for (int k = 0; k < rules->n_seeds; k++)
        gw_wordshape_init(&f.shape[k], s->kind, rules->min_id, k);
    for (int32_t u = 1; u < s->n; u++)
        f.by_length = f.by_length && gw_seqset_len(s, u) <= gw_seqset_len(s, u - 1);
    pairs->n = 0;
    gw_status_t st = run(&f, pairs, err);
    for (int k = 0; k < rules->n_seeds; k++)
        gw_wordindex_release(&f.index[k]);
    for (int t = 0; f.worker && t < rules->threads; t++) {
        free(f.worker[t].slot);
        free(f.worker[t].found);
        free(f.worker[t].word);
        free(f.worker[t].reverse);
        free(f.worker[t].top);
    }
    free(f.worker);
    for (int64_t i = 0; f.chunk && i < (s->n + CHUNK - 1) / CHUNK; i++)
        free(f.chunk[i].v);
    free(f.chunk);
    return st;
}
