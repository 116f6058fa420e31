/* src/kernels/cpu.h -- which vector instructions the kernels may use here
 *
 * Contents: 1. levels  2. the choice  3. flush to zero
 * Every kernel has a plain reference and variants by level; all give the same answers, so the
 * level never shows in a result. GENOWARP_SIMD=ref|portable|avx2|avx512 forces one for tests and
 * bug reports; a level that this machine lacks is an error that gw_cpu_check() reports.
 */
#ifndef GW_KERNELS_CPU_H
#define GW_KERNELS_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* 1. levels, each including those before it. A kernel without a variant for the level takes the
 *    next lower one that it has. */
typedef enum {
    GW_CPU_REF,      /* the plain references */
    GW_CPU_PORTABLE, /* 128-bit vectors through SIMDe: SSE2 or NEON */
    GW_CPU_AVX2,     /* AVX2, FMA, BMI2, POPCNT */
    GW_CPU_AVX512,   /* AVX-512 F BW DQ VL VBMI VNNI BITALG VPOPCNTDQ (Ice Lake, Zen 4 or newer) */
    GW_CPU_LEVELS
} gw_cpu_level_t;

const char *gw_cpu_level_name(gw_cpu_level_t level);
/* Does this machine (and this build) have the level? */
bool gw_cpu_has(gw_cpu_level_t level);

/* 2. the choice, made once: GENOWARP_SIMD, or the best level there is */
gw_cpu_level_t gw_cpu_level(void);
/* GW_EUSAGE when GENOWARP_SIMD names no level or one that is missing here. */
GW_RESULT_USED gw_status_t gw_cpu_check(gw_err_t *err);

/* 3. flush to zero: numbers below the smallest normal one count as zero between on and off, as
 *    they cost hundreds of cycles on some processors. Float kernels use it in every variant, the
 *    reference included, so that bits stay equal. off takes what on returned. */
uint64_t gw_cpu_flush_on(void);
void gw_cpu_flush_off(uint64_t saved);

#endif
