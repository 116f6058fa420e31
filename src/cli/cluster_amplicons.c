#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/text.h"
#include "cli/cluster_amplicons.h"
#include "cluster/denoise.h"
#include "cluster/otutable.h"
#include "cluster/partition.h"

void gw_amplicon_load_opts(const gw_amplicon_args_t *a, gw_seqset_opts_t *load)
{
    load->by_abundance = a->derep || a->denoise;
    load->samples = a->otu_table != NULL;
    load->max_ee = a->max_ee;
}

static gw_status_t need_dna(const gw_seqset_t *s, const char *option, gw_err_t *err)
{
    if (s->kind == GW_SEQ_DNA)
        return GW_OK;
    return gw_err_set(err, GW_EDATA, "%s works on nucleotides and these are proteins", option);
}

gw_status_t gw_amplicon_cluster(const gw_amplicon_args_t *a, const gw_seqset_t *s, int threads,
                                gw_clusters_t *c, gw_err_t *err)
{
    if (a->denoise) {
        gw_denoise_opts_t how = {a->alpha, a->min_size, threads};
        gw_status_t st = need_dna(s, "--denoise", err);
        return st == GW_OK ? gw_denoise_run(s, &how, c, err) : st;
    }
    c->rep = gw_malloc((size_t)s->n, sizeof *c->rep);
    if (!c->rep)
        return gw_err_nomem(err, "dereplicating");
    for (int32_t u = 0; u < s->n; u++)
        c->rep[u] = u;
    return gw_partition_collect(s, threads, c, err);
}

gw_status_t gw_amplicon_chimeras(const gw_amplicon_args_t *a, const gw_seqset_t *s, int threads,
                                 gw_clusters_t *c, gw_chimeras_t *found, gw_err_t *err)
{
    if (a->chimeras == GW_CHIMERA_KEEP)
        return GW_OK;
    gw_chimera_rule_t rule = (gw_chimera_rule_t)a->chimeras;
    double skew = a->skew > 0 ? a->skew : rule == GW_CHIMERA_PERFECT ? 16 : 2;
    gw_chimera_opts_t how = {rule, skew, threads};
    gw_status_t st = need_dna(s, "--chimeras", err);
    return st == GW_OK ? gw_chimera_find(s, &how, c, found, err) : st;
}

/* 2. outputs */
static const char *name_of(const gw_seqset_t *s, int32_t u)
{
    return s->rec[s->first[u]].name;
}

static int cmp_query(const void *x, const void *y)
{
    int32_t a = ((const gw_chimera_t *)x)->query, b = ((const gw_chimera_t *)y)->query;
    return a < b ? -1 : a > b;
}

/* found is by query. */
static void write_left_out(const gw_seqset_t *s, const gw_clusters_t *c, const gw_chimeras_t *found,
                           FILE *f)
{
    fputs("sequence\treason\trepresentative\tleft_parent\tright_parent\tleft_letters\tscore\n", f);
    for (size_t i = 0; i < s->n_recs; i++) {
        int32_t u = s->rec[i].uniq;
        gw_chimera_t key = {.query = c->rep[u]};
        const gw_chimera_t *x =
            found->n ? bsearch(&key, found->v, found->n, sizeof *found->v, cmp_query) : NULL;
        if (c->left_out[u] == GW_LEFT_RARE)
            fprintf(f, "%s\trare\tNA\tNA\tNA\tNA\tNA\n", s->rec[i].name);
        else if (c->left_out[u] && x)
            fprintf(f, "%s\tchimera\t%s\t%s\t%s\t%d\t%.4f\n", s->rec[i].name, name_of(s, x->query),
                    name_of(s, x->left), name_of(s, x->right), x->cross, x->score);
    }
}

