#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kernels/extend_cigar.h"
#include "kernels/extend_global_batch.h"
#include "kernels/extend_table.h"
#include "kernels/extend_variants.h"

enum {
    QUERY_PAD_LUT = 4,
    QUERY_PAD = GW_EXTEND_MAX_LETTERS,
    MAX_LANES = GW_EXTEND_MAX_LANES / 2, /* elements have 16 bits at least */
    BAND_STEP = 8                        /* pairs whose bands differ by less are sorted by length */
};
#define MOST_FLAGS ((int64_t)1 << 26) /* bytes of directions that a group may keep */

/* A pair with a path; cells of diagonals low..high, both within band and matrix */
typedef struct {
    const uint8_t *q, *t;
    int32_t q_len, t_len, low, high;
    uint32_t pair;
} item_t;

typedef struct {
    const gw_extend_simd_t *simd;
    const gw_extend_params_t *p;
    gw_extend_table_t table;
    item_t *item, *sorted;
    size_t n;
    uint64_t *key, *spare;
    uint8_t *bytes; /* a group's scratch; grown as needed */
    size_t cap_bytes;
    gw_extend_cigars_t ops; /* operations in the order of computing */
    size_t *first, *count;  /* by pair: its operations in ops */
} run_t;

static int32_t band_of(const item_t *it)
{
    return it->high - it->low + 1;
}

static int32_t round_up(int32_t n)
{
    return (n + GW_EXTEND_PACKED - 1) / GW_EXTEND_PACKED * GW_EXTEND_PACKED;
}

/* 1. pairs */
/* The part of pair k's band that lies in the matrix. false: it misses a corner, so no path */
static bool find_band(const gw_extend_batch_t *b, size_t k, int64_t diag, int64_t width, item_t *it)
{
    int64_t q_len = b->q_len[k], t_len = b->t_len[k], low = -q_len, high = t_len;
    if (width >= 0) {
        low = diag - width > low ? diag - width : low;
        high = diag + width < high ? diag + width : high;
    }
    *it = (item_t){b->query + b->q_off[k], b->target + b->t_off[k], (int32_t)q_len, (int32_t)t_len,
                   (int32_t)low,           (int32_t)high,           (uint32_t)k};
    return low <= 0 && 0 <= high && low <= t_len - q_len && t_len - q_len <= high;
}

/* Can every value of the pair be kept in 16 bits, above NONE? In the band a path with at most one
 * gap leads to every cell, and none gains more than a match for each letter. */
static bool fits_16(const item_t *it, const gw_extend_params_t *p, int64_t letter_cost)
{
    int64_t cost = p->gap_extend > letter_cost ? p->gap_extend : letter_cost;
    return ((int64_t)it->q_len + it->t_len + 1) * cost + 2 * (int64_t)p->gap_open <
           INT16_MAX - 512; /* a score + 128 is added before 128 is taken away */
}

/* Bytes of directions of a group with so many rows and columns */
static int64_t flags_of(int64_t rows, int32_t band, int vector_bytes)
{
    return (rows + 1) * (round_up(band) / GW_EXTEND_PACKED) * vector_bytes;
}

/* 2. groups */
typedef struct {
    gw_extend_band_t g;
    int lanes;
    int32_t letters; /* of a lane's target, with pads around */
    uint8_t *query, *target;
    int32_t *beg, *end;
    size_t *row;
    const uint8_t *text[MAX_LANES];
    int32_t band[MAX_LANES], low[MAX_LANES], q_len[MAX_LANES], at[MAX_LANES], score[MAX_LANES];
} layout_t;

static void *take(uint8_t **at, size_t n)
{
    void *p = *at;
    *at += (n + 63) & ~(size_t)63;
    return p;
}

