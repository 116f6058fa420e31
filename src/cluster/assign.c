#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "cluster/assign.h"
#include "cluster/odds.h"

/* 1. set cover and greedy */
enum {
    KEPT = 8, /* a sequence is taken when its standing keeps so many... */
    OF = 8    /* ...parts of what was expected, in the comparisons that it leads to */
};

typedef struct {
    gw_graph_t *g;
    bool greedy;
    int32_t *rep;    /* -1 = not decided yet */
    int32_t *degree; /* undecided neighbours that the sequence may represent, by their odds */
    int32_t *top;    /* the strongest within one step: a sequence's number */
    int32_t *live;   /* undecided sequences, rising */
    int32_t *ready;  /* the strongest within two steps */
    int32_t *stale;  /* whose edges or neighbours changed, then their neighbours too */
    uint8_t *mark;   /* in stale: 1 = changed itself, 2 = a neighbour */
    int32_t n_live, n_ready, n_stale;
    uint32_t *todo;
    size_t n_todo, cap_todo;
} cover_t;

/* Is u to be taken before v? */
static bool stronger(const cover_t *c, int32_t u, int32_t v)
{
    if (!c->greedy && c->degree[u] != c->degree[v])
        return c->degree[u] > c->degree[v];
    return u < v;
}

#define FOR_LIVE_EDGES(c, u, e)                                                    \
    for (int64_t k_ = (c)->g->adj_start[u]; k_ < (c)->g->adj_start[(u) + 1]; k_++) \
        for (gw_link_t *e = &(c)->g->edge[(c)->g->adj[k_]]; e; e = NULL)           \
            if ((c)->rep[gw_link_other(e, u)] < 0)

static void touch(cover_t *c, int32_t u, uint8_t how)
{
    if (c->rep[u] >= 0)
        return;
    if (c->mark[u] == 0)
        c->stale[c->n_stale++] = u;
    if (c->mark[u] != 1)
        c->mark[u] = how;
}

static int32_t degree_of(const cover_t *c, int32_t u)
{
    int32_t d = 0;
    FOR_LIVE_EDGES(c, u, e)
    if (gw_link_open(e, u))
        d += e->state & GW_EDGE_KNOWN ? GW_ODDS_ONE : e->odds;
    return d;
}

static int32_t top_of(const cover_t *c, int32_t u)
{
    int32_t best = u;
    FOR_LIVE_EDGES(c, u, e)
    {
        int32_t v = gw_link_other(e, u);
        if ((gw_link_open(e, v) || (!c->greedy && gw_link_open(e, u))) && stronger(c, v, best))
            best = v;
    }
    return best;
}

/* Brings degrees and tops up to date where something changed. */
static void refresh(cover_t *c)
{
    int32_t n = c->n_stale;
    for (int32_t i = 0; i < n; i++) {
        int32_t u = c->stale[i];
        if (c->rep[u] >= 0)
            continue;
        c->degree[u] = degree_of(c, u);
        FOR_LIVE_EDGES(c, u, e)
        touch(c, gw_link_other(e, u), 2);
    }
    for (int32_t i = 0; i < c->n_stale; i++) {
        int32_t u = c->stale[i];
        c->mark[u] = 0;
        if (c->rep[u] < 0)
            c->top[u] = top_of(c, u);
    }
    c->n_stale = 0;
}

/* Who can be decided now: nobody within reach is stronger. In greedy mode reach is one step: a
 * weaker neighbour of two that are taken together is represented either way. */
static void find_ready(cover_t *c)
{
    refresh(c);
    c->n_ready = 0;
    for (int32_t i = 0; i < c->n_live; i++) {
        int32_t u = c->live[i];
        bool ok = c->top[u] == u;
        if (ok && !c->greedy)
            FOR_LIVE_EDGES(c, u, e)
            {
                int32_t v = gw_link_other(e, u);
                if ((gw_link_open(e, u) || gw_link_open(e, v)) && c->top[v] != u)
                    ok = false;
            }
        if (ok)
            c->ready[c->n_ready++] = u;
    }
}

