#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "kernels/ident_batch.h"
#include "tests/check_main.h"

enum { LETTERS = 5, TINY = 5, LONG = 150 };

static void params(gw_ident_params_t *p, bool ends_free, int num, int den)
{
    *p = (gw_ident_params_t){.n_letters = LETTERS,
                             .n_count = 4,
                             .gap_open = 2,
                             .gap_extend = 1,
                             .ends_free = ends_free,
                             .id_num = num,
                             .id_den = den};
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            p->matrix[a * LETTERS + b] = a == b ? 2 : -1;
}

/* Every alignment of two tiny sequences, by recursion: the worst of the best-scoring ones. */
typedef struct {
    const gw_ident_params_t *p;
    const uint8_t *q, *t;
    int q_len, t_len;
    int best;
    long slack;
    int span_q, span_t;
    gw_ident_band_t stay; /* the best score of those that leave it */
    int best_strayed;
} brute_t;

static void consider(brute_t *b, int score, long slack, int span_q, int span_t)
{
    if (score < b->best)
        return;
    if (score > b->best) {
        b->best = score;
        b->slack = slack;
        b->span_q = span_q;
        b->span_t = span_t;
        return;
    }
    b->slack = slack < b->slack ? slack : b->slack;
    b->span_q = span_q < b->span_q ? span_q : b->span_q;
    b->span_t = span_t < b->span_t ? span_t : b->span_t;
}

/* state: 0 = after a pair, 1 = in a gap of the query's letters, 2 = of the target's */
static void extend(brute_t *b, int i, int j, int i0, int j0, int state, int score, long slack,
                   bool strayed)
{
    const gw_ident_params_t *p = b->p;
    bool end = !p->ends_free || i == b->q_len || j == b->t_len;
    if (end && score > 0)
        consider(b, score, slack, i - i0, j - j0);
    if (strayed && score > b->best_strayed)
        b->best_strayed = score;
    int go = p->gap_open + p->gap_extend;
    int up = i + 1 - j, down = i - j - 1; /* the cell's query - target position, after a gap's letter */
    if (i < b->q_len && j < b->t_len) {
        int m = b->q[i] == b->t[j] && b->q[i] < p->n_count;
        extend(b, i + 1, j + 1, i0, j0, 0, score + p->matrix[b->q[i] * LETTERS + b->t[j]],
               slack + p->id_den * m - p->id_num,
               strayed || i - j < b->stay.low || i - j > b->stay.high);
    }
    if (i < b->q_len)
        extend(b, i + 1, j, i0, j0, 1, score - (state == 1 ? p->gap_extend : go),
               slack - p->id_num, strayed || up > b->stay.high || up < b->stay.low);
    if (j < b->t_len)
        extend(b, i, j + 1, i0, j0, 2, score - (state == 2 ? p->gap_extend : go),
               slack - p->id_num, strayed || down > b->stay.high || down < b->stay.low);
}

static void letters(gw_rng_t *r, uint8_t *s, int n, int alphabet)
{
    for (int i = 0; i < n; i++)
        s[i] = (uint8_t)gw_rng_below(r, (uint64_t)alphabet);
}

/* The path that was traced has the counts that were told and, by its own letters, the score. */
static void check_path(const gw_ident_params_t *p, const uint8_t *q, int ql, const uint8_t *t,
                       int tl, gw_ident_t *w, const gw_ident_band_t *band, int32_t score,
                       int32_t matches, int32_t columns, gw_ident_path_t *path)
{
    int32_t s2, m2, c2, sum = 0, m = 0, c = 0;
    ck_assert_int_eq(gw_ident_trace(w, t, tl, band, &s2, &m2, &c2, path, NULL), GW_OK);
    ck_assert_int_eq(s2, score);
    if (score <= 0) {
        ck_assert_uint_eq(path->n_ops, 0);
        return;
    }
    int32_t i = path->t_beg, j = path->q_beg;
    for (size_t k = 0; k < path->n_ops; k++) {
        int32_t n = (int32_t)(path->ops[k] >> 4);
        uint32_t op = path->ops[k] & 15;
        ck_assert_int_gt(n, 0);
        ck_assert(k == 0 || (path->ops[k - 1] & 15) != op);
        c += n;
        if (op != 0)
            sum -= p->gap_open + n * p->gap_extend;
        for (int32_t x = 0; op == 0 && x < n; x++) {
            sum += p->matrix[q[j + x] * LETTERS + t[i + x]];
            m += q[j + x] == t[i + x] && q[j + x] < p->n_count;
        }
        j += op == 2 ? 0 : n;
        i += op == 1 ? 0 : n;
    }
    ck_assert_int_eq(i, path->t_end);
    ck_assert_int_eq(j, path->q_end);
    ck_assert(path->t_beg >= 0 && path->q_beg >= 0 && i <= tl && j <= ql);
    ck_assert(!p->ends_free ||
              ((path->t_beg == 0 || path->q_beg == 0) && (i == tl || j == ql)));
    ck_assert_int_eq(sum, score);
    ck_assert_int_eq(m, matches);
    ck_assert_int_eq(c, columns);
    ck_assert(m2 == matches && c2 == columns);
}

