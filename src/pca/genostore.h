/* src/pca/genostore.h -- 2-bit genotype rows in fixed blocks: in memory, spilled to a temporary
 *                        file when they pass a limit, or left in the bed they come from
 *
 * Contents: 1. filling  2. reading
 * Units:    rows as in io/genoread.h. Which rows a block holds depends on the number of samples
 *           only, so that results do not depend on memory, threads or where the rows are.
 */
#ifndef GW_PCA_GENOSTORE_H
#define GW_PCA_GENOSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/genoread.h"

typedef struct gw_genostore gw_genostore_t;

/* 1. filling: max_bytes of rows stay in memory, later blocks go zstd-compressed to an unlinked file
 *    in tmp_dir (NULL = $TMPDIR or /tmp). With bed (borrowed until destroy) nothing is kept: rows
 *    are read again. */
GW_RESULT_USED gw_status_t gw_genostore_create(int64_t n_samples, uint64_t max_bytes,
                                               const char *tmp_dir, const gw_genoreader_t *bed,
                                               gw_genostore_t **out, gw_err_t *err);
/* flip: codes 0 and 2 are to change places. ordinal is the record's number in the bed. */
GW_RESULT_USED gw_status_t gw_genostore_add(gw_genostore_t *s, const uint8_t *row, uint64_t ordinal,
                                            bool flip, gw_err_t *err);
/* No more rows come. */
GW_RESULT_USED gw_status_t gw_genostore_finish(gw_genostore_t *s, gw_err_t *err);
void gw_genostore_destroy(gw_genostore_t *s);

/* 2. reading, from many threads at once */
int64_t gw_genostore_n_samples(const gw_genostore_t *s);
size_t gw_genostore_row_bytes(const gw_genostore_t *s);
int64_t gw_genostore_n_rows(const gw_genostore_t *s);
int64_t gw_genostore_n_blocks(const gw_genostore_t *s);
/* rows of a full block; the last may have fewer */
int64_t gw_genostore_block_rows(const gw_genostore_t *s);
int64_t gw_genostore_rows_in(const gw_genostore_t *s, int64_t block);
/* The rows of a block: *rows points into the store or to buffer, which holds block_rows rows. */
GW_RESULT_USED gw_status_t gw_genostore_read(const gw_genostore_t *s, int64_t block,
                                             uint8_t *buffer, const uint8_t **rows, gw_err_t *err);

#endif