/* BIOM wants a date; SOURCE_DATE_EPOCH makes it repeatable. */
static void biom_date(char *buf, size_t size)
{
    const char *given = getenv("SOURCE_DATE_EPOCH");
    int64_t seconds;
    time_t t = given && gw_text_int(given, &seconds) ? (time_t)seconds : time(NULL);
    struct tm tm;
    if (!gmtime_r(&t, &tm) || strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
        snprintf(buf, size, "1970-01-01T00:00:00");
}

static bool is_biom(const char *path)
{
    size_t n = strlen(path);
    return (n > 5 && strcmp(path + n - 5, ".biom") == 0) ||
           (n > 5 && strcmp(path + n - 5, ".json") == 0);
}

static gw_status_t write_table(const gw_clusterview_t *v, const char *path, gw_err_t *err)
{
    gw_outfile_t o = {0};
    gw_status_t st = gw_outfile_fopen(&o, path, err);
    if (st == GW_OK && is_biom(path)) {
        char date[32];
        biom_date(date, sizeof date);
        st = gw_otutable_biom(v, "genowarp " PACKAGE_VERSION, date, o.file, err);
    } else if (st == GW_OK) {
        st = gw_otutable_tsv(v, o.file, err);
    }
    if (st == GW_OK)
        st = gw_outfile_commit(&o, err);
    gw_outfile_discard(&o);
    return st;
}

gw_status_t gw_amplicon_write(const gw_amplicon_args_t *a, const gw_clusterview_t *v,
                              const gw_chimeras_t *found, const char *prefix, gw_err_t *err)
{
    gw_status_t st = a->otu_table ? write_table(v, a->otu_table, err) : GW_OK;
    if (st != GW_OK || !prefix || !v->c->left_out)
        return st;
    char *path = gw_asprintf("%s.left_out.tsv", prefix);
    gw_chimeras_t sorted = {gw_malloc(found->n, sizeof *found->v), found->n, found->n};
    gw_outfile_t o = {0};
    if (!path || !sorted.v)
        st = gw_err_nomem(err, "writing what was left out");
    if (st == GW_OK)
        st = gw_outfile_fopen(&o, path, err);
    if (st == GW_OK) {
        if (found->n)
            memcpy(sorted.v, found->v, found->n * sizeof *found->v);
        qsort(sorted.v, sorted.n, sizeof *sorted.v, cmp_query);
        write_left_out(v->s, v->c, &sorted, o.file);
        st = gw_outfile_commit(&o, err);
    }
    gw_outfile_discard(&o);
    free(sorted.v);
    free(path);
    return st;
}

/* 3. what was left out */
void gw_amplicon_tell(const gw_seqset_t *s, const gw_clusters_t *c, const gw_amplicon_args_t *a,
                      gw_report_t *r)
{
    int64_t rare = 0, chimeric = 0, clusters = 0;
    for (size_t i = 0; c->left_out && i < s->n_recs; i++) {
        int32_t u = s->rec[i].uniq;
        rare += c->left_out[u] == GW_LEFT_RARE ? s->rec[i].size : 0;
        chimeric += c->left_out[u] == GW_LEFT_CHIMERA ? s->rec[i].size : 0;
        clusters +=
            c->left_out[u] == GW_LEFT_CHIMERA && c->rep[u] == u && s->first[u] == (int64_t)i;
    }
    if (a->max_ee > 0 && !r)
        gw_log_info("%lld of %lld sequences left out: more than %g expected errors",
                    (long long)s->n_poor, (long long)s->n_read, a->max_ee);
    if (a->denoise && !r)
        gw_log_info("left out as rare (abundance below %lld, copies of none): abundance %lld",
                    (long long)a->min_size, (long long)rare);
    if (a->chimeras && !r)
        gw_log_info("left out as chimeras: %lld clusters, abundance %lld", (long long)clusters,
                    (long long)chimeric);
    if (a->max_ee > 0 && r) {
        gw_report_int(r, "records_read", "records read", s->n_read);
        gw_report_int(r, "left_out_errors", "left out: expected errors", s->n_poor);
    }
    if (a->denoise && r)
        gw_report_int(r, "left_out_rare", "left out: rare (abundance)", rare);
    if (a->chimeras && r) {
        gw_report_int(r, "chimeric_clusters", "left out: chimeric clusters", clusters);
        gw_report_int(r, "left_out_chimeras", "left out: chimeras (abundance)", chimeric);
    }
}
