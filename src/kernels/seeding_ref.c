#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kernels/seeding.h"

enum { GROUP = 32 }; /* reads whose look-ups are in flight together */

void gw_seeding_release(gw_seeding_out_t *out)
{
    free(out->n_seeds);
    free(out->n_skipped);
    free(out->first);
    free(out->candidate);
    free(out->room.seed);
    free(out->room.found);
    free(out->room.key);
    free(out->room.key2);
    free(out->room.group);
    *out = (gw_seeding_out_t){0};
}

gw_status_t gw_seeding_start(gw_seeding_out_t *out, size_t n, gw_err_t *err)
{
    if (!GW_GROW(out->n_seeds, out->cap_seeds, n) ||
        !GW_GROW(out->n_skipped, out->cap_skipped, n) ||
        !GW_GROW(out->first, out->cap_first, n + 1))
        return gw_err_nomem(err, "looking seeds up");
    out->first[0] = 0;
    return GW_OK;
}

/* 1. looking seeds up, a group of reads at a time so that memory latency overlaps */
static gw_status_t scan_group(const gw_seed_table_t *t, const gw_seeding_batch_t *b, size_t first,
                              size_t n, gw_seeding_room_t *m, size_t *off, gw_err_t *err)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len = (size_t)b->len[first + i];
        off[i] = total;
        if (!GW_GROW(m->seed, m->cap_seed, total + len))
            return gw_err_nomem(err, "looking seeds up");
        size_t k = gw_seed_scan(b->code + b->off[first + i], len, m->seed + total);
        for (size_t j = 0; j < k; j++)
            __builtin_prefetch(&t->bucket[gw_seed_table_bucket(t, m->seed[total + j].hash)]);
        total += k;
    }
    off[n] = total;
    if (!GW_GROW(m->found, m->cap_found, total))
        return gw_err_nomem(err, "looking seeds up");
    for (size_t j = 0; j < total; j++) {
        uint64_t k = gw_seed_table_bucket(t, m->seed[j].hash);
        m->found[j].from = t->bucket[k];
        m->found[j].n = t->bucket[k + 1] - t->bucket[k];
        __builtin_prefetch(&t->entry[m->found[j].from]);
    }
    return GW_OK;
}

static void narrow(const gw_seed_table_t *x, const gw_seed_t *seed, gw_seed_hits_t *f)
{
    uint64_t tag = gw_seed_table_tag(x, seed->hash);
    uint64_t low = tag << (GW_SEEDING_POS_BITS + 1), high = (tag + 1) << (GW_SEEDING_POS_BITS + 1);
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
    while (to < end && (x->entry[to] < high || high == 0) && to - from <= GW_SEEDING_OCC)
        to++;
    f->from = from;
    f->n = to - from;
    f->pos = seed->pos;
    f->rev = seed->rev;
}

/* 2. from seeds to diagonals */
static int by_count(const void *a, const void *b)
{
    const gw_seed_hits_t *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return (x->pos > y->pos) - (x->pos < y->pos);
}

