#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/command.h"
#include "kernels/cpu.h"
#include "pca/ancestry.h"
#include "io/labels.h"
#include "pca/loadings.h"
#include "pca/pca.h"
#include "pca/pcareport.h"
#include "pca/pcawrite.h"
#include "pca/project.h"
#include "pca/samplefilter.h"

typedef struct {
    int64_t k;
    const char *out;
    int method;
    double tol;
    int64_t max_passes;
    int scale;
    double maf, max_missing, max_missing_sample, max_kinship, hwe, ld_r2;
    const char *kinship_out;
    int64_t ld_window_kb;
    bool all_contigs;
    gw_strlist_t region, region_bed, exclude, exclude_bed;
    int long_ld;
    bool grm;
    const char *project, *labels, *label_column;
    int projection, match;
} opts_t;

#define AT(f) offsetof(opts_t, f)
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
     .dflt = "binomial",
     .choices = "binomial|sd|center",
     .help =
         "what a centred variant is divided by: sqrt(2f(1-f)), its standard deviation, or nothing"},
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
     .help = "leave out variants with a larger share of missing genotypes"},
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
    {.name = "project",
     .type = GW_OPT_STRING,
     .offset = AT(project),
     .arg = "PREFIX",
     .excludes = "components method",
     .help = "place the samples among the components of PREFIX.loadings, which pca --out wrote",
     .group = "Projection and labels"},
    {.name = "projection",
     .type = GW_OPT_CHOICE,
     .offset = AT(projection),
     .arg = "HOW",
     .dflt = "oadp",
     .choices = "oadp|ls",
     .needs = "project",
     .help = "oadp undoes the shrinkage of new samples towards 0; ls: least squares alone"},
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
         "report; with --project the reference's samples, whose labels are given to the new ones"},
    {.name = "label-column",
     .type = GW_OPT_STRING,
     .offset = AT(label_column),
     .arg = "NAME",
     .needs = "labels",
     .help = "the column of --labels to take (default: the second)"},
};

static const char *const usage[] = {
    "[OPTIONS] IN.vcf.gz|IN.bcf|IN.bed|- [--out PREFIX]",
    "--project PREFIX [--labels TSV] NEW.vcf.gz|NEW.bcf|NEW.bed|-",
    NULL,
};
static const char *const examples[] = {
    "genowarp pca cohort.bcf --out cohort",
    "genowarp call -f ref.fa a.bam b.bam c.bam | genowarp pca - > pcs.tsv",
    "genowarp pca -k 20 --maf 0.05 cohort.bed > pcs.tsv",
    "genowarp pca --project refs/ancestry/1kg --labels refs/ancestry/1kg.labels.tsv new.vcf.gz",
    NULL,
};

