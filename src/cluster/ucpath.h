/* src/cluster/ucpath.h -- members' alignments with their representatives, as .uc writes them
 *
 * The alignment whose identity the figures tell, from the first letter of both to the last: runs of
 * aligned pairs (M), of letters of the representative alone (I) and of the member alone (D), a run's
 * length before its letter, 1 left out. Letters before the first and behind the last aligned pair
 * stand alone. On the other strand the member is turned.
 * Source: USEARCH manual, "UCLUST file format"; I and D are the way round that VSEARCH has them
 */
#ifndef GW_CLUSTER_UCPATH_H
#define GW_CLUSTER_UCPATH_H

#include "base/status.h"
#include "cluster/write.h"

/* text[i - v->first[from]] for the uniques v->uniq[i] of clusters [from, to): "=" for the
 * representative and its equal on the other strand, "*" where nothing aligns or, between sequences of many thousand letters, the
 * alignment was not found in GW_IDENT_TRACE_CELLS cells. text holds NULLs; the caller frees what it
 * gets, in any case. */
GW_RESULT_USED gw_status_t gw_ucpath_find(const gw_clusterview_t *v, int32_t from, int32_t to,
                                          char **text, gw_err_t *err);

#endif
