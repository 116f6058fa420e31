/* tests/bench/vcfcmp.c -- haplotype- and genotype-aware comparison of two call sets
 *
 * usage: vcfcmp [-b BED] [-q MINQUAL] [-p] [-v] [-c] REF.fa TRUTH.vcf QUERY.vcf
 *   -b  only variants that start inside these regions    -q  drop query records below this QUAL
 *   -p  only query records with FILTER PASS or .         -v  list every FN and FP on stderr
 *   -c  instead of the summary, how far QUAL and GQ can be believed: for bins of 5 phred, alleles
 *       that are false (QUAL) or true alleles with a wrong genotype (GQ), as counted and as the
 *       qualities themselves promise
 *
 * Two sets of variants mean the same when they spell the same sequences, however they are written.
 * Alleles are trimmed, left-aligned and split (equal-length blocks into SNPs), close ones are put
 * into one cluster, and within a cluster the largest subsets of truth and query that spell the
 * same haplotypes are the true positives: once without genotypes ("allele") and once with them
 * (unordered haplotype pairs over all phasings, "genotype"). The idea is vcfeval's (Cleary et al.
 * 2015, doi:10.1101/023754). Clusters with more than MAX_FREE unmatched variants a side fall back
 * to comparing normalised alleles, and say so.
 */
#include <config.h>

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <htslib/faidx.h>
#include <htslib/kstring.h>
#include <htslib/regidx.h>
#include <htslib/vcf.h>

#include "base/hash.h"
#include "base/mem.h"

enum { MAX_FREE = 7, JOIN_BP = 30, PAD_BP = 5, MAX_SHIFT = 1000 };

typedef struct {
    int32_t tid;
    int64_t beg, end; /* reference bases [beg,end) are replaced by alt */
    char *alt;
    int copies;      /* 1 = het, 2 = hom (or haploid) */
    double qual, gq; /* phred; 0 when the record has none */
    bool snp, matched[2];
} var_t;

typedef struct {
    var_t *v;
    size_t n, cap;
} set_t;

typedef struct {
    faidx_t *fai;
    const char *name;
    char *seq;
    hts_pos_t len;
} ref_t;

static void die(const char *what, const char *name)
{
    fprintf(stderr, "vcfcmp: %s: %s\n", name, what);
    exit(65);
}

static void need(bool ok)
{
    if (!ok)
        die("out of memory", "vcfcmp");
}

static void ref_contig(ref_t *r, const char *name)
{
    if (r->name && strcmp(r->name, name) == 0)
        return;
    free(r->seq);
    r->seq = fai_fetch64(r->fai, name, &r->len);
    if (!r->seq)
        die("contig is not in the reference", name);
    for (hts_pos_t i = 0; i < r->len; i++)
        r->seq[i] = (char)(r->seq[i] & ~0x20);
    r->name = name;
}

/* 1. normalised alleles */
static void set_add(set_t *s, const var_t *call, int64_t beg, int64_t end, const char *alt,
                    size_t n_alt)
{
    need(GW_GROW(s->v, s->cap, s->n + 1));
    var_t *v = &s->v[s->n++];
    *v = *call;
    v->beg = beg;
    v->end = end;
    v->alt = gw_strndup(alt, n_alt);
    need(v->alt != NULL);
    v->snp = end - beg == 1 && n_alt == 1;
}

/* Adds the allele alt of ref at call->beg, trimmed, left-aligned and split; contig, copies and
 * qualities are those of call. */
static void add_allele(set_t *s, const ref_t *r, const var_t *call, const char *ref,
                       const char *alt)
{
    int64_t pos = call->beg;
    size_t n = strlen(ref), m = strlen(alt);
    while (n > 0 && m > 0 && ref[n - 1] == alt[m - 1])
        n--, m--;
    while (n > 0 && m > 0 && *ref == *alt)
        ref++, alt++, n--, m--, pos++;
    if (n == 0 && m == 0)
        return;
    if (n == m) {
        for (size_t i = 0; i < n; i++)
            if (ref[i] != alt[i])
                set_add(s, call, pos + (int64_t)i, pos + (int64_t)i + 1, alt + i, 1);
        return;
    }
    char *a = gw_strndup(alt, m);
    need(a != NULL);
    if (n == 0 || m == 0) { /* pure insertion or deletion: roll left */
        int64_t shift = 0;
        while (pos > 0 && shift++ < MAX_SHIFT) {
            char before = r->seq[pos - 1], last = n ? r->seq[pos + (int64_t)n - 1] : a[m - 1];
            if (before != last || before == 'N')
                break;
            if (m) {
                memmove(a + 1, a, m - 1);
                a[0] = before;
            }
            pos--;
        }
    }
    set_add(s, call, pos, pos + (int64_t)n, a, m);
    free(a);
}

