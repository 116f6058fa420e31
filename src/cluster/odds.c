#include <config.h>

#include "cluster/odds.h"

/* The logistic function at -5, -4.75 ... 5, times 256: a table, so that it is the same everywhere.
 */
enum { STEPS = 20, PER_UNIT = 4 };
static const uint8_t curve[2 * STEPS + 1] = {2,   2,   3,   4,   5,   6,   8,   10,  12,  15,  19,
                                             24,  31,  38,  47,  57,  69,  82,  97,  112, 128, 144,
                                             159, 174, 187, 199, 209, 218, 225, 232, 237, 241, 244,
                                             246, 248, 250, 251, 252, 253, 254, 254};

/* Identity above the one asked for, stretched to what it means at identity 0.5. */
static double above(const gw_stretch_t *s, int32_t min_id)
{
    double id = min_id / 10000.0, room = id < 1 ? 1 - id : 0.0001;
    return s->len > 0 ? ((double)s->equal / s->len - id) * 0.5 / room : 0;
}

int32_t gw_odds_of_pair(const gw_odds_in_t *in, int32_t min_id, double min_cov)
{
    double x = above(&in->first, min_id), c = (double)in->first.len / in->shorter;
    double y = above(&in->second, min_id), d = (double)in->second.len / in->shorter;
    double room = min_cov < 0.98 ? 1 - min_cov : 0.02;
    double ratio = min_cov > 0 ? ((double)in->shorter / in->longer - min_cov) * 0.2 / room : 0.1;
    double logit = -11.4 + 7.9 * x + 7.9 * c + 39.2 * x * c + 6.8 * d + 66.9 * y * d + 20.4 * ratio;
    if (logit < -(double)STEPS / PER_UNIT)
        return logit < -7 ? 0 : 1;
    if (logit > (double)STEPS / PER_UNIT)
        return curve[2 * STEPS];
    return curve[(int)((logit * PER_UNIT) + STEPS + 0.5)];
}

bool gw_odds_sure(const gw_odds_in_t *in, int32_t min_id, double min_cov)
{
    int64_t need = min_id + (10000 - min_id) / 10;
    double cov = min_cov > 0.5 ? min_cov : 0.5;
    return in->first.len >= cov * in->longer &&
           (int64_t)in->first.equal * 10000 >= need * in->first.len;
}
