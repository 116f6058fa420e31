/* tests/bench/fold_model.c -- models against the truth
 *
 * usage: fold_model tm LIB.gwt QUERIES.txt OUTDIR
 *            for each query (a template of LIB, its profile as the query) models from any template,
 *            from the best of another family in its superfamily, and from the best of another
 *            superfamily in its fold, as OUTDIR/NAME.LEVEL.one.pdb (that template alone) and
 *            .multi.pdb (with the help of others, as the program does), beside the truth
 *            NAME.true.pdb. stdout, of the latter: lddt, name, level, residue, confidence,
 *            lDDT-Calpha; and of every stretch between modelled residues that was not copied: gap,
 *            name, level, first, residues, closed or open, nearest other CA, nearest two atoms
 *        fold_model chi FILE...    side chains put on the files' own backbones: chi1 within 40
 *            degrees
 *        fold_model angles FILE...    file, amino acid, phi, psi, chi1 of the files' residues, for
 *            refs/fold/make_rotamer_prior.py
 */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/dssp.h"
#include "fold/modelset.h"
#include "fold/sspred.h"
#include "fold/template.h"

static void die(const gw_err_t *err)
{
    fprintf(stderr, "fold_model: %s\n", err->msg);
    exit((int)err->status);
}

/* the label up to its n-th dot */
static int same(const char *a, const char *b, int dots)
{
    for (; *a && *a == *b; a++, b++)
        if (*a == '.' && --dots == 0)
            return 1;
    return dots <= 1 && !*a && !*b;
}

static double ca_dist(const float *a, const float *b)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        s += ((double)a[k] - b[k]) * ((double)a[k] - b[k]);
    return sqrt(s);
}

/* lDDT on CA: share of true distances below 15 kept within 0.5, 1, 2 and 4; residues that are not
 * modelled keep none */
static void print_lddt(const char *name, const char *level, const gw_template_t *t,
                       const gw_model_t *m)
{
    static const double cut[4] = {0.5, 1, 2, 4};
    for (int32_t i = 0; i < t->len; i++) {
        float a[3], b[3];
        double n = 0, ok = 0;
        if (m->r[i].origin == GW_MODEL_NONE)
            continue;
        gw_template_atom(t, i, GW_TLIB_CA, a);
        for (int32_t j = 0; j < t->len; j++) {
            gw_template_atom(t, j, GW_TLIB_CA, b);
            double d = ca_dist(a, b);
            if (j == i || d >= 15)
                continue;
            n += 4;
            if (m->r[j].origin == GW_MODEL_NONE)
                continue;
            double e = fabs(d - ca_dist(m->r[i].xyz[GW_MODEL_CA], m->r[j].xyz[GW_MODEL_CA]));
            for (int k = 0; k < 4; k++)
                ok += e < cut[k];
        }
        printf("lddt\t%s\t%s\t%d\t%.2f\t%.4f\n", name, level, i + 1, (double)m->r[i].confidence,
               n > 0 ? ok / n : 0);
    }
}

/* the least distance of an atom of residues [from, to) to one of the rest: between CA; between any
 * two atoms that are not of neighbours in the chain */
static void nearest(const gw_model_t *m, int32_t from, int32_t to, double *ca, double *any)
{
    *ca = *any = 99;
    for (int32_t i = from; i < to; i++)
        for (int32_t j = 0; j < m->len; j++) {
            if (abs(i - j) < 2 || (j >= from && j < i))
                continue;
            for (int a = 0; a < m->r[i].n; a++)
                for (int b = 0; b < m->r[j].n; b++) {
                    double d = ca_dist(m->r[i].xyz[a], m->r[j].xyz[b]);
                    *any = d < *any ? d : *any;
                    if (a == GW_MODEL_CA && b == GW_MODEL_CA)
                        *ca = d < *ca ? d : *ca;
                }
        }
}

static bool broken(const gw_model_t *m, int32_t i)
{
    return m->r[i].n && m->r[i + 1].n &&
           ca_dist(m->r[i].xyz[GW_MODEL_C], m->r[i + 1].xyz[GW_MODEL_N]) > 1.6;
}

