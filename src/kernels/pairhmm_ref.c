#include <config.h>

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "kernels/pairhmm_variants.h"

#define REAL float
#define FMA  fmaf
#define ROW  gw_pairhmm_row_f_t
#define NAME forward_f
#include "kernels/pairhmm_ref.h"
#undef REAL
#undef FMA
#undef ROW
#undef NAME
#define REAL double
#define FMA  fma
#define ROW  gw_pairhmm_row_d_t
#define NAME forward_d
#include "kernels/pairhmm_ref.h"

typedef struct {
    gw_pairhmm_row_f_t *row_f;
    gw_pairhmm_row_d_t *row_d;
    float *state_f;
    double *state_d;
    int64_t hap_len; /* capacity of each of the three parts of a state */
} scratch_t;

static int64_t longest(const int64_t *off, int64_t n)
{
    int64_t len = 1;
    for (int64_t i = 0; i < n; i++)
        if (off[i + 1] - off[i] > len)
            len = off[i + 1] - off[i];
    return len;
}

static double pair_log10(const gw_pairhmm_batch_t *b, int64_t read, int64_t h, scratch_t *s)
{
    int64_t n_rows = b->read_off[read + 1] - b->read_off[read];
    const uint8_t *hap = b->hap + b->hap_off[h];
    int64_t hap_len = b->hap_off[h + 1] - b->hap_off[h], cap = s->hap_len;
    double start;
    gw_pairhmm_rows_f(b, read, s->row_f, &start);
    float sum = forward_f(s->row_f, n_rows, hap, hap_len, gw_pairhmm_start_f(start, hap_len),
                          s->state_f, s->state_f + cap, s->state_f + 2 * cap);
    if (gw_pairhmm_trusted(sum))
        return gw_pairhmm_finish_f(sum);
    gw_pairhmm_rows_d(b, read, s->row_d, &start);
    return gw_pairhmm_finish_d(forward_d(s->row_d, n_rows, hap, hap_len,
                                         gw_pairhmm_start_d(start, hap_len), s->state_d,
                                         s->state_d + cap, s->state_d + 2 * cap));
}

gw_status_t gw_pairhmm_log10_ref(const gw_pairhmm_batch_t *b, double *out, gw_err_t *err)
{
    int64_t r0 = b->read_group[0], h0 = b->hap_group[0];
    int64_t rows = longest(b->read_off + r0, b->read_group[b->n_groups] - r0);
    scratch_t s = {.hap_len = longest(b->hap_off + h0, b->hap_group[b->n_groups] - h0)};
    s.row_f = gw_malloc((size_t)rows, sizeof *s.row_f);
    s.row_d = gw_malloc((size_t)rows, sizeof *s.row_d);
    s.state_f = gw_malloc((size_t)s.hap_len * 3, sizeof *s.state_f);
    s.state_d = gw_malloc((size_t)s.hap_len * 3, sizeof *s.state_d);
    bool ok = s.row_f && s.row_d && s.state_f && s.state_d;
    uint64_t saved = gw_cpu_flush_on();
    for (size_t g = 0; ok && g < b->n_groups; g++)
        for (int64_t r = b->read_group[g]; r < b->read_group[g + 1]; r++)
            for (int64_t h = b->hap_group[g]; h < b->hap_group[g + 1]; h++)
                *out++ = pair_log10(b, r, h, &s);
    gw_cpu_flush_off(saved);
    free(s.row_f);
    free(s.row_d);
    free(s.state_f);
    free(s.state_d);
    return ok ? GW_OK : gw_err_nomem(err, "scoring reads against haplotypes");
}
