#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "pca/likdata.h"

enum { BLOCK_BYTES = 8 << 20, MIN_ROWS = 64, MAX_ROWS = 4096, EM_ROUNDS = 200 };
static const double EM_CHANGE = 1e-7;

static bool is_flat(const float *l)
{
    const float alike = 1e-4f; /* rounding of a text file's thirds */
    return fabsf(l[0] - l[1]) < alike && fabsf(l[1] - l[2]) < alike;
}

/* The frequency whose Hardy-Weinberg genotypes give the likelihoods the largest product. */
static double frequency(const float *lik, int64_t n)
{
    double f = 0.25;
    for (int round = 0; round < EM_ROUNDS; round++) {
        double sum = 0, called = 0, p[3] = {(1 - f) * (1 - f), 2 * f * (1 - f), f * f};
        for (int64_t i = 0; i < n; i++) {
            const float *l = lik + 3 * i;
            if (is_flat(l))
                continue;
            double a = p[0] * (double)l[0], b = p[1] * (double)l[1], c = p[2] * (double)l[2];
            sum += (b + 2 * c) / (a + b + c);
            called++;
        }
        double next = sum / (2 * called), change = fabs(next - f);
        f = next;
        if (change < EM_CHANGE)
            break;
    }
    return f;
}

/* Where a variant leaves for its likelihoods, or NULL. */
static uint64_t *leaves(const gw_sitefilter_opts_t *o, const float *lik, int64_t n, double *f,
                        gw_genocounts_t *c)
{
    int64_t missing = 0;
    for (int64_t i = 0; i < n; i++)
        missing += is_flat(lik + 3 * i);
    if (missing == n || missing > (int64_t)floor(o->max_missing * (double)n + 1e-9))
        return &c->missing;
    *f = frequency(lik, n);
    double minor = *f < 0.5 ? *f : 1 - *f;
    if (minor < 0.5 / (double)n) /* less than one copy is expected */
        return &c->monomorphic;
    return minor < o->min_maf ? &c->rare : NULL;
}

static gw_status_t take(gw_likdata_t *d, const gw_genoload_t *o, const gw_genosite_t *site,
                        gw_err_t *err)
{
    double f = 0;
    uint64_t *gone = leaves(&o->filter, site->lik, d->n_samples, &f, &d->count);
    ++*(gone ? gone : &d->count.kept);
    if (gone)
        return GW_OK;
    void *slot;
    gw_status_t st = gw_blockstore_add(d->store, &slot, err);
    if (st == GW_OK && o->names)
        st = gw_genonames_add(&d->names, site, err);
    if (st == GW_OK && !GW_GROW(d->freq, d->cap_freq, (size_t)d->n_variants + 1))
        st = gw_err_nomem(err, "reading likelihoods");
    if (st != GW_OK)
        return st;
    float *row = slot;
    for (int64_t i = 0; i < d->n_samples; i++) {
        row[2 * i] = site->lik[3 * i];
        row[2 * i + 1] = site->lik[3 * i + 1];
    }
    d->freq[d->n_variants++] = f;
    return GW_OK;
}

gw_status_t gw_likdata_load(gw_genoreader_t *r, const gw_genoload_t *opts, gw_likdata_t *d,
                            gw_err_t *err)
{
    memset(d, 0, sizeof *d);
    gw_genonames_init(&d->names);
    d->n_samples = gw_genoreader_n_samples(r);
    size_t row_bytes = 2 * (size_t)d->n_samples * sizeof(float);
    int64_t rows = (int64_t)(BLOCK_BYTES / row_bytes) / MIN_ROWS * MIN_ROWS;
    rows = rows < MIN_ROWS ? MIN_ROWS : rows > MAX_ROWS ? MAX_ROWS : rows;
    gw_sitefilter_t *f = NULL;
    gw_status_t st = gw_sitefilter_create(&opts->filter, &f, err);
    if (st == GW_OK)
        st = gw_blockstore_create(row_bytes, rows, opts->max_bytes, opts->tmp_dir, &d->store, err);
    bool got = true;
    while (st == GW_OK && got) {
        gw_genosite_t site;
        st = gw_genoreader_next(r, &site, &got, err);
        if (st == GW_OK && got && gw_sitefilter_place(f, &site, &d->count))
            st = take(d, opts, &site, err);
        if (d->count.n_read % 1024 == 0)
            gw_progress("reading", d->count.n_read, 0, "variants");
    }
    gw_progress_end();
    gw_sitefilter_destroy(f);
    if (st == GW_OK)
        st = gw_blockstore_finish(d->store, err);
    if (st == GW_OK && d->n_variants == 0)
        st = gw_genodata_none_left(gw_genoreader_path(r), &d->count, err);
    if (st != GW_OK)
        gw_likdata_release(d);
    return st;
}

void gw_likdata_release(gw_likdata_t *d)
{
    gw_blockstore_destroy(d->store);
    free(d->freq);
    gw_genonames_release(&d->names);
    memset(d, 0, sizeof *d);
}
