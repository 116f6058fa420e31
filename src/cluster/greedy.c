#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cluster/gramindex.h"
#include "cluster/greedy.h"
#include "cluster/rounds.h"

enum { MIN_BATCH = 256, MAX_BATCH = 4096, AT_ONCE = 1024, PART = 4, CHUNK = 16 };

/* A sequence that resembles the one that is looked at. */
typedef struct {
    int32_t a, diag;
    bool reverse;
} near_t;

typedef struct {
    gw_gramsearch_t *search;
    uint8_t *reverse;
    near_t *near; /* of one sequence, of both strands */
    size_t cap_near;
    int64_t n_candidates;
} worker_t;

/* A sequence that is not decided yet, with what it is to be compared with: earlier ones, in canonical order. */
typedef struct {
    int32_t u;
    near_t *near;
    size_t n, next; /* near[0..next) are compared or no representatives */
    size_t seen;    /* near[0..seen) are decided */
    bool decided;
    bool strand;          /* edge holds; the other strand is being compared */
    gw_edge_t edge, held; /* the one being compared; the one before it, which holds */
    int64_t n_compared;
} open_t;

typedef struct {
    gw_graph_t *g;
    gw_gramrules_t rules;
    int strands;
    int32_t *rep; /* -1 = not decided */
    /* representatives in canonical order: main holds the first, recent the rest */
    int32_t *list;
    int32_t n_list;
    gw_gramindex_t main, recent, none;
    /* the batch */
    int32_t first, n;
    int32_t *left; /* undecided after the representatives were looked at */
    int32_t n_left;
    open_t *open;
    gw_gramindex_t among; /* of left */
    gw_edge_t *kept;      /* of a member of the batch: how it was decided */
    worker_t *worker;
    gw_rounds_t *rounds;
    int32_t *wave; /* places in open to be compared now */
    int32_t n_wave;
} greedy_t;

static int cmp_near(const void *x, const void *y)
{
    const near_t *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (int)a->reverse - (int)b->reverse;
}

/* Finds what o->u resembles, on both strands, in canonical order. */
static gw_status_t search(greedy_t *c, worker_t *w, const gw_gramindex_t *x,
                          const gw_gramindex_t *more, const int32_t *target, open_t *o,
                          int32_t limit, gw_err_t *err)
{
    const gw_seqset_t *s = c->g->s;
    int32_t len = gw_seqset_len(s, o->u);
    for (int strand = 0; strand < c->strands; strand++) {
        const uint8_t *q = gw_seqset_seq(s, o->u);
        const gw_gramhit_t *hit;
        size_t n_hit;
        if (strand) {
            gw_seqset_turn(q, len, w->reverse);
            q = w->reverse;
        }
        gw_status_t st = gw_gramsearch_run(w->search, &c->rules, x, more, s, target, q, len, limit,
                                           &hit, &n_hit, err);
        if (st != GW_OK)
            return st;
        if (!GW_GROW(w->near, w->cap_near, o->n + n_hit))
            return gw_err_nomem(err, "finding pairs");
        for (size_t i = 0; i < n_hit; i++)
            w->near[o->n++] = (near_t){target[hit[i].at], hit[i].diag, strand};
    }
    if (o->n > 1 && c->strands > 1)
        qsort(w->near, o->n, sizeof *w->near, cmp_near);
    w->n_candidates += (int64_t)o->n;
    o->near = gw_malloc(o->n, sizeof *w->near);
    if (!o->near)
        return gw_err_nomem(err, "finding pairs");
    if (o->n > 0)
        memcpy(o->near, w->near, o->n * sizeof *w->near);
    return GW_OK;
}

/* 1. comparing: every sequence of the wave with its candidates, one after the other until one holds */
static bool next_edge(const greedy_t *c, open_t *o, gw_check_t *check)
{
    while (o->next < o->n && c->rep[o->near[o->next].a] != o->near[o->next].a)
        o->next++;
    if (o->next == o->n)
        return false;
    const near_t *x = &o->near[o->next++];
    o->edge = (gw_edge_t){.a = x->a, .b = o->u, .diag = x->diag, .reverse = x->reverse};
    o->n_compared++;
    *check = (gw_check_t){.edge = &o->edge, .proof = true};
    return true;
}

