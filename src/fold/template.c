#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/dssp.h"
#include "fold/env_table.h"
#include "fold/residue.h"
#include "fold/score.h"
#include "fold/template.h"

enum { UNKNOWN = 255 };

bool gw_template_is_amino(const char *residue_name)
{
    return gw_aa_from_name(residue_name) >= 0;
}

static bool backbone(const gw_structure_t *s, const gw_residue_t *r, gw_dssp_residue_t *out)
{
    const gw_atom_t *n = gw_structure_atom(s, r, "N"), *ca = gw_structure_atom(s, r, "CA"),
                    *c = gw_structure_atom(s, r, "C"), *o = gw_structure_atom(s, r, "O");
    if (!n || !ca || !c || !o)
        return false;
    memcpy(out->n, n->xyz, sizeof out->n);
    memcpy(out->ca, ca->xyz, sizeof out->ca);
    memcpy(out->c, c->xyz, sizeof out->c);
    memcpy(out->o, o->xyz, sizeof out->o);
    out->proline = strcmp(r->name, "PRO") == 0;
    return true;
}

gw_status_t gw_template_dssp(const gw_structure_t *s, uint8_t *ss, gw_err_t *err)
{
    gw_dssp_residue_t *r = gw_malloc(s->n_residues, sizeof *r);
    size_t *at = gw_malloc(s->n_residues, sizeof *at), n = 0;
    uint8_t *code = gw_malloc(s->n_residues, 1);
    gw_status_t st = r && at && code ? GW_OK : gw_err_nomem(err, "assigning secondary structure");
    memset(ss, UNKNOWN, s->n_residues);
    for (size_t c = 0; st == GW_OK && c < s->n_chains; c++)
        for (size_t i = s->chain[c].first; i < s->chain[c].first + s->chain[c].n; i++)
            if (backbone(s, &s->residue[i], &r[n])) {
                r[n].chain = (int32_t)c;
                at[n++] = i;
            }
    if (st == GW_OK)
        st = gw_dssp_assign(r, n, code, err);
    for (size_t i = 0; st == GW_OK && i < n; i++)
        ss[at[i]] = code[i];
    free(r);
    free(at);
    free(code);
    return st;
}

/* radii of DSSP */
static float radius_of(const gw_atom_t *a)
{
    if (strcmp(a->name, "N") == 0)
        return 1.65F;
    if (strcmp(a->name, "CA") == 0)
        return 1.87F;
    if (strcmp(a->name, "C") == 0)
        return 1.76F;
    if (strcmp(a->name, "O") == 0)
        return 1.40F;
    return 1.80F;
}

static gw_status_t surfaces(gw_template_context_t *x, gw_err_t *err)
{
    size_t n = 0, all = x->s->n_atoms;
    float(*xyz)[3] = gw_malloc(all, sizeof *xyz);
    float *radius = gw_malloc(all, sizeof *radius), *area = gw_malloc(all, sizeof *area);
    size_t *at = gw_malloc(all, sizeof *at);
    gw_status_t st = xyz && radius && area && at ? GW_OK : gw_err_nomem(err, "measuring surfaces");
    for (size_t i = 0; st == GW_OK && i < all; i++) {
        const gw_atom_t *a = &x->s->atom[i];
        x->area[i] = 0;
        if (a->element == 'H' || a->element == 'D')
            continue;
        memcpy(xyz[n], a->xyz, sizeof xyz[n]);
        radius[n] = radius_of(a);
        at[n++] = i;
    }
    if (st == GW_OK)
        st = gw_dssp_surface((const float(*)[3])xyz, radius, n, area, err);
    for (size_t i = 0; st == GW_OK && i < n; i++)
        x->area[at[i]] = area[i];
    free(xyz);
    free(radius);
    free(area);
    free(at);
    return st;
}

/* neighbours' CA within 10 A: how buried a residue without side chain is */
static int crowd(const gw_structure_t *s, const gw_chain_t *c, const gw_atom_t *ca)
{
    int n = 0;
    for (size_t i = c->first; i < c->first + c->n; i++) {
        const gw_atom_t *b = gw_structure_atom(s, &s->residue[i], "CA");
        float d = 0;
        for (int k = 0; b && k < 3; k++)
            d += (ca->xyz[k] - b->xyz[k]) * (ca->xyz[k] - b->xyz[k]);
        n += b && d < 100;
    }
    return n;
}

static const gw_chain_t *chain_of(const gw_structure_t *s, size_t residue)
{
    size_t c = 0;
    while (c + 1 < s->n_chains && residue >= s->chain[c + 1].first)
        c++;
    return &s->chain[c];
}

static void set_surface(const gw_template_context_t *x, size_t residue, gw_template_t *t, int32_t i)
{
    const gw_residue_t *r = &x->s->residue[residue];
    float sum = 0;
    for (size_t k = r->first; k < r->first + r->n; k++)
        sum += x->area[k];
    float rel = 100 * sum / gw_aa_max_surface[t->seq[i]];
    int near = crowd(x->s, chain_of(x->s, residue), gw_structure_atom(x->s, r, "CA"));
    if (r->n < 4) { /* CA only: 6 neighbours lie open, 30 are packed all round */
        rel = 100 - 4.2F * (float)(near - 6);
        rel = rel < 0 ? 0 : rel;
    }
    t->acc[i] = (uint8_t)(rel > 255 ? 255 : lrintf(rel));
    float depth = 4 * (2 + 0.15F * (float)near); /* grows with the crowd; quarters of an A */
    t->depth[i] = (uint8_t)(depth > 255 ? 255 : lrintf(depth));
}

