#include <config.h>

#include "cluster/odds.h"

/* The logistic function at -5, -4.75 ... 5, times 256: a table, so that it is the same everywhere. */
enum { STEPS = 20, PER_UNIT = 4 };
static const uint8_t curve[2 * STEPS + 1] = {
    2,   2,   3,   4,   5,   6,   8,   10,  12,  15,  19,  24,  31,  38,
    47,  57,  69,  82,  97,  112, 128, 144, 159, 174, 187, 199, 209, 218,
    225, 232, 237, 241, 244, 246, 248, 250, 251, 252, 253, 254, 254};

int32_t gw_odds_of_segment(int32_t matches, int32_t seg, int32_t shorter, int32_t min_id)
{
    double id = min_id / 10000.0, room = id < 1 ? 1 - id : 0.0001;
    double x = ((double)matches / seg - id) * 0.5 / room, c = (double)seg / shorter;
    double logit = -3.7 + 12.3 * x + 4.2 * c + 20.2 * x * c;
    if (logit < -(double)STEPS / PER_UNIT)
        return logit < -7 ? 0 : 1;
    if (logit > (double)STEPS / PER_UNIT)
        return curve[2 * STEPS];
    return curve[(int)((logit * PER_UNIT) + STEPS + 0.5)];
}
