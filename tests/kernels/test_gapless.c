/* the gapless filter: the reference against every stretch, every variant against the reference */
#include <config.h>

#include "kernels/gapless.h"
#include "tests/check_main.h"
#include "tests/kernels/guarded.h"
#include "tests/kernels/pairs.h"

static const gw_cpu_level_t levels[] = {GW_CPU_REF, GW_CPU_AVX2, GW_CPU_AVX512};
enum { N_LEVELS = sizeof levels / sizeof *levels };

/* 1. by definition: the sums of all stretches */
static int32_t brute(const gw_extend_params_t *p, const pairs_t *x, size_t k, int32_t diag,
                     int32_t width)
{
    const uint8_t *q = x->query + x->q_off[k], *t = x->target + x->t_off[k];
    int32_t best = 0;
    for (int32_t i = 0; i < x->q_len[k]; i++)
        for (int32_t j = 0; j < x->t_len[k]; j++) {
            int32_t sum = 0;
            if (width >= 0 && abs(j - i - diag) > width)
                continue;
            for (int32_t n = 0; i + n < x->q_len[k] && j + n < x->t_len[k]; n++) {
                sum += p->matrix[q[i + n] * p->n_letters + t[j + n]];
                best = sum > best ? sum : best;
            }
        }
    return best;
}

START_TEST(reference_is_by_definition)
{
    enum { N = 300, MOST = 12 };
    gw_extend_params_t p;
    scheme_params(&schemes[_i], &p);
    gw_rng_t rng;
    gw_rng_init(&rng, 3 + (uint64_t)_i);
    pairs_t x;
    int32_t diag[N], width[N], score[N];
    ck_assert(pairs_init(&x, N, N * MOST));
    for (size_t i = 0; i < N; i++) {
        pairs_add(&x, i, &rng, p.n_letters, (int32_t)gw_rng_below(&rng, MOST),
                  (int32_t)gw_rng_below(&rng, MOST), 4);
        diag[i] = (int32_t)gw_rng_below(&rng, 3 * MOST) - 2 * MOST;
        width[i] = (int32_t)gw_rng_below(&rng, 6) - 1;
    }
    gw_gapless_score_ref(&x.b, &p, diag, width, score);
    for (size_t i = 0; i < N; i++)
        ck_assert_int_eq(score[i], brute(&p, &x, i, diag[i], width[i]));
    pairs_release(&x);
}
END_TEST

/* 2. variants */
/* pairs asked for one by one */
static void compare_diagonals(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                              const int32_t *diag, const int32_t *width, const int32_t *want)
{
    gw_gapless_t m;
    gw_gapless_init(&m, p->n_letters, p->matrix);
    for (size_t i = 0; i < b->n; i++)
        if (width[i] == 0)
            ck_assert_int_eq(gw_gapless_diagonal(&m, b->query + b->q_off[i], b->q_len[i],
                                                 b->target + b->t_off[i], b->t_len[i], diag[i]),
                             want[i]);
}

static void compare(gw_cpu_level_t level, const pairs_t *x, const gw_extend_params_t *p,
                    const int32_t *diag, const int32_t *width, const char *what)
{
    size_t n = x->b.n;
    int32_t *want = gw_malloc(n, sizeof *want), *got = gw_malloc(n, sizeof *got);
    ck_assert(want && got);
    gw_gapless_score_ref(&x->b, p, diag, width, want);
    for (int at_start = 0; at_start < 2; at_start++) {
        guarded_t q, t;
        ck_assert(guarded_init(&q, x->query, x->q_size, at_start));
        ck_assert(guarded_init(&t, x->target, x->t_size, at_start));
        gw_extend_batch_t b = x->b;
        b.query = q.p;
        b.target = t.p;
        memset(got, 0x5a, n * sizeof *got);
        gw_gapless_score_at(level, &b, p, diag, width, got);
        if (level == gw_cpu_level())
            compare_diagonals(&b, p, diag, width, want);
        guarded_release(&q);
        guarded_release(&t);
        for (size_t i = 0; i < n; i++)
            ck_assert_msg(got[i] == want[i], "%s, %s, pair %zu (%d x %d, %d +- %d): %d, expected %d",
                          gw_cpu_level_name(level), what, i, x->q_len[i], x->t_len[i], diag[i],
                          width[i], got[i], want[i]);
    }
    free(want);
    free(got);
}

