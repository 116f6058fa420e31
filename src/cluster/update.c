#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cluster/update.h"
#include "io/lines.h"

enum { MAX_LINE = 1 << 20, MEMBER = 1, REP = 2 };

/* 1. the old clusters */
static int cmp_name(const void *x, const void *y)
{
    const gw_seqset_rec_t *a = *(gw_seqset_rec_t *const *)x, *b = *(gw_seqset_rec_t *const *)y;
    return strcmp(a->name, b->name);
}

typedef struct {
    gw_seqset_t *s;
    gw_seqset_rec_t **by_name;
    int32_t *old;
    uint8_t *seen; /* of a record: MEMBER of a line, REP of one */
    const char *path;
    uint64_t line;
} reader_t;

static gw_status_t bad(const reader_t *r, gw_err_t *err, const char *name, const char *what)
{
    return gw_err_set(err, GW_EDATA, "%s: line %llu: %.200s %s", gw_stream_name(r->path),
                      (unsigned long long)r->line, name, what);
}

static gw_seqset_rec_t *find(const reader_t *r, const char *name)
{
    gw_seqset_rec_t key = {.name = name}, *p = &key;
    gw_seqset_rec_t **at = bsearch(&p, r->by_name, r->s->n_recs, sizeof *r->by_name, cmp_name);
    return at ? *at : NULL;
}

static gw_status_t take_line(reader_t *r, char *line, gw_err_t *err)
{
    static const char absent[] = "is not among the sequences; give the old ones along with the new";
    char *member = strchr(line, '\t');
    if (!member)
        return bad(r, err, line,
                   "has no member behind a tab; a table that cluster wrote is needed");
    *member++ = '\0';
    member[strcspn(member, "\t")] = '\0';
    const gw_seqset_rec_t *rep = find(r, line), *rec = find(r, member);
    if (!rep || !rec)
        return bad(r, err, rep ? member : line, absent);
    if (r->seen[rec - r->s->rec] & MEMBER)
        return bad(r, err, member, "is in two lines; every sequence is in one cluster");
    r->seen[rec - r->s->rec] |= MEMBER;
    r->seen[rep - r->s->rec] |= REP;
    int32_t *old = &r->old[rec->uniq];
    if (*old >= 0 && *old != rep->uniq)
        return bad(r, err, member, "equals a sequence of another cluster");
    *old = rep->uniq;
    return GW_OK;
}

static gw_status_t read_lines(reader_t *r, gw_err_t *err)
{
    gw_stream_t *stream = NULL;
    gw_lines_t l;
    gw_status_t st = gw_stream_open(r->path, &stream, err);
    if (st == GW_OK)
        st = gw_lines_init(&l, stream, r->path, MAX_LINE, err);
    if (st != GW_OK)
        return st;
    char *copy = NULL;
    size_t cap = 0, len;
    const char *line;
    while ((st = gw_lines_next(&l, &line, &len, err)) == GW_OK && line) {
        r->line = l.number;
        if (!GW_GROW(copy, cap, len + 1))
            st = gw_err_nomem(err, "reading old clusters");
        else
            memcpy(copy, line, len);
        if (st == GW_OK) {
            copy[len] = '\0';
            st = len ? take_line(r, copy, err) : GW_OK;
        }
        if (st != GW_OK)
            break;
    }
    free(copy);
    gw_lines_release(&l);
    return st;
}

/* Old representatives' records go to the front of their unique. */
static gw_status_t move_reps(reader_t *r, gw_err_t *err)
{
    gw_seqset_t *s = r->s;
    for (int32_t u = 0; u < s->n; u++) {
        int64_t rep = -1;
        for (int64_t i = s->first[u]; i < s->first[u + 1]; i++) {
            if (!(r->seen[i] & REP))
                continue;
            if (rep >= 0 || !(r->seen[i] & MEMBER) || r->old[u] != u)
                return gw_err_set(err, GW_EDATA,
                                  rep >= 0 ? "%s: %s represents a cluster and equals the "
                                             "representative of another"
                                           : "%s: %s represents others and is no member of its own "
                                             "cluster",
                                  gw_stream_name(r->path), s->rec[i].name);
            rep = i;
        }
        if (rep < 0)
            continue;
        gw_seqset_rec_t keep = s->rec[rep];
        memmove(&s->rec[s->first[u] + 1], &s->rec[s->first[u]],
                (size_t)(rep - s->first[u]) * sizeof *s->rec);
        s->rec[s->first[u]] = keep;
    }
    return GW_OK;
}

gw_status_t gw_update_read(gw_seqset_t *s, const char *path, int32_t *old, gw_err_t *err)
{
    reader_t r = {.s = s, .path = path, .old = old};
    r.by_name = gw_malloc(s->n_recs, sizeof *r.by_name);
    r.seen = gw_calloc(s->n_recs, 1);
    gw_status_t st = r.by_name && r.seen ? GW_OK : gw_err_nomem(err, "reading old clusters");
    for (int32_t u = 0; u < s->n; u++)
        old[u] = -1;
    if (st == GW_OK) {
        for (size_t i = 0; i < s->n_recs; i++)
            r.by_name[i] = &s->rec[i];
        qsort(r.by_name, s->n_recs, sizeof *r.by_name, cmp_name);
        st = read_lines(&r, err);
    }
    if (st == GW_OK)
        st = move_reps(&r, err);
    free(r.by_name);
    free(r.seen);
    return st;
}

