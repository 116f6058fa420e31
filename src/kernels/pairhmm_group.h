/* src/kernels/pairhmm_group.h -- between pairhmm_batch.c, which makes groups of read x haplotype
 *                                pairs, and the vector kernels (pairhmm_simd.h), which compute a
 *                                group, one pair in each lane
 *
 * Contents: 1. a group  2. kernels
 * A group's reads end together: a lane whose read is shorter by p rows gets p more rows behind it
 * that only move X along the diagonal (lambda 1, the rest 0), so that its last row's X come out p
 * columns further right, unchanged.
 */
#ifndef GW_KERNELS_PAIRHMM_GROUP_H
#define GW_KERNELS_PAIRHMM_GROUP_H

#include <stdint.h>

enum {
    GW_PAIRHMM_MAX_LANES = 16,
    GW_PAIRHMM_COLS = 4 /* columns are padded to a multiple of it */
};

/* 1. a group; REAL is float or double, INT an integer of its size, L the lanes */
typedef struct {
    int64_t n_rows, n_cols; /* multiples of a kernel's rows and of GW_PAIRHMM_COLS */
    int n_reads;            /* different reads; lanes of one are neighbours */
    const void *read[GW_PAIRHMM_MAX_LANES]; /* n_rows gw_pairhmm_row_f_t or _d_t each */
    int lane[GW_PAIRHMM_MAX_LANES + 1];     /* read d is in lanes lane[d]..lane[d + 1] */
    int look_ups; /* vectors in which 4 lambdas of each read have room; 0: compare bases */
    /* INT[n_cols][L]: bit b set where the haplotype's base matches read base b; with look-ups the
     * haplotype's base + 4 * the lane's read */
    const void *hap;
    const void *start;        /* REAL[L]: X before the first row */
    const void *first, *last; /* REAL[L]: columns that count, numbered from 0, both included */
    void *rows;               /* scratch: REAL[n_rows][7][L] */
    uint8_t *even;            /* scratch: n_rows */
    void *border;             /* scratch: REAL[n_cols + 1][3][L] */
    void *sum;                /* out: REAL[L] */
} gw_pairhmm_group_t;

/* 2. kernels */
typedef struct {
    void (*run)(const gw_pairhmm_group_t *g);
    int rows, look_ups; /* n_rows must be a multiple of rows; the most look_ups it can do */
} gw_pairhmm_kernel_t;

typedef struct {
    int vector_bytes;
    gw_pairhmm_kernel_t f, d; /* float and double */
} gw_pairhmm_simd_t;

extern const gw_pairhmm_simd_t gw_pairhmm_simd_portable, gw_pairhmm_simd_avx2,
    gw_pairhmm_simd_avx512;

#endif
