#include <config.h>

#include "base/hash.h"
#include "kernels/editbound.h"
#include "tests/check_main.h"

enum { LONG = 300 };

static int copy(gw_rng_t *r, const uint8_t *q, int n, uint8_t *t, int rate)
{
    int m = 0;
    for (int i = 0; i < n && m < LONG - 2; i++) {
        uint64_t z = gw_rng_below(r, (uint64_t)rate * 3);
        if (z == 0)
            continue;
        if (z == 1)
            t[m++] = (uint8_t)gw_rng_below(r, 4);
        t[m++] = z == 2 ? (uint8_t)gw_rng_below(r, 5) : q[i];
    }
    return m > 0 ? m : 1;
}

/* The words give what the cells give, for pairs alike and unlike, on every kind of band. */
START_TEST(test_words)
{
    gw_rng_t r;
    gw_rng_init(&r, 17);
    gw_editbound_t w = {0};
    int given_up = 0, low_ones = 0;
    for (int it = 0; it < 6000; it++) {
        uint8_t q[LONG], t[LONG] = {0};
        int32_t work[2 * (GW_EDITBOUND_BAND + 2)];
        int ql = 1 + (int)gw_rng_below(&r, LONG), tl;
        for (int i = 0; i < ql; i++)
            q[i] = (uint8_t)gw_rng_below(&r, 5);
        if (gw_rng_below(&r, 4)) {
            tl = copy(&r, q, ql, t, 2 + (int)gw_rng_below(&r, 40));
        } else {
            tl = 1 + (int)gw_rng_below(&r, LONG);
            for (int i = 0; i < tl; i++)
                t[i] = (uint8_t)gw_rng_below(&r, 4);
        }
        int32_t low = it % 3 ? -32 + (int)gw_rng_below(&r, 8)
                             : (int)gw_rng_below(&r, 2 * LONG) - LONG - 64;
        int32_t most = (int)gw_rng_below(&r, it % 2 ? 12 : LONG);
        ck_assert_int_eq(gw_editbound_query(&w, q, ql, NULL), GW_OK);
        int32_t got = gw_editbound(&w, t, tl, low, most);
        int32_t want = gw_editbound_ref(q, ql, t, tl, low, most, work);
        ck_assert_msg(got == want, "pair %d (%d, %d letters, band from %d, most %d): %d, cells say %d",
                      it, ql, tl, (int)low, (int)most, (int)got, (int)want);
        given_up += want > most;
        low_ones += want > 0 && want <= most;
    }
    ck_assert_int_gt(given_up, 500);
    ck_assert_int_gt(low_ones, 500);
    gw_editbound_release(&w);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("editbound");
    TCase *c = tcase_create("editbound");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, test_words);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
