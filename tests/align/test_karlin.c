/* Statistics of chance scores: known values of lambda, the fit, and E-values that count. */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "align/karlin.h"
#include "base/hash.h"
#include "tests/check_main.h"

static gw_dbscoring_t protein(const char *matrix, int open, int extend)
{
    gw_err_t err = {0};
    gw_scorematrix_t m;
    gw_dbscoring_t s;
    ck_assert_msg(gw_scorematrix_load(matrix, &m, &err) == GW_OK, "%s", err.msg);
    gw_dbscoring_protein(&s, &m, open, extend);
    return s;
}

static gw_engine_t *engine(void)
{
    gw_engine_t *e = NULL;
    gw_err_t err = {0};
    ck_assert_int_eq(gw_engine_create("cpu", 2, &e, &err), GW_OK);
    return e;
}

/* 1. ungapped: what NCBI's programs have for the matrices; 1/-1 is the logarithm of 3 */
static const struct {
    const char *matrix; /* NULL: nucleotides */
    int match, mismatch;
    double lambda;
} ungapped[] = {{"BLOSUM45", 0, 0, 0.2291}, {"BLOSUM50", 0, 0, 0.2318}, {"blosum62", 0, 0, 0.3176},
                {"BLOSUM80", 0, 0, 0.3430}, {"BLOSUM90", 0, 0, 0.3346}, {"PAM30", 0, 0, 0.3400},
                {"PAM70", 0, 0, 0.3345},    {"PAM250", 0, 0, 0.2252},   {NULL, 1, 1, 1.09861},
                {NULL, 1, 3, 1.3741}};

START_TEST(ungapped_lambda)
{
    gw_err_t err = {0};
    gw_dbscoring_t s;
    double lambda;
    if (ungapped[_i].matrix)
        s = protein(ungapped[_i].matrix, 11, 1);
    else
        gw_dbscoring_dna(&s, ungapped[_i].match, ungapped[_i].mismatch, 5, 2);
    ck_assert_int_eq(gw_karlin_ungapped(&s, &lambda, &err), GW_OK);
    ck_assert_double_eq_tol(lambda, ungapped[_i].lambda, 0.0002);
}
END_TEST

START_TEST(no_statistics)
{
    gw_err_t err = {0};
    gw_dbscoring_t s = protein("BLOSUM62", 11, 1);
    double lambda;
    gw_karlin_t k;
    gw_engine_t *e = engine();
    for (int i = 0; i < s.params.n_letters * s.params.n_letters; i++)
        s.params.matrix[i] = (int8_t)(_i ? 1 : -1);
    ck_assert_int_eq(gw_karlin_ungapped(&s, &lambda, &err), GW_EUSAGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "have no E-values"));
    s = protein("BLOSUM62", 1, 1);
    ck_assert_int_eq(gw_karlin_fit(&s, 1, e, &k, &err), GW_EUSAGE);
    ck_assert_ptr_nonnull(strstr(err.msg, "raise --gap-open"));
    gw_engine_destroy(e);
}
END_TEST

/* 2. gapped: the fit at run time, the table, and (BLOSUM62, 11 + 1) NCBI's 0.267 and 0.041 agree */
static const struct {
    const char *matrix;
    int open, extend;
} gapped[] = {{"BLOSUM62", 11, 1}, {"PAM30", 9, 1}, {NULL, 5, 2}};

START_TEST(gapped_fit)
{
    gw_err_t err = {0};
    gw_dbscoring_t s;
    gw_karlin_t k, table;
    gw_engine_t *e = engine();
    if (gapped[_i].matrix)
        s = protein(gapped[_i].matrix, gapped[_i].open, gapped[_i].extend);
    else
        gw_dbscoring_dna(&s, 2, 3, gapped[_i].open, gapped[_i].extend);
    ck_assert_int_eq(gw_karlin_fit(&s, GW_KARLIN_QUICK, e, &k, &err), GW_OK);
    ck_assert(gw_karlin_known(&s, &table));
    ck_assert_double_eq_tol(k.lambda / table.lambda, 1, 0.03);
    /* and where they meet: the E-value of a usual best score */
    int32_t score = (int32_t)((table.log_k + 2 * log(GW_KARLIN_LENGTH) + 3) / table.lambda);
    ck_assert_double_eq_tol(gw_karlin_log_pair(&k, 300, 300, score),
                            gw_karlin_log_pair(&table, 300, 300, score), 0.1);
    if (_i == 0) {
        ck_assert_double_eq_tol(table.lambda, 0.267, 0.006);
        ck_assert_double_eq_tol(table.log_k, log(0.041), 0.25);
    }
    gw_engine_destroy(e);
}
END_TEST

START_TEST(unknown_scores)
{
    gw_karlin_t k;
    gw_dbscoring_t s = protein("BLOSUM62", 11, 1);
    ck_assert(gw_karlin_known(&s, &k));
    s.named = false; /* a file that happens to have the name */
    ck_assert(!gw_karlin_known(&s, &k));
    s = protein("BLOSUM62", 11, 2);
    ck_assert(!gw_karlin_known(&s, &k));
}
END_TEST

/* 3. E-values */
START_TEST(log_pair_bounds)
{
    gw_karlin_t k;
    gw_dbscoring_t s = protein("BLOSUM62", 11, 1);
    ck_assert(gw_karlin_known(&s, &k));
    static const int64_t len[] = {1, 2, 9, 30, 100, 350, 35000};
    for (size_t a = 0; a < 7; a++)
        for (size_t b = 0; b < 7; b++) {
            double before = INFINITY;
            for (int32_t x = 1; x < 2000; x += x < 100 ? 1 : 50) {
                double p = gw_karlin_log_pair(&k, len[a], len[b], x);
                ck_assert(isfinite(p));
                ck_assert_double_lt(p, before); /* the more a score, the rarer */
                ck_assert_double_le(gw_karlin_log_pair_floor(&k, len[a], len[b], x), p + 1e-9);
                ck_assert_double_le(p, k.log_k - k.lambda * x + log((double)(len[a] * len[b])) + 1e-9);
                before = p;
            }
        }
}
END_TEST

