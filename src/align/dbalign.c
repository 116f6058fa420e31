#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/dbalign.h"
#include "base/mem.h"

enum { BAND = 32, AT_ONCE = 1 << 16 };

/* 1. hits */
void gw_dbhits_release(gw_dbhits_t *h)
{
    free(h->v);
    free(h->cigar);
    free(h->text);
    free(h->letter);
    *h = (gw_dbhits_t){0};
}

/* 2. aligning */
typedef struct {
    const gw_dbqueries_t *q;
    const gw_dbset_t *block;
    const gw_dbscan_opts_t *o;
    gw_dbhits_t *h;
    size_t n; /* pairs */
    size_t *hit;
    int64_t *q_off, *t_off;
    int32_t *q_len, *t_len, *diag, *width;
    gw_extend_hit_t *ends;
    gw_extend_cigars_t cigars;
} work_t;

static bool work_init(work_t *w, size_t n)
{
    w->hit = gw_malloc(n, sizeof *w->hit);
    w->q_off = gw_malloc(n, sizeof *w->q_off);
    w->t_off = gw_malloc(n, sizeof *w->t_off);
    w->q_len = gw_malloc(n, sizeof *w->q_len);
    w->t_len = gw_malloc(n, sizeof *w->t_len);
    w->diag = gw_malloc(n, sizeof *w->diag);
    w->width = gw_malloc(n, sizeof *w->width);
    w->ends = gw_malloc(n, sizeof *w->ends);
    w->cigars.score = gw_malloc(n, sizeof *w->cigars.score);
    w->cigars.cigar_off = gw_malloc(n + 1, sizeof *w->cigars.cigar_off);
    return w->hit && w->q_off && w->t_off && w->q_len && w->t_len && w->diag && w->width &&
           w->ends && w->cigars.score && w->cigars.cigar_off;
}

static void work_release(work_t *w)
{
    free(w->hit);
    free(w->q_off);
    free(w->t_off);
    free(w->q_len);
    free(w->t_len);
    free(w->diag);
    free(w->width);
    free(w->ends);
    free(w->cigars.score);
    free(w->cigars.cigar_off);
    free(w->cigars.cigar);
}

static gw_extend_in_t input(const work_t *w, gw_extend_batch_t *b)
{
    *b = (gw_extend_batch_t){w->n,     w->q->letter, w->block->letter, w->q_off,
                             w->t_off, w->q_len,     w->t_len};
    return (gw_extend_in_t){b, &w->o->scoring->params, w->diag, w->width};
}

static size_t in_block(const work_t *w, const gw_dbhit_t *x)
{
    return (size_t)(x->cand.target - (int64_t)w->block->first);
}

static gw_status_t find_ends(work_t *w, size_t from, size_t to, gw_err_t *err)
{
    gw_extend_batch_t b;
    for (w->n = 0; from < to; from++, w->n++) {
        const gw_dbhit_t *x = &w->h->v[from];
        w->hit[w->n] = from;
        w->q_off[w->n] = gw_dbqueries_at(w->q, x->query, x->cand.minus);
        w->q_len[w->n] = gw_dbset_len(w->q->set, x->query);
        w->t_off[w->n] = w->block->off[in_block(w, x)] + x->cand.t_from;
        w->t_len[w->n] = x->cand.t_to - x->cand.t_from;
    }
    gw_extend_in_t in = input(w, &b);
    gw_status_t st = gw_engine_run(w->o->engine, GW_JOB_EXTEND_ENDS, &in, w->ends, err);
    for (size_t i = 0; i < w->n && st == GW_OK; i++) {
        gw_dbhit_t *x = &w->h->v[w->hit[i]];
        const gw_extend_hit_t *e = &w->ends[i];
        if (e->score != x->cand.score)
            return gw_err_set(err, GW_EINTERNAL, "search: score %d became %d at the second look",
                              x->cand.score, e->score);
        x->q_beg = e->q_beg;
        x->q_end = e->q_end;
        x->t_beg = x->cand.t_from + e->t_beg;
        x->t_end = x->cand.t_from + e->t_end;
        w->q_off[i] += e->q_beg;
        w->t_off[i] += e->t_beg;
        w->q_len[i] = e->q_end - e->q_beg;
        w->t_len[i] = e->t_end - e->t_beg;
        int32_t slope = w->t_len[i] - w->q_len[i];
        w->diag[i] = slope / 2;
        w->width[i] = abs(slope) / 2 + 1 + BAND;
    }
    return st;
}

