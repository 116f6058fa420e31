#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kernels/ident_batch.h"
#include "kernels/strays.h"

/* A question is a tie functional: what an aligned match, an aligned mismatch, a query letter alone
 * and a target letter alone add to the tie part of the key. */
enum {
    ASK_SLACK = GW_IDENT_SLACK,
    ASK_SPAN_Q = GW_IDENT_SPAN_Q,
    ASK_SPAN_T = GW_IDENT_SPAN_T,
    ASK_COUNTS, /* asked of whole work spaces only */
    N_ASKS
};
enum { I32, F64, N_TYPES };
enum { WIDEST = 16, /* lanes of the widest variant */
       BLOCK = 8    /* target letters whose weights are summed at a time */ };

typedef struct {
    int64_t base;   /* of the profile that is ready; 0 = none */
    int64_t factor; /* ASK_COUNTS: slack is carried times this */
    double pair[GW_IDENT_MAX_LETTERS * GW_IDENT_MAX_LETTERS];
    gw_identkey_t key;
    void *prof;
    size_t cap;
} ask_t;

struct gw_ident {
    const gw_ident_params_t *p;
    const gw_identkey_variant_t *v;
    const uint8_t *q;
    int32_t q_len;
    int64_t q_self; /* the highest score any alignment of the query can have */
    int64_t row_max[GW_IDENT_MAX_LETTERS];
    ask_t ask[N_ASKS][N_TYPES];
    void *work;
    size_t work_cap;
    /* for strays: once the query asked */
    const gw_strays_variant_t *strays;
    int64_t weight[GW_IDENT_MAX_LETTERS]; /* the most that a pair with the letter can score */
    bool weighed, profiled;
    int64_t *before; /* weights of the query's letters before each place, and before its end */
    int64_t *block;  /* of the target's before every BLOCK-th, and before its end */
    size_t cap_before, cap_block, stray_cap;
    void *stray_prof;
};

gw_ident_t *gw_ident_create_at(const gw_ident_params_t *params, gw_cpu_level_t level)
{
    gw_ident_t *w = gw_calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->p = params;
    w->v = gw_identkey_at(level);
    w->strays = gw_strays_at(level);
    for (int a = 0; a < params->n_letters; a++)
        for (int b = 0; b < params->n_letters; b++) {
            int s = params->matrix[a * params->n_letters + b];
            w->row_max[a] = s > w->row_max[a] ? s : w->row_max[a];
            w->weight[a] = s > w->weight[a] ? s : w->weight[a];
            w->weight[b] = s > w->weight[b] ? s : w->weight[b];
        }
    return w;
}

gw_ident_t *gw_ident_create(const gw_ident_params_t *params)
{
    return gw_ident_create_at(params, gw_cpu_level());
}

void gw_ident_destroy(gw_ident_t *w)
{
    if (!w)
        return;
    for (int a = 0; a < N_ASKS; a++)
        for (int t = 0; t < N_TYPES; t++)
            free(w->ask[a][t].prof);
    free(w->work);
    free(w->before);
    free(w->block);
    free(w->stray_prof);
    free(w);
}

void gw_ident_query(gw_ident_t *w, const uint8_t *letters, int32_t len)
{
    w->q = letters;
    w->q_len = len;
    w->q_self = 0;
    for (int32_t i = 0; i < len; i++)
        w->q_self += w->row_max[letters[i]];
    for (int a = 0; a < N_ASKS; a++)
        for (int t = 0; t < N_TYPES; t++)
            w->ask[a][t].base = 0;
    w->weighed = w->profiled = false;
}

/* Aligned blocks that only grow: room for half as much again, so that few calls allocate. */
static bool reserve(void **p, size_t *cap, size_t need)
{
    if (need <= *cap)
        return true;
    size_t size = need + need / 2;
    void *q = gw_aligned_alloc(64, size, 1);
    if (!q)
        return false;
    free(*p);
    *p = q;
    *cap = size;
    return true;
}

gw_ident_ties_t gw_ident_ties(const gw_ident_params_t *p, int ask)
{
    switch (ask) {
    case ASK_SLACK:
        return (gw_ident_ties_t){p->id_num - p->id_den, p->id_num, p->id_num, p->id_num};
    case ASK_SPAN_Q:
        return (gw_ident_ties_t){-1, -1, -1, 0};
    default:
        return (gw_ident_ties_t){-1, -1, 0, -1};
    }
}

