#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/map.h"
#include "base/hash.h"
#include "base/mem.h"

/* Reads whose look-ups are in flight together; occurrences of a seed and of all seeds of a read
 * that are followed; diagonals of one candidate lie within BAND; candidates kept. */
enum { GROUP = 32, MAX_OCC = 500, MAX_HITS = 4000, BAND = 100, APART = 16, MAX_CAND = 64 };
/* Candidates with less than a MIN_SHARE-th of the most votes are left. */
enum { MIN_SHARE = 8, MAX_VOTES = 255 };
enum { DIAG_BIAS = 1 << 20, REV_SHIFT = 62 };

/* 1. looking seeds up, a group of reads at a time so that memory latency overlaps */
static gw_status_t scan_group(gw_mapper_t *m, size_t first, size_t n, gw_err_t *err)
{
    m->n_seed = 0;
    if (!GW_GROW(m->seed_off, m->cap_seed_off, n + 1))
        return gw_err_nomem(err, "mapping reads");
    for (size_t i = 0; i < n; i++) {
        const gw_read_t *r = &m->read[first + i];
        m->seed_off[i] = m->n_seed;
        if (!GW_GROW(m->seed, m->cap_seed, m->n_seed + (size_t)r->len))
            return gw_err_nomem(err, "mapping reads");
        size_t k = gw_seed_scan(m->code + r->code, (size_t)r->len, m->seed + m->n_seed);
        for (size_t j = 0; j < k; j++)
            __builtin_prefetch(
                &m->index->bucket[gw_index_bucket(m->index, m->seed[m->n_seed + j].hash)]);
        m->n_seed += k;
    }
    m->seed_off[n] = m->n_seed;
    if (!GW_GROW(m->found, m->cap_found, m->n_seed))
        return gw_err_nomem(err, "mapping reads");
    for (size_t j = 0; j < m->n_seed; j++) {
        uint64_t b = gw_index_bucket(m->index, m->seed[j].hash);
        m->found[j].from = m->index->bucket[b];
        m->found[j].n = m->index->bucket[b + 1] - m->index->bucket[b];
        __builtin_prefetch(&m->index->entry[m->found[j].from]);
    }
    return GW_OK;
}

static void narrow(const gw_index_t *x, const gw_seed_t *seed, gw_seed_hits_t *f)
{
    uint64_t tag = gw_index_tag(x, seed->hash);
    uint64_t low = tag << (GW_INDEX_POS_BITS + 1), high = (tag + 1) << (GW_INDEX_POS_BITS + 1);
    uint32_t from = f->from, end = f->from + f->n;
    if (f->n > 64) {
        uint32_t lo = from, hi = end;
        while (lo < hi) {
            uint32_t mid = lo + (hi - lo) / 2;
            if (x->entry[mid] < low)
                lo = mid + 1;
            else
                hi = mid;
        }
        from = lo;
    } else {
        while (from < end && x->entry[from] < low)
            from++;
    }
    uint32_t to = from; /* the last tag has no higher one: then high wrapped to 0 */
    while (to < end && (x->entry[to] < high || high == 0) && to - from <= MAX_OCC)
        to++;
    f->from = from;
    f->n = to - from;
    f->pos = seed->pos;
    f->rev = (uint8_t)seed->rev;
}

/* 2. from seeds to diagonals */
static int by_count(const void *a, const void *b)
{
    const gw_seed_hits_t *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return (x->pos > y->pos) - (x->pos < y->pos);
}

static size_t choose_seeds(gw_read_t *r, gw_seed_hits_t *f, size_t n)
{
    size_t total = 0, used = 0;
    for (size_t i = 0; i < n; i++)
        total += f[i].n;
    r->n_seeds = (int32_t)n;
    if (total > MAX_HITS)
        qsort(f, n, sizeof *f, by_count);
    total = 0;
    for (size_t i = 0; i < n; i++) {
        if (f[i].n > MAX_OCC || total + f[i].n > MAX_HITS) {
            r->n_skipped++;
            continue;
        }
        total += f[i].n;
        f[used++] = f[i];
    }
    return used;
}

static void sort_keys(uint64_t *key, uint64_t *tmp, size_t n)
{
    if (n <= 64) {
        for (size_t i = 1; i < n; i++) {
            uint64_t v = key[i];
            size_t j = i;
            for (; j && key[j - 1] > v; j--)
                key[j] = key[j - 1];
            key[j] = v;
        }
        return;
    }
    /* merge sort from runs of 32: the lists of single seeds come sorted, which it profits from */
    for (size_t i = 0; i < n; i += 32)
        sort_keys(key + i, tmp, n - i < 32 ? n - i : 32);
    for (size_t w = 32; w < n; w *= 2) {
        for (size_t i = 0; i < n; i += 2 * w) {
            size_t a = i, mid = i + w < n ? i + w : n, b = mid, end = i + 2 * w < n ? i + 2 * w : n;
            for (size_t o = i; o < end; o++)
                tmp[o] = a < mid && (b >= end || key[a] <= key[b]) ? key[a++] : key[b++];
        }
        memcpy(key, tmp, n * sizeof *key);
    }
}

