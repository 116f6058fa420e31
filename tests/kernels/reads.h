/* tests/kernels/reads.h -- random batches of reads and haplotypes for kernels/pairhmm.h */
#ifndef GW_TESTS_READS_H
#define GW_TESTS_READS_H

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "kernels/pairhmm.h"

typedef struct {
    gw_pairhmm_batch_t b;
    int64_t *read_group, *hap_group, *read_off, *hap_off;
    uint8_t *base, *qual[4], *hap; /* qual: base, insertion, deletion, extension */
    size_t n_results;
} reads_t;

/* What a batch is drawn from; lengths from .. to, both included */
typedef struct {
    int groups, reads, haps; /* at most, per group */
    int read_from, read_to, hap_from, hap_to;
    int errors;   /* one base in this many differs from the haplotype; 0: unrelated */
    int n_every;  /* one base in this many is N; 0: none */
    int gap_qual; /* 0: any quality from 0 to 93 for gaps; else around this */
} reads_plan_t;

static inline void reads_release(reads_t *r)
{
    free(r->read_group);
    free(r->hap_group);
    free(r->read_off);
    free(r->hap_off);
    free(r->base);
    for (int k = 0; k < 4; k++)
        free(r->qual[k]);
    free(r->hap);
}

static inline int between(gw_rng_t *rng, int from, int to)
{
    return from + (int)gw_rng_below(rng, (uint64_t)(to - from) + 1);
}

static inline void reads_add_read(reads_t *r, gw_rng_t *rng, const reads_plan_t *plan, int64_t i,
                                  const uint8_t *hap, int hap_len)
{
    int len = between(rng, plan->read_from, plan->read_to);
    int64_t at = r->read_off[i];
    int from = hap_len > len ? (int)gw_rng_below(rng, (uint64_t)(hap_len - len) + 1) : 0;
    r->read_off[i + 1] = at + len;
    for (int k = 0; k < len; k++) {
        bool copy = plan->errors && gw_rng_below(rng, (uint64_t)plan->errors) != 0;
        int j = from + k;
        r->base[at + k] = copy && j < hap_len ? hap[j] : (uint8_t)gw_rng_below(rng, 4);
        if (plan->n_every && gw_rng_below(rng, (uint64_t)plan->n_every) == 0)
            r->base[at + k] = 4;
        r->qual[0][at + k] =
            plan->gap_qual ? (uint8_t)between(rng, 10, 41) : (uint8_t)gw_rng_below(rng, 94);
        for (int g = 1; g < 4; g++)
            r->qual[g][at + k] = plan->gap_qual
                                     ? (uint8_t)between(rng, plan->gap_qual - 5, plan->gap_qual)
                                     : (uint8_t)gw_rng_below(rng, 94);
        if (plan->gap_qual)
            r->qual[3][at + k] = 10;
    }
}

static inline bool reads_init(reads_t *r, gw_rng_t *rng, const reads_plan_t *plan)
{
    *r = (reads_t){0};
    size_t reads = (size_t)plan->groups * (size_t)plan->reads,
           haps = (size_t)plan->groups * (size_t)plan->haps;
    r->read_group = gw_calloc((size_t)plan->groups + 1, sizeof *r->read_group);
    r->hap_group = gw_calloc((size_t)plan->groups + 1, sizeof *r->hap_group);
    r->read_off = gw_calloc(reads + 1, sizeof *r->read_off);
    r->hap_off = gw_calloc(haps + 1, sizeof *r->hap_off);
    r->base = gw_malloc(reads * (size_t)plan->read_to, 1);
    for (int k = 0; k < 4; k++)
        r->qual[k] = gw_malloc(reads * (size_t)plan->read_to, 1);
    r->hap = gw_malloc(haps * (size_t)plan->hap_to, 1);
    if (!r->read_group || !r->hap_group || !r->read_off || !r->hap_off || !r->base || !r->hap ||
        !r->qual[0] || !r->qual[1] || !r->qual[2] || !r->qual[3])
        return false;
    for (int g = 0; g < plan->groups; g++) {
        int64_t h0 = r->hap_group[g], r0 = r->read_group[g];
        int n_haps = between(rng, 1, plan->haps), n_reads = between(rng, 1, plan->reads);
        for (int h = 0; h < n_haps; h++) {
            int64_t at = r->hap_off[h0 + h], first = r->hap_off[h0];
            int len = between(rng, plan->hap_from, plan->hap_to);
            for (int j = 0; j < len; j++) {
                bool copy = h > 0 && first + j < at && gw_rng_below(rng, 50) != 0;
                r->hap[at + j] = copy ? r->hap[first + j] : (uint8_t)gw_rng_below(rng, 4);
                if (plan->n_every && gw_rng_below(rng, (uint64_t)plan->n_every) == 0)
                    r->hap[at + j] = 4;
            }
            r->hap_off[h0 + h + 1] = at + len;
        }
        for (int i = 0; i < n_reads; i++) {
            int64_t h = h0 + (int64_t)gw_rng_below(rng, (uint64_t)n_haps);
            reads_add_read(r, rng, plan, r0 + i, r->hap + r->hap_off[h],
                           (int)(r->hap_off[h + 1] - r->hap_off[h]));
        }
        r->hap_group[g + 1] = h0 + n_haps;
        r->read_group[g + 1] = r0 + n_reads;
        r->n_results += (size_t)n_haps * (size_t)n_reads;
    }
    r->b = (gw_pairhmm_batch_t){(size_t)plan->groups, r->read_group, r->hap_group, r->base,
                                r->qual[0],           r->qual[1],    r->qual[2],   r->qual[3],
                                r->read_off,          r->hap,        r->hap_off};
    return true;
}

#endif
