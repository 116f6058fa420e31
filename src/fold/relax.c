#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/model.h"

/* A model as atoms on springs: bonds and angles keep the lengths they have, atoms that are too near
 * push each other away, copied backbone is drawn back to its place. Descent by FIRE (Bitzek et al.
 * 2006, doi:10.1103/PhysRevLett.97.170201). One unit of energy is of no meaning outside. */
enum { STEPS = 300, RELIST = 20 };
static const double list_margin = 1.5, stiff = 100, push = 20, tether = 0.4;

typedef struct {
    int32_t a, b;
    double length;
} spring_t;

typedef struct {
    int32_t a, b;
    float least;
} pair_t;

typedef struct {
    gw_model_t *m;
    int32_t *first; /* [len] first atom of a residue */
    int32_t n;
    double (*x)[3], (*v)[3], (*f)[3], (*home)[3];
    uint8_t *kind; /* [n] of element */
    bool *tied;    /* [n] drawn back to home */
    size_t n_springs, cap_springs, n_pairs, cap_pairs;
    spring_t *spring;
    pair_t *pair;
} relax_t;

/* 1. what may be how near: carbon, nitrogen, oxygen, sulphur */
static uint8_t kind_of(char element)
{
    return element == 'C' ? 0 : element == 'N' ? 1 : element == 'O' ? 2 : 3;
}

static float least_apart(const relax_t *x, int32_t a, int32_t b)
{
    static const float least[4][4] = {{3.3F, 3.0F, 3.0F, 3.3F},
                                      {3.0F, 2.8F, 2.7F, 3.1F},
                                      {3.0F, 2.7F, 2.7F, 3.1F},
                                      {3.3F, 3.1F, 3.1F, 2.0F}};
    return least[x->kind[a]][x->kind[b]];
}

static double apart(const double *a, const double *b)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        s += (a[k] - b[k]) * (a[k] - b[k]);
    return sqrt(s);
}

static float dist2(const float *a, const float *b)
{
    float x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return x * x + y * y + z * z;
}

/* 2. springs: pairs of a residue that bonds and angles hold, whole rings, and the peptide bond */
static bool add_spring(relax_t *x, int32_t a, int32_t b, double length)
{
    if (!GW_GROW(x->spring, x->cap_springs, x->n_springs + 1))
        return false;
    x->spring[x->n_springs++] = (spring_t){a, b, length};
    return true;
}

/* PHE, TYR, TRP, HIS: flat from CB on */
static bool flat(uint8_t aa, int a, int b)
{
    return (aa == 13 || aa == 18 || aa == 17 || aa == 8) && a >= GW_MODEL_CB && b >= GW_MODEL_CB;
}

static bool hold_residue(relax_t *x, int32_t i)
{
    static const double angle = 2.65; /* no two atoms further along a chain are nearer */
    const gw_model_residue_t *r = &x->m->r[i];
    bool ok = true;
    for (int a = 0; a < r->n && ok; a++)
        for (int b = a + 1; b < r->n && ok; b++) {
            double d = apart(x->x[x->first[i] + a], x->x[x->first[i] + b]);
            if (d < angle || flat(r->aa, a, b))
                ok = add_spring(x, x->first[i] + a, x->first[i] + b, d);
        }
    return ok;
}

static bool hold_peptide(relax_t *x, int32_t i)
{
    enum { N = GW_MODEL_N, CA = GW_MODEL_CA, C = GW_MODEL_C, O = GW_MODEL_O };
    static const double bond = 1.33, next = 2.43, oxygen = 2.25, trans = 3.80, cis = 2.95;
    int32_t a = x->first[i], b = x->first[i + 1];
    double d = apart(x->x[a + CA], x->x[b + CA]);
    return add_spring(x, a + C, b + N, bond) && add_spring(x, a + CA, b + N, next) &&
           add_spring(x, a + C, b + CA, next) && add_spring(x, a + O, b + N, oxygen) &&
           add_spring(x, a + CA, b + CA, d < 3.3 ? cis : trans);
}

/* 3. pairs that may push: all near ones that are not of one residue or of the backbones of two
 *    neighbours */
static bool bonded(const relax_t *x, int32_t i, int a, int32_t j, int b)
{
    return j == i + 1 && (x->m->r[j].aa == 14 || (a <= GW_MODEL_CB && b <= GW_MODEL_CB));
}

