/* tests/kernels/seedings.h -- made-up references with repeats, their seed tables, and reads of them */
#ifndef GW_TESTS_SEEDINGS_H
#define GW_TESTS_SEEDINGS_H

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "kernels/seeding.h"

typedef struct {
    size_t n_letters, unit, copies; /* the reference: random, with a unit repeated after it */
    int bucket_bits;
    size_t n_reads;
    int32_t min_len, max_len;
    unsigned errors; /* in 1000 letters of a read */
} seedings_plan_t;

typedef struct {
    uint8_t *ref, *code;
    size_t n_ref;
    uint32_t *bucket;
    uint64_t *entry;
    gw_seed_table_t table;
    int64_t *off;
    int32_t *len;
    gw_seeding_batch_t b;
} seedings_t;

typedef struct {
    uint64_t hash, pos_strand;
} seedings_place_t;

static inline int seedings_by_hash(const void *p, const void *q)
{
    const seedings_place_t *a = p, *b = q;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->pos_strand < b->pos_strand ? -1 : a->pos_strand > b->pos_strand;
}

static inline bool seedings_table(seedings_t *x, int bits)
{
    gw_seed_t *s = gw_malloc(x->n_ref, sizeof *s);
    size_t n = s ? gw_seed_scan(x->ref, x->n_ref, s) : 0, n_buckets = (size_t)1 << bits, k = 0;
    seedings_place_t *p = gw_malloc(n, sizeof *p);
    x->entry = gw_malloc(n, sizeof *x->entry);
    x->bucket = gw_calloc(n_buckets + 1, sizeof *x->bucket);
    if (!s || !p || !x->entry || !x->bucket) {
        free(s);
        free(p);
        return false;
    }
    x->table = (gw_seed_table_t){bits, x->bucket, x->entry, n};
    for (size_t i = 0; i < n; i++)
        p[i] = (seedings_place_t){s[i].hash, (uint64_t)s[i].pos << 1 | s[i].rev};
    qsort(p, n, sizeof *p, seedings_by_hash);
    for (size_t b = 0; b < n_buckets; b++) {
        x->bucket[b] = (uint32_t)k;
        for (; k < n && gw_seed_table_bucket(&x->table, p[k].hash) == b; k++)
            x->entry[k] = gw_seed_table_tag(&x->table, p[k].hash) << (GW_SEEDING_POS_BITS + 1) |
                          p[k].pos_strand;
    }
    x->bucket[n_buckets] = (uint32_t)n;
    free(s);
    free(p);
    return true;
}

/* A read: a stretch of the reference or its complement, with errors, a gap now and then, Ns; every
 * eighth is random. */
static inline void seedings_read(const seedings_t *x, gw_rng_t *rng, unsigned errors, size_t i,
                                 uint8_t *out, int32_t len)
{
    size_t at = gw_rng_below(rng, x->n_ref > (size_t)len + 40 ? x->n_ref - (size_t)len - 40 : 1);
    bool rev = gw_rng_below(rng, 2), stray = i % 8 == 7;
    int32_t gap = gw_rng_below(rng, 3) == 0 ? (int32_t)gw_rng_below(rng, 40) : 0;
    for (int32_t j = 0; j < len; j++) {
        size_t p = at + (size_t)j + (size_t)(j > len / 2 ? gap : 0);
        uint8_t c = p < x->n_ref ? x->ref[p] : 0;
        if (stray || gw_rng_below(rng, 1000) < errors)
            c = (uint8_t)gw_rng_below(rng, gw_rng_below(rng, 20) ? 4 : 5);
        if (rev)
            out[len - 1 - j] = c < 4 ? 3 - c : 4;
        else
            out[j] = c;
    }
}

/* false = out of memory */
static inline bool seedings_init(seedings_t *x, gw_rng_t *rng, const seedings_plan_t *p)
{
    *x = (seedings_t){.n_ref = p->n_letters + p->unit * p->copies};
    x->ref = gw_malloc(x->n_ref, 1);
    x->code = gw_malloc(p->n_reads * (size_t)p->max_len + 1, 1);
    x->off = gw_malloc(p->n_reads + 1, sizeof *x->off);
    x->len = gw_malloc(p->n_reads + 1, sizeof *x->len);
    if (!x->ref || !x->code || !x->off || !x->len)
        return false;
    for (size_t i = 0; i < p->n_letters + p->unit && i < x->n_ref; i++)
        x->ref[i] = (uint8_t)gw_rng_below(rng, gw_rng_below(rng, 400) ? 4 : 5);
    for (size_t i = p->n_letters + p->unit; i < x->n_ref; i++)
        x->ref[i] = x->ref[i - p->unit];
    if (!seedings_table(x, p->bucket_bits))
        return false;
    int64_t at = 0;
    for (size_t i = 0; i < p->n_reads; i++) {
        x->len[i] = p->min_len +
                    (int32_t)gw_rng_below(rng, (uint64_t)(p->max_len - p->min_len) + 1);
        x->off[i] = at;
        seedings_read(x, rng, p->errors, i, x->code + at, x->len[i]);
        at += x->len[i];
    }
    x->b = (gw_seeding_batch_t){p->n_reads, x->code, x->off, x->len};
    return true;
}

static inline void seedings_release(seedings_t *x)
{
    free(x->ref);
    free(x->code);
    free(x->bucket);
    free(x->entry);
    free(x->off);
    free(x->len);
}

#endif
