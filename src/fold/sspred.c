#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/sspred.h"
#include "fold/sspred_weights.h"

enum { CHANNELS = 64, INPUTS = 22, LAYERS = 3, PAD = 5 };
static const int width[LAYERS] = {11, 9, 9};
enum { N_WEIGHTS = (11 * INPUTS + 18 * CHANNELS + LAYERS) * CHANNELS + (CHANNELS + 1) * 6 };

/* IEEE half to single */
static float from_half(const uint8_t *p)
{
    unsigned h = p[0] | (unsigned)p[1] << 8, e = h >> 10 & 31, m = h & 1023;
    float v = e == 0 ? ldexpf((float)m, -24) : ldexpf((float)(m | 1024), (int)e - 25);
    return h & 0x8000 ? -v : v;
}

static void fill_inputs(const gw_profile_t *p, float *x)
{
    for (int32_t i = 0; i < p->len; i++) {
        float info = 0, *row = x + (size_t)i * INPUTS;
        for (int a = 0; a < GW_AA_N; a++) {
            float f = p->freq[i * GW_AA_N + a];
            row[a] = f;
            if (f > 0)
                info += f * log2f((f > 1e-6F ? f : 1e-6F) / 0.05F);
        }
        row[20] = info / 4.3F;
        row[21] = 1;
    }
}

/* out[i] = relu(b + sum over the window of in * w), inner loop over output channels */
static void convolve(const float *in, int c_in, int w, const float *weight, int32_t len, float *out)
{
    const float *bias = weight + (size_t)w * (size_t)c_in * CHANNELS;
    for (int32_t i = 0; i < len; i++) {
        float sum[CHANNELS];
        memcpy(sum, bias, sizeof sum);
        for (int k = 0; k < w; k++) {
            int32_t at = i + k - w / 2;
            if (at < 0 || at >= len)
                continue;
            for (int c = 0; c < c_in; c++) {
                float v = in[(size_t)at * (size_t)c_in + (size_t)c];
                const float *row = weight + ((size_t)k * (size_t)c_in + (size_t)c) * CHANNELS;
                if (v == 0)
                    continue;
                for (int o = 0; o < CHANNELS; o++)
                    sum[o] += v * row[o];
            }
        }
        for (int o = 0; o < CHANNELS; o++)
            out[(size_t)i * CHANNELS + (size_t)o] = sum[o] > 0 ? sum[o] : 0;
    }
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

static gw_status_t run(const uint8_t *half, const gw_profile_t *p, float *out, gw_err_t *err)
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
    fill_inputs(p, a);
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
gw_status_t gw_sspred_run(const gw_profile_t *p, float *out, gw_err_t *err)
{
    return run(p->single ? gw_sspred_weights_seq : gw_sspred_weights_prof, p, out, err);
}

gw_status_t gw_sspred_run_weights(const char *path, const gw_profile_t *p, float *out,
                                  gw_err_t *err)
{
    uint8_t *half = gw_malloc(N_WEIGHTS, 2);
    if (!half)
        return gw_err_nomem(err, "reading weights");
    FILE *f = fopen(path, "rb");
    gw_status_t st = f && fread(half, 2, N_WEIGHTS, f) == N_WEIGHTS
                         ? run(half, p, out, err)
                         : gw_err_set(err, GW_ENOINPUT, "%s: cannot read the weights", path);
    if (f)
        fclose(f);
    free(half);
    return st;
}
