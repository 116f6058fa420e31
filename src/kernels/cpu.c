#include <config.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#    include <xmmintrin.h>
#endif

#include "kernels/cpu.h"

/* 1. levels */
static const char *const level_name[GW_CPU_LEVELS] = {"ref", "portable", "avx2", "avx512"};

const char *gw_cpu_level_name(gw_cpu_level_t level)
{
    return (unsigned)level < GW_CPU_LEVELS ? level_name[level] : "unknown";
}

#if defined(__x86_64__) || defined(__i386__)
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni") &&
           __builtin_cpu_supports("avx512bitalg") && __builtin_cpu_supports("avx512vpopcntdq");
}
#endif

bool gw_cpu_has(gw_cpu_level_t level)
{
    switch (level) {
    case GW_CPU_REF:
    case GW_CPU_PORTABLE:
        return true;
#if defined(__x86_64__) || defined(__i386__)
    case GW_CPU_AVX2:
        return has_avx2();
    case GW_CPU_AVX512:
        return has_avx512();
#endif
    default:
        return false;
    }
}

/* 2. the choice */
static pthread_once_t chosen_once = PTHREAD_ONCE_INIT;
static gw_cpu_level_t chosen;

/* the forced level; GW_CPU_LEVELS when nothing is forced; -1 when the name is unknown */
static int forced_level(void)
{
    const char *s = getenv("GENOWARP_SIMD");
    if (!s || !*s)
        return GW_CPU_LEVELS;
    for (int l = 0; l < GW_CPU_LEVELS; l++)
        if (strcmp(s, level_name[l]) == 0)
            return l;
    return -1;
}

static void choose(void)
{
    int l = forced_level();
    if (l < 0 || l == GW_CPU_LEVELS || !gw_cpu_has((gw_cpu_level_t)l))
        for (l = GW_CPU_LEVELS - 1; !gw_cpu_has((gw_cpu_level_t)l); l--)
            ;
    chosen = (gw_cpu_level_t)l;
}

gw_cpu_level_t gw_cpu_level(void)
{
    pthread_once(&chosen_once, choose);
    return chosen;
}

gw_status_t gw_cpu_check(gw_err_t *err)
{
    int l = forced_level();
    if (l < 0)
        return gw_err_set(err, GW_EUSAGE,
                          "GENOWARP_SIMD=%s: no such level; use ref, portable, "
                          "avx2 or avx512, or unset it",
                          getenv("GENOWARP_SIMD"));
    if (l < GW_CPU_LEVELS && !gw_cpu_has((gw_cpu_level_t)l))
        return gw_err_set(err, GW_EUSAGE,
                          "GENOWARP_SIMD=%s: this processor does not have it; "
                          "unset it",
                          level_name[l]);
    return GW_OK;
}

/* 3. flush to zero */
#if defined(__x86_64__)
enum { MXCSR_FTZ = 0x8000, MXCSR_DAZ = 0x0040 };

uint64_t gw_cpu_flush_on(void)
{
    unsigned saved = _mm_getcsr();
    _mm_setcsr(saved | MXCSR_FTZ | MXCSR_DAZ);
    return saved;
}

void gw_cpu_flush_off(uint64_t saved)
{
    /* only the two mode bits go back: the exception flags raised meanwhile stay */
    unsigned mode = MXCSR_FTZ | MXCSR_DAZ;
    _mm_setcsr((_mm_getcsr() & ~mode) | ((unsigned)saved & mode));
}
#elif defined(__aarch64__)
#    define FPCR_FZ ((uint64_t)1 << 24)

uint64_t gw_cpu_flush_on(void)
{
    uint64_t saved;
    __asm__ volatile("mrs %0, fpcr" : "=r"(saved));
    __asm__ volatile("msr fpcr, %0" : : "r"(saved | FPCR_FZ));
    return saved;
}

void gw_cpu_flush_off(uint64_t saved)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(saved));
}
#else
uint64_t gw_cpu_flush_on(void)
{
    return 0;
}

void gw_cpu_flush_off(uint64_t saved)
{
    (void)saved;
}
#endif
