#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "align/align.h"
#include "align/samhead.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/text.h"
#include "cli/align_search.h"
#include "cli/command.h"
#include "io/alnwrite.h"
#include "io/ref.h"

/* 1. options */
typedef struct {
    int64_t match, mismatch, gap_open, gap_extend, clip, min_score, unpaired, xa_max, optical;
    const char *read_group, *insert, *metrics;
    bool interleaved, comments, soft_clip, all, eqx, sort, markdup, write_index;
    int format;
    gw_alignsearch_args_t search;
} align_opts_t;

#define AT(f) offsetof(align_opts_t, f)
static const gw_opt_t rows[] = {
    {.name = "read-group",
     .letter = 'R',
     .type = GW_OPT_STRING,
     .offset = AT(read_group),
     .arg = "LINE",
     .group = "Input",
     .help = "read group of all reads, such as '@RG\\tID:lane1\\tSM:sample1'; replaces those of "
             "uBAM input"},
    {.name = "interleaved",
     .letter = 'p',
     .type = GW_OPT_FLAG,
     .offset = AT(interleaved),
     .help = "neighbours with one name in a single FASTQ are mates; the others are single"},
    {.name = "comments",
     .letter = 'C',
     .type = GW_OPT_FLAG,
     .offset = AT(comments),
     .help = "the comments of FASTQ names are SAM tags (such as BC:Z:ACGT): copy them"},
    {.name = "insert",
     .letter = 'I',
     .type = GW_OPT_STRING,
     .offset = AT(insert),
     .arg = "MEAN,SD",
     .help = "insert size of the library; default: estimated from the first pairs and printed"},
    {.name = "match",
     .letter = 'A',
     .type = GW_OPT_INT,
     .offset = AT(match),
     .arg = "N",
     .dflt = "1",
     .min = 1,
     .max = 20,
     .group = "Scores",
     .help = "score of a match (2 with --search)"},
    {.name = "mismatch",
     .letter = 'B',
     .type = GW_OPT_INT,
     .offset = AT(mismatch),
     .arg = "N",
     .dflt = "4",
     .min = 0,
     .max = 50,
     .help = "penalty of a mismatch (3 with --search)"},
    {.name = "gap-open",
     .type = GW_OPT_INT,
     .offset = AT(gap_open),
     .arg = "N",
     .dflt = "6",
     .min = 0,
     .max = 100,
     .help = "penalty of a gap, besides that of its letters (other defaults with --search)"},
    {.name = "gap-extend",
     .letter = 'E',
     .type = GW_OPT_INT,
     .offset = AT(gap_extend),
     .arg = "N",
     .dflt = "1",
     .min = 1,
     .max = 50,
     .help = "penalty of each letter in a gap (other defaults with --search)"},
    {.name = "clip",
     .letter = 'L',
     .type = GW_OPT_INT,
     .offset = AT(clip),
     .arg = "N",
     .dflt = "5",
     .min = 0,
     .max = 100,
     .help = "penalty of leaving letters at one end of a read unaligned"},
    {.name = "min-score",
     .letter = 'T',
     .type = GW_OPT_INT,
     .offset = AT(min_score),
     .arg = "N",
     .dflt = "30",
     .min = 1,
     .max = 5000,
     .help = "lowest score of an alignment"},
    {.name = "unpaired",
     .letter = 'U',
     .type = GW_OPT_INT,
     .offset = AT(unpaired),
     .arg = "N",
     .dflt = "17",
     .min = 0,
     .max = 1000,
     .help = "penalty of a pair that is not at insert distance"},
    {.name = "output-fmt",
     .letter = 'O',
     .type = GW_OPT_CHOICE,
     .offset = AT(format),
     .arg = "FORMAT",
     .dflt = "auto",
     .choices = "auto|sam|bam|ubam|cram|tab|pairwise",
     .group = "Output",
     .help = "auto: by the ending of the output's name; on stdout SAM for a terminal and "
             "uncompressed BAM for a pipe. With --search: auto or tab, a table; pairwise, alignments to "
             "look at"},
    {.name = "sort",
     .type = GW_OPT_FLAG,
     .offset = AT(sort),
     .help = "order records by coordinate"},
    {.name = "markdup",
     .type = GW_OPT_FLAG,
     .offset = AT(markdup),
     .help = "mark duplicates, as Picard MarkDuplicates does"},
    {.name = "metrics",
     .type = GW_OPT_STRING,
     .offset = AT(metrics),
     .arg = "FILE",
     .needs = "markdup",
     .help = "write counts of duplicates in Picard's format"},
    {.name = "optical-distance",
     .type = GW_OPT_INT,
     .offset = AT(optical),
     .arg = "N",
     .dflt = "100",
     .min = 0,
     .max = 100000,
     .needs = "markdup",
     .help = "pixels between optical duplicates; 2500 suits patterned flow cells"},
    {.name = "write-index",
     .type = GW_OPT_FLAG,
     .offset = AT(write_index),
     .needs = "sort",
     .help = "write the output's own index (.bai, .csi or .crai) beside it"},
    {.name = "all",
     .letter = 'a',
     .type = GW_OPT_FLAG,
     .offset = AT(all),
     .help = "write secondary alignments as records (instead of the XA tag)"},
    {.name = "xa-max",
     .type = GW_OPT_INT,
     .offset = AT(xa_max),
     .arg = "N",
     .dflt = "5",
     .min = 0,
     .max = 1000,
     .help = "write XA when at most so many alignments score 80% of the best or more"},
    {.name = "soft-clip",
     .letter = 'Y',
     .type = GW_OPT_FLAG,
     .offset = AT(soft_clip),
     .help = "clip supplementary alignments softly: keep the whole read in each record"},
    {.name = "eqx",
     .type = GW_OPT_FLAG,
     .offset = AT(eqx),
     .help = "write = and X in CIGARs instead of M"},
    {.name = "search",
     .type = GW_OPT_STRING,
     .offset = AT(search.db),
     .arg = "DB.fa",
     .group = "Searching a database",
     .excludes = "read-group interleaved comments insert clip min-score unpaired sort "
                 "markdup metrics write-index all xa-max soft-clip eqx tmp-dir no-PG",
     .help = "instead of mapping, score every query against every sequence of DB.fa, proteins or "
             "nucleotides, by Smith-Waterman; BLAST's columns come out"},
    {.name = "matrix",
     .type = GW_OPT_STRING,
     .offset = AT(search.matrix),
     .arg = "NAME|FILE",
     .needs = "search",
     .help = "scores of proteins: BLOSUM45, 50, 62, 80 or 90, PAM30, 70 or 250, or a file in NCBI's "
             "format (default: BLOSUM62); gaps cost what NCBI's programs take for it (11 + 1 a "
             "letter for BLOSUM62 and files) unless --gap-open and --gap-extend say otherwise"},
    {.name = "max-hits",
     .letter = 'k',
     .type = GW_OPT_INT,
     .offset = AT(search.max_hits),
     .arg = "N",
     .dflt = "500",
     .min = 1,
     .max = 1e9,
     .needs = "search",
     .help = "most hits a query"},
    {.name = "evalue",
     .type = GW_OPT_DOUBLE,
     .offset = AT(search.max_evalue),
     .arg = "E",
     .dflt = "10",
     .min = 0,
     .max = 1e18,
     .needs = "search",
     .help = "leave out hits that chance makes more often than so many times a search"},
    {.name = "min-seq-id",
     .type = GW_OPT_DOUBLE,
     .offset = AT(search.min_identity),
     .arg = "X",
     .dflt = "0",
     .min = 0,
     .max = 1,
     .needs = "search",
     .help = "of those hits, leave out what is less identical (a fraction of the columns)"},
    {.name = "composition",
     .type = GW_OPT_CHOICE,
     .offset = AT(search.composition),
     .arg = "WHICH",
     .dflt = "on",
     .choices = "on|off",
     .needs = "search",
     .help = "correct E-values and bit scores of proteins for what a pair's residues let expect"},
    {.name = "strand",
     .type = GW_OPT_CHOICE,
     .offset = AT(search.strand),
     .arg = "WHICH",
     .dflt = "both",
     .choices = "both|plus",
     .needs = "search",
     .help = "strands of nucleotide queries"},
    {.name = "alphabet",
     .type = GW_OPT_CHOICE,
     .offset = AT(search.alphabet),
     .arg = "KIND",
     .dflt = "auto",
     .choices = "auto|protein|dna",
     .needs = "search",
     .help = "what the sequences are; auto tells by the letters of the queries"},
};
#undef AT

