/* src/pca/sitefilter.h -- which variants a genotype set keeps
 *
 * Contents: 1. filters  2. regions  3. the Hardy-Weinberg test  4. linkage
 * Source:   Wigginton, Cutler & Abecasis 2005, doi:10.1086/429864 (exact Hardy-Weinberg test);
 *           Price et al. 2008, doi:10.1016/j.ajhg.2008.06.005 (regions of long-range linkage)
 */
#ifndef GW_PCA_SITEFILTER_H
#define GW_PCA_SITEFILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/genoread.h"

/* 1. filters, in the order in which they are applied */
typedef enum { GW_LONG_LD_KEEP, GW_LONG_LD_GRCH37, GW_LONG_LD_GRCH38 } gw_long_ld_t;

typedef struct {
    bool all_contigs;                              /* keep sex chromosomes and mitochondria */
    const char *const *region, *const *region_bed; /* keep only variants in one of these */
    size_t n_region, n_region_bed;
    const char *const *exclude, *const *exclude_bed; /* leave out variants in these */
    size_t n_exclude, n_exclude_bed;
    gw_long_ld_t long_ld; /* leave out the regions of long-range linkage */
    double max_missing;   /* of a variant's samples, [0,1] */
    double min_maf;       /* minor allele frequency, [0,0.5] */
    double min_hwe;       /* Hardy-Weinberg p-value; 0 = no test */
    double max_r2;        /* with a variant kept before; 1 = no pruning */
    int64_t ld_window_bp; /* how far back */
} gw_sitefilter_opts_t;

/* what each removed; a variant is counted once, where it left */
typedef struct {
    uint64_t n_read, not_biallelic, not_autosomal, region, missing, monomorphic, rare, hwe, linked,
        kept;
} gw_genocounts_t;

typedef struct gw_sitefilter gw_sitefilter_t;

/* opts is borrowed. Reads the BED files. */
GW_RESULT_USED gw_status_t gw_sitefilter_create(const gw_sitefilter_opts_t *opts,
                                                gw_sitefilter_t **out, gw_err_t *err);
void gw_sitefilter_destroy(gw_sitefilter_t *f);

/* Counts the variant in *count and sets *keep; of one that stays, g has its genotypes by code. */
GW_RESULT_USED gw_status_t gw_sitefilter_apply(gw_sitefilter_t *f, const gw_genosite_t *site,
                                               int64_t n_samples, gw_genocounts_t *count,
                                               int64_t g[4], bool *keep, gw_err_t *err);

/* Only the filters on what and where the variant is; counts it when it leaves, not when it stays.
 */
bool gw_sitefilter_place(gw_sitefilter_t *f, const gw_genosite_t *site, gw_genocounts_t *count);

/* Only the filters on genotypes (missing, monomorphic, rare, Hardy-Weinberg), for counts g of a
 * variant that has come through before: false when it leaves, counted in *count. */
bool gw_sitefilter_recheck(const gw_sitefilter_opts_t *opts, int64_t n_samples, const int64_t g[4],
                           gw_genocounts_t *count);

/* 3. the p-value of an excess or lack of heterozygotes as large, among all tables with the same
 *    allele counts */
double gw_sitefilter_hwe(int64_t hom1, int64_t het, int64_t hom2);

#endif
