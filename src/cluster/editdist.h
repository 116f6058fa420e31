/* src/cluster/editdist.h -- how many letters differ, up to a limit
 *
 * Source: Ukkonen 1985, doi:10.1016/S0019-9958(85)80046-2 (furthest reaching points of diagonals)
 */
#ifndef GW_CLUSTER_EDITDIST_H
#define GW_CLUSTER_EDITDIST_H

#include <stdint.h>

enum { GW_EDITDIST_MAX = 60 };
/* Fewest substitutions, insertions and deletions that make a into b (letters are equal or not), or
 * limit + 1 when they are more; limit <= GW_EDITDIST_MAX. */
int32_t gw_editdist(const uint8_t *a, int32_t a_len, const uint8_t *b, int32_t b_len,
                    int32_t limit);

#endif
