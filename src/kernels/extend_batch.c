#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kernels/extend_batch.h"
#include "kernels/extend_table.h"

enum { QUERY_PAD_LUT = 4, QUERY_PAD = GW_EXTEND_MAX_LETTERS, MAX_QUERIES = GW_EXTEND_MAX_LANES };

/* A pair, or its part that the second pass looks at */
typedef struct {
    const uint8_t *q, *t;
    int32_t q_len, t_len;
    uint32_t pair;
    uint8_t
        start; /* does starting at the first query letter (second pass: the last) earn a bonus */
} item_t;

typedef struct {
    const gw_extend_simd_t *simd;
    const gw_extend_params_t *p;
    bool ends, backward;
    gw_extend_table_t table;
    item_t *item, *redo; /* to do; what overflowed */
    size_t n, n_redo;
    uint64_t *key, *key2;
    item_t *sorted;
    gw_extend_hit_t *hit; /* by pair: score, q_end, t_end; in the second pass q_beg, t_beg */
    uint8_t *bytes;       /* the group's codes; grown as needed */
    size_t cap_bytes;
} run_t;

/* Sorting: by lengths, so that neighbours fill their lanes alike; where a matrix's rows serve a
 * whole query, equal queries together. The order decides speed alone. */
static int by_query(const void *x, const void *y)
{
    const item_t *a = x, *b = y;
    if (a->q_len != b->q_len)
        return a->q_len < b->q_len ? -1 : 1;
    if (a->q != b->q)
        return a->q < b->q ? -1 : 1;
    return a->t_len < b->t_len ? -1 : a->t_len > b->t_len;
}

/* key: lengths */
static void sort_by_length(run_t *r)
{
    for (size_t i = 0; i < r->n; i++) {
        r->key[2 * i] = (uint64_t)(uint32_t)r->item[i].q_len << 32 | (uint32_t)r->item[i].t_len;
        r->key[2 * i + 1] = i;
    }
    const uint64_t *sorted = gw_extend_sort(r->key, r->key2, r->n);
    for (size_t i = 0; i < r->n; i++)
        r->sorted[i] = r->item[sorted[2 * i + 1]];
}

static void sort_items(run_t *r)
{
    if (r->table.lut) {
        sort_by_length(r);
        return;
    }
    memcpy(r->sorted, r->item, r->n * sizeof *r->item);
    qsort(r->sorted, r->n, sizeof *r->sorted, by_query);
}

/* Lays one sequence out down its lane: n letters, then pad up to rows. */
static void put_lane(uint8_t *dst, int lanes, const uint8_t *s, int32_t n, int32_t rows,
                     bool backward, bool target_n, uint8_t pad)
{
    const uint8_t *at = backward && n > 0 ? s + n - 1 : s;
    int step = backward ? -1 : 1;
    uint8_t n_bit = target_n ? 4 : 0; /* a target's N is 8 */
    for (int32_t i = 0; i < n; i++)
        dst[(size_t)i * (size_t)lanes] = (uint8_t)(at[i * step] + (at[i * step] & n_bit));
    for (int32_t i = n; i < rows; i++)
        dst[(size_t)i * (size_t)lanes] = pad;
}

/* Where a group's parts lie in the buffer */
typedef struct {
    gw_extend_group_t g;
    uint8_t *query, *target, *start, *last_row, *of_query;
    const uint8_t *queries[MAX_QUERIES];
    int32_t score[GW_EXTEND_MAX_LANES], row[GW_EXTEND_MAX_LANES], col[GW_EXTEND_MAX_LANES];
} layout_t;

static size_t round64(size_t n)
{
    return (n + 63) & ~(size_t)63;
}

/* items of one query next to each other share it (forward only: parts differ in length) */
static int count_queries(const run_t *r, const item_t *it, int n)
{
    int queries = 1;
    for (int l = 1; l < n; l++)
        if (it[l].q != it[l - 1].q || (r->backward && it[l].q_len != it[l - 1].q_len))
            queries++;
    return queries;
}

