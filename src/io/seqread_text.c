#include <config.h>

#include <string.h>

#include "io/seqread_impl.h"

/* Copies n bytes of a sequence line through the table of allowed letters to out. */
static gw_status_t put_letters(const gw_seqreader_t *r, const seq_source_t *s,
                               const gw_seqrec_t *rec, const char *line, size_t n, char *out,
                               gw_err_t *err)
{
    unsigned char least = 0xff;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = r->letter[(unsigned char)line[i]];
        out[i] = (char)c;
        least = c < least ? c : least;
    }
    if (n == 0 || least)
        return GW_OK;
    size_t i = 0;
    while (out[i])
        i++;
    return seq_bad(s, rec, err, "byte 0x%02x at position %zu of the sequence is no %s code",
                   (unsigned char)line[i], i + 1,
                   r->opts.alphabet == GW_ALPHABET_DNA ? "nucleotide" : "residue");
}

/* Name, comment and a trailing /1 or /2 (kept as a flag until mates are compared). */
static gw_status_t parse_title(const gw_seqreader_t *r, const seq_source_t *s, gw_seqbatch_t *b,
                               gw_seqrec_t *rec, const char *line, size_t len, gw_err_t *err)
{
    size_t n = 0;
    while (n < len && line[n] != ' ' && line[n] != '\t')
        n++;
    size_t rest = n;
    while (rest < len && (line[rest] == ' ' || line[rest] == '\t'))
        rest++;
    bool fastq = s->first == '@';
    if (fastq && n > 2 && line[n - 2] == '/' && (line[n - 1] == '1' || line[n - 1] == '2')) {
        rec->flag |= line[n - 1] == '1' ? BAM_FREAD1 : BAM_FREAD2;
        n -= 2;
    }
    char *p = gw_arena_strndup(&b->arena, line, n);
    if (!p)
        return gw_err_nomem(err, "reading sequences");
    rec->name = p;
    rec->name_len = (uint32_t)n;
    gw_status_t st = n > UINT32_MAX / 2 ? seq_bad(s, NULL, err, "its name is too long")
                                        : seq_check_name(s, rec, err);
    if (st != GW_OK || rest == len)
        return st;
    /* "1:N:0" is needed to compare mates even when comments are not kept */
    if (r->opts.keep_comments || (fastq && len - rest > 3)) {
        rec->comment = gw_arena_strndup(&b->arena, line + rest, len - rest);
        if (!rec->comment)
            return gw_err_nomem(err, "reading sequences");
    }
    return GW_OK;
}

static gw_status_t check_len(const gw_seqreader_t *r, const seq_source_t *s, const gw_seqrec_t *rec,
                             size_t len, gw_err_t *err)
{
    return len <= r->opts.max_len
               ? GW_OK
               : seq_bad(s, rec, err, "is longer than %u letters", r->opts.max_len);
}

static gw_status_t cut(const seq_source_t *s, const gw_seqrec_t *rec, const char *where,
                       gw_err_t *err)
{
    return seq_bad(s, rec, err, "the file ends before its %s; it is cut: compare its checksum",
                   where);
}

static gw_status_t read_qualities(seq_source_t *s, gw_seqbatch_t *b, gw_seqrec_t *rec,
                                  gw_err_t *err)
{
    const char *line;
    size_t len;
    gw_status_t st = gw_lines_next(&s->lines, &line, &len, err);
    if (st != GW_OK)
        return st;
    if (!line && rec->len > 0)
        return cut(s, rec, "qualities", err);
    if (!line)
        line = "";
    if (len != rec->len)
        return seq_bad(s, rec, err,
                       "%zu qualities for %u bases; file cut short? compare its checksum", len,
                       rec->len);
    char *q = gw_arena_alloc(&b->arena, len + 1, 1);
    if (!q)
        return gw_err_nomem(err, "reading sequences");
    unsigned char low = 0xff, high = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];
        q[i] = (char)c;
        low = c < low ? c : low;
        high = c > high ? c : high;
    }
    q[len] = '\0';
    if (len > 0 && (low < '!' || high > '~'))
        return seq_bad(s, rec, err, "byte 0x%02x among the qualities; is the file damaged?",
                       low < '!' ? low : high);
    rec->qual = q;
    return GW_OK;
}