static void print_gaps(const char *name, const char *level, const gw_model_t *m)
{
    int32_t last = -1;
    double ca, any;
    for (int32_t i = 0; i < m->len; i++) {
        if (m->r[i].origin == GW_MODEL_NONE)
            continue;
        if (last >= 0 && i > last + 1)
            printf("gap\t%s\t%s\t%d\t%d\topen\t0\t0\n", name, level, last + 2, i - last - 1);
        else if (last >= 0 && broken(m, last))
            printf("gap\t%s\t%s\t%d\t0\topen\t0\t0\n", name, level, last + 2);
        int32_t to = i;
        while (to < m->len && m->r[to].origin == GW_MODEL_LOOP)
            to++;
        if (to > i) {
            nearest(m, i, to, &ca, &any);
            printf("gap\t%s\t%s\t%d\t%d\tclosed\t%.2f\t%.2f\n", name, level, i + 1, to - i, ca,
                   any);
            for (int32_t k = i; k < to && k + 1 < m->len; k++)
                if (broken(m, k))
                    printf("gap\t%s\t%s\t%d\t0\topen\t0\t0\n", name, level, k + 2);
            i = to - 1;
        }
        last = i;
    }
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

/* the hits of a level: any template; none of the family; none of the superfamily. The first that is
 * right at the level is the template, hits below it may help. */
static void model_level(const gw_search_lib_t *l, size_t self, const gw_template_t *me,
                        const gw_profile_t *q, const float *pred, gw_search_hit_t *hit, int level,
                        const char *dir)
{
    static const char *const name[3] = {"any", "sf", "fold"};
    enum { HITS = 20 };
    const gw_search_hit_t *use[HITS];
    const gw_search_opts_t o = {.mode = GW_FOLDALIGN_LOCAL, .mact = 0.35, .threads = 1};
    const char *a = gw_tlib_label(l->lib, self);
    gw_err_t err = {0};
    size_t n = 0;
    for (size_t k = 0; k < l->feat.n && n < HITS; k++) {
        const char *b = gw_tlib_label(l->lib, hit[k].tmpl);
        bool kin = level == 1 ? !strcmp(a, b) : level == 2 && same(a, b, 3);
        bool right = level == 0 || same(a, b, level == 1 ? 3 : 2);
        if (hit[k].tmpl != self && !kin && (right || n))
            use[n++] = &hit[k];
    }
    for (size_t many = 0; many < 2 && n; many++) {
        char path[4096];
        gw_model_t m;
        if (gw_modelset_one(l, q, pred, use[0], use, many ? n : 1, &o, &m, &err) != GW_OK)
            die(&err);
        snprintf(path, sizeof path, "%s/%s.%s.%s.pdb", dir, me->name, name[level],
                 many ? "multi" : "one");
        FILE *f = fopen(path, "w");
        if (f) {
            gw_model_pdb(f, &m, me->name, use[0]);
            fclose(f);
        }
        if (many) {
            print_lddt(me->name, name[level], me, &m);
            print_gaps(me->name, name[level], &m);
        }
        gw_model_release(&m);
    }
}

static void model_query(const gw_search_lib_t *l, size_t self, const char *dir)
{
    gw_err_t err = {0};
    gw_template_t me;
    gw_profile_t q;
    gw_score_query_t sq;
    size_t n = l->feat.n;
    if (gw_tlib_read(l->lib, self, &me, &err) != GW_OK ||
        gw_profile_from_coded(me.name, me.len, me.seq, me.prof, &q, &err) != GW_OK)
        die(&err);
    float *pred = gw_malloc((size_t)me.len * GW_SSPRED_OUT, sizeof *pred);
    int32_t *raw = gw_malloc(2 * n, sizeof *raw);
    gw_search_hit_t *hit = gw_calloc(n, sizeof *hit);
    gw_engine_t *engine = NULL;
    if (gw_sspred_run(&q, pred, &err) != GW_OK ||
        gw_score_query_init(&q, pred, &l->feat, &l->params, &sq, &err) != GW_OK ||
        gw_engine_create("cpu", 1, &engine, &err) != GW_OK ||
        gw_search_score(l, &sq, engine, raw, raw + n, &err) != GW_OK ||
        gw_search_rank(l, &(gw_search_raw_t){raw, raw + n, q.len}, self, NULL, hit, &err) != GW_OK)
        die(&err);
    gw_engine_destroy(engine);
    write_truth(dir, &me);
    for (int level = 0; level < 3; level++)
        model_level(l, self, &me, &q, pred, hit, level, dir);
    gw_score_query_release(&sq);
    gw_profile_release(&q);
    gw_template_release(&me);
    free(pred);
    free(raw);
    free(hit);
}

static int tm(char **argv)
{
    gw_search_lib_t l;
    gw_err_t err;
    char line[256];
    FILE *f = fopen(argv[1], "r");
    if (!f || gw_search_lib_open(argv[0], 1, &l, &err) != GW_OK)
        return 66;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\t\n ")] = 0;
        for (size_t i = 0; i < l.feat.n; i++)
            if (strcmp(gw_tlib_name(l.lib, i), line) == 0)
                model_query(&l, i, argv[2]);
    }
    gw_search_lib_close(&l);
    fclose(f);
    return 0;
}

