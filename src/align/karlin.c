#include <config.h>

#include <math.h>

#include "align/karlin.h"

enum {
    SCORES = 128, /* from -SCORES to SCORES */
    PSEUDO = 20
};

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

/* How often each score occurs between letters of these frequencies; the mean and the highest */
static void score_distribution(const gw_dbscoring_t *s, const double *p, const double *q,
                               double freq[2 * SCORES + 1], double *mean, int *high)
{
    *mean = 0;
    *high = 0;
    for (int a = 0; a < s->n_count; a++)
        for (int b = 0; b < s->n_count; b++) {
            int x = s->params.matrix[a * s->params.n_letters + b];
            freq[SCORES + x] += p[a] * q[b];
            *mean += p[a] * q[b] * x;
            *high = p[a] > 0 && q[b] > 0 && x > *high ? x : *high;
        }
}

/* Where excess is 0, of a distribution with a negative mean and a positive highest score: it is below 0 before, and
 * above 0 behind */
static double solve(const double freq[2 * SCORES + 1])
{
    double low = 0, up = 0.5;
    while (excess(freq, up) < 0)
        up *= 2;
    for (int step = 0; step < 40; step++) {
        double middle = (low + up) / 2;
        if (excess(freq, middle) < 0)
            low = middle;
        else
            up = middle;
    }
    return (low + up) / 2;
}

gw_status_t gw_karlin_ungapped(const gw_dbscoring_t *s, double *lambda, gw_err_t *err)
{
    double freq[2 * SCORES + 1] = {0}, mean;
    int high;
    score_distribution(s, s->background, s->background, freq, &mean, &high);
    if (high == 0 || mean >= 0)
        return gw_err_set(err, GW_EUSAGE,
                          "%s: %s, so that alignments have no E-values; choose other scores", s->name,
                          high == 0 ? "no two letters score above 0"
                                    : "unrelated letters do not score below 0 in the mean");
    *lambda = solve(freq);
    return GW_OK;
}

void gw_karlin_composition(const gw_dbscoring_t *s, const uint8_t *letter, int64_t n, double *freq)
{
    int64_t count[GW_EXTEND_MAX_LETTERS] = {0}, all = 0;
    for (int64_t i = 0; i < n; i++)
        count[letter[i]]++;
    for (int a = 0; a < s->n_count; a++)
        all += count[a];
    for (int a = 0; a < s->n_count; a++)
        freq[a] = ((double)count[a] + PSEUDO * s->background[a]) / ((double)all + PSEUDO);
}

double gw_karlin_composition_factor(const gw_dbscoring_t *s, double usual_lambda, const double *q,
                                    const double *t)
{
    const double least = 0.5;
    double freq[2 * SCORES + 1] = {0}, mean;
    int high;
    score_distribution(s, q, t, freq, &mean, &high);
    if (high == 0) /* nothing to be gained by chance */
        return 1;
    double factor = mean < 0 ? solve(freq) / usual_lambda : least;
    return factor < least ? least : factor > 1 ? 1 : factor;
}

/* 3. E-values */
double gw_karlin_log_pair(const gw_karlin_t *k, int64_t q_len, int64_t t_len, double score)
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

double gw_karlin_log_pair_floor(const gw_karlin_t *k, int64_t q_len, int64_t t_len, double score)
{
    double mean = k->len_base + k->len_rise * score, area = 1;
    for (int t = 0; t < 2; t++) {
        double len = (double)(t ? t_len : q_len), left = mean > 0 ? len - mean : len;
        area *= left < 1 ? 1 : left;
    }
    return k->log_k + log(area) - k->lambda * score;
}

double gw_karlin_bits(const gw_karlin_t *k, double score)
{
    return (k->lambda * score - k->log_k) / M_LN2;
}