/* Fills the key tables of a question: weights of the tie part, in units of `base`. */
static void key_fill(const gw_ident_params_t *p, int ask, int64_t base, int64_t factor, ask_t *a)
{
    gw_ident_ties_t tie = gw_ident_ties(p, ask == ASK_COUNTS ? ASK_SLACK : ask);
    int64_t match = tie.match * factor - (ask == ASK_COUNTS), mismatch = tie.mismatch * factor;
    int64_t q_alone = tie.q_alone * factor, t_alone = tie.t_alone * factor;
    for (int x = 0; x < p->n_letters; x++)
        for (int y = 0; y < p->n_letters; y++)
            a->pair[x * p->n_letters + y] = (double)(p->matrix[x * p->n_letters + y] * base +
                                                     (x == y && x < p->n_count ? match : mismatch));
    a->key = (gw_identkey_t){.pair = a->pair,
                             .open = (double)(p->gap_open * base),
                             .ext_q = (double)(p->gap_extend * base - q_alone),
                             .ext_t = (double)(p->gap_extend * base - t_alone),
                             .n_letters = p->n_letters,
                             .ends_free = p->ends_free};
    a->base = base;
    a->factor = factor;
}

/* How large the tie part can get for a query and a target of these lengths. */
static int64_t tie_bound(const gw_ident_t *w, int ask, int64_t q_len, int64_t t_len, int64_t factor)
{
    int64_t cols = q_len + t_len;
    if (ask == ASK_SPAN_Q || ask == ASK_SPAN_T)
        return cols;
    int64_t rest = w->p->id_den - w->p->id_num, unit = w->p->id_num > rest ? w->p->id_num : rest;
    return cols * unit * factor + (ask == ASK_COUNTS ? cols : 0);
}

gw_ident_band_t gw_ident_band_of(int32_t q_len, int32_t t_len, const gw_ident_band_t *band)
{
    gw_ident_band_t b = {1 - t_len, q_len - 1};
    if (band) {
        b.low = band->low > b.low ? band->low : b.low;
        b.high = band->high;
    }
    b.high = b.low + (b.high - b.low + WIDEST) / WIDEST * WIDEST - 1;
    if (b.high < b.low)
        b.high = b.low + WIDEST - 1;
    return b;
}

/* The optimal key of query and target for one question, split into its parts; cells are kept only
 * when the key is a double. */
static gw_status_t answer(gw_ident_t *w, int ask, int least, const uint8_t *t, int32_t t_len,
                          gw_ident_band_t band, double *keep, int32_t *score, int64_t *tie,
                          int64_t *factor_out, gw_err_t *err)
{
    const gw_ident_params_t *p = w->p;
    int64_t factor = 1, longest = w->q_len > t_len ? w->q_len : t_len;
    /* lengths are rounded up so that neighbours in length share a profile */
    int64_t room = 64;
    while (room < longest)
        room += room / 4;
    if (ask == ASK_COUNTS)
        factor = room + 1;
    int64_t base = 2 * tie_bound(w, ask, w->q_len, room, factor) + 1;
    int64_t peak = p->gap_open + p->gap_extend * (longest + 1) + 64; /* how far below 0 */
    peak = w->q_self > peak ? w->q_self : peak;
    int type = least == I32 && peak < (1 << 30) / base ? I32 : F64;
    ask_t *a = &w->ask[ask][type];
    const gw_identkey_variant_t *v = w->v;
    if (type == F64 && peak >= (int64_t)1 << 52)
        return gw_err_set(err, GW_EDATA, "sequences of %d and %d letters are too long to compare",
                          (int)w->q_len, (int)t_len);
    size_t lanes = (size_t)(type == I32 ? v->lanes_i32 : v->lanes_f64);
    size_t size = type == I32 && lanes > 1 ? sizeof(int32_t) : sizeof(double);
    size_t row = (size_t)w->q_len + 3 * lanes;
    size_t width = (size_t)(band.high - band.low) + 1 + 2 * lanes;
    if (!reserve(&w->work, &w->work_cap, (2 * width + 2 * row) * size))
        return gw_err_nomem(err, "comparing sequences");
    if (a->base != base) {
        if (!reserve(&a->prof, &a->cap, (size_t)p->n_letters * row * size))
            return gw_err_nomem(err, "comparing sequences");
        key_fill(p, ask, base, factor, a);
        (type == I32 ? v->build_i32 : v->build_f64)(&a->key, w->q, w->q_len, a->prof);
    }
    double best = type == I32 ? v->run_i32(&a->key, a->prof, w->q_len, t, t_len, band.low,
                                           band.high, w->work)
                              : v->run_f64(&a->key, a->prof, w->q_len, t, t_len, band.low,
                                           band.high, w->work, keep);
    int64_t k = (int64_t)best, s = (k + base / 2) / base;
    *score = (int32_t)s;
    *tie = k - s * base;
    *factor_out = factor;
    return GW_OK;
}

