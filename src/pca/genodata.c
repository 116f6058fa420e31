#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "pca/genodata.h"

/* 1. the set */
static gw_status_t grow(gw_genodata_t *d, gw_err_t *err)
{
    size_t need = (size_t)d->n_variants + 1;
    if (!GW_GROW(d->mean, d->cap_mean, need) || !GW_GROW(d->scale, d->cap_scale, need) ||
        !GW_GROW(d->flipped, d->cap_flipped, need))
        return gw_err_nomem(err, "reading variants");
    return GW_OK;
}

/* Mean and scale of a row's codes after flipping to the minor allele, and its sum of squares. */
static void standardise(gw_genodata_t *d, gw_genoscale_t scale, const int64_t g[4])
{
    int64_t called = g[0] + g[1] + g[2];
    bool flip = g[1] + 2 * g[2] > called;
    double two = (double)(flip ? g[0] : g[2]), one = (double)g[1], n = (double)called;
    double mean = (one + 2 * two) / n, f = mean / 2;
    double squares = (one + 4 * two) - (one + 2 * two) * mean; /* sum of (g - mean)^2 */
    double s = scale == GW_SCALE_BINOMIAL ? 1 / sqrt(2 * f * (1 - f))
               : scale == GW_SCALE_SD     ? 1 / sqrt(squares / (n - 1))
                                          : 1;
    d->flipped[d->n_variants] = flip;
    d->mean[d->n_variants] = mean;
    d->scale[d->n_variants] = s;
    d->total += s * s * squares;
}

/* 2. loading */
gw_status_t gw_genodata_none_left(const char *path, const gw_genocounts_t *c, gw_err_t *err)
{
    char text[512];
    if (c->n_read == 0)
        return gw_err_set(err, GW_EDATA, "%s: samples but no variants; give a file with genotypes",
                          path);
    return gw_err_set(err, GW_EDATA, "%s: no variants left of %" PRIu64 ": %s; loosen the filters",
                      path, c->n_read, gw_genodata_counts(c, text, sizeof text));
}

const char *gw_genodata_counts(const gw_genocounts_t *c, char *text, size_t size)
{
    snprintf(text, size,
             "not biallelic %" PRIu64 ", not autosomal %" PRIu64 ", by region %" PRIu64
             ", too often missing %" PRIu64 ", monomorphic %" PRIu64 ", rare %" PRIu64
             ", against Hardy-Weinberg %" PRIu64 ", linked %" PRIu64,
             c->not_biallelic, c->not_autosomal, c->region, c->missing, c->monomorphic, c->rare,
             c->hwe, c->linked);
    return text;
}

static gw_status_t take(gw_genodata_t *d, const gw_genoload_t *o, gw_sitefilter_t *f,
                        const gw_genosite_t *site, gw_err_t *err)
{
    int64_t g[4];
    bool keep;
    gw_status_t st = gw_sitefilter_apply(f, site, d->n_samples, &d->count, g, &keep, err);
    if (st != GW_OK || !keep)
        return st;
    st = grow(d, err);
    if (st == GW_OK && o->names)
        st = gw_genonames_add(&d->names, site, err);
    if (st != GW_OK)
        return st;
    standardise(d, o->scale, g);
    st = gw_genostore_add(d->store, site->geno, site->ordinal, d->flipped[d->n_variants], err);
    d->n_variants++;
    return st;
}

gw_status_t gw_genodata_load(gw_genoreader_t *r, const gw_genoload_t *opts, gw_genodata_t *d,
                             gw_err_t *err)
{
    memset(d, 0, sizeof *d);
    gw_sitefilter_t *f = NULL;
    gw_genonames_init(&d->names);
    d->path = gw_genoreader_path(r);
    d->n_samples = gw_genoreader_n_samples(r);
    gw_status_t st = gw_sitefilter_create(&opts->filter, &f, err);
    if (st == GW_OK)
        st = gw_genostore_create(d->n_samples, opts->max_bytes, opts->tmp_dir,
                                 gw_genoreader_can_reread(r) ? r : NULL, &d->store, err);
    bool got = true;
    while (st == GW_OK && got) {
        gw_genosite_t site;
        st = gw_genoreader_next(r, &site, &got, err);
        if (st == GW_OK && got)
            st = take(d, opts, f, &site, err);
        if (d->count.n_read % 1024 == 0)
            gw_progress("reading", d->count.n_read, 0, "variants");
    }
    gw_progress_end();
    gw_sitefilter_destroy(f);
    if (st == GW_OK)
        st = gw_genostore_finish(d->store, err);
    if (st == GW_OK && d->n_variants == 0)
        st = gw_genodata_none_left(d->path, &d->count, err);
    if (st != GW_OK)
        gw_genodata_release(d);
    return st;
}

