#include <config.h>

#include <string.h>

#include "io/bamtag.h"
#include "io/seqread_impl.h"

gw_status_t seq_aln_open(gw_seqreader_t *r, seq_source_t *s, hFILE *h, gw_err_t *err)
{
    gw_alnread_opts_t o = {.threads = r->opts.threads};
    gw_status_t st = gw_alnreader_attach(h, s->path, &o, &s->aln, err);
    s->rec = bam_init1();
    return st == GW_OK && !s->rec ? gw_err_nomem(err, "opening an input") : st;
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
        size_t size = gw_bamtag_size(t, end);
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
    gw_status_t st;
    bool more;
    do {
        st = gw_alnreader_next(s->aln, a, &more, err);
        if (st != GW_OK || !more)
            return st;
        s->n++;
        s->skipped += (a->core.flag & (BAM_FSECONDARY | BAM_FSUPPLEMENTARY)) != 0;
    } while (a->core.flag & (BAM_FSECONDARY | BAM_FSUPPLEMENTARY));
    rec->ordinal = s->n;
    rec->name_len = (uint32_t)strlen(bam_get_qname(a));
    rec->name = gw_arena_strndup(&b->arena, bam_get_qname(a), rec->name_len);
    if (!rec->name)
        return gw_err_nomem(err, "reading sequences");
    rec->flag = a->core.flag & (BAM_FPAIRED | BAM_FREAD1 | BAM_FREAD2 | BAM_FQCFAIL);
    st = seq_check_name(s, rec, err);
    if (st == GW_OK)
        st = copy_sequence(r, s, b, rec, err);
    if (st == GW_OK)
        st = copy_tags(s, b, rec, err);
    *got = st == GW_OK;
    return st;
}
