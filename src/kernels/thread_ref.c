#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "kernels/thread_pack.h"
#include "kernels/thread_score.h"

/* 4. scores */
int32_t gw_thread_log16(uint32_t x)
{
    static const int8_t corr[16] = {GW_THREAD_LOG_CORR};
    int32_t e = 31 - __builtin_clz(x);
    uint32_t m = (e >= 4 ? x >> (e - 4) : x << (4 - e)) & 15;
    return 16 * e + (int32_t)m + corr[m];
}

int32_t gw_thread_cell(const gw_thread_templates_t *t, const gw_thread_query_t *q, size_t tmpl,
                       int32_t row, int64_t col)
{
    const uint16_t *w = q->weight + tmpl * GW_THREAD_LETTERS;
    const int8_t *qp = q->pp + (size_t)row * GW_THREAD_LETTERS;
    const int8_t *qe = q->env + (size_t)row * GW_THREAD_LETTERS;
    const uint8_t *tp = t->pp + (size_t)col * GW_THREAD_LETTERS;
    const uint8_t *te = t->env + (size_t)col * GW_THREAD_LETTERS;
    uint32_t pp = 1;
    int32_t env = 0;
    for (int a = 0; a < GW_THREAD_LETTERS; a++) {
        pp += (uint32_t)qp[a] * ((uint32_t)(tp[a] * w[a] + 128) >> 8);
        env += (int32_t)qe[a] * te[a];
    }
    return gw_thread_log16(pp) + (env >> 9) +
           q->tab[(size_t)row * GW_THREAD_STATES + t->state[col]] + t->bias[col] + q->shift[tmpl];
}

gw_status_t gw_thread_score_ref(const gw_thread_templates_t *t, const gw_thread_query_t *q,
                                size_t i, int32_t *score, gw_err_t *err)
{
    int64_t beg = t->off[i], len = t->off[i + 1] - beg;
    int32_t *h = gw_calloc((size_t)len + 1, sizeof *h);
    int32_t *f = gw_malloc((size_t)len + 1, sizeof *f);
    if (!h || !f) {
        free(h);
        free(f);
        return gw_err_nomem(err, "threading a template");
    }
    int32_t best = 0;
    for (int64_t j = 0; j <= len; j++)
        f[j] = INT32_MIN / 2;
    for (int32_t r = 0; r < q->len; r++) {
        int32_t diag = 0, e = INT32_MIN / 2;
        for (int64_t j = 0; j < len; j++) {
            int32_t v = diag + gw_thread_cell(t, q, i, r, beg + j);
            int32_t open = q->gap_open + t->gap[beg + j];
            diag = h[j + 1];
            v = v > e ? v : e;
            v = v > f[j + 1] ? v : f[j + 1];
            v = v > 0 ? v : 0;
            h[j + 1] = v;
            best = v > best ? v : best;
            e = e - q->gap_extend > v - open ? e - q->gap_extend : v - open;
            f[j + 1] = f[j + 1] - q->gap_extend > v - open ? f[j + 1] - q->gap_extend : v - open;
        }
    }
    free(h);
    free(f);
    *score = best;
    return GW_OK;
}
