#include <config.h>

#include <stdatomic.h>
#include <unistd.h>

#include "base/ahead.h"
#include "tests/check_main.h"

enum { ITEMS = 700, SLOTS = 6 };

typedef struct {
    int number, worked;
} item_t;

typedef struct {
    int next, last; /* number of the item that says it is the last one */
    _Atomic int reading, busy[8];
} run_t;

static bool make_item(void *ctx, void *p)
{
    run_t *r = ctx;
    item_t *item = p;
    ck_assert_int_eq(r->reading++, 0); /* one reader at a time */
    *item = (item_t){.number = r->next++};
    r->reading--;
    return item->number < r->last;
}

static void work_item(void *ctx, int worker, void *p)
{
    run_t *r = ctx;
    item_t *item = p;
    ck_assert_int_eq(r->busy[worker]++, 0); /* a worker's number is its own */
    if (item->number % 97 == 0)
        usleep(500); /* later items overtake this one */
    item->worked += item->number + 1;
    r->busy[worker]--;
}

START_TEST(all_in_order)
{
    int threads = 1 + _i % 5, n_slots = _i < 5 ? 1 : SLOTS;
    item_t slot[SLOTS];
    gw_ahead_t *a;
    gw_err_t e = {0};
    for (int work = 0; work < 2; work++) {
        run_t r = {.last = ITEMS - 1};
        gw_ahead_ops_t ops = {make_item, work ? work_item : NULL};
        ck_assert_int_eq(
            gw_ahead_create(threads, slot, (size_t)n_slots, sizeof *slot, &ops, &r, &a, &e), GW_OK);
        for (int k = 0; k < ITEMS; k++) {
            item_t *item = gw_ahead_next(a);
            ck_assert_ptr_nonnull(item);
            ck_assert_int_eq(item->number, k);
            ck_assert_int_eq(item->worked, work ? k + 1 : 0);
            if (k % 131 == 0)
                usleep(300); /* the threads may fill every slot but the one held here */
            ck_assert_int_eq(item->number, k);
        }
        ck_assert_ptr_null(gw_ahead_next(a));
        ck_assert_ptr_null(gw_ahead_next(a));
        ck_assert_int_eq(r.next, ITEMS);
        gw_ahead_destroy(a);
    }
}
END_TEST

START_TEST(given_up_early)
{
    item_t slot[SLOTS];
    gw_ahead_t *a;
    gw_err_t e = {0};
    gw_ahead_ops_t ops = {make_item, work_item};
    for (int taken = 0; taken < 20; taken++) {
        run_t r = {.last = ITEMS};
        ck_assert_int_eq(gw_ahead_create(4, slot, SLOTS, sizeof *slot, &ops, &r, &a, &e), GW_OK);
        for (int k = 0; k < taken; k++)
            ck_assert_int_eq(((item_t *)gw_ahead_next(a))->number, k);
        gw_ahead_destroy(a);
        ck_assert_int_le(r.next, taken + SLOTS); /* never further than its slots */
    }
    gw_ahead_destroy(NULL);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("ahead");
    TCase *t = tcase_create("ahead");
    tcase_add_loop_test(t, all_in_order, 0, 10);
    tcase_add_test(t, given_up_early);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