static void count(const work_t *w, size_t i, const uint32_t *ops, size_t n_ops, gw_dbhit_t *x)
{
    const gw_dbscoring_t *s = w->o->scoring;
    const uint8_t *q = w->q->letter + w->q_off[i], *t = w->block->letter + w->t_off[i];
    for (size_t k = 0; k < n_ops; k++) {
        int32_t len = (int32_t)(ops[k] >> 4), op = ops[k] & 15;
        x->columns += len;
        x->gaps += op != 0;
        for (int32_t j = 0; op == 0 && j < len; j++) {
            bool same = q[j] == t[j] && q[j] < s->n_count;
            x->identities += same;
            x->mismatches += !same;
            x->positives += s->params.matrix[q[j] * s->params.n_letters + t[j]] > 0;
        }
        q += op != 2 ? len : 0;
        t += op != 1 ? len : 0;
    }
}

static bool keep(work_t *w, size_t i, bool keep_letters)
{
    gw_dbhits_t *h = w->h;
    gw_dbhit_t *x = &h->v[w->hit[i]];
    const uint32_t *ops = w->cigars.cigar + w->cigars.cigar_off[i];
    size_t n_ops = (size_t)(w->cigars.cigar_off[i + 1] - w->cigars.cigar_off[i]);
    size_t len = keep_letters ? (size_t)w->t_len[i] : 0;
    if (!GW_GROW(h->cigar, h->cap_cigar, h->n_cigar + n_ops) ||
        !GW_GROW(h->letter, h->cap_letter, h->n_letter + len))
        return false;
    memcpy(h->cigar + h->n_cigar, ops, n_ops * sizeof *ops);
    x->cigar = (int64_t)h->n_cigar;
    x->n_cigar = (int64_t)n_ops;
    h->n_cigar += n_ops;
    x->letters = keep_letters ? (int64_t)h->n_letter : -1;
    if (len)
        memcpy(h->letter + h->n_letter, w->block->letter + w->t_off[i], len);
    h->n_letter += len;
    count(w, i, ops, n_ops, x);
    return true;
}

/* What a narrow band did not find stays for the next round. */
static gw_status_t trace(work_t *w, bool keep_letters, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    while (w->n > 0 && st == GW_OK) {
        gw_extend_batch_t b;
        gw_extend_in_t in = input(w, &b);
        size_t left = 0;
        st = gw_engine_run(w->o->engine, GW_JOB_EXTEND_GLOBAL, &in, &w->cigars, err);
        for (size_t i = 0; i < w->n && st == GW_OK; i++) {
            const gw_dbhit_t *x = &w->h->v[w->hit[i]];
            if (w->cigars.score[i] == x->cand.score) {
                st = keep(w, i, keep_letters) ? GW_OK : gw_err_nomem(err, "keeping alignments");
                continue;
            }
            if (w->width[i] > w->q_len[i] + w->t_len[i])
                return gw_err_set(err, GW_EINTERNAL, "search: no alignment has the score %d",
                                  x->cand.score);
            w->hit[left] = w->hit[i];
            w->q_off[left] = w->q_off[i];
            w->t_off[left] = w->t_off[i];
            w->q_len[left] = w->q_len[i];
            w->t_len[left] = w->t_len[i];
            w->diag[left] = w->diag[i];
            w->width[left++] = 2 * w->width[i];
        }
        w->n = left;
    }
    return st;
}

static bool keep_names(const work_t *w, size_t from, size_t to)
{
    gw_dbhits_t *h = w->h;
    for (size_t i = from; i < to; i++) {
        gw_dbhit_t *x = &h->v[i];
        if (i > from && x[-1].cand.target == x->cand.target) {
            x->name = x[-1].name;
            continue;
        }
        size_t k = in_block(w, x), n = (size_t)(w->block->name[k + 1] - w->block->name[k]);
        if (!GW_GROW(h->text, h->cap_text, h->n_text + n))
            return false;
        memcpy(h->text + h->n_text, w->block->text + w->block->name[k], n);
        x->name = (int64_t)h->n_text;
        h->n_text += n;
    }
    return true;
}

gw_status_t gw_dbalign_block(const gw_dbqueries_t *q, const gw_dbset_t *block,
                             const gw_dbscan_opts_t *o, bool keep_letters, gw_dbhits_t *h,
                             size_t from, size_t to, gw_err_t *err)
{
    work_t w = {.q = q, .block = block, .o = o, .h = h};
    size_t most = to - from < AT_ONCE ? to - from : AT_ONCE;
    gw_status_t st = work_init(&w, most) && keep_names(&w, from, to)
                         ? GW_OK
                         : gw_err_nomem(err, "aligning hits");
    for (size_t at = from; at < to && st == GW_OK; at += most) {
        st = find_ends(&w, at, at + most < to ? at + most : to, err);
        if (st == GW_OK)
            st = trace(&w, keep_letters, err);
    }
    work_release(&w);
    return st;
}
