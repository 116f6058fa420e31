#include <config.h>

#include "cluster/editdist.h"

int32_t gw_editdist(const uint8_t *a, int32_t a_len, const uint8_t *b, int32_t b_len, int32_t limit)
{
    /* reach[k]: letters of a behind the furthest point of diagonal k - MID with d differences */
    enum { MID = GW_EDITDIST_MAX + 1, WIDTH = 2 * MID + 1 };
    int32_t now[WIDTH], next[WIDTH], goal = b_len - a_len;
    if (goal > limit || -goal > limit)
        return limit + 1;
    for (int32_t k = 0; k < WIDTH; k++)
        now[k] = -2 * GW_EDITDIST_MAX - 2;
    for (int32_t d = 0; d <= limit; d++) {
        for (int32_t k = -d; k <= d; k++) {
            int32_t i = 0;
            if (d > 0) {
                i = now[MID + k] + 1; /* substitution */
                if (k > -d && now[MID + k - 1] > i)
                    i = now[MID + k - 1]; /* a letter of b alone */
                if (k < d && now[MID + k + 1] + 1 > i)
                    i = now[MID + k + 1] + 1; /* a letter of a alone */
            }
            i = i > a_len ? a_len : i;
            i = i + k > b_len ? b_len - k : i;
            if (i >= 0 && i + k >= 0)
                while (i < a_len && i + k < b_len && a[i] == b[i + k])
                    i++;
            next[MID + k] = i;
        }
        if (goal >= -d && goal <= d && next[MID + goal] >= a_len)
            return d;
        for (int32_t k = -d; k <= d; k++)
            now[MID + k] = next[MID + k];
    }
    return limit + 1;
}