/* What each row computes: from the first column that is in any lane's matrix to the last */
static void span_rows(const item_t *it, int n, layout_t *o)
{
    const gw_extend_band_t *g = &o->g;
    size_t vectors = 0;
    int32_t first = INT32_MAX, last = 0; /* in row 0 */
    for (int l = 0; l < n; l++) {
        first = -it[l].low < first ? -it[l].low : first;
        last = it[l].t_len - it[l].low > last ? it[l].t_len - it[l].low : last;
    }
    for (int32_t i = 0; i <= g->n_rows; i++) {
        int32_t beg = first > i ? (first - i) / GW_EXTEND_PACKED * GW_EXTEND_PACKED : 0;
        int32_t end = last < i ? 0 : round_up(last - i + 1);
        o->end[i] = end > g->n_band ? g->n_band : end;
        o->beg[i] = beg < o->end[i] ? beg : o->end[i];
        o->row[i] = vectors;
        vectors += (size_t)(o->end[i] - o->beg[i]) / GW_EXTEND_PACKED;
    }
}

static bool lay_out(run_t *r, const item_t *it, int n, int elem, layout_t *o)
{
    gw_extend_band_t *g = &o->g;
    int32_t narrowest = INT32_MAX;
    size_t vector = (size_t)r->simd->vector_bytes;
    o->lanes = (int)(vector >> (elem + 1));
    *g = (gw_extend_band_t){.n_lanes = n, .lut = r->table.lut};
    for (int l = 0; l < n; l++) {
        int32_t band = band_of(&it[l]);
        g->n_rows = it[l].q_len > g->n_rows ? it[l].q_len : g->n_rows;
        g->n_band = band > g->n_band ? band : g->n_band;
        narrowest = band < narrowest ? band : narrowest;
    }
    g->n_band = round_up(g->n_band);
    g->plain = narrowest / GW_EXTEND_PACKED * GW_EXTEND_PACKED;
    o->letters = g->n_rows + g->n_band + 1 + r->simd->vector_bytes;
    size_t L = (size_t)o->lanes, rows = (size_t)g->n_rows, band = (size_t)g->n_band,
           letters = (size_t)o->letters,
           flags = (size_t)flags_of(g->n_rows, g->n_band, r->simd->vector_bytes);
    size_t need = rows * L + letters * L + 2 * (rows + 1) * sizeof *o->beg +
                  (rows + 1) * sizeof *o->row + (band + 1) * 2 * vector + (band + vector) * L +
                  flags + (size_t)8 * 64;
    if (need > r->cap_bytes) {
        free(r->bytes);
        r->cap_bytes = 0;
        r->bytes = gw_aligned_alloc(64, need + need / 4, 1);
        if (!r->bytes)
            return false;
        r->cap_bytes = need + need / 4;
    }
    uint8_t *at = r->bytes;
    g->query = o->query = take(&at, rows * L);
    g->target = o->target = take(&at, letters * L);
    g->beg = o->beg = take(&at, (rows + 1) * sizeof *o->beg);
    g->end = o->end = take(&at, (rows + 1) * sizeof *o->end);
    g->row = o->row = take(&at, (rows + 1) * sizeof *o->row);
    g->work = take(&at, (band + 1) * 2 * vector);
    g->scores = take(&at, (band + vector) * L);
    g->flags = take(&at, flags);
    g->table = r->table.by_query[1];
    g->open = r->p->gap_open + r->p->gap_extend;
    g->extend = r->p->gap_extend;
    g->text = o->text;
    g->band = o->band;
    g->low = o->low;
    g->q_len = o->q_len;
    g->at = o->at;
    g->score = o->score;
    for (size_t l = 0; l < L; l++) /* without a table for all, a lane's letters lie together */
        o->text[l] = o->target + l * letters;
    span_rows(it, n, o);
    return true;
}

