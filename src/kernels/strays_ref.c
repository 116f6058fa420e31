#include <config.h>

#include <string.h>

#include "kernels/strays.h"

static void build(const gw_ident_params_t *p, const uint8_t *q, int32_t q_len, void *prof)
{
    (void)p;
    memcpy(prof, q, (size_t)q_len);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Gotoh's recurrence on keys, over the whole matrix. */
static bool run(const gw_strays_t *s)
{
    const gw_ident_params_t *p = s->p;
    const uint8_t *q = s->prof;
    const int64_t extend = 2 * (int64_t)p->gap_extend, open = 2 * (int64_t)p->gap_open + extend;
    int64_t *h = s->work, *e = h + s->q_len, best = 0;
    for (int32_t j = 0; j < s->q_len; j++)
        h[j] = e[j] = 0;
    for (int32_t i = 0; i < s->t_len; i++) {
        int64_t diag = 0, gap = 0;
        for (int32_t j = 0; j < s->q_len; j++) {
            bool outside = j - i < s->stay.low || j - i > s->stay.high;
            int64_t v = larger(diag + 2 * p->matrix[s->t[i] * p->n_letters + q[j]], 0);
            e[j] = larger(e[j] - extend, h[j] - open);
            v = larger(v, larger(e[j], gap)) | outside;
            diag = h[j];
            h[j] = v;
            gap = larger(gap - extend, v - open);
            best = larger(best, v);
        }
    }
    return best > 2 * (int64_t)s->least;
}

const gw_strays_variant_t gw_strays_ref = {1, build, run};
