/* src/pca/samplefilter.h -- samples that leave: too often missing, or related to one that stays
 *
 * Contents: 1. missing genotypes  2. kinship  3. choosing
 * Source:   Manichaikul et al. 2010, doi:10.1093/bioinformatics/btq559 (KING-robust)
 */
#ifndef GW_PCA_SAMPLEFILTER_H
#define GW_PCA_SAMPLEFILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "engine/engine.h"
#include "pca/genodata.h"

/* 1. missing genotypes: how many of d's variants each sample lacks, into missing[n_samples] */
GW_RESULT_USED gw_status_t gw_samplefilter_missing(const gw_genodata_t *d, int64_t *missing,
                                                   gw_err_t *err);

/* 2. kinship: every pair i < j above a limit, in rising order of i, then j. phi is
 *    (both heterozygous - 2 * opposite homozygotes) / (2 h) + 1/2 - (h_i + h_j) / (4 h), over the
 *    variants called in both, h the smaller of their numbers of heterozygotes; 0.5 for twins, 0.25
 *    for parents and sibs, 0.125 in the second degree. */
typedef struct {
    int64_t i, j, n_variants;
    double phi;
} gw_kinship_t;
typedef struct {
    gw_kinship_t *v;
    size_t n, cap;
} gw_kinships_t;
GW_RESULT_USED gw_status_t gw_samplefilter_kinship(const gw_genodata_t *d, double min_phi,
                                                   gw_engine_t *engine, gw_kinships_t *out,
                                                   gw_err_t *err);

/* 3. choosing: takes samples out of keep[] until no pair is left, each time the one with most
 *    relatives still there; ties: more missing genotypes, then the later sample. */
GW_RESULT_USED gw_status_t gw_samplefilter_unrelated(const gw_kinships_t *k, int64_t n_samples,
                                                     const int64_t *missing, bool *keep,
                                                     gw_err_t *err);

#endif
