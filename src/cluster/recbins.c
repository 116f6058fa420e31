#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "cluster/recbins.h"
#include "cluster/seqset.h"

enum {
    BLOCK = 509,      /* records of a block: 4 KiB with its header and malloc's */
    KEPT = 2,         /* blocks a bin and worker that are always there, on average */
    DIGIT = 8,        /* bits that one pass sorts by */
    BY_INSERTION = 24, /* so few records are sorted by insertion */
    RUN = 128          /* blocks that are put aside together */
};

struct gw_recblock {
    gw_recblock_t *older; /* all of them full */
    uint64_t rec[BLOCK];
};

/* sorting */
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

/* 1. the bins */
uint64_t gw_recbins_least(int n_bins, int n_workers)
{
    return (uint64_t)n_bins * (uint64_t)n_workers * KEPT * sizeof(gw_recblock_t);
}

gw_status_t gw_recbins_init(gw_recbins_t *b, int n_bins, int n_workers, const gw_recroom_t *room,
                            gw_err_t *err)
{
    *b = (gw_recbins_t){.n_bins = n_bins, .n_workers = n_workers};
    b->tail = gw_calloc((size_t)n_bins * (size_t)n_workers, sizeof *b->tail);
    b->held = gw_calloc((size_t)n_workers, sizeof *b->held);
    if (room->limit) {
        uint64_t least = gw_recbins_least(n_bins, n_workers);
        uint64_t limit = room->limit > least ? room->limit : least;
        b->most = limit / (uint64_t)n_workers / sizeof(gw_recblock_t);
        b->spill = gw_spill_create(room->tmp_dir);
        b->limit = limit;
        b->max_mem = room->max_mem;
    }
    return b->tail && b->held && (b->spill || !room->limit) ? GW_OK
                                                            : gw_err_nomem(err, "finding pairs");
}

static void drop(gw_rectail_t *t)
{
    while (t->newest) {
        gw_recblock_t *older = t->newest->older;
        free(t->newest);
        t->newest = older;
    }
    free(t->aside);
    *t = (gw_rectail_t){0};
}

void gw_recbins_release(gw_recbins_t *b)
{
    for (size_t i = 0; b->tail && i < (size_t)b->n_bins * (size_t)b->n_workers; i++)
        drop(&b->tail[i]);
    free(b->tail);
    free(b->held);
    if (b->spill && gw_spill_bytes(b->spill) > 0)
        gw_log_debug("%.1f MB of records were put aside", (double)gw_spill_bytes(b->spill) / 1e6);
    gw_spill_destroy(b->spill);
    *b = (gw_recbins_t){0};
}

/* 2. filling */
/* Puts the full blocks of a tail aside: all but the newest, unless that is full too. */
static gw_status_t put_aside(gw_recbins_t *b, int worker, gw_rectail_t *t, gw_recs_t *run,
                             gw_err_t *err)
{
    gw_recblock_t **from = t->at == t->stop ? &t->newest : &t->newest->older;
    run->n = 0;
    while (*from) {
        gw_recblock_t *k = *from;
        memcpy(run->v + run->n, k->rec, sizeof k->rec);
        run->n += BLOCK;
        *from = k->older;
        free(k);
        b->held[worker]--;
        if (run->n < RUN * BLOCK && *from)
            continue;
        sort(run, 0);
        if (!GW_GROW(t->aside, t->cap_aside, t->n_aside + 1))
            return gw_err_nomem(err, "finding pairs");
        gw_status_t st = gw_spill_write(b->spill, run->v, run->n * sizeof *run->v,
                                        &t->aside[t->n_aside], err);
        if (st != GW_OK)
            return st;
        t->n_aside++;
        run->n = 0;
    }
    if (!t->newest)
        t->at = t->stop = NULL;
    return GW_OK;
}

static gw_status_t make_room(gw_recbins_t *b, int worker, gw_err_t *err)
{
    gw_recs_t run = {.v = gw_malloc(RUN * BLOCK, sizeof *run.v),
                     .work = gw_malloc(RUN * BLOCK, sizeof *run.work)};
    gw_status_t st = run.v && run.work ? GW_OK : gw_err_nomem(err, "finding pairs");
    for (int bin = 0; st == GW_OK && bin < b->n_bins; bin++) {
        gw_rectail_t *t = &b->tail[(size_t)worker * (size_t)b->n_bins + (size_t)bin];
        if (t->newest)
            st = put_aside(b, worker, t, &run, err);
    }
    gw_recs_release(&run);
    return st;
}

gw_status_t gw_recbins_more(gw_recbins_t *b, int worker, int bin, gw_err_t *err)
{
    gw_rectail_t *t = &b->tail[(size_t)worker * (size_t)b->n_bins + (size_t)bin];
    if (b->spill && b->held[worker] >= b->most) {
        gw_status_t st = make_room(b, worker, err);
        if (st != GW_OK)
            return st;
    }
    gw_recblock_t *fresh = gw_malloc(1, sizeof *fresh);
    if (!fresh)
        return gw_err_nomem(err, "finding pairs");
    b->held[worker]++;
    fresh->older = t->newest;
    t->newest = fresh;
    t->at = fresh->rec;
    t->stop = fresh->rec + BLOCK;
    return GW_OK;
}

/* 3. taking */
gw_status_t gw_recbins_take(gw_recbins_t *b, int bin, int low_bits, gw_recs_t *r, gw_err_t *err)
{
    size_t n = 0;
    for (int w = 0; w < b->n_workers; w++) {
        const gw_rectail_t *t = &b->tail[(size_t)w * (size_t)b->n_bins + (size_t)bin];
        for (const gw_recblock_t *k = t->newest; k; k = k->older)
            n += k == t->newest ? (size_t)(t->at - k->rec) : BLOCK;
        for (size_t i = 0; i < t->n_aside; i++)
            n += t->aside[i].bytes / sizeof *r->v;
    }
    if (n > r->cap) {
        gw_recs_release(r);
        r->cap = n + n / 4;
        /* every worker takes a bin of such a size */
        uint64_t need = (uint64_t)b->n_workers * r->cap * 2 * sizeof *r->v;
        uint64_t over = need > b->limit ? 4 * (need - b->limit) : 0; /* the limit is a quarter */
        gw_status_t st = gw_seqset_check_memory(b->max_mem, b->max_mem + over,
                                                "sorting the words that these sequences share", err);
        if (st != GW_OK)
            return st;
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
        for (size_t i = 0; i < t->n_aside; i++) {
            gw_status_t st = gw_spill_read(b->spill, &t->aside[i], r->v + r->n, err);
            if (st != GW_OK)
                return st;
            r->n += t->aside[i].bytes / sizeof *r->v;
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
