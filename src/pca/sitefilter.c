#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "io/region.h"
#include "kernels/gram.h"
#include "pca/sitefilter.h"

typedef struct {
    int64_t pos;
    double variance; /* of its called genotypes */
    uint8_t *row;
} kept_t;

struct gw_sitefilter {
    const gw_sitefilter_opts_t *o;
    char **contig; /* names met so far; their numbers are what regions use */
    size_t n_contigs, cap_contigs;
    gw_regions_t in, out;
    kept_t *kept; /* variants within the linkage window, oldest at first */
    size_t first, n_kept, cap_kept;
    int32_t kept_tid;
};

/* 2. regions */
static const char *plain(const char *contig)
{
    return strncasecmp(contig, "chr", 3) == 0 ? contig + 3 : contig;
}

/* X, Y, XY, M, MT with or without chr; PLINK's numbers for them; everything else counts as an
 * autosome, whatever the species calls it */
static bool is_autosomal(const char *contig)
{
    static const char *const other[] = {"X", "Y", "XY", "M", "MT", "23", "24", "25", "26"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (strcasecmp(plain(contig), other[i]) == 0)
            return false;
    return true;
}

/* A contig's number, with or without chr; new ones are taken up, as no list of contigs is had
 * before the variants. -1 when memory runs out. */
static int32_t contig_number(void *ctx, const char *name)
{
    gw_sitefilter_t *f = ctx;
    for (size_t i = f->n_contigs; i-- > 0;)
        if (strcmp(f->contig[i], plain(name)) == 0)
            return (int32_t)i;
    if (!GW_GROW(f->contig, f->cap_contigs, f->n_contigs + 1) ||
        !(f->contig[f->n_contigs] = gw_strdup(plain(name))))
        return -1;
    return (int32_t)f->n_contigs++;
}

/* The same for what may be a contig's name or a region: CONTIG:FROM-TO is taken as the latter. */
static int32_t region_contig(void *ctx, const char *text)
{
    const char *colon = strrchr(text, ':');
    if (colon && colon[1] && colon[1 + strspn(colon + 1, "0123456789,-")] == '\0')
        return -1;
    return contig_number(ctx, text);
}

static int64_t any_length(void *ctx, int32_t tid)
{
    (void)ctx, (void)tid;
    return INT64_MAX / 2;
}

/* Megabases of GRCh37 */
static const struct {
    const char *contig;
    double from, to;
} long_ld[] = {
    {"1", 48, 52},       {"2", 86, 100.5},  {"2", 134.5, 138},  {"2", 183, 190},   {"3", 47.5, 50},
    {"3", 83.5, 87},     {"3", 89, 97.5},   {"5", 44.5, 50.5},  {"5", 98, 100.5},  {"5", 129, 132},
    {"5", 135.5, 138.5}, {"6", 25.5, 33.5}, {"6", 57, 64},      {"6", 140, 142.5}, {"7", 55, 66},
    {"8", 8, 12},        {"8", 43, 50},     {"8", 112, 115},    {"10", 37, 43},    {"11", 46, 57},
    {"11", 87.5, 90.5},  {"12", 33, 40},    {"12", 109.5, 112}, {"20", 32, 34.5},
};
/* GRCh38 has these regions at most 1.5 Mb away: there they are that much wider on both sides */
static const double GRCH38_MARGIN_MB = 1.5;

static gw_status_t add_long_ld(gw_sitefilter_t *f, gw_err_t *err)
{
    double margin = f->o->long_ld == GW_LONG_LD_GRCH38 ? GRCH38_MARGIN_MB : 0;
    for (size_t i = 0; i < sizeof long_ld / sizeof *long_ld; i++) {
        int32_t tid = contig_number(f, long_ld[i].contig);
        if (tid < 0 || !GW_GROW(f->out.v, f->out.cap, f->out.n + 1))
            return gw_err_nomem(err, "reading regions");
        f->out.v[f->out.n++] = (gw_region_t){tid, (int64_t)((long_ld[i].from - margin) * 1e6),
                                             (int64_t)((long_ld[i].to + margin) * 1e6)};
    }
    return GW_OK;
}

static gw_status_t add_regions(gw_sitefilter_t *f, gw_regions_t *r, const char *const *text,
                               size_t n_text, const char *const *bed, size_t n_bed, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (size_t i = 0; i < n_text && st == GW_OK; i++)
        st = gw_regions_add_text(r, text[i], region_contig, any_length, f, err);
    for (size_t i = 0; i < n_bed && st == GW_OK; i++)
        st = gw_regions_add_bed(r, bed[i], contig_number, any_length, f, err);
    return st;
}

gw_status_t gw_sitefilter_create(const gw_sitefilter_opts_t *opts, gw_sitefilter_t **out,
                                 gw_err_t *err)
{
    gw_sitefilter_t *f = gw_calloc(1, sizeof *f);
    if (!f)
        return gw_err_nomem(err, "starting");
    f->o = opts;
    f->kept_tid = -1;
    gw_status_t st = add_regions(f, &f->in, opts->region, opts->n_region, opts->region_bed,
                                 opts->n_region_bed, err);
    if (st == GW_OK)
        st = add_regions(f, &f->out, opts->exclude, opts->n_exclude, opts->exclude_bed,
                         opts->n_exclude_bed, err);
    if (st == GW_OK && opts->long_ld != GW_LONG_LD_KEEP)
        st = add_long_ld(f, err);
    if (st != GW_OK) {
        gw_sitefilter_destroy(f);
        return st;
    }
    gw_regions_finish(&f->in);
    gw_regions_finish(&f->out);
    *out = f;
    return GW_OK;
}

static void forget_kept(gw_sitefilter_t *f)
{
    for (size_t i = f->first; i < f->n_kept; i++)
        free(f->kept[i].row);
    f->first = f->n_kept = 0;
}

void gw_sitefilter_destroy(gw_sitefilter_t *f)
{
    if (!f)
        return;
    forget_kept(f);
    for (size_t i = 0; i < f->n_contigs; i++)
        free(f->contig[i]);
    free(f->contig);
    free(f->kept);
    gw_regions_release(&f->in);
    gw_regions_release(&f->out);
    free(f);
}

/* 3. the Hardy-Weinberg test: probabilities relative to that of the table at hand, walked both ways
 *    by the ratio of neighbours */
double gw_sitefilter_hwe(int64_t hom1, int64_t het, int64_t hom2)
{
    double total = 1, tail = 1, p = 1;
    double aa = (double)hom1, bb = (double)hom2, ab = (double)het;
    const double same = 1 + 1e-9;  /* tables as likely as ours count, rounding aside */
    while (ab > 1 && p > 1e-300) { /* two heterozygotes fewer, one of each homozygote more */
        p *= ab * (ab - 1) / (4 * (aa + 1) * (bb + 1));
        aa++, bb++, ab -= 2;
        total += p;
        if (p <= same)
            tail += p;
    }
    aa = (double)hom1, bb = (double)hom2, ab = (double)het, p = 1;
    while (aa > 0 && bb > 0 && p > 1e-300) {
        p *= 4 * aa * bb / ((ab + 2) * (ab + 1));
        aa--, bb--, ab += 2;
        total += p;
        if (p <= same)
            tail += p;
    }
    return tail / total;
}

/* 4. linkage: covariance over the samples called in both, variances over those called in each */
static double squared_correlation(const kept_t *a, const kept_t *b, int64_t n)
{
    int64_t s[4];
    gw_gram_pair(a->row, b->row, n, s);
    double m = (double)s[3];
    if (s[3] < 2 || !(a->variance > 0) || !(b->variance > 0))
        return 0;
    double cov = ((double)s[0] - (double)s[1] * (double)s[2] / m) / m;
    return cov * cov / (a->variance * b->variance);
}

static gw_status_t prune(gw_sitefilter_t *f, const gw_genosite_t *site, int64_t n,
                         const int64_t g[4], bool *linked, gw_err_t *err)
{
    size_t row_bytes = ((size_t)n + 3) / 4;
    int32_t tid = contig_number(f, site->contig);
    if (tid < 0)
        return gw_err_nomem(err, "pruning");
    if (tid != f->kept_tid || (f->n_kept > f->first && f->kept[f->n_kept - 1].pos > site->pos)) {
        forget_kept(f); /* another contig, or not sorted */
        f->kept_tid = tid;
    }
    while (f->first < f->n_kept && f->kept[f->first].pos < site->pos - f->o->ld_window_bp)
        free(f->kept[f->first++].row);
    if (f->first > 0 && f->first * 2 >= f->n_kept) {
        memmove(f->kept, f->kept + f->first, (f->n_kept - f->first) * sizeof *f->kept);
        f->n_kept -= f->first;
        f->first = 0;
    }
    double called = (double)(n - g[3]), mean = (double)(g[1] + 2 * g[2]) / called;
    kept_t k = {site->pos, (double)(g[1] + 4 * g[2]) / called - mean * mean,
                gw_malloc(row_bytes, 1)};
    if (!k.row)
        return gw_err_nomem(err, "pruning");
    memcpy(k.row, site->geno, row_bytes);
    *linked = false;
    for (size_t i = f->n_kept; i-- > f->first && !*linked;)
        *linked = squared_correlation(&f->kept[i], &k, n) > f->o->max_r2;
    if (!*linked && !GW_GROW(f->kept, f->cap_kept, f->n_kept + 1)) {
        free(k.row);
        return gw_err_nomem(err, "pruning");
    }
    if (*linked)
        free(k.row);
    else
        f->kept[f->n_kept++] = k;
    return GW_OK;
}

/* 1. filters */

/* Where a variant leaves for what it is and where it is, or NULL. */
static uint64_t *by_place(gw_sitefilter_t *f, const gw_genosite_t *site, gw_genocounts_t *c)
{
    if (site->n_alleles != 2)
        return site->n_alleles < 2 ? &c->monomorphic : &c->not_biallelic;
    if (!f->o->all_contigs && !is_autosomal(site->contig))
        return &c->not_autosomal;
    if (f->in.n || f->out.n) {
        int32_t tid = contig_number(f, site->contig);
        if (f->in.n && !gw_regions_overlap(&f->in, tid, site->pos - 1, site->pos))
            return &c->region;
        if (gw_regions_overlap(&f->out, tid, site->pos - 1, site->pos))
            return &c->region;
    }
    return NULL;
}

/* Where it leaves for its genotypes, or NULL. */
static uint64_t *by_genotypes(const gw_sitefilter_opts_t *o, int64_t n_samples, const int64_t g[4],
                              gw_genocounts_t *c)
{
    int64_t called = n_samples - g[3], alleles = g[1] + 2 * g[2];
    if (g[3] > (int64_t)floor(o->max_missing * (double)n_samples + 1e-9) || called == 0)
        return &c->missing;
    if (alleles == 0 || alleles == 2 * called || g[1] == called)
        return &c->monomorphic; /* all heterozygous has no variance either */
    int64_t minor = alleles < 2 * called - alleles ? alleles : 2 * called - alleles;
    if ((double)minor < o->min_maf * 2.0 * (double)called - 1e-9)
        return &c->rare;
    if (o->min_hwe > 0 && gw_sitefilter_hwe(g[0], g[1], g[2]) < o->min_hwe)
        return &c->hwe;
    return NULL;
}

gw_status_t gw_sitefilter_apply(gw_sitefilter_t *f, const gw_genosite_t *site, int64_t n_samples,
                                gw_genocounts_t *count, int64_t g[4], bool *keep, gw_err_t *err)
{
    bool linked = false;
    count->n_read++;
    uint64_t *leaves = by_place(f, site, count);
    if (!leaves) {
        gw_gram_count(site->geno, n_samples, g);
        leaves = by_genotypes(f->o, n_samples, g, count);
    }
    if (!leaves && f->o->max_r2 < 1) {
        gw_status_t st = prune(f, site, n_samples, g, &linked, err);
        if (st != GW_OK)
            return st;
        leaves = linked ? &count->linked : NULL;
    }
    *keep = !leaves;
    ++*(leaves ? leaves : &count->kept);
    return GW_OK;
}

bool gw_sitefilter_place(gw_sitefilter_t *f, const gw_genosite_t *site, gw_genocounts_t *count)
{
    count->n_read++;
    uint64_t *leaves = by_place(f, site, count);
    if (leaves)
        ++*leaves;
    return !leaves;
}

bool gw_sitefilter_recheck(const gw_sitefilter_opts_t *opts, int64_t n_samples, const int64_t g[4],
                           gw_genocounts_t *count)
{
    uint64_t *leaves = by_genotypes(opts, n_samples, g, count);
    ++*(leaves ? leaves : &count->kept);
    return !leaves;
}
