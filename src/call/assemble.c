#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "call/assemble.h"

enum { MAX_STEPS = 20000, MAX_FORKS = 2000 };

typedef struct {
    const uint8_t *kmer; /* k codes somewhere in the reads or the reference */
    int32_t next[4];     /* node behind the edge of each base; -1 */
    int32_t count[4];    /* reads that take the edge */
    int32_t in;          /* edges that lead here */
    int8_t ref;          /* base the reference takes; -1 */
} node_t;

typedef struct {
    int32_t k;
    node_t *node;
    size_t n, cap;
    int32_t *slot; /* hash table of node numbers; -1 is free */
    size_t mask;
    bool repeated; /* the reference visits a k-mer twice */
} graph_t;

/* a path, as a list from its end back to the source */
typedef struct {
    int32_t node, before; /* before: step; -1 at the source */
    int32_t len;
    uint8_t base;
} step_t;

typedef struct {
    int32_t step;
    double score;
} fork_t;

static bool graph_init(graph_t *g, int32_t k, size_t n_kmers, gw_arena_t *a)
{
    size_t size = 64;
    while (size < 2 * n_kmers)
        size *= 2;
    *g = (graph_t){.k = k, .mask = size - 1, .cap = n_kmers};
    g->slot = gw_arena_alloc(a, size, sizeof *g->slot);
    g->node = gw_arena_alloc(a, n_kmers + 1, sizeof *g->node);
    if (!g->slot || !g->node)
        return false;
    memset(g->slot, 0xff, size * sizeof *g->slot);
    return true;
}

/* The node of a k-mer, made when it is new. */
static int32_t node_of(graph_t *g, const uint8_t *kmer, bool *found)
{
    size_t at = gw_hash_bytes(kmer, (size_t)g->k, 0) & g->mask;
    for (; g->slot[at] >= 0; at = (at + 1) & g->mask)
        if (memcmp(g->node[g->slot[at]].kmer, kmer, (size_t)g->k) == 0) {
            *found = true;
            return g->slot[at];
        }
    *found = false;
    g->node[g->n] = (node_t){.kmer = kmer, .next = {-1, -1, -1, -1}, .ref = -1};
    g->slot[at] = (int32_t)g->n;
    return (int32_t)g->n++;
}

/* Adds a stretch of good bases; the reference's is added first. */
static void add_run(graph_t *g, const uint8_t *base, int32_t len, bool ref)
{
    int32_t last = -1;
    for (int32_t i = 0; i + g->k <= len; i++) {
        bool found;
        int32_t x = node_of(g, base + i, &found);
        if (ref && found)
            g->repeated = true;
        if (last >= 0) {
            uint8_t b = base[i + g->k - 1];
            node_t *p = &g->node[last];
            if (p->next[b] < 0) {
                p->next[b] = x;
                g->node[x].in++;
            }
            p->count[b] += !ref;
            if (ref)
                p->ref = (int8_t)b;
        }
        last = x;
    }
}

static void add_read(graph_t *g, const gw_asmread_t *r, int32_t min_qual)
{
    for (int32_t i = 0; i < r->len;) {
        int32_t j = i;
        while (j < r->len && r->base[j] < 4 && r->qual[j] >= min_qual)
            j++;
        add_run(g, r->base + i, j - i, false);
        i = j + 1;
    }
}

/* Does a path pass this node already? Only a node with two ways in can close a circle. */
static bool visited(const step_t *step, int32_t at, int32_t node)
{
    for (; at >= 0; at = step[at].before)
        if (step[at].node == node)
            return true;
    return false;
}

/* The bases a path may take from a node; returns how many. */
static int32_t ways(const node_t *x, const gw_asm_opts_t *o, uint8_t way[4], int32_t *sum)
{
    int32_t n = 0;
    *sum = 0;
    for (int b = 0; b < 4; b++)
        *sum += x->count[b];
    for (uint8_t b = 0; b < 4; b++)
        if (x->next[b] >= 0 &&
            (b == x->ref || (x->count[b] >= o->min_reads && x->count[b] >= o->min_fraction * *sum)))
            way[n++] = b;
    return n;
}

