#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "cli/cluster_samples.h"
#include "cluster/samplegroups.h"
#include "io/labels.h"

/* 1. what belongs together */
static bool given(const gw_invocation_t *inv, const char *name)
{
    for (size_t i = 0; i < inv->command->n_opts; i++)
        if (inv->seen[i] && strcmp(inv->command->opts[i].name, name) == 0)
            return true;
    return false;
}

static const char *const method_names[] = {"kmeans", "gmm", "hclust", "dbscan"};
enum {
    KMEANS = 1 << GW_SAMPLES_KMEANS,
    GMM = 1 << GW_SAMPLES_GMM,
    HCLUST = 1 << GW_SAMPLES_HCLUST,
    DBSCAN = 1 << GW_SAMPLES_DBSCAN
};

/* Options that mean nothing to the method are refused. */
static gw_status_t check_options(const gw_invocation_t *inv, gw_samplemethod_t m, gw_err_t *err)
{
    static const struct {
        const char *name;
        int methods;
    } uses[] = {{"clusters", KMEANS | GMM | HCLUST},
                {"max-clusters", KMEANS | GMM},
                {"restarts", KMEANS | GMM},
                {"covariance", GMM},
                {"linkage", HCLUST},
                {"height", HCLUST},
                {"eps", DBSCAN},
                {"distances", HCLUST | DBSCAN}};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        if (!(uses[i].methods & 1 << m) && given(inv, uses[i].name))
            return gw_err_set(err, GW_EUSAGE, "--%s means nothing to --method %s", uses[i].name,
                              method_names[m]);
    return GW_OK;
}

static gw_status_t check(const gw_invocation_t *inv, const gw_clustersamples_args_t *a,
                         gw_err_t *err)
{
    gw_samplemethod_t m = (gw_samplemethod_t)a->method;
    if (inv->operands.n > 1)
        return gw_err_set(err, GW_EUSAGE, "one file too many: %s; --samples reads one table",
                          inv->operands.v[1]);
    if (a->distances && a->linkage == GW_LINKAGE_WARD)
        return gw_err_set(err, GW_EUSAGE,
                          "--linkage ward needs points; with --distances use average, complete or "
                          "single");
    if (m == GW_SAMPLES_HCLUST && (a->k > 0) == (a->height >= 0))
        return gw_err_set(err, GW_EUSAGE, "--method hclust needs one of -k and --height");
    if (m == GW_SAMPLES_DBSCAN && !(a->eps > 0))
        return gw_err_set(err, GW_EUSAGE,
                          "--method dbscan needs --eps, the radius of a neighbourhood");
    return check_options(inv, m, err);
}

/* 2. labels */
typedef struct {
    gw_labels_t table;
    const char **name; /* the different labels, sorted */
    int32_t n;
    int32_t *of; /* of every sample; -1 = none */
    int64_t labelled;
    gw_agreement_t agreement;
} known_t;

static int cmp_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gw_status_t match_labels(const gw_samples_t *s, known_t *l, const char *path, gw_err_t *err)
{
    size_t n = (size_t)s->n;
    l->name = gw_malloc(n, sizeof *l->name);
    l->of = gw_malloc(n, sizeof *l->of);
    if (!l->name || !l->of)
        return gw_err_nomem(err, "reading labels");
    size_t used = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const char *x = gw_labels_find(&l->table, s->name[i]);
        if (x)
            l->name[used++] = x;
    }
    l->labelled = (int64_t)used;
    if (used == 0)
        return gw_err_set(err, GW_EDATA,
                          "%s: labels none of the samples (the first is called %s); its first "
                          "column must hold their names",
                          path, s->name[0]);
    qsort(l->name, used, sizeof *l->name, cmp_name);
    for (size_t i = 0; i < used; i++)
        if (i == 0 || strcmp(l->name[l->n - 1], l->name[i]) != 0)
            l->name[l->n++] = l->name[i];
    for (int64_t i = 0; i < s->n; i++) {
        const char *x = gw_labels_find(&l->table, s->name[i]);
        const char **at = x ? bsearch(&x, l->name, (size_t)l->n, sizeof *l->name, cmp_name) : NULL;
        l->of[i] = at ? (int32_t)(at - l->name) : -1;
    }
    if (l->labelled < s->n)
        gw_log_warning("%s: %lld of %lld samples have no label; the comparison leaves them out",
                       path, (long long)(s->n - l->labelled), (long long)s->n);
    return GW_OK;
}

