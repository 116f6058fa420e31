#include <config.h>

#include <string.h>

#include "kernels/ident.h"

/* The recurrence as Gotoh prints it, on keys, row by row; the profile is the query itself. */
static void build(const gw_identkey_t *k, const uint8_t *q, int32_t q_len, void *prof)
{
    (void)k;
    memcpy(prof, q, (size_t)q_len);
}

static const double never = -0x1p60;

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double run_f64(const gw_identkey_t *k, const void *prof, int32_t q_len, const uint8_t *t,
                      int32_t t_len, int32_t low, int32_t high, void *work, double *keep)
{
    const uint8_t *q = prof;
    double *h = work, *e = h + q_len, best = 0;
    for (int32_t j = 0; j < q_len; j++) {
        h[j] = j + 1 >= low && j + 1 <= high ? 0 : never; /* the border above the first row */
        e[j] = never;
    }
    for (int32_t i = 0; i < t_len; i++) {
        double diag = 0, gap = -1 - i >= low ? -k->open - k->ext_q : never; /* the left border */
        for (int32_t j = 0; j < q_len; j++) {
            bool inside = j - i >= low && j - i <= high;
            e[j] = larger(e[j] - k->ext_t, h[j] - k->open - k->ext_t);
            double v = diag + k->pair[t[i] * k->n_letters + q[j]];
            v = larger(v, larger(e[j], gap));
            if (!k->ends_free)
                v = larger(v, 0);
            if (!inside)
                v = e[j] = never;
            diag = h[j];
            h[j] = v;
            gap = inside ? larger(gap - k->ext_q, v - k->open - k->ext_q) : never;
            if (inside && (!k->ends_free || j == q_len - 1 || i == t_len - 1))
                best = larger(best, v);
            if (inside && keep)
                keep[(size_t)i * (size_t)(high - low + 1) + (size_t)(j - i - low)] = v;
        }
    }
    return best;
}

static double run_i32(const gw_identkey_t *k, const void *prof, int32_t q_len, const uint8_t *t,
                      int32_t t_len, int32_t low, int32_t high, void *work)
{
    return run_f64(k, prof, q_len, t, t_len, low, high, work, NULL);
}

const gw_identkey_variant_t gw_identkey_ref = {"ref", 1, 1, build, run_i32, build, run_f64};
