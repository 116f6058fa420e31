#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "align/dbscoring.h"

void gw_dbscoring_protein(gw_dbscoring_t *s, const gw_scorematrix_t *m, int32_t gap_open,
                          int32_t gap_extend)
{
    /* a thousandth each, in the order ARNDCQEGHILKMFPSTWYV */
    static const double robinson[GW_SCOREMATRIX_STANDARD] = {
        78.05, 51.29, 44.87, 53.64, 19.25, 42.64, 62.95, 73.77, 21.99, 51.42,
        90.19, 57.44, 22.43, 38.56, 52.03, 71.20, 58.41, 13.30, 32.16, 64.41};
    double sum = 0;
    *s = (gw_dbscoring_t){.n_count = GW_SCOREMATRIX_STANDARD, .named = m->builtin};
    snprintf(s->name, sizeof s->name, "%s", m->name);
    s->params.n_letters = m->n;
    memcpy(s->params.matrix, m->score, sizeof s->params.matrix);
    s->params.gap_open = gap_open;
    s->params.gap_extend = gap_extend;
    strcpy(s->letter, m->letter);
    gw_scorematrix_codes(m, s->code);
    for (int a = 0; a < GW_SCOREMATRIX_STANDARD; a++)
        sum += robinson[a];
    for (int a = 0; a < GW_SCOREMATRIX_STANDARD; a++)
        s->background[a] = robinson[a] / sum;
}

void gw_dbscoring_dna(gw_dbscoring_t *s, int match, int mismatch, int32_t gap_open,
                      int32_t gap_extend)
{
    *s = (gw_dbscoring_t){.dna = true, .n_count = 4, .named = true};
    snprintf(s->name, sizeof s->name, "match %d, mismatch %d", match, -mismatch);
    gw_extend_params_dna(&s->params, match, -mismatch, mismatch > 0 ? -1 : 0, gap_open, gap_extend,
                         0);
    strcpy(s->letter, "ACGTN");
    memset(s->code, 0xff, sizeof s->code);
    for (const char *p = "RYSWKMBDHVNX"; *p; p++)
        s->code[(unsigned char)*p] = 4;
    for (int a = 0; a < 4; a++) {
        s->code[(unsigned char)s->letter[a]] = (uint8_t)a;
        s->background[a] = 0.25;
    }
    s->code['U'] = s->code['T'];
    for (int c = 'A'; c <= 'Z'; c++)
        s->code[tolower(c)] = s->code[c];
}
