#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cblas.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "pca/eigen.h"
#include "pca/emfit.h"
#include "pca/krylov.h"

enum { SPARE = 6 };
/* individual frequencies stay this far from 0 and 1, so that no likelihood is overruled */
static const double EDGE = 1e-4;

/* 1. expectations */

/* Copies expected of a genotype with likelihoods l of 0 and 1 copies, and their square. */
static double from_likelihoods(const float *l, double p, double *square)
{
    double f = p / 2 < EDGE ? EDGE : p / 2 > 1 - EDGE ? 1 - EDGE : p / 2;
    double l0 = (double)l[0], l1 = (double)l[1], l2 = 1 - l0 - l1;
    double a = (1 - f) * (1 - f) * l0, b = 2 * f * (1 - f) * l1, c = f * f * (l2 > 0 ? l2 : 0);
    *square = (b + 4 * c) / (a + b + c);
    return (b + 2 * c) / (a + b + c);
}

static double from_call(const uint8_t *row, int64_t i, double p)
{
    int g = (row[i / 4] >> (2 * (i % 4))) & 3;
    return g < 3 ? g : p < 0 ? 0 : p > 2 ? 2 : p;
}

/* Expectations e of variant v, whose data are at row; squares too unless NULL. */
static void expect(const gw_emfit_t *fit, int64_t v, const void *row, double *e, double *square)
{
    int64_t n = fit->n_samples;
    double unused;
    for (int64_t i = 0; i < n; i++)
        e[i] = fit->before[v];
    for (int c = 0; c < fit->k; c++) {
        double w = fit->w[c * fit->n_variants + v];
        const double *u = fit->u + c * n;
        for (int64_t i = 0; i < n && w != 0; i++)
            e[i] += w * u[i];
    }
    for (int64_t i = 0; i < n; i++)
        e[i] = fit->lik ? from_likelihoods((const float *)row + 2 * i, e[i],
                                           square ? &square[i] : &unused)
                        : from_call(row, i, e[i]);
}

static int64_t block_rows(const gw_emfit_t *fit)
{
    return fit->lik ? gw_blockstore_block_rows(fit->lik->store)
                    : gw_genostore_block_rows(fit->calls->store);
}

static size_t row_bytes(const gw_emfit_t *fit)
{
    return fit->lik ? 2 * (size_t)fit->n_samples * sizeof(float)
                    : gw_genostore_row_bytes(fit->calls->store);
}

static gw_status_t open_block(void *ctx, int64_t block, gw_err_t *err)
{
    gw_emfit_t *fit = ctx;
    if (fit->lik)
        return gw_blockstore_read(fit->lik->store, block, fit->buffer, &fit->rows, err);
    const uint8_t *rows = NULL;
    gw_status_t st = gw_genostore_read(fit->calls->store, block, fit->buffer, &rows, err);
    fit->rows = rows;
    return st;
}

static const void *row_at(const gw_emfit_t *fit, int64_t v)
{
    return (const char *)fit->rows + (size_t)(v % block_rows(fit)) * row_bytes(fit);
}

/* 2. fitting: rows are centred at the means of the round at hand, which are kept */
static gw_status_t centred_rows(void *ctx, int64_t first, int64_t n_rows, double *rows,
                                gw_err_t *err)
{
    gw_emfit_t *fit = ctx;
    (void)err;
    int64_t n = fit->n_samples;
    for (int64_t r = 0; r < n_rows; r++) {
        double sum = 0, *e = rows + r * n;
        expect(fit, first + r, row_at(fit, first + r), e, NULL);
        for (int64_t i = 0; i < n; i++)
            sum += e[i];
        fit->mean[first + r] = sum / (double)n;
        for (int64_t i = 0; i < n; i++)
            e[i] -= fit->mean[first + r];
    }
    return GW_OK;
}

/* What a fit works with: a block of l columns. */
typedef struct {
    int l;
    double *q, *h, *next;                   /* n_samples x l */
    double *y;                              /* n_variants x l */
    double *t, *vectors, *value, *residual; /* l x l; l x l; l; l */
    double *w;                              /* n_variants x k */
    double *overlap;                        /* k x k, twice */
} room_t;

static bool make_room(room_t *r, const gw_emfit_t *fit)
{
    size_t n = (size_t)fit->n_samples, m = (size_t)fit->n_variants, l = (size_t)r->l;
    r->q = gw_malloc(n * l, sizeof(double));
    r->h = gw_malloc(n * l, sizeof(double));
    r->next = gw_malloc(n * l, sizeof(double));
    r->y = gw_malloc(m * l, sizeof(double));
    r->t = gw_malloc(l * l, sizeof(double));
    r->vectors = gw_malloc(l * l, sizeof(double));
    r->value = gw_malloc(l, sizeof(double));
    r->residual = gw_malloc(l, sizeof(double));
    r->overlap = gw_malloc(2 * (size_t)fit->k * (size_t)fit->k, sizeof(double));
    r->w = gw_malloc(m * (size_t)fit->k, sizeof(double));
    return r->q && r->h && r->next && r->y && r->t && r->vectors && r->value && r->residual &&
           r->overlap && r->w;
}

