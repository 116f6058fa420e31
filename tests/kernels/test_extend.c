/* score and ends: the reference against brute force, every variant against the reference */
#include <config.h>

#include "kernels/cpu.h"
#include "kernels/extend_variants.h"
#include "tests/check_main.h"
#include "tests/kernels/guarded.h"
#include "tests/kernels/pairs.h"

/* 1. brute force: every local alignment of two tiny sequences, by definition */
typedef struct {
    const gw_extend_params_t *p;
    const uint8_t *q, *t;
    int32_t q_len, t_len;
    gw_extend_hit_t best, here;
} brute_t;

static bool preferred(const gw_extend_hit_t *a, const gw_extend_hit_t *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    if (a->t_end != b->t_end)
        return a->t_end < b->t_end;
    if (a->q_end != b->q_end)
        return a->q_end < b->q_end;
    if (a->t_beg != b->t_beg)
        return a->t_beg > b->t_beg;
    return a->q_beg > b->q_beg;
}

/* an alignment that ends at (i,j) in an aligned pair has this score; tries all that continue it */
static void extend_all(brute_t *x, int32_t i, int32_t j, int32_t score)
{
    score += x->p->matrix[x->q[i] * x->p->n_letters + x->t[j]];
    gw_extend_hit_t end = x->here;
    end.score = score + (i == x->q_len - 1 ? x->p->end_bonus : 0);
    end.q_end = i + 1;
    end.t_end = j + 1;
    if (end.score > 0 && preferred(&end, &x->best))
        x->best = end;
    for (int32_t di = 0; i + 1 + di < x->q_len; di++)
        for (int32_t dj = 0; j + 1 + dj < x->t_len; dj++) {
            int32_t gaps = (di ? x->p->gap_open + di * x->p->gap_extend : 0) +
                           (dj ? x->p->gap_open + dj * x->p->gap_extend : 0);
            extend_all(x, i + 1 + di, j + 1 + dj, score - gaps);
        }
}

static gw_extend_hit_t brute(const gw_extend_params_t *p, const uint8_t *q, int32_t q_len,
                             const uint8_t *t, int32_t t_len)
{
    brute_t x = {p, q, t, q_len, t_len, {0}, {0}};
    for (int32_t i = 0; i < q_len; i++)
        for (int32_t j = 0; j < t_len; j++) {
            x.here = (gw_extend_hit_t){.q_beg = i, .t_beg = j};
            extend_all(&x, i, j, i == 0 ? p->end_bonus : 0);
        }
    return x.best;
}

static void same_hit(const gw_extend_hit_t *a, const gw_extend_hit_t *b, const char *what, size_t i)
{
    ck_assert_msg(memcmp(a, b, sizeof *a) == 0,
                  "%s, pair %zu: %d %d-%d %d-%d, expected %d %d-%d %d-%d", what, i, a->score,
                  a->q_beg, a->q_end, a->t_beg, a->t_end, b->score, b->q_beg, b->q_end, b->t_beg,
                  b->t_end);
}

START_TEST(reference_is_brute_force)
{
    gw_extend_params_t p;
    scheme_params(&schemes[_i], &p);
    pairs_t x;
    enum { N = 400 };
    gw_extend_hit_t hit[N];
    gw_err_t err = {0};
    gw_rng_t rng;
    gw_rng_init(&rng, 5 + (uint64_t)_i);
    ck_assert(pairs_init(&x, N, 4096));
    for (size_t i = 0; i < N; i++)
        pairs_add(&x, i, &rng, p.n_letters < 3 ? p.n_letters : 3, (int32_t)gw_rng_below(&rng, 7),
                  (int32_t)gw_rng_below(&rng, 7), 2);
    ck_assert_int_eq(gw_extend_ends_ref(&x.b, &p, hit, &err), GW_OK);
    for (size_t i = 0; i < N; i++) {
        gw_extend_hit_t want =
            brute(&p, x.query + x.q_off[i], x.q_len[i], x.target + x.t_off[i], x.t_len[i]);
        same_hit(&hit[i], &want, schemes[_i].name, i);
    }
    pairs_release(&x);
}
END_TEST

