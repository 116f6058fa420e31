#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/cmd_pca.h"
#include "pca/ancestry.h"
#include "pca/loadings.h"
#include "pca/project.h"
#include "pca/projectreport.h"

static void log_projection(const gw_projection_t *p, const gw_loadings_t *l)
{
    gw_log_info(
        "%" PRIu64 " variants of %" PRId64 " samples read; %" PRIu64 " of the reference's %" PRId64
        " matched (%" PRIu64 " with alleles swapped, %" PRIu64 " on the other strand); left out: "
        "not in the reference %" PRIu64 ", other alleles %" PRIu64 ", A/T or C/G %" PRIu64
        ", there before %" PRIu64 "; projection %s",
        p->n_read, p->n_samples, p->matched, l->n, p->swapped, p->strand, p->not_in_reference,
        p->alleles, p->ambiguous, p->twice, gw_project_name(p->method));
    if (p->matched * 10 < (uint64_t)l->n)
        gw_log_warning("less than a tenth of the reference's variants matched; the samples' places "
                       "are rough");
}

static gw_status_t write_table(const char *path, const gw_genoreader_t *r, const gw_projection_t *p,
                               const gw_ancestry_t *a, gw_err_t *err)
{
    gw_outfile_t o = {0};
    gw_status_t st = gw_outfile_fopen(&o, path, err);
    if (st != GW_OK)
        return st;
    gw_projectreport_write(r, p, a, o.file);
    return gw_outfile_commit(&o, err);
}

static gw_status_t write_report(const gw_invocation_t *inv, const gw_genoreader_t *r,
                                const gw_projection_t *p, const gw_loadings_t *l,
                                const gw_ancestry_t *a, gw_err_t *err)
{
    const gw_common_t *c = &inv->common;
    if (!c->report && !c->json)
        return GW_OK;
    gw_report_t *rep = gw_report_create("pca", inv->command_line);
    if (!rep)
        return gw_err_nomem(err, "writing the report");
    gw_projectreport_fill(rep, r, p, l, a);
    gw_status_t st = gw_report_write(rep, c->report, c->json, err);
    gw_report_destroy(rep);
    return st;
}

/* PREFIX.projected.tsv with --out, else or with -o the table; the report */
static gw_status_t output(const gw_invocation_t *inv, const gw_genoreader_t *r,
                          const gw_projection_t *p, const gw_loadings_t *l, const gw_ancestry_t *a,
                          gw_err_t *err)
{
    const char *prefix = ((const gw_cmd_pca_opts_t *)inv->opts)->out;
    gw_status_t st = GW_OK;
    if (prefix) {
        char *name = gw_asprintf("%s.projected.tsv", prefix);
        st = name ? write_table(name, r, p, a, err) : gw_err_nomem(err, "writing");
        free(name);
    }
    if (st == GW_OK && (!prefix || inv->common.output))
        st = write_table(inv->common.output, r, p, a, err);
    return st == GW_OK ? write_report(inv, r, p, l, a, err) : st;
}

gw_status_t gw_cmd_pca_project(gw_invocation_t *inv, gw_genoreader_t *r, const gw_labels_t *labels,
                               gw_err_t *err)
{
    const gw_cmd_pca_opts_t *o = inv->opts;
    gw_loadings_t l;
    gw_projection_t p = {0};
    gw_ancestry_t *a = NULL;
    gw_project_opts_t po = {.method = (gw_project_method_t)o->projection,
                            .by_id = o->match == 1,
                            .threads = (int)inv->common.threads};
    gw_status_t st = gw_loadings_load(o->project, &l, err);
    if (st != GW_OK)
        return st;
    if (labels)
        st = gw_ancestry_load(o->project, &l, labels, &a, err);
    if (st == GW_OK)
        st = gw_project_run(r, &l, &po, &p, err);
    if (st == GW_OK) {
        log_projection(&p, &l);
        st = output(inv, r, &p, &l, a, err);
    }
    gw_projection_release(&p);
    gw_ancestry_destroy(a);
    gw_loadings_release(&l);
    return st;
}
