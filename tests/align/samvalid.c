/* tests/align/samvalid.c -- is every record of an alignment file what it says it is?
 *
 * samvalid REF.fa IN
 *
 * IN is ordered by template (not sorted). Checks of each record: CIGAR against SEQ and against the
 * contig, clips outermost, NM and MD recomputed from the reference, bin, flags; of each template:
 * one primary a read, mates' positions, strands, MC, MQ and TLEN agree, SA names exactly the other
 * parts of the read. Prints the first faults and a last line; exit 1 when there are any.
 */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/faidx.h>
#include <htslib/kstring.h>
#include <htslib/sam.h>

enum { MAX_RECORDS = 512 };

static sam_hdr_t *hdr;
static char **contig;
static hts_pos_t *contig_len;
static long n_records, n_faults, n_templates, n_split;

static void fault(const bam1_t *b, const char *fmt, ...)
{
    va_list ap;
    if (n_faults++ >= 20)
        return;
    fprintf(stderr, "%s flag %d: ", bam_get_qname(b), b->core.flag);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

static const char *text_tag(const bam1_t *b, const char *tag)
{
    uint8_t *p = bam_aux_get(b, tag);
    return p ? bam_aux2Z(p) : NULL;
}

static int64_t int_tag(const bam1_t *b, const char *tag, int64_t none)
{
    uint8_t *p = bam_aux_get(b, tag);
    return p ? bam_aux2i(p) : none;
}

/* 1. one record */
static void cigar_text(const bam1_t *b, int soft, kstring_t *s)
{
    const uint32_t *c = bam_get_cigar(b);
    s->l = 0;
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        int op = bam_cigar_op(c[i]);
        ksprintf(s, "%u%c", bam_cigar_oplen(c[i]),
                 BAM_CIGAR_STR[soft && op == BAM_CHARD_CLIP ? BAM_CSOFT_CLIP : op]);
    }
    if (!s->l)
        kputc('*', s);
}

static void check_shape(const bam1_t *b)
{
    const uint32_t *c = bam_get_cigar(b);
    uint32_t n = b->core.n_cigar;
    if (bam_cigar2qlen((int)n, c) != b->core.l_qseq)
        fault(b, "CIGAR spans %lld letters of %d", (long long)bam_cigar2qlen((int)n, c),
              b->core.l_qseq);
    if (b->core.tid < 0 || bam_endpos(b) > contig_len[b->core.tid] || b->core.pos < 0)
        fault(b, "lies outside its contig");
    for (uint32_t i = 0; i < n; i++) {
        int op = bam_cigar_op(c[i]), clip = op == BAM_CSOFT_CLIP || op == BAM_CHARD_CLIP;
        if (bam_cigar_oplen(c[i]) == 0 || (clip && i != 0 && i != n - 1) ||
            (i && op == (int)bam_cigar_op(c[i - 1])))
            fault(b, "CIGAR operation %u is empty, repeated or a clip inside", i);
        if ((op == BAM_CINS || op == BAM_CDEL) &&
            (i == 0 || i == n - 1 || bam_cigar_op(c[i - 1]) == BAM_CSOFT_CLIP ||
             bam_cigar_op(c[i + 1]) == BAM_CSOFT_CLIP))
            fault(b, "a gap at the end of the alignment");
    }
    if (b->core.bin != hts_reg2bin(b->core.pos, bam_endpos(b), 14, 5))
        fault(b, "wrong bin");
}

