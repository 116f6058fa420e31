#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"
#include "io/stream.h"

enum { IN_SIZE = 1 << 18, BGZF_MAX = 1 << 16, BGZF_HEADER = 18 };

typedef enum { STREAM_PLAIN, STREAM_GZIP, STREAM_BGZF, STREAM_ZSTD } kind_t;

struct gw_stream {
    hFILE *file;
    char *path;
    kind_t kind;
    bool started, done;
    unsigned char *in; /* compressed bytes not yet used: [in_at, in_end) */
    size_t in_at, in_end;
    z_stream z;
    bool z_open, between; /* between two gzip members or zstd frames */
    ZSTD_DStream *zstd;
    struct libdeflate_decompressor *deflate;
    unsigned char *block; /* one inflated BGZF block: [block_at, block_end) */
    size_t block_at, block_end;
    bool last_empty; /* the last BGZF block held nothing: the end marker */
};

const char *gw_stream_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "stdin" : path;
}

/* 1. opening */
gw_status_t gw_stream_hopen(const char *path, hFILE **out, gw_err_t *err)
{
    struct stat st;
    if (strstr(path, "://"))
        return gw_err_set(err, GW_ENOINPUT,
                          "%s: remote files are not read; fetch it first and give the local name",
                          path);
    if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return gw_err_set(err, GW_ENOINPUT, "%s: is a folder; give a file", path);
    *out = hopen(path, "r");
    if (!*out)
        return errno == ENOMEM
                   ? gw_err_nomem(err, "opening an input")
                   : gw_err_set(err, GW_ENOINPUT, "%s: cannot open: %s", path, strerror(errno));
    return GW_OK;
}

gw_status_t gw_stream_open(const char *path, gw_stream_t **out, gw_err_t *err)
{
    hFILE *f;
    gw_status_t st = gw_stream_hopen(path, &f, err);
    return st == GW_OK ? gw_stream_attach(f, path, out, err) : st;
}

gw_status_t gw_stream_attach(hFILE *file, const char *path, gw_stream_t **out, gw_err_t *err)
{
    gw_stream_t *s = gw_calloc(1, sizeof *s);
    if (!s) {
        hclose_abruptly(file);
        return gw_err_nomem(err, "opening an input");
    }
    s->file = file;
    s->path = gw_strdup(gw_stream_name(path));
    s->in = gw_malloc(IN_SIZE, 1);
    if (!s->path || !s->in) {
        gw_stream_close(s);
        return gw_err_nomem(err, "opening an input");
    }
    *out = s;
    return GW_OK;
}

void gw_stream_close(gw_stream_t *s)
{
    if (!s)
        return;
    if (s->z_open)
        inflateEnd(&s->z);
    ZSTD_freeDStream(s->zstd);
    if (s->deflate)
        libdeflate_free_decompressor(s->deflate);
    if (s->file)
        hclose_abruptly(s->file);
    free(s->block);
    free(s->in);
    free(s->path);
    free(s);
}

/* 2. compressed bytes */
static gw_status_t damaged(const gw_stream_t *s, const char *what, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA, "%s: %s; copy the file again and compare its checksum",
                      s->path, what);
}

/* Makes at least want bytes available unless the file ends first. */
static gw_status_t fill(gw_stream_t *s, size_t want, gw_err_t *err)
{
    if (s->in_end - s->in_at >= want)
        return GW_OK;
    memmove(s->in, s->in + s->in_at, s->in_end - s->in_at);
    s->in_end -= s->in_at;
    s->in_at = 0;
    while (s->in_end < want) {
        ssize_t n = hread(s->file, s->in + s->in_end, IN_SIZE - s->in_end);
        if (n < 0)
            return gw_err_set(err, GW_EIO, "%s: reading failed: %s", s->path, strerror(errno));
        if (n == 0)
            break;
        s->in_end += (size_t)n;
    }
    return GW_OK;
}