static gw_status_t verify_ready(cover_t *c, gw_err_t *err)
{
    c->n_todo = 0;
    for (int32_t i = 0; i < c->n_ready; i++) {
        int32_t u = c->ready[i];
        FOR_LIVE_EDGES(c, u, e)
        {
            if (e->state & GW_EDGE_KNOWN)
                continue;
            if (!GW_GROW(c->todo, c->cap_todo, c->n_todo + 1))
                return gw_err_nomem(err, "choosing representatives");
            c->todo[c->n_todo++] = (uint32_t)(e - c->g->edge);
            touch(c, u, 1);
            touch(c, gw_link_other(e, u), 1);
        }
    }
    return gw_graph_verify(c->g, c->todo, c->n_todo, false, err);
}

/* Keeps of the ready ones those whose standing survived the comparisons, and proves what holds for
 * them on whole matrices. */
static gw_status_t prove_ready(cover_t *c, gw_err_t *err)
{
    int32_t n = 0;
    c->n_todo = 0;
    for (int32_t i = 0; i < c->n_ready; i++) {
        int32_t u = c->ready[i];
        if (!c->greedy && (int64_t)degree_of(c, u) * OF < (int64_t)c->degree[u] * KEPT)
            continue; /* fewer neighbours than promised: it must compete again */
        c->ready[n++] = u;
        FOR_LIVE_EDGES(c, u, e)
        {
            if (!gw_link_holds(e, u) || (e->state & GW_EDGE_PROVEN))
                continue;
            if (!GW_GROW(c->todo, c->cap_todo, c->n_todo + 1))
                return gw_err_nomem(err, "choosing representatives");
            c->todo[c->n_todo++] = (uint32_t)(e - c->g->edge);
        }
    }
    c->n_ready = n;
    return gw_graph_verify(c->g, c->todo, c->n_todo, true, err);
}

/* In canonical order, so that a neighbour of two goes to the first. */
static void take(cover_t *c, int32_t u)
{
    c->rep[u] = u;
    FOR_LIVE_EDGES(c, u, e)
    {
        if (gw_link_holds(e, u))
            c->rep[gw_link_other(e, u)] = u;
        else
            touch(c, gw_link_other(e, u), 1);
    }
}

static gw_status_t cover(cover_t *c, gw_err_t *err)
{
    while (c->n_live > 0) {
        find_ready(c);
        gw_status_t st = verify_ready(c, err);
        if (st == GW_OK)
            st = prove_ready(c, err);
        if (st != GW_OK)
            return st;
        for (int32_t i = 0; i < c->n_ready; i++)
            if (c->rep[c->ready[i]] < 0)
                take(c, c->ready[i]);
        int32_t n = 0;
        for (int32_t i = 0; i < c->n_live; i++) {
            int32_t u = c->live[i];
            if (c->rep[u] < 0)
                c->live[n++] = u;
            else
                FOR_LIVE_EDGES(c, u, e)
                touch(c, gw_link_other(e, u), 1);
        }
        c->n_live = n;
        gw_progress("clustering", (uint64_t)(c->g->s->n - n), (uint64_t)c->g->s->n, "sequences");
    }
    gw_progress_end();
    return GW_OK;
}

/* Greedy members go to the first representative that holds them, as the sequential rule has it. */
static gw_status_t first_fit(cover_t *c, gw_err_t *err)
{
    gw_graph_t *g = c->g;
    c->n_todo = 0;
    for (size_t i = 0; i < g->n; i++) {
        const gw_link_t *e = &g->edge[i];
        if (e->state & GW_EDGE_KNOWN)
            continue;
        bool a = c->rep[e->a] == e->a, b = c->rep[e->b] == e->b;
        if (a == b || (a ? e->a : e->b) > c->rep[a ? e->b : e->a])
            continue;
        if (!GW_GROW(c->todo, c->cap_todo, c->n_todo + 1))
            return gw_err_nomem(err, "choosing representatives");
        c->todo[c->n_todo++] = (uint32_t)i;
    }
    gw_status_t st = gw_graph_verify(g, c->todo, c->n_todo, true, err);
    for (size_t i = 0; st == GW_OK && i < g->n; i++) {
        const gw_link_t *e = &g->edge[i];
        for (int side = 0; side < 2; side++) {
            int32_t r = side ? e->b : e->a, m = side ? e->a : e->b;
            if (c->rep[r] == r && c->rep[m] != m && (e->state & GW_EDGE_PROVEN) &&
                gw_link_holds(e, r) && r < c->rep[m])
                c->rep[m] = r;
        }
    }
    return st;
}