static bool write_path(const graph_t *g, const step_t *step, int32_t at, gw_arena_t *a,
                       gw_asmhap_t *h)
{
    h->len = step[at].len;
    h->seq = gw_arena_alloc(a, (size_t)h->len, 1);
    if (!h->seq)
        return false;
    for (; step[at].before >= 0; at = step[at].before)
        h->seq[step[at].len - 1] = step[at].base;
    memcpy(h->seq, g->node[step[at].node].kmer, (size_t)g->k);
    return true;
}

/* Paths from source to sink, best first. circle: a path came back to a node it had passed. */
static gw_status_t walk(const graph_t *g, int32_t source, int32_t sink, const uint8_t *ref,
                        int32_t ref_len, const gw_asm_opts_t *o, gw_arena_t *a, gw_asmhap_t *hap,
                        int32_t *n, bool *capped, bool *circle, gw_err_t *err)
{
    step_t *step = gw_arena_alloc(a, MAX_STEPS, sizeof *step);
    fork_t *open = gw_arena_alloc(a, MAX_FORKS, sizeof *open);
    int32_t n_steps = 1, n_open = 1, n_popped = 0;
    if (!step || !open)
        return gw_err_nomem(err, "assembling");
    *n = 0;
    *circle = *capped = false;
    step[0] = (step_t){source, -1, g->k, 0};
    open[0] = (fork_t){0, 0};
    while (n_open > 0) {
        int32_t best = 0;
        for (int32_t i = 1; i < n_open; i++)
            if (open[i].score > open[best].score ||
                (open[i].score == open[best].score && open[i].step < open[best].step))
                best = i;
        fork_t f = open[best];
        open[best] = open[--n_open];
        int32_t at = f.step;
        if (++n_popped > MAX_FORKS || *n == o->max_haps) {
            *capped = true;
            return GW_OK;
        }
        while (step[at].node != sink && step[at].len < ref_len + o->max_grow) {
            const node_t *x = &g->node[step[at].node];
            uint8_t way[4];
            int32_t sum, m = ways(x, o, way, &sum), first = -1;
            for (int32_t i = 0; i < m; i++) {
                int32_t y = x->next[way[i]];
                if (g->node[y].in > 1 && visited(step, at, y)) {
                    *circle = true;
                    continue;
                }
                if (n_steps == MAX_STEPS || n_open == MAX_FORKS) {
                    *capped = true;
                    return GW_OK;
                }
                step[n_steps] = (step_t){y, at, step[at].len + 1, way[i]};
                if (m == 1) {
                    first = n_steps++;
                    break;
                }
                /* an edge only the reference takes counts as half a read */
                double share = (x->count[way[i]] + .5) / (sum + 1);
                open[n_open++] = (fork_t){n_steps++, f.score - (1 / share - 1)};
            }
            at = first;
            if (at < 0)
                break;
        }
        if (at < 0 || step[at].node != sink)
            continue;
        if (!write_path(g, step, at, a, &hap[*n]))
            return gw_err_nomem(err, "assembling");
        if (hap[*n].len != ref_len || memcmp(hap[*n].seq, ref, (size_t)ref_len) != 0)
            ++*n;
    }
    return GW_OK;
}

gw_status_t gw_assemble(const uint8_t *ref, int32_t ref_len, const gw_asmread_t *read,
                        size_t n_reads, const gw_asm_opts_t *o, gw_arena_t *a, gw_asmhap_t *hap,
                        int32_t *n, bool *capped, gw_err_t *err)
{
    static const int32_t sizes[] = {25, 40, 60, 85};
    size_t bases = (size_t)ref_len;
    *n = 0;
    *capped = false;
    for (int32_t i = 0; i < ref_len; i++)
        if (ref[i] > 3)
            return GW_OK; /* no path crosses an N */
    for (size_t i = 0; i < n_reads; i++)
        bases += (size_t)read[i].len;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes && sizes[s] + 10 < ref_len; s++) {
        graph_t g;
        bool circle = false, found;
        if (!graph_init(&g, sizes[s], bases, a))
            return gw_err_nomem(err, "assembling");
        add_run(&g, ref, ref_len, true);
        if (g.repeated)
            continue;
        for (size_t i = 0; i < n_reads; i++)
            add_read(&g, &read[i], o->min_qual);
        int32_t source = node_of(&g, ref, &found);
        int32_t sink = node_of(&g, ref + ref_len - g.k, &found);
        gw_status_t st = walk(&g, source, sink, ref, ref_len, o, a, hap, n, capped, &circle, err);
        if (st != GW_OK || !circle)
            return st;
    }
    return GW_OK;
}