/* Noise is a group of its own here. */
static gw_status_t compare(const gw_samples_t *s, const gw_samplegroups_t *g, known_t *l,
                           gw_err_t *err)
{
    int32_t *a = gw_malloc((size_t)l->labelled, sizeof *a),
            *b = gw_malloc((size_t)l->labelled, sizeof *b);
    gw_status_t st = GW_OK;
    int64_t n = 0;
    if (!a || !b)
        st = gw_err_nomem(err, "comparing with labels");
    for (int64_t i = 0; st == GW_OK && i < s->n; i++)
        if (l->of[i] >= 0) {
            a[n] = g->group[i];
            b[n++] = l->of[i];
        }
    if (st == GW_OK)
        st = gw_agreement(a, g->k + 1, b, l->n, n, &l->agreement, err);
    free(a);
    free(b);
    return st;
}

static gw_status_t use_labels(const gw_samples_t *s, const gw_samplegroups_t *g,
                              const gw_clustersamples_args_t *a, known_t *l, gw_err_t *err)
{
    gw_status_t st = gw_labels_load(a->labels, a->label_column, &l->table, err);
    if (st == GW_OK)
        st = match_labels(s, l, a->labels, err);
    return st == GW_OK ? compare(s, g, l, err) : st;
}

static void known_release(known_t *l)
{
    free(l->name);
    free(l->of);
    gw_labels_release(&l->table);
}

/* 3. the report */
enum { CELL = 48 };

static void table(gw_report_t *r, const char *name, size_t n_cols, const char *const *columns,
                  size_t n_rows, char (*text)[CELL])
{
    const char **cell = gw_malloc(n_cols * n_rows, sizeof *cell);
    for (size_t i = 0; cell && i < n_cols * n_rows; i++)
        cell[i] = text[i];
    if (cell)
        gw_report_table(r, name, n_cols, columns, n_rows, cell);
    free(cell);
}

static void report_sizes(gw_report_t *r, const gw_samples_t *s, const gw_samplegroups_t *g)
{
    static const char *const columns[] = {"cluster", "samples", "mean silhouette"};
    size_t rows = (size_t)g->k;
    char(*text)[CELL] = gw_malloc(3 * rows, sizeof *text);
    for (size_t k = 0; text && k < rows; k++) {
        double sum = 0;
        int64_t n = 0;
        for (int64_t i = 0; i < s->n; i++)
            if (g->group[i] == (int32_t)k + 1 && !isnan(g->width[i])) {
                sum += g->width[i];
                n++;
            }
        snprintf(text[3 * k], CELL, "%zu", k + 1);
        snprintf(text[3 * k + 1], CELL, "%lld", (long long)g->size[k + 1]);
        snprintf(text[3 * k + 2], CELL, n ? "%.4f" : "NA", n ? sum / (double)n : 0);
    }
    if (text)
        table(r, "clusters", 3, columns, rows, text);
    free(text);
}

static void report_trials(gw_report_t *r, const gw_samplegroups_t *g, bool bic)
{
    const char *columns[] = {"clusters", "covariance", bic ? "BIC" : "mean silhouette"};
    size_t rows = (size_t)g->n_trials;
    char(*text)[CELL] = gw_malloc(3 * rows, sizeof *text);
    for (size_t i = 0; text && i < rows; i++) {
        snprintf(text[3 * i], CELL, "%d", g->trial[i].k);
        snprintf(text[3 * i + 1], CELL, "%s", *g->trial[i].form ? g->trial[i].form : "-");
        snprintf(text[3 * i + 2], CELL, bic ? "%.2f" : "%.4f", g->trial[i].score);
    }
    if (text && rows)
        table(r, "numbers of clusters tried", 3, columns, rows, text);
    free(text);
}