START_TEST(test_brute_force)
{
    gw_rng_t r;
    gw_ident_path_t path = {0};
    gw_rng_init(&r, 11);
    for (int it = 0; it < 4000; it++) {
        gw_ident_params_t p;
        uint8_t q[TINY], t[TINY];
        params(&p, _i == 1, 1 + (int)gw_rng_below(&r, 9), 10);
        int ql = 1 + (int)gw_rng_below(&r, TINY), tl = 1 + (int)gw_rng_below(&r, TINY);
        letters(&r, q, ql, 2 + (int)gw_rng_below(&r, 4));
        letters(&r, t, tl, 2);
        /* bands are visited in whole vectors: only their lower side is narrow here */
        gw_ident_band_t band = {(int)gw_rng_below(&r, 2 * TINY) - TINY, 0};
        band.high = band.low + TINY;
        brute_t b = {.p = &p, .q = q, .t = t, .q_len = ql, .t_len = tl};
        b.stay = gw_ident_band_of(ql, tl, &band);
        for (int i = 0; i < ql; i++)
            for (int j = 0; j < tl; j++)
                if (!p.ends_free || i == 0 || j == 0)
                    extend(&b, i, j, i, j, 0, 0, 0, false);
        gw_ident_t *w = gw_ident_create_at(&p, GW_CPU_REF);
        gw_ident_query(w, q, ql);
        int32_t score, s2, span, m, c;
        for (int least = 1; !p.ends_free && least <= b.best + 1; least++) {
            bool strays;
            ck_assert_int_eq(gw_ident_strays(w, t, tl, &band, least, &strays, NULL), GW_OK);
            ck_assert(strays == (b.best > least || b.best_strayed >= least));
        }
        int64_t slack;
        ck_assert_int_eq(gw_ident_slack(w, t, tl, NULL, &score, &slack, NULL), GW_OK);
        ck_assert_int_eq(score, b.best);
        if (score > 0) {
            ck_assert_int_eq(slack, b.slack);
            ck_assert_int_eq(gw_ident_span(w, t, tl, NULL, false, &s2, &span, NULL), GW_OK);
            ck_assert_int_eq(span, b.span_q);
            ck_assert_int_eq(gw_ident_span(w, t, tl, NULL, true, &s2, &span, NULL), GW_OK);
            ck_assert_int_eq(span, b.span_t);
            ck_assert_int_eq(gw_ident_counts(w, t, tl, NULL, &s2, &m, &c, NULL), GW_OK);
            ck_assert_int_eq(gw_ident_slack_of(w, m, c), slack);
            ck_assert_int_eq(s2, score);
            check_path(&p, q, ql, t, tl, w, NULL, score, m, c, &path);
        }
        gw_ident_destroy(w);
    }
    gw_ident_path_release(&path);
}
END_TEST

/* A noisy copy of q. */
static int mutate(gw_rng_t *r, const uint8_t *q, int n, uint8_t *t, int noise, int alphabet)
{
    int m = 0;
    for (int i = 0; i < n && m < LONG * 2 - 16; i++) {
        uint64_t z = gw_rng_below(r, 50);
        if (z == 0)
            continue;
        for (uint64_t k = z == 1 ? gw_rng_below(r, 9) : 0; k > 0; k--)
            t[m++] = (uint8_t)gw_rng_below(r, (uint64_t)alphabet);
        t[m++] =
            (int)gw_rng_below(r, 100) < noise ? (uint8_t)gw_rng_below(r, (uint64_t)alphabet) : q[i];
    }
    if (m == 0)
        t[m++] = 0;
    return m;
}

