/* src/cluster/denoise.h -- amplicons without their sequencing errors (zero-radius OTUs)
 *
 * Source: Edgar 2016, "UNOISE2: improved error-correction for Illumina 16S and ITS amplicon
 *         sequencing", doi:10.1101/081257
 *
 * A read with d differences (substitutions, insertions, deletions of the whole sequence) is taken
 * for an erroneous copy of another when its abundance is at most 1 / 2^(alpha d + 1) of the
 * other's. From the most abundant unique sequence down, each joins the nearest centre it can be a
 * copy of (of equals the most abundant), or becomes a centre. Uniques below min_size never become
 * centres: those that are a copy of none are left out.
 */
#ifndef GW_CLUSTER_DENOISE_H
#define GW_CLUSTER_DENOISE_H

#include "base/status.h"
#include "cluster/cluster.h"

typedef struct {
    double alpha;
    int64_t min_size;
    int threads;
} gw_denoise_opts_t;

/* Uniques of s come by falling abundance (gw_seqset_opts_t.by_abundance); nucleotides. Fills c; the
 * caller releases it in any case. */
GW_RESULT_USED gw_status_t gw_denoise_run(const gw_seqset_t *s, const gw_denoise_opts_t *opts,
                                          gw_clusters_t *c, gw_err_t *err);

#endif
