#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/graph.h"
#include "cluster/rounds.h"
#include "cluster/scoring.h"
#include "cluster/verify.h"

enum { CHUNK = 16, ROUND = 1 << 16 }; /* pairs a work item, and compared together; fixed */

/* 2. the graph */
void gw_graph_init(gw_graph_t *g, const gw_seqset_t *s, double min_id, double min_cov,
                   gw_covmode_t cov_mode, gw_engine_t *engine, int threads)
{
    *g = (gw_graph_t){.s = s, .cov_mode = cov_mode, .engine = engine, .threads = threads};
    g->cov_num = lround(min_cov * 10000);
    gw_scoring_init(&g->scoring, s->kind, min_id);
}

void gw_graph_release(gw_graph_t *g)
{
    free(g->edge);
    free(g->found);
    free(g->adj_start);
    free(g->adj);
    *g = (gw_graph_t){0};
}

gw_edge_t gw_graph_edge(const gw_graph_t *g, size_t i)
{
    const gw_link_t *l = &g->edge[i];
    gw_edge_t e = {.a = l->a,
                   .b = l->b,
                   .diag = l->diag,
                   .odds = l->odds,
                   .spread = l->spread,
                   .state = l->state,
                   .reverse = l->reverse};
    if (!(l->state & GW_EDGE_KNOWN)) {
        e.score = l->score;
    } else if (l->found) {
        const gw_found_t *p = &g->found[l->found - 1];
        e.best = p->best;
        e.slack = p->slack;
        e.span_a = p->span_a;
        e.span_b = p->span_b;
        e.band = p->band;
    }
    return e;
}

/* Room for one thing more that was found. */
static gw_status_t grow_found(gw_graph_t *g, gw_err_t *err)
{
    uint64_t expected = (uint64_t)g->s->n * GW_GRAPH_FOUND, next = g->n_found + g->n_found / 2 + 1;
    uint64_t need = g->room.fixed + g->n * GW_GRAPH_EDGE +
                    (next > expected ? (next - expected) * sizeof *g->found : 0);
    gw_status_t st = GW_OK;
    if (g->n_found == g->cap_found)
        st = gw_seqset_check_memory(g->room.max_mem, need, "the pairs that hold", err);
    if (st == GW_OK && !GW_GROW(g->found, g->cap_found, g->n_found + 1))
        st = gw_err_nomem(err, "comparing pairs");
    return st;
}

/* Keeps what was found of an edge. */
static gw_status_t put_edge(gw_graph_t *g, size_t i, const gw_edge_t *e, gw_err_t *err)
{
    gw_link_t *l = &g->edge[i];
    uint32_t place = l->state & GW_EDGE_KNOWN ? l->found : 0;
    l->state = e->state;
    if (!(e->state & GW_EDGE_KNOWN))
        return GW_OK;
    l->found = 0;
    if (e->best <= 0 || !(e->state & (GW_EDGE_A_REP | GW_EDGE_B_REP)))
        return GW_OK;
    if (place == 0) {
        gw_status_t st = grow_found(g, err);
        if (st != GW_OK)
            return st;
        place = (uint32_t)++g->n_found;
    }
    g->found[place - 1] = (gw_found_t){e->slack, e->best, e->span_a, e->span_b, e->band};
    l->found = place;
    return GW_OK;
}

/* 3. adding pairs */
static int cmp_link(const void *x, const void *y)
{
    const gw_link_t *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    if (p->b != q->b)
        return p->b < q->b ? -1 : 1;
    if ((p->state & GW_EDGE_KNOWN) != (q->state & GW_EDGE_KNOWN))
        return p->state & GW_EDGE_KNOWN ? -1 : 1;
    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    return (int)p->reverse - (int)q->reverse;
}

gw_status_t gw_graph_link(gw_graph_t *g, gw_err_t *err)
{
    size_t n = (size_t)g->s->n;
    if (!g->adj_start)
        g->adj_start = gw_malloc(n + 2, sizeof *g->adj_start);
    uint32_t *adj = gw_realloc(g->adj, 2 * g->n, sizeof *adj);
    if (adj)
        g->adj = adj;
    if (!g->adj_start || !adj)
        return gw_err_nomem(err, "linking pairs");
    memset(g->adj_start, 0, (n + 2) * sizeof *g->adj_start);
    for (size_t i = 0; i < g->n; i++) {
        g->adj_start[g->edge[i].a + 2]++;
        g->adj_start[g->edge[i].b + 2]++;
    }
    for (size_t u = 2; u < n + 2; u++)
        g->adj_start[u] += g->adj_start[u - 1];
    for (size_t i = 0; i < g->n; i++) {
        g->adj[g->adj_start[g->edge[i].a + 1]++] = (uint32_t)i;
        g->adj[g->adj_start[g->edge[i].b + 1]++] = (uint32_t)i;
    }
    return GW_OK;
}