/* Every variant gives the reference's answers, in bands and without, in 32 bits and in doubles. */
START_TEST(test_variants)
{
    if (!gw_cpu_has((gw_cpu_level_t)_i))
        return;
    gw_rng_t r;
    gw_ident_path_t path[2] = {{0}};
    gw_rng_init(&r, 5);
    for (int it = 0; it < 1500; it++) {
        gw_ident_params_t p;
        uint8_t q[LONG], t[2 * LONG];
        bool fine = gw_rng_below(&r, 2); /* a fine fraction forces doubles */
        params(&p, gw_rng_below(&r, 2), fine ? 9731 : 1 + (int)gw_rng_below(&r, 10),
               fine ? 10000 : 10);
        if (p.id_num > p.id_den)
            p.id_num = p.id_den;
        int ql = 1 + (int)gw_rng_below(&r, LONG), alphabet = 2 + (int)gw_rng_below(&r, 4);
        letters(&r, q, ql, alphabet);
        int tl = mutate(&r, q, ql, t, (int)gw_rng_below(&r, 100), alphabet);
        gw_ident_band_t band = {(int)gw_rng_below(&r, 70) - 60, 0};
        band.high = band.low + (int)gw_rng_below(&r, 70);
        const gw_ident_band_t *use = gw_rng_below(&r, 2) ? &band : NULL;
        int64_t got[2][7] = {{0}};
        for (int side = 0; side < 2; side++) {
            gw_ident_t *w = gw_ident_create_at(&p, side ? (gw_cpu_level_t)_i : GW_CPU_REF);
            int32_t v[6] = {0};
            gw_ident_query(w, q, ql);
            ck_assert_int_eq(gw_ident_slack(w, t, tl, use, &v[0], &got[side][0], NULL), GW_OK);
            ck_assert_int_eq(gw_ident_span(w, t, tl, use, false, &v[5], &v[1], NULL), GW_OK);
            ck_assert_int_eq(gw_ident_span(w, t, tl, use, true, &v[5], &v[2], NULL), GW_OK);
            ck_assert_int_eq(gw_ident_counts(w, t, tl, use, &v[5], &v[3], &v[4], NULL), GW_OK);
            check_path(&p, q, ql, t, tl, w, use, v[0], v[3], v[4], &path[side]);
            for (int k = 0; k < 6; k++)
                got[side][k + 1] = v[k];
            gw_ident_destroy(w);
        }
        for (int k = 0; k < 7; k++)
            ck_assert_msg(got[0][k] == got[1][k], "pair %d, figure %d: %ld, reference %ld", it, k,
                          (long)got[1][k], (long)got[0][k]);
        ck_assert(path[0].n_ops == path[1].n_ops);
        for (size_t k = 0; k < path[0].n_ops; k++)
            ck_assert_uint_eq(path[0].ops[k], path[1].ops[k]);
    }
    gw_ident_path_release(&path[0]);
    gw_ident_path_release(&path[1]);
}
END_TEST

/* Every variant tells alike what strays, with scores that are just good enough and others. */
START_TEST(test_strays)
{
    if (!gw_cpu_has((gw_cpu_level_t)_i))
        return;
    enum { TRIES = 1500 };
    gw_rng_t r;
    gw_rng_init(&r, 17);
    int n_strays = 0;
    for (int it = 0; it < TRIES; it++) {
        gw_ident_params_t p;
        uint8_t q[LONG], t[2 * LONG];
        params(&p, false, 1, 2);
        if (it % 50 == 0) /* 16 bits saturate */
            for (int a = 0; a < 4; a++)
                p.matrix[a * LETTERS + a] = 127;
        if (it % 3 == 0)
            p.gap_extend = (int)gw_rng_below(&r, 30);
        int ql = 1 + (int)gw_rng_below(&r, LONG), alphabet = 2 + (int)gw_rng_below(&r, 4);
        letters(&r, q, ql, alphabet);
        int tl = mutate(&r, q, ql, t, (int)gw_rng_below(&r, 100), alphabet);
        gw_ident_band_t band = {(int)gw_rng_below(&r, 70) - 60, 0};
        band.high = band.low + (int)gw_rng_below(&r, 70);
        bool strays[2];
        int32_t least;
        int64_t slack;
        for (int side = 0; side < 2; side++) {
            gw_ident_t *w = gw_ident_create_at(&p, side ? (gw_cpu_level_t)_i : GW_CPU_REF);
            gw_ident_query(w, q, ql);
            ck_assert_int_eq(gw_ident_slack(w, t, tl, &band, &least, &slack, NULL), GW_OK);
            least = least > it % 4 / 3 ? least - it % 4 / 3 : 1;
            ck_assert_int_eq(gw_ident_strays(w, t, tl, &band, least, &strays[side], NULL), GW_OK);
            /* a score that is known to be reached spares work and changes nothing */
            gw_ident_answer_t all, known;
            for (int ask = GW_IDENT_SLACK; ask <= GW_IDENT_SPAN_T; ask++) {
                ck_assert_int_eq(gw_ident_ask(w, ask, t, tl, NULL, 0, &all, NULL), GW_OK);
                if (all.score < least)
                    continue;
                ck_assert_int_eq(gw_ident_ask(w, ask, t, tl, NULL, least, &known, NULL), GW_OK);
                ck_assert(known.score == all.score && known.value == all.value);
            }
            gw_ident_destroy(w);
        }
        ck_assert_msg(strays[0] == strays[1], "pair %d, least %d", it, (int)least);
        n_strays += strays[0];
    }
    ck_assert(n_strays > TRIES / 8 && n_strays < TRIES - TRIES / 8);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("ident");
    TCase *c = tcase_create("ident");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, test_brute_force, 0, 2);
    tcase_add_loop_test(c, test_variants, GW_CPU_PORTABLE, GW_CPU_LEVELS);
    tcase_add_loop_test(c, test_strays, GW_CPU_PORTABLE, GW_CPU_LEVELS);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
