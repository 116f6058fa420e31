#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/cmd_pca.h"
#include "kernels/cpu.h"
#include "pca/gramop.h"
#include "pca/pcareport.h"
#include "pca/pcawrite.h"
#include "pca/samplefilter.h"

#define AT(f) offsetof(gw_cmd_pca_opts_t, f)
enum { ROW_K };
static const gw_opt_t rows[] = {
    [ROW_K] = {.name = "components",
               .letter = 'k',
               .type = GW_OPT_INT,
               .offset = AT(k),
               .arg = "N",
               .dflt = "10",
               .min = 1,
               .max = 500,
               .help = "how many components",
               .group = "Components"},
    {.name = "out",
     .type = GW_OPT_STRING,
     .offset = AT(out),
     .arg = "PREFIX",
     .help = "write PREFIX.eigenvec, .eigenval, .loadings and .summary.tsv instead of a table on "
             "stdout"},
    {.name = "method",
     .type = GW_OPT_CHOICE,
     .offset = AT(method),
     .arg = "METHOD",
     .dflt = "auto",
     .choices = "auto|exact|krylov",
     .help =
         "exact: the whole relationship matrix in double precision; krylov: products only, to the "
         "bound of --tol; auto: exact while there are at most 2048 samples and samples x samples x "
         "variants is at most 1e11, else krylov"},
    {.name = "tol",
     .type = GW_OPT_DOUBLE,
     .offset = AT(tol),
     .arg = "X",
     .dflt = "1e-9",
     .min = 1e-12,
     .max = 1,
     .help = "krylov stops when the mean squared sine between its components and the true "
             "ones is below this"},
    {.name = "max-passes",
     .type = GW_OPT_INT,
     .offset = AT(max_passes),
     .arg = "N",
     .dflt = "40",
     .min = 1,
     .max = 10000,
     .help = "krylov stops after this many passes over the genotypes and says "
             "how far it came"},
    {.name = "scale",
     .type = GW_OPT_CHOICE,
     .offset = AT(scale),
     .arg = "HOW",
     .dflt = "auto",
     .choices = "auto|binomial|sd|center|none",
     .help = "what a centred variable is divided by: sqrt(2f(1-f)), its standard deviation, or "
             "nothing; none: not centred either (matrices); auto: binomial for genotypes, center "
             "for matrices"},
    {.name = "grm",
     .type = GW_OPT_FLAG,
     .offset = AT(grm),
     .needs = "out",
     .help =
         "also write the relationship matrix as PREFIX.grm.bin, .grm.N.bin and .grm.id, as GCTA "
         "has them; the method is then exact"},
    {.name = "maf",
     .type = GW_OPT_DOUBLE,
     .offset = AT(maf),
     .arg = "X",
     .dflt = "0",
     .min = 0,
     .max = 0.5,
     .help = "leave out variants whose minor allele is rarer (0: monomorphic ones only)",
     .group = "Filters"},
    {.name = "max-missing",
     .type = GW_OPT_DOUBLE,
     .offset = AT(max_missing),
     .arg = "X",
     .dflt = "0.1",
     .min = 0,
     .max = 1,
     .help = "leave out variants with a larger share of missing genotypes (with --gl and --em: 1 "
             "unless given)"},
    {.name = "all-contigs",
     .type = GW_OPT_FLAG,
     .offset = AT(all_contigs),
     .help = "keep sex chromosomes and mitochondria (named X, Y, XY, M, MT or 23 to 26, with or "
             "without chr)"},
    {.name = "hwe",
     .type = GW_OPT_DOUBLE,
     .offset = AT(hwe),
     .arg = "P",
     .dflt = "0",
     .min = 0,
     .max = 1,
     .help = "leave out variants whose exact Hardy-Weinberg test has a smaller p-value"},
    {.name = "region",
     .letter = 'r',
     .type = GW_OPT_LIST,
     .offset = AT(region),
     .arg = "REGION",
     .help = "keep only variants in CONTIG or CONTIG:FROM-TO; may be given again"},
    {.name = "regions-file",
     .letter = 'R',
     .type = GW_OPT_LIST,
     .offset = AT(region_bed),
     .arg = "BED",
     .help = "keep only variants in the regions of a BED file"},
    {.name = "exclude-region",
     .type = GW_OPT_LIST,
     .offset = AT(exclude),
     .arg = "REGION",
     .help = "leave out variants in CONTIG or CONTIG:FROM-TO; may be given again"},
    {.name = "exclude-file",
     .type = GW_OPT_LIST,
     .offset = AT(exclude_bed),
     .arg = "BED",
     .help = "leave out variants in the regions of a BED file"},
    {.name = "long-range-ld",
     .type = GW_OPT_CHOICE,
     .offset = AT(long_ld),
     .arg = "WHAT",
     .dflt = "keep",
     .choices = "keep|grch37|grch38",
     .help = "leave out the 24 regions of long-range linkage of that human assembly"},
    {.name = "ld-prune",
     .type = GW_OPT_DOUBLE,
     .offset = AT(ld_r2),
     .arg = "R2",
     .dflt = "1",
     .min = 0,
     .max = 1,
     .help = "leave out a variant whose squared correlation with one that was kept "
             "before it, within --ld-window, is larger; 1 = keep all"},
    {.name = "ld-window",
     .type = GW_OPT_INT,
     .offset = AT(ld_window_kb),
     .arg = "KB",
     .dflt = "500",
     .min = 1,
     .max = 1000000,
     .needs = "ld-prune",
     .help = "how far back --ld-prune looks, in thousands of bases"},
    {.name = "max-missing-sample",
     .type = GW_OPT_DOUBLE,
     .offset = AT(max_missing_sample),
     .arg = "X",
     .dflt = "1",
     .min = 0,
     .max = 1,
     .help = "leave out samples that lack a larger share of the variants kept"},
    {.name = "max-kinship",
     .type = GW_OPT_DOUBLE,
     .offset = AT(max_kinship),
     .arg = "X",
     .dflt = "1",
     .min = -1,
     .max = 1,
     .help =
         "leave out samples until no two have a larger KING-robust kinship (0.177: first degree, "
         "0.0884: second); 1 = keep all"},
    {.name = "kinship",
     .type = GW_OPT_STRING,
     .offset = AT(kinship_out),
     .arg = "TSV",
     .help = "write the pairs whose kinship is above 0.0442 (third degree) or --max-kinship"},
    {.name = "outliers",
     .type = GW_OPT_STRING,
     .offset = AT(outliers),
     .arg = "TSV",
     .help = "write how far out each sample lies, on which component, and who is beyond the limit",
     .group = "Outliers"},
    {.name = "outlier-limit",
     .type = GW_OPT_DOUBLE,
     .offset = AT(outlier_limit),
     .arg = "X",
     .dflt = "6",
     .min = 0,
     .max = 1e6,
     .help = "the largest distance on a component, in standard deviations, that is not beyond"},
    {.name = "outlier-rule",
     .type = GW_OPT_CHOICE,
     .offset = AT(outlier_rule),
     .arg = "RULE",
     .dflt = "sigma",
     .choices = "sigma|robust",
     .help =
         "sigma: from the mean, in standard deviations, as smartpca; robust: from the median, in "
         "1.4826 times the median deviation from it"},
    {.name = "outlier-components",
     .type = GW_OPT_INT,
     .offset = AT(outlier_components),
     .arg = "N",
     .dflt = "10",
     .min = 1,
     .max = 500,
     .help = "how many components are looked at, at most"},
    {.name = "outlier-rounds",
     .type = GW_OPT_INT,
     .offset = AT(outlier_rounds),
     .arg = "N",
     .dflt = "0",
     .min = 0,
     .max = 100,
     .help = "leave out the samples beyond the limit and compute the components again, up to N "
             "times (smartpca: 5)"},
    {.name = "project",
     .type = GW_OPT_STRING,
     .offset = AT(project),
     .arg = "PREFIX",
     .excludes =
         "components method tol max-passes scale grm maf max-missing all-contigs hwe region "
         "regions-file exclude-region exclude-file long-range-ld ld-prune ld-window "
         "max-missing-sample max-kinship kinship outliers outlier-limit outlier-rule "
         "outlier-components outlier-rounds gl em",
     .help = "place the samples among the components of PREFIX.loadings, which pca --out wrote",
     .group = "Projection and labels"},
    {.name = "projection",
     .type = GW_OPT_CHOICE,
     .offset = AT(projection),
     .arg = "HOW",
     .dflt = "auto",
     .choices = "auto|spectrum|oadp|ls",
     .needs = "project",
     .help =
         "how the shrinkage of new samples towards 0 is undone: spectrum: by what the reference's "
         "eigenvalues say of its noise; oadp: by augmenting the components kept; ls: not at all; "
         "auto: spectrum where the reference was made by the exact method, else oadp"},
    {.name = "match",
     .type = GW_OPT_CHOICE,
     .offset = AT(match),
     .arg = "BY",
     .dflt = "position",
     .choices = "position|id",
     .needs = "project",
     .help = "how variants of the reference are found: by contig and position, or by identifier"},
    {.name = "labels",
     .type = GW_OPT_STRING,
     .offset = AT(labels),
     .arg = "TSV",
     .help =
         "groups of samples: a header, then sample and label separated by a tab. Colours the "
         "report's plots and MultiQC's; with --project the reference's samples, whose labels are "
         "given to the new ones"},
    {.name = "label-column",
     .type = GW_OPT_STRING,
     .offset = AT(label_column),
     .arg = "NAME",
     .needs = "labels",
     .help = "the column of --labels to take (default: the second)"},
    {.name = "gl",
     .type = GW_OPT_FLAG,
     .offset = AT(gl),
     .excludes = "em",
     .help = "read genotype likelihoods (PL or GL of a VCF or BCF; a BEAGLE file has nothing else) "
             "and take turns between expected genotypes and components",
     .group = "Uncertain and missing genotypes"},
    {.name = "em",
     .type = GW_OPT_FLAG,
     .offset = AT(em),
     .help = "for many missing genotypes: they become what the components predict, in turns, "
             "instead of the mean"},
    {.name = "em-components",
     .type = GW_OPT_INT,
     .offset = AT(em_components),
     .arg = "N",
     .dflt = "3",
     .min = 1,
     .max = 100,
     .needs = "gl em",
     .help = "components of the model that predicts: about the number of populations less one"},
    {.name = "em-tol",
     .type = GW_OPT_DOUBLE,
     .offset = AT(em_tol),
     .arg = "X",
     .dflt = "1e-5",
     .min = 1e-12,
     .max = 1,
     .needs = "gl em",
     .help = "the model has settled when a turn moves predicted allele frequencies by less (root "
             "mean square)"},
    {.name = "em-rounds",
     .type = GW_OPT_INT,
     .offset = AT(em_rounds),
     .arg = "N",
     .dflt = "200",
     .min = 1,
     .max = 100000,
     .needs = "gl em",
     .help = "stop after so many turns, with a warning, when the model has not settled"},
    {.name = "samples",
     .type = GW_OPT_CHOICE,
     .offset = AT(samples),
     .arg = "WHERE",
     .dflt = "rows",
     .choices = "rows|columns",
     .help = "whether the samples are the matrix's rows or its columns",
     .group = "Matrices"},
    {.name = "log-normalise",
     .type = GW_OPT_FLAG,
     .offset = AT(log_normalise),
     .help = "for counts: x becomes log(1 + x / s), s being its sample's sum over the mean of the "
             "samples' sums"},
    {.name = "missing",
     .type = GW_OPT_CHOICE,
     .offset = AT(missing),
     .arg = "WHAT",
     .dflt = "refuse",
     .choices = "refuse|mean",
     .help = "an empty field, NA, NaN or . is an error, or counts as its variable's mean"},
    {.name = "row-names",
     .type = GW_OPT_STRING,
     .offset = AT(row_names),
     .arg = "FILE",
     .help = "names of a MatrixMarket file's rows, one a line up to a tab (default: r1, r2...)"},
    {.name = "column-names",
     .type = GW_OPT_STRING,
     .offset = AT(column_names),
     .arg = "FILE",
     .help = "names of its columns (default: c1, c2...)"},
};

