#include <config.h>

#include "kernels/gapless.h"

/* 1. scores: cell by cell */
void gw_gapless_score_ref(const gw_extend_batch_t *b, const gw_extend_params_t *p,
                          const int32_t *diag, const int32_t *width, int32_t *score)
{
    for (size_t k = 0; k < b->n; k++) {
        const uint8_t *q = b->query + b->q_off[k], *t = b->target + b->t_off[k];
        score[k] = 0;
        for (int64_t d = -(int64_t)b->q_len[k]; d < b->t_len[k]; d++) {
            int64_t away = d < diag[k] ? diag[k] - d : d - diag[k];
            int32_t sum = 0;
            if (width[k] >= 0 && away > width[k])
                continue;
            for (int64_t i = 0; i < b->q_len[k]; i++) {
                if (i + d < 0 || i + d >= b->t_len[k])
                    continue;
                sum += p->matrix[q[i] * p->n_letters + t[i + d]];
                sum = sum > 0 ? sum : 0;
                score[k] = sum > score[k] ? sum : score[k];
            }
        }
    }
}
