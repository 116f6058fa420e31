#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cluster/kmeans.h"
#include "cluster/samples.h"

/* One start. */
typedef struct {
    const double *x;
    int64_t n;
    int32_t d, k;
    int32_t *cluster;
    int64_t *size;
    double *centre, *sum;
    double *upper, *lower; /* of a point: own centre no farther, any other no nearer */
    double *half, *moved;  /* of a centre: half way to the nearest other; how far it went */
    double inertia;
    int rounds;
    bool converged;
} start_t;

static const double *point(const start_t *s, int64_t i)
{
    return s->x + i * s->d;
}
static double *centre(const start_t *s, int32_t c)
{
    return s->centre + (int64_t)c * s->d;
}

/* 1. seeding: near[i], in s->upper, is the squared distance to the nearest centre so far */
static double potential_with(const start_t *s, int64_t candidate, double *near)
{
    double sum = 0;
    for (int64_t i = 0; i < s->n; i++) {
        double q = gw_samples_dist2(point(s, i), point(s, candidate), s->d);
        near[i] = q < s->upper[i] ? q : s->upper[i];
        sum += near[i];
    }
    return sum;
}

static int64_t draw(const start_t *s, double total, gw_rng_t *rng)
{
    double at = gw_rng_unit(rng) * total;
    int64_t last = 0;
    for (int64_t i = 0; i < s->n; i++) {
        if (s->upper[i] <= 0)
            continue;
        last = i;
        at -= s->upper[i];
        if (at < 0)
            break;
    }
    return last;
}

/* false: fewer than k different points */
static bool seed_centres(start_t *s, gw_rng_t *rng, double *near, double *best)
{
    int draws = 2 + (int)log((double)s->k);
    int64_t first = (int64_t)gw_rng_below(rng, (uint64_t)s->n);
    memcpy(s->centre, point(s, first), (size_t)s->d * sizeof *s->centre);
    for (int64_t i = 0; i < s->n; i++)
        s->upper[i] = INFINITY;
    double total = potential_with(s, first, near);
    memcpy(s->upper, near, (size_t)s->n * sizeof *near);
    for (int32_t c = 1; c < s->k; c++) {
        if (!(total > 0))
            return false;
        double least = INFINITY;
        int64_t chosen = 0;
        for (int t = 0; t < draws; t++) {
            int64_t i = draw(s, total, rng);
            double p = potential_with(s, i, near);
            if (p < least) {
                least = p;
                chosen = i;
                memcpy(best, near, (size_t)s->n * sizeof *near);
            }
        }
        memcpy(s->upper, best, (size_t)s->n * sizeof *best);
        memcpy(centre(s, c), point(s, chosen), (size_t)s->d * sizeof *s->centre);
        total = least;
    }
    return true;
}

/* 2. rounds */
/* Nearest and second nearest centre; of equals the own one, then the lowest number. */
static void nearest(start_t *s, int64_t i)
{
    int32_t own = s->cluster[i], best = own;
    double d1 = gw_samples_dist2(point(s, i), centre(s, own), s->d), d2 = INFINITY;
    for (int32_t c = 0; c < s->k; c++) {
        if (c == own)
            continue;
        double q = gw_samples_dist2(point(s, i), centre(s, c), s->d);
        if (q < d1) {
            d2 = d1;
            d1 = q;
            best = c;
        } else if (q < d2) {
            d2 = q;
        }
    }
    s->cluster[i] = best;
    s->upper[i] = sqrt(d1);
    s->lower[i] = sqrt(d2);
}

/* Sums are kept up to date by what moved only within a round; here they are made anew. */
static void mean_centres(start_t *s)
{
    memset(s->sum, 0, (size_t)s->k * (size_t)s->d * sizeof *s->sum);
    memset(s->size, 0, (size_t)s->k * sizeof *s->size);
    for (int64_t i = 0; i < s->n; i++) {
        double *sum = s->sum + (int64_t)s->cluster[i] * s->d;
        const double *p = point(s, i);
        s->size[s->cluster[i]]++;
        for (int32_t c = 0; c < s->d; c++)
            sum[c] += p[c];
    }
}

