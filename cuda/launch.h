/* cuda/launch.h -- what the host files (gpu*.c) hand to the kernels (*.cu)
 *
 * Contents: 1. local alignment  2. banded alignment  3. pair HMM  4. genotype products
 *           5. threading  6. seeds of reads  7. rates of a card's pipes  8. keys of identity
 *           9. kinship counts
 * Pointers are device addresses, stream is a cudaStream_t. A launcher only queues work: its
 * failures come out of gw_gpu_receive.
 */
#ifndef GW_CUDA_LAUNCH_H
#define GW_CUDA_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/seeding.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 1. local alignment (extend_local.cu): an item is two pairs, one in each 16-bit half of a word, or
 *    one pair in 32 bits. Letters of pair h: query[q_at[h] + i * step], target[t_at[h] + j * step].
 */
typedef struct {
    uint64_t q_at[2], t_at[2];
    int32_t q_len[2], t_len[2];
    int32_t first_bonus[2]; /* for starting at query letter 0; the last one's is args.bonus */
    uint64_t border;        /* where the item's columns start in args.border_h, border_f */
} gw_local_item_t;

typedef struct {
    int32_t score, row, col; /* letters that end the alignment, from 0; score 0: meaningless */
} gw_local_best_t;

/* lanes and rows of each shape: it holds lanes * rows query letters without a border */
enum { GW_LOCAL_SHAPES = 5, GW_LOCAL_BLOCK = 128 };
#define GW_LOCAL_SHAPE_LIST {4, 16}, {8, 16}, {8, 20}, {16, 16}, {32, 16}

/* 16-bit scores from here on up may have wrapped: the pair is done again in 32 bits */
enum { GW_LOCAL_LIMIT = 32000, GW_LOCAL_MOST_BONUS = 500, GW_LOCAL_MOST_GAP = 8000 };

typedef struct {
    const gw_local_item_t *item;
    uint32_t n;
    const uint8_t *query, *target;
    int32_t step;         /* 1, or -1 for reversed sequences */
    const int8_t *matrix; /* [query letter][target letter] */
    int32_t n_letters, open, extend, bonus; /* open: cost of a gap's first letter */
    uint32_t *border_h, *border_f;          /* scratch, for queries longer than the shape */
    uint32_t shared_bytes;                  /* that a block may have */
    gw_local_best_t *best;                  /* two an item, or one in 32 bits */
} gw_local_args_t;

/* shape: index of the list; wide: 32 bits; ends: row and col are wanted. A query may be longer than
 * its shape holds in the last one, and in 32 bits. */
void gw_local_launch(const gw_local_args_t *a, int shape, bool wide, bool ends, void *stream);
/* The same items without gaps: the best score of a pair's diagonals. band: lowest and highest of pair h
 * of item i at band[2 * (i * pairs an item + h)], each within -q_len..t_len (none: the first is
 * above the last); NULL: all diagonals. border_h may be NULL when no query is longer than its shape
 * holds; border_f and bonuses are not used. */
void gw_local_launch_gapless(const gw_local_args_t *a, const int32_t *band, int shape, bool wide,
                             void *stream);
/* Makes the items of the pass back from where the alignments in a->best end. */
void gw_local_turn(const gw_local_args_t *a, bool wide, gw_local_item_t *turned, void *stream);

/* 2. banded alignment (extend_global.cu): a warp a pair. flags: scratch, a byte a cell as
 *    extend_cigar.h names them, in strips of 32 rows: [strip][step][lane]. */
typedef struct {
    uint64_t q_at, t_at;
    uint64_t flags, border, trace; /* where the pair's scratch starts, in elements */
    int64_t strip;                 /* flags of a strip */
    int32_t q_len, t_len, diag, width;
} gw_global_item_t;

typedef struct {
    int32_t score;    /* INT32_MIN: no path in the band */
    int32_t n_cigar;  /* -1: there was no room for them */
    uint32_t cigar;   /* where they start in args.cigar */
    uint32_t unused;
} gw_global_result_t;

enum { GW_GLOBAL_ROWS = 32 };

typedef struct {
    const gw_global_item_t *item;
    uint32_t n;
    const uint8_t *query, *target;
    const int8_t *matrix;
    int32_t n_letters, open, extend;
    uint8_t *flags;
    int32_t *border_h, *border_f; /* scratch: t_len + 1 values a pair */
    uint8_t *border_flags;
    uint32_t *trace;              /* scratch: q_len + t_len operations a pair */
    gw_global_result_t *result;
    uint32_t *cigar, *n_cigar;    /* out: room for cap_cigar; how many were wanted (0 at start) */
    uint32_t cap_cigar;
} gw_global_args_t;

/* steps of a strip of a pair: columns and the lanes' lag */
static inline int64_t gw_global_steps(int32_t t_len, int32_t width)
{
    int64_t band = 2 * (int64_t)width + GW_GLOBAL_ROWS, all = (int64_t)t_len + 1;
    return (width >= 0 && band < all ? band : all) + GW_GLOBAL_ROWS - 1;
}

