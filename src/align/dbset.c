#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/dbset.h"
#include "base/mem.h"
#include "io/seqread.h"
#include "io/stream.h"

/* 1. a block */
const char *gw_dbset_title(const gw_dbset_t *s, size_t i)
{
    const char *name = gw_dbset_name(s, i);
    return name + strlen(name) + 1;
}

uint64_t gw_dbset_bytes(const gw_dbset_t *s)
{
    return s->n ? (uint64_t)s->off[s->n] + s->n_text + s->n * (sizeof *s->off + sizeof *s->name) : 0;
}

bool gw_dbset_looks_dna(const gw_dbset_t *s)
{
    int64_t n = s->n ? s->off[s->n] : 0, dna = 0;
    bool is_dna[256] = {false};
    for (const char *p = "ACGTUNacgtun"; *p; p++)
        is_dna[(unsigned char)*p] = true;
    for (int64_t i = 0; i < n; i++)
        dna += is_dna[s->letter[i]];
    return (double)dna >= 0.9 * (double)n;
}

gw_status_t gw_dbset_encode(gw_dbset_t *s, const uint8_t code[256], const char *kind, gw_err_t *err)
{
    for (size_t i = 0; i < s->n; i++)
        for (int64_t k = s->off[i]; k < s->off[i + 1]; k++) {
            unsigned char c = s->letter[k];
            if (code[c] == 0xff)
                return gw_err_set(err, GW_EDATA,
                                  "%s: record %llu (%.80s): letter %lld is '%c', no %s letter",
                                  gw_stream_name(s->path), (unsigned long long)(s->first + i + 1),
                                  gw_dbset_name(s, i), (long long)(k - s->off[i] + 1), c, kind);
            s->letter[k] = code[c];
        }
    return GW_OK;
}

void gw_dbset_release(gw_dbset_t *s)
{
    free(s->letter);
    free(s->off);
    free(s->text);
    free(s->name);
    *s = (gw_dbset_t){0};
}

/* 2. reading */
enum { BATCH_RECORDS = 4096, BATCH_LETTERS = 1 << 20 };

struct gw_dbreader {
    const char *const *path;
    size_t n_paths, at; /* path[at] is the next to be opened */
    int threads;
    gw_seqreader_t *reader; /* NULL: none is open */
    gw_seqbatch_t batch;
    size_t taken;   /* records of the batch that are in a block */
    uint64_t n;     /* sequences of this file so far */
};

static gw_status_t open_next(gw_dbreader_t *r, gw_err_t *err)
{
    gw_seqread_opts_t o = {
        .alphabet = GW_ALPHABET_ANY, .keep_comments = true, .threads = r->threads};
    r->n = 0;
    return gw_seqreader_open(&r->path[r->at++], 1, &o, &r->reader, err);
}

gw_status_t gw_dbreader_open(const char *const *path, size_t n_paths, int threads,
                             gw_dbreader_t **out, gw_err_t *err)
{
    gw_dbreader_t *r = gw_calloc(1, sizeof *r);
    if (!r)
        return gw_err_nomem(err, "opening an input");
    *r = (gw_dbreader_t){.path = path, .n_paths = n_paths, .threads = threads};
    gw_seqbatch_init(&r->batch);
    gw_status_t st = open_next(r, err);
    if (st != GW_OK) {
        gw_dbreader_close(r);
        return st;
    }
    *out = r;
    return GW_OK;
}

static bool put_text(gw_dbset_t *s, const char *p, size_t n)
{
    if (!GW_GROW(s->text, s->cap_text, s->n_text + n + 1))
        return false;
    if (n)
        memcpy(s->text + s->n_text, p, n);
    s->text[s->n_text + n] = '\0';
    s->n_text += n + 1;
    return true;
}

static bool put(gw_dbset_t *s, const gw_seqrec_t *rec)
{
    if (!GW_GROW(s->off, s->cap_off, s->n + 2) || !GW_GROW(s->name, s->cap_name, s->n + 2))
        return false;
    if (s->n == 0)
        s->off[0] = s->name[0] = 0;
    int64_t at = s->off[s->n];
    if (!GW_GROW(s->letter, s->cap_letter, (size_t)at + rec->len) ||
        !put_text(s, rec->name, rec->name_len) ||
        !put_text(s, rec->comment, rec->comment ? strlen(rec->comment) : 0))
        return false;
    memcpy(s->letter + at, rec->seq, rec->len);
    s->n++;
    s->off[s->n] = at + rec->len;
    s->name[s->n] = (int64_t)s->n_text;
    return true;
}

/* The next batch, of this file or, when it is at its end and the block empty, of the next */
static gw_status_t refill(gw_dbreader_t *r, const gw_dbset_t *s, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    r->taken = 0;
    r->batch.n = 0;
    for (;;) {
        if (!r->reader && (s->n > 0 || r->at == r->n_paths))
            return GW_OK;
        if (!r->reader)
            st = open_next(r, err);
        if (st == GW_OK)
            st = gw_seqreader_next(r->reader, &r->batch, BATCH_RECORDS, BATCH_LETTERS, err);
        if (st != GW_OK || r->batch.n > 0)
            return st;
        if (r->n == 0)
            return gw_err_set(err, GW_EDATA, "%s: holds no sequences",
                              gw_stream_name(r->path[r->at - 1]));
        gw_seqreader_close(r->reader);
        r->reader = NULL;
    }
}

static gw_status_t check_record(const gw_dbset_t *s, const gw_seqrec_t *rec, gw_err_t *err)
{
    return rec->len > 0 ? GW_OK
                        : gw_err_set(err, GW_EDATA,
                                     "%s: record %llu (%.80s): has no sequence; remove it, or is the "
                                     "file cut?",
                                     gw_stream_name(s->path), (unsigned long long)rec->ordinal,
                                     rec->name);
}

gw_status_t gw_dbreader_next(gw_dbreader_t *r, gw_dbset_t *s, uint64_t max_bytes, size_t max_n,
                             gw_err_t *err)
{
    gw_status_t st = GW_OK;
    s->n = s->n_text = 0;
    while (st == GW_OK && (s->n == 0 || (s->n < max_n && gw_dbset_bytes(s) < max_bytes))) {
        if (r->taken == r->batch.n) {
            st = refill(r, s, err);
            if (st != GW_OK || r->batch.n == 0)
                break;
        }
        if (s->n == 0) {
            s->path = r->path[r->at - 1];
            s->first = r->n;
        }
        const gw_seqrec_t *rec = &r->batch.rec[r->taken++];
        st = check_record(s, rec, err);
        if (st == GW_OK && !put(s, rec))
            st = gw_err_nomem(err, "reading sequences");
        r->n++;
    }
    return st;
}

void gw_dbreader_close(gw_dbreader_t *r)
{
    if (!r)
        return;
    gw_seqreader_close(r->reader);
    gw_seqbatch_release(&r->batch);
    free(r);
}
