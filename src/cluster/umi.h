/* src/cluster/umi.h -- molecules from unique molecular identifiers: the directional network
 *
 * Contents: 1. identifiers at one position  2. the network
 * Source:   Smith, Heger & Sudbery 2017, doi:10.1101/gr.209601.116 (UMI-tools, "directional")
 *
 * An edge goes from identifier a to b when they differ in at most distance letters and a was seen
 * at least 2 count(b) - 1 times. From the most frequent identifier down (of equals the first in
 * alphabetical order), each that is in no family yet takes everything it reaches. Neighbours are
 * looked up by changing letters, so time is n L for distance 1 and memory some 40 bytes each.
 */
#ifndef GW_CLUSTER_UMI_H
#define GW_CLUSTER_UMI_H

#include <stdint.h>

#include "base/status.h"

/* 1. identifiers at one position: no two alike; text of A C G T N and marks, any lengths */
enum { GW_UMI_MAX = 64 };
typedef struct {
    const char *text;
    int32_t len; /* at most GW_UMI_MAX */
    int64_t count;
} gw_umi_t;

/* 2. the network: umi is in alphabetical order; root[i], in the caller's memory: the identifier
 *    whose family i is in. distance 0, 1 or 2. */
GW_RESULT_USED gw_status_t gw_umi_network(const gw_umi_t *umi, int32_t n, int distance,
                                          int32_t *root, gw_err_t *err);

#endif