/* rows: level x scheme; whole matrices, single diagonals, bands that lie partly or wholly outside */
START_TEST(variants_on_random_pairs)
{
    enum { N = 40 };
    gw_cpu_level_t level = levels[_i / N_SCHEMES];
    const scheme_t *s = &schemes[_i % N_SCHEMES];
    static const int most[] = {3, 20, 70, 170, 400}, every[] = {0, 2, 5, 20, 100};
    gw_extend_params_t p;
    scheme_params(s, &p);
    for (uint64_t seed = 0; seed < GW_TEST_SEEDS(10) && gw_cpu_has(level); seed++) {
        gw_rng_t rng;
        gw_rng_init(&rng, seed);
        pairs_t x;
        int32_t diag[N], width[N];
        int size = most[seed % 5];
        ck_assert(pairs_init(&x, N, (size_t)(N * 2 * size)));
        for (size_t i = 0; i < N; i++) {
            int32_t q_len = (int32_t)gw_rng_below(&rng, (uint64_t)size);
            int32_t t_len = (int32_t)gw_rng_below(&rng, (uint64_t)size * 2);
            pairs_add(&x, i, &rng, p.n_letters, q_len, t_len, every[(seed + i) % 5]);
            diag[i] = (int32_t)gw_rng_below(&rng, (uint64_t)(q_len + t_len) + 9) - q_len - 4;
            width[i] = i % 5 == 0 ? -1 : i % 5 < 3 ? 0 : (int32_t)gw_rng_below(&rng, 8);
            if (i == N - 1) { /* as far as numbers go */
                diag[i] = INT32_MAX;
                width[i] = INT32_MAX;
            }
        }
        compare(level, &x, &p, diag, width, s->name);
        pairs_release(&x);
    }
}
END_TEST

/* diagonals of every length up to a few blocks, all letters equal: a carry over every edge */
START_TEST(variants_on_all_lengths)
{
    enum { N = 330 };
    gw_cpu_level_t level = levels[_i];
    gw_extend_params_t p;
    pairs_t x;
    int32_t zero[N] = {0};
    if (!gw_cpu_has(level))
        return;
    ck_assert(pairs_init(&x, N, N * N));
    gw_extend_params_dna(&p, 1, -4, -1, 0, 0, 0);
    for (size_t i = 0; i < N; i++) {
        x.q_off[i] = x.t_off[i] = (int64_t)x.q_size;
        x.q_len[i] = x.t_len[i] = (int32_t)i;
        memset(x.query + x.q_size, 2, i);
        memset(x.target + x.t_size, 2, i);
        x.q_size += i;
        x.t_size += i;
    }
    compare(level, &x, &p, zero, zero, "all lengths");
    pairs_release(&x);
}
END_TEST

/* sums that step over 16 bits, with stretches before, across and behind the step */
START_TEST(variants_at_overflow)
{
    enum { N = 24, LEN = 2000 };
    gw_cpu_level_t level = levels[_i];
    gw_extend_params_t p;
    pairs_t x;
    int32_t zero[N] = {0};
    gw_rng_t rng;
    gw_rng_init(&rng, 9);
    if (!gw_cpu_has(level))
        return;
    ck_assert(pairs_init(&x, N, N * LEN));
    gw_extend_params_dna(&p, 127, -128, -1, 0, 0, 0);
    for (size_t i = 0; i < N; i++) {
        pairs_add(&x, i, &rng, 4, LEN, LEN, 1000000);
        memcpy(x.query + x.q_off[i], x.target + x.t_off[i], LEN);
        for (size_t k = 0; k < 40 * i; k++)
            x.query[x.q_off[i] + (int64_t)gw_rng_below(&rng, LEN)] = (uint8_t)gw_rng_below(&rng, 5);
    }
    compare(level, &x, &p, zero, zero, "past 16 bits");
    pairs_release(&x);
}
END_TEST

START_TEST(broken_batches_are_refused)
{
    gw_extend_params_t p;
    gw_extend_params_dna(&p, 1, -4, -1, 6, 1, 0);
    const uint8_t letter = 0;
    int64_t off = 0;
    int32_t len = 1, zero = 0, score = 77;
    gw_extend_batch_t b = {1, &letter, &letter, &off, &off, &len, &len};
    gw_err_t err = {0};
    ck_assert_int_eq(gw_gapless_score(&b, &p, &zero, &zero, &score, &err), GW_OK);
    ck_assert_int_eq(score, 1);
    score = 77;
    len = -1;
    ck_assert_int_eq(gw_gapless_score(&b, &p, &zero, &zero, &score, &err), GW_EINTERNAL);
    ck_assert_int_eq(score, 77);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gapless");
    TCase *c = tcase_create("gapless");
    tcase_set_timeout(c, 300);
    tcase_add_loop_test(c, reference_is_by_definition, 0, N_SCHEMES);
    tcase_add_loop_test(c, variants_on_random_pairs, 0, N_LEVELS * N_SCHEMES);
    tcase_add_loop_test(c, variants_on_all_lengths, 0, N_LEVELS);
    tcase_add_loop_test(c, variants_at_overflow, 0, N_LEVELS);
    tcase_add_test(c, broken_batches_are_refused);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
