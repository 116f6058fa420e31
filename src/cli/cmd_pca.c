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
#include "pca/pca.h"
#include "pca/pcawrite.h"

typedef struct {
    int64_t k;
    const char *out;
    int method;
    double tol;
    int64_t max_passes;
    int scale;
    double maf, max_missing;
    bool all_contigs;
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
    {.name = "maf",
     .type = GW_OPT_DOUBLE,
     .offset = AT(maf),
     .arg = "X",
     .dflt = "0.01",
     .min = 0,
     .max = 0.5,
     .help = "leave out variants whose minor allele is rarer",
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
};

static const char *const usage[] = {"[OPTIONS] IN.vcf.gz|IN.bcf|IN.bed|- [--out PREFIX]", NULL};
static const char *const examples[] = {
    "genowarp pca cohort.bcf --out cohort",
    "genowarp call -f ref.fa a.bam b.bam c.bam | genowarp pca - > pcs.tsv",
    "genowarp pca -k 20 --maf 0.05 cohort.bed > pcs.tsv",
    NULL,
};

static void log_counts(const gw_genodata_t *d)
{
    const gw_genocounts_t *c = &d->count;
    gw_log_info("%" PRIu64 " variants of %" PRId64 " samples read; left out: not biallelic %" PRIu64
                ", not autosomal %" PRIu64 ", too often missing %" PRIu64 ", monomorphic %" PRIu64
                ", rare %" PRIu64 "; kept %" PRIu64,
                c->n_read, d->n_samples, c->not_biallelic, c->not_autosomal, c->missing,
                c->monomorphic, c->rare, c->kept);
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

typedef gw_status_t (*write_fn)(const gw_genodata_t *d, const gw_pca_result_t *r,
                                const gw_genoreader_t *in, int threads, FILE *f, gw_err_t *err);

static gw_status_t write_vectors(const gw_genodata_t *d, const gw_pca_result_t *r,
                                 const gw_genoreader_t *in, int threads, FILE *f, gw_err_t *err)
{
    (void)d, (void)threads, (void)err;
    gw_pcawrite_vectors(r, in, f);
    return GW_OK;
}

static gw_status_t write_values(const gw_genodata_t *d, const gw_pca_result_t *r,
                                const gw_genoreader_t *in, int threads, FILE *f, gw_err_t *err)
{
    (void)d, (void)in, (void)threads, (void)err;
    gw_pcawrite_values(r, f);
    return GW_OK;
}

static gw_status_t write_summary(const gw_genodata_t *d, const gw_pca_result_t *r,
                                 const gw_genoreader_t *in, int threads, FILE *f, gw_err_t *err)
{
    (void)d, (void)in, (void)threads, (void)err;
    gw_pcawrite_summary(r, f);
    return GW_OK;
}

static gw_status_t write_loadings(const gw_genodata_t *d, const gw_pca_result_t *r,
                                  const gw_genoreader_t *in, int threads, FILE *f, gw_err_t *err)
{
    (void)in;
    return gw_pcawrite_loadings(d, r, threads, f, err);
}

static const struct {
    const char *ending;
    write_fn write;
} out_files[] = {{".eigenvec", write_vectors},
                 {".eigenval", write_values},
                 {".summary.tsv", write_summary},
                 {".loadings", write_loadings}};
enum { N_OUT_FILES = sizeof out_files / sizeof *out_files };

/* All of PREFIX.*, or none when one fails. */
static gw_status_t write_out(const char *prefix, const gw_genodata_t *d, const gw_pca_result_t *r,
                             const gw_genoreader_t *in, int threads, gw_err_t *err)
{
    gw_outfile_t o[N_OUT_FILES] = {0};
    gw_status_t st = GW_OK;
    for (int i = 0; i < N_OUT_FILES && st == GW_OK; i++) {
        char *name = gw_asprintf("%s%s", prefix, out_files[i].ending);
        st = name ? gw_outfile_fopen(&o[i], name, err) : gw_err_nomem(err, "writing");
        free(name);
        if (st == GW_OK)
            st = out_files[i].write(d, r, in, threads, o[i].file, err);
    }
    for (int i = 0; i < N_OUT_FILES; i++)
        if (st == GW_OK)
            st = gw_outfile_commit(&o[i], err);
        else
            gw_outfile_discard(&o[i]);
    return st;
}

static gw_status_t write_table(const char *path, const gw_pca_result_t *r,
                               const gw_genoreader_t *in, gw_err_t *err)
{
    gw_outfile_t o = {0};
    gw_status_t st = gw_outfile_fopen(&o, path, err);
    if (st != GW_OK)
        return st;
    gw_pcawrite_vectors(r, in, o.file);
    return gw_outfile_commit(&o, err);
}

static gw_status_t solve(gw_invocation_t *inv, gw_genoreader_t *in, const gw_genodata_t *d,
                         gw_err_t *err)
{
    const opts_t *o = inv->opts;
    gw_pca_opts_t po = {.k = (int)o->k,
                        .method = (gw_pca_method_t)o->method,
                        .tol = o->tol,
                        .max_passes = (int)o->max_passes,
                        .threads = (int)inv->common.threads,
                        .seed = (uint64_t)inv->common.seed};
    if (!inv->seen[ROW_K] && po.k > d->n_samples - 1 && d->n_samples > 1)
        po.k = (int)d->n_samples - 1;
    if (!inv->seen[ROW_K] && po.k > d->n_variants)
        po.k = (int)d->n_variants;
    if (po.k < o->k)
        gw_log_info("%" PRId64 " samples and %" PRId64 " variants have %d components at most",
                    d->n_samples, d->n_variants, po.k);
    gw_pca_result_t r;
    gw_status_t st = gw_pca_run(d, &po, &r, err);
    if (st != GW_OK)
        return st;
    log_result(&r);
    if (o->out)
        st = write_out(o->out, d, &r, in, po.threads, err);
    if (st == GW_OK && (!o->out || inv->common.output))
        st = write_table(inv->common.output, &r, in, err);
    gw_pca_release(&r);
    return st;
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const opts_t *o = inv->opts;
    gw_genoreader_t *in;
    gw_genodata_t d;
    gw_genoread_opts_t ro = {.threads = (int)inv->common.threads};
    gw_genoload_t lo = {.filter = {o->all_contigs, o->max_missing, o->maf},
                        .scale = (gw_genoscale_t)o->scale,
                        .names = o->out != NULL,
                        .max_bytes = inv->common.max_mem,
                        .tmp_dir = inv->common.tmp_dir};
    gw_status_t st = gw_cpu_check(err);
    if (st == GW_OK)
        st = gw_genoreader_open(inv->operands.v[0], &ro, &in, err);
    if (st != GW_OK)
        return st;
    if (gw_genoreader_n_samples(in) < 2)
        st = gw_err_set(err, GW_EDATA, "%s: one sample has no components; give two samples or more",
                        inv->operands.v[0]);
    else
        st = gw_genodata_load(in, &lo, &d, err);
    if (st == GW_OK) {
        log_counts(&d);
        st = solve(inv, in, &d, err);
        gw_genodata_release(&d);
    }
    gw_genoreader_close(in);
    return st;
}

const gw_command_t gw_cmd_pca = {
    .name = "pca",
    .summary = "principal components of genotypes, from files or a pipe, with a certificate",
    .usage = usage,
    .description =
        "Reads genotypes (VCF or BCF, - for stdin, or a PLINK bed/bim/fam) and writes their "
        "principal components as a table: #FID IID PC1 .. PCk.\nWhat each filter removed, the "
        "variance explained and a bound on the error are on stderr.",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(opts_t),
    .common = GW_COMMON_OUTPUT | GW_COMMON_THREADS | GW_COMMON_MEM | GW_COMMON_TMP |
              GW_COMMON_SEED | GW_COMMON_PROGRESS,
    .max_mem = "2G",
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
