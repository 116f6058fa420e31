#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cluster/umi.h"

typedef struct {
    const gw_umi_t *umi;
    int32_t *slot; /* hash table: numbers, -1 = free */
    uint64_t mask;
    int32_t *root, *queue;
    int32_t n_queue;
    int32_t from; /* whose neighbours are looked for */
} net_t;

static uint64_t place(const net_t *t, const char *text, int32_t len)
{
    return gw_hash_bytes(text, (size_t)len, 0) & t->mask;
}

static int32_t find(const net_t *t, const char *text, int32_t len)
{
    for (uint64_t p = place(t, text, len);; p = (p + 1) & t->mask) {
        int32_t i = t->slot[p];
        if (i < 0 || (t->umi[i].len == len && memcmp(t->umi[i].text, text, (size_t)len) == 0))
            return i;
    }
}

/* Everything that differs from text in one to left letters from position at on. */
static void visit(net_t *t, char *text, int32_t len, int32_t at, int left)
{
    for (int32_t k = at; k < len; k++) {
        char own = text[k];
        for (const char *c = "ACGTN"; *c; c++) {
            if (*c == own)
                continue;
            text[k] = *c;
            int32_t i = find(t, text, len);
            if (i >= 0 && t->root[i] < 0 && t->umi[t->from].count >= 2 * t->umi[i].count - 1) {
                t->root[i] = t->root[t->from];
                t->queue[t->n_queue++] = i;
            }
            if (left > 1)
                visit(t, text, len, k + 1, left - 1);
        }
        text[k] = own;
    }
}

typedef struct {
    int64_t count;
    int32_t i;
} rank_t;

static int cmp_rank(const void *x, const void *y)
{
    const rank_t *a = x, *b = y;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->i < b->i ? -1 : a->i > b->i;
}

gw_status_t gw_umi_network(const gw_umi_t *umi, int32_t n, int distance, int32_t *root,
                           gw_err_t *err)
{
    net_t t = {.umi = umi, .root = root, .mask = 15};
    while (t.mask < 2 * (uint64_t)n)
        t.mask = 2 * t.mask + 1;
    t.slot = gw_malloc((size_t)t.mask + 1, sizeof *t.slot);
    t.queue = gw_malloc((size_t)n, sizeof *t.queue);
    rank_t *rank = gw_malloc((size_t)n, sizeof *rank);
    gw_status_t st = t.slot && t.queue && rank ? GW_OK : gw_err_nomem(err, "grouping identifiers");
    for (uint64_t p = 0; st == GW_OK && p <= t.mask; p++)
        t.slot[p] = -1;
    for (int32_t i = 0; st == GW_OK && i < n; i++) {
        uint64_t p = place(&t, umi[i].text, umi[i].len);
        while (t.slot[p] >= 0)
            p = (p + 1) & t.mask;
        t.slot[p] = i;
        root[i] = -1;
        rank[i] = (rank_t){umi[i].count, i};
    }
    if (st == GW_OK)
        qsort(rank, (size_t)n, sizeof *rank, cmp_rank);
    for (int32_t r = 0; st == GW_OK && r < n; r++) {
        if (root[rank[r].i] >= 0)
            continue;
        root[rank[r].i] = rank[r].i;
        t.queue[0] = rank[r].i;
        t.n_queue = 1;
        for (int32_t q = 0; distance > 0 && q < t.n_queue; q++) {
            char text[GW_UMI_MAX];
            t.from = t.queue[q];
            memcpy(text, umi[t.from].text, (size_t)umi[t.from].len);
            visit(&t, text, umi[t.from].len, 0, distance);
        }
    }
    free(t.slot);
    free(t.queue);
    free(rank);
    return st;
}
