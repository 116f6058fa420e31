#include <config.h>

#include "align/dbwrite.h"

/* As BLAST: positions of the query on its plus strand */
typedef struct {
    int32_t q_beg, q_end, t_beg, t_end; /* from 1; the end is the last letter's */
} shown_t;

static shown_t positions(const gw_dbhit_t *x, int32_t q_len)
{
    if (x->cand.minus)
        return (shown_t){q_len - x->q_end + 1, q_len - x->q_beg, x->t_end, x->t_beg + 1};
    return (shown_t){x->q_beg + 1, x->q_end, x->t_beg + 1, x->t_end};
}

static double percent(int64_t part, int64_t of)
{
    return 100.0 * (double)part / (double)of;
}

void gw_dbwrite_table(FILE *f, const gw_dbresult_t *r)
{
    int32_t q_len = gw_dbset_len(r->set, r->query);
    for (size_t i = 0; i < r->n; i++) {
        const gw_dbhit_t *x = &r->hit[i];
        shown_t p = positions(x, q_len);
        fprintf(f, "%s\t%s\t%.3f\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.3g\t%.1f",
                gw_dbset_name(r->set, r->query), r->list->text + x->name,
                percent(x->identities, x->columns), x->columns, x->mismatches, x->gaps, p.q_beg,
                p.q_end, p.t_beg, p.t_end, x->evalue, x->bits);
        fprintf(f, "\t%d\t%d\t%d\t%.2f\t%.2f\t%.2f\t", q_len, x->cand.t_len, x->cand.score,
                percent(x->positives, x->columns), percent(x->q_end - x->q_beg, q_len),
                percent(x->t_end - x->t_beg, x->cand.t_len));
        for (int64_t k = 0; k < x->n_cigar; k++) {
            uint32_t op = r->list->cigar[x->cigar + k];
            fprintf(f, "%u%c", op >> 4, "MID"[op & 15]);
        }
        fputc('\n', f);
    }
}
