/* src/base/spill.h -- pieces of memory put aside in a temporary file, compressed with zstd
 *
 * Contents: 1. the file  2. pieces
 * The file is unlinked from the start: nothing is left behind, however a run ends.
 */
#ifndef GW_BASE_SPILL_H
#define GW_BASE_SPILL_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* 1. the file: made in tmp_dir (borrowed; NULL = $TMPDIR or /tmp) when the first piece comes. NULL
 *    when memory runs out. */
typedef struct gw_spill gw_spill_t;
gw_spill_t *gw_spill_create(const char *tmp_dir);
void gw_spill_destroy(gw_spill_t *s);
/* bytes in the file */
uint64_t gw_spill_bytes(const gw_spill_t *s);

/* 2. pieces, from many threads at once */
typedef struct {
    int64_t at;          /* in the file */
    size_t packed_bytes; /* there */
    size_t bytes;
} gw_spilled_t;
GW_RESULT_USED gw_status_t gw_spill_write(gw_spill_t *s, const void *p, size_t bytes,
                                          gw_spilled_t *out, gw_err_t *err);
/* p holds piece->bytes. */
GW_RESULT_USED gw_status_t gw_spill_read(const gw_spill_t *s, const gw_spilled_t *piece, void *p,
                                         gw_err_t *err);

#endif