static const char *const usage[] = {
    "[OPTIONS] IN.vcf.gz|IN.bcf|IN.bed|IN.beagle.gz|- [--out PREFIX]",
    "[--samples columns] [--log-normalise] TABLE.tsv|TABLE.csv|MATRIX.mtx|-",
    "--project PREFIX [--labels TSV] NEW.vcf.gz|NEW.bcf|NEW.bed|-",
    NULL,
};
static const char *const examples[] = {
    "genowarp pca cohort.bcf --out cohort",
    "genowarp call -f ref.fa a.bam b.bam c.bam | genowarp pca - > pcs.tsv",
    "genowarp pca -k 20 --maf 0.05 cohort.bed > pcs.tsv",
    "genowarp pca --gl --maf 0.05 lowdepth.beagle.gz > pcs.tsv",
    "genowarp pca --log-normalise --samples columns --out cells counts.mtx.gz",
    "genowarp pca --project refs/ancestry/1kg --labels refs/ancestry/1kg.labels.tsv new.vcf.gz",
    "genowarp pca -k 4 cohort.bcf | genowarp cluster --samples - --method gmm > groups.tsv",
    NULL,
};

void gw_cmd_pca_log_counts(int64_t n_samples, const gw_genocounts_t *count)
{
    char text[512];
    gw_log_info("%" PRIu64 " variants of %" PRId64 " samples read; left out: %s; kept %" PRIu64,
                count->n_read, n_samples, gw_genodata_counts(count, text, sizeof text),
                count->kept);
}

