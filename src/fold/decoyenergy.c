#include <config.h>

#include <math.h>
#include <stdlib.h>

#include "fold/abinitio_table.h"
#include "fold/decoy.h"
#include "fold/sspred.h"

enum { CA = GW_DECOY_CA, C = GW_DECOY_C, O = GW_DECOY_O, CB = GW_DECOY_CB };
static const double w_overlap = 1.0, w_pair = 1.0, w_crowd = 1.5, w_sheet = 0.2, w_size = 4.0;

static float dist2(const float *a, const float *b)
{
    float x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return x * x + y * y + z * z;
}

static float dot(const float *a, const float *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void direction(const float *from, const float *to, float *out)
{
    float l = sqrtf(dist2(from, to));
    for (int k = 0; k < 3; k++)
        out[k] = (to[k] - from[k]) / l;
}

/* how much atoms of two residues overlap: ((least^2 - d^2) / least)^2 summed */
static double overlap(const gw_decoy_t *d, int32_t i, int32_t j)
{
    double e = 0;
    for (int a = 0; a < GW_DECOY_ATOMS; a++)
        for (int b = 0; b < GW_DECOY_ATOMS; b++) {
            float r = gw_abinitio_least[a][b], x = r * r - dist2(d->at[i][a], d->at[j][b]);
            if (x > 0)
                e += (double)(x * x / (r * r));
        }
    return e;
}

static double pair(const gw_decoy_t *d, int32_t i, int32_t j, float d2)
{
    static const float edge2[GW_ABINITIO_CB] = {20.25F, 30.25F, 42.25F, 56.25F, 72.25F, 100, 144};
    int a = d->seq[i], b = d->seq[j], k = 0;
    if (a >= GW_AA_N || b >= GW_AA_N)
        return 0;
    while (d2 >= edge2[k])
        k++;
    return gw_abinitio_pair[a >= b ? a * (a + 1) / 2 + b : b * (b + 1) / 2 + a][k];
}

typedef struct {
    float along[GW_DECOY_MAX_LEN][3], carbonyl[GW_DECOY_MAX_LEN][3];
} frames_t;

static int bin(float x, int n) /* x in 0..1 */
{
    int k = (int)(x * (float)n);
    return k < 0 ? 0 : k < n ? k : n - 1;
}

/* two residues of strands or helices, 3 to 12 A apart */
static double sheet(const gw_decoy_t *d, const frames_t *f, int32_t i, int32_t j, float d2)
{
    float u[3];
    int kind = d->ss[i] != d->ss[j] ? 2 : d->ss[i] == GW_SSPRED_STRAND ? 0 : 1;
    direction(d->at[i][CA], d->at[j][CA], u);
    float side = (fabsf(dot(u, f->carbonyl[i])) + fabsf(dot(u, f->carbonyl[j]))) / 2;
    int row = kind * GW_ABINITIO_CA + (int)(sqrtf(d2) - 3);
    return gw_abinitio_sheet[row][bin((dot(f->along[i], f->along[j]) + 1) / 2, GW_ABINITIO_COS) *
                                      GW_ABINITIO_SIDE +
                                  bin(side, GW_ABINITIO_SIDE)];
}

static void frames(const gw_decoy_t *d, frames_t *f)
{
    for (int32_t i = 1; i + 1 < d->len; i++) {
        direction(d->at[i - 1][CA], d->at[i + 1][CA], f->along[i]);
        direction(d->at[i][C], d->at[i][O], f->carbonyl[i]);
    }
}

/* radius of gyration beyond that of known domains, A */
static double too_large(const gw_decoy_t *d)
{
    double mean[3] = {0}, sum = 0, n = d->len;
    for (int32_t i = 0; i < d->len; i++)
        for (int k = 0; k < 3; k++)
            mean[k] += (double)d->at[i][CA][k] / n;
    for (int32_t i = 0; i < d->len; i++)
        for (int k = 0; k < 3; k++)
            sum += ((double)d->at[i][CA][k] - mean[k]) * ((double)d->at[i][CA][k] - mean[k]);
    double beyond =
        sqrt(sum / n) - (double)gw_abinitio_size[0] * pow(n, (double)gw_abinitio_size[1]);
    return beyond > 0 ? beyond : 0;
}

gw_decoy_energy_t gw_decoy_energy(const gw_decoy_t *d)
{
    enum { PAIR_APART = 5, SHEET_APART = 6, OVERLAP_APART = 3 };
    gw_decoy_energy_t e = {0, 0, 0, 0, 0};
    int crowd[GW_DECOY_MAX_LEN] = {0};
    frames_t f;
    frames(d, &f);
    for (int32_t i = 0; i < d->len; i++)
        for (int32_t j = i + 1; j < d->len; j++) {
            float d2 = dist2(d->at[i][CA], d->at[j][CA]);
            if (d2 >= 15.1F * 15.1F) /* their CB are more than 12 A apart */
                continue;
            float cb2 = dist2(d->at[i][CB], d->at[j][CB]);
            if (cb2 < 100) {
                crowd[i]++;
                crowd[j]++;
            }
            if (j - i >= PAIR_APART && cb2 < 144)
                e.pair += pair(d, i, j, cb2);
            if (j - i >= OVERLAP_APART && d2 < 49)
                e.overlap += overlap(d, i, j);
            if (j - i >= SHEET_APART && d2 < 144 && d2 >= 9 && i > 0 && j + 1 < d->len &&
                d->ss[i] != GW_SSPRED_COIL && d->ss[j] != GW_SSPRED_COIL)
                e.sheet += sheet(d, &f, i, j, d2);
        }
    for (int32_t i = 0; i < d->len; i++)
        if (d->seq[i] < GW_AA_N)
            e.crowd += gw_abinitio_crowd[d->seq[i]][crowd[i] / 3 < GW_ABINITIO_CROWD
                                                        ? crowd[i] / 3
                                                        : GW_ABINITIO_CROWD - 1];
    e.pair /= GW_ABINITIO_UNIT;
    e.crowd /= GW_ABINITIO_UNIT;
    e.sheet /= GW_ABINITIO_UNIT;
    e.size = too_large(d);
    return e;
}

double gw_decoy_total(const gw_decoy_energy_t *e)
{
    return w_overlap * e->overlap + w_pair * e->pair + w_crowd * e->crowd + w_sheet * e->sheet +
           w_size * e->size;
}