/* The codes of the samples in list, from row to row. */
static void compact(const uint8_t *from, const int64_t *list, int64_t n, uint8_t *to)
{
    memset(to, 0, ((size_t)n + 3) / 4);
    for (int64_t i = 0; i < n; i++) {
        unsigned c = (from[list[i] / 4] >> (2 * (list[i] % 4))) & 3u;
        to[i / 4] |= (uint8_t)(c << (2 * (i % 4)));
    }
}

/* One variant of the smaller set: into s, and its figures to place d->n_variants. */
static gw_status_t keep_variant(gw_genodata_t *d, const gw_genoload_t *o, gw_genostore_t *s,
                                int64_t from, const uint8_t *row, gw_err_t *err)
{
    int64_t g[4], at = d->n_variants;
    gw_gram_count(row, d->n_samples, g);
    if (!gw_sitefilter_recheck(&o->filter, d->n_samples, g, &d->count))
        return GW_OK;
    uint8_t flipped = d->flipped[from];
    if (d->names.n)
        d->names.v[at] = d->names.v[from];
    standardise(d, o->scale, g); /* flips again when the other allele became the rarer one */
    uint8_t flip = d->flipped[at];
    d->flipped[at] ^= flipped;
    d->n_variants++;
    return gw_genostore_add(s, row, 0, flip, err);
}

gw_status_t gw_genodata_keep(gw_genodata_t *d, const gw_genoload_t *opts, const bool *keep,
                             gw_err_t *err)
{
    int64_t n = 0, n_blocks = gw_genostore_n_blocks(d->store), from = 0;
    int64_t *list = gw_malloc((size_t)d->n_samples, sizeof *list);
    gw_genostore_t *old = d->store, *s = NULL;
    size_t row_bytes = gw_genostore_row_bytes(old);
    uint8_t *buffer = gw_malloc((size_t)gw_genostore_block_rows(old), row_bytes);
    uint8_t *row = gw_malloc(row_bytes + 8, 1);
    gw_status_t st = list && buffer && row ? GW_OK : gw_err_nomem(err, "leaving out samples");
    for (int64_t i = 0; list && i < d->n_samples; i++)
        if (keep[i])
            list[n++] = i;
    if (st == GW_OK)
        st = gw_genostore_create(n, opts->max_bytes, opts->tmp_dir, NULL, &s, err);
    d->n_samples = n;
    d->n_variants = 0;
    d->count.kept = 0;
    d->total = 0;
    for (int64_t k = 0; st == GW_OK && k < n_blocks; k++) {
        const uint8_t *rows;
        st = gw_genostore_read(old, k, buffer, &rows, err);
        for (int64_t v = 0; st == GW_OK && v < gw_genostore_rows_in(old, k); v++, from++) {
            compact(rows + (size_t)v * row_bytes, list, n, row);
            st = keep_variant(d, opts, s, from, row, err);
        }
    }
    if (st == GW_OK)
        st = gw_genostore_finish(s, err);
    if (st == GW_OK && d->n_variants == 0)
        st = gw_genodata_none_left(d->path, &d->count, err);
    for (int64_t i = 0; d->sample && i < n; i++)
        list[i] = d->sample[list[i]];
    free(d->sample);
    d->sample = list;
    d->store = s;
    gw_genostore_destroy(old);
    free(buffer);
    free(row);
    return st;
}

int64_t gw_genodata_sample(const gw_genodata_t *d, int64_t i)
{
    return d->sample ? d->sample[i] : i;
}

void gw_genodata_release(gw_genodata_t *d)
{
    free(d->sample);
    gw_genostore_destroy(d->store);
    free(d->mean);
    free(d->scale);
    free(d->flipped);
    gw_genonames_release(&d->names);
    memset(d, 0, sizeof *d);
}

gw_status_t gw_genodata_block(const gw_genodata_t *d, int64_t block, uint8_t *buffer,
                              gw_gram_block_t *b, gw_err_t *err)
{
    int64_t first = block * gw_genostore_block_rows(d->store);
    *b = (gw_gram_block_t){.n_samples = d->n_samples,
                           .n_variants = gw_genostore_rows_in(d->store, block),
                           .row_bytes = gw_genostore_row_bytes(d->store),
                           .mean = d->mean + first,
                           .scale = d->scale + first};
    return gw_genostore_read(d->store, block, buffer, &b->geno, err);
}
