#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "fold/foldout.h"
#include "fold/sspred.h"

/* 1. formats */
typedef struct {
    const gw_profile_t *q;
    const gw_search_lib_t *l;
    const gw_search_result_t *r;
    const gw_abinitio_t *a;
} run_t;

gw_status_t gw_foldout_rows(const gw_profile_t *q, const uint8_t *t_seq, const gw_foldalign_t *a,
                            char **q_row, char **t_row, gw_err_t *err)
{
    size_t max = (size_t)(a->q_end - a->q_beg) + (size_t)(a->t_end - a->t_beg) + 1, n = 0;
    *q_row = gw_malloc(max, 1);
    *t_row = gw_malloc(max, 1);
    if (!*q_row || !*t_row) {
        free(*q_row);
        free(*t_row);
        *q_row = *t_row = NULL;
        return gw_err_nomem(err, "writing alignments");
    }
    int32_t j = a->t_beg;
    for (int32_t i = a->q_beg; i < a->q_end; i++) {
        for (; a->map[i] >= 0 && j < a->map[i]; j++, n++) {
            (*q_row)[n] = '-';
            (*t_row)[n] = gw_aa_letters[t_seq[j]];
        }
        (*q_row)[n] = gw_aa_letters[q->seq[i]];
        (*t_row)[n++] = a->map[i] >= 0 ? gw_aa_letters[t_seq[j++]] : '-';
    }
    (*q_row)[n] = (*t_row)[n] = '\0';
    return GW_OK;
}

static const uint8_t *template_seq(const run_t *x, const gw_search_hit_t *h)
{
    return x->l->feat.seq + x->l->feat.off[h->tmpl];
}

static double identity(const gw_foldalign_t *a)
{
    return a->n_aligned ? (double)a->n_identical / a->n_aligned : 0;
}

static void put_tsv(FILE *f, const run_t *x)
{
    for (size_t i = 0; i < x->r->n; i++) {
        const gw_search_hit_t *h = &x->r->hit[i];
        const gw_foldalign_t *a = &h->aln;
        const char *label = gw_tlib_label(x->l->lib, h->tmpl);
        fprintf(f, "%s\t%s\t%zu\t%.4f\t%.2g\t%.2f\t%.1f\t%.3f\t%.3f\t", x->q->name,
                gw_tlib_name(x->l->lib, h->tmpl), i + 1, h->prob_superfamily, h->evalue, h->z,
                h->score, identity(a), (double)a->n_aligned / x->q->len);
        if (a->n_aligned)
            fprintf(f, "%d-%d\t%d-%d", a->q_beg + 1, a->q_end, a->t_beg + 1, a->t_end);
        else
            fputs("-\t-", f);
        fprintf(f, "\t%.4f\t%.4f\t%s\n", h->prob_family, h->prob_fold, *label ? label : "-");
    }
    if (x->a)
        fprintf(f, "#ab-initio\t%s\tdecoys %d\tagreement %.3f\texpected TM-score %.2f\n",
                x->q->name, x->a->decoys, x->a->agreement, x->a->expected_tm);
}

static void put_m8(FILE *f, const run_t *x)
{
    for (size_t i = 0; i < x->r->n; i++) {
        const gw_search_hit_t *h = &x->r->hit[i];
        const gw_foldalign_t *a = &h->aln;
        int32_t gaps = 0, run = -1;
        for (int32_t k = a->q_beg; k < a->q_end; k++) { /* openings on either side */
            gaps += a->map[k] < 0 && k > a->q_beg && a->map[k - 1] >= 0;
            if (a->map[k] >= 0) {
                gaps += run >= 0 && a->map[k] > run + 1;
                run = a->map[k];
            }
        }
        fprintf(f, "%s\t%s\t%.1f\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.2g\t%.1f\n", x->q->name,
                gw_tlib_name(x->l->lib, h->tmpl), 100 * identity(a), a->n_aligned,
                a->n_aligned - a->n_identical, gaps, a->n_aligned ? a->q_beg + 1 : 0, a->q_end,
                a->n_aligned ? a->t_beg + 1 : 0, a->t_end, h->evalue, h->score);
    }
}

