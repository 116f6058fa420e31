#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "io/lines.h"
#include "pca/ancestry.h"

enum { NEIGHBOURS = GW_ANCESTRY_NEIGHBOURS, MAX_LINE = 1 << 20 };
static const double MIN_SUPPORT = 0.6, QUANTILE = 0.95, TIMES = 2;

typedef struct {
    const char *label;
    double limit;
} group_t;

struct gw_ancestry {
    int k;
    size_t n, cap_at, cap_group, n_groups, cap_groups;
    double *at;      /* k a sample, scaled */
    int *group;      /* of each sample */
    group_t *groups; /* in the order of their labels */
    double *scale;   /* k */
    gw_arena_t text;
};

typedef struct {
    double distance;
    size_t i;
} neighbour_t;

/* The nearest samples to x but for `without`, nearest first; ties by number. Returns how many. */
static size_t nearest(const gw_ancestry_t *a, const double *x, size_t without, neighbour_t *best)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++) {
        double d = 0;
        for (int c = 0; c < a->k; c++) {
            double e = a->at[i * (size_t)a->k + (size_t)c] - x[c];
            d += e * e;
        }
        if (i == without || (n == NEIGHBOURS && d >= best[n - 1].distance))
            continue;
        size_t j = n < NEIGHBOURS ? n++ : n - 1;
        for (; j > 0 && best[j - 1].distance > d; j--)
            best[j] = best[j - 1];
        best[j] = (neighbour_t){d, i};
    }
    return n;
}

static double mean_distance(const neighbour_t *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += sqrt(v[i].distance);
    return n ? sum / (double)n : INFINITY;
}

static int double_cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Each label's limit from its own samples, each left out in turn. */
static gw_status_t set_limits(gw_ancestry_t *a, gw_err_t *err)
{
    double *all = gw_malloc(a->n, sizeof *all), *own = gw_malloc(a->n, sizeof *own);
    if (!all || !own) {
        free(all);
        free(own);
        return gw_err_nomem(err, "reading the reference");
    }
    for (size_t i = 0; i < a->n; i++) {
        neighbour_t v[NEIGHBOURS];
        size_t n = nearest(a, a->at + i * (size_t)a->k, i, v);
        all[i] = mean_distance(v, n);
    }
    for (size_t g = 0; g < a->n_groups; g++) {
        size_t n = 0;
        for (size_t i = 0; i < a->n; i++)
            if (a->group[i] == (int)g)
                own[n++] = all[i];
        qsort(own, n, sizeof *own, double_cmp);
        a->groups[g].limit = TIMES * own[(size_t)(QUANTILE * (double)(n - 1))];
    }
    free(all);
    free(own);
    return GW_OK;
}

static int group_of(gw_ancestry_t *a, const char *label)
{
    for (size_t g = 0; g < a->n_groups; g++)
        if (strcmp(a->groups[g].label, label) == 0)
            return (int)g;
    if (!GW_GROW(a->groups, a->cap_groups, a->n_groups + 1))
        return -1;
    const char *copy = gw_arena_strndup(&a->text, label, strlen(label));
    if (!copy)
        return -1;
    a->groups[a->n_groups] = (group_t){copy, 0};
    return (int)a->n_groups++;
}

static gw_status_t add_sample(gw_ancestry_t *a, const gw_lines_t *in, char *line,
                              const gw_labels_t *labels, gw_err_t *err)
{
    size_t k = (size_t)a->k, n_fields = 0;
    const char *label = NULL;
    if (!GW_GROW(a->at, a->cap_at, (a->n + 1) * k) || !GW_GROW(a->group, a->cap_group, a->n + 1))
        return gw_err_nomem(err, "reading the reference");
    for (char *p = line, *next; p; p = next, n_fields++) {
        double x = 0;
        next = strchr(p, '\t');
        if (next)
            *next++ = '\0';
        if (n_fields == 1)
            label = gw_labels_find(labels, p);
        if (n_fields < 2)
            continue;
        if (n_fields >= k + 2 || !gw_text_double(p, &x))
            return gw_err_set(err, GW_EDATA,
                              "%s: line %" PRIu64 " does not fit the loadings' %d components",
                              in->path, in->number, a->k);
        a->at[a->n * k + n_fields - 2] = x * a->scale[n_fields - 2];
    }
    if (n_fields != k + 2)
        return gw_err_set(err, GW_EDATA,
                          "%s: line %" PRIu64 " does not fit the loadings' %d components", in->path,
                          in->number, a->k);
    if (!label)
        return GW_OK;
    int g = group_of(a, label);
    if (g < 0)
        return gw_err_nomem(err, "reading the reference");
    a->group[a->n++] = g;
    return GW_OK;
}