static float ca_distance(const gw_template_t *t, int32_t i, int32_t j)
{
    float a[3], b[3], d = 0;
    gw_template_atom(t, i, GW_TLIB_CA, a);
    gw_template_atom(t, j, GW_TLIB_CA, b);
    for (int k = 0; k < 3; k++)
        d += (a[k] - b[k]) * (a[k] - b[k]);
    return sqrtf(d);
}

/* state from the CA trace: helices keep 5.5 A to the second and 5.2 A to the third neighbour,
 * strands 6.4 and 9.9 */
static uint8_t state_from_trace(const gw_template_t *t, int32_t i)
{
    static const char want[2] = {'H', 'E'};
    for (int kind = 0; kind < 2; kind++)
        for (int32_t k = i - 2; k <= i - 1; k++) {
            if (k < 0 || k + 3 >= t->len)
                continue;
            float d2 = ca_distance(t, k, k + 2), d3 = ca_distance(t, k, k + 3);
            bool helix = fabsf(d2 - 5.5F) < 0.7F && fabsf(d3 - 5.2F) < 0.9F;
            bool strand = d2 > 5.9F && d2 < 7.4F && d3 > 9.0F && d3 < 11.2F;
            if (kind == 0 ? helix : strand)
                return (uint8_t)(strchr(gw_tlib_ss_letters, want[kind]) - gw_tlib_ss_letters);
        }
    return 0;
}

static int torsion_class(const gw_template_t *t, int32_t i)
{
    float a[3], b[3], c[3], d[3];
    bool full = i > 0 && i + 1 < t->len && gw_template_has(t, i - 1, GW_TLIB_C) &&
                gw_template_has(t, i, GW_TLIB_N) && gw_template_has(t, i, GW_TLIB_C) &&
                gw_template_has(t, i + 1, GW_TLIB_N);
    if (!full)
        return gw_score_ss3(t->ss[i]) == 2 ? 0 : 1;
    gw_template_atom(t, i - 1, GW_TLIB_C, a);
    gw_template_atom(t, i, GW_TLIB_N, b);
    gw_template_atom(t, i, GW_TLIB_CA, c);
    gw_template_atom(t, i, GW_TLIB_C, d);
    float phi = gw_dssp_torsion(a, b, c, d);
    gw_template_atom(t, i + 1, GW_TLIB_N, a);
    float psi = gw_dssp_torsion(b, c, d, a);
    return phi > 0 ? 2 : psi > -120 && psi < 50 ? 0 : 1;
}

static void set_environment(gw_template_t *t)
{
    for (int32_t i = 0; i < t->len; i++) {
        int a = t->acc[i], bin = a < 5 ? 0 : a < 16 ? 1 : a < 36 ? 2 : a < 60 ? 3 : 4;
        int row = (gw_score_ss3(t->ss[i]) * 5 + bin) * 3 + torsion_class(t, i);
        memcpy(t->sprof + i * 20, gw_env_table[row], 20);
    }
}

/* coordinates relative to the structure's middle, in library units; false when they do not fit */
static bool set_atoms(const gw_structure_t *s, const gw_residue_t *r, const double *middle,
                      gw_template_t *t, int32_t i)
{
    static const char *const name[GW_TLIB_ATOMS] = {"N", "CA", "C", "O"};
    for (int a = 0; a < GW_TLIB_ATOMS; a++) {
        const gw_atom_t *x = gw_structure_atom(s, r, name[a]);
        for (int k = 0; x && k < 3; k++) {
            double v = (x->xyz[k] - middle[k]) / (double)GW_TLIB_UNIT;
            if (fabs(v) > 32000)
                return false;
            t->xyz[(i * GW_TLIB_ATOMS + a) * 3 + k] = (int16_t)lrint(v);
        }
    }
    return true;
}

/* 1. context */
gw_status_t gw_template_context_init(gw_template_context_t *x, const gw_structure_t *s,
                                     gw_err_t *err)
{
    *x = (gw_template_context_t){
        s, gw_malloc(s->n_residues, 1), gw_malloc(s->n_atoms, sizeof(float)), {0, 0, 0}};
    size_t n = 0;
    for (size_t i = 0; i < s->n_residues; i++) {
        const gw_atom_t *ca = gw_structure_atom(s, &s->residue[i], "CA");
        n += ca != NULL;
        for (int d = 0; ca && d < 3; d++)
            x->middle[d] += (ca->xyz[d] - x->middle[d]) / (double)n;
    }
    gw_status_t st = x->ss && x->area ? GW_OK : gw_err_nomem(err, "making templates");
    if (st == GW_OK)
        st = gw_template_dssp(s, x->ss, err);
    if (st == GW_OK)
        st = surfaces(x, err);
    if (st != GW_OK)
        gw_template_context_release(x);
    return st;
}

