#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fold/tlib_format.h"

typedef struct {
    uint64_t at, bytes, sum;
    uint32_t first, n;
} block_t;

typedef struct {
    int32_t len;
    uint32_t block;
    float stat[2];
    char *name, *label;
    gw_tlib_neighbour_t *near;
    gw_tlib_copy_t *copy;
    size_t n_near, n_copies;
} entry_t;

struct gw_tlib {
    int fd;
    char *path;
    size_t n, n_blocks;
    bool with_copies;
    block_t *block;
    entry_t *entry;
    gw_arena_t text;
};

/* 3. reading */
static gw_status_t damaged(const char *path, const char *what, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA,
                      "%s: damaged template library (%s); copy it again or rebuild "
                      "it with genowarp fold --build-library",
                      path, what);
}

static gw_status_t read_at(const gw_tlib_t *l, uint64_t at, uint8_t *buf, size_t n, gw_err_t *err)
{
    while (n > 0) {
        ssize_t got = pread(l->fd, buf, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return gw_err_set(err, GW_EIO, "%s: reading failed: %s", l->path, strerror(errno));
        if (got == 0)
            return damaged(l->path, "cut short", err);
        buf += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return GW_OK;
}

/* a checked zstd frame of exactly n bytes unpacked */
static gw_status_t read_frame(const gw_tlib_t *l, const block_t *b, size_t n, uint8_t **out,
                              gw_err_t *err)
{
    uint8_t *packed = gw_malloc(b->bytes, 1), *raw = gw_malloc(n, 1);
    gw_status_t st = packed && raw ? read_at(l, b->at, packed, b->bytes, err)
                                   : gw_err_nomem(err, "reading a template library");
    if (st == GW_OK && gw_hash_bytes(packed, b->bytes, GW_TLIB_SEED) != b->sum)
        st = damaged(l->path, "a checksum differs", err);
    if (st == GW_OK && ZSTD_decompress(raw, n, packed, b->bytes) != n)
        st = damaged(l->path, "a block does not unpack", err);
    free(packed);
    if (st != GW_OK) {
        free(raw);
        return st;
    }
    *out = raw;
    return GW_OK;
}

static const uint8_t *get_text(gw_tlib_t *l, const uint8_t *p, const uint8_t *end, char **out)
{
    if (end - p < 2 || (uint64_t)(end - p - 2) < gw_tlib_get(p, 2))
        return NULL;
    size_t n = gw_tlib_get(p, 2);
    *out = gw_arena_strndup(&l->text, (const char *)p + 2, n);
    return *out ? p + 2 + n : NULL;
}

static bool parse_copies(gw_tlib_t *l, const uint8_t *p, const uint8_t *end)
{
    for (size_t i = 0; i < l->n && l->with_copies; i++) {
        entry_t *e = &l->entry[i];
        if (end - p < 2)
            return false;
        e->n_copies = gw_tlib_get(p, 2);
        p += 2;
        if (e->n_copies > GW_TLIB_MAX_COPIES || (uint64_t)(end - p) < GW_TLIB_COPY * e->n_copies)
            return false;
        e->copy = gw_arena_alloc(&l->text, e->n_copies ? e->n_copies : 1, sizeof *e->copy);
        if (!e->copy)
            return false;
        for (size_t k = 0; k < e->n_copies; k++, p += GW_TLIB_COPY) {
            gw_tlib_copy_t *c = &e->copy[k];
            c->assembly = (uint16_t)gw_tlib_get(p, 2);
            for (int x = 0; x < 12; x++) {
                uint32_t bits = (uint32_t)gw_tlib_get(p + 2 + 4 * x, 4);
                float *to = x < 9 ? &c->rot[x] : &c->shift[x - 9];
                memcpy(to, &bits, 4);
                if (!(fabsf(*to) < 1e7F))
                    return false;
            }
        }
    }
    return p == end;
}

static bool parse_graph(gw_tlib_t *l, const uint8_t *p, const uint8_t *end)
{
    for (size_t i = 0; i < l->n; i++) {
        entry_t *e = &l->entry[i];
        if (end - p < 2)
            return false;
        e->n_near = gw_tlib_get(p, 2);
        p += 2;
        if (e->n_near > GW_TLIB_MAX_NEIGHBOURS || (uint64_t)(end - p) < 5 * e->n_near)
            return false;
        e->near = gw_arena_alloc(&l->text, e->n_near ? e->n_near : 1, sizeof *e->near);
        if (!e->near)
            return false;
        for (size_t k = 0; k < e->n_near; k++, p += 5) {
            e->near[k] = (gw_tlib_neighbour_t){(uint32_t)gw_tlib_get(p, 4), p[4]};
            if (e->near[k].tmpl >= l->n)
                return false;
        }
    }
    return parse_copies(l, p, end);
}

static bool parse_index(gw_tlib_t *l, const uint8_t *p, size_t n, uint64_t file_size)
{
    const uint8_t *end = p + n;
    if (n < l->n_blocks * 24)
        return false;
    for (size_t b = 0; b < l->n_blocks; b++, p += 24) {
        block_t *k = &l->block[b];
        *k = (block_t){gw_tlib_get(p, 8), gw_tlib_get(p + 8, 8), gw_tlib_get(p + 16, 8), 0, 0};
        if (k->at > file_size || k->bytes > file_size - k->at)
            return false;
    }
    for (size_t i = 0; i < l->n; i++) {
        entry_t *e = &l->entry[i];
        if (end - p < GW_TLIB_ENTRY)
            return false;
        uint64_t len = gw_tlib_get(p, 4), block = gw_tlib_get(p + 4, 4);
        if (len < 1 || len > GW_TLIB_MAX_LEN || block >= l->n_blocks ||
            (i > 0 && (block < e[-1].block || block > (uint64_t)e[-1].block + 1)))
            return false;
        e->len = (int32_t)len;
        e->block = (uint32_t)block;
        for (int k = 0; k < 2; k++) {
            uint32_t bits = (uint32_t)gw_tlib_get(p + 8 + 4 * k, 4);
            memcpy(&e->stat[k], &bits, 4);
        }
        if (!isfinite(e->stat[0]) || !(e->stat[1] >= 0) || !isfinite(e->stat[1]))
            return false;
        if (l->block[block].n++ == 0)
            l->block[block].first = (uint32_t)i;
        if (l->block[block].n > GW_TLIB_BLOCK_MAX)
            return false;
        p = get_text(l, p + GW_TLIB_ENTRY, end, &e->name);
        if (!p || !(p = get_text(l, p, end, &e->label)))
            return false;
    }
    return parse_graph(l, p, end);
}

static gw_status_t open_index(gw_tlib_t *l, gw_err_t *err)
{
    uint8_t head[GW_TLIB_HEADER], *raw = NULL;
    struct stat sb;
    if (fstat(l->fd, &sb) != 0 || !S_ISREG(sb.st_mode))
        return gw_err_set(err, GW_ENOINPUT, "%s: not a regular file", l->path);
    uint64_t size = (uint64_t)sb.st_size;
    if (size < 8)
        return damaged(l->path, "cut short", err);
    gw_status_t st = read_at(l, 0, head, 8, err);
    if (st == GW_OK && memcmp(head, GW_TLIB_MAGIC, 8) != 0)
        return gw_err_set(err, GW_EDATA,
                          "%s: not a template library; make one with genowarp fold "
                          "--build-library",
                          l->path);
    if (st == GW_OK)
        st = read_at(l, 0, head, sizeof head, err);
    if (st != GW_OK)
        return st;
    if (gw_hash_bytes(head, 56, GW_TLIB_SEED) != gw_tlib_get(head + 56, 8))
        return damaged(l->path, "the header's checksum differs", err);
    l->with_copies = gw_tlib_get(head + 8, 4) == GW_TLIB_WITH_COPIES;
    if (gw_tlib_get(head + 8, 4) != GW_TLIB_VERSION && !l->with_copies)
        return gw_err_set(err, GW_EDATA,
                          "%s: template library of format version %u; this program "
                          "reads versions %d and %d: rebuild it",
                          l->path, (unsigned)gw_tlib_get(head + 8, 4), GW_TLIB_VERSION,
                          GW_TLIB_WITH_COPIES);
    l->n = gw_tlib_get(head + 12, 4);
    l->n_blocks = gw_tlib_get(head + 16, 4);
    block_t index = {gw_tlib_get(head + 24, 8), gw_tlib_get(head + 32, 8),
                     gw_tlib_get(head + 48, 8), 0, 0};
    uint64_t n = gw_tlib_get(head + 40, 8);
    if (index.at > size || index.bytes > size - index.at || n > (uint64_t)1 << 33 ||
        l->n > GW_TLIB_MAX_TEMPLATES || l->n_blocks > l->n)
        return damaged(l->path, "cut short", err);
    if (index.at + index.bytes < size)
        return damaged(l->path, "other bytes follow its end", err);
    l->block = gw_calloc(l->n_blocks, sizeof *l->block);
    l->entry = gw_calloc(l->n, sizeof *l->entry);
    if (!l->block || !l->entry)
        return gw_err_nomem(err, "reading a template library");
    st = read_frame(l, &index, n, &raw, err);
    if (st == GW_OK && !parse_index(l, raw, n, size))
        st = damaged(l->path, "the index is inconsistent", err);
    free(raw);
    return st;
}

gw_status_t gw_tlib_open(const char *path, gw_tlib_t **out, gw_err_t *err)
{
    gw_tlib_t *l = gw_calloc(1, sizeof *l);
    if (!l || !(l->path = gw_strdup(path))) {
        free(l);
        return gw_err_nomem(err, "reading a template library");
    }
    gw_arena_init(&l->text, 1 << 16);
    l->fd = open(path, O_RDONLY | O_CLOEXEC);
    gw_status_t st =
        l->fd >= 0 ? open_index(l, err)
                   : gw_err_set(err, GW_ENOINPUT, "%s: cannot open: %s", path, strerror(errno));
    if (st != GW_OK) {
        gw_tlib_close(l);
        return st;
    }
    *out = l;
    return GW_OK;
}

void gw_tlib_close(gw_tlib_t *l)
{
    if (!l)
        return;
    if (l->fd >= 0)
        close(l->fd);
    gw_arena_release(&l->text);
    free(l->block);
    free(l->entry);
    free(l->path);
    free(l);
}

size_t gw_tlib_size(const gw_tlib_t *l)
{
    return l->n;
}

const char *gw_tlib_path(const gw_tlib_t *l)
{
    return l->path;
}

const char *gw_tlib_name(const gw_tlib_t *l, size_t i)
{
    return l->entry[i].name;
}

const char *gw_tlib_label(const gw_tlib_t *l, size_t i)
{
    return l->entry[i].label;
}

int32_t gw_tlib_length(const gw_tlib_t *l, size_t i)
{
    return l->entry[i].len;
}

size_t gw_tlib_blocks(const gw_tlib_t *l)
{
    return l->n_blocks;
}

void gw_tlib_block_range(const gw_tlib_t *l, size_t block, size_t *first, size_t *n)
{
    *first = l->block[block].first;
    *n = l->block[block].n;
}

const gw_tlib_neighbour_t *gw_tlib_neighbours(const gw_tlib_t *l, size_t i, size_t *n)
{
    *n = l->entry[i].n_near;
    return l->entry[i].near;
}

const gw_tlib_copy_t *gw_tlib_copies(const gw_tlib_t *l, size_t i, size_t *n)
{
    *n = l->entry[i].n_copies;
    return l->entry[i].copy;
}

void gw_tlib_stat(const gw_tlib_t *l, size_t i, float *mean, float *spread)
{
    *mean = l->entry[i].stat[0];
    *spread = l->entry[i].stat[1];
}

gw_status_t gw_tlib_read_block(const gw_tlib_t *l, size_t block, gw_template_t *out, gw_err_t *err)
{
    const block_t *b = &l->block[block];
    int64_t residues = 0;
    size_t made = 0;
    for (size_t k = 0; k < b->n; k++)
        residues += l->entry[b->first + k].len;
    uint8_t *raw = NULL;
    gw_status_t st = read_frame(l, b, gw_tlib_block_bytes(residues), &raw, err);
    while (st == GW_OK && made < b->n) {
        const entry_t *e = &l->entry[b->first + made];
        st = gw_template_init(&out[made], e->name, e->label, e->len, err);
        made += st == GW_OK;
    }
    if (st == GW_OK) {
        gw_tlib_block_code(out, b->n, raw, false);
        for (size_t k = 0; k < b->n && st == GW_OK; k++)
            if (!gw_tlib_block_valid(&out[k]))
                st = damaged(l->path, "a template holds impossible codes", err);
    }
    free(raw);
    for (size_t k = 0; st != GW_OK && k < made; k++)
        gw_template_release(&out[k]);
    return st;
}

gw_status_t gw_tlib_read(const gw_tlib_t *l, size_t i, gw_template_t *out, gw_err_t *err)
{
    gw_template_t t[GW_TLIB_BLOCK_MAX];
    uint32_t block = l->entry[i].block;
    gw_status_t st = gw_tlib_read_block(l, block, t, err);
    if (st != GW_OK)
        return st;
    for (size_t k = 0; k < l->block[block].n; k++) {
        if (l->block[block].first + k == i)
            *out = t[k];
        else
            gw_template_release(&t[k]);
    }
    return GW_OK;
}