static bool list_pairs_of(relax_t *x, int32_t i, int32_t j)
{
    for (int a = 0; a < x->m->r[i].n; a++)
        for (int b = 0; b < x->m->r[j].n; b++) {
            int32_t p = x->first[i] + a, q = x->first[j] + b;
            float least = least_apart(x, p, q);
            if (bonded(x, i, a, j, b) || apart(x->x[p], x->x[q]) > least + list_margin)
                continue;
            if (!GW_GROW(x->pair, x->cap_pairs, x->n_pairs + 1))
                return false;
            x->pair[x->n_pairs++] = (pair_t){p, q, j == i + 1 ? least - 0.3F : least};
        }
    return true;
}

static bool list_pairs(relax_t *x, double *reach)
{
    const gw_model_t *m = x->m;
    bool ok = true;
    x->n_pairs = 0;
    for (int32_t i = 0; i < m->len; i++) {
        reach[i] = 0;
        for (int a = 0; a < m->r[i].n; a++)
            reach[i] =
                fmax(reach[i], apart(x->x[x->first[i] + GW_MODEL_CA], x->x[x->first[i] + a]));
    }
    for (int32_t i = 0; i < m->len; i++)
        for (int32_t j = i + 1; j < m->len && m->r[i].n && ok; j++)
            if (m->r[j].n &&
                apart(x->x[x->first[i] + GW_MODEL_CA], x->x[x->first[j] + GW_MODEL_CA]) <
                    reach[i] + reach[j] + 3.3 + list_margin)
                ok = list_pairs_of(x, i, j);
    return ok;
}

/* 4. forces and steps */
static void pull(relax_t *x, int32_t a, int32_t b, double length, double k)
{
    double d = apart(x->x[a], x->x[b]), s = d > 1e-6 ? 2 * k * (length - d) / d : 0;
    for (int c = 0; c < 3; c++) {
        double f = s * (x->x[a][c] - x->x[b][c]);
        x->f[a][c] += f;
        x->f[b][c] -= f;
    }
}

static void forces(relax_t *x)
{
    memset(x->f, 0, (size_t)x->n * sizeof *x->f);
    for (size_t k = 0; k < x->n_springs; k++)
        pull(x, x->spring[k].a, x->spring[k].b, x->spring[k].length, stiff);
    for (size_t k = 0; k < x->n_pairs; k++)
        if (apart(x->x[x->pair[k].a], x->x[x->pair[k].b]) < x->pair[k].least)
            pull(x, x->pair[k].a, x->pair[k].b, x->pair[k].least, push);
    for (int32_t a = 0; a < x->n; a++)
        for (int c = 0; c < 3 && x->tied[a]; c++)
            x->f[a][c] += 2 * tether * (x->home[a][c] - x->x[a][c]);
}

static double dot(const relax_t *x, const double (*a)[3], const double (*b)[3])
{
    double s = 0;
    for (int32_t i = 0; i < x->n; i++)
        for (int c = 0; c < 3; c++)
            s += a[i][c] * b[i][c];
    return s;
}

static bool descend(relax_t *x, double *reach)
{
    static const double longest = 0.2; /* Angstrom a step */
    double dt = 0.01, mix = 0.1;
    int downhill = 0;
    bool ok = true;
    memset(x->v, 0, (size_t)x->n * sizeof *x->v);
    for (int step = 0; step < STEPS && ok; step++) {
        if (step % RELIST == 0)
            ok = list_pairs(x, reach);
        forces(x);
        const double(*v)[3] = (const double(*)[3])x->v, (*f)[3] = (const double(*)[3])x->f;
        double power = dot(x, v, f), vv = dot(x, v, v), ff = dot(x, f, f);
        if (power <= 0) {
            memset(x->v, 0, (size_t)x->n * sizeof *x->v);
            dt = fmax(dt * 0.5, 0.002);
            mix = 0.1;
            downhill = 0;
        } else if (++downhill > 5) {
            dt = fmin(dt * 1.1, 0.04);
            mix *= 0.99;
        }
        double s = power > 0 && ff > 0 ? mix * sqrt(vv / ff) : 0, keep = power > 0 ? 1 - mix : 0;
        for (int32_t a = 0; a < x->n; a++)
            for (int c = 0; c < 3; c++) {
                x->v[a][c] = keep * x->v[a][c] + s * x->f[a][c] + dt * x->f[a][c];
                double d = dt * x->v[a][c];
                x->x[a][c] += d > longest ? longest : d < -longest ? -longest : d;
            }
    }
    return ok;
}