/* Rare variants weigh most in the standardised matrix, and tell families more than populations. */
static void log_rare(const gw_genodata_t *d, double maf)
{
    int64_t rare = 0;
    for (int64_t v = 0; v < d->n_variants; v++)
        rare += d->mean[v] / 2 < 0.01;
    if (maf == 0 && rare * 10 > d->n_variants)
        gw_log_warning("%" PRId64 " of %" PRId64
                       " variants kept have a minor allele rarer than 1%%; "
                       "--maf 0.01 leaves them out",
                       rare, d->n_variants);
}

/* everything that a run on genotypes has */
typedef struct {
    gw_invocation_t *inv;
    const gw_cmd_pca_opts_t *o;
    gw_genoreader_t *in;
    gw_genodata_t data;
    gw_engine_t *engine; /* of the whole run: a device that was lost stays lost */
    gw_gramop_t op;
    gw_pca_result_t r;
} run_t;

/* 1. components */
int gw_cmd_pca_components(const gw_invocation_t *inv, int64_t n_samples, int64_t n_variables,
                          const char *variables)
{
    const gw_cmd_pca_opts_t *o = inv->opts;
    int64_t most = n_samples - 1 < n_variables ? n_samples - 1 : n_variables;
    if (inv->seen[ROW_K] || o->k <= most)
        return (int)o->k;
    gw_log_info("%" PRId64 " samples and %" PRId64 " %s have %" PRId64 " components at most",
                n_samples, n_variables, variables, most);
    return (int)most;
}

