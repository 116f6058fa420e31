/* banded global alignment: best score against every path of tiny pairs, operations against score;
 * every variant against the reference */
#include <config.h>

#include <stdbool.h>
#include <stdlib.h>

#include "base/hash.h"
#include "kernels/cpu.h"
#include "kernels/extend_variants.h"
#include "tests/check_main.h"
#include "tests/kernels/guarded.h"
#include "tests/kernels/pairs.h"

enum { NO_PATH = INT32_MIN / 2 };

typedef struct {
    const gw_extend_params_t *p;
    const uint8_t *q, *t;
    int32_t q_len, t_len, diag, width;
} pair_t;

static bool in_band(const pair_t *x, int32_t i, int32_t j)
{
    return x->width < 0 || abs(j - i - x->diag) <= x->width;
}

/* Every path from (i,j) on, last operation before it in op (0 M, 1 I, 2 D): plain enumeration. */
static int32_t best_from(const pair_t *x, int32_t i, int32_t j, int op)
{
    if (i == x->q_len && j == x->t_len)
        return 0;
    const gw_extend_params_t *p = x->p;
    int32_t best = NO_PATH, open = p->gap_open + p->gap_extend;
    if (i < x->q_len && j < x->t_len && in_band(x, i + 1, j + 1)) {
        int32_t s = best_from(x, i + 1, j + 1, 0) + p->matrix[x->q[i] * p->n_letters + x->t[j]];
        best = s > best ? s : best;
    }
    if (i < x->q_len && in_band(x, i + 1, j)) {
        int32_t s = best_from(x, i + 1, j, 1) - (op == 1 ? p->gap_extend : open);
        best = s > best ? s : best;
    }
    if (j < x->t_len && in_band(x, i, j + 1)) {
        int32_t s = best_from(x, i, j + 1, 2) - (op == 2 ? p->gap_extend : open);
        best = s > best ? s : best;
    }
    return best;
}

/* The score of the operations; they must use every letter and stay in the band. */
static int32_t score_of(const pair_t *x, const uint32_t *cigar, int64_t n)
{
    int32_t i = 0, j = 0, score = 0;
    for (int64_t k = 0; k < n; k++) {
        uint32_t op = cigar[k] & 15, len = cigar[k] >> 4;
        ck_assert_uint_gt(len, 0);
        ck_assert(k == 0 || (cigar[k - 1] & 15) != op);
        ck_assert_uint_le(op, 2);
        if (op)
            score -= x->p->gap_open + (int32_t)len * x->p->gap_extend;
        for (uint32_t c = 0; c < len; c++) {
            if (op == 0)
                score += x->p->matrix[x->q[i] * x->p->n_letters + x->t[j]];
            i += op != 2;
            j += op != 1;
            ck_assert(in_band(x, i, j));
        }
    }
    ck_assert_int_eq(i, x->q_len);
    ck_assert_int_eq(j, x->t_len);
    return score;
}

static const struct {
    int match, mismatch, open, extend;
} tiny[] = {{1, -4, 6, 1}, {2, -1, 1, 1}, {1, -1, 0, 2}, {3, -2, 0, 0}};

