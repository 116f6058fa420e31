#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cblas.h>
#include <lapacke.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "pca/krylov.h"

typedef struct {
    const gw_krylov_opts_t *o;
    gw_krylov_apply_fn apply;
    void *ctx;
    gw_krylov_result_t *out;
    double *basis, *image; /* B and A B: n x max_cols */
    int n_basis;
    double *t, *ritz; /* max_cols^2; max_cols */
    double *coef;     /* max_cols x n_cols */
    double *work;     /* n x n_cols */
} krylov_t;

enum {
    LANES = 16, /* a block's columns are a multiple: what the genotype kernels multiply at once */
    SPARE_COLS = 6,
    WINDOWS = 16,
    MIN_BLOCKS_A_WINDOW = 2,
    BASIS_BLOCKS = 15,
    BASIS_BLOCKS_LARGE = 6,
    LARGE = 50000
};

static int block_cols(int k)
{
    return (k + SPARE_COLS + LANES - 1) / LANES * LANES;
}

gw_krylov_opts_t gw_krylov_plan(int64_t n, int k, int64_t n_blocks)
{
    int l = block_cols(k);
    return (gw_krylov_opts_t){.n = n,
                              .k = k,
                              .n_cols = l,
                              .max_cols = (n < LARGE ? BASIS_BLOCKS : BASIS_BLOCKS_LARGE) * l,
                              .n_windows = n_blocks >= WINDOWS * MIN_BLOCKS_A_WINDOW ? WINDOWS : 1};
}

bool gw_krylov_fits(int64_t n, int k)
{
    return 3 * block_cols(k) <= n;
}

static gw_status_t lapack_failed(gw_err_t *err, const char *name, int info)
{
    if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR)
        return gw_err_nomem(err, "solving for components");
    return gw_err_set(err, GW_EINTERNAL, "LAPACK's %s failed with %d", name, info);
}

gw_status_t gw_krylov_orthonormalise(int n, int l, double *a, gw_err_t *err)
{
    double *tau = gw_malloc((size_t)l, sizeof *tau);
    if (!tau)
        return gw_err_nomem(err, "solving for components");
    const char *name = "dgeqrf";
    int info = LAPACKE_dgeqrf(LAPACK_COL_MAJOR, n, l, a, n, tau);
    if (!info) {
        name = "dorgqr";
        info = LAPACKE_dorgqr(LAPACK_COL_MAJOR, n, l, l, a, n, tau);
    }
    free(tau);
    return info ? lapack_failed(err, name, info) : GW_OK;
}

/* Takes the basis out of a and orthonormalises, again for what rounding leaves behind, and a third
 * time for columns that lay in the basis: the first turn makes them unit vectors of noise, the
 * others take the basis out of that. */
static gw_status_t new_block(krylov_t *s, double *a, gw_err_t *err)
{
    int n = (int)s->o->n, l = s->o->n_cols, m = s->n_basis;
    gw_status_t st = GW_OK;
    for (int turn = 0; turn < 3 && st == GW_OK; turn++) {
        cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, m, l, n, 1, s->basis, n, a, n, 0,
                    s->coef, m);
        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, l, m, -1, s->basis, n, s->coef, m,
                    1, a, n);
        st = gw_krylov_orthonormalise(n, l, a, err);
    }
    return st;
}

static gw_status_t start(krylov_t *s, gw_err_t *err)
{
    int64_t n = s->o->n, size = n * s->o->n_cols;
    gw_rng_t rng;
    gw_rng_init(&rng, s->o->seed);
    for (int64_t i = 0; i < size; i++)
        s->basis[i] = gw_rng_normal(&rng);
    for (int c = 0; c < s->o->n_cols; c++) { /* a centred matrix has nothing along 1 */
        double *col = s->basis + c * n, sum = 0;
        for (int64_t i = 0; i < n; i++)
            sum += col[i];
        for (int64_t i = 0; i < n; i++)
            col[i] -= sum / (double)n;
    }
    return gw_krylov_orthonormalise((int)n, s->o->n_cols, s->basis, err);
}

