/* tests/bench/fold_abinitio.c -- models without a template against the truth
 *
 * usage: fold_abinitio LIB.gwt QUERIES.txt NET.f16 OUTDIR DECOYS SEED [seq]
 *            for each query (a template of LIB) an ab-initio model from its profile, or with `seq`
 *            from its sequence alone: OUTDIR/NAME.abinitio.pdb beside OUTDIR/NAME.true.pdb.
 * NET.f16: the predictor's weights for that input, trained without the query's fold. Templates of
 *            the query's fold lend no fragments. stdout: model, name, residues, agreement, energy,
 *            CPU seconds; and for every residue: lddt, name, residue, confidence, lDDT-Calpha
 */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "fold/abinitio.h"
#include "fold/sspred.h"

static void die(const gw_err_t *err)
{
    fprintf(stderr, "fold_abinitio: %s\n", err->msg);
    exit((int)err->status);
}

/* the fold of a label such as a.1.2.3 */
static bool same_fold(const char *a, const char *b)
{
    int dots = 0;
    for (; *a && *a == *b; a++, b++)
        if (*a == '.' && ++dots == 2)
            return true;
    return false;
}

static uint8_t *read_weights(const char *path)
{
    size_t n = gw_sspred_weights_size();
    uint8_t *w = gw_malloc(n, 1);
    FILE *f = fopen(path, "rb");
    if (!f || !w || fread(w, 1, n, f) != n) {
        fprintf(stderr, "fold_abinitio: %s: no weights of the size of the built-in ones\n", path);
        exit(65);
    }
    fclose(f);
    return w;
}

static void write_truth(const char *dir, const gw_template_t *t)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.true.pdb", dir, t->name);
    FILE *f = fopen(path, "w");
    for (int32_t i = 0; f && i < t->len; i++) {
        float x[3];
        gw_template_atom(t, i, GW_TLIB_CA, x);
        fprintf(f, "ATOM  %5d  CA  %s A%4d    %8.3f%8.3f%8.3f  1.00  0.00           C\n", i + 1,
                gw_aa_names[t->seq[i]], i + 1, (double)x[0], (double)x[1], (double)x[2]);
    }
    if (f)
        fclose(f);
}

static double dist(const float *a, const float *b)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        s += ((double)a[k] - b[k]) * ((double)a[k] - b[k]);
    return sqrt(s);
}

/* share of true CA distances below 15 A kept within 0.5, 1, 2 and 4 A */
static void print_lddt(const gw_template_t *t, const gw_model_t *m)
{
    static const double cut[4] = {0.5, 1, 2, 4};
    for (int32_t i = 0; i < t->len; i++) {
        float a[3], b[3];
        double n = 0, ok = 0;
        gw_template_atom(t, i, GW_TLIB_CA, a);
        for (int32_t j = 0; j < t->len; j++) {
            gw_template_atom(t, j, GW_TLIB_CA, b);
            double d = dist(a, b);
            if (j == i || d >= 15)
                continue;
            double e = fabs(d - dist(m->r[i].xyz[GW_MODEL_CA], m->r[j].xyz[GW_MODEL_CA]));
            for (int k = 0; k < 4; k++)
                ok += e < cut[k];
            n += 4;
        }
        printf("lddt\t%s\t%d\t%.2f\t%.4f\n", t->name, i + 1, (double)m->r[i].confidence,
               n > 0 ? ok / n : 0);
    }
}

static void model(const gw_search_lib_t *l, size_t self, const uint8_t *net, const char *dir,
                  gw_abinitio_opts_t o, bool seq)
{
    gw_err_t err = {0};
    gw_template_t me;
    gw_profile_t q;
    gw_abinitio_t a;
    char path[4096];
    clock_t began = clock();
    uint8_t *hidden = gw_calloc(l->feat.n, 1), *none = gw_calloc(GW_ABINITIO_MAX_LEN, GW_AA_N);
    for (size_t i = 0; i < l->feat.n; i++)
        hidden[i] = same_fold(gw_tlib_label(l->lib, i), gw_tlib_label(l->lib, self));
    if (gw_tlib_read(l->lib, self, &me, &err) != GW_OK ||
        gw_profile_from_coded(me.name, me.len, me.seq, seq ? none : me.prof, &q, &err) != GW_OK)
        die(&err);
    if (seq)
        q.single = true;
    float *pred = gw_malloc((size_t)me.len * GW_SSPRED_OUT, sizeof *pred);
    o.hidden = hidden;
    if (gw_sspred_run_weights(net, net, &q, pred, &err) != GW_OK ||
        gw_abinitio_run(l, &q, pred, &o, &a, &err) != GW_OK)
        die(&err);
    write_truth(dir, &me);
    snprintf(path, sizeof path, "%s/%s.abinitio.pdb", dir, me.name);
    FILE *f = fopen(path, "w");
    if (f) {
        gw_abinitio_write(f, &a, me.name, false);
        fclose(f);
    }
    printf("model\t%s\t%d\t%.4f\t%.2f\t%.1f\n", me.name, me.len, a.agreement, a.energy,
           (double)(clock() - began) / CLOCKS_PER_SEC);
    print_lddt(&me, &a.m);
    fflush(stdout);
    gw_abinitio_release(&a);
    gw_profile_release(&q);
    gw_template_release(&me);
    free(pred);
    free(hidden);
    free(none);
}

int main(int argc, char **argv)
{
    gw_search_lib_t l;
    gw_err_t err;
    char line[256];
    if (argc < 7)
        return 64;
    FILE *f = fopen(argv[2], "r");
    if (!f || gw_search_lib_open(argv[1], 1, &l, &err) != GW_OK)
        return 66;
    uint8_t *net = read_weights(argv[3]);
    gw_abinitio_opts_t o = {atoi(argv[5]), (uint64_t)atoll(argv[6]), 1, NULL};
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\t\n ")] = 0;
        for (size_t i = 0; i < l.feat.n; i++)
            if (strcmp(gw_tlib_name(l.lib, i), line) == 0)
                model(&l, i, net, argv[4], o, argc > 7);
    }
    gw_search_lib_close(&l);
    free(net);
    fclose(f);
    return 0;
}
