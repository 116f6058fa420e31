/* src/call/callstats.h -- what a run of calling counts
 */
#ifndef GW_CALL_CALLSTATS_H
#define GW_CALL_CALLSTATS_H

#include "call/callsite.h"
#include "call/gvcf.h"
#include "call/tile.h"

typedef struct {
    gw_tiler_stats_t reads;
    int64_t tiles, regions, assembled, capped_regions; /* capped: candidates were left out */
    int64_t sites, low_qual, snv, insertion, deletion, multiallelic;
    int64_t transitions, transversions, het, hom; /* het, hom: genotypes, all samples */
    int64_t qual_hist[11];                        /* by tens; the last is 100 and more */
    int64_t weak;                                 /* gvcf: sites kept though not called */
    gw_gvcf_stats_t blocks;
} gw_callstats_t;

/* Counts a site of n_samples samples; below min_qual it is LowQual. */
void gw_callstats_count(gw_callstats_t *t, const gw_callsite_t *s, int32_t n_samples,
                        double min_qual);
/* Adds what tiles and sites have counted. */
void gw_callstats_add(gw_callstats_t *to, const gw_callstats_t *s);

#endif