/* One pass over n_windows windows: the product since the last turn becomes the new start after
 * windows 1, 2, 4, 8... and at the end. */
static gw_status_t warm_up(krylov_t *s, gw_err_t *err)
{
    int64_t size = s->o->n * s->o->n_cols;
    double *sum = s->image; /* not in use yet */
    memset(sum, 0, (size_t)size * sizeof *sum);
    for (int w = 0, turn = 1; w < s->o->n_windows; w++) {
        gw_status_t st = s->apply(s->ctx, w, s->o->n_windows, s->o->n_cols, s->basis, s->work, err);
        if (st != GW_OK)
            return st;
        for (int64_t i = 0; i < size; i++)
            sum[i] += s->work[i];
        if (w + 1 == turn || w + 1 == s->o->n_windows) {
            memcpy(s->basis, sum, (size_t)size * sizeof *sum);
            st = gw_krylov_orthonormalise((int)s->o->n, s->o->n_cols, s->basis, err);
            if (st != GW_OK)
                return st;
            memset(sum, 0, (size_t)size * sizeof *sum);
            turn *= 2;
        }
    }
    s->out->n_passes++;
    return GW_OK;
}

/* The pairs of T = B^T A B: values into ritz and vectors into t, both rising. */
static gw_status_t rayleigh_ritz(krylov_t *s, gw_err_t *err)
{
    int n = (int)s->o->n, m = s->n_basis;
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, m, m, n, 1, s->basis, n, s->image, n, 0,
                s->t, m);
    for (int i = 0; i < m; i++)
        for (int j = 0; j < i; j++)
            s->t[i * m + j] = s->t[j * m + i] = (s->t[i * m + j] + s->t[j * m + i]) / 2;
    int info = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', m, s->t, m, s->ritz);
    return info ? lapack_failed(err, "dsyevd", info) : GW_OK;
}

double gw_krylov_bound(int k, const double *value, const double *residual, double next)
{
    double sum = 0;
    for (int j = 0; j < k; j++) {
        double gap = value[j] - next, sine = residual[j] * value[j] / gap;
        if (!(gap > 0))
            return INFINITY;
        sum += sine * sine;
    }
    return sum / k;
}

/* Vectors, values, residuals and bound of the k largest pairs. */
static void take_pairs(krylov_t *s)
{
    int n = (int)s->o->n, m = s->n_basis, k = s->o->k;
    const double *top = s->t + (size_t)(m - k) * (size_t)m; /* rising: column k-1 is the largest */
    gw_krylov_result_t *r = s->out;
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, k, m, 1, s->image, n, top, m, 0,
                s->work, n);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, k, m, 1, s->basis, n, top, m, 0,
                r->vector, n);
    for (int j = 0; j < k / 2; j++) /* falling */
        cblas_dswap(n, r->vector + (size_t)j * (size_t)n, 1,
                    r->vector + (size_t)(k - 1 - j) * (size_t)n, 1);
    for (int j = 0; j < k; j++) {
        const double *u = r->vector + (size_t)j * (size_t)n;
        const double *au = s->work + (size_t)(k - 1 - j) * (size_t)n;
        double sum = 0;
        r->value[j] = s->ritz[m - 1 - j];
        for (int i = 0; i < n; i++) {
            double d = au[i] - r->value[j] * u[i];
            sum += d * d;
        }
        r->residual[j] = r->value[j] > 0 ? sqrt(sum) / r->value[j] : INFINITY;
    }
    r->bound = gw_krylov_bound(k, r->value, r->residual, m > k ? s->ritz[m - 1 - k] : 0);
}

/* Keeps the largest Ritz pairs, a third of the room, as the basis. */
static int room(const gw_krylov_opts_t *o)
{
    return o->max_cols < o->n ? o->max_cols : (int)o->n;
}

static int kept_cols(const gw_krylov_opts_t *o)
{
    return room(o) / 3;
}

