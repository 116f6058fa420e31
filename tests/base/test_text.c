#include <config.h>

#include <string.h>

#include "base/text.h"
#include "tests/check_main.h"

static const struct {
    const char *s;
    bool ok;
    int64_t v;
} ints[] = {
    {"0", true, 0},
    {"-7", true, -7},
    {"+7", true, 7},
    {"", false, 0},
    {"12x", false, 0},
    {" 12", false, 0},
    {"1e3", false, 0},
    {"0x10", false, 0},
    {"9223372036854775807", true, INT64_MAX},
    {"-", false, 0},
    {"9223372036854775808", false, 0},
};

START_TEST(int_row)
{
    int64_t v = -1;
    ck_assert_int_eq(gw_text_int(ints[_i].s, &v), ints[_i].ok);
    if (ints[_i].ok)
        ck_assert_int_eq(v, ints[_i].v);
    else
        ck_assert_int_eq(v, -1);
}
END_TEST

static const struct {
    const char *s;
    bool ok;
    uint64_t v;
} sizes[] = {
    {"512", true, 512},       {"4K", true, 4096},
    {"4k", true, 4096},       {"2.5G", true, 2684354560u},
    {"1GiB", true, 1u << 30}, {"1MB", true, 1u << 20},
    {"", false, 0},           {"G", false, 0},
    {"-1", false, 0},         {"1X", false, 0},
    {"1K2", false, 0},        {"1e30", false, 0},
};

START_TEST(size_row)
{
    uint64_t v = 77;
    ck_assert_int_eq(gw_text_size(sizes[_i].s, &v), sizes[_i].ok);
    ck_assert_uint_eq(v, sizes[_i].ok ? sizes[_i].v : 77);
}
END_TEST

START_TEST(doubles)
{
    double v;
    ck_assert(gw_text_double("0.25", &v) && v == 0.25);
    ck_assert(gw_text_double("-1e-3", &v) && v == -1e-3);
    ck_assert(!gw_text_double("nan", &v));
    ck_assert(!gw_text_double("inf", &v));
    ck_assert(!gw_text_double("1e999", &v));
    ck_assert(!gw_text_double("0.5x", &v));
    ck_assert(!gw_text_double("", &v));
}
END_TEST

START_TEST(bytes)
{
    char b[24];
    ck_assert_str_eq(gw_text_bytes(0, b), "0 B");
    ck_assert_str_eq(gw_text_bytes(1536, b), "1.5 KB");
    ck_assert_str_eq(gw_text_bytes(UINT64_MAX, b), "16.0 EB");
}
END_TEST

START_TEST(nearest)
{
    const char *const w[] = {"threads", "output", "min-mapq", "max-mem"};
    ck_assert_int_eq(gw_text_nearest("thread", w, 4), 0);
    ck_assert_int_eq(gw_text_nearest("ouptut", w, 4), 1);
    ck_assert_int_eq(gw_text_nearest("min_mapq", w, 4), 2);
    ck_assert_int_eq(gw_text_nearest("zebra", w, 4), -1);
    ck_assert_int_eq(gw_text_nearest("", w, 4), -1);
}
END_TEST

static const struct {
    const char *text;
    int col, indent, width;
    const char *out;
} wraps[] = {
    {"one two three", 0, 0, 8, "one two\nthree\n"},
    {"one two three", 4, 4, 11, "one two\n    three\n"},
    {"unbreakably long", 0, 0, 5, "unbreakably\nlong\n"},
    {"a b\nc d", 0, 0, 20, "a b\nc d\n"},
    {"", 0, 0, 20, "\n"},
};

START_TEST(wrap_row)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    gw_text_wrap(f, wraps[_i].text, wraps[_i].col, wraps[_i].indent, wraps[_i].width);
    fclose(f);
    ck_assert_str_eq(text, wraps[_i].out);
    free(text);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("text");
    tcase_add_loop_test(t, int_row, 0, sizeof ints / sizeof *ints);
    tcase_add_loop_test(t, size_row, 0, sizeof sizes / sizeof *sizes);
    tcase_add_test(t, doubles);
    tcase_add_test(t, bytes);
    tcase_add_test(t, nearest);
    tcase_add_loop_test(t, wrap_row, 0, sizeof wraps / sizeof *wraps);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(make)
