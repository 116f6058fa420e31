#include <config.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kernels/thread_pack.h"
#include "kernels/thread_score.h"

struct gw_thread_pack {
    gw_thread_templates_t t; /* own copy */
    void *copy[6];           /* of its arrays */
    gw_cpu_level_t level;
    gw_thread_group_fn fn; /* NULL: the reference */
    int lanes;
    int32_t *order;
    size_t n_groups;
    gw_thread_group_t *group;
};

/* 1. templates */
typedef struct {
    int64_t len;
    int32_t i;
} order_t;

static int by_length(const void *a, const void *b)
{
    const order_t *x = a, *y = b;
    return x->len != y->len ? (x->len < y->len ? -1 : 1) : (x->i > y->i) - (x->i < y->i);
}

gw_status_t gw_thread_order(const gw_thread_templates_t *t, int32_t *order, gw_err_t *err)
{
    order_t *x = gw_malloc(t->n + 1, sizeof *x);
    if (!x)
        return gw_err_nomem(err, "sorting templates");
    for (size_t i = 0; i < t->n; i++)
        x[i] = (order_t){t->off[i + 1] - t->off[i], (int32_t)i};
    qsort(x, t->n, sizeof *x, by_length);
    for (size_t i = 0; i < t->n; i++)
        order[i] = x[i].i;
    free(x);
    return GW_OK;
}

/* 3. packed templates */
static const struct {
    gw_cpu_level_t level;
    gw_thread_group_fn fn;
    int lanes;
} variants[] = {
#if defined __x86_64__ || defined __i386__
    {GW_CPU_AVX512, gw_thread_group_avx512, 32},
    {GW_CPU_AVX2, gw_thread_group_avx2, 16},
#endif
    {GW_CPU_REF, NULL, 1},
};

static bool copy_array(gw_thread_pack_t *p, int k, const void *src, size_t bytes, const void *dst)
{
    p->copy[k] = gw_malloc(bytes, 1);
    if (!p->copy[k])
        return false;
    if (bytes)
        memcpy(p->copy[k], src, bytes);
    memcpy((void *)(uintptr_t)dst, &p->copy[k], sizeof(void *));
    return true;
}

static bool copy_templates(gw_thread_pack_t *p, const gw_thread_templates_t *t)
{
    size_t cols = (size_t)t->off[t->n];
    p->t.n = t->n;
    return copy_array(p, 0, t->off, (t->n + 1) * sizeof *t->off, &p->t.off) &&
           copy_array(p, 1, t->pp, cols * GW_THREAD_LETTERS, &p->t.pp) &&
           copy_array(p, 2, t->env, cols * GW_THREAD_LETTERS, &p->t.env) &&
           copy_array(p, 3, t->state, cols, &p->t.state) &&
           copy_array(p, 4, t->bias, cols * sizeof *t->bias, &p->t.bias) &&
           copy_array(p, 5, t->gap, cols, &p->t.gap);
}

static bool group_fill(gw_thread_group_t *g, const gw_thread_templates_t *t, int lanes)
{
    size_t cells = (size_t)g->len * (size_t)lanes;
    g->pp = gw_aligned_alloc(64, cells + 64, GW_THREAD_LETTERS);
    g->env = gw_aligned_alloc(64, cells + 64, GW_THREAD_LETTERS);
    g->state = gw_aligned_alloc(64, cells + 64, sizeof *g->state);
    g->bias = gw_aligned_alloc(64, cells + 64, sizeof *g->bias);
    g->gap = gw_aligned_alloc(64, cells + 64, sizeof *g->gap);
    if (!g->pp || !g->env || !g->state || !g->bias || !g->gap)
        return false;
    memset(g->pp, 0, cells * GW_THREAD_LETTERS);
    memset(g->env, 0, cells * GW_THREAD_LETTERS);
    memset(g->state, 0, cells * sizeof *g->state);
    memset(g->gap, 0, cells * sizeof *g->gap);
    for (size_t i = 0; i < cells; i++)
        g->bias[i] = GW_THREAD_PAD_BIAS;
    for (int l = 0; l < g->n; l++) {
        int64_t beg = t->off[g->member[l]], len = t->off[g->member[l] + 1] - beg;
        size_t half = (size_t)(l >> 2) & 1, at = (size_t)((l & 3) | (l >> 3) << 2);
        for (int64_t j = 0; j < len; j++) {
            size_t cell = (size_t)j * (size_t)lanes + (size_t)l, col = (size_t)(beg + j);
            for (size_t a = 0; a < GW_THREAD_LETTERS; a++) {
                size_t to = (((size_t)j * GW_THREAD_QUADS + a / 4) * 2 + half) * (size_t)lanes * 2 +
                            at * 4 + a % 4;
                g->pp[to] = t->pp[col * GW_THREAD_LETTERS + a];
                g->env[to] = t->env[col * GW_THREAD_LETTERS + a];
            }
            g->state[cell] = (int16_t)(t->state[col] * 0x0101);
            g->bias[cell] = t->bias[col];
            g->gap[cell] = t->gap[col];
        }
    }
    return true;
}

