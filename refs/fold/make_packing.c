/* refs/fold/make_packing.c -- learns src/fold/packing_table.c from structures
 *
 * usage: make_packing [part=K/N] [rounds=R] [ridge=X] [smooth=X] FILE... >packing_table.c
 * Every residue with a side chain is looked at with all atoms of its file around it as they are:
 * the weights make the rotamers with chi 1 within 40 degrees of the true one most probable among
 * all. Shares of chi 1's bins at a backbone's torsions come from the other files. With part=K/N
 * files K, K + N, ... are left out (globins, whose names begin with d, all go with part 0) and the
 * share right among them, everything around as it is, is reported.
 */
#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/dssp.h"
#include "fold/model.h"
#include "fold/packing_table.h"
#include "fold/rotamer_table.h"
#include "fold/template.h"

enum {
    PAIRS = GW_PACKING_SIDE * GW_PACKING_AROUND * GW_PACKING_SHELLS,
    PRIOR = PAIRS,
    REST = PRIOR + 20,
    CONTACT = REST + 20,
    WEIGHTS = CONTACT + 3,
    SPREAD = 10
};

typedef struct {
    uint16_t at;
    uint8_t n;
} count_t;

typedef struct {
    size_t first, n; /* counts */
    float prior, rest, contact[3];
    bool right;
} conformer_t;

typedef struct {
    int file, bin;
    uint8_t aa;
    float phi, psi, chi;
    size_t first, n; /* conformers */
} residue_t;

typedef struct {
    size_t n_counts, cap_counts, n_conf, cap_conf, n_res, cap_res;
    count_t *count;
    conformer_t *conf;
    residue_t *res;
} data_t;

static void die(const char *what)
{
    fprintf(stderr, "make_packing: %s\n", what);
    exit(65);
}

static float dist2(const float *a, const float *b)
{
    float x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return x * x + y * y + z * z;
}

static void load(const gw_structure_t *s, gw_model_t *m)
{
    m->len = (int32_t)s->n_residues;
    m->r = gw_calloc(s->n_residues, sizeof *m->r);
    for (int32_t i = 0; i < m->len; i++) {
        gw_model_residue_t *r = &m->r[i];
        int aa = gw_aa_from_name(s->residue[i].name);
        r->aa = (uint8_t)(aa < 0 ? GW_AA_X : aa);
        int want = r->aa == GW_AA_X ? 4 : gw_model_atom_count(r->aa);
        for (; r->n < want; r->n++) {
            const gw_atom_t *x =
                gw_structure_atom(s, &s->residue[i], gw_model_atom_name(r->aa, r->n));
            if (!x)
                break;
            memcpy(r->xyz[r->n], x->xyz, sizeof x->xyz);
        }
        r->origin = r->n >= 4 ? GW_MODEL_COPIED : GW_MODEL_NONE;
        if (r->n >= 4 && r->aa != 7) {
            gw_model_put_cb(r);
            r->n = r->n < 5 ? 5 : r->n;
        }
        if (r->n < 4)
            r->n = 0;
    }
}

static bool linked(const gw_model_t *m, int32_t i)
{
    return i >= 0 && i + 1 < m->len && m->r[i].n && m->r[i + 1].n &&
           dist2(m->r[i].xyz[GW_MODEL_C], m->r[i + 1].xyz[GW_MODEL_N]) < 4;
}

/* counts contacts of a side chain with all that is around it */
static void count_contacts(const gw_model_t *m, int32_t i, const gw_model_residue_t *r, uint8_t *n,
                           double *contact)
{
    for (int32_t j = 0; j < m->len; j++) {
        const gw_model_residue_t *s = &m->r[j];
        if (!s->n || dist2(r->xyz[GW_MODEL_CA], s->xyz[GW_MODEL_CA]) > 20 * 20)
            continue;
        for (int a = 5; a < r->n; a++) {
            int mine = gw_packing_side(r->aa, a);
            for (int b = 0; b < s->n; b++) {
                if (i == j && (b > 3 || (a == 5 && b != GW_MODEL_O)))
                    continue;
                float d2 = dist2(r->xyz[a], s->xyz[b]);
                int shell = gw_packing_shell(d2);
                int theirs = b > 4 ? gw_packing_side(s->aa, b) : gw_packing_around(b, j - i);
                if (shell < 0 || theirs < 0)
                    continue;
                int which = b > 4 ? 0 : theirs < GW_PACKING_OWN ? 1 : 2;
                contact[which] += gw_packing_contact(d2, gw_model_atom_name(r->aa, a)[0],
                                                     gw_model_atom_name(b > 4 ? s->aa : 0, b)[0]);
                int x = mine, y = theirs;
                if (b > 4 && x > y) {
                    x = theirs;
                    y = mine;
                }
                n[(x * GW_PACKING_AROUND + y) * GW_PACKING_SHELLS + shell]++;
            }
        }
    }
}

