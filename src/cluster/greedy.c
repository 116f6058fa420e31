#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cluster/gramindex.h"
#include "cluster/greedy.h"
#include "cluster/verify.h"

enum { MIN_BATCH = 256, MAX_BATCH = 4096, PART = 4, CHUNK = 16 };

typedef struct {
    gw_gramsearch_t *search;
    gw_verify_t *verify;
    uint8_t *reverse;
    gw_edge_t *near; /* candidates of one sequence, of both strands */
    size_t cap_near;
    int64_t n_candidates, n_compared;
} worker_t;

/* A sequence that is not decided yet and the earlier ones of its batch that resemble it. */
typedef struct {
    gw_edge_t *near;
    size_t n, next; /* near[0..next) are compared or no representatives */
    bool decided;
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
    int32_t *wave; /* places in left to be decided now */
    int32_t n_wave;
} greedy_t;

static int cmp_edge(const void *x, const void *y)
{
    const gw_edge_t *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (int)a->reverse - (int)b->reverse;
}

/* Candidates of u on both strands in w->near, in canonical order. */
static gw_status_t search(greedy_t *c, worker_t *w, const gw_gramindex_t *x,
                          const gw_gramindex_t *more, const int32_t *target, int32_t u,
                          int32_t limit, size_t *n, gw_err_t *err)
{
    const gw_seqset_t *s = c->g->s;
    int32_t len = gw_seqset_len(s, u);
    *n = 0;
    for (int strand = 0; strand < c->strands; strand++) {
        const uint8_t *q = gw_seqset_seq(s, u);
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
        if (!GW_GROW(w->near, w->cap_near, *n + n_hit))
            return gw_err_nomem(err, "finding pairs");
        for (size_t i = 0; i < n_hit; i++)
            w->near[(*n)++] = (gw_edge_t){
                .a = target[hit[i].at], .b = u, .diag = hit[i].diag, .reverse = strand};
    }
    if (*n > 1 && c->strands > 1)
        qsort(w->near, *n, sizeof *w->near, cmp_edge);
    w->n_candidates += (int64_t)*n;
    return GW_OK;
}

/* Compares near[k]. Where it holds and the other strand is a candidate too, the strand that scores
 * higher is kept: without a coverage, one equal letter at the ends would do for the wrong one. */
static gw_status_t try_edge(greedy_t *c, worker_t *w, gw_edge_t *near, size_t n, size_t k,
                            gw_err_t *err)
{
    gw_edge_t *e = &near[k];
    gw_status_t st = gw_verify_edge(w->verify, e, true, err);
    w->n_compared++;
    if (st != GW_OK || !gw_edge_holds(e, e->a))
        return st;
    if (k + 1 < n && near[k + 1].a == e->a) {
        gw_edge_t *other = &near[k + 1];
        st = gw_verify_edge(w->verify, other, true, err);
        w->n_compared++;
        if (st == GW_OK && gw_edge_holds(other, e->a) && other->best > e->best)
            e = other;
    }
    c->rep[e->b] = e->a;
    c->kept[e->b - c->first] = *e;
    return st;
}

/* 1. the batch against the representatives before it */
static gw_status_t join_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    greedy_t *c = ctx;
    worker_t *w = &c->worker[worker];
    int32_t end = (int32_t)((i + 1) * CHUNK < c->n ? (i + 1) * CHUNK : c->n);
    gw_status_t st = GW_OK;
    for (int32_t u = c->first + (int32_t)i * CHUNK; st == GW_OK && u < c->first + end; u++) {
        size_t n;
        st = search(c, w, &c->main, &c->recent, c->list, u, c->n_list, &n, err);
        for (size_t k = 0; st == GW_OK && k < n && c->rep[u] < 0; k++)
            st = try_edge(c, w, w->near, n, k, err);
    }
    return st;
}

/* 2. what is left over, among itself */
static gw_status_t near_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    greedy_t *c = ctx;
    worker_t *w = &c->worker[worker];
    size_t n;
    gw_status_t st =
        search(c, w, &c->among, &c->none, c->left, c->left[i], (int32_t)i, &n, err);
    if (st != GW_OK)
        return st;
    c->open[i] = (open_t){.near = gw_malloc(n, sizeof *w->near), .n = n};
    if (!c->open[i].near)
        return gw_err_nomem(err, "finding pairs");
    if (n > 0)
        memcpy(c->open[i].near, w->near, n * sizeof *w->near);
    return GW_OK;
}

/* All that resembles a sequence of the wave is decided: it joins or becomes a representative. */
static gw_status_t wave_item(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    greedy_t *c = ctx;
    open_t *o = &c->open[c->wave[i]];
    gw_status_t st = GW_OK;
    int32_t u = c->left[c->wave[i]];
    for (size_t k = 0; st == GW_OK && k < o->n && c->rep[u] < 0; k++)
        if (c->rep[o->near[k].a] == o->near[k].a)
            st = try_edge(c, &c->worker[worker], o->near, o->n, k, err);
    if (st == GW_OK && c->rep[u] < 0)
        c->rep[u] = u;
    return st;
}

static gw_status_t settle(greedy_t *c, gw_err_t *err)
{
    gw_status_t st = gw_gramindex_build(&c->among, c->g->s, c->left, c->n_left, c->rules.k, err);
    memset(c->open, 0, (size_t)c->n_left * sizeof *c->open);
    if (st == GW_OK)
        st = gw_thread_for(c->g->threads, c->n_left, near_chunk, c, err);
    for (int32_t n_open = c->n_left; st == GW_OK && n_open > 0; n_open -= c->n_wave) {
        c->n_wave = 0;
        for (int32_t i = 0; i < c->n_left; i++) {
            open_t *o = &c->open[i];
            while (!o->decided && o->next < o->n && c->rep[o->near[o->next].a] >= 0)
                o->next++;
            if (!o->decided && o->next == o->n)
                c->wave[c->n_wave++] = i;
        }
        st = gw_thread_for(c->g->threads, c->n_wave, wave_item, c, err);
        for (int32_t i = 0; i < c->n_wave; i++)
            c->open[c->wave[i]].decided = true;
    }
    for (int32_t i = 0; i < c->n_left; i++)
        free(c->open[i].near);
    return st;
}

/* 3. batches */
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
    gw_status_t st = gw_thread_for(g->threads, (c->n + CHUNK - 1) / CHUNK, join_chunk, c, err);
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
    if (!c->list || !c->left || !c->wave || !c->open || !c->kept || !c->worker)
        return gw_err_nomem(err, "clustering");
    for (int t = 0; t < c->g->threads; t++) {
        worker_t *w = &c->worker[t];
        w->search = gw_gramsearch_create(s->longest, n);
        w->verify = gw_verify_create(c->g);
        w->reverse = gw_malloc((size_t)s->longest, 1);
        if (!w->search || !w->verify || !w->reverse)
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
        g->n_compared += w->n_compared;
        gw_gramsearch_destroy(w->search);
        gw_verify_destroy(w->verify);
        free(w->reverse);
        free(w->near);
    }
    gw_gramindex_release(&c.main);
    gw_gramindex_release(&c.recent);
    gw_gramindex_release(&c.among);
    free(c.worker);
    free(c.list);
    free(c.left);
    free(c.wave);
    free(c.open);
    free(c.kept);
    return st == GW_OK ? gw_graph_link(g, err) : st;
}