/* 2. reference and reads */
typedef struct {
    gw_invocation_t *inv;
    const align_opts_t *o;
    gw_index_t *index;
    char *fasta; /* the reference's FASTA; for CRAM */
    gw_seqreader_t *reader;
    char *rg_line, *rg_id;
    sam_hdr_t *header;
    gw_engine_t *engine;
    gw_alnwriter_t *writer;
    gw_sink_t *sink;
    gw_align_opts_t opts;
    gw_align_stats_t stats;
} run_t;

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static gw_status_t open_index(run_t *r, gw_err_t *err)
{
    const char *name = r->inv->operands.v[0];
    int threads = (int)r->inv->common.threads;
    bool direct = ends_with(name, ".gwi");
    r->fasta = direct ? gw_strndup(name, strlen(name) - 4) : gw_strdup(name);
    char *path = direct ? gw_strdup(name) : gw_asprintf("%s.gwi", name);
    if (!r->fasta || !path) {
        free(path);
        return gw_err_nomem(err, "starting");
    }
    gw_status_t st;
    if (direct || access(path, F_OK) == 0) {
        st = gw_index_open(path, threads, &r->index, err);
        if (st == GW_OK)
            st = gw_index_check_fasta(r->index, path, r->fasta, err);
    } else {
        gw_ref_t *ref = NULL;
        st = gw_ref_load(name, threads, &ref, err);
        if (st == GW_OK) {
            gw_log_info("%s has no index; making one in memory ('genowarp index %s' keeps it)",
                        name, name);
            st = gw_index_build(ref, threads, &r->index, err);
        }
        gw_ref_destroy(ref);
    }
    free(path);
    return st;
}

