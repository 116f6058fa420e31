#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/gmm.h"
#include "cluster/kmeans.h"

enum { CHUNK = 4096 }; /* points of one item of work; fixes the order of sums */

typedef struct {
    const double *x;
    int64_t n;
    int32_t d, k;
    bool full;
    double ridge; /* added to every variance */
    int threads;
    double *weight, *mean;
    double *chol;    /* full: k lower triangles, row by row; diag: k * d standard deviations */
    double *log_det; /* k: ln of the determinant of that factor */
    double *resp;    /* n * k: probability of component k for point i */
    double *chunk_ll;
} mix_t;

static size_t factor_size(const mix_t *m)
{
    return m->full ? (size_t)m->d * ((size_t)m->d + 1) / 2 : (size_t)m->d;
}

/* 1. E-step */
/* Squared Mahalanobis distance by forward substitution; z is work space of d. */
static double mahalanobis(const mix_t *m, int32_t k, const double *p, double *z)
{
    const double *l = m->chol + (size_t)k * factor_size(m), *mean = m->mean + (int64_t)k * m->d;
    double sum = 0;
    for (int32_t i = 0; i < m->d; i++) {
        double v = p[i] - mean[i];
        if (m->full) {
            for (int32_t j = 0; j < i; j++)
                v -= l[j] * z[j];
            l += i;
            v /= *l++;
        } else {
            v /= l[i];
        }
        z[i] = v;
        sum += v * v;
    }
    return sum;
}

static gw_status_t expect_chunk(void *ctx, int worker, int64_t c, gw_err_t *err)
{
    (void)worker;
    mix_t *m = ctx;
    const double log_2pi = 1.8378770664093454836;
    double *z = gw_malloc((size_t)m->d, sizeof *z), sum = 0;
    if (!z)
        return gw_err_nomem(err, "fitting a mixture");
    int64_t end = (c + 1) * CHUNK < m->n ? (c + 1) * CHUNK : m->n;
    for (int64_t i = c * CHUNK; i < end; i++) {
        double *r = m->resp + i * m->k, top = -INFINITY, all = 0;
        for (int32_t k = 0; k < m->k; k++) {
            r[k] = log(m->weight[k]) - m->log_det[k] -
                   0.5 * (m->d * log_2pi + mahalanobis(m, k, m->x + i * m->d, z));
            top = r[k] > top ? r[k] : top;
        }
        for (int32_t k = 0; k < m->k; k++)
            all += r[k] = exp(r[k] - top);
        for (int32_t k = 0; k < m->k; k++)
            r[k] /= all;
        sum += top + log(all);
    }
    m->chunk_ll[c] = sum;
    free(z);
    return GW_OK;
}

static gw_status_t expect(mix_t *m, double *loglik, gw_err_t *err)
{
    int64_t chunks = (m->n + CHUNK - 1) / CHUNK;
    gw_status_t st = gw_thread_for(m->threads, chunks, expect_chunk, m, err);
    *loglik = 0;
    for (int64_t c = 0; st == GW_OK && c < chunks; c++)
        *loglik += m->chunk_ll[c];
    return st;
}

/* 2. M-step, a component an item */
/* Cholesky in place of a packed lower triangle; false when it is not positive definite. */
static bool factor(double *a, int32_t d, double *log_det)
{
    *log_det = 0;
    for (int32_t i = 0; i < d; i++) {
        double *ri = a + (int64_t)i * (i + 1) / 2;
        for (int32_t j = 0; j <= i; j++) {
            const double *rj = a + (int64_t)j * (j + 1) / 2;
            double v = ri[j];
            for (int32_t t = 0; t < j; t++)
                v -= ri[t] * rj[t];
            if (j < i) {
                ri[j] = v / rj[j];
            } else {
                if (!(v > 0))
                    return false;
                ri[i] = sqrt(v);
                *log_det += log(ri[i]);
            }
        }
    }
    return true;
}

static void add_full(double *l, const double *y, double r, int32_t d)
{
    for (int32_t i = 0; i < d; i++) {
        double v = r * y[i];
        for (int32_t j = 0; j <= i; j++)
            *l++ += v * y[j];
    }
}

