/* src/kernels/extend_variants.h -- the variants behind kernels/extend.h
 *
 * Contents: 1. references  2. bounds that every variant relies on
 * Only extend*.c and the tests see this.
 */
#ifndef GW_KERNELS_EXTEND_VARIANTS_H
#define GW_KERNELS_EXTEND_VARIANTS_H

#include "kernels/cpu.h"
#include "kernels/extend.h"

/* 1. references: they define the answers. Batches have been checked. */
GW_RESULT_USED gw_status_t gw_extend_score_ref(const gw_extend_batch_t *b,
                                               const gw_extend_params_t *p, int32_t *score,
                                               gw_err_t *err);
GW_RESULT_USED gw_status_t gw_extend_ends_ref(const gw_extend_batch_t *b,
                                              const gw_extend_params_t *p, gw_extend_hit_t *hit,
                                              gw_err_t *err);
GW_RESULT_USED gw_status_t gw_extend_global_ref(const gw_extend_batch_t *b,
                                                const gw_extend_params_t *p, const int32_t *diag,
                                                const int32_t *width, gw_extend_cigars_t *out,
                                                gw_err_t *err);
/* Pair k alone: its score in out->score[k], its operations behind those in out; cigar_off is left
 * as it was. */
GW_RESULT_USED gw_status_t gw_extend_global_pair_ref(const gw_extend_batch_t *b,
                                                     const gw_extend_params_t *p, size_t k,
                                                     int64_t diag, int64_t width,
                                                     gw_extend_cigars_t *out, gw_err_t *err);

/* 2. bounds: no intermediate value of any pair passes these in size */
enum {
    GW_EXTEND_MAX_PENALTY = 1 << 20, /* gap_open, gap_extend, end_bonus */
    GW_EXTEND_MAX_VALUE = 1 << 28
};
/* the largest size of a matrix entry, at least 1 */
int64_t gw_extend_largest_score(const gw_extend_params_t *p);

/* What gw_extend_score and _ends (global: gw_extend_global) ask of a batch, for those who compute
 * elsewhere. */
GW_RESULT_USED gw_status_t gw_extend_check(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                                           bool global, gw_err_t *err);

/* One level's kernels by hand, for tests, the self-check and benchmarks; batches are checked. A
 * level this machine lacks is GW_EINTERNAL. */
GW_RESULT_USED gw_status_t gw_extend_score_at(gw_cpu_level_t level, const gw_extend_batch_t *b,
                                              const gw_extend_params_t *p, int32_t *score,
                                              gw_err_t *err);
GW_RESULT_USED gw_status_t gw_extend_ends_at(gw_cpu_level_t level, const gw_extend_batch_t *b,
                                             const gw_extend_params_t *p, gw_extend_hit_t *hit,
                                             gw_err_t *err);
GW_RESULT_USED gw_status_t gw_extend_global_at(gw_cpu_level_t level, const gw_extend_batch_t *b,
                                               const gw_extend_params_t *p, const int32_t *diag,
                                               const int32_t *width, gw_extend_cigars_t *out,
                                               gw_err_t *err);

#endif