static gw_status_t open_reads(run_t *r, gw_err_t *err)
{
    const gw_strlist_t *f = &r->inv->operands;
    if (f->n == 3 && r->o->interleaved)
        return gw_err_set(err, GW_EUSAGE, "-p is for one file of reads; two were given");
    gw_seqread_opts_t o = {.interleaved = r->o->interleaved,
                           .keep_comments = r->o->comments,
                           .alphabet = GW_ALPHABET_DNA,
                           .max_len = GW_ALIGN_MAX_READ,
                           /* inflating is a small part of the work */
                           .threads = 1 + (int)r->inv->common.threads / 4};
    return gw_seqreader_open(f->v + 1, f->n - 1, &o, &r->reader, err);
}

/* 3. what the options say */
static gw_status_t read_insert(const char *text, gw_align_opts_t *o, gw_err_t *err)
{
    const char *comma = strchr(text, ',');
    char *mean = comma ? gw_strndup(text, (size_t)(comma - text)) : NULL;
    bool ok = mean && gw_text_double(mean, &o->insert_mean) &&
              gw_text_double(comma + 1, &o->insert_sd) && o->insert_mean > 0 &&
              o->insert_mean < GW_INSERT_MAX && o->insert_sd > 0 && o->insert_sd < GW_INSERT_MAX;
    free(mean);
    return ok ? GW_OK
              : gw_err_set(err, GW_EUSAGE,
                           "--insert '%s': give mean and standard deviation, such "
                           "as 350,50 (below %d)",
                           text, (int)GW_INSERT_MAX);
}

static gw_status_t settle_options(run_t *r, gw_err_t *err)
{
    const align_opts_t *o = r->o;
    r->opts.map =
        (gw_map_params_t){(int)o->match, (int)o->mismatch,  (int)o->gap_open, (int)o->gap_extend,
                          (int)o->clip,  (int)o->min_score, (int)o->unpaired, (int)o->xa_max};
    r->opts.rec = (gw_samrec_opts_t){o->all, o->soft_clip, o->comments, o->eqx, NULL};
    r->opts.threads = (int)r->inv->common.threads;
    if (o->insert) {
        gw_status_t st = read_insert(o->insert, &r->opts, err);
        if (st != GW_OK)
            return st;
    }
    if (!o->read_group)
        return GW_OK;
    bool sample;
    gw_status_t st = gw_samhead_read_group(o->read_group, &r->rg_line, &r->rg_id, &sample, err);
    if (st == GW_OK && !sample)
        gw_log_warning("the read group has no sample (SM:...); genowarp call and others want one");
    r->opts.rec.read_group = r->rg_id;
    return st;
}