static void report_labels(gw_report_t *r, const gw_samples_t *s, const gw_samplegroups_t *g,
                          const known_t *l)
{
    static const char *const columns[] = {"label", "cluster", "samples"};
    gw_report_section(r, "labels");
    gw_report_int(r, "labelled", "samples with a label", l->labelled);
    gw_report_double(r, "ari", "adjusted Rand index", l->agreement.ari);
    gw_report_double(r, "nmi", "normalised mutual information", l->agreement.nmi);
    size_t cells = (size_t)l->n * ((size_t)g->k + 1), rows = 0;
    int64_t *count = gw_calloc(cells, sizeof *count);
    char(*text)[CELL] = gw_malloc(3 * cells, sizeof *text);
    for (int64_t i = 0; count && i < s->n; i++)
        if (l->of[i] >= 0)
            count[(int64_t)l->of[i] * (g->k + 1) + g->group[i]]++;
    for (size_t c = 0; count && text && c < cells; c++) {
        if (!count[c])
            continue;
        snprintf(text[3 * rows], CELL, "%.40s", l->name[c / ((size_t)g->k + 1)]);
        snprintf(text[3 * rows + 1], CELL, "%zu", c % ((size_t)g->k + 1));
        snprintf(text[3 * rows++ + 2], CELL, "%lld", (long long)count[c]);
    }
    if (count && text)
        table(r, "labels and clusters", 3, columns, rows, text);
    free(count);
    free(text);
}

/* The first two columns, at most some thousands of points a cluster. */
static void report_scatter(gw_report_t *r, const gw_samples_t *s, const gw_samplegroups_t *g)
{
    enum { SHOWN = 2000 };
    if (!s->x || s->d < 2 || g->k > 40)
        return;
    double *x = gw_malloc(SHOWN, sizeof *x), *y = gw_malloc(SHOWN, sizeof *y);
    if (x && y)
        gw_report_plot(r, GW_PLOT_POINTS, "samples", s->column[0], s->column[1]);
    for (int32_t k = g->size[0] ? 0 : 1; x && y && k <= g->k; k++) {
        char name[24];
        snprintf(name, sizeof name, k ? "cluster %d" : "noise", k);
        int64_t step = g->size[k] / SHOWN + 1, seen = 0;
        size_t n = 0;
        for (int64_t i = 0; i < s->n; i++)
            if (g->group[i] == k && seen++ % step == 0) {
                x[n] = s->x[i * s->d];
                y[n++] = s->x[i * s->d + 1];
            }
        gw_report_series(r, name, n, x, y);
    }
    free(x);
    free(y);
}

static gw_status_t write_report(const gw_invocation_t *inv, const gw_clustersamples_args_t *a,
                                const gw_samples_t *s, const gw_samplegroups_t *g, const known_t *l,
                                gw_err_t *err)
{
    if (!inv->common.report && !inv->common.json)
        return GW_OK;
    gw_report_t *r = gw_report_create("cluster", inv->command_line);
    if (!r)
        return gw_err_nomem(err, "writing the report");
    gw_report_section(r, "clusters");
    gw_report_string(r, "method", "method", method_names[a->method]);
    gw_report_int(r, "samples", "samples", s->n);
    if (s->x)
        gw_report_int(r, "columns", "columns of numbers", s->d);
    gw_report_int(r, "clusters", "clusters", g->k);
    if (a->method == GW_SAMPLES_DBSCAN)
        gw_report_int(r, "noise", "samples in no cluster", g->size[0]);
    if (a->method == GW_SAMPLES_KMEANS)
        gw_report_double(r, "inertia", "sum of squared distances to the centres", g->inertia);
    if (a->method == GW_SAMPLES_GMM) {
        gw_report_string(r, "covariance", "covariance", g->form);
        gw_report_double(r, "bic", "BIC", g->bic);
    }
    gw_report_string(r, "converged", "converged", g->converged ? "yes" : "no");
    gw_report_double(r, "silhouette", "mean silhouette", g->mean_width);
    gw_report_int(r, "silhouette_samples", "samples with a silhouette", g->scored);
    report_sizes(r, s, g);
    report_trials(r, g, a->method == GW_SAMPLES_GMM);
    report_scatter(r, s, g);
    if (l->of)
        report_labels(r, s, g, l);
    gw_status_t st = gw_report_write(r, inv->common.report, inv->common.json, err);
    gw_report_destroy(r);
    return st;
}

/* 4. outputs */
typedef struct {
    const gw_samples_t *s;
    const gw_samplegroups_t *g;
} shown_t;

