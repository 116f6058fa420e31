/* tests/bench/fold_cv.c -- recognition by cross-validation over folds of a labelled library
 *
 * usage: fold_cv LIB.gwt QUERIES.txt NETDIR EASY.tsv [name=value...]
 * LIB.gwt      templates whose labels begin with a SCOP class (a.1.2.3)
 * QUERIES.txt  names of templates to search with, one a line (further columns are ignored)
 * NETDIR       sspred_{prof,seq}_{0,1,2}.f16 of refs/fold/train_sspred.py: a query uses the
 * networks that were trained without its own fold's part EASY.tsv     pairs of names that mmseqs2
 * finds at E < 1e-3; "remote" leaves them out name=value   input=prof|seq (seq hides the profile: a
 * FASTA query); every=K takes each K-th query; threads=N; out=FILE (query, template, z, E, relation
 * of the first 400 hits); score parameters A query's own entry is hidden from the search. Prints,
 * by level, the share of queries whose best hit (after removing closer relatives) is right; hits of
 * other folds by E; CPU seconds.
 */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "fold/search.h"
#include "fold/sspred.h"

typedef struct {
    char fold[96], sf[96], fam[96];
} label_t;

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void parse_label(const char *s, label_t *l)
{
    int dot = 0;
    char buf[96];
    snprintf(buf, sizeof buf, "%s", s);
    memset(l, 0, sizeof *l);
    for (char *p = buf; *p && *p != ' '; p++) {
        if (*p == '.' && ++dot == 2)
            snprintf(l->fold, sizeof l->fold, "%.*s", (int)(p - buf), buf);
        else if (*p == '.' && dot == 3)
            snprintf(l->sf, sizeof l->sf, "%.*s", (int)(p - buf), buf);
    }
    snprintf(l->fam, sizeof l->fam, "%s", buf);
}

static char **easy;
static size_t n_easy;

static int is_easy(const char *q, const char *t)
{
    char key[600], *p = key;
    snprintf(key, sizeof key, "%s\t%s", q, t);
    return bsearch(&p, easy, n_easy, sizeof *easy, by_text) != NULL;
}

static void load_easy(const char *path)
{
    FILE *f = fopen(path, "r");
    char line[256];
    size_t cap = 0;
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        if (!GW_GROW(easy, cap, n_easy + 1))
            exit(104);
        easy[n_easy++] = gw_strdup(line);
    }
    if (f)
        fclose(f);
    qsort(easy, n_easy, sizeof *easy, by_text);
}

enum { FAM, SF, REMOTE, FOLD, LEVELS };

/* 0: not of this level and a miss when found; 1: right; -1: left out */
static int relation(int level, const label_t *q, const label_t *t, int easy_pair)
{
    int fam = !strcmp(q->fam, t->fam), sf = !strcmp(q->sf, t->sf), fold = !strcmp(q->fold, t->fold);
    if (level == FAM)
        return fam;
    if (level == SF)
        return fam ? -1 : sf;
    if (level == REMOTE)
        return fam || (sf && easy_pair) ? -1 : sf;
    return sf ? -1 : fold;
}

/* networks of refs/fold/train_sspred.py, one for each part of the folds */
enum { PARTS = 3 };
typedef struct {
    uint8_t *prof[PARTS], *seq[PARTS];
} nets_t;

static uint8_t *load_net(const char *dir, const char *input, int part)
{
    char path[4096];
    size_t n = gw_sspred_weights_size();
    uint8_t *w = gw_malloc(n, 1);
    snprintf(path, sizeof path, "%s/sspred_%s_%d.f16", dir, input, part);
    FILE *f = fopen(path, "rb");
    if (!w || !f || fread(w, 1, n, f) != n) {
        fprintf(stderr, "fold_cv: %s: cannot read the weights\n", path);
        exit(66);
    }
    fclose(f);
    return w;
}

static void die(const gw_err_t *err)
{
    fprintf(stderr, "fold_cv: %s\n", err->msg);
    exit((int)err->status);
}