/* A cluster that ran empty takes the point farthest from its centre. */
static void fill_empty(start_t *s)
{
    for (int32_t c = 0; c < s->k; c++) {
        if (s->size[c] > 0)
            continue;
        int64_t far = -1;
        double most = -1;
        for (int64_t i = 0; i < s->n; i++) {
            double q = gw_samples_dist2(point(s, i), centre(s, s->cluster[i]), s->d);
            if (s->size[s->cluster[i]] > 1 && q > most) {
                most = q;
                far = i;
            }
        }
        s->cluster[far] = c;
        memcpy(centre(s, c), point(s, far), (size_t)s->d * sizeof *s->centre);
        mean_centres(s);
    }
}

static void move_centres(start_t *s)
{
    mean_centres(s);
    fill_empty(s);
    for (int32_t c = 0; c < s->k; c++) {
        double gone = 0;
        for (int32_t j = 0; j < s->d; j++) {
            double *at = &centre(s, c)[j], to = s->sum[(int64_t)c * s->d + j] / (double)s->size[c];
            gone += (to - *at) * (to - *at);
            *at = to;
        }
        s->moved[c] = sqrt(gone);
    }
}

static void half_ways(start_t *s)
{
    for (int32_t c = 0; c < s->k; c++) {
        double least = INFINITY;
        for (int32_t o = 0; o < s->k; o++) {
            double q = o == c ? INFINITY : gw_samples_dist2(centre(s, c), centre(s, o), s->d);
            least = q < least ? q : least;
        }
        s->half[c] = sqrt(least) / 2;
    }
}

static void move_bounds(start_t *s)
{
    int32_t far = 0;
    double next = 0; /* the largest move but far's */
    for (int32_t c = 1; c < s->k; c++)
        far = s->moved[c] > s->moved[far] ? c : far;
    for (int32_t c = 0; c < s->k; c++)
        next = c != far && s->moved[c] > next ? s->moved[c] : next;
    for (int64_t i = 0; i < s->n; i++) {
        s->upper[i] += s->moved[s->cluster[i]];
        s->lower[i] -= s->cluster[i] == far ? next : s->moved[far];
    }
}

/* How many points changed their cluster. */
static int64_t reassign(start_t *s)
{
    int64_t changed = 0;
    for (int64_t i = 0; i < s->n; i++) {
        int32_t own = s->cluster[i];
        double bound = s->half[own] > s->lower[i] ? s->half[own] : s->lower[i];
        if (s->upper[i] < bound)
            continue;
        s->upper[i] = sqrt(gw_samples_dist2(point(s, i), centre(s, own), s->d));
        if (s->upper[i] < bound)
            continue;
        nearest(s, i);
        changed += s->cluster[i] != own;
    }
    return changed;
}

/* Every distance afresh: rounding of the bounds decides nothing. */
static int64_t reassign_all(start_t *s)
{
    int64_t changed = 0;
    for (int64_t i = 0; i < s->n; i++) {
        int32_t own = s->cluster[i];
        nearest(s, i);
        changed += s->cluster[i] != own;
    }
    return changed;
}

static void iterate(start_t *s, int max_rounds)
{
    memset(s->cluster, 0, (size_t)s->n * sizeof *s->cluster);
    reassign_all(s);
    for (s->rounds = 1; s->rounds <= max_rounds; s->rounds++) {
        move_centres(s);
        move_bounds(s);
        half_ways(s);
        if (reassign(s) == 0 && reassign_all(s) == 0) {
            s->converged = true;
            break;
        }
    }
    if (!s->converged)
        move_centres(s);
    s->inertia = 0;
    for (int64_t i = 0; i < s->n; i++)
        s->inertia += gw_samples_dist2(point(s, i), centre(s, s->cluster[i]), s->d);
}

