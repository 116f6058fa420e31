#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cluster/sizename.h"
#include "cluster/ucpath.h"
#include "cluster/write.h"

enum { UC_BATCH = 4096 }; /* members whose alignments are kept at a time */

/* 1. the order of output */
typedef struct {
    int32_t rep, n_uniq;
    int64_t records, abundance;
} cluster_t;

static int cmp_cluster(const void *x, const void *y)
{
    const cluster_t *a = x, *b = y;
    if (a->abundance != b->abundance)
        return a->abundance > b->abundance ? -1 : 1;
    if (a->records != b->records)
        return a->records > b->records ? -1 : 1;
    return a->rep < b->rep ? -1 : a->rep > b->rep;
}

static bool left_out(const gw_clusterview_t *v, int32_t u)
{
    return v->c->left_out && v->c->left_out[u];
}

static void fill(gw_clusterview_t *v, cluster_t *all, int32_t *place)
{
    const gw_seqset_t *s = v->s;
    for (int32_t u = 0; u < s->n; u++)
        all[u] = (cluster_t){.rep = u};
    for (int32_t u = 0; u < s->n; u++) {
        cluster_t *k = &all[v->c->rep[u]];
        if (left_out(v, u))
            continue;
        k->n_uniq++;
        for (int64_t r = s->first[u]; r < s->first[u + 1]; r++) {
            k->records++;
            k->abundance += s->rec[r].size;
        }
    }
    v->n = 0;
    for (int32_t u = 0; u < s->n; u++)
        if (v->c->rep[u] == u && !left_out(v, u))
            all[v->n++] = all[u];
    qsort(all, (size_t)v->n, sizeof *all, cmp_cluster);
    v->first[0] = 0;
    for (int32_t k = 0; k < v->n; k++) {
        v->rep[k] = all[k].rep;
        v->records[k] = all[k].records;
        v->abundance[k] = all[k].abundance;
        v->first[k + 1] = v->first[k] + all[k].n_uniq;
        place[all[k].rep] = v->first[k] + 1;
        v->uniq[v->first[k]] = all[k].rep;
    }
    for (int32_t u = 0; u < s->n; u++) {
        v->figure[u] = -1;
        if (v->c->rep[u] != u && !left_out(v, u))
            v->uniq[place[v->c->rep[u]]++] = u;
    }
    for (size_t i = 0; i < v->c->n_figures; i++)
        v->figure[v->c->figures[i].member] = (int32_t)i;
}

gw_status_t gw_clusterview_init(gw_clusterview_t *v, const gw_seqset_t *s, const gw_clusters_t *c,
                                gw_covmode_t cov_mode, gw_err_t *err)
{
    size_t n = (size_t)s->n;
    *v = (gw_clusterview_t){.s = s, .c = c, .cov_mode = cov_mode, .threads = 1};
    v->rep = gw_malloc(n, sizeof *v->rep);
    v->first = gw_malloc(n + 1, sizeof *v->first);
    v->uniq = gw_malloc(n, sizeof *v->uniq);
    v->records = gw_malloc(n, sizeof *v->records);
    v->abundance = gw_malloc(n, sizeof *v->abundance);
    v->figure = gw_malloc(n, sizeof *v->figure);
    cluster_t *all = gw_malloc(n, sizeof *all);
    int32_t *place = gw_malloc(n, sizeof *place);
    gw_status_t st = GW_OK;
    if (!v->rep || !v->first || !v->uniq || !v->records || !v->abundance || !v->figure || !all ||
        !place)
        st = gw_err_nomem(err, "ordering clusters");
    else
        fill(v, all, place);
    free(all);
    free(place);
    return st;
}

void gw_clusterview_release(gw_clusterview_t *v)
{
    free(v->rep);
    free(v->first);
    free(v->uniq);
    free(v->records);
    free(v->abundance);
    free(v->figure);
    memset(v, 0, sizeof *v);
}

/* 2. formats */
typedef struct {
    double identity, coverage;
    bool reverse;
} shown_t;

static shown_t shown(const gw_clusterview_t *v, int32_t u)
{
    shown_t r = {1, 1, false};
    if (v->figure[u] < 0)
        return r;
    const gw_figures_t *f = &v->c->figures[v->figure[u]];
    double rep = (double)f->rep_span / gw_seqset_len(v->s, f->rep);
    double member = (double)f->member_span / gw_seqset_len(v->s, u);
    r.identity = f->columns > 0 ? (double)f->matches / f->columns : 0;
    r.coverage = v->cov_mode == GW_COV_QUERY    ? member
                 : v->cov_mode == GW_COV_TARGET ? rep
                                                : (rep < member ? rep : member);
    r.reverse = f->reverse;
    return r;
}

static const char *name_of(const gw_clusterview_t *v, int32_t u)
{
    return v->s->rec[v->s->first[u]].name;
}

