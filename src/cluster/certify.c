#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/certify.h"
#include "cluster/verify.h"

enum { CHUNK = 64 };

/* Thread t's work space for the thresholds themselves and for those of a missed merge. */
typedef struct {
    gw_verify_t *own, *merge;
    gw_certificate_t count;
} worker_t;

typedef struct {
    const gw_seqset_t *s;
    const gw_cluster_opts_t *o;
    const gw_clusters_t *c;
    gw_graph_t own, merge;
    int32_t *rep; /* representatives, rising */
    int32_t n_reps;
    uint8_t *missed; /* by place in rep */
    int32_t *partner;
    worker_t *worker;
} certify_t;

static gw_status_t member_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    certify_t *f = ctx;
    worker_t *w = &f->worker[worker];
    size_t end = (size_t)(i + 1) * CHUNK < f->c->n_figures ? (size_t)(i + 1) * CHUNK
                                                           : f->c->n_figures;
    for (size_t k = (size_t)i * CHUNK; k < end; k++) {
        const gw_figures_t *m = &f->c->figures[k];
        gw_edge_t e = {.a = m->rep < m->member ? m->rep : m->member,
                       .b = m->rep < m->member ? m->member : m->rep,
                       .reverse = m->reverse};
        gw_status_t st = gw_verify_whole(w->own, &e, err);
        if (st != GW_OK)
            return st;
        w->count.members++;
        w->count.violations += !gw_edge_holds(&e, m->rep);
    }
    return GW_OK;
}

/* One representative against all later ones. */
static gw_status_t rep_item(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    certify_t *f = ctx;
    worker_t *w = &f->worker[worker];
    int32_t a = f->rep[i], len = gw_seqset_len(f->s, a);
    /* matches fit into both spans and columns hold both, so spans differ by the identity at most */
    double ratio = f->o->cov_mode == GW_COV_BOTH ? f->o->min_id * f->o->min_cov - 1e-9 : 0;
    int strands = f->s->kind == GW_SEQ_DNA && f->o->both_strands ? 2 : 1;
    for (int32_t k = (int32_t)i + 1; k < f->n_reps; k++) {
        int32_t b = f->rep[k], other = gw_seqset_len(f->s, b);
        if ((other < len ? other : len) < ratio * (other < len ? len : other))
            continue;
        bool holds = false;
        w->count.pairs++;
        for (int strand = 0; strand < strands && !holds; strand++) {
            gw_edge_t e = {.a = a, .b = b, .reverse = strand};
            gw_status_t st = gw_verify_whole(w->merge, &e, err);
            if (st != GW_OK)
                return st;
            holds = gw_edge_holds(&e, a) || gw_edge_holds(&e, b);
        }
        if (!holds)
            continue;
        w->count.missed++;
        /* both flags are only ever set, so that threads may meet here */
        __atomic_store_n(&f->missed[i], 1, __ATOMIC_RELAXED);
        __atomic_store_n(&f->missed[k], 1, __ATOMIC_RELAXED);
        if (f->partner[i] < 0)
            f->partner[i] = b;
    }
    return GW_OK;
}

static gw_status_t prepare(certify_t *f, gw_err_t *err)
{
    const gw_cluster_opts_t *o = f->o;
    size_t n = (size_t)f->s->n;
    double cov = o->min_cov > 0.5 ? o->min_cov : 0.5;
    gw_graph_init(&f->own, f->s, o->min_id, o->min_cov, o->cov_mode, o->threads);
    gw_graph_init(&f->merge, f->s, o->min_id, cov, o->cov_mode, o->threads);
    f->rep = gw_malloc(n, sizeof *f->rep);
    f->partner = gw_malloc(n, sizeof *f->partner);
    f->missed = gw_calloc(n, 1);
    f->worker = gw_calloc((size_t)o->threads, sizeof *f->worker);
    if (!f->rep || !f->partner || !f->missed || !f->worker)
        return gw_err_nomem(err, "certifying clusters");
    for (int32_t u = 0; u < f->s->n; u++) {
        f->partner[u] = -1;
        if (f->c->rep[u] == u)
            f->rep[f->n_reps++] = u;
    }
    for (int t = 0; t < o->threads; t++) {
        f->worker[t].own = gw_verify_create(&f->own);
        f->worker[t].merge = gw_verify_create(&f->merge);
        if (!f->worker[t].own || !f->worker[t].merge)
            return gw_err_nomem(err, "certifying clusters");
    }
    return GW_OK;
}

gw_status_t gw_certify_run(const gw_seqset_t *s, const gw_cluster_opts_t *o, const gw_clusters_t *c,
                           gw_certificate_t *out, gw_err_t *err)
{
    certify_t f = {.s = s, .o = o, .c = c};
    *out = (gw_certificate_t){.first_missed = {-1, -1}};
    gw_status_t st = prepare(&f, err);
    if (st == GW_OK)
        st = gw_thread_for(o->threads, (int64_t)((c->n_figures + CHUNK - 1) / CHUNK), member_chunk,
                           &f, err);
    if (st == GW_OK)
        st = gw_thread_for(o->threads, f.n_reps, rep_item, &f, err);
    for (int t = 0; f.worker && t < o->threads; t++) {
        const gw_certificate_t *k = &f.worker[t].count;
        out->members += k->members;
        out->violations += k->violations;
        out->pairs += k->pairs;
        out->missed += k->missed;
        gw_verify_destroy(f.worker[t].own);
        gw_verify_destroy(f.worker[t].merge);
    }
    for (int32_t i = f.n_reps - 1; st == GW_OK && i >= 0; i--) {
        out->reps_missed += f.missed[i];
        if (f.partner[i] >= 0) {
            out->first_missed[0] = f.rep[i];
            out->first_missed[1] = f.partner[i];
        }
    }
    free(f.rep);
    free(f.partner);
    free(f.missed);
    free(f.worker);
    gw_graph_release(&f.own);
    gw_graph_release(&f.merge);
    return st;
}
