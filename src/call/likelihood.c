#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "call/likelihood.h"

/* 1. gap qualities */
double gw_likelihood_slip_qual(int32_t period, int32_t copies)
{
    /* From what is published about slippage of Illumina sequencing without PCR: rare below 6
     * copies, one read in about 3000 at 8 bases of a homopolymer, one in 25 at 20. */
    static const double first[5] = {0, 35, 34, 36, 37}, step[5] = {0, 1.75, 1.4, 1.5, 1.6};
    static const int32_t from[5] = {0, 8, 5, 4, 4};
    double q = first[period] - step[period] * (copies - from[period]);
    return q < 8 ? 8 : q;
}

void gw_likelihood_gap_quals(const uint8_t *base, int32_t len, uint8_t *gap)
{
    memset(gap, GW_LIKELIHOOD_GAP_QUAL, (size_t)len);
    for (int32_t p = 1; p <= 4; p++) {
        int32_t run = 0;
        for (int32_t i = p; i <= len; i++) {
            if (i < len && base[i] == base[i - p] && base[i] < 4) {
                run++;
                continue;
            }
            int32_t size = run + p, copies = size / p;
            if (run > 0 && copies >= (p == 1 ? 4 : 3)) {
                double q = gw_likelihood_slip_qual(p, copies) + 10 * log10((double)size);
                uint8_t g = q > GW_LIKELIHOOD_GAP_QUAL ? GW_LIKELIHOOD_GAP_QUAL : (uint8_t)(q + .5);
                for (int32_t k = i - size; k < i; k++)
                    if (g < gap[k])
                        gap[k] = g;
            }
            run = 0;
        }
    }
}

/* 2. the batch */
void gw_likelihood_reset(gw_likelihood_t *l)
{
    l->n_regions = l->n_reads = l->n_haps = l->n_bases = l->n_hap_bases = 0;
}

void gw_likelihood_release(gw_likelihood_t *l)
{
    free(l->read_group);
    free(l->hap_group);
    free(l->read_off);
    free(l->hap_off);
    free(l->base);
    free(l->qual);
    free(l->gap);
    free(l->ext);
    free(l->hap);
    free(l->read);
    free(l->lik);
    free(l->lik_off);
    *l = (gw_likelihood_t){0};
}

static bool add_read(gw_likelihood_t *l, const gw_callread_t *r, int32_t id, int32_t i0, int32_t i1)
{
    size_t n = (size_t)(i1 - i0), at = l->n_bases;
    if (!GW_GROW(l->base, l->cap_base, at + n) || !GW_GROW(l->qual, l->cap_qual, at + n) ||
        !GW_GROW(l->gap, l->cap_gap, at + n) || !GW_GROW(l->ext, l->cap_ext, at + n) ||
        !GW_GROW(l->read_off, l->cap_read_off, l->n_reads + 2) ||
        !GW_GROW(l->read, l->cap_read, l->n_reads + 1))
        return false;
    memcpy(l->base + at, r->base + i0, n);
    memcpy(l->qual + at, r->qual + i0, n);
    memset(l->ext + at, GW_LIKELIHOOD_EXT_QUAL, n);
    gw_likelihood_gap_quals(r->base + i0, i1 - i0, l->gap + at);
    l->read_off[l->n_reads] = (int64_t)at;
    l->read[l->n_reads++] = id;
    l->n_bases += n;
    l->read_off[l->n_reads] = (int64_t)l->n_bases;
    return true;
}

gw_status_t gw_likelihood_add(gw_likelihood_t *l, const gw_hapset_t *h, const gw_callread_t *r,
                              const int32_t *reads, size_t n_reads, int32_t min_bases,
                              gw_err_t *err)
{
    size_t g = l->n_regions;
    if (!GW_GROW(l->read_group, l->cap_read_group, g + 2) ||
        !GW_GROW(l->hap_group, l->cap_hap_group, g + 2) ||
        !GW_GROW(l->lik_off, l->cap_lik_off, g + 2))
        return gw_err_nomem(err, "preparing likelihoods");
    if (g == 0)
        l->read_group[0] = l->hap_group[0] = l->lik_off[0] = 0;
    for (size_t k = 0; k < n_reads; k++) {
        int32_t i0, i1;
        gw_callread_span(&r[reads[k]], h->beg, h->end, &i0, &i1);
        if (i1 - i0 >= min_bases && !add_read(l, &r[reads[k]], reads[k], i0, i1))
            return gw_err_nomem(err, "preparing likelihoods");
    }
    for (int32_t k = 0; k < h->n_haps; k++) {
        size_t n = (size_t)h->hap[k].len;
        if (!GW_GROW(l->hap, l->cap_hap, l->n_hap_bases + n) ||
            !GW_GROW(l->hap_off, l->cap_hap_off, l->n_haps + 2))
            return gw_err_nomem(err, "preparing likelihoods");
        memcpy(l->hap + l->n_hap_bases, h->hap[k].seq, n);
        l->hap_off[l->n_haps++] = (int64_t)l->n_hap_bases;
        l->n_hap_bases += n;
        l->hap_off[l->n_haps] = (int64_t)l->n_hap_bases;
    }
    l->read_group[g + 1] = (int64_t)l->n_reads;
    l->hap_group[g + 1] = (int64_t)l->n_haps;
    l->lik_off[g + 1] =
        l->lik_off[g] + (l->read_group[g + 1] - l->read_group[g]) * (int64_t)h->n_haps;
    l->n_regions++;
    return GW_OK;
}

gw_status_t gw_likelihood_run(gw_likelihood_t *l, gw_engine_t *e, gw_err_t *err)
{
    if (l->n_regions == 0 || l->n_reads == 0)
        return GW_OK;
    if (!GW_GROW(l->lik, l->cap_lik, (size_t)l->lik_off[l->n_regions]))
        return gw_err_nomem(err, "preparing likelihoods");
    gw_pairhmm_batch_t b = {.n_groups = l->n_regions,
                            .read_group = l->read_group,
                            .hap_group = l->hap_group,
                            .base = l->base,
                            .qual = l->qual,
                            .ins_qual = l->gap,
                            .del_qual = l->gap,
                            .ext_qual = l->ext,
                            .read_off = l->read_off,
                            .hap = l->hap,
                            .hap_off = l->hap_off};
    return gw_engine_run(e, GW_JOB_PAIRHMM, &b, l->lik, err);
}
