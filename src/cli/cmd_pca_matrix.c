#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "cli/cmd_pca.h"
#include "pca/matdata.h"
#include "pca/pcareport.h"
#include "pca/pcawrite.h"
#include "pca/rowsolve.h"

static gw_matscale_t scale_of(int scale)
{
    return scale == GW_CMD_PCA_SCALE_SD     ? GW_MATSCALE_SD
           : scale == GW_CMD_PCA_SCALE_NONE ? GW_MATSCALE_NONE
                                            : GW_MATSCALE_CENTER;
}

typedef struct {
    gw_matreader_t *in;
    gw_matdata_t data;
    gw_pca_result_t r;
    double *loadings; /* n_variables x k */
} run_t;

static gw_status_t write_loadings(void *ctx, FILE *f, gw_err_t *err)
{
    const run_t *s = ctx;
    (void)err;
    gw_pcawrite_matrix_loadings(&s->r, &s->data, s->in, s->loadings, f);
    return GW_OK;
}

static void fill_report(void *ctx, gw_report_t *rep)
{
    const run_t *s = ctx;
    gw_report_section(rep, "Input");
    gw_report_int(rep, "samples", "Samples", s->data.n_samples);
    gw_report_int(rep, "variables", "Variables", s->data.n_variables);
    gw_report_int(rep, "constant", "Variables without variance", (int64_t)s->data.n_constant);
    gw_report_int(rep, "missing", "Missing values", (int64_t)s->data.n_missing);
}

static gw_status_t solve(gw_invocation_t *inv, run_t *s, const gw_labels_t *labels, gw_err_t *err)
{
    const gw_matdata_t *d = &s->data;
    gw_rowop_t op = gw_matdata_op(&s->data);
    gw_rowsolve_shape_t shape = {.n_samples = d->n_samples,
                                 .n_variables = d->n_variables,
                                 .samples_are_rows = d->samples_are_rows,
                                 .total = d->total / d->divisor,
                                 .variables = "variables"};
    gw_pca_opts_t po = gw_cmd_pca_solver(
        inv, gw_cmd_pca_components(inv, d->n_samples, d->n_variables, shape.variables));
    gw_status_t st = gw_rowsolve_run(&op, &shape, &po, &s->r, &s->loadings, err);
    if (st != GW_OK)
        return st;
    gw_cmd_pca_out_t o = {.inv = inv,
                          .r = &s->r,
                          .labels = labels,
                          .ctx = s,
                          .loadings = write_loadings,
                          .report = fill_report};
    st = gw_pcaids_init(&o.ids, d->n_samples, err);
    for (int64_t i = 0; i < d->n_samples && st == GW_OK; i++)
        o.ids.sample[i] = d->samples_are_rows ? gw_matreader_vector_name(s->in, i)
                                              : gw_matreader_value_name(s->in, i);
    if (st == GW_OK)
        st = gw_cmd_pca_write(&o, err);
    gw_outlier_release(&o.outliers);
    gw_pcaids_release(&o.ids);
    free(s->loadings);
    gw_pca_release(&s->r);
    return st;
}

gw_status_t gw_cmd_pca_matrix(gw_invocation_t *inv, gw_genoinput_t *in, const gw_labels_t *labels,
                              gw_err_t *err)
{
    const gw_cmd_pca_opts_t *o = inv->opts;
    gw_matread_opts_t ro = {.missing = o->missing == 1,
                            .row_names = o->row_names,
                            .column_names = o->column_names,
                            .max_bytes = inv->common.max_mem};
    gw_matload_t lo = {.samples_are_columns = o->samples == 1,
                       .log_normalise = o->log_normalise,
                       .scale = scale_of(o->scale),
                       .max_bytes = inv->common.max_mem,
                       .tmp_dir = inv->common.tmp_dir,
                       .threads = (int)inv->common.threads};
    run_t s = {0};
    gw_status_t st = gw_matreader_open(in, &ro, &s.in, err);
    if (st == GW_OK)
        st = gw_matdata_load(s.in, &lo, &s.data, err);
    if (st == GW_OK) {
        gw_log_info("%" PRId64 " samples (%s) and %" PRId64
                    " variables read; missing values %" PRIu64
                    ", variables without variance %" PRIu64,
                    s.data.n_samples, o->samples == 1 ? "columns" : "rows", s.data.n_variables,
                    s.data.n_missing, s.data.n_constant);
        st = solve(inv, &s, labels, err);
        gw_matdata_release(&s.data);
    }
    gw_matreader_close(s.in);
    return st;
}