static gw_link_t link_of(const gw_pair_t *p)
{
    return (gw_link_t){.a = p->a,
                       .b = p->b,
                       .score = p->score,
                       .diag = p->diag,
                       .odds = p->odds,
                       .spread = p->spread,
                       .reverse = p->reverse,
                       .state = (uint8_t)((p->whole ? GW_EDGE_WHOLE : 0) |
                                          (p->sure ? GW_EDGE_SURE : 0))};
}

/* Room for exactly n edges, where they may be had. */
static gw_status_t make_room(gw_graph_t *g, size_t n, gw_err_t *err)
{
    if (n > UINT32_MAX)
        return gw_err_set(err, GW_EDATA,
                          "more than 4 G pairs of sequences to compare; cluster the input in parts");
    /* with edges there already, all are sorted, which may take a copy */
    uint64_t need = g->room.fixed + n * (GW_GRAPH_EDGE + (g->n ? sizeof *g->edge : 0));
    gw_status_t st = gw_seqset_check_memory(g->room.max_mem, need, "the candidate pairs", err);
    if (st != GW_OK || n <= g->cap)
        return st;
    gw_link_t *edge = gw_realloc(g->edge, n, sizeof *edge);
    if (!edge)
        return gw_err_nomem(err, "adding pairs");
    g->edge = edge;
    g->cap = n;
    return GW_OK;
}

gw_status_t gw_graph_add(gw_graph_t *g, const gw_pairs_t *pairs, gw_pairuse_t *use, const void *ctx,
                         gw_err_t *err)
{
    /* counted by a, the first pairs need no sorting, as they come by b */
    const bool first = g->n == 0;
    size_t n = (size_t)g->s->n, n_used = 0;
    gw_pairwork_t work = {0};
    const gw_pair_t *v;
    int64_t *next = gw_calloc(n + 1, sizeof *next);
    gw_status_t st = next ? GW_OK : gw_err_nomem(err, "adding pairs");
    for (int part = 0; st == GW_OK && part < pairs->n_parts; part++) {
        st = gw_pairs_read(pairs, part, &work, &v, err);
        for (size_t i = 0; st == GW_OK && i < pairs->part[part].n; i++)
            if (!use || use(ctx, &v[i])) {
                next[v[i].a + 1]++;
                n_used++;
            }
    }
    if (st == GW_OK)
        st = make_room(g, g->n + n_used, err);
    for (size_t u = 1; u <= n; u++)
        next[u] += st == GW_OK ? next[u - 1] : 0;
    const size_t had = g->n;
    for (int part = 0; st == GW_OK && part < pairs->n_parts; part++) {
        st = gw_pairs_read(pairs, part, &work, &v, err);
        for (size_t i = 0; st == GW_OK && i < pairs->part[part].n; i++)
            if (!use || use(ctx, &v[i]))
                g->edge[had + (size_t)next[v[i].a]++] = link_of(&v[i]);
    }
    free(work.v);
    free(next);
    if (st != GW_OK)
        return st;
    g->n = had + n_used;
    if (!first && n_used > 0)
        qsort(g->edge, g->n, sizeof *g->edge, cmp_link);
    for (size_t i = 1; first && i < g->n; i++) /* two strands */
        if (cmp_link(&g->edge[i], &g->edge[i - 1]) < 0) {
            gw_link_t e = g->edge[i];
            g->edge[i] = g->edge[i - 1];
            g->edge[i - 1] = e;
        }
    size_t kept = 0;
    for (size_t i = 0; i < g->n; i++)
        if (kept == 0 || g->edge[kept - 1].a != g->edge[i].a || g->edge[kept - 1].b != g->edge[i].b)
            g->edge[kept++] = g->edge[i];
    g->n = kept;
    return gw_graph_link(g, err);
}

