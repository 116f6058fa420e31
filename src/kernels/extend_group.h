/* src/kernels/extend_group.h -- between extend_batch.c, which makes groups of pairs, and the vector
 *                               kernels (extend_simd.h), which align a group, one pair in each lane
 *
 * Contents: 1. a group  2. kernels
 */
#ifndef GW_KERNELS_EXTEND_GROUP_H
#define GW_KERNELS_EXTEND_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/extend_global_group.h"

enum {
    GW_EXTEND_PAD = 0xA0,    /* target code behind a sequence's end: scores 0 or less */
    GW_EXTEND_MAX_STRIP = 8, /* target letters are padded to a multiple of the strip */
    GW_EXTEND_MAX_LANES = 64
};

/* 1. a group. L = lanes = bytes of a vector / bytes of an element.
 *    Two ways to a score: lut, table[query code ^ target code] with 16 entries, for DNA; or by the
 *    rows of a matrix for at most 32 letters, table[64 * query code + target code], where the group
 *    has n_queries different queries. Tables hold scores (8-bit elements) or scores + 128. */
typedef struct {
    int32_t n_rows, n_cols; /* of the longest query and target; n_cols rounded up to 8 */
    int32_t plain_rows;     /* rows before the first in which an end bonus may fall */
    bool lut, ends;
    const uint8_t *table;
    const uint8_t *query;          /* lut: n_rows x L codes */
    const uint8_t *const *queries; /* else: n_queries pointers to n_rows codes */
    const uint8_t *of_query;       /* else: n_queries x L: 255 where the lane's query it is */
    int32_t n_queries;
    const uint8_t *target;   /* n_cols x L codes */
    const uint8_t *start;    /* L: 255 where starting at the first query letter earns the bonus */
    const uint8_t *last_row; /* (n_rows - plain_rows) x L: 255 at the lane's last query letter */
    int32_t open, extend, bonus; /* open: what a gap's first letter costs */
    void *work;                  /* 2 * n_rows vectors */
    int32_t *score, *row, *col;  /* out: L values; row and col of the alignment's last letters */
} gw_extend_group_t;

/* 2. kernels: by element of 8, 16, 32 bits. A score of at least the limit may be too small. */
typedef struct {
    int vector_bytes;
    void (*run[3])(const gw_extend_group_t *g);
    void (*global[2])(const gw_extend_band_t *g); /* extend_global_group.h; 16 and 32 bits */
} gw_extend_simd_t;

extern const gw_extend_simd_t gw_extend_simd_portable, gw_extend_simd_avx2, gw_extend_simd_avx512;

#endif
