#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cuda/gpupairhmm.h"
#include "cuda/launch.h"
#include "kernels/pairhmm_variants.h"
#include "kernels/phred.h"

/* 1. likelihoods */
static const struct {
    int lanes, rows;
} shapes[GW_HMM_SHAPES + 1] = {GW_HMM_SHAPE_LIST};

typedef struct {
    int64_t read, hap; /* into the batch */
    uint32_t out;
} pair_t;

typedef struct {
    gw_gpu_t *g;
    const gw_pairhmm_batch_t *b;
    bool wide;
    pair_t *pair, *sorted; /* to do, and that in order */
    uint32_t n;
    uint32_t of_shape[GW_HMM_SHAPES + 2];
    gw_gpu_part_t off, letters[5], prob, item, hap, row, start, border, sum;
} run_t;

static int32_t len_of(const int64_t *off, int64_t i)
{
    return (int32_t)(off[i + 1] - off[i]);
}

static int shape_of(const run_t *r, int32_t rows)
{
    int s = 0;
    if (r->wide)
        return GW_HMM_DOUBLE;
    while (s < GW_HMM_SHAPES - 1 && rows > shapes[s].lanes * shapes[s].rows)
        s++;
    return s;
}

enum { STEP = 16, STEPS = 256 }; /* haplotype lengths are told apart by STEP, up to STEPS of them */

static uint32_t bucket_of(const run_t *r, const pair_t *p)
{
    int32_t step = len_of(r->b->hap_off, p->hap) / STEP;
    return (uint32_t)(shape_of(r, len_of(r->b->read_off, p->read)) * STEPS +
                      (step < STEPS ? step : STEPS - 1));
}

static void sort_pairs(run_t *r)
{
    uint32_t at[(GW_HMM_SHAPES + 1) * STEPS + 1] = {0};
    for (uint32_t i = 0; i < r->n; i++)
        at[bucket_of(r, &r->pair[i]) + 1]++;
    for (uint32_t k = 0; k < (GW_HMM_SHAPES + 1) * STEPS; k++)
        at[k + 1] += at[k];
    for (int s = 0; s <= GW_HMM_SHAPES + 1; s++)
        r->of_shape[s] = at[s * STEPS];
    for (uint32_t i = 0; i < r->n; i++)
        r->sorted[at[bucket_of(r, &r->pair[i])]++] = r->pair[i];
}

/* The stretches of the flat arrays that the batch uses */
typedef struct {
    int64_t read0, n_reads, base0, n_bases, hap0, n_hap_bases;
} span_t;

static span_t span_of(const gw_pairhmm_batch_t *b)
{
    size_t n = b->n_groups;
    span_t s = {.read0 = b->read_group[0]};
    int64_t read1 = b->read_group[n], h0 = b->hap_group[0], h1 = b->hap_group[n];
    s.n_reads = read1 - s.read0;
    s.base0 = b->read_off[s.read0];
    s.n_bases = b->read_off[read1] - s.base0;
    s.hap0 = b->hap_off[h0];
    s.n_hap_bases = b->hap_off[h1] - s.hap0;
    return s;
}

static uint64_t fill_items(run_t *r, const span_t *s, gw_hmm_item_t *item)
{
    uint64_t border = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        const pair_t *p = &r->sorted[i];
        int32_t rows = len_of(r->b->read_off, p->read), cols = len_of(r->b->hap_off, p->hap);
        int shape = shape_of(r, rows);
        if (item)
            item[i] = (gw_hmm_item_t){.row = (uint64_t)(r->b->read_off[p->read] - s->base0),
                                      .hap = (uint64_t)(r->b->hap_off[p->hap] - s->hap0),
                                      .border = border,
                                      .n_rows = rows,
                                      .hap_len = cols,
                                      .read = (uint32_t)(p->read - s->read0),
                                      .out = i};
        if (rows > shapes[shape].lanes * shapes[shape].rows)
            border += (uint64_t)cols;
    }
    return border;
}

static gw_status_t lay_out(run_t *r, const span_t *s, gw_err_t *err)
{
    const gw_pairhmm_batch_t *b = r->b;
    const uint8_t *const letters[5] = {b->base, b->qual, b->ins_qual, b->del_qual, b->ext_qual};
    uint64_t w = r->wide ? sizeof(double) : sizeof(float),
             row = r->wide ? sizeof(gw_pairhmm_row_d_t) : sizeof(gw_pairhmm_row_f_t);
    gw_gpu_start(r->g);
    r->off = gw_gpu_part(r->g, GW_GPU_INPUT, (uint64_t)(s->n_reads + 1) * sizeof(uint64_t));
    r->prob = gw_gpu_part(r->g, GW_GPU_INPUT, sizeof gw_phred_prob);
    for (int k = 0; k < 5; k++)
        r->letters[k] = gw_gpu_part(r->g, GW_GPU_INPUT, (uint64_t)s->n_bases);
    r->hap = gw_gpu_part(r->g, GW_GPU_INPUT, (uint64_t)s->n_hap_bases);
    r->item = gw_gpu_part(r->g, GW_GPU_INPUT, r->n * sizeof(gw_hmm_item_t));
    r->row = gw_gpu_part(r->g, GW_GPU_WORK, (uint64_t)s->n_bases * row);
    r->start = gw_gpu_part(r->g, GW_GPU_WORK, (uint64_t)s->n_reads * sizeof(double));
    r->border = gw_gpu_part(r->g, GW_GPU_WORK, fill_items(r, s, NULL) * 3 * w);
    r->sum = gw_gpu_part(r->g, GW_GPU_OUTPUT, r->n * w);
    gw_status_t st = gw_gpu_reserve(r->g, err);
    if (st != GW_OK)
        return st;
    uint64_t *off = gw_gpu_host(r->g, r->off);
    for (int64_t i = 0; i <= s->n_reads; i++)
        off[i] = (uint64_t)(b->read_off[s->read0 + i] - s->base0);
    memcpy(gw_gpu_host(r->g, r->prob), gw_phred_prob, sizeof gw_phred_prob);
    for (int k = 0; k < 5; k++)
        memcpy(gw_gpu_host(r->g, r->letters[k]), letters[k] + s->base0, (size_t)s->n_bases);
    memcpy(gw_gpu_host(r->g, r->hap), b->hap + s->hap0, (size_t)s->n_hap_bases);
    fill_items(r, s, gw_gpu_host(r->g, r->item));
    return gw_gpu_send(r->g, err);
}