gw_status_t gw_ident_slack(gw_ident_t *w, const uint8_t *target, int32_t len,
                           const gw_ident_band_t *band, int32_t *score, int64_t *slack,
                           gw_err_t *err)
{
    int64_t tie, factor;
    gw_status_t st = answer(w, ASK_SLACK, I32, target, len, gw_ident_band_of(w->q_len, len, band), NULL, score, &tie,
                            &factor, err);
    if (st == GW_OK)
        *slack = -tie;
    return st;
}

gw_status_t gw_ident_span(gw_ident_t *w, const uint8_t *target, int32_t len,
                          const gw_ident_band_t *band, bool of_target, int32_t *score,
                          int32_t *span, gw_err_t *err)
{
    int64_t tie, factor;
    gw_status_t st = answer(w, of_target ? ASK_SPAN_T : ASK_SPAN_Q, I32, target, len,
                            gw_ident_band_of(w->q_len, len, band), NULL, score, &tie, &factor, err);
    if (st == GW_OK)
        *span = (int32_t)-tie;
    return st;
}

static gw_status_t counts(gw_ident_t *w, int least, const uint8_t *target, int32_t len,
                          gw_ident_band_t band, double *keep, int32_t *score, int32_t *matches,
                          int32_t *columns, gw_err_t *err)
{
    int64_t tie, factor;
    gw_status_t st =
        answer(w, ASK_COUNTS, least, target, len, band, keep, score, &tie, &factor, err);
    if (st != GW_OK)
        return st;
    /* -tie = slack * factor + matches with 0 <= matches < factor */
    int64_t neg = -tie, m = neg % factor;
    if (m < 0)
        m += factor;
    *matches = (int32_t)m;
    *columns = (int32_t)((w->p->id_den * m - (neg - m) / factor) / w->p->id_num);
    return GW_OK;
}

gw_status_t gw_ident_counts(gw_ident_t *w, const uint8_t *target, int32_t len,
                            const gw_ident_band_t *band, int32_t *score, int32_t *matches,
                            int32_t *columns, gw_err_t *err)
{
    return counts(w, I32, target, len, gw_ident_band_of(w->q_len, len, band), NULL, score, matches, columns, err);
}

/* Sums of the letters' weights. */
static bool weigh(gw_ident_t *w, const uint8_t *t, int32_t t_len)
{
    size_t blocks = (size_t)t_len / BLOCK + 2;
    if (!GW_GROW(w->before, w->cap_before, (size_t)w->q_len + 1) ||
        !GW_GROW(w->block, w->cap_block, blocks))
        return false;
    int64_t sum = 0;
    for (int32_t j = 0; j <= w->q_len && !w->weighed; j++) {
        w->before[j] = sum;
        sum += j < w->q_len ? w->weight[w->q[j]] : 0;
    }
    w->weighed = true;
    size_t n = 0;
    sum = 0;
    for (int32_t i = 0; i < t_len; i++) {
        if (i % BLOCK == 0)
            w->block[n++] = sum;
        sum += w->weight[t[i]];
    }
    w->block[n] = sum;
    return true;
}

/* No alignment with a cell of query - target position d (turned: -d), from 0, scores more: its pairs
 * up to the cell are of letters of one sequence, those after it of letters of the other. */
static int64_t most_over(const gw_ident_t *w, int32_t t_len, int32_t d, bool turned)
{
    const int64_t n = (t_len + BLOCK - 1) / BLOCK, q_len = w->q_len;
    int64_t most = 0;
    /* the cells of the target's letters i..i + BLOCK - 1 */
    for (int64_t b = turned ? d / BLOCK : 0, i = b * BLOCK;
         b < n && i < (turned ? q_len + d : q_len - d); b++, i += BLOCK) {
        int64_t x;
        if (turned) {
            int64_t end = i + BLOCK - d;
            x = w->before[end < q_len ? end : q_len] + w->block[n] - w->block[b];
        } else {
            x = w->block[b + 1] + w->before[q_len] - w->before[i + d + 1];
        }
        most = x > most ? x : most;
    }
    return most;
}

