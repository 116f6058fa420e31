#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "fold/tlib_format.h"

struct gw_tlib_writer {
    gw_outfile_t out;
    ZSTD_CCtx *zstd;
    int level;
    uint64_t at; /* bytes written */
    gw_template_t *pending[GW_TLIB_BLOCK_MAX];
    size_t n_pending, n_templates, n_blocks;
    uint8_t *blocks, *entries; /* the index's first two parts */
    uint8_t **graph;           /* per template its neighbours as in the file, or NULL */
    uint8_t *copies;           /* the index's last part */
    size_t blocks_len, blocks_cap, entries_len, entries_cap, copies_len, copies_cap;
    bool any_copy;
};

/* 2. writing */
gw_status_t gw_tlib_writer_create(const char *path, int level, gw_tlib_writer_t **out,
                                  gw_err_t *err)
{
    gw_tlib_writer_t *w = gw_calloc(1, sizeof *w);
    if (!w)
        return gw_err_nomem(err, "writing a library");
    w->level = level;
    w->zstd = ZSTD_createCCtx();
    gw_status_t st = w->zstd ? GW_OK : gw_err_nomem(err, "writing a library");
    if (st == GW_OK)
        st = gw_outfile_fopen(&w->out, path, err);
    if (st != GW_OK) {
        gw_tlib_writer_destroy(w);
        return st;
    }
    static const uint8_t zero[GW_TLIB_HEADER];
    fwrite(zero, 1, sizeof zero, w->out.file); /* errors show at commit */
    w->at = GW_TLIB_HEADER;
    *out = w;
    return GW_OK;
}

/* bytes as one zstd frame at the end of the file */
static gw_status_t put_frame(gw_tlib_writer_t *w, const uint8_t *bytes, size_t n, size_t *packed,
                             uint64_t *sum, gw_err_t *err)
{
    size_t cap = ZSTD_compressBound(n);
    uint8_t *buf = gw_malloc(cap, 1);
    if (!buf)
        return gw_err_nomem(err, "writing a library");
    *packed = ZSTD_compressCCtx(w->zstd, buf, cap, bytes, n, w->level);
    if (ZSTD_isError(*packed)) {
        free(buf);
        return gw_err_nomem(err, "compressing a library block");
    }
    *sum = gw_hash_bytes(buf, *packed, GW_TLIB_SEED);
    fwrite(buf, 1, *packed, w->out.file);
    w->at += *packed;
    free(buf);
    return GW_OK;
}

static gw_status_t flush_block(gw_tlib_writer_t *w, gw_err_t *err)
{
    if (w->n_pending == 0)
        return GW_OK;
    gw_template_t t[GW_TLIB_BLOCK_MAX];
    int64_t residues = 0;
    for (size_t k = 0; k < w->n_pending; k++) {
        t[k] = *w->pending[k];
        residues += t[k].len;
    }
    size_t n = gw_tlib_block_bytes(residues), packed = 0;
    uint8_t *raw = gw_malloc(n, 1);
    if (!raw || !GW_GROW(w->blocks, w->blocks_cap, w->blocks_len + 24)) {
        free(raw);
        return gw_err_nomem(err, "writing a library");
    }
    gw_tlib_block_code(t, w->n_pending, raw, true);
    uint64_t at = w->at, sum = 0;
    gw_status_t st = put_frame(w, raw, n, &packed, &sum, err);
    free(raw);
    if (st != GW_OK)
        return st;
    gw_tlib_put(w->blocks + w->blocks_len, at, 8);
    gw_tlib_put(w->blocks + w->blocks_len + 8, packed, 8);
    gw_tlib_put(w->blocks + w->blocks_len + 16, sum, 8);
    w->blocks_len += 24;
    w->n_blocks++;
    for (size_t k = 0; k < w->n_pending; k++) {
        gw_template_release(w->pending[k]);
        free(w->pending[k]);
    }
    w->n_pending = 0;
    return GW_OK;
}

static bool put_text(gw_tlib_writer_t *w, const char *s)
{
    size_t n = strlen(s);
    n = n > 1000 ? 1000 : n;
    if (!GW_GROW(w->entries, w->entries_cap, w->entries_len + 2 + n))
        return false;
    gw_tlib_put(w->entries + w->entries_len, n, 2);
    memcpy(w->entries + w->entries_len + 2, s, n);
    w->entries_len += 2 + n;
    return true;
}

