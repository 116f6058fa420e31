#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "pca/blockstore.h"

enum { ZSTD_LEVEL = 1 };

typedef struct {
    uint8_t *row;        /* in memory; NULL when spilled */
    off_t at;            /* in the temporary file */
    size_t packed_bytes; /* there */
} block_t;

struct gw_blockstore {
    size_t row_bytes;
    int64_t n_rows, block_rows;
    uint64_t max_bytes, used_bytes;
    const char *tmp_dir;
    block_t *block;
    size_t n_blocks, cap_block; /* closed ones */
    uint8_t *fill;              /* the block being filled */
    int fd;
    off_t end;
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
                           .tmp_dir = tmp_dir,
                           .fd = -1};
    *out = s;
    return GW_OK;
}

static gw_status_t write_all(int fd, const void *p, size_t n, off_t at, gw_err_t *err)
{
    const char *c = p;
    while (n) {
        ssize_t w = pwrite(fd, c, n, at);
        if (w < 0 && errno == EINTR)
            continue;
        if (w <= 0)
            return gw_err_set(err, GW_EIO,
                              "writing a temporary file failed: %s; is the disk of --tmp-dir full?",
                              strerror(errno));
        c += w;
        at += w;
        n -= (size_t)w;
    }
    return GW_OK;
}

static gw_status_t spill(gw_blockstore_t *s, block_t *b, size_t n_bytes, gw_err_t *err)
{
    gw_status_t st = s->fd < 0 ? gw_tmpfile_open(s->tmp_dir, &s->fd, err) : GW_OK;
    if (st != GW_OK)
        return st;
    size_t cap = ZSTD_compressBound(n_bytes);
    void *packed = gw_malloc(cap, 1);
    if (!packed)
        return gw_err_nomem(err, "storing the input");
    size_t n = ZSTD_compress(packed, cap, s->fill, n_bytes, ZSTD_LEVEL);
    if (ZSTD_isError(n))
        st =
            gw_err_set(err, GW_EINTERNAL, "compressing the input failed: %s", ZSTD_getErrorName(n));
    else
        st = write_all(s->fd, packed, n, s->end, err);
    free(packed);
    *b = (block_t){NULL, s->end, n};
    s->end += (off_t)n;
    return st;
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
    *b = (block_t){row, 0, 0};
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
    if (s->fd >= 0)
        close(s->fd);
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

static gw_status_t read_spilled(const gw_blockstore_t *s, const block_t *b, size_t n_bytes,
                                void *buffer, gw_err_t *err)
{
    char *packed = gw_malloc(b->packed_bytes, 1);
    if (!packed)
        return gw_err_nomem(err, "reading the input back");
    gw_status_t st = GW_OK;
    for (size_t done = 0; done < b->packed_bytes && st == GW_OK;) {
        ssize_t got = pread(s->fd, packed + done, b->packed_bytes - done, b->at + (off_t)done);
        if (got > 0)
            done += (size_t)got;
        else if (got == 0 || errno != EINTR)
            st = gw_err_set(err, GW_EIO, "reading a temporary file failed: %s",
                            got < 0 ? strerror(errno) : "it ends early");
    }
    if (st == GW_OK && ZSTD_decompress(buffer, n_bytes, packed, b->packed_bytes) != n_bytes)
        st = gw_err_set(err, GW_EIO, "a temporary file was damaged while it was used");
    free(packed);
    return st;
}

gw_status_t gw_blockstore_read(const gw_blockstore_t *s, int64_t block, void *buffer,
                               const void **rows, gw_err_t *err)
{
    const block_t *b = &s->block[block];
    *rows = b->row ? b->row : buffer;
    if (b->row)
        return GW_OK;
    return read_spilled(s, b, (size_t)gw_blockstore_rows_in(s, block) * s->row_bytes, buffer, err);
}
