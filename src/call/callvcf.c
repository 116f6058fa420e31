#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/kstring.h>

#include "call/callvcf.h"

/* 1. the header */
static const char *const fixed_lines[] = {
    "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Copies of each ALT allele in the "
    "genotypes\">",
    "##INFO=<ID=AF,Number=A,Type=Float,Description=\"AC divided by AN\">",
    "##INFO=<ID=AN,Number=1,Type=Integer,Description=\"Alleles in called genotypes\">",
    "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Fragments over the site, all samples\">",
    "##INFO=<ID=QD,Number=1,Type=Float,Description=\"QUAL divided by the informative fragments of "
    "samples that carry an ALT allele\">",
    "##INFO=<ID=FS,Number=1,Type=Float,Description=\"Strand bias: phred of Fisher's exact test\">",
    "##INFO=<ID=SOR,Number=1,Type=Float,Description=\"Strand bias: symmetric odds ratio\">",
    "##INFO=<ID=MQ,Number=1,Type=Float,Description=\"Root mean square of mapping qualities\">",
    "##INFO=<ID=MQRankSum,Number=1,Type=Float,Description=\"Mapping qualities, ALT against REF: z "
    "of the rank sum test\">",
    "##INFO=<ID=ReadPosRankSum,Number=1,Type=Float,Description=\"Distances from the nearer read "
    "end, ALT against REF: z of the rank sum test\">",
    "##INFO=<ID=BaseQRankSum,Number=1,Type=Float,Description=\"Base qualities, ALT against REF: z "
    "of the rank sum test\">",
    "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">",
    "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Fragments that prefer each allele\">",
    "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Fragments over the site, those without "
    "preference too\">",
    "##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Phred that the genotype is wrong\">",
    "##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"Phred likelihoods of the genotypes, the "
    "best is 0\">",
    "##FORMAT=<ID=SB,Number=4,Type=Integer,Description=\"Fragments: REF forward, REF reverse, ALT "
    "forward, ALT reverse\">",
};

static const char *const gvcf_lines[] = {
    "##ALT=<ID=NON_REF,Description=\"Any allele that is not listed\">",
    "##INFO=<ID=END,Number=1,Type=Integer,Description=\"Last position of a reference block\">",
    "##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description=\"Least DP in a reference block (DP is "
    "the mean there)\">",
};

static gw_status_t put_line(bcf_hdr_t *h, const char *line, gw_err_t *err)
{
    if (!line || bcf_hdr_append(h, line) != 0)
        return gw_err_nomem(err, "writing the VCF header");
    return GW_OK;
}

static gw_status_t put_format(bcf_hdr_t *h, gw_err_t *err, const char *fmt, ...) GW_PRINTF(3, 4);
static gw_status_t put_format(bcf_hdr_t *h, gw_err_t *err, const char *fmt, ...)
{
    kstring_t s = KS_INITIALIZE;
    va_list ap;
    va_start(ap, fmt);
    int n = kvsprintf(&s, fmt, ap);
    va_end(ap);
    gw_status_t st = put_line(h, n < 0 ? NULL : s.s, err);
    ks_free(&s);
    return st;
}