static void add_conformers(data_t *d, const gw_model_t *m, int32_t i)
{
    uint8_t n[PAIRS];
    residue_t *t = &d->res[d->n_res];
    gw_model_residue_t r = m->r[i];
    float share[3] = {0};
    bool longer = gw_model_atom_count(r.aa) >= 8 && r.aa != 8 && r.aa < 13;
    bool any = false;
    t->first = d->n_conf;
    for (int k = 0; k < gw_rotamer_count; k++)
        if (gw_rotamer_table[k].aa == r.aa)
            share[gw_rotamer_bin(gw_rotamer_table[k].chi[0])] += gw_rotamer_table[k].per_mille;
    for (int k = 0; k < gw_rotamer_count; k++)
        for (int off = longer ? 0 : -1; off <= !longer && gw_rotamer_table[k].aa == r.aa; off++) {
            const gw_rotamer_t *g = &gw_rotamer_table[k];
            int16_t chi[4];
            memcpy(chi, g->chi, sizeof chi);
            chi[0] = (int16_t)(chi[0] + off * SPREAD);
            gw_model_put_side(&r, chi);
            memset(n, 0, sizeof n);
            double contact[3] = {0};
            count_contacts(m, i, &r, n, contact);
            if (!GW_GROW(d->conf, d->cap_conf, d->n_conf + 1) ||
                !GW_GROW(d->count, d->cap_counts, d->n_counts + PAIRS))
                die("out of memory");
            conformer_t *c = &d->conf[d->n_conf++];
            int b = gw_rotamer_bin(g->chi[0]);
            *c = (conformer_t){.first = d->n_counts, .prior = (float)b};
            for (int x = 0; x < 3; x++)
                c->contact[x] = (float)fmax(-contact[x], -50);
            c->rest = logf((float)g->per_mille / share[b] + 1e-3F);
            c->right = fabs(remainder((double)t->chi - chi[0], 360)) <= 40;
            any |= c->right;
            for (int x = 0; x < PAIRS; x++)
                if (n[x])
                    d->count[d->n_counts++] = (count_t){(uint16_t)x, n[x]};
            c->n = d->n_counts - c->first;
        }
    t->n = d->n_conf - t->first;
    if (any)
        d->n_res++;
    else
        d->n_conf = t->first;
}

static void add_file(data_t *d, int file, const char *path)
{
    gw_structure_t s;
    gw_err_t err = {0};
    gw_model_t m = {0};
    if (gw_structure_read(path, gw_template_is_amino, &s, &err) != GW_OK)
        die(err.msg);
    load(&s, &m);
    for (int32_t i = 1; i + 1 < m.len; i++) {
        const gw_model_residue_t *r = &m.r[i];
        if (r->aa == GW_AA_X || r->n < 6 || r->n != gw_model_atom_count(r->aa) ||
            !linked(&m, i - 1) || !linked(&m, i))
            continue;
        if (!GW_GROW(d->res, d->cap_res, d->n_res + 1))
            die("out of memory");
        float(*x)[3] = m.r[i].xyz;
        d->res[d->n_res] =
            (residue_t){.file = file,
                        .aa = r->aa,
                        .phi = (float)gw_dssp_torsion(m.r[i - 1].xyz[GW_MODEL_C], x[0], x[1], x[2]),
                        .psi = (float)gw_dssp_torsion(x[0], x[1], x[2], m.r[i + 1].xyz[GW_MODEL_N]),
                        .chi = (float)gw_dssp_torsion(x[0], x[1], x[4], x[5])};
        d->res[d->n_res].bin = gw_rotamer_bin((int)lrintf(d->res[d->n_res].chi));
        add_conformers(d, &m, i);
    }
    free(m.r);
    gw_structure_release(&s);
}

/* 2. shares of chi 1's bins as in make_rotamer_prior.py, from files that `use` allows */
static const char *const class_of[20] = {"",  "r", "n", "n", "c", "r", "r", "",  "f", "i",
                                         "l", "r", "r", "f", "",  "s", "t", "f", "f", "v"};

