#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "call/call.h"
#include "call/joint.h"
#include "cli/command.h"
#include "io/vcfwrite.h"

/* 1. options */
typedef struct {
    gw_call_opts_t call;
    const char *reference;
    gw_strlist_t regions, region_files;
    const char *bands;
    bool bp_resolution, joint;
    int format;
    bool write_index;
} call_opts_t;

#define AT(f) offsetof(call_opts_t, f)
static const gw_opt_t rows[] = {
    {.name = "reference",
     .letter = 'f',
     .type = GW_OPT_STRING,
     .offset = AT(reference),
     .arg = "REF.fa",
     .group = "Input",
     .help = "the reference the reads were aligned to (FASTA, may be compressed); required"},
    {.name = "region",
     .letter = 'r',
     .type = GW_OPT_LIST,
     .offset = AT(regions),
     .arg = "REGION",
     .help = "call only here: CONTIG, CONTIG:POS or CONTIG:FROM-TO, 1-based; may be repeated. "
             "Alignment files are read through their index, stdin and gVCFs are read whole"},
    {.name = "regions-file",
     .letter = 'R',
     .type = GW_OPT_LIST,
     .offset = AT(region_files),
     .arg = "BED",
     .help = "call only in the regions of a BED file; may be repeated"},
    {.name = "no-cram",
     .type = GW_OPT_FLAG,
     .offset = AT(call.no_cram),
     .help = "refuse CRAM input"},
    {.name = "min-mapq",
     .type = GW_OPT_INT,
     .offset = AT(call.min_mapq),
     .arg = "N",
     .dflt = "5",
     .min = 1,
     .max = 254,
     .group = "Reads",
     .help = "leave out reads below this mapping quality; those of quality 0 are never used"},
    {.name = "min-baseq",
     .type = GW_OPT_INT,
     .offset = AT(call.min_baseq),
     .arg = "N",
     .dflt = "10",
     .min = 0,
     .max = 60,
     .help = "bases below this quality propose no variant"},
    {.name = "downsample",
     .type = GW_OPT_INT,
     .offset = AT(call.downsample),
     .arg = "N",
     .dflt = "500",
     .min = 10,
     .max = 1000000,
     .help = "use at most N reads of a sample that start within 64 bases (500 is about 1,100-fold "
             "with reads of 150 bases); of more, a choice by read name, and a message says so"},
    {.name = "ploidy",
     .type = GW_OPT_INT,
     .offset = AT(call.ploidy),
     .arg = "N",
     .dflt = "2",
     .min = 1,
     .max = 2,
     .group = "Calling",
     .help = "copies of each chromosome: 2, or 1 for viruses, bacteria and haploid chromosomes"},
    {.name = "min-fraction",
     .type = GW_OPT_DOUBLE,
     .offset = AT(call.min_fraction),
     .arg = "X",
     .dflt = "0.1",
     .min = 0.01,
     .max = 0.5,
     .help = "share of the fragments over a place that must show a difference before it becomes a "
             "candidate"},
    {.name = "min-qual",
     .type = GW_OPT_DOUBLE,
     .offset = AT(call.min_qual),
     .arg = "Q",
     .dflt = "10",
     .min = 0,
     .max = 10000,
     .help = "records below this QUAL get FILTER LowQual instead of PASS"},
    {.name = "emit-qual",
     .type = GW_OPT_DOUBLE,
     .offset = AT(call.emit_qual),
     .arg = "Q",
     .dflt = "3",
     .min = 0,
     .max = 10000,
     .help = "records below this QUAL are not written"},
    {.name = "gvcf",
     .type = GW_OPT_FLAG,
     .offset = AT(call.gvcf),
     .group = "gVCF",
     .help = "every position of one sample: its variants, sites that came close to one, and blocks of "
             "reference with likelihoods, for --joint"},
    {.name = "gvcf-bands",
     .type = GW_OPT_STRING,
     .offset = AT(bands),
     .arg = "LIST",
     .dflt = "1,5,10,15,20,25,30,40,50,60",
     .needs = "gvcf",
     .help = "a reference block ends where GQ passes one of these bounds; the more, the finer and "
             "the larger the file"},
    {.name = "bp-resolution",
     .type = GW_OPT_FLAG,
     .offset = AT(bp_resolution),
     .excludes = "gvcf-bands",
     .needs = "gvcf",
     .help = "a reference block for every single position"},
    {.name = "joint",
     .type = GW_OPT_FLAG,
     .offset = AT(joint),
     .excludes = "gvcf ploidy min-fraction min-mapq min-baseq downsample no-cram",
     .group = "Joint calling",
     .help = "the inputs are gVCFs, one a sample (of --gvcf, or GATK's): one VCF of all"},
    {.name = "output-fmt",
     .letter = 'O',
     .type = GW_OPT_CHOICE,
     .offset = AT(format),
     .arg = "TYPE",
     .dflt = "auto",
     .choices = "auto|v|z|u|b",
     .group = "Output",
     .help = "v VCF, z bgzipped VCF, u uncompressed BCF, b BCF; auto: by the ending of the "
             "output's name (.vcf.gz, .bcf), VCF otherwise"},
    {.name = "write-index",
     .type = GW_OPT_FLAG,
     .offset = AT(write_index),
     .needs = "output",
     .help = "write the output's index (.tbi or .csi) beside it; for z and b"},
};
#undef AT

