#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <htslib/hfile.h>
#include <htslib/hts.h>

#include "base/log.h"
#include "io/seqread_impl.h"

/* 1. batches */
void gw_seqbatch_init(gw_seqbatch_t *b)
{
    memset(b, 0, sizeof *b);
    gw_arena_init(&b->arena, 1 << 20);
}

void gw_seqbatch_release(gw_seqbatch_t *b)
{
    free(b->rec);
    gw_arena_release(&b->arena);
    memset(b, 0, sizeof *b);
}

static gw_status_t batch_push(gw_seqbatch_t *b, const gw_seqrec_t *rec, gw_err_t *err)
{
    if (!GW_GROW(b->rec, b->cap, b->n + 1))
        return gw_err_nomem(err, "reading sequences");
    b->rec[b->n++] = *rec;
    return GW_OK;
}

/* 2. messages and names */
gw_status_t seq_bad(const seq_source_t *s, const gw_seqrec_t *rec, gw_err_t *err, const char *fmt,
                    ...)
{
    char what[700];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    if (rec && rec->name && rec->name_len)
        return gw_err_set(err, GW_EDATA, "%s: record %llu (%.*s): %s", s->name,
                          (unsigned long long)s->n, rec->name_len > 80 ? 80 : (int)rec->name_len,
                          rec->name, what);
    return gw_err_set(err, GW_EDATA, "%s: record %llu: %s", s->name, (unsigned long long)s->n,
                      what);
}

gw_status_t seq_check_name(const seq_source_t *s, const gw_seqrec_t *rec, gw_err_t *err)
{
    if (rec->name_len == 0)
        return seq_bad(s, NULL, err, "has no name; is the file damaged?");
    for (uint32_t i = 0; i < rec->name_len; i++)
        if (rec->name[i] < '!' || rec->name[i] > '~')
            return seq_bad(s, NULL, err, "byte 0x%02x in its name; is this a text file?",
                           (unsigned char)rec->name[i]);
    if (rec->name_len > SEQ_MAX_NAME)
        return seq_bad(s, rec, err, "its name has %u characters and SAM allows %d; shorten it",
                       rec->name_len, SEQ_MAX_NAME);
    return GW_OK;
}

/* 3. opening */
static void set_letters(gw_seqreader_t *r)
{
    static const char *const allowed[] = {"ACGTUNRYSWKMBDHVX", "ABCDEFGHIJKLMNOPQRSTUVWXYZ*",
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ*"};
    for (const char *p = allowed[r->opts.alphabet]; *p; p++) {
        unsigned char u = (unsigned char)*p;
        if (r->opts.alphabet == GW_ALPHABET_DNA)
            u = u == 'U' ? 'T' : u == 'X' ? 'N' : u;
        r->letter[(unsigned char)*p] = u;
        r->letter[(unsigned char)*p | 0x20] = u;
    }
    r->letter['*' | 0x20] = r->letter['*'];
}

static gw_status_t source_open(gw_seqreader_t *r, seq_source_t *s, const char *path, gw_err_t *err)
{
    hFILE *h;
    htsFormat f;
    s->path = gw_strdup(path);
    s->name = gw_strdup(gw_stream_name(path));
    if (!s->path || !s->name)
        return gw_err_nomem(err, "opening an input");
    gw_status_t st = gw_stream_hopen(path, &h, err);
    if (st != GW_OK)
        return st;
    if (hts_detect_format2(h, path, &f) == 0 &&
        (f.format == bam || f.format == cram || f.format == sam))
        return seq_aln_open(r, s, h, err);
    gw_stream_t *stream;
    st = gw_stream_attach(h, path, &stream, err);
    if (st != GW_OK)
        return st;
    /* the threads beside the caller's are shared out */
    size_t more = r->opts.threads > 1 ? (size_t)r->opts.threads - 1 : 0;
    more = (more + (s == r->src && r->n_src > 1)) / r->n_src;
    gw_stream_set_threads(stream, path, (int)more + 1);
    st = gw_lines_init(&s->lines, stream, s->path, (size_t)1 << 33, err);
    return st;
}

gw_status_t gw_seqreader_open(const char *const *path, size_t n_paths,
                              const gw_seqread_opts_t *opts, gw_seqreader_t **out, gw_err_t *err)
{
    gw_seqreader_t *r = gw_calloc(1, sizeof *r);
    if (!r)
        return gw_err_nomem(err, "opening an input");
    r->opts = *opts;
    if (r->opts.max_len == 0)
        r->opts.max_len = INT32_MAX;
    r->n_src = n_paths;
    gw_seqbatch_init(&r->ahead);
    set_letters(r);
    gw_status_t st = GW_OK;
    if (n_paths == 2 && strcmp(path[0], path[1]) == 0)
        st = gw_err_set(err, GW_EUSAGE, "%s is given for both mates", gw_stream_name(path[0]));
    for (size_t i = 0; i < n_paths && st == GW_OK; i++)
        st = source_open(r, &r->src[i], path[i], err);
    if (st == GW_OK && n_paths == 2 && (r->src[0].aln || r->src[1].aln))
        st = gw_err_set(err, GW_EUSAGE,
                        "%s: SAM, BAM and CRAM hold both mates; give that one file alone",
                        r->src[r->src[0].aln ? 0 : 1].name);
    if (st != GW_OK) {
        gw_seqreader_close(r);
        return st;
    }
    *out = r;
    return GW_OK;
}

void gw_seqreader_close(gw_seqreader_t *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < 2; i++) {
        seq_source_t *s = &r->src[i];
        gw_lines_release(&s->lines);
        bam_destroy1(s->rec);
        gw_alnreader_close(s->aln);
        free(s->path);
        free(s->name);
    }
    gw_seqbatch_release(&r->ahead);
    free(r);
}