static void prior_of(const data_t *d, const residue_t *t, const bool *use, double p[3])
{
    double seen[2][3] = {{0}}, base[20][3] = {{0}}, mean[3] = {0}, sum[2] = {0}, n = 0;
    const double rad = 3.14159265358979 / 180;
    for (int k = 0; k < gw_rotamer_count; k++)
        base[gw_rotamer_table[k].aa][gw_rotamer_bin(gw_rotamer_table[k].chi[0])] +=
            gw_rotamer_table[k].per_mille / 1000.0;
    const char *mine = class_of[t->aa];
    for (int a = 0; a < 20; a++)
        if (a == t->aa || (*mine && *class_of[a] == *mine)) {
            for (int b = 0; b < 3; b++)
                mean[b] += base[a][b];
            n++;
        }
    for (size_t k = 0; k < d->n_res; k++) {
        const residue_t *o = &d->res[k];
        if (!use[o->file] || o->file == t->file ||
            (o->aa != t->aa && (!*mine || *class_of[o->aa] != *mine)))
            continue;
        double w = exp(
            20 * (cos((double)(o->phi - t->phi) * rad) + cos((double)(o->psi - t->psi) * rad) - 2));
        seen[0][o->bin] += w;
        sum[0] += w;
        if (o->aa == t->aa) {
            seen[1][o->bin] += w;
            sum[1] += w;
        }
    }
    double all = 0;
    for (int b = 0; b < 3; b++) {
        p[b] = base[t->aa][b];
        if (*mine && mean[b] > 0)
            p[b] *= (seen[0][b] + 5 * mean[b] / n) / (sum[0] + 5) / (mean[b] / n);
        all += p[b];
    }
    for (int b = 0; b < 3; b++)
        p[b] = fmax((seen[1][b] + 8 * p[b] / all) / (sum[1] + 8), 0.001);
}

/* 3. weights */
static double score(const data_t *d, const residue_t *t, const conformer_t *c, const double *w)
{
    double s = w[PRIOR + t->aa] * (double)c->prior + w[REST + t->aa] * (double)c->rest;
    for (int k = 0; k < 3; k++)
        s += w[CONTACT + k] * (double)c->contact[k];
    for (size_t k = c->first; k < c->first + c->n; k++)
        s += w[d->count[k].at] * d->count[k].n;
    return s;
}

static double learn_one(const data_t *d, const residue_t *t, const double *w, double *s, double *g)
{
    double high = -HUGE_VAL, all = 0, right = 0;
    for (size_t k = 0; k < t->n; k++) {
        s[k] = score(d, t, &d->conf[t->first + k], w);
        high = fmax(high, s[k]);
    }
    for (size_t k = 0; k < t->n; k++) {
        s[k] = exp(s[k] - high);
        all += s[k];
        right += d->conf[t->first + k].right ? s[k] : 0;
    }
    right = fmax(right, 1e-9 * all);
    for (size_t k = 0; k < t->n; k++) {
        const conformer_t *c = &d->conf[t->first + k];
        double x = (c->right ? s[k] / right : 0) - s[k] / all;
        if (fabs(x) < 1e-6)
            continue;
        g[PRIOR + t->aa] += x * (double)c->prior;
        g[REST + t->aa] += x * (double)c->rest;
        for (int i = 0; i < 3; i++)
            g[CONTACT + i] += x * (double)c->contact[i];
        for (size_t i = c->first; i < c->first + c->n; i++)
            g[d->count[i].at] += x * d->count[i].n;
    }
    return -log(right / all);
}

static void penalty(const double *w, double ridge, double smooth, double *g)
{
    for (int k = 0; k < PAIRS; k++) {
        g[k] -= ridge * w[k];
        if ((k + 1) % GW_PACKING_SHELLS) {
            g[k] -= smooth * (w[k] - w[k + 1]);
            g[k + 1] += smooth * (w[k] - w[k + 1]);
        }
    }
    for (int k = PRIOR; k < CONTACT; k++)
        g[k] -= 20 * (w[k] - 0.8);
}

static double share_right(const data_t *d, const bool *use, bool held, const double *w, double *s)
{
    double n = 0, ok = 0;
    for (size_t r = 0; r < d->n_res; r++) {
        const residue_t *t = &d->res[r];
        size_t best = 0;
        if (use[t->file] == held)
            continue;
        for (size_t k = 0; k < t->n; k++) {
            s[k] = score(d, t, &d->conf[t->first + k], w);
            best = s[k] > s[best] ? k : best;
        }
        n++;
        ok += d->conf[t->first + best].right;
    }
    return n > 0 ? 100 * ok / n : 0;
}

