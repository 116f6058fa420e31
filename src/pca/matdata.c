#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "pca/matdata.h"

/* A block of about 8 MB; its rows are a multiple of what a thread takes at a time. */
enum { BLOCK_BYTES = 8 << 20, MIN_ROWS = 64, MAX_ROWS = 4096 };

typedef struct {
    const gw_matload_t *o;
    gw_matreader_t *r;
    gw_matdata_t *d;
    int64_t n_rows, n_cols;
    double *sum; /* by sample */
} load_t;

static gw_status_t new_store(const load_t *s, uint64_t max_bytes, gw_blockstore_t **out,
                             gw_err_t *err)
{
    size_t row_bytes = (size_t)s->n_cols * sizeof(double);
    int64_t rows = (int64_t)(BLOCK_BYTES / row_bytes) / MIN_ROWS * MIN_ROWS;
    rows = rows < MIN_ROWS ? MIN_ROWS : rows > MAX_ROWS ? MAX_ROWS : rows;
    return gw_blockstore_create(row_bytes, rows, max_bytes, s->o->tmp_dir, out, err);
}

static const char *sample_name(const load_t *s, int64_t row, int64_t col)
{
    return s->d->samples_are_rows ? gw_matreader_vector_name(s->r, row)
                                  : gw_matreader_value_name(s->r, col);
}

static gw_status_t take_row(load_t *s, const double *x, gw_err_t *err)
{
    for (int64_t j = 0; j < s->n_cols; j++) {
        if (isnan(x[j])) {
            s->d->n_missing++;
            continue;
        }
        if (s->o->log_normalise && x[j] < 0)
            return gw_err_set(err, GW_EDATA,
                              "sample %s has the count %g; --log-normalise takes counts, which are "
                              "not negative",
                              sample_name(s, s->n_rows, j), x[j]);
        s->sum[s->d->samples_are_rows ? s->n_rows : j] += x[j];
    }
    return GW_OK;
}

static gw_status_t read_all(load_t *s, gw_err_t *err)
{
    bool got = true;
    size_t cap = 0;
    gw_status_t st = new_store(s, s->o->log_normalise ? s->o->max_bytes / 2 : s->o->max_bytes,
                               &s->d->store, err);
    double *row = gw_malloc((size_t)s->n_cols, sizeof *row);
    if (!s->d->samples_are_rows)
        s->sum = gw_calloc((size_t)s->n_cols, sizeof *s->sum);
    if (st == GW_OK && (!row || (!s->d->samples_are_rows && !s->sum)))
        st = gw_err_nomem(err, "reading a matrix");
    while (st == GW_OK) {
        void *slot;
        st = gw_matreader_next(s->r, row, &got, err);
        if (st != GW_OK || !got)
            break;
        if (s->d->samples_are_rows) {
            if (!GW_GROW(s->sum, cap, (size_t)s->n_rows + 1)) {
                st = gw_err_nomem(err, "reading a matrix");
                break;
            }
            s->sum[s->n_rows] = 0;
        }
        st = take_row(s, row, err);
        if (st == GW_OK)
            st = gw_blockstore_add(s->d->store, &slot, err);
        if (st == GW_OK)
            memcpy(slot, row, (size_t)s->n_cols * sizeof *row);
        s->n_rows++;
        if (s->n_rows % 256 == 0)
            gw_progress("reading", (uint64_t)s->n_rows, 0, "rows");
    }
    gw_progress_end();
    free(row);
    return st == GW_OK ? gw_blockstore_finish(s->d->store, err) : st;
}

/* Calls each for every row of the store, in order. */
typedef gw_status_t (*row_fn)(load_t *s, int64_t row, const double *x, void *ctx, gw_err_t *err);
static gw_status_t each_row(load_t *s, row_fn each, void *ctx, gw_err_t *err)
{
    const gw_blockstore_t *b = s->d->store;
    gw_status_t st = GW_OK;
    void *buffer =
        gw_malloc((size_t)gw_blockstore_block_rows(b) * (size_t)s->n_cols, sizeof(double));
    if (!buffer)
        return gw_err_nomem(err, "reading a matrix");
    for (int64_t i = 0; i < gw_blockstore_n_blocks(b) && st == GW_OK; i++) {
        const void *rows = NULL;
        st = gw_blockstore_read(b, i, buffer, &rows, err);
        for (int64_t v = 0; v < gw_blockstore_rows_in(b, i) && st == GW_OK; v++)
            st = each(s, i * gw_blockstore_block_rows(b) + v, (const double *)rows + v * s->n_cols,
                      ctx, err);
    }
    free(buffer);
    return st;
}

