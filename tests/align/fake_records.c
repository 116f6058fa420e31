#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/align/fake_records.h"

sam_hdr_t *fake_header(void)
{
    static const char text[] = "@HD\tVN:1.6\n@SQ\tSN:one\tLN:100000\n@SQ\tSN:two\tLN:3000000\n"
                               "@SQ\tSN:three\tLN:50000\n"
                               "@RG\tID:a\tLB:lib1\tSM:s\n@RG\tID:b\tLB:lib1\tSM:s\n"
                               "@RG\tID:c\tLB:lib2\tSM:s\n@RG\tID:d\tSM:s\n";
    sam_hdr_t *h = sam_hdr_parse(sizeof text - 1, text);
    if (h) /* as a reader of a file leaves it */
        h->text = strdup(text), h->l_text = sizeof text - 1;
    return h;
}

typedef struct {
    int flag, tid, pos, head_clip, tail_clip, hard;
    const char *name, *rg;
    int qual;
} spec_t;

enum { LEN = 24 };

static void make(bam1_t *b, const spec_t *s, int mate_tid, int mate_pos)
{
    uint32_t cigar[3];
    size_t n = 0;
    int clip = s->hard ? BAM_CHARD_CLIP : BAM_CSOFT_CLIP, len = LEN;
    char seq[LEN], qual[LEN];
    if (s->hard)
        len -= s->head_clip + s->tail_clip;
    if (!(s->flag & BAM_FUNMAP)) {
        if (s->head_clip)
            cigar[n++] = bam_cigar_gen((uint32_t)s->head_clip, (uint32_t)clip);
        cigar[n++] = bam_cigar_gen((uint32_t)(LEN - s->head_clip - s->tail_clip), BAM_CMATCH);
        if (s->tail_clip)
            cigar[n++] = bam_cigar_gen((uint32_t)s->tail_clip, (uint32_t)clip);
    }
    memset(seq, 'A', sizeof seq);
    memset(qual, s->qual, sizeof qual);
    int r = bam_set1(b, strlen(s->name), s->name, (uint16_t)s->flag, s->tid, s->pos, 60, n, cigar,
                     mate_tid, mate_pos, 0, (size_t)len, seq, qual, 64);
    if (r >= 0 && s->rg)
        r = bam_aux_append(b, "RG", 'Z', (int)strlen(s->rg) + 1, (const uint8_t *)s->rg);
    if (r < 0)
        abort();
}

static int pick(gw_rng_t *r, int n)
{
    return (int)gw_rng_below(r, (uint64_t)n);
}

static void place(gw_rng_t *r, spec_t *s)
{
    s->head_clip = pick(r, 4) ? 0 : pick(r, 5);
    s->tail_clip = pick(r, 4) ? 0 : pick(r, 5);
    s->hard = pick(r, 3) == 0;
    s->tid = pick(r, 8) ? 0 : pick(r, 3);
    s->pos = pick(r, 6) + s->head_clip * pick(r, 2); /* clips may reach before the contig */
    s->flag |= pick(r, 2) ? BAM_FREVERSE : 0;
    s->flag |= pick(r, 25) ? 0 : BAM_FQCFAIL;
    s->qual = 13 + pick(r, 4);
}

int fake_template(gw_rng_t *r, int number, bam1_t **rec)
{
    static const char *const rg[] = {"a", "a", "b", "c", "d", NULL, "unlisted"};
    char name[64];
    int form = pick(r, 6);
    if (form < 4)
        snprintf(name, sizeof name, "M:%d:F:1:%d:%d:%d", number, 1101 + pick(r, 2), pick(r, 900),
                 pick(r, 300));
    else
        snprintf(name, sizeof name, form == 4 ? "read%d" : "M:1:2:%d:x", number);
    spec_t a = {.name = name, .rg = rg[pick(r, 7)]}, b = a;
    int kind = pick(r, 10), n = 0;
    place(r, &a);
    place(r, &b);
    if (kind == 0) { /* single-end */
        make(rec[n++], &a, -1, -1);
        return n;
    }
    a.flag |= BAM_FPAIRED | BAM_FREAD1;
    b.flag |= BAM_FPAIRED | BAM_FREAD2;
    if (kind == 1) { /* one end unmapped, first or second */
        spec_t *lost = pick(r, 2) ? &a : &b, *kept = lost == &a ? &b : &a;
        lost->flag = (lost->flag & ~BAM_FREVERSE) | BAM_FUNMAP;
        kept->flag |= BAM_FMUNMAP;
        lost->tid = kept->tid;
        lost->pos = kept->pos;
        lost->hard = 0;
    } else if (kind == 2 && pick(r, 4) == 0) { /* neither end mapped */
        a.flag |= BAM_FUNMAP | BAM_FMUNMAP;
        b.flag |= BAM_FUNMAP | BAM_FMUNMAP;
        a.tid = a.pos = b.tid = b.pos = -1;
        a.hard = b.hard = 0;
    }
    make(rec[n++], &a, b.tid, b.pos);
    if (kind == 3 && !(a.flag & BAM_FUNMAP)) { /* a supplementary or secondary part of the first */
        spec_t c = a;
        place(r, &c);
        c.flag = (a.flag & (BAM_FPAIRED | BAM_FREAD1)) | (c.flag & BAM_FREVERSE) |
                 (pick(r, 2) ? BAM_FSUPPLEMENTARY : BAM_FSECONDARY);
        make(rec[n++], &c, b.tid, b.pos);
    }
    make(rec[n++], &b, a.tid, a.pos);
    return n;
}