/* 2. regions */
static int32_t name_to_tid(void *ctx, const char *name)
{
    return gw_ref_find(ctx, name);
}

static int64_t tid_to_len(void *ctx, int32_t tid)
{
    const gw_ref_t *ref = ctx;
    return ref->contig[tid].len_bp;
}

static gw_status_t read_regions(const call_opts_t *o, gw_ref_t *ref, gw_regions_t *r, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (size_t i = 0; i < o->regions.n && st == GW_OK; i++)
        st = gw_regions_add_text(r, o->regions.v[i], name_to_tid, tid_to_len, ref, err);
    for (size_t i = 0; i < o->region_files.n && st == GW_OK; i++)
        st = gw_regions_add_bed(r, o->region_files.v[i], name_to_tid, tid_to_len, ref, err);
    gw_regions_finish(r);
    if (st == GW_OK && r->n == 0 && o->regions.n + o->region_files.n > 0)
        return gw_err_set(err, GW_EDATA, "%s: no regions in it; leave -R out to call everywhere",
                          o->region_files.n ? o->region_files.v[0] : o->regions.v[0]);
    return st;
}

/* 3. what is said about a run */
static void warn_capped(const gw_callstats_t *s, const gw_ref_t *ref, int64_t limit)
{
    if (s->reads.deep_places)
        gw_log_warning("%lld places of 64 bases are deeper than --downsample %lld (the first at "
                       "%s:%lld); %lld reads there were left out",
                       (long long)s->reads.deep_places, (long long)limit,
                       ref->contig[s->reads.deepest_contig].name,
                       (long long)s->reads.deepest_beg + 1, (long long)s->reads.over_depth);
    if (s->capped_regions)
        gw_log_warning("%lld of %lld active regions had more candidates or haplotypes than are "
                       "compared; the best supported ones were kept",
                       (long long)s->capped_regions, (long long)s->regions);
    if (s->reads.reads == s->reads.unmapped)
        gw_log_warning("no mapped reads in the input; the output has no records");
    else if (s->reads.used == 0)
        gw_log_warning("no read passed the filters (duplicates, secondary, --min-mapq); the "
                       "output has no records");
}

