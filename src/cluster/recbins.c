#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cluster/recbins.h"

enum {
    BLOCK = 2046,     /* records of a block: 16 KiB with its header */
    DIGIT = 8,        /* bits that one pass sorts by */
    BY_INSERTION = 24 /* so few records are sorted by insertion */
};

struct gw_recblock {
    gw_recblock_t *older; /* all of them full */
    uint64_t rec[BLOCK];
};

/* 1. the bins */
gw_status_t gw_recbins_init(gw_recbins_t *b, int n_bins, int n_workers, gw_err_t *err)
{
    *b = (gw_recbins_t){.n_bins = n_bins, .n_workers = n_workers};
    b->tail = gw_calloc((size_t)n_bins * (size_t)n_workers, sizeof *b->tail);
    return b->tail ? GW_OK : gw_err_nomem(err, "finding pairs");
}

static void drop(gw_rectail_t *t)
{
    while (t->newest) {
        gw_recblock_t *older = t->newest->older;
        free(t->newest);
        t->newest = older;
    }
    t->at = t->stop = NULL;
}

void gw_recbins_release(gw_recbins_t *b)
{
    for (size_t i = 0; b->tail && i < (size_t)b->n_bins * (size_t)b->n_workers; i++)
        drop(&b->tail[i]);
    free(b->tail);
    *b = (gw_recbins_t){0};
}

/* 2. filling */
gw_status_t gw_recbins_more(gw_rectail_t *t, gw_err_t *err)
{
    gw_recblock_t *fresh = gw_malloc(1, sizeof *fresh);
    if (!fresh)
        return gw_err_nomem(err, "finding pairs");
    fresh->older = t->newest;
    t->newest = fresh;
    t->at = fresh->rec;
    t->stop = fresh->rec + BLOCK;
    return GW_OK;
}

/* 3. taking */
static void by_insertion(uint64_t *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t x = v[i];
        size_t k = i;
        for (; k > 0 && v[k - 1] > x; k--)
            v[k] = v[k - 1];
        v[k] = x;
    }
}

/* Sorts by the bits from `from` on, of which only those in `differ` are not the same everywhere;
 * true: the result lies in work. */
static bool by_digits(uint64_t *v, uint64_t *work, size_t n, int from, uint64_t differ)
{
    bool swapped = false;
    while (from < 64 && differ >> from) {
        from += __builtin_ctzll(differ >> from);
        size_t start[(1 << DIGIT) + 1] = {0};
        for (size_t i = 0; i < n; i++)
            start[((v[i] >> from) & ((1 << DIGIT) - 1)) + 1]++;
        for (int d = 0; d < 1 << DIGIT; d++)
            start[d + 1] += start[d];
        for (size_t i = 0; i < n; i++)
            work[start[(v[i] >> from) & ((1 << DIGIT) - 1)]++] = v[i];
        uint64_t *t = v;
        v = work;
        work = t;
        swapped = !swapped;
        from += DIGIT;
    }
    return swapped;
}

static void sort(gw_recs_t *r, int low_bits)
{
    uint64_t any = 0, all = UINT64_MAX;
    for (size_t i = 0; i < r->n; i++) {
        any |= r->v[i];
        all &= r->v[i];
    }
    uint64_t low = ((uint64_t)1 << low_bits) - 1;
    if (by_digits(r->v, r->work, r->n, low_bits, any ^ all)) {
        uint64_t *t = r->v;
        r->v = r->work;
        r->work = t;
    }
    for (size_t i = 0, k; i < r->n; i = k) {
        for (k = i + 1; k < r->n && r->v[k] >> low_bits == r->v[i] >> low_bits;)
            k++;
        if (k - i <= BY_INSERTION)
            by_insertion(r->v + i, k - i);
        else if (by_digits(r->v + i, r->work + i, k - i, 0, (any ^ all) & low))
            memcpy(r->v + i, r->work + i, (k - i) * sizeof *r->v);
    }
}

gw_status_t gw_recbins_take(gw_recbins_t *b, int bin, int low_bits, gw_recs_t *r, gw_err_t *err)
{
    size_t n = 0;
    for (int w = 0; w < b->n_workers; w++) {
        const gw_rectail_t *t = &b->tail[(size_t)w * (size_t)b->n_bins + (size_t)bin];
        for (const gw_recblock_t *k = t->newest; k; k = k->older)
            n += k == t->newest ? (size_t)(t->at - k->rec) : BLOCK;
    }
    if (n > r->cap) {
        gw_recs_release(r);
        r->cap = n + n / 4;
        r->v = gw_malloc(r->cap, sizeof *r->v);
        r->work = gw_malloc(r->cap, sizeof *r->work);
        if (!r->v || !r->work)
            return gw_err_nomem(err, "finding pairs");
    }
    r->n = 0;
    for (int w = 0; w < b->n_workers; w++) {
        gw_rectail_t *t = &b->tail[(size_t)w * (size_t)b->n_bins + (size_t)bin];
        for (const gw_recblock_t *k = t->newest; k; k = k->older) {
            size_t m = k == t->newest ? (size_t)(t->at - k->rec) : BLOCK;
            memcpy(r->v + r->n, k->rec, m * sizeof *r->v);
            r->n += m;
        }
        drop(t);
    }
    if (r->n > 1)
        sort(r, low_bits);
    return GW_OK;
}

void gw_recs_release(gw_recs_t *r)
{
    free(r->v);
    free(r->work);
    *r = (gw_recs_t){0};
}
