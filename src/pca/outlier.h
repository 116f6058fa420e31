/* src/pca/outlier.h -- samples that lie far out on a component
 *
 * Contents: 1. distances  2. the list
 * Units:    standard deviations, signed
 * Source:   Patterson, Price & Reich 2006, doi:10.1371/journal.pgen.0020190, and smartpca's
 *           numoutlieriter (mean and standard deviation);
 *           Rousseeuw & Croux 1993, doi:10.1080/01621459.1993.10476408 (median deviation)
 */
#ifndef GW_PCA_OUTLIER_H
#define GW_PCA_OUTLIER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"
#include "pca/pcaids.h"

/* 1. distances */
typedef enum {
    GW_OUTLIER_SIGMA, /* from the mean, over the standard deviation (n) of all: below sqrt(n - 1),
                         so that in 37 samples none is beyond 6 */
    GW_OUTLIER_ROBUST /* from the median, over 1.4826 times the median deviation from it */
} gw_outlier_rule_t;

typedef struct {
    double
        distance;  /* of largest size; infinite where most samples do not differ at all (robust) */
    int component; /* the first with it, 0-based */
} gw_outlier_t;

/* Every sample's largest distance over the k columns of vector (n values each), into out[n]. */
GW_RESULT_USED gw_status_t gw_outlier_measure(gw_outlier_rule_t rule, int64_t n, int k,
                                              const double *vector, gw_outlier_t *out,
                                              gw_err_t *err);

/* 2. the list: who left and in which round, then everybody of the last round */
typedef struct {
    gw_outlier_rule_t rule;
    double limit;   /* a larger distance is beyond it */
    int components; /* the first so many are looked at */
} gw_outlier_opts_t;

typedef struct {
    const char *family, *sample; /* borrowed */
    gw_outlier_t at;
    int round; /* 1 = the first components computed */
    bool beyond, left_out;
} gw_outlier_row_t;

typedef struct {
    gw_outlier_row_t *v; /* free with gw_outlier_release */
    size_t n, cap;
    int64_t n_beyond, n_left_out; /* beyond the limit but there still; left out */
} gw_outliers_t;

/* Takes up a round. keep NULL: the last one, every sample joins the list. Else those beyond the
 * limit join as left out, and keep[ids->n] tells who stays. */
GW_RESULT_USED gw_status_t gw_outlier_add(gw_outliers_t *l, const gw_outlier_opts_t *o, int round,
                                          const gw_pcaids_t *ids, int k, const double *vector,
                                          bool *keep, gw_err_t *err);
/* #FID IID ROUND COMPONENT DISTANCE STATUS; write errors are left in the FILE */
void gw_outlier_write(const gw_outliers_t *l, FILE *f);
const char *gw_outlier_status(const gw_outlier_row_t *r); /* kept, beyond or left_out */
void gw_outlier_release(gw_outliers_t *l);

#endif