static void condense(krylov_t *s, double *spare)
{
    int n = (int)s->o->n, m = s->n_basis, l = kept_cols(s->o);
    const double *top = s->t + (size_t)(m - l) * (size_t)m;
    double *both[2] = {s->basis, s->image};
    for (int b = 0; b < 2; b++) {
        cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, l, m, 1, both[b], n, top, m, 0,
                    spare, n);
        memcpy(both[b], spare, (size_t)n * (size_t)l * sizeof *spare);
    }
    s->n_basis = l;
}

/* Products in single precision leave residuals of some 1e-7: more passes would not change them. */
static bool at_floor(const krylov_t *s)
{
    for (int j = 0; j < s->o->k; j++)
        if (s->out->residual[j] > s->o->floor)
            return false;
    return true;
}

static gw_status_t iterate(krylov_t *s, gw_err_t *err)
{
    const gw_krylov_opts_t *o = s->o;
    size_t size = (size_t)o->n * (size_t)o->n_cols;
    double *next = gw_malloc(size, sizeof *next);
    double *spare = gw_malloc((size_t)o->n * (size_t)kept_cols(o), sizeof *spare);
    gw_status_t st = next && spare ? GW_OK : gw_err_nomem(err, "solving for components");
    while (st == GW_OK) {
        double *last = s->basis + (size_t)s->n_basis * (size_t)o->n;
        double *image = s->image + (size_t)s->n_basis * (size_t)o->n;
        st = s->apply(s->ctx, 0, 1, o->n_cols, last, image, err);
        if (st != GW_OK)
            break;
        s->out->n_passes++;
        s->n_basis += o->n_cols;
        memcpy(next, image, size * sizeof *next);
        st = rayleigh_ritz(s, err);
        if (st != GW_OK)
            break;
        take_pairs(s);
        gw_log_debug("pass %d: basis %d, 1 - MEV below %.2g", s->out->n_passes, s->n_basis,
                     s->out->bound);
        s->out->converged = s->out->bound <= o->tol;
        if (s->out->converged || at_floor(s) || s->out->n_passes >= o->max_passes)
            break;
        if (s->n_basis + o->n_cols > o->n) /* a block must have dimensions of its own */
            condense(s, spare);
        st = new_block(s, next, err); /* against all of the basis, before parts of it go */
        if (s->n_basis + o->n_cols > o->max_cols)
            condense(s, spare);
        memcpy(s->basis + (size_t)s->n_basis * (size_t)o->n, next, size * sizeof *next);
    }
    free(next);
    free(spare);
    return st;
}

gw_status_t gw_krylov_run(const gw_krylov_opts_t *o, gw_krylov_apply_fn apply, void *ctx,
                          gw_krylov_result_t *out, gw_err_t *err)
{
    size_t n = (size_t)o->n, m = (size_t)o->max_cols, l = (size_t)o->n_cols;
    krylov_t s = {.o = o, .apply = apply, .ctx = ctx, .out = out};
    s.basis = gw_malloc(n * m, sizeof(double));
    s.image = gw_malloc(n * m, sizeof(double));
    s.t = gw_malloc(m * m, sizeof(double));
    s.ritz = gw_malloc(m, sizeof(double));
    s.work = gw_malloc(n * l, sizeof(double));
    s.coef = gw_malloc(m * l, sizeof(double));
    gw_status_t st = s.basis && s.image && s.t && s.ritz && s.work && s.coef
                         ? GW_OK
                         : gw_err_nomem(err, "solving for components");
    out->n_passes = 0;
    out->converged = false;
    if (st == GW_OK)
        st = start(&s, err);
    if (st == GW_OK && o->n_windows > 1)
        st = warm_up(&s, err);
    if (st == GW_OK)
        st = iterate(&s, err);
    free(s.basis);
    free(s.image);
    free(s.t);
    free(s.ritz);
    free(s.work);
    free(s.coef);
    return st;
}
