#include <config.h>

#include <math.h>
#include <string.h>

#include "fold/superpose.h"

/* eigenvectors of the symmetric a (n <= 4), destroyed; column k of v belongs to a[k][k] */
static void jacobi(double a[4][4], int n, double v[4][4])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            v[i][j] = i == j;
    for (int sweep = 0; sweep < 60; sweep++) {
        double off = 0;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                off += fabs(a[p][q]);
        if (off < 1e-12)
            return;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++) {
                if (fabs(a[p][q]) < 1e-300)
                    continue;
                double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
                double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
                double c = 1 / sqrt(t * t + 1), s = t * c;
                for (int k = 0; k < n; k++) {
                    double x = a[k][p], y = a[k][q];
                    a[k][p] = c * x - s * y;
                    a[k][q] = s * x + c * y;
                }
                for (int k = 0; k < n; k++) {
                    double x = a[p][k], y = a[q][k];
                    a[p][k] = c * x - s * y;
                    a[q][k] = s * x + c * y;
                    x = v[k][p];
                    y = v[k][q];
                    v[k][p] = c * x - s * y;
                    v[k][q] = s * x + c * y;
                }
            }
    }
}

/* 1. frames */
void gw_frame_apply(const gw_frame_t *f, const float in[3], float out[3])
{
    float y[3];
    for (int k = 0; k < 3; k++)
        y[k] = (float)(f->rot[k][0] * in[0] + f->rot[k][1] * in[1] + f->rot[k][2] * in[2] +
                       f->shift[k]);
    memcpy(out, y, sizeof y);
}

static double apart2(const gw_frame_t *f, const float *from, const float *to)
{
    float y[3];
    double s = 0;
    gw_frame_apply(f, from, y);
    for (int k = 0; k < 3; k++)
        s += ((double)y[k] - to[k]) * ((double)y[k] - to[k]);
    return s;
}

/* 2. fitting */
static void rotation(const double s[3][3], double rot[3][3])
{
    double a[4][4] = {
        {s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0]},
        {0, s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]},
        {0, 0, s[1][1] - s[0][0] - s[2][2], s[1][2] + s[2][1]},
        {0, 0, 0, s[2][2] - s[0][0] - s[1][1]}};
    double v[4][4];
    int best = 0;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            a[i][j] = a[j][i];
    jacobi(a, 4, v);
    for (int k = 1; k < 4; k++)
        if (a[k][k] > a[best][best])
            best = k;
    double w = v[0][best], x = v[1][best], y = v[2][best], z = v[3][best];
    double r[3][3] = {{w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)},
                      {2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)},
                      {2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z}};
    for (int k = 0; k < 9; k++)
        rot[k / 3][k % 3] = r[k / 3][k % 3];
}

double gw_superpose_fit(const float (*from)[3], const float (*to)[3], const double *weight,
                        size_t n, gw_frame_t *out)
{
    double a[3] = {0}, b[3] = {0}, s[3][3] = {{0}}, sum = 0, miss = 0;
    *out = (gw_frame_t){{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {0, 0, 0}};
    for (size_t i = 0; i < n; i++) {
        double w = weight ? weight[i] : 1;
        sum += w;
        for (int k = 0; k < 3; k++) {
            a[k] += w * from[i][k];
            b[k] += w * to[i][k];
        }
    }
    if (!(sum > 0))
        return 0;
    for (int k = 0; k < 3; k++) {
        a[k] /= sum;
        b[k] /= sum;
    }
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            for (int l = 0; l < 3; l++)
                s[k][l] += (weight ? weight[i] : 1) * (from[i][k] - a[k]) * (to[i][l] - b[l]);
    rotation((const double(*)[3])s, out->rot);
    for (int k = 0; k < 3; k++)
        out->shift[k] =
            b[k] - out->rot[k][0] * a[0] - out->rot[k][1] * a[1] - out->rot[k][2] * a[2];
    for (size_t i = 0; i < n; i++)
        miss += (weight ? weight[i] : 1) * apart2(out, from[i], to[i]);
    return sqrt(miss / sum);
}

static double near_sum(const gw_frame_t *f, const float (*from)[3], const float (*to)[3], size_t n,
                       double d0, double *weight)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double w = 1 / (1 + apart2(f, from[i], to[i]) / (d0 * d0));
        sum += w;
        weight[i] = w * w;
    }
    return sum;
}

double gw_superpose_core(const float (*from)[3], const float (*to)[3], size_t n, double d0,
                         double *scratch, gw_frame_t *out)
{
    enum { ROUNDS = 12 };
    double best = -1;
    *out = (gw_frame_t){{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, {0, 0, 0}};
    for (size_t part = 1; part <= 4 && n; part *= 2) {
        size_t len = n / part < 4 ? n : n / part, step = len / 2 ? len / 2 : 1;
        for (size_t at = 0; at + len <= n; at += step) {
            gw_frame_t f;
            gw_superpose_fit(from + at, to + at, NULL, len, &f);
            for (int round = 0; round < ROUNDS; round++) {
                double sum = near_sum(&f, from, to, n, d0, scratch);
                if (sum > best) {
                    best = sum;
                    *out = f;
                }
                gw_superpose_fit(from, to, scratch, n, &f);
            }
        }
    }
    return best > 0 ? best : 0;
}

/* 3. principal axes */
void gw_superpose_axes(const float (*x)[3], size_t n, gw_frame_t *out)
{
    double mean[3] = {0}, a[4][4] = {{0}}, v[4][4];
    int order[3] = {0, 1, 2};
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            mean[k] += x[i][k] / (double)n;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            for (int l = 0; l < 3; l++)
                a[k][l] += (x[i][k] - mean[k]) * (x[i][l] - mean[l]);
    jacobi(a, 3, v);
    for (int i = 0; i < 3; i++)
        for (int j = i + 1; j < 3; j++)
            if (a[order[j]][order[j]] > a[order[i]][order[i]]) {
                int t = order[i];
                order[i] = order[j];
                order[j] = t;
            }
    double(*r)[3] = out->rot;
    for (int row = 0; row < 2; row++) {
        double along = 0;
        for (int k = 0; k < 3; k++) {
            r[row][k] = v[k][order[row]];
            along += n ? r[row][k] * ((double)x[n - 1][k] - x[0][k]) : 0;
        }
        for (int k = 0; k < 3 && along < 0; k++)
            r[row][k] = -r[row][k];
    }
    for (int k = 0; k < 3; k++) { /* the third makes it a right-handed frame */
        int p = (k + 1) % 3, q = (k + 2) % 3;
        r[2][k] = r[0][p] * r[1][q] - r[0][q] * r[1][p];
    }
    for (int k = 0; k < 3; k++)
        out->shift[k] = -(r[k][0] * mean[0] + r[k][1] * mean[1] + r[k][2] * mean[2]);
}
