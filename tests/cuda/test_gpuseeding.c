/* candidates of reads on the emulated device equal the plain reference */
#include <config.h>

#include <string.h>

#include "cuda/gpuseeding.h"
#include "tests/cuda/emutest.h"
#include "tests/kernels/seedings.h"

/* unique and repeated references: seeds with one place, with hundreds, with more than are followed,
 * reads with thousands of diagonals; reads too short for a seed, and too long for the device */
static const seedings_plan_t plans[] = {
    {3000, 0, 0, 6, 60, 0, 160, 20},       {20000, 0, 0, 12, 40, 150, 150, 10},
    {2000, 300, 20, 8, 40, 100, 151, 30},  {500, 40, 480, 10, 12, 80, 200, 15},
    {500, 30, 520, 10, 12, 80, 200, 10},   {1000, 250, 120, 9, 12, 200, 400, 25},
    {4000, 0, 0, 1, 10, 900, 1100, 40},    {100, 0, 0, 4, 40, 18, 21, 0},
    {2000, 150, 300, 16, 10, 600, 1000, 5}, {200, 1, 700, 5, 30, 50, 120, 0},
    {1000, 61, 400, 9, 60, 61, 130, 40},
};

static void check(gw_gpu_t *g, const gw_gpu_tables_t *kept, const seedings_t *x, size_t cut,
                  const gw_seeding_out_t *want, gw_seeding_out_t *got)
{
    gw_err_t err = {0};
    size_t n = x->b.n;
    ck_assert_int_eq(gw_seeding_start(got, n, &err), GW_OK);
    ck_assert_int_eq(gw_gpuseeding_run(g, kept, &x->table, &x->b, 0, cut, got, &err), GW_OK);
    ck_assert_int_eq(gw_gpuseeding_run(g, kept, &x->table, &x->b, cut, n, got, &err), GW_OK);
    for (size_t i = 0; i < n; i++) {
        ck_assert_int_eq(got->n_seeds[i], want->n_seeds[i]);
        ck_assert_int_eq(got->n_skipped[i], want->n_skipped[i]);
        ck_assert_msg(got->first[i + 1] == want->first[i + 1], "read %zu: %lld, reference %lld", i,
                      (long long)got->first[i + 1], (long long)want->first[i + 1]);
    }
    for (int64_t k = 0; k < want->first[n]; k++) {
        const gw_seed_candidate_t *a = &got->candidate[k], *b = &want->candidate[k];
        ck_assert_msg(a->diag == b->diag && a->votes == b->votes && a->spread == b->spread &&
                          a->rev == b->rev,
                      "candidate %lld: %lld %d %d %u, reference %lld %d %d %u", (long long)k,
                      (long long)a->diag, a->votes, a->spread, a->rev, (long long)b->diag, b->votes,
                      b->spread, b->rev);
    }
}

START_TEST(candidates)
{
    seedings_t x;
    gw_rng_t rng;
    gw_err_t err = {0};
    gw_seeding_out_t want = {0}, got = {0};
    gw_gpu_t *g = emutest_stream();
    gw_rng_init(&rng, 100 + (uint64_t)_i);
    ck_assert(seedings_init(&x, &rng, &plans[_i]));
    ck_assert_int_eq(gw_seeding_start(&want, x.b.n, &err), GW_OK);
    ck_assert_int_eq(gw_seeding_ref(&x.table, &x.b, 0, x.b.n, &want, &err), GW_OK);
    const void *piece[GW_GPUSEEDING_PIECES];
    uint64_t bytes[GW_GPUSEEDING_PIECES];
    gw_gpu_tables_t *kept;
    gw_gpuseeding_pieces(&x.table, piece, bytes);
    ck_assert_int_eq(gw_gpu_tables_send(g, piece, bytes, GW_GPUSEEDING_PIECES, &kept, &err), GW_OK);
    for (unsigned round = 0; round < 3; round++) {
        emutest_order(round);
        check(g, kept, &x, round * x.b.n / 3, &want, &got);
    }
    gw_gpu_tables_free(kept);
    gw_gpu_destroy(g);
    gw_seeding_release(&want);
    gw_seeding_release(&got);
    seedings_release(&x);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gpuseeding");
    TCase *c = tcase_create("gpuseeding");
    tcase_add_loop_test(c, candidates, 0, sizeof plans / sizeof *plans);
    tcase_set_timeout(c, 600);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