/* 1. logarithms */
static gw_status_t log_row(load_t *s, int64_t row, const double *x, void *ctx, gw_err_t *err)
{
    gw_blockstore_t *to = ctx;
    void *slot;
    gw_status_t st = gw_blockstore_add(to, &slot, err);
    double *y = slot;
    for (int64_t j = 0; j < s->n_cols && st == GW_OK; j++)
        y[j] = x[j] == 0 ? 0 : log1p(x[j] / s->sum[s->d->samples_are_rows ? row : j]);
    return st;
}

static gw_status_t log_normalise(load_t *s, gw_err_t *err)
{
    double all = 0;
    for (int64_t i = 0; i < s->d->n_samples; i++) {
        if (!(s->sum[i] > 0))
            return gw_err_set(err, GW_EDATA,
                              "sample %s has no counts; leave it out before --log-normalise",
                              sample_name(s, i, i));
        all += s->sum[i];
    }
    for (int64_t i = 0; i < s->d->n_samples; i++)
        s->sum[i] /= all / (double)s->d->n_samples;
    gw_blockstore_t *to = NULL;
    gw_status_t st = new_store(s, s->o->max_bytes / 2, &to, err);
    if (st == GW_OK)
        st = each_row(s, log_row, to, err);
    if (st == GW_OK)
        st = gw_blockstore_finish(to, err);
    gw_blockstore_destroy(st == GW_OK ? s->d->store : to);
    if (st == GW_OK)
        s->d->store = to;
    return st;
}

/* 2. means and scales, in two passes: sums, then squares about the means */
static gw_status_t add_sums(load_t *s, int64_t row, const double *x, void *ctx, gw_err_t *err)
{
    double *called = ctx;
    (void)err;
    for (int64_t j = 0; j < s->n_cols; j++) {
        int64_t v = s->d->samples_are_rows ? j : row;
        if (!isnan(x[j])) {
            s->d->mean[v] += x[j];
            called[v]++;
        }
    }
    return GW_OK;
}

static gw_status_t add_squares(load_t *s, int64_t row, const double *x, void *ctx, gw_err_t *err)
{
    double *squares = ctx;
    (void)err;
    for (int64_t j = 0; j < s->n_cols; j++) {
        int64_t v = s->d->samples_are_rows ? j : row;
        double e = isnan(x[j]) ? 0 : x[j] - s->d->mean[v];
        squares[v] += e * e;
    }
    return GW_OK;
}

/* One variable's centre and scale from its mean, squares about it and number of values. */
static void set_scale(gw_matdata_t *d, gw_matscale_t how, int64_t v, double squares, double called)
{
    double n = (double)d->n_samples, mean = d->mean[v];
    /* what rounding leaves of a constant is no variance */
    bool constant = !(squares > 1e-28 * called * mean * mean) || called < 2;
    d->n_constant += constant;
    d->center[v] = how == GW_MATSCALE_NONE ? 0 : mean;
    d->scale[v] = 1;
    if (how == GW_MATSCALE_SD && !constant)
        d->scale[v] = 1 / sqrt(squares / (called - 1));
    else if (how != GW_MATSCALE_NONE && constant)
        d->scale[v] = 0;
    double z = how == GW_MATSCALE_NONE ? squares + n * mean * mean : squares;
    d->total += d->scale[v] * d->scale[v] * z;
}