/* 2. new sequences to old representatives */
/* The pairs of an old representative with its members and with new sequences. */
static bool is_decisive(const void *ctx, const gw_pair_t *p)
{
    const int32_t *old = ctx;
    bool a_rep = old[p->a] == p->a && (old[p->b] < 0 || old[p->b] == p->a);
    bool b_rep = old[p->b] == p->b && (old[p->a] < 0 || old[p->a] == p->b);
    return a_rep || b_rep;
}

/* Of the old representatives that hold a new sequence, it joins the one that the mode would have taken
 * first: in greedy mode the first in canonical order, with set cover that of most old members, of
 * equals the one it aligns best with, then the first. */
static gw_status_t join_first(const gw_graph_t *g, const int32_t *old, bool greedy, int32_t *rep,
                              gw_err_t *err)
{
    int32_t *members = gw_calloc((size_t)g->s->n, sizeof *members);
    if (!members)
        return gw_err_nomem(err, "updating clusters");
    for (int32_t u = 0; u < g->s->n; u++)
        if (old[u] >= 0 && !greedy)
            members[old[u]]++;
    for (int32_t u = 0; u < g->s->n; u++) {
        bool any = false;
        int32_t at = -1, best = 0;
        for (int64_t k = g->adj_start[u]; old[u] < 0 && k < g->adj_start[u + 1]; k++) {
            const gw_link_t *e = &g->edge[g->adj[k]];
            int32_t o = gw_link_other(e, u);
            if (!gw_link_holds(e, o))
                continue;
            int32_t score = gw_graph_edge(g, g->adj[k]).best;
            bool better = !any || members[o] > members[at] ||
                          (members[o] == members[at] && !greedy && score > best) ||
                          (members[o] == members[at] && (greedy || score == best) &&
                           o < at);
            if (better) {
                any = true;
                best = score;
                at = o;
            }
        }
        if (any)
            rep[u] = at;
    }
    free(members);
    return GW_OK;
}

static gw_status_t join_old(gw_graph_t *g, const int32_t *old, const gw_cluster_opts_t *o,
                            gw_clusters_t *c, gw_err_t *err)
{
    gw_pairs_t pairs = {0};
    uint32_t *edge = NULL;
    gw_status_t st = gw_cluster_candidates(g->s, o, &pairs, err);
    if (st == GW_OK)
        st = gw_graph_add(g, &pairs, is_decisive, old, err);
    gw_pairs_release(&pairs);
    if (st == GW_OK) {
        edge = gw_malloc(g->n, sizeof *edge);
        st = edge ? GW_OK : gw_err_nomem(err, "updating clusters");
    }
    for (size_t i = 0; st == GW_OK && i < g->n; i++)
        edge[i] = (uint32_t)i;
    if (st == GW_OK)
        st = gw_graph_verify(g, edge, g->n, true, err);
    if (st == GW_OK)
        st = join_first(g, old, o->mode == GW_MODE_GREEDY, c->rep, err);
    c->n_candidates = (int64_t)g->n;
    c->n_compared = g->n_compared;
    free(edge);
    return st;
}

/* 3. the rest among themselves, as a set of their own */
static gw_status_t subset(const gw_seqset_t *s, const int32_t *pick, int32_t n, gw_seqset_t *sub,
                          gw_err_t *err)
{
    *sub = (gw_seqset_t){.kind = s->kind, .n = n};
    int64_t letters = 0;
    for (int32_t i = 0; i < n; i++)
        letters += gw_seqset_len(s, pick[i]);
    sub->first = gw_malloc((size_t)n + 1, sizeof *sub->first);
    sub->off = gw_malloc((size_t)n + 1, sizeof *sub->off);
    sub->letter = gw_malloc((size_t)letters, 1);
    sub->rec = gw_malloc((size_t)n, sizeof *sub->rec);
    gw_arena_init(&sub->arena, 1 << 10);
    if (!sub->first || !sub->off || !sub->letter || !sub->rec)
        return gw_err_nomem(err, "updating clusters");
    for (int32_t i = 0; i < n; i++) {
        int32_t len = gw_seqset_len(s, pick[i]);
        sub->first[i] = i;
        sub->off[i] = sub->n_letters;
        sub->rec[i] = s->rec[s->first[pick[i]]];
        sub->rec[i].uniq = i;
        memcpy(sub->letter + sub->n_letters, gw_seqset_seq(s, pick[i]), (size_t)len);
        sub->n_letters += len;
        sub->longest = len > sub->longest ? len : sub->longest;
    }
    sub->first[n] = n;
    sub->off[n] = sub->n_letters;
    sub->n_recs = (size_t)n;
    return GW_OK;
}