static gw_status_t read_samples(gw_ancestry_t *a, const char *path, const gw_labels_t *labels,
                                gw_err_t *err)
{
    gw_stream_t *stream;
    gw_lines_t in = {0};
    gw_status_t st = gw_stream_open(path, &stream, err);
    if (st == GW_OK)
        st = gw_lines_init(&in, stream, path, MAX_LINE, err);
    while (st == GW_OK) {
        const char *line;
        size_t len;
        st = gw_lines_next(&in, &line, &len, err);
        if (st != GW_OK || !line)
            break;
        if (in.number == 1 && line[0] == '#')
            continue;
        char *copy = gw_strndup(line, len);
        st = copy ? add_sample(a, &in, copy, labels, err)
                  : gw_err_nomem(err, "reading the reference");
        free(copy);
    }
    gw_lines_release(&in);
    return st;
}

gw_status_t gw_ancestry_load(const char *prefix, const gw_loadings_t *l, const gw_labels_t *labels,
                             gw_ancestry_t **out, gw_err_t *err)
{
    struct stat info;
    gw_ancestry_t *a = gw_calloc(1, sizeof *a);
    char *path = gw_asprintf("%s.eigenvec", prefix),
         *packed = gw_asprintf("%s.eigenvec.gz", prefix);
    gw_status_t st = GW_OK;
    if (a) {
        gw_arena_init(&a->text, 1 << 12);
        a->k = l->k;
        a->scale = gw_malloc((size_t)l->k, sizeof *a->scale);
    }
    if (!a || !path || !packed || !a->scale)
        st = gw_err_nomem(err, "reading the reference");
    for (int c = 0; st == GW_OK && c < l->k; c++)
        a->scale[c] = sqrt(l->value[c]);
    if (st == GW_OK)
        st = read_samples(a, stat(path, &info) == 0 ? path : packed, labels, err);
    if (st == GW_OK && a->n <= NEIGHBOURS)
        st =
            gw_err_set(err, GW_EDATA, "%s: %zu of its samples have labels; more than %d are needed",
                       path, a->n, NEIGHBOURS);
    if (st == GW_OK)
        st = set_limits(a, err);
    free(path);
    free(packed);
    if (st != GW_OK)
        gw_ancestry_destroy(a);
    else
        *out = a;
    return st;
}

void gw_ancestry_destroy(gw_ancestry_t *a)
{
    if (!a)
        return;
    free(a->at);
    free(a->group);
    free(a->groups);
    free(a->scale);
    gw_arena_release(&a->text);
    free(a);
}

size_t gw_ancestry_n_samples(const gw_ancestry_t *a)
{
    return a->n;
}

size_t gw_ancestry_n_groups(const gw_ancestry_t *a)
{
    return a->n_groups;
}

const char *gw_ancestry_group(const gw_ancestry_t *a, size_t g)
{
    return a->groups[g].label;
}

size_t gw_ancestry_component(const gw_ancestry_t *a, size_t g, int c, double *out)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++)
        if (a->group[i] == (int)g)
            out[n++] = a->at[i * (size_t)a->k + (size_t)c] / a->scale[c];
    return n;
}

/* 2. assignment */
gw_assignment_t gw_ancestry_assign(const gw_ancestry_t *a, const double *place, int64_t stride)
{
    neighbour_t v[NEIGHBOURS];
    double x[GW_LOADINGS_MAX_K];
    for (int c = 0; c < a->k; c++)
        x[c] = place[c * stride] * a->scale[c];
    size_t n = nearest(a, x, a->n, v), most = 0;
    int best = -1;
    for (size_t i = 0; i < n; i++) { /* ties go to the label of the nearer sample */
        size_t votes = 0;
        for (size_t j = 0; j < n; j++)
            votes += a->group[v[j].i] == a->group[v[i].i];
        if (votes > most) {
            most = votes;
            best = a->group[v[i].i];
        }
    }
    gw_assignment_t out = {.support = (double)most / (double)n,
                           .distance = mean_distance(v, n) / a->groups[best].limit};
    out.label = out.support < MIN_SUPPORT || out.distance > 1 ? "unknown" : a->groups[best].label;
    return out;
}