/* mean log-odds of the aligned residues under BLOSUM62, bits */
static double similarity(const run_t *x, const gw_search_hit_t *h)
{
    float p[GW_AA_N][GW_AA_N];
    const uint8_t *t = template_seq(x, h);
    double sum = 0;
    gw_aa_substitution(p);
    for (int32_t i = h->aln.q_beg; i < h->aln.q_end; i++) {
        int32_t j = h->aln.map[i];
        if (j >= 0 && x->q->seq[i] < GW_AA_N && t[j] < GW_AA_N)
            sum += log2((double)p[x->q->seq[i]][t[j]] / (double)gw_aa_background[t[j]]);
    }
    return h->aln.n_aligned ? sum / h->aln.n_aligned : 0;
}

static double sum_of_posteriors(const gw_foldalign_t *a)
{
    double sum = 0;
    for (int32_t i = a->q_beg; i < a->q_end; i++)
        sum += a->map[i] >= 0 ? (double)a->post[i] : 0;
    return sum;
}

static void put_blocks(FILE *f, const run_t *x, const gw_search_hit_t *h, const char *qr,
                       const char *tr)
{
    enum { WIDE = 80 };
    int32_t qi = h->aln.q_beg, tj = h->aln.t_beg;
    size_t n = strlen(qr);
    for (size_t at = 0; at < n; at += WIDE) {
        size_t k = n - at < WIDE ? n - at : WIDE;
        int32_t q0 = qi, t0 = tj;
        for (size_t c = at; c < at + k; c++) {
            qi += qr[c] != '-';
            tj += tr[c] != '-';
        }
        fprintf(f, "Q %-14.14s %4d %.*s %4d (%d)\n", x->q->name, q0 + 1, (int)k, qr + at, qi,
                x->q->len);
        fprintf(f, "%22s", "");
        for (size_t c = at; c < at + k; c++)
            fputc(qr[c] == '-' || tr[c] == '-' ? ' ' : qr[c] == tr[c] ? '|' : '.', f);
        fprintf(f, "\nT %-14.14s %4d %.*s %4d (%d)\n\n", gw_tlib_name(x->l->lib, h->tmpl), t0 + 1,
                (int)k, tr + at, tj, gw_tlib_length(x->l->lib, h->tmpl));
    }
}

static gw_status_t put_hhr(FILE *f, const run_t *x, gw_err_t *err)
{
    fprintf(f,
            "Query         %s\nMatch_columns %d\nNo_of_seqs    %d\nNeff          %.1f\n"
            "Searched_HMMs %zu\n\n No Hit                             Prob E-value P-value  Score"
            "    SS Cols Query HMM  Template HMM\n",
            x->q->name, x->q->len, x->q->n_seqs, (double)x->q->neff, x->l->feat.n);
    for (size_t i = 0; i < x->r->n; i++) {
        const gw_search_hit_t *h = &x->r->hit[i];
        const gw_foldalign_t *a = &h->aln;
        char name[31], qr[24], tr[24];
        snprintf(name, sizeof name, "%s %s", gw_tlib_name(x->l->lib, h->tmpl),
                 gw_tlib_label(x->l->lib, h->tmpl));
        snprintf(qr, sizeof qr, "%d-%d", a->q_beg + 1, a->q_end);
        snprintf(tr, sizeof tr, "%d-%d (%d)", a->t_beg + 1, a->t_end,
                 gw_tlib_length(x->l->lib, h->tmpl));
        fprintf(f, "%3zu %-30s %5.1f %7.2g %7.2g %6.1f %5.1f %4d %9s %s\n", i + 1, name,
                100 * h->prob_superfamily, h->evalue, h->evalue / (double)x->l->feat.n, h->score,
                0.0, a->n_aligned, qr, tr);
    }
    for (size_t i = 0; i < x->r->n; i++) {
        const gw_search_hit_t *h = &x->r->hit[i];
        char *qr, *tr;
        gw_status_t st = gw_foldout_rows(x->q, template_seq(x, h), &h->aln, &qr, &tr, err);
        if (st != GW_OK)
            return st;
        fprintf(f,
                "\nNo %zu\n>%s %s\nProbab=%.2f  E-value=%.2g  Score=%.2f  Aligned_cols=%d  "
                "Identities=%.0f%%  Similarity=%.3f  Sum_probs=%.1f\n\n",
                i + 1, gw_tlib_name(x->l->lib, h->tmpl), gw_tlib_label(x->l->lib, h->tmpl),
                100 * h->prob_superfamily, h->evalue, h->score, h->aln.n_aligned,
                100 * identity(&h->aln), similarity(x, h), sum_of_posteriors(&h->aln));
        put_blocks(f, x, h, qr, tr);
        free(qr);
        free(tr);
    }
    fputs("\nDone!\n", f);
    return GW_OK;
}

