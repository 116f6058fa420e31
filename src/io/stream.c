#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include "base/ahead.h"
#include "base/mem.h"
#include "io/stream.h"

/* GROUP: BGZF blocks that a thread inflates at a time, large enough to be worth its waking */
enum { IN_SIZE = 1 << 18, BGZF_MAX = 1 << 16, BGZF_HEADER = 18, GROUP = 16, MAX_THREADS = 4 };

typedef enum { STREAM_PLAIN, STREAM_GZIP, STREAM_BGZF, STREAM_ZSTD } kind_t;

/* A stretch of the stream that is unpacked as one; a failure stands behind its text. */
typedef struct {
    unsigned char *raw, *text; /* raw: whole BGZF blocks */
    size_t raw_n, text_n;
    bool last_empty; /* the last BGZF block held nothing: the end marker */
    gw_status_t status;
    gw_err_t err;
} piece_t;

struct gw_stream {
    /* 1. of whoever reads the file: the caller, or one thread at a time in the background */
    hFILE *file;
    char *path;
    kind_t kind;
    bool done;
    unsigned char *in; /* compressed bytes not yet used: [in_at, in_end) */
    size_t in_at, in_end;
    z_stream z;
    bool z_open, between; /* between two gzip members or zstd frames */
    ZSTD_DStream *zstd;
    struct libdeflate_decompressor *deflate[MAX_THREADS]; /* one a thread */
    /* 2. of the caller */
    bool started, ended, last_empty;
    int threads;
    gw_ahead_t *ahead;
    piece_t *piece, *now; /* now: what is handed out, from text[at] */
    size_t n_pieces, group, at;
};

const char *gw_stream_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "stdin" : path;
}

/* 1. opening */
bool gw_stream_is_local(const char *path)
{
    /* what HTSlib or its plugins give a meaning to */
    static const char *const scheme[] = {
        "crypt4gh", "data",     "file",    "ftp", "ftps",    "gs",       "gs+http", "gs+https",
        "htsget",   "http",     "https",   "irods", "mem",   "preload",  "s3",      "s3+http",
        "s3+https"};
    const char *colon = strchr(path, ':');
    if (!colon)
        return true;
    for (size_t i = 0; i < sizeof scheme / sizeof *scheme; i++)
        if (strlen(scheme[i]) == (size_t)(colon - path) &&
            strncasecmp(path, scheme[i], (size_t)(colon - path)) == 0)
            return false;
    return strncmp(colon, "://", 3) != 0;
}

gw_status_t gw_stream_hopen(const char *path, hFILE **out, gw_err_t *err)
{
    struct stat st;
    if (!gw_stream_is_local(path))
        return gw_err_set(err, GW_ENOINPUT,
                          "%s: remote and special files are not read; fetch it first and give the "
                          "local name (./NAME of a file that is called so)",
                          path);
    if (strcmp(path, "-") == 0) {
        *out = hopen(path, "r");
    } else {
        /* not through hopen, which looks for a scheme in any name with a colon */
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
            close(fd);
            return gw_err_set(err, GW_ENOINPUT, "%s: is a folder; give a file", path);
        }
        *out = fd >= 0 ? hdopen(fd, "r") : NULL;
        if (fd >= 0 && !*out) {
            int e = errno;
            close(fd);
            errno = e;
        }
    }
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
    s->threads = 1;
    s->path = gw_strdup(gw_stream_name(path));
    s->in = gw_malloc(IN_SIZE, 1);
    if (!s->path || !s->in) {
        gw_stream_close(s);
        return gw_err_nomem(err, "opening an input");
    }
    *out = s;
    return GW_OK;
}

/* A thread that waits for a pipe's next bytes could not be stopped. */
static bool is_regular(const char *path)
{
    struct stat st;
    return (strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(path, &st)) == 0 &&
           S_ISREG(st.st_mode);
}

void gw_stream_set_threads(gw_stream_t *s, const char *path, int threads)
{
    if (threads > 1 && is_regular(path))
        s->threads = threads < MAX_THREADS ? threads : MAX_THREADS;
}