/* 2. variants */
static void compare(gw_cpu_level_t level, const pairs_t *x, const gw_extend_params_t *p,
                    const char *what)
{
    size_t n = x->b.n;
    gw_extend_hit_t *want = gw_malloc(n, sizeof *want), *got = gw_malloc(n, sizeof *got);
    int32_t *score = gw_malloc(n, sizeof *score);
    gw_err_t err = {0};
    ck_assert(want && got && score);
    memset(got, 0x5a, n * sizeof *got);
    ck_assert_int_eq(gw_extend_ends_ref(&x->b, p, want, &err), GW_OK);
    for (int at_start = 0; at_start < 2; at_start++) {
        guarded_t q, t;
        ck_assert(guarded_init(&q, x->query, x->q_size, at_start));
        ck_assert(guarded_init(&t, x->target, x->t_size, at_start));
        gw_extend_batch_t b = x->b;
        b.query = q.p;
        b.target = t.p;
        ck_assert_int_eq(gw_extend_ends_at(level, &b, p, got, &err), GW_OK);
        ck_assert_int_eq(gw_extend_score_at(level, &b, p, score, &err), GW_OK);
        guarded_release(&q);
        guarded_release(&t);
        for (size_t i = 0; i < n; i++) {
            same_hit(&got[i], &want[i], what, i);
            ck_assert_msg(score[i] == want[i].score, "%s, pair %zu: score %d, expected %d", what, i,
                          score[i], want[i].score);
        }
    }
    free(want);
    free(got);
    free(score);
}

static void random_batch(pairs_t *x, gw_rng_t *rng, int letters, size_t n, int most, int every)
{
    ck_assert(pairs_init(x, n, n * (size_t)(2 * most + 2)));
    for (size_t i = 0; i < n; i++)
        pairs_add(x, i, rng, letters, (int32_t)gw_rng_below(rng, (uint64_t)most),
                  (int32_t)gw_rng_below(rng, (uint64_t)most * 2), every);
}

static const gw_cpu_level_t levels[] = {GW_CPU_PORTABLE, GW_CPU_AVX2, GW_CPU_AVX512};

/* rows: level x scheme */
START_TEST(variants_on_random_pairs)
{
    gw_cpu_level_t level = levels[_i / N_SCHEMES];
    const scheme_t *s = &schemes[_i % N_SCHEMES];
    if (!gw_cpu_has(level))
        return;
    gw_extend_params_t p;
    scheme_params(s, &p);
    static const int most[] = {3, 20, 70, 170, 400}, every[] = {0, 2, 5, 20, 100};
    /* every size twice, each time with other rates of change; the reference takes the time */
    for (uint64_t seed = 0; seed < GW_TEST_SEEDS(10); seed++) {
        char what[200];
        snprintf(what, sizeof what, "%s, %s, seed %d", gw_cpu_level_name(level), s->name,
                 (int)seed);
        gw_rng_t rng;
        gw_rng_init(&rng, seed);
        pairs_t x;
        random_batch(&x, &rng, p.n_letters, 1 + (size_t)gw_rng_below(&rng, seed % 5 < 3 ? 200 : 36),
                     most[seed % 5], every[(seed % 5 + 2 * (seed / 5)) % 5]);
        compare(level, &x, &p, what);
        pairs_release(&x);
    }
}
END_TEST

/* every pair of lengths up to a few strips, and one lane more or less than a vector holds */
START_TEST(variants_on_all_lengths)
{
    gw_cpu_level_t level = levels[_i];
    if (!gw_cpu_has(level))
        return;
    gw_extend_params_t p;
    scheme_params(&schemes[0], &p);
    enum { MOST = 21 };
    pairs_t x;
    gw_rng_t rng;
    gw_rng_init(&rng, 77);
    ck_assert(pairs_init(&x, MOST * MOST, MOST * MOST * MOST));
    for (size_t i = 0; i < MOST * MOST; i++)
        pairs_add(&x, i, &rng, 4, (int32_t)(i % MOST), (int32_t)(i / MOST), 6);
    compare(level, &x, &p, "all lengths");
    for (size_t n = 0; n < 130; n++) {
        x.b.n = n;
        compare(level, &x, &p, "all batch sizes");
    }
    pairs_release(&x);
}
END_TEST

