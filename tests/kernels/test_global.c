/* banded global alignment: best score against every path of tiny pairs, operations against score */
#include <config.h>

#include <stdbool.h>
#include <stdlib.h>

#include "base/hash.h"
#include "kernels/extend.h"
#include "tests/check_main.h"

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
} schemes[] = {{1, -4, 6, 1}, {2, -1, 1, 1}, {1, -1, 0, 2}, {3, -2, 0, 0}};

START_TEST(every_path)
{
    enum { N = 150, MOST = 6 };
    gw_extend_params_t p;
    gw_rng_t rng;
    gw_rng_init(&rng, 17 + (uint64_t)_i);
    gw_extend_params_dna(&p, schemes[_i].match, schemes[_i].mismatch, -1, schemes[_i].open,
                         schemes[_i].extend, 0);
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
    ck_assert_msg(gw_extend_global(&b, &p, diag, width, &out, &err) == GW_OK, "%s", err.msg);
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

static Suite *make(void)
{
    Suite *s = suite_create("global");
    TCase *c = tcase_create("global");
    tcase_add_loop_test(c, every_path, 0, sizeof schemes / sizeof *schemes);
    tcase_add_test(c, gaps_are_leftmost);
    tcase_set_timeout(c, 120);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