/* Where a pair holds and the other strand is a candidate too, the strand that scores higher is kept:
 * without a coverage, one equal letter at the ends would do for the wrong one. */
static bool after(void *ctx, size_t i, gw_check_t *check)
{
    greedy_t *c = ctx;
    open_t *o = &c->open[c->wave[i]];
    bool holds = gw_edge_holds(&o->edge, o->edge.a);
    if (!o->strand && !holds)
        return next_edge(c, o, check);
    if (!o->strand && o->next < o->n && o->near[o->next].a == o->edge.a) {
        o->held = o->edge;
        o->strand = true;
        return next_edge(c, o, check);
    }
    if (o->strand && !(holds && o->edge.best > o->held.best))
        o->edge = o->held;
    c->rep[o->u] = o->edge.a;
    c->kept[o->u - c->first] = o->edge;
    return false;
}

static gw_status_t compare_wave(greedy_t *c, gw_err_t *err)
{
    int32_t n = 0;
    for (int32_t i = 0; i < c->n_wave; i++) {
        gw_check_t check;
        if (!next_edge(c, &c->open[c->wave[i]], &check))
            continue;
        c->wave[n++] = c->wave[i];
        gw_rounds_add(c->rounds, check);
    }
    gw_status_t st = n > 0 ? gw_rounds_run(c->rounds, after, c, err) : GW_OK;
    for (int32_t i = 0; i < n; i++)
        c->g->n_compared += c->open[c->wave[i]].n_compared;
    return st;
}

/* 2. the batch against the representatives before it, a part at a time */
static gw_status_t search_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    greedy_t *c = ctx;
    int32_t end = (int32_t)((i + 1) * CHUNK < c->n_wave ? (i + 1) * CHUNK : c->n_wave);
    gw_status_t st = GW_OK;
    for (int32_t k = (int32_t)i * CHUNK; st == GW_OK && k < end; k++)
        st = search(c, &c->worker[worker], &c->main, &c->recent, c->list, &c->open[c->wave[k]],
                    c->n_list, err);
    return st;
}

static void forget(open_t *o, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        free(o[i].near);
}

static gw_status_t join(greedy_t *c, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (int32_t from = 0; st == GW_OK && from < c->n; from += AT_ONCE) {
        c->n_wave = c->n - from < AT_ONCE ? c->n - from : AT_ONCE;
        for (int32_t k = 0; k < c->n_wave; k++) {
            c->wave[k] = k;
            c->open[k] = (open_t){.u = c->first + from + k};
        }
        const int32_t n = c->n_wave;
        st = gw_thread_for(c->g->threads, (n + CHUNK - 1) / CHUNK, search_chunk, c, err);
        if (st == GW_OK)
            st = compare_wave(c, err);
        forget(c->open, n);
    }
    return st;
}

/* 3. what is left over, among itself */
static gw_status_t near_item(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    greedy_t *c = ctx;
    return search(c, &c->worker[worker], &c->among, &c->none, c->left, &c->open[i], (int32_t)i, err);
}

/* All that resembles a sequence of the wave is decided: it joins or becomes a representative. */
static gw_status_t settle(greedy_t *c, gw_err_t *err)
{
    gw_status_t st = gw_gramindex_build(&c->among, c->g->s, c->left, c->n_left, c->rules.k, err);
    for (int32_t i = 0; i < c->n_left; i++)
        c->open[i] = (open_t){.u = c->left[i]};
    if (st == GW_OK)
        st = gw_thread_for(c->g->threads, c->n_left, near_item, c, err);
    for (int32_t n_open = c->n_left; st == GW_OK && n_open > 0;) {
        c->n_wave = 0;
        for (int32_t i = 0; i < c->n_left; i++) {
            open_t *o = &c->open[i];
            while (!o->decided && o->seen < o->n && c->rep[o->near[o->seen].a] >= 0)
                o->seen++;
            if (!o->decided && o->seen == o->n)
                c->wave[c->n_wave++] = i;
        }
        n_open -= c->n_wave;
        for (int32_t i = 0; i < c->n_wave; i++)
            c->open[c->wave[i]].decided = true;
        st = compare_wave(c, err);
        for (int32_t i = 0; i < c->n_left; i++)
            if (c->open[i].decided && c->rep[c->left[i]] < 0)
                c->rep[c->left[i]] = c->left[i];
    }
    forget(c->open, c->n_left);
    return st;
}

