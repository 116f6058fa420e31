#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/graph.h"
#include "cluster/scoring.h"

enum {
    CHUNK = 16, /* pairs a work item; fixed */
    BAND = 32   /* diagonals on either side of the seeds' */
};

/* 1. the graph */
void gw_graph_init(gw_graph_t *g, const gw_seqset_t *s, double min_id, double min_cov,
                   gw_covmode_t cov_mode, int threads)
{
    *g = (gw_graph_t){.s = s, .cov_mode = cov_mode, .threads = threads};
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

static gw_status_t link_edges(gw_graph_t *g, gw_err_t *err)
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

gw_status_t gw_graph_add(gw_graph_t *g, const gw_pairs_t *pairs, gw_err_t *err)
{
    if (!GW_GROW(g->edge, g->cap, g->n + pairs->n))
        return gw_err_nomem(err, "adding pairs");
    for (size_t i = 0; i < pairs->n; i++) {
        const gw_pair_t *p = &pairs->v[i];
        g->edge[g->n++] = (gw_edge_t){.a = p->a,
                                      .b = p->b,
                                      .score = p->score,
                                      .diag = p->diag,
                                      .reverse = p->reverse,
                                      .state = p->weak ? GW_EDGE_WEAK : 0};
    }
    if (g->n > 1)
        qsort(g->edge, g->n, sizeof *g->edge, cmp_edge);
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        if (n == 0 || g->edge[n - 1].a != g->edge[i].a || g->edge[n - 1].b != g->edge[i].b)
            g->edge[n++] = g->edge[i];
    g->n = n;
    return link_edges(g, err);
}

/* 3. exact verification */
typedef struct {
    gw_ident_t *ident;
    uint8_t *reverse;
    int32_t query; /* whose profile is ready; -1 = none */
} worker_t;

typedef struct {
    gw_graph_t *g;
    const gw_graph_t *in;
    const int64_t *edge;
    gw_figures_t *figures;
    size_t n;
    worker_t *worker;
} job_t;

static const uint8_t *target_letters(const gw_graph_t *g, worker_t *w, int32_t u, bool reverse)
{
    const uint8_t *p = gw_seqset_seq(g->s, u);
    if (!reverse)
        return p;
    int32_t len = gw_seqset_len(g->s, u);
    for (int32_t i = 0; i < len; i++)
        w->reverse[i] = (uint8_t)(p[len - 1 - i] < 4 ? 3 - p[len - 1 - i] : 4);
    return w->reverse;
}

static void prepare(const gw_graph_t *g, worker_t *w, int32_t u)
{
    if (w->query == u)
        return;
    gw_ident_query(w->ident, gw_seqset_seq(g->s, u), gw_seqset_len(g->s, u));
    w->query = u;
}

static bool covers(const gw_graph_t *g, int32_t u, int32_t span)
{
    return (int64_t)span * 10000 >= g->cov_num * gw_seqset_len(g->s, u);
}

/* The span in every optimal alignment. The band's answer stands when it holds the best score, as
 * an optimal alignment that strays further and covers less is no use to either sequence. */
static gw_status_t span_of(worker_t *w, const uint8_t *t, int32_t len, const gw_ident_band_t *band,
                           bool of_target, int32_t score, int32_t *span, gw_err_t *err)
{
    int32_t found;
    gw_status_t st = gw_ident_span(w->ident, t, len, band, of_target, &found, span, err);
    if (st == GW_OK && found != score)
        st = gw_ident_span(w->ident, t, len, NULL, of_target, &found, span, err);
    return st;
}

static gw_status_t verify_one(const gw_graph_t *g, worker_t *w, gw_edge_t *e, gw_err_t *err)
{
    prepare(g, w, e->a);
    const uint8_t *t = target_letters(g, w, e->b, e->reverse);
    int32_t len = gw_seqset_len(g->s, e->b), score;
    int64_t slack;
    gw_ident_band_t band = {e->diag - BAND, e->diag + BAND - 1};
    gw_status_t st = GW_OK;
    bool weak = e->state & GW_EDGE_WEAK;
    e->state |= GW_EDGE_KNOWN;
    st = gw_ident_slack(w->ident, t, len, &band, &score, &slack, err);
    if (st != GW_OK || slack < (weak ? 0 : -(int64_t)(g->scoring.id_den * len / 16)))
        return st;
    st = gw_ident_slack(w->ident, t, len, NULL, &score, &slack, err);
    if (st != GW_OK || score <= 0 || slack < 0)
        return st;
    e->best = score;
    e->slack = slack;
    if (g->cov_num == 0) {
        e->state |= GW_EDGE_A_REP | GW_EDGE_B_REP;
        return GW_OK;
    }
    st = span_of(w, t, len, &band, false, score, &e->span_a, err);
    bool a = covers(g, e->a, e->span_a);
    if (st != GW_OK || (g->cov_mode == GW_COV_BOTH && !a))
        return st;
    st = span_of(w, t, len, &band, true, score, &e->span_b, err);
    if (st != GW_OK)
        return st;
    bool b = covers(g, e->b, e->span_b);
    bool a_rep = g->cov_mode == GW_COV_QUERY ? b : g->cov_mode == GW_COV_TARGET ? a : a && b;
    bool b_rep = g->cov_mode == GW_COV_QUERY ? a : g->cov_mode == GW_COV_TARGET ? b : a && b;
    e->state |= (uint8_t)((a_rep ? GW_EDGE_A_REP : 0) | (b_rep ? GW_EDGE_B_REP : 0));
    return GW_OK;
}

static gw_status_t verify_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    job_t *j = ctx;
    size_t end = (size_t)(i + 1) * CHUNK < j->n ? (size_t)(i + 1) * CHUNK : j->n;
    gw_status_t st = GW_OK;
    for (size_t k = (size_t)i * CHUNK; st == GW_OK && k < end; k++)
        st = verify_one(j->in, &j->worker[worker], &j->g->edge[j->edge[k]], err);
    return st;
}

