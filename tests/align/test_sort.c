#include <config.h>

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "align/sort.h"
#include "base/hash.h"
#include "tests/check_main.h"

/* What a case is: items, distinct keys (few: many ties), longest item, memory, threads. */
static const struct {
    uint64_t n, keys;
    uint32_t max_len;
    uint64_t mem;
    int threads;
    bool spills;
} cases[] = {
    {0, 1, 8, 1 << 20, 1, false},        {1, 1, 0, 1 << 20, 1, false},
    {1000, 7, 100, 64 << 20, 1, false},  {1000, 1ULL << 62, 100, 64 << 20, 2, false},
    {50000, 300, 120, 1 << 20, 1, true}, {50000, 1ULL << 62, 120, 1 << 20, 2, true},
    {50000, 1, 0, 1 << 20, 3, true},     {400, 100, 200000, 1 << 20, 2, true},
    {200000, 5000, 400, 1, 2, true}, /* dozens of runs, merged in levels */
};
enum { N_CASES = sizeof cases / sizeof *cases };

/* Item i of a case: key and bytes are functions of i, so that what comes out can be checked. */
static void item_key(int c, uint64_t i, uint64_t key[2])
{
    uint64_t h = gw_hash_mix(i ^ (uint64_t)c << 40) % cases[c].keys;
    key[0] = h / 3;
    key[1] = h % 3 ? gw_hash_mix(h) >> 8 : 0;
}

static uint32_t item_len(int c, uint64_t i)
{
    uint32_t len = (uint32_t)(gw_hash_mix(i + 77) % ((uint64_t)cases[c].max_len + 1));
    return cases[c].max_len >= 8 && len < 8 ? 8 : len;
}

static bool item_is(int c, uint64_t i, const gw_sort_item_t *item)
{
    uint64_t key[2];
    item_key(c, i, key);
    if (item->key[0] != key[0] || item->key[1] != key[1] || item->len != item_len(c, i))
        return false;
    for (uint32_t k = 8; k < item->len; k++)
        if (item->data[k] != (uint8_t)(i * 31 + k))
            return false;
    return true;
}

static gw_sort_t *fill(int c, const char *dir)
{
    gw_err_t e = {0};
    gw_sort_t *s;
    gw_sort_opts_t o = {cases[c].mem, dir, cases[c].threads};
    ck_assert_int_eq(gw_sort_create(&o, &s, &e), GW_OK);
    for (uint64_t i = 0; i < cases[c].n; i++) {
        uint64_t key[2];
        uint8_t *p;
        uint32_t len = item_len(c, i);
        item_key(c, i, key);
        ck_assert_int_eq(gw_sort_add(s, key[0], key[1], len, &p, &e), GW_OK);
        ck_assert_uint_eq((uintptr_t)p % 8, 0);
        if (len >= 8)
            memcpy(p, &i, 8);
        for (uint32_t k = 8; k < len; k++)
            p[k] = (uint8_t)(i * 31 + k);
    }
    return s;
}

START_TEST(order)
{
    gw_err_t e = {0};
    gw_sort_t *s = fill(_i, NULL);
    ck_assert_int_eq(gw_sort_finish(s, &e), GW_OK);
    ck_assert_int_eq(gw_sort_spilled(s) > 0, cases[_i].spills);
    uint64_t n = 0, last_i = 0, last[2] = {0};
    for (;;) {
        gw_sort_item_t item;
        bool got;
        ck_assert_int_eq(gw_sort_next(s, &item, &got, &e), GW_OK);
        if (!got)
            break;
        uint64_t i = n;
        ck_assert_uint_eq((uintptr_t)item.data % 8, 0);
        if (item.len >= 8) {
            memcpy(&i, item.data, 8);
            ck_assert(item_is(_i, i, &item));
        }
        if (n) {
            bool same = item.key[0] == last[0] && item.key[1] == last[1];
            ck_assert(same || item.key[0] > last[0] ||
                      (item.key[0] == last[0] && item.key[1] > last[1]));
            ck_assert(!same || item.len < 8 || i > last_i); /* ties in order of arrival */
        }
        memcpy(last, item.key, sizeof last);
        last_i = i;
        n++;
    }
    ck_assert_uint_eq(n, cases[_i].n);
    gw_sort_destroy(s);
}
END_TEST

/* A changed byte anywhere in the temporary file is noticed; nothing is left in the folder. */
START_TEST(damage)
{
    char dir[] = "/tmp/gw-test-sort-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(dir));
    gw_err_t e = {0};
    gw_sort_t *s = fill(4, dir);
    ck_assert_uint_gt(gw_sort_spilled(s), 0);
    DIR *d = opendir(dir);
    int files = 0;
    for (struct dirent *f = readdir(d); f; f = readdir(d))
        files += f->d_name[0] != '.';
    closedir(d);
    ck_assert_int_eq(files, 0);
    ck_assert_int_eq(rmdir(dir), 0);
    /* the unlinked file is the one regular file among our descriptors without a name */
    int fd = -1;
    struct stat st;
    for (int i = 3; i < 256; i++)
        if (fstat(i, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 0 && st.st_size > 0)
            fd = i;
    ck_assert_int_ge(fd, 0);
    fstat(fd, &st);
    ck_assert_int_eq(st.st_mode & 077, 0);
    uint8_t byte;
    off_t at = st.st_size / 3 + _i;
    ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
    byte ^= 4;
    ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
    gw_status_t status = gw_sort_finish(s, &e);
    gw_sort_item_t item;
    for (bool got = true; got && status == GW_OK;)
        status = gw_sort_next(s, &item, &got, &e);
    ck_assert_int_eq(status, GW_EIO);
    ck_assert_ptr_nonnull(strstr(e.msg, "temporary file"));
    gw_sort_destroy(s);
}
END_TEST

START_TEST(no_folder)
{
    gw_err_t e = {0};
    gw_sort_t *s;
    gw_sort_opts_t o = {1, "/no/such/folder", 1};
    uint8_t *p;
    ck_assert_int_eq(gw_sort_create(&o, &s, &e), GW_OK);
    gw_status_t st = GW_OK;
    for (int i = 0; i < 100 && st == GW_OK; i++)
        st = gw_sort_add(s, 1, 1, 100000, &p, &e);
    ck_assert_int_eq(st, GW_ECREATE);
    ck_assert_ptr_nonnull(strstr(e.msg, "/no/such/folder"));
    gw_sort_destroy(s);
    gw_sort_destroy(NULL);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("align/sort");
    TCase *t = tcase_create("sort");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, order, 0, N_CASES);
    tcase_add_loop_test(t, damage, 0, 20);
    tcase_add_test(t, no_folder);
    suite_add_tcase(s, t);
    return s;
}
GW_CHECK_MAIN(suite)
