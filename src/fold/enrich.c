#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/enrich.h"

/* adds weight * posterior of a template's columns to sum, and that weight to total */
static gw_status_t lend(const gw_search_lib_t *l, const gw_foldalign_t *a, size_t tmpl,
                        float weight, float *sum, float *total, gw_err_t *err)
{
    gw_template_t t = {0};
    gw_profile_t p = {0};
    gw_status_t st = gw_tlib_read(l->lib, tmpl, &t, err);
    if (st == GW_OK)
        st = gw_profile_from_coded(t.name, t.len, t.seq, t.prof, &p, err);
    for (int32_t i = 0; st == GW_OK && i < a->q_len; i++) {
        if (a->map[i] < 0)
            continue;
        float w = weight * a->post[i];
        const float *f = p.freq + (size_t)a->map[i] * GW_AA_N;
        for (int b = 0; b < GW_AA_N; b++)
            sum[i * GW_AA_N + b] += w * f[b];
        total[i] += w;
    }
    gw_profile_release(&p);
    gw_template_release(&t);
    return st;
}

/* 1. enriching */
gw_status_t gw_enrich_profile(const gw_search_lib_t *l, const gw_score_query_t *sq,
                              const gw_profile_t *q, const gw_search_hit_t *hit, size_t n,
                              gw_profile_t *out, size_t *used, gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    *used = 0;
    size_t len = (size_t)q->len;
    float *sum = gw_calloc(len * GW_AA_N, sizeof *sum), *total = gw_calloc(len, sizeof *total);
    gw_status_t st = sum && total ? GW_OK : gw_err_nomem(err, "enriching a query");
    for (size_t k = 0;
         st == GW_OK && k < n && *used < GW_ENRICH_MOST && hit[k].evalue <= GW_ENRICH_E; k++) {
        gw_foldalign_t a = {0};
        st = gw_foldalign_run(&l->feat, sq, q->seq, hit[k].tmpl, GW_FOLDALIGN_LOCAL, 0.3, &a, err);
        if (st == GW_OK)
            st = lend(l, &a, hit[k].tmpl, (float)hit[k].prob_fold, sum, total, err);
        gw_foldalign_release(&a);
        ++*used;
    }
    if (st == GW_OK && *used)
        st = gw_profile_mixed(q, sum, total, out, err);
    free(sum);
    free(total);
    return st;
}