typedef struct {
    gw_search_lib_t lib;
    label_t *label;
    int *part; /* [template] of its fold */
    nets_t net;
    gw_search_opts_t opts;
    bool hide_profile;
    FILE *out;
    int n_queries, n[LEVELS], top1[LEVELS], top5[LEVELS];
    double roc[LEVELS], cells;
    int64_t false_at[5];
} cv_t;
static const double limit[5] = {1e-3, 1e-2, 0.1, 1, 10};

static void load_labels(cv_t *c)
{
    size_t n = c->lib.feat.n, n_folds = 0;
    char **folds = gw_calloc(n, sizeof *folds);
    c->label = gw_calloc(n, sizeof *c->label);
    c->part = gw_calloc(n, sizeof *c->part);
    for (size_t i = 0; i < n; i++) {
        parse_label(gw_tlib_label(c->lib.lib, i), &c->label[i]);
        folds[i] = c->label[i].fold;
    }
    qsort(folds, n, sizeof *folds, by_text);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(folds[i], folds[n_folds - 1]))
            folds[n_folds++] = folds[i];
    for (size_t i = 0; i < n; i++) {
        char *key = c->label[i].fold, **me = bsearch(&key, folds, n_folds, sizeof *folds, by_text);
        c->part[i] = (int)((me - folds) % PARTS);
    }
    free(folds);
}

/* the ranking of query `self` at one level */
static void count_level(cv_t *c, int level, size_t self, const gw_search_hit_t *hit)
{
    int rank = 0, found = 0, all = 0, before = 0;
    bool open = true;
    for (size_t i = 0; i < c->lib.feat.n; i++) {
        size_t t = hit[i].tmpl;
        if (t == self)
            continue;
        const label_t *x = &c->label[t], *q = &c->label[self];
        int r = relation(level, q, x,
                         level == REMOTE && !strcmp(x->sf, q->sf) &&
                             is_easy(gw_tlib_name(c->lib.lib, self), gw_tlib_name(c->lib.lib, t)));
        open &= !strcmp(x->fold, q->fold);
        all += r == 1;
        before += r == 1 && open;
        rank += r >= 0;
        if (r == 1 && !found)
            found = rank;
    }
    if (!all)
        return;
    c->n[level]++;
    c->top1[level] += found == 1;
    c->top5[level] += found && found <= 5;
    c->roc[level] += (double)before / all;
}

static void run_query(cv_t *c, size_t self)
{
    enum { KEEP = 400 };
    gw_err_t err = {0};
    gw_template_t q;
    gw_profile_t prof;
    gw_search_result_t r;
    if (gw_tlib_read(c->lib.lib, self, &q, &err) != GW_OK)
        die(&err);
    if (c->hide_profile)
        memset(q.prof, 0, (size_t)q.len * GW_AA_N);
    if (gw_profile_from_coded(q.name, q.len, q.seq, q.prof, &prof, &err) != GW_OK)
        die(&err);
    int part = c->part[self];
    gw_search_heldout_t hidden = {self, c->net.prof[part], c->net.seq[part]};
    c->opts.heldout = &hidden;
    if (gw_search_run(&c->lib, &prof, &c->opts, &r, &err) != GW_OK)
        die(&err);
    for (int level = 0; level < LEVELS; level++)
        count_level(c, level, self, r.hit);
    for (size_t i = 0; i < c->lib.feat.n; i++) {
        const label_t *x = &c->label[r.hit[i].tmpl], *y = &c->label[self];
        bool other = strcmp(x->fold, y->fold) != 0;
        for (int e = 0; e < 5; e++)
            c->false_at[e] += other && r.hit[i].evalue <= limit[e];
        if (c->out && i < KEEP)
            fprintf(c->out, "%s\t%s\t%d\t%.3f\t%.3g\t%s\n", q.name,
                    gw_tlib_name(c->lib.lib, r.hit[i].tmpl), part, r.hit[i].z, r.hit[i].evalue,
                    other                    ? "other"
                    : strcmp(x->sf, y->sf)   ? "fold"
                    : strcmp(x->fam, y->fam) ? "superfamily"
                                             : "family");
    }
    /* a profile is scored twice, the second time with cheap gaps; a sequence once before it is enriched */
    c->cells += (c->hide_profile ? 3. : 2.) * q.len * (double)c->lib.feat.off[c->lib.feat.n];
    c->n_queries++;
    gw_search_result_release(&r);
    gw_template_release(&q);
    gw_profile_release(&prof);
}