static bool is_gzip(const unsigned char *p, size_t n)
{
    return n >= 2 && p[0] == 0x1f && p[1] == 0x8b;
}

static bool is_bgzf(const unsigned char *p, size_t n)
{
    return n >= BGZF_HEADER && is_gzip(p, n) && (p[3] & 4) && p[10] == 6 && p[11] == 0 &&
           p[12] == 'B' && p[13] == 'C' && p[14] == 2 && p[15] == 0;
}

static bool is_zstd(const unsigned char *p, size_t n)
{
    return n >= 4 && p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd;
}

static gw_status_t start(gw_stream_t *s, gw_err_t *err)
{
    gw_status_t st = fill(s, BGZF_HEADER, err);
    if (st != GW_OK)
        return st;
    s->started = true;
    const unsigned char *p = s->in;
    size_t n = s->in_end;
    if (is_bgzf(p, n)) {
        s->kind = STREAM_BGZF;
        s->deflate = libdeflate_alloc_decompressor();
        s->block = gw_malloc(BGZF_MAX, 1);
        if (!s->deflate || !s->block)
            return gw_err_nomem(err, "opening an input");
    } else if (is_gzip(p, n)) {
        s->kind = STREAM_GZIP;
        if (inflateInit2(&s->z, 15 + 16) != Z_OK)
            return gw_err_nomem(err, "opening an input");
        s->z_open = true;
    } else if (is_zstd(p, n)) {
        s->kind = STREAM_ZSTD;
        s->zstd = ZSTD_createDStream();
        if (!s->zstd)
            return gw_err_nomem(err, "opening an input");
    }
    return GW_OK;
}

/* 3. the four kinds */
static gw_status_t read_plain(gw_stream_t *s, void *buf, size_t n, size_t *got, gw_err_t *err)
{
    if (s->in_at == s->in_end) {
        ssize_t k = hread(s->file, buf, n);
        if (k < 0)
            return gw_err_set(err, GW_EIO, "%s: reading failed: %s", s->path, strerror(errno));
        *got = (size_t)k;
        return GW_OK;
    }
    size_t k = s->in_end - s->in_at;
    k = k < n ? k : n;
    memcpy(buf, s->in + s->in_at, k);
    s->in_at += k;
    *got = k;
    return GW_OK;
}

/* After a gzip member: another one, the end (zero padding allowed, as gzip does), or garbage. */
static gw_status_t next_member(gw_stream_t *s, gw_err_t *err)
{
    for (;;) {
        gw_status_t st = fill(s, 2, err);
        if (st != GW_OK)
            return st;
        if (s->in_at == s->in_end) {
            s->done = true;
            return GW_OK;
        }
        if (s->in[s->in_at] != 0)
            break;
        s->in_at++;
    }
    if (!is_gzip(s->in + s->in_at, s->in_end - s->in_at))
        return damaged(s, "other bytes follow the compressed data", err);
    if (inflateReset(&s->z) != Z_OK)
        return gw_err_nomem(err, "inflating");
    s->between = false;
    return GW_OK;
}

static gw_status_t read_gzip(gw_stream_t *s, void *buf, size_t n, size_t *got, gw_err_t *err)
{
    s->z.next_out = buf;
    s->z.avail_out = n > 1u << 30 ? 1u << 30 : (uInt)n;
    uInt room = s->z.avail_out;
    while (s->z.avail_out == room) {
        if (s->between) {
            gw_status_t st = next_member(s, err);
            if (st != GW_OK || s->done)
                return st;
        }
        gw_status_t st = fill(s, 1, err);
        if (st != GW_OK)
            return st;
        if (s->in_at == s->in_end)
            return damaged(s, "the gzip file ends in the middle of its data", err);
        s->z.next_in = s->in + s->in_at;
        s->z.avail_in = (uInt)(s->in_end - s->in_at);
        int z = inflate(&s->z, Z_NO_FLUSH);
        s->in_at = s->in_end - s->z.avail_in;
        if (z == Z_STREAM_END)
            s->between = true;
        else if (z == Z_MEM_ERROR)
            return gw_err_nomem(err, "inflating");
        else if (z != Z_OK && z != Z_BUF_ERROR)
            return damaged(s, "the gzip data are damaged (checksum or code wrong)", err);
    }
    *got = room - s->z.avail_out;
    return GW_OK;
}

