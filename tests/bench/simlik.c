/* tests/bench/simlik.c -- low-depth reads of a genotype set: BEAGLE likelihoods on stdout
 *
 * usage: simlik GENOTYPES DEPTH ERROR SEED
 * Each genotype is read a Poisson number of times (mean DEPTH); a read shows one of the two alleles
 * at random, the wrong one with probability ERROR. Missing genotypes have no reads.
 */
#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "io/genoread.h"

static int poisson(gw_rng_t *g, double mean)
{
    int k = 0;
    for (double p = gw_rng_unit(g); p > exp(-mean); p *= gw_rng_unit(g))
        k++;
    return k;
}

int main(int argc, char **argv)
{
    gw_err_t err = {0};
    gw_genoreader_t *r;
    gw_genoread_opts_t o = {.threads = 1};
    if (argc != 5)
        return 64;
    double depth = atof(argv[2]), e = atof(argv[3]);
    gw_rng_t g;
    gw_rng_init(&g, (uint64_t)atol(argv[4]));
    if (gw_genoreader_open(argv[1], &o, &r, &err) != GW_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return (int)err.status;
    }
    int64_t n = gw_genoreader_n_samples(r);
    fputs("marker\tallele1\tallele2", stdout);
    for (int64_t i = 0; i < n; i++)
        for (int c = 0; c < 3; c++)
            printf("\t%s", gw_genoreader_sample(r, i));
    putchar('\n');
    for (;;) {
        gw_genosite_t s;
        bool got;
        if (gw_genoreader_next(r, &s, &got, &err) != GW_OK) {
            fprintf(stderr, "%s\n", err.msg);
            return (int)err.status;
        }
        if (!got)
            break;
        printf("%s_%" PRId64 "\t%s\t%s", s.contig, s.pos, s.other, s.counted);
        for (int64_t i = 0; i < n; i++) {
            int c = (s.geno[i / 4] >> (2 * (i % 4))) & 3, reads = c == 3 ? 0 : poisson(&g, depth);
            double l[3] = {1, 1, 1};
            for (int k = 0; k < reads; k++) {
                bool counted = (gw_rng_unit(&g) < c / 2.0) != (gw_rng_unit(&g) < e);
                l[0] *= counted ? e : 1 - e;
                l[1] *= 0.5;
                l[2] *= counted ? 1 - e : e;
            }
            double sum = l[0] + l[1] + l[2];
            printf("\t%.6f\t%.6f\t%.6f", l[0] / sum, l[1] / sum, l[2] / sum);
        }
        putchar('\n');
    }
    gw_genoreader_close(r);
    return fclose(stdout) == 0 ? 0 : 74;
}
