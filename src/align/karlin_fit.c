/* 2. gapped scores: random pairs are aligned, and the parameters are those under which their scores
 *    are most likely. */
#include <config.h>

#include <math.h>
#include <stdlib.h>

#include "align/karlin.h"
#include "base/hash.h"
#include "base/mem.h"

enum {
    LEN = GW_KARLIN_LENGTH,
    TARGETS = 64, /* of one query: so they share vector registers */
    ROUND = 1 << 14,
    SEED = 1
};

/* 1. random pairs */
typedef struct {
    uint8_t *query, *target; /* of one round */
    int64_t *q_off, *t_off;
    int32_t *len;
    gw_extend_hit_t *hit; /* of every pair */
} sample_t;

static gw_status_t sample_init(sample_t *x, int64_t n_pairs, gw_err_t *err)
{
    x->query = gw_malloc(ROUND / TARGETS, LEN);
    x->target = gw_malloc(ROUND, LEN);
    x->q_off = gw_malloc(ROUND, sizeof *x->q_off);
    x->t_off = gw_malloc(ROUND, sizeof *x->t_off);
    x->len = gw_malloc(ROUND, sizeof *x->len);
    x->hit = gw_malloc((size_t)n_pairs, sizeof *x->hit);
    if (!x->query || !x->target || !x->q_off || !x->t_off || !x->len || !x->hit)
        return gw_err_nomem(err, "simulating chance scores");
    for (int64_t i = 0; i < ROUND; i++) {
        x->q_off[i] = i / TARGETS * LEN;
        x->t_off[i] = i * LEN;
        x->len[i] = LEN;
    }
    return GW_OK;
}

static void sample_release(sample_t *x)
{
    free(x->query);
    free(x->target);
    free(x->q_off);
    free(x->t_off);
    free(x->len);
    free(x->hit);
}

static void random_letters(const gw_dbscoring_t *s, gw_rng_t *rng, uint8_t *p, int64_t n)
{
    double upto[GW_EXTEND_MAX_LETTERS], sum = 0;
    for (int a = 0; a < s->n_count; a++)
        upto[a] = sum += s->background[a];
    for (int64_t i = 0; i < n; i++) {
        double u = gw_rng_unit(rng);
        int a = 0;
        while (a < s->n_count - 1 && u >= upto[a])
            a++;
        p[i] = (uint8_t)a;
    }
}

static gw_status_t align_pairs(const gw_dbscoring_t *s, int64_t n_pairs, gw_engine_t *engine,
                               sample_t *x, gw_err_t *err)
{
    gw_rng_t rng;
    gw_status_t st = GW_OK;
    gw_rng_init(&rng, SEED);
    for (int64_t done = 0; done < n_pairs && st == GW_OK; done += ROUND) {
        gw_extend_batch_t b = {ROUND, x->query, x->target, x->q_off, x->t_off, x->len, x->len};
        gw_extend_in_t in = {.batch = &b, .params = &s->params};
        random_letters(s, &rng, x->query, (int64_t)ROUND / TARGETS * LEN);
        random_letters(s, &rng, x->target, (int64_t)ROUND * LEN);
        st = gw_engine_run(engine, GW_JOB_EXTEND_ENDS, &in, x->hit + done, err);
    }
    return st;
}

/* 2. lengths of alignments against their scores: least squares; variances rise from nothing */
static void fit_lengths(const gw_extend_hit_t *hit, int64_t n, gw_karlin_t *k, double *mean_len)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0, square = 0, product = 0;
    for (int64_t i = 0; i < n; i++) {
        double x = hit[i].score,
               y = (hit[i].q_end - hit[i].q_beg + hit[i].t_end - hit[i].t_beg) / 2.0;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    double mx = sx / (double)n, my = sy / (double)n, spread = sxx - sx * mx;
    k->len_rise = spread > 0 ? (sxy - sx * my) / spread : 0;
    if (!(k->len_rise > 0)) /* all scores are alike */
        k->len_rise = my / mx;
    k->len_base = my - k->len_rise * mx;
    for (int64_t i = 0; i < n; i++) {
        double expected = k->len_base + k->len_rise * hit[i].score,
               q = hit[i].q_end - hit[i].q_beg - expected,
               t = hit[i].t_end - hit[i].t_beg - expected;
        square += (q * q + t * t) / 2;
        product += q * t;
    }
    k->var_rise = square / sx;
    k->cov_rise = product > 0 ? product / sx : 0;
    *mean_len = my;
}

/* 3. lambda and K: what is most likely, given how many pairs had each score, and that those below
 *    least_score had less: there are too many ways to be unlike the law */
typedef struct {
    int32_t least, most; /* scores */
    int64_t below, *count; /* count[score - least] */
    double *log_area;      /* of score s at s - least, s up to most + 1 */
} scores_t;

