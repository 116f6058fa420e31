#include <config.h>

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cluster/agreement.h"

/* 1. silhouettes */
typedef struct {
    const gw_samples_t *s;
    const int32_t *cluster;
    int32_t k;
    int64_t *pick; /* samples looked at, in rising order */
    int64_t n_pick;
    int64_t *size; /* of a cluster, among the picked */
    double *width;
    double *sum; /* k a worker */
} sil_t;

static gw_status_t one_width(void *ctx, int worker, int64_t p, gw_err_t *err)
{
    (void)err;
    sil_t *w = ctx;
    int64_t i = w->pick[p];
    int32_t own = w->cluster[i];
    double *sum = w->sum + (int64_t)worker * w->k, other = INFINITY;
    for (int32_t c = 0; c < w->k; c++)
        sum[c] = 0;
    for (int64_t q = 0; q < w->n_pick; q++)
        sum[w->cluster[w->pick[q]]] += gw_samples_dist(w->s, i, w->pick[q]);
    for (int32_t c = 0; c < w->k; c++)
        if (c != own && w->size[c] > 0 && sum[c] / (double)w->size[c] < other)
            other = sum[c] / (double)w->size[c];
    double mine = w->size[own] > 1 ? sum[own] / (double)(w->size[own] - 1) : 0;
    double most = mine > other ? mine : other;
    w->width[i] = w->size[own] > 1 && most > 0 ? (other - mine) / most : 0;
    return GW_OK;
}

/* Selection sampling: every set of the wanted size is equally likely, in rising order. */
static void thin(sil_t *w, int64_t want, uint64_t seed)
{
    gw_rng_t rng;
    gw_rng_init(&rng, seed);
    int64_t kept = 0, n = w->n_pick;
    for (int64_t i = 0; i < n && kept < want; i++)
        if ((int64_t)gw_rng_below(&rng, (uint64_t)(n - i)) < want - kept)
            w->pick[kept++] = w->pick[i];
    w->n_pick = kept;
}

gw_status_t gw_silhouette(const gw_samples_t *s, const int32_t *cluster, int32_t k, uint64_t seed,
                          int threads, double *width, double *mean, int64_t *scored, gw_err_t *err)
{
    sil_t w = {.s = s, .cluster = cluster, .k = k, .width = width};
    w.pick = gw_malloc((size_t)s->n, sizeof *w.pick);
    w.size = gw_calloc((size_t)k + 1, sizeof *w.size);
    w.sum = gw_malloc((size_t)threads * ((size_t)k + 1), sizeof *w.sum);
    gw_status_t st = GW_OK;
    int32_t present = 0;
    *mean = NAN;
    *scored = 0;
    if (!w.pick || !w.size || !w.sum) {
        st = gw_err_nomem(err, "measuring silhouettes");
        goto done;
    }
    for (int64_t i = 0; i < s->n; i++) {
        width[i] = NAN;
        if (cluster[i] >= 0)
            w.pick[w.n_pick++] = i;
    }
    if (w.n_pick > GW_SILHOUETTE_EXACT)
        thin(&w, GW_SILHOUETTE_EXACT, seed);
    for (int64_t p = 0; p < w.n_pick; p++)
        present += w.size[cluster[w.pick[p]]]++ == 0;
    if (present < 2)
        goto done;
    st = gw_thread_for(threads, w.n_pick, one_width, &w, err);
    double sum = 0;
    for (int64_t p = 0; st == GW_OK && p < w.n_pick; p++)
        sum += width[w.pick[p]];
    *mean = sum / (double)w.n_pick;
    *scored = w.n_pick;
done:
    free(w.pick);
    free(w.size);
    free(w.sum);
    return st;
}

/* 2. agreement */
static double pairs(double n)
{
    return n * (n - 1) / 2;
}

static double entropy(const int64_t *count, int32_t k, double n)
{
    double h = 0;
    for (int32_t c = 0; c < k; c++)
        if (count[c] > 0)
            h -= (double)count[c] / n * log((double)count[c] / n);
    return h;
}

gw_status_t gw_agreement(const int32_t *a, int32_t n_a, const int32_t *b, int32_t n_b, int64_t n,
                         gw_agreement_t *out, gw_err_t *err)
{
    int64_t *both = gw_calloc((size_t)n_a * (size_t)n_b + 1, sizeof *both);
    int64_t *in_a = gw_calloc((size_t)n_a + 1, sizeof *in_a),
            *in_b = gw_calloc((size_t)n_b + 1, sizeof *in_b);
    gw_status_t st = GW_OK;
    if (!both || !in_a || !in_b) {
        st = gw_err_nomem(err, "comparing groupings");
        goto done;
    }
    for (int64_t i = 0; i < n; i++) {
        both[(int64_t)a[i] * n_b + b[i]]++;
        in_a[a[i]]++;
        in_b[b[i]]++;
    }
    double total = (double)n, same = 0, pa = 0, pb = 0, mutual = 0;
    for (int32_t i = 0; i < n_a; i++)
        for (int32_t j = 0; j < n_b; j++) {
            double c = (double)both[(int64_t)i * n_b + j];
            same += pairs(c);
            if (c > 0)
                mutual += c / total * log(total * c / ((double)in_a[i] * (double)in_b[j]));
        }
    for (int32_t i = 0; i < n_a; i++)
        pa += pairs((double)in_a[i]);
    for (int32_t j = 0; j < n_b; j++)
        pb += pairs((double)in_b[j]);
    double by_chance = n > 1 ? pa * pb / pairs(total) : 0, most = (pa + pb) / 2;
    double h = (entropy(in_a, n_a, total) + entropy(in_b, n_b, total)) / 2;
    out->ari = most > by_chance ? (same - by_chance) / (most - by_chance) : 1;
    out->nmi = h > 0 ? mutual / h : 1;
done:
    free(both);
    free(in_a);
    free(in_b);
    return st;
}