enum { FMT_AUTO, FMT_SAM, FMT_BAM, FMT_UBAM, FMT_CRAM, FMT_TAB, FMT_PAIRWISE };

static gw_status_t output_format(const run_t *r, gw_aln_format_t *format, gw_err_t *err)
{
    static const gw_aln_format_t by_choice[] = {GW_ALN_UBAM, GW_ALN_SAM, GW_ALN_BAM, GW_ALN_UBAM,
                                                GW_ALN_CRAM};
    const char *path = r->inv->common.output;
    *format = by_choice[r->o->format];
    if (r->o->format != FMT_AUTO)
        return GW_OK;
    if (!path || strcmp(path, "-") == 0) {
        *format = isatty(STDOUT_FILENO) ? GW_ALN_SAM : GW_ALN_UBAM;
        return GW_OK;
    }
    if (ends_with(path, ".sam"))
        *format = GW_ALN_SAM;
    else if (ends_with(path, ".bam"))
        *format = GW_ALN_BAM;
    else if (ends_with(path, ".cram"))
        *format = GW_ALN_CRAM;
    else if (strncmp(path, "/dev/", 5) != 0)
        return gw_err_set(
            err, GW_EUSAGE,
            "%s: the name does not tell the format; end it in .sam, .bam or .cram, or "
            "give --output-fmt",
            path);
    return GW_OK;
}

static gw_status_t open_output(run_t *r, gw_err_t *err)
{
    const gw_common_t *c = &r->inv->common;
    gw_alnwrite_opts_t w = {
        .ref_path = r->fasta, .threads = (int)c->threads, .write_index = r->o->write_index};
    gw_samhead_opts_t h = {.sorted = r->o->sort,
                           .read_group = r->rg_line,
                           .input_header = gw_seqreader_header(r->reader),
                           .command_line = c->no_pg ? NULL : r->inv->command_line};
    gw_sink_opts_t s = {.sort = r->o->sort,
                        .markdup = r->o->markdup,
                        .max_mem = c->max_mem,
                        .tmp_dir = c->tmp_dir,
                        .threads = (int)c->threads,
                        .optical_distance = (int)r->o->optical};
    gw_status_t st = output_format(r, &w.format, err);
    if (st == GW_OK)
        st = gw_samhead_make(r->index, &h, &r->header, err);
    if (st == GW_OK)
        st = gw_alnwriter_open(c->output, &w, r->header, &r->writer, err);
    if (st == GW_OK)
        st = gw_sink_open(&s, r->header, r->writer, &r->sink, err);
    return st;
}

/* 4. results */
static void tell_insert(const gw_align_stats_t *s)
{
    if (s->insert_guessed)
        gw_log_warning("only %lld pairs tell their insert size; taking %.0f +- %.0f (give -I "
                       "MEAN,SD when you know better)",
                       (long long)s->insert.n_used, s->insert.mean, s->insert.sd);
    else if (s->insert.known)
        gw_log_info("insert size %.1f +- %.1f from %lld pairs; proper pairs: %d to %d",
                    s->insert.mean, s->insert.sd, (long long)s->insert.n_used, (int)s->insert.low,
                    (int)s->insert.high);
}

static void report_plots(gw_report_t *rep, const gw_align_stats_t *s)
{
    double y[GW_INSERT_MAX];
    int last = 0;
    for (int i = 0; i < 61; i++)
        y[i] = (double)s->mapq[i];
    gw_report_plot(rep, GW_PLOT_BARS, "mapping quality", "MAPQ", "reads");
    gw_report_series(rep, "reads", 61, NULL, y);
    for (int i = 0; i < GW_INSERT_MAX; i++)
        if ((y[i] = (double)s->size[i]) > 0)
            last = i;
    if (s->pairs && last) {
        gw_report_plot(rep, GW_PLOT_LINE, "insert size of proper pairs", "base pairs", "pairs");
        gw_report_series(rep, "pairs", (size_t)last + 1, NULL, y);
    }
}

