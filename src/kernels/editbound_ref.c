#include <config.h>

#include "kernels/editbound.h"

/* Cell by cell: one target letter a round, column c of the work standing for query position
 * j + low + c - 1, with a place on either side that no path enters. */
int32_t gw_editbound_ref(const uint8_t *query, int32_t q_len, const uint8_t *target, int32_t len,
                         int32_t low, int32_t most, int32_t *work)
{
    const int32_t never = INT32_MAX / 2;
    int32_t *old = work, *now = work + GW_EDITBOUND_BAND + 2, best = never;
    for (int32_t c = 0; c < GW_EDITBOUND_BAND + 2; c++)
        old[c] = now[c] = never;
    for (int32_t j = -1; j < len; j++) {
        for (int32_t c = 1; c <= GW_EDITBOUND_BAND; c++) {
            int32_t i = j + low + c - 1, v = never;
            if (i < -1 || i >= q_len) {
                now[c] = never;
                continue;
            }
            if (i < 0 || j < 0) {
                v = 0;
            } else {
                /* the diagonal neighbour is the same column of the round before */
                v = old[c] + !(query[i] == target[j] && query[i] < 4);
                v = now[c - 1] + 1 < v ? now[c - 1] + 1 : v;
                v = old[c + 1] + 1 < v ? old[c + 1] + 1 : v;
            }
            now[c] = v;
            if ((i == q_len - 1 || j == len - 1) && v < best)
                best = v;
        }
        int32_t *swap = old;
        old = now;
        now = swap;
    }
    if (best == never)
        return 0; /* the band misses the pair: nothing is known */
    return best > most ? most + 1 : best;
}