static gw_status_t standardise(load_t *s, gw_err_t *err)
{
    gw_matdata_t *d = s->d;
    size_t m = (size_t)d->n_variables;
    double *called = gw_calloc(m, sizeof *called), *squares = gw_calloc(m, sizeof *squares);
    d->mean = gw_calloc(m, sizeof *d->mean);
    d->center = gw_calloc(m, sizeof *d->center);
    d->scale = gw_calloc(m, sizeof *d->scale);
    gw_status_t st = called && squares && d->mean && d->center && d->scale
                         ? each_row(s, add_sums, called, err)
                         : gw_err_nomem(err, "reading a matrix");
    for (size_t v = 0; v < m && st == GW_OK; v++) {
        if (called[v] == 0)
            st = gw_err_set(err, GW_EDATA, "variable %s has no value at all; leave it out",
                            d->samples_are_rows ? gw_matreader_value_name(s->r, (int64_t)v)
                                                : gw_matreader_vector_name(s->r, (int64_t)v));
        else
            d->mean[v] /= called[v];
    }
    if (st == GW_OK)
        st = each_row(s, add_squares, squares, err);
    for (size_t v = 0; v < m && st == GW_OK; v++)
        set_scale(d, s->o->scale, (int64_t)v, squares[v], called[v]);
    free(called);
    free(squares);
    if (st == GW_OK && !(d->total > 0))
        st = gw_err_set(err, GW_EDATA, "no variable varies between samples");
    return st;
}

/* 3. loading */
gw_status_t gw_matdata_load(gw_matreader_t *r, const gw_matload_t *o, gw_matdata_t *d,
                            gw_err_t *err)
{
    memset(d, 0, sizeof *d);
    load_t s = {.o = o, .r = r, .d = d, .n_cols = gw_matreader_length(r)};
    d->samples_are_rows = gw_matreader_by_column(r) == o->samples_are_columns;
    d->threads = o->threads;
    gw_status_t st = read_all(&s, err);
    d->n_samples = d->samples_are_rows ? s.n_rows : s.n_cols;
    d->n_variables = d->samples_are_rows ? s.n_cols : s.n_rows;
    d->divisor = (double)(o->scale == GW_MATSCALE_NONE ? d->n_samples : d->n_samples - 1);
    if (st == GW_OK && o->log_normalise)
        st = log_normalise(&s, err);
    if (st == GW_OK)
        st = standardise(&s, err);
    if (st == GW_OK) {
        d->buffer = gw_malloc((size_t)gw_blockstore_block_rows(d->store) * (size_t)s.n_cols,
                              sizeof(double));
        if (!d->buffer)
            st = gw_err_nomem(err, "reading a matrix");
    }
    free(s.sum);
    if (st != GW_OK)
        gw_matdata_release(d);
    return st;
}

void gw_matdata_release(gw_matdata_t *d)
{
    gw_blockstore_destroy(d->store);
    free(d->mean);
    free(d->center);
    free(d->scale);
    free(d->buffer);
    memset(d, 0, sizeof *d);
}

static gw_status_t open_block(void *ctx, int64_t block, gw_err_t *err)
{
    gw_matdata_t *d = ctx;
    return gw_blockstore_read(d->store, block, d->buffer, &d->rows, err);
}

static gw_status_t block_rows(void *ctx, int64_t first, int64_t n, double *rows, gw_err_t *err)
{
    const gw_matdata_t *d = ctx;
    (void)err;
    int64_t cols = d->samples_are_rows ? d->n_variables : d->n_samples;
    const double *x = (const double *)d->rows + first % gw_blockstore_block_rows(d->store) * cols;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < cols; j++) {
            int64_t v = d->samples_are_rows ? j : first + i;
            double a = x[i * cols + j];
            rows[i * cols + j] = ((isnan(a) ? d->mean[v] : a) - d->center[v]) * d->scale[v];
        }
    return GW_OK;
}

gw_rowop_t gw_matdata_op(gw_matdata_t *d)
{
    bool rows = d->samples_are_rows;
    return (gw_rowop_t){.n_rows = rows ? d->n_samples : d->n_variables,
                        .n_cols = rows ? d->n_variables : d->n_samples,
                        .block_rows = gw_blockstore_block_rows(d->store),
                        .ctx = d,
                        .open = open_block,
                        .rows = block_rows,
                        .divisor = d->divisor,
                        .threads = d->threads};
}
