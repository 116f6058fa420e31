#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/map.h"
#include "base/mem.h"

/* 1. the queue */
static bool reserve(gw_dp_t *d, size_t letters)
{
    size_t n = d->n + 1;
    return GW_GROW(d->task, d->cap_task, n) && GW_GROW(d->q_off, d->cap_q_off, n) &&
           GW_GROW(d->t_off, d->cap_t_off, n) && GW_GROW(d->q_len, d->cap_q_len, n) &&
           GW_GROW(d->t_len, d->cap_t_len, n) && GW_GROW(d->diag, d->cap_diag, n) &&
           GW_GROW(d->width, d->cap_width, n) &&
           GW_GROW(d->letters, d->cap_letters, d->n_letters + letters);
}

static gw_status_t add(gw_mapper_t *m, size_t read, size_t hit, int32_t q_beg, int32_t q_end,
                       int64_t beg, int64_t end, gw_err_t *err)
{
    gw_dp_t *d = &m->dp;
    const gw_read_t *r = &m->read[read];
    if (!reserve(d, (size_t)(end - beg)))
        return gw_err_nomem(err, "aligning reads");
    d->task[d->n] = (gw_dp_task_t){read, hit, beg};
    d->q_off[d->n] = (int64_t)r->code + (r->hit[hit].rev ? r->len : 0) + q_beg;
    d->q_len[d->n] = q_end - q_beg;
    d->t_off[d->n] = (int64_t)d->n_letters;
    d->t_len[d->n] = (int32_t)(end - beg);
    gw_index_unpack(m->index, beg, end, d->letters + d->n_letters);
    d->n_letters += (size_t)(end - beg);
    d->n++;
    return GW_OK;
}

gw_status_t gw_dp_add(gw_mapper_t *m, size_t read, size_t hit, int64_t beg, int64_t end,
                      gw_err_t *err)
{
    const gw_read_t *r = &m->read[read];
    int64_t mid = r->hit[hit].diag + r->len / 2;
    mid = mid < 0 ? 0 : mid >= m->index->total ? m->index->total - 1 : mid;
    const gw_index_contig_t *c = &m->index->contig[gw_index_contig_at(m->index, mid)];
    beg = beg > c->start ? beg : c->start;
    end = end < c->start + c->len_bp ? end : c->start + c->len_bp;
    return beg < end ? add(m, read, hit, 0, r->len, beg, end, err) : GW_OK;
}

static void reset(gw_dp_t *d)
{
    d->n = d->n_letters = 0;
}

static gw_extend_batch_t batch_of(const gw_mapper_t *m)
{
    const gw_dp_t *d = &m->dp;
    return (gw_extend_batch_t){.n = d->n,
                               .query = m->code,
                               .target = d->letters,
                               .q_off = d->q_off,
                               .t_off = d->t_off,
                               .q_len = d->q_len,
                               .t_len = d->t_len};
}

/* 2. scores and ends */
static void take(gw_mapper_t *m, const gw_dp_task_t *t, const gw_extend_hit_t *o)
{
    gw_read_t *r = &m->read[t->read];
    gw_hit_t *h = &r->hit[t->hit];
    h->state = GW_HIT_DP;
    h->score = o->score;
    if (o->score <= 0)
        return;
    h->score -= (o->q_beg == 0 ? m->params->clip : 0) + (o->q_end == r->len ? m->params->clip : 0);
    h->q_beg = o->q_beg;
    h->q_end = o->q_end;
    h->t_beg = t->t_beg + o->t_beg;
    h->t_end = t->t_beg + o->t_end;
    h->diag = h->t_beg - h->q_beg;
}

gw_status_t gw_dp_run(gw_mapper_t *m, gw_err_t *err)
{
    gw_dp_t *d = &m->dp;
    if (d->n == 0)
        return GW_OK;
    if (!GW_GROW(d->out, d->cap_out, d->n))
        return gw_err_nomem(err, "aligning reads");
    gw_extend_batch_t b = batch_of(m);
    gw_extend_in_t in = {&b, &m->extend, NULL, NULL};
    gw_status_t st = gw_engine_run(m->engine, GW_JOB_EXTEND_ENDS, &in, d->out, err);
    for (size_t i = 0; i < d->n && st == GW_OK; i++)
        take(m, &d->task[i], &d->out[i]);
    reset(d);
    return st;
}

/* 3. CIGARs of the hits that are wanted */
static bool ungapped_score_is(const gw_mapper_t *m, const gw_read_t *r, const gw_hit_t *h,
                              const uint8_t *target)
{
    const uint8_t *q = m->code + r->code + (h->rev ? r->len : 0) + h->q_beg;
    int32_t score = 0;
    for (int32_t i = 0; i < h->q_end - h->q_beg; i++)
        score += m->extend.matrix[q[i] * m->extend.n_letters + target[i]];
    return score >= h->score;
}

