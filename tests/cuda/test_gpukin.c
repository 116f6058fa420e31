/* kinship counts on the emulated device equal the plain reference: by bits, and by the products of a
 * library that stands in for cuBLAS, whether it works, lies, refuses or is not there */
#include <config.h>

#include <dlfcn.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "cuda/gpublas.h"
#include "cuda/gpukin.h"
#include "tests/cuda/emutest.h"

#define FAKE "./tests/cuda/fakeblas.so"

typedef struct {
    gw_gram_kin_t b;
    uint8_t *row;
    int32_t *want, *got;
    size_t n; /* numbers */
} set_t;

static void set_init(set_t *s, int64_t n, size_t row_bytes, uint64_t missing, uint64_t seed)
{
    gw_rng_t rng;
    gw_rng_init(&rng, seed);
    s->n = 4 * (size_t)(n * (n - 1) / 2);
    s->row = gw_malloc((size_t)n, row_bytes);
    s->want = gw_malloc(s->n, sizeof *s->want);
    s->got = gw_malloc(s->n, sizeof *s->got);
    ck_assert(s->row && s->want && s->got);
    for (size_t k = 0; k < (size_t)n * row_bytes; k++) {
        unsigned byte = 0;
        for (int i = 0; i < 4; i++)
            byte = byte << 2 | (unsigned)(gw_rng_below(&rng, 100) < missing ? 3 : gw_rng_below(&rng, 3));
        s->row[k] = (uint8_t)byte;
    }
    s->b = (gw_gram_kin_t){n, row_bytes, s->row};
    for (size_t k = 0; k < s->n; k++)
        s->want[k] = s->got[k] = (int32_t)(k % 13) - 6; /* of genotypes before */
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++) {
            int64_t x[4];
            gw_gram_ref.kin(s->row + (size_t)i * row_bytes, s->row + (size_t)j * row_bytes,
                            4 * (int64_t)row_bytes, x);
            for (int c = 0; c < 4; c++)
                s->want[4 * gw_gram_kin_pair(n, i, j) + (size_t)c] += (int32_t)x[c];
        }
}

static void set_release(set_t *s)
{
    free(s->row);
    free(s->want);
    free(s->got);
}

/* in ranges of step rows */
static void count(gw_gpu_t *g, set_t *s, int64_t step)
{
    gw_err_t err = {0};
    for (int64_t from = 0; from < s->b.n_samples; from += step) {
        int64_t to = from + step < s->b.n_samples ? from + step : s->b.n_samples;
        gw_status_t st = gw_gpukin_add(g, &s->b, from, to, s->got, &err);
        ck_assert_msg(st == GW_OK, "%s", err.msg);
    }
    ck_assert(memcmp(s->got, s->want, s->n * sizeof *s->got) == 0);
}

static const struct {
    int64_t n, step;
    size_t row_bytes;
    uint64_t missing;
} sizes[] = {{1, 1, 8, 0},    {2, 2, 8, 10},   {3, 1, 16, 50},  {16, 16, 8, 5},  {17, 17, 136, 5},
             {33, 33, 24, 0}, {40, 7, 128, 2}, {50, 20, 40, 99}, {64, 64, 264, 3}, {31, 5, 144, 100}};
enum { SIZES = sizeof sizes / sizeof *sizes };

START_TEST(by_bits)
{
    set_t s;
    ck_assert_int_eq(setenv("GENOWARP_CUBLAS", "", 1), 0);
    for (unsigned order = 0; order < 3; order++) {
        gw_gpu_t *g = emutest_stream();
        emutest_order(order);
        set_init(&s, sizes[_i].n, sizes[_i].row_bytes, sizes[_i].missing, order + 1);
        count(g, &s, sizes[_i].step);
        set_release(&s);
        gw_gpu_destroy(g);
    }
}
END_TEST

/* rows: what the library does, and how many products it is asked for and makes after the first */
static const struct {
    const char *file, *mode;
    int products;
} libraries[] = {
    {FAKE, "", 1 + 4}, {FAKE, "wrong", 1}, {FAKE, "refuse", 1}, {FAKE, "start", 0}, {"./no/such.so", "", 0},
};

START_TEST(by_products)
{
    set_t s;
    void *fake = dlopen(FAKE, RTLD_NOW);
    ck_assert_msg(fake != NULL, "%s", dlerror());
    int *products = dlsym(fake, "fakeblas_products"), *handles = dlsym(fake, "fakeblas_handles");
    ck_assert(products && handles);
    ck_assert_int_eq(setenv("CUEMU_EAGER", "1", 1), 0); /* the library does not wait for streams */
    ck_assert_int_eq(setenv("GENOWARP_CUBLAS", libraries[_i].file, 1), 0);
    ck_assert_int_eq(setenv("FAKEBLAS", libraries[_i].mode, 1), 0);
    for (int k = 0; k < SIZES; k++) {
        gw_gpu_t *g = emutest_stream();
        *products = 0;
        emutest_order((unsigned)k);
        set_init(&s, sizes[k].n, sizes[k].row_bytes, sizes[k].missing, 5);
        count(g, &s, sizes[k].step);
        if (sizes[k].n > 1 && sizes[k].step >= sizes[k].n)
            ck_assert_int_eq(*products, libraries[_i].products);
        set_release(&s);
        gw_gpu_destroy(g);
        ck_assert_int_eq(*handles, 0);
    }
    dlclose(fake);
}
END_TEST

/* room for the bits but not for the planes of the products */
START_TEST(short_of_memory)
{
    set_t s;
    gw_gpu_t *g;
    gw_err_t err = {0};
    ck_assert_int_eq(setenv("CUEMU_EAGER", "1", 1), 0);
    ck_assert_int_eq(setenv("GENOWARP_CUBLAS", FAKE, 1), 0);
    ck_assert_int_eq(setenv("FAKEBLAS", "", 1), 0);
    ck_assert_int_eq(gw_gpu_create(0, 64 << 10, &g, &err), GW_OK);
    set_init(&s, 50, 128, 5, 7);
    count(g, &s, 50);
    set_release(&s);
    gw_gpu_destroy(g);
}
END_TEST

static Suite *make(void)
{
    gw_log_config_t quiet = {.level = GW_LOG_ERROR};
    gw_log_init(&quiet);
    Suite *s = suite_create("gpukin");
    TCase *c = tcase_create("gpukin");
    tcase_add_loop_test(c, by_bits, 0, SIZES);
    tcase_add_loop_test(c, by_products, 0, sizeof libraries / sizeof *libraries);
    tcase_add_test(c, short_of_memory);
    tcase_set_timeout(c, 600);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
