#include <config.h>

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "fold/superpose.h"
#include "tests/check_main.h"

enum { N = 60 };

static void points(uint64_t seed, float x[N][3])
{
    gw_rng_t rng;
    gw_rng_init(&rng, seed);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 3; k++)
            x[i][k] = (float)(10 * (3 - k) * gw_rng_normal(&rng));
}

/* a turn about each axis and a shift */
static void moved(uint64_t seed, const float x[N][3], float y[N][3])
{
    gw_rng_t rng;
    gw_rng_init(&rng, seed);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 3; k++)
            y[i][k] = x[i][k];
    for (int k = 0; k < 3; k++) {
        double a = 6.28 * gw_rng_unit(&rng), s = 30 * gw_rng_normal(&rng);
        int p = (k + 1) % 3, q = (k + 2) % 3;
        for (int i = 0; i < N; i++) {
            float u = y[i][p], v = y[i][q];
            y[i][p] = (float)(cos(a) * u - sin(a) * v);
            y[i][q] = (float)(sin(a) * u + cos(a) * v);
            y[i][k] += (float)s;
        }
    }
}

static double worst(const gw_frame_t *f, const float x[N][3], const float y[N][3], int n)
{
    double w = 0;
    for (int i = 0; i < n; i++) {
        float z[3];
        gw_frame_apply(f, x[i], z);
        for (int k = 0; k < 3; k++)
            w = fmax(w, fabs((double)z[k] - y[i][k]));
    }
    return w;
}

START_TEST(known_motion)
{
    float x[N][3], y[N][3];
    gw_frame_t f;
    points((uint64_t)_i, x);
    moved((uint64_t)_i + 100, (const float(*)[3])x, y);
    double rms = gw_superpose_fit((const float(*)[3])x, (const float(*)[3])y, NULL, N, &f);
    ck_assert_double_lt(rms, 1e-4);
    ck_assert_double_lt(worst(&f, (const float(*)[3])x, (const float(*)[3])y, N), 1e-3);
}
END_TEST

START_TEST(mirror_is_not_a_motion)
{
    float x[N][3], y[N][3];
    gw_frame_t f;
    points(3, x);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 3; k++)
            y[i][k] = k == 2 ? -x[i][k] : x[i][k];
    ck_assert_double_gt(gw_superpose_fit((const float(*)[3])x, (const float(*)[3])y, NULL, N, &f),
                        3);
    double det = 0;
    for (int k = 0; k < 3; k++) {
        int p = (k + 1) % 3, q = (k + 2) % 3;
        det += f.rot[0][k] * (f.rot[1][p] * f.rot[2][q] - f.rot[1][q] * f.rot[2][p]);
    }
    ck_assert_double_eq_tol(det, 1, 1e-9);
}
END_TEST

START_TEST(core_ignores_outliers)
{
    float x[N][3], y[N][3];
    double scratch[N];
    gw_frame_t f;
    points((uint64_t)_i + 40, x);
    moved((uint64_t)_i + 50, (const float(*)[3])x, y);
    for (int i = 40; i < N; i++)
        y[i][i % 3] += (float)(20 + i); /* a third of the chain lies elsewhere */
    double near = gw_superpose_core((const float(*)[3])x, (const float(*)[3])y, N, 3, scratch, &f);
    ck_assert_double_lt(worst(&f, (const float(*)[3])x, (const float(*)[3])y, 40), 0.5);
    ck_assert_double_gt(near, 39);
    ck_assert_double_lt(near, 43);
}
END_TEST

START_TEST(axes_in_order)
{
    float x[N][3], y[N][3];
    double s[3] = {0}, sum[3] = {0};
    gw_frame_t f;
    points((uint64_t)_i + 7, x);
    moved((uint64_t)_i + 8, (const float(*)[3])x, y);
    gw_superpose_axes((const float(*)[3])y, N, &f);
    float z[N][3];
    for (int i = 0; i < N; i++) {
        gw_frame_apply(&f, y[i], z[i]);
        for (int k = 0; k < 3; k++) {
            s[k] += (double)z[i][k] * z[i][k];
            sum[k] += z[i][k];
        }
    }
    for (int k = 0; k < 3; k++)
        ck_assert_double_eq_tol(sum[k] / N, 0, 1e-3);
    ck_assert_double_gt(s[0], s[1]);
    ck_assert_double_gt(s[1], s[2]);
    ck_assert_float_le(z[0][0], z[N - 1][0]);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("superpose");
    TCase *t = tcase_create("superpose");
    tcase_add_loop_test(t, known_motion, 0, 20);
    tcase_add_test(t, mirror_is_not_a_motion);
    tcase_add_loop_test(t, core_ignores_outliers, 0, 10);
    tcase_add_loop_test(t, axes_in_order, 0, 10);
    suite_add_tcase(s, t);
    return s;
}
GW_CHECK_MAIN(make)
