/* src/kernels/pairhmm_variants.h -- the arithmetic behind kernels/pairhmm.h, and its variants
 *
 * Contents: 1. the recurrence  2. rows of a read  3. variants
 * Only pairhmm*.c and the tests see this.
 */
#ifndef GW_KERNELS_PAIRHMM_VARIANTS_H
#define GW_KERNELS_PAIRHMM_VARIANTS_H

#include <float.h>

#include "kernels/cpu.h"
#include "kernels/pairhmm.h"

/* 1. the recurrence. The textbook's forward recursion over read bases i and haplotype bases j,
 *        M(i,j) = prior * (mm_i M + gm_i I + gm_i D)(i-1,j-1)
 *        I(i,j) = mx_i M(i-1,j) + xx_i I(i-1,j)
 *        D(i,j) = my_i M(i,j-1) + xx_i D(i,j-1)
 *    needs eight operations a cell. Keeping I' = I / mx_i, D' = D / my_i and the sum that the next
 *    row's match will need, X = (mm M + gm I + gm D) / mm with mm and gm of row i+1, it needs five:
 *        M(i,j)  = lambda_i X(i-1,j-1)     lambda = mm_i * (1 - e, or e/3 for a mismatch)
 *        I'(i,j) = fma(ci, I'(i-1,j), M(i-1,j))
 *        D'(i,j) = fma(cd, D'(i,j-1), M(i,j-1))
 *        X(i,j)  = fma(xi, I'(i,j), fma(xd, D'(i,j), M(i,j)))
 *    Before the first row X is the same everywhere: scale / (haplotype length) * gm_1 / mm_1. In
 *    the last row xi = mx and xd = 0, so that X is what the likelihood adds up, j rising.
 *    Everything is multiplied by a power of two, scale, to use the whole range of the type; below
 *    a floor a float result is not trusted and the pair is done again in double, and below double's
 *    floor once more in long double with rows brought into range one by one. */
#define GW_PAIRHMM_SCALE_F 0x1p120f
#define GW_PAIRHMM_FLOOR_F 0x1p-70f
#define GW_PAIRHMM_SCALE_D 0x1p900
#define GW_PAIRHMM_FLOOR_D 0x1p-700

/* 2. rows of a read: constants of row i at [i] of each array; n rows */
typedef struct {
    float lm, lx, ci, cd, xi, xd; /* lm: lambda of a match; lx: of a mismatch */
    int32_t base;                 /* 0..4 */
    int32_t unused;
} gw_pairhmm_row_f_t;
typedef struct {
    double lm, lx, ci, cd, xi, xd;
    int64_t base, unused;
} gw_pairhmm_row_d_t;

/* Fills the rows of read r and *start = gm_1 / mm_1. */
void gw_pairhmm_rows_f(const gw_pairhmm_batch_t *b, int64_t r, gw_pairhmm_row_f_t *row,
                       double *start);
void gw_pairhmm_rows_d(const gw_pairhmm_batch_t *b, int64_t r, gw_pairhmm_row_d_t *row,
                       double *start);

/* X before the first row */
static inline float gw_pairhmm_start_f(double start, int64_t hap_len)
{
    return (float)((double)GW_PAIRHMM_SCALE_F * start / (double)hap_len);
}

static inline double gw_pairhmm_start_d(double start, int64_t hap_len)
{
    return GW_PAIRHMM_SCALE_D * start / (double)hap_len;
}

/* Is a sum good enough? false for NaN and infinity too */
static inline bool gw_pairhmm_trusted_f(float sum)
{
    return sum >= GW_PAIRHMM_FLOOR_F && sum <= FLT_MAX;
}

static inline bool gw_pairhmm_trusted_d(double sum)
{
    return sum >= GW_PAIRHMM_FLOOR_D && sum <= DBL_MAX;
}

/* From a scaled sum to the likelihood, in one place for all variants. */
double gw_pairhmm_finish_f(float sum);
double gw_pairhmm_finish_d(double sum);
double gw_pairhmm_finish_l(long double sum, int64_t exponent); /* of sum times 2^exponent */

/* 3. variants: the whole batch, flush-to-zero set, batch checked */
GW_RESULT_USED gw_status_t gw_pairhmm_log10_ref(const gw_pairhmm_batch_t *b, double *out,
                                                gw_err_t *err);
/* What gw_pairhmm_log10 asks of a batch (n_groups > 0), for those who compute elsewhere. */
GW_RESULT_USED gw_status_t gw_pairhmm_check(const gw_pairhmm_batch_t *b, gw_err_t *err);
/* One pair, flush-to-zero already set; false = out of memory */
bool gw_pairhmm_pair_ref(const gw_pairhmm_batch_t *b, int64_t read, int64_t h, double *out);
/* One level's kernels by hand, for tests, the self-check and benchmarks. A level this machine
 * lacks is GW_EINTERNAL. */
GW_RESULT_USED gw_status_t gw_pairhmm_log10_at(gw_cpu_level_t level, const gw_pairhmm_batch_t *b,
                                               double *out, gw_err_t *err);

#endif
