/* memory, hashes, random numbers, errors, JSON and reports */
#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/report.h"
#include "base/status.h"
#include "tests/check_main.h"

START_TEST(memory)
{
    ck_assert_ptr_null(gw_malloc(SIZE_MAX, 2));
    ck_assert_ptr_null(gw_calloc(SIZE_MAX / 2, 3));
    void *p = gw_malloc(0, 8);
    ck_assert_ptr_nonnull(p);
    free(p);
    int *v = NULL;
    size_t cap = 0;
    for (size_t i = 0; i < 1000; i++) {
        ck_assert(GW_GROW(v, cap, i + 1));
        v[i] = (int)i;
    }
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(v[i], i);
    ck_assert(!gw_grow((void **)&v, &cap, SIZE_MAX / 2, sizeof *v));
    ck_assert_int_eq(v[999], 999);
    free(v);
    gw_arena_t a;
    gw_arena_init(&a, 100);
    char *first = gw_arena_strndup(&a, "abcdef", 3);
    for (int i = 0; i < 100; i++) {
        void *q = gw_arena_alloc(&a, 50, 1);
        ck_assert_uint_eq((uintptr_t)q % 16, 0);
        memset(q, 1, 50);
    }
    ck_assert_str_eq(first, "abc");
    gw_arena_reset(&a);
    ck_assert_uint_eq(a.used, 0);
    ck_assert_ptr_nonnull(gw_arena_alloc(&a, 1, 1));
    gw_arena_release(&a);
}
END_TEST

/* published values of XXH64 (xxHash specification and reference sanity tables) */
START_TEST(hashes)
{
    ck_assert_uint_eq(gw_hash_bytes("", 0, 0), 0xEF46DB3751D8E999ULL);
    ck_assert_uint_eq(gw_hash_bytes("a", 1, 0), 0xD24EC4F1A98C6E5BULL);
    ck_assert_uint_eq(gw_hash_bytes("abc", 3, 0), 0x44BC2CF5AD770999ULL);
    const char *s = "Call me Ishmael. Some years ago--never mind how long precisely-";
    ck_assert_uint_eq(gw_hash_bytes(s, strlen(s), 0), 0x02A2E85470D6FD96ULL);
    ck_assert_uint_ne(gw_hash_mix(1), gw_hash_mix(2));
    gw_rng_t a, b;
    gw_rng_init(&a, 5);
    gw_rng_init(&b, 5);
    double sum = 0, sq = 0;
    for (int i = 0; i < 20000; i++) {
        ck_assert_uint_eq(gw_rng_next(&a), gw_rng_next(&b));
        ck_assert_uint_lt(gw_rng_below(&a, 7), 7);
        gw_rng_below(&b, 7);
        double x = gw_rng_normal(&a);
        gw_rng_normal(&b);
        sum += x;
        sq += x * x;
    }
    ck_assert(sum / 20000 < 0.03 && sum / 20000 > -0.03);
    ck_assert(sq / 20000 > 0.95 && sq / 20000 < 1.05);
}
END_TEST

START_TEST(errors)
{
    gw_err_t e = {0};
    ck_assert_int_eq(gw_err_set(&e, GW_EDATA, "x %d", 5), GW_EDATA);
    ck_assert_int_eq(gw_err_prefix(&e, "file%d", 1), GW_EDATA);
    ck_assert_str_eq(e.msg, "file1: x 5");
    ck_assert_int_eq(gw_err_nomem(&e, "testing"), 104);
    ck_assert_int_eq(gw_err_set(NULL, GW_EIO, "nobody listens"), GW_EIO);
    char big[3000];
    memset(big, 'y', sizeof big);
    big[sizeof big - 1] = '\0';
    gw_err_set(&e, GW_EDATA, "%s", big);
    gw_err_prefix(&e, "%s", "p");
    ck_assert_uint_eq(strlen(e.msg), sizeof e.msg - 1);
    ck_assert(strncmp(e.msg, "p: yyy", 6) == 0);
}
END_TEST

START_TEST(json)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    gw_json_t j;
    gw_json_init(&j, f, 0);
    gw_json_open(&j, NULL, '{');
    gw_json_string(&j, "s", "a\"b\\c\n\x01 \xc3\xa9 \xff");
    gw_json_int(&j, "i", -5);
    gw_json_open(&j, "l", '[');
    gw_json_double(&j, NULL, 0.5);
    gw_json_double(&j, NULL, 1.0 / 0.0);
    gw_json_bool(&j, NULL, true);
    gw_json_string(&j, NULL, NULL);
    gw_json_close(&j);
    gw_json_open(&j, "e", '{');
    gw_json_close(&j);
    gw_json_close(&j);
    fclose(f);
    ck_assert_str_eq(text, "{\"s\":\"a\\\"b\\\\c\\u000a\\u0001 \xc3\xa9 \\ufffd\",\"i\":-5,"
                           "\"l\":[0.5,null,true,null],\"e\":{}}");
    free(text);
}
END_TEST

static char *slurp(const char *path)
{
    static char buf[65536];
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    buf[fread(buf, 1, sizeof buf - 1, f)] = '\0';
    fclose(f);
    return buf;
}

START_TEST(report)
{
    char html[] = "/tmp/gw-test-html-XXXXXX", js[] = "/tmp/gw-test-json-XXXXXX";
    close(mkstemp(html));
    close(mkstemp(js));
    gw_report_t *r = gw_report_create("align", "genowarp align <a>");
    const char *cols[] = {"name", "count"}, *cells[] = {"x&y", "5", "z", "6"};
    double y[] = {1, 4, 9};
    ck_assert(gw_report_section(r, "Reads"));
    ck_assert(gw_report_int(r, "reads", "reads", 12));
    ck_assert(gw_report_double(r, "share", "mapped share", 0.25));
    ck_assert(gw_report_table(r, "tab", 2, cols, 2, cells));
    ck_assert(gw_report_plot(r, GW_PLOT_BARS, "sizes", "bp", "pairs"));
    ck_assert(gw_report_series(r, "all", 3, NULL, y));
    gw_err_t e = {0};
    ck_assert_int_eq(gw_report_write(r, html, js, &e), GW_OK);
    gw_report_destroy(r);
    char *s = slurp(html);
    ck_assert_ptr_nonnull(strstr(s, "x&amp;y"));
    ck_assert_ptr_nonnull(strstr(s, "genowarp align &lt;a&gt;"));
    ck_assert_ptr_nonnull(strstr(s, "<svg"));
    ck_assert_ptr_null(strstr(s, "http"));
    s = slurp(js);
    ck_assert_ptr_nonnull(strstr(s, "\"reads\": 12"));
    ck_assert_ptr_nonnull(strstr(s, "\"kind\": \"bars\""));
    unlink(html);
    unlink(js);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("values");
    TCase *t = tcase_create("values");
    tcase_add_test(t, memory);
    tcase_add_test(t, hashes);
    tcase_add_test(t, errors);
    tcase_add_test(t, json);
    tcase_add_test(t, report);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
