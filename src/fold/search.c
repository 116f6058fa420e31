#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "fold/enrich.h"
#include "fold/search.h"
#include "fold/sspred.h"
#include "fold/surplus.h"

enum { PANEL = 400, ENOUGH = GW_SEARCH_ENOUGH };
/* links of the graph of templates: none below KEEP_Z, full at KEEP_Z + FULL_Z */
enum { KEEP_Z = 4, FULL_Z = 15 };
/* what the graph adds: so much of the best neighbour's z, and so much of the cosine of links, which
 * are first those of z, then those of the first sum */
static const double spread_share = 0.5, first_cosine = 30, second_cosine = 45;
enum { KEEP_SUM = 8, FULL_SUM = 40 };

/* what chance scores look like where a library or query gives too few: means over the starter
 * library */
static const double chance_mean = 0.94, chance_spread = 5.77, gumbel_place = -0.20,
                    gumbel_scale = 0.59;

/* 1. libraries in memory */
gw_status_t gw_search_lib_open(const char *path, int threads, gw_search_lib_t *out, gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    gw_score_params_init(&out->params);
    gw_status_t st = gw_tlib_open(path, &out->lib, err);
    if (st == GW_OK && gw_tlib_size(out->lib) == 0)
        st = gw_err_set(err, GW_EDATA, "%s: holds no template; build it from structures", path);
    if (st == GW_OK)
        st = gw_score_templates_load(out->lib, &out->params, threads, &out->feat, err);
    if (st == GW_OK)
        st = gw_thread_pack_create(&out->feat.kernel, &out->pack, err);
    if (st != GW_OK)
        gw_search_lib_close(out);
    return st;
}

void gw_search_lib_close(gw_search_lib_t *l)
{
    gw_thread_pack_destroy(l->pack);
    gw_score_templates_release(&l->feat);
    gw_tlib_close(l->lib);
    memset(l, 0, sizeof *l);
}

