#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "align/dbscan.h"
#include "base/mem.h"
#include "io/stream.h"
#include "kernels/extend_variants.h"

/* 1. queries */
gw_status_t gw_dbqueries_init(gw_dbqueries_t *q, const gw_dbset_t *set, bool both_strands,
                              gw_err_t *err)
{
    size_t n = (size_t)set->off[set->n];
    *q = (gw_dbqueries_t){.set = set, .letter = set->letter};
    if (!both_strands)
        return GW_OK;
    q->letter = q->own = gw_malloc(n, 2);
    if (!q->own)
        return gw_err_nomem(err, "turning the queries");
    memcpy(q->own, set->letter, n);
    for (size_t i = 0; i < set->n; i++)
        for (int64_t a = set->off[i], z = set->off[i + 1] - 1; z >= set->off[i]; a++, z--)
            q->own[n + (size_t)a] =
                (uint8_t)(set->letter[z] < 4 ? 3 - set->letter[z] : set->letter[z]);
    return GW_OK;
}

void gw_dbqueries_release(gw_dbqueries_t *q)
{
    free(q->own);
    *q = (gw_dbqueries_t){0};
}

int64_t gw_dbqueries_at(const gw_dbqueries_t *q, size_t i, bool minus)
{
    return q->set->off[i] + (minus ? q->set->off[q->set->n] : 0);
}

/* 2. scanning */
enum { PAIRS = 1 << 18, LEAST_PART = 1 << 15 };

/* A query and part of a target */
typedef struct {
    uint32_t query, target; /* in their sets */
    int32_t from;
    bool minus;
} part_t;

typedef struct {
    const gw_dbqueries_t *q;
    const gw_dbset_t *block;
    const gw_dbscan_opts_t *o;
    int64_t db_letters;
    gw_dbbest_t *best;
    int64_t largest; /* what one letter can earn or cost */
    int64_t span;    /* longest_span of the query at hand */
    uint32_t *order; /* of the block's sequences: longest first, as neighbours share vectors */
    size_t n;        /* pairs waiting */
    part_t *part;
    int64_t *q_off, *t_off;
    int32_t *q_len, *t_len, *score;
    size_t cap[6];
    uint32_t composed; /* the query whose composition it is; UINT32_MAX: none */
    double composition[GW_EXTEND_MAX_LETTERS];
} scan_t;

static bool room_for_pair(scan_t *s)
{
    size_t n = s->n + 1;
    if (n <= s->cap[5]) /* the last to grow */
        return true;
    return GW_GROW(s->part, s->cap[0], n) && GW_GROW(s->q_off, s->cap[1], n) &&
           GW_GROW(s->t_off, s->cap[2], n) && GW_GROW(s->q_len, s->cap[3], n) &&
           GW_GROW(s->t_len, s->cap[4], n) && GW_GROW(s->score, s->cap[5], n);
}

/* Letters of the longest target part that an alignment with n query letters can cover: what all of
 * them can earn pays for letters of gaps. 0: no bound */
static int64_t longest_span(const gw_extend_params_t *p, int64_t n)
{
    int most = 0;
    for (int i = 0; i < p->n_letters * p->n_letters; i++)
        most = p->matrix[i] > most ? p->matrix[i] : most;
    return p->gap_extend > 0 ? n + n * most / p->gap_extend : 0;
}

/* Scores have 28 bits, which only sequences of millions of letters can pass. */
static gw_status_t check_length(const scan_t *s, uint32_t query, int64_t letters, gw_err_t *err)
{
    const gw_extend_params_t *p = &s->o->scoring->params;
    if (letters * s->largest + 2 * p->gap_open < GW_EXTEND_MAX_VALUE)
        return GW_OK;
    return gw_err_set(err, GW_EDATA,
                      "%s: record %llu (%.80s): is so long that scores could pass %d; cut it into pieces",
                      gw_stream_name(s->q->set->path),
                      (unsigned long long)(s->q->set->first + query + 1),
                      gw_dbset_name(s->q->set, query), GW_EXTEND_MAX_VALUE);
}

static gw_status_t add_parts(scan_t *s, uint32_t query, uint32_t target, bool minus, gw_err_t *err)
{
    const gw_dbset_t *q = s->q->set, *t = s->block;
    int32_t q_len = gw_dbset_len(q, query), t_len = gw_dbset_len(t, target);
    int64_t size = 8 * s->span > LEAST_PART ? 8 * s->span : LEAST_PART;
    if (s->span == 0 || size > t_len)
        size = t_len;
    gw_status_t st = check_length(s, query, q_len + size, err);
    for (int64_t from = 0;; from += size - s->span) {
        if (st == GW_OK && !room_for_pair(s))
            st = gw_err_nomem(err, "searching");
        if (st != GW_OK)
            return st;
        int64_t len = t_len - from < size ? t_len - from : size;
        s->part[s->n] = (part_t){query, target, (int32_t)from, minus};
        s->q_off[s->n] = gw_dbqueries_at(s->q, query, minus);
        s->t_off[s->n] = t->off[target] + from;
        s->q_len[s->n] = q_len;
        s->t_len[s->n++] = (int32_t)len;
        if (from + len == t_len)
            return GW_OK;
    }
}

/* The best part of what waits for one query and target, from pair first on; returns where the next
 * one's begin */
