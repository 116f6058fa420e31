#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/command.h"
#include "cluster/certify.h"
#include "cluster/cluster.h"
#include "cluster/write.h"

/* 1. options */
typedef struct {
    double min_id, min_cov;
    int cov_mode, mode, alphabet, strand, format;
    bool linear, sensitive, sizein, certify;
    const char *prefix;
} cluster_opts_t;

#define AT(f) offsetof(cluster_opts_t, f)
static const gw_opt_t rows[] = {
    {.name = "min-seq-id",
     .type = GW_OPT_DOUBLE,
     .offset = AT(min_id),
     .arg = "X",
     .dflt = "0.9",
     .min = 0.01,
     .max = 1,
     .group = "What belongs together",
     .help = "least identity of a member with its representative: matches / alignment columns, in "
             "every optimal alignment; four decimals count"},
    {.name = "coverage",
     .letter = 'c',
     .type = GW_OPT_DOUBLE,
     .offset = AT(min_cov),
     .arg = "X",
     .dflt = "0.8",
     .min = 0,
     .max = 1,
     .help = "least part of a sequence between the first and the last aligned pair; four decimals "
             "count"},
    {.name = "cov-mode",
     .type = GW_OPT_CHOICE,
     .offset = AT(cov_mode),
     .arg = "WHICH",
     .dflt = "both",
     .choices = "both|query|target",
     .help = "whose coverage counts: both, query (the member's: fragments join whole sequences) or "
             "target (the representative's)"},
    {.name = "mode",
     .type = GW_OPT_CHOICE,
     .offset = AT(mode),
     .arg = "MODE",
     .dflt = "set-cover",
     .choices = "set-cover|greedy|connected",
     .group = "How clusters are made",
     .help = "set-cover: the sequence with most neighbours represents them, and so on; greedy: the "
             "longest (with --sizein the most abundant) first, members go to the first that fits; "
             "connected: whatever a chain of pairs links"},
    {.name = "linear",
     .type = GW_OPT_FLAG,
     .offset = AT(linear),
     .excludes = "sensitive",
     .help = "look at a bounded number of candidates a sequence: time grows with the input, more "
             "families stay split"},
    {.name = "sensitive",
     .type = GW_OPT_FLAG,
     .offset = AT(sensitive),
     .help = "look for candidates with more seeds and weaker hints: slower, fewest families split"},
    {.name = "certify",
     .type = GW_OPT_FLAG,
     .offset = AT(certify),
     .help = "compare every member with its representative and all representatives with each other "
             "over whole matrices, and report violations and missed merges (time grows with the "
             "square of the clusters; not with --mode connected)"},
    {.name = "alphabet",
     .type = GW_OPT_CHOICE,
     .offset = AT(alphabet),
     .arg = "KIND",
     .dflt = "auto",
     .choices = "auto|protein|dna",
     .group = "Input",
     .help = "what the sequences are; auto: dna when at least 90 % of all letters are ACGTUN"},
    {.name = "strand",
     .type = GW_OPT_CHOICE,
     .offset = AT(strand),
     .arg = "WHICH",
     .dflt = "both",
     .choices = "both|plus",
     .help = "nucleotides: compare both strands or only the given one"},
    {.name = "sizein",
     .type = GW_OPT_FLAG,
     .offset = AT(sizein),
     .help = "names carry abundances as ;size=N: the most abundant sequences come first, and "
             "clusters are ordered by their sum"},
    {.name = "output",
     .letter = 'o',
     .type = GW_OPT_STRING,
     .offset = AT(prefix),
     .arg = "PREFIX",
     .group = "Output",
     .help = "write PREFIX.tsv, PREFIX.reps.fa, PREFIX.clstr and PREFIX.uc instead of stdout"},
    {.name = "output-fmt",
     .letter = 'O',
     .type = GW_OPT_CHOICE,
     .offset = AT(format),
     .arg = "TYPE",
     .dflt = "tsv",
     .choices = "tsv|clstr|uc|fasta",
     .excludes = "output",
     .help = "what goes to stdout: tsv (representative, member, identity, coverage), CD-HIT's "
             "clstr, UCLUST's uc, or the representatives as fasta"},
};
#undef AT