START_TEST(every_path)
{
    enum { N = 150, MOST = 6 };
    gw_extend_params_t p;
    gw_rng_t rng;
    gw_rng_init(&rng, 17 + (uint64_t)_i);
    gw_extend_params_dna(&p, tiny[_i].match, tiny[_i].mismatch, -1, tiny[_i].open, tiny[_i].extend,
                         0);
    uint8_t q[N * MOST], t[N * MOST];
    int64_t off[N], cigar_off[N + 1];
    int32_t q_len[N], t_len[N], diag[N], width[N], score[N];
    for (int i = 0; i < N; i++) {
        off[i] = i * MOST;
        q_len[i] = (int32_t)gw_rng_below(&rng, MOST + 1);
        t_len[i] = (int32_t)gw_rng_below(&rng, MOST + 1);
        diag[i] = (int32_t)gw_rng_below(&rng, 5) - 2;
        width[i] = (int32_t)gw_rng_below(&rng, 6) - 1;
        for (int k = 0; k < MOST; k++) {
            q[i * MOST + k] = (uint8_t)gw_rng_below(&rng, 3);
            t[i * MOST + k] = (uint8_t)gw_rng_below(&rng, 3);
        }
    }
    gw_extend_batch_t b = {N, q, t, off, off, q_len, t_len};
    gw_extend_cigars_t out = {.score = score, .cigar_off = cigar_off};
    gw_err_t err = {0};
    ck_assert_msg(gw_extend_global_ref(&b, &p, diag, width, &out, &err) == GW_OK, "%s", err.msg);
    for (int i = 0; i < N; i++) {
        pair_t x = {&p, q + off[i], t + off[i], q_len[i], t_len[i], diag[i], width[i]};
        int32_t want = in_band(&x, 0, 0) ? best_from(&x, 0, 0, 0) : NO_PATH;
        if (want <= NO_PATH / 2) {
            ck_assert_int_eq(score[i], INT32_MIN);
            ck_assert_int_eq(cigar_off[i + 1], cigar_off[i]);
            continue;
        }
        ck_assert_msg(score[i] == want, "pair %d: %d, expected %d", i, score[i], want);
        ck_assert_int_eq(score_of(&x, out.cigar + cigar_off[i], cigar_off[i + 1] - cigar_off[i]),
                         want);
    }
    free(out.cigar);
}
END_TEST

START_TEST(gaps_are_leftmost)
{
    static const uint8_t q[] = {0, 1, 1, 1, 2}, t[] = {0, 1, 1, 2};
    int64_t off = 0, cigar_off[2];
    int32_t q_len = 5, t_len = 4, diag = 0, width = -1, score;
    gw_extend_params_t p;
    gw_extend_params_dna(&p, 1, -4, -1, 6, 1, 0);
    gw_extend_batch_t b = {1, q, t, &off, &off, &q_len, &t_len};
    gw_extend_cigars_t out = {.score = &score, .cigar_off = cigar_off};
    gw_err_t err = {0};
    ck_assert_int_eq(gw_extend_global(&b, &p, &diag, &width, &out, &err), GW_OK);
    ck_assert_int_eq(out.n_cigar, 3);
    ck_assert_uint_eq(out.cigar[0], 1 << 4 | 0);
    ck_assert_uint_eq(out.cigar[1], 1 << 4 | 1);
    ck_assert_uint_eq(out.cigar[2], 3 << 4 | 0);
    free(out.cigar);
}
END_TEST

/* 2. variants */
static const gw_cpu_level_t levels[] = {GW_CPU_PORTABLE, GW_CPU_AVX2, GW_CPU_AVX512};
enum { LEVELS = sizeof levels / sizeof *levels };

static void same(const gw_extend_cigars_t *got, const gw_extend_cigars_t *want, size_t n,
                 const char *what)
{
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(got->score[i] == want->score[i], "%s, pair %zu: score %d, expected %d", what,
                      i, got->score[i], want->score[i]);
        int64_t from = want->cigar_off[i], end = want->cigar_off[i + 1];
        ck_assert_msg(got->cigar_off[i + 1] == end,
                      "%s, pair %zu: operations end at %lld, not %lld", what, i,
                      (long long)got->cigar_off[i + 1], (long long)end);
        for (int64_t k = from; k < end; k++)
            ck_assert_msg(got->cigar[k] == want->cigar[k], "%s, pair %zu: operation %lld differs",
                          what, i, (long long)(k - from));
    }
    ck_assert_uint_eq(got->n_cigar, want->n_cigar);
}

