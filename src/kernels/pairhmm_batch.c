#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kernels/pairhmm_batch.h"
#include "kernels/pairhmm_variants.h"

/* Reads whose lengths differ by less share lanes when their haplotypes are alike. */
enum { LENGTH_STEP = 8 };

typedef struct {
    int64_t read, hap;                   /* into the batch */
    int64_t out;                         /* where the result goes */
    int32_t read_len, hap_len, hap_most; /* hap_most: the longest of the read's group */
} pair_t;

typedef struct {
    const gw_pairhmm_simd_t *simd;
    const gw_pairhmm_batch_t *b;
    bool *has_n; /* by haplotype, from the first group's first on */
    pair_t *pair;
    size_t n, cap;
    uint8_t *bytes; /* a group's scratch */
    size_t cap_bytes;
    double *out;
} run_t;

static int by_length(const void *x, const void *y)
{
    const pair_t *a = x, *b = y;
    int32_t len_a = a->read_len / LENGTH_STEP, len_b = b->read_len / LENGTH_STEP;
    if (len_a != len_b)
        return len_a < len_b ? -1 : 1;
    if (a->hap_most != b->hap_most)
        return a->hap_most < b->hap_most ? -1 : 1;
    if (a->read != b->read)
        return a->read < b->read ? -1 : 1;
    return a->hap < b->hap ? -1 : a->hap > b->hap;
}

static int32_t len_of(const int64_t *off, int64_t i)
{
    return (int32_t)(off[i + 1] - off[i]);
}

static bool list_pairs(run_t *r)
{
    const gw_pairhmm_batch_t *b = r->b;
    int64_t out = 0;
    for (size_t g = 0; g < b->n_groups; g++) {
        int64_t reads = b->read_group[g + 1] - b->read_group[g];
        int64_t h0 = b->hap_group[g], h1 = b->hap_group[g + 1];
        int32_t most = 0;
        if (!GW_GROW(r->pair, r->cap, r->n + (size_t)(reads * (h1 - h0))))
            return false;
        for (int64_t h = h0; h < h1; h++)
            most = len_of(b->hap_off, h) > most ? len_of(b->hap_off, h) : most;
        for (int64_t i = b->read_group[g]; i < b->read_group[g + 1]; i++)
            for (int64_t h = h0; h < h1; h++)
                r->pair[r->n++] =
                    (pair_t){i, h, out++, len_of(b->read_off, i), len_of(b->hap_off, h), most};
    }
    return true;
}

static int64_t round_up(int64_t n, int64_t step)
{
    return (n + step - 1) / step * step;
}

static bool find_n(run_t *r)
{
    const gw_pairhmm_batch_t *b = r->b;
    int64_t first = b->hap_group[0], n = b->hap_group[b->n_groups] - first;
    r->has_n = gw_calloc((size_t)n, sizeof *r->has_n);
    for (int64_t h = 0; r->has_n && h < n; h++)
        for (int64_t j = b->hap_off[first + h]; j < b->hap_off[first + h + 1]; j++)
            if (b->hap[j] >= 4)
                r->has_n[h] = true;
    return r->has_n != NULL;
}

/* Carves *at for n bytes, on a line of the cache. */
static void *take(uint8_t **at, size_t n)
{
    void *p = *at;
    *at += (n + 63) & ~(size_t)63;
    return p;
}

/* Where a group's parts lie; w = bytes of a number */
typedef struct {
    gw_pairhmm_group_t g;
    uint8_t *rows_of_read, *hap, *start, *first, *last, *sum;
    size_t row_bytes;
} layout_t;

