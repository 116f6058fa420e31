/* src/cluster/certify.h -- clusters held to their thresholds by brute force
 *
 * Every member is compared with its representative, and every two representatives of fitting
 * length with each other, over whole matrices and without looking at candidates, odds or bands. The
 * work grows with the square of the representatives.
 */
#ifndef GW_CLUSTER_CERTIFY_H
#define GW_CLUSTER_CERTIFY_H

#include <stdint.h>

#include "base/status.h"
#include "cluster/cluster.h"

typedef struct {
    int64_t members, violations; /* members compared; those below identity or coverage */
    int64_t pairs, missed;       /* pairs of representatives compared; those that hold */
    int64_t reps_missed;         /* representatives in such a pair */
    int32_t first_missed[2];     /* the first such pair, if there is one */
} gw_certificate_t;

/* Not for connected components, whose members need not hold. A pair of representatives whose
 * alignment covers less than half of either sequence is not counted as missed: without a coverage,
 * a single equal letter at the ends of two nucleotide sequences would be. */
GW_RESULT_USED gw_status_t gw_certify_run(const gw_seqset_t *s, const gw_cluster_opts_t *opts,
                                          const gw_clusters_t *c, gw_certificate_t *out,
                                          gw_err_t *err);

#endif