/* Both with letters flush against unreadable pages behind, then before them */
static void compare(gw_cpu_level_t level, const pairs_t *x, const gw_extend_params_t *p,
                    const int32_t *diag, const int32_t *width, const char *what)
{
    size_t n = x->b.n;
    gw_extend_cigars_t want = {0}, got = {0};
    want.score = gw_malloc(n, sizeof *want.score);
    want.cigar_off = gw_malloc(n + 1, sizeof *want.cigar_off);
    got.score = gw_malloc(n, sizeof *got.score);
    got.cigar_off = gw_malloc(n + 1, sizeof *got.cigar_off);
    gw_err_t err = {0};
    ck_assert(want.score && want.cigar_off && got.score && got.cigar_off);
    ck_assert_int_eq(gw_extend_global_ref(&x->b, p, diag, width, &want, &err), GW_OK);
    for (int at_start = 0; at_start < 2; at_start++) {
        guarded_t q, t;
        ck_assert(guarded_init(&q, x->query, x->q_size, at_start));
        ck_assert(guarded_init(&t, x->target, x->t_size, at_start));
        gw_extend_batch_t b = x->b;
        b.query = q.p;
        b.target = t.p;
        got.n_cigar = 0;
        got.cigar_off[0] = 77;
        ck_assert_int_eq(gw_extend_global_at(level, &b, p, diag, width, &got, &err), GW_OK);
        guarded_release(&q);
        guarded_release(&t);
        ck_assert_int_eq(got.cigar_off[0], 0);
        same(&got, &want, n, what);
    }
    free(want.score);
    free(want.cigar);
    free(want.cigar_off);
    free(got.score);
    free(got.cigar);
    free(got.cigar_off);
}

/* Bands around the way from corner to corner, a few off it; one in four the whole matrix */
static void draw_band(gw_rng_t *rng, int32_t q_len, int32_t t_len, int32_t *diag, int32_t *width)
{
    int32_t gap = t_len - q_len;
    *diag = gap / 2 + (int32_t)gw_rng_below(rng, 7) - 3;
    *width = (gap < 0 ? -gap : gap) / 2 + (int32_t)gw_rng_below(rng, 24);
    if (gw_rng_below(rng, 4) == 0)
        *width = -1;
}

/* rows: level x scheme */
START_TEST(variants_on_random_pairs)
{
    gw_cpu_level_t level = levels[_i / N_SCHEMES];
    const scheme_t *s = &schemes[_i % N_SCHEMES];
    if (!gw_cpu_has(level))
        return;
    gw_extend_params_t p;
    scheme_params(s, &p);
    static const int most[] = {3, 20, 70, 170, 400}, every[] = {2, 3, 5, 20, 100};
    enum { N = 200 };
    int32_t diag[N], width[N];
    for (uint64_t seed = 0; seed < 10; seed++) {
        char what[200];
        snprintf(what, sizeof what, "%s, %s, seed %d", gw_cpu_level_name(level), s->name,
                 (int)seed);
        gw_rng_t rng;
        gw_rng_init(&rng, seed);
        pairs_t x;
        uint64_t most_len = (uint64_t)most[seed % 5];
        size_t n = 1 + (size_t)gw_rng_below(&rng, seed % 5 < 3 ? N : 40);
        ck_assert(pairs_init(&x, n, n * (size_t)(2 * most_len + 16)));
        for (size_t i = 0; i < n; i++) {
            int32_t t_len = (int32_t)gw_rng_below(&rng, most_len);
            int32_t q_len = gw_rng_below(&rng, 3) ? t_len + (int32_t)gw_rng_below(&rng, 11) - 5
                                                  : (int32_t)gw_rng_below(&rng, most_len);
            q_len = q_len < 0 ? 0 : q_len;
            pairs_add(&x, i, &rng, p.n_letters, q_len, t_len, every[(seed + seed / 5) % 5]);
            draw_band(&rng, q_len, t_len, &diag[i], &width[i]);
        }
        compare(level, &x, &p, diag, width, what);
        pairs_release(&x);
    }
}
END_TEST

/* every pair of lengths up to a few packed columns with every band near it, and batches of one lane
 * more or less than a vector holds */