static bool put_copies(gw_tlib_writer_t *w, const gw_template_t *t)
{
    if (!GW_GROW(w->copies, w->copies_cap, w->copies_len + 2 + GW_TLIB_COPY * t->n_copies))
        return false;
    uint8_t *p = w->copies + w->copies_len;
    gw_tlib_put(p, t->n_copies, 2);
    p += 2;
    for (size_t k = 0; k < t->n_copies; k++, p += GW_TLIB_COPY) {
        gw_tlib_put(p, t->copy[k].assembly, 2);
        for (int x = 0; x < 12; x++) {
            uint32_t bits;
            memcpy(&bits, x < 9 ? &t->copy[k].rot[x] : &t->copy[k].shift[x - 9], 4);
            gw_tlib_put(p + 2 + 4 * x, bits, 4);
        }
    }
    w->copies_len += 2 + GW_TLIB_COPY * t->n_copies;
    w->any_copy |= t->n_copies > 0;
    return true;
}

gw_status_t gw_tlib_writer_add(gw_tlib_writer_t *w, const gw_template_t *t, gw_err_t *err)
{
    if (t->len < 1 || t->len > GW_TLIB_MAX_LEN)
        return gw_err_set(err, GW_EDATA, "%s: template of %d residues; 1 to %d can be stored",
                          t->name, t->len, GW_TLIB_MAX_LEN);
    if (w->n_templates >= GW_TLIB_MAX_TEMPLATES)
        return gw_err_set(err, GW_EDATA, "%s: a library holds at most %d templates; make several",
                          t->name, GW_TLIB_MAX_TEMPLATES);
    gw_template_t *copy = gw_calloc(1, sizeof *copy);
    if (!copy || !GW_GROW(w->entries, w->entries_cap, w->entries_len + GW_TLIB_ENTRY)) {
        free(copy);
        return gw_err_nomem(err, "writing a library");
    }
    gw_tlib_put(w->entries + w->entries_len, (uint64_t)t->len, 4);
    gw_tlib_put(w->entries + w->entries_len + 4, w->n_blocks, 4);
    memset(w->entries + w->entries_len + 8, 0, 8);
    w->entries_len += GW_TLIB_ENTRY;
    gw_status_t st = gw_template_init(copy, t->name, t->label, t->len, err);
    if (st == GW_OK && (!put_text(w, t->name) || !put_text(w, t->label) || !put_copies(w, t))) {
        gw_template_release(copy);
        st = gw_err_nomem(err, "writing a library");
    }
    if (st != GW_OK) {
        free(copy);
        return st;
    }
    size_t n = (size_t)t->len;
    memcpy(copy->seq, t->seq, n);
    memcpy(copy->ss, t->ss, n);
    memcpy(copy->acc, t->acc, n);
    memcpy(copy->depth, t->depth, n);
    memcpy(copy->prof, t->prof, n * 20);
    memcpy(copy->sprof, t->sprof, n * 20);
    memcpy(copy->resnum, t->resnum, n * sizeof *t->resnum);
    memcpy(copy->icode, t->icode, n);
    memcpy(copy->xyz, t->xyz, n * GW_TLIB_ATOMS * 3 * sizeof *t->xyz);
    w->pending[w->n_pending++] = copy;
    w->n_templates++;
    return w->n_pending == GW_TLIB_BLOCK_MAX ? flush_block(w, err) : GW_OK;
}

gw_status_t gw_tlib_writer_stats(gw_tlib_writer_t *w, const float *stat, size_t n, gw_err_t *err)
{
    if (n != w->n_templates)
        return gw_err_set(err, GW_EINTERNAL, "library: %zu statistics for %zu templates", n,
                          w->n_templates);
    uint8_t *e = w->entries;
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 2; k++) {
            uint32_t bits;
            memcpy(&bits, &stat[2 * i + (size_t)k], 4);
            gw_tlib_put(e + 8 + 4 * k, bits, 4);
        }
        e += GW_TLIB_ENTRY;
        for (int k = 0; k < 2; k++)
            e += 2 + gw_tlib_get(e, 2);
    }
    return GW_OK;
}

gw_status_t gw_tlib_writer_neighbours(gw_tlib_writer_t *w, size_t i,
                                      const gw_tlib_neighbour_t *list, size_t n, gw_err_t *err)
{
    if (!w->graph && !(w->graph = gw_calloc(w->n_templates, sizeof *w->graph)))
        return gw_err_nomem(err, "writing a library");
    n = n < GW_TLIB_MAX_NEIGHBOURS ? n : GW_TLIB_MAX_NEIGHBOURS;
    uint8_t *p = gw_malloc(2 + 5 * n, 1);
    if (!p)
        return gw_err_nomem(err, "writing a library");
    gw_tlib_put(p, n, 2);
    for (size_t k = 0; k < n; k++) {
        gw_tlib_put(p + 2 + 5 * k, list[k].tmpl, 4);
        p[6 + 5 * k] = list[k].weight;
    }
    free(w->graph[i]);
    w->graph[i] = p;
    return GW_OK;
}