static bool lay_out(run_t *r, const pair_t *p, int n, int lanes, size_t w, layout_t *o)
{
    gw_pairhmm_group_t *g = &o->g;
    const gw_pairhmm_kernel_t *kernel = w == sizeof(float) ? &r->simd->f : &r->simd->d;
    bool has_n = false;
    memset(g, 0, sizeof *g);
    for (int l = 0; l < n; l++) {
        g->n_rows = p[l].read_len > g->n_rows ? p[l].read_len : g->n_rows;
        has_n = has_n || r->has_n[p[l].hap - r->b->hap_group[0]];
    }
    g->n_rows = round_up(g->n_rows, kernel->rows);
    for (int l = 0; l < n; l++) {
        int64_t cols = p[l].hap_len + g->n_rows - p[l].read_len;
        g->n_cols = cols > g->n_cols ? cols : g->n_cols;
        if (l == 0 || p[l].read != p[l - 1].read)
            g->lane[g->n_reads++] = l;
    }
    g->lane[g->n_reads] = lanes; /* idle lanes repeat the last read */
    g->n_cols = round_up(g->n_cols, GW_PAIRHMM_COLS);
    g->look_ups = has_n ? 0 : (4 * g->n_reads + lanes - 1) / lanes;
    if (g->look_ups > kernel->look_ups)
        g->look_ups = 0;
    size_t L = (size_t)lanes, rows = (size_t)g->n_rows, cols = (size_t)g->n_cols;
    o->row_bytes = 8 * w;
    size_t need = w * (rows * 7 * L + (cols + 1) * 3 * L + cols * L + 4 * L) +
                  (size_t)g->n_reads * rows * o->row_bytes + rows + 9 * 64;
    if (need > r->cap_bytes) {
        free(r->bytes);
        r->cap_bytes = 0;
        r->bytes = gw_aligned_alloc(64, need + need / 2, 1);
        if (!r->bytes)
            return false;
        r->cap_bytes = need + need / 2;
    }
    uint8_t *at = r->bytes;
    g->rows = take(&at, w * rows * 7 * L);
    g->border = take(&at, w * (cols + 1) * 3 * L);
    g->hap = o->hap = take(&at, w * cols * L);
    g->start = o->start = take(&at, w * L);
    g->first = o->first = take(&at, w * L);
    g->last = o->last = take(&at, w * L);
    g->sum = o->sum = take(&at, w * L);
    g->even = take(&at, rows);
    o->rows_of_read = take(&at, (size_t)g->n_reads * rows * o->row_bytes);
    return true;
}

/* what a kernel takes for a haplotype's base */
static uint8_t hap_code(const gw_pairhmm_group_t *g, uint8_t base, int slot)
{
    if (g->look_ups)
        return (uint8_t)(base + 4 * slot);
    return base >= 4 ? 31 : (uint8_t)(1 << base | 16);
}

static void put_real(uint8_t *at, int l, size_t w, double value)
{
    if (w == sizeof(float)) {
        float f = (float)value;
        memcpy(at + (size_t)l * w, &f, w);
    } else {
        memcpy(at + (size_t)l * w, &value, w);
    }
}

/* slot: the lane's read in the group. Behind the end only rows that treat all bases alike count. */
static void fill_hap(const run_t *r, const pair_t *p, int l, int slot, int lanes, size_t w,
                     layout_t *o)
{
    const uint8_t *hap = r->b->hap + r->b->hap_off[p->hap];
    if (w == sizeof(int32_t)) {
        int32_t *dst = (int32_t *)(void *)o->hap + l;
        for (int64_t j = 0; j < p->hap_len; j++)
            dst[j * lanes] = hap_code(&o->g, hap[j], slot);
        for (int64_t j = p->hap_len; j < o->g.n_cols; j++)
            dst[j * lanes] = hap_code(&o->g, 0, slot);
    } else {
        int64_t *dst = (int64_t *)(void *)o->hap + l;
        for (int64_t j = 0; j < p->hap_len; j++)
            dst[j * lanes] = hap_code(&o->g, hap[j], slot);
        for (int64_t j = p->hap_len; j < o->g.n_cols; j++)
            dst[j * lanes] = hap_code(&o->g, 0, slot);
    }
}

/* The rows of a group's d-th read, and behind them those that only move X along. */
static double fill_rows(const run_t *r, int64_t read, int32_t len, int d, size_t w, layout_t *o)
{
    double start;
    void *rows = o->rows_of_read + (size_t)d * (size_t)o->g.n_rows * o->row_bytes;
    o->g.read[d] = rows;
    if (w == sizeof(float)) {
        gw_pairhmm_row_f_t *row = rows;
        gw_pairhmm_rows_f(r->b, read, row, &start);
        for (int64_t i = len; i < o->g.n_rows; i++)
            row[i] = (gw_pairhmm_row_f_t){.lm = 1, .lx = 1};
    } else {
        gw_pairhmm_row_d_t *row = rows;
        gw_pairhmm_rows_d(r->b, read, row, &start);
        for (int64_t i = len; i < o->g.n_rows; i++)
            row[i] = (gw_pairhmm_row_d_t){.lm = 1, .lx = 1};
    }
    return start;
}

