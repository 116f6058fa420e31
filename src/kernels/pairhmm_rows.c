#include <config.h>

#include <math.h>
#include <string.h>

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

/* What a row's constants are made of, in double: the float rows round them at the end. quals: of
 * gaps before, here and after, for which before, here, next and row's gap constants hold; most
 * bases have those of the base before, which saves the divisions. */
typedef struct {
    gw_pairhmm_row_d_t row;
    gaps_t here;
    uint8_t quals[9];
} maker_t;

static void gap_quals(const gw_pairhmm_batch_t *b, int64_t at, uint8_t quals[3])
{
    quals[0] = b->ins_qual[at];
    quals[1] = b->del_qual[at];
    quals[2] = b->ext_qual[at];
}

static void make_row(const gw_pairhmm_batch_t *b, int64_t at, bool first, bool last, maker_t *m)
{
    double e = prob(b->qual[at], 0.75);
    uint8_t quals[9];
    gap_quals(b, at - !first, quals);
    gap_quals(b, at, quals + 3);
    gap_quals(b, at + !last, quals + 6);
    if (first || last || memcmp(quals, m->quals, sizeof quals) != 0) {
        gaps_t before = gaps_of(b, at - !first), next = gaps_of(b, at + !last);
        m->here = gaps_of(b, at);
        memcpy(m->quals, quals, sizeof quals);
        double ratio = next.gm / next.mm;
        /* the first row's ci meets zeros only */
        m->row.ci = m->here.xx * before.mx / m->here.mx;
        m->row.cd = m->here.xx;
        m->row.xi = last ? m->here.mx : ratio * m->here.mx;
        m->row.xd = last ? 0 : ratio * m->here.my;
    }
    m->row.lm = (1 - e) * m->here.mm;
    m->row.lx = e / 3 * m->here.mm;
    m->row.base = b->base[at];
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
    maker_t m = {.row = {0}};
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
    maker_t m = {.row = {0}};
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
