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

static void write_places(const gw_genoreader_t *r, const gw_projection_t *p, const gw_ancestry_t *a,
                         FILE *f)
{
    fputs("#FID\tIID", f);
    for (int c = 0; c < p->k; c++)
        fprintf(f, "\tPC%d", c + 1);
    fputs(a ? "\tUSED\tLABEL\tSUPPORT\tDISTANCE\n" : "\tUSED\n", f);
    for (int64_t i = 0; i < p->n_samples; i++) {
        fprintf(f, "%s\t%s", gw_genoreader_family(r, i), gw_genoreader_sample(r, i));
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

static gw_status_t output_places(const gw_invocation_t *inv, const gw_genoreader_t *r,
                                 const gw_projection_t *p, const gw_ancestry_t *a, gw_err_t *err)
{
    const char *prefix = ((const gw_cmd_pca_opts_t *)inv->opts)->out;
    char *name = prefix ? gw_asprintf("%s.projected.tsv", prefix) : NULL;
    gw_outfile_t o = {0};
    if (prefix && !name)
        return gw_err_nomem(err, "writing");
    gw_status_t st = gw_outfile_fopen(&o, name ? name : inv->common.output, err);
    free(name);
    if (st != GW_OK)
        return st;
    write_places(r, p, a, o.file);
    return gw_outfile_commit(&o, err);
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
        st = output_places(inv, r, &p, a, err);
    }
    gw_projection_release(&p);
    gw_ancestry_destroy(a);
    gw_loadings_release(&l);
    return st;
}