static void check_differences(const bam1_t *b)
{
    const uint32_t *c = bam_get_cigar(b);
    const char *ref = contig[b->core.tid] + b->core.pos;
    const uint8_t *seq = bam_get_seq(b);
    kstring_t md = {0, 0, NULL};
    int64_t nm = 0, q = 0, same = 0;
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        int op = bam_cigar_op(c[i]);
        uint32_t len = bam_cigar_oplen(c[i]);
        if (op == BAM_CSOFT_CLIP || op == BAM_CINS) {
            q += len;
            nm += op == BAM_CINS ? len : 0;
        } else if (op == BAM_CDEL) {
            ksprintf(&md, "%lld^%.*s", (long long)same, (int)len, ref);
            same = 0;
            ref += len;
            nm += len;
        } else if (op == BAM_CMATCH || op == BAM_CEQUAL || op == BAM_CDIFF) {
            for (uint32_t k = 0; k < len; k++, q++, ref++) {
                char base = seq_nt16_str[bam_seqi(seq, q)];
                int equal = base == *ref && strchr("ACGT", base) != NULL;
                if ((op == BAM_CEQUAL && !equal) || (op == BAM_CDIFF && equal))
                    fault(b, "= or X is wrong at letter %lld", (long long)q);
                if (equal) {
                    same++;
                    continue;
                }
                nm++;
                ksprintf(&md, "%lld%c", (long long)same, *ref);
                same = 0;
            }
        }
    }
    ksprintf(&md, "%lld", (long long)same);
    if (nm != int_tag(b, "NM", -1))
        fault(b, "NM is %lld, not %lld", (long long)int_tag(b, "NM", -1), (long long)nm);
    const char *have = text_tag(b, "MD");
    if (!have || strcmp(have, md.s) != 0)
        fault(b, "MD is %s, not %s", have ? have : "missing", md.s);
    free(md.s);
}

static void check_record(const bam1_t *b)
{
    n_records++;
    if (b->core.flag & BAM_FUNMAP) {
        if (b->core.n_cigar || b->core.qual || int_tag(b, "NM", -1) >= 0)
            fault(b, "unmapped with CIGAR, MAPQ or NM");
        return;
    }
    check_shape(b);
    check_differences(b);
    if (b->core.qual > 60 || int_tag(b, "AS", -1) < 0)
        fault(b, "MAPQ above 60 or no AS");
}

/* 2. one template */
static void check_mate(const bam1_t *b, const bam1_t *mate)
{
    kstring_t s = {0, 0, NULL};
    if (b->core.mtid != mate->core.tid || b->core.mpos != mate->core.pos)
        fault(b, "RNEXT or PNEXT is not the mate's place");
    if (!(b->core.flag & BAM_FMUNMAP) != !(mate->core.flag & BAM_FUNMAP) ||
        !(b->core.flag & BAM_FMREVERSE) != !(mate->core.flag & BAM_FREVERSE))
        fault(b, "flags about the mate are wrong");
    const char *mc = text_tag(b, "MC");
    if (mate->core.flag & BAM_FUNMAP) {
        if (mc || bam_aux_get(b, "MQ"))
            fault(b, "MC or MQ of an unmapped mate");
    } else {
        cigar_text(mate, 0, &s);
        if (!mc || strcmp(mc, s.s) != 0 || int_tag(b, "MQ", -1) != mate->core.qual)
            fault(b, "MC or MQ differs from the mate's");
    }
    free(s.s);
}

static void check_pair(const bam1_t *a, const bam1_t *b)
{
    if (a->core.isize != -b->core.isize)
        fault(a, "TLEN %lld against %lld", (long long)a->core.isize, (long long)b->core.isize);
    int both = !((a->core.flag | b->core.flag) & BAM_FUNMAP);
    if ((a->core.flag ^ b->core.flag) & BAM_FPROPER_PAIR)
        fault(a, "only one mate is in a proper pair");
    if ((a->core.flag & BAM_FPROPER_PAIR) &&
        (!both || a->core.tid != b->core.tid ||
         !(a->core.flag & BAM_FREVERSE) == !(b->core.flag & BAM_FREVERSE)))
        fault(a, "cannot be a proper pair");
    if (both && a->core.tid == b->core.tid) {
        hts_pos_t beg = a->core.pos < b->core.pos ? a->core.pos : b->core.pos;
        hts_pos_t ea = bam_endpos(a), eb = bam_endpos(b), end = ea > eb ? ea : eb;
        if (llabs((long long)a->core.isize) != end - beg)
            fault(a, "TLEN is not the span of both");
    }
}