gw_pca_opts_t gw_cmd_pca_solver(const gw_invocation_t *inv, int k)
{
    const gw_cmd_pca_opts_t *o = inv->opts;
    return (gw_pca_opts_t){.k = k,
                           .method = o->grm ? GW_PCA_EXACT : (gw_pca_method_t)o->method,
                           .tol = o->tol,
                           .max_passes = (int)o->max_passes,
                           .seed = (uint64_t)inv->common.seed};
}

gw_outlier_opts_t gw_cmd_pca_outlier(const gw_cmd_pca_opts_t *o)
{
    return (gw_outlier_opts_t){.rule = (gw_outlier_rule_t)o->outlier_rule,
                               .limit = o->outlier_limit,
                               .components = (int)o->outlier_components};
}

static gw_status_t write_loadings(void *ctx, FILE *f, gw_err_t *err)
{
    run_t *s = ctx;
    return gw_pcawrite_loadings(&s->op, &s->r, f, err);
}

static void fill_report(void *ctx, gw_report_t *rep)
{
    const run_t *s = ctx;
    gw_pcareport_genotypes(rep, s->data.n_samples, &s->data.count);
}

/* 2. samples that leave */
static gw_status_t write_kinship(const run_t *s, const gw_kinships_t *k, gw_err_t *err)
{
    gw_outfile_t o = {0};
    gw_status_t st = gw_outfile_fopen(&o, s->o->kinship_out, err);
    if (st != GW_OK)
        return st;
    fputs("#IID1\tIID2\tVARIANTS\tKINSHIP\n", o.file);
    for (size_t p = 0; p < k->n; p++)
        fprintf(o.file, "%s\t%s\t%" PRId64 "\t%.6g\n",
                gw_genoreader_sample(s->in, gw_genodata_sample(&s->data, k->v[p].i)),
                gw_genoreader_sample(s->in, gw_genodata_sample(&s->data, k->v[p].j)),
                k->v[p].n_variants, k->v[p].phi);
    return gw_outfile_commit(&o, err);
}

