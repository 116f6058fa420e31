/* tests/bench/fold_cv.c -- recognition by cross-validation over folds of a labelled library
 *
 * usage: fold_cv LIB.gwt QUERIES.txt NETDIR EASY.tsv [name=value...]
 * LIB.gwt      templates whose labels begin with a SCOP class (a.1.2.3)
 * QUERIES.txt  names of templates to search with, one a line (further columns are ignored)
 * NETDIR       sspred_{prof,seq}_{A,B}.f16: predictors trained on half of the folds; a query uses
 * the half that its own fold is not in EASY.tsv     pairs of names that mmseqs2 finds at E < 1e-3;
 * "remote" leaves them out name=value   input=prof|seq, threads=N, out=FILE (every pair's score),
 * and score parameters Prints: share of queries whose best hit (after removing closer relatives) is
 * right, by level.
 */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/thread.h"
#include "fold/score.h"
#include "fold/search.h"
#include "fold/sspred.h"

typedef struct {
    char fold[96], sf[96], fam[96];
} label_t;

typedef struct {
    double s;
    size_t t;
} hit_t;

static int by_score(const void *a, const void *b)
{
    const hit_t *x = a, *y = b;
    return x->s != y->s ? (x->s < y->s ? 1 : -1) : (x->t > y->t) - (x->t < y->t);
}

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

typedef struct {
    const gw_thread_pack_t *pack;
    const gw_thread_query_t *q;
    int32_t *score;
} work_t;

