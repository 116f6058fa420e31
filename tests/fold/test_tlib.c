#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fold/tlib.h"
#include "tests/check_main.h"

enum { N = 40 };
static char path[64];

static void make_template(gw_template_t *t, int i)
{
    gw_err_t err;
    gw_rng_t r;
    char name[16];
    gw_rng_init(&r, (uint64_t)i + 5);
    snprintf(name, sizeof name, "t%d", i);
    ck_assert_int_eq(gw_template_init(t, name, i % 3 ? "a.1.2.3" : NULL,
                                      1 + (int32_t)gw_rng_below(&r, 90), &err),
                     GW_OK);
    for (int32_t k = 0; k < t->len; k++) {
        t->seq[k] = (uint8_t)gw_rng_below(&r, 21);
        t->ss[k] = (uint8_t)gw_rng_below(&r, 8);
        t->acc[k] = (uint8_t)gw_rng_next(&r);
        t->depth[k] = (uint8_t)gw_rng_next(&r);
        t->resnum[k] = (int32_t)gw_rng_below(&r, 3000) - 100;
        t->icode[k] = (char)(gw_rng_below(&r, 5) ? ' ' : 'A');
        for (int a = 0; a < 20; a++) {
            t->prof[k * 20 + a] = (uint8_t)gw_rng_below(&r, 64);
            t->sprof[k * 20 + a] = (uint8_t)gw_rng_below(&r, 32);
        }
        for (int a = 0; a < GW_TLIB_ATOMS; a++)
            for (int c = 0; c < 3 && (a == GW_TLIB_CA || gw_rng_below(&r, 9)); c++)
                t->xyz[(k * GW_TLIB_ATOMS + a) * 3 + c] = (int16_t)gw_rng_below(&r, 60000);
    }
    /* an atom is there with all axes or not at all */
    for (int32_t k = 0; k < t->len * GW_TLIB_ATOMS; k++) {
        int16_t *x = &t->xyz[k * 3];
        if (x[0] == GW_TLIB_MISSING || x[1] == GW_TLIB_MISSING || x[2] == GW_TLIB_MISSING)
            x[0] = x[1] = x[2] = GW_TLIB_MISSING;
    }
}

static void write_library(void)
{
    gw_err_t err = {0};
    gw_tlib_writer_t *w;
    float stat[2 * N];
    strcpy(path, "test_tlib_XXXXXX");
    close(mkstemp(path));
    ck_assert_int_eq(gw_tlib_writer_create(path, 3, &w, &err), GW_OK);
    for (int i = 0; i < N; i++) {
        gw_template_t t;
        make_template(&t, i);
        ck_assert_int_eq(gw_tlib_writer_add(w, &t, &err), GW_OK);
        gw_template_release(&t);
        stat[2 * i] = (float)i;
        stat[2 * i + 1] = (float)i + 0.5F;
    }
    ck_assert_int_eq(gw_tlib_writer_finish(w, &err), GW_OK);
    ck_assert_int_eq(gw_tlib_writer_stats(w, stat, N, &err), GW_OK);
    ck_assert_int_eq(gw_tlib_writer_commit(w, &err), GW_OK);
    gw_tlib_writer_destroy(w);
}

static void remove_library(void)
{
    unlink(path);
}

START_TEST(what_goes_in_comes_out)
{
    gw_err_t err = {0};
    gw_tlib_t *l;
    ck_assert_int_eq(gw_tlib_open(path, &l, &err), GW_OK);
    ck_assert_uint_eq(gw_tlib_size(l), N);
    for (int k = 0; k < N; k++) {
        size_t i = (size_t)(k * 7 % N); /* random access */
        gw_template_t want, got;
        float mean, spread;
        make_template(&want, (int)i);
        ck_assert_int_eq(gw_tlib_read(l, i, &got, &err), GW_OK);
        size_t n = (size_t)want.len;
        ck_assert_int_eq(got.len, want.len);
        ck_assert_str_eq(got.name, want.name);
        ck_assert_str_eq(got.label, want.label);
        ck_assert_mem_eq(got.seq, want.seq, n);
        ck_assert_mem_eq(got.ss, want.ss, n);
        ck_assert_mem_eq(got.acc, want.acc, n);
        ck_assert_mem_eq(got.depth, want.depth, n);
        ck_assert_mem_eq(got.prof, want.prof, n * 20);
        ck_assert_mem_eq(got.sprof, want.sprof, n * 20);
        ck_assert_mem_eq(got.resnum, want.resnum, n * sizeof *want.resnum);
        ck_assert_mem_eq(got.icode, want.icode, n);
        ck_assert_mem_eq(got.xyz, want.xyz, n * GW_TLIB_ATOMS * 3 * sizeof *want.xyz);
        gw_tlib_stat(l, i, &mean, &spread);
        ck_assert(mean == (float)i && spread == (float)i + 0.5F);
        gw_template_release(&want);
        gw_template_release(&got);
    }
    gw_tlib_close(l);
}
END_TEST

static gw_status_t read_all(const char *p, gw_err_t *err)
{
    gw_tlib_t *l;
    gw_status_t st = gw_tlib_open(p, &l, err);
    for (size_t i = 0; st == GW_OK && i < gw_tlib_size(l); i++) {
        gw_template_t t;
        st = gw_tlib_read(l, i, &t, err);
        if (st == GW_OK)
            gw_template_release(&t);
        if (st != GW_OK || i + 1 == gw_tlib_size(l)) {
            gw_tlib_close(l);
            break;
        }
    }
    return st;
}

/* a flipped byte anywhere, and a cut at any place, is refused */
START_TEST(damage_is_found)
{
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    rewind(f);
    uint8_t *bytes = gw_malloc((size_t)n, 1);
    ck_assert_uint_eq(fread(bytes, 1, (size_t)n, f), (size_t)n);
    fclose(f);
    for (long at = 0; at < n; at += at < 64 ? 1 : 97) {
        gw_err_t err = {0};
        bytes[at] ^= 0x10;
        f = fopen("test_tlib.bad", "wb");
        fwrite(bytes, 1, (size_t)n, f);
        fclose(f);
        bytes[at] ^= 0x10;
        ck_assert_msg(read_all("test_tlib.bad", &err) == GW_EDATA, "byte %ld: %s", at, err.msg);
        ck_assert_int_eq(truncate("test_tlib.bad", at), 0);
        ck_assert_msg(read_all("test_tlib.bad", &err) == GW_EDATA, "cut at %ld: %s", at, err.msg);
    }
    unlink("test_tlib.bad");
    free(bytes);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("tlib");
    TCase *tc = tcase_create("library");
    tcase_add_unchecked_fixture(tc, write_library, remove_library);
    tcase_add_test(tc, what_goes_in_comes_out);
    tcase_add_test(tc, damage_is_found);
    tcase_set_timeout(tc, 240);
    suite_add_tcase(s, tc);
    return s;
}
GW_CHECK_MAIN(make)
