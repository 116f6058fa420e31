/* src/kernels/conv_simd.h -- the window sums in vectors, a template
 *
 * The includer defines LANES (floats of a vector), ROWS (positions done together), VECS (vectors of
 * outputs done together; 64 is a multiple of VECS * LANES) and NAME. A window's inputs lie one after
 * the other, so a position is one product of a row of inputs with the matrix of weights.
 */
#include <stddef.h>

#include "kernels/conv.h"

typedef float vec_t __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* outputs of n positions, `step` inputs apart, over the same n_in rows of weights */
static inline __attribute__((always_inline)) void tile(const float *in, ptrdiff_t step, int n,
                                                       const float *weight, size_t n_in,
                                                       const float *bias, float *out)
{
    for (int part = 0; part < GW_CONV_OUT; part += VECS * LANES) {
        vec_t sum[ROWS][VECS];
        for (int r = 0; r < n; r++)
            for (int v = 0; v < VECS; v++)
                sum[r][v] = *(const vec_t *)(bias + part + v * LANES);
        for (size_t x = 0; x < n_in; x++) {
            const float *w = weight + x * GW_CONV_OUT + part;
            for (int r = 0; r < n; r++) {
                float a = in[r * step + (ptrdiff_t)x];
                for (int v = 0; v < VECS; v++)
                    sum[r][v] += a * *(const vec_t *)(w + v * LANES);
            }
        }
        for (int r = 0; r < n; r++)
            for (int v = 0; v < VECS; v++)
                *(vec_t *)(out + r * GW_CONV_OUT + part + v * LANES) = sum[r][v];
    }
}

void NAME(const gw_conv_layer_t *l, const float *in, int32_t len, float *out)
{
    const int32_t half = l->width / 2;
    const size_t c = (size_t)l->inputs;
    for (int32_t i = 0; i < len;) {
        float *to = out + (size_t)i * GW_CONV_OUT;
        if (i >= half && i + ROWS + half <= len) {
            tile(in + (size_t)(i - half) * c, (ptrdiff_t)c, ROWS, l->weight, (size_t)l->width * c,
                 l->bias, to);
            i += ROWS;
            continue;
        }
        int32_t beg = i < half ? 0 : i - half, end = i + half < len ? i + half + 1 : len;
        tile(in + (size_t)beg * c, 0, 1, l->weight + (size_t)(beg - i + half) * c * GW_CONV_OUT,
             (size_t)(end - beg) * c, l->bias, to);
        i++;
    }
}