static gw_status_t one_group(void *ctx, int worker, int64_t g, gw_err_t *err)
{
    (void)worker;
    work_t *w = ctx;
    return gw_thread_score_group(w->pack, w->q, (size_t)g, w->score, err);
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

int main(int argc, char **argv)
{
    gw_err_t err;
    gw_score_params_t par;
    gw_score_params_init(&par);
    const char *input = "prof", *out = NULL;
    int threads = 1, rank_raw = 0;
    if (argc < 5)
        return 64;
    for (int i = 5; i < argc; i++) {
        char *v = strchr(argv[i], '=');
        if (!v)
            return 64;
        *v++ = 0;
        const struct {
            const char *name;
            double *p;
        } names[] = {{"env", &par.env},          {"ss", &par.ss},        {"sa", &par.sa},
                     {"mean", &par.mean},        {"open", &par.open},    {"extend", &par.extend},
                     {"helix", &par.helix_open}, {"length", &par.length}};
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (!strcmp(argv[i], names[k].name))
                *names[k].p = atof(v);
        if (!strcmp(argv[i], "input"))
            input = v;
        if (!strcmp(argv[i], "threads"))
            threads = atoi(v);
        if (!strcmp(argv[i], "rank"))
            rank_raw = !strcmp(v, "raw");
        if (!strcmp(argv[i], "out"))
            out = v;
    }
    gw_search_lib_t sl;
    if (gw_search_lib_open(argv[1], threads, &sl, &err) != GW_OK) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    if (memcmp(&sl.params, &par, sizeof par) !=
        0) { /* other score parameters: load again with them */
        gw_thread_pack_destroy(sl.pack);
        gw_score_templates_release(&sl.feat);
        sl.params = par;
        if (gw_score_templates_load(sl.lib, &par, threads, &sl.feat, &err) != GW_OK ||
            gw_thread_pack_create(&sl.feat.kernel, &sl.pack, &err) != GW_OK)
            return 1;
    }
    gw_tlib_t *lib = sl.lib;
    gw_score_templates_t t = sl.feat;
    gw_thread_pack_t *pack = sl.pack;
    load_easy(argv[4]);
    label_t *lab = gw_calloc(t.n, sizeof *lab);
    char **folds = gw_calloc(t.n, sizeof *folds);
    size_t n_folds = 0;
    for (size_t i = 0; i < t.n; i++) {
        parse_label(gw_tlib_label(lib, i), &lab[i]);
        folds[i] = lab[i].fold;
    }
    qsort(folds, t.n, sizeof *folds, by_text);
    for (size_t i = 0; i < t.n; i++)
        if (i == 0 || strcmp(folds[i], folds[n_folds - 1]))
            folds[n_folds++] = folds[i];
    FILE *f = fopen(argv[2], "r"), *of = out ? fopen(out, "w") : NULL;
    char line[256];
    int32_t *score = gw_calloc(t.n, sizeof *score);
    hit_t *h = gw_calloc(t.n, sizeof *h);
    gw_search_hit_t *hit = gw_calloc(t.n, sizeof *hit);
    static const double limit[5] = {1e-3, 1e-2, 0.1, 1, 10};
    int64_t false_at[5] = {0};
    int n_q = 0, top1[LEVELS] = {0}, top5[LEVELS] = {0}, n[LEVELS] = {0};
    double roc[LEVELS] = {0}, cells = 0;
    clock_t t0 = clock();
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\t\n ")] = 0;
        size_t qi = 0;
        while (qi < t.n && strcmp(gw_tlib_name(lib, qi), line))
            qi++;
        if (qi == t.n)
            continue;
        gw_template_t q;
        gw_profile_t prof;
        gw_score_query_t sq;
        if (gw_tlib_read(lib, qi, &q, &err) != GW_OK)
            return 1;
        if (!strcmp(input, "seq"))
            memset(q.prof, 0, (size_t)q.len * 20);
        char **me = NULL, *key = lab[qi].fold, net[512];
        me = bsearch(&key, folds, n_folds, sizeof *folds, by_text);
        float *pred = gw_malloc((size_t)q.len * 6, sizeof *pred);
        if (gw_profile_from_coded(q.name, q.len, q.seq, q.prof, &prof, &err) != GW_OK)
            return 1;
        snprintf(net, sizeof net, "%s/sspred_%s_%c.f16", argv[3], prof.single ? "seq" : "prof",
                 (me - folds) % 2 == 0 ? 'B' : 'A');
        if (gw_sspred_run_weights(net, &prof, pred, &err) != GW_OK ||
            gw_score_query_init(&prof, pred, &t, &par, &sq, &err) != GW_OK) {
            fprintf(stderr, "%s\n", err.msg);
            return 1;
        }
        work_t w = {pack, &sq.kernel, score};
        if (gw_thread_for(threads, (int64_t)gw_thread_pack_groups(pack), one_group, &w, &err) !=
            GW_OK)
            return 1;
        cells += (double)q.len * (double)t.off[t.n];
        memset(hit, 0, t.n * sizeof *hit);
        if (gw_search_rank(&sl, score, hit, &err) != GW_OK)
            return 1;
        for (size_t i = 0; i < t.n; i++) {
            h[i] = (hit_t){rank_raw
                               ? score[i] / 16.0 - par.length * log2((double)gw_tlib_length(lib, i))
                               : hit[i].z,
                           rank_raw ? i : hit[i].tmpl};
            if (strcmp(lab[hit[i].tmpl].fold, lab[qi].fold) && !rank_raw)
                for (int e = 0; e < 5; e++)
                    false_at[e] += hit[i].evalue <= limit[e];
        }
        qsort(h, t.n, sizeof *h, by_score);
        for (int lv = 0; lv < LEVELS; lv++) {
            int rank = 0, found = 0, all = 0, before = 0, open = 1;
            for (size_t i = 0; i < t.n; i++) {
                if (h[i].t == qi)
                    continue;
                const label_t *x = &lab[h[i].t];
                int r = relation(lv, &lab[qi], x,
                                 lv == REMOTE && !strcmp(x->sf, lab[qi].sf) &&
                                     is_easy(line, gw_tlib_name(lib, h[i].t)));
                all += r == 1;
                before += r == 1 && open;
                if (strcmp(x->fold, lab[qi].fold))
                    open = 0;
                if (r < 0)
                    continue;
                rank++;
                if (r == 1 && !found)
                    found = rank;
            }
            if (!all)
                continue;
            n[lv]++;
            top1[lv] += found == 1;
            top5[lv] += found && found <= 5;
            roc[lv] += (double)before / all;
        }
        if (of)
            for (size_t i = 0; i < t.n; i++)
                fprintf(of, "%s\t%s\t%d\t%d\t%d\t%.2f\n", line, gw_tlib_name(lib, h[i].t), q.len,
                        gw_tlib_length(lib, h[i].t), score[h[i].t], (double)prof.neff);
        gw_template_release(&q);
        gw_profile_release(&prof);
        gw_score_query_release(&sq);
        free(pred);
        n_q++;
    }
    double cpu = (double)(clock() - t0) / CLOCKS_PER_SEC;
    const char *const name[] = {"family", "superfamily", "remote", "fold"};
    for (int lv = 0; lv < LEVELS; lv++)
        printf("%-11s n %3d top1 %.3f top5 %.3f roc1 %.3f\n", name[lv], n[lv],
               (double)top1[lv] / n[lv], (double)top5[lv] / n[lv], roc[lv] / n[lv]);
    for (int e = 0; e < 5 && !rank_raw; e++)
        printf("other-fold hits at E <= %g: %.4f a query\n", limit[e], (double)false_at[e] / n_q);
    printf("%d queries, %s input, %.3f CPU s a query, %.2f GCUPS (%s)\n", n_q, input, cpu / n_q,
           cells / cpu / 1e9, gw_cpu_level_name(gw_thread_pack_level(pack)));
    if (of)
        fclose(of);
    return 0;
}