static void fill_lane(const run_t *r, const item_t *it, int l, layout_t *o)
{
    const gw_extend_band_t *g = &o->g;
    size_t L = (size_t)o->lanes, step = r->table.lut ? L : 1;
    uint8_t *q = o->query + l, *t = r->table.lut ? o->target + l : (uint8_t *)o->text[l];
    uint8_t n_bit = r->table.lut ? 4 : 0; /* a target's N is 8 */
    int32_t skip = 1 - it->low;           /* pads before the target */
    for (int32_t i = 0; i < it->q_len; i++)
        q[(size_t)i * L] = it->q[i];
    for (int32_t i = it->q_len; i < g->n_rows; i++)
        q[(size_t)i * L] = r->table.lut ? QUERY_PAD_LUT : QUERY_PAD;
    for (int32_t x = 0; x < skip; x++)
        t[(size_t)x * step] = GW_EXTEND_PAD;
    int32_t end = it->t_len < o->letters - skip ? it->t_len : o->letters - skip;
    for (int32_t x = 0; x < end; x++)
        t[(size_t)(skip + x) * step] = (uint8_t)(it->t[x] + (it->t[x] & n_bit));
    for (int32_t x = skip + end; x < o->letters; x++)
        t[(size_t)x * step] = GW_EXTEND_PAD;
    o->band[l] = band_of(it);
    o->low[l] = it->low;
    o->q_len[l] = it->q_len;
    o->at[l] = it->t_len - it->q_len - it->low;
}

static bool trace(run_t *r, const item_t *it, int l, int elem, const layout_t *o)
{
    const gw_extend_band_t *g = &o->g;
    gw_extend_cigars_t *ops = &r->ops;
    gw_trace_t tr = {it->q_len, it->t_len, 0, ops->n_cigar};
    size_t vector = (size_t)r->simd->vector_bytes;
    const uint8_t *lane = g->flags + ((size_t)l << (elem + 1));
    while (tr.i > 0 && tr.j > 0) {
        int32_t i = (int32_t)tr.i, c = (int32_t)tr.j - i - it->low;
        uint16_t four; /* little end first: elements of 32 bits hold theirs in the lower half */
        size_t at = g->row[i] + (size_t)(c - g->beg[i]) / GW_EXTEND_PACKED;
        memcpy(&four, lane + at * vector, sizeof four);
        int flags = (four >> 4 * (c % GW_EXTEND_PACKED) & 15) ^ GW_EXTEND_SWAP;
        if (!gw_trace_step(&tr, (uint8_t)flags, ops))
            return false;
    }
    for (; tr.i > 0; tr.i--)
        if (!gw_trace_add(&tr, 1, ops))
            return false;
    for (; tr.j > 0; tr.j--)
        if (!gw_trace_add(&tr, 2, ops))
            return false;
    gw_trace_end(&tr, ops);
    r->first[it->pair] = tr.first;
    r->count[it->pair] = ops->n_cigar - tr.first;
    return true;
}

static bool run_group(run_t *r, const item_t *it, int n, int elem, int32_t *score)
{
    layout_t o;
    if (!lay_out(r, it, n, elem, &o))
        return false;
    const item_t none = {.q_len = 0};
    for (int l = 0; l < o.lanes; l++)
        fill_lane(r, l < n ? &it[l] : &none, l, &o);
    r->simd->global[elem](&o.g);
    for (int l = 0; l < n; l++) {
        score[it[l].pair] = o.score[l];
        if (!trace(r, &it[l], l, elem, &o))
            return false;
    }
    return true;
}

/* 3. the batch */
/* The first items of it that go into one group: its size. Sorts them by query length. */
static int next_group(const run_t *r, item_t *it, size_t n, int lanes)
{
    int32_t rows = 0, band = 0;
    int k = 0;
    for (; k < lanes && (size_t)k < n; k++) {
        rows = it[k].q_len > rows ? it[k].q_len : rows;
        band = band_of(&it[k]) > band ? band_of(&it[k]) : band;
        if (k > 0 && flags_of(rows, band, r->simd->vector_bytes) > MOST_FLAGS)
            break;
        item_t x = it[k];
        int at = k;
        for (; at > 0 && it[at - 1].q_len > x.q_len; at--)
            it[at] = it[at - 1];
        it[at] = x;
    }
    return k;
}

