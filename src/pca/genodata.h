/* src/pca/genodata.h -- a genotype set ready for products: filtered, counted, packed
 *
 * Contents: 1. the set  2. loading
 * Units:    frequencies are of the counted allele, in [0,1]
 */
#ifndef GW_PCA_GENODATA_H
#define GW_PCA_GENODATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "io/genoread.h"
#include "kernels/gram.h"
#include "pca/genonames.h"
#include "pca/genostore.h"
#include "pca/sitefilter.h"

/* 1. the set */
typedef enum {
    GW_SCALE_BINOMIAL, /* 1 / sqrt(2 f (1 - f)) */
    GW_SCALE_SD,       /* 1 / standard deviation of the genotypes (n - 1) */
    GW_SCALE_CENTER    /* 1 */
} gw_genoscale_t;

typedef struct {
    const char *path; /* of the input; the reader's */
    int64_t n_samples, n_variants;
    int64_t *sample;       /* their numbers in the input; NULL = all of them */
    gw_genostore_t *store; /* codes count the minor allele: see flipped */
    double *mean, *scale;  /* of the codes in the store, by variant */
    uint8_t *flipped;      /* 1: the store counts the other allele */
    double total;          /* sum of squares of the standardised matrix: the trace of X X^T */
    gw_genonames_t names;  /* empty when not asked for */
    size_t cap_mean, cap_scale, cap_flipped;
    gw_genocounts_t count;
} gw_genodata_t;

/* 2. loading */
typedef struct {
    gw_sitefilter_opts_t filter;
    gw_genoscale_t scale;
    bool names;         /* keep the variants' names, for loadings */
    uint64_t max_bytes; /* rows kept in memory */
    const char *tmp_dir;
} gw_genoload_t;

/* Reads r to its end; r must outlive d. GW_EDATA when no variant is left, with what removed them.
 */
GW_RESULT_USED gw_status_t gw_genodata_load(gw_genoreader_t *r, const gw_genoload_t *opts,
                                            gw_genodata_t *d, gw_err_t *err);
/* Takes out the samples that keep[] (n_samples values) does not have; the variants go through the
 * filters on genotypes again. */
GW_RESULT_USED gw_status_t gw_genodata_keep(gw_genodata_t *d, const gw_genoload_t *opts,
                                            const bool *keep, gw_err_t *err);
/* the number in the input of the i-th sample */
int64_t gw_genodata_sample(const gw_genodata_t *d, int64_t i);
void gw_genodata_release(gw_genodata_t *d);
/* "not biallelic 3, ...": what the filters removed, into text; returns text */
const char *gw_genodata_counts(const gw_genocounts_t *c, char *text, size_t size);
/* The error that no variant of path is left, with what removed them. */
gw_status_t gw_genodata_none_left(const char *path, const gw_genocounts_t *c, gw_err_t *err);
/* A block as the kernels take it; buffer as for gw_genostore_read. */
GW_RESULT_USED gw_status_t gw_genodata_block(const gw_genodata_t *d, int64_t block, uint8_t *buffer,
                                             gw_gram_block_t *b, gw_err_t *err);

#endif
