/* tests/bench/simgeno.c -- a simulated PLINK set: populations of a tree, linkage, missing genotypes
 *
 * usage: simgeno PREFIX SAMPLES VARIANTS POPULATIONS FST MISSING SEED
 * Frequencies: Balding & Nichols 1995 (Beta by two gamma draws) down a binary tree; linkage: each
 * haplotype keeps its latent uniform from the variant before with probability 0.9 inside runs of
 * 20 variants. The set stands for itself: no real genome has this map.
 */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <gsl/gsl_randist.h>

#include "base/hash.h"

enum { RUN = 20, MAX_POPS = 64 };

static double child(gsl_rng *g, double p, double fst)
{
    double a = (1 - fst) / fst, q = gsl_ran_beta(g, p * a + 1e-3, (1 - p) * a + 1e-3);
    return q < 0.001 ? 0.001 : q > 0.999 ? 0.999 : q;
}

int main(int argc, char **argv)
{
    if (argc != 8)
        return 64;
    long n = atol(argv[2]), m = atol(argv[3]), pops = atol(argv[4]);
    double fst = atof(argv[5]), missing = atof(argv[6]);
    if (n < 1 || m < 1 || pops < 1 || pops > MAX_POPS)
        return 64;
    gsl_rng *g = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(g, (unsigned long)atol(argv[7]));
    gw_rng_t r;
    gw_rng_init(&r, (uint64_t)atol(argv[7]));
    char name[4096];
    FILE *f[3];
    static const char *const ending[] = {"fam", "bim", "bed"};
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s.%s", argv[1], ending[i]);
        if (!(f[i] = fopen(name, "wb")))
            return 73;
    }
    for (long i = 0; i < n; i++)
        fprintf(f[0], "0\ts%ld_p%ld\t0\t0\t0\t-9\n", i, i * pops / n);
    fwrite("\x6c\x1b\x01", 1, 3, f[2]);
    uint32_t *u = malloc((size_t)n * 2 * sizeof *u);
    unsigned char *row = malloc((size_t)(n + 3) / 4);
    uint32_t threshold[MAX_POPS], lost = (uint32_t)(missing * 4294967295.0);
    for (long v = 0; v < m; v++) {
        double node[2 * MAX_POPS];
        node[1] = 0.05 + 0.9 * gw_rng_unit(&r);
        for (long i = 2; i < 2 * pops; i++)
            node[i] = child(g, node[i / 2], fst);
        for (long p = 0; p < pops; p++)
            threshold[p] = (uint32_t)(node[pops + p] * 4294967295.0);
        for (long h = 0; h < 2 * n; h += 2) { /* one draw: 10 % new for each haplotype */
            uint64_t x = gw_rng_next(&r);
            if (v % RUN == 0 || x % 10 == 0)
                u[h] = (uint32_t)(x >> 32);
            if (v % RUN == 0 || (x >> 8) % 10 == 0)
                u[h + 1] = (uint32_t)(gw_rng_next(&r) >> 32);
        }
        for (long i = 0; i < (n + 3) / 4; i++)
            row[i] = 0;
        for (long i = 0; i < n; i++) {
            uint32_t t = threshold[i * pops / n];
            int count = (u[2 * i] < t) + (u[2 * i + 1] < t);
            int code = count == 2 ? 0 : count == 1 ? 2 : 3;
            if ((uint32_t)(gw_rng_next(&r) >> 32) < lost)
                code = 1;
            row[i / 4] |= (unsigned char)(code << (2 * (i % 4)));
        }
        fwrite(row, 1, (size_t)(n + 3) / 4, f[2]);
        fprintf(f[1], "%ld\trs%ld\t0\t%ld\tA\tG\n", 1 + v * 22 / m, v, 1000 + v * 100);
    }
    for (int i = 0; i < 3; i++)
        if (fclose(f[i]) != 0)
            return 74;
    return 0;
}