static gw_status_t put_groups(const shown_t *v, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_samplegroups_write(v->s, v->g, f);
    return GW_OK;
}

static gw_status_t put_centres(const shown_t *v, FILE *f, gw_err_t *err)
{
    (void)err;
    gw_samplegroups_centres(v->s, v->g, f);
    return GW_OK;
}

static gw_status_t put_tree(const shown_t *v, FILE *f, gw_err_t *err)
{
    return gw_hclust_newick(v->s, v->g->merge, f, err);
}

static gw_status_t write_one(const shown_t *v, const char *prefix, const char *ending,
                             gw_status_t (*put)(const shown_t *, FILE *, gw_err_t *), gw_err_t *err)
{
    char *path = gw_asprintf("%s.%s", prefix, ending);
    if (!path)
        return gw_err_nomem(err, "naming outputs");
    gw_outfile_t o = {0};
    gw_status_t st = gw_outfile_fopen(&o, path, err);
    if (st == GW_OK)
        st = put(v, o.file, err);
    if (st == GW_OK)
        st = gw_outfile_commit(&o, err);
    gw_outfile_discard(&o);
    free(path);
    return st;
}

static gw_status_t write_all(const shown_t *v, const char *prefix, gw_err_t *err)
{
    if (!prefix)
        return put_groups(v, stdout, err);
    gw_status_t st = GW_OK;
    if (v->g->centre)
        st = write_one(v, prefix, "centres.tsv", put_centres, err);
    if (st == GW_OK && v->g->merge)
        st = write_one(v, prefix, "nwk", put_tree, err);
    return st == GW_OK ? write_one(v, prefix, "tsv", put_groups, err) : st;
}

/* 5. running */
static void tell(const gw_samples_t *s, const gw_samplegroups_t *g, const known_t *l)
{
    char noise[48] = "", width[64] = "", agree[64] = "";
    if (g->size[0])
        snprintf(noise, sizeof noise, ", %lld samples in none", (long long)g->size[0]);
    if (g->scored)
        snprintf(width, sizeof width, "; mean silhouette %.4f%s", g->mean_width,
                 g->scored < s->n - g->size[0] ? " (of a sample)" : "");
    if (l->of)
        snprintf(agree, sizeof agree, "; ARI %.4f, NMI %.4f", l->agreement.ari, l->agreement.nmi);
    gw_log_info("%lld samples, %d clusters%s%s%s", (long long)s->n, g->k, noise, width, agree);
    if (!g->converged)
        gw_log_warning("stopped before it converged; try more --restarts or fewer clusters");
}

gw_status_t gw_clustersamples_run(const gw_invocation_t *inv, const gw_clustersamples_args_t *a,
                                  const char *prefix, gw_err_t *err)
{
    gw_status_t st = check(inv, a, err);
    if (st != GW_OK)
        return st;
    gw_samples_t s = {0};
    gw_samplegroups_t g = {0};
    known_t l = {0};
    gw_samples_opts_t load = {.distances = a->distances,
                              .id_columns = (int)a->id_columns,
                              .dims = (int)a->dims,
                              .standardize = a->standardize};
    gw_samplegroups_opts_t how = {.method = (gw_samplemethod_t)a->method,
                                  .k = (int32_t)a->k,
                                  .k_max = (int32_t)a->k_max,
                                  .restarts = (int)a->restarts,
                                  .covariance = (gw_covariance_t)a->covariance,
                                  .linkage = (gw_linkage_t)a->linkage,
                                  .height = a->height,
                                  .eps = a->eps,
                                  .min_points = a->min_points,
                                  .seed = (uint64_t)a->seed,
                                  .threads = (int)inv->common.threads};
    st = gw_samples_load(&s, inv->operands.v[0], &load, err);
    if (st == GW_OK)
        st = gw_samplegroups_run(&s, &how, &g, err);
    if (st == GW_OK && a->labels)
        st = use_labels(&s, &g, a, &l, err);
    shown_t v = {&s, &g};
    if (st == GW_OK)
        st = write_all(&v, prefix, err);
    if (st == GW_OK)
        st = write_report(inv, a, &s, &g, &l, err);
    if (st == GW_OK)
        tell(&s, &g, &l);
    known_release(&l);
    gw_samplegroups_release(&g);
    gw_samples_release(&s);
    return st;
}
