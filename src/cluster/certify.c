#include <config.h>

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "cluster/certify.h"
#include "cluster/rounds.h"

enum { ROUND = 1 << 16 }; /* pairs compared together */

/* Pairs are compared for the thresholds themselves (members) or for those of a missed merge. */
typedef struct {
    const gw_seqset_t *s;
    const gw_cluster_opts_t *o;
    const gw_clusters_t *c;
    gw_graph_t own, merge;
    int32_t *rep; /* representatives, rising */
    int32_t n_reps, done;
    uint8_t *missed; /* by unique */
    gw_edge_t *edge; /* those to be compared next */
    size_t n;
    gw_certificate_t *out;
} certify_t;

/* Compares the edges that are there over whole matrices. */
static gw_status_t compare(certify_t *f, gw_rounds_t *r, gw_err_t *err)
{
    for (size_t i = 0; i < f->n; i++)
        gw_rounds_add(r, (gw_check_t){.edge = &f->edge[i], .whole = true});
    return gw_rounds_run(r, NULL, NULL, err);
}

static gw_status_t members(certify_t *f, gw_rounds_t *r, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (size_t from = 0, to; st == GW_OK && from < f->c->n_figures; from = to) {
        to = from + ROUND < f->c->n_figures ? from + ROUND : f->c->n_figures;
        f->n = 0;
        for (size_t k = from; k < to; k++) {
            const gw_figures_t *m = &f->c->figures[k];
            f->edge[f->n++] = (gw_edge_t){.a = m->rep < m->member ? m->rep : m->member,
                                          .b = m->rep < m->member ? m->member : m->rep,
                                          .reverse = m->reverse};
        }
        st = compare(f, r, err);
        for (size_t k = from; st == GW_OK && k < to; k++) {
            f->out->members++;
            f->out->violations += !gw_edge_holds(&f->edge[k - from], f->c->figures[k].rep);
        }
    }
    return st;
}

/* Pairs of representatives come by the first, the second and the strand. */
static gw_status_t judge_pairs(certify_t *f, gw_rounds_t *r, gw_err_t *err)
{
    gw_certificate_t *out = f->out;
    gw_status_t st = compare(f, r, err);
    bool held = false;
    for (size_t i = 0; st == GW_OK && i < f->n; i++) {
        const gw_edge_t *e = &f->edge[i];
        held = i > 0 && e->reverse && held; /* on the strand before */
        if (held || !(gw_edge_holds(e, e->a) || gw_edge_holds(e, e->b)))
            continue;
        held = true;
        out->missed++;
        f->missed[e->a] = f->missed[e->b] = 1;
        if (out->first_missed[0] < 0) {
            out->first_missed[0] = e->a;
            out->first_missed[1] = e->b;
        }
    }
    f->n = 0;
    gw_progress("certifying", (uint64_t)f->done, (uint64_t)f->n_reps, "representatives");
    return st;
}

/* Every representative against all later ones of fitting length. */
static gw_status_t pairs(certify_t *f, gw_rounds_t *r, gw_err_t *err)
{
    /* matches fit into both spans and columns hold both, so spans differ by the identity at most */
    double ratio = f->o->cov_mode == GW_COV_BOTH ? f->o->min_id * f->o->min_cov - 1e-9 : 0;
    int strands = f->s->kind == GW_SEQ_DNA && f->o->both_strands ? 2 : 1;
    gw_status_t st = GW_OK;
    f->n = 0;
    for (f->done = 0; st == GW_OK && f->done < f->n_reps; f->done++) {
        int32_t a = f->rep[f->done], len = gw_seqset_len(f->s, a);
        for (int32_t k = f->done + 1; st == GW_OK && k < f->n_reps; k++) {
            int32_t b = f->rep[k], other = gw_seqset_len(f->s, b);
            if ((other < len ? other : len) < ratio * (other < len ? len : other))
                continue;
            f->out->pairs++;
            for (int strand = 0; strand < strands; strand++)
                f->edge[f->n++] = (gw_edge_t){.a = a, .b = b, .reverse = strand};
            if (f->n + 2 > ROUND)
                st = judge_pairs(f, r, err);
        }
    }
    return st == GW_OK ? judge_pairs(f, r, err) : st;
}

static gw_status_t prepare(certify_t *f, gw_rounds_t **own, gw_rounds_t **merge, gw_err_t *err)
{
    const gw_cluster_opts_t *o = f->o;
    size_t n = (size_t)f->s->n;
    double cov = o->min_cov > 0.5 ? o->min_cov : 0.5;
    gw_graph_init(&f->own, f->s, o->min_id, o->min_cov, o->cov_mode, o->engine, o->threads);
    gw_graph_init(&f->merge, f->s, o->min_id, cov, o->cov_mode, o->engine, o->threads);
    f->rep = gw_malloc(n, sizeof *f->rep);
    f->missed = gw_calloc(n, 1);
    f->edge = gw_malloc(ROUND, sizeof *f->edge);
    *own = gw_rounds_create(&f->own, ROUND);
    *merge = gw_rounds_create(&f->merge, ROUND);
    if (!f->rep || !f->missed || !f->edge || !*own || !*merge)
        return gw_err_nomem(err, "certifying clusters");
    for (int32_t u = 0; u < f->s->n; u++)
        if (f->c->rep[u] == u)
            f->rep[f->n_reps++] = u;
    return GW_OK;
}

gw_status_t gw_certify_run(const gw_seqset_t *s, const gw_cluster_opts_t *o, const gw_clusters_t *c,
                           gw_certificate_t *out, gw_err_t *err)
{
    certify_t f = {.s = s, .o = o, .c = c, .out = out};
    gw_rounds_t *own = NULL, *merge = NULL;
    *out = (gw_certificate_t){.first_missed = {-1, -1}};
    gw_status_t st = prepare(&f, &own, &merge, err);
    if (st == GW_OK)
        st = members(&f, own, err);
    if (st == GW_OK)
        st = pairs(&f, merge, err);
    gw_progress_end();
    for (int32_t i = 0; st == GW_OK && i < f.n_reps; i++)
        out->reps_missed += f.missed[f.rep[i]];
    gw_rounds_destroy(own);
    gw_rounds_destroy(merge);
    free(f.rep);
    free(f.missed);
    free(f.edge);
    gw_graph_release(&f.own);
    gw_graph_release(&f.merge);
    return st;
}