/* 2. the report */
static void report_sizes(gw_report_t *r, const gw_clusterview_t *v)
{
    enum { BINS = 24 }; /* sizes 1, 2, 3-4, 5-8, ... */
    double count[BINS] = {0}, edge[BINS];
    int top = 0;
    int64_t single = 0, largest = 0;
    for (int32_t k = 0; k < v->n; k++) {
        int b = 0;
        while (b + 1 < BINS && v->records[k] > (int64_t)1 << b)
            b++;
        count[b]++;
        top = b > top ? b : top;
        single += v->records[k] == 1;
        largest = v->records[k] > largest ? v->records[k] : largest;
    }
    for (int b = 0; b < BINS; b++)
        edge[b] = (double)((int64_t)1 << b);
    gw_report_int(r, "clusters", "clusters", v->n);
    gw_report_int(r, "singletons", "clusters of one sequence", single);
    gw_report_int(r, "largest", "sequences in the largest cluster", largest);
    gw_report_plot(r, GW_PLOT_BARS, "cluster sizes", "sequences in the cluster, up to", "clusters");
    gw_report_series(r, "clusters", (size_t)top + 1, edge, count);
}

static void report_certificate(gw_report_t *r, const gw_certificate_t *k)
{
    gw_report_section(r, "certificate");
    gw_report_int(r, "certified_members", "members compared with their representative", k->members);
    gw_report_int(r, "violations", "members below identity or coverage", k->violations);
    gw_report_int(r, "certified_pairs", "pairs of representatives compared", k->pairs);
    gw_report_int(r, "missed_pairs", "pairs of representatives that hold", k->missed);
    gw_report_int(r, "missed_representatives", "representatives in such a pair", k->reps_missed);
}

static gw_status_t write_report(const gw_invocation_t *inv, const gw_seqset_t *s,
                                const gw_clusters_t *c, const gw_clusterview_t *v,
                                const gw_certificate_t *certificate, gw_err_t *err)
{
    if (!inv->common.report && !inv->common.json)
        return GW_OK;
    gw_report_t *r = gw_report_create("cluster", inv->command_line);
    if (!r)
        return gw_err_nomem(err, "writing the report");
    gw_report_section(r, "clusters");
    gw_report_string(r, "alphabet", "alphabet", s->kind == GW_SEQ_DNA ? "dna" : "protein");
    gw_report_int(r, "sequences", "sequences", (int64_t)s->n_recs);
    gw_report_int(r, "unique", "different sequences", s->n);
    gw_report_int(r, "letters", "letters in different sequences", s->n_letters);
    report_sizes(r, v);
    gw_report_int(r, "candidate_pairs", "candidate pairs", c->n_candidates);
    gw_report_int(r, "compared_pairs", "pairs compared exactly", c->n_compared);
    if (certificate)
        report_certificate(r, certificate);
    gw_status_t st = gw_report_write(r, inv->common.report, inv->common.json, err);
    gw_report_destroy(r);
    return st;
}

/* 3. running */
static gw_status_t write_one(const gw_clusterview_t *v, gw_clusterfmt_t fmt, const char *path,
                             gw_err_t *err)
{
    gw_outfile_t o = {0};
    gw_status_t st = gw_outfile_fopen(&o, path, err);
    if (st == GW_OK)
        st = gw_clusterview_write(v, fmt, o.file, err);
    if (st == GW_OK)
        st = gw_outfile_commit(&o, err);
    gw_outfile_discard(&o);
    return st;
}

static gw_status_t write_all(const gw_clusterview_t *v, const char *prefix, gw_err_t *err)
{
    static const struct {
        gw_clusterfmt_t fmt;
        const char *ending;
    } out[] = {{GW_CLUSTERS_FASTA, "reps.fa"},
               {GW_CLUSTERS_CLSTR, "clstr"},
               {GW_CLUSTERS_UC, "uc"},
               {GW_CLUSTERS_TSV, "tsv"}};
    gw_status_t st = GW_OK;
    for (size_t i = 0; st == GW_OK && i < sizeof out / sizeof *out; i++) {
        char *path = gw_asprintf("%s.%s", prefix, out[i].ending);
        st = path ? write_one(v, out[i].fmt, path, err) : gw_err_nomem(err, "naming outputs");
        free(path);
    }
    return st;
}