/* 2. searching */
static double corrected(const gw_search_lib_t *l, size_t i, int32_t raw)
{
    return raw / 16.0 - l->params.length * log2((double)gw_tlib_length(l->lib, i));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* place and scale of a Gumbel distribution through two quantiles below the relatives */
static void gumbel_fit(double *sorted, size_t n, double *place, double *scale)
{
    const double p_lo = 0.2, p_hi = 0.8;
    double lo = sorted[(size_t)(p_lo * (double)(n - 1))],
           hi = sorted[(size_t)(p_hi * (double)(n - 1))];
    double g_lo = -log(-log(p_lo)), g_hi = -log(-log(p_hi));
    *scale = (hi - lo) / (g_hi - g_lo);
    *place = lo - *scale * g_lo;
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

/* other-fold hits a query above z and probabilities of being kin, measured on the starter library
 * (tests/bench/fold_curve.py); ln E is straight between the points, and beyond them falls by
 * `slope` a unit. fam, sf, fold: slope and offset of logistic curves of z, or of ln z
 * (0 where z is below 1). */
enum { MAX_POINTS = 7 };
typedef struct {
    int n;
    double z[MAX_POINTS], e[MAX_POINTS], slope;
    bool log_z;
    double fam[2], sf[2], fold[2];
} curve_t;
static const curve_t pooled_curve = {7,
                                     {11.45, 18.60, 26.91, 40.38, 53.46, 74.29, 90.53},
                                     {10, 3, 1, 0.3, 0.1, 0.03, 0.01},
                                     0.07,
                                     true,
                                     {1.0815, -6.5982},
                                     {2.3015, -9.0196},
                                     {2.8261, -8.0294}};
/* libraries without a graph */
static const curve_t plain_curve = {7,
                                    {4.67, 5.56, 6.55, 7.55, 8.92, 10.47, 12.47},
                                    {30, 10, 3, 1, 0.3, 0.1, 0.03},
                                    0.75,
                                    false,
                                    {0.3283, -4.8400},
                                    {0.3283, -4.1485},
                                    {0.8800, -5.6295}};
enum { CURVE_TEMPLATES = 2736 };

/* The graph's sum has a long tail of chance (e times fewer every 16 units), a hit's own z a short
 * one (every 1.4); 17.4 was the highest by chance in 2 million pairs. From 18 on own z counts
 * tenfold, so that a clear relative is as significant as its own score says. */
static double with_own(double sum, double own)
{
    return sum + (own > 18 ? 10 * (own - 18) : 0);
}

static double expected(const curve_t *c, double z, size_t n)
{
    double e;
    int last = c->n - 1, k = 0;
    if (z >= c->z[last]) {
        e = log(c->e[last]) - c->slope * (z - c->z[last]);
    } else {
        while (k < last - 1 && z >= c->z[k + 1])
            k++;
        double lo = log(c->e[k]), hi = log(c->e[k + 1]);
        e = lo + (hi - lo) * (z - c->z[k]) / (c->z[k + 1] - c->z[k]);
    }
    double share = exp(e) / CURVE_TEMPLATES;
    return (double)n * (share < 1 ? share : 1);
}

/* how much of a query's z counts as a link, 0..1 */
static double link_of(double z, double keep, double full)
{
    double v = (z - keep) / full;
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* cosine between the query's links and the template's: its neighbours, and itself with 1 */
static double likeness(const gw_search_lib_t *l, const double *link, double q_norm, size_t hidden,
                       size_t tmpl)
{
    size_t m;
    const gw_tlib_neighbour_t *near = gw_tlib_neighbours(l->lib, tmpl, &m);
    double dot = link[tmpl], norm = 1;
    for (size_t i = 0; i < m; i++) {
        double w = near[i].weight / 255.0;
        if (near[i].tmpl == hidden)
            continue;
        dot += w * link[near[i].tmpl];
        norm += w * w;
    }
    return dot / (sqrt(norm) * (q_norm + 0.05));
}

typedef struct {
    double *spread; /* [template] what the best neighbour lends */
    double *sum;    /* [template] z and what the graph has added so far */
    double *link;   /* [template] of the query */
} pool_t;

/* the best neighbour's share, from the first hits as ranked now. Is there a graph at all? */
static bool spread_hits(const gw_search_lib_t *l, size_t hidden, const gw_search_hit_t *hit,
                        double *spread)
{
    enum { SPREADERS = 40 };
    bool any = false;
    for (size_t k = 0; k < l->feat.n; k++) {
        size_t m;
        const gw_tlib_neighbour_t *near = gw_tlib_neighbours(l->lib, hit[k].tmpl, &m);
        any |= m > 0;
        for (size_t i = 0; i < m && k < SPREADERS && hit[k].z > 0 && hit[k].tmpl != hidden; i++) {
            double v = spread_share * hit[k].z * near[i].weight / 255;
            if (v > spread[near[i].tmpl])
                spread[near[i].tmpl] = v;
        }
    }
    return any;
}

/* sums of z, the best neighbour's share and the cosine with the links that the sums so far make */
static void add_cosine(const gw_search_lib_t *l, size_t hidden, const gw_search_hit_t *hit,
                       double keep, double full, double weight, pool_t *p)
{
    double q_norm = 0;
    size_t n = l->feat.n;
    for (size_t t = 0; t < n; t++) {
        p->link[t] = t == hidden ? 0 : link_of(p->sum[t], keep, full);
        q_norm += p->link[t] * p->link[t];
    }
    q_norm = sqrt(q_norm);
    for (size_t k = 0; k < n; k++) {
        size_t t = hit[k].tmpl;
        p->sum[t] = hit[k].z + p->spread[t] + weight * likeness(l, p->link, q_norm, hidden, t);
    }
}

/* adds what the neighbours say; hit: as ranked now */
static gw_status_t pool(const gw_search_lib_t *l, size_t hidden, gw_search_hit_t *hit, bool *any,
                        gw_err_t *err)
{
    size_t n = l->feat.n;
    double *mem = gw_calloc(3 * n, sizeof *mem);
    if (!mem)
        return gw_err_nomem(err, "ranking");
    pool_t p = {mem, mem + n, mem + 2 * n};
    *any = spread_hits(l, hidden, hit, p.spread);
    if (*any) {
        for (size_t k = 0; k < n; k++)
            p.sum[hit[k].tmpl] = hit[k].z;
        add_cosine(l, hidden, hit, KEEP_Z, FULL_Z, first_cosine, &p);
        add_cosine(l, hidden, hit, KEEP_SUM, FULL_SUM, second_cosine, &p);
        for (size_t k = 0; k < n; k++)
            if (hit[k].tmpl != hidden)
                hit[k].z = p.sum[hit[k].tmpl];
    }
    free(mem);
    return GW_OK;
}

static void significance(gw_search_hit_t *h, bool pooled, size_t n)
{
    const curve_t *c = pooled ? &pooled_curve : &plain_curve;
    h->evalue = expected(c, h->z, n);
    double z = !c->log_z ? h->z : h->z > 1 ? log(h->z) : 0;
    h->prob_family = logistic(c->fam[0] * z + c->fam[1]);
    h->prob_superfamily = logistic(c->sf[0] * z + c->sf[1]);
    h->prob_fold = logistic(c->fold[0] * z + c->fold[1]);
}

static int by_significance(const void *a, const void *b)
{
    const gw_search_hit_t *x = a, *y = b;
    if (x->z != y->z)
        return x->z > y->z ? -1 : 1;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->tmpl > y->tmpl) - (x->tmpl < y->tmpl);
}

/* by own z of the strict scores and, where there are loose ones, the surplus */
static gw_status_t rank(const gw_search_lib_t *l, const gw_search_raw_t *r, size_t hidden,
                        gw_search_hit_t *hit, gw_err_t *err)
{
    size_t n = l->feat.n;
    double place = gumbel_place, scale = gumbel_scale, *z = gw_malloc(2 * n, sizeof *z);
    if (!z)
        return gw_err_nomem(err, "ranking");
    for (size_t i = 0; i < n; i++) {
        float mean, spread;
        gw_tlib_stat(l->lib, i, &mean, &spread);
        double s = corrected(l, i, r->strict[i]);
        hit[i].tmpl = i;
        hit[i].score = s;
        z[i] = z[n + i] =
            (s - (spread > 0 ? mean : chance_mean)) / (spread > 0 ? spread : chance_spread);
    }
    if (n >= ENOUGH) {
        qsort(z + n, n, sizeof *z, by_value);
        gumbel_fit(z + n, n, &place, &scale);
    }
    for (size_t i = 0; i < n; i++)
        hit[i].z = hit[i].own =
            i == hidden ? -HUGE_VAL : (z[i] - place) / (scale > 0.05 ? scale : gumbel_scale);
    free(z);
    for (size_t i = 0; r->loose && i < n; i++)
        if (hit[i].z > 0)
            hit[i].z += gw_surplus_of(r->strict[i], r->loose[i], hit[i].own, r->q_len,
                                      gw_tlib_length(l->lib, i));
    qsort(hit, n, sizeof *hit, by_significance);
    return GW_OK;
}

gw_status_t gw_search_rank(const gw_search_lib_t *l, const gw_search_raw_t *raw, size_t hidden,
                           const double *own, gw_search_hit_t *hit, gw_err_t *err)
{
    bool pooled = false;
    gw_status_t st = rank(l, raw, hidden, hit, err);
    if (st == GW_OK)
        st = pool(l, hidden, hit, &pooled, err);
    if (st != GW_OK)
        return st;
    for (size_t i = 0; i < l->feat.n; i++) {
        hit[i].own = own ? own[hit[i].tmpl] : hit[i].own;
        if (pooled)
            hit[i].z = with_own(hit[i].z, hit[i].own);
    }
    qsort(hit, l->feat.n, sizeof *hit, by_significance);
    for (size_t i = 0; i < l->feat.n; i++)
        significance(&hit[i], pooled, l->feat.n);
    return GW_OK;
}

typedef struct {
    const gw_search_lib_t *l;
    const gw_score_query_t *sq;
    const gw_profile_t *q;
    const gw_search_opts_t *o;
    gw_search_hit_t *hit;
} aligns_t;

static gw_status_t align_hit(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    aligns_t *w = ctx;
    double mact = w->o->mode == GW_FOLDALIGN_LOCAL ? w->o->mact : -1;
    return gw_foldalign_run(&w->l->feat, w->sq, w->q->seq, w->hit[i].tmpl, w->o->mode, mact,
                            &w->hit[i].aln, err);
}

gw_status_t gw_search_score(const gw_search_lib_t *l, const gw_score_query_t *sq,
                            gw_engine_t *engine, int32_t *strict, int32_t *loose, gw_err_t *err)
{
    gw_thread_query_t cheap = gw_surplus_query(&sq->kernel);
    gw_status_t st =
        gw_engine_run(engine, GW_JOB_THREAD, &(gw_thread_in_t){l->pack, &sq->kernel}, strict, err);
    if (st == GW_OK && loose)
        st = gw_engine_run(engine, GW_JOB_THREAD, &(gw_thread_in_t){l->pack, &cheap}, loose, err);
    return st;
}

/* structure predicted anew where templates cover the enriched query, as it was elsewhere */
static void blend(const gw_profile_t *q, const float *before, float *pred)
{
    for (size_t i = 0; i < (size_t)q->len * GW_SSPRED_OUT; i++) {
        float c = q->cover[i / GW_SSPRED_OUT];
        pred[i] = c * pred[i] + (1 - c) * before[i];
    }
}

/* what a search before enriching knew */
typedef struct {
    const float *pred;
    const double *own; /* [template] */
} before_t;

/* scores every template and ranks them: fills out->pred, out->hit and sq. before: of the query that
 * is not enriched, or NULL */
static gw_status_t score_all(const gw_search_lib_t *l, const gw_profile_t *q,
                             const before_t *before, const gw_search_opts_t *o,
                             gw_score_query_t *sq, gw_search_result_t *out, gw_err_t *err)
{
    const gw_search_heldout_t *h = o->heldout;
    int32_t *raw = gw_malloc(2 * l->feat.n, sizeof *raw);
    int32_t *loose = raw && !q->single ? raw + l->feat.n : NULL; /* gains profiles only */
    gw_status_t st = raw ? GW_OK : gw_err_nomem(err, "searching");
    if (st == GW_OK)
        st = h ? gw_sspred_run_weights(h->ss_prof, h->ss_seq, q, out->pred, err)
               : gw_sspred_run(q, out->pred, err);
    if (st == GW_OK && before)
        blend(q, before->pred, out->pred);
    if (st == GW_OK)
        st = gw_score_query_init(q, out->pred, &l->feat, &l->params, sq, err);
    if (st == GW_OK)
        st = gw_search_score(l, sq, o->engine, raw, loose, err);
    if (st == GW_OK)
        st = gw_search_rank(l, &(gw_search_raw_t){raw, loose, q->len}, h ? h->tmpl : SIZE_MAX,
                            before ? before->own : NULL, out->hit, err);
    free(raw);
    return st;
}

/* searches again with what the hits lend */
static gw_status_t search_enriched(const gw_search_lib_t *l, const gw_profile_t *q,
                                   const gw_search_opts_t *o, gw_score_query_t *sq,
                                   gw_search_result_t *out, gw_err_t *err)
{
    gw_profile_t rich = {0};
    size_t used = 0, n_pred = (size_t)q->len * GW_SSPRED_OUT;
    float *pred = gw_malloc(n_pred, sizeof *pred);
    double *own = gw_malloc(l->feat.n, sizeof *own);
    gw_status_t st = pred && own
                         ? gw_enrich_profile(l, sq, q, out->hit, l->feat.n, &rich, &used, err)
                         : gw_err_nomem(err, "searching");
    if (st == GW_OK && used) {
        memcpy(pred, out->pred, n_pred * sizeof *pred);
        for (size_t i = 0; i < l->feat.n; i++)
            own[out->hit[i].tmpl] = out->hit[i].own;
        gw_score_query_release(sq);
        st = score_all(l, &rich, &(before_t){pred, own}, o, sq, out, err);
    }
    gw_profile_release(&rich);
    free(pred);
    free(own);
    return st;
}

gw_status_t gw_search_run(const gw_search_lib_t *l, const gw_profile_t *q,
                          const gw_search_opts_t *o, gw_search_result_t *out, gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    gw_score_query_t sq = {0};
    out->pred = gw_malloc((size_t)q->len * GW_SSPRED_OUT, sizeof *out->pred);
    out->hit = gw_calloc(l->feat.n, sizeof *out->hit);
    gw_status_t st = out->pred && out->hit ? GW_OK : gw_err_nomem(err, "searching");
    if (st == GW_OK)
        st = score_all(l, q, NULL, o, &sq, out, err);
    if (st == GW_OK && q->single)
        st = search_enriched(l, q, o, &sq, out, err);
    if (st == GW_OK) {
        while (out->n < l->feat.n && (int64_t)out->n < o->max_hits &&
               out->hit[out->n].evalue <= o->max_evalue && out->hit[out->n].score > -1e3)
            out->n++;
        aligns_t w = {l, &sq, q, o, out->hit};
        st = gw_thread_for(o->threads, (int64_t)out->n, align_hit, &w, err);
    }
    gw_score_query_release(&sq);
    if (st != GW_OK)
        gw_search_result_release(out);
    return st;
}

void gw_search_result_release(gw_search_result_t *r)
{
    for (size_t i = 0; r->hit && i < r->n; i++)
        gw_foldalign_release(&r->hit[i].aln);
    free(r->hit);
    free(r->pred);
    memset(r, 0, sizeof *r);
}

gw_status_t gw_search_align(const gw_search_lib_t *l, const gw_profile_t *q, const float *pred,
                            size_t tmpl, gw_foldalign_mode_t mode, double mact, gw_foldalign_t *out,
                            gw_err_t *err)
{
    gw_score_query_t sq = {0};
    memset(out, 0, sizeof *out);
    gw_status_t st = gw_score_query_init(q, pred, &l->feat, &l->params, &sq, err);
    if (st == GW_OK)
        st = gw_foldalign_run(&l->feat, &sq, q->seq, tmpl, mode, mact, out, err);
    gw_score_query_release(&sq);
    return st;
}

/* 3. calibration */
typedef struct {
    const gw_search_lib_t *l;
    const gw_tlib_t *panel;
    size_t n_panel;
    float *s; /* [template][panel] */
} panel_t;

/* raw scores of template i of `panel` as a query against all of l */
static gw_status_t template_scores(const gw_search_lib_t *l, const gw_tlib_t *panel, size_t i,
                                   int32_t *raw, gw_err_t *err)
{
    gw_template_t t = {0};
    gw_profile_t q = {0};
    gw_score_query_t sq = {0};
    gw_status_t st = gw_tlib_read(panel, i, &t, err);
    if (st != GW_OK)
        return st;
    float *pred = gw_malloc((size_t)t.len * GW_SSPRED_OUT, sizeof *pred);
    st = pred ? gw_profile_from_coded(t.name, t.len, t.seq, t.prof, &q, err)
              : gw_err_nomem(err, "calibrating");
    if (st == GW_OK)
        st = gw_sspred_run(&q, pred, err);
    if (st == GW_OK)
        st = gw_score_query_init(&q, pred, &l->feat, &l->params, &sq, err);
    for (size_t g = 0; st == GW_OK && g < gw_thread_pack_groups(l->pack); g++)
        st = gw_thread_score_group(l->pack, &sq.kernel, g, raw, err);
    gw_score_query_release(&sq);
    gw_profile_release(&q);
    gw_template_release(&t);
    free(pred);
    return st;
}

static gw_status_t panel_query(void *ctx, int worker, int64_t k, gw_err_t *err)
{
    (void)worker;
    panel_t *w = ctx;
    size_t n = w->l->feat.n;
    int32_t *raw = gw_malloc(n, sizeof *raw);
    gw_status_t st =
        raw ? template_scores(w->l, w->panel, (size_t)k * gw_tlib_size(w->panel) / w->n_panel, raw,
                              err)
            : gw_err_nomem(err, "calibrating");
    for (size_t j = 0; st == GW_OK && j < n; j++)
        w->s[j * w->n_panel + (size_t)k] = (float)corrected(w->l, j, raw[j]);
    free(raw);
    return st;
}

static int by_float(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

gw_status_t gw_search_calibrate(const gw_search_lib_t *l, const gw_tlib_t *panel, int threads,
                                float *stat, gw_err_t *err)
{
    size_t n = l->feat.n, m = gw_tlib_size(panel) < PANEL ? gw_tlib_size(panel) : PANEL;
    memset(stat, 0, 2 * n * sizeof *stat);
    if (m < ENOUGH)
        return GW_OK; /* too few to tell chance from kin */
    panel_t w = {l, panel, m, gw_malloc(n * m, sizeof(float))};
    gw_status_t st = w.s ? gw_thread_for(threads, (int64_t)m, panel_query, &w, err)
                         : gw_err_nomem(err, "calibrating");
    double mean_log = 0;
    for (size_t j = 0; st == GW_OK && j < n; j++) {
        float *s = w.s + j * m;
        qsort(s, m, sizeof *s, by_float);
        size_t keep = m - m / 100; /* the best hundredth may be relatives */
        double sum = 0, sq = 0;
        for (size_t k = 0; k < keep; k++) {
            sum += s[k];
            sq += (double)s[k] * s[k];
        }
        double mean = sum / (double)keep, var = sq / (double)keep - mean * mean;
        stat[2 * j] = (float)(0.5 * mean);
        stat[2 * j + 1] = (float)sqrt(var > 0.25 ? var : 0.25);
        mean_log += log(stat[2 * j + 1]) / (double)n;
    }
    for (size_t j = 0; st == GW_OK && j < n; j++) /* half-way to the common spread: see README */
        stat[2 * j + 1] = (float)exp(0.5 * log(stat[2 * j + 1]) + 0.5 * mean_log);
    free(w.s);
    return st;
}

/* 4. the graph: who scores whom, kept where z passes the threshold */
typedef struct {
    uint32_t tmpl;
    float z;
} edge_t;

typedef struct {
    const gw_search_lib_t *l;
    edge_t **edge;
    size_t *n;
} graph_t;

static gw_status_t graph_query(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    graph_t *g = ctx;
    size_t n = g->l->feat.n, cap = 0;
    int32_t *raw = gw_malloc(n, sizeof *raw);
    gw_search_hit_t *hit = gw_calloc(n, sizeof *hit);
    gw_status_t st = raw && hit ? template_scores(g->l, g->l->lib, (size_t)i, raw, err)
                                : gw_err_nomem(err, "comparing templates");
    if (st == GW_OK)
        st = rank(g->l, &(gw_search_raw_t){.strict = raw}, SIZE_MAX, hit, err);
    for (size_t k = 0; st == GW_OK && k < n && hit[k].z > KEEP_Z; k++) {
        if (!GW_GROW(g->edge[i], cap, g->n[i] + 1))
            st = gw_err_nomem(err, "comparing templates");
        else if (hit[k].tmpl != (size_t)i)
            g->edge[i][g->n[i]++] = (edge_t){(uint32_t)hit[k].tmpl, (float)hit[k].z};
    }
    free(raw);
    free(hit);
    return st;
}

/* the heaviest first; equal ones in library order */
static int by_weight(const void *a, const void *b)
{
    const gw_tlib_neighbour_t *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->tmpl > y->tmpl) - (x->tmpl < y->tmpl);
}

static gw_status_t mutual(const graph_t *g, gw_tlib_neighbour_t *list, size_t *count, gw_err_t *err)
{
    size_t n = g->l->feat.n;
    gw_tlib_neighbour_t *all = gw_malloc(n, sizeof *all);
    if (!all)
        return gw_err_nomem(err, "comparing templates");
    for (size_t i = 0; i < n; i++) {
        size_t m = 0;
        for (size_t k = 0; k < g->n[i]; k++) {
            uint32_t j = g->edge[i][k].tmpl;
            float z = 0;
            for (size_t b = 0; b < g->n[j] && z <= 0; b++)
                if (g->edge[j][b].tmpl == i)
                    z = g->edge[j][b].z < g->edge[i][k].z ? g->edge[j][b].z : g->edge[i][k].z;
            double w = (z - KEEP_Z) / FULL_Z;
            w = w > 1 ? 1 : w;
            if (w * 255 >= 1)
                all[m++] = (gw_tlib_neighbour_t){j, (uint8_t)lrint(w * 255)};
        }
        if (m)
            qsort(all, m, sizeof *all, by_weight);
        count[i] = m < GW_TLIB_MAX_NEIGHBOURS ? m : GW_TLIB_MAX_NEIGHBOURS;
        memcpy(list + i * GW_TLIB_MAX_NEIGHBOURS, all, count[i] * sizeof *all);
    }
    free(all);
    return GW_OK;
}

gw_status_t gw_search_graph(const gw_search_lib_t *l, int threads, gw_tlib_neighbour_t **list,
                            size_t *count, gw_err_t *err)
{
    size_t n = l->feat.n;
    graph_t g = {l, gw_calloc(n, sizeof(edge_t *)), gw_calloc(n, sizeof(size_t))};
    *list = gw_malloc(n * GW_TLIB_MAX_NEIGHBOURS, sizeof **list);
    gw_status_t st = g.edge && g.n && *list
                         ? gw_thread_for(threads, (int64_t)n, graph_query, &g, err)
                         : gw_err_nomem(err, "comparing templates");
    if (st == GW_OK)
        st = mutual(&g, *list, count, err);
    for (size_t i = 0; g.edge && i < n; i++)
        free(g.edge[i]);
    free(g.edge);
    free(g.n);
    if (st != GW_OK) {
        free(*list);
        *list = NULL;
    }
    return st;
}