static void report_duplicates(gw_report_t *rep, const gw_dupmetrics_t *d)
{
    int64_t dup = 0, optical = 0;
    for (size_t i = 0; i < d->n; i++) {
        dup += d->lib[i].unpaired_duplicates + 2 * d->lib[i].pair_duplicates;
        optical += d->lib[i].pair_optical_duplicates;
    }
    gw_report_int(rep, "duplicates", "duplicate reads", dup);
    gw_report_int(rep, "optical_duplicate_pairs", "optical duplicate pairs", optical);
}

static gw_status_t report(run_t *r, gw_err_t *err)
{
    const gw_common_t *c = &r->inv->common;
    const gw_align_stats_t *s = &r->stats;
    gw_log_info("%lld reads, %lld mapped, %lld properly paired, %lld supplementary alignments",
                (long long)s->reads, (long long)s->mapped, (long long)s->proper,
                (long long)s->supplementary);
    if (!c->report && !c->json)
        return GW_OK;
    gw_report_t *rep = gw_report_create("align", r->inv->command_line);
    gw_report_section(rep, "reads");
    gw_report_int(rep, "reads", "reads", s->reads);
    gw_report_int(rep, "pairs", "pairs", s->pairs);
    gw_report_int(rep, "mapped", "mapped reads", s->mapped);
    gw_report_int(rep, "properly_paired", "properly paired reads", s->proper);
    gw_report_int(rep, "supplementary", "supplementary alignments", s->supplementary);
    gw_report_int(rep, "secondary", "secondary alignments", s->secondary);
    gw_report_int(rep, "rescued", "reads found beside their mates", s->rescued);
    if (s->insert.known) {
        gw_report_double(rep, "insert_mean", "insert size, mean", s->insert.mean);
        gw_report_double(rep, "insert_sd", "insert size, standard deviation", s->insert.sd);
        gw_report_int(rep, "insert_low", "proper pair, least size", s->insert.low);
        gw_report_int(rep, "insert_high", "proper pair, greatest size", s->insert.high);
    }
    gw_report_string(rep, "reference_digest", "reference digest", r->index->digest);
    const gw_dupmetrics_t *d = gw_sink_dupmetrics(r->sink);
    if (d)
        report_duplicates(rep, d);
    report_plots(rep, s);
    gw_status_t st = gw_report_write(rep, c->report, c->json, err);
    gw_report_destroy(rep);
    return st;
}

/* 5. the command */
static gw_status_t map_all(run_t *r, gw_err_t *err)
{
    gw_status_t st = gw_engine_create(r->inv->common.device, 1, &r->engine, err);
    if (st == GW_OK)
        st = gw_align_run(r->index, r->reader, r->engine, r->sink, &r->opts, tell_insert, &r->stats,
                          err);
    if (st == GW_OK)
        st = gw_sink_finish(r->sink, err);
    if (st != GW_OK)
        return st;
    gw_alnwriter_t *w = r->writer;
    r->writer = NULL;
    st = gw_alnwriter_commit(w, err);
    if (st == GW_OK && r->o->metrics)
        st = gw_dupmetrics_write(gw_sink_dupmetrics(r->sink), r->o->metrics,
                                 r->inv->common.no_pg ? NULL : r->inv->command_line, err);
    return st == GW_OK ? report(r, err) : st;
}

static int64_t if_given(const gw_invocation_t *inv, const char *name, int64_t value)
{
    for (size_t i = 0; i < inv->command->n_opts; i++)
        if (inv->seen[i] && strcmp(inv->command->opts[i].name, name) == 0)
            return value;
    return -1;
}

