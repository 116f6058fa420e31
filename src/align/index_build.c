#include <config.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "align/index.h"
#include "base/mem.h"
#include "base/thread.h"

enum { CHUNK = 1 << 16, SORT_BUCKETS = 1 << 12, MIN_BUCKET_BITS = 8, MAX_BUCKET_BITS = 30 };

typedef struct {
    const gw_ref_t *ref;
    gw_index_t *x;
    int64_t *chunk_first; /* by contig: number of its first chunk; n_contigs + 1 values */
    uint64_t *seq;
    _Atomic uint32_t *count; /* seeds a bucket, then where the next one goes */
    uint64_t *entry;
    gw_seed_t **seeds; /* by worker */
    bool fill;
} build_t;

/* 1. layout: contigs, spans and packed bases */
static bool spans_add(gw_index_span_t **v, size_t *n, size_t *cap, int64_t beg, int64_t end)
{
    if (beg == end)
        return true;
    if (*n && (*v)[*n - 1].end == beg) {
        (*v)[*n - 1].end = end;
        return true;
    }
    if (!GW_GROW(*v, *cap, *n + 1))
        return false;
    (*v)[(*n)++] = (gw_index_span_t){beg, end};
    return true;
}

static bool find_spans(const gw_ref_t *ref, gw_index_t *x)
{
    gw_index_span_t *v = NULL;
    size_t n = 0, cap = 0;
    bool ok = true;
    for (int32_t c = 0; c < ref->n_contigs && ok; c++) {
        const uint8_t *b = ref->base + ref->contig[c].start;
        int64_t len = ref->contig[c].len_bp, at = x->contig[c].start;
        int64_t next = c + 1 < ref->n_contigs ? x->contig[c + 1].start : x->total;
        for (int64_t i = 0; i < len && ok;) {
            if (b[i] < 4) {
                i++;
                continue;
            }
            int64_t j = i;
            while (j < len && b[j] > 3)
                j++;
            ok = spans_add(&v, &n, &cap, at + i, at + j);
            i = j;
        }
        ok = ok && spans_add(&v, &n, &cap, at + len, next);
    }
    x->span = x->owned[0] = v;
    x->n_spans = (int64_t)n;
    return ok;
}

static gw_status_t lay_out(const gw_ref_t *ref, gw_index_t *x, gw_err_t *err)
{
    size_t names = 0;
    for (int32_t c = 0; c < ref->n_contigs; c++)
        names += strlen(ref->contig[c].name) + 1;
    x->names = gw_malloc(names, 1);
    x->contig = gw_calloc((size_t)ref->n_contigs, sizeof *x->contig);
    if (!x->names || !x->contig)
        return gw_err_nomem(err, "laying out the index");
    x->n_contigs = ref->n_contigs;
    char *p = x->names;
    for (int32_t c = 0; c < ref->n_contigs; c++) {
        size_t n = strlen(ref->contig[c].name) + 1;
        x->contig[c] = (gw_index_contig_t){memcpy(p, ref->contig[c].name, n), ref->contig[c].len_bp,
                                           x->total, ""};
        memcpy(x->contig[c].md5, ref->contig[c].md5, sizeof x->contig[c].md5);
        p += n;
        x->total += (ref->contig[c].len_bp + 31) / 32 * 32;
    }
    if (x->total >= INT64_C(1) << GW_SEEDING_POS_BITS)
        return gw_err_set(
            err, GW_EDATA,
            "%s: %lld bases are more than an index can hold (2^40); index parts of it",
            ref->path ? ref->path : "reference", (long long)ref->total_bp);
    memcpy(x->digest, ref->digest, sizeof x->digest);
    return find_spans(ref, x) ? GW_OK : gw_err_nomem(err, "laying out the index");
}

