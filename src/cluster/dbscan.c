#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/dbscan.h"

enum { LEAF = 24, CHUNK = 512 };

/* A balanced tree over the order of points: node [lo,hi) is split at its middle along the column
 * of widest spread; boxes[node] holds least and largest of every column. Nodes are numbered as in
 * a heap. */
typedef struct {
    const gw_samples_t *s;
    double eps2;
    int64_t min_points;
    int64_t *order;
    double *box; /* nodes * 2 * d */
    size_t n_nodes;
    uint8_t *core;
    int64_t *up;      /* of core points: union-find */
    int32_t *cluster; /* of core points while borders are looked for */
} tree_t;

/* 1. the tree */
static void bound(tree_t *t, size_t node, int64_t lo, int64_t hi)
{
    int32_t d = t->s->d;
    double *least = t->box + node * 2 * (size_t)d, *most = least + d;
    for (int32_t c = 0; c < d; c++) {
        least[c] = INFINITY;
        most[c] = -INFINITY;
    }
    for (int64_t i = lo; i < hi; i++)
        for (int32_t c = 0; c < d; c++) {
            double v = t->s->x[t->order[i] * d + c];
            least[c] = v < least[c] ? v : least[c];
            most[c] = v > most[c] ? v : most[c];
        }
}

/* Puts the element of rank k of column c in its place, smaller ones before it. */
static void select_rank(tree_t *t, int64_t lo, int64_t hi, int64_t k, int32_t c)
{
    const double *x = t->s->x;
    int32_t d = t->s->d;
    while (hi - lo > 1) {
        double pivot = x[t->order[lo + (hi - lo) / 2] * d + c];
        int64_t i = lo, j = hi - 1;
        while (i <= j) {
            while (x[t->order[i] * d + c] < pivot)
                i++;
            while (x[t->order[j] * d + c] > pivot)
                j--;
            if (i <= j) {
                int64_t swap = t->order[i];
                t->order[i++] = t->order[j];
                t->order[j--] = swap;
            }
        }
        if (k <= j)
            hi = j + 1;
        else if (k >= i)
            lo = i;
        else
            return;
    }
}

static void build(tree_t *t, size_t node, int64_t lo, int64_t hi)
{
    bound(t, node, lo, hi);
    if (hi - lo <= LEAF)
        return;
    int32_t d = t->s->d, wide = 0;
    const double *least = t->box + node * 2 * (size_t)d, *most = least + d;
    for (int32_t c = 1; c < d; c++)
        wide = most[c] - least[c] > most[wide] - least[wide] ? c : wide;
    int64_t mid = lo + (hi - lo) / 2;
    select_rank(t, lo, hi, mid, wide);
    build(t, 2 * node + 1, lo, mid);
    build(t, 2 * node + 2, mid, hi);
}

/* 2. neighbours: calls visit for each sample within eps, itself included, until it returns false */
typedef bool visit_fn(void *ctx, int64_t i);

static double box_dist2(const tree_t *t, size_t node, const double *p)
{
    int32_t d = t->s->d;
    const double *least = t->box + node * 2 * (size_t)d, *most = least + d;
    double sum = 0;
    for (int32_t c = 0; c < d; c++) {
        double out = p[c] < least[c] ? least[c] - p[c] : p[c] > most[c] ? p[c] - most[c] : 0;
        sum += out * out;
    }
    return sum;
}

static bool search(const tree_t *t, size_t node, int64_t lo, int64_t hi, const double *p,
                   visit_fn *visit, void *ctx)
{
    /* the box's sum is rounded otherwise than the point's: leave room */
    if (box_dist2(t, node, p) > t->eps2 * (1 + 1e-9))
        return true;
    if (hi - lo <= LEAF) {
        for (int64_t i = lo; i < hi; i++) {
            int64_t o = t->order[i];
            if (gw_samples_dist2(p, t->s->x + o * t->s->d, t->s->d) <= t->eps2 && !visit(ctx, o))
                return false;
        }
        return true;
    }
    int64_t mid = lo + (hi - lo) / 2;
    return search(t, 2 * node + 1, lo, mid, p, visit, ctx) &&
           search(t, 2 * node + 2, mid, hi, p, visit, ctx);
}

static void neighbours(const tree_t *t, int64_t i, double eps, visit_fn *visit, void *ctx)
{
    const gw_samples_t *s = t->s;
    if (s->x) {
        search(t, 0, 0, s->n, s->x + i * s->d, visit, ctx);
        return;
    }
    for (int64_t j = 0; j < s->n; j++)
        if (gw_samples_dist(s, i, j) <= eps && !visit(ctx, j))
            return;
}