START_TEST(variants_on_all_bands)
{
    gw_cpu_level_t level = levels[_i];
    if (!gw_cpu_has(level))
        return;
    enum { MOST = 11, DIAGS = 5, WIDTHS = 7, N = MOST * MOST * DIAGS * WIDTHS };
    gw_extend_params_t p;
    pairs_t x;
    gw_rng_t rng;
    gw_rng_init(&rng, 78);
    int32_t *diag = gw_malloc(N, sizeof *diag), *width = gw_malloc(N, sizeof *width);
    ck_assert(diag && width && pairs_init(&x, N, N * MOST));
    for (int i = 0; i < N; i++) {
        int32_t q_len = i % MOST, t_len = i / MOST % MOST;
        pairs_add(&x, (size_t)i, &rng, 2, q_len, t_len, 3);
        diag[i] = i / (MOST * MOST) % DIAGS - DIAGS / 2;
        width[i] = i / (MOST * MOST * DIAGS) - 1;
    }
    gw_extend_params_dna(&p, 1, -2, -1, 1, 1, 0);
    compare(level, &x, &p, diag, width, "all bands");
    scheme_params(&schemes[12], &p);
    compare(level, &x, &p, diag, width, "all bands, a matrix");
    for (size_t n = 0; n < 70; n++) {
        x.b.n = n;
        compare(level, &x, &p, diag, width, "all batch sizes");
    }
    pairs_release(&x);
    free(diag);
    free(width);
}
END_TEST

/* Values on both sides of what 16 bits hold, in both directions; and a pair with too many cells to
 * keep directions for all lanes */
START_TEST(variants_at_overflow)
{
    gw_cpu_level_t level = levels[_i];
    if (!gw_cpu_has(level))
        return;
    enum { N = 40 };
    gw_extend_params_t p;
    int32_t diag[N] = {0}, width[N];
    for (int same_letters = 0; same_letters < 2; same_letters++) {
        pairs_t x;
        gw_rng_t rng;
        gw_rng_init(&rng, 79);
        ck_assert(pairs_init(&x, N, N * 400));
        for (size_t i = 0; i < N; i++) {
            int32_t len = 110 + (int32_t)(i * 5);
            pairs_add(&x, i, &rng, 4, len, len, same_letters ? 1000 : 0);
            width[i] = i % 2 ? 10 : -1;
        }
        gw_extend_params_dna(&p, 127, -128, -1, 3, 100, 0);
        compare(level, &x, &p, diag, width, "steep scores");
        gw_extend_params_dna(&p, 1, -1, -1, 16000, 1, 0);
        compare(level, &x, &p, diag, width, "dear gaps");
        gw_extend_params_dna(&p, 1, -1, -1, GW_EXTEND_MAX_PENALTY, 1, 0);
        compare(level, &x, &p, diag, width, "dearest gaps");
        pairs_release(&x);
    }
    pairs_t x;
    gw_rng_t rng;
    gw_rng_init(&rng, 80);
    ck_assert(pairs_init(&x, 2, 8000));
    pairs_add(&x, 0, &rng, 4, 2300, 2200, 30);
    pairs_add(&x, 1, &rng, 4, 1500, 1450, 30);
    width[0] = width[1] = -1;
    gw_extend_params_dna(&p, 2, -6, -2, 9, 1, 0);
    compare(level, &x, &p, diag, width, "a large matrix");
    pairs_release(&x);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("global");
    TCase *c = tcase_create("global");
    tcase_add_loop_test(c, every_path, 0, sizeof tiny / sizeof *tiny);
    tcase_add_test(c, gaps_are_leftmost);
    tcase_add_loop_test(c, variants_on_random_pairs, 0, LEVELS * N_SCHEMES);
    tcase_add_loop_test(c, variants_on_all_bands, 0, LEVELS);
    tcase_add_loop_test(c, variants_at_overflow, 0, LEVELS);
    tcase_set_timeout(c, 300);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
