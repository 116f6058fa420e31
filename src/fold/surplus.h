/* src/fold/surplus.h -- what cheap gaps add to a hit
 *
 * Contents: 1. surplus
 * False hits owe much of their score to one long stretch without gaps; true remote relatives are
 * held back by the gaps between theirs. The library is therefore scored twice by GW_JOB_THREAD,
 * the second time with gaps that cost 3 bits and 0.2 a further residue, and a hit is judged also
 * by how much its score rises, beside hits by chance of the same z and lengths.
 */
#ifndef GW_FOLD_SURPLUS_H
#define GW_FOLD_SURPLUS_H

#include "kernels/thread_score.h"

/* 1. surplus */
/* the query with cheap gaps; its arrays are q's */
gw_thread_query_t gw_surplus_query(const gw_thread_query_t *q);
/* strict, loose: raw scores (sixteenths of a bit) by q and by gw_surplus_query(q); z: of strict.
 * Returns the rise beyond the mean of other-fold hits, in their spreads, within -3 and 4. */
double gw_surplus_of(int32_t strict, int32_t loose, double z, int32_t q_len, int32_t t_len);

#endif