static gw_status_t drop(run_t *s, const gw_genoload_t *lo, const bool *keep, const char *why,
                        gw_err_t *err)
{
    int64_t n = 0, all = s->data.n_samples;
    for (int64_t i = 0; i < all; i++)
        n += keep[i];
    gw_log_info("%" PRId64 " of %" PRId64 " samples left out: %s", all - n, all, why);
    for (int64_t i = 0; i < all; i++)
        if (!keep[i])
            gw_log_debug("left out: %s",
                         gw_genoreader_sample(s->in, gw_genodata_sample(&s->data, i)));
    if (n == all)
        return GW_OK;
    if (n < 2)
        return gw_err_set(err, GW_EDATA,
                          "%" PRId64 " of %" PRId64
                          " samples stay; two or more are needed: loosen the filters",
                          n, all);
    return gw_genodata_keep(&s->data, lo, keep, err);
}

static gw_status_t drop_missing(run_t *s, const gw_genoload_t *lo, gw_err_t *err)
{
    size_t n = (size_t)s->data.n_samples;
    int64_t *missing = gw_malloc(n, sizeof *missing);
    bool *keep = gw_malloc(n, sizeof *keep);
    gw_status_t st = missing && keep ? gw_samplefilter_missing(&s->data, missing, err)
                                     : gw_err_nomem(err, "filtering samples");
    for (size_t i = 0; st == GW_OK && i < n; i++)
        keep[i] =
            (double)missing[i] <= s->o->max_missing_sample * (double)s->data.n_variants + 1e-9;
    if (st == GW_OK)
        st = drop(s, lo, keep, "too many genotypes missing", err);
    free(missing);
    free(keep);
    return st;
}

static gw_status_t drop_related(run_t *s, const gw_genoload_t *lo, gw_err_t *err)
{
    const double third_degree = 0.0442, limit = s->o->max_kinship;
    size_t n = (size_t)s->data.n_samples;
    gw_kinships_t k = {0}, above = {0};
    int64_t *missing = gw_malloc(n, sizeof *missing);
    bool *keep = gw_malloc(n, sizeof *keep);
    gw_status_t st = missing && keep ? gw_samplefilter_missing(&s->data, missing, err)
                                     : gw_err_nomem(err, "relating samples");
    if (st == GW_OK)
        st = gw_samplefilter_kinship(&s->data, limit < third_degree ? limit : third_degree, s->engine,
                                     &k, err);
    if (st == GW_OK && s->o->kinship_out)
        st = write_kinship(s, &k, err);
    for (size_t p = 0; st == GW_OK && p < k.n; p++) {
        if (k.v[p].phi <= limit)
            continue;
        if (!GW_GROW(above.v, above.cap, above.n + 1))
            st = gw_err_nomem(err, "relating samples");
        else
            above.v[above.n++] = k.v[p];
    }
    if (st == GW_OK)
        memset(keep, true, n);
    if (st == GW_OK)
        st = gw_samplefilter_unrelated(&above, (int64_t)n, missing, keep, err);
    if (st == GW_OK && limit < 1)
        st = drop(s, lo, keep, "related to one that stays", err);
    free(k.v);
    free(above.v);
    free(missing);
    free(keep);
    return st;
}