/* 5. the model in and out */
static bool load(relax_t *x)
{
    gw_model_t *m = x->m;
    bool ok = true;
    for (int32_t i = 0; i < m->len; i++)
        for (int a = 0; a < m->r[i].n; a++) {
            int32_t p = x->first[i] + a;
            for (int c = 0; c < 3; c++)
                x->x[p][c] = x->home[p][c] = (double)m->r[i].xyz[a][c];
            x->kind[p] = kind_of(gw_model_atom_name(m->r[i].aa, a)[0]);
            x->tied[p] = m->r[i].origin == GW_MODEL_COPIED && a < GW_MODEL_CB;
        }
    for (int32_t i = 0; i < m->len && ok; i++) {
        ok = hold_residue(x, i);
        if (ok && i + 1 < m->len && m->r[i].n && m->r[i + 1].n &&
            apart(x->x[x->first[i] + GW_MODEL_C], x->x[x->first[i + 1] + GW_MODEL_N]) < 1.6)
            ok = hold_peptide(x, i);
    }
    return ok;
}

static void store(const relax_t *x)
{
    for (int32_t i = 0; i < x->m->len; i++)
        for (int a = 0; a < x->m->r[i].n; a++)
            for (int c = 0; c < 3; c++)
                x->m->r[i].xyz[a][c] = (float)x->x[x->first[i] + a][c];
}

/* do atoms of residue i still lie too near to others than neighbours, or is the bond to the one
 * before it torn? */
static bool strained(const gw_model_t *m, int32_t i)
{
    static const float near = 2.2F, torn = 1.6F;
    for (int32_t j = 0; j < m->len; j++)
        for (int a = 0; a < m->r[i].n && abs(i - j) > 1; a++)
            for (int b = 0; b < m->r[j].n; b++)
                if (dist2(m->r[i].xyz[a], m->r[j].xyz[b]) < near * near)
                    return true;
    return i > 0 && m->r[i - 1].n &&
           dist2(m->r[i - 1].xyz[GW_MODEL_C], m->r[i].xyz[GW_MODEL_N]) > torn * torn;
}

static void count_strained(gw_model_t *m)
{
    bool bad = false;
    m->n_loops_strained = 0;
    for (int32_t i = 0; i < m->len; i++) {
        bool loop = m->r[i].origin == GW_MODEL_LOOP;
        bad |= loop && strained(m, i);
        if (bad && (i + 1 == m->len || m->r[i + 1].origin != GW_MODEL_LOOP)) {
            m->n_loops_strained++;
            bad = false;
        }
    }
}

gw_status_t gw_model_relax(gw_model_t *m, gw_err_t *err)
{
    relax_t x = {.m = m, .first = gw_malloc((size_t)m->len, sizeof *x.first)};
    double *reach = gw_malloc((size_t)m->len, sizeof *reach);
    for (int32_t i = 0; i < m->len && x.first; i++) {
        x.first[i] = x.n;
        x.n += m->r[i].n;
    }
    size_t n = (size_t)x.n;
    x.x = gw_malloc(n, sizeof *x.x);
    x.v = gw_malloc(n, sizeof *x.v);
    x.f = gw_malloc(n, sizeof *x.f);
    x.home = gw_malloc(n, sizeof *x.home);
    x.kind = gw_malloc(n, sizeof *x.kind);
    x.tied = gw_malloc(n, sizeof *x.tied);
    bool ok = x.first && reach && x.x && x.v && x.f && x.home && x.kind && x.tied && load(&x) &&
              descend(&x, reach);
    if (ok)
        store(&x);
    count_strained(m);
    free(x.first);
    free(reach);
    free(x.x);
    free(x.v);
    free(x.f);
    free(x.home);
    free(x.kind);
    free(x.tied);
    free(x.spring);
    free(x.pair);
    return ok ? GW_OK : gw_err_nomem(err, "relaxing a model");
}
