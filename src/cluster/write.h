/* src/cluster/write.h -- clusters as text: TSV, representatives, .clstr, .uc
 *
 * Contents: 1. the order of output  2. formats
 * Clusters come largest first (in abundance, then records), then by their representative's place in
 * canonical order; within a cluster the representative's record first, then canonical order.
 * Source:   CD-HIT user's guide (.clstr); USEARCH manual, "UCLUST file format" (.uc)
 */
#ifndef GW_CLUSTER_WRITE_H
#define GW_CLUSTER_WRITE_H

#include <stdio.h>

#include "base/status.h"
#include "cluster/cluster.h"

/* 1. the order of output */
typedef struct {
    const gw_seqset_t *s;
    const gw_clusters_t *c;
    gw_covmode_t cov_mode;
    int threads;           /* for .uc's alignments: 1; set it after init */
    bool sizes;            /* representatives' names get ;size=abundance; set it after init */
    int32_t n;             /* clusters */
    int32_t *rep;          /* representatives in order of output */
    int32_t *first, *uniq; /* members of cluster k, the representative first:
                              uniq[first[k] .. first[k+1]) */
    int64_t *records, *abundance; /* of cluster k */
    int32_t *figure; /* of a unique: its number in c->figures, -1 for representatives */
} gw_clusterview_t;

GW_RESULT_USED gw_status_t gw_clusterview_init(gw_clusterview_t *v, const gw_seqset_t *s,
                                               const gw_clusters_t *c, gw_covmode_t cov_mode,
                                               gw_err_t *err);
void gw_clusterview_release(gw_clusterview_t *v);

/* 2. formats; write errors are left in the FILE. coverage is the one that the mode asks for: the
 *    member's (query), the representative's (target), the smaller of both (both). */
typedef enum {
    GW_CLUSTERS_TSV,
    GW_CLUSTERS_CLSTR,
    GW_CLUSTERS_UC,
    GW_CLUSTERS_FASTA
} gw_clusterfmt_t;
GW_RESULT_USED gw_status_t gw_clusterview_write(const gw_clusterview_t *v, gw_clusterfmt_t fmt,
                                                FILE *f, gw_err_t *err);

#endif