static gw_status_t next_fastq(gw_seqreader_t *r, seq_source_t *s, gw_seqbatch_t *b,
                              gw_seqrec_t *rec, const char *line, size_t len, gw_err_t *err)
{
    if (line[0] != '@')
        return seq_bad(s, NULL, err,
                       "line %llu does not begin with '@'; FASTQ of four lines a record is needed "
                       "(is a sequence wrapped, or the file damaged?)",
                       (unsigned long long)s->lines.number);
    /* the title as it stands, for the repeated one behind '+' */
    char *title = gw_arena_strndup(&b->arena, line + 1, len - 1);
    size_t title_len = len - 1;
    gw_status_t st = title ? parse_title(r, s, b, rec, line + 1, len - 1, err)
                           : gw_err_nomem(err, "reading sequences");
    if (st == GW_OK)
        st = gw_lines_next(&s->lines, &line, &len, err);
    if (st != GW_OK)
        return st;
    if (!line)
        return cut(s, rec, "sequence", err);
    st = check_len(r, s, rec, len, err);
    if (st != GW_OK)
        return st;
    char *q = gw_arena_alloc(&b->arena, len + 1, 1);
    if (!q)
        return gw_err_nomem(err, "reading sequences");
    st = put_letters(r, s, rec, line, len, q, err);
    if (st != GW_OK)
        return st;
    q[len] = '\0';
    rec->seq = q;
    rec->len = (uint32_t)len;
    st = gw_lines_next(&s->lines, &line, &len, err);
    if (st != GW_OK)
        return st;
    if (!line)
        return cut(s, rec, "'+' line", err);
    if (len == 0 || line[0] != '+')
        return seq_bad(s, rec, err,
                       "line %llu does not begin with '+'; is the sequence wrapped over several "
                       "lines, or the file damaged?",
                       (unsigned long long)s->lines.number);
    if (len > 1 && (len - 1 != title_len || memcmp(line + 1, title, title_len) != 0))
        return seq_bad(s, rec, err, "the name behind '+' differs; is the file damaged?");
    return read_qualities(s, b, rec, err);
}

static gw_status_t next_fasta(gw_seqreader_t *r, seq_source_t *s, gw_seqbatch_t *b,
                              gw_seqrec_t *rec, const char *line, size_t len, gw_err_t *err)
{
    if (line[0] != '>')
        return seq_bad(s, NULL, err, "line %llu does not begin with '>'; is the file damaged?",
                       (unsigned long long)s->lines.number);
    gw_status_t st = parse_title(r, s, b, rec, line + 1, len - 1, err);
    char *seq = NULL;
    size_t n = 0, cap = 0;
    for (int c = 0; st == GW_OK;) {
        st = gw_lines_peek(&s->lines, &c, err);
        if (st != GW_OK || c < 0 || c == '>')
            break;
        st = gw_lines_next(&s->lines, &line, &len, err);
        if (st != GW_OK)
            break;
        while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
            len--;
        st = check_len(r, s, rec, n + len, err);
        if (st != GW_OK)
            break;
        if (n + len + 1 > cap) { /* pieces of an arena cannot grow: move to one twice as large */
            cap = 2 * (n + len) + 64;
            char *grown = gw_arena_alloc(&b->arena, cap, 1);
            if (!grown)
                return gw_err_nomem(err, "reading sequences");
            if (n)
                memcpy(grown, seq, n);
            seq = grown;
        }
        st = put_letters(r, s, rec, line, len, seq + n, err);
        n += len;
    }
    if (st != GW_OK)
        return st;
    if (n == 0)
        return seq_bad(s, rec, err, "has no sequence; remove it, or is the file cut?");
    seq[n] = '\0';
    rec->seq = seq;
    rec->len = (uint32_t)n;
    return GW_OK;
}

gw_status_t seq_text_next(gw_seqreader_t *r, seq_source_t *s, gw_seqbatch_t *b, gw_seqrec_t *rec,
                          bool *got, gw_err_t *err)
{
    const char *line;
    size_t len;
    gw_status_t st;
    uint64_t blank = 0;
    for (;;) {
        st = gw_lines_next(&s->lines, &line, &len, err);
        if (st != GW_OK || !line)
            return st;
        if (len > 0)
            break;
        blank++;
    }
    s->n++;
    if (blank > 0 && s->first == '@') /* only behind the last record are they harmless */
        return seq_bad(s, NULL, err, "an empty line stands before it; is the file damaged?");
    if (s->first == 0) {
        s->first = (unsigned char)line[0];
        if (s->first != '>' && s->first != '@')
            return gw_err_set(err, GW_EDATA,
                              "%s: begins with byte 0x%02x, not with '@' or '>': neither FASTQ, "
                              "FASTA, SAM, BAM nor CRAM",
                              s->name, (unsigned)s->first);
    }
    rec->ordinal = s->n;
    *got = true;
    return s->first == '@' ? next_fastq(r, s, b, rec, line, len, err)
                           : next_fasta(r, s, b, rec, line, len, err);
}
