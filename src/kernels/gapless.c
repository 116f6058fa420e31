#include <config.h>

#include <string.h>

#include "kernels/extend_variants.h"
#include "kernels/gapless.h"

/* 1. scores */
gw_status_t gw_gapless_score(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                             const int32_t *diag, const int32_t *width, int32_t *score,
                             gw_err_t *err)
{
    gw_status_t st = gw_extend_check(b, p, false, err);
    if (st == GW_OK)
        gw_gapless_score_at(gw_cpu_level(), b, p, diag, width, score);
    return st;
}

/* 2. one diagonal */
static int32_t best_plain(const gw_gapless_t *m, const uint8_t *q, const uint8_t *t, int32_t n,
                        int32_t best)
{
    return gw_gapless_rest(m, q, t, n, 0, best);
}

static void init_at(gw_gapless_t *m, gw_cpu_level_t level, int32_t n_letters, const int8_t *matrix)
{
    (void)level;
    memset(m, 0, sizeof *m);
    m->n_letters = n_letters;
    for (int a = 0; a < n_letters; a++)
        for (int b = 0; b < n_letters; b++)
            m->word[a * GW_GAPLESS_ROW + b] = m->byte[a * GW_GAPLESS_ROW + b] =
                matrix[a * n_letters + b];
    m->best = best_plain;
#if defined(__x86_64__) || defined(__i386__)
    if (level >= GW_CPU_AVX2)
        m->best = level >= GW_CPU_AVX512 ? gw_gapless_best_avx512 : gw_gapless_best_avx2;
#endif
}

void gw_gapless_init(gw_gapless_t *m, int32_t n_letters, const int8_t *matrix)
{
    init_at(m, gw_cpu_level(), n_letters, matrix);
}

/* the better of best and the diagonal's best stretch; diag crosses the pair */
static int32_t better(const gw_gapless_t *m, const uint8_t *q, int32_t q_len, const uint8_t *t,
                      int32_t t_len, int32_t diag, int32_t best)
{
    int32_t from = diag < 0 ? -diag : 0, end = t_len - diag < q_len ? t_len - diag : q_len;
    return m->best(m, q + from, t + from + diag, end - from, best);
}

int32_t gw_gapless_diagonal(const gw_gapless_t *m, const uint8_t *q, int32_t q_len,
                            const uint8_t *t, int32_t t_len, int32_t diag)
{
    return diag > -q_len && diag < t_len ? better(m, q, q_len, t, t_len, diag, 0) : 0;
}

/* 3. variants */
void gw_gapless_score_at(gw_cpu_level_t level, const gw_extend_batch_t *b,
                         const gw_extend_params_t *p, const int32_t *diag, const int32_t *width,
                         int32_t *score)
{
    gw_gapless_t m;
    init_at(&m, level, p->n_letters, p->matrix);
    for (size_t k = 0; k < b->n; k++) {
        const uint8_t *q = b->query + b->q_off[k], *t = b->target + b->t_off[k];
        int32_t first, last;
        gw_gapless_band(b->q_len[k], b->t_len[k], diag[k], width[k], &first, &last);
        score[k] = 0;
        for (int32_t d = first; d <= last; d++)
            score[k] = better(&m, q, b->q_len[k], t, b->t_len[k], d, score[k]);
    }
}

int32_t gw_gapless_rest(const gw_gapless_t *m, const uint8_t *q, const uint8_t *t, int32_t n,
                        int32_t sum, int32_t best)
{
    for (int32_t i = 0; i < n; i++) {
        sum += m->byte[q[i] * GW_GAPLESS_ROW + t[i]];
        sum = sum > 0 ? sum : 0;
        best = sum > best ? sum : best;
    }
    return best;
}