static gw_status_t search(const gw_invocation_t *inv, gw_err_t *err)
{
    const align_opts_t *o = inv->opts;
    gw_alignsearch_costs_t costs = {if_given(inv, "match", o->match),
                                    if_given(inv, "mismatch", o->mismatch),
                                    if_given(inv, "gap-open", o->gap_open),
                                    if_given(inv, "gap-extend", o->gap_extend)};
    if (o->format != FMT_AUTO && o->format < FMT_TAB)
        return gw_err_set(err, GW_EUSAGE, "--search writes tab or pairwise; leave --output-fmt out");
    return gw_alignsearch_run(inv, &o->search, &costs, o->format == FMT_PAIRWISE, err);
}

static gw_status_t check_mapping(const gw_invocation_t *inv, gw_err_t *err)
{
    const align_opts_t *o = inv->opts;
    if (inv->operands.n < 2)
        return gw_err_set(err, GW_EUSAGE, "too few files given; usage: genowarp align %s",
                          inv->command->usage[0]);
    if (o->format >= FMT_TAB)
        return gw_err_set(err, GW_EUSAGE, "--output-fmt tab and pairwise go with --search");
    if (inv->operands.n > 3)
        return gw_err_set(err, GW_EUSAGE, "one file too many: %s; usage: genowarp align %s",
                          inv->operands.v[3], inv->command->usage[0]);
    return GW_OK;
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    run_t r = {.inv = inv, .o = inv->opts};
    if (r.o->search.db)
        return search(inv, err);
    gw_status_t st = check_mapping(inv, err);
    if (st == GW_OK)
        st = settle_options(&r, err);
    if (st == GW_OK && r.o->metrics)
        st = gw_outfile_probe(r.o->metrics, err);
    if (st == GW_OK)
        st = open_index(&r, err);
    if (st == GW_OK)
        st = open_reads(&r, err);
    if (st == GW_OK)
        st = open_output(&r, err);
    if (st == GW_OK)
        st = map_all(&r, err);
    gw_alnwriter_discard(r.writer);
    gw_sink_destroy(r.sink);
    gw_align_stats_release(&r.stats);
    gw_engine_destroy(r.engine);
    sam_hdr_destroy(r.header);
    gw_seqreader_close(r.reader);
    gw_index_destroy(r.index);
    free(r.rg_line);
    free(r.rg_id);
    free(r.fasta);
    return st;
}

static const char *const usage[] = {"[OPTIONS] REF.fa[.gwi] READS [MATES]",
                                    "--search DB.fa [OPTIONS] QUERIES.fa ...", NULL};
static const char *const examples[] = {
    "genowarp align ref.fa R1.fq.gz R2.fq.gz -R '@RG\\tID:l1\\tSM:s1' -o out.bam",
    "genowarp align ref.fa R1.fq.gz R2.fq.gz --sort --markdup --write-index -o out.bam",
    "genowarp align ref.fa R1.fq.gz R2.fq.gz --sort --markdup | genowarp call -f ref.fa - -o "
    "calls.vcf.gz",
    "genowarp align -p ref.fa interleaved.fq.gz -o out.cram",
    "genowarp align --search proteins.fa queries.fa --evalue 0.001 -o hits.tsv", NULL};

const gw_command_t gw_cmd_align = {
    .name = "align",
    .summary = "map short reads to a reference; search databases of sequences",
    .usage = usage,
    .description =
        "Maps short reads, single or paired, to a reference and writes SAM, BAM or CRAM. READS "
        "and\n"
        "MATES are FASTQ or FASTA (plain, .gz, .zst) or READS alone is uBAM, uCRAM or SAM, whose\n"
        "tags and read groups are kept; - is stdin. With REF.fa.gwi beside it (genowarp index) "
        "the\n"
        "reference is ready at once; without, it is indexed in memory first. With --search, DB.fa and "
        "the\n"
        "queries are proteins or nucleotides, and a table of the best local alignments comes out. "
        "The\n"
        "output does not depend on the number of threads.",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(align_opts_t),
    .common = GW_COMMON_OUTPUT | GW_COMMON_THREADS | GW_COMMON_DEVICE | GW_COMMON_MEM |
              GW_COMMON_TMP | GW_COMMON_REPORT | GW_COMMON_PG | GW_COMMON_PROGRESS,
    .max_mem = "1G",
    .min_operands = 1,
    .max_operands = 1000,
    .run = run,
};
