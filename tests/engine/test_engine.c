/* jobs give the same answers for any number of threads as the kernels called directly */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "engine/engine.h"
#include "tests/check_main.h"

enum { N = 9000, LEN = 40 };

static uint8_t letters[2 * N * LEN];
static int64_t q_off[N], t_off[N];
static int32_t q_len[N], t_len[N], diag[N], width[N];

static gw_extend_batch_t make_batch(void)
{
    gw_rng_t rng;
    gw_rng_init(&rng, 23);
    for (size_t i = 0; i < sizeof letters; i++)
        letters[i] = (uint8_t)gw_rng_below(&rng, 4);
    for (int i = 0; i < N; i++) {
        q_off[i] = i * LEN;
        t_off[i] = i % 3 ? (int64_t)i * LEN : (int64_t)(N + i) * LEN; /* equal or unrelated */
        q_len[i] = 1 + (int32_t)gw_rng_below(&rng, LEN);
        t_len[i] = 1 + (int32_t)gw_rng_below(&rng, LEN);
        width[i] = i % 5 ? -1 : LEN;
    }
    return (gw_extend_batch_t){N, letters, letters, q_off, t_off, q_len, t_len};
}

START_TEST(extend_jobs)
{
    gw_extend_batch_t b = make_batch();
    gw_extend_params_t p;
    gw_extend_params_dna(&p, 1, -4, -1, 6, 1, 5);
    gw_extend_in_t in = {.batch = &b, .params = &p, .diag = diag, .width = width};
    gw_err_t err = {0};
    gw_engine_t *e;
    int32_t *score = calloc(2 * N, sizeof *score);
    gw_extend_hit_t *hit = calloc(2 * N, sizeof *hit);
    gw_extend_cigars_t c[2] = {{.score = calloc(N, 4), .cigar_off = calloc(N + 1, 8)},
                               {.score = calloc(N, 4), .cigar_off = calloc(N + 1, 8)}};
    ck_assert_int_eq(gw_extend_score(&b, &p, score, &err), GW_OK);
    ck_assert_int_eq(gw_extend_ends(&b, &p, hit, &err), GW_OK);
    ck_assert_int_eq(gw_extend_global(&b, &p, diag, width, &c[0], &err), GW_OK);
    ck_assert_int_eq(gw_engine_create("auto", _i, &e, &err), GW_OK);
    ck_assert_int_eq(gw_engine_run(e, GW_JOB_EXTEND_SCORE, &in, score + N, &err), GW_OK);
    ck_assert_int_eq(gw_engine_run(e, GW_JOB_EXTEND_ENDS, &in, hit + N, &err), GW_OK);
    ck_assert_int_eq(gw_engine_run(e, GW_JOB_EXTEND_GLOBAL, &in, &c[1], &err), GW_OK);
    gw_engine_destroy(e);
    ck_assert(memcmp(score, score + N, N * sizeof *score) == 0);
    ck_assert(memcmp(hit, hit + N, N * sizeof *hit) == 0);
    ck_assert_uint_eq(c[0].n_cigar, c[1].n_cigar);
    ck_assert(memcmp(c[0].cigar, c[1].cigar, c[0].n_cigar * sizeof *c[0].cigar) == 0);
    ck_assert(memcmp(c[0].cigar_off, c[1].cigar_off, (N + 1) * sizeof *c[0].cigar_off) == 0);
    ck_assert(memcmp(c[0].score, c[1].score, N * sizeof *c[0].score) == 0);
    for (int k = 0; k < 2; k++) {
        free(c[k].score);
        free(c[k].cigar);
        free(c[k].cigar_off);
    }
    free(score);
    free(hit);
}
END_TEST

START_TEST(pairhmm_job)
{
    enum { GROUPS = 40, READS = 3, HAPS = 2 };
    static uint8_t qual[GROUPS * READS * LEN], ext[GROUPS * READS * LEN];
    int64_t rg[GROUPS + 1], hg[GROUPS + 1], ro[GROUPS * READS + 1], ho[GROUPS * HAPS + 1];
    static double out[2][GROUPS * READS * HAPS];
    make_batch();
    memset(qual, 30, sizeof qual);
    memset(ext, 10, sizeof ext);
    for (int i = 0; i <= GROUPS; i++) {
        rg[i] = i * READS;
        hg[i] = i * HAPS;
    }
    for (int i = 0; i <= GROUPS * READS; i++)
        ro[i] = i * (LEN / 2);
    for (int i = 0; i <= GROUPS * HAPS; i++)
        ho[i] = i * LEN;
    gw_pairhmm_batch_t b = {GROUPS, rg, hg, letters, qual, qual, qual, ext, ro, letters, ho};
    gw_err_t err = {0};
    gw_engine_t *e;
    ck_assert_int_eq(gw_pairhmm_log10(&b, out[0], &err), GW_OK);
    ck_assert_int_eq(gw_engine_create("cpu", _i, &e, &err), GW_OK);
    ck_assert_int_eq(gw_engine_run(e, GW_JOB_PAIRHMM, &b, out[1], &err), GW_OK);
    gw_engine_destroy(e);
    ck_assert(memcmp(out[0], out[1], sizeof out[0]) == 0);
    for (int i = 0; i < GROUPS * READS * HAPS; i++)
        ck_assert(out[0][i] < 0);
}
END_TEST

static const struct {
    const char *device;
    gw_status_t st;
} devices[] = {
    {"auto", GW_OK},          {"cpu", GW_OK},        {"cuda", GW_ENODEVICE},
    {"cuda:1", GW_ENODEVICE}, {"cuda:x", GW_EUSAGE}, {"gpu", GW_EUSAGE},
};

START_TEST(device_row)
{
    gw_engine_t *e;
    gw_err_t err = {0};
    ck_assert_int_eq(gw_engine_create(devices[_i].device, 1, &e, &err), devices[_i].st);
    if (devices[_i].st == GW_OK)
        gw_engine_destroy(e);
    else
        ck_assert_ptr_nonnull(strstr(err.msg, devices[_i].device));
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("engine");
    TCase *c = tcase_create("engine");
    tcase_add_loop_test(c, extend_jobs, 1, 5);
    tcase_add_loop_test(c, pairhmm_job, 1, 5);
    tcase_add_loop_test(c, device_row, 0, sizeof devices / sizeof *devices);
    tcase_set_timeout(c, 120);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