static void launch(run_t *r, const span_t *s)
{
    gw_hmm_args_t a = {.n_reads = (uint32_t)s->n_reads,
                       .read_off = gw_gpu_device(r->g, r->off),
                       .base = gw_gpu_device(r->g, r->letters[0]),
                       .qual = gw_gpu_device(r->g, r->letters[1]),
                       .ins_qual = gw_gpu_device(r->g, r->letters[2]),
                       .del_qual = gw_gpu_device(r->g, r->letters[3]),
                       .ext_qual = gw_gpu_device(r->g, r->letters[4]),
                       .prob = gw_gpu_device(r->g, r->prob),
                       .row = gw_gpu_device(r->g, r->row),
                       .start = gw_gpu_device(r->g, r->start),
                       .hap = gw_gpu_device(r->g, r->hap),
                       .border = gw_gpu_device(r->g, r->border),
                       .sum = gw_gpu_device(r->g, r->sum)};
    gw_hmm_rows(&a, r->wide, gw_gpu_stream(r->g));
    for (int shape = 0; shape <= GW_HMM_SHAPES; shape++) {
        a.item = (gw_hmm_item_t *)gw_gpu_device(r->g, r->item) + r->of_shape[shape];
        a.n = r->of_shape[shape + 1] - r->of_shape[shape];
        if (a.n)
            gw_hmm_launch(&a, shape, gw_gpu_stream(r->g));
    }
}

/* Stores what can be trusted; the rest becomes the list of pairs for the next wider type. */
static void keep(run_t *r, double *out)
{
    const float *f = gw_gpu_host(r->g, r->sum);
    const double *d = gw_gpu_host(r->g, r->sum);
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        const pair_t *p = &r->sorted[i];
        if (!r->wide && gw_pairhmm_trusted_f(f[i]))
            out[p->out] = gw_pairhmm_finish_f(f[i]);
        else if (r->wide && gw_pairhmm_trusted_d(d[i]))
            out[p->out] = gw_pairhmm_finish_d(d[i]);
        else
            r->pair[n++] = *p;
    }
    r->n = n;
}

static bool list_pairs(run_t *r)
{
    const gw_pairhmm_batch_t *b = r->b;
    uint64_t n = 0;
    for (size_t g = 0; g < b->n_groups; g++)
        n += (uint64_t)(b->read_group[g + 1] - b->read_group[g]) *
             (uint64_t)(b->hap_group[g + 1] - b->hap_group[g]);
    r->pair = gw_malloc(n, sizeof *r->pair);
    r->sorted = gw_malloc(n, sizeof *r->sorted);
    if (!r->pair || !r->sorted || n > UINT32_MAX)
        return false;
    for (size_t g = 0; g < b->n_groups; g++)
        for (int64_t i = b->read_group[g]; i < b->read_group[g + 1]; i++)
            for (int64_t h = b->hap_group[g]; h < b->hap_group[g + 1]; h++, r->n++)
                r->pair[r->n] = (pair_t){i, h, r->n};
    return true;
}

gw_status_t gw_gpupairhmm_log10(gw_gpu_t *g, const gw_pairhmm_batch_t *b, double *out,
                                gw_err_t *err)
{
    if (b->n_groups == 0)
        return GW_OK;
    run_t r = {.g = g, .b = b};
    span_t s = span_of(b);
    gw_status_t st = list_pairs(&r) ? GW_OK : gw_err_nomem(err, "scoring reads against haplotypes");
    for (int pass = 0; pass < 2 && st == GW_OK && r.n > 0; pass++) {
        r.wide = pass == 1;
        sort_pairs(&r);
        st = lay_out(&r, &s, err);
        if (st != GW_OK)
            break;
        launch(&r, &s);
        st = gw_gpu_receive(g, err);
        if (st == GW_OK)
            keep(&r, out);
    }
    uint64_t saved = gw_cpu_flush_on();
    for (uint32_t i = 0; i < r.n && st == GW_OK; i++) /* beyond double */
        if (!gw_pairhmm_pair_ref(b, r.pair[i].read, r.pair[i].hap, &out[r.pair[i].out]))
            st = gw_err_nomem(err, "scoring reads against haplotypes");
    gw_cpu_flush_off(saved);
    free(r.pair);
    free(r.sorted);
    return st;
}