gw_status_t gw_graph_append(gw_graph_t *g, const gw_edge_t *e, gw_err_t *err)
{
    if (!GW_GROW(g->edge, g->cap, g->n + 1))
        return gw_err_nomem(err, "clustering");
    g->edge[g->n++] = (gw_link_t){.a = e->a, .b = e->b, .diag = e->diag, .reverse = e->reverse};
    return put_edge(g, g->n - 1, e, err);
}

/* 4. verification */
static int cmp_uint32(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return a < b ? -1 : a > b;
}

/* Compares the edges numbered edge[0..n) together. */
static gw_status_t compare(gw_graph_t *g, gw_rounds_t *r, gw_edge_t *full, const uint32_t *edge,
                           size_t n, bool proof, gw_err_t *err)
{
    for (size_t i = 0; i < n; i++) {
        full[i] = gw_graph_edge(g, edge[i]);
        gw_rounds_add(r, (gw_check_t){.edge = &full[i], .proof = proof});
    }
    gw_status_t st = gw_rounds_run(r, NULL, NULL, err);
    for (size_t i = 0; st == GW_OK && i < n; i++)
        st = put_edge(g, edge[i], &full[i], err);
    return st;
}

gw_status_t gw_graph_verify(gw_graph_t *g, uint32_t *edge, size_t n, bool proof, gw_err_t *err)
{
    const uint8_t done = proof ? GW_EDGE_PROVEN : GW_EDGE_KNOWN;
    size_t m = 0;
    if (n > 1)
        qsort(edge, n, sizeof *edge, cmp_uint32);
    for (size_t i = 0; i < n; i++) {
        const gw_link_t *e = &g->edge[edge[i]];
        if (!(e->state & done) && (m == 0 || edge[m - 1] != edge[i])) {
            g->n_compared += e->state & GW_EDGE_SURE ? proof : !(e->state & GW_EDGE_KNOWN);
            edge[m++] = edge[i];
        }
    }
    if (m == 0)
        return GW_OK;
    size_t cap = m < ROUND ? m : ROUND;
    gw_rounds_t *r = gw_rounds_create(g, cap);
    gw_edge_t *full = gw_malloc(cap, sizeof *full);
    gw_status_t st = r && full ? GW_OK : gw_err_nomem(err, "comparing pairs");
    for (size_t from = 0; st == GW_OK && from < m; from += cap)
        st = compare(g, r, full, edge + from, m - from < cap ? m - from : cap, proof, err);
    gw_rounds_destroy(r);
    free(full);
    return st;
}

/* 5. figures for output */
typedef struct {
    const gw_graph_t *g;
    gw_figures_t *figures;
    size_t n;
    gw_verify_t **worker;
} job_t;

static gw_status_t figures_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    job_t *j = ctx;
    size_t end = (size_t)(i + 1) * CHUNK < j->n ? (size_t)(i + 1) * CHUNK : j->n;
    gw_status_t st = GW_OK;
    for (size_t k = (size_t)i * CHUNK; st == GW_OK && k < end; k++) {
        gw_figures_t *f = &j->figures[k];
        gw_edge_t full;
        if (f->link)
            full = gw_graph_edge(j->g, f->link - 1);
        f->edge = f->link ? &full : NULL;
        st = gw_verify_figures(j->worker[worker], f, err);
        f->edge = NULL;
    }
    return st;
}

gw_status_t gw_graph_figures(const gw_graph_t *g, gw_figures_t *f, size_t n, gw_err_t *err)
{
    job_t j = {.g = g, .figures = f, .n = n};
    int threads = n > CHUNK ? g->threads : 1;
    j.worker = gw_calloc((size_t)threads, sizeof *j.worker);
    gw_status_t st = j.worker ? GW_OK : gw_err_nomem(err, "comparing pairs");
    for (int t = 0; st == GW_OK && t < threads; t++)
        if (!(j.worker[t] = gw_verify_create(g)))
            st = gw_err_nomem(err, "comparing pairs");
    if (st == GW_OK)
        st = gw_thread_for(threads, (int64_t)((n + CHUNK - 1) / CHUNK), figures_chunk, &j, err);
    for (int t = 0; j.worker && t < threads; t++)
        gw_verify_destroy(j.worker[t]);
    free(j.worker);
    return st;
}
