#include <config.h>

#include <math.h>

#include "align/karlin.h"

enum { SCORES = 128 }; /* from -SCORES to SCORES */

/* 1. ungapped scores */
/* The sum over scores of freq exp(x score), less 1 */
static double excess(const double freq[2 * SCORES + 1], double x)
{
    double sum = -1;
    for (int k = -SCORES; k <= SCORES; k++)
        if (freq[SCORES + k] > 0)
            sum += freq[SCORES + k] * exp(x * k);
    return sum;
}

gw_status_t gw_karlin_ungapped(const gw_dbscoring_t *s, double *lambda, gw_err_t *err)
{
    double freq[2 * SCORES + 1] = {0}, mean = 0; /* how often each score occurs */
    int high = 0, n = s->params.n_letters;
    for (int a = 0; a < s->n_count; a++)
        for (int b = 0; b < s->n_count; b++) {
            int x = s->params.matrix[a * n + b];
            freq[SCORES + x] += s->background[a] * s->background[b];
            mean += s->background[a] * s->background[b] * x;
            high = x > high ? x : high;
        }
    if (high == 0 || mean >= 0)
        return gw_err_set(err, GW_EUSAGE,
                          "%s: %s, so that alignments have no E-values; choose other scores", s->name,
                          high == 0 ? "no two letters score above 0"
                                    : "unrelated letters do not score below 0 in the mean");
    double low = 0, high_end = 0.5; /* the sum less 1 is below 0 before lambda, above 0 behind it */
    while (excess(freq, high_end) < 0)
        high_end *= 2;
    for (int step = 0; step < 60; step++) {
        double middle = (low + high_end) / 2;
        if (excess(freq, middle) < 0)
            low = middle;
        else
            high_end = middle;
    }
    *lambda = (low + high_end) / 2;
    return GW_OK;
}

/* 3. E-values */
double gw_karlin_log_pair(const gw_karlin_t *k, int64_t q_len, int64_t t_len, int32_t score)
{
    double mean = k->len_base + k->len_rise * score, sd = sqrt(k->var_rise * score), left[2],
           fits = 1;
    for (int t = 0; t < 2; t++) {
        double len = (double)(t ? t_len : q_len), z = (len - mean) / sd;
        double p = 0.5 * erfc(-z * M_SQRT1_2); /* of an alignment to be no longer than the sequence */
        left[t] = (len - mean) * p + sd * exp(-z * z / 2) / sqrt(2 * M_PI);
        left[t] = left[t] < 1 ? 1 : left[t] > len ? len : left[t];
        fits *= p;
    }
    double most = (double)q_len * (double)t_len,
           area = left[0] * left[1] + k->cov_rise * score * fits;
    return k->log_k + log(area < most ? area : most) - k->lambda * score;
}

double gw_karlin_log_pair_floor(const gw_karlin_t *k, int64_t q_len, int64_t t_len, int32_t score)
{
    double mean = k->len_base + k->len_rise * score, area = 1;
    for (int t = 0; t < 2; t++) {
        double len = (double)(t ? t_len : q_len), left = mean > 0 ? len - mean : len;
        area *= left < 1 ? 1 : left;
    }
    return k->log_k + log(area) - k->lambda * score;
}

double gw_karlin_bits(const gw_karlin_t *k, int32_t score)
{
    return (k->lambda * score - k->log_k) / M_LN2;
}