static size_t choose_seeds(gw_seed_hits_t *f, size_t n, int32_t *n_skipped)
{
    size_t total = 0, used = 0;
    for (size_t i = 0; i < n; i++)
        total += f[i].n;
    *n_skipped = 0;
    if (total > GW_SEEDING_HITS)
        qsort(f, n, sizeof *f, by_count);
    total = 0;
    for (size_t i = 0; i < n; i++) {
        if (f[i].n > GW_SEEDING_OCC || total + f[i].n > GW_SEEDING_HITS) {
            ++*n_skipped;
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

static size_t spell_keys(const gw_seed_table_t *t, int32_t len, const gw_seed_hits_t *f, size_t n,
                         uint64_t *key)
{
    const uint64_t mask = (1ULL << GW_SEEDING_POS_BITS) - 1;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < f[i].n; j++) {
            uint64_t e = t->entry[f[i].from + j];
            uint64_t rev = (e & 1) ^ f[i].rev;
            int64_t q = rev ? len - GW_SEED_K - (int64_t)f[i].pos : (int64_t)f[i].pos;
            key[k++] = rev << GW_SEEDING_REV_SHIFT | (uint64_t)((int64_t)(e >> 1 & mask) - q + GW_SEEDING_BIAS);
        }
    }
    return k;
}

/* 3. from diagonals to candidates */
static gw_seed_candidate_t candidate(const uint64_t *key, size_t n, uint64_t diag)
{
    uint64_t up = key[n - 1] - diag, down = diag - key[0];
    return (gw_seed_candidate_t){.diag = (int64_t)(diag & ((1ULL << GW_SEEDING_REV_SHIFT) - 1)) - GW_SEEDING_BIAS,
                      .rev = (uint32_t)(diag >> GW_SEEDING_REV_SHIFT),
                      .votes = (int32_t)n,
                      .spread = (int32_t)(up > down ? up : down)};
}

/* The diagonal with most votes that lies at least GW_SEEDING_APART from `from`; 0 votes: there is none. */
static size_t favourite(const uint64_t *key, size_t n, uint64_t from, size_t *votes)
{
    size_t best = 0;
    *votes = 0;
    for (size_t i = 0; i < n;) {
        size_t j = i;
        while (j < n && key[j] == key[i])
            j++;
        uint64_t d = key[i] > from ? key[i] - from : from - key[i];
        if (j - i > *votes && d >= GW_SEEDING_APART) {
            *votes = j - i;
            best = i;
        }
        i = j;
    }
    return best;
}

/* A group is a candidate on its favourite diagonal. A second diagonal far from that is one more:
 * a long gap that costs more than it joins leaves two alignments. */
static bool add_group(gw_seeding_room_t *m, const uint64_t *key, size_t n, size_t *k)
{
    if (!GW_GROW(m->group, m->cap_group, *k + 2))
        return false;
    size_t votes, best = favourite(key, n, UINT64_MAX, &votes);
    m->group[(*k)++] = candidate(key, n, key[best]);
    if (key[n - 1] - key[0] < GW_SEEDING_APART)
        return true;
    size_t other = favourite(key, n, key[best], &votes);
    if (votes >= 2)
        m->group[(*k)++] = candidate(key + other, votes, key[other]);
    return true;
}

/* The least number of votes with which no more than GW_SEEDING_MOST of n candidates are left, at least a
 * GW_SEEDING_SHARE of the most. */
static int32_t least_votes(const gw_seed_candidate_t *c, size_t n)
{
    size_t count[GW_SEEDING_VOTES + 1] = {0}, left = 0;
    int32_t most = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t v = c[i].votes < GW_SEEDING_VOTES ? c[i].votes : GW_SEEDING_VOTES;
        count[v]++;
        most = v > most ? v : most;
    }
    int32_t least = most;
    while (least > 1 && (least - 1) * GW_SEEDING_SHARE >= most &&
           left + count[least] + count[least - 1] <= GW_SEEDING_MOST)
        left += count[least--];
    return least;
}

static gw_status_t vote(gw_seeding_out_t *out, size_t read, size_t n, gw_err_t *err)
{
    gw_seeding_room_t *m = &out->room;
    size_t k = 0, at = (size_t)out->first[read], kept = 0;
    for (size_t i = 0; i < n;) {
        size_t j = i + 1;
        while (j < n && m->key[j] - m->key[i] <= GW_SEEDING_BAND)
            j++;
        if (!add_group(m, m->key + i, j - i, &k))
            return gw_err_nomem(err, "looking seeds up");
        i = j;
    }
    if (!GW_GROW(out->candidate, out->cap_candidates, at + GW_SEEDING_MOST))
        return gw_err_nomem(err, "looking seeds up");
    int32_t least = k > 1 ? least_votes(m->group, k) : 1;
    for (size_t i = 0; i < k && kept < GW_SEEDING_MOST; i++)
        if (m->group[i].votes >= least)
            out->candidate[at + kept++] = m->group[i];
    out->first[read + 1] = (int64_t)(at + kept);
    return GW_OK;
}

gw_status_t gw_seeding_ref(const gw_seed_table_t *t, const gw_seeding_batch_t *b, size_t from,
                           size_t to, gw_seeding_out_t *out, gw_err_t *err)
{
    gw_seeding_room_t *m = &out->room;
    size_t off[GROUP + 1];
    if (!GW_GROW(m->key, m->cap_key, GW_SEEDING_HITS) ||
        !GW_GROW(m->key2, m->cap_key2, GW_SEEDING_HITS))
        return gw_err_nomem(err, "looking seeds up");
    for (size_t first = from; first < to; first += GROUP) {
        size_t n = to - first < GROUP ? to - first : GROUP;
        gw_status_t st = scan_group(t, b, first, n, m, off, err);
        for (size_t i = 0; i < n && st == GW_OK; i++) {
            gw_seed_hits_t *f = m->found + off[i];
            size_t k = off[i + 1] - off[i];
            for (size_t j = 0; j < k; j++)
                narrow(t, &m->seed[off[i] + j], &f[j]);
            out->n_seeds[first + i] = (int32_t)k;
            k = choose_seeds(f, k, &out->n_skipped[first + i]);
            k = spell_keys(t, b->len[first + i], f, k, m->key);
            sort_keys(m->key, m->key2, k);
            st = vote(out, first + i, k, err);
        }
        if (st != GW_OK)
            return st;
    }
    return GW_OK;
}