static void release_room(room_t *r)
{
    free(r->q);
    free(r->h);
    free(r->next);
    free(r->y);
    free(r->t);
    free(r->vectors);
    free(r->value);
    free(r->residual);
    free(r->overlap);
    free(r->w);
}

static void start(room_t *r, int64_t n, uint64_t seed)
{
    gw_rng_t rng;
    gw_rng_init(&rng, seed);
    for (int64_t i = 0; i < n * r->l; i++)
        r->q[i] = gw_rng_normal(&rng);
}

/* Root mean square of what predicted frequencies (half the copies) change by when r->next, r->w and
 * fit->mean take over: |UW' - VX'|^2 = |W|^2 + |X|^2 - 2 tr((V'U)(W'X)), U and V orthonormal. */
static double moved(const gw_emfit_t *fit, const room_t *r)
{
    int n = (int)fit->n_samples, m = (int)fit->n_variants, k = fit->k;
    double *inner = r->overlap, *outer = r->overlap + k * k, means = 0;
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, k, k, n, 1, fit->u, n, r->next, n, 0,
                inner, k);
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, k, k, m, 1, fit->w, m, r->w, m, 0, outer,
                k);
    double squares = cblas_ddot(m * k, fit->w, 1, fit->w, 1) + cblas_ddot(m * k, r->w, 1, r->w, 1) -
                     2 * cblas_ddot(k * k, inner, 1, outer, 1);
    for (int v = 0; v < m; v++)
        means += (fit->mean[v] - fit->before[v]) * (fit->mean[v] - fit->before[v]);
    squares = (squares > 0 ? squares : 0) / n + means;
    return sqrt(squares / m) / 2;
}

/* The model from a pass: the best k directions within q, their weights, and q for the next pass. */
static gw_status_t turn(gw_emfit_t *fit, room_t *r, gw_err_t *err)
{
    int n = (int)fit->n_samples, l = r->l, k = fit->k;
    int m = (int)fit->n_variants;
    double bound;
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, l, l, n, 1, r->q, n, r->h, n, 0, r->t, l);
    for (int i = 0; i < l; i++)
        for (int j = 0; j < i; j++)
            r->t[i * l + j] = r->t[j * l + i] = (r->t[i * l + j] + r->t[j * l + i]) / 2;
    gw_status_t st = gw_eigen_top(l, l, r->t, r->value, r->vectors, r->residual, &bound, err);
    if (st != GW_OK)
        return st;
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, k, l, 1, r->q, n, r->vectors, l, 0,
                r->next, n);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, m, k, l, 1, r->y, m, r->vectors, l, 0,
                r->w, m);
    fit->change = moved(fit, r);
    memcpy(fit->u, r->next, (size_t)n * (size_t)k * sizeof *fit->u);
    memcpy(fit->w, r->w, (size_t)m * (size_t)k * sizeof *fit->w);
    memcpy(fit->before, fit->mean, (size_t)m * sizeof *fit->mean);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, l, l, 1, r->h, n, r->vectors, l, 0,
                r->q, n);
    return gw_krylov_orthonormalise(n, l, r->q, err);
}

static gw_rowop_t operator_on(gw_emfit_t *fit, gw_rowop_rows_fn rows, int threads)
{
    return (gw_rowop_t){.n_rows = fit->n_variants,
                        .n_cols = fit->n_samples,
                        .block_rows = block_rows(fit),
                        .ctx = fit,
                        .open = open_block,
                        .rows = rows,
                        .divisor = (double)fit->n_variants,
                        .threads = threads};
}

static gw_status_t rounds(gw_emfit_t *fit, const gw_emfit_opts_t *o, gw_err_t *err)
{
    room_t r = {.l = o->k + SPARE < fit->n_samples ? o->k + SPARE : (int)fit->n_samples - 1};
    gw_rowop_t op = operator_on(fit, centred_rows, o->threads);
    gw_status_t st = make_room(&r, fit) ? GW_OK : gw_err_nomem(err, "fitting");
    if (st == GW_OK) {
        start(&r, fit->n_samples, o->seed);
        st = gw_krylov_orthonormalise((int)fit->n_samples, r.l, r.q, err);
    }
    while (st == GW_OK && !fit->converged && fit->n_rounds < o->max_rounds) {
        st = gw_rowop_both(&op, r.l, r.q, r.y, r.h, err);
        if (st == GW_OK)
            st = turn(fit, &r, err);
        fit->n_rounds++;
        fit->converged = fit->n_rounds > 1 && fit->change <= o->tol;
        gw_log_debug("round %d: predicted frequencies moved by %.2g", fit->n_rounds, fit->change);
    }
    gw_progress_end();
    release_room(&r);
    return st;
}