gw_status_t gw_thread_pack_create_level(const gw_thread_templates_t *t, gw_cpu_level_t level,
                                        gw_thread_pack_t **out, gw_err_t *err)
{
    size_t v = 0;
    while (variants[v].level > level)
        v++;
    gw_thread_pack_t *p = gw_calloc(1, sizeof *p);
    if (!p)
        goto nomem;
    p->level = variants[v].level;
    p->fn = variants[v].fn;
    p->lanes = variants[v].lanes;
    p->n_groups = (t->n + (size_t)p->lanes - 1) / (size_t)p->lanes;
    p->group = gw_calloc(p->n_groups, sizeof *p->group);
    p->order = gw_malloc(t->n + 1, sizeof *p->order);
    if (!p->group || !p->order || !copy_templates(p, t) || gw_thread_order(t, p->order, err) != GW_OK)
        goto nomem;
    for (size_t i = 0; i < t->n; i++) {
        gw_thread_group_t *g = &p->group[i / (size_t)p->lanes];
        g->member[g->n++] = p->order[i];
        g->len = (int32_t)(t->off[p->order[i] + 1] - t->off[p->order[i]]);
    }
    for (size_t k = 0; p->fn && k < p->n_groups; k++)
        if (!group_fill(&p->group[k], t, p->lanes))
            goto nomem;
    *out = p;
    return GW_OK;
nomem:
    gw_thread_pack_destroy(p);
    return gw_err_nomem(err, "packing templates");
}

gw_status_t gw_thread_pack_create(const gw_thread_templates_t *t, gw_thread_pack_t **out,
                                  gw_err_t *err)
{
    return gw_thread_pack_create_level(t, gw_cpu_level(), out, err);
}

void gw_thread_pack_destroy(gw_thread_pack_t *p)
{
    if (!p)
        return;
    for (size_t k = 0; p->group && k < p->n_groups; k++) {
        free(p->group[k].pp);
        free(p->group[k].env);
        free(p->group[k].state);
        free(p->group[k].bias);
        free(p->group[k].gap);
    }
    for (int k = 0; k < 6; k++)
        free(p->copy[k]);
    free(p->group);
    free(p->order);
    free(p);
}

size_t gw_thread_pack_groups(const gw_thread_pack_t *p)
{
    return p->n_groups;
}

const gw_thread_templates_t *gw_thread_pack_templates(const gw_thread_pack_t *p)
{
    return &p->t;
}

const int32_t *gw_thread_pack_order(const gw_thread_pack_t *p)
{
    return p->order;
}

size_t gw_thread_pack_first(const gw_thread_pack_t *p, size_t group)
{
    const size_t at = group * (size_t)p->lanes;
    return at < p->t.n ? at : p->t.n;
}

gw_cpu_level_t gw_thread_pack_level(const gw_thread_pack_t *p)
{
    return p->level;
}

/* 4. scores */
gw_status_t gw_thread_score_group(const gw_thread_pack_t *p, const gw_thread_query_t *q,
                                  size_t group, int32_t *score, gw_err_t *err)
{
    const gw_thread_group_t *g = &p->group[group];
    _Alignas(64) int16_t best[GW_THREAD_MAX_LANES];
    if (p->fn) {
        void *scratch = gw_aligned_alloc(64, gw_thread_scratch_bytes(g->len, p->lanes), 1);
        if (!scratch)
            return gw_err_nomem(err, "threading");
        p->fn(g, q, scratch, best);
        free(scratch);
    }
    for (int l = 0; l < g->n; l++) {
        size_t t = (size_t)g->member[l];
        score[t] = best[l];
        if (!p->fn || best[l] == INT16_MAX) { /* saturated: again in 32 bits */
            gw_status_t st = gw_thread_score_ref(&p->t, q, t, &score[t], err);
            if (st != GW_OK)
                return st;
        }
    }
    return GW_OK;
}
