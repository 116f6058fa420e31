#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/hclust.h"

/* 1. the tree */
typedef struct {
    const gw_samples_t *s;
    gw_linkage_t linkage;
    double *dist; /* of clusters called by one of their samples; squared for Ward */
} work_t;

static gw_status_t fill_row(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    (void)err;
    work_t *w = ctx;
    const gw_samples_t *s = w->s;
    for (int64_t j = i + 1; j < s->n; j++) {
        double q = gw_samples_dist(s, i, j);
        w->dist[gw_samples_pair(s->n, i, j)] = w->linkage == GW_LINKAGE_WARD ? q * q : q;
    }
    return GW_OK;
}

/* Distance of o to the union of a and b. */
static double update(gw_linkage_t linkage, double oa, double ob, double ab, double na, double nb,
                     double no)
{
    switch (linkage) {
    case GW_LINKAGE_SINGLE:
        return oa < ob ? oa : ob;
    case GW_LINKAGE_COMPLETE:
        return oa > ob ? oa : ob;
    case GW_LINKAGE_WARD:
        return ((na + no) * oa + (nb + no) * ob - no * ab) / (na + nb + no);
    default:
        return (na * oa + nb * ob) / (na + nb);
    }
}

/* Merges in the order the chain finds them, of samples' names for clusters. */
static void chain(work_t *w, int64_t *stack, int64_t *size, gw_merge_t *merge)
{
    int64_t n = w->s->n, top = 0, first = 0;
    for (int64_t i = 0; i < n; i++)
        size[i] = 1;
    for (int64_t m = 0; m < n - 1; m++) {
        if (top == 0) {
            while (size[first] == 0)
                first++;
            stack[top++] = first;
        }
        int64_t a, b;
        double near;
        for (;;) {
            a = stack[top - 1];
            b = top > 1 ? stack[top - 2] : -1; /* of equals the one before wins, else the lowest */
            near = b >= 0 ? w->dist[gw_samples_pair(n, a, b)] : INFINITY;
            int64_t before = b;
            for (int64_t o = 0; o < n; o++) {
                if (size[o] == 0 || o == a)
                    continue;
                double q = w->dist[gw_samples_pair(n, a, o)];
                if (q < near || b < 0) {
                    near = q;
                    b = o;
                }
            }
            if (b == before && top > 1)
                break;
            stack[top++] = b;
        }
        top -= 2;
        if (a > b) {
            int64_t t = a;
            a = b;
            b = t;
        }
        merge[m] = (gw_merge_t){a, b, w->linkage == GW_LINKAGE_WARD ? sqrt(near) : near};
        for (int64_t o = 0; o < n; o++)
            if (size[o] > 0 && o != a && o != b) {
                double *ob = &w->dist[gw_samples_pair(n, o, b)];
                *ob = update(w->linkage, w->dist[gw_samples_pair(n, o, a)], *ob, near,
                             (double)size[a], (double)size[b], (double)size[o]);
            }
        size[b] += size[a];
        size[a] = 0;
    }
}

static int cmp_merge(const void *x, const void *y)
{
    const gw_merge_t *a = x, *b = y;
    if (a->height != b->height)
        return a->height < b->height ? -1 : 1;
    return a->a != b->a ? (a->a < b->a ? -1 : 1) : a->b < b->b ? -1 : a->b > b->b;
}

static int64_t find(int64_t *up, int64_t i)
{
    while (up[i] != i)
        i = up[i] = up[up[i]];
    return i;
}

/* By height, and clusters called by the merges that made them. */
static void relabel(int64_t n, gw_merge_t *merge, int64_t *up, int64_t *label)
{
    qsort(merge, (size_t)n - 1, sizeof *merge, cmp_merge);
    for (int64_t i = 0; i < n; i++)
        up[i] = label[i] = i;
    for (int64_t m = 0; m < n - 1; m++) {
        int64_t a = find(up, merge[m].a), b = find(up, merge[m].b);
        merge[m].a = label[a] < label[b] ? label[a] : label[b];
        merge[m].b = label[a] < label[b] ? label[b] : label[a];
        up[a] = b;
        label[b] = n + m;
    }
}