static gw_status_t next_block(gw_stream_t *s, gw_err_t *err)
{
    gw_status_t st = fill(s, BGZF_HEADER, err);
    if (st != GW_OK)
        return st;
    if (s->in_at == s->in_end) {
        s->done = true;
        return s->last_empty ? GW_OK
                             : damaged(s, "the BGZF end marker is missing: the file is cut", err);
    }
    const unsigned char *p = s->in + s->in_at;
    if (s->in_end - s->in_at < BGZF_HEADER)
        return damaged(s, "the file ends in the middle of a BGZF block", err);
    if (!is_bgzf(p, s->in_end - s->in_at))
        return damaged(s, "other bytes stand where a BGZF block should begin", err);
    size_t size = (size_t)(p[16] | p[17] << 8) + 1;
    st = fill(s, size, err);
    if (st != GW_OK)
        return st;
    if (size < BGZF_HEADER + 8 || s->in_end - s->in_at < size)
        return damaged(s, "the file ends in the middle of a BGZF block", err);
    enum libdeflate_result z = libdeflate_gzip_decompress(s->deflate, s->in + s->in_at, size,
                                                          s->block, BGZF_MAX, &s->block_end);
    if (z != LIBDEFLATE_SUCCESS)
        return damaged(s, "a BGZF block is damaged (checksum or code wrong)", err);
    s->in_at += size;
    s->block_at = 0;
    s->last_empty = s->block_end == 0;
    return GW_OK;
}

static gw_status_t read_bgzf(gw_stream_t *s, void *buf, size_t n, size_t *got, gw_err_t *err)
{
    while (s->block_at == s->block_end) {
        gw_status_t st = next_block(s, err);
        if (st != GW_OK || s->done)
            return st;
    }
    size_t k = s->block_end - s->block_at;
    k = k < n ? k : n;
    memcpy(buf, s->block + s->block_at, k);
    s->block_at += k;
    *got = k;
    return GW_OK;
}

static gw_status_t read_zstd(gw_stream_t *s, void *buf, size_t n, size_t *got, gw_err_t *err)
{
    ZSTD_outBuffer out = {buf, n, 0};
    while (out.pos == 0) {
        gw_status_t st = fill(s, 1, err);
        if (st != GW_OK)
            return st;
        if (s->in_at == s->in_end) {
            if (!s->between)
                return damaged(s, "the zstd file ends in the middle of its data", err);
            s->done = true;
            return GW_OK;
        }
        ZSTD_inBuffer in = {s->in, s->in_end, s->in_at};
        size_t z = ZSTD_decompressStream(s->zstd, &out, &in);
        s->in_at = in.pos;
        if (ZSTD_isError(z))
            return damaged(s, "the zstd data are damaged", err);
        s->between = z == 0;
    }
    *got = out.pos;
    return GW_OK;
}

gw_status_t gw_stream_read(gw_stream_t *s, void *buf, size_t n, size_t *got, gw_err_t *err)
{
    *got = 0;
    if (!s->started) {
        gw_status_t st = start(s, err);
        if (st != GW_OK)
            return st;
    }
    if (s->done || n == 0)
        return GW_OK;
    switch (s->kind) {
    case STREAM_GZIP:
        return read_gzip(s, buf, n, got, err);
    case STREAM_BGZF:
        return read_bgzf(s, buf, n, got, err);
    case STREAM_ZSTD:
        return read_zstd(s, buf, n, got, err);
    case STREAM_PLAIN:
        break;
    }
    return read_plain(s, buf, n, got, err);
}
