/* the pool of emulated devices: how many streams work at once and where, what happens to ranges that fail,
 * what memory is taken, and what one sends when */
#include <config.h>

#include <pthread.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cuda/emu/counts.h"
#include "engine/devices.h"
#include "tests/cuda/emutest.h"

enum { MANY = 1 << 23 }; /* cells: more than a batch that auto leaves to the CPU */

static void setup(void)
{
    gw_log_config_t quiet = {.level = GW_LOG_ERROR};
    gw_log_init(&quiet);
    unsetenv("CUEMU_FAIL");
    unsetenv("CUEMU_MEMORY");
    unsetenv("CUEMU_DEVICES");
    unsetenv("CUDA_VISIBLE_DEVICES");
}

static gw_devices_t *pool(const char *device, const char *how_many)
{
    gw_devices_t *d;
    gw_err_t err = {0};
    setenv("CUEMU_DEVICES", how_many, 1);
    gw_status_t st = gw_devices_create(device, &d, &err);
    ck_assert_msg(st == GW_OK, "%s", err.msg);
    return d;
}

/* 1. who works at once: ranges that go on when as many as expected are inside. Were it fewer, the test would
 *    not end. */
enum { MOST_INSIDE = 16 };
typedef struct {
    gw_devices_t *d;
    int wanted, streams; /* ranges inside together, and how many of them have a stream */
    pthread_mutex_t lock;
    pthread_cond_t came;
    int inside;
    gw_gpu_t *gpu[MOST_INSIDE]; /* of those that came, NULL: the CPU */
} crowd_t;

static gw_status_t wait_for_all(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    (void)from;
    (void)to;
    (void)err;
    crowd_t *c = ctx;
    pthread_mutex_lock(&c->lock);
    c->gpu[c->inside++] = g;
    pthread_cond_broadcast(&c->came);
    while (c->inside < c->wanted)
        pthread_cond_wait(&c->came, &c->lock);
    pthread_mutex_unlock(&c->lock);
    return GW_OK;
}

static gw_status_t one_range(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    crowd_t *c = ctx;
    return gw_devices_run(c->d, MANY, wait_for_all, c, i, i + 1, err);
}

static const struct {
    const char *device, *devices;
    int ranges, streams;
    int of_device[3];
} crowds[] = {
    {"cuda", "1", 3, 3, {3, 0, 0}},  {"auto", "1", 5, 3, {3, 0, 0}}, {"cuda", "2", 6, 6, {3, 3, 0}},
    {"cuda", "3", 4, 4, {2, 1, 1}},  {"cuda:1", "2", 3, 3, {0, 3, 0}}, {"auto", "3", 11, 9, {3, 3, 3}},
};

START_TEST(at_once)
{
    gw_err_t err = {0};
    crowd_t c = {.d = pool(crowds[_i].device, crowds[_i].devices), .wanted = crowds[_i].ranges};
    int of_device[3] = {0, 0, 0}, streams = 0;
    pthread_mutex_init(&c.lock, NULL);
    pthread_cond_init(&c.came, NULL);
    ck_assert_int_eq(gw_thread_for(c.wanted, c.wanted, one_range, &c, &err), GW_OK);
    for (int i = 0; i < c.wanted; i++) {
        for (int k = 0; k < i; k++)
            ck_assert_msg(!c.gpu[i] || c.gpu[i] != c.gpu[k], "a stream was taken twice");
        if (c.gpu[i])
            of_device[gw_gpu_device_number(c.gpu[i])]++;
        streams += c.gpu[i] != NULL;
    }
    ck_assert_int_eq(streams, crowds[_i].streams);
    for (int k = 0; k < 3; k++)
        ck_assert_int_eq(of_device[k], crowds[_i].of_device[k]);
    gw_devices_destroy(c.d);
    pthread_cond_destroy(&c.came);
    pthread_mutex_destroy(&c.lock);
    cuemu_counts_t left;
    cuemu_counts(&left);
    for (int k = 0; k < 3; k++)
        ck_assert(left.streams[k] == 0 && left.used[k] == 0);
    ck_assert(left.pinned == 0 && left.unfinished == 0);
}
END_TEST

/* 2. ranges that fail */
enum { ITEMS = 100 };
typedef struct {
    int64_t most;      /* items that fit */
    int64_t too_large; /* an item that never does; -1: none */
    int breaks;        /* the range in which device 0 fails; -1: none */
    int ranges, on_cpu, on_device[2], times[ITEMS];
} work_t;