gw_status_t gw_hclust_run(const gw_samples_t *s, gw_linkage_t linkage, int threads,
                          gw_merge_t *merge, gw_err_t *err)
{
    size_t n = (size_t)s->n;
    if (n < 2)
        return GW_OK;
    work_t w = {.s = s, .linkage = linkage};
    w.dist = gw_malloc(n * (n - 1) / 2, sizeof *w.dist);
    int64_t *a = gw_malloc(n + 2, sizeof *a), *b = gw_malloc(n, sizeof *b);
    gw_status_t st = GW_OK;
    if (!w.dist || !a || !b)
        st = gw_err_set(
            err, GW_ENOMEM,
            "out of memory: %zu samples have %.1f GB of distances; cluster fewer, or use "
            "--method kmeans or gmm",
            n, (double)n * (double)(n - 1) * 4e-9);
    if (st == GW_OK)
        st = gw_thread_for(threads, s->n, fill_row, &w, err);
    if (st == GW_OK) {
        chain(&w, a, b, merge);
        relabel(s->n, merge, a, b);
    }
    free(w.dist);
    free(a);
    free(b);
    return st;
}

/* 2. cuts */
gw_status_t gw_hclust_cut(const gw_merge_t *merge, int64_t n, int64_t k, double height,
                          int32_t *cluster, int32_t *n_clusters, gw_err_t *err)
{
    size_t nodes = 2 * (size_t)n;
    int64_t *up = gw_malloc(nodes, sizeof *up);
    int32_t *number = gw_malloc(nodes, sizeof *number);
    if (!up || !number) {
        free(up);
        free(number);
        return gw_err_nomem(err, "cutting a tree");
    }
    for (size_t i = 0; i < nodes; i++) {
        up[i] = (int64_t)i;
        number[i] = -1;
    }
    for (int64_t m = 0; m < n - 1; m++)
        if (k > 0 ? m < n - k : merge[m].height <= height)
            up[find(up, merge[m].a)] = up[find(up, merge[m].b)] = n + m;
    *n_clusters = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t root = find(up, i);
        if (number[root] < 0)
            number[root] = (*n_clusters)++;
        cluster[i] = number[root];
    }
    free(up);
    free(number);
    return GW_OK;
}

/* 3. text */
static void leaf_name(const char *name, FILE *f)
{
    fputc('\'', f);
    for (; *name; name++) {
        if (*name == '\'')
            fputc('\'', f);
        fputc(*name, f);
    }
    fputc('\'', f);
}

gw_status_t gw_hclust_newick(const gw_samples_t *s, const gw_merge_t *merge, FILE *f, gw_err_t *err)
{
    int64_t n = s->n, top = 0;
    struct {
        int64_t node;
        double parent;
        int stage;
    } *stack = gw_malloc((size_t)n + 1, sizeof *stack);
    if (!stack)
        return gw_err_nomem(err, "writing a tree");
    stack[top].node = n > 1 ? 2 * n - 2 : 0;
    stack[top].parent = n > 1 ? merge[n - 2].height : 0;
    stack[top++].stage = 0;
    while (top > 0) {
        int64_t node = stack[top - 1].node;
        const gw_merge_t *m = node < n ? NULL : &merge[node - n];
        int stage = stack[top - 1].stage++;
        if (m && stage < 2) {
            fputc(stage ? ',' : '(', f);
            stack[top].node = stage ? m->b : m->a;
            stack[top].parent = m->height;
            stack[top++].stage = 0;
            continue;
        }
        if (m)
            fputc(')', f);
        else
            leaf_name(s->name[node], f);
        if (--top > 0)
            fprintf(f, ":%.10g", stack[top].parent - (m ? m->height : 0));
    }
    fputs(";\n", f);
    free(stack);
    return GW_OK;
}