static int by_place(const void *pa, const void *pb)
{
    const var_t *a = pa, *b = pb;
    if (a->tid != b->tid)
        return a->tid < b->tid ? -1 : 1;
    if (a->beg != b->beg)
        return a->beg < b->beg ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return strcmp(a->alt, b->alt);
}

typedef struct {
    const char *path;
    double min_qual;
    bool pass_only;
} source_t;

static void load(set_t *s, const source_t *src, const bcf_hdr_t *names, ref_t *r, regidx_t *bed)
{
    htsFile *f = bcf_open(src->path, "r");
    bcf_hdr_t *h = f ? bcf_hdr_read(f) : NULL;
    if (!h)
        die("cannot be read", src->path);
    bcf1_t *b = bcf_init();
    int32_t *gt = NULL, *gq = NULL;
    int n_gt = 0, n_gq = 0, st;
    while ((st = bcf_read(f, h, b)) == 0) {
        bcf_unpack(b, BCF_UN_ALL);
        const char *chrom = bcf_seqname(h, b);
        int32_t tid = bcf_hdr_name2id(names, chrom);
        if (tid < 0)
            die("contig is unknown to the first file", chrom);
        if (src->min_qual > 0 && (bcf_float_is_missing(b->qual) || b->qual < src->min_qual))
            continue;
        if (src->pass_only && bcf_has_filter(h, b, (char *)"PASS") != 1)
            continue;
        if (bed && !regidx_overlap(bed, chrom, (hts_pos_t)b->pos, (hts_pos_t)b->pos, NULL))
            continue;
        ref_contig(r, chrom);
        int got = bcf_get_genotypes(h, b, &gt, &n_gt);
        var_t call = {.tid = tid, .beg = b->pos};
        call.qual = bcf_float_is_missing(b->qual) ? 0 : b->qual;
        if (bcf_get_format_int32(h, b, "GQ", &gq, &n_gq) > 0 && gq[0] != bcf_int32_missing)
            call.gq = gq[0];
        for (int k = 1; k < b->n_allele; k++) {
            const char *alt = b->d.allele[k];
            if (alt[0] == '<' || alt[0] == '*' || strpbrk(alt, "[]."))
                continue;
            int copies = 0, ploidy = 0;
            for (int i = 0; i < got && gt[i] != bcf_int32_vector_end; i++, ploidy++)
                copies += bcf_gt_allele(gt[i]) == k;
            if (got > 0 && copies == 0)
                continue; /* listed, not called */
            if (got <= 0 || ploidy == 1)
                copies = 2;
            kstring_t ru = {0}, au = {0};
            kputs(b->d.allele[0], &ru);
            kputs(alt, &au);
            for (size_t i = 0; i < ru.l; i++)
                ru.s[i] = (char)(ru.s[i] & ~0x20);
            for (size_t i = 0; i < au.l; i++)
                au.s[i] = (char)(au.s[i] & ~0x20);
            call.copies = copies > 2 ? 2 : copies;
            add_allele(s, r, &call, ru.s, au.s);
            free(ru.s);
            free(au.s);
        }
    }
    if (st < -1)
        die("is damaged", src->path);
    free(gt);
    free(gq);
    bcf_destroy(b);
    bcf_hdr_destroy(h);
    bcf_close(f);
    if (s->n)
        qsort(s->v, s->n, sizeof *s->v, by_place);
}

/* 2. one cluster */
typedef struct {
    var_t *v[64];
    int n;
} side_t;

typedef struct {
    uint64_t key;
    unsigned used; /* bit mask of the variants that are in */
    int n_used;
} spelling_t;