/* 4. batches */
static gw_status_t reindex(greedy_t *c, gw_err_t *err)
{
    const gw_seqset_t *s = c->g->s;
    if (c->n_list - c->main.n <= c->main.n / PART)
        return gw_gramindex_build(&c->recent, s, c->list + c->main.n, c->n_list - c->main.n,
                                  c->rules.k, err);
    gw_gramindex_release(&c->recent);
    return gw_gramindex_build(&c->main, s, c->list, c->n_list, c->rules.k, err);
}

static gw_status_t batch(greedy_t *c, gw_err_t *err)
{
    gw_graph_t *g = c->g;
    gw_status_t st = join(c, err);
    c->n_left = 0;
    for (int32_t u = c->first; u < c->first + c->n; u++)
        if (c->rep[u] < 0)
            c->left[c->n_left++] = u;
    if (st == GW_OK && c->n_left > 0)
        st = settle(c, err);
    for (int32_t i = 0; st == GW_OK && i < c->n; i++) {
        if (c->rep[c->first + i] == c->first + i)
            c->list[c->n_list++] = c->first + i;
        else
            st = gw_graph_append(g, &c->kept[i], err);
    }
    if (st == GW_OK && c->n_left > 0)
        st = reindex(c, err);
    return st;
}

static gw_status_t workspace(greedy_t *c, gw_err_t *err)
{
    const gw_seqset_t *s = c->g->s;
    size_t n = (size_t)s->n;
    c->list = gw_malloc(n, sizeof *c->list);
    c->left = gw_malloc(MAX_BATCH, sizeof *c->left);
    c->wave = gw_malloc(MAX_BATCH, sizeof *c->wave);
    c->open = gw_malloc(MAX_BATCH, sizeof *c->open);
    c->kept = gw_malloc(MAX_BATCH, sizeof *c->kept);
    c->worker = gw_calloc((size_t)c->g->threads, sizeof *c->worker);
    c->rounds = gw_rounds_create(c->g, MAX_BATCH);
    if (!c->list || !c->left || !c->wave || !c->open || !c->kept || !c->worker || !c->rounds)
        return gw_err_nomem(err, "clustering");
    for (int t = 0; t < c->g->threads; t++) {
        worker_t *w = &c->worker[t];
        w->search = gw_gramsearch_create(s->longest, n);
        w->reverse = gw_malloc((size_t)s->longest, 1);
        if (!w->search || !w->reverse)
            return gw_err_nomem(err, "clustering");
    }
    return GW_OK;
}

gw_status_t gw_greedy_run(gw_graph_t *g, bool both_strands, double min_ratio, int32_t *rep,
                          int64_t *n_candidates, gw_err_t *err)
{
    greedy_t c = {.g = g, .rep = rep, .strands = both_strands ? 2 : 1};
    gw_gramrules_init(&c.rules, g->scoring.id_num, g->scoring.id_den, min_ratio);
    gw_status_t st = workspace(&c, err);
    for (int32_t u = 0; u < g->s->n; u++)
        rep[u] = -1;
    while (st == GW_OK && c.first < g->s->n) {
        int32_t size = c.first / PART;
        size = size < MIN_BATCH ? MIN_BATCH : size > MAX_BATCH ? MAX_BATCH : size;
        c.n = g->s->n - c.first < size ? g->s->n - c.first : size;
        st = batch(&c, err);
        c.first += c.n;
        gw_progress("clustering", (uint64_t)c.first, (uint64_t)g->s->n, "sequences");
    }
    gw_progress_end();
    for (int t = 0; c.worker && t < g->threads; t++) {
        worker_t *w = &c.worker[t];
        *n_candidates += w->n_candidates;
        gw_gramsearch_destroy(w->search);
        free(w->reverse);
        free(w->near);
    }
    gw_gramindex_release(&c.main);
    gw_gramindex_release(&c.recent);
    gw_gramindex_release(&c.among);
    gw_rounds_destroy(c.rounds);
    free(c.worker);
    free(c.list);
    free(c.left);
    free(c.wave);
    free(c.open);
    free(c.kept);
    return st == GW_OK ? gw_graph_link(g, err) : st;
}
