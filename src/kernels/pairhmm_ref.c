#include <config.h>

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "kernels/pairhmm_variants.h"

#define REAL    float
#define FMA     fmaf
#define ROW     gw_pairhmm_row_f_t
#define NAME(x) x##_f
#include "kernels/pairhmm_ref.h"
#undef REAL
#undef FMA
#undef ROW
#undef NAME
#define REAL    double
#define FMA     fma
#define ROW     gw_pairhmm_row_d_t
#define NAME(x) x##_d
#include "kernels/pairhmm_ref.h"
#undef REAL
#undef FMA
#undef NAME
#define REAL         long double
#define FMA(a, b, c) ((a) * (b) + (c)) /* only here: there is no variant to equal */
#define NAME(x)      x##_l
#include "kernels/pairhmm_ref.h"

/* For likelihoods beyond double: long double, and each row is brought back into range by an exact
 * power of two, *exponent of them in all. Paths 1e-4000 below a row's best are lost (where long
 * double is no more than double, 1e-300). The largest X of a row comes from an M or I' within one
 * column that lives on in the next row, so no row becomes all zero. */
static long double forward_scaled(const gw_pairhmm_row_d_t *row, int64_t n_rows, const uint8_t *hap,
                                  int64_t hap_len, double start, long double *x, long double *m,
                                  long double *gap, int64_t *exponent)
{
    const int step = LDBL_MAX_EXP / 2 - 200;
    const long double low = ldexpl(1, step / 2);
    *exponent = 0;
    long double sum = forward_l(row, 1, hap, hap_len, start, x, m, gap);
    for (int64_t i = 1; i < n_rows; i++) {
        long double most = 0;
        for (int64_t j = 0; j < hap_len; j++)
            most = x[j] > most ? x[j] : most;
        for (int64_t j = 0; most < low && j < hap_len; j++) {
            x[j] = ldexpl(x[j], step);
            m[j] = ldexpl(m[j], step);
            gap[j] = ldexpl(gap[j], step);
        }
        *exponent -= most < low ? step : 0;
        sum = next_row_l(&row[i], hap, hap_len, 0, x, m, gap);
    }
    return sum;
}

typedef struct {
    gw_pairhmm_row_f_t *row_f;
    gw_pairhmm_row_d_t *row_d;
    float *state_f;
    double *state_d;
    long double *state_l;
    int64_t hap_len; /* capacity of each of the three parts of a state */
} scratch_t;

static bool scratch_init(scratch_t *s, int64_t rows, int64_t hap_len)
{
    s->hap_len = hap_len;
    s->row_f = gw_malloc((size_t)rows, sizeof *s->row_f);
    s->row_d = gw_malloc((size_t)rows, sizeof *s->row_d);
    s->state_f = gw_malloc((size_t)hap_len * 3, sizeof *s->state_f);
    s->state_d = gw_malloc((size_t)hap_len * 3, sizeof *s->state_d);
    s->state_l = gw_malloc((size_t)hap_len * 3, sizeof *s->state_l);
    return s->row_f && s->row_d && s->state_f && s->state_d && s->state_l;
}

static void scratch_release(scratch_t *s)
{
    free(s->row_f);
    free(s->row_d);
    free(s->state_f);
    free(s->state_d);
    free(s->state_l);
}

static int64_t longest(const int64_t *off, int64_t from, int64_t to)
{
    int64_t len = 1;
    for (int64_t i = from; i < to; i++)
        if (off[i + 1] - off[i] > len)
            len = off[i + 1] - off[i];
    return len;
}

static double pair_log10(const gw_pairhmm_batch_t *b, int64_t read, int64_t h, scratch_t *s)
{
    int64_t n_rows = b->read_off[read + 1] - b->read_off[read];
    const uint8_t *hap = b->hap + b->hap_off[h];
    int64_t hap_len = b->hap_off[h + 1] - b->hap_off[h], cap = s->hap_len, exponent;
    double start, *d = s->state_d;
    gw_pairhmm_rows_f(b, read, s->row_f, &start);
    float sum = forward_f(s->row_f, n_rows, hap, hap_len, gw_pairhmm_start_f(start, hap_len),
                          s->state_f, s->state_f + cap, s->state_f + 2 * cap);
    if (gw_pairhmm_trusted_f(sum))
        return gw_pairhmm_finish_f(sum);
    gw_pairhmm_rows_d(b, read, s->row_d, &start);
    start = gw_pairhmm_start_d(start, hap_len);
    double sum_d = forward_d(s->row_d, n_rows, hap, hap_len, start, d, d + cap, d + 2 * cap);
    if (gw_pairhmm_trusted_d(sum_d))
        return gw_pairhmm_finish_d(sum_d);
    long double *l = s->state_l;
    long double sum_l =
        forward_scaled(s->row_d, n_rows, hap, hap_len, start, l, l + cap, l + 2 * cap, &exponent);
    return gw_pairhmm_finish_l(sum_l, exponent);
}

bool gw_pairhmm_pair_ref(const gw_pairhmm_batch_t *b, int64_t read, int64_t h, double *out)
{
    scratch_t s;
    bool ok = scratch_init(&s, longest(b->read_off, read, read + 1), longest(b->hap_off, h, h + 1));
    if (ok)
        *out = pair_log10(b, read, h, &s);
    scratch_release(&s);
    return ok;
}

gw_status_t gw_pairhmm_log10_ref(const gw_pairhmm_batch_t *b, double *out, gw_err_t *err)
{
    scratch_t s;
    bool ok = scratch_init(&s, longest(b->read_off, b->read_group[0], b->read_group[b->n_groups]),
                           longest(b->hap_off, b->hap_group[0], b->hap_group[b->n_groups]));
    uint64_t saved = gw_cpu_flush_on();
    for (size_t g = 0; ok && g < b->n_groups; g++)
        for (int64_t r = b->read_group[g]; r < b->read_group[g + 1]; r++)
            for (int64_t h = b->hap_group[g]; h < b->hap_group[g + 1]; h++)
                *out++ = pair_log10(b, r, h, &s);
    gw_cpu_flush_off(saved);
    scratch_release(&s);
    return ok ? GW_OK : gw_err_nomem(err, "scoring reads against haplotypes");
}
