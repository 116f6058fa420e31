#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "pca/genostore.h"

/* A block of about 1 MB fits second-level caches with its transposed copy; at least 256 rows pay
 * for the tables that a product makes, and a multiple of 64 keeps rows in whole groups. */
enum { BLOCK_BYTES = 1 << 20, MIN_ROWS = 256, MAX_ROWS = 4096, ZSTD_LEVEL = 1 };

typedef struct {
    uint8_t *row;        /* in memory; NULL when spilled */
    off_t at;            /* in the temporary file */
    size_t packed_bytes; /* there */
} block_t;

struct gw_genostore {
    int64_t n_samples, n_rows, block_rows;
    size_t row_bytes;
    uint64_t max_bytes, used_bytes;
    const char *tmp_dir;
    const gw_genoreader_t *bed;
    uint64_t *ordinal; /* with bed: the record of each row, << 1 | flip */
    size_t cap_ordinal;
    block_t *block;
    size_t cap_block;
    uint8_t *fill; /* the block being filled */
    int fd;
    off_t end;
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
    s->max_bytes = max_bytes;
    s->tmp_dir = tmp_dir;
    s->bed = bed;
    s->fd = -1;
    int64_t rows = (int64_t)(BLOCK_BYTES / s->row_bytes) / 64 * 64;
    s->block_rows = rows < MIN_ROWS ? MIN_ROWS : rows > MAX_ROWS ? MAX_ROWS : rows;
    *out = s;
    return GW_OK;
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

static gw_status_t spill(gw_genostore_t *s, block_t *b, size_t n_bytes, gw_err_t *err)
{
    gw_status_t st = s->fd < 0 ? gw_tmpfile_open(s->tmp_dir, &s->fd, err) : GW_OK;
    if (st != GW_OK)
        return st;
    size_t cap = ZSTD_compressBound(n_bytes);
    void *packed = gw_malloc(cap, 1);
    if (!packed)
        return gw_err_nomem(err, "storing genotypes");
    size_t n = ZSTD_compress(packed, cap, s->fill, n_bytes, ZSTD_LEVEL);
    if (ZSTD_isError(n))
        st =
            gw_err_set(err, GW_EINTERNAL, "compressing genotypes failed: %s", ZSTD_getErrorName(n));
    else
        st = write_all(s->fd, packed, n, s->end, err);
    free(packed);
    *b = (block_t){NULL, s->end, n};
    s->end += (off_t)n;
    return st;
}

static gw_status_t close_block(gw_genostore_t *s, int64_t n_rows, gw_err_t *err)
{
    size_t i = (size_t)((s->n_rows - 1) / s->block_rows), n_bytes = (size_t)n_rows * s->row_bytes;
    if (!GW_GROW(s->block, s->cap_block, i + 1))
        return gw_err_nomem(err, "storing genotypes");
    if (s->used_bytes + n_bytes > s->max_bytes)
        return spill(s, &s->block[i], n_bytes, err);
    uint8_t *row = n_rows < s->block_rows ? gw_realloc(s->fill, n_bytes, 1) : s->fill;
    if (!row)
        return gw_err_nomem(err, "storing genotypes");
    s->block[i] = (block_t){row, 0, 0};
    s->used_bytes += n_bytes;
    s->fill = NULL;
    return GW_OK;
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
    if (!s->fill && !(s->fill = gw_malloc((size_t)s->block_rows, s->row_bytes)))
        return gw_err_nomem(err, "storing genotypes");
    uint8_t *to = s->fill + (size_t)(s->n_rows % s->block_rows) * s->row_bytes;
    memcpy(to, row, s->row_bytes);
    if (flip)
        flip_row(to, s->row_bytes, s->n_samples);
    s->n_rows++;
    return s->n_rows % s->block_rows == 0 ? close_block(s, s->block_rows, err) : GW_OK;
}

gw_status_t gw_genostore_finish(gw_genostore_t *s, gw_err_t *err)
{
    int64_t rest = s->n_rows % s->block_rows;
    gw_status_t st = !s->bed && rest ? close_block(s, rest, err) : GW_OK;
    free(s->fill);
    s->fill = NULL;
    return st;
}

void gw_genostore_destroy(gw_genostore_t *s)
{
    if (!s)
        return;
    if (!s->bed) /* the rows after the last full block may be in fill */
        for (int64_t i = 0;
             i < s->n_rows / s->block_rows + (s->fill ? 0 : s->n_rows % s->block_rows != 0); i++)
            if (s->block)
                free(s->block[i].row);
    if (s->fd >= 0)
        close(s->fd);
    free(s->fill);
    free(s->block);
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

static gw_status_t read_spilled(const gw_genostore_t *s, const block_t *b, size_t n_bytes,
                                uint8_t *buffer, gw_err_t *err)
{
    char *packed = gw_malloc(b->packed_bytes, 1);
    if (!packed)
        return gw_err_nomem(err, "reading genotypes back");
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

gw_status_t gw_genostore_read(const gw_genostore_t *s, int64_t block, uint8_t *buffer,
                              const uint8_t **rows, gw_err_t *err)
{
    int64_t n = gw_genostore_rows_in(s, block);
    *rows = buffer;
    if (s->bed)
        return read_bed(s, s->ordinal + block * s->block_rows, n, buffer, err);
    const block_t *b = &s->block[block];
    if (!b->row)
        return read_spilled(s, b, (size_t)n * s->row_bytes, buffer, err);
    *rows = b->row;
    return GW_OK;
}