static bool lay_out(run_t *r, const item_t *it, int n, int lanes, int elem, layout_t *o)
{
    gw_extend_group_t *g = &o->g;
    int32_t shortest = INT32_MAX;
    *g = (gw_extend_group_t){.lut = r->table.lut, .ends = r->ends};
    for (int l = 0; l < n; l++) {
        g->n_rows = it[l].q_len > g->n_rows ? it[l].q_len : g->n_rows;
        g->n_cols = it[l].t_len > g->n_cols ? it[l].t_len : g->n_cols;
        shortest = it[l].q_len < shortest ? it[l].q_len : shortest;
    }
    g->n_cols = (g->n_cols + GW_EXTEND_MAX_STRIP - 1) & ~(GW_EXTEND_MAX_STRIP - 1);
    g->plain_rows = r->p->end_bonus > 0 ? shortest - 1 : g->n_rows;
    g->n_queries = r->table.lut ? 0 : count_queries(r, it, n);
    size_t L = (size_t)lanes, rows = (size_t)g->n_rows;
    size_t work = 2 * rows * (size_t)r->simd->vector_bytes, target = round64((size_t)g->n_cols * L),
           query = round64(r->table.lut ? rows * L : rows * (size_t)g->n_queries),
           last = round64((rows - (size_t)g->plain_rows) * L),
           of_query = round64((size_t)g->n_queries * L);
    size_t need = work + target + query + last + of_query + 64;
    if (need > r->cap_bytes) {
        free(r->bytes);
        r->cap_bytes = 0;
        r->bytes = gw_aligned_alloc(64, need + need / 2, 1);
        if (!r->bytes)
            return false;
        r->cap_bytes = need + need / 2;
    }
    g->work = r->bytes;
    o->target = r->bytes + work;
    o->query = o->target + target;
    o->last_row = o->query + query;
    o->of_query = o->last_row + last;
    o->start = o->of_query + of_query;
    g->target = o->target;
    g->query = o->query;
    g->last_row = o->last_row;
    g->of_query = o->of_query;
    g->start = o->start;
    g->queries = o->queries;
    g->table = r->table.by_query[elem != 0];
    g->open = r->p->gap_open + r->p->gap_extend;
    g->extend = r->p->gap_extend;
    g->bonus = r->p->end_bonus;
    g->score = o->score;
    g->row = o->row;
    g->col = o->col;
    memset(o->last_row, 0, last);
    memset(o->of_query, 0, of_query);
    return true;
}

static void fill_queries(const run_t *r, const item_t *it, int n, int lanes, layout_t *o)
{
    int d = -1;
    for (int l = 0; l < n; l++) {
        bool same =
            l > 0 && it[l].q == it[l - 1].q && (!r->backward || it[l].q_len == it[l - 1].q_len);
        if (!same) {
            uint8_t *q = o->query + (size_t)++d * (size_t)o->g.n_rows;
            put_lane(q, 1, it[l].q, it[l].q_len, o->g.n_rows, r->backward, false, QUERY_PAD);
            o->queries[d] = q;
        }
        o->of_query[d * lanes + l] = 255;
    }
}

static void fill_group(const run_t *r, const item_t *it, int n, int lanes, layout_t *o)
{
    const gw_extend_group_t *g = &o->g;
    for (int l = 0; l < lanes; l++) {
        const item_t none = {.q_len = 0};
        const item_t *x = l < n ? &it[l] : &none;
        put_lane(o->target + l, lanes, x->t, x->t_len, g->n_cols, r->backward, r->table.lut,
                 GW_EXTEND_PAD);
        if (r->table.lut)
            put_lane(o->query + l, lanes, x->q, x->q_len, g->n_rows, r->backward, false,
                     QUERY_PAD_LUT);
        o->start[l] = l < n && x->start ? 255 : 0;
        if (l < n && x->q_len > g->plain_rows)
            o->last_row[(size_t)(x->q_len - 1 - g->plain_rows) * (size_t)lanes + (size_t)l] = 255;
    }
    if (!r->table.lut)
        fill_queries(r, it, n, lanes, o);
}

/* The highest score that elements of 8 << elem bits hold, plus 1 (extend_simd.h) */
static int32_t limit_of(int elem)
{
    return elem == 0 ? UINT8_MAX : elem == 1 ? UINT16_MAX - 128 : INT32_MAX;
}

static void keep_results(run_t *r, const item_t *it, int n, int elem, const layout_t *o)
{
    for (int l = 0; l < n; l++) {
        gw_extend_hit_t *h = &r->hit[it[l].pair];
        if (o->score[l] >= limit_of(elem)) {
            r->redo[r->n_redo++] = it[l];
        } else if (r->backward) {
            h->q_beg = h->q_end - 1 - o->row[l];
            h->t_beg = h->t_end - 1 - o->col[l];
        } else {
            h->score = o->score[l];
            h->q_end = o->score[l] > 0 ? o->row[l] + 1 : 0;
            h->t_end = o->score[l] > 0 ? o->col[l] + 1 : 0;
        }
    }
}