/* The first d from 0 on, of at most `end`, that no alignment of score least reaches. */
static int32_t first_out_of_reach(const gw_ident_t *w, int32_t t_len, int32_t end, bool turned,
                                  int32_t least)
{
    int32_t from = 0;
    while (from < end) {
        int32_t d = from + (end - from) / 2;
        if (most_over(w, t_len, d, turned) < least)
            end = d;
        else
            from = d + 1;
    }
    return from;
}

gw_status_t gw_ident_reach(gw_ident_t *w, const uint8_t *target, int32_t len, int32_t least,
                           gw_ident_band_t *band, gw_err_t *err)
{
    *band = (gw_ident_band_t){1 - len, w->q_len - 1};
    if (w->p->ends_free)
        return GW_OK;
    if (!weigh(w, target, len))
        return gw_err_nomem(err, "comparing sequences");
    band->low = 1 - first_out_of_reach(w, len, len, true, least);
    band->high = first_out_of_reach(w, len, w->q_len, false, least) - 1;
    return GW_OK;
}

gw_status_t gw_ident_strays(gw_ident_t *w, const uint8_t *target, int32_t len,
                            const gw_ident_band_t *band, int32_t least, bool *strays,
                            gw_err_t *err)
{
    bool fits = gw_strays_fits(w->p, least);
    const gw_strays_variant_t *v = fits ? w->strays : &gw_strays_ref;
    gw_ident_band_t reach;
    gw_status_t st = gw_ident_reach(w, target, len, least, &reach, err);
    if (st != GW_OK)
        return st;
    if (!reserve(&w->work, &w->work_cap, gw_strays_work_bytes(v, w->q_len, len)))
        return gw_err_nomem(err, "comparing sequences");
    if (fits && !w->profiled) {
        if (!reserve(&w->stray_prof, &w->stray_cap, gw_strays_profile_bytes(v, w->p, w->q_len)))
            return gw_err_nomem(err, "comparing sequences");
        v->build(w->p, w->q, w->q_len, w->stray_prof);
        w->profiled = true;
    }
    gw_strays_t s = {.p = w->p,
                     .prof = fits ? w->stray_prof : w->q,
                     .q_len = w->q_len,
                     .t_len = len,
                     .t = target,
                     .stay = gw_ident_band_of(w->q_len, len, band),
                     .reach = reach,
                     .least = least,
                     .work = w->work};
    *strays = reach.low <= reach.high && v->run(&s);
    return GW_OK;
}

int64_t gw_ident_slack_of(const gw_ident_t *w, int32_t matches, int32_t columns)
{
    return (int64_t)w->p->id_den * matches - (int64_t)w->p->id_num * columns;
}

/* 4. the alignment */
typedef struct {
    const gw_identkey_t *k;
    const uint8_t *q, *t;
    int32_t q_len, t_len;
    gw_ident_band_t band;
    const double *keep;
} cells_t;

static const double never = -0x1p60;

/* The best key that ends at query letter j and target letter i; -1 stands for the border. */
static double key_at(const cells_t *c, int32_t i, int32_t j)
{
    if (j - i < c->band.low || j - i > c->band.high)
        return never;
    if (i < 0 || j < 0)
        return c->k->ends_free ? 0 : never;
    return c->keep[(size_t)i * (size_t)(c->band.high - c->band.low + 1) +
                   (size_t)(j - i - c->band.low)];
}

/* The first cell, by target and then query, that has the best key where an alignment may end. */
static bool find_end(const cells_t *c, double best, int32_t *i_end, int32_t *j_end)
{
    for (int32_t i = 0; i < c->t_len; i++) {
        int32_t from = i + c->band.low > 0 ? i + c->band.low : 0;
        int32_t to = i + c->band.high < c->q_len - 1 ? i + c->band.high : c->q_len - 1;
        if (c->k->ends_free && i < c->t_len - 1) { /* only the last letter of the query */
            if (to < c->q_len - 1)
                continue;
            from = to;
        }
        const double *row = c->keep +
                            (size_t)i * (size_t)(c->band.high - c->band.low + 1) - i - c->band.low;
        int seen = 0; /* without a way out, so that the loop is vectors */
        for (int32_t j = from; j <= to; j++)
            seen |= row[j] == best;
        for (int32_t j = from; seen; j++)
            if (row[j] == best) {
                *i_end = i;
                *j_end = j;
                return true;
            }
    }
    return false;
}

