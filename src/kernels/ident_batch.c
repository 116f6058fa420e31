#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "kernels/ident_batch.h"

/* 2. answers */
gw_status_t gw_ident_ask(gw_ident_t *w, int ask, const uint8_t *t, int32_t len,
                         const gw_ident_band_t *band, int32_t least, gw_ident_answer_t *out,
                         gw_err_t *err)
{
    int32_t score = 0, span;
    bool strays;
    gw_status_t st = GW_OK;
    gw_ident_band_t reach;
    if (!band && least > 0) {
        st = gw_ident_reach(w, t, len, least, &reach, err);
        band = &reach;
    }
    if (st != GW_OK)
        return st;
    if (ask == GW_IDENT_STRAYS) {
        st = gw_ident_strays(w, t, len, band, least, &strays, err);
        out->value = strays;
    } else if (ask == GW_IDENT_SLACK) {
        st = gw_ident_slack(w, t, len, band, &score, &out->value, err);
    } else {
        st = gw_ident_span(w, t, len, band, ask == GW_IDENT_SPAN_T, &score, &span, err);
        out->value = span;
    }
    out->score = score;
    return st;
}

gw_status_t gw_ident_batch(const gw_ident_batch_t *b, const gw_ident_params_t *p,
                           gw_ident_answer_t *out, gw_err_t *err)
{
    const gw_extend_batch_t *x = &b->pairs;
    gw_ident_t *w = gw_ident_create(p);
    uint8_t *turned = NULL;
    size_t cap = 0;
    gw_status_t st = w ? GW_OK : gw_err_nomem(err, "comparing sequences");
    for (size_t i = 0; st == GW_OK && i < x->n; i++) {
        const uint8_t *t = x->target + x->t_off[i];
        int32_t len = x->t_len[i];
        if (i == 0 || x->q_off[i] != x->q_off[i - 1] || x->q_len[i] != x->q_len[i - 1])
            gw_ident_query(w, x->query + x->q_off[i], x->q_len[i]);
        if (b->ask[i] & GW_IDENT_TURNED) {
            if (!GW_GROW(turned, cap, (size_t)len)) {
                st = gw_err_nomem(err, "comparing sequences");
                break;
            }
            for (int32_t k = 0; k < len; k++)
                turned[k] = (uint8_t)(t[len - 1 - k] < 4 ? 3 - t[len - 1 - k] : 4);
            t = turned;
        }
        const gw_ident_band_t *band = b->band[i].low > b->band[i].high ? NULL : &b->band[i];
        st = gw_ident_ask(w, b->ask[i] & ~GW_IDENT_TURNED, t, len, band,
                          b->least ? b->least[i] : 0, &out[i], err);
    }
    free(turned);
    gw_ident_destroy(w);
    return st;
}
