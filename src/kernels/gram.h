/* src/kernels/gram.h -- products of a standardised genotype matrix, straight from 2-bit genotypes
 *                       (GW_JOB_GRAM)
 *
 * Contents: 1. the block  2. products  3. the sample-by-sample matrix, counts, pairs
 *           4. variants
 * Units:    genotypes are codes 0, 1, 2 = copies of the counted allele, 3 = missing; sample i of
 *           variant v is bits 2*(i%4) of byte geno[v*row_bytes + i/4]; unused codes of the last
 *           byte are 0
 * Source:   Patterson, Price & Reich 2006, doi:10.1371/journal.pgen.0020190 (standardisation);
 *           Arlazarov et al. 1970 (products by tables of partial sums, "four Russians")
 *
 * X is samples x variants: x(i,v) = (g - mean[v]) * scale[v], and 0 where g is missing. A dense
 * operand is cut into tiles of 16 columns (8 in double): tile t holds rows of 16 values one after
 * the other, 64-byte aligned.
 *
 * The float rules: lanes are columns, so no sum crosses lanes. Four neighbouring genotypes g0..g3
 * add (e0 + e1) + (e2 + e3), and these sums are added in rising order to a sum that starts at 0;
 * no operation is fused. gram_ref.c spells that out, and every variant gives its bits.
 */
#ifndef GW_KERNELS_GRAM_H
#define GW_KERNELS_GRAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "kernels/cpu.h"

/* 1. the block */
enum { GW_GRAM_LANES = 16, GW_GRAM_DLANES = 8 };
typedef struct {
    int64_t n_samples, n_variants;
    size_t row_bytes; /* at least (n_samples + 3) / 4 */
    const uint8_t *geno;
    const double *mean, *scale; /* n_variants values each; scale 0 = the variant adds nothing */
} gw_gram_block_t;

/* 2. products of the block with n_tiles tiles of 16 columns
 *
 * left   y = X^T q: q has n_samples rows a tile, y gets n_variants rows a tile. Missing genotypes
 *        are added by themselves: y = scale * ((sum g q) + mean * ((sum over missing q) - sum q)),
 *        the sum q taken in rising order
 * right  h = X z: z has n_variants rows a tile, h gets n_samples rows a tile
 * Both overwrite their result. GW_ENOMEM is the only failure. */
GW_RESULT_USED gw_status_t gw_gram_left(const gw_gram_block_t *b, int n_tiles, const float *q,
                                        float *y, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_gram_right(const gw_gram_block_t *b, int n_tiles, const float *z,
                                         float *h, gw_err_t *err);

/* 3. the sample-by-sample matrix in double: K += X X^T for columns [8*tile, 8*tile + 8) and rows
 *    8*tile..n_samples-1 (the lower triangle and a little more). index is the block transposed by
 *    gw_gram_index, shared by all tiles; k is the tile's n_samples rows of 8, of which the rows
 *    before 8*tile are left alone. */
/* bytes that gw_gram_index fills */
size_t gw_gram_index_bytes(const gw_gram_block_t *b);
void gw_gram_index(const gw_gram_block_t *b, uint8_t *index);
GW_RESULT_USED gw_status_t gw_gram_tile(const gw_gram_block_t *b, const uint8_t *index,
                                        int64_t tile, double *k, gw_err_t *err);

/* how many of the n genotypes of a row have each code */
void gw_gram_count(const uint8_t *row, int64_t n, int64_t count[4]);

/* sums over the samples that are called in both of two rows: [0] g h, [1] g, [2] h, [3] 1 */
void gw_gram_pair(const uint8_t *g, const uint8_t *h, int64_t n, int64_t sum[4]);

/* Two samples' genotypes over n variants, for kinship: [0] both heterozygous less twice the
 * opposite homozygotes, [1] and [2] heterozygous in the first and the second, [3] all, of the
 * variants called in both. Unused codes of the last byte are 3 (missing) here. */
void gw_gram_kin(const uint8_t *g, const uint8_t *h, int64_t n, int64_t sum[4]);

/* Those of all pairs of n_samples rows, one after the other: pair (i, j), i < j, is number
 * gw_gram_kin_pair. row_bytes is a multiple of 8. */
typedef struct {
    int64_t n_samples;
    size_t row_bytes;
    const uint8_t *row;
} gw_gram_kin_t;
static inline uint64_t gw_gram_kin_pair(int64_t n_samples, int64_t i, int64_t j)
{
    return (uint64_t)(i * n_samples - i * (i + 1) / 2 + (j - i - 1));
}

/* 4. variants: one set of functions an instruction set; what the calls above choose from */
typedef struct {
    const char *name;
    gw_status_t (*left)(const gw_gram_block_t *b, int n_tiles, const float *q, float *y,
                        gw_err_t *err);
    gw_status_t (*right)(const gw_gram_block_t *b, int n_tiles, const float *z, float *h,
                         gw_err_t *err);
    void (*index)(const gw_gram_block_t *b, uint8_t *index);
    gw_status_t (*tile)(const gw_gram_block_t *b, const uint8_t *index, int64_t tile, double *k,
                        gw_err_t *err);
    void (*count)(const uint8_t *row, int64_t n, int64_t count[4]);
    void (*pair)(const uint8_t *g, const uint8_t *h, int64_t n, int64_t sum[4]);
    void (*kin)(const uint8_t *g, const uint8_t *h, int64_t n, int64_t sum[4]);
} gw_gram_variant_t;
extern const gw_gram_variant_t gw_gram_ref, gw_gram_portable, gw_gram_avx2, gw_gram_avx512;
/* the one that a level of kernels/cpu.h takes; NULL when this build or machine lacks the level */
const gw_gram_variant_t *gw_gram_variant(gw_cpu_level_t level);

#endif
