#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/scoring.h"
#include "cluster/ucpath.h"
#include "kernels/ident.h"

enum { CHUNK = 32, WIDEN = 4, SPARE = 32 };

typedef struct {
    gw_ident_t *ident;
    gw_ident_path_t path;
    uint8_t *turned;
    int32_t query; /* which sequence is prepared; -1 = none */
    char *text;
    size_t n, cap;
} worker_t;

typedef struct {
    const gw_clusterview_t *v;
    gw_ident_params_t scoring;
    int32_t first, end; /* places in v->uniq */
    char **text;
    worker_t *worker;
} find_t;

/* 1. the alignment */
/* Traces the pair in the band where it was compared, then in wider ones, until the figures come out;
 * path.n_ops = 0 when they do not. */
static gw_status_t trace(worker_t *w, const gw_figures_t *f, int32_t q_len, const uint8_t *t,
                         int32_t t_len, gw_err_t *err)
{
    bool banded = f->band.low <= f->band.high;
    int64_t all = (int64_t)q_len + t_len - 1, most = GW_IDENT_TRACE_CELLS / t_len - SPARE;
    int64_t centre = banded ? (f->band.low + (int64_t)f->band.high) / 2 : (q_len - t_len) / 2;
    int64_t width = banded ? f->band.high - (int64_t)f->band.low + 1 : all;
    w->path.n_ops = 0;
    for (bool last = most < 1; !last; width *= WIDEN) {
        int32_t score, matches, columns;
        last = width >= all || width >= most;
        width = width < most ? width : most;
        gw_ident_band_t band = {(int32_t)(centre - width / 2), (int32_t)(centre + width / 2)};
        gw_status_t st = gw_ident_trace(w->ident, t, t_len, width >= all ? NULL : &band, &score,
                                        &matches, &columns, &w->path, err);
        if (st != GW_OK || (score > 0 && matches == f->matches && columns == f->columns))
            return st;
        w->path.n_ops = 0;
    }
    return GW_OK;
}

/* 2. its text */
static bool put(worker_t *w, int64_t n, char letter)
{
    if (n == 0)
        return true;
    if (!GW_GROW(w->text, w->cap, w->n + 24))
        return false;
    if (n > 1)
        w->n += (size_t)snprintf(w->text + w->n, 22, "%lld", (long long)n);
    w->text[w->n++] = letter;
    return true;
}

/* The path's query is the earlier of the two. */
static bool put_path(worker_t *w, const gw_figures_t *f, int32_t q_len, int32_t t_len)
{
    bool rep_first = f->rep < f->member;
    char letter[3] = {'M', rep_first ? 'I' : 'D', rep_first ? 'D' : 'I'};
    const gw_ident_path_t *p = &w->path;
    int32_t ends[2][2] = {{p->q_beg, p->t_beg}, {q_len - p->q_end, t_len - p->t_end}};
    /* the representative's letters stand as they are: where it was the one that was turned, the
     * path is read from its end */
    bool back = f->reverse && !rep_first;
    w->n = 0;
    bool ok = put(w, ends[back][0], letter[1]) && put(w, ends[back][1], letter[2]);
    for (size_t k = 0; ok && k < p->n_ops; k++) {
        uint32_t op = p->ops[back ? p->n_ops - 1 - k : k];
        ok = put(w, op >> 4, letter[op & 15]);
    }
    ok = ok && put(w, ends[!back][0], letter[1]) && put(w, ends[!back][1], letter[2]);
    if (ok)
        w->text[w->n] = '\0';
    return ok;
}

static gw_status_t find_one(find_t *x, worker_t *w, int32_t place, gw_err_t *err)
{
    const gw_seqset_t *s = x->v->s;
    int32_t u = x->v->uniq[place], at = x->v->figure[u];
    const gw_figures_t *f = at < 0 ? NULL : &x->v->c->figures[at];
    char **text = &x->text[place - x->first];
    int32_t a = f && f->rep > f->member ? f->member : x->v->c->rep[u];
    int32_t b = f && f->rep > f->member ? f->rep : u;
    int32_t q_len = gw_seqset_len(s, a), t_len = gw_seqset_len(s, b);
    bool same = !f || (f->matches == q_len && q_len == t_len);
    if (same || f->columns == 0) {
        *text = gw_strdup(same ? "=" : "*");
        return *text ? GW_OK : gw_err_nomem(err, "writing clusters");
    }
    const uint8_t *t = gw_seqset_seq(s, b);
    if (f->reverse) {
        gw_seqset_turn(t, t_len, w->turned);
        t = w->turned;
    }
    if (w->query != a)
        gw_ident_query(w->ident, gw_seqset_seq(s, a), q_len);
    w->query = a;
    gw_status_t st = trace(w, f, q_len, t, t_len, err);
    if (st != GW_OK)
        return st;
    if (w->path.n_ops > 0 && !put_path(w, f, q_len, t_len))
        return gw_err_nomem(err, "writing clusters");
    *text = gw_strdup(w->path.n_ops > 0 ? w->text : "*");
    return *text ? GW_OK : gw_err_nomem(err, "writing clusters");
}

/* 3. all of them */
static gw_status_t find_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    find_t *x = ctx;
    int32_t from = x->first + (int32_t)i * CHUNK, end = from + CHUNK;
    gw_status_t st = GW_OK;
    for (int32_t k = from; st == GW_OK && k < end && k < x->end; k++)
        st = find_one(x, &x->worker[worker], k, err);
    return st;
}

gw_status_t gw_ucpath_find(const gw_clusterview_t *v, int32_t from, int32_t to, char **text,
                           gw_err_t *err)
{
    find_t x = {.v = v, .first = v->first[from], .end = v->first[to], .text = text};
    int threads = x.end - x.first > CHUNK ? v->threads : 1;
    gw_scoring_init(&x.scoring, v->s->kind, v->c->min_id);
    x.worker = gw_calloc((size_t)threads, sizeof *x.worker);
    gw_status_t st = x.worker ? GW_OK : gw_err_nomem(err, "writing clusters");
    for (int k = 0; st == GW_OK && k < threads; k++) {
        x.worker[k].ident = gw_ident_create(&x.scoring);
        x.worker[k].query = -1;
        x.worker[k].turned = gw_malloc((size_t)v->s->longest, 1);
        if (!x.worker[k].ident || !x.worker[k].turned)
            st = gw_err_nomem(err, "writing clusters");
    }
    if (st == GW_OK)
        st = gw_thread_for(threads, (x.end - x.first + CHUNK - 1) / CHUNK, find_chunk, &x, err);
    for (int k = 0; x.worker && k < threads; k++) {
        gw_ident_destroy(x.worker[k].ident);
        gw_ident_path_release(&x.worker[k].path);
        free(x.worker[k].turned);
        free(x.worker[k].text);
    }
    free(x.worker);
    return st;
}