static void report_reads(gw_report_t *r, const gw_callstats_t *s)
{
    gw_report_section(r, "Reads");
    gw_report_int(r, "reads", "Alignments read", s->reads.reads);
    gw_report_int(r, "reads_used", "Used for calling", s->reads.used);
    gw_report_int(r, "unmapped", "Unmapped", s->reads.unmapped);
    gw_report_int(r, "secondary", "Secondary and supplementary", s->reads.secondary);
    gw_report_int(r, "duplicates", "Duplicates", s->reads.duplicate);
    gw_report_int(r, "qc_failed", "Failed the sequencer's filter", s->reads.failed);
    gw_report_int(r, "low_mapq", "Mapping quality too low", s->reads.low_mapq);
    gw_report_int(r, "no_sequence", "Without sequence", s->reads.no_sequence);
    gw_report_int(r, "downsampled", "Left out where too deep", s->reads.over_depth);
    gw_report_int(r, "deep_places", "Places of 64 bases too deep", s->reads.deep_places);
    gw_report_section(r, "Regions");
    gw_report_int(r, "active_regions", "Active regions", s->regions);
    gw_report_int(r, "assembled_regions", "Assembled", s->assembled);
    gw_report_int(r, "capped_regions", "With candidates left out", s->capped_regions);
    if (s->blocks.blocks) {
        gw_report_section(r, "Reference blocks");
        gw_report_int(r, "blocks", "Blocks", s->blocks.blocks);
        gw_report_int(r, "block_bases", "Bases in them", s->blocks.bases);
        gw_report_int(r, "block_bases_gq20", "of these with GQ 20 and more", s->blocks.gq20_bp);
        gw_report_int(r, "block_bases_no_reads", "of these without reads", s->blocks.no_reads_bp);
        gw_report_int(r, "weak_sites", "Sites kept that came close to a call", s->weak);
    }
}

static void report_variants(gw_report_t *r, const gw_callstats_t *s)
{
    double x[11], y[11];
    for (int i = 0; i < 11; i++) {
        x[i] = 10 * i;
        y[i] = (double)s->qual_hist[i];
    }
    gw_report_section(r, "Variants");
    gw_report_int(r, "records", "Records", s->sites);
    gw_report_int(r, "low_qual", "of these LowQual (not counted below)", s->low_qual);
    gw_report_int(r, "snv", "SNV alleles", s->snv);
    gw_report_int(r, "insertions", "Insertion alleles", s->insertion);
    gw_report_int(r, "deletions", "Deletion alleles", s->deletion);
    gw_report_int(r, "multiallelic", "Records with several ALT alleles", s->multiallelic);
    gw_report_int(r, "transitions", "Transitions", s->transitions);
    gw_report_int(r, "transversions", "Transversions", s->transversions);
    if (s->transversions)
        gw_report_double(r, "ts_tv", "Ts/Tv", (double)s->transitions / (double)s->transversions);
    gw_report_int(r, "het", "Heterozygous genotypes", s->het);
    gw_report_int(r, "hom", "Homozygous ALT genotypes", s->hom);
    if (s->hom)
        gw_report_double(r, "het_hom", "Het/hom", (double)s->het / (double)s->hom);
    gw_report_plot(r, GW_PLOT_BARS, "QUAL of records", "QUAL (the last bar: 100 and more)",
                   "records");
    gw_report_series(r, "records", 11, x, y);
}

static gw_status_t report(const gw_invocation_t *inv, const gw_callstats_t *s, gw_err_t *err)
{
    const gw_common_t *m = &inv->common;
    if (!m->report && !m->json)
        return GW_OK;
    gw_report_t *r = gw_report_create("call", inv->command_line);
    if (!r)
        return gw_err_nomem(err, "writing the report");
    if (!((const call_opts_t *)inv->opts)->joint)
        report_reads(r, s);
    report_variants(r, s);
    gw_status_t st = gw_report_write(r, m->report, m->json, err);
    gw_report_destroy(r);
    return st;
}
/* 4. the command */
static gw_status_t put(void *ctx, bcf1_t *rec, gw_err_t *err)
{
    return gw_vcfwriter_put(ctx, rec, err);
}