static bool run_items(run_t *r, int elem, int32_t *score)
{
    int lanes = r->simd->vector_bytes >> (elem + 1);
    for (size_t i = 0; i < r->n; i++) {
        r->key[2 * i] =
            (uint64_t)(band_of(&r->item[i]) / BAND_STEP) << 32 | (uint32_t)r->item[i].q_len;
        r->key[2 * i + 1] = i;
    }
    const uint64_t *sorted = gw_extend_sort(r->key, r->spare, r->n);
    for (size_t i = 0; i < r->n; i++)
        r->sorted[i] = r->item[sorted[2 * i + 1]];
    for (size_t i = 0; i < r->n;) {
        int n = next_group(r, r->sorted + i, r->n - i, lanes);
        if (!run_group(r, r->sorted + i, n, elem, score))
            return false;
        i += (size_t)n;
    }
    return true;
}

/* Pairs of one width of elements (16 bits: elem 0, 32 bits: 1), the rest at once: no path; the
 * reference's */
static gw_status_t choose(run_t *r, const gw_extend_batch_t *b, const int32_t *diag,
                          const int32_t *width, int elem, int32_t *score, gw_err_t *err)
{
    int64_t cost = gw_extend_largest_score(r->p);
    r->n = 0;
    for (size_t k = 0; k < b->n; k++) {
        item_t *it = &r->item[r->n];
        if (!find_band(b, k, diag[k], width[k], it)) {
            score[k] = INT32_MIN;
            continue;
        }
        if (fits_16(it, r->p, cost) != (elem == 0))
            continue;
        if (it->q_len > 0 && it->t_len > 0 &&
            flags_of(it->q_len, band_of(it), r->simd->vector_bytes) <= MOST_FLAGS) {
            r->n++;
            continue;
        }
        r->first[k] = r->ops.n_cigar;
        r->ops.score = score;
        gw_status_t st = gw_extend_global_pair_ref(b, r->p, k, diag[k], width[k], &r->ops, err);
        if (st != GW_OK)
            return st;
        r->count[k] = r->ops.n_cigar - r->first[k];
    }
    return GW_OK;
}

/* The operations in the order of pairs */
static bool collect(const run_t *r, size_t n, gw_extend_cigars_t *out)
{
    if (!GW_GROW(out->cigar, out->cap_cigar, r->ops.n_cigar))
        return false;
    out->n_cigar = 0;
    for (size_t k = 0; k < n; k++) {
        out->cigar_off[k] = (int64_t)out->n_cigar;
        if (r->count[k])
            memcpy(out->cigar + out->n_cigar, r->ops.cigar + r->first[k],
                   r->count[k] * sizeof *out->cigar);
        out->n_cigar += r->count[k];
    }
    out->cigar_off[n] = (int64_t)out->n_cigar;
    return true;
}

gw_status_t gw_extend_global_run(const gw_extend_simd_t *simd, const gw_extend_batch_t *b,
                                 const gw_extend_params_t *p, const int32_t *diag,
                                 const int32_t *width, gw_extend_cigars_t *out, gw_err_t *err)
{
    run_t r = {.simd = simd, .p = p};
    gw_extend_table_init(&r.table, p);
    r.item = gw_malloc(b->n + 1, sizeof *r.item);
    r.sorted = gw_malloc(b->n, sizeof *r.sorted);
    r.key = gw_malloc(b->n, 2 * sizeof *r.key);
    r.spare = gw_malloc(b->n, 2 * sizeof *r.spare);
    r.first = gw_malloc(b->n, sizeof *r.first);
    r.count = gw_calloc(b->n, sizeof *r.count);
    bool ok = r.item && r.sorted && r.key && r.spare && r.first && r.count;
    gw_status_t st = GW_OK;
    for (int elem = 0; elem < 2 && ok && st == GW_OK; elem++) {
        st = choose(&r, b, diag, width, elem, out->score, err);
        ok = st != GW_OK || run_items(&r, elem, out->score);
    }
    if (ok && st == GW_OK)
        ok = collect(&r, b->n, out);
    free(r.item);
    free(r.sorted);
    free(r.key);
    free(r.spare);
    free(r.first);
    free(r.count);
    free(r.bytes);
    free(r.ops.cigar);
    return ok ? st : gw_err_nomem(err, "aligning sequence pairs");
}