/* A bias that both share is corrected for; one of a single sequence little, none not at all. */
START_TEST(composition)
{
    gw_err_t err = {0};
    gw_dbscoring_t s = protein("BLOSUM62", 11, 1);
    double lambda, rich[20], poor[20] = {0}, few[20];
    uint8_t half_serine[400];
    for (int i = 0; i < 400; i++)
        half_serine[i] = (uint8_t)(i % 2 ? 15 : i / 2 % 20);
    half_serine[0] = 22; /* B is not counted */
    ck_assert_int_eq(gw_karlin_ungapped(&s, &lambda, &err), GW_OK);
    ck_assert_double_eq_tol(
        gw_karlin_composition_factor(&s, lambda, s.background, s.background), 1, 1e-6);
    gw_karlin_composition(&s, half_serine, 400, rich);
    ck_assert_double_eq_tol(rich[15], (210 + 20 * s.background[15]) / 419, 1e-12);
    ck_assert_double_eq_tol(rich[0], (9 + 20 * s.background[0]) / 419, 1e-12);
    double shared = gw_karlin_composition_factor(&s, lambda, rich, rich);
    ck_assert(shared >= 0.5 && shared < 0.8);
    ck_assert_double_gt(gw_karlin_composition_factor(&s, lambda, rich, s.background), 0.85);
    gw_karlin_composition(&s, half_serine + 1, 4, few); /* few letters say little */
    ck_assert_double_gt(gw_karlin_composition_factor(&s, lambda, few, few), shared);
    poor[17] = 1; /* all W: it scores 11 with itself, below 0 with the other */
    ck_assert_double_eq(gw_karlin_composition_factor(&s, lambda, poor, poor), 0.5);
    for (int a = 0; a < 20; a++)
        rich[a] = a == 15;
    ck_assert_double_eq(gw_karlin_composition_factor(&s, lambda, poor, rich), 1);
}
END_TEST

/* Random proteins of mixed lengths against random ones: as many hits as the E-values say. */
START_TEST(evalues_count)
{
    enum { QUERIES = 40, TARGETS = 1500, LEN = 320 };
    gw_err_t err = {0};
    gw_karlin_t k;
    gw_rng_t rng;
    gw_dbscoring_t s = protein("BLOSUM62", 11, 1);
    gw_engine_t *e = engine();
    uint8_t *q = malloc(QUERIES * LEN), *t = malloc(TARGETS * LEN);
    int64_t q_off[TARGETS], t_off[TARGETS], letters = 0;
    int32_t q_len[TARGETS], t_len[TARGETS], score[TARGETS];
    double upto[20], sum = 0, at_1 = 0, at_tenth = 0;
    ck_assert(q && t && gw_karlin_known(&s, &k));
    gw_rng_init(&rng, 5);
    for (int a = 0; a < 20; a++)
        upto[a] = sum += s.background[a];
    for (int64_t i = 0; i < (QUERIES + TARGETS) * LEN; i++) {
        double u = gw_rng_unit(&rng);
        uint8_t a = 0;
        while (a < 19 && u >= upto[a])
            a++;
        *(i < QUERIES * LEN ? q + i : t + i - QUERIES * LEN) = a;
    }
    for (int i = 0; i < TARGETS; i++) {
        t_off[i] = (int64_t)i * LEN;
        letters += t_len[i] = 60 + (int32_t)gw_rng_below(&rng, LEN - 60);
    }
    for (int j = 0; j < QUERIES; j++) {
        for (int i = 0; i < TARGETS; i++) {
            q_off[i] = (int64_t)j * LEN;
            q_len[i] = 60 + j * (LEN - 60) / QUERIES;
        }
        gw_extend_batch_t b = {TARGETS, q, t, q_off, t_off, q_len, t_len};
        gw_extend_in_t in = {.batch = &b, .params = &s.params};
        ck_assert_int_eq(gw_engine_run(e, GW_JOB_EXTEND_SCORE, &in, score, &err), GW_OK);
        for (int i = 0; i < TARGETS; i++) {
            double log_e = gw_karlin_log_pair(&k, q_len[i], t_len[i], score[i]) +
                           log((double)letters / t_len[i]);
            at_1 += log_e <= 0;
            at_tenth += log_e <= log(0.1);
        }
    }
    /* 40 and 4 expected */
    ck_assert_msg(at_1 > 25 && at_1 < 56, "%g hits at E <= 1 of %d queries", at_1, QUERIES);
    ck_assert_msg(at_tenth < 10, "%g hits at E <= 0.1 of %d queries", at_tenth, QUERIES);
    free(q);
    free(t);
    gw_engine_destroy(e);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("karlin");
    TCase *c = tcase_create("statistics");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, ungapped_lambda, 0, sizeof ungapped / sizeof *ungapped);
    tcase_add_loop_test(c, no_statistics, 0, 2);
    tcase_add_loop_test(c, gapped_fit, 0, sizeof gapped / sizeof *gapped);
    tcase_add_test(c, unknown_scores);
    tcase_add_test(c, log_pair_bounds);
    tcase_add_test(c, composition);
    tcase_add_test(c, evalues_count);
    suite_add_tcase(s, c);
    return s;
}
GW_CHECK_MAIN(suite)