void gw_global_launch(const gw_global_args_t *a, void *stream);

/* 3. pair HMM (pairhmm.cu): rows of the reads are made on the device from their qualities, then
 *    every item is one read against one haplotype. Sums are those of kernels/pairhmm_variants.h.
 */
typedef struct {
    uint64_t row, hap, border; /* where the read's rows, the haplotype and its columns start */
    int32_t n_rows, hap_len;
    uint32_t read; /* for its start value */
    uint32_t out;  /* where the sum goes */
} gw_hmm_item_t;

/* lanes and rows of each shape, in float and in double; longer reads go in strips */
enum { GW_HMM_SHAPES = 4, GW_HMM_BLOCK = 128, GW_HMM_DOUBLE = GW_HMM_SHAPES };
#define GW_HMM_SHAPE_LIST {8, 8}, {16, 8}, {16, 10}, {32, 8}, {32, 4}

typedef struct {
    /* reads, flat */
    uint32_t n_reads;
    const uint64_t *read_off; /* n_reads + 1 values */
    const uint8_t *base, *qual, *ins_qual, *del_qual, *ext_qual;
    const double *prob; /* by phred quality, 0..127 */
    /* scratch: rows as gw_pairhmm_row_f_t or gw_pairhmm_row_d_t, and starts */
    void *row;
    double *start;
    /* items */
    uint32_t n;
    const gw_hmm_item_t *item;
    const uint8_t *hap;
    void *border; /* scratch: three numbers a column, for reads longer than a shape */
    void *sum;    /* out: float or double */
} gw_hmm_args_t;

void gw_hmm_rows(const gw_hmm_args_t *a, bool wide, void *stream);
/* shape: of the list; GW_HMM_DOUBLE computes in double */
void gw_hmm_launch(const gw_hmm_args_t *a, int shape, void *stream);

/* 4. genotype products (gram.cu), in the order of additions that kernels/gram.h states */
typedef struct {
    int64_t n_samples, n_variants;
    uint64_t row_bytes;
    const uint8_t *geno;
    const double *mean, *scale;
    uint8_t *index; /* scratch: quads of variants by sample, as gw_gram_index */
    int32_t n_tiles;
    const float *q; /* left's operand */
    float *y;       /* left's result and right's operand */
    float *h;       /* right's result */
    float *all;     /* scratch: sum of each column of q; n_tiles * 16 */
    /* square: sums so far and with this block, tiles of 8 columns from first_tile on */
    const double *k_in;
    double *k_out;
    int64_t first_tile, n_square_tiles;
} gw_gram_args_t;

void gw_gram_launch_left(const gw_gram_args_t *a, void *stream);
void gw_gram_launch_index(const gw_gram_args_t *a, void *stream);
void gw_gram_launch_right(const gw_gram_args_t *a, void *stream);
void gw_gram_launch_square(const gw_gram_args_t *a, void *stream);

/* 5. threading (thread.cu): a warp takes 16 templates in packed halves; those whose score may have
 *    wrapped are done again in 32 bits, a warp each. Items are sorted by length, so that the 16 of a
 *    warp end together.
 */
typedef struct {
    uint64_t from; /* first column in args.pp, env ... */
    uint32_t col;  /* first column in args.col */
    int32_t len;
    uint32_t border; /* columns of the longest items of the warps before this one's */
    int16_t shift;
    uint16_t weight[20];
    uint16_t unused;
} gw_thread_item_t;

/* A column for one query. Quarter k is what the lanes k, k + 4, k + 8 ... of a warp load at once. */
typedef struct {
    struct {
        uint32_t pp, env; /* letters 4k..4k+3: weighted pp, env */
        uint32_t state;   /* byte s is 1 when the column's state is 4k + s */
        uint32_t rest;    /* k = 0: pp of letters 16..19; 1: their env; 2: GW_THREAD_BIAS_BITS and
                             bias with the template's shift; 3: cost of opening a gap */
    } quarter[4];
} gw_thread_col_t;

/* Bias and table in a column are the low bits of a float's mantissa of units of 512, so that adding
 * sums of env as a float, rounded down, adds env >> 9. 2031 is what 16-bit logarithms have too much
 * and 16384 what the float of env adds; 65536 keeps it positive. */
#define GW_THREAD_BIAS_BITS (0x4f800000 + 65536 - 16384 - 2031)

/* 16-bit scores from here on up may have wrapped: a cell scores less than 13000 (thread_score.h) */
enum { GW_THREAD_LIMIT = 19000, GW_THREAD_TOGETHER = 16 };

typedef struct {
    uint32_t n; /* items */
    const gw_thread_item_t *item;
    const uint8_t *pp, *env, *state, *gap;
    const int16_t *bias;
    uint32_t n_cols;
    gw_thread_col_t *col; /* scratch: n_cols, and one that is no column */
    int32_t q_len;
    const uint8_t *q_pp, *q_env; /* [row][20] */
    const int16_t *q_tab;        /* [row][16] */
    int32_t gap_open, gap_extend;
    void *border;   /* scratch: 64 bytes a column of item.border, 8 a column */
    int32_t *score; /* out */
    uint32_t none[4]; /* 0, which the compiler does not know: what the products want in four registers
                         in a row would be copied there again and again if it could be had elsewhere */
} gw_thread_args_t;