static const char *gamma_of(uint8_t aa)
{
    return gw_model_atom_count(aa) > 5 ? gw_model_atom_name(aa, 5) : NULL;
}

static int chi(int argc, char **argv)
{
    int n = 0, ok = 0;
    for (int k = 0; k < argc; k++) {
        gw_structure_t s;
        gw_err_t err = {0};
        if (gw_structure_read(argv[k], gw_template_is_amino, &s, &err) != GW_OK)
            continue;
        gw_model_t m = {.len = (int32_t)s.n_residues,
                        .r = gw_calloc(s.n_residues, sizeof(gw_model_residue_t))};
        for (size_t i = 0; i < s.n_residues; i++) {
            static const char *const bb[4] = {"N", "CA", "C", "O"};
            int aa = gw_aa_from_name(s.residue[i].name), got = 0;
            m.r[i].aa = (uint8_t)(aa < 0 ? GW_AA_X : aa);
            for (int a = 0; a < 4; a++) {
                const gw_atom_t *x = gw_structure_atom(&s, &s.residue[i], bb[a]);
                if (x) {
                    memcpy(m.r[i].xyz[a], x->xyz, sizeof x->xyz);
                    got++;
                }
            }
            m.r[i].origin = got == 4 ? GW_MODEL_COPIED : GW_MODEL_NONE;
        }
        if (gw_model_sidechains(&m, &err) != GW_OK)
            die(&err);
        for (size_t i = 0; i < s.n_residues; i++) {
            const gw_model_residue_t *r = &m.r[i];
            const char *g = gamma_of(r->aa);
            const gw_atom_t *cb = gw_structure_atom(&s, &s.residue[i], "CB"),
                            *x = g ? gw_structure_atom(&s, &s.residue[i], g) : NULL;
            if (r->origin == GW_MODEL_NONE || !cb || !x)
                continue;
            float want = gw_dssp_torsion(r->xyz[0], r->xyz[1], cb->xyz, x->xyz);
            float have = gw_dssp_torsion(r->xyz[0], r->xyz[1], r->xyz[4], r->xyz[5]);
            double d = fabs(remainder((double)want - have, 360));
            n++;
            ok += d <= 40;
        }
        free(m.r);
        gw_structure_release(&s);
    }
    printf("chi1 within 40 degrees: %d of %d, %.1f %%\n", ok, n, n ? 100.0 * ok / n : 0);
    return 0;
}

static const float *place(const gw_structure_t *s, size_t i, const char *atom)
{
    const gw_atom_t *a = gw_structure_atom(s, &s->residue[i], atom);
    return a ? a->xyz : NULL;
}

static void print_angles(const char *file, const gw_structure_t *s, size_t i)
{
    int aa = gw_aa_from_name(s->residue[i].name);
    const char *gamma = aa < 0 || aa == GW_AA_X ? NULL : gamma_of((uint8_t)aa);
    const float *n = place(s, i, "N"), *ca = place(s, i, "CA"), *c = place(s, i, "C"),
                *cb = place(s, i, "CB"), *before = place(s, i - 1, "C"),
                *after = place(s, i + 1, "N"), *g = gamma ? place(s, i, gamma) : NULL;
    if (n && ca && c && cb && before && after && g && ca_dist(before, n) < 2 &&
        ca_dist(c, after) < 2)
        printf("%s %d %.0f %.0f %.0f\n", file, aa, (double)gw_dssp_torsion(before, n, ca, c),
               (double)gw_dssp_torsion(n, ca, c, after), (double)gw_dssp_torsion(n, ca, cb, g));
}

static int angles(int argc, char **argv)
{
    for (int k = 0; k < argc; k++) {
        gw_structure_t s;
        gw_err_t err = {0};
        const char *slash = strrchr(argv[k], '/');
        if (gw_structure_read(argv[k], gw_template_is_amino, &s, &err) != GW_OK)
            die(&err);
        for (size_t i = 1; i + 1 < s.n_residues; i++)
            print_angles(slash ? slash + 1 : argv[k], &s, i);
        gw_structure_release(&s);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "angles") == 0)
        return angles(argc - 2, argv + 2);
    if (argc == 5 && strcmp(argv[1], "tm") == 0)
        return tm(argv + 2);
    if (argc > 2 && strcmp(argv[1], "chi") == 0)
        return chi(argc - 2, argv + 2);
    return 64;
}