static bool run_items(run_t *r, int elem)
{
    int lanes = r->simd->vector_bytes >> elem;
    layout_t o;
    sort_items(r);
    r->n_redo = 0;
    for (size_t i = 0; i < r->n; i += (size_t)lanes) {
        const item_t *it = r->sorted + i;
        int n = r->n - i < (size_t)lanes ? (int)(r->n - i) : lanes;
        if (!lay_out(r, it, n, lanes, elem, &o))
            return false;
        fill_group(r, it, n, lanes, &o);
        r->simd->run[elem](&o.g);
        keep_results(r, it, n, elem, &o);
    }
    return true;
}

/* Do penalties and positions fit elements of this width? */
static bool elem_fits(const run_t *r, int elem)
{
    int32_t most = elem == 0 ? INT8_MAX : INT16_MAX;
    if (elem == 2)
        return true;
    if (r->p->gap_open + r->p->gap_extend > most || r->p->end_bonus > most)
        return false;
    for (size_t i = 0; i < r->n && elem == 0; i++)
        if (r->item[i].q_len > UINT16_MAX - GW_EXTEND_MAX_STRIP ||
            r->item[i].t_len > UINT16_MAX - GW_EXTEND_MAX_STRIP)
            return false;
    return true;
}

/* Every item at the least width that holds its score */
static bool run_pass(run_t *r)
{
    for (int elem = 0; elem < 3 && r->n > 0; elem++) {
        if (!elem_fits(r, elem))
            continue;
        if (!run_items(r, elem))
            return false;
        item_t *swap = r->item;
        r->item = r->redo;
        r->redo = swap;
        r->n = r->n_redo;
    }
    return true;
}

static void add_item(run_t *r, const gw_extend_batch_t *b, size_t i, int32_t q_len, int32_t t_len,
                     bool start)
{
    if (q_len > 0 && t_len > 0)
        r->item[r->n++] = (item_t){
            b->query + b->q_off[i], b->target + b->t_off[i], q_len, t_len, (uint32_t)i, start};
}

static bool both_passes(run_t *r, const gw_extend_batch_t *b, bool ends)
{
    r->ends = ends;
    for (size_t i = 0; i < b->n; i++) {
        r->hit[i] = (gw_extend_hit_t){0};
        add_item(r, b, i, b->q_len[i], b->t_len[i], true);
    }
    if (!run_pass(r))
        return false;
    if (!ends)
        return true;
    r->backward = true;
    for (size_t i = 0; i < b->n; i++)
        if (r->hit[i].score > 0)
            add_item(r, b, i, r->hit[i].q_end, r->hit[i].t_end, r->hit[i].q_end == b->q_len[i]);
    return run_pass(r);
}

gw_status_t gw_extend_batch_run(const gw_extend_simd_t *simd, const gw_extend_batch_t *b,
                                const gw_extend_params_t *p, int32_t *score, gw_extend_hit_t *hit,
                                gw_err_t *err)
{
    run_t r = {.simd = simd, .p = p};
    gw_extend_hit_t *own = hit ? NULL : gw_malloc(b->n, sizeof *own);
    gw_extend_table_init(&r.table, p);
    r.hit = hit ? hit : own;
    r.item = gw_malloc(b->n, sizeof *r.item);
    r.redo = gw_malloc(b->n, sizeof *r.redo);
    r.sorted = gw_malloc(b->n, sizeof *r.sorted);
    r.key = gw_malloc(b->n, 2 * sizeof *r.key);
    r.key2 = gw_malloc(b->n, 2 * sizeof *r.key2);
    bool ok =
        r.hit && r.item && r.redo && r.sorted && r.key && r.key2 && both_passes(&r, b, hit != NULL);
    for (size_t i = 0; ok && score && i < b->n; i++)
        score[i] = r.hit[i].score;
    free(own);
    free(r.item);
    free(r.redo);
    free(r.sorted);
    free(r.key);
    free(r.key2);
    free(r.bytes);
    return ok ? GW_OK : gw_err_nomem(err, "aligning sequence pairs");
}
