/* src/kernels/extend_global_group.h -- between extend_global_batch.c, which makes groups of pairs,
 *                                      and the vector kernels (extend_global_simd.h), which fill
 * the bands of a group, one pair in each lane
 *
 * Contents: 1. a group  2. directions
 * Band column c of row i is the cell of target letters j = i + c + low (low: per lane, the first
 * diagonal of its band), so that every lane's band begins at column 0.
 */
#ifndef GW_KERNELS_EXTEND_GLOBAL_GROUP_H
#define GW_KERNELS_EXTEND_GLOBAL_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 1. a group. L = lanes; scores come from tables as in extend_group.h, here always + 128 */
typedef struct {
    int32_t n_rows, n_band; /* longest query; widest band, rounded up to GW_EXTEND_PACKED */
    int32_t plain;          /* columns before the end of the narrowest band, rounded down to it */
    int n_lanes;            /* lanes with a pair: the first ones, queries not falling in length */
    bool lut;
    const uint8_t *table;
    const uint8_t *query; /* n_rows x L codes */
    /* the letter that column c of row i (from 1) aligns is number i + c of these */
    const uint8_t *target;      /* lut: L codes each */
    const uint8_t *const *text; /* else: L pointers, a lane's letters each */
    const int32_t *band, *low;  /* L: columns of the lane's band; its first diagonal */
    const int32_t *beg, *end;   /* n_rows + 1: columns that row i computes, multiples of PACKED */
    int32_t open, extend;       /* open: what a gap's first letter costs */
    const int32_t *q_len, *at;  /* L: the row and the column of the lane's last cell */
    void *work;                 /* scratch: 2 * (n_band + 1) vectors */
    uint8_t *scores;            /* else: scratch: (n_band + bytes of a vector) x L */
    uint8_t *flags;             /* out: directions of row i's column c (2.) */
    const size_t *row;          /* n_rows + 1: where row i starts in flags, in vectors */
    int32_t *score;             /* out: L values */
} gw_extend_band_t;

/* 2. directions: an element holds PACKED columns of its lane, four bits each, the first lowest;
 *    exclusive-or with SWAP makes the flags of extend_cigar.h of them */
enum { GW_EXTEND_PACKED = 4, GW_EXTEND_SWAP = 3 };

#endif
