#include <config.h>

#include <math.h>
#include <stdlib.h>

#include "align/insert.h"
#include "base/mem.h"

enum { MIN_PAIRS = 25 };

static int64_t quantile(const int64_t *counts, int64_t total, double q)
{
    int64_t want = (int64_t)(q * (double)total + 0.499), seen = 0;
    for (int64_t s = 0; s < GW_INSERT_MAX; s++)
        if ((seen += counts[s]) >= want && seen > 0)
            return s;
    return GW_INSERT_MAX - 1;
}

/* The penalty of a size: how much less likely it is than the mean, in score units (a match is
 * worth log 4 / match, the scale that makes a random base even). */
static gw_status_t fill(gw_insert_t *out, const gw_map_params_t *params, gw_err_t *err)
{
    if (out->low < 1)
        out->low = 1;
    if (out->high >= GW_INSERT_MAX)
        out->high = GW_INSERT_MAX - 1;
    if (out->high < out->low)
        out->high = out->low;
    out->penalty = gw_malloc((size_t)(out->high - out->low) + 1, sizeof *out->penalty);
    if (!out->penalty)
        return gw_err_nomem(err, "estimating insert sizes");
    for (int32_t s = out->low; s <= out->high; s++) {
        double z = fabs((double)s - out->mean) / out->sd;
        double tail = erfc(z / sqrt(2.0)), pen = tail > 1e-12 ? -log(tail) / log(4.0) : 20.0;
        int32_t p = (int32_t)(pen * params->match + 0.5);
        out->penalty[s - out->low] = p < params->unpaired ? p : params->unpaired;
    }
    out->known = true;
    return GW_OK;
}

gw_status_t gw_insert_fixed(double mean, double sd, const gw_map_params_t *params, gw_insert_t *out,
                            gw_err_t *err)
{
    *out = (gw_insert_t){.mean = mean, .sd = sd};
    out->low = (int32_t)(mean - 4 * sd + 0.5);
    out->high = (int32_t)(mean + 4 * sd + 0.5);
    return fill(out, params, err);
}

gw_status_t gw_insert_estimate(const int64_t *counts, const gw_map_params_t *params,
                               gw_insert_t *out, gw_err_t *err)
{
    *out = (gw_insert_t){0};
    int64_t total = 0;
    for (int64_t s = 0; s < GW_INSERT_MAX; s++)
        total += counts[s];
    out->n_used = total;
    if (total < MIN_PAIRS)
        return GW_OK;
    int64_t p25 = quantile(counts, total, 0.25), p75 = quantile(counts, total, 0.75);
    int64_t iqr = p75 - p25, lo = p25 - 2 * iqr, hi = p75 + 2 * iqr;
    double sum = 0, sq = 0, n = 0;
    for (int64_t s = lo > 1 ? lo : 1; s <= hi && s < GW_INSERT_MAX; s++)
        sum += (double)(s * counts[s]), n += (double)counts[s];
    out->mean = n > 0 ? sum / n : (double)(p25 + p75) / 2;
    for (int64_t s = lo > 1 ? lo : 1; s <= hi && s < GW_INSERT_MAX; s++)
        sq += (double)counts[s] * ((double)s - out->mean) * ((double)s - out->mean);
    out->sd = n > 0 ? sqrt(sq / n) : 0;
    if (out->sd < 1)
        out->sd = 1;
    double low = (double)(p25 - 3 * iqr), high = (double)(p75 + 3 * iqr);
    if (low > out->mean - 4 * out->sd)
        low = out->mean - 4 * out->sd;
    if (high < out->mean + 4 * out->sd)
        high = out->mean + 4 * out->sd;
    out->low = low > 1 ? (int32_t)(low + 0.5) : 1;
    out->high = high < GW_INSERT_MAX ? (int32_t)(high + 0.5) : GW_INSERT_MAX - 1;
    return fill(out, params, err);
}

void gw_insert_release(gw_insert_t *ins)
{
    free(ins->penalty);
    *ins = (gw_insert_t){0};
}
