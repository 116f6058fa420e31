#include <config.h>

#include <stddef.h>
#include <string.h>

#include "kernels/conv.h"

void gw_conv_ref(const gw_conv_layer_t *l, const float *in, int32_t len, float *out)
{
    for (int32_t i = 0; i < len; i++) {
        float *sum = out + (size_t)i * GW_CONV_OUT;
        memcpy(sum, l->bias, GW_CONV_OUT * sizeof *sum);
        for (int k = 0; k < l->width; k++) {
            int32_t at = i + k - l->width / 2;
            if (at < 0 || at >= len)
                continue;
            for (int c = 0; c < l->inputs; c++) {
                float v = in[(size_t)at * (size_t)l->inputs + (size_t)c];
                const float *w = l->weight + ((size_t)(k * l->inputs + c)) * GW_CONV_OUT;
                for (int o = 0; o < GW_CONV_OUT; o++)
                    sum[o] += v * w[o];
            }
        }
    }
}
