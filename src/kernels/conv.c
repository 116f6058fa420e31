#include <config.h>

#include "kernels/conv.h"

gw_conv_fn *gw_conv_at(gw_cpu_level_t level)
{
#if defined(__x86_64__) || defined(__i386__)
    if (level >= GW_CPU_AVX512)
        return gw_conv_avx512;
    if (level >= GW_CPU_AVX2)
        return gw_conv_avx2;
#endif
    return level >= GW_CPU_PORTABLE ? gw_conv_portable : gw_conv_ref;
}

void gw_conv_run(const gw_conv_layer_t *l, const float *in, int32_t len, float *out)
{
    gw_conv_at(gw_cpu_level())(l, in, len, out);
}
