#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/cmd_pca.h"
#include "pca/pcareport.h"
#include "pca/pcawrite.h"

static const gw_cmd_pca_opts_t *opts_of(const gw_cmd_pca_out_t *o)
{
    return o->inv->opts;
}

static void log_result(const gw_pca_result_t *r)
{
    double sum = 0, worst = 0;
    for (int i = 0; i < r->k; i++) {
        sum += r->value[i];
        worst = r->residual[i] > worst ? r->residual[i] : worst;
    }
    gw_log_info("%d components, %.2f%% of the variance; %s, passes over the data %d; largest "
                "residual %.1e, 1 - MEV below %.1e",
                r->k, 100 * sum / r->total, r->method == GW_PCA_EXACT ? "exact" : "krylov",
                r->n_passes, worst, r->bound);
    if (!r->converged)
        gw_log_warning(
            "the components did not reach --tol in %d passes; the last of them may not be "
            "told from noise: raise --max-passes or ask for fewer with -k",
            r->n_passes);
}

/* Everybody of the last round joins the list. */
static gw_status_t find_outliers(gw_cmd_pca_out_t *o, gw_err_t *err)
{
    static const char *const unit[] = {"standard deviations", "robust standard deviations"};
    gw_outlier_opts_t oo = gw_cmd_pca_outlier(opts_of(o));
    gw_outliers_t *l = &o->outliers;
    const gw_outlier_row_t *far = NULL;
    gw_status_t st =
        gw_outlier_add(l, &oo, o->n_rounds + 1, &o->ids, o->r->k, o->r->vector, NULL, err);
    for (size_t i = 0; st == GW_OK && i < l->n; i++)
        if (!l->v[i].left_out && (!far || fabs(l->v[i].at.distance) > fabs(far->at.distance)))
            far = &l->v[i];
    if (far && l->n_beyond > 0)
        gw_log_info("%" PRId64 " of %" PRId64 " samples lie more than %g %s out on a component, "
                    "farthest %s on PC%d (%.1f)",
                    l->n_beyond, o->ids.n, oo.limit, unit[oo.rule], far->sample,
                    far->at.component + 1, far->at.distance);
    return st;
}

static gw_status_t write_outliers(const gw_cmd_pca_out_t *s, gw_err_t *err)
{
    gw_outfile_t o = {0};
    gw_status_t st = gw_outfile_fopen(&o, opts_of(s)->outliers, err);
    if (st != GW_OK)
        return st;
    gw_outlier_write(&s->outliers, o.file);
    return gw_outfile_commit(&o, err);
}

static gw_status_t write_vectors(const gw_cmd_pca_out_t *o, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_vectors(o->r, &o->ids, f);
    return GW_OK;
}

static gw_status_t write_values(const gw_cmd_pca_out_t *o, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_values(o->r, f);
    return GW_OK;
}

static gw_status_t write_summary(const gw_cmd_pca_out_t *o, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_summary(o->r, f);
    return GW_OK;
}

static gw_status_t write_loadings(const gw_cmd_pca_out_t *o, FILE *f, gw_err_t *err)
{
    return o->loadings(o->ctx, f, err);
}

static gw_status_t write_multiqc(const gw_cmd_pca_out_t *o, FILE *f, gw_err_t *err)
{
    return gw_pcareport_multiqc(o->r, &o->ids, o->labels, f, err);
}

static gw_status_t write_grm(const gw_cmd_pca_out_t *o, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_grm(o->r, f);
    return GW_OK;
}

static gw_status_t write_grm_n(const gw_cmd_pca_out_t *o, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_grm_n(o->r, o->n_variants, f);
    return GW_OK;
}

static gw_status_t write_grm_id(const gw_cmd_pca_out_t *o, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_pcawrite_grm_id(&o->ids, f);
    return GW_OK;
}

/* those of --grm last */
static const struct {
    const char *ending;
    gw_status_t (*write)(const gw_cmd_pca_out_t *o, FILE *f, gw_err_t *err);
} out_files[] = {{".eigenvec", write_vectors},     {".eigenval", write_values},
                 {".summary.tsv", write_summary},  {".loadings", write_loadings},
                 {"_pca_mqc.json", write_multiqc}, {".grm.bin", write_grm},
                 {".grm.N.bin", write_grm_n},      {".grm.id", write_grm_id}};
enum { N_OUT_FILES = sizeof out_files / sizeof *out_files, N_GRM_FILES = 3 };

/* All of PREFIX.*, or none when one fails. */
static gw_status_t write_files(const gw_cmd_pca_out_t *s, gw_err_t *err)
{
    gw_outfile_t o[N_OUT_FILES] = {0};
    int n = opts_of(s)->grm ? N_OUT_FILES : N_OUT_FILES - N_GRM_FILES;
    gw_status_t st = GW_OK;
    for (int i = 0; i < n && st == GW_OK; i++) {
        char *name = gw_asprintf("%s%s", opts_of(s)->out, out_files[i].ending);
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

static gw_status_t write_table(const gw_cmd_pca_out_t *s, gw_err_t *err)
{
    gw_outfile_t o = {0};
    gw_status_t st = gw_outfile_fopen(&o, s->inv->common.output, err);
    if (st != GW_OK)
        return st;
    gw_pcawrite_vectors(s->r, &s->ids, o.file);
    return gw_outfile_commit(&o, err);
}

static gw_status_t write_report(const gw_cmd_pca_out_t *s, gw_err_t *err)
{
    const gw_common_t *c = &s->inv->common;
    if (!c->report && !c->json)
        return GW_OK;
    gw_report_t *rep = gw_report_create("pca", s->inv->command_line);
    if (!rep)
        return gw_err_nomem(err, "writing the report");
    s->report(s->ctx, rep);
    gw_outlier_opts_t oo = gw_cmd_pca_outlier(opts_of(s));
    gw_pcareport_fill(rep, s->r, &s->ids, s->labels);
    gw_pcareport_outliers(rep, &s->outliers, &oo);
    gw_status_t st = gw_report_write(rep, c->report, c->json, err);
    gw_report_destroy(rep);
    return st;
}

gw_status_t gw_cmd_pca_write(gw_cmd_pca_out_t *o, gw_err_t *err)
{
    log_result(o->r);
    gw_status_t st = find_outliers(o, err);
    if (st == GW_OK && opts_of(o)->outliers)
        st = write_outliers(o, err);
    if (st == GW_OK && opts_of(o)->out)
        st = write_files(o, err);
    if (st == GW_OK && (!opts_of(o)->out || o->inv->common.output))
        st = write_table(o, err);
    return st == GW_OK ? write_report(o, err) : st;
}