static gw_status_t put_pir(FILE *f, const run_t *x, gw_err_t *err)
{
    for (size_t i = 0; i < x->r->n; i++) {
        const gw_search_hit_t *h = &x->r->hit[i];
        char *qr, *tr;
        gw_status_t st = gw_foldout_rows(x->q, template_seq(x, h), &h->aln, &qr, &tr, err);
        if (st != GW_OK)
            return st;
        const char *name = gw_tlib_name(x->l->lib, h->tmpl);
        gw_template_t t = {0};
        if (h->aln.n_aligned)
            fprintf(f, ">P1;%s\nsequence:%s:%d::%d:::::\n%s*\n", x->q->name, x->q->name,
                    h->aln.q_beg + 1, h->aln.q_end, qr);
        st = gw_tlib_read(x->l->lib, h->tmpl, &t, err);
        if (st == GW_OK && h->aln.n_aligned) {
            int32_t b = h->aln.t_beg, e = h->aln.t_end - 1;
            fprintf(f, ">P1;%s\nstructure:%s:%d%.1s::%d%.1s:::::\n%s*\n\n", name, name, t.resnum[b],
                    t.icode[b] == ' ' ? "" : &t.icode[b], t.resnum[e],
                    t.icode[e] == ' ' ? "" : &t.icode[e], tr);
        }
        gw_template_release(&t);
        free(qr);
        free(tr);
    }
    return GW_OK;
}

static void json_prediction(gw_json_t *j, const run_t *x, char *buf)
{
    for (int32_t i = 0; i < x->q->len; i++) {
        const float *p = x->r->pred + i * GW_SSPRED_OUT;
        buf[i] = p[1] > p[0] && p[1] >= p[2] ? 'E' : p[2] > p[0] ? 'H' : 'C';
    }
    buf[x->q->len] = '\0';
    gw_json_string(j, "predicted_structure", buf);
    for (int32_t i = 0; i < x->q->len; i++) {
        const float *p = x->r->pred + i * GW_SSPRED_OUT + 3;
        buf[i] = p[0] >= p[1] && p[0] >= p[2] ? 'b' : p[1] >= p[2] ? 'i' : 'e';
    }
    gw_json_string(j, "predicted_accessibility", buf);
}

static void json_abinitio(gw_json_t *j, const gw_abinitio_t *a)
{
    gw_json_open(j, "ab_initio", '{');
    gw_json_int(j, "decoys", a->decoys);
    gw_json_double(j, "agreement", a->agreement);
    gw_json_double(j, "expected_tm", a->expected_tm);
    gw_json_open(j, "confidence", '[');
    for (int32_t i = 0; i < a->m.len; i++)
        gw_json_double(j, NULL, rint(10 * (double)a->m.r[i].confidence) / 10);
    gw_json_close(j);
    gw_json_close(j);
}