static gw_status_t open_output(const gw_invocation_t *inv, bcf_hdr_t *hdr, gw_vcfwriter_t **w,
                               gw_err_t *err)
{
    const call_opts_t *o = inv->opts;
    const char *path = inv->common.output;
    gw_vcfwrite_opts_t wo = {.format = o->format ? (gw_vcf_format_t)(o->format - 1)
                                                 : gw_vcf_format_of(path),
                             .threads = 1,
                             .write_index = o->write_index};
    return gw_vcfwriter_open(path, &wo, hdr, w, err);
}

static gw_status_t close_output(gw_vcfwriter_t *w, gw_status_t st, gw_err_t *err)
{
    if (st == GW_OK)
        return gw_vcfwriter_commit(w, err);
    gw_vcfwriter_discard(w);
    return st;
}

static gw_status_t from_reads(const gw_invocation_t *inv, const gw_call_opts_t *o,
                              const gw_ref_t *ref, const gw_regions_t *regions, gw_err_t *err)
{
    const gw_common_t *m = &inv->common;
    gw_engine_t *engine = NULL;
    gw_call_t *call = NULL;
    gw_vcfwriter_t *w = NULL;
    gw_status_t st = gw_engine_create(m->device, 1, &engine, err);
    if (st == GW_OK)
        st = gw_call_create(o, ref, regions, inv->operands.v, inv->operands.n,
                            m->no_pg ? NULL : inv->command_line, (int)m->threads, engine, &call,
                            err);
    if (st == GW_OK)
        st = open_output(inv, gw_call_header(call), &w, err);
    if (st == GW_OK)
        st = close_output(w, gw_call_run(call, put, w, err), err);
    if (st == GW_OK) {
        const gw_callstats_t *s = gw_call_stats(call);
        warn_capped(s, ref, o->downsample);
        gw_log_info("%lld records: %lld SNVs, %lld insertions, %lld deletions, %lld LowQual; %lld "
                    "of %lld reads used",
                    (long long)s->sites, (long long)s->snv, (long long)s->insertion,
                    (long long)s->deletion, (long long)s->low_qual, (long long)s->reads.used,
                    (long long)s->reads.reads);
        if (o->gvcf)
            gw_log_info("%lld reference blocks over %lld bases, %lld of them with GQ 20 and more, "
                        "%lld without reads",
                        (long long)s->blocks.blocks, (long long)s->blocks.bases,
                        (long long)s->blocks.gq20_bp, (long long)s->blocks.no_reads_bp);
        st = report(inv, s, err);
    }
    gw_call_destroy(call);
    gw_engine_destroy(engine);
    return st;
}

