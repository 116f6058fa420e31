#include <config.h>

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/rounds.h"

enum { STEPS = 64 }; /* pairs a work item between two rounds */

struct gw_rounds {
    const gw_graph_t *g;
    gw_verify_t **worker;
    size_t n, cap, n_asked;
    gw_rounds_next_t *next; /* with ctx, while running */
    void *ctx;
    gw_check_t *check;
    uint8_t *open;  /* of a check: it has a question */
    int32_t *asked; /* whose turn it is */
    /* the batch: of the k-th of asked */
    gw_ident_answer_t *answer;
    int64_t *q_off, *t_off;
    int32_t *q_len, *t_len;
    gw_ident_band_t *band;
    uint8_t *ask;
    int32_t *least;
};

gw_rounds_t *gw_rounds_create(const gw_graph_t *g, size_t cap)
{
    gw_rounds_t *r = gw_calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->g = g;
    r->cap = cap;
    r->worker = gw_calloc((size_t)g->threads, sizeof *r->worker);
    r->check = gw_malloc(cap, sizeof *r->check);
    r->open = gw_malloc(cap, 1);
    r->asked = gw_malloc(cap, sizeof *r->asked);
    r->answer = gw_malloc(cap, sizeof *r->answer);
    r->q_off = gw_malloc(cap, sizeof *r->q_off);
    r->t_off = gw_malloc(cap, sizeof *r->t_off);
    r->q_len = gw_malloc(cap, sizeof *r->q_len);
    r->t_len = gw_malloc(cap, sizeof *r->t_len);
    r->band = gw_malloc(cap, sizeof *r->band);
    r->ask = gw_malloc(cap, 1);
    r->least = gw_malloc(cap, sizeof *r->least);
    bool ok = r->worker && r->check && r->open && r->asked && r->answer && r->q_off && r->t_off &&
              r->q_len && r->t_len && r->band && r->ask && r->least;
    for (int t = 0; ok && t < g->threads; t++)
        ok = (r->worker[t] = gw_verify_create(g)) != NULL;
    if (ok)
        return r;
    gw_rounds_destroy(r);
    return NULL;
}

void gw_rounds_destroy(gw_rounds_t *r)
{
    if (!r)
        return;
    for (int t = 0; r->worker && t < r->g->threads; t++)
        gw_verify_destroy(r->worker[t]);
    free(r->worker);
    free(r->check);
    free(r->open);
    free(r->asked);
    free(r->answer);
    free(r->q_off);
    free(r->t_off);
    free(r->q_len);
    free(r->t_len);
    free(r->band);
    free(r->ask);
    free(r->least);
    free(r);
}

void gw_rounds_add(gw_rounds_t *r, gw_check_t check)
{
    assert(r->n < r->cap);
    r->check[r->n++] = check;
}

static gw_status_t step_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    gw_rounds_t *r = ctx;
    size_t end = (size_t)(i + 1) * STEPS < r->n_asked ? (size_t)(i + 1) * STEPS : r->n_asked;
    gw_status_t st = GW_OK;
    for (size_t k = (size_t)i * STEPS; st == GW_OK && k < end; k++) {
        gw_check_t *c = &r->check[r->asked[k]];
        bool more = false, again = true;
        while (st == GW_OK && again) {
            st = gw_verify_step(r->worker[worker], c, &r->answer[k], &more, err);
            again = st == GW_OK && !more && r->next && r->next(r->ctx, (size_t)r->asked[k], c);
        }
        r->open[r->asked[k]] = more;
    }
    return st;
}

/* Puts the questions of the open pairs into the batch. */
static void gather(gw_rounds_t *r)
{
    const gw_seqset_t *s = r->g->s;
    size_t n = 0;
    for (size_t k = 0; k < r->n_asked; k++) {
        int32_t i = r->asked[k];
        const gw_check_t *c = &r->check[i];
        if (!r->open[i])
            continue;
        r->asked[n] = i;
        r->q_off[n] = s->off[c->edge->a];
        r->t_off[n] = s->off[c->edge->b];
        r->q_len[n] = gw_seqset_len(s, c->edge->a);
        r->t_len[n] = gw_seqset_len(s, c->edge->b);
        r->band[n] = c->ask_band;
        r->least[n] = c->ask_least;
        r->ask[n++] = c->ask;
    }
    r->n_asked = n;
}

gw_status_t gw_rounds_run(gw_rounds_t *r, gw_rounds_next_t *next, void *ctx, gw_err_t *err)
{
    const gw_graph_t *g = r->g;
    r->next = next;
    r->ctx = ctx;
    gw_status_t st = GW_OK;
    for (size_t i = 0; i < r->n; i++)
        r->asked[i] = (int32_t)i;
    r->n_asked = r->n;
    while (st == GW_OK && r->n_asked > 0) {
        int64_t items = (int64_t)((r->n_asked + STEPS - 1) / STEPS);
        st = gw_thread_for(items < g->threads ? (int)items : g->threads, items, step_chunk, r, err);
        if (st != GW_OK)
            break;
        gather(r);
        gw_ident_batch_t b = {{r->n_asked, g->s->letter, g->s->letter, r->q_off, r->t_off, r->q_len,
                               r->t_len},
                              r->band,
                              r->ask,
                              r->least};
        gw_ident_in_t in = {&b, &g->scoring};
        st = gw_engine_run(g->engine, GW_JOB_EXTEND_IDENT, &in, r->answer, err);
    }
    r->n = 0;
    return st;
}
