#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "cluster/cluster.h"
#include "cluster/greedy.h"
#include "cluster/odds.h"
#include "cluster/wordhits.h"

enum { MAX_ROUNDS = 6, GREEDY_BYTES = 24 /* of index a letter */ };

/* Shorter length by longer length: gaps let them differ by a little more than the coverages say. */
static double min_ratio(const gw_cluster_opts_t *o)
{
    return o->cov_mode == GW_COV_BOTH ? o->min_cov * 0.9 : 0;
}

/* Eight letters of ten classes tell about as much as FEW bits: of more words than that, most meet by
 * chance. Beyond, words meet where their neighbours are alike too, ever more so. */
static int32_t most_unlike(const gw_seqset_t *s, int32_t most_words)
{
    enum { FEW = 23, MANY = 25 };
    int64_t words = 0; /* of a shape */
    for (int32_t u = 0; u < s->n; u++) {
        int32_t len = gw_seqset_len(s, u);
        words += len < most_words ? len : most_words;
    }
    return words >> FEW == 0 ? 0 : words >> MANY == 0 ? 5 : 4;
}

/* How far candidates are looked for: among all sequences first, then among representatives only,
 * where lists are short and every one of them can be read. */
static void rules_init(gw_pairs_rules_t *r, const gw_seqset_t *s, const gw_cluster_opts_t *o,
                       bool among_reps)
{
    *r = (gw_pairs_rules_t){.min_id = o->min_id,
                            .both_strands = o->both_strands,
                            .threads = o->threads,
                            .min_hits = 2,
                            .sample = 1,
                            .n_seeds = 2};
    r->min_ratio = min_ratio(o);
    r->max_targets = 1000;
    r->min_cov = o->min_cov;
    r->min_odds = o->min_id < 0.4 ? GW_ODDS_ONE / 100 : GW_ODDS_ONE / 40;
    if (s->kind == GW_SEQ_DNA) {
        r->n_seeds = 1;
        r->sample = o->min_id < 0.9 ? 1 : 4;
        r->centres = 24;
        r->neighbours = 8;
        r->hit_fraction = o->min_id < 0.9 ? 0.2 : 0.5;
        r->min_letters = INT32_MAX; /* the part decides */
        r->min_part = o->min_id < 0.9 ? 0.03 : 0.2;
        r->max_targets = o->min_id < 0.9 ? 1000 : 64;
    } else {
        r->n_short = 2;
        r->min_letters = 9;
        r->min_part = 0.3;
        r->most_words = 120;
        r->centres = 200;
        r->neighbours = 56;
        r->most_unlike = most_unlike(s, r->most_words);
    }
    if (o->depth == GW_SEARCH_LINEAR) {
        r->n_seeds = 1;
        r->n_short = 0;
        r->centres = 4;
        r->neighbours = 4;
        r->most_unlike = 0;
        r->max_targets = 32;
    }
    if (o->depth == GW_SEARCH_SENSITIVE) {
        r->n_seeds = s->kind == GW_SEQ_DNA ? 2 : 4;
        r->centres *= 4;
        r->neighbours *= 4;
        r->most_words = 0;
        r->most_unlike = 0;
        r->min_part /= 2;
        r->min_odds = 1;
        r->hit_fraction /= 2;
    }
    if (among_reps && o->depth != GW_SEARCH_LINEAR) {
        r->centres *= 8;
        r->neighbours *= 8;
    }
}

enum { ROUNDS = 24 << 20 }; /* for pairs that are compared together, once the search is over */

/* Memory of a run beside candidates: the set, what is kept of every sequence, work spaces. */
static uint64_t fixed_bytes(const gw_seqset_t *s, const gw_cluster_opts_t *o)
{
    enum { PER_SEQUENCE = 160 + GW_GRAPH_FOUND * sizeof(gw_found_t), PER_LETTER_OF_LONGEST = 256 };
    return o->held + gw_seqset_bytes(s) + (uint64_t)s->n * PER_SEQUENCE + (uint64_t)s->n_letters / 16 +
           ROUNDS + (uint64_t)o->threads * (uint64_t)s->longest * PER_LETTER_OF_LONGEST;
}