const char *gw_seqreader_header(const gw_seqreader_t *r)
{
    const gw_alnreader_t *aln = r->src[0].aln;
    return aln ? sam_hdr_str((sam_hdr_t *)(uintptr_t)gw_alnreader_header(aln)) : NULL;
}

/* 4. reading */
static gw_status_t source_next(gw_seqreader_t *r, seq_source_t *s, gw_seqbatch_t *b,
                               gw_seqrec_t *rec, bool *got, gw_err_t *err)
{
    memset(rec, 0, sizeof *rec);
    *got = false;
    if (s->ended)
        return GW_OK;
    gw_status_t st =
        s->aln ? seq_aln_next(r, s, b, rec, got, err) : seq_text_next(r, s, b, rec, got, err);
    if (st != GW_OK)
        return st;
    s->ended = !*got;
    if (s->ended && !s->aln && s->n == 0) /* an empty BAM has its header and end marker to show */
        return gw_err_set(err, GW_EDATA, "%s: is empty: no sequence is in it; was it ever written?",
                          s->name);
    if (s->ended && s->skipped)
        gw_log_info("%s: left out %llu secondary and supplementary records: their reads are in "
                    "the primary ones",
                    s->name, (unsigned long long)s->skipped);
    if (*got && r->opts.need_quals && !rec->qual && rec->len > 0)
        return seq_bad(s, rec, err, "has no qualities; give FASTQ or BAM with qualities");
    return GW_OK;
}

static bool same_name(const gw_seqrec_t *a, const gw_seqrec_t *b)
{
    return a->name_len == b->name_len && memcmp(a->name, b->name, a->name_len) == 0;
}

/* which mate a FASTQ record says it is: by "/1" (the flag set by the parser) or by "1:N:0:..." */
static int stated_mate(const gw_seqrec_t *rec)
{
    if (rec->flag & (BAM_FREAD1 | BAM_FREAD2))
        return rec->flag & BAM_FREAD1 ? 1 : 2;
    const char *c = rec->comment;
    if (c && (c[0] == '1' || c[0] == '2') && c[1] == ':' && (c[2] == 'N' || c[2] == 'Y') &&
        c[3] == ':')
        return c[0] - '0';
    return 0;
}

static gw_status_t check_mates(const gw_seqreader_t *r, const gw_seqrec_t *a, const gw_seqrec_t *b,
                               gw_err_t *err)
{
    const seq_source_t *s = &r->src[0], *t = &r->src[r->n_src - 1];
    if (!same_name(a, b))
        return gw_err_set(err, GW_EDATA,
                          "%s: record %llu (%.80s) and %s: record %llu (%.80s): mates have "
                          "different names; give two files in the same order",
                          s->name, (unsigned long long)a->ordinal, a->name, t->name,
                          (unsigned long long)b->ordinal, b->name);
    if (stated_mate(a) == 2 || stated_mate(b) == 1)
        return gw_err_set(err, GW_EDATA,
                          "%s: record %llu (%.80s): says it is mate %d where mate %d is expected; "
                          "are the two files swapped?",
                          stated_mate(a) == 2 ? s->name : t->name, (unsigned long long)a->ordinal,
                          a->name, stated_mate(a) == 2 ? 2 : 1, stated_mate(a) == 2 ? 1 : 2);
    return GW_OK;
}

static void mark_pair(gw_seqrec_t *a, gw_seqrec_t *b)
{
    a->flag = (uint16_t)((a->flag & BAM_FQCFAIL) | BAM_FPAIRED | BAM_FREAD1);
    b->flag = (uint16_t)((b->flag & BAM_FQCFAIL) | BAM_FPAIRED | BAM_FREAD2);
}

static gw_status_t next_two_files(gw_seqreader_t *r, gw_seqbatch_t *b, bool *got, gw_err_t *err)
{
    gw_seqrec_t one, two;
    bool got_one, got_two;
    gw_status_t st = source_next(r, &r->src[0], b, &one, &got_one, err);
    if (st == GW_OK)
        st = source_next(r, &r->src[1], b, &two, &got_two, err);
    if (st != GW_OK)
        return st;
    *got = got_one && got_two;
    if (got_one != got_two) {
        const seq_source_t *s = &r->src[got_one ? 1 : 0], *l = &r->src[got_one ? 0 : 1];
        return gw_err_set(err, GW_EDATA,
                          "%s: ends after %llu records while %s goes on; one of them is cut or "
                          "they are not mates",
                          s->name, (unsigned long long)s->n, l->name);
    }
    if (!*got)
        return GW_OK;
    st = check_mates(r, &one, &two, err);
    if (st != GW_OK)
        return st;
    mark_pair(&one, &two);
    st = batch_push(b, &one, err);
    return st == GW_OK ? batch_push(b, &two, err) : st;
}