static gw_status_t run_job(const gw_graph_t *g, job_t *j, gw_thread_fn fn, gw_err_t *err)
{
    j->in = g;
    j->worker = gw_calloc((size_t)g->threads, sizeof *j->worker);
    gw_status_t st = j->worker ? GW_OK : gw_err_nomem(err, "comparing pairs");
    for (int t = 0; st == GW_OK && t < g->threads; t++) {
        j->worker[t].query = -1;
        j->worker[t].ident = gw_ident_create(&g->scoring);
        j->worker[t].reverse = gw_malloc((size_t)g->s->longest, 1);
        if (!j->worker[t].ident || !j->worker[t].reverse)
            st = gw_err_nomem(err, "comparing pairs");
    }
    if (st == GW_OK)
        st = gw_thread_for(g->threads, (int64_t)((j->n + CHUNK - 1) / CHUNK), fn, j, err);
    for (int t = 0; j->worker && t < g->threads; t++) {
        gw_ident_destroy(j->worker[t].ident);
        free(j->worker[t].reverse);
    }
    free(j->worker);
    return st;
}

static int cmp_int64(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

gw_status_t gw_graph_verify(gw_graph_t *g, int64_t *edge, size_t n, gw_err_t *err)
{
    if (n > 1)
        qsort(edge, n, sizeof *edge, cmp_int64);
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (!(g->edge[edge[i]].state & GW_EDGE_KNOWN) && (m == 0 || edge[m - 1] != edge[i]))
            edge[m++] = edge[i];
    for (size_t i = 0; i < m; i++)
        g->n_cells += (int64_t)gw_seqset_len(g->s, g->edge[edge[i]].a) *
                      gw_seqset_len(g->s, g->edge[edge[i]].b);
    g->n_compared += (int64_t)m;
    job_t j = {.g = g, .edge = edge, .n = m};
    return run_job(g, &j, verify_chunk, err);
}

/* 4. figures for output */
static gw_status_t figures_of(worker_t *w, const uint8_t *t, int32_t len, gw_figures_t *f,
                              int32_t *span_a, int32_t *span_b, gw_err_t *err)
{
    const gw_edge_t *e = f->edge;
    gw_ident_band_t band = {0, 0};
    int32_t score, found = -1;
    int64_t slack;
    gw_status_t st = GW_OK;
    if (e) {
        score = e->best;
        slack = e->slack;
        *span_a = e->span_a;
        *span_b = e->span_b;
        band = (gw_ident_band_t){e->diag - BAND, e->diag + BAND - 1};
        st = gw_ident_counts(w->ident, t, len, &band, &found, &f->matches, &f->columns, err);
    } else {
        st = gw_ident_slack(w->ident, t, len, NULL, &score, &slack, err);
        if (st != GW_OK || score <= 0)
            return st;
    }
    if (st == GW_OK &&
        (found != score || gw_ident_slack_of(w->ident, f->matches, f->columns) != slack))
        st = gw_ident_counts(w->ident, t, len, NULL, &found, &f->matches, &f->columns, err);
    if (st == GW_OK && *span_a == 0)
        st = span_of(w, t, len, e ? &band : NULL, false, score, span_a, err);
    if (st == GW_OK && *span_b == 0)
        st = span_of(w, t, len, e ? &band : NULL, true, score, span_b, err);
    return st;
}

static gw_status_t figures_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    job_t *j = ctx;
    worker_t *w = &j->worker[worker];
    size_t end = (size_t)(i + 1) * CHUNK < j->n ? (size_t)(i + 1) * CHUNK : j->n;
    gw_status_t st = GW_OK;
    for (size_t k = (size_t)i * CHUNK; st == GW_OK && k < end; k++) {
        gw_figures_t *f = &j->figures[k];
        /* the pair in the order in which it was decided */
        int32_t a = f->rep < f->member ? f->rep : f->member, b = a == f->rep ? f->member : f->rep;
        int32_t *span_a = a == f->rep ? &f->rep_span : &f->member_span;
        int32_t *span_b = a == f->rep ? &f->member_span : &f->rep_span;
        int32_t len = gw_seqset_len(j->in->s, b);
        prepare(j->in, w, a);
        if (f->edge)
            f->reverse = f->edge->reverse;
        const uint8_t *t = target_letters(j->in, w, b, f->reverse);
        st = figures_of(w, t, len, f, span_a, span_b, err);
    }
    return st;
}

gw_status_t gw_graph_figures(const gw_graph_t *g, gw_figures_t *f, size_t n, gw_err_t *err)
{
    job_t j = {.figures = f, .n = n};
    return run_job(g, &j, figures_chunk, err);
}