gw_graphroom_t gw_cluster_room(const gw_seqset_t *s, const gw_cluster_opts_t *o)
{
    return (gw_graphroom_t){o->max_mem, fixed_bytes(s, o)};
}

/* The room that each of the two kinds of records gets beside n_edges: a quarter of what is left, as they
 * are sorted somewhere too and candidates come of them. Without --max-mem an eighth of the machine's
 * memory: chance meetings of words grow with the square of the sequences. */
static gw_status_t records_room(const gw_seqset_t *s, const gw_cluster_opts_t *o, size_t n_edges,
                                gw_recroom_t *room, gw_err_t *err)
{
    *room = (gw_recroom_t){.limit = gw_mem_physical() / 8, .tmp_dir = o->tmp_dir};
    if (o->max_mem == 0)
        return GW_OK;
    uint64_t fixed = fixed_bytes(s, o) - ROUNDS + n_edges * GW_GRAPH_EDGE;
    uint64_t least = gw_wordhits_least(s->n, o->threads);
    gw_status_t st =
        gw_seqset_check_memory(o->max_mem, fixed + least + least / 2, "searching these sequences", err);
    if (st == GW_OK) {
        room->limit = (o->max_mem - fixed) / 4;
        room->max_mem = o->max_mem;
    }
    return st;
}

gw_status_t gw_cluster_candidates(const gw_seqset_t *s, const gw_cluster_opts_t *o,
                                  gw_pairs_t *pairs, gw_err_t *err)
{
    gw_pairs_rules_t rules;
    rules_init(&rules, s, o, false);
    gw_status_t st = records_room(s, o, 0, &rules.room, err);
    return st == GW_OK ? gw_pairs_find(s, NULL, NULL, &rules, pairs, err) : st;
}

static gw_status_t round_first(gw_graph_t *g, const gw_cluster_opts_t *o, int32_t *rep,
                               gw_pairs_t *pairs, gw_err_t *err)
{
    gw_status_t st = gw_cluster_candidates(g->s, o, pairs, err);
    if (st == GW_OK)
        st = gw_graph_add(g, pairs, NULL, NULL, err);
    gw_pairs_release(pairs);
    if (st == GW_OK)
        st = gw_assign(g, o->mode, rep, err);
    return st;
}

/* Compares every candidate pair of two representatives that was not compared yet. */
static gw_status_t compare_reps(gw_graph_t *g, const int32_t *rep, bool *found, gw_err_t *err)
{
    uint32_t *todo = gw_malloc(g->n, sizeof *todo);
    size_t n = 0;
    if (!todo)
        return gw_err_nomem(err, "comparing representatives");
    for (size_t i = 0; i < g->n; i++) {
        const gw_link_t *e = &g->edge[i];
        if (!(e->state & GW_EDGE_KNOWN) && rep[e->a] == e->a && rep[e->b] == e->b)
            todo[n++] = (uint32_t)i;
    }
    gw_status_t st = gw_graph_verify(g, todo, n, false, err);
    for (size_t i = 0; st == GW_OK && i < n; i++)
        *found |= (g->edge[todo[i]].state & (GW_EDGE_A_REP | GW_EDGE_B_REP)) != 0;
    free(todo);
    return st;
}

/* Looks for pairs among representatives that were not looked at together yet, compares them, and
 * decides anew when one holds. *more = false when nothing was left to find. */
static gw_status_t round_next(gw_graph_t *g, const gw_cluster_opts_t *o, int32_t *rep,
                              uint8_t *active, uint8_t *fresh, uint8_t *done, gw_pairs_t *pairs,
                              bool *more, gw_err_t *err)
{
    bool any = false;
    *more = false;
    for (int32_t u = 0; u < g->s->n; u++) {
        active[u] = rep[u] == u;
        fresh[u] = active[u] && !done[u];
        done[u] |= active[u];
        any |= fresh[u];
    }
    gw_status_t st = GW_OK;
    /* in proteins hardly any list of the first search was cut short: a second finds nothing new */
    if (any && o->depth != GW_SEARCH_LINEAR && g->s->kind == GW_SEQ_DNA) {
        gw_pairs_rules_t rules;
        rules_init(&rules, g->s, o, true);
        st = records_room(g->s, o, g->n, &rules.room, err);
        if (st == GW_OK)
            st = gw_pairs_find(g->s, active, fresh, &rules, pairs, err);
        if (st == GW_OK)
            st = gw_graph_add(g, pairs, NULL, NULL, err);
        gw_pairs_release(pairs);
    }
    if (st == GW_OK)
        st = compare_reps(g, rep, more, err);
    if (st == GW_OK && *more)
        st = gw_assign(g, o->mode, rep, err);
    return st;
}