/* The sequence of [beg,end) with the chosen variants; false when they overlap. */
static bool spell(const ref_t *r, const side_t *s, unsigned in, int64_t beg, int64_t end,
                  kstring_t *out)
{
    int64_t at = beg, inserted = -1;
    out->l = 0;
    for (int i = 0; i < s->n; i++) {
        if (!(in >> i & 1))
            continue;
        const var_t *v = s->v[i];
        if (v->beg < at || (v->beg == v->end && v->beg == inserted))
            return false; /* overlapping, or two insertions at one place */
        if (v->beg == v->end)
            inserted = v->beg;
        kputsn(r->seq + at, (size_t)(v->beg - at), out);
        kputs(v->alt, out);
        at = v->end;
    }
    kputsn(r->seq + at, (size_t)(end - at), out);
    return true;
}

static size_t spellings(const ref_t *r, const side_t *s, bool genotype, int64_t beg, int64_t end,
                        spelling_t *out)
{
    size_t n = 0, total = 1;
    int states = genotype ? 3 : 2;
    kstring_t a = {0}, b = {0};
    for (int i = 0; i < s->n; i++)
        total *= (size_t)states;
    for (size_t code = 0; code < total; code++) {
        unsigned ha = 0, hb = 0;
        size_t c = code;
        bool ok = true;
        for (int i = 0; i < s->n && ok; i++, c /= (size_t)states) {
            int st = (int)(c % (size_t)states);
            if (st == 0)
                continue;
            if (!genotype) {
                ha |= 1u << i;
            } else if (s->v[i]->copies == 2) {
                ok = st == 1;
                ha |= 1u << i;
                hb |= 1u << i;
            } else if (st == 1) {
                ha |= 1u << i;
            } else {
                hb |= 1u << i;
            }
        }
        if (!ok || !spell(r, s, ha, beg, end, &a) || (genotype && !spell(r, s, hb, beg, end, &b)))
            continue;
        uint64_t x = gw_hash_bytes(a.s, a.l, 1), y = genotype ? gw_hash_bytes(b.s, b.l, 1) : 0;
        if (genotype && y < x) {
            uint64_t t = x;
            x = y;
            y = t;
        }
        out[n++] = (spelling_t){gw_hash_mix(x) ^ gw_hash_mix(y ^ 0x5bd1e995), ha | hb,
                                __builtin_popcount(ha | hb)};
    }
    free(a.s);
    free(b.s);
    return n;
}

static int by_key(const void *pa, const void *pb)
{
    const spelling_t *a = pa, *b = pb;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return b->n_used - a->n_used;
}

static void match_free(const ref_t *r, side_t *t, side_t *q, int mode)
{
    static spelling_t st[2187 + 1], sq[2187 + 1];
    int64_t beg = INT64_MAX, end = 0;
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < (k ? q : t)->n; i++) {
            const var_t *v = (k ? q : t)->v[i];
            beg = v->beg < beg ? v->beg : beg;
            end = v->end > end ? v->end : end;
        }
    beg = beg > PAD_BP ? beg - PAD_BP : 0;
    end = end + PAD_BP < r->len ? end + PAD_BP : r->len;
    size_t nt = spellings(r, t, mode == 1, beg, end, st),
           nq = spellings(r, q, mode == 1, beg, end, sq);
    qsort(st, nt, sizeof *st, by_key);
    qsort(sq, nq, sizeof *sq, by_key);
    int best = 0;
    unsigned bt = 0, bq = 0;
    for (size_t i = 0, j = 0; i < nt && j < nq;) {
        if (st[i].key < sq[j].key)
            i++;
        else if (st[i].key > sq[j].key)
            j++;
        else {
            if (st[i].n_used && sq[j].n_used && st[i].n_used + sq[j].n_used > best) {
                best = st[i].n_used + sq[j].n_used;
                bt = st[i].used;
                bq = sq[j].used;
            }
            uint64_t key = st[i].key; /* the first of each key uses most variants */
            while (i < nt && st[i].key == key)
                i++;
            while (j < nq && sq[j].key == key)
                j++;
        }
    }
    for (int i = 0; i < t->n; i++)
        t->v[i]->matched[mode] |= bt >> i & 1;
    for (int i = 0; i < q->n; i++)
        q->v[i]->matched[mode] |= bq >> i & 1;
}