static void set_option(cv_t *c, char *arg, gw_score_params_t *par, int *every, int *threads)
{
    char *v = strchr(arg, '=');
    if (!v)
        exit(64);
    *v++ = 0;
    const struct {
        const char *name;
        double *p;
    } names[] = {{"env", &par->env},          {"ss", &par->ss},        {"sa", &par->sa},
                 {"mean", &par->mean},        {"open", &par->open},    {"extend", &par->extend},
                 {"helix", &par->helix_open}, {"length", &par->length}};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (!strcmp(arg, names[k].name))
            *names[k].p = atof(v);
    if (!strcmp(arg, "input"))
        c->hide_profile = !strcmp(v, "seq");
    if (!strcmp(arg, "every"))
        *every = atoi(v);
    if (!strcmp(arg, "threads"))
        *threads = atoi(v);
    if (!strcmp(arg, "out"))
        c->out = fopen(v, "w");
}

/* loads the template features again when the score parameters are others */
static void apply_params(cv_t *c, const gw_score_params_t *par, int threads)
{
    gw_err_t err = {0};
    gw_search_lib_t *l = &c->lib;
    if (memcmp(&l->params, par, sizeof *par) == 0)
        return;
    gw_thread_pack_destroy(l->pack);
    gw_score_templates_release(&l->feat);
    l->params = *par;
    if (gw_score_templates_load(l->lib, par, threads, &l->feat, &err) != GW_OK ||
        gw_thread_pack_create(&l->feat.kernel, &l->pack, &err) != GW_OK)
        die(&err);
}

static void print_results(const cv_t *c, double cpu)
{
    static const char *const name[] = {"family", "superfamily", "remote", "fold"};
    for (int k = 0; k < LEVELS; k++)
        printf("%-11s n %3d top1 %.3f top5 %.3f roc1 %.3f\n", name[k], c->n[k],
               (double)c->top1[k] / c->n[k], (double)c->top5[k] / c->n[k], c->roc[k] / c->n[k]);
    for (int e = 0; e < 5; e++)
        printf("other-fold hits at E <= %g: %.4f a query\n", limit[e],
               (double)c->false_at[e] / c->n_queries);
    printf("%d queries, %s input, %.3f CPU s a query, %.2f GCUPS (%s)\n", c->n_queries,
           c->hide_profile ? "seq" : "prof", cpu / c->n_queries, c->cells / cpu / 1e9,
           gw_cpu_level_name(gw_thread_pack_level(c->lib.pack)));
}

int main(int argc, char **argv)
{
    cv_t c = {0};
    gw_err_t err = {0};
    gw_score_params_t par;
    gw_engine_t *engine = NULL;
    char line[256];
    int every = 1, threads = 1, at = 0;
    if (argc < 5)
        return 64;
    gw_score_params_init(&par);
    for (int i = 5; i < argc; i++)
        set_option(&c, argv[i], &par, &every, &threads);
    if (gw_search_lib_open(argv[1], threads, &c.lib, &err) != GW_OK ||
        gw_engine_create("cpu", threads, &engine, &err) != GW_OK)
        die(&err);
    apply_params(&c, &par, threads);
    load_easy(argv[4]);
    load_labels(&c);
    for (int k = 0; k < PARTS; k++) {
        c.net.prof[k] = load_net(argv[3], "prof", k);
        c.net.seq[k] = load_net(argv[3], "seq", k);
    }
    c.opts = (gw_search_opts_t){.threads = threads, .engine = engine};
    FILE *f = fopen(argv[2], "r");
    clock_t t0 = clock();
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\t\n ")] = 0;
        for (size_t i = 0; i < c.lib.feat.n; i++)
            if (strcmp(gw_tlib_name(c.lib.lib, i), line) == 0 && at++ % every == 0)
                run_query(&c, i);
    }
    if (!f || !c.n_queries)
        return 66;
    print_results(&c, (double)(clock() - t0) / CLOCKS_PER_SEC);
    if (c.out)
        fclose(c.out);
    gw_engine_destroy(engine);
    return 0;
}
