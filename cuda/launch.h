/* cuda/launch.h -- what the host files (gpu*.c) hand to the kernels (*.cu)
 *
 * Contents: 1. local alignment  2. banded alignment  3. pair HMM  4. genotype products
 *           5. threading
 * Pointers are device addresses, stream is a cudaStream_t. A launcher only queues work: its
 * failures come out of gw_gpu_receive.
 */
#ifndef GW_CUDA_LAUNCH_H
#define GW_CUDA_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

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
/* Makes the items of the pass back from where the alignments in a->best end. */
void gw_local_turn(const gw_local_args_t *a, bool wide, gw_local_item_t *turned, void *stream);

#ifdef __cplusplus
}
#endif

#endif
