#include <config.h>

#include <math.h>

#include "kernels/pairhmm_variants.h"
#include "kernels/phred.h"

/* 2. rows of a read */
typedef struct {
    double mx, my, xx, mm, gm; /* of one read base, as in the textbook's recursion */
} gaps_t;

static double prob(uint8_t qual, double most)
{
    double p = gw_phred_prob[qual > GW_PHRED_MAX ? GW_PHRED_MAX : qual];
    return p < most ? p : most;
}

static gaps_t gaps_of(const gw_pairhmm_batch_t *b, int64_t at)
{
    gaps_t g = {.mx = prob(b->ins_qual[at], 1),
                .my = prob(b->del_qual[at], 1),
                .xx = prob(b->ext_qual[at], 0.9)};
    double open = g.mx + g.my;
    g.mm = 1 - (open < 0.999 ? open : 0.999);
    g.gm = 1 - g.xx;
    return g;
}

/* What a row's constants are made of, in double: the float rows round them at the end. */
typedef struct {
    gw_pairhmm_row_d_t row;
    gaps_t before, here, next;
} maker_t;

static void make_row(const gw_pairhmm_batch_t *b, int64_t at, bool first, bool last, maker_t *m)
{
    double e = prob(b->qual[at], 0.75);
    m->here = first ? gaps_of(b, at) : m->next;
    m->next = last ? m->here : gaps_of(b, at + 1);
    double ratio = m->next.gm / m->next.mm;
    m->row = (gw_pairhmm_row_d_t){.lm = (1 - e) * m->here.mm,
                                  .lx = e / 3 * m->here.mm,
                                  .ci = first ? 0 : m->here.xx * m->before.mx / m->here.mx,
                                  .cd = m->here.xx,
                                  .xi = last ? m->here.mx : ratio * m->here.mx,
                                  .xd = last ? 0 : ratio * m->here.my,
                                  .base = b->base[at]};
    m->before = m->here;
}

static double start_of(const gw_pairhmm_batch_t *b, int64_t at)
{
    gaps_t g = gaps_of(b, at);
    return g.gm / g.mm;
}

void gw_pairhmm_rows_d(const gw_pairhmm_batch_t *b, int64_t r, gw_pairhmm_row_d_t *row,
                       double *start)
{
    int64_t at = b->read_off[r], end = b->read_off[r + 1];
    maker_t m;
    *start = start_of(b, at);
    for (int64_t i = at; i < end; i++) {
        make_row(b, i, i == at, i + 1 == end, &m);
        row[i - at] = m.row;
    }
}

void gw_pairhmm_rows_f(const gw_pairhmm_batch_t *b, int64_t r, gw_pairhmm_row_f_t *row,
                       double *start)
{
    int64_t at = b->read_off[r], end = b->read_off[r + 1];
    maker_t m;
    *start = start_of(b, at);
    for (int64_t i = at; i < end; i++) {
        make_row(b, i, i == at, i + 1 == end, &m);
        const gw_pairhmm_row_d_t *d = &m.row;
        row[i - at] =
            (gw_pairhmm_row_f_t){(float)d->lm, (float)d->lx, (float)d->ci,     (float)d->cd,
                                 (float)d->xi, (float)d->xd, (int32_t)d->base, 0};
    }
}

double gw_pairhmm_finish_f(float sum)
{
    return log10((double)sum) - log10((double)GW_PAIRHMM_SCALE_F);
}

double gw_pairhmm_finish_d(double sum)
{
    return log10(sum) - log10(GW_PAIRHMM_SCALE_D);
}

double gw_pairhmm_finish_l(long double sum, int64_t exponent)
{
    return (double)(log10l(sum) - log10l(GW_PAIRHMM_SCALE_D) + (long double)exponent * log10l(2));
}
