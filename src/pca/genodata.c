#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "pca/genodata.h"

/* 1. filters */

/* X, Y, XY, M, MT with or without chr; PLINK's numbers for them; everything else counts as an
 * autosome, whatever the species calls it */
static bool is_autosomal(const char *contig)
{
    static const char *const other[] = {"X", "Y", "XY", "M", "MT", "23", "24", "25", "26"};
    const char *c = strncasecmp(contig, "chr", 3) == 0 ? contig + 3 : contig;
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (strcasecmp(c, other[i]) == 0)
            return false;
    return true;
}

/* Where a variant leaves, or NULL when it stays. */
static uint64_t *filter(const gw_genofilter_t *f, const gw_genosite_t *site, int64_t n_samples,
                        const int64_t g[4], gw_genocounts_t *count)
{
    int64_t called = n_samples - g[3], alleles = g[1] + 2 * g[2];
    if (g[3] > (int64_t)floor(f->max_missing * (double)n_samples + 1e-9) || called == 0)
        return &count->missing;
    if (alleles == 0 || alleles == 2 * called || g[1] == called)
        return &count->monomorphic; /* all heterozygous has no variance either */
    int64_t minor = alleles < 2 * called - alleles ? alleles : 2 * called - alleles;
    if ((double)minor < f->min_maf * 2.0 * (double)called - 1e-9)
        return &count->rare;
    (void)site;
    return NULL;
}

/* 2. the set */
static gw_status_t grow(gw_genodata_t *d, bool names, gw_err_t *err)
{
    size_t need = (size_t)d->n_variants + 1;
    if (!GW_GROW(d->mean, d->cap_mean, need) || !GW_GROW(d->scale, d->cap_scale, need) ||
        !GW_GROW(d->flipped, d->cap_flipped, need) ||
        (names && !GW_GROW(d->name, d->cap_name, need)))
        return gw_err_nomem(err, "reading variants");
    return GW_OK;
}

static gw_status_t add_name(gw_genodata_t *d, const gw_genosite_t *site, gw_err_t *err)
{
    gw_genoname_t *n = &d->name[d->n_variants];
    const gw_genoname_t *before = d->n_variants ? n - 1 : NULL;
    *n = (gw_genoname_t){.pos = site->pos};
    n->contig = before && strcmp(before->contig, site->contig) == 0
                    ? before->contig
                    : gw_arena_strndup(&d->text, site->contig, strlen(site->contig));
    n->id = gw_arena_strndup(&d->text, site->id, strlen(site->id));
    n->counted = gw_arena_strndup(&d->text, site->counted, strlen(site->counted));
    n->other = gw_arena_strndup(&d->text, site->other, strlen(site->other));
    return n->contig && n->id && n->counted && n->other ? GW_OK
                                                        : gw_err_nomem(err, "reading variants");
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

/* 3. loading */
static gw_status_t none_left(const gw_genocounts_t *c, gw_err_t *err)
{
    if (c->n_read == 0)
        return gw_err_set(err, GW_EDATA, "the input has samples but no variants");
    return gw_err_set(err, GW_EDATA,
                      "no variants left of %" PRIu64 ": not biallelic %" PRIu64
                      ", not autosomal %" PRIu64 ", too often missing %" PRIu64
                      ", monomorphic %" PRIu64 ", rare %" PRIu64 "; loosen the filters",
                      c->n_read, c->not_biallelic, c->not_autosomal, c->missing, c->monomorphic,
                      c->rare);
}

static gw_status_t take(gw_genodata_t *d, const gw_genoload_t *o, const gw_genosite_t *site,
                        gw_err_t *err)
{
    gw_genocounts_t *c = &d->count;
    uint64_t *leaves = NULL;
    int64_t g[4];
    c->n_read++;
    if (site->n_alleles != 2)
        leaves = site->n_alleles < 2 ? &c->monomorphic : &c->not_biallelic;
    else if (!o->filter.all_contigs && !is_autosomal(site->contig))
        leaves = &c->not_autosomal;
    if (leaves) {
        ++*leaves;
        return GW_OK;
    }
    gw_gram_count(site->geno, d->n_samples, g);
    leaves = filter(&o->filter, site, d->n_samples, g, c);
    if (leaves) {
        ++*leaves;
        return GW_OK;
    }
    gw_status_t st = grow(d, o->names, err);
    if (st == GW_OK && o->names)
        st = add_name(d, site, err);
    if (st != GW_OK)
        return st;
    standardise(d, o->scale, g);
    st = gw_genostore_add(d->store, site->geno, site->ordinal, d->flipped[d->n_variants], err);
    d->n_variants++;
    c->kept++;
    return st;
}

gw_status_t gw_genodata_load(gw_genoreader_t *r, const gw_genoload_t *opts, gw_genodata_t *d,
                             gw_err_t *err)
{
    memset(d, 0, sizeof *d);
    gw_arena_init(&d->text, 1 << 16);
    d->n_samples = gw_genoreader_n_samples(r);
    gw_status_t st = gw_genostore_create(d->n_samples, opts->max_bytes, opts->tmp_dir,
                                         gw_genoreader_can_reread(r) ? r : NULL, &d->store, err);
    bool got = true;
    while (st == GW_OK && got) {
        gw_genosite_t site;
        st = gw_genoreader_next(r, &site, &got, err);
        if (st == GW_OK && got)
            st = take(d, opts, &site, err);
        if (d->count.n_read % 1024 == 0)
            gw_progress("reading", d->count.n_read, 0, "variants");
    }
    gw_progress_end();
    if (st == GW_OK)
        st = gw_genostore_finish(d->store, err);
    if (st == GW_OK && d->n_variants == 0)
        st = none_left(&d->count, err);
    if (st != GW_OK)
        gw_genodata_release(d);
    return st;
}

void gw_genodata_release(gw_genodata_t *d)
{
    gw_genostore_destroy(d->store);
    free(d->mean);
    free(d->scale);
    free(d->flipped);
    free(d->name);
    gw_arena_release(&d->text);
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