static size_t best_part(const scan_t *s, size_t first, gw_dbcand_t *x)
{
    const part_t *p = &s->part[first];
    size_t i = first;
    *x = (gw_dbcand_t){.target = (int64_t)s->block->first + p->target,
                       .t_len = gw_dbset_len(s->block, p->target)};
    for (; i < s->n && s->part[i].query == p->query && s->part[i].target == p->target; i++)
        if (s->score[i] > x->score) {
            x->score = s->score[i];
            x->t_from = s->part[i].from;
            x->t_to = s->part[i].from + s->t_len[i];
            x->minus = s->part[i].minus;
        }
    return i;
}

double gw_dbscan_log_evalue(const gw_dbqueries_t *q, const gw_dbcand_t *x, int64_t db_letters)
{
    return x->log_rate + log((double)db_letters) + (q->own ? M_LN2 : 0);
}

/* The factor that corrects a score for what the pair's letters are */
static double composition_factor(scan_t *s, uint32_t query, const gw_dbcand_t *x)
{
    const gw_dbset_t *q = s->q->set, *t = s->block;
    const gw_dbscoring_t *scoring = s->o->scoring;
    size_t target = (size_t)(x->target - (int64_t)t->first);
    double freq[GW_EXTEND_MAX_LETTERS];
    if (s->composed != query) {
        s->composed = query;
        gw_karlin_composition(scoring, q->letter + q->off[query], gw_dbset_len(q, query),
                              s->composition);
    }
    gw_karlin_composition(scoring, t->letter + t->off[target], x->t_len, freq);
    return gw_karlin_composition_factor(scoring, s->o->ungapped_lambda, s->composition, freq);
}

/* Keeps what may turn out to be good enough: E-values grow with the database, and a correction only
 * raises them. */
static bool offer(scan_t *s, uint32_t query, gw_dbcand_t *x)
{
    const gw_dbscan_opts_t *o = s->o;
    int64_t q_len = gw_dbset_len(s->q->set, query);
    if (x->score <= 0)
        return true;
    double log_len = log(x->t_len);
    x->log_rate = gw_karlin_log_pair_floor(o->stats, q_len, x->t_len, x->score) - log_len;
    if (gw_dbscan_log_evalue(s->q, x, s->db_letters) > o->log_max_evalue)
        return true;
    x->counted = x->score;
    if (o->ungapped_lambda > 0)
        x->counted *= composition_factor(s, query, x);
    x->log_rate = gw_karlin_log_pair(o->stats, q_len, x->t_len, x->counted) - log_len;
    return gw_dbscan_log_evalue(s->q, x, s->db_letters) > o->log_max_evalue ||
           gw_dbbest_offer(&s->best[query], x, o->max_hits);
}

static gw_status_t run_pairs(scan_t *s, gw_err_t *err)
{
    gw_extend_batch_t b = {s->n,     s->q->letter, s->block->letter, s->q_off,
                           s->t_off, s->q_len,     s->t_len};
    gw_extend_in_t in = {.batch = &b, .params = &s->o->scoring->params};
    gw_status_t st = gw_engine_run(s->o->engine, GW_JOB_EXTEND_SCORE, &in, s->score, err);
    for (size_t i = 0; i < s->n && st == GW_OK;) {
        gw_dbcand_t x;
        uint32_t query = s->part[i].query;
        i = best_part(s, i, &x);
        if (!offer(s, query, &x))
            st = gw_err_nomem(err, "keeping hits");
    }
    s->n = 0;
    return st;
}

static gw_status_t scan_queries(scan_t *s, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (uint32_t i = 0; i < s->q->set->n && st == GW_OK; i++) {
        s->span = longest_span(&s->o->scoring->params, gw_dbset_len(s->q->set, i));
        for (size_t k = 0; k < s->block->n && st == GW_OK; k++) {
            st = add_parts(s, i, s->order[k], false, err);
            if (st == GW_OK && s->q->own)
                st = add_parts(s, i, s->order[k], true, err);
            if (st == GW_OK && s->n >= PAIRS)
                st = run_pairs(s, err);
        }
    }
    return st == GW_OK && s->n ? run_pairs(s, err) : st;
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The block's sequences by length, longest first; equal ones as they come */
static bool sort_block(scan_t *s)
{
    size_t n = s->block->n;
    s->order = gw_malloc(n, sizeof *s->order);
    uint64_t *key = gw_malloc(n, sizeof *key);
    for (size_t i = 0; key && i < n; i++)
        key[i] = (uint64_t)(INT32_MAX - gw_dbset_len(s->block, i)) << 32 | i;
    bool ok = s->order && key;
    if (ok) {
        qsort(key, n, sizeof *key, by_key);
        for (size_t i = 0; i < n; i++)
            s->order[i] = (uint32_t)key[i];
    }
    free(key);
    return ok;
}

gw_status_t gw_dbscan_block(const gw_dbqueries_t *q, const gw_dbset_t *block, int64_t db_letters,
                            const gw_dbscan_opts_t *o, gw_dbbest_t *best, gw_err_t *err)
{
    scan_t s = {.q = q, .block = block, .o = o, .db_letters = db_letters, .best = best,
                .composed = UINT32_MAX,
                .largest = gw_extend_largest_score(&o->scoring->params)};
    gw_status_t st = sort_block(&s) ? scan_queries(&s, err) : gw_err_nomem(err, "searching");
    free(s.order);
    free(s.part);
    free(s.q_off);
    free(s.t_off);
    free(s.q_len);
    free(s.t_len);
    free(s.score);
    return st;
}