static gw_status_t filter_samples(run_t *s, const gw_genoload_t *lo, gw_err_t *err)
{
    gw_status_t st = s->o->max_missing_sample < 1 ? drop_missing(s, lo, err) : GW_OK;
    if (st == GW_OK && (s->o->max_kinship < 1 || s->o->kinship_out))
        st = drop_related(s, lo, err);
    return st;
}

/* 3. components, again without those who lie far out */

/* The samples beyond the limit leave; *left = false when there are none. */
static gw_status_t drop_outliers(run_t *s, const gw_genoload_t *lo, gw_cmd_pca_out_t *out,
                                 bool *left, gw_err_t *err)
{
    gw_outlier_opts_t oo = gw_cmd_pca_outlier(s->o);
    size_t before = out->outliers.n;
    bool *keep = gw_malloc((size_t)s->data.n_samples, sizeof *keep);
    *left = false;
    gw_status_t st = keep ? gw_outlier_add(&out->outliers, &oo, out->n_rounds + 1, &out->ids,
                                           s->r.k, s->r.vector, keep, err)
                          : gw_err_nomem(err, "looking for outliers");
    if (st == GW_OK && out->outliers.n > before) {
        *left = true;
        char why[64];
        uint64_t kept = s->data.count.kept;
        snprintf(why, sizeof why, "far out on a component (round %d)", ++out->n_rounds);
        st = drop(s, lo, keep, why, err);
        if (st == GW_OK && s->data.count.kept < kept)
            gw_log_info("%" PRIu64 " of %" PRIu64 " variants stay", s->data.count.kept, kept);
    }
    free(keep);
    return st;
}

static gw_status_t solve_once(run_t *s, const gw_genoload_t *lo, gw_cmd_pca_out_t *out, bool *again,
                              gw_err_t *err)
{
    const gw_common_t *c = &s->inv->common;
    gw_pca_opts_t po = gw_cmd_pca_solver(
        s->inv, gw_cmd_pca_components(s->inv, s->data.n_samples, s->data.n_variants, "variants"));
    *again = false;
    gw_status_t st = gw_gramop_init(&s->op, &s->data, s->engine, (int)c->threads, err);
    if (st != GW_OK)
        return st;
    st = gw_pca_run(&s->op, &po, &s->r, err);
    if (st == GW_OK)
        st = gw_pcaids_of_genotypes(&out->ids, &s->data, s->in, err);
    if (st == GW_OK && out->n_rounds < s->o->outlier_rounds)
        st = drop_outliers(s, lo, out, again, err);
    if (st == GW_OK && !*again) {
        out->n_variants = s->data.n_variants;
        st = gw_cmd_pca_write(out, err);
    }
    gw_pcaids_release(&out->ids);
    gw_pca_release(&s->r);
    gw_gramop_release(&s->op);
    return st;
}

static gw_status_t solve(run_t *s, const gw_genoload_t *lo, const gw_labels_t *labels,
                         gw_err_t *err)
{
    gw_cmd_pca_out_t out = {.inv = s->inv,
                            .r = &s->r,
                            .labels = labels,
                            .ctx = s,
                            .loadings = write_loadings,
                            .report = fill_report};
    gw_status_t st = GW_OK;
    for (bool again = true; again && st == GW_OK;)
        st = solve_once(s, lo, &out, &again, err);
    gw_outlier_release(&out.outliers);
    return st;
}

static bool given(const gw_invocation_t *inv, const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0)
            return inv->seen[i];
    return false;
}

