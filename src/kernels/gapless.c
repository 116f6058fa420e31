#include <config.h>

#include "kernels/extend_variants.h"
#include "kernels/gapless.h"

/* 1. scores */
typedef int32_t diag_fn(const gw_gapless_matrix_t *m, const uint8_t *q, const uint8_t *t, int32_t n,
                        int32_t best);

/* NULL for the reference */
static diag_fn *diag_of(gw_cpu_level_t level)
{
    switch (level) {
    case GW_CPU_PORTABLE:
        return gw_gapless_diag_portable;
#if defined(__x86_64__) || defined(__i386__)
    case GW_CPU_AVX2:
        return gw_gapless_diag_avx2;
    case GW_CPU_AVX512:
        return gw_gapless_diag_avx512;
#endif
    default:
        return NULL;
    }
}

static void fill_matrix(const gw_extend_params_t *p, gw_gapless_matrix_t *m)
{
    m->n_letters = p->n_letters;
    for (int a = 0; a < p->n_letters; a++)
        for (int b = 0; b < p->n_letters; b++)
            m->word[a * GW_GAPLESS_ROW + b] = m->byte[a * GW_GAPLESS_ROW + b] =
                p->matrix[a * p->n_letters + b];
}

void gw_gapless_score_at(gw_cpu_level_t level, const gw_extend_batch_t *b,
                         const gw_extend_params_t *p, const int32_t *diag, const int32_t *width,
                         int32_t *score)
{
    gw_gapless_matrix_t m = {0};
    diag_fn *best_of = diag_of(level);
    if (!best_of) {
        gw_gapless_score_ref(b, p, diag, width, score);
        return;
    }
    fill_matrix(p, &m);
    for (size_t k = 0; k < b->n; k++) {
        const uint8_t *q = b->query + b->q_off[k], *t = b->target + b->t_off[k];
        int32_t q_len = b->q_len[k], t_len = b->t_len[k];
        int32_t first, last;
        gw_gapless_band(q_len, t_len, diag[k], width[k], &first, &last);
        score[k] = 0;
        for (int32_t d = first; d <= last; d++) {
            int32_t from = d < 0 ? -d : 0, end = t_len - d < q_len ? t_len - d : q_len;
            score[k] = best_of(&m, q + from, t + from + d, end - from, score[k]);
        }
    }
}

gw_status_t gw_gapless_score(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                             const int32_t *diag, const int32_t *width, int32_t *score, gw_err_t *err)
{
    gw_status_t st = gw_extend_check(b, p, false, err);
    if (st == GW_OK)
        gw_gapless_score_at(gw_cpu_level(), b, p, diag, width, score);
    return st;
}

/* 2. variants */
int32_t gw_gapless_diag_rest(const gw_gapless_matrix_t *m, const uint8_t *q, const uint8_t *t,
                             int32_t n, int32_t sum, int32_t best)
{
    for (int32_t i = 0; i < n; i++) {
        sum += m->byte[q[i] * GW_GAPLESS_ROW + t[i]];
        sum = sum > 0 ? sum : 0;
        best = sum > best ? sum : best;
    }
    return best;
}