void gw_template_context_release(gw_template_context_t *x)
{
    free(x->ss);
    free(x->area);
    memset(x, 0, sizeof *x);
}

/* 2. templates */
static gw_status_t fill(const gw_template_context_t *x, const size_t *index, size_t n,
                        gw_template_t *t, gw_err_t *err)
{
    const gw_structure_t *s = x->s;
    int32_t i = 0;
    for (size_t k = 0; k < n; k++) {
        const gw_residue_t *r = &s->residue[index[k]];
        if (!gw_structure_atom(s, r, "CA"))
            continue;
        int aa = gw_aa_from_name(r->name);
        t->seq[i] = (uint8_t)(aa < 0 ? GW_AA_X : aa);
        t->resnum[i] = r->number;
        t->icode[i] = r->icode;
        t->ss[i] = x->ss[index[k]];
        set_surface(x, index[k], t, i);
        if (!set_atoms(s, r, x->middle, t, i))
            return gw_err_set(err, GW_EDATA,
                              "it spreads over more than 3,000 Angstrom; coordinates damaged?");
        i++;
    }
    for (i = 0; i < t->len; i++)
        if (t->ss[i] == UNKNOWN)
            t->ss[i] = state_from_trace(t, i);
    set_environment(t);
    return GW_OK;
}

/* the chain's places in its assemblies; the library's coordinates y are x - middle, so
 * y' = rot y + (shift + rot middle - middle) */
static gw_status_t set_copies(const gw_template_context_t *x, size_t residue, gw_template_t *t,
                              gw_err_t *err)
{
    size_t chain = (size_t)(chain_of(x->s, residue) - x->s->chain), n = 0;
    for (size_t k = 0; k < x->s->n_copies; k++)
        n += x->s->copy[k].chain == chain;
    n = n < GW_TLIB_MAX_COPIES ? n : GW_TLIB_MAX_COPIES;
    t->copy = gw_calloc(n, sizeof *t->copy);
    if (!t->copy)
        return gw_err_nomem(err, "making a template");
    for (size_t k = 0; t->n_copies < n; k++) {
        const gw_copy_t *from = &x->s->copy[k];
        if (from->chain != chain)
            continue;
        gw_tlib_copy_t *to = &t->copy[t->n_copies++];
        to->assembly = from->assembly;
        for (int i = 0; i < 3; i++) {
            double shift = from->shift[i] - x->middle[i];
            for (int j = 0; j < 3; j++) {
                to->rot[3 * i + j] = (float)from->rot[i][j];
                shift += from->rot[i][j] * x->middle[j];
            }
            to->shift[i] = (float)shift;
        }
    }
    return GW_OK;
}

/* a chain of unknown residues, or of atoms put nowhere, would only be found by chance */
static gw_status_t check_residues(const gw_structure_t *s, const size_t *index, size_t n,
                                  size_t *with_ca, gw_err_t *err)
{
    size_t len = 0, known = 0, close = 0;
    const gw_atom_t *last = NULL;
    for (size_t k = 0; k < n; k++) {
        const gw_residue_t *r = &s->residue[index[k]];
        const gw_atom_t *ca = gw_structure_atom(s, r, "CA");
        if (!ca)
            continue;
        int aa = gw_aa_from_name(r->name);
        known += aa >= 0 && aa != GW_AA_X;
        if (last) {
            float d = 0;
            for (int i = 0; i < 3; i++)
                d += (ca->xyz[i] - last->xyz[i]) * (ca->xyz[i] - last->xyz[i]);
            close += d < 1;
        }
        last = ca;
        len++;
    }
    if (len < GW_TEMPLATE_MIN_LEN)
        return gw_err_set(err, GW_EDATA, "%zu residue%s with a CA atom, fewer than %d", len,
                          len == 1 ? "" : "s", GW_TEMPLATE_MIN_LEN);
    if (len > GW_TLIB_MAX_LEN)
        return gw_err_set(err, GW_EDATA, "%zu residues, more than %d", len, GW_TLIB_MAX_LEN);
    if (known == 0)
        return gw_err_set(err, GW_EDATA, "no known amino acid in %zu residues, only X (UNK)", len);
    if (close > len / 2)
        return gw_err_set(err, GW_EDATA,
                          "%zu of %zu CA atoms lie less than 1 A from the one before; coordinates "
                          "are missing or made up",
                          close, len);
    *with_ca = len;
    return GW_OK;
}

gw_status_t gw_template_from_residues(const gw_template_context_t *x, const char *name,
                                      const char *label, const size_t *index, size_t n,
                                      gw_template_t *out, gw_err_t *err)
{
    size_t len = 0;
    gw_status_t st = check_residues(x->s, index, n, &len, err);
    if (st != GW_OK || (st = gw_template_init(out, name, label, (int32_t)len, err)) != GW_OK)
        return st;
    if ((st = fill(x, index, n, out, err)) != GW_OK ||
        (st = set_copies(x, index[0], out, err)) != GW_OK)
        gw_template_release(out);
    return st;
}
