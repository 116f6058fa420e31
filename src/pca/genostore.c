#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pca/blockstore.h"
#include "pca/genostore.h"

/* A block of about 1 MB fits second-level caches with its transposed copy; at least 256 rows pay
 * for the tables that a product makes, and a multiple of 64 keeps rows in whole groups. */
enum { BLOCK_BYTES = 1 << 20, MIN_ROWS = 256, MAX_ROWS = 4096 };

struct gw_genostore {
    int64_t n_samples, n_rows, block_rows;
    size_t row_bytes;
    gw_blockstore_t *rows; /* NULL with bed */
    const gw_genoreader_t *bed;
    uint64_t *ordinal; /* with bed: the record of each row, << 1 | flip */
    size_t cap_ordinal;
};

/* 1. filling */
gw_status_t gw_genostore_create(int64_t n_samples, uint64_t max_bytes, const char *tmp_dir,
                                const gw_genoreader_t *bed, gw_genostore_t **out, gw_err_t *err)
{
    gw_genostore_t *s = gw_calloc(1, sizeof *s);
    if (!s)
        return gw_err_nomem(err, "storing genotypes");
    s->n_samples = n_samples;
    s->row_bytes = ((size_t)n_samples + 3) / 4;
    s->bed = bed;
    int64_t rows = (int64_t)(BLOCK_BYTES / s->row_bytes) / 64 * 64;
    s->block_rows = rows < MIN_ROWS ? MIN_ROWS : rows > MAX_ROWS ? MAX_ROWS : rows;
    gw_status_t st =
        bed ? GW_OK
            : gw_blockstore_create(s->row_bytes, s->block_rows, max_bytes, tmp_dir, &s->rows, err);
    if (st != GW_OK)
        free(s);
    else
        *out = s;
    return st;
}

typedef uint64_t vector_t __attribute__((vector_size(32)));

static void flip_row(uint8_t *row, size_t n_bytes, int64_t n_samples)
{
    const uint64_t low = 0x5555555555555555ULL;
    uint8_t *p = row, *end = row + n_bytes;
    for (; end - p >= (ptrdiff_t)sizeof(vector_t); p += sizeof(vector_t)) {
        vector_t w; /* 0 <-> 2; 1 and 3 have the low bit */
        memcpy(&w, p, sizeof w);
        w ^= (~w & low) << 1;
        memcpy(p, &w, sizeof w);
    }
    for (; p < end; p++)
        *p = (uint8_t)(*p ^ ((~*p & 0x55u) << 1));
    if (n_samples % 4)
        row[n_bytes - 1] &= (uint8_t)((1u << (2 * (n_samples % 4))) - 1);
}

gw_status_t gw_genostore_add(gw_genostore_t *s, const uint8_t *row, uint64_t ordinal, bool flip,
                             gw_err_t *err)
{
    if (s->bed) {
        if (!GW_GROW(s->ordinal, s->cap_ordinal, (size_t)s->n_rows + 1))
            return gw_err_nomem(err, "storing genotypes");
        s->ordinal[s->n_rows++] = ordinal << 1 | flip;
        return GW_OK;
    }
    void *to;
    gw_status_t st = gw_blockstore_add(s->rows, &to, err);
    if (st != GW_OK)
        return st;
    memcpy(to, row, s->row_bytes);
    if (flip)
        flip_row(to, s->row_bytes, s->n_samples);
    s->n_rows++;
    return GW_OK;
}

gw_status_t gw_genostore_finish(gw_genostore_t *s, gw_err_t *err)
{
    return s->bed ? GW_OK : gw_blockstore_finish(s->rows, err);
}

void gw_genostore_destroy(gw_genostore_t *s)
{
    if (!s)
        return;
    gw_blockstore_destroy(s->rows);
    free(s->ordinal);
    free(s);
}

/* 2. reading */
int64_t gw_genostore_n_samples(const gw_genostore_t *s)
{
    return s->n_samples;
}

size_t gw_genostore_row_bytes(const gw_genostore_t *s)
{
    return s->row_bytes;
}

int64_t gw_genostore_n_rows(const gw_genostore_t *s)
{
    return s->n_rows;
}

int64_t gw_genostore_n_blocks(const gw_genostore_t *s)
{
    return (s->n_rows + s->block_rows - 1) / s->block_rows;
}

int64_t gw_genostore_block_rows(const gw_genostore_t *s)
{
    return s->block_rows;
}

int64_t gw_genostore_rows_in(const gw_genostore_t *s, int64_t block)
{
    int64_t rest = s->n_rows - block * s->block_rows;
    return rest < s->block_rows ? rest : s->block_rows;
}

static gw_status_t read_bed(const gw_genostore_t *s, const uint64_t *ordinal, int64_t n,
                            uint8_t *buffer, gw_err_t *err)
{
    for (int64_t i = 0; i < n;) {
        int64_t run = 1; /* neighbours in the bed come in one read */
        while (i + run < n && ordinal[i + run] >> 1 == (ordinal[i] >> 1) + (uint64_t)run)
            run++;
        gw_status_t st = gw_genoreader_reread(s->bed, ordinal[i] >> 1, (size_t)run,
                                              buffer + (size_t)i * s->row_bytes, err);
        if (st != GW_OK)
            return st;
        i += run;
    }
    for (int64_t i = 0; i < n; i++)
        if (ordinal[i] & 1)
            flip_row(buffer + (size_t)i * s->row_bytes, s->row_bytes, s->n_samples);
    return GW_OK;
}

gw_status_t gw_genostore_read(const gw_genostore_t *s, int64_t block, uint8_t *buffer,
                              const uint8_t **rows, gw_err_t *err)
{
    if (!s->bed) {
        const void *at = NULL;
        gw_status_t st = gw_blockstore_read(s->rows, block, buffer, &at, err);
        *rows = at;
        return st;
    }
    *rows = buffer;
    return read_bed(s, s->ordinal + block * s->block_rows, gw_genostore_rows_in(s, block), buffer,
                    err);
}