static gw_status_t collect(const gw_graph_t *g, gw_clusters_t *c, gw_err_t *err)
{
    int32_t n = g->s->n;
    c->figures = gw_calloc((size_t)n, sizeof *c->figures);
    if (!c->figures)
        return gw_err_nomem(err, "collecting clusters");
    for (int32_t u = 0; u < n; u++) {
        if (c->rep[u] == u) {
            c->n_clusters++;
            continue;
        }
        gw_figures_t *f = &c->figures[c->n_figures++];
        *f = (gw_figures_t){.rep = c->rep[u], .member = u};
        for (int64_t k = g->adj_start[u]; k < g->adj_start[u + 1]; k++) {
            const gw_link_t *e = &g->edge[g->adj[k]];
            if (gw_link_other(e, u) == f->rep && (e->state & GW_EDGE_PROVEN) &&
                (gw_link_holds(e, e->a) || gw_link_holds(e, e->b)))
                f->link = g->adj[k] + 1;
        }
    }
    return gw_graph_figures(g, c->figures, c->n_figures, err);
}

gw_status_t gw_cluster_run(const gw_seqset_t *s, const gw_cluster_opts_t *o, gw_clusters_t *c,
                           gw_err_t *err)
{
    memset(c, 0, sizeof *c);
    c->min_id = o->min_id;
    size_t n = (size_t)s->n;
    gw_graph_t g;
    gw_pairs_t pairs = {0};
    gw_graph_init(&g, s, o->min_id, o->min_cov, o->cov_mode, o->engine, o->threads);
    g.room = gw_cluster_room(s, o);
    uint8_t *marks = gw_calloc(3 * n, 1);
    c->rep = gw_malloc(n, sizeof *c->rep);
    gw_status_t st = GW_OK;
    if (!marks || !c->rep)
        st = gw_err_nomem(err, "clustering");
    /* exact search against representatives, when the errors allowed leave enough words whole */
    bool words = s->kind == GW_SEQ_DNA && o->mode == GW_MODE_GREEDY && o->min_id >= 0.8 &&
                 o->depth != GW_SEARCH_LINEAR;
    int64_t candidates = 0;
    if (st == GW_OK && words)
        st = gw_seqset_check_memory(o->max_mem,
                                    fixed_bytes(s, o) + (uint64_t)s->n_letters * GREEDY_BYTES,
                                    "an index of these sequences", err);
    if (st == GW_OK && words)
        st = gw_greedy_run(&g, o->both_strands, min_ratio(o), c->rep, &candidates, err);
    else if (st == GW_OK)
        st = round_first(&g, o, c->rep, &pairs, err);
    bool more = st == GW_OK && o->mode != GW_MODE_CONNECTED && !words;
    for (c->rounds = 1; st == GW_OK && more && c->rounds < MAX_ROUNDS; c->rounds++) {
        gw_log_debug("round %d: %zu candidate pairs, %lld compared", c->rounds, g.n,
                     (long long)g.n_compared);
        st = round_next(&g, o, c->rep, marks, marks + n, marks + 2 * n, &pairs, &more, err);
    }
    if (st == GW_OK)
        st = collect(&g, c, err);
    c->n_candidates = words ? candidates : (int64_t)g.n;
    c->n_compared = g.n_compared;
    for (size_t i = 0; i < c->n_figures; i++)
        c->figures[i].link = 0;
    gw_pairs_release(&pairs);
    free(marks);
    gw_graph_release(&g);
    return st;
}

void gw_clusters_release(gw_clusters_t *c)
{
    free(c->rep);
    free(c->figures);
    free(c->left_out);
    memset(c, 0, sizeof *c);
}