static gw_status_t do_range(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    work_t *w = ctx;
    bool large = w->too_large >= from && w->too_large < to;
    int range = w->ranges++;
    if (g && range == w->breaks)
        return gw_err_set(err, GW_ENODEVICE, "cuda:0: it broke");
    if (g && (to - from > w->most || large))
        return gw_err_set(err, GW_ENOMEM, "cuda:0: too large");
    if (g)
        w->on_device[gw_gpu_device_number(g)]++;
    else
        w->on_cpu += (int)(to - from);
    for (int64_t i = from; i < to; i++)
        w->times[i]++;
    return GW_OK;
}

static const struct {
    const char *devices;
    int64_t most, too_large;
    int breaks;
    int on_cpu, on_device[2]; /* items, and ranges */
} fails[] = {
    {"1", 100, -1, -1, 0, {1, 0}}, /* all fits */
    {"1", 50, -1, -1, 0, {2, 0}},
    {"1", 13, -1, -1, 0, {8, 0}},
    {"1", 1, -1, -1, 0, {100, 0}},
    {"1", 0, -1, -1, 100, {0, 0}},
    {"1", 50, 70, -1, 1, {7, 0}}, /* 0-49, 50-61, 62-67, 68, 69, 70 by the CPU, 71-74, 75-99 */
    {"1", 100, -1, 0, 100, {0, 0}}, /* the only device breaks */
    {"2", 100, -1, 0, 0, {0, 1}},   /* the other does it */
    {"2", 50, -1, 1, 0, {0, 2}},    /* in the first half */
    {"1", 25, -1, 4, 50, {2, 0}},   /* in the second half, and nothing that was done */
};

START_TEST(failing_ranges)
{
    gw_err_t err = {0};
    gw_devices_t *d = pool("cuda", fails[_i].devices);
    work_t w = {.most = fails[_i].most, .too_large = fails[_i].too_large, .breaks = fails[_i].breaks};
    ck_assert_int_eq(gw_devices_run(d, MANY, do_range, &w, 0, ITEMS, &err), GW_OK);
    for (int i = 0; i < ITEMS; i++)
        ck_assert_msg(w.times[i] == 1, "item %d was done %d times", i, w.times[i]);
    ck_assert_int_eq(w.on_cpu, fails[_i].on_cpu);
    for (int k = 0; k < 2; k++)
        ck_assert_int_eq(w.on_device[k], fails[_i].on_device[k]);
    gw_devices_destroy(d);
}
END_TEST

/* auto keeps small ranges on the CPU, cuda does not */
START_TEST(small_ranges)
{
    gw_err_t err = {0};
    for (int only = 0; only < 2; only++) {
        gw_devices_t *d = pool(only ? "cuda" : "auto", "1");
        work_t w = {.most = ITEMS, .too_large = -1, .breaks = -1};
        ck_assert_int_eq(gw_devices_run(d, 1000, do_range, &w, 0, ITEMS, &err), GW_OK);
        ck_assert_int_eq(w.on_device[0], only);
        gw_devices_destroy(d);
    }
}
END_TEST

/* 3. memory: four fifths of what is free, for streams and what stays together */
enum { MEMORY = 4 << 20, PIECE = 100000 };
typedef struct {
    gw_devices_t *d;
    uint8_t *piece;
    uint64_t got; /* bytes that a batch could have */
    gw_status_t keeping;
} greedy_t;

static gw_status_t take_all(void *ctx, gw_gpu_t *g, int64_t from, int64_t to, gw_err_t *err)
{
    greedy_t *x = ctx;
    (void)from;
    (void)to;
    if (x->piece) {
        const gw_gpu_tables_t *kept;
        uint64_t bytes = PIECE;
        const void *piece = x->piece;
        x->keeping = gw_devices_keep(x->d, g, &piece, &bytes, 1, &kept, err);
    }
    for (x->got = MEMORY; x->got > 0; x->got -= 4096) {
        gw_gpu_start(g);
        gw_gpu_part(g, GW_GPU_WORK, x->got);
        if (gw_gpu_reserve(g, err) == GW_OK)
            return GW_OK;
    }
    return GW_OK;
}

static gw_status_t greedy_range(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    greedy_t *x = (greedy_t *)ctx + i;
    return gw_devices_run(x->d, MANY, take_all, x, 0, 1, err);
}

