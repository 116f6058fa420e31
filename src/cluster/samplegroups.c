#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cluster/dbscan.h"
#include "cluster/kmeans.h"
#include "cluster/samplegroups.h"

/* 1. methods: each leaves groups 0..k-1, and -1 for noise */
static gw_status_t kmeans_at(const gw_samples_t *s, const gw_samplegroups_opts_t *o, int32_t k,
                             gw_samplegroups_t *g, gw_err_t *err)
{
    gw_kmeans_opts_t how = {
        .k = k, .restarts = o->restarts, .max_rounds = 300, .seed = o->seed, .threads = o->threads};
    gw_kmeans_t r;
    gw_status_t st = gw_kmeans_run(s->x, s->n, s->d, &how, &r, err);
    if (st == GW_OK) {
        free(g->centre);
        memcpy(g->group, r.cluster, (size_t)s->n * sizeof *g->group);
        g->centre = r.centre;
        g->inertia = r.inertia;
        g->converged = r.converged;
        g->k = k;
        r.centre = NULL;
    }
    gw_kmeans_release(&r);
    return st;
}

static gw_status_t run_kmeans(const gw_samples_t *s, const gw_samplegroups_opts_t *o,
                              gw_samplegroups_t *g, gw_err_t *err)
{
    if (o->k)
        return kmeans_at(s, o, o->k, g, err);
    g->trial = gw_calloc((size_t)o->k_max, sizeof *g->trial);
    if (!g->trial)
        return gw_err_nomem(err, "choosing the number of clusters");
    gw_status_t st = GW_OK;
    int32_t best = 0;
    for (int32_t k = 2; st == GW_OK && k <= o->k_max && k < s->n; k++) {
        st = kmeans_at(s, o, k, g, err);
        if (st == GW_EDATA && k > 2) { /* no more different samples */
            st = GW_OK;
            break;
        }
        gw_sampletrial_t *t = &g->trial[g->n_trials];
        *t = (gw_sampletrial_t){.k = k, .form = ""};
        int64_t scored;
        if (st == GW_OK)
            st = gw_silhouette(s, g->group, k, o->seed, o->threads, g->width, &t->score, &scored,
                               err);
        if (st == GW_OK && t->score > g->trial[best].score)
            best = g->n_trials;
        g->n_trials++;
    }
    if (st == GW_OK && g->n_trials == 0)
        return gw_err_set(err, GW_EDATA,
                          "too few samples to choose a number of clusters; give it with -k");
    return st == GW_OK ? kmeans_at(s, o, g->trial[best].k, g, err) : st;
}

static const char *form_name(gw_covariance_t c)
{
    return c == GW_COVARIANCE_FULL ? "full" : "diag";
}

static gw_status_t run_gmm(const gw_samples_t *s, const gw_samplegroups_opts_t *o,
                           gw_samplegroups_t *g, gw_err_t *err)
{
    gw_gmm_opts_t how = {.k_min = o->k ? o->k : 1,
                         .k_max = o->k ? o->k : o->k_max,
                         .covariance = o->covariance,
                         .restarts = o->restarts,
                         .max_rounds = 1000,
                         .tol = 1e-7,
                         .seed = o->seed,
                         .threads = o->threads};
    gw_gmm_t r;
    gw_status_t st = gw_gmm_run(s->x, s->n, s->d, &how, &r, err);
    if (st == GW_OK) {
        g->trial = gw_calloc((size_t)r.n_trials, sizeof *g->trial);
        if (!g->trial)
            st = gw_err_nomem(err, "fitting mixtures");
    }
    if (st == GW_OK) {
        memcpy(g->group, r.cluster, (size_t)s->n * sizeof *g->group);
        g->k = r.chosen.k;
        g->bic = r.chosen.bic;
        g->form = form_name(r.chosen.covariance);
        g->converged = r.chosen.converged;
        for (g->n_trials = 0; g->n_trials < r.n_trials; g->n_trials++)
            g->trial[g->n_trials] =
                (gw_sampletrial_t){r.trial[g->n_trials].k, r.trial[g->n_trials].bic,
                                   form_name(r.trial[g->n_trials].covariance)};
        g->probability = r.probability;
        g->centre = r.mean;
        r.probability = r.mean = NULL;
    }
    gw_gmm_release(&r);
    return st;
}

static gw_status_t run_hclust(const gw_samples_t *s, const gw_samplegroups_opts_t *o,
                              gw_samplegroups_t *g, gw_err_t *err)
{
    if (o->k > s->n)
        return gw_err_set(err, GW_EDATA, "%lld samples for %d clusters; ask for fewer clusters",
                          (long long)s->n, o->k);
    g->merge = gw_malloc((size_t)s->n, sizeof *g->merge);
    if (!g->merge)
        return gw_err_nomem(err, "building a tree");
    gw_status_t st = gw_hclust_run(s, o->linkage, o->threads, g->merge, err);
    if (st == GW_OK)
        st = gw_hclust_cut(g->merge, s->n, o->k, o->height, g->group, &g->k, err);
    g->converged = true;
    return st;
}

/* 2. numbers by size */
typedef struct {
    int64_t size, first;
    int32_t old;
} rank_t;

static int cmp_rank(const void *x, const void *y)
{
    const rank_t *a = x, *b = y;
    if (a->size != b->size)
        return a->size > b->size ? -1 : 1;
    return a->first < b->first ? -1 : a->first > b->first;
}