void gw_thread_launch(const gw_thread_args_t *a, void *stream);

/* 6. seeds of reads (seeding.cu): a warp a read. Longer reads than GW_SEED_DEVICE_LONGEST are not for
 *    the device. */
enum {
    GW_SEED_DEVICE_LONGEST = 1024,
    GW_SEED_DEVICE_KEYS = 4096, /* GW_SEEDING_HITS, rounded up to a power of two */
    GW_SEED_DEVICE_ROOM = GW_SEED_DEVICE_KEYS * 8 + GW_SEED_DEVICE_LONGEST * 4 * 5 +
                          (GW_SEED_DEVICE_KEYS + 64) * 4 /* bytes of a warp's lists */
};

typedef struct {
    uint32_t first, n; /* its candidates */
    int32_t n_seeds, n_skipped;
} gw_seeding_result_t;

typedef struct {
    gw_seed_table_t table; /* device addresses */
    uint32_t n, n_warps;   /* n_warps: warps that there is room for, a multiple of 4 */
    const uint8_t *code;
    const uint32_t *off; /* n + 1 values */
    uint8_t *room;       /* scratch: n_warps * GW_SEED_DEVICE_ROOM */
    gw_seeding_result_t *result;
    gw_seed_candidate_t *candidate;
    uint32_t *n_candidates; /* out: how many were wanted */
    uint32_t cap_candidates;
} gw_seeding_args_t;

void gw_seeding_launch(const gw_seeding_args_t *a, void *stream);

/* 7. rates (rates.cu): every thread of blocks * GW_RATES_BLOCK does loops * GW_RATES_PER_LOOP
 *    operations of one kind; out: a word a thread, so that nothing is left out. Benchmarks only. */
enum { GW_RATES_BLOCK = 512, GW_RATES_PER_LOOP = 128 };
enum {
    GW_RATES_ADD2,    /* packed 16-bit add */
    GW_RATES_ADDMAX2, /* packed 16-bit add and maximum (DPX) */
    GW_RATES_MAX3_2,  /* packed 16-bit three-way maximum (DPX) */
    GW_RATES_ADDMAX,  /* 32-bit add and maximum (DPX) */
    GW_RATES_PERM,    /* byte permutation */
    GW_RATES_IMAD,    /* 32-bit integer multiply-add */
    GW_RATES_FMA,     /* float multiply-add */
    GW_RATES_DOT4,    /* four-byte dot product */
    GW_RATES_DMUL,    /* double multiply */
    GW_RATES_SHUFFLE,
    GW_RATES_OPS
};
void gw_rates_launch(int op, int loops, int blocks, uint32_t *out, void *stream);

/* 8. keys of identity (extend_ident.cu): a warp a pair; kernels/ident_batch.h's question is in the
 *    tie, of a match, a mismatch, a query letter alone and a target letter alone */
typedef struct {
    uint64_t q_at, t_at, border; /* border: where the pair's t_len values of scratch start */
    int32_t q_len, t_len;        /* q_len 0: the pair is left out */
    int32_t low, high, turned;
    int32_t tie[4];
    int32_t stay_low, stay_high; /* a key with a cell outside gets its lowest bit set */
    int32_t unused;
} gw_ident_item_t;

typedef struct {
    const gw_ident_item_t *item;
    uint32_t n;
    const uint8_t *query, *target;
    const int8_t *matrix;
    int32_t n_letters, n_count, open, extend, ends_free;
    int64_t *border_h, *border_f;
    int64_t *key; /* out */
} gw_ident_args_t;

void gw_ident_launch(const gw_ident_args_t *a, void *stream);

/* 9. kinship counts (kin.cu): 2-bit rows of samples from on; sum: four numbers a pair (i, j), from <= i <
 *    to, i < j < n, by rising i, then j. By bits, or spread, four products (p = 0..3: planes 0 0, 2 2,
 *    1 2, 2 1 of the first n_rows samples and of all), join. */
typedef struct {
    int64_t n, from, to;
    uint64_t row_bytes; /* a multiple of 8 */
    const uint8_t *row; /* of sample from, from + 1 ... */
    int32_t *sum;
    /* for the products only */
    int32_t n_rows, n_padded; /* to - from and n - from, rounded up */
    uint32_t *plane;          /* scratch: [3][n_padded][row_bytes] words of four numbers */
    int32_t *product;         /* scratch: [4][n_padded][n_rows] */
} gw_kin_args_t;

void gw_kin_launch_bits(const gw_kin_args_t *a, void *stream);
void gw_kin_launch_spread(const gw_kin_args_t *a, void *stream);
void gw_kin_launch_join(const gw_kin_args_t *a, void *stream);

#ifdef __cplusplus
}
#endif

#endif
