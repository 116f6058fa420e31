#include <config.h>

#include <errno.h>
#include <string.h>
#include <htslib/bgzf.h>
#include <htslib/cram.h>
#include <htslib/hts.h>

#include "io/seqread_impl.h"

gw_status_t seq_aln_open(gw_seqreader_t *r, seq_source_t *s, hFILE *h, gw_err_t *err)
{
    s->aln = hts_hopen(h, s->path, "r");
    if (!s->aln) {
        hclose_abruptly(h);
        return gw_err_set(err, GW_EDATA, "%s: cannot be read; is it damaged?", s->name);
    }
    s->hdr = sam_hdr_read(s->aln);
    s->rec = bam_init1();
    if (!s->hdr)
        return gw_err_set(err, GW_EDATA, "%s: the header cannot be read; is the file cut?",
                          s->name);
    /* not before the header: see gw_alnreader_open */
    if (r->opts.threads > 1 && hts_set_threads(s->aln, r->opts.threads) != 0)
        return gw_err_nomem(err, "starting threads");
    return s->rec ? GW_OK : gw_err_nomem(err, "opening an input");
}

static gw_status_t check_end(const seq_source_t *s, gw_err_t *err)
{
    const htsFormat *f = hts_get_format(s->aln);
    bool bad = f->compression == bgzf && s->aln->is_bgzf && s->aln->fp.bgzf->no_eof_block;
    if (f->format == cram)
        bad = cram_eof(s->aln->fp.cram) == 2; /* no end container */
    return bad ? gw_err_set(err, GW_EDATA,
                            "%s: the end marker is missing after record %llu: the file is cut; "
                            "make it or copy it again",
                            s->name, (unsigned long long)s->n)
               : GW_OK;
}

/* Tags that an aligner writes: those of an earlier alignment would be wrong in the new one. */
static bool of_alignment(const uint8_t *tag)
{
    static const char drop[][3] = {"NM", "MD", "AS", "XS", "SA", "XA", "MC", "MQ", "ms", "XT"};
    for (size_t i = 0; i < sizeof drop / sizeof *drop; i++)
        if (tag[0] == drop[i][0] && tag[1] == drop[i][1])
            return true;
    return false;
}

/* Bytes of one type letter's value; 0 = unknown letter. */
static size_t type_size(uint8_t type)
{
    switch (type) {
    case 'A':
    case 'c':
    case 'C':
        return 1;
    case 's':
    case 'S':
        return 2;
    case 'i':
    case 'I':
    case 'f':
        return 4;
    default:
        return 0;
    }
}

/* The whole size of the tag at t (SAM specification v1, section 4.2.4), 0 when damaged. */
static size_t tag_size(const uint8_t *t, const uint8_t *end)
{
    size_t room = (size_t)(end - t), size = 0;
    if (room < 4)
        return 0;
    if (t[2] == 'Z' || t[2] == 'H') {
        const uint8_t *nul = memchr(t + 3, '\0', room - 3);
        size = nul ? (size_t)(nul - t) + 1 : 0;
    } else if (t[2] == 'B') {
        size_t one = room >= 8 ? type_size(t[3]) : 0;
        uint64_t n =
            one ? (uint64_t)t[4] | (uint64_t)t[5] << 8 | (uint64_t)t[6] << 16 | (uint64_t)t[7] << 24
                : 0;
        size = one ? 8 + n * one : 0;
    } else {
        size = type_size(t[2]) ? 3 + type_size(t[2]) : 0;
    }
    return size <= room ? size : 0;
}