static gw_status_t run_components(run_t *s, bool gl, const gw_labels_t *labels, gw_err_t *err)
{
    const gw_cmd_pca_opts_t *o = s->o;
    gw_genoload_t lo = {.filter = {.all_contigs = o->all_contigs,
                                   .region = o->region.v,
                                   .n_region = o->region.n,
                                   .region_bed = o->region_bed.v,
                                   .n_region_bed = o->region_bed.n,
                                   .exclude = o->exclude.v,
                                   .n_exclude = o->exclude.n,
                                   .exclude_bed = o->exclude_bed.v,
                                   .n_exclude_bed = o->exclude_bed.n,
                                   .long_ld = (gw_longld_t)o->long_ld,
                                   .max_missing = (gl || o->em) && !given(s->inv, "max-missing")
                                                      ? 1
                                                      : o->max_missing,
                                   .min_maf = o->maf,
                                   .min_hwe = o->hwe,
                                   .max_r2 = o->ld_r2,
                                   .ld_window_bp = o->ld_window_kb * 1000},
                        .scale = o->scale == GW_CMD_PCA_SCALE_SD       ? GW_SCALE_SD
                                 : o->scale == GW_CMD_PCA_SCALE_CENTER ? GW_SCALE_CENTER
                                                                       : GW_SCALE_BINOMIAL,
                        .names = o->out != NULL,
                        .max_bytes = s->inv->common.max_mem,
                        .tmp_dir = s->inv->common.tmp_dir};
    if (gw_genoreader_n_samples(s->in) < 2)
        return gw_err_set(
            err, GW_EDATA,
            "%s: one sample has no components; give two samples or more, or --project",
            s->inv->operands.v[0]);
    if (gl)
        return gw_cmd_pca_likelihoods(s->inv, s->in, &lo, labels, err);
    const gw_common_t *c = &s->inv->common;
    gw_status_t st = gw_engine_create(c->device, (int)c->threads, &s->engine, err);
    if (st == GW_OK)
        st = gw_genodata_load(s->in, &lo, &s->data, err);
    if (st == GW_OK)
        st = filter_samples(s, &lo, err);
    if (st == GW_OK) {
        gw_cmd_pca_log_counts(s->data.n_samples, &s->data.count);
        log_rare(&s->data, o->maf);
        st = o->em ? gw_cmd_pca_imputed(s->inv, &s->data, s->in, labels, err)
                   : solve(s, &lo, labels, err);
    }
    gw_genodata_release(&s->data);
    gw_engine_destroy(s->engine);
    return st;
}

/* 4. the command */

static const char genotypes_only[] =
    " grm maf max-missing all-contigs hwe region regions-file exclude-region exclude-file "
    "long-range-ld ld-prune ld-window max-missing-sample max-kinship kinship project projection "
    "match gl em em-components em-tol em-rounds outlier-rounds ";
/* those that need called genotypes */
static const char not_with_gl[] = " hwe ld-prune ld-window max-missing-sample max-kinship kinship "
                                  "project projection match grm outlier-rounds ";
static const char not_with_em[] = " project projection match grm outlier-rounds ";
/* those of an iteration that the exact method does not have */
static const char not_with_exact[] = " tol max-passes ";
static const char matrices_only[] = " samples log-normalise missing row-names column-names ";

static bool among(const char *list, const char *name)
{
    size_t len = strlen(name);
    for (const char *p = list; (p = strstr(p, name)); p++)
        if (p[-1] == ' ' && p[len] == ' ')
            return true;
    return false;
}

