#include <config.h>

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/cluster_umi.h"
#include "cluster/umiconsensus.h"
#include "cluster/umireads.h"
#include "io/alnwrite.h"

/* 1. outputs */
static void put_table(const gw_umireads_t *u, FILE *f)
{
    fputs("read\tcontig\tposition\tstrand\tumi\tumi_count\tfamily\tfamily_umi\tfamily_count\n", f);
    for (size_t i = 0; i < u->n && !ferror(f); i++) {
        const gw_umitemplate_t *t = &u->tmpl[u->order[i]];
        if (!t->family) {
            fprintf(f, "%s\tNA\tNA\tNA\tNA\tNA\tNA\tNA\tNA\n", t->name);
            continue;
        }
        const gw_umifamily_t *k = &u->family[t->family - 1];
        fprintf(f, "%s\t", t->name);
        if (u->header)
            fprintf(f, "%s\t%lld\t%c", sam_hdr_tid2name(u->header, t->tid), (long long)t->pos + 1,
                    t->reverse ? '-' : '+');
        else
            fputs("NA\tNA\tNA", f);
        fprintf(f, "\t%s\t%lld\t%lld\t%s\t%lld\n", t->umi, (long long)t->umi_count,
                (long long)t->family, k->umi, (long long)k->n);
    }
}

static gw_status_t put_table_file(const gw_umireads_t *u, FILE *f, gw_err_t *err)
{
    (void)err;
    put_table(u, f);
    return GW_OK;
}

static gw_status_t write_text(const gw_umireads_t *u, const char *prefix, const char *ending,
                              gw_status_t (*put)(const gw_umireads_t *, FILE *, gw_err_t *),
                              gw_err_t *err)
{
    char *path = gw_asprintf("%s.%s", prefix, ending);
    gw_outfile_t o = {0};
    gw_status_t st = path ? gw_outfile_fopen(&o, path, err) : gw_err_nomem(err, "naming outputs");
    if (st == GW_OK)
        st = put(u, o.file, err);
    if (st == GW_OK)
        st = gw_outfile_commit(&o, err);
    gw_outfile_discard(&o);
    free(path);
    return st;
}

static gw_status_t put_records(gw_umireads_t *u, gw_alnwriter_t *w, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (size_t i = 0; st == GW_OK && i < u->n_recs; i++) {
        char text[24];
        int64_t k = u->tmpl[u->of[i]].family;
        int n = snprintf(text, sizeof text, "%lld", (long long)k);
        if (k && bam_aux_update_str(u->rec[i], "MI", n + 1, text) != 0)
            return gw_err_nomem(err, "writing MI tags");
        st = gw_alnwriter_put(w, u->rec[i], err);
    }
    return st;
}

static gw_status_t write_bam(gw_umireads_t *u, const gw_invocation_t *inv, const char *prefix,
                             gw_err_t *err)
{
    if (sam_hdr_add_pg(u->header, "genowarp", "VN", PACKAGE_VERSION, "CL", inv->command_line,
                       NULL) != 0)
        return gw_err_nomem(err, "writing a header");
    char *path = gw_asprintf("%s.bam", prefix);
    gw_alnwrite_opts_t o = {.format = GW_ALN_BAM, .threads = (int)inv->common.threads};
    gw_alnwriter_t *w = NULL;
    gw_status_t st = path ? gw_alnwriter_open(path, &o, u->header, &w, err)
                          : gw_err_nomem(err, "naming outputs");
    if (st == GW_OK) {
        st = put_records(u, w, err);
        if (st == GW_OK)
            st = gw_alnwriter_commit(w, err);
        else
            gw_alnwriter_discard(w);
    }
    free(path);
    return st;
}

/* 2. the report */
static gw_status_t write_report(const gw_invocation_t *inv, const gw_umireads_t *u, gw_err_t *err)
{
    enum { BINS = 24 }; /* sizes 1, 2, 3-4, 5-8, ... */
    if (!inv->common.report && !inv->common.json)
        return GW_OK;
    gw_report_t *r = gw_report_create("cluster", inv->command_line);
    if (!r)
        return gw_err_nomem(err, "writing the report");
    double count[BINS] = {0}, edge[BINS];
    size_t top = 0;
    for (int64_t k = 0; k < u->n_families; k++) {
        size_t b = 0;
        while (b + 1 < BINS && u->family[k].n > (int64_t)1 << b)
            b++;
        count[b]++;
        top = b > top ? b : top;
    }
    for (int b = 0; b < BINS; b++)
        edge[b] = (double)((int64_t)1 << b);
    gw_report_section(r, "molecules");
    gw_report_int(r, "records", "records", (int64_t)u->n_recs);
    gw_report_int(r, "templates", "templates", (int64_t)u->n);
    gw_report_int(r, "ungrouped", "templates without a mapped first read", u->n_ungrouped);
    gw_report_int(r, "places", "places", u->n_places);
    gw_report_int(r, "families", "families", u->n_families);
    gw_report_plot(r, GW_PLOT_BARS, "family sizes", "templates in the family, up to", "families");
    gw_report_series(r, "families", top + 1, edge, count);
    gw_status_t st = gw_report_write(r, inv->common.report, inv->common.json, err);
    gw_report_destroy(r);
    return st;
}

/* 3. running */
gw_status_t gw_clusterumi_run(const gw_invocation_t *inv, const gw_clusterumi_args_t *a,
                              const char *prefix, bool consensus, gw_err_t *err)
{
    if (inv->operands.n > 1)
        return gw_err_set(err, GW_EUSAGE, "one file too many: %s; --umi reads one file",
                          inv->operands.v[1]);
    gw_umireads_t u;
    gw_status_t st = gw_umireads_load(&u, inv->operands.v[0], (gw_umisource_t)(a->source - 1),
                                      (int)inv->common.threads, err);
    if (st == GW_OK)
        st = gw_umireads_group(&u, (int)a->distance, err);
    if (st == GW_OK && prefix && consensus)
        st = write_text(&u, prefix, "consensus.fq", gw_umiconsensus_write, err);
    if (st == GW_OK && prefix && u.header)
        st = write_bam(&u, inv, prefix, err);
    if (st == GW_OK && prefix)
        st = write_text(&u, prefix, "tsv", put_table_file, err);
    else if (st == GW_OK)
        put_table(&u, stdout);
    if (st == GW_OK)
        st = write_report(inv, &u, err);
    if (st == GW_OK)
        gw_log_info(
            "%zu templates at %lld places, %lld families; %lld templates in none: first read "
            "not mapped",
            u.n, (long long)u.n_places, (long long)u.n_families, (long long)u.n_ungrouped);
    gw_umireads_release(&u);
    return st;
}
