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

/* 1. the graph */
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
    free(g->adj_start);
    free(g->adj);
    *g = (gw_graph_t){0};
}

/* 2. adding pairs */
static int cmp_edge(const void *x, const void *y)
{
    const gw_edge_t *p = x, *q = y;
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
    int64_t *adj = gw_realloc(g->adj, 2 * g->n, sizeof *adj);
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
        g->adj[g->adj_start[g->edge[i].a + 1]++] = (int64_t)i;
        g->adj[g->adj_start[g->edge[i].b + 1]++] = (int64_t)i;
    }
    return GW_OK;
}

static gw_edge_t edge_of(const gw_pair_t *p)
{
    return (gw_edge_t){.a = p->a,
                       .b = p->b,
                       .score = p->score,
                       .diag = p->diag,
                       .odds = p->odds,
                       .spread = p->spread,
                       .reverse = p->reverse,
                       .state = (uint8_t)((p->whole ? GW_EDGE_WHOLE : 0) |
                                          (p->sure ? GW_EDGE_SURE : 0))};
}

/* The first pairs come by b, then a: counted by a they need no sorting. */
static gw_status_t add_first(gw_graph_t *g, const gw_pairs_t *pairs, gw_err_t *err)
{
    size_t n = (size_t)g->s->n;
    int64_t *next = gw_calloc(n + 1, sizeof *next);
    if (!next)
        return gw_err_nomem(err, "adding pairs");
    for (size_t i = 0; i < pairs->n; i++)
        next[pairs->v[i].a + 1]++;
    for (size_t u = 1; u <= n; u++)
        next[u] += next[u - 1];
    for (size_t i = 0; i < pairs->n; i++)
        g->edge[next[pairs->v[i].a]++] = edge_of(&pairs->v[i]);
    for (size_t i = 1; i < pairs->n; i++) /* two strands */
        if (cmp_edge(&g->edge[i], &g->edge[i - 1]) < 0) {
            gw_edge_t e = g->edge[i];
            g->edge[i] = g->edge[i - 1];
            g->edge[i - 1] = e;
        }
    g->n = pairs->n;
    free(next);
    return GW_OK;
}

gw_status_t gw_graph_add(gw_graph_t *g, const gw_pairs_t *pairs, gw_err_t *err)
{
    if (!GW_GROW(g->edge, g->cap, g->n + pairs->n))
        return gw_err_nomem(err, "adding pairs");
    if (g->n == 0) {
        gw_status_t st = add_first(g, pairs, err);
        if (st != GW_OK)
            return st;
    } else {
        for (size_t i = 0; i < pairs->n; i++)
            g->edge[g->n++] = edge_of(&pairs->v[i]);
        qsort(g->edge, g->n, sizeof *g->edge, cmp_edge);
    }
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        if (n == 0 || g->edge[n - 1].a != g->edge[i].a || g->edge[n - 1].b != g->edge[i].b)
            g->edge[n++] = g->edge[i];
    g->n = n;
    return gw_graph_link(g, err);
}

/* 3. verification */
static int cmp_int64(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

gw_status_t gw_graph_verify(gw_graph_t *g, int64_t *edge, size_t n, bool proof, gw_err_t *err)
{
    const uint8_t done = proof ? GW_EDGE_PROVEN : GW_EDGE_KNOWN;
    size_t m = 0;
    if (n > 1)
        qsort(edge, n, sizeof *edge, cmp_int64);
    for (size_t i = 0; i < n; i++) {
        const gw_edge_t *e = &g->edge[edge[i]];
        if (!(e->state & done) && (m == 0 || edge[m - 1] != edge[i])) {
            g->n_compared += e->state & GW_EDGE_SURE ? proof : !(e->state & GW_EDGE_KNOWN);
            edge[m++] = edge[i];
        }
    }
    gw_rounds_t *r = m > 0 ? gw_rounds_create(g, m < ROUND ? m : ROUND) : NULL;
    gw_status_t st = r || m == 0 ? GW_OK : gw_err_nomem(err, "comparing pairs");
    for (size_t from = 0, to; st == GW_OK && from < m; from = to) {
        for (to = from; to < m && to - from < ROUND; to++)
            gw_rounds_add(r, (gw_check_t){.edge = &g->edge[edge[to]], .proof = proof});
        st = gw_rounds_run(r, err);
    }
    gw_rounds_destroy(r);
    return st;
}

/* 4. figures for output */
typedef struct {
    gw_figures_t *figures;
    size_t n;
    gw_verify_t **worker;
} job_t;

static gw_status_t figures_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    job_t *j = ctx;
    size_t end = (size_t)(i + 1) * CHUNK < j->n ? (size_t)(i + 1) * CHUNK : j->n;
    gw_status_t st = GW_OK;
    for (size_t k = (size_t)i * CHUNK; st == GW_OK && k < end; k++)
        st = gw_verify_figures(j->worker[worker], &j->figures[k], err);
    return st;
}

gw_status_t gw_graph_figures(const gw_graph_t *g, gw_figures_t *f, size_t n, gw_err_t *err)
{
    job_t j = {.figures = f, .n = n};
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
