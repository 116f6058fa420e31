#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "cli/cmd_pca.h"
#include "pca/emfit.h"
#include "pca/likdata.h"
#include "pca/pcareport.h"
#include "pca/pcawrite.h"
#include "pca/rowsolve.h"

typedef struct {
    const gw_likdata_t *lik; /* or */
    const gw_genodata_t *calls;
    const gw_genoreader_t *names;
    gw_emfit_t fit;
    gw_pca_result_t r;
    double *loadings;
} run_t;

static gw_status_t write_loadings(void *ctx, FILE *f, gw_err_t *err)
{
    const run_t *s = ctx;
    return gw_pcawrite_fitted_loadings(&s->r, &s->fit, s->loadings, f, err);
}

static void fill_report(void *ctx, gw_report_t *rep)
{
    const run_t *s = ctx;
    gw_pcareport_genotypes(rep, s->fit.n_samples, s->lik ? &s->lik->count : &s->calls->count);
    gw_report_section(rep, "Expectation and maximisation");
    gw_report_int(rep, "em_components", "Components of the model", s->fit.k);
    gw_report_int(rep, "em_rounds", "Rounds", s->fit.n_rounds);
    gw_report_double(rep, "em_change", "Last change of predicted frequencies (root mean square)",
                     s->fit.change);
}

static gw_status_t output(gw_invocation_t *inv, run_t *s, const gw_labels_t *labels, gw_err_t *err)
{
    gw_cmd_pca_out_t o = {.inv = inv,
                          .r = &s->r,
                          .labels = labels,
                          .ctx = s,
                          .loadings = write_loadings,
                          .report = fill_report};
    gw_status_t st;
    if (s->calls) {
        st = gw_pcaids_of_genotypes(&o.ids, s->calls, s->names, err);
    } else {
        st = gw_pcaids_init(&o.ids, s->fit.n_samples, err);
        for (int64_t i = 0; i < o.ids.n && st == GW_OK; i++)
            o.ids.sample[i] = gw_genoreader_sample(s->names, i);
    }
    if (st == GW_OK)
        st = gw_cmd_pca_write(&o, err);
    gw_outlier_release(&o.outliers);
    gw_pcaids_release(&o.ids);
    return st;
}

static gw_status_t fit_and_solve(gw_invocation_t *inv, run_t *s, const gw_labels_t *labels,
                                 gw_err_t *err)
{
    const gw_cmd_pca_opts_t *o = inv->opts;
    int threads = (int)inv->common.threads;
    gw_emfit_opts_t eo = {.k = (int)o->em_components,
                          .max_rounds = (int)o->em_rounds,
                          .threads = threads,
                          .tol = o->em_tol,
                          .seed = (uint64_t)inv->common.seed};
    gw_status_t st = gw_emfit_run(s->lik, s->calls, &eo, &s->fit, err);
    if (st != GW_OK)
        return st;
    gw_log_info("model of %d components fitted in %d rounds; the last moved predicted frequencies "
                "by %.1e (root mean square)",
                s->fit.k, s->fit.n_rounds, s->fit.change);
    if (!s->fit.converged)
        gw_log_warning("the model did not settle in %d rounds: raise --em-rounds or give a smaller "
                       "--em-components",
                       s->fit.n_rounds);
    gw_rowop_t op = gw_emfit_op(&s->fit, threads);
    gw_rowsolve_shape_t shape = {.n_samples = s->fit.n_samples,
                                 .n_variables = s->fit.n_variants,
                                 .total = s->fit.total,
                                 .variables = "variants"};
    gw_pca_opts_t po = gw_cmd_pca_solver(
        inv, gw_cmd_pca_components(inv, shape.n_samples, shape.n_variables, shape.variables));
    st = gw_rowsolve_run(&op, &shape, &po, &s->r, &s->loadings, err);
    if (st == GW_OK)
        st = output(inv, s, labels, err);
    free(s->loadings);
    gw_pca_release(&s->r);
    gw_emfit_release(&s->fit);
    return st;
}

gw_status_t gw_cmd_pca_likelihoods(gw_invocation_t *inv, gw_genoreader_t *r,
                                   const gw_genoload_t *lo, const gw_labels_t *labels,
                                   gw_err_t *err)
{
    gw_likdata_t d;
    gw_status_t st = gw_likdata_load(r, lo, &d, err);
    if (st != GW_OK)
        return st;
    gw_cmd_pca_log_counts(d.n_samples, &d.count);
    run_t s = {.lik = &d, .names = r};
    st = fit_and_solve(inv, &s, labels, err);
    gw_likdata_release(&d);
    return st;
}

gw_status_t gw_cmd_pca_imputed(gw_invocation_t *inv, const gw_genodata_t *d,
                               const gw_genoreader_t *r, const gw_labels_t *labels, gw_err_t *err)
{
    run_t s = {.calls = d, .names = r};
    return fit_and_solve(inv, &s, labels, err);
}