/* Scores that step over the edge of 8 and of 16 bits one by one, and rows past 8 bits */
START_TEST(variants_at_overflow)
{
    gw_cpu_level_t level = levels[_i];
    if (!gw_cpu_has(level))
        return;
    gw_extend_params_t p;
    pairs_t x;
    enum { N = 60 };
    ck_assert(pairs_init(&x, N, N * 2000));
    for (size_t i = 0; i < N; i++) {
        bool wide = i >= N / 2;
        int32_t len = wide ? 491 + (int32_t)(i - N / 2) : 235 + (int32_t)i;
        x.q_off[i] = x.t_off[i] = (int64_t)x.q_size;
        x.q_len[i] = x.t_len[i] = len;
        for (int32_t k = 0; k < len; k++)
            x.query[x.q_size + (size_t)k] = x.target[x.q_size + (size_t)k] = (uint8_t)(k % 4);
        x.q_size += (size_t)len;
        x.t_size = x.q_size;
    }
    gw_extend_params_dna(&p, 1, -4, -1, 6, 1, 0);
    compare(level, &x, &p, "edge of 8 bits");
    gw_extend_params_dna(&p, 1, -4, -1, 6, 1, 5);
    compare(level, &x, &p, "edge of 8 bits with bonus");
    gw_extend_params_dna(&p, 127, -128, -1, 6, 1, 0);
    compare(level, &x, &p, "edge of 16 bits");
    gw_extend_params_dna(&p, 127, -128, -1, 60, 10, 32000);
    compare(level, &x, &p, "edge of 16 bits with bonus");
    pairs_release(&x);
}
END_TEST

/* One query against many targets, and the case that all pairs are the same */
START_TEST(variants_on_shared_queries)
{
    gw_cpu_level_t level = levels[_i];
    if (!gw_cpu_has(level))
        return;
    gw_extend_params_t p;
    scheme_params(&schemes[12], &p);
    for (size_t share = 1; share < 200; share = share * 3) {
        pairs_t x;
        gw_rng_t rng;
        gw_rng_init(&rng, share);
        random_batch(&x, &rng, 20, 200, 90, 3);
        for (size_t i = 0; i < x.b.n; i++) {
            x.q_off[i] = x.q_off[i / share * share];
            x.q_len[i] = x.q_len[i / share * share];
        }
        compare(level, &x, &p, "shared queries");
        pairs_release(&x);
    }
}
END_TEST

START_TEST(broken_batches_are_refused)
{
    gw_extend_params_t p;
    gw_extend_params_dna(&p, 1, -4, -1, 6, 1, 0);
    const uint8_t letter = 0;
    int64_t off = 0;
    int32_t len = 1, score = 77;
    gw_extend_batch_t b = {1, &letter, &letter, &off, &off, &len, &len};
    gw_err_t err = {0};
    ck_assert_int_eq(gw_extend_score(&b, &p, &score, &err), GW_OK);
    ck_assert_int_eq(score, 1);
    score = 77;
    len = -1;
    ck_assert_int_eq(gw_extend_score(&b, &p, &score, &err), GW_EINTERNAL);
    len = 1 << 27;
    ck_assert_int_eq(gw_extend_score(&b, &p, &score, &err), GW_EINTERNAL);
    len = 1;
    p.gap_open = -1;
    ck_assert_int_eq(gw_extend_score(&b, &p, &score, &err), GW_EINTERNAL);
    p.gap_open = 6;
    p.n_letters = 33;
    ck_assert_int_eq(gw_extend_score(&b, &p, &score, &err), GW_EINTERNAL);
    ck_assert_int_eq(score, 77);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("extend");
    TCase *c = tcase_create("variants");
    tcase_set_timeout(c, 300);
    enum { LEVELS = sizeof levels / sizeof *levels };
    tcase_add_loop_test(c, reference_is_brute_force, 0, N_SCHEMES);
    tcase_add_loop_test(c, variants_on_random_pairs, 0, LEVELS * N_SCHEMES);
    tcase_add_loop_test(c, variants_on_all_lengths, 0, LEVELS);
    tcase_add_loop_test(c, variants_at_overflow, 0, LEVELS);
    tcase_add_loop_test(c, variants_on_shared_queries, 0, LEVELS);
    tcase_add_test(c, broken_batches_are_refused);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