static gw_status_t maximise_one(void *ctx, int worker, int64_t k, gw_err_t *err)
{
    (void)worker;
    mix_t *m = ctx;
    int32_t d = m->d;
    size_t size = factor_size(m);
    double *mean = m->mean + k * d, *l = m->chol + (size_t)k * size;
    double total = 10 * 2.2204460492503131e-16; /* an empty component stays finite */
    double *y = gw_malloc((size_t)d, sizeof *y);
    if (!y)
        return gw_err_nomem(err, "fitting a mixture");
    memset(mean, 0, (size_t)d * sizeof *mean);
    memset(l, 0, size * sizeof *l);
    for (int64_t i = 0; i < m->n; i++) {
        double r = m->resp[i * m->k + k];
        total += r;
        for (int32_t c = 0; c < d; c++)
            mean[c] += r * m->x[i * d + c];
    }
    for (int32_t c = 0; c < d; c++)
        mean[c] /= total;
    for (int64_t i = 0; i < m->n; i++) {
        double r = m->resp[i * m->k + k];
        if (r < 1e-300)
            continue;
        for (int32_t c = 0; c < d; c++)
            y[c] = m->x[i * d + c] - mean[c];
        if (m->full)
            add_full(l, y, r, d);
        else
            for (int32_t c = 0; c < d; c++)
                l[c] += r * y[c] * y[c];
    }
    free(y);
    for (size_t t = 0; t < size; t++)
        l[t] /= total;
    m->weight[k] = total / (double)m->n;
    m->log_det[k] = 0;
    if (m->full) {
        for (int64_t c = 0; c < d; c++)
            l[c * (c + 3) / 2] += m->ridge;
        if (!factor(l, d, &m->log_det[k]))
            return gw_err_set(err, GW_EDATA,
                              "a covariance cannot be inverted: some columns are sums of others; "
                              "use fewer columns (--dims) or --covariance diag");
    } else {
        for (int32_t c = 0; c < d; c++) {
            l[c] = sqrt(l[c] + m->ridge);
            m->log_det[k] += log(l[c]);
        }
    }
    return GW_OK;
}

/* 3. one mixture */
static void mix_release(mix_t *m)
{
    free(m->weight);
    free(m->mean);
    free(m->chol);
    free(m->log_det);
    free(m->resp);
    free(m->chunk_ll);
}

static gw_status_t mix_init(mix_t *m, gw_err_t *err)
{
    size_t k = (size_t)m->k, d = (size_t)m->d, n = (size_t)m->n;
    m->weight = gw_malloc(k, sizeof *m->weight);
    m->mean = gw_malloc(k * d, sizeof *m->mean);
    m->chol = gw_malloc(k * factor_size(m), sizeof *m->chol);
    m->log_det = gw_malloc(k, sizeof *m->log_det);
    m->resp = gw_calloc(n * k, sizeof *m->resp);
    m->chunk_ll = gw_malloc(n / CHUNK + 1, sizeof *m->chunk_ll);
    if (!m->weight || !m->mean || !m->chol || !m->log_det || !m->resp || !m->chunk_ll)
        return gw_err_nomem(err, "fitting a mixture");
    return GW_OK;
}

static double parameters(const mix_t *m)
{
    double k = m->k, d = m->d;
    return k - 1 + k * d + k * (m->full ? d * (d + 1) / 2 : d);
}

static gw_status_t fit(mix_t *m, const int32_t *start, const gw_gmm_opts_t *o, gw_gmm_trial_t *t,
                       gw_err_t *err)
{
    for (int64_t i = 0; i < m->n; i++)
        m->resp[i * m->k + start[i]] = 1;
    gw_status_t st = GW_OK;
    double before = -INFINITY;
    for (t->rounds = 1; st == GW_OK && t->rounds <= o->max_rounds; t->rounds++) {
        st = gw_thread_for(m->threads, m->k, maximise_one, m, err);
        if (st == GW_OK)
            st = expect(m, &t->loglik, err);
        t->converged = fabs(t->loglik - before) / (double)m->n < o->tol;
        if (st == GW_OK && t->converged)
            break;
        before = t->loglik;
    }
    t->thin = false;
    for (int32_t k = 0; k < m->k; k++)
        t->thin |= m->weight[k] * (double)m->n < (m->full ? m->d + 1 : 2);
    t->bic = -2 * t->loglik + parameters(m) * log((double)m->n);
    return st;
}

