#include <config.h>

#include <math.h>
#include <stdlib.h>

#include "call/annotate.h"

/* 2. tests */
static double ln_gamma(double x)
{
    int sign; /* lgamma() itself writes a global */
    return lgamma_r(x, &sign);
}

static double log_choose(int32_t n, int32_t k)
{
    return ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
}

double gw_annotate_fisher(int32_t a, int32_t b, int32_t c, int32_t d)
{
    int32_t r = a + b, s = c + d, col = a + c, n = r + s;
    if (r == 0 || s == 0 || col == 0 || col == n)
        return 0;
    double all = log_choose(n, col), here = log_choose(r, a) + log_choose(s, c) - all, p = 0;
    int32_t lo = col > s ? col - s : 0, hi = col < r ? col : r;
    for (int32_t x = lo; x <= hi; x++) {
        double l = log_choose(r, x) + log_choose(s, col - x) - all;
        if (l <= here + 1e-7)
            p += exp(l);
    }
    double q = p >= 1 ? 0 : -10 * log10(p);
    return q < 0 ? 0 : q;
}

double gw_annotate_sor(int32_t rf, int32_t rr, int32_t af, int32_t ar)
{
    double a = rf + 1.0, b = rr + 1.0, c = af + 1.0, d = ar + 1.0;
    double odds = a * d / (b * c), both = odds + 1 / odds;
    double ref = (a < b ? a : b) / (a > b ? a : b), alt = (c < d ? c : d) / (c > d ? c : d);
    return log(both) + log(ref) - log(alt);
}

static int ascending(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return a < b ? -1 : a > b;
}

bool gw_annotate_ranksum(double *x, size_t nx, double *y, size_t ny, double *z)
{
    if (nx == 0 || ny == 0)
        return false;
    qsort(x, nx, sizeof *x, ascending);
    qsort(y, ny, sizeof *y, ascending);
    double n = (double)(nx + ny), rank_sum = 0, ties = 0, rank = 1;
    size_t i = 0, j = 0;
    while (i < nx || j < ny) {
        double v = i < nx && (j == ny || x[i] <= y[j]) ? x[i] : y[j];
        size_t a = 0, b = 0;
        for (; i < nx && x[i] == v; i++)
            a++;
        for (; j < ny && y[j] == v; j++)
            b++;
        double t = (double)(a + b);
        rank_sum += (double)a * (rank + (t - 1) / 2);
        ties += t * t * t - t;
        rank += t;
    }
    double u = rank_sum - (double)nx * ((double)nx + 1) / 2;
    double mean = (double)nx * (double)ny / 2;
    double var = (double)nx * (double)ny / 12 * (n + 1 - ties / (n * (n - 1)));
    if (!(var > 1e-9))
        return false;
    *z = (u - mean) / sqrt(var);
    return true;
}

double gw_annotate_excess_het(int32_t het, int32_t hom_ref, int32_t hom_alt)
{
    int32_t n = het + hom_ref + hom_alt;
    int32_t rare = 2 * (hom_ref < hom_alt ? hom_ref : hom_alt) + het;
    if (rare == 0)
        return 0;
    double sum = 0, tail = 0, top = -INFINITY;
    for (int pass = 0; pass < 2; pass++)
        for (int32_t h = rare & 1; h <= rare; h += 2) {
            int32_t a = (rare - h) / 2, b = n - h - a;
            double l = ln_gamma(n + 1.0) - ln_gamma(a + 1.0) - ln_gamma(h + 1.0) -
                       ln_gamma(b + 1.0) + h * log(2.0);
            if (pass == 0) {
                top = l > top ? l : top;
            } else {
                sum += exp(l - top);
                tail += h >= het ? exp(l - top) : 0;
            }
        }
    double q = -10 * log10(tail / sum);
    return q < 0 ? 0 : q;
}

/* 3. a site's figures */
enum { BY_MAPQ, BY_END, BY_QUAL };

static double value(const gw_obs_t *o, int what)
{
    return what == BY_MAPQ ? o->mapq : what == BY_END ? o->end_bp : o->qual;
}

/* alternative against reference */
static bool rank(const gw_obs_t *o, size_t n, int what, double *x, double *y, double *z)
{
    size_t nx = 0, ny = 0;
    for (size_t i = 0; i < n; i++) {
        if (o[i].allele > 0)
            x[nx++] = value(&o[i], what);
        else if (o[i].allele == 0)
            y[ny++] = value(&o[i], what);
    }
    return gw_annotate_ranksum(x, nx, y, ny, z);
}

bool gw_annotate_site(const gw_obs_t *o, size_t n, gw_arena_t *a, gw_annotation_t *out)
{
    int32_t c[2][2] = {{0, 0}, {0, 0}};
    double square = 0;
    *out = (gw_annotation_t){.dp = (int32_t)n, .has_strand = true, .has_mq = true};
    double *x = gw_arena_alloc(a, n + 1, 2 * sizeof *x), *y = x + n + 1;
    if (!x)
        return false;
    for (size_t i = 0; i < n; i++) {
        square += (double)o[i].mapq * o[i].mapq;
        if (o[i].allele >= 0)
            c[o[i].allele > 0][o[i].reverse]++;
    }
    out->mq = n ? sqrt(square / (double)n) : 0;
    out->fs = gw_annotate_fisher(c[0][0], c[0][1], c[1][0], c[1][1]);
    out->sor = gw_annotate_sor(c[0][0], c[0][1], c[1][0], c[1][1]);
    out->has_mq_rank = rank(o, n, BY_MAPQ, x, y, &out->mq_rank);
    out->has_pos_rank = rank(o, n, BY_END, x, y, &out->pos_rank);
    out->has_qual_rank = rank(o, n, BY_QUAL, x, y, &out->qual_rank);
    return true;
}