static void learn(const data_t *d, const bool *use, int rounds, double ridge, double smooth,
                  double *w)
{
    static double g[WEIGHTS], m1[WEIGHTS], m2[WEIGHTS];
    double s[1024];
    for (int k = PRIOR; k < WEIGHTS; k++)
        w[k] = k < CONTACT ? 0.8 : 0.5;
    for (int round = 1; round <= rounds; round++) {
        double loss = 0, n = 0,
               rate = 0.05 * (round < rounds / 2 ? 1 : 2.0 * (rounds - round + 1) / rounds);
        memset(g, 0, sizeof g);
        for (size_t r = 0; r < d->n_res; r++)
            if (use[d->res[r].file]) {
                loss += learn_one(d, &d->res[r], w, s, g);
                n++;
            }
        penalty(w, ridge, smooth, g);
        for (int k = 0; k < WEIGHTS; k++) {
            m1[k] = 0.9 * m1[k] + 0.1 * g[k];
            m2[k] = 0.99 * m2[k] + 0.01 * g[k] * g[k];
            double a = m1[k] / (1 - pow(0.9, round)), b = m2[k] / (1 - pow(0.99, round));
            w[k] += rate * a / (sqrt(b) + 1e-8);
        }
        if (round % 20 == 0 || round == rounds)
            fprintf(stderr, "round %d: loss %.4f, right %.2f %%, of those left out %.2f %%\n",
                    round, loss / n, share_right(d, use, false, w, s),
                    share_right(d, use, true, w, s));
    }
}

static void print_row(const char *before, const double *w, int n, const char *after)
{
    fputs(before, stdout);
    for (int k = 0; k < n; k++)
        printf("%s%.0f", k ? ", " : "", 100 * w[k]);
    fputs(after, stdout);
}

static void print(double *w, size_t n)
{
    for (int x = 0; x < GW_PACKING_SIDE; x++) /* the other half of side chains */
        for (int y = 0; y < x; y++)
            memcpy(&w[(x * GW_PACKING_AROUND + y) * GW_PACKING_SHELLS],
                   &w[(y * GW_PACKING_AROUND + x) * GW_PACKING_SHELLS],
                   GW_PACKING_SHELLS * sizeof *w);
    printf("/* made by refs/fold/make_packing.c from %zu residues */\n/* clang-format off */\n"
           "#include <config.h>\n\n#include \"fold/packing_table.h\"\n\n"
           "const gw_packing_table_t gw_packing_table = {\n    {\n",
           n);
    for (int x = 0; x < GW_PACKING_SIDE; x++) {
        printf("        {\n");
        for (int y = 0; y < GW_PACKING_AROUND; y++)
            print_row("            {", &w[(x * GW_PACKING_AROUND + y) * GW_PACKING_SHELLS],
                      GW_PACKING_SHELLS, "},\n");
        printf("        },\n");
    }
    printf("    },\n");
    print_row("    {", w + PRIOR, 20, "},\n");
    print_row("    {", w + REST, 20, "},\n");
    print_row("    {", w + CONTACT, 3, "},\n");
    printf("};\n");
}

int main(int argc, char **argv)
{
    static double w[WEIGHTS];
    static bool use[1024];
    data_t d = {0};
    int part = -1, parts = 1, rounds = 60, file = 0;
    double ridge = 10, smooth = 60;
    for (int k = 1; k < argc && file < 1024; k++) {
        if (sscanf(argv[k], "part=%d/%d", &part, &parts) == 2 ||
            sscanf(argv[k], "rounds=%d", &rounds) == 1 ||
            sscanf(argv[k], "ridge=%lf", &ridge) == 1 ||
            sscanf(argv[k], "smooth=%lf", &smooth) == 1)
            continue;
        const char *slash = strrchr(argv[k], '/'), *name = slash ? slash + 1 : argv[k];
        use[file] = part < 0 || (*name == 'd' ? 0 : file % (parts - 1) + 1) != part;
        add_file(&d, file, argv[k]);
        file++;
    }
    for (size_t r = 0; r < d.n_res; r++) {
        double p[3];
        prior_of(&d, &d.res[r], use, p);
        for (size_t k = d.res[r].first; k < d.res[r].first + d.res[r].n; k++)
            d.conf[k].prior = (float)log(p[(int)d.conf[k].prior] + 1e-4);
    }
    size_t n = 0;
    for (size_t r = 0; r < d.n_res; r++)
        n += use[d.res[r].file];
    fprintf(stderr, "%zu residues, %zu conformers, %zu counts\n", d.n_res, d.n_conf, d.n_counts);
    learn(&d, use, rounds, ridge, smooth, w);
    print(w, n);
    free(d.count);
    free(d.conf);
    free(d.res);
    return 0;
}
