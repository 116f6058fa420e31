#include <config.h>

#include <stdlib.h>

#include "kernels/gram.h"

/* The definition: no tables, one genotype after the other. Rows past the end of the block and
 * samples past the end of a row add nothing (their e is 0, as the tables of the variants have it).
 */

static int code(const gw_gram_block_t *b, int64_t v, int64_t i)
{
    if (v >= b->n_variants || i >= b->n_samples)
        return -1;
    return (b->geno[(size_t)v * b->row_bytes + (size_t)(i / 4)] >> (2 * (i % 4))) & 3;
}

static double standardised(const gw_gram_block_t *b, int64_t v, int g)
{
    return g < 0 || g == 3 ? 0 : (g - b->mean[v]) * b->scale[v];
}

static gw_status_t left(const gw_gram_block_t *b, int n_tiles, const float *q, float *y,
                        gw_err_t *err)
{
    (void)err;
    for (int t = 0; t < n_tiles; t++)
        for (int64_t v = 0; v < b->n_variants; v++)
            for (int c = 0; c < GW_GRAM_LANES; c++) {
                const float *qc = q + (size_t)t * (size_t)b->n_samples * GW_GRAM_LANES + c;
                float sum = 0, missing = 0, all = 0;
                for (int64_t i = 0; i < b->n_samples; i += 4) {
                    float e[4];
                    for (int j = 0; j < 4; j++) {
                        int g = code(b, v, i + j);
                        float x = g < 0 ? 0 : qc[(i + j) * GW_GRAM_LANES];
                        e[j] = g == 2 ? x + x : g == 1 ? x : 0;
                        if (g == 3)
                            missing += x;
                        if (g >= 0)
                            all += x;
                    }
                    sum += (e[0] + e[1]) + (e[2] + e[3]);
                }
                float mean = (float)b->mean[v], scale = (float)b->scale[v];
                y[((size_t)t * (size_t)b->n_variants + (size_t)v) * GW_GRAM_LANES + (size_t)c] =
                    scale * (sum + mean * (missing - all));
            }
    return GW_OK;
}

static gw_status_t right(const gw_gram_block_t *b, int n_tiles, const float *z, float *h,
                         gw_err_t *err)
{
    (void)err;
    for (int t = 0; t < n_tiles; t++)
        for (int64_t i = 0; i < b->n_samples; i++)
            for (int c = 0; c < GW_GRAM_LANES; c++) {
                const float *zc = z + (size_t)t * (size_t)b->n_variants * GW_GRAM_LANES + c;
                float sum = 0;
                for (int64_t v = 0; v < b->n_variants; v += 4) {
                    float e[4] = {0, 0, 0, 0};
                    for (int j = 0; j < 4 && v + j < b->n_variants; j++)
                        e[j] = (float)standardised(b, v + j, code(b, v + j, i)) *
                               zc[(v + j) * GW_GRAM_LANES];
                    sum += (e[0] + e[1]) + (e[2] + e[3]);
                }
                h[((size_t)t * (size_t)b->n_samples + (size_t)i) * GW_GRAM_LANES + (size_t)c] = sum;
            }
    return GW_OK;
}

static void fill_index(const gw_gram_block_t *b, uint8_t *index)
{
    for (int64_t v = 0; v < b->n_variants; v += 4)
        for (int64_t i = 0; i < (int64_t)(4 * b->row_bytes); i++) {
            int byte = 0;
            for (int j = 0; j < 4; j++) {
                int g = code(b, v + j, i);
                byte |= (g < 0 ? 0 : g) << (2 * j);
            }
            *index++ = (uint8_t)byte;
        }
}

static gw_status_t tile(const gw_gram_block_t *b, const uint8_t *index, int64_t t, double *k,
                        gw_err_t *err)
{
    (void)index;
    (void)err;
    for (int64_t i = t * GW_GRAM_DLANES; i < b->n_samples; i++)
        for (int64_t c = 0; c < GW_GRAM_DLANES; c++)
            for (int64_t v = 0; v < b->n_variants; v += 4) {
                double e[4] = {0, 0, 0, 0};
                for (int64_t j = 0; j < 4 && v + j < b->n_variants; j++)
                    e[j] = standardised(b, v + j, code(b, v + j, i)) *
                           standardised(b, v + j, code(b, v + j, t * GW_GRAM_DLANES + c));
                k[i * GW_GRAM_DLANES + c] += (e[0] + e[1]) + (e[2] + e[3]);
            }
    return GW_OK;
}

static void count(const uint8_t *row, int64_t n, int64_t c[4])
{
    c[0] = c[1] = c[2] = c[3] = 0;
    for (int64_t i = 0; i < n; i++)
        c[(row[i / 4] >> (2 * (i % 4))) & 3]++;
}

static void pair(const uint8_t *a, const uint8_t *b, int64_t n, int64_t sum[4])
{
    sum[0] = sum[1] = sum[2] = sum[3] = 0;
    for (int64_t i = 0; i < n; i++) {
        int g = (a[i / 4] >> (2 * (i % 4))) & 3, h = (b[i / 4] >> (2 * (i % 4))) & 3;
        if (g == 3 || h == 3)
            continue;
        sum[0] += g * h;
        sum[1] += g;
        sum[2] += h;
        sum[3]++;
    }
}

static void kin(const uint8_t *a, const uint8_t *b, int64_t n, int64_t sum[4])
{
    sum[0] = sum[1] = sum[2] = sum[3] = 0;
    for (int64_t i = 0; i < n; i++) {
        int g = (a[i / 4] >> (2 * (i % 4))) & 3, h = (b[i / 4] >> (2 * (i % 4))) & 3;
        if (g == 3 || h == 3)
            continue;
        sum[0] += (g == 1 && h == 1) - 2 * (abs(g - h) == 2);
        sum[1] += g == 1;
        sum[2] += h == 1;
        sum[3]++;
    }
}

const gw_gram_variant_t gw_gram_ref = {"ref", left, right, fill_index, tile, count, pair, kin};
