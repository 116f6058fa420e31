#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/sspred.h"
#include "fold/sspred_weights.h"
#include "kernels/conv.h"

enum { CHANNELS = GW_CONV_OUT, INPUTS = 42, LAYERS = 5 };
static const int width[LAYERS] = {11, 9, 9, 9, 9};
enum { N_WEIGHTS = (11 * INPUTS + 36 * CHANNELS + LAYERS) * CHANNELS + (CHANNELS + 1) * 6 };

/* IEEE half to single; no infinity or NaN */
static float from_half(const uint8_t *p)
{
    unsigned h = p[0] | (unsigned)p[1] << 8, e = h >> 10 & 31, m = h & 1023;
    if (e == 0) {
        float v = (float)m * 0x1p-24F;
        return h & 0x8000 ? -v : v;
    }
    uint32_t bits = (uint32_t)(h & 0x8000) << 16 | (uint32_t)(e + 112) << 23 | (uint32_t)m << 13;
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* square roots of the frequencies (0 for a sequence), the residue itself, information of the
 * column,
 * 1 */
static void fill_inputs(const gw_profile_t *p, bool sequence, float *x)
{
    memset(x, 0, (size_t)p->len * INPUTS * sizeof *x);
    for (int32_t i = 0; i < p->len; i++) {
        float info = 0, *row = x + (size_t)i * INPUTS;
        bool known = p->seq[i] < GW_AA_N;
        for (int a = 0; a < GW_AA_N && !sequence; a++) {
            float f = p->freq[i * GW_AA_N + a];
            row[a] = sqrtf(f);
            if (f > 0)
                info += f * log2f((f > 1e-6F ? f : 1e-6F) / 0.05F);
        }
        if (known)
            row[GW_AA_N + p->seq[i]] = 1;
        if (known && sequence)
            info = log2f(1 / 0.05F);
        row[2 * GW_AA_N] = info / 4.3F;
        row[2 * GW_AA_N + 1] = 1;
    }
}

/* out[i] = relu(b + sum over the window of in * w); all but the first layer add their input */
static void convolve(const float *in, int c_in, int w, const float *weight, int32_t len, float *out)
{
    gw_conv_layer_t l = {c_in, w, weight, weight + (size_t)w * (size_t)c_in * CHANNELS};
    gw_conv_run(&l, in, len, out);
    for (size_t at = 0; at < (size_t)len * CHANNELS; at++)
        out[at] = (out[at] > 0 ? out[at] : 0) + (c_in == CHANNELS ? in[at] : 0);
}

static void classify(const float *h, const float *weight, int32_t len, float *out)
{
    const float *bias = weight + CHANNELS * 6;
    for (int32_t i = 0; i < len; i++) {
        float z[6];
        for (int k = 0; k < 6; k++) {
            z[k] = bias[k];
            for (int c = 0; c < CHANNELS; c++)
                z[k] += h[(size_t)i * CHANNELS + (size_t)c] * weight[c * 6 + k];
        }
        for (int t = 0; t < 6; t += 3) {
            float top = fmaxf(z[t], fmaxf(z[t + 1], z[t + 2])), sum = 0;
            for (int k = 0; k < 3; k++)
                sum += z[t + k] = expf(z[t + k] - top);
            for (int k = 0; k < 3; k++)
                out[i * 6 + t + k] = z[t + k] / sum;
        }
    }
}

static gw_status_t run(const uint8_t *half, const gw_profile_t *p, bool sequence, float *out,
                       gw_err_t *err)
{
    size_t n = (size_t)p->len;
    float *w = gw_malloc(N_WEIGHTS, sizeof *w), *a = gw_malloc(n * CHANNELS, sizeof *a),
          *b = gw_malloc(n * CHANNELS, sizeof *b);
    if (!w || !a || !b) {
        free(w);
        free(a);
        free(b);
        return gw_err_nomem(err, "predicting secondary structure");
    }
    for (size_t i = 0; i < N_WEIGHTS; i++)
        w[i] = from_half(half + 2 * i);
    fill_inputs(p, sequence, a);
    const float *at = w;
    int c = INPUTS;
    for (int k = 0; k < LAYERS; k++) {
        convolve(a, c, width[k], at, p->len, b);
        at += (size_t)(width[k] * c + 1) * CHANNELS;
        c = CHANNELS;
        float *t = a;
        a = b;
        b = t;
    }
    classify(a, at, p->len, out);
    free(w);
    free(a);
    free(b);
    return GW_OK;
}

/* 1. prediction */
gw_status_t gw_sspred_run_weights(const uint8_t *prof, const uint8_t *seq, const gw_profile_t *p,
                                  float *out, gw_err_t *err)
{
    return run(p->single ? seq : prof, p, p->single, out, err);
}

gw_status_t gw_sspred_run(const gw_profile_t *p, float *out, gw_err_t *err)
{
    return gw_sspred_run_weights(gw_sspred_weights_prof, gw_sspred_weights_seq, p, out, err);
}

size_t gw_sspred_weights_size(void)
{
    return 2 * (size_t)N_WEIGHTS;
}