gw_status_t gw_callvcf_header(const gw_ref_t *ref, const int32_t *contig, int32_t n_contigs,
                              const char *const *sample, int32_t n_samples,
                              const gw_callvcf_opts_t *o, bcf_hdr_t **out, gw_err_t *err)
{
    bcf_hdr_t *h = bcf_hdr_init("w");
    *out = h;
    if (!h)
        return gw_err_nomem(err, "writing the VCF header");
    bcf_hdr_set_version(h, "VCFv4.3");
    gw_status_t st = GW_OK;
    if (o->command_line) {
        st = put_format(h, err, "##source=genowarp call %s", PACKAGE_VERSION);
        if (st == GW_OK)
            st = put_format(h, err, "##genowarpCommand=%s", o->command_line);
    }
    if (st == GW_OK)
        st = put_format(h, err, "##genowarpReferenceDigest=%s", ref->digest);
    if (st == GW_OK && o->min_qual > 0)
        st = put_format(h, err, "##FILTER=<ID=LowQual,Description=\"QUAL below %g\">", o->min_qual);
    for (size_t i = 0; i < sizeof fixed_lines / sizeof *fixed_lines && st == GW_OK; i++)
        st = put_line(h, fixed_lines[i], err);
    if (st == GW_OK && o->ploidy == 2)
        st = put_line(h,
                      "##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"Phase set: position of "
                      "its first record\">",
                      err);
    if (st == GW_OK && o->ploidy == 2 && n_samples > 1)
        st = put_line(h,
                      "##INFO=<ID=ExcessHet,Number=1,Type=Float,Description=\"Phred of at least so "
                      "many heterozygotes by chance\">",
                      err);
    for (size_t i = 0; i < sizeof gvcf_lines / sizeof *gvcf_lines && st == GW_OK && o->gvcf; i++)
        st = put_line(h, gvcf_lines[i], err);
    for (int32_t k = 0; k < n_contigs && st == GW_OK; k++) {
        const gw_contig_t *c = &ref->contig[contig[k]];
        st = put_format(h, err, "##contig=<ID=%s,length=%lld,md5=%s>", c->name,
                        (long long)c->len_bp, c->md5);
    }
    for (int32_t i = 0; i < n_samples && st == GW_OK; i++)
        if (bcf_hdr_add_sample(h, sample[i]) != 0)
            st = gw_err_nomem(err, "writing the VCF header");
    if (st == GW_OK && bcf_hdr_sync(h) != 0)
        st = gw_err_nomem(err, "writing the VCF header");
    return st;
}

/* 2. records */
static float rounded(double x)
{
    return (float)(floor(x * 1000 + .5) / 1000);
}

static int put_float(const bcf_hdr_t *h, bcf1_t *b, const char *key, double x)
{
    float f = rounded(x);
    return bcf_update_info_float(h, b, key, &f, 1);
}

static int put_info(const bcf_hdr_t *h, bcf1_t *b, const gw_callsite_t *s, int32_t n_samples,
                    int32_t ploidy)
{
    float af[GW_GENOTYPE_MAX_SITE_ALLELES];
    int32_t n_alt = s->n_alleles - 1;
    const gw_annotation_t *t = &s->note;
    for (int32_t a = 0; a < n_alt; a++)
        af[a] = s->an ? rounded((double)s->ac[a + 1] / s->an) : 0;
    int bad = bcf_update_info_int32(h, b, "AC", s->ac + 1, n_alt);
    bad |= bcf_update_info_float(h, b, "AF", af, n_alt);
    bad |= bcf_update_info_int32(h, b, "AN", &s->an, 1);
    bad |= bcf_update_info_int32(h, b, "DP", &t->dp, 1);
    bad |= put_float(h, b, "QD", s->qd);
    if (t->has_strand) {
        bad |= put_float(h, b, "FS", t->fs);
        bad |= put_float(h, b, "SOR", t->sor);
    }
    if (t->has_mq)
        bad |= put_float(h, b, "MQ", t->mq);
    if (t->has_mq_rank)
        bad |= put_float(h, b, "MQRankSum", t->mq_rank);
    if (t->has_pos_rank)
        bad |= put_float(h, b, "ReadPosRankSum", t->pos_rank);
    if (t->has_qual_rank)
        bad |= put_float(h, b, "BaseQRankSum", t->qual_rank);
    if (n_samples > 1 && ploidy == 2)
        bad |= put_float(h, b, "ExcessHet", s->excess_het);
    return bad;
}