static bool push(gw_ident_path_t *path, uint32_t n, uint32_t op)
{
    if (path->n_ops > 0 && (path->ops[path->n_ops - 1] & 15) == op) {
        path->ops[path->n_ops - 1] += n << 4;
        return true;
    }
    if (!GW_GROW(path->ops, path->cap, path->n_ops + 1))
        return false;
    path->ops[path->n_ops++] = n << 4 | op;
    return true;
}

/* Back from the end: a cell's key comes from its diagonal neighbour, or over a gap of some length from
 * a cell above or to the left. */
static gw_status_t walk(const cells_t *c, int32_t i, int32_t j, gw_ident_path_t *path,
                        gw_err_t *err)
{
    const gw_identkey_t *k = c->k;
    path->t_end = i + 1;
    path->q_end = j + 1;
    while (i >= 0 && j >= 0) {
        double v = key_at(c, i, j);
        if (v == 0 && !k->ends_free)
            break;
        double before = i > 0 && j > 0 ? key_at(c, i - 1, j - 1) : 0;
        int32_t n = 1;
        uint32_t op = 3;
        if (before + k->pair[c->t[i] * k->n_letters + c->q[j]] == v)
            op = 0;
        while (op == 3 && n <= i + 1 && key_at(c, i - n, j) - k->open - n * k->ext_t != v)
            n++;
        if (op == 3 && n <= i + 1)
            op = 2;
        else if (op == 3)
            n = 1;
        while (op == 3 && n <= j + 1 && key_at(c, i, j - n) - k->open - n * k->ext_q != v)
            n++;
        if (op == 3 && n <= j + 1)
            op = 1;
        if (op == 3)
            return gw_err_set(err, GW_EINTERNAL, "an alignment's path is lost at %d, %d", i, j);
        if (!push(path, (uint32_t)n, op))
            return gw_err_nomem(err, "aligning sequences");
        i -= op == 1 ? 0 : n;
        j -= op == 2 ? 0 : n;
    }
    path->t_beg = i + 1;
    path->q_beg = j + 1;
    for (size_t a = 0, b = path->n_ops; a + 1 < b; a++) {
        uint32_t x = path->ops[a];
        path->ops[a] = path->ops[--b];
        path->ops[b] = x;
    }
    return GW_OK;
}

gw_status_t gw_ident_trace(gw_ident_t *w, const uint8_t *target, int32_t len,
                           const gw_ident_band_t *band, int32_t *score, int32_t *matches,
                           int32_t *columns, gw_ident_path_t *path, gw_err_t *err)
{
    gw_ident_band_t b = gw_ident_band_of(w->q_len, len, band);
    int64_t cells = (int64_t)(b.high - b.low + 1) * len;
    path->n_ops = 0;
    if (cells > GW_IDENT_TRACE_CELLS)
        return counts(w, I32, target, len, b, NULL, score, matches, columns, err);
    if (!GW_GROW(path->keep, path->cap_keep, (size_t)cells))
        return gw_err_nomem(err, "aligning sequences");
    gw_status_t st = counts(w, F64, target, len, b, path->keep, score, matches, columns, err);
    if (st != GW_OK || *score <= 0)
        return st;
    const ask_t *a = &w->ask[ASK_COUNTS][F64];
    cells_t c = {&a->key, w->q, target, w->q_len, len, b, path->keep};
    int64_t slack = gw_ident_slack_of(w, *matches, *columns);
    double best = (double)(*score * a->base - (slack * a->factor + *matches));
    int32_t i, j;
    if (!find_end(&c, best, &i, &j))
        return gw_err_set(err, GW_EINTERNAL, "an alignment's end is not where its score is");
    return walk(&c, i, j, path, err);
}

void gw_ident_path_release(gw_ident_path_t *path)
{
    free(path->ops);
    free(path->keep);
    *path = (gw_ident_path_t){0};
}

/* 5. variants */
const gw_identkey_variant_t *gw_identkey_at(gw_cpu_level_t level)
{
#if defined(__x86_64__) || defined(__i386__)
    if (level >= GW_CPU_AVX512)
        return &gw_identkey_avx512;
    if (level >= GW_CPU_AVX2)
        return &gw_identkey_avx2;
#endif
    (void)level;
    return &gw_identkey_ref;
}