static void log_counts(const gw_genodata_t *d)
{
    char text[512];
    gw_log_info("%" PRIu64 " variants of %" PRId64 " samples read; left out: %s; kept %" PRIu64,
                d->count.n_read, d->n_samples, gw_genodata_counts(&d->count, text, sizeof text),
                d->count.kept);
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

static void log_result(const gw_pca_result_t *r)
{
    double sum = 0, worst = 0;
    for (int i = 0; i < r->k; i++) {
        sum += r->value[i];
        worst = r->residual[i] > worst ? r->residual[i] : worst;
    }
    gw_log_info("%d components, %.2f%% of the variance; %s, passes over the genotypes %d; largest "
                "residual %.1e, 1 - MEV below %.1e",
                r->k, 100 * sum / r->total, r->method == GW_PCA_EXACT ? "exact" : "krylov",
                r->n_passes, worst, r->bound);
    if (!r->converged)
        gw_log_warning(
            "the components did not reach --tol in %d passes; the last of them may not be "
            "told from noise: raise --max-passes or ask for fewer with -k",
            r->n_passes);
}

/* everything that a run has */
typedef struct {
    gw_invocation_t *inv;
    const opts_t *o;
    gw_genoreader_t *in;
    gw_genodata_t data;
    gw_gramop_t op;
    gw_pca_result_t r;
    gw_labels_t labels;
} run_t;

/* 1. outputs */
static gw_status_t write_vectors(run_t *s, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_vectors(&s->r, &s->data, s->in, f);
    return GW_OK;
}

static gw_status_t write_values(run_t *s, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_values(&s->r, f);
    return GW_OK;
}

static gw_status_t write_summary(run_t *s, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_summary(&s->r, f);
    return GW_OK;
}

static gw_status_t write_loadings(run_t *s, FILE *f, gw_err_t *err)
{
    return gw_pcawrite_loadings(&s->op, &s->r, f, err);
}

static gw_status_t write_multiqc(run_t *s, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcareport_multiqc(&s->r, &s->data, s->in, f);
    return GW_OK;
}

static gw_status_t write_grm(run_t *s, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_grm(&s->r, f);
    return GW_OK;
}

static gw_status_t write_grm_n(run_t *s, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_grm_n(&s->r, s->data.n_variants, f);
    return GW_OK;
}

static gw_status_t write_grm_id(run_t *s, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_grm_id(&s->data, s->in, f);
    return GW_OK;
}

/* those of --grm last */
static const struct {
    const char *ending;
    gw_status_t (*write)(run_t *s, FILE *f, gw_err_t *err);
} out_files[] = {{".eigenvec", write_vectors},     {".eigenval", write_values},
                 {".summary.tsv", write_summary},  {".loadings", write_loadings},
                 {"_pca_mqc.json", write_multiqc}, {".grm.bin", write_grm},
                 {".grm.N.bin", write_grm_n},      {".grm.id", write_grm_id}};
enum { N_OUT_FILES = sizeof out_files / sizeof *out_files, N_GRM_FILES = 3 };

/* All of PREFIX.*, or none when one fails. */
static gw_status_t write_out(run_t *s, gw_err_t *err)
{
    gw_outfile_t o[N_OUT_FILES] = {0};
    int n = s->o->grm ? N_OUT_FILES : N_OUT_FILES - N_GRM_FILES;
    gw_status_t st = GW_OK;
    for (int i = 0; i < n && st == GW_OK; i++) {
        char *name = gw_asprintf("%s%s", s->o->out, out_files[i].ending);
        st = name ? gw_outfile_fopen(&o[i], name, err) : gw_err_nomem(err, "writing");
        free(name);
        if (st == GW_OK)
            st = out_files[i].write(s, o[i].file, err);
    }
    for (int i = 0; i < n; i++)
        if (st == GW_OK)
            st = gw_outfile_commit(&o[i], err);
        else
            gw_outfile_discard(&o[i]);
    return st;
}

static gw_status_t write_table(run_t *s, gw_err_t *err)
{
    gw_outfile_t o = {0};
    gw_status_t st = gw_outfile_fopen(&o, s->inv->common.output, err);
    if (st != GW_OK)
        return st;
    gw_pcawrite_vectors(&s->r, &s->data, s->in, o.file);
    return gw_outfile_commit(&o, err);
}

static gw_status_t write_report(run_t *s, gw_err_t *err)
{
    const gw_common_t *c = &s->inv->common;
    if (!c->report && !c->json)
        return GW_OK;
    gw_report_t *rep = gw_report_create("pca", s->inv->command_line);
    if (!rep)
        return gw_err_nomem(err, "writing the report");
    gw_pcareport_fill(rep, &s->data, &s->r, s->in, s->o->labels ? &s->labels : NULL);
    gw_status_t st = gw_report_write(rep, c->report, c->json, err);
    gw_report_destroy(rep);
    return st;
}

/* 2. components */
static int components(const run_t *s)
{
    int64_t k = s->o->k, most = s->data.n_samples - 1;
    if (most > s->data.n_variants)
        most = s->data.n_variants;
    if (s->inv->seen[ROW_K] || k <= most)
        return (int)k;
    gw_log_info("%" PRId64 " samples and %" PRId64 " variants have %" PRId64 " components at most",
                s->data.n_samples, s->data.n_variants, most);
    return (int)most;
}

static gw_status_t solve(run_t *s, gw_err_t *err)
{
    const opts_t *o = s->o;
    gw_pca_opts_t po = {.k = components(s),
                        .method = o->grm ? GW_PCA_EXACT : (gw_pca_method_t)o->method,
                        .tol = o->tol,
                        .max_passes = (int)o->max_passes,
                        .seed = (uint64_t)s->inv->common.seed};
    gw_status_t st =
        gw_gramop_init(&s->op, &s->data, s->inv->common.device, (int)s->inv->common.threads, err);
    if (st != GW_OK)
        return st;
    st = gw_pca_run(&s->op, &po, &s->r, err);
    if (st == GW_OK) {
        log_result(&s->r);
        if (o->out)
            st = write_out(s, err);
        if (st == GW_OK && (!o->out || s->inv->common.output))
            st = write_table(s, err);
        if (st == GW_OK)
            st = write_report(s, err);
    }
    gw_pca_release(&s->r);
    gw_gramop_release(&s->op);
    return st;
}

/* 2b. samples that leave */
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
        st = gw_samplefilter_kinship(&s->data, limit < third_degree ? limit : third_degree,
                                     (int)s->inv->common.threads, &k, err);
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

static gw_status_t run_components(run_t *s, gw_err_t *err)
{
    const opts_t *o = s->o;
    gw_genoload_t lo = {.filter = {.all_contigs = o->all_contigs,
                                   .region = o->region.v,
                                   .n_region = o->region.n,
                                   .region_bed = o->region_bed.v,
                                   .n_region_bed = o->region_bed.n,
                                   .exclude = o->exclude.v,
                                   .n_exclude = o->exclude.n,
                                   .exclude_bed = o->exclude_bed.v,
                                   .n_exclude_bed = o->exclude_bed.n,
                                   .long_ld = (gw_long_ld_t)o->long_ld,
                                   .max_missing = o->max_missing,
                                   .min_maf = o->maf,
                                   .min_hwe = o->hwe,
                                   .max_r2 = o->ld_r2,
                                   .ld_window_bp = o->ld_window_kb * 1000},
                        .scale = (gw_genoscale_t)o->scale,
                        .names = o->out != NULL,
                        .max_bytes = s->inv->common.max_mem,
                        .tmp_dir = s->inv->common.tmp_dir};
    if (gw_genoreader_n_samples(s->in) < 2)
        return gw_err_set(
            err, GW_EDATA,
            "%s: one sample has no components; give two samples or more, or --project",
            s->inv->operands.v[0]);
    gw_status_t st = gw_genodata_load(s->in, &lo, &s->data, err);
    if (st != GW_OK)
        return st;
    st = filter_samples(s, &lo, err);
    if (st == GW_OK) {
        log_counts(&s->data);
        log_rare(&s->data, o->maf);
        st = solve(s, err);
    }
    gw_genodata_release(&s->data);
    return st;
}

/* 3. projection */
static void log_projection(const gw_projection_t *p, const gw_loadings_t *l)
{
    gw_log_info("%" PRIu64 " variants of %" PRId64 " samples read; %" PRIu64
                " of the reference's %" PRId64 " matched (%" PRIu64
                " with alleles swapped, %" PRIu64 " on the other strand); left out: "
                "not in the reference %" PRIu64 ", other alleles %" PRIu64 ", A/T or C/G %" PRIu64
                ", there before %" PRIu64,
                p->n_read, p->n_samples, p->matched, l->n, p->swapped, p->strand,
                p->not_in_reference, p->alleles, p->ambiguous, p->twice);
    if (p->matched * 10 < (uint64_t)l->n)
        gw_log_warning("less than a tenth of the reference's variants matched; the samples' places "
                       "are rough");
}

static void write_places(run_t *s, const gw_projection_t *p, const gw_ancestry_t *a, FILE *f)
{
    fputs("#FID\tIID", f);
    for (int c = 0; c < p->k; c++)
        fprintf(f, "\tPC%d", c + 1);
    fputs(a ? "\tUSED\tLABEL\tSUPPORT\tDISTANCE\n" : "\tUSED\n", f);
    for (int64_t i = 0; i < p->n_samples; i++) {
        fprintf(f, "%s\t%s", gw_genoreader_family(s->in, i), gw_genoreader_sample(s->in, i));
        for (int c = 0; c < p->k; c++)
            fprintf(f, "\t%.10g", p->vector[c * p->n_samples + i]);
        fprintf(f, "\t%" PRId64, p->used[i]);
        if (a) {
            gw_assignment_t x = gw_ancestry_assign(a, p->vector + i, p->n_samples);
            fprintf(f, "\t%s\t%.2f\t%.3f", x.label, x.support, x.distance);
        }
        fputc('\n', f);
    }
}

static gw_status_t output_places(run_t *s, const gw_projection_t *p, const gw_ancestry_t *a,
                                 gw_err_t *err)
{
    char *name = s->o->out ? gw_asprintf("%s.projected.tsv", s->o->out) : NULL;
    gw_outfile_t o = {0};
    if (s->o->out && !name)
        return gw_err_nomem(err, "writing");
    gw_status_t st = gw_outfile_fopen(&o, name ? name : s->inv->common.output, err);
    free(name);
    if (st != GW_OK)
        return st;
    write_places(s, p, a, o.file);
    return gw_outfile_commit(&o, err);
}

static gw_status_t run_project(run_t *s, gw_err_t *err)
{
    const opts_t *o = s->o;
    gw_loadings_t l;
    gw_projection_t p = {0};
    gw_ancestry_t *a = NULL;
    gw_project_opts_t po = {.method = (gw_project_method_t)o->projection,
                            .by_id = o->match == 1,
                            .threads = (int)s->inv->common.threads};
    gw_status_t st = gw_loadings_load(o->project, &l, err);
    if (st != GW_OK)
        return st;
    if (o->labels)
        st = gw_ancestry_load(o->project, &l, &s->labels, &a, err);
    if (st == GW_OK)
        st = gw_project_run(s->in, &l, &po, &p, err);
    if (st == GW_OK) {
        log_projection(&p, &l);
        st = output_places(s, &p, a, err);
    }
    gw_projection_release(&p);
    gw_ancestry_destroy(a);
    gw_loadings_release(&l);
    return st;
}

/* 4. the command */
static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    run_t s = {.inv = inv, .o = inv->opts};
    gw_genoread_opts_t ro = {.threads = (int)inv->common.threads};
    gw_status_t st = gw_cpu_check(err);
    if (st == GW_OK && s.o->labels)
        st = gw_labels_load(s.o->labels, s.o->label_column, &s.labels, err);
    if (st == GW_OK)
        st = gw_genoreader_open(inv->operands.v[0], &ro, &s.in, err);
    if (st == GW_OK)
        st = s.o->project ? run_project(&s, err) : run_components(&s, err);
    gw_genoreader_close(s.in);
    gw_labels_release(&s.labels);
    return st;
}

const gw_command_t gw_cmd_pca = {
    .name = "pca",
    .summary = "principal components of genotypes, from files or a pipe, with a certificate",
    .usage = usage,
    .description =
        "Reads genotypes (VCF or BCF, - for stdin, or a PLINK bed/bim/fam) and writes their "
        "principal components as a table: #FID IID PC1 .. PCk.\nWhat each filter removed, the "
        "variance explained and a bound on the error are on stderr.\n--project places "
        "new samples among components that were saved with --out.",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(opts_t),
    .common = GW_COMMON_OUTPUT | GW_COMMON_THREADS | GW_COMMON_DEVICE | GW_COMMON_MEM |
              GW_COMMON_TMP | GW_COMMON_SEED | GW_COMMON_REPORT | GW_COMMON_PROGRESS,
    .max_mem = "2G",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