static gw_status_t cluster_rest(const gw_seqset_t *s, const gw_cluster_opts_t *o, gw_clusters_t *c,
                                gw_err_t *err)
{
    int32_t *pick = gw_malloc((size_t)s->n, sizeof *pick), n = 0;
    if (!pick)
        return gw_err_nomem(err, "updating clusters");
    for (int32_t u = 0; u < s->n; u++)
        if (c->rep[u] < 0)
            pick[n++] = u;
    gw_seqset_t sub;
    gw_clusters_t rest = {0};
    gw_cluster_opts_t how = *o;
    how.held += gw_cluster_room(s, o).fixed;
    gw_status_t st = subset(s, pick, n, &sub, err);
    if (st == GW_OK && n > 0)
        st = gw_cluster_run(&sub, &how, &rest, err);
    for (int32_t i = 0; st == GW_OK && i < n; i++)
        c->rep[pick[i]] = pick[rest.rep[i]];
    for (size_t i = 0; st == GW_OK && i < rest.n_figures; i++) {
        gw_figures_t *f = &c->figures[c->n_figures++];
        *f = rest.figures[i];
        f->rep = pick[f->rep];
        f->member = pick[f->member];
    }
    c->n_candidates += rest.n_candidates;
    c->n_compared += rest.n_compared;
    gw_clusters_release(&rest);
    gw_seqset_release(&sub);
    free(pick);
    return st;
}

/* 4. what holds */
static bool reaches(const gw_seqset_t *s, const gw_cluster_opts_t *o, const gw_figures_t *f)
{
    int64_t num = lround(o->min_id * 10000), cov = lround(o->min_cov * 10000);
    bool rep = (int64_t)f->rep_span * 10000 >= cov * gw_seqset_len(s, f->rep);
    bool member = (int64_t)f->member_span * 10000 >= cov * gw_seqset_len(s, f->member);
    bool covered = o->cov_mode == GW_COV_QUERY    ? member
                   : o->cov_mode == GW_COV_TARGET ? rep
                                                  : rep && member;
    return covered && f->columns > 0 && (int64_t)f->matches * 10000 >= num * f->columns;
}

/* Figures of everything that has an old representative; pairs that the search does not find again
 * are compared in full, on both strands where both count. */
static gw_status_t old_figures(const gw_graph_t *g, const int32_t *old, const gw_cluster_opts_t *o,
                               gw_clusters_t *c, gw_err_t *err)
{
    const gw_seqset_t *s = g->s;
    for (int32_t u = 0; u < s->n; u++) {
        if (c->rep[u] < 0 || c->rep[u] == u)
            continue;
        gw_figures_t *f = &c->figures[c->n_figures++];
        *f = (gw_figures_t){.rep = c->rep[u], .member = u};
        for (int64_t k = g->adj_start[u]; k < g->adj_start[u + 1]; k++) {
            const gw_link_t *e = &g->edge[g->adj[k]];
            if (gw_link_other(e, u) == f->rep && gw_link_holds(e, f->rep))
                f->link = g->adj[k] + 1;
        }
    }
    gw_status_t st = gw_graph_figures(g, c->figures, c->n_figures, err);
    for (size_t i = 0; st == GW_OK && i < c->n_figures; i++) {
        gw_figures_t *f = &c->figures[i];
        if (!f->link && !reaches(s, o, f) && s->kind == GW_SEQ_DNA && o->both_strands) {
            *f = (gw_figures_t){.rep = f->rep, .member = f->member, .reverse = true};
            st = gw_graph_figures(g, f, 1, err);
        }
        if (st == GW_OK && old[f->member] >= 0 && !f->link && !reaches(s, o, f))
            return gw_err_set(
                err, GW_EDATA,
                "%s and its old representative %s do not reach the thresholds; update "
                "with the options that made the old clusters",
                s->rec[s->first[f->member]].name, s->rec[s->first[f->rep]].name);
        f->link = 0;
    }
    return st;
}

gw_status_t gw_update_run(const gw_seqset_t *s, const int32_t *old, const gw_cluster_opts_t *o,
                          gw_clusters_t *c, gw_err_t *err)
{
    memset(c, 0, sizeof *c);
    c->min_id = o->min_id;
    gw_graph_t g;
    gw_graph_init(&g, s, o->min_id, o->min_cov, o->cov_mode, o->engine, o->threads);
    g.room = gw_cluster_room(s, o);
    c->rep = gw_malloc((size_t)s->n, sizeof *c->rep);
    c->figures = gw_calloc((size_t)s->n, sizeof *c->figures);
    gw_status_t st = c->rep && c->figures ? GW_OK : gw_err_nomem(err, "updating clusters");
    if (st == GW_OK) {
        memcpy(c->rep, old, (size_t)s->n * sizeof *c->rep);
        st = join_old(&g, old, o, c, err);
    }
    if (st == GW_OK)
        st = old_figures(&g, old, o, c, err);
    gw_graph_release(&g);
    if (st == GW_OK)
        st = cluster_rest(s, o, c, err);
    for (int32_t u = 0; st == GW_OK && u < s->n; u++)
        c->n_clusters += c->rep[u] == u;
    return st;
}
