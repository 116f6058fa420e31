#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/cluster_amplicons.h"
#include "cli/cluster_samples.h"
#include "cli/cluster_umi.h"
#include "cli/command.h"
#include "cluster/certify.h"
#include "cluster/cluster.h"
#include "cluster/msa.h"
#include "cluster/update.h"
#include "cluster/write.h"

/* 1. options */
typedef struct {
    double min_id, min_cov;
    int cov_mode, mode, alphabet, strand, format, msa;
    bool linear, sensitive, sizein, consensus, certify;
    const char *prefix, *update, *tmp_dir;
    uint64_t max_mem;
    gw_amplicon_args_t amplicon;
    gw_clusterumi_args_t umi;
    bool by_samples;
    gw_clustersamples_args_t samples;
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
    {.name = "update",
     .type = GW_OPT_STRING,
     .offset = AT(update),
     .arg = "TSV",
     .help =
         "keep the clusters of this table, which cluster wrote with the same options, with their "
         "representatives; sequences that it lacks join them or make clusters of their own. "
         "Give the old sequences along with the new ones"},
    {.name = "max-mem",
     .type = GW_OPT_SIZE,
     .offset = AT(max_mem),
     .arg = "SIZE",
     .min = 1 << 20,
     .max = 0x1p60,
     .excludes = "umi samples derep denoise",
     .help = "most memory that the run may take: records of words that do not fit wait compressed in "
             "temporary files; never changes the output. Too little is told with what would do "
             "(default: these records may take a quarter of the machine's memory, all else what it "
             "needs)"},
    {.name = "tmp-dir",
     .type = GW_OPT_STRING,
     .offset = AT(tmp_dir),
     .arg = "DIR",
     .excludes = "umi samples derep denoise",
     .help = "folder for temporary files (default: $TMPDIR or /tmp)"},
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
     .help = "write PREFIX.tsv, PREFIX.reps.fa, PREFIX.clstr and PREFIX.uc instead of stdout; with "
             "--denoise or --chimeras also PREFIX.left_out.tsv; with --samples PREFIX.tsv, "
             "PREFIX.centres.tsv (kmeans, gmm) and PREFIX.nwk (hclust); with --umi PREFIX.tsv and, "
             "from alignments, PREFIX.bam with MI tags"},
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
    {.name = "msa",
     .type = GW_OPT_CHOICE,
     .offset = AT(msa),
     .arg = "FORM",
     .dflt = "none",
     .choices = "none|fasta|a3m",
     .needs = "output",
     .help = "also write the members of every cluster aligned with their representative, to "
             "PREFIX.msa.fa or PREFIX.msa.a3m"},
    {.name = "consensus",
     .type = GW_OPT_FLAG,
     .offset = AT(consensus),
     .needs = "output",
     .help = "also write the consensus of every cluster, weighted by abundance, to "
             "PREFIX.consensus.fa; with --umi of every molecule to PREFIX.consensus.fq"},
    {.name = "derep",
     .type = GW_OPT_FLAG,
     .offset = AT(amplicon.derep),
     .excludes = "min-seq-id coverage cov-mode mode linear sensitive certify strand denoise update",
     .group = "Amplicons and reads",
     .help = "put identical sequences together and nothing else, most abundant first"},
    {.name = "denoise",
     .type = GW_OPT_FLAG,
     .offset = AT(amplicon.denoise),
     .excludes = "min-seq-id coverage cov-mode mode linear sensitive certify strand update",
     .help = "zero-radius OTUs: sequences join the nearest one that is so much more abundant that "
             "they can be its copies with sequencing errors (UNOISE)"},
    {.name = "alpha",
     .type = GW_OPT_DOUBLE,
     .offset = AT(amplicon.alpha),
     .arg = "X",
     .dflt = "2",
     .min = 0.1,
     .max = 20,
     .needs = "denoise",
     .help = "a copy with d differences is at least 2^(alpha d + 1) times rarer than its original"},
    {.name = "min-size",
     .type = GW_OPT_INT,
     .offset = AT(amplicon.min_size),
     .arg = "N",
     .dflt = "8",
     .min = 1,
     .max = 9007199254740992.0,
     .needs = "denoise",
     .help =
         "least abundance of an original; rarer sequences that are copies of none are left out"},
    {.name = "chimeras",
     .type = GW_OPT_CHOICE,
     .offset = AT(amplicon.chimeras),
     .arg = "RULE",
     .dflt = "keep",
     .choices = "keep|perfect|uchime",
     .help = "leave out clusters that two more abundant ones explain: with no difference at all "
             "(after --denoise), or by UCHIME's score (after clustering)"},
    {.name = "chimera-skew",
     .type = GW_OPT_DOUBLE,
     .offset = AT(amplicon.skew),
     .arg = "X",
     .dflt = "0",
     .min = 0,
     .max = 1e6,
     .needs = "chimeras",
     .help = "how much more abundant the parents are; 0: 16 with perfect, 2 with uchime"},
    {.name = "max-ee",
     .type = GW_OPT_DOUBLE,
     .offset = AT(amplicon.max_ee),
     .arg = "X",
     .dflt = "0",
     .min = 0,
     .max = 1e6,
     .help = "leave out reads whose qualities promise more errors than this; 0 = keep all"},
    {.name = "otu-table",
     .type = GW_OPT_STRING,
     .offset = AT(amplicon.otu_table),
     .arg = "FILE",
     .help =
         "write the abundance of every cluster in every sample: BIOM 1.0 when the name ends in "
         ".biom or .json, else TSV. A sequence's sample is ;sample=NAME or ;barcodelabel=NAME in "
         "its name, else its file's name"},
    {.name = "sizeout",
     .type = GW_OPT_FLAG,
     .offset = AT(amplicon.sizeout),
     .help = "write the clusters' abundances as ;size=N to the names of representatives"},
    {.name = "umi",
     .type = GW_OPT_CHOICE,
     .offset = AT(umi.source),
     .arg = "WHERE",
     .dflt = "off",
     .choices = "off|tag|name|reads",
     .excludes = "min-seq-id coverage cov-mode mode linear sensitive certify alphabet strand sizein "
                 "output-fmt derep denoise chimeras max-ee otu-table sizeout update msa samples",
     .group = "Molecules by identifiers (UMI)",
     .help =
         "group reads into molecules by position, strand and identifier. tag: SAM, BAM or CRAM, "
         "identifier in RX; name: the same, identifier behind the last _ or : of the name; reads: "
         "FASTA or FASTQ, identifier in the name, all at one position"},
    {.name = "umi-distance",
     .type = GW_OPT_INT,
     .offset = AT(umi.distance),
     .arg = "N",
     .dflt = "1",
     .min = 0,
     .max = 2,
     .needs = "umi",
     .help = "letters that an identifier may differ in from a more frequent one whose copy it is"},
    {.name = "samples",
     .type = GW_OPT_FLAG,
     .offset = AT(by_samples),
     .excludes = "min-seq-id coverage cov-mode mode linear sensitive certify alphabet strand sizein "
                 "output-fmt derep denoise chimeras max-ee otu-table sizeout update msa consensus",
     .group = "Samples instead of sequences",
     .help = "the input is a table of numbers, a sample a line, such as pca writes"},
    {.name = "method",
     .type = GW_OPT_CHOICE,
     .offset = AT(samples.method),
     .arg = "METHOD",
     .dflt = "kmeans",
     .choices = "kmeans|gmm|hclust|dbscan",
     .needs = "samples",
     .help = "k-means; mixtures of Gaussians; hierarchical; or dense regions"},
    {.name = "clusters",
     .letter = 'k',
     .type = GW_OPT_INT,
     .offset = AT(samples.k),
     .arg = "N",
     .min = 1,
     .max = 100000,
     .needs = "samples",
     .help = "how many; without it kmeans takes the number with the best mean silhouette, gmm "
             "the one with the best BIC"},
    {.name = "max-clusters",
     .type = GW_OPT_INT,
     .offset = AT(samples.k_max),
     .arg = "N",
     .dflt = "10",
     .min = 2,
     .max = 1000,
     .needs = "samples",
     .excludes = "clusters",
     .help = "largest number tried without -k"},
    {.name = "restarts",
     .type = GW_OPT_INT,
     .offset = AT(samples.restarts),
     .arg = "N",
     .dflt = "10",
     .min = 1,
     .max = 10000,
     .needs = "samples",
     .help = "starts of k-means (gmm begins with them too); the best one is kept"},
    {.name = "seed",
     .type = GW_OPT_INT,
     .offset = AT(samples.seed),
     .arg = "N",
     .dflt = "1",
     .min = 0,
     .max = 9007199254740992.0,
     .needs = "samples",
     .help = "seed of every random choice"},
    {.name = "covariance",
     .type = GW_OPT_CHOICE,
     .offset = AT(samples.covariance),
     .arg = "FORM",
     .dflt = "auto",
     .choices = "auto|full|diag",
     .needs = "samples",
     .help = "gmm: ellipsoids in any direction, along the columns only, or by BIC"},
    {.name = "linkage",
     .type = GW_OPT_CHOICE,
     .offset = AT(samples.linkage),
     .arg = "HOW",
     .dflt = "average",
     .choices = "average|single|complete|ward",
     .needs = "samples",
     .help = "hclust: the distance of two clusters"},
    {.name = "height",
     .type = GW_OPT_DOUBLE,
     .offset = AT(samples.height),
     .arg = "X",
     .dflt = "-1",
     .min = -1,
     .max = 1e300,
     .needs = "samples",
     .help = "hclust: clusters join up to this distance (instead of -k)"},
    {.name = "eps",
     .type = GW_OPT_DOUBLE,
     .offset = AT(samples.eps),
     .arg = "X",
     .dflt = "0",
     .min = 0,
     .max = 1e300,
     .needs = "samples",
     .help = "dbscan: radius of a neighbourhood"},
    {.name = "min-points",
     .type = GW_OPT_INT,
     .offset = AT(samples.min_points),
     .arg = "N",
     .dflt = "5",
     .min = 1,
     .max = 1000000000,
     .needs = "eps",
     .help = "dbscan: samples within that radius, itself included, that make one a core sample"},
    {.name = "distances",
     .type = GW_OPT_FLAG,
     .offset = AT(samples.distances),
     .needs = "samples",
     .excludes = "dims standardize",
     .help = "the table is a square matrix of distances (TSV or PHYLIP): hclust and dbscan"},
    {.name = "id-columns",
     .type = GW_OPT_INT,
     .offset = AT(samples.id_columns),
     .arg = "N",
     .dflt = "-1",
     .min = -1,
     .max = 100,
     .needs = "samples",
     .help = "leading columns that are names, not numbers; -1: told from the header and the first "
             "line"},
    {.name = "dims",
     .type = GW_OPT_INT,
     .offset = AT(samples.dims),
     .arg = "N",
     .dflt = "0",
     .min = 0,
     .max = 1000000,
     .needs = "samples",
     .help = "use the first so many columns of numbers; 0 = all"},
    {.name = "standardize",
     .type = GW_OPT_FLAG,
     .offset = AT(samples.standardize),
     .needs = "samples",
     .help = "bring every column to mean 0 and standard deviation 1 first"},
    {.name = "labels",
     .type = GW_OPT_STRING,
     .offset = AT(samples.labels),
     .arg = "TSV",
     .needs = "samples",
     .help = "known groups: a header, then sample and label separated by a tab; tells how well "
             "the clusters agree (adjusted Rand index, mutual information)"},
    {.name = "label-column",
     .type = GW_OPT_STRING,
     .offset = AT(samples.label_column),
     .arg = "NAME",
     .needs = "labels",
     .help = "the column of --labels to take (default: the second)"},
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
    gw_amplicon_tell(s, c, &((const cluster_opts_t *)inv->opts)->amplicon, r);
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
                           const gw_clusters_t *c, const char *update, gw_certificate_t *k,
                           gw_err_t *err)
{
    gw_status_t st = gw_certify_run(s, how, c, k, err);
    if (st != GW_OK)
        return st;
    if (k->violations > 0 && update)
        return gw_err_set(err, GW_EDATA,
                          "%s: %lld of %lld members are below identity or coverage; was the table "
                          "written with other options?",
                          update, (long long)k->violations, (long long)k->members);
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

static gw_status_t update(gw_seqset_t *s, const char *path, const gw_cluster_opts_t *how,
                          gw_clusters_t *c, gw_err_t *err)
{
    int32_t *old = gw_malloc((size_t)s->n, sizeof *old);
    gw_status_t st = old ? GW_OK : gw_err_nomem(err, "updating clusters");
    if (st == GW_OK)
        st = gw_update_read(s, path, old, err);
    if (st == GW_OK)
        st = gw_update_run(s, old, how, c, err);
    if (st == GW_OK) {
        int64_t fresh = 0, made = 0;
        for (int32_t u = 0; u < s->n; u++) {
            fresh += old[u] < 0;
            made += old[u] < 0 && c->rep[u] == u;
        }
        gw_log_info("%lld sequences are new; they make %lld new clusters", (long long)fresh,
                    (long long)made);
    }
    free(old);
    return st;
}

static gw_status_t open_beside(gw_outfile_t *o, const char *prefix, const char *ending,
                               gw_err_t *err)
{
    char *path = gw_asprintf("%s.%s", prefix, ending);
    gw_status_t st = path ? gw_outfile_fopen(o, path, err) : gw_err_nomem(err, "naming outputs");
    free(path);
    return st;
}

/* Whether pairs are compared or members aligned: what the engine does here. */
static bool computes(const cluster_opts_t *o)
{
    const gw_amplicon_args_t *a = &o->amplicon;
    if (o->umi.source || o->by_samples)
        return false;
    return o->msa != GW_MSA_NONE || o->consensus || !(a->derep || a->denoise);
}

/* A device that has nothing to do would be an option ignored. */
static gw_status_t check_device(const gw_invocation_t *inv, gw_err_t *err)
{
    const char *device = inv->common.device;
    if (computes(inv->opts) || strcmp(device, "auto") == 0 || strcmp(device, "cpu") == 0)
        return GW_OK;
    return gw_err_set(err, GW_EUSAGE,
                      "--device %s: a device compares sequences for clusters and aligns for --msa and "
                      "--consensus, and here is none of these to do; leave --device out",
                      device);
}

static gw_status_t write_msa(const gw_clusterview_t *v, const cluster_opts_t *o,
                             gw_engine_t *engine, gw_err_t *err)
{
    gw_outfile_t msa = {0}, consensus = {0};
    gw_status_t st = GW_OK;
    if (o->msa != GW_MSA_NONE)
        st = open_beside(&msa, o->prefix, o->msa == GW_MSA_A3M ? "msa.a3m" : "msa.fa", err);
    if (st == GW_OK && o->consensus)
        st = open_beside(&consensus, o->prefix, "consensus.fa", err);
    gw_msa_out_t out = {(gw_msafmt_t)o->msa, msa.file, consensus.file};
    if (st == GW_OK)
        st = gw_msa_write(v, engine, &out, err);
    if (st == GW_OK && o->msa != GW_MSA_NONE)
        st = gw_outfile_commit(&msa, err);
    if (st == GW_OK && o->consensus)
        st = gw_outfile_commit(&consensus, err);
    gw_outfile_discard(&msa);
    gw_outfile_discard(&consensus);
    return st;
}

/* One path for two outputs would leave only the second. */
static gw_status_t check_paths(const cluster_opts_t *o, gw_err_t *err)
{
    const char *table = o->amplicon.otu_table;
    size_t n = o->prefix ? strlen(o->prefix) : 0;
    if (table && o->prefix && strncmp(table, o->prefix, n) == 0 &&
        (strcmp(table + n, ".tsv") == 0 || strcmp(table + n, ".left_out.tsv") == 0))
        return gw_err_set(err, GW_EUSAGE,
                          "--otu-table %s is an output of -o too; name it otherwise", table);
    return GW_OK;
}

/* What the system saw the process take at most, where it was limited. */
static void tell_memory(uint64_t max_mem)
{
    struct rusage used;
    if (max_mem && getrusage(RUSAGE_SELF, &used) == 0)
        gw_log_info("memory: %ldM at most, of %lluM allowed", used.ru_maxrss / 1024,
                    (unsigned long long)(max_mem >> 20));
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const cluster_opts_t *o = inv->opts;
    gw_status_t st = check_paths(o, err);
    if (st == GW_OK)
        st = check_device(inv, err);
    if (st != GW_OK)
        return st;
    if (o->update && o->mode == GW_MODE_CONNECTED)
        return gw_err_set(err, GW_EUSAGE,
                          "--update keeps representatives, which --mode connected does not have");
    if (o->umi.source)
        return gw_clusterumi_run(inv, &o->umi, o->prefix, o->consensus, err);
    if (o->by_samples)
        return gw_clustersamples_run(inv, &o->samples, o->prefix, err);
    static const gw_seqkind_t kinds[] = {GW_SEQ_AUTO, GW_SEQ_PROTEIN, GW_SEQ_DNA};
    gw_seqset_t s = {0};
    gw_engine_t *engine = NULL;
    gw_seqset_opts_t load = {
        .kind = kinds[o->alphabet],
        .sizes = o->sizein,
        .max_mem = o->max_mem,
        .threads = (int)inv->common.threads};
    gw_cluster_opts_t how = {.min_id = o->min_id,
                             .min_cov = o->min_cov,
                             .cov_mode = (gw_covmode_t)o->cov_mode,
                             .mode = (gw_clustermode_t)o->mode,
                             .depth = o->linear      ? GW_SEARCH_LINEAR
                                      : o->sensitive ? GW_SEARCH_SENSITIVE
                                                     : GW_SEARCH_DEFAULT,
                             .both_strands = o->strand == 0,
                             .max_mem = o->max_mem,
                             .tmp_dir = o->tmp_dir,
                             .threads = (int)inv->common.threads};
    const gw_amplicon_args_t *a = &o->amplicon;
    gw_clusters_t c = {0};
    gw_clusterview_t v = {0};
    gw_chimeras_t chimeras = {0};
    gw_certificate_t certificate;
    gw_amplicon_load_opts(a, &load);
    if (o->certify && how.mode == GW_MODE_CONNECTED)
        return gw_err_set(err, GW_EUSAGE,
                          "--certify: members of connected components need not hold against their "
                          "representative; choose another --mode");
    if (computes(o)) /* a device that is not there is told before the work, not after */
        st = gw_engine_create(inv->common.device, how.threads, &engine, err);
    how.engine = engine;
    if (st == GW_OK)
        st = gw_seqset_load(&s, inv->operands.v, inv->operands.n, &load, err);
    if (st == GW_OK && o->update)
        st = update(&s, o->update, &how, &c, err);
    else if (st == GW_OK)
        st = a->derep || a->denoise ? gw_amplicon_cluster(a, &s, how.threads, &c, err)
                                    : gw_cluster_run(&s, &how, &c, err);
    if (st == GW_OK && o->certify)
        st = certify(&s, &how, &c, o->update, &certificate, err);
    if (st == GW_OK)
        st = gw_amplicon_chimeras(a, &s, how.threads, &c, &chimeras, err);
    if (st == GW_OK)
        st = gw_clusterview_init(&v, &s, &c, how.cov_mode, err);
    v.sizes = a->sizeout;
    v.threads = how.threads;
    if (st == GW_OK)
        st = gw_amplicon_write(a, &v, &chimeras, o->prefix, err);
    if (st == GW_OK && (o->msa != GW_MSA_NONE || o->consensus))
        st = write_msa(&v, o, engine, err);
    if (st == GW_OK && o->prefix)
        st = write_all(&v, o->prefix, err);
    else if (st == GW_OK)
        st = gw_clusterview_write(&v, (gw_clusterfmt_t)o->format, stdout, err);
    if (st == GW_OK)
        st = write_report(inv, &s, &c, &v, o->certify ? &certificate : NULL, err);
    if (st == GW_OK) {
        gw_amplicon_tell(&s, &c, a, NULL);
        gw_log_info("%zu sequences, %d different, %d clusters; %lld pairs compared exactly",
                    s.n_recs, s.n, c.n_clusters, (long long)c.n_compared);
        tell_memory(o->max_mem);
    }
    free(chimeras.v);
    gw_clusterview_release(&v);
    gw_clusters_release(&c);
    gw_seqset_release(&s);
    gw_engine_destroy(engine);
    return st;
}

static const char *const usage[] = {"IN.fa [MORE.fa ...] [--min-seq-id X] [-c COV] [-o PREFIX]",
                                    "--umi tag|name|reads [-o PREFIX] [--consensus] READS|-",
                                    "--samples [--method METHOD] [-k N] TABLE|-", NULL};
static const char *const examples[] = {
    "genowarp cluster proteins.fa --min-seq-id 0.5 -o families",
    "genowarp cluster amplicons.fa.gz --sizein --strand plus --mode greedy --min-seq-id 0.97 -c 0",
    "zstdcat genes.fa.zst | genowarp cluster - -O fasta > representatives.fa",
    "genowarp cluster s1.fq.gz s2.fq.gz --max-ee 1 --denoise --otu-table otus.biom -o zotus",
    "genowarp cluster --umi tag lane.bam -o molecules --consensus",
    "genowarp pca cohort.bcf | genowarp cluster --samples - --method gmm --labels known.tsv",
    NULL};

const gw_command_t gw_cmd_cluster = {
    .name = "cluster",
    .summary = "sequence families whose threshold holds; amplicons, molecules, groups of samples",
    .usage = usage,
    .description =
        "Groups protein or nucleotide sequences (FASTA, FASTQ, BAM, plain or compressed; - is\n"
        "stdin) so that every member reaches the identity and coverage thresholds against its\n"
        "representative, whichever optimal alignment is looked at. Writes one line a sequence to\n"
        "stdout: representative, member, identity, coverage. The order of the input, the threads\n"
        "and the machine never change the result. With --samples the input is a table of numbers "
        "or\n"
        "distances, and the clusters are groups of samples. --device says where sequences are compared\n"
        "(--mode greedy of nucleotides aside) and where --msa and --consensus align them.\n",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(cluster_opts_t),
    .common = GW_COMMON_THREADS | GW_COMMON_DEVICE | GW_COMMON_REPORT | GW_COMMON_PROGRESS,
    .min_operands = 1,
    .max_operands = 1000,
    .run = run,
};
