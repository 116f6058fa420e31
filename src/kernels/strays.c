#include <config.h>

#include "kernels/strays.h"

const gw_strays_variant_t *gw_strays_at(gw_cpu_level_t level)
{
#if defined(__x86_64__) || defined(__i386__)
    if (level >= GW_CPU_AVX512)
        return &gw_strays_avx512;
    if (level >= GW_CPU_AVX2)
        return &gw_strays_avx2;
#endif
    (void)level;
    return &gw_strays_ref;
}

bool gw_strays_fits(const gw_ident_params_t *p, int32_t least)
{
    /* keys are twice the scores; 32 rows add no more than 32 * 127 to a score, 32 gap letters no more
     * than 32 * COSTS */
    enum { MOST = 11000, COSTS = 20 };
    return least <= MOST && p->gap_open <= COSTS && p->gap_extend <= COSTS;
}

size_t gw_strays_profile_bytes(const gw_strays_variant_t *v, const gw_ident_params_t *p,
                               int32_t q_len)
{
    size_t lanes = (size_t)v->lanes, row = (size_t)q_len + 3 * lanes;
    return lanes == 1 ? (size_t)q_len : (size_t)p->n_letters * row * sizeof(int16_t);
}

size_t gw_strays_work_bytes(const gw_strays_variant_t *v, int32_t q_len, int32_t t_len)
{
    size_t lanes = (size_t)v->lanes, width = (size_t)q_len + (size_t)t_len + 2 * lanes;
    return lanes == 1 ? 2 * (size_t)q_len * sizeof(int64_t) : 3 * width * sizeof(int16_t);
}
