#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/dbwrite.h"
#include "base/mem.h"

/* 1. a table */
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

/* 2. alignments */
/* Columns as text, in the direction of the query */
typedef struct {
    char *row[3]; /* query, what they have in common, target */
    int32_t n;
} columns_t;

static char letter_of(const gw_dbscoring_t *s, uint8_t code, bool turned)
{
    return s->letter[turned && code < 4 ? 3 - code : code];
}

static char in_common(const gw_dbscoring_t *s, uint8_t q, uint8_t t)
{
    bool same = q == t && q < s->n_count;
    if (s->dna)
        return same ? '|' : ' ';
    if (same)
        return s->letter[q];
    return s->params.matrix[q * s->params.n_letters + t] > 0 ? '+' : ' ';
}

static void put_column(columns_t *c, bool backwards, int32_t of, const char three[3])
{
    int32_t at = backwards ? of - 1 - c->n : c->n;
    for (int k = 0; k < 3; k++)
        c->row[k][at] = three[k];
    c->n++;
}

/* The query's letters: a minus hit's are read from its end, turned twice (once for the alignment and
 * once back), so as they are */
static void fill_columns(const gw_dbresult_t *r, const gw_dbhit_t *x, const gw_dbscoring_t *s,
                         columns_t *c)
{
    const uint8_t *q = r->set->letter + r->set->off[r->query], *t = r->list->letter + x->letters;
    bool minus = x->cand.minus;
    int32_t i = minus ? gw_dbset_len(r->set, r->query) - 1 - x->q_beg : x->q_beg,
            step = minus ? -1 : 1;
    for (int64_t k = 0; k < x->n_cigar; k++) {
        uint32_t op = r->list->cigar[x->cigar + k];
        for (uint32_t z = 0; z < op >> 4; z++) {
            char three[3] = {'-', ' ', '-'};
            bool has_q = (op & 15) != 2, has_t = (op & 15) != 1;
            if (has_q)
                three[0] = letter_of(s, q[i], false);
            if (has_t)
                three[2] = letter_of(s, *t, minus);
            if (has_q && has_t)
                three[1] = in_common(s, q[i], minus && *t < 4 ? 3 - *t : *t);
            put_column(c, minus, x->columns, three);
            i += has_q ? step : 0;
            t += has_t;
        }
    }
}

/* Rows of 60; a row of gaps alone has the position before it. */
static void put_rows(FILE *f, const columns_t *c, const shown_t *p)
{
    enum { ROW = 60 };
    int32_t at[2] = {p->q_beg, p->t_beg}, step[2] = {1, p->t_beg <= p->t_end ? 1 : -1};
    for (int32_t from = 0; from < c->n; from += ROW) {
        int32_t n = c->n - from < ROW ? c->n - from : ROW, last[2];
        for (int k = 0; k < 2; k++) {
            int32_t letters = 0;
            for (int32_t i = 0; i < n; i++)
                letters += c->row[2 * k][from + i] != '-';
            last[k] = at[k] + step[k] * (letters - 1);
        }
        fprintf(f, "\nQuery  %-9d %.*s  %d\n", at[0], n, c->row[0] + from, last[0]);
        fprintf(f, "                 %.*s\n", n, c->row[1] + from);
        fprintf(f, "Sbjct  %-9d %.*s  %d\n", at[1], n, c->row[2] + from, last[1]);
        for (int k = 0; k < 2; k++)
            at[k] = last[k] + step[k];
    }
}

static gw_status_t put_hit(FILE *f, const gw_dbresult_t *r, const gw_dbhit_t *x,
                           const gw_dbscoring_t *s, gw_err_t *err)
{
    const char *name = r->list->text + x->name, *title = name + strlen(name) + 1;
    int32_t gaps = x->columns - x->identities - x->mismatches;
    shown_t p = positions(x, gw_dbset_len(r->set, r->query));
    columns_t c = {0};
    fprintf(f, "\n> %s%s%s\nLength=%d\n\n", name, *title ? " " : "", title, x->cand.t_len);
    fprintf(f, " Score = %.1f bits (%d), Expect = %.3g\n", x->bits, x->cand.score, x->evalue);
    fprintf(f, " Identities = %d/%d (%.0f%%)", x->identities, x->columns,
            percent(x->identities, x->columns));
    if (!s->dna)
        fprintf(f, ", Positives = %d/%d (%.0f%%)", x->positives, x->columns,
                percent(x->positives, x->columns));
    fprintf(f, ", Gaps = %d/%d (%.0f%%)\n", gaps, x->columns, percent(gaps, x->columns));
    if (s->dna)
        fprintf(f, " Strand = Plus/%s\n", x->cand.minus ? "Minus" : "Plus");
    char *text = gw_malloc((size_t)x->columns, 3);
    if (!text)
        return gw_err_nomem(err, "writing alignments");
    for (int k = 0; k < 3; k++)
        c.row[k] = text + (size_t)k * (size_t)x->columns;
    fill_columns(r, x, s, &c);
    put_rows(f, &c, &p);
    free(text);
    return GW_OK;
}

gw_status_t gw_dbwrite_pairs(FILE *f, const gw_dbresult_t *r, const gw_dbscoring_t *s,
                             gw_err_t *err)
{
    gw_status_t st = GW_OK;
    const char *title = gw_dbset_title(r->set, r->query);
    fprintf(f, "Query= %s%s%s\nLength=%d\n", gw_dbset_name(r->set, r->query), *title ? " " : "", title,
            gw_dbset_len(r->set, r->query));
    if (r->n == 0)
        fputs("\n***** No hits found *****\n", f);
    for (size_t i = 0; i < r->n && st == GW_OK; i++)
        st = put_hit(f, r, &r->hit[i], s, err);
    fputs("\n\n", f);
    return st;
}