static void match_cluster(const ref_t *r, var_t *tv, size_t nt, var_t *qv, size_t nq, int mode)
{
    if (nt == 0 || nq == 0)
        return;
    if (nt <= MAX_FREE && nq <= MAX_FREE) {
        side_t t = {.n = (int)nt}, q = {.n = (int)nq};
        for (size_t i = 0; i < nt; i++)
            t.v[i] = &tv[i];
        for (size_t i = 0; i < nq; i++)
            q.v[i] = &qv[i];
        match_free(r, &t, &q, mode);
        return;
    }
    for (size_t i = 0, j = 0; i < nt && j < nq;) {
        int c = by_place(&tv[i], &qv[j]);
        if (c == 0 && (mode == 0 || tv[i].copies == qv[j].copies))
            tv[i].matched[mode] = qv[j].matched[mode] = true;
        i += c <= 0;
        j += c >= 0;
    }
    side_t t = {.n = 0}, q = {.n = 0};
    for (size_t i = 0; i < nt; i++)
        if (!tv[i].matched[mode] && t.n < 64)
            t.v[t.n++] = &tv[i];
    for (size_t i = 0; i < nq; i++)
        if (!qv[i].matched[mode] && q.n < 64)
            q.v[q.n++] = &qv[i];
    if (t.n == 0 || q.n == 0)
        return;
    if (t.n <= MAX_FREE && q.n <= MAX_FREE)
        match_free(r, &t, &q, mode);
    else
        fprintf(stderr,
                "vcfcmp: %s:%lld: %zu and %zu variants close together, compared as written\n",
                r->name, (long long)tv[0].beg + 1, nt, nq);
}

/* 3. the whole comparison */
static void compare(set_t *t, set_t *q, const bcf_hdr_t *names, ref_t *r)
{
    size_t i = 0, j = 0;
    while (i < t->n || j < q->n) {
        const var_t *first =
            j >= q->n || (i < t->n && by_place(&t->v[i], &q->v[j]) <= 0) ? &t->v[i] : &q->v[j];
        size_t i0 = i, j0 = j;
        int32_t tid = first->tid;
        int64_t reach = first->end + JOIN_BP;
        for (bool more = true; more;) {
            more = false;
            while (i < t->n && t->v[i].tid == tid && t->v[i].beg <= reach) {
                reach = t->v[i].end + JOIN_BP > reach ? t->v[i].end + JOIN_BP : reach;
                i++;
                more = true;
            }
            while (j < q->n && q->v[j].tid == tid && q->v[j].beg <= reach) {
                reach = q->v[j].end + JOIN_BP > reach ? q->v[j].end + JOIN_BP : reach;
                j++;
                more = true;
            }
        }
        ref_contig(r, bcf_hdr_id2name(names, tid));
        for (int mode = 0; mode < 2; mode++)
            match_cluster(r, t->v + i0, i - i0, q->v + j0, j - j0, mode);
    }
}

static void count(const set_t *s, bool snp, int mode, long *yes, long *no)
{
    *yes = *no = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->v[i].snp == snp)
            ++*(s->v[i].matched[mode] ? yes : no);
}

static void list(const set_t *s, const char *what, const bcf_hdr_t *names, ref_t *r)
{
    for (size_t i = 0; i < s->n; i++) {
        const var_t *v = &s->v[i];
        if (v->matched[1])
            continue;
        ref_contig(r, bcf_hdr_id2name(names, v->tid));
        fprintf(stderr, "%s\t%s\t%lld\t%.*s\t%s\t%s%s\n", what, r->name, (long long)v->beg + 1,
                (int)(v->end - v->beg), r->seq + v->beg, v->alt, v->copies == 2 ? "hom" : "het",
                v->matched[0] ? "\tgenotype only" : "");
    }
}

enum { BIN = 5, BINS = 9 }; /* the last bin holds 40 and above */

/* One line a bin of QUAL (wrong: the allele is false) or GQ (wrong: the allele is true, the
 * genotype is not): type, which, where the bin begins, wrong, right, wrong as promised. */