/* The samples' columns; w has room for GW_GENOTYPE_MAX values a sample. */
static int put_samples(const bcf_hdr_t *h, bcf1_t *b, const gw_callsite_t *s, int32_t n,
                       int32_t ploidy, int32_t *w)
{
    int32_t n_gt = gw_genotype_count(s->n_alleles, ploidy);
    bool phased = false;
    for (int32_t i = 0; i < n; i++) {
        const gw_callsample_t *t = &s->sample[i];
        phased |= t->phased;
        for (int32_t k = 0; k < ploidy; k++)
            w[i * ploidy + k] = k >= t->ploidy       ? bcf_int32_vector_end
                                : t->missing         ? bcf_gt_missing
                                : k > 0 && t->phased ? bcf_gt_phased(t->gt[k])
                                                     : bcf_gt_unphased(t->gt[k]);
    }
    int bad = bcf_update_genotypes(h, b, w, n * ploidy);
    for (int32_t i = 0; i < n; i++)
        memcpy(w + i * s->n_alleles, s->sample[i].ad, (size_t)s->n_alleles * sizeof *w);
    bad |= bcf_update_format_int32(h, b, "AD", w, n * s->n_alleles);
    for (int32_t i = 0; i < n; i++)
        w[i] = s->sample[i].dp;
    bad |= bcf_update_format_int32(h, b, "DP", w, n);
    for (int32_t i = 0; i < n; i++)
        w[i] = s->sample[i].missing ? bcf_int32_missing : s->sample[i].gq;
    bad |= bcf_update_format_int32(h, b, "GQ", w, n);
    for (int32_t i = 0; i < n; i++) {
        int32_t own = gw_genotype_count(s->n_alleles, s->sample[i].ploidy);
        for (int32_t g = 0; g < n_gt; g++)
            w[i * n_gt + g] = g >= own                ? bcf_int32_vector_end
                              : s->sample[i].missing ? 0
                                                     : s->sample[i].pl[g];
    }
    bad |= bcf_update_format_int32(h, b, "PL", w, n * n_gt);
    for (int32_t i = 0; i < n; i++)
        memcpy(w + i * 4, s->sample[i].sb, 4 * sizeof *w);
    bad |= bcf_update_format_int32(h, b, "SB", w, n * 4);
    for (int32_t i = 0; i < n && phased; i++)
        w[i] = s->sample[i].phased ? (int32_t)s->sample[i].ps + 1 : bcf_int32_missing;
    if (phased)
        bad |= bcf_update_format_int32(h, b, "PS", w, n);
    return bad;
}

gw_status_t gw_callvcf_record(const bcf_hdr_t *hdr, int32_t rid, const gw_callsite_t *s,
                              int32_t n_samples, const gw_callvcf_opts_t *o, bcf1_t **out,
                              gw_err_t *err)
{
    bcf1_t *b = bcf_init();
    int32_t *w = gw_malloc((size_t)n_samples * GW_GENOTYPE_MAX, sizeof *w);
    *out = b;
    if (!b || !w) {
        free(w);
        return gw_err_nomem(err, "writing records");
    }
    const char *allele[GW_GENOTYPE_MAX_SITE_ALLELES];
    for (int32_t a = 0; a < s->n_alleles; a++)
        allele[a] = s->allele[a];
    b->rid = rid;
    b->pos = s->pos;
    b->qual = (float)s->qual;
    int bad = bcf_update_alleles(hdr, b, allele, s->n_alleles);
    const char *name = o->min_qual > 0 && s->qual < o->min_qual ? "LowQual" : "PASS";
    int filter = bcf_hdr_id2int(hdr, BCF_DT_ID, name);
    bad |= bcf_update_filter(hdr, b, &filter, 1);
    int32_t ploidy = 1;
    for (int32_t i = 0; i < n_samples; i++)
        ploidy = s->sample[i].ploidy > ploidy ? s->sample[i].ploidy : ploidy;
    bad |= put_info(hdr, b, s, n_samples, ploidy);
    bad |= put_samples(hdr, b, s, n_samples, ploidy, w);
    free(w);
    return bad ? gw_err_nomem(err, "writing records") : GW_OK;
}
