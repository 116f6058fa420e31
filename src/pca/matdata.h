/* src/pca/matdata.h -- a matrix of numbers ready for products: kept, transformed, centred, scaled
 *
 * Contents: 1. options  2. the matrix  3. loading
 * Source:   Booeshaghi & Pachter 2021, doi:10.1093/bioinformatics/btab085, and Ahlmann-Eltze &
 *           Huber 2023, doi:10.1038/s41592-023-01814-1 (logarithms of size-normalised counts)
 */
#ifndef GW_PCA_MATDATA_H
#define GW_PCA_MATDATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "io/matread.h"
#include "pca/blockstore.h"
#include "pca/rowop.h"

/* 1. options */
typedef enum {
    GW_MATSCALE_CENTER, /* each variable less its mean */
    GW_MATSCALE_SD,     /* and divided by its standard deviation (n - 1) */
    GW_MATSCALE_NONE    /* as it is */
} gw_matscale_t;

typedef struct {
    bool samples_are_columns; /* of the file */
    bool log_normalise; /* x becomes log(1 + x / s), s a sample's sum over the samples' mean sum */
    gw_matscale_t scale;
    uint64_t max_bytes; /* values kept in memory; the rest is spilled */
    const char *tmp_dir;
    int threads;
} gw_matload_t;

/* 2. the matrix: Z, whose rows are the reader's vectors */
typedef struct {
    int64_t n_samples, n_variables;
    bool samples_are_rows;         /* of Z */
    gw_blockstore_t *store;        /* values, NaN = missing; after --log-normalise the logarithms */
    double *mean, *center, *scale; /* by variable; a missing value is the mean */
    double divisor;                /* samples - 1; samples without centring */
    double total;                  /* sum of squares of Z */
    uint64_t n_missing, n_constant; /* values; variables without variance, which add nothing */
    const void *rows;               /* of the open block */
    void *buffer;
    int threads;
} gw_matdata_t;

/* 3. loading: reads r to its end. GW_EDATA: negative counts, samples without counts, variables
 *    without a value, no variance at all. */
GW_RESULT_USED gw_status_t gw_matdata_load(gw_matreader_t *r, const gw_matload_t *o,
                                           gw_matdata_t *d, gw_err_t *err);
void gw_matdata_release(gw_matdata_t *d);
/* the operator on Z, for one product at a time; d is borrowed */
gw_rowop_t gw_matdata_op(gw_matdata_t *d);

#endif
