/* src/pca/blockstore.h -- rows of equal size in fixed blocks: in memory, spilled to a temporary
 *                         file when they pass a limit
 *
 * Contents: 1. filling  2. reading
 */
#ifndef GW_PCA_BLOCKSTORE_H
#define GW_PCA_BLOCKSTORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct gw_blockstore gw_blockstore_t;

/* 1. filling: max_bytes of rows stay in memory, later blocks go zstd-compressed to an unlinked file
 *    in tmp_dir (borrowed; NULL = $TMPDIR or /tmp) */
GW_RESULT_USED gw_status_t gw_blockstore_create(size_t row_bytes, int64_t block_rows,
                                                uint64_t max_bytes, const char *tmp_dir,
                                                gw_blockstore_t **out, gw_err_t *err);
/* *slot: room for one more row, 8-byte aligned when row_bytes is a multiple of 8; the caller fills
 * it before the next call. */
GW_RESULT_USED gw_status_t gw_blockstore_add(gw_blockstore_t *s, void **slot, gw_err_t *err);
/* No more rows come. */
GW_RESULT_USED gw_status_t gw_blockstore_finish(gw_blockstore_t *s, gw_err_t *err);
void gw_blockstore_destroy(gw_blockstore_t *s);

/* 2. reading, from many threads at once */
int64_t gw_blockstore_n_rows(const gw_blockstore_t *s);
int64_t gw_blockstore_n_blocks(const gw_blockstore_t *s);
/* rows of a full block; the last may have fewer */
int64_t gw_blockstore_block_rows(const gw_blockstore_t *s);
int64_t gw_blockstore_rows_in(const gw_blockstore_t *s, int64_t block);
/* The rows of a block: *rows points into the store or to buffer, which holds block_rows rows. */
GW_RESULT_USED gw_status_t gw_blockstore_read(const gw_blockstore_t *s, int64_t block, void *buffer,
                                              const void **rows, gw_err_t *err);

#endif
