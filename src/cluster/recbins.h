/* src/cluster/recbins.h -- 8-byte records: put into bins by several threads, taken out sorted
 *
 * Contents: 1. the bins  2. filling  3. taking
 * Source:   Knuth, The Art of Computer Programming vol. 3, 5.2.5 (radix sort)
 *
 * What would be random look-ups in a table becomes two streams: records are written to the end of
 * their bin, and a bin is read back whole, small enough to be sorted in cache. A bin comes out in
 * rising order, so that it does not matter which thread put what when.
 * Memory: records lie in blocks that are freed with their bin. A worker that holds more than its part of a
 * limit sorts its full blocks and puts them aside, compressed (base/spill.h), and a bin that is
 * taken gets them back. At least two blocks a bin and worker stay in memory.
 */
#ifndef GW_CLUSTER_RECBINS_H
#define GW_CLUSTER_RECBINS_H

#include <stddef.h>
#include <stdint.h>

#include "base/spill.h"
#include "base/status.h"

/* 1. the bins */
typedef struct gw_recblock gw_recblock_t;
typedef struct {
    uint64_t *at, *stop; /* room in the newest block */
    gw_recblock_t *newest;
    gw_spilled_t *aside; /* what was put aside */
    size_t n_aside, cap_aside;
} gw_rectail_t;

typedef struct {
    int n_bins, n_workers;
    gw_rectail_t *tail; /* of each worker, of each bin */
    uint64_t *held;     /* blocks of each worker */
    uint64_t most;      /* of them */
    gw_spill_t *spill;  /* NULL: nothing is put aside */
    uint64_t limit, max_mem; /* as gw_recroom_t */
} gw_recbins_t;

/* Memory that the records may take: limit bytes, or as much as they need (0). max_mem: what the user
 * allows the process, of which the limit is a quarter of what is left; a bin that does not fit then ends the
 * run; 0: the limit is kept where possible. tmp_dir as base/spill.h. */
typedef struct {
    uint64_t limit, max_mem;
    const char *tmp_dir;
} gw_recroom_t;
/* The least limit that is kept. */
uint64_t gw_recbins_least(int n_bins, int n_workers);

GW_RESULT_USED gw_status_t gw_recbins_init(gw_recbins_t *b, int n_bins, int n_workers,
                                           const gw_recroom_t *room, gw_err_t *err);
void gw_recbins_release(gw_recbins_t *b);

/* 2. filling: workers put side by side, each under its own number */
GW_RESULT_USED gw_status_t gw_recbins_more(gw_recbins_t *b, int worker, int bin,
                                           gw_err_t *err);
GW_RESULT_USED static inline gw_status_t gw_recbins_put(gw_recbins_t *b, int worker, int bin,
                                                        uint64_t rec, gw_err_t *err)
{
    gw_rectail_t *t = &b->tail[(size_t)worker * (size_t)b->n_bins + (size_t)bin];
    if (t->at == t->stop) {
        gw_status_t st = gw_recbins_more(b, worker, bin, err);
        if (st != GW_OK)
            return st;
    }
    *t->at++ = rec;
    return GW_OK;
}

/* 3. taking: once nobody puts any more; bins may be taken side by side. r->v[0..n) are the records
 *    of the bin, rising; low_bits: records seldom differ in these lowest bits only. */
typedef struct {
    uint64_t *v, *work;
    size_t n, cap;
} gw_recs_t;
GW_RESULT_USED gw_status_t gw_recbins_take(gw_recbins_t *b, int bin, int low_bits, gw_recs_t *r,
                                           gw_err_t *err);
void gw_recs_release(gw_recs_t *r);

#endif