static gw_status_t assign_cover(gw_graph_t *g, bool greedy, int32_t *rep, gw_err_t *err)
{
    size_t n = (size_t)g->s->n;
    cover_t c = {.g = g, .greedy = greedy, .rep = rep};
    c.degree = gw_malloc(n, sizeof *c.degree);
    c.top = gw_malloc(n, sizeof *c.top);
    c.live = gw_malloc(n, sizeof *c.live);
    c.ready = gw_malloc(n, sizeof *c.ready);
    c.stale = gw_malloc(n, sizeof *c.stale);
    c.mark = gw_malloc(n, 1);
    gw_status_t st = GW_OK;
    if (!c.degree || !c.top || !c.live || !c.ready || !c.stale || !c.mark)
        st = gw_err_nomem(err, "choosing representatives");
    for (size_t u = 0; st == GW_OK && u < n; u++) {
        rep[u] = -1;
        c.mark[u] = 1;
        c.live[u] = c.stale[u] = (int32_t)u;
    }
    c.n_live = c.n_stale = (int32_t)n;
    if (st == GW_OK)
        st = cover(&c, err);
    if (st == GW_OK && greedy)
        st = first_fit(&c, err);
    free(c.degree);
    free(c.top);
    free(c.live);
    free(c.ready);
    free(c.stale);
    free(c.mark);
    free(c.todo);
    return st;
}

/* 2. connected components */
static int32_t root_of(int32_t *rep, int32_t u)
{
    while (rep[u] != u) {
        rep[u] = rep[rep[u]];
        u = rep[u];
    }
    return u;
}

static bool better_link(const gw_graph_t *g, int64_t x, int64_t y)
{
    if (y < 0 || g->edge[x].score != g->edge[y].score)
        return y < 0 || g->edge[x].score > g->edge[y].score;
    return x < y;
}

/* Each component proposes its best unverified way out; what holds joins; until nothing is left. */
static gw_status_t assign_connected(gw_graph_t *g, int32_t *rep, gw_err_t *err)
{
    int32_t n = g->s->n;
    int64_t *best = gw_malloc((size_t)n, sizeof *best);
    uint32_t *todo = gw_malloc((size_t)n, sizeof *todo);
    gw_status_t st = best && todo ? GW_OK : gw_err_nomem(err, "joining components");
    for (int32_t u = 0; st == GW_OK && u < n; u++)
        rep[u] = u;
    size_t n_todo = 1;
    while (st == GW_OK && n_todo > 0) {
        for (int32_t u = 0; u < n; u++)
            best[u] = -1;
        for (size_t i = 0; i < g->n; i++) {
            const gw_link_t *e = &g->edge[i];
            int32_t a = root_of(rep, e->a), b = root_of(rep, e->b);
            if (a == b)
                continue;
            if ((e->state & GW_EDGE_PROVEN) && (gw_link_holds(e, e->a) || gw_link_holds(e, e->b))) {
                rep[a < b ? b : a] = a < b ? a : b;
            } else if (!(e->state & GW_EDGE_KNOWN)) {
                if (better_link(g, (int64_t)i, best[a]))
                    best[a] = (int64_t)i;
                if (better_link(g, (int64_t)i, best[b]))
                    best[b] = (int64_t)i;
            }
        }
        n_todo = 0;
        for (int32_t u = 0; u < n; u++)
            if (best[u] >= 0)
                todo[n_todo++] = (uint32_t)best[u];
        st = gw_graph_verify(g, todo, n_todo, true, err);
    }
    for (int32_t u = 0; st == GW_OK && u < n; u++)
        rep[u] = root_of(rep, u);
    free(best);
    free(todo);
    return st;
}

gw_status_t gw_assign(gw_graph_t *g, gw_clustermode_t mode, int32_t *rep, gw_err_t *err)
{
    if (mode == GW_MODE_CONNECTED)
        return assign_connected(g, rep, err);
    return assign_cover(g, mode == GW_MODE_GREEDY, rep, err);
}