START_TEST(budget)
{
    enum { N = 3 };
    gw_err_t err = {0};
    cuemu_counts_t c;
    uint8_t *piece = gw_calloc(PIECE, 1);
    gw_gpu_info_t info;
    setenv("CUEMU_MEMORY", "4194304", 1);
    ck_assert_ptr_nonnull(piece);
    ck_assert_int_eq(gw_gpu_info(0, &info, &err), GW_OK);
    ck_assert_uint_eq(info.free, MEMORY);
    ck_assert_uint_eq(info.budget, MEMORY / 10 * 8);
    for (int keep = 0; keep < 2; keep++) {
        greedy_t x[N];
        gw_devices_t *d = pool("cuda", "1");
        uint64_t sum = 0;
        for (int i = 0; i < N; i++)
            x[i] = (greedy_t){.d = d, .piece = keep ? piece : NULL};
        if (keep) /* the first range sends it; budgets shrink from the second on */
            ck_assert_int_eq(greedy_range(x, 0, 0, &err), GW_OK);
        ck_assert_int_eq(gw_thread_for(N, N, greedy_range, x, &err), GW_OK);
        for (int i = 0; i < N; i++) {
            sum += x[i].got;
            ck_assert(x[i].keeping == GW_OK);
        }
        cuemu_counts(&c);
        ck_assert_uint_le(c.peak[0], MEMORY / 10 * 8);
        ck_assert_uint_le(sum + (keep ? PIECE : 0), MEMORY / 10 * 8);
        ck_assert_uint_ge(c.peak[0], MEMORY / 10 * 2); /* they may come one after the other */
        gw_devices_destroy(d);
    }
    free(piece);
}
END_TEST

/* 4. a stream sends from pinned memory, and nothing is there before it was waited for */
START_TEST(pinned)
{
    gw_err_t err = {0};
    cuemu_counts_t before, sent, after;
    gw_gpu_t *g = emutest_stream();
    gw_gpu_start(g);
    gw_gpu_part_t in = gw_gpu_part(g, GW_GPU_INPUT, 5000), out = gw_gpu_part(g, GW_GPU_OUTPUT, 3000);
    ck_assert_int_eq(gw_gpu_reserve(g, &err), GW_OK);
    cuemu_counts(&before);
    ck_assert_uint_ge(before.pinned, 8000);
    memset(gw_gpu_host(g, in), 1, 5000);
    memset(gw_gpu_host(g, out), 1, 3000);
    ck_assert_int_eq(gw_gpu_send(g, &err), GW_OK);
    cuemu_counts(&sent);
    ck_assert_int_eq(sent.unfinished, 2); /* a copy, and the time it took */
    ck_assert_int_eq(gw_gpu_receive(g, &err), GW_OK);
    cuemu_counts(&after);
    ck_assert_int_eq(after.unfinished, 0);
    ck_assert_int_eq(after.copies - before.copies, 2);
    ck_assert_int_eq(after.pageable - before.pageable, 0);
    const uint8_t *got = gw_gpu_host(g, out);
    for (int i = 0; i < 3000; i++)
        ck_assert_uint_eq(got[i], 0xA5); /* what the device's memory held */
    gw_gpu_destroy(g);
}
END_TEST

/* 5. CUDA_VISIBLE_DEVICES: rows are its value, with three devices in the machine */
static const struct {
    const char *visible;
    int n;
    const char *name; /* of the last one */
} views[] = {{"0,1,2", 3, "emulated device 2"},
             {"2", 1, "emulated device 2"},
             {"2,0", 2, "emulated device 0"},
             {"1,7,2", 1, "emulated device 1"},
             {"", 0, NULL}};

START_TEST(visible)
{
    gw_gpu_info_t info;
    gw_err_t err = {0};
    char last[32], past[32];
    gw_devices_t *d;
    const int n = views[_i].n;
    setenv("CUEMU_DEVICES", "3", 1);
    setenv("CUDA_VISIBLE_DEVICES", views[_i].visible, 1);
    ck_assert_int_eq(gw_gpu_count(NULL), n);
    snprintf(last, sizeof last, "cuda:%d", n - 1);
    snprintf(past, sizeof past, "cuda:%d", n);
    ck_assert_int_eq(gw_devices_create(past, &d, &err), GW_ENODEVICE);
    if (n > 0) {
        ck_assert_int_eq(gw_gpu_info(n - 1, &info, &err), GW_OK);
        ck_assert_str_eq(info.name, views[_i].name);
        ck_assert_int_eq(gw_devices_create(last, &d, &err), GW_OK);
        gw_devices_destroy(d);
    }
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gpudevices");
    TCase *c = tcase_create("gpudevices");
    tcase_add_checked_fixture(c, setup, NULL);
    tcase_add_loop_test(c, at_once, 0, sizeof crowds / sizeof *crowds);
    tcase_add_loop_test(c, failing_ranges, 0, sizeof fails / sizeof *fails);
    tcase_add_test(c, small_ranges);
    tcase_add_test(c, budget);
    tcase_add_test(c, pinned);
    tcase_add_loop_test(c, visible, 0, sizeof views / sizeof *views);
    tcase_set_timeout(c, 120);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
