#include <config.h>

#include "kernels/gram.h"

/* 4. variants: levels without one of their own take the next lower */
const gw_gram_variant_t *gw_gram_variant(gw_cpu_level_t level)
{
    if (!gw_cpu_has(level))
        return NULL;
#if defined(__x86_64__) || defined(__i386__)
    if (level >= GW_CPU_AVX512)
        return &gw_gram_avx512;
    if (level >= GW_CPU_AVX2)
        return &gw_gram_avx2;
#endif
    return level >= GW_CPU_PORTABLE ? &gw_gram_portable : &gw_gram_ref;
}

static const gw_gram_variant_t *best(void)
{
    return gw_gram_variant(gw_cpu_level());
}

/* 2. products */
gw_status_t gw_gram_left(const gw_gram_block_t *b, int n_tiles, const float *q, float *y,
                         gw_err_t *err)
{
    return best()->left(b, n_tiles, q, y, err);
}

gw_status_t gw_gram_right(const gw_gram_block_t *b, int n_tiles, const float *z, float *h,
                          gw_err_t *err)
{
    return best()->right(b, n_tiles, z, h, err);
}

/* 3. the sample-by-sample matrix, counts */
size_t gw_gram_index_bytes(const gw_gram_block_t *b)
{
    return ((size_t)b->n_variants + 3) / 4 * 4 * b->row_bytes;
}

void gw_gram_index(const gw_gram_block_t *b, uint8_t *index)
{
    best()->index(b, index);
}

gw_status_t gw_gram_tile(const gw_gram_block_t *b, const uint8_t *index, int64_t tile, double *k,
                         gw_err_t *err)
{
    return best()->tile(b, index, tile, k, err);
}

void gw_gram_count(const uint8_t *row, int64_t n, int64_t count[4])
{
    best()->count(row, n, count);
}

void gw_gram_pair(const uint8_t *g, const uint8_t *h, int64_t n, int64_t sum[4])
{
    best()->pair(g, h, n, sum);
}

void gw_gram_kin(const uint8_t *g, const uint8_t *h, int64_t n, int64_t sum[4])
{
    best()->kin(g, h, n, sum);
}