static gw_status_t from_gvcfs(const gw_invocation_t *inv, const gw_ref_t *ref,
                              const gw_regions_t *regions, gw_err_t *err)
{
    const call_opts_t *o = inv->opts;
    const gw_common_t *m = &inv->common;
    gw_joint_opts_t jo = {o->call.min_qual, o->call.emit_qual,
                          m->no_pg ? NULL : inv->command_line};
    gw_joint_t *joint = NULL;
    gw_vcfwriter_t *w = NULL;
    gw_status_t st = gw_joint_create(&jo, ref, regions, inv->operands.v, inv->operands.n,
                                     (int)m->threads, &joint, err);
    if (st == GW_OK)
        st = open_output(inv, gw_joint_header(joint), &w, err);
    if (st == GW_OK)
        st = close_output(w, gw_joint_run(joint, put, w, err), err);
    if (st == GW_OK) {
        const gw_callstats_t *s = gw_joint_stats(joint);
        if (s->capped_regions)
            gw_log_warning("%lld places had more alleles than a record takes; the best supported "
                           "ones were kept, and samples with others are ./. there",
                           (long long)s->capped_regions);
        if (gw_joint_without(joint))
            gw_log_warning("%llu records of the inputs have no likelihoods (PL); their samples are "
                           "./. there",
                           (unsigned long long)gw_joint_without(joint));
        gw_log_info("%lld records of %zu samples: %lld SNVs, %lld insertions, %lld deletions, "
                    "%lld LowQual",
                    (long long)s->sites, inv->operands.n, (long long)s->snv,
                    (long long)s->insertion, (long long)s->deletion, (long long)s->low_qual);
        st = report(inv, s, err);
    }
    gw_joint_destroy(joint);
    return st;
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const call_opts_t *o = inv->opts;
    gw_ref_t *ref = NULL;
    gw_regions_t regions = {0};
    if (!o->reference)
        return gw_err_set(err, GW_EUSAGE, "-f REF.fa is needed: the reference of the alignments");
    size_t n_stdin = 0;
    for (size_t i = 0; i < inv->operands.n; i++)
        n_stdin += strcmp(inv->operands.v[i], "-") == 0;
    if (n_stdin > 1)
        return gw_err_set(err, GW_EUSAGE, "'-' (stdin) was given twice as input");
    gw_call_opts_t call_opts = o->call;
    gw_status_t st = gw_gvcf_bands_parse(o->bands, &call_opts.bands, err);
    call_opts.bands.single = o->bp_resolution;
    if (st == GW_OK)
        st = gw_call_opts_check(&call_opts, err);
    if (st == GW_OK)
        st = gw_ref_load(o->reference, (int)inv->common.threads, &ref, err);
    if (st == GW_OK)
        st = read_regions(o, ref, &regions, err);
    if (st == GW_OK)
        st = o->joint ? from_gvcfs(inv, ref, &regions, err)
                      : from_reads(inv, &call_opts, ref, &regions, err);
    gw_regions_release(&regions);
    gw_ref_destroy(ref);
    return st;
}

static const char *const usage[] = {"-f REF.fa IN.bam [MORE.bam...] [-r REGION] [-o calls.vcf.gz]",
                                    "-f REF.fa - < IN.bam > calls.vcf",
                                    "-f REF.fa IN.bam --gvcf [-o sample.g.vcf.gz]",
                                    "-f REF.fa --joint A.g.vcf.gz B.g.vcf.gz [...] [-o cohort.vcf.gz]",
                                    NULL};
static const char *const examples[] = {
    "genowarp call -f ref.fa sample.bam -o calls.vcf.gz --write-index",
    "genowarp align ref.fa R1.fq.gz R2.fq.gz --sort --markdup | genowarp call -f ref.fa - -o "
    "calls.vcf.gz",
    "genowarp call -f ref.fa mother.bam father.bam child.bam -o trio.bcf",
    "genowarp call -f virus.fa --ploidy 1 reads.bam",
    "genowarp call -f ref.fa sample.bam --gvcf -o sample.g.vcf.gz --write-index",
    "genowarp call -f ref.fa --joint *.g.vcf.gz -o cohort.vcf.gz", NULL};

const gw_command_t gw_cmd_call = {
    .name = "call",
    .summary = "SNVs and indels from sorted alignments",
    .usage = usage,
    .description =
        "Reads coordinate-sorted SAM, BAM or CRAM (files, or '-' for stdin) and writes the SNVs "
        "and\nindels of their samples as VCF 4.3 or BCF. Samples come from the read groups (SM); "
        "several\ninputs are called jointly. Duplicates, secondary and supplementary alignments "
        "are left out;\noverlapping mates count once. With --gvcf the reference between the "
        "variants of one sample comes\nout too, and --joint makes one VCF from the gVCFs of many "
        "samples. The output is the same for\nany -@ and any processor.",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(call_opts_t),
    .common =
        GW_COMMON_OUTPUT | GW_COMMON_THREADS | GW_COMMON_DEVICE | GW_COMMON_REPORT | GW_COMMON_PG,
    .min_operands = 1,
    .max_operands = 100000,
    .run = run,
};
