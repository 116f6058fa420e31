/* src/kernels/extend_table.h -- what the batches of extend_batch.c and extend_global_batch.c share
 *
 * Contents: 1. scores in the shape of vector look-ups  2. order
 */
#ifndef GW_KERNELS_EXTEND_TABLE_H
#define GW_KERNELS_EXTEND_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/extend.h"

/* 1. scores, as extend_group.h uses them: [0] as they are, [1] plus 128. lut: by_query holds 16
 *    entries by query code ^ target code, where a target's N is 8. Otherwise entry b of letter a's
 *    64 is its score against b, for letters a of queries and of targets. */
typedef struct {
    bool lut;
    uint8_t by_query[2][(GW_EXTEND_MAX_LETTERS + 1) * 64];
    uint8_t by_target[2][(GW_EXTEND_MAX_LETTERS + 1) * 64];
} gw_extend_table_t;

void gw_extend_table_init(gw_extend_table_t *t, const gw_extend_params_t *p);

/* 2. n pairs of key and value at key[2 * i], sorted by key; equal keys keep their order. Returns
 *    key or spare, whichever holds the result. A radix sort that skips bytes in which all agree. */
uint64_t *gw_extend_sort(uint64_t *key, uint64_t *spare, size_t n);

#endif
