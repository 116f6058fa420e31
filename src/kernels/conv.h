/* src/kernels/conv.h -- sums over a sliding window, 64 outputs a position (layers of small networks)
 *
 * Contents: 1. layers  2. variants
 * out[i][o] = bias[o] + sum over k, c of in[i + k - width / 2][c] * weight[k][c][o], added in that
 * order (k outer, c inner) in single precision without fused multiply-add; positions outside 0..len
 * are left out. Every variant adds in the same order, so all give the same bits.
 */
#ifndef GW_KERNELS_CONV_H
#define GW_KERNELS_CONV_H

#include <stdint.h>

#include "kernels/cpu.h"

/* 1. layers */
enum { GW_CONV_OUT = 64 };
typedef struct {
    int inputs, width;   /* channels of a position; positions of the window, odd */
    const float *weight; /* [width][inputs][64] */
    const float *bias;   /* [64] */
} gw_conv_layer_t;
/* in: [len][inputs], out: [len][64]; they may not overlap */
void gw_conv_run(const gw_conv_layer_t *l, const float *in, int32_t len, float *out);

/* 2. variants */
typedef void gw_conv_fn(const gw_conv_layer_t *l, const float *in, int32_t len, float *out);
gw_conv_fn gw_conv_ref, gw_conv_portable, gw_conv_avx2, gw_conv_avx512;
/* the variant of a level, or of the next lower one that has one */
gw_conv_fn *gw_conv_at(gw_cpu_level_t level);

#endif