/* 3. core samples, regions, borders */
typedef struct {
    tree_t *t;
    int64_t self, count;
    int32_t lowest;
} look_t;

static bool count_one(void *ctx, int64_t i)
{
    look_t *l = ctx;
    (void)i;
    return ++l->count < l->t->min_points;
}

static int64_t find(int64_t *up, int64_t i)
{
    while (up[i] != i)
        i = up[i] = up[up[i]];
    return i;
}

static bool join_one(void *ctx, int64_t i)
{
    look_t *l = ctx;
    if (l->t->core[i] && i > l->self) {
        int64_t a = find(l->t->up, l->self), b = find(l->t->up, i);
        if (a < b)
            l->t->up[b] = a;
        else
            l->t->up[a] = b;
    }
    return true;
}

static bool lowest_one(void *ctx, int64_t i)
{
    look_t *l = ctx;
    if (l->t->core[i] && (l->lowest < 0 || l->t->cluster[i] < l->lowest))
        l->lowest = l->t->cluster[i];
    return true;
}

typedef struct {
    tree_t *t;
    double eps;
    bool borders; /* else: mark core samples */
} pass_t;

static gw_status_t pass_chunk(void *ctx, int worker, int64_t c, gw_err_t *err)
{
    (void)worker;
    (void)err;
    pass_t *p = ctx;
    int64_t end = (c + 1) * CHUNK < p->t->s->n ? (c + 1) * CHUNK : p->t->s->n;
    for (int64_t i = c * CHUNK; i < end; i++) {
        look_t l = {.t = p->t, .self = i, .lowest = -1};
        if (!p->borders) {
            neighbours(p->t, i, p->eps, count_one, &l);
            p->t->core[i] = l.count >= p->t->min_points;
        } else if (!p->t->core[i]) {
            neighbours(p->t, i, p->eps, lowest_one, &l);
            p->t->cluster[i] = l.lowest;
        }
    }
    return GW_OK;
}

/* The core samples' clusters, numbered by their first. */
static int32_t number_regions(tree_t *t, double eps)
{
    int64_t n = t->s->n;
    int32_t count = 0;
    for (int64_t i = 0; i < n; i++)
        t->up[i] = i;
    for (int64_t i = 0; i < n; i++)
        if (t->core[i]) {
            look_t l = {.t = t, .self = i};
            neighbours(t, i, eps, join_one, &l);
        }
    for (int64_t i = 0; i < n; i++) {
        int64_t root = find(t->up, i); /* the lowest of its region */
        t->cluster[i] = !t->core[i] ? -1 : root == i ? count++ : t->cluster[root];
    }
    return count;
}

gw_status_t gw_dbscan_run(const gw_samples_t *s, const gw_dbscan_opts_t *o, int32_t *cluster,
                          int32_t *n_clusters, gw_err_t *err)
{
    size_t n = (size_t)s->n, nodes = 1;
    while (nodes * LEAF < 2 * n + 2 * LEAF)
        nodes *= 2;
    nodes *= 2;
    tree_t t = {.s = s, .eps2 = o->eps * o->eps, .min_points = o->min_points, .cluster = cluster};
    t.order = gw_malloc(n, sizeof *t.order);
    t.up = gw_malloc(n, sizeof *t.up);
    t.core = gw_calloc(n, 1);
    t.box = s->x ? gw_malloc(nodes * 2 * (size_t)s->d, sizeof *t.box) : NULL;
    gw_status_t st = GW_OK;
    if (!t.order || !t.up || !t.core || (s->x && !t.box))
        st = gw_err_nomem(err, "looking for dense regions");
    if (st == GW_OK && s->x) {
        for (size_t i = 0; i < n; i++)
            t.order[i] = (int64_t)i;
        build(&t, 0, 0, s->n);
    }
    int64_t chunks = (s->n + CHUNK - 1) / CHUNK;
    pass_t p = {.t = &t, .eps = o->eps};
    if (st == GW_OK)
        st = gw_thread_for(o->threads, chunks, pass_chunk, &p, err);
    if (st == GW_OK) {
        *n_clusters = number_regions(&t, o->eps);
        p.borders = true;
        st = gw_thread_for(o->threads, chunks, pass_chunk, &p, err);
    }
    free(t.order);
    free(t.up);
    free(t.core);
    free(t.box);
    return st;
}