static gw_status_t put_json(FILE *f, bool first, const run_t *x, gw_err_t *err)
{
    gw_json_t j;
    char *buf = gw_malloc((size_t)x->q->len + 1, 1);
    if (!buf)
        return gw_err_nomem(err, "writing JSON");
    fputs(first ? "\n" : ",\n", f);
    gw_json_init(&j, f, 0);
    gw_json_open(&j, NULL, '{');
    gw_json_string(&j, "query", x->q->name);
    gw_json_int(&j, "length", x->q->len);
    gw_json_int(&j, "sequences", x->q->n_seqs);
    json_prediction(&j, x, buf);
    free(buf);
    gw_json_open(&j, "hits", '[');
    gw_status_t st = GW_OK;
    for (size_t i = 0; i < x->r->n && st == GW_OK; i++) {
        const gw_search_hit_t *h = &x->r->hit[i];
        char *qr, *tr;
        st = gw_foldout_rows(x->q, template_seq(x, h), &h->aln, &qr, &tr, err);
        if (st != GW_OK)
            break;
        gw_json_open(&j, NULL, '{');
        gw_json_string(&j, "template", gw_tlib_name(x->l->lib, h->tmpl));
        gw_json_string(&j, "label", gw_tlib_label(x->l->lib, h->tmpl));
        gw_json_double(&j, "evalue", h->evalue);
        gw_json_double(&j, "zscore", h->z);
        gw_json_double(&j, "score", h->score);
        gw_json_double(&j, "prob_family", h->prob_family);
        gw_json_double(&j, "prob_superfamily", h->prob_superfamily);
        gw_json_double(&j, "prob_fold", h->prob_fold);
        gw_json_double(&j, "identity", identity(&h->aln));
        gw_json_int(&j, "query_start", h->aln.q_beg + 1);
        gw_json_int(&j, "query_end", h->aln.q_end);
        gw_json_int(&j, "template_start", h->aln.t_beg + 1);
        gw_json_int(&j, "template_end", h->aln.t_end);
        gw_json_string(&j, "query_row", qr);
        gw_json_string(&j, "template_row", tr);
        gw_json_close(&j);
        free(qr);
        free(tr);
    }
    gw_json_close(&j);
    if (st == GW_OK && x->a)
        json_abinitio(&j, x->a);
    gw_json_close(&j);
    return st;
}

void gw_foldout_begin(FILE *f, gw_foldout_t format)
{
    if (format == GW_FOLDOUT_TSV)
        fputs("query\ttemplate\trank\tprobability\tevalue\tzscore\tscore\tidentity\tcoverage\t"
              "query_range\ttemplate_range\tprob_family\tprob_fold\tlabel\n",
              f);
    else if (format == GW_FOLDOUT_JSON)
        fputs("[", f);
}

void gw_foldout_end(FILE *f, gw_foldout_t format)
{
    if (format == GW_FOLDOUT_JSON)
        fputs("\n]\n", f);
}

gw_status_t gw_foldout_query(FILE *f, gw_foldout_t format, bool first, const gw_profile_t *q,
                             const gw_search_lib_t *l, const gw_search_result_t *r,
                             const gw_abinitio_t *a, gw_err_t *err)
{
    run_t x = {q, l, r, a};
    switch (format) {
    case GW_FOLDOUT_TSV:
        put_tsv(f, &x);
        return GW_OK;
    case GW_FOLDOUT_M8:
        put_m8(f, &x);
        return GW_OK;
    case GW_FOLDOUT_HHR:
        return put_hhr(f, &x, err);
    case GW_FOLDOUT_PIR:
        return put_pir(f, &x, err);
    default:
        return put_json(f, first, &x, err);
    }
}
