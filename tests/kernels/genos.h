/* tests/kernels/genos.h -- random blocks of genotypes and operands for kernels/gram.h */
#ifndef GW_TESTS_GENOS_H
#define GW_TESTS_GENOS_H

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "kernels/gram.h"

enum { TILES = 2, L = GW_GRAM_LANES, D = GW_GRAM_DLANES };

typedef struct {
    int n, v;
    double missing;
} size_row_t;

/* every remainder of samples and variants by 4 and 8, and nothing but missing genotypes */
static const size_row_t sizes[] = {{1, 1, 0},      {2, 3, 0.3},   {3, 4, 0.1},  {4, 5, 0.5},
                                   {5, 2, 0},      {7, 9, 0.2},   {8, 8, 0.1},  {9, 13, 0},
                                   {15, 64, 0.05}, {33, 31, 0.1}, {64, 130, 0}, {67, 257, 0.02},
                                   {130, 70, 0.9}, {21, 10, 1},   {12, 7, 0.1}, {6, 6, 0.4}};

typedef struct {
    gw_gram_block_t b;
    uint8_t *geno;
    double *mean, *scale;
    float *q, *z;
} set_t;

static inline double uniform(gw_rng_t *r)
{
    return gw_rng_unit(r);
}

static inline void set_init(set_t *s, const size_row_t *row)
{
    gw_rng_t r;
    gw_rng_init(&r, (uint64_t)(row->n * 1000 + row->v));
    size_t row_bytes = ((size_t)row->n + 3) / 4 + (size_t)(row->v % 3); /* rows may be padded */
    s->geno = gw_calloc((size_t)row->v, row_bytes);
    s->mean = gw_malloc((size_t)row->v, sizeof(double));
    s->scale = gw_malloc((size_t)row->v, sizeof(double));
    s->q = gw_aligned_alloc(64, (size_t)row->n * TILES * L, sizeof(float));
    s->z = gw_aligned_alloc(64, (size_t)row->v * TILES * L, sizeof(float));
    for (int v = 0; v < row->v; v++) {
        double p = 0.05 + 0.9 * uniform(&r);
        s->mean[v] = 2 * p;
        s->scale[v] = v % 11 == 10 ? 0 : 1 / sqrt(2 * p * (1 - p));
        for (int i = 0; i < row->n; i++) {
            int g = (uniform(&r) < p) + (uniform(&r) < p);
            if (uniform(&r) < row->missing)
                g = 3;
            s->geno[(size_t)v * row_bytes + (size_t)i / 4] |= (uint8_t)(g << (2 * (i % 4)));
        }
    }
    for (int i = 0; i < row->n * TILES * L; i++)
        s->q[i] = (float)gw_rng_normal(&r);
    for (int i = 0; i < row->v * TILES * L; i++)
        s->z[i] = (float)gw_rng_normal(&r);
    s->b = (gw_gram_block_t){row->n, row->v, row_bytes, s->geno, s->mean, s->scale};
}

static inline void set_release(set_t *s)
{
    free(s->geno);
    free(s->mean);
    free(s->scale);
    free(s->q);
    free(s->z);
}

#endif
