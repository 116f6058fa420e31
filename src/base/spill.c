#include <config.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/mem.h"
#include "base/outfile.h"
#include "base/spill.h"

enum { ZSTD_LEVEL = 1 };

/* 1. the file */
struct gw_spill {
    const char *tmp_dir;
    pthread_mutex_t lock; /* of fd and end */
    int fd;
    int64_t end;
};

gw_spill_t *gw_spill_create(const char *tmp_dir)
{
    gw_spill_t *s = gw_calloc(1, sizeof *s);
    if (!s || pthread_mutex_init(&s->lock, NULL) != 0) {
        free(s);
        return NULL;
    }
    s->tmp_dir = tmp_dir;
    s->fd = -1;
    return s;
}

void gw_spill_destroy(gw_spill_t *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

uint64_t gw_spill_bytes(const gw_spill_t *s)
{
    return (uint64_t)s->end;
}

/* 2. pieces */
static gw_status_t write_all(int fd, const void *p, size_t n, int64_t at, gw_err_t *err)
{
    const char *c = p;
    while (n) {
        ssize_t w = pwrite(fd, c, n, (off_t)at);
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

gw_status_t gw_spill_write(gw_spill_t *s, const void *p, size_t bytes, gw_spilled_t *out,
                           gw_err_t *err)
{
    size_t cap = ZSTD_compressBound(bytes);
    void *packed = gw_malloc(cap, 1);
    if (!packed)
        return gw_err_nomem(err, "putting data aside");
    gw_status_t st = GW_OK;
    size_t n = ZSTD_compress(packed, cap, p, bytes, ZSTD_LEVEL);
    if (ZSTD_isError(n)) {
        st = gw_err_set(err, GW_EINTERNAL, "compressing failed: %s", ZSTD_getErrorName(n));
    } else {
        pthread_mutex_lock(&s->lock);
        if (s->fd < 0)
            st = gw_tmpfile_open(s->tmp_dir, &s->fd, err);
        *out = (gw_spilled_t){s->end, n, bytes};
        s->end += st == GW_OK ? (int64_t)n : 0;
        pthread_mutex_unlock(&s->lock);
        if (st == GW_OK)
            st = write_all(s->fd, packed, n, out->at, err);
    }
    free(packed);
    return st;
}

gw_status_t gw_spill_read(const gw_spill_t *s, const gw_spilled_t *piece, void *p, gw_err_t *err)
{
    char *packed = gw_malloc(piece->packed_bytes, 1);
    if (!packed)
        return gw_err_nomem(err, "reading data back");
    gw_status_t st = GW_OK;
    for (size_t done = 0; done < piece->packed_bytes && st == GW_OK;) {
        ssize_t got = pread(s->fd, packed + done, piece->packed_bytes - done,
                            (off_t)(piece->at + (int64_t)done));
        if (got > 0)
            done += (size_t)got;
        else if (got == 0 || errno != EINTR)
            st = gw_err_set(err, GW_EIO, "reading a temporary file failed: %s",
                            got < 0 ? strerror(errno) : "it ends early");
    }
    if (st == GW_OK &&
        ZSTD_decompress(p, piece->bytes, packed, piece->packed_bytes) != piece->bytes)
        st = gw_err_set(err, GW_EIO, "a temporary file was damaged while it was used");
    free(packed);
    return st;
}