static gw_status_t copy_tags(const seq_source_t *s, gw_seqbatch_t *b, gw_seqrec_t *rec,
                             gw_err_t *err)
{
    bam1_t *a = s->rec;
    size_t n = (size_t)bam_get_l_aux(a);
    if (n == 0)
        return GW_OK;
    uint8_t *out = gw_arena_alloc(&b->arena, n, 1);
    if (!out)
        return gw_err_nomem(err, "reading sequences");
    rec->aux = out;
    const uint8_t *t = bam_get_aux(a), *end = t + n;
    while (t < end) {
        size_t size = tag_size(t, end);
        if (size == 0)
            return seq_bad(s, rec, err, "its tags are damaged");
        if (!of_alignment(t)) {
            memcpy(out + rec->aux_len, t, size);
            rec->aux_len += (uint32_t)size;
        }
        t += size;
    }
    return GW_OK;
}

static gw_status_t copy_sequence(const gw_seqreader_t *r, const seq_source_t *s, gw_seqbatch_t *b,
                                 gw_seqrec_t *rec, gw_err_t *err)
{
    const bam1_t *a = s->rec;
    size_t n = (size_t)a->core.l_qseq;
    const uint8_t *seq = bam_get_seq(a), *qual = bam_get_qual(a);
    bool reverse = (a->core.flag & BAM_FREVERSE) != 0;
    if (n > r->opts.max_len)
        return seq_bad(s, rec, err, "is longer than %u letters", r->opts.max_len);
    char *out = gw_arena_alloc(&b->arena, n + 1, 1);
    if (!out)
        return gw_err_nomem(err, "reading sequences");
    for (size_t i = 0; i < n; i++) {
        size_t k = reverse ? n - 1 - i : i;
        int c = bam_seqi(seq, k);
        if (reverse) /* the complement swaps the bits of A, C, G and T */
            c = (c & 1) << 3 | (c & 2) << 1 | (c & 4) >> 1 | (c & 8) >> 3;
        out[i] = c ? seq_nt16_str[c] : 'N';
    }
    out[n] = '\0';
    rec->seq = out;
    rec->len = (uint32_t)n;
    if (n == 0 || qual[0] == 0xff)
        return GW_OK;
    char *q = gw_arena_alloc(&b->arena, n + 1, 1);
    if (!q)
        return gw_err_nomem(err, "reading sequences");
    for (size_t i = 0; i < n; i++) {
        uint8_t v = qual[reverse ? n - 1 - i : i];
        if (v > 93)
            return seq_bad(s, rec, err, "a quality of %u; SAM allows 93", v);
        q[i] = (char)(v + 33);
    }
    q[n] = '\0';
    rec->qual = q;
    return GW_OK;
}

gw_status_t seq_aln_next(gw_seqreader_t *r, seq_source_t *s, gw_seqbatch_t *b, gw_seqrec_t *rec,
                         bool *got, gw_err_t *err)
{
    bam1_t *a = s->rec;
    do {
        errno = 0;
        int st = sam_read1(s->aln, s->hdr, a);
        if (st == -1)
            return check_end(s, err);
        if (st < -1 && errno == ENOMEM)
            return gw_err_nomem(err, "reading sequences");
        s->n++;
        if (st < -1)
            return seq_bad(s, NULL, err,
                           "cannot be read: the file is cut or damaged; make it or "
                           "copy it again");
        s->skipped += (a->core.flag & (BAM_FSECONDARY | BAM_FSUPPLEMENTARY)) != 0;
    } while (a->core.flag & (BAM_FSECONDARY | BAM_FSUPPLEMENTARY));
    rec->ordinal = s->n;
    rec->name_len = (uint32_t)strlen(bam_get_qname(a));
    rec->name = gw_arena_strndup(&b->arena, bam_get_qname(a), rec->name_len);
    if (!rec->name)
        return gw_err_nomem(err, "reading sequences");
    rec->flag = a->core.flag & (BAM_FPAIRED | BAM_FREAD1 | BAM_FREAD2 | BAM_FQCFAIL);
    gw_status_t st = seq_check_name(s, rec, err);
    if (st == GW_OK)
        st = copy_sequence(r, s, b, rec, err);
    if (st == GW_OK)
        st = copy_tags(s, b, rec, err);
    *got = st == GW_OK;
    return st;
}