static size_t graph_bytes(const gw_tlib_writer_t *w)
{
    size_t n = 2 * w->n_templates;
    for (size_t i = 0; w->graph && i < w->n_templates; i++)
        n += w->graph[i] ? 5 * gw_tlib_get(w->graph[i], 2) : 0;
    return n;
}

static void put_graph(const gw_tlib_writer_t *w, uint8_t *to)
{
    for (size_t i = 0; i < w->n_templates; i++) {
        size_t n = w->graph && w->graph[i] ? 2 + 5 * gw_tlib_get(w->graph[i], 2) : 2;
        if (n > 2)
            memcpy(to, w->graph[i], n);
        else
            memset(to, 0, 2);
        to += n;
    }
}

/* index and header behind the blocks; may be done again after the statistics changed */
gw_status_t gw_tlib_writer_finish(gw_tlib_writer_t *w, gw_err_t *err)
{
    gw_status_t st = flush_block(w, err);
    if (st != GW_OK)
        return st;
    size_t copies = w->any_copy ? w->copies_len : 0;
    size_t n = w->blocks_len + w->entries_len + graph_bytes(w) + copies, packed = 0;
    uint8_t *raw = gw_malloc(n, 1), head[GW_TLIB_HEADER] = {0};
    if (!raw)
        return gw_err_nomem(err, "writing a library");
    if (w->blocks_len) {
        memcpy(raw, w->blocks, w->blocks_len);
        memcpy(raw + w->blocks_len, w->entries, w->entries_len);
    }
    put_graph(w, raw + w->blocks_len + w->entries_len);
    if (copies)
        memcpy(raw + n - copies, w->copies, copies);
    uint64_t at = w->at, sum = 0;
    if (fseeko(w->out.file, (off_t)at, SEEK_SET) != 0) {
        free(raw);
        return errno == ESPIPE
                   ? gw_err_set(err, GW_EUSAGE, "%s: a library needs a regular file, not a pipe",
                                w->out.path)
                   : gw_err_set(err, GW_EIO, "%s: writing failed: %s; is the disk full?",
                                w->out.path, strerror(errno));
    }
    st = put_frame(w, raw, n, &packed, &sum, err);
    w->at = at; /* a second finish writes over this index */
    free(raw);
    if (st != GW_OK)
        return st;
    memcpy(head, GW_TLIB_MAGIC, 8);
    gw_tlib_put(head + 8, w->any_copy ? GW_TLIB_WITH_COPIES : GW_TLIB_VERSION, 4);
    gw_tlib_put(head + 12, w->n_templates, 4);
    gw_tlib_put(head + 16, w->n_blocks, 4);
    gw_tlib_put(head + 24, at, 8);
    gw_tlib_put(head + 32, packed, 8);
    gw_tlib_put(head + 40, n, 8);
    gw_tlib_put(head + 48, sum, 8);
    gw_tlib_put(head + 56, gw_hash_bytes(head, 56, GW_TLIB_SEED), 8);
    if (fflush(w->out.file) != 0 || ftruncate(fileno(w->out.file), (off_t)(at + packed)) != 0 ||
        fseeko(w->out.file, 0, SEEK_SET) != 0 ||
        fwrite(head, 1, sizeof head, w->out.file) != sizeof head || fflush(w->out.file) != 0)
        return gw_err_set(err, GW_EIO, "%s: writing failed: %s; is the disk full?", w->out.path,
                          strerror(errno));
    return GW_OK;
}

const char *gw_tlib_writer_temp(const gw_tlib_writer_t *w)
{
    return w->out.write;
}

gw_status_t gw_tlib_writer_commit(gw_tlib_writer_t *w, gw_err_t *err)
{
    gw_status_t st = gw_tlib_writer_finish(w, err);
    return st == GW_OK ? gw_outfile_commit(&w->out, err) : st;
}

void gw_tlib_writer_destroy(gw_tlib_writer_t *w)
{
    if (!w)
        return;
    gw_outfile_discard(&w->out);
    for (size_t k = 0; k < w->n_pending; k++) {
        gw_template_release(w->pending[k]);
        free(w->pending[k]);
    }
    ZSTD_freeCCtx(w->zstd);
    for (size_t i = 0; w->graph && i < w->n_templates; i++)
        free(w->graph[i]);
    free(w->graph);
    free(w->blocks);
    free(w->entries);
    free(w->copies);
    free(w);
}