/* Options that one kind of input takes and another does not are refused there, not ignored. */
static gw_status_t check_options(const gw_invocation_t *inv, gw_genoinput_kind_t kind,
                                 gw_err_t *err)
{
    bool matrix = kind == GW_GENOINPUT_MATRIX;
    const gw_cmd_pca_opts_t *o = inv->opts;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (inv->seen[i] && among(matrix ? genotypes_only : matrices_only, rows[i].name))
            return gw_err_set(err, GW_EUSAGE, "--%s is for %s, and %s is %s", rows[i].name,
                              matrix ? "genotypes" : "matrices", inv->operands.v[0],
                              matrix ? "read as a matrix of numbers" : "one of genotypes");
    bool gl = o->gl || kind == GW_GENOINPUT_BEAGLE;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && (gl || o->em); i++)
        if (inv->seen[i] && among(gl ? not_with_gl : not_with_em, rows[i].name))
            return gw_err_set(err, GW_EUSAGE, "--%s does not go with %s", rows[i].name,
                              gl ? "genotype likelihoods" : "--em");
    bool exact = o->method == GW_PCA_EXACT || o->grm;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && exact; i++)
        if (inv->seen[i] && among(not_with_exact, rows[i].name))
            return gw_err_set(err, GW_EUSAGE, "--%s does not go with %s: nothing is iterated",
                              rows[i].name, o->grm ? "--grm" : "--method exact");
    if (o->grm && o->method == GW_PCA_KRYLOV)
        return gw_err_set(err, GW_EUSAGE, "--grm does not go with --method krylov");
    if (o->labels && !o->project && !o->out && !inv->common.report && !inv->common.json)
        return gw_err_set(err, GW_EUSAGE,
                          "--labels is for --report, --json, --out and --project; give one");
    if (o->em && gl)
        return gw_err_set(err, GW_EUSAGE, "--em is for genotypes; a BEAGLE file has likelihoods");
    if ((o->em || gl) && o->scale != GW_CMD_PCA_SCALE_AUTO && o->scale != GW_CMD_PCA_SCALE_BINOMIAL)
        return gw_err_set(err, GW_EUSAGE, "--gl and --em go with --scale binomial only");
    if (matrix ? o->scale == GW_CMD_PCA_SCALE_BINOMIAL : o->scale == GW_CMD_PCA_SCALE_NONE)
        return gw_err_set(err, GW_EUSAGE, "--scale %s is for %s", matrix ? "binomial" : "none",
                          matrix ? "genotypes" : "matrices");
    return GW_OK;
}

static gw_status_t run_genotypes(gw_invocation_t *inv, gw_genoinput_t *in,
                                 const gw_labels_t *labels, gw_err_t *err)
{
    run_t s = {.inv = inv, .o = inv->opts};
    bool gl = s.o->gl || in->kind == GW_GENOINPUT_BEAGLE;
    gw_genoread_opts_t ro = {.threads = (int)inv->common.threads, .likelihoods = gl};
    gw_status_t st = gw_genoreader_attach(in, &ro, &s.in, err);
    if (st == GW_OK)
        st = s.o->project ? gw_cmd_pca_project(inv, s.in, labels, err)
                          : run_components(&s, gl, labels, err);
    gw_genoreader_close(s.in);
    return st;
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const gw_cmd_pca_opts_t *o = inv->opts;
    gw_labels_t labels = {0}, *with = o->labels ? &labels : NULL;
    gw_genoinput_t in = {0};
    gw_mem_reuse();
    gw_status_t st = gw_cpu_check(err);
    if (st == GW_OK && with)
        st = gw_labels_load(o->labels, o->label_column, with, err);
    if (st == GW_OK)
        st = gw_genoinput_open(inv->operands.v[0], &in, err);
    if (st == GW_OK)
        st = check_options(inv, in.kind, err);
    if (st == GW_OK)
        st = in.kind == GW_GENOINPUT_MATRIX ? gw_cmd_pca_matrix(inv, &in, with, err)
                                            : run_genotypes(inv, &in, with, err);
    gw_genoinput_release(&in);
    gw_labels_release(&labels);
    return st;
}

const gw_command_t gw_cmd_pca = {
    .name = "pca",
    .summary = "principal components of genotypes or of any matrix, from files or a pipe, with a "
               "certificate",
    .usage = usage,
    .description =
        "Reads genotypes (VCF or BCF, - for stdin, or a PLINK bed/bim/fam), genotype likelihoods "
        "(VCF or BCF with --gl, BEAGLE) or a matrix of numbers "
        "(a table with header and row names, or MatrixMarket) and writes the samples' principal "
        "components as a table: #FID IID PC1 .. PCk.\nWhat each filter removed, the "
        "variance explained and a bound on the error are on stderr.\n--project places "
        "new samples among components that were saved with --out.",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(gw_cmd_pca_opts_t),
    .common = GW_COMMON_OUTPUT | GW_COMMON_THREADS | GW_COMMON_DEVICE | GW_COMMON_MEM |
              GW_COMMON_TMP | GW_COMMON_SEED | GW_COMMON_REPORT | GW_COMMON_PROGRESS,
    .max_mem = "2G",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