static gw_status_t spell_gap(gw_mapper_t *m, gw_hit_t *h, gw_err_t *err)
{
    int32_t ins = h->gap < 0 ? -h->gap : 0, len = h->gap < 0 ? ins : h->gap;
    if (!GW_GROW(m->cigar, m->cap_cigar, m->n_cigar + 3))
        return gw_err_nomem(err, "aligning reads");
    h->cigar_off = (int32_t)m->n_cigar;
    h->n_cigar = 3;
    m->cigar[m->n_cigar++] = (uint32_t)(h->gap_at - h->q_beg) << 4;
    m->cigar[m->n_cigar++] = (uint32_t)len << 4 | (ins ? 1 : 2);
    m->cigar[m->n_cigar++] = (uint32_t)(h->q_end - h->gap_at - ins) << 4;
    return GW_OK;
}

static gw_status_t queue_cigar(gw_mapper_t *m, size_t read, size_t hit, gw_err_t *err)
{
    gw_read_t *r = &m->read[read];
    gw_hit_t *h = &r->hit[hit];
    gw_dp_t *d = &m->dp;
    int32_t q = h->q_end - h->q_beg, t = (int32_t)(h->t_end - h->t_beg);
    gw_status_t st = GW_OK;
    if (h->state == GW_HIT_DP) {
        st = add(m, read, hit, h->q_beg, h->q_end, h->t_beg, h->t_end, err);
        if (st != GW_OK)
            return st;
        d->n--;
        d->n_letters -= (size_t)t;
    }
    if (h->state != GW_HIT_DP && h->gap)
        return spell_gap(m, h, err);
    if (h->state != GW_HIT_DP ||
        (q == t && ungapped_score_is(m, r, h, d->letters + d->n_letters))) {
        if (!GW_GROW(m->cigar, m->cap_cigar, m->n_cigar + 1))
            return gw_err_nomem(err, "aligning reads");
        h->cigar_off = (int32_t)m->n_cigar;
        h->n_cigar = 1;
        m->cigar[m->n_cigar++] = (uint32_t)q << 4;
        return GW_OK;
    }
    /* The letters in gaps cannot cost more than a full match of the rest leaves to lose. */
    int32_t full = (q < t ? q : t) * m->params->match;
    int32_t lose = full - h->score - m->params->gap_open;
    int32_t gaps = lose > 0 && m->params->gap_extend > 0 ? lose / m->params->gap_extend
                   : lose > 0                            ? q
                                                         : 0;
    d->diag[d->n] = 0;
    d->width[d->n] = (t > q ? t - q : q - t) + gaps + 1;
    d->n++;
    d->n_letters += (size_t)t;
    return GW_OK;
}

static gw_status_t take_cigars(gw_mapper_t *m, gw_err_t *err)
{
    gw_dp_t *d = &m->dp;
    for (size_t i = 0; i < d->n; i++) {
        gw_hit_t *h = &m->read[d->task[i].read].hit[d->task[i].hit];
        size_t n = (size_t)(d->cigars.cigar_off[i + 1] - d->cigars.cigar_off[i]);
        if (d->cigars.score[i] != h->score || n == 0 || n > UINT16_MAX)
            return gw_err_set(err, GW_EINTERNAL,
                              "read %s: the alignment's path does not have its "
                              "score (%d, %d); please report this",
                              m->read[d->task[i].read].rec->name, (int)d->cigars.score[i],
                              (int)h->score);
        if (!GW_GROW(m->cigar, m->cap_cigar, m->n_cigar + n))
            return gw_err_nomem(err, "aligning reads");
        h->cigar_off = (int32_t)m->n_cigar;
        h->n_cigar = (uint16_t)n;
        memcpy(m->cigar + m->n_cigar, d->cigars.cigar + d->cigars.cigar_off[i],
               n * sizeof *m->cigar);
        m->n_cigar += n;
    }
    return GW_OK;
}

gw_status_t gw_dp_cigars(gw_mapper_t *m, gw_err_t *err)
{
    gw_dp_t *d = &m->dp;
    reset(d);
    for (size_t i = 0; i < m->n_reads; i++)
        for (size_t j = 0; j < m->read[i].n_hits; j++)
            if (m->read[i].hit[j].wanted) {
                gw_status_t st = queue_cigar(m, i, j, err);
                if (st != GW_OK)
                    return st;
            }
    if (d->n == 0)
        return GW_OK;
    if (!GW_GROW(d->cigars.score, d->cap_score, d->n) ||
        !GW_GROW(d->cigars.cigar_off, d->cap_off, d->n + 1))
        return gw_err_nomem(err, "aligning reads");
    gw_extend_batch_t b = batch_of(m);
    gw_extend_params_t p = m->extend;
    p.end_bonus = 0;
    gw_extend_in_t in = {&b, &p, d->diag, d->width};
    d->cigars.n_cigar = 0;
    gw_status_t st = gw_engine_run(m->engine, GW_JOB_EXTEND_GLOBAL, &in, &d->cigars, err);
    if (st == GW_OK)
        st = take_cigars(m, err);
    reset(d);
    return st;
}

void gw_dp_release(gw_dp_t *d)
{
    free(d->task);
    free(d->q_off);
    free(d->t_off);
    free(d->q_len);
    free(d->t_len);
    free(d->diag);
    free(d->width);
    free(d->letters);
    free(d->out);
    free(d->cigars.score);
    free(d->cigars.cigar);
    free(d->cigars.cigar_off);
    *d = (gw_dp_t){0};
}
