/* genotype products on the emulated device equal the plain reference bit by bit */
#include <config.h>

#include <string.h>

#include "cuda/gpugram.h"
#include "tests/cuda/emutest.h"
#include "tests/kernels/genos.h"

START_TEST(products)
{
    set_t s;
    gw_err_t err = {0};
    gw_gpu_t *g = emutest_stream();
    set_init(&s, &sizes[_i]);
    size_t left = (size_t)sizes[_i].v * TILES * L, right = (size_t)sizes[_i].n * TILES * L;
    float *y = gw_malloc(left, sizeof *y), *want = gw_malloc(right, sizeof *want),
          *got = gw_malloc(left > right ? left : right, sizeof *got);
    ck_assert(y && want && got);
    ck_assert_int_eq(gw_gram_ref.left(&s.b, TILES, s.q, y, &err), GW_OK);
    ck_assert_int_eq(gw_gram_ref.right(&s.b, TILES, y, want, &err), GW_OK);
    for (unsigned order = 0; order < 3; order++) {
        emutest_order(order);
        memset(got, 0xee, left * sizeof *got);
        ck_assert_int_eq(gw_gpugram_left(g, &s.b, TILES, s.q, got, &err), GW_OK);
        ck_assert(memcmp(got, y, left * sizeof *y) == 0);
        memset(got, 0xee, right * sizeof *got);
        ck_assert_int_eq(gw_gpugram_apply(g, &s.b, TILES, s.q, got, &err), GW_OK);
        ck_assert(memcmp(got, want, right * sizeof *want) == 0);
    }
    free(y);
    free(want);
    free(got);
    set_release(&s);
    gw_gpu_destroy(g);
}
END_TEST

START_TEST(square)
{
    set_t s;
    gw_err_t err = {0};
    gw_gpu_t *g = emutest_stream();
    set_init(&s, &sizes[_i]);
    int64_t n = sizes[_i].n, tiles = (n + D - 1) / D;
    size_t bytes = (size_t)(tiles * n * D) * sizeof(double);
    double *want = gw_malloc(bytes, 1), *got = gw_malloc(bytes, 1);
    ck_assert(want && got);
    for (size_t i = 0; i < bytes / sizeof *got; i++)
        got[i] = want[i] = (double)(i % 17) / 7; /* sums of blocks before; rows above stay so */
    for (unsigned order = 0; order < 2; order++) {
        emutest_order(order);
        for (int64_t t = 0; t < tiles; t++)
            ck_assert_int_eq(gw_gram_ref.tile(&s.b, NULL, t, want + t * n * D, &err), GW_OK);
        int64_t half = order ? tiles / 2 : tiles; /* all tiles, and in two parts */
        ck_assert_int_eq(gw_gpugram_square(g, &s.b, 0, half, got, &err), GW_OK);
        ck_assert_int_eq(gw_gpugram_square(g, &s.b, half, tiles - half, got, &err), GW_OK);
        ck_assert(memcmp(got, want, bytes) == 0);
    }
    free(want);
    free(got);
    set_release(&s);
    gw_gpu_destroy(g);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gpugram");
    TCase *c = tcase_create("gpugram");
    tcase_add_loop_test(c, products, 0, sizeof sizes / sizeof *sizes);
    tcase_add_loop_test(c, square, 0, sizeof sizes / sizeof *sizes);
    tcase_set_timeout(c, 600);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