/* Groups without a sample (of a mixture) get no number. */
static gw_status_t renumber(const gw_samples_t *s, gw_samplegroups_t *g, gw_err_t *err)
{
    size_t k = (size_t)g->k, d = (size_t)s->d;
    rank_t *rank = gw_calloc(k, sizeof *rank);
    int32_t *to = gw_calloc(k + 1, sizeof *to);
    double *centre = g->centre ? gw_malloc(k * d, sizeof *centre) : NULL;
    g->size = gw_calloc(k + 1, sizeof *g->size);
    gw_status_t st = GW_OK;
    if (!rank || !to || !g->size || (g->centre && !centre)) {
        st = gw_err_nomem(err, "ordering clusters");
        free(centre);
        goto done;
    }
    for (size_t c = 0; c < k; c++)
        rank[c] = (rank_t){.first = INT64_MAX, .old = (int32_t)c};
    for (int64_t i = s->n - 1; i >= 0; i--)
        if (g->group[i] >= 0) {
            rank[g->group[i]].size++;
            rank[g->group[i]].first = i;
        }
    qsort(rank, k, sizeof *rank, cmp_rank);
    g->k = 0;
    for (size_t c = 0; c < k; c++) {
        if (rank[c].size > 0)
            g->size[++g->k] = rank[c].size;
        to[rank[c].old] = (int32_t)c + 1;
        if (centre)
            memcpy(centre + c * d, g->centre + (size_t)rank[c].old * d, d * sizeof *centre);
    }
    for (int64_t i = 0; i < s->n; i++) {
        g->group[i] = g->group[i] < 0 ? 0 : to[g->group[i]];
        g->size[0] += g->group[i] == 0;
    }
    if (centre) {
        free(g->centre);
        g->centre = centre;
    }
done:
    free(rank);
    free(to);
    return st;
}

/* 3. grouping */
static gw_status_t measure(const gw_samples_t *s, const gw_samplegroups_opts_t *o,
                           gw_samplegroups_t *g, gw_err_t *err)
{
    int32_t *from_zero = gw_malloc((size_t)s->n, sizeof *from_zero);
    if (!from_zero)
        return gw_err_nomem(err, "measuring silhouettes");
    for (int64_t i = 0; i < s->n; i++)
        from_zero[i] = g->group[i] - 1;
    gw_status_t st = gw_silhouette(s, from_zero, g->k, o->seed, o->threads, g->width,
                                   &g->mean_width, &g->scored, err);
    free(from_zero);
    return st;
}

gw_status_t gw_samplegroups_run(const gw_samples_t *s, const gw_samplegroups_opts_t *o,
                                gw_samplegroups_t *g, gw_err_t *err)
{
    *g = (gw_samplegroups_t){.form = "", .converged = true};
    g->group = gw_malloc((size_t)s->n, sizeof *g->group);
    g->width = gw_malloc((size_t)s->n, sizeof *g->width);
    if (!g->group || !g->width)
        return gw_err_nomem(err, "clustering samples");
    gw_status_t st = GW_OK;
    switch (o->method) {
    case GW_SAMPLES_KMEANS:
        st = run_kmeans(s, o, g, err);
        break;
    case GW_SAMPLES_GMM:
        st = run_gmm(s, o, g, err);
        break;
    case GW_SAMPLES_HCLUST:
        st = run_hclust(s, o, g, err);
        break;
    case GW_SAMPLES_DBSCAN: {
        gw_dbscan_opts_t how = {o->eps, o->min_points, o->threads};
        st = gw_dbscan_run(s, &how, g->group, &g->k, err);
        break;
    }
    }
    if (st == GW_OK)
        st = renumber(s, g, err);
    return st == GW_OK ? measure(s, o, g, err) : st;
}

void gw_samplegroups_release(gw_samplegroups_t *g)
{
    free(g->group);
    free(g->size);
    free(g->probability);
    free(g->width);
    free(g->centre);
    free(g->merge);
    free(g->trial);
    *g = (gw_samplegroups_t){0};
}

/* 4. text */
static void number_or_na(double x, FILE *f)
{
    if (isnan(x))
        fputs("\tNA", f);
    else
        fprintf(f, "\t%.4f", x + 0.0);
}

void gw_samplegroups_write(const gw_samples_t *s, const gw_samplegroups_t *g, FILE *f)
{
    fputs("sample\tcluster\tprobability\tsilhouette\n", f);
    for (int64_t i = 0; i < s->n && !ferror(f); i++) {
        fprintf(f, "%s\t%d", s->name[i], g->group[i]);
        number_or_na(g->probability ? g->probability[i] : NAN, f);
        number_or_na(g->width[i], f);
        fputc('\n', f);
    }
}

void gw_samplegroups_centres(const gw_samples_t *s, const gw_samplegroups_t *g, FILE *f)
{
    fputs("cluster\tsize", f);
    for (int32_t c = 0; c < s->d; c++)
        fprintf(f, "\t%s", s->column[c]);
    fputc('\n', f);
    for (int32_t k = 0; k < g->k; k++) {
        fprintf(f, "%d\t%lld", k + 1, (long long)g->size[k + 1]);
        for (int32_t c = 0; c < s->d; c++)
            fprintf(f, "\t%.10g", g->centre[(int64_t)k * s->d + c]);
        fputc('\n', f);
    }
}
