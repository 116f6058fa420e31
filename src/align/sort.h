/* src/align/sort.h -- stable sorting of more items than memory holds
 *
 * Contents: 1. items  2. filling  3. draining
 * Order:    by key[0], then key[1], then the order of arrival: a total order, so what comes out
 *           depends on the items alone, never on memory or threads.
 * Memory:   max_mem bounds items, their index and the merge's buffers (at least 4 MiB are used).
 *           What does not fit is sorted and spilled in blocks to one unlinked temporary file, each
 *           block zstd-compressed and guarded by XXH64; runs are merged in levels, so that any
 *           amount of data is merged within the same memory.
 * Source:   Knuth, The Art of Computer Programming vol. 3, 5.2.5 (radix), 5.4 (external merging)
 */
#ifndef GW_ALIGN_SORT_H
#define GW_ALIGN_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* 1. items */
typedef struct {
    uint64_t key[2];
    const uint8_t *data; /* 8-byte aligned; NULL is never given, also for len 0 */
    uint32_t len;
} gw_sort_item_t;

typedef struct gw_sort gw_sort_t;

typedef struct {
    uint64_t max_mem;
    const char *tmp_dir; /* NULL: $TMPDIR or /tmp; the file appears with the first spill */
    int threads;         /* above 1: runs are sorted and spilled beside the caller */
} gw_sort_opts_t;

/* 2. filling */
GW_RESULT_USED gw_status_t gw_sort_create(const gw_sort_opts_t *opts, gw_sort_t **out,
                                          gw_err_t *err);
/* Adds an item and gives its len bytes to be filled before the next call; 8-byte aligned. */
GW_RESULT_USED gw_status_t gw_sort_add(gw_sort_t *s, uint64_t key0, uint64_t key1, uint32_t len,
                                       uint8_t **data, gw_err_t *err);

/* 3. draining: finish once, then next until *got is false. An item's data stays until the next
 *    call. GW_EIO when the temporary file cannot be written or comes back changed. */
GW_RESULT_USED gw_status_t gw_sort_finish(gw_sort_t *s, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_sort_next(gw_sort_t *s, gw_sort_item_t *item, bool *got,
                                        gw_err_t *err);
uint64_t gw_sort_spilled(const gw_sort_t *s); /* runs written to the temporary file so far */
void gw_sort_destroy(gw_sort_t *s);           /* NULL is fine */

#endif
