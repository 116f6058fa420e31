/* src/cluster/kmeans.h -- k-means: seeded starts, bounds that skip most distances
 *
 * Source: Lloyd 1982, doi:10.1109/TIT.1982.1056489; Arthur & Vassilvitskii 2007, "k-means++: the
 *         advantages of careful seeding", SODA (the best of 2 + ln k draws is taken each time);
 *         Hamerly 2010, doi:10.1137/1.9781611972801.12 (bounds)
 *
 * The result depends on the points, their order, the options and the seed; never on threads.
 */
#ifndef GW_CLUSTER_KMEANS_H
#define GW_CLUSTER_KMEANS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

typedef struct {
    int32_t k;
    int restarts;   /* starts; the one with the smallest inertia is kept, of equals the first */
    int max_rounds; /* of one start */
    uint64_t seed;
    int threads;
} gw_kmeans_opts_t;

typedef struct {
    int32_t *cluster; /* of every point: 0..k-1, none empty */
    double *centre;   /* k * d */
    double inertia;   /* sum of squared distances to the own centre */
    int rounds;       /* of the start that was kept */
    bool converged;   /* every point is with its nearest centre, every centre is its points' mean */
} gw_kmeans_t;

/* Points x[i * d + c]. GW_EDATA when there are fewer than k different points. r is filled anew;
 * release it in any case. */
GW_RESULT_USED gw_status_t gw_kmeans_run(const double *x, int64_t n, int32_t d,
                                         const gw_kmeans_opts_t *opts, gw_kmeans_t *r,
                                         gw_err_t *err);
void gw_kmeans_release(gw_kmeans_t *r);

#endif