static gw_status_t certify(const gw_seqset_t *s, const gw_cluster_opts_t *how,
                           const gw_clusters_t *c, gw_certificate_t *k, gw_err_t *err)
{
    gw_status_t st = gw_certify_run(s, how, c, k, err);
    if (st != GW_OK)
        return st;
    if (k->violations > 0)
        return gw_err_set(err, GW_EINTERNAL,
                          "%lld of %lld members are below identity or coverage: a fault in genowarp; "
                          "please report it",
                          (long long)k->violations, (long long)k->members);
    gw_log_info("certified: 0 of %lld members below identity or coverage; %lld of %lld pairs of "
                "representatives hold (missed merges)",
                (long long)k->members, (long long)k->missed, (long long)k->pairs);
    if (k->missed > 0)
        gw_log_info("the first of them: %s and %s", s->rec[s->first[k->first_missed[0]]].name,
                    s->rec[s->first[k->first_missed[1]]].name);
    return GW_OK;
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const cluster_opts_t *o = inv->opts;
    static const gw_seqkind_t kinds[] = {GW_SEQ_AUTO, GW_SEQ_PROTEIN, GW_SEQ_DNA};
    gw_seqset_t s;
    gw_seqset_opts_t load = {
        .kind = kinds[o->alphabet], .sizes = o->sizein, .threads = (int)inv->common.threads};
    gw_cluster_opts_t how = {.min_id = o->min_id,
                             .min_cov = o->min_cov,
                             .cov_mode = (gw_covmode_t)o->cov_mode,
                             .mode = (gw_clustermode_t)o->mode,
                             .depth = o->linear      ? GW_SEARCH_LINEAR
                                      : o->sensitive ? GW_SEARCH_SENSITIVE
                                                     : GW_SEARCH_DEFAULT,
                             .both_strands = o->strand == 0,
                             .threads = (int)inv->common.threads};
    gw_clusters_t c = {0};
    gw_clusterview_t v = {0};
    gw_certificate_t certificate;
    if (o->certify && how.mode == GW_MODE_CONNECTED)
        return gw_err_set(err, GW_EUSAGE,
                          "--certify: members of connected components need not hold against their "
                          "representative; choose another --mode");
    gw_status_t st = gw_seqset_load(&s, inv->operands.v, inv->operands.n, &load, err);
    if (st == GW_OK)
        st = gw_cluster_run(&s, &how, &c, err);
    if (st == GW_OK && o->certify)
        st = certify(&s, &how, &c, &certificate, err);
    if (st == GW_OK)
        st = gw_clusterview_init(&v, &s, &c, how.cov_mode, err);
    if (st == GW_OK && o->prefix)
        st = write_all(&v, o->prefix, err);
    else if (st == GW_OK)
        st = gw_clusterview_write(&v, (gw_clusterfmt_t)o->format, stdout, err);
    if (st == GW_OK)
        st = write_report(inv, &s, &c, &v, o->certify ? &certificate : NULL, err);
    if (st == GW_OK)
        gw_log_info("%zu sequences, %d different, %d clusters; %lld pairs compared exactly",
                    s.n_recs, s.n, c.n_clusters, (long long)c.n_compared);
    gw_clusterview_release(&v);
    gw_clusters_release(&c);
    gw_seqset_release(&s);
    return st;
}

static const char *const usage[] = {"IN.fa [MORE.fa ...] [--min-seq-id X] [-c COV] [-o PREFIX]",
                                    NULL};
static const char *const examples[] = {
    "genowarp cluster proteins.fa --min-seq-id 0.5 -o families",
    "genowarp cluster amplicons.fa.gz --sizein --strand plus --mode greedy --min-seq-id 0.97 -c 0",
    "zstdcat genes.fa.zst | genowarp cluster - -O fasta > representatives.fa", NULL};

const gw_command_t gw_cmd_cluster = {
    .name = "cluster",
    .summary = "sequence families whose threshold holds",
    .usage = usage,
    .description =
        "Groups protein or nucleotide sequences (FASTA, FASTQ, BAM, plain or compressed; - is\n"
        "stdin) so that every member reaches the identity and coverage thresholds against its\n"
        "representative, whichever optimal alignment is looked at. Writes one line a sequence to\n"
        "stdout: representative, member, identity, coverage. The order of the input, the threads\n"
        "and the machine never change the result.\n",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(cluster_opts_t),
    .common = GW_COMMON_THREADS | GW_COMMON_REPORT | GW_COMMON_PROGRESS,
    .min_operands = 1,
    .max_operands = 1000,
    .run = run,
};
