#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/spill.h"
#include "pca/blockstore.h"

typedef struct {
    uint8_t *row; /* in memory; NULL when spilled */
    gw_spilled_t piece;
} block_t;

struct gw_blockstore {
    size_t row_bytes;
    int64_t n_rows, block_rows;
    uint64_t max_bytes, used_bytes;
    const char *tmp_dir;
    block_t *block;
    size_t n_blocks, cap_block; /* closed ones */
    uint8_t *fill;              /* the block being filled */
    gw_spill_t *spill;
};

/* 1. filling */
gw_status_t gw_blockstore_create(size_t row_bytes, int64_t block_rows, uint64_t max_bytes,
                                 const char *tmp_dir, gw_blockstore_t **out, gw_err_t *err)
{
    gw_blockstore_t *s = gw_calloc(1, sizeof *s);
    if (!s)
        return gw_err_nomem(err, "storing the input");
    *s = (gw_blockstore_t){.row_bytes = row_bytes,
                           .block_rows = block_rows,
                           .max_bytes = max_bytes,
                           .tmp_dir = tmp_dir};
    *out = s;
    return GW_OK;
}

static gw_status_t spill(gw_blockstore_t *s, block_t *b, size_t n_bytes, gw_err_t *err)
{
    if (!s->spill && !(s->spill = gw_spill_create(s->tmp_dir)))
        return gw_err_nomem(err, "storing the input");
    b->row = NULL;
    return gw_spill_write(s->spill, s->fill, n_bytes, &b->piece, err);
}

static gw_status_t close_block(gw_blockstore_t *s, int64_t n_rows, gw_err_t *err)
{
    size_t n_bytes = (size_t)n_rows * s->row_bytes;
    if (!GW_GROW(s->block, s->cap_block, s->n_blocks + 1))
        return gw_err_nomem(err, "storing the input");
    block_t *b = &s->block[s->n_blocks];
    if (s->used_bytes + n_bytes > s->max_bytes) {
        gw_status_t st = spill(s, b, n_bytes, err);
        s->n_blocks += st == GW_OK;
        return st;
    }
    uint8_t *row = n_rows < s->block_rows ? gw_realloc(s->fill, n_bytes, 1) : s->fill;
    if (!row)
        return gw_err_nomem(err, "storing the input");
    *b = (block_t){.row = row};
    s->n_blocks++;
    s->used_bytes += n_bytes;
    s->fill = NULL;
    return GW_OK;
}

gw_status_t gw_blockstore_add(gw_blockstore_t *s, void **slot, gw_err_t *err)
{
    int64_t at = s->n_rows % s->block_rows;
    gw_status_t st = at == 0 && s->n_rows > 0 ? close_block(s, s->block_rows, err) : GW_OK;
    if (st != GW_OK)
        return st;
    if (!s->fill && !(s->fill = gw_malloc((size_t)s->block_rows, s->row_bytes)))
        return gw_err_nomem(err, "storing the input");
    *slot = s->fill + (size_t)at * s->row_bytes;
    s->n_rows++;
    return GW_OK;
}

gw_status_t gw_blockstore_finish(gw_blockstore_t *s, gw_err_t *err)
{
    int64_t rest = s->n_rows - (int64_t)s->n_blocks * s->block_rows;
    gw_status_t st = rest ? close_block(s, rest, err) : GW_OK;
    free(s->fill);
    s->fill = NULL;
    return st;
}

void gw_blockstore_destroy(gw_blockstore_t *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n_blocks; i++)
        free(s->block[i].row);
    gw_spill_destroy(s->spill);
    free(s->fill);
    free(s->block);
    free(s);
}

/* 2. reading */
int64_t gw_blockstore_n_rows(const gw_blockstore_t *s)
{
    return s->n_rows;
}

int64_t gw_blockstore_n_blocks(const gw_blockstore_t *s)
{
    return (s->n_rows + s->block_rows - 1) / s->block_rows;
}

int64_t gw_blockstore_block_rows(const gw_blockstore_t *s)
{
    return s->block_rows;
}

int64_t gw_blockstore_rows_in(const gw_blockstore_t *s, int64_t block)
{
    int64_t rest = s->n_rows - block * s->block_rows;
    return rest < s->block_rows ? rest : s->block_rows;
}

gw_status_t gw_blockstore_read(const gw_blockstore_t *s, int64_t block, void *buffer,
                               const void **rows, gw_err_t *err)
{
    const block_t *b = &s->block[block];
    *rows = b->row ? b->row : buffer;
    if (b->row)
        return GW_OK;
    return gw_spill_read(s->spill, &b->piece, buffer, err);
}
