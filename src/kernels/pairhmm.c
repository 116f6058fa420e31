#include <config.h>

#include "kernels/cpu.h"
#include "kernels/pairhmm.h"
#include "kernels/pairhmm_batch.h"
#include "kernels/pairhmm_variants.h"

/* 1. the batch: groups must start at 0 and rise, so that flat arrays are what they seem */
static gw_status_t check_offsets(const int64_t *off, int64_t n, const char *what, int64_t least,
                                 gw_err_t *err)
{
    for (int64_t i = 0; i < n; i++)
        if (off[i] < 0 || off[i + 1] < off[i] + least)
            return gw_err_set(err, GW_EINTERNAL, "read likelihoods: %s %lld spans %lld..%lld", what,
                              (long long)i, (long long)off[i], (long long)off[i + 1]);
    return GW_OK;
}

gw_status_t gw_pairhmm_check(const gw_pairhmm_batch_t *b, gw_err_t *err)
{
    int64_t n = (int64_t)b->n_groups;
    gw_status_t st = check_offsets(b->read_group, n, "reads of group", 0, err);
    if (st == GW_OK)
        st = check_offsets(b->hap_group, n, "haplotypes of group", 0, err);
    if (st == GW_OK)
        st = check_offsets(b->read_off + b->read_group[0], b->read_group[n] - b->read_group[0],
                           "read", 1, err);
    if (st == GW_OK)
        st = check_offsets(b->hap_off + b->hap_group[0], b->hap_group[n] - b->hap_group[0],
                           "haplotype", 1, err);
    return st;
}

/* 2. likelihoods */
gw_status_t gw_pairhmm_log10_at(gw_cpu_level_t level, const gw_pairhmm_batch_t *b, double *out,
                                gw_err_t *err)
{
    switch (level) {
    case GW_CPU_PORTABLE:
        return gw_pairhmm_batch_run(&gw_pairhmm_simd_portable, b, out, err);
#if defined(__x86_64__) || defined(__i386__)
    case GW_CPU_AVX2:
        return gw_pairhmm_batch_run(&gw_pairhmm_simd_avx2, b, out, err);
    case GW_CPU_AVX512:
        return gw_pairhmm_batch_run(&gw_pairhmm_simd_avx512, b, out, err);
#endif
    default:
        return gw_pairhmm_log10_ref(b, out, err);
    }
}

gw_status_t gw_pairhmm_log10(const gw_pairhmm_batch_t *b, double *out, gw_err_t *err)
{
    if (b->n_groups == 0)
        return GW_OK;
    gw_status_t st = gw_pairhmm_check(b, err);
    return st == GW_OK ? gw_pairhmm_log10_at(gw_cpu_level(), b, out, err) : st;
}