gw_status_t gw_index_make_risk(gw_index_t *x, gw_err_t *err)
{
    int64_t bits = (x->total >> GW_INDEX_RISK_SHIFT) + 1;
    x->risk = gw_calloc((size_t)(bits + 63) / 64, sizeof *x->risk);
    if (!x->risk)
        return gw_err_nomem(err, "laying out the index");
    for (int64_t s = 0; s < x->n_spans; s++)
        for (int64_t b = x->span[s].beg >> GW_INDEX_RISK_SHIFT;
             b <= (x->span[s].end - 1) >> GW_INDEX_RISK_SHIFT; b++)
            x->risk[b >> 6] |= 1ULL << (b & 63);
    for (int32_t c = 0; c < x->n_contigs; c++) {
        int64_t ends[3] = {x->contig[c].start, x->contig[c].start + x->contig[c].len_bp - 1,
                           x->contig[c].start ? x->contig[c].start - 1 : 0};
        for (int i = 0; i < 3; i++) {
            int64_t b = ends[i] >> GW_INDEX_RISK_SHIFT;
            x->risk[b >> 6] |= 1ULL << (b & 63);
        }
    }
    return GW_OK;
}

/* 2. seeds, chunk by chunk: a counting pass, then a filling pass */
static int32_t chunk_contig(const build_t *b, int64_t chunk)
{
    int32_t lo = 0, hi = b->x->n_contigs;
    while (hi - lo > 1) {
        int32_t mid = lo + (hi - lo) / 2;
        if (b->chunk_first[mid] <= chunk)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static gw_status_t scan_chunk(void *ctx, int worker, int64_t chunk, gw_err_t *err)
{
    (void)err;
    build_t *b = ctx;
    int32_t c = chunk_contig(b, chunk);
    const gw_contig_t *contig = &b->ref->contig[c];
    int64_t beg = (chunk - b->chunk_first[c]) * CHUNK, end = beg + CHUNK + GW_SEED_K - 1;
    if (end > contig->len_bp)
        end = contig->len_bp;
    const uint8_t *base = b->ref->base + contig->start;
    gw_seed_t *seed = b->seeds[worker];
    size_t n = gw_seed_scan(base + beg, (size_t)(end - beg), seed);
    uint64_t at = (uint64_t)(b->x->contig[c].start + beg);
    for (size_t i = 0; i < n; i++) {
        _Atomic uint32_t *cell = &b->count[gw_seed_table_bucket(&b->x->table, seed[i].hash)];
        uint32_t slot = atomic_fetch_add_explicit(cell, 1, memory_order_relaxed);
        if (b->fill)
            b->entry[slot] = gw_seed_table_tag(&b->x->table, seed[i].hash) << (GW_SEEDING_POS_BITS + 1) |
                             (at + seed[i].pos) << 1 | seed[i].rev;
    }
    if (b->fill)
        return GW_OK;
    int64_t stop = beg + CHUNK < contig->len_bp ? beg + CHUNK : contig->len_bp;
    for (int64_t i = beg; i < stop; i++) /* CHUNK and contig starts are multiples of 32 */
        if (base[i] < 4)
            b->seq[((int64_t)at + i - beg) >> 5] |= (uint64_t)base[i] << 2 * (i & 31);
    return GW_OK;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Filling order depended on the threads; sorting every bucket removes that. */
static gw_status_t sort_buckets(void *ctx, int worker, int64_t part, gw_err_t *err)
{
    (void)worker;
    (void)err;
    build_t *b = ctx;
    uint64_t n_buckets = 1ULL << b->x->table.bucket_bits;
    uint64_t beg = (uint64_t)part * SORT_BUCKETS, end = beg + SORT_BUCKETS;
    for (uint64_t k = beg; k < end && k < n_buckets; k++) {
        uint32_t from = b->x->table.bucket[k], to = b->x->table.bucket[k + 1];
        if (to - from > 16) {
            qsort(b->entry + from, to - from, sizeof *b->entry, by_value);
            continue;
        }
        for (uint32_t i = from + 1; i < to; i++) {
            uint64_t v = b->entry[i];
            uint32_t j = i;
            for (; j > from && b->entry[j - 1] > v; j--)
                b->entry[j] = b->entry[j - 1];
            b->entry[j] = v;
        }
    }
    return GW_OK;
}

static gw_status_t collect(build_t *b, int threads, gw_err_t *err)
{
    gw_index_t *x = b->x;
    int64_t n_chunks = b->chunk_first[x->n_contigs];
    uint64_t n_buckets = 1ULL << x->table.bucket_bits, sum = 0;
    gw_status_t st = gw_thread_for(threads, n_chunks, scan_chunk, b, err);
    if (st != GW_OK)
        return st;
    uint32_t *start = gw_malloc(n_buckets + 1, sizeof *start);
    if (!start)
        return gw_err_nomem(err, "building the index");
    x->table.bucket = x->owned[1] = start;
    for (uint64_t k = 0; k < n_buckets; k++) {
        uint32_t n = atomic_load_explicit(&b->count[k], memory_order_relaxed);
        if (sum + n > UINT32_MAX)
            return gw_err_set(err, GW_EDATA,
                              "reference: more than 2^32 - 1 seeds; index parts of it instead");
        start[k] = (uint32_t)sum;
        atomic_store_explicit(&b->count[k], (uint32_t)sum, memory_order_relaxed);
        sum += n;
    }
    start[n_buckets] = (uint32_t)sum;
    x->table.n_entries = sum;
    b->entry = gw_malloc(sum, sizeof *b->entry);
    if (!b->entry)
        return gw_err_nomem(err, "building the index");
    x->table.entry = x->owned[2] = b->entry;
    b->fill = true;
    st = gw_thread_for(threads, n_chunks, scan_chunk, b, err);
    if (st == GW_OK)
        st = gw_thread_for(threads, (int64_t)((n_buckets + SORT_BUCKETS - 1) / SORT_BUCKETS),
                           sort_buckets, b, err);
    return st;
}

/* 3. the whole */
static gw_status_t prepare(build_t *b, int threads, gw_err_t *err)
{
    gw_index_t *x = b->x;
    gw_status_t st = lay_out(b->ref, x, err);
    if (st != GW_OK)
        return st;
    x->table.bucket_bits = MIN_BUCKET_BITS;
    while (x->table.bucket_bits < MAX_BUCKET_BITS &&
           INT64_C(1) << x->table.bucket_bits < x->total / (4 * GW_SEED_W))
        x->table.bucket_bits++;
    b->chunk_first = gw_malloc((size_t)x->n_contigs + 1, sizeof *b->chunk_first);
    b->count = gw_calloc((size_t)1 << x->table.bucket_bits, sizeof *b->count);
    b->seq = gw_calloc((size_t)x->total / 32 + 2, sizeof *b->seq);
    b->seeds = gw_calloc((size_t)threads, sizeof *b->seeds);
    x->seq = x->map = b->seq;
    if (!b->chunk_first || !b->count || !b->seq || !b->seeds)
        return gw_err_nomem(err, "building the index");
    for (int t = 0; t < threads; t++)
        if (!(b->seeds[t] = gw_malloc(CHUNK + GW_SEED_K, sizeof *b->seeds[t])))
            return gw_err_nomem(err, "building the index");
    int64_t n = 0;
    for (int32_t c = 0; c < x->n_contigs; c++) {
        b->chunk_first[c] = n;
        n += (x->contig[c].len_bp + CHUNK - 1) / CHUNK;
    }
    b->chunk_first[x->n_contigs] = n;
    return GW_OK;
}

gw_status_t gw_index_build(const gw_ref_t *ref, int threads, gw_index_t **out, gw_err_t *err)
{
    *out = NULL;
    gw_index_t *x = gw_calloc(1, sizeof *x);
    if (!x)
        return gw_err_nomem(err, "building the index");
    build_t b = {.ref = ref, .x = x};
    gw_status_t st = prepare(&b, threads, err);
    if (st == GW_OK)
        st = collect(&b, threads, err);
    if (st == GW_OK)
        st = gw_index_make_risk(x, err);
    for (int t = 0; t < threads && b.seeds; t++)
        free(b.seeds[t]);
    free(b.seeds);
    free(b.chunk_first);
    free((void *)b.count);
    if (st == GW_OK)
        *out = x;
    else
        gw_index_destroy(x);
    return st;
}