static void calibration(const set_t *s, bool snp, bool gq)
{
    struct {
        double wrong, right, promised;
    } bin[BINS] = {{0}};
    for (size_t i = 0; i < s->n; i++) {
        const var_t *v = &s->v[i];
        /* alleles of the two haplotypes that overlap spell nothing without their genotypes */
        bool allele = v->matched[0] || v->matched[1];
        if (v->snp != snp || (gq && !allele))
            continue;
        double q = gq ? v->gq : v->qual;
        int k = q >= BIN * (BINS - 1) ? BINS - 1 : (int)(q / BIN);
        *((gq ? v->matched[1] : allele) ? &bin[k].right : &bin[k].wrong) += 1;
        bin[k].promised += pow(10, -q / 10);
    }
    for (int k = 0; k < BINS; k++) {
        if (bin[k].wrong + bin[k].right == 0)
            continue;
        printf("%s\t%s\t%d\t%.0f\t%.0f\t%.3f\n", snp ? "SNP" : "INDEL", gq ? "GQ" : "QUAL", k * BIN,
               bin[k].wrong, bin[k].right, bin[k].promised);
    }
}

static void set_release(set_t *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i].alt);
    free(s->v);
}

static void summary(const set_t *t, const set_t *q)
{
    puts("type\tcompared\ttruth_TP\tFN\tquery_TP\tFP\trecall\tprecision\tF1");
    for (int mode = 0; mode < 2; mode++)
        for (int snp = 1; snp >= 0; snp--) {
            long tp, fn, qtp, fp;
            count(t, snp, mode, &tp, &fn);
            count(q, snp, mode, &qtp, &fp);
            double rec = tp + fn ? (double)tp / (double)(tp + fn) : 0;
            double pre = qtp + fp ? (double)qtp / (double)(qtp + fp) : 0;
            printf("%s\t%s\t%ld\t%ld\t%ld\t%ld\t%.5f\t%.5f\t%.5f\n", snp ? "SNP" : "INDEL",
                   mode ? "genotype" : "allele", tp, fn, qtp, fp, rec, pre,
                   rec + pre > 0 ? 2 * rec * pre / (rec + pre) : 0);
        }
}

int main(int argc, char **argv)
{
    const char *bed_path = NULL;
    bool verbose = false, calibrate = false;
    source_t truth = {0}, query = {0};
    for (int c; (c = getopt(argc, argv, "b:q:pvc")) != -1;) {
        if (c == 'b')
            bed_path = optarg;
        else if (c == 'q')
            query.min_qual = atof(optarg);
        else if (c == 'p')
            query.pass_only = true;
        else if (c == 'v')
            verbose = true;
        else if (c == 'c')
            calibrate = true;
        else
            return 64;
    }
    if (argc - optind != 3) {
        fprintf(stderr,
                "usage: vcfcmp [-b BED] [-q MINQUAL] [-p] [-v] [-c] REF.fa TRUTH.vcf QUERY.vcf\n");
        return 64;
    }
    ref_t r = {.fai = fai_load(argv[optind])};
    if (!r.fai)
        die("cannot be read", argv[optind]);
    truth.path = argv[optind + 1];
    query.path = argv[optind + 2];
    regidx_t *bed = bed_path ? regidx_init(bed_path, regidx_parse_bed, NULL, 0, NULL) : NULL;
    if (bed_path && !bed)
        die("cannot be read", bed_path);
    bcf_hdr_t *names = bcf_hdr_init("w"); /* a contig numbering both files share: the reference's */
    for (int i = 0; i < faidx_nseq(r.fai); i++)
        bcf_hdr_printf(names, "##contig=<ID=%s>", faidx_iseq(r.fai, i));
    if (bcf_hdr_sync(names) != 0)
        die("has unusable names", argv[optind]);
    set_t t = {0}, q = {0};
    load(&t, &truth, names, &r, bed);
    load(&q, &query, names, &r, bed);
    compare(&t, &q, names, &r);
    if (calibrate) {
        puts("type\tfield\tfrom\twrong\tright\tpromised_wrong");
        for (int k = 0; k < 4; k++)
            calibration(&q, k < 2, k % 2);
    } else
        summary(&t, &q);
    if (verbose) {
        list(&t, "FN", names, &r);
        list(&q, "FP", names, &r);
    }
    set_release(&t);
    set_release(&q);
    free(r.seq);
    fai_destroy(r.fai);
    bcf_hdr_destroy(names);
    if (bed)
        regidx_destroy(bed);
    return 0;
}