void gw_stream_close(gw_stream_t *s)
{
    if (!s)
        return;
    gw_ahead_destroy(s->ahead);
    if (s->z_open)
        inflateEnd(&s->z);
    ZSTD_freeDStream(s->zstd);
    for (int i = 0; i < MAX_THREADS; i++)
        if (s->deflate[i])
            libdeflate_free_decompressor(s->deflate[i]);
    if (s->file)
        hclose_abruptly(s->file);
    for (size_t i = 0; i < s->n_pieces; i++) {
        free(s->piece[i].raw);
        free(s->piece[i].text);
    }
    free(s->piece);
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

/* 3. plain, gzip, zstd */
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

/* 4. BGZF: blocks are gathered in order and inflated by any thread */
static gw_status_t gather_block(gw_stream_t *s, piece_t *p, gw_err_t *err)
{
    gw_status_t st = fill(s, BGZF_HEADER, err);
    if (st != GW_OK)
        return st;
    const unsigned char *b = s->in + s->in_at;
    size_t have = s->in_end - s->in_at;
    s->done = have == 0;
    if (s->done)
        return GW_OK;
    if (have < BGZF_HEADER)
        return damaged(s, "the file ends in the middle of a BGZF block", err);
    if (!is_bgzf(b, have))
        return damaged(s, "other bytes stand where a BGZF block should begin", err);
    size_t size = (size_t)(b[16] | b[17] << 8) + 1;
    st = fill(s, size, err);
    if (st != GW_OK)
        return st;
    if (size < BGZF_HEADER + 8 || s->in_end - s->in_at < size)
        return damaged(s, "the file ends in the middle of a BGZF block", err);
    memcpy(p->raw + p->raw_n, s->in + s->in_at, size);
    p->raw_n += size;
    s->in_at += size;
    return GW_OK;
}

static bool gather(void *ctx, void *item)
{
    gw_stream_t *s = ctx;
    piece_t *p = item;
    p->raw_n = 0;
    p->status = GW_OK;
    for (size_t i = 0; i < s->group && !s->done && p->status == GW_OK; i++)
        p->status = gather_block(s, p, &p->err);
    return !s->done && p->status == GW_OK;
}

static void inflate_blocks(void *ctx, int worker, void *item)
{
    gw_stream_t *s = ctx;
    piece_t *p = item;
    p->text_n = 0;
    for (size_t at = 0, size, got; at < p->raw_n; at += size) {
        const unsigned char *b = p->raw + at;
        size = (size_t)(b[16] | b[17] << 8) + 1;
        if (libdeflate_gzip_decompress(s->deflate[worker], b, size, p->text + p->text_n, BGZF_MAX,
                                       &got) != LIBDEFLATE_SUCCESS) {
            p->status = damaged(s, "a BGZF block is damaged (checksum or code wrong)", &p->err);
            return;
        }
        p->text_n += got;
        p->last_empty = got == 0;
    }
}

/* 5. one thread inflates in the background */
static gw_status_t read_here(gw_stream_t *s, void *buf, size_t n, size_t *got, gw_err_t *err)
{
    *got = 0;
    if (s->done)
        return GW_OK;
    switch (s->kind) {
    case STREAM_GZIP:
        return read_gzip(s, buf, n, got, err);
    case STREAM_ZSTD:
        return read_zstd(s, buf, n, got, err);
    default:
        return read_plain(s, buf, n, got, err);
    }
}

static bool inflate_ahead(void *ctx, void *item)
{
    gw_stream_t *s = ctx;
    piece_t *p = item;
    p->status = read_here(s, p->text, IN_SIZE, &p->text_n, &p->err);
    return p->status == GW_OK && p->text_n > 0;
}

/* 6. reading */
static gw_status_t start_ahead(gw_stream_t *s, const gw_ahead_ops_t *ops, size_t raw, size_t text,
                               gw_err_t *err)
{
    size_t n = s->threads > 1 ? 2 * (size_t)s->threads : 1;
    s->piece = gw_calloc(n, sizeof *s->piece);
    if (!s->piece)
        return gw_err_nomem(err, "opening an input");
    for (s->n_pieces = 0; s->n_pieces < n; s->n_pieces++) {
        piece_t *p = &s->piece[s->n_pieces];
        p->raw = raw ? gw_malloc(raw, 1) : NULL;
        p->text = gw_malloc(text, 1);
        if ((raw && !p->raw) || !p->text) {
            free(p->raw);
            free(p->text);
            return gw_err_nomem(err, "opening an input");
        }
    }
    return gw_ahead_create(s->threads, s->piece, n, sizeof *s->piece, ops, s, &s->ahead, err);
}

static gw_status_t start(gw_stream_t *s, gw_err_t *err)
{
    static const gw_ahead_ops_t blocks = {gather, inflate_blocks}, stretch = {inflate_ahead, NULL};
    gw_status_t st = fill(s, BGZF_HEADER, err);
    if (st != GW_OK)
        return st;
    s->started = true;
    const unsigned char *p = s->in;
    size_t n = s->in_end;
    if (is_bgzf(p, n)) {
        s->kind = STREAM_BGZF;
        for (int i = 0; i < s->threads; i++)
            if (!(s->deflate[i] = libdeflate_alloc_decompressor()))
                return gw_err_nomem(err, "opening an input");
        s->group = s->threads > 1 ? GROUP : 1;
        return start_ahead(s, &blocks, s->group * BGZF_MAX, s->group * BGZF_MAX, err);
    }
    if (is_gzip(p, n)) {
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
    if (s->kind == STREAM_PLAIN || s->threads == 1)
        return GW_OK;
    s->threads = 2;
    return start_ahead(s, &stretch, 0, IN_SIZE, err);
}

static gw_status_t read_pieces(gw_stream_t *s, void *buf, size_t n, size_t *got, gw_err_t *err)
{
    while (!s->now || s->at == s->now->text_n) {
        if (s->now && s->now->status != GW_OK) {
            if (err)
                *err = s->now->err;
            return s->now->status;
        }
        if (s->now && s->now->raw_n > 0)
            s->last_empty = s->now->last_empty;
        s->now = gw_ahead_next(s->ahead);
        s->at = 0;
        if (!s->now) {
            s->ended = true;
            if (s->kind == STREAM_BGZF && !s->last_empty)
                return damaged(s, "the BGZF end marker is missing: the file is cut", err);
            return GW_OK;
        }
    }
    size_t k = s->now->text_n - s->at;
    k = k < n ? k : n;
    memcpy(buf, s->now->text + s->at, k);
    s->at += k;
    *got = k;
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
    if (s->ended || n == 0)
        return GW_OK;
    return s->ahead ? read_pieces(s, buf, n, got, err) : read_here(s, buf, n, got, err);
}
