#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pca/outlier.h"

/* 1. distances */
static double over(double difference, double deviation)
{
    return difference == 0 ? 0 : difference / deviation;
}

static void by_sigma(int64_t n, const double *u, double *distance)
{
    double mean = 0, squares = 0;
    for (int64_t i = 0; i < n; i++)
        mean += u[i];
    mean /= (double)n;
    for (int64_t i = 0; i < n; i++)
        squares += (u[i] - mean) * (u[i] - mean);
    for (int64_t i = 0; i < n; i++)
        distance[i] = over(u[i] - mean, sqrt(squares / (double)n));
}

static int double_cmp(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(int64_t n, double *v) /* sorts v */
{
    qsort(v, (size_t)n, sizeof *v, double_cmp);
    return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

static void by_median(int64_t n, const double *u, double *work, double *distance)
{
    memcpy(work, u, (size_t)n * sizeof *work);
    double middle = median(n, work);
    for (int64_t i = 0; i < n; i++)
        work[i] = fabs(u[i] - middle);
    double deviation = 1.4826 * median(n, work); /* of a normal law: its standard deviation */
    for (int64_t i = 0; i < n; i++)
        distance[i] = over(u[i] - middle, deviation);
}

gw_status_t gw_outlier_measure(gw_outlier_rule_t rule, int64_t n, int k, const double *vector,
                               gw_outlier_t *out, gw_err_t *err)
{
    memset(out, 0, (size_t)n * sizeof *out);
    double *distance = gw_malloc(2 * (size_t)n, sizeof *distance);
    if (!distance)
        return gw_err_nomem(err, "looking for outliers");
    for (int c = 0; c < k; c++) {
        if (rule == GW_OUTLIER_SIGMA)
            by_sigma(n, vector + c * n, distance);
        else
            by_median(n, vector + c * n, distance + n, distance);
        for (int64_t i = 0; i < n; i++)
            if (fabs(distance[i]) > fabs(out[i].distance))
                out[i] = (gw_outlier_t){distance[i], c};
    }
    free(distance);
    return GW_OK;
}

/* 2. the list */
static gw_status_t take(gw_outliers_t *l, const gw_outlier_opts_t *o, int round,
                        const gw_pcaids_t *ids, const gw_outlier_t *found, bool *keep,
                        gw_err_t *err)
{
    for (int64_t i = 0; i < ids->n; i++) {
        bool beyond = fabs(found[i].distance) > o->limit;
        if (keep)
            keep[i] = !beyond;
        if (keep && !beyond)
            continue;
        if (!GW_GROW(l->v, l->cap, l->n + 1))
            return gw_err_nomem(err, "listing outliers");
        l->v[l->n++] = (gw_outlier_row_t){.family = ids->family[i],
                                          .sample = ids->sample[i],
                                          .at = found[i],
                                          .round = round,
                                          .beyond = beyond,
                                          .left_out = keep != NULL};
        l->n_beyond += beyond && !keep;
        l->n_left_out += keep != NULL;
    }
    return GW_OK;
}

gw_status_t gw_outlier_add(gw_outliers_t *l, const gw_outlier_opts_t *o, int round,
                           const gw_pcaids_t *ids, int k, const double *vector, bool *keep,
                           gw_err_t *err)
{
    gw_outlier_t *found = gw_malloc((size_t)ids->n, sizeof *found);
    gw_status_t st = found ? GW_OK : gw_err_nomem(err, "looking for outliers");
    if (st == GW_OK)
        st = gw_outlier_measure(o->rule, ids->n, k < o->components ? k : o->components, vector,
                                found, err);
    if (st == GW_OK)
        st = take(l, o, round, ids, found, keep, err);
    free(found);
    return st;
}

const char *gw_outlier_status(const gw_outlier_row_t *r)
{
    return r->left_out ? "left_out" : r->beyond ? "beyond" : "kept";
}

void gw_outlier_write(const gw_outliers_t *l, FILE *f)
{
    fputs("#FID\tIID\tROUND\tCOMPONENT\tDISTANCE\tSTATUS\n", f);
    for (size_t i = 0; i < l->n; i++) {
        const gw_outlier_row_t *r = &l->v[i];
        fprintf(f, "%s\t%s\t%d\tPC%d\t%.6g\t%s\n", r->family, r->sample, r->round,
                r->at.component + 1, r->at.distance, gw_outlier_status(r));
    }
}

void gw_outlier_release(gw_outliers_t *l)
{
    free(l->v);
    memset(l, 0, sizeof *l);
}
