#include <config.h>

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/thread.h"
#include "tests/check_main.h"

enum { ITEMS = 500 };

/* 1. parallel loops */
static gw_status_t mark(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    _Atomic int *seen = ctx;
    (void)worker;
    if (seen[i]++ > 0)
        return gw_err_set(err, GW_EINTERNAL, "item %d twice", (int)i);
    return GW_OK;
}

static gw_status_t fail_late(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)ctx;
    (void)worker;
    if (i == 40)
        usleep(20000); /* the lower failure comes later in time */
    return i >= 40 && i % 20 == 0 ? gw_err_set(err, GW_EDATA, "item %d", (int)i) : GW_OK;
}

START_TEST(loop)
{
    static _Atomic int seen[ITEMS];
    gw_err_t e = {0};
    ck_assert_int_eq(gw_thread_for(_i, ITEMS, mark, seen, &e), GW_OK);
    for (int i = 0; i < ITEMS; i++)
        ck_assert_int_eq(seen[i], 1);
    ck_assert_int_eq(gw_thread_for(_i, ITEMS, fail_late, NULL, &e), GW_EDATA);
    ck_assert_str_eq(e.msg, "item 40");
    ck_assert_int_eq(gw_thread_for(_i, 0, mark, seen, &e), GW_OK);
}
END_TEST

/* 2. the pipeline */
typedef struct {
    int next, n, fail_read, fail_work, fail_write;
    _Atomic int alive, most_alive, dropped;
    int written[ITEMS], n_written;
} run_t;

static gw_status_t p_read(void *ctx, void **item, gw_err_t *err)
{
    run_t *r = ctx;
    if (r->next == r->fail_read)
        return gw_err_set(err, GW_EDATA, "read %d", r->next);
    if (r->next == r->n)
        return GW_OK;
    int *p = malloc(sizeof *p);
    *p = r->next++;
    int alive = ++r->alive;
    if (alive > r->most_alive)
        r->most_alive = alive;
    *item = p;
    return GW_OK;
}

static gw_status_t p_work(void *ctx, int worker, void *item, gw_err_t *err)
{
    run_t *r = ctx;
    int *p = item;
    (void)worker;
    if (*p % 7 == 0)
        usleep(200);
    if (*p == r->fail_work)
        return gw_err_set(err, GW_EDATA, "work %d", *p);
    *p *= 2;
    return GW_OK;
}

static gw_status_t p_write(void *ctx, void *item, gw_err_t *err)
{
    run_t *r = ctx;
    int v = *(int *)item;
    free(item);
    r->alive--;
    if (v / 2 == r->fail_write)
        return gw_err_set(err, GW_EIO, "write %d", v / 2);
    r->written[r->n_written++] = v;
    return GW_OK;
}

static void p_drop(void *ctx, void *item)
{
    run_t *r = ctx;
    r->dropped++;
    r->alive--;
    free(item);
}

static const gw_pipeline_ops_t ops = {p_read, p_work, p_write, p_drop};

static const struct {
    int n, read, work, write, expect; /* expect: items written */
    gw_status_t st;
    const char *msg;
} runs[] = {
    {ITEMS, -1, -1, -1, ITEMS, GW_OK, ""},
    {0, -1, -1, -1, 0, GW_OK, ""},
    {1, -1, -1, -1, 1, GW_OK, ""},
    {ITEMS, 100, -1, -1, 100, GW_EDATA, "read 100"},
    {ITEMS, -1, 50, -1, 50, GW_EDATA, "work 50"},
    {ITEMS, -1, -1, 30, 30, GW_EIO, "write 30"},
    {ITEMS, 0, -1, -1, 0, GW_EDATA, "read 0"},
    {ITEMS, 60, 55, -1, 55, GW_EDATA, "work 55"},
};

START_TEST(pipeline)
{
    for (int threads = 1; threads <= 5; threads++) {
        run_t r = {.n = runs[_i].n,
                   .fail_read = runs[_i].read,
                   .fail_work = runs[_i].work,
                   .fail_write = runs[_i].write};
        gw_err_t e = {0};
        ck_assert_int_eq(gw_pipeline_run(threads, 4, &ops, &r, &e), runs[_i].st);
        ck_assert_str_eq(e.msg, runs[_i].msg);
        ck_assert_int_eq(r.n_written, runs[_i].expect);
        for (int i = 0; i < r.n_written; i++)
            ck_assert_int_eq(r.written[i], 2 * i);
        ck_assert_int_le(r.most_alive, 4);
        ck_assert_int_eq(r.alive, 0);
    }
}
END_TEST

START_TEST(cores)
{
    ck_assert_int_ge(gw_thread_cores(), 1);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("thread");
    TCase *t = tcase_create("thread");
    tcase_add_loop_test(t, loop, 1, 5);
    tcase_add_loop_test(t, pipeline, 0, sizeof runs / sizeof *runs);
    tcase_add_test(t, cores);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
