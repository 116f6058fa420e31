/* likelihoods on the emulated device equal the plain reference bit by bit */
#include <config.h>

#include "cuda/gpupairhmm.h"
#include "kernels/pairhmm_variants.h"
#include "tests/cuda/emutest.h"
#include "tests/kernels/reads.h"

static const struct {
    reads_plan_t plan;
    int rounds;
    double below; /* at least one likelihood is below this: the row reaches what it is for */
} rows[] = {
    {{6, 5, 4, 1, 12, 1, 14, 8, 5, 0}, 25, 0},             /* tiny: every pad, single bases, N */
    {{2, 5, 3, 60, 68, 80, 120, 50, 30, 45}, 3, 0},        /* around the first shape's edge */
    {{2, 4, 2, 120, 164, 150, 260, 50, 0, 45}, 3, 0},      /* usual reads */
    {{1, 3, 2, 250, 262, 280, 400, 50, 0, 45}, 2, 0},      /* one strip or two */
    {{1, 3, 2, 500, 600, 20, 60, 50, 0, 40}, 1, 0},        /* reads far longer than haplotypes */
    {{1, 4, 3, 80, 150, 90, 200, 0, 0, 45}, 2, -60},       /* unrelated: again in double */
    {{1, 2, 2, 560, 580, 100, 140, 0, 0, 45}, 1, -485},    /* beyond double: long double */
    {{2, 3, 3, 5, 60, 5, 80, 3, 9, 0}, 8, 0},              /* any quality for anything */
};

START_TEST(bits)
{
    gw_err_t err = {0};
    gw_gpu_t *g = emutest_stream();
    double least = 0;
    for (int round = 0; round < rows[_i].rounds; round++) {
        gw_rng_t rng;
        gw_rng_init(&rng, 100 * (uint64_t)_i + (uint64_t)round);
        reads_t r;
        ck_assert(reads_init(&r, &rng, &rows[_i].plan));
        double *want = gw_calloc(r.n_results, sizeof *want),
               *got = gw_calloc(r.n_results, sizeof *got);
        ck_assert(want && got);
        emutest_order((unsigned)round);
        ck_assert_int_eq(gw_pairhmm_log10_ref(&r.b, want, &err), GW_OK);
        gw_status_t st = gw_gpupairhmm_log10(g, &r.b, got, &err);
        ck_assert_msg(st == GW_OK, "%s", err.msg);
        for (size_t i = 0; i < r.n_results; i++) {
            least = want[i] < least ? want[i] : least;
            ck_assert_msg(memcmp(&got[i], &want[i], sizeof *got) == 0,
                          "row %d, round %d, pair %zu: %.17g, expected %.17g", _i, round, i, got[i],
                          want[i]);
        }
        free(want);
        free(got);
        reads_release(&r);
    }
    ck_assert_msg(least < rows[_i].below, "row %d: the least is %g", _i, least);
    gw_gpu_destroy(g);
}
END_TEST

/* the second half of a batch alone: groups that do not start at 0 */
START_TEST(part_of_batch)
{
    const reads_plan_t plan = {6, 4, 3, 10, 40, 20, 60, 20, 0, 45};
    gw_err_t err = {0};
    gw_gpu_t *g = emutest_stream();
    gw_rng_t rng;
    gw_rng_init(&rng, 9);
    reads_t r;
    ck_assert(reads_init(&r, &rng, &plan));
    double want[6 * 4 * 3], got[6 * 4 * 3];
    gw_pairhmm_batch_t b = r.b;
    b.n_groups -= 3;
    b.read_group += 3;
    b.hap_group += 3;
    ck_assert_int_eq(gw_pairhmm_log10_ref(&b, want, &err), GW_OK);
    ck_assert_int_eq(gw_gpupairhmm_log10(g, &b, got, &err), GW_OK);
    size_t n = 0;
    for (size_t k = 0; k < b.n_groups; k++)
        n += (size_t)((b.read_group[k + 1] - b.read_group[k]) *
                      (b.hap_group[k + 1] - b.hap_group[k]));
    ck_assert(memcmp(want, got, n * sizeof *want) == 0);
    reads_release(&r);
    gw_gpu_destroy(g);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gpupairhmm");
    TCase *c = tcase_create("gpupairhmm");
    tcase_add_loop_test(c, bits, 0, sizeof rows / sizeof *rows);
    tcase_add_test(c, part_of_batch);
    tcase_set_timeout(c, 600);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