/* 3. starts */
static void start_release(start_t *s)
{
    free(s->cluster);
    free(s->size);
    free(s->centre);
    free(s->sum);
    free(s->upper);
    free(s->lower);
    free(s->half);
    free(s->moved);
}

static gw_status_t start_init(start_t *s, gw_err_t *err)
{
    size_t n = (size_t)s->n, k = (size_t)s->k, d = (size_t)s->d;
    s->cluster = gw_malloc(n, sizeof *s->cluster);
    s->size = gw_malloc(k, sizeof *s->size);
    s->centre = gw_malloc(k * d, sizeof *s->centre);
    s->sum = gw_malloc(k * d, sizeof *s->sum);
    s->upper = gw_malloc(n, sizeof *s->upper);
    s->lower = gw_malloc(n, sizeof *s->lower);
    s->half = gw_malloc(k, sizeof *s->half);
    s->moved = gw_malloc(k, sizeof *s->moved);
    if (!s->cluster || !s->size || !s->centre || !s->sum || !s->upper || !s->lower || !s->half ||
        !s->moved)
        return gw_err_nomem(err, "k-means");
    return GW_OK;
}

typedef struct {
    const gw_kmeans_opts_t *opts;
    start_t *start; /* one a restart; all but the best are emptied as they end */
    const double *x;
    int64_t n;
    int32_t d;
} run_t;

static gw_status_t run_start(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    run_t *r = ctx;
    start_t *s = &r->start[i];
    *s = (start_t){.x = r->x, .n = r->n, .d = r->d, .k = r->opts->k};
    double *near = gw_malloc((size_t)r->n, sizeof *near),
           *best = gw_malloc((size_t)r->n, sizeof *best);
    gw_status_t st = near && best ? start_init(s, err) : gw_err_nomem(err, "k-means");
    gw_rng_t rng;
    gw_rng_init(&rng, gw_hash_mix(r->opts->seed) + (uint64_t)i);
    if (st == GW_OK && !seed_centres(s, &rng, near, best))
        st = gw_err_set(err, GW_EDATA, "fewer than %d different samples; ask for fewer clusters",
                        r->opts->k);
    free(near);
    free(best);
    if (st == GW_OK)
        iterate(s, r->opts->max_rounds);
    free(s->upper);
    free(s->lower);
    s->upper = s->lower = NULL;
    return st;
}

gw_status_t gw_kmeans_run(const double *x, int64_t n, int32_t d, const gw_kmeans_opts_t *opts,
                          gw_kmeans_t *r, gw_err_t *err)
{
    *r = (gw_kmeans_t){0};
    if (n < opts->k)
        return gw_err_set(err, GW_EDATA, "%lld samples for %d clusters; ask for fewer clusters",
                          (long long)n, opts->k);
    run_t run = {.opts = opts, .x = x, .n = n, .d = d};
    run.start = gw_calloc((size_t)opts->restarts, sizeof *run.start);
    if (!run.start)
        return gw_err_nomem(err, "k-means");
    gw_status_t st = gw_thread_for(opts->threads, opts->restarts, run_start, &run, err);
    start_t *best = &run.start[0];
    for (int i = 1; st == GW_OK && i < opts->restarts; i++)
        if (run.start[i].inertia < best->inertia)
            best = &run.start[i];
    if (st == GW_OK) {
        *r = (gw_kmeans_t){best->cluster, best->centre, best->inertia, best->rounds,
                           best->converged};
        best->cluster = NULL;
        best->centre = NULL;
    }
    for (int i = 0; i < opts->restarts; i++)
        start_release(&run.start[i]);
    free(run.start);
    return st;
}

void gw_kmeans_release(gw_kmeans_t *r)
{
    free(r->cluster);
    free(r->centre);
    *r = (gw_kmeans_t){0};
}