static gw_status_t keep(gw_gmm_t *r, mix_t *m, const gw_gmm_trial_t *t, gw_err_t *err)
{
    free(r->weight);
    free(r->mean);
    r->chosen = *t;
    r->weight = m->weight;
    r->mean = m->mean;
    m->weight = m->mean = NULL;
    if (!r->cluster) {
        r->cluster = gw_malloc((size_t)m->n, sizeof *r->cluster);
        r->probability = gw_malloc((size_t)m->n, sizeof *r->probability);
        if (!r->cluster || !r->probability)
            return gw_err_nomem(err, "fitting a mixture");
    }
    for (int64_t i = 0; i < m->n; i++) {
        const double *p = m->resp + i * m->k;
        int32_t best = 0;
        for (int32_t k = 1; k < m->k; k++)
            best = p[k] > p[best] ? k : best;
        r->cluster[i] = best;
        r->probability[i] = p[best];
    }
    return GW_OK;
}

static bool better(const gw_gmm_trial_t *a, const gw_gmm_trial_t *b)
{
    return a->thin != b->thin ? b->thin : a->bic < b->bic;
}

static double mean_variance(const double *x, int64_t n, int32_t d)
{
    double all = 0;
    for (int32_t c = 0; c < d; c++) {
        double sum = 0, sq = 0;
        for (int64_t i = 0; i < n; i++)
            sum += x[i * d + c];
        for (int64_t i = 0; i < n; i++)
            sq += (x[i * d + c] - sum / (double)n) * (x[i * d + c] - sum / (double)n);
        all += sq / (double)n;
    }
    return all / d;
}

static gw_status_t try_one(const double *x, int64_t n, int32_t d, const gw_gmm_opts_t *o,
                           const int32_t *start, gw_gmm_trial_t *t, double ridge, gw_gmm_t *r,
                           gw_err_t *err)
{
    mix_t m = {.x = x,
               .n = n,
               .d = d,
               .k = t->k,
               .ridge = ridge,
               .threads = o->threads,
               .full = t->covariance == GW_COVARIANCE_FULL};
    gw_status_t st = mix_init(&m, err);
    if (st == GW_OK)
        st = fit(&m, start, o, t, err);
    if (st == GW_OK && (!r->cluster || better(t, &r->chosen)))
        st = keep(r, &m, t, err);
    mix_release(&m);
    return st;
}

gw_status_t gw_gmm_run(const double *x, int64_t n, int32_t d, const gw_gmm_opts_t *o, gw_gmm_t *r,
                       gw_err_t *err)
{
    *r = (gw_gmm_t){0};
    int32_t span = o->k_max - o->k_min + 1;
    r->trial = gw_calloc((size_t)span * 2, sizeof *r->trial);
    if (!r->trial)
        return gw_err_nomem(err, "fitting mixtures");
    double ridge = 1e-6 * mean_variance(x, n, d);
    if (!(ridge > 0))
        return gw_err_set(err, GW_EDATA, "all samples are the same point; nothing to cluster");
    gw_status_t st = GW_OK;
    for (int32_t k = o->k_min; st == GW_OK && k <= o->k_max; k++) {
        gw_kmeans_opts_t how = {.k = k,
                                .restarts = o->restarts,
                                .max_rounds = 300,
                                .seed = o->seed,
                                .threads = o->threads};
        gw_kmeans_t start;
        st = gw_kmeans_run(x, n, d, &how, &start, err);
        if (st == GW_EDATA && k > o->k_min) { /* no more different points: larger k fail as well */
            gw_kmeans_release(&start);
            st = GW_OK;
            break;
        }
        for (int f = 0; st == GW_OK && f < 2; f++) {
            gw_covariance_t cov = f ? GW_COVARIANCE_DIAG : GW_COVARIANCE_FULL;
            if (o->covariance != GW_COVARIANCE_AUTO && o->covariance != cov)
                continue;
            gw_gmm_trial_t *t = &r->trial[r->n_trials++];
            *t = (gw_gmm_trial_t){.k = k, .covariance = cov};
            st = try_one(x, n, d, o, start.cluster, t, ridge, r, err);
        }
        gw_kmeans_release(&start);
    }
    return st;
}

void gw_gmm_release(gw_gmm_t *r)
{
    free(r->trial);
    free(r->cluster);
    free(r->probability);
    free(r->weight);
    free(r->mean);
    *r = (gw_gmm_t){0};
}