/* 3. the fitted matrix: centred at 2f and divided by sqrt(2f(1-f)) */
static gw_status_t scaled_rows(void *ctx, int64_t first, int64_t n_rows, double *rows,
                               gw_err_t *err)
{
    const gw_emfit_t *fit = ctx;
    (void)err;
    int64_t n = fit->n_samples;
    for (int64_t r = 0; r < n_rows; r++) {
        int64_t v = first + r;
        expect(fit, v, row_at(fit, v), rows + r * n, NULL);
        for (int64_t i = 0; i < n; i++)
            rows[r * n + i] = (rows[r * n + i] - fit->mean[v]) * fit->scale[v];
    }
    return GW_OK;
}

/* Means and scales of the last expectations, what variance they leave, and the trace. */
static gw_status_t settle(gw_emfit_t *fit, gw_err_t *err)
{
    int64_t n = fit->n_samples, m = fit->n_variants;
    double *e = gw_malloc((size_t)n, sizeof *e), *square = gw_calloc((size_t)n, sizeof *square);
    gw_status_t st = e && square ? GW_OK : gw_err_nomem(err, "fitting");
    for (int64_t v = 0; v < m && st == GW_OK; v++) {
        if (v % block_rows(fit) == 0)
            st = open_block(fit, v / block_rows(fit), err);
        if (st != GW_OK)
            break;
        expect(fit, v, row_at(fit, v), e, square);
        double sum = 0;
        for (int64_t i = 0; i < n; i++)
            sum += e[i];
        double mean = fit->mean[v] = sum / (double)n, f = mean / 2, s = 2 * f * (1 - f);
        fit->scale[v] = s > 0 ? 1 / sqrt(s) : 0;
        for (int64_t i = 0; i < n && s > 0; i++) {
            double rest = fit->lik ? (square[i] - e[i] * e[i]) / s : 0;
            fit->total += (e[i] - mean) * (e[i] - mean) / s + rest;
            fit->diagonal[i] += rest / (double)m;
        }
    }
    fit->total /= (double)m;
    free(e);
    free(square);
    return st;
}

gw_status_t gw_emfit_run(const gw_likdata_t *lik, const gw_genodata_t *calls,
                         const gw_emfit_opts_t *o, gw_emfit_t *fit, gw_err_t *err)
{
    *fit = (gw_emfit_t){.lik = lik, .calls = calls, .k = o->k};
    fit->n_samples = lik ? lik->n_samples : calls->n_samples;
    fit->n_variants = lik ? lik->n_variants : calls->n_variants;
    if (o->k >= fit->n_samples || o->k > fit->n_variants)
        return gw_err_set(err, GW_EDATA,
                          "%" PRId64 " samples and %" PRId64
                          " variants are too few to fit %d components; give a smaller "
                          "--em-components",
                          fit->n_samples, fit->n_variants, o->k);
    size_t n = (size_t)fit->n_samples, m = (size_t)fit->n_variants, k = (size_t)o->k;
    fit->u = gw_calloc(n * k, sizeof *fit->u);
    fit->w = gw_calloc(m * k, sizeof *fit->w);
    fit->mean = gw_malloc(m, sizeof *fit->mean);
    fit->before = gw_malloc(m, sizeof *fit->before);
    fit->scale = gw_calloc(m, sizeof *fit->scale);
    fit->diagonal = gw_calloc(n, sizeof *fit->diagonal);
    fit->buffer = gw_malloc((size_t)block_rows(fit), row_bytes(fit));
    openblas_set_num_threads(1); /* its sums change with the number of threads */
    gw_status_t st =
        fit->u && fit->w && fit->mean && fit->before && fit->scale && fit->diagonal && fit->buffer
            ? GW_OK
            : gw_err_nomem(err, "fitting");
    for (size_t v = 0; v < m && st == GW_OK; v++)
        fit->before[v] = lik ? 2 * lik->freq[v] : calls->mean[v];
    if (st == GW_OK)
        st = rounds(fit, o, err);
    if (st == GW_OK)
        st = settle(fit, err);
    if (st != GW_OK)
        gw_emfit_release(fit);
    return st;
}

void gw_emfit_release(gw_emfit_t *fit)
{
    free(fit->u);
    free(fit->w);
    free(fit->mean);
    free(fit->before);
    free(fit->scale);
    free(fit->diagonal);
    free(fit->buffer);
    *fit = (gw_emfit_t){0};
}

gw_rowop_t gw_emfit_op(gw_emfit_t *fit, int threads)
{
    gw_rowop_t op = operator_on(fit, scaled_rows, threads);
    op.diagonal = fit->lik ? fit->diagonal : NULL;
    return op;
}
