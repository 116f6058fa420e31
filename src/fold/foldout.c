#include <config.h>

#include "fold/foldout.h"

/* 1. tables */
void gw_foldout_tsv_header(FILE *f)
{
    fputs("query\ttemplate\trank\tprobability\tevalue\tzscore\tscore\tidentity\tcoverage\t"
          "query_range\ttemplate_range\tprob_family\tprob_fold\tlabel\n",
          f);
}

void gw_foldout_tsv(FILE *f, const gw_profile_t *q, const gw_search_lib_t *l,
                    const gw_search_result_t *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const gw_search_hit_t *h = &r->hit[i];
        const gw_foldalign_t *a = &h->aln;
        const char *label = gw_tlib_label(l->lib, h->tmpl);
        fprintf(f, "%s\t%s\t%zu\t%.4f\t%.2g\t%.2f\t%.1f\t%.3f\t%.3f\t", q->name,
                gw_tlib_name(l->lib, h->tmpl), i + 1, h->prob_superfamily, h->evalue, h->z,
                h->score, a->n_aligned ? (double)a->n_identical / a->n_aligned : 0.0,
                (double)a->n_aligned / q->len);
        if (a->n_aligned)
            fprintf(f, "%d-%d\t%d-%d", a->q_beg + 1, a->q_end, a->t_beg + 1, a->t_end);
        else
            fputs("-\t-", f);
        fprintf(f, "\t%.4f\t%.4f\t%s\n", h->prob_family, h->prob_fold, *label ? label : "-");
    }
}
