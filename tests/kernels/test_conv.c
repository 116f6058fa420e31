#include <config.h>

#include <string.h>

#include "base/hash.h"
#include "kernels/conv.h"
#include "tests/check_main.h"

enum { MOST = 70, WIDEST = 11 };

static float number(gw_rng_t *r)
{
    return (float)gw_rng_below(r, 2000001) / 1e6F - 1;
}

/* a window over three positions by hand: the middle one sees all, the ends what there is */
START_TEST(test_by_hand)
{
    static float weight[3 * 2 * GW_CONV_OUT], bias[GW_CONV_OUT], out[3 * GW_CONV_OUT];
    const float in[6] = {1, 2, 3, 4, 5, 6};
    gw_conv_layer_t l = {2, 3, weight, bias};
    for (int k = 0; k < 6; k++)
        weight[k * GW_CONV_OUT + 7] = (float)(1 << k);
    bias[7] = 100;
    gw_conv_ref(&l, in, 3, out);
    ck_assert(out[7] == 100 + 1 * 4 + 2 * 8 + 3 * 16 + 4 * 32);
    ck_assert(out[GW_CONV_OUT + 7] == 100 + 1 + 2 * 2 + 3 * 4 + 4 * 8 + 5 * 16 + 6 * 32);
    ck_assert(out[2 * GW_CONV_OUT + 7] == 100 + 3 + 4 * 2 + 5 * 4 + 6 * 8);
    ck_assert(out[8] == 0);
}
END_TEST

/* every variant gives the reference's bits, at any length against the window's */
START_TEST(test_variants)
{
    static float weight[WIDEST * GW_CONV_OUT * GW_CONV_OUT], bias[GW_CONV_OUT],
        in[MOST * GW_CONV_OUT], want[MOST * GW_CONV_OUT], got[MOST * GW_CONV_OUT];
    static const int inputs[] = {1, 42, 64};
    if (!gw_cpu_has((gw_cpu_level_t)_i))
        return;
    gw_conv_fn *run = gw_conv_at((gw_cpu_level_t)_i);
    gw_rng_t r;
    gw_rng_init(&r, 3);
    for (size_t k = 0; k < sizeof weight / sizeof *weight; k++)
        weight[k] = number(&r);
    for (int k = 0; k < GW_CONV_OUT; k++)
        bias[k] = number(&r);
    for (size_t k = 0; k < sizeof in / sizeof *in; k++)
        in[k] = gw_rng_below(&r, 3) ? number(&r) : 0;
    for (int width = 1; width <= WIDEST; width += 2)
        for (int c = 0; c < 3; c++)
            for (int32_t len = 1; len <= MOST; len += 1 + len / 9) {
                gw_conv_layer_t l = {inputs[c], width, weight, bias};
                gw_conv_ref(&l, in, len, want);
                run(&l, in, len, got);
                ck_assert_msg(
                    !memcmp(want, got, (size_t)len * GW_CONV_OUT * sizeof *got),
                    "width %d, %d inputs, %d positions: %s differs from the reference", width,
                    inputs[c], (int)len, gw_cpu_level_name((gw_cpu_level_t)_i));
            }
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("conv");
    TCase *c = tcase_create("conv");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, test_by_hand);
    tcase_add_loop_test(c, test_variants, GW_CPU_PORTABLE, GW_CPU_LEVELS);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