/* SA of b lists the read's other non-secondary records, the primary first. */
static void check_parts(const bam1_t *b, bam1_t **rec, int n)
{
    kstring_t want = {0, 0, NULL}, cig = {0, 0, NULL};
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < n; i++) {
            const bam1_t *o = rec[i];
            if (o == b || (o->core.flag & BAM_FSECONDARY) ||
                (o->core.flag & 0xc0) != (b->core.flag & 0xc0) ||
                !(o->core.flag & BAM_FSUPPLEMENTARY) != (pass == 0))
                continue;
            cigar_text(o, 1, &cig);
            ksprintf(&want, "%s,%lld,%c,%s,%d,%lld;", sam_hdr_tid2name(hdr, o->core.tid),
                     (long long)o->core.pos + 1, bam_is_rev(o) ? '-' : '+', cig.s, o->core.qual,
                     (long long)int_tag(o, "NM", -1));
        }
    const char *have = text_tag(b, "SA");
    if (want.l ? !have || strcmp(have, want.s) != 0 : have != NULL)
        fault(b, "SA is %s, not %s", have ? have : "missing", want.l ? want.s : "missing");
    n_split += want.l != 0;
    free(want.s);
    free(cig.s);
}

static void check_template(bam1_t **rec, int n)
{
    bam1_t *primary[4] = {NULL};
    n_templates++;
    for (int i = 0; i < n; i++) {
        int which = rec[i]->core.flag >> 6 & 3;
        check_record(rec[i]);
        if (rec[i]->core.flag & (BAM_FSUPPLEMENTARY | BAM_FSECONDARY))
            continue;
        if (primary[which])
            fault(rec[i], "a second primary record");
        primary[which] = rec[i];
    }
    int paired = rec[0]->core.flag & BAM_FPAIRED;
    if (paired ? !primary[1] || !primary[2] || primary[0] : !primary[0])
        fault(rec[0], "not one primary record for each read");
    for (int i = 0; i < n; i++) {
        int which = rec[i]->core.flag >> 6 & 3;
        if (!(rec[i]->core.flag & (BAM_FUNMAP | BAM_FSECONDARY)))
            check_parts(rec[i], rec, n);
        if (paired && primary[3 - which])
            check_mate(rec[i], primary[3 - which]);
    }
    if (paired && primary[1] && primary[2])
        check_pair(primary[1], primary[2]);
}

/* 3. the file */
static void load_reference(const char *path)
{
    faidx_t *fai = fai_load(path);
    int n = sam_hdr_nref(hdr);
    contig = calloc((size_t)n + 1, sizeof *contig);
    contig_len = calloc((size_t)n + 1, sizeof *contig_len);
    if (!fai || !contig || !contig_len)
        exit(1);
    for (int i = 0; i < n; i++) {
        contig[i] =
            faidx_fetch_seq64(fai, sam_hdr_tid2name(hdr, i), 0, HTS_POS_MAX, &contig_len[i]);
        if (!contig[i] || contig_len[i] != sam_hdr_tid2len(hdr, i)) {
            fprintf(stderr, "contig %s differs from the reference\n", sam_hdr_tid2name(hdr, i));
            exit(1);
        }
        for (hts_pos_t k = 0; k < contig_len[i]; k++) {
            char up = (char)(contig[i][k] & ~32);
            contig[i][k] = strchr("ACGT", up) ? up : 'N';
        }
    }
    fai_destroy(fai);
}

int main(int argc, char **argv)
{
    static bam1_t *rec[MAX_RECORDS];
    samFile *f = argc > 2 ? sam_open(argv[2], "r") : NULL;
    if (!f || !(hdr = sam_hdr_read(f))) {
        fprintf(stderr, "usage: samvalid REF.fa IN\n");
        return 1;
    }
    load_reference(argv[1]);
    int n = 0, rc;
    for (int i = 0; i < MAX_RECORDS; i++)
        rec[i] = bam_init1();
    while ((rc = sam_read1(f, hdr, rec[n])) >= 0) {
        if (n && strcmp(bam_get_qname(rec[0]), bam_get_qname(rec[n])) != 0) {
            bam1_t *first = rec[0];
            check_template(rec, n);
            rec[0] = rec[n];
            rec[n] = first;
            n = 0;
        }
        if (++n == MAX_RECORDS) {
            fault(rec[0], "too many records");
            break;
        }
    }
    if (n && n < MAX_RECORDS)
        check_template(rec, n);
    if (rc < -1)
        n_faults++;
    printf("%ld templates, %ld records, %ld of split reads, %ld faults\n", n_templates, n_records,
           n_split, n_faults);
    for (int i = 0; i < MAX_RECORDS; i++)
        bam_destroy1(rec[i]);
    sam_hdr_destroy(hdr);
    sam_close(f);
    return n_faults != 0;
}