static void write_tsv(const gw_clusterview_t *v, FILE *f, int32_t k)
{
    for (int32_t i = v->first[k]; i < v->first[k + 1]; i++) {
        int32_t u = v->uniq[i];
        shown_t r = shown(v, u);
        for (int64_t m = v->s->first[u]; m < v->s->first[u + 1]; m++)
            fprintf(f, "%s\t%s\t%.4f\t%.4f\n", name_of(v, v->rep[k]), v->s->rec[m].name, r.identity,
                    r.coverage);
    }
}

static void write_clstr(const gw_clusterview_t *v, FILE *f, int32_t k)
{
    bool dna = v->s->kind == GW_SEQ_DNA;
    int64_t line = 0;
    fprintf(f, ">Cluster %d\n", k);
    for (int32_t i = v->first[k]; i < v->first[k + 1]; i++) {
        int32_t u = v->uniq[i];
        shown_t r = shown(v, u);
        for (int64_t m = v->s->first[u]; m < v->s->first[u + 1]; m++, line++) {
            fprintf(f, "%lld\t%d%s, >%s... ", (long long)line, gw_seqset_len(v->s, u),
                    dna ? "nt" : "aa", v->s->rec[m].name);
            if (line == 0)
                fputs("*\n", f);
            else
                fprintf(f, "at %s%.2f%%\n", dna ? (r.reverse ? "-/" : "+/") : "", r.identity * 100);
        }
    }
}

/* path: of the cluster's uniques, the representative's first */
static void write_uc(const gw_clusterview_t *v, FILE *f, int32_t k, char *const *path)
{
    const char *rep = name_of(v, v->rep[k]);
    bool dna = v->s->kind == GW_SEQ_DNA;
    for (int32_t i = v->first[k]; i < v->first[k + 1]; i++) {
        int32_t u = v->uniq[i];
        shown_t r = shown(v, u);
        for (int64_t m = v->s->first[u]; m < v->s->first[u + 1]; m++) {
            bool seed = u == v->rep[k] && m == v->s->first[u];
            if (seed)
                fprintf(f, "S\t%d\t%d\t*\t*\t*\t*\t*\t%s\t*\n", k, gw_seqset_len(v->s, u), rep);
            else
                fprintf(f, "H\t%d\t%d\t%.1f\t%s\t0\t0\t%s\t%s\t%s\n", k,
                        gw_seqset_len(v->s, u), r.identity * 100,
                        !dna        ? "."
                        : r.reverse ? "-"
                                    : "+",
                        path[i - v->first[k]], v->s->rec[m].name, rep);
        }
    }
    fprintf(f, "C\t%d\t%lld\t*\t*\t*\t*\t*\t%s\t*\n", k, (long long)v->abundance[k], rep);
}

static gw_status_t write_ucs(const gw_clusterview_t *v, FILE *f, gw_err_t *err)
{
    char **path = NULL;
    size_t cap = 0;
    gw_status_t st = GW_OK;
    for (int32_t from = 0, to; st == GW_OK && from < v->n && !ferror(f); from = to) {
        to = from + 1;
        while (to < v->n && v->first[to + 1] - v->first[from] <= UC_BATCH)
            to++;
        size_t n = (size_t)(v->first[to] - v->first[from]);
        if (!GW_GROW(path, cap, n)) {
            st = gw_err_nomem(err, "writing clusters");
            break;
        }
        memset(path, 0, n * sizeof *path);
        st = gw_ucpath_find(v, from, to, path, err);
        for (int32_t k = from; st == GW_OK && k < to; k++)
            write_uc(v, f, k, path + (v->first[k] - v->first[from]));
        for (size_t i = 0; i < n; i++)
            free(path[i]);
    }
    free(path);
    return st;
}

gw_status_t gw_clusterview_write(const gw_clusterview_t *v, gw_clusterfmt_t fmt, FILE *f,
                                 gw_err_t *err)
{
    if (fmt == GW_CLUSTERS_UC)
        return write_ucs(v, f, err);
    char *text = gw_malloc((size_t)v->s->longest + 1, 1);
    if (!text)
        return gw_err_nomem(err, "writing clusters");
    for (int32_t k = 0; k < v->n && !ferror(f); k++) {
        switch (fmt) {
        case GW_CLUSTERS_TSV:
            write_tsv(v, f, k);
            break;
        case GW_CLUSTERS_CLSTR:
            write_clstr(v, f, k);
            break;
        default:
            gw_seqset_text(v->s, v->rep[k], text);
            fputc('>', f);
            if (v->sizes)
                gw_sizename_write(name_of(v, v->rep[k]), v->abundance[k], f);
            else
                fputs(name_of(v, v->rep[k]), f);
            fprintf(f, "\n%s\n", text);
            break;
        }
    }
    free(text);
    return GW_OK;
}
