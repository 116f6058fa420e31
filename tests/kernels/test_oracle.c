/* score and ends of kernels/extend.h against libraries by others: parasail and ssw, where installed
 */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/extend.h"
#include "tests/check_main.h"
#include "tests/kernels/pairs.h"

#if defined(HAVE_PARASAIL) && defined(HAVE_SSW)
#    include <parasail.h>
#    include <ssw.h>

enum { N = 400 };
/* local, easy gaps, protein: schemes without a bonus, which no library has, and with ends that cost
 */
static const int chosen[] = {1, 3, 12};

static parasail_matrix_t *matrix_of(const gw_extend_params_t *p)
{
    char alphabet[GW_EXTEND_MAX_LETTERS + 1] = {0};
    for (int a = 0; a < p->n_letters; a++)
        alphabet[a] = (char)('A' + a);
    parasail_matrix_t *m = parasail_matrix_create(alphabet, 1, -1);
    for (int a = 0; a < p->n_letters; a++)
        for (int b = 0; b < p->n_letters; b++)
            parasail_matrix_set_value(m, a, b, p->matrix[a * p->n_letters + b]);
    return m;
}

static void to_text(uint8_t *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s[i] = (uint8_t)('A' + s[i]);
}

START_TEST(same_scores)
{
    gw_extend_params_t p;
    gw_extend_hit_t hit[N];
    gw_err_t err = {0};
    gw_rng_t rng;
    pairs_t x;
    scheme_params(&schemes[chosen[_i]], &p);
    gw_rng_init(&rng, 41 + (uint64_t)_i);
    ck_assert(pairs_init(&x, N, N * 400));
    for (size_t i = 0; i < N; i++)
        pairs_add(&x, i, &rng, p.n_letters, 1 + (int32_t)gw_rng_below(&rng, 200),
                  1 + (int32_t)gw_rng_below(&rng, 400), (int)gw_rng_below(&rng, 30));
    ck_assert_int_eq(gw_extend_ends(&x.b, &p, hit, &err), GW_OK);
    int first = p.gap_open + p.gap_extend; /* both libraries count a gap's first letter so */
    for (size_t i = 0; i < N; i++) {
        s_profile *prof =
            ssw_init((const int8_t *)x.query + x.q_off[i], x.q_len[i], p.matrix, p.n_letters, 2);
        s_align *s = ssw_align(prof, (const int8_t *)x.target + x.t_off[i], x.t_len[i],
                               (uint8_t)first, (uint8_t)p.gap_extend, 0, 0, 0, 15);
        ck_assert_msg(s->score1 == hit[i].score, "pair %zu: ssw %d, ours %d", i, s->score1,
                      hit[i].score);
        align_destroy(s);
        init_destroy(prof);
    }
    parasail_matrix_t *m = matrix_of(&p);
    to_text(x.query, x.q_size);
    to_text(x.target, x.t_size);
    for (size_t i = 0; i < N; i++) {
        const char *q = (const char *)x.query + x.q_off[i],
                   *t = (const char *)x.target + x.t_off[i];
        parasail_result_t *r = parasail_sw(q, x.q_len[i], t, x.t_len[i], first, p.gap_extend, m);
        ck_assert_msg(r->score == hit[i].score, "pair %zu: parasail %d, ours %d", i, r->score,
                      hit[i].score);
        parasail_result_free(r);
        if (hit[i].score == 0)
            continue;
        /* what lies between our ends aligns globally with that score */
        r = parasail_nw(q + hit[i].q_beg, hit[i].q_end - hit[i].q_beg, t + hit[i].t_beg,
                        hit[i].t_end - hit[i].t_beg, first, p.gap_extend, m);
        ck_assert_msg(r->score == hit[i].score, "pair %zu: %d between the ends, not %d", i,
                      r->score, hit[i].score);
        parasail_result_free(r);
    }
    parasail_matrix_free(m);
    pairs_release(&x);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("oracle");
    TCase *c = tcase_create("oracle");
    tcase_add_loop_test(c, same_scores, 0, sizeof chosen / sizeof *chosen);
    tcase_set_timeout(c, 120);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
#else
int main(void)
{
    puts("parasail or ssw is not installed (Debian: libparasail-dev libssw-dev)");
    return 77;
}
#endif