static void fill_group(const run_t *r, const pair_t *p, int n, int lanes, size_t w, layout_t *o)
{
    int d = -1;
    double start = 0;
    for (int l = 0; l < lanes; l++) {
        const pair_t *x = &p[l < n ? l : n - 1];
        if (l < n && l == o->g.lane[d + 1])
            start = fill_rows(r, x->read, x->read_len, ++d, w, o);
        int64_t moved = o->g.n_rows - x->read_len;
        fill_hap(r, x, l, d, lanes, w, o);
        put_real(o->start, l, w,
                 w == sizeof(float) ? gw_pairhmm_start_f(start, x->hap_len)
                                    : gw_pairhmm_start_d(start, x->hap_len));
        put_real(o->first, l, w, (double)moved);
        put_real(o->last, l, w, (double)(moved + x->hap_len - 1));
    }
}

/* Stores the results of one group; what needs double is kept for the second round. Rows added
 * behind a read can make infinity, of haplotypes past their end, into NaN: such a pair, and what is
 * beyond double, goes to the reference alone. */
static bool keep_float(run_t *r, const pair_t *p, float sum, size_t *n_redo)
{
    if (gw_pairhmm_trusted_f(sum))
        r->out[p->out] = gw_pairhmm_finish_f(sum);
    else if (isfinite(sum))
        r->pair[(*n_redo)++] = *p;
    else
        return gw_pairhmm_pair_ref(r->b, p->read, p->hap, &r->out[p->out]);
    return true;
}

static bool keep_double(run_t *r, const pair_t *p, double sum)
{
    if (!gw_pairhmm_trusted_d(sum))
        return gw_pairhmm_pair_ref(r->b, p->read, p->hap, &r->out[p->out]);
    r->out[p->out] = gw_pairhmm_finish_d(sum);
    return true;
}

/* Runs every pair with numbers of w bytes; leaves those that a wider type must redo. */
static bool run_pairs(run_t *r, size_t w)
{
    int lanes = r->simd->vector_bytes / (int)w;
    size_t n_redo = 0;
    layout_t o;
    for (size_t i = 0; i < r->n; i += (size_t)lanes) {
        pair_t p[GW_PAIRHMM_MAX_LANES];
        int n = r->n - i < (size_t)lanes ? (int)(r->n - i) : lanes;
        memcpy(p, r->pair + i, (size_t)n * sizeof *p);
        if (!lay_out(r, p, n, lanes, w, &o))
            return false;
        fill_group(r, p, n, lanes, w, &o);
        (w == sizeof(float) ? r->simd->f.run : r->simd->d.run)(&o.g);
        for (int l = 0; l < n; l++)
            if (!(w == sizeof(float)
                      ? keep_float(r, &p[l], ((const float *)(void *)o.sum)[l], &n_redo)
                      : keep_double(r, &p[l], ((const double *)(void *)o.sum)[l])))
                return false;
    }
    r->n = n_redo;
    return true;
}

gw_status_t gw_pairhmm_batch_run(const gw_pairhmm_simd_t *simd, const gw_pairhmm_batch_t *b,
                                 double *out, gw_err_t *err)
{
    run_t r = {.simd = simd, .b = b, .out = out};
    bool ok = list_pairs(&r) && find_n(&r);
    if (ok && r.n > 1)
        qsort(r.pair, r.n, sizeof *r.pair, by_length);
    uint64_t saved = gw_cpu_flush_on();
    ok = ok && run_pairs(&r, sizeof(float)) && run_pairs(&r, sizeof(double));
    gw_cpu_flush_off(saved);
    free(r.pair);
    free(r.has_n);
    free(r.bytes);
    return ok ? GW_OK : gw_err_nomem(err, "scoring reads against haplotypes");
}