/* The logarithm of the probability that a score is at least s, less that it is at least s + 1 */
static double log_likelihood(const scores_t *c, double lambda, double log_k)
{
    double sum = 0, from = exp(log_k + c->log_area[0] - lambda * c->least);
    if (c->below)
        sum -= (double)c->below * from;
    for (int32_t s = c->least; s <= c->most; s++) {
        double to = exp(log_k + c->log_area[s + 1 - c->least] - lambda * (s + 1));
        int64_t n = c->count[s - c->least];
        if (n > 0) /* exp(-to) - exp(-from) */
            sum += (double)n * (-to + log(-expm1(to - from)));
        from = to;
    }
    return sum;
}

typedef struct {
    const scores_t *c;
    double lambda, log_k;
} point_t;

/* The place of the maximum of f over [low, high], f having one, by the golden section */
static double maximum(double (*f)(point_t *p, double x), point_t *p, double low, double high,
                      int steps)
{
    const double golden = (sqrt(5) - 1) / 2;
    double a = high - golden * (high - low), b = low + golden * (high - low), fa = f(p, a),
           fb = f(p, b);
    for (int i = 0; i < steps; i++)
        if (fa < fb) {
            low = a;
            a = b;
            fa = fb;
            b = low + golden * (high - low);
            fb = f(p, b);
        } else {
            high = b;
            b = a;
            fb = fa;
            a = high - golden * (high - low);
            fa = f(p, a);
        }
    return (low + high) / 2;
}

static double by_log_k(point_t *p, double x)
{
    return log_likelihood(p->c, p->lambda, x);
}

/* K at this lambda that is most likely, and how likely */
static double by_lambda(point_t *p, double x)
{
    enum { STEPS = 48 };
    p->lambda = x;
    /* about where half of the pairs reach the least score */
    double guess = x * p->c->least - p->c->log_area[0];
    p->log_k = maximum(by_log_k, p, guess - 6, guess + 6, STEPS);
    return log_likelihood(p->c, x, p->log_k);
}

static int by_score(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

static gw_status_t count_scores(const gw_extend_hit_t *hit, int64_t n, const gw_karlin_t *k,
                                scores_t *c, gw_err_t *err)
{
    int32_t *sorted = gw_malloc((size_t)n, sizeof *sorted);
    if (!sorted)
        return gw_err_nomem(err, "fitting chance scores");
    for (int64_t i = 0; i < n; i++)
        sorted[i] = hit[i].score;
    qsort(sorted, (size_t)n, sizeof *sorted, by_score);
    c->least = sorted[n / 2] > 1 ? sorted[n / 2] : 1;
    c->most = sorted[n - 1] > c->least ? sorted[n - 1] : c->least;
    size_t scores = (size_t)(c->most - c->least) + 1;
    c->count = gw_calloc(scores, sizeof *c->count);
    c->log_area = gw_malloc(scores + 1, sizeof *c->log_area);
    for (int64_t i = 0; c->count && i < n; i++) {
        if (sorted[i] < c->least)
            c->below++;
        else
            c->count[sorted[i] - c->least]++;
    }
    free(sorted);
    if (!c->count || !c->log_area)
        return gw_err_nomem(err, "fitting chance scores");
    gw_karlin_t unit = *k; /* with lambda 0 and K 1 */
    unit.lambda = unit.log_k = 0;
    for (size_t i = 0; i <= scores; i++)
        c->log_area[i] = gw_karlin_log_pair(&unit, LEN, LEN, c->least + (int32_t)i);
    return GW_OK;
}

gw_status_t gw_karlin_fit(const gw_dbscoring_t *s, int64_t n_pairs, gw_engine_t *engine,
                          gw_karlin_t *k, gw_err_t *err)
{
    enum { STEPS = 40 };
    sample_t x = {0};
    scores_t c = {0};
    double ungapped, mean_len = 0;
    int64_t n = (n_pairs + ROUND - 1) / ROUND * ROUND;
    *k = (gw_karlin_t){0};
    gw_status_t st = gw_karlin_ungapped(s, &ungapped, err);
    if (st == GW_OK)
        st = sample_init(&x, n, err);
    if (st == GW_OK)
        st = align_pairs(s, n, engine, &x, err);
    if (st == GW_OK) {
        fit_lengths(x.hit, n, k, &mean_len);
        if (mean_len > LEN / 2.0)
            st = gw_err_set(err, GW_EUSAGE,
                            "gap costs of %d + %d a letter are too low for %s: alignments that chance "
                            "makes span whole sequences and have no E-values; raise --gap-open or "
                            "--gap-extend",
                            s->params.gap_open, s->params.gap_extend, s->name);
    }
    if (st == GW_OK)
        st = count_scores(x.hit, n, k, &c, err);
    if (st == GW_OK) {
        point_t p = {.c = &c};
        k->lambda = maximum(by_lambda, &p, 0.1 * ungapped, ungapped, STEPS);
        by_lambda(&p, k->lambda);
        k->log_k = p.log_k;
    }
    free(c.count);
    free(c.log_area);
    sample_release(&x);
    return st;
}