/* A copy of rec whose pieces live in b. */
static gw_status_t move_record(gw_seqbatch_t *b, gw_seqrec_t *rec, gw_err_t *err)
{
    const gw_seqrec_t old = *rec;
    rec->name = gw_arena_strndup(&b->arena, old.name, old.name_len);
    rec->seq = gw_arena_strndup(&b->arena, old.seq, old.len);
    bool ok = rec->name && rec->seq;
    if (old.comment)
        ok &=
            (rec->comment = gw_arena_strndup(&b->arena, old.comment, strlen(old.comment))) != NULL;
    if (old.qual)
        ok &= (rec->qual = gw_arena_strndup(&b->arena, old.qual, old.len)) != NULL;
    if (old.aux)
        ok &= (rec->aux = (const uint8_t *)gw_arena_strndup(&b->arena, (const char *)old.aux,
                                                            old.aux_len)) != NULL;
    return ok ? GW_OK : gw_err_nomem(err, "reading sequences");
}

/* The record read ahead, or the next one. */
static gw_status_t take(gw_seqreader_t *r, gw_seqbatch_t *b, gw_seqrec_t *rec, bool *got,
                        gw_err_t *err)
{
    if (!r->have_ahead)
        return source_next(r, &r->src[0], b, rec, got, err);
    r->have_ahead = false;
    *rec = r->ahead.rec[0];
    *got = true;
    return move_record(b, rec, err);
}

static gw_status_t put_back(gw_seqreader_t *r, gw_seqrec_t *rec, gw_err_t *err)
{
    gw_arena_reset(&r->ahead.arena);
    r->ahead.n = 0;
    gw_status_t st = move_record(&r->ahead, rec, err);
    if (st == GW_OK)
        st = batch_push(&r->ahead, rec, err);
    r->have_ahead = st == GW_OK;
    return st;
}

/* One file whose neighbours may be mates: interleaved FASTQ, or BAM by its flags. */
static gw_status_t next_one_file(gw_seqreader_t *r, gw_seqbatch_t *b, bool *got, gw_err_t *err)
{
    gw_seqrec_t one, two;
    bool got_two;
    gw_status_t st = take(r, b, &one, got, err);
    if (st != GW_OK || !*got)
        return st;
    const seq_source_t *s = &r->src[0];
    bool aln = s->aln != NULL;
    if (!(aln ? (one.flag & BAM_FPAIRED) != 0 : r->opts.interleaved)) {
        one.flag &= BAM_FQCFAIL;
        return batch_push(b, &one, err);
    }
    st = source_next(r, &r->src[0], b, &two, &got_two, err);
    if (st != GW_OK)
        return st;
    bool pair = got_two && same_name(&one, &two);
    if (aln && !pair)
        return gw_err_set(err, GW_EDATA,
                          "%s: record %llu (%.80s): its mate does not follow; group the file by "
                          "name (samtools collate)",
                          s->name, (unsigned long long)one.ordinal, one.name);
    if (!pair) {
        one.flag &= BAM_FQCFAIL;
        st = batch_push(b, &one, err);
        return st == GW_OK && got_two ? put_back(r, &two, err) : st;
    }
    bool swapped = aln && (one.flag & BAM_FREAD2) && (two.flag & BAM_FREAD1);
    if (!aln) {
        st = check_mates(r, &one, &two, err);
        if (st != GW_OK)
            return st;
    } else if (!swapped && !((one.flag & BAM_FREAD1) && (two.flag & BAM_FREAD2))) {
        return gw_err_set(err, GW_EDATA,
                          "%s: record %llu (%.80s): this and the next are not one first and one "
                          "second mate; is the file damaged?",
                          s->name, (unsigned long long)one.ordinal, one.name);
    }
    mark_pair(swapped ? &two : &one, swapped ? &one : &two);
    st = batch_push(b, swapped ? &two : &one, err);
    return st == GW_OK ? batch_push(b, swapped ? &one : &two, err) : st;
}

gw_status_t gw_seqreader_next(gw_seqreader_t *r, gw_seqbatch_t *b, size_t max_records,
                              uint64_t max_bases, gw_err_t *err)
{
    uint64_t bases = 0;
    bool got = true;
    b->n = 0;
    gw_arena_reset(&b->arena);
    while (got && b->n < max_records && bases < max_bases) {
        size_t before = b->n;
        gw_status_t st =
            r->n_src == 2 ? next_two_files(r, b, &got, err) : next_one_file(r, b, &got, err);
        if (st != GW_OK)
            return st;
        for (size_t i = before; i < b->n; i++) {
            bases += b->rec[i].len;
            if (!r->opts.keep_comments)
                b->rec[i].comment = NULL;
        }
    }
    return GW_OK;
}