static size_t spell_keys(gw_mapper_t *m, const gw_read_t *r, const gw_seed_hits_t *f, size_t n)
{
    const uint64_t mask = (1ULL << GW_INDEX_POS_BITS) - 1;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < f[i].n; j++) {
            uint64_t e = m->index->entry[f[i].from + j];
            uint64_t rev = (e & 1) ^ f[i].rev;
            int64_t q = rev ? r->len - GW_SEED_K - (int64_t)f[i].pos : (int64_t)f[i].pos;
            m->key[k++] = rev << REV_SHIFT | (uint64_t)((int64_t)(e >> 1 & mask) - q + DIAG_BIAS);
        }
    }
    return k;
}

/* 3. from diagonals to candidates */
static gw_hit_t candidate(const uint64_t *key, size_t n, uint64_t diag)
{
    uint64_t up = key[n - 1] - diag, down = diag - key[0];
    return (gw_hit_t){.diag = (int64_t)(diag & ((1ULL << REV_SHIFT) - 1)) - DIAG_BIAS,
                      .rev = (uint8_t)(diag >> REV_SHIFT),
                      .votes = (int32_t)n,
                      .spread = (int32_t)(up > down ? up : down),
                      .parent = -1,
                      .cigar_off = -1};
}

/* The diagonal with most votes that lies at least APART from `from`; 0 votes: there is none. */
static size_t favourite(const uint64_t *key, size_t n, uint64_t from, size_t *votes)
{
    size_t best = 0;
    *votes = 0;
    for (size_t i = 0; i < n;) {
        size_t j = i;
        while (j < n && key[j] == key[i])
            j++;
        uint64_t d = key[i] > from ? key[i] - from : from - key[i];
        if (j - i > *votes && d >= APART) {
            *votes = j - i;
            best = i;
        }
        i = j;
    }
    return best;
}

/* A group is a candidate on its favourite diagonal. A second diagonal far from that is one more:
 * a long gap that costs more than it joins leaves two alignments. */
static bool add_group(gw_mapper_t *m, const uint64_t *key, size_t n, size_t *k)
{
    if (!GW_GROW(m->group, m->cap_group, *k + 2))
        return false;
    size_t votes, best = favourite(key, n, UINT64_MAX, &votes);
    m->group[(*k)++] = candidate(key, n, key[best]);
    if (key[n - 1] - key[0] < APART)
        return true;
    size_t other = favourite(key, n, key[best], &votes);
    if (votes >= 2)
        m->group[(*k)++] = candidate(key + other, votes, key[other]);
    return true;
}

/* The least number of votes with which no more than MAX_CAND of n candidates are left, at least a
 * MIN_SHARE of the most. */
static int32_t least_votes(const gw_hit_t *c, size_t n)
{
    size_t count[MAX_VOTES + 1] = {0}, left = 0;
    int32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t v = c[i].votes < MAX_VOTES ? c[i].votes : MAX_VOTES;
        count[v]++;
        most = v > most ? v : most;
    }
    int32_t least = most;
    while (least > 1 && (least - 1) * MIN_SHARE >= most &&
           left + count[least] + count[least - 1] <= MAX_CAND)
        left += count[least--];
    return least;
}

static gw_status_t vote(gw_mapper_t *m, gw_read_t *r, size_t n, gw_err_t *err)
{
    size_t k = 0;
    r->n_hits = 0;
    for (size_t i = 0; i < n;) {
        size_t j = i + 1;
        while (j < n && m->key[j] - m->key[i] <= BAND)
            j++;
        if (!add_group(m, m->key + i, j - i, &k))
            return gw_err_nomem(err, "mapping reads");
        i = j;
    }
    int32_t least = k > 1 ? least_votes(m->group, k) : 1;
    size_t keep = k < MAX_CAND ? k : MAX_CAND;
    r->hit = gw_arena_alloc(&m->hits, keep + GW_MORE_HITS, sizeof *r->hit);
    if (!r->hit)
        return gw_err_nomem(err, "mapping reads");
    for (size_t i = 0; i < k && r->n_hits < keep; i++)
        if (m->group[i].votes >= least)
            r->hit[r->n_hits++] = m->group[i];
    return GW_OK;
}

gw_status_t gw_candidates_find(gw_mapper_t *m, gw_err_t *err)
{
    for (size_t first = 0; first < m->n_reads; first += GROUP) {
        size_t n = m->n_reads - first < GROUP ? m->n_reads - first : GROUP;
        gw_status_t st = scan_group(m, first, n, err);
        for (size_t i = 0; i < n && st == GW_OK; i++) {
            gw_read_t *r = &m->read[first + i];
            gw_seed_hits_t *f = m->found + m->seed_off[i];
            size_t k = m->seed_off[i + 1] - m->seed_off[i];
            for (size_t j = 0; j < k; j++)
                narrow(m->index, &m->seed[m->seed_off[i] + j], &f[j]);
            k = choose_seeds(r, f, k);
            if (!GW_GROW(m->key, m->cap_key, MAX_HITS) || !GW_GROW(m->key2, m->cap_key2, MAX_HITS))
                return gw_err_nomem(err, "mapping reads");
            k = spell_keys(m, r, f, k);
            sort_keys(m->key, m->key2, k);
            st = vote(m, r, k, err);
        }
        if (st != GW_OK)
            return st;
    }
    return GW_OK;
}
