#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/slurp.h"
#include "io/stream.h"
#include "io/structure.h"
#include "io/structure_impl.h"

/* 1. the model */
const gw_atom_t *gw_structure_atom(const gw_structure_t *s, const gw_residue_t *r, const char *name)
{
    for (size_t i = r->first; i < r->first + r->n; i++)
        if (strcmp(s->atom[i].name, name) == 0)
            return &s->atom[i];
    return NULL;
}

void gw_structure_release(gw_structure_t *s)
{
    free(s->atom);
    free(s->residue);
    free(s->chain);
    free(s->copy);
    free(s->assembly_fault);
    memset(s, 0, sizeof *s);
}

/* 2. reading */
static bool same_residue(const gw_rawatom_t *a, const gw_rawatom_t *b)
{
    return a->number == b->number && a->icode == b->icode && strcmp(a->chain, b->chain) == 0;
}

static bool is_water(const char *name)
{
    return strcmp(name, "HOH") == 0 || strcmp(name, "DOD") == 0 || strcmp(name, "WAT") == 0;
}

/* of the atoms [a, a + n) of one residue number, which residue name and which location to keep:
 * the greatest summed occupancy, the first met when equal */
static void choose(const gw_rawatom_t *a, size_t n, const char **name, char *altloc)
{
    float best = -1;
    *name = a->residue;
    for (size_t i = 0; i < n; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = strcmp(a[k].residue, a[i].residue) == 0;
        float sum = 0;
        for (size_t k = i; k < n && !seen; k++)
            sum += strcmp(a[k].residue, a[i].residue) == 0 ? a[k].atom.occupancy : 0;
        if (!seen && sum > best) {
            best = sum;
            *name = a[i].residue;
        }
    }
    best = -1;
    *altloc = ' ';
    for (size_t i = 0; i < n; i++) {
        bool seen = a[i].altloc == ' ' || strcmp(a[i].residue, *name) != 0;
        for (size_t k = 0; k < i && !seen; k++)
            seen = a[k].altloc == a[i].altloc && strcmp(a[k].residue, *name) == 0;
        float sum = 0;
        for (size_t k = i; k < n && !seen; k++)
            sum += a[k].altloc == a[i].altloc && strcmp(a[k].residue, *name) == 0
                       ? a[k].atom.occupancy
                       : 0;
        if (!seen && sum > best) {
            best = sum;
            *altloc = a[i].altloc;
        }
    }
}

static bool kept_before(const gw_structure_t *s, size_t first, const char *name)
{
    for (size_t i = first; i < s->n_atoms; i++)
        if (strcmp(s->atom[i].name, name) == 0)
            return true;
    return false;
}

typedef struct {
    size_t atoms, residues, chains; /* capacities */
} caps_t;

/* an unknown residue within a chain counts when it has a peptide's atoms */
static bool has_backbone(const gw_rawatom_t *a, size_t n, const char *name)
{
    static const char *const want[] = {"N", "CA", "C", "O"};
    for (int k = 0; k < 4; k++) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = strcmp(a[i].residue, name) == 0 && strcmp(a[i].atom.name, want[k]) == 0;
        if (!found)
            return false;
    }
    return true;
}

static gw_status_t add_residue(gw_structure_t *s, caps_t *cap, const gw_rawatom_t *a, size_t n,
                               gw_structure_amino_fn is_amino, gw_err_t *err)
{
    const char *name;
    char altloc;
    choose(a, n, &name, &altloc);
    if (!is_amino(name) && !has_backbone(a, n, name)) {
        s->n_left_out += !is_water(name);
        return GW_OK;
    }
    gw_residue_t r = {
        .number = a->number, .icode = a->icode, .first = s->n_atoms, .hetero = a->hetero};
    strcpy(r.name, name);
    if (!GW_GROW(s->atom, cap->atoms, s->n_atoms + n) ||
        !GW_GROW(s->residue, cap->residues, s->n_residues + 1) ||
        !GW_GROW(s->chain, cap->chains, s->n_chains + 1))
        return gw_err_nomem(err, "reading a structure");
    int backbone = 0;
    bool ca = false;
    for (int pass = 0; pass < 2;
         pass++) /* first the chosen location, then atoms only others have */
        for (size_t i = 0; i < n; i++) {
            bool chosen = a[i].altloc == ' ' || a[i].altloc == altloc;
            if (strcmp(a[i].residue, name) != 0 || chosen != (pass == 0) ||
                kept_before(s, r.first, a[i].atom.name))
                continue;
            const char *k = a[i].atom.name;
            ca |= strcmp(k, "CA") == 0;
            backbone += strcmp(k, "N") == 0 || strcmp(k, "C") == 0;
            s->atom[s->n_atoms++] = a[i].atom;
        }
    r.n = s->n_atoms - r.first;
    if (!ca && backbone < 2) {
        s->n_atoms = r.first;
        s->n_left_out++;
        return GW_OK;
    }
    gw_chain_t *c = s->n_chains ? &s->chain[s->n_chains - 1] : NULL;
    if (!c || strcmp(c->id, a->chain) != 0) {
        c = &s->chain[s->n_chains++];
        memset(c, 0, sizeof *c);
        strcpy(c->id, a->chain);
        strcpy(c->label, a->label[0] ? a->label : a->chain);
        c->first = s->n_residues;
    }
    c->n++;
    s->residue[s->n_residues++] = r;
    return GW_OK;
}

/* amino acids among the ligands of a chain come after its end, and chains may be interleaved with
 * their ligands: bring the atoms of a chain together, in file order */
typedef struct {
    int64_t chain;
    size_t i;
} key_t_;

static int by_key(const void *x, const void *y)
{
    const key_t_ *a = x, *b = y;
    if (a->chain != b->chain)
        return a->chain < b->chain ? -1 : 1;
    return (a->i > b->i) - (a->i < b->i);
}

static bool group_chains(gw_rawatoms_t *raw)
{
    key_t_ *key = gw_malloc(raw->n, sizeof *key);
    gw_rawatom_t *sorted = gw_malloc(raw->n, sizeof *sorted);
    size_t n_seen = 0, cap = 0;
    char(*seen)[8] = NULL;
    bool ok = key && sorted;
    for (size_t i = 0; i < raw->n && ok; i++) {
        size_t c =
            i && strcmp(raw->a[i].chain, raw->a[i - 1].chain) == 0 ? (size_t)key[i - 1].chain : 0;
        while (c < n_seen && strcmp(seen[c], raw->a[i].chain) != 0)
            c++;
        if (c == n_seen) {
            ok = GW_GROW(seen, cap, n_seen + 1);
            if (ok)
                strcpy(seen[n_seen++], raw->a[i].chain);
        }
        key[i] = (key_t_){(int64_t)c, i};
    }
    if (ok) {
        qsort(key, raw->n, sizeof *key, by_key);
        for (size_t i = 0; i < raw->n; i++)
            sorted[i] = raw->a[key[i].i];
        memcpy(raw->a, sorted, raw->n * sizeof *sorted);
    }
    free(key);
    free(sorted);
    free(seen);
    return ok;
}

/* amino acids after a chain's TER are ligands, unless the chain has not begun */
static bool is_ligand(const gw_structure_t *s, const gw_rawatom_t *a, bool ended)
{
    if (a->ligand)
        return true;
    return ended && a->hetero && s->n_chains && strcmp(s->chain[s->n_chains - 1].id, a->chain) == 0;
}

static gw_status_t assemble(gw_rawatoms_t *raw, gw_structure_amino_fn is_amino, gw_structure_t *s,
                            gw_err_t *err)
{
    caps_t cap = {0};
    gw_status_t st = GW_OK;
    bool ended = false;
    if (raw->n && !group_chains(raw))
        return gw_err_nomem(err, "reading a structure");
    strcpy(s->id, raw->id);
    s->n_models = raw->n_models ? raw->n_models : 1;
    for (size_t i = 0; i < raw->n && st == GW_OK;) {
        size_t n = 1;
        while (i + n < raw->n && same_residue(&raw->a[i], &raw->a[i + n]))
            n++;
        if (i && strcmp(raw->a[i].chain, raw->a[i - 1].chain) != 0)
            ended = false;
        ended |= raw->a[i].ter_before && i && strcmp(raw->a[i].chain, raw->a[i - 1].chain) == 0;
        if (is_ligand(s, &raw->a[i], ended))
            s->n_left_out += !is_water(raw->a[i].residue);
        else
            st = add_residue(s, &cap, &raw->a[i], n, is_amino, err);
        i += n;
    }
    return st;
}

static bool looks_like_cif(const char *text)
{
    for (const char *p = text; *p;) {
        while (isspace((unsigned char)*p))
            p++;
        if (strncasecmp(p, "data_", 5) == 0)
            return true;
        if (*p != '#')
            return false;
        p += strcspn(p, "\n");
    }
    return false;
}

gw_status_t gw_structure_read(const char *path, gw_structure_amino_fn is_amino, gw_structure_t *out,
                              gw_err_t *err)
{
    char *text = NULL;
    size_t len = 0;
    gw_rawatoms_t raw = {0};
    memset(out, 0, sizeof *out);
    gw_status_t st = gw_slurp(path, (size_t)4 << 30, &text, &len, err);
    if (st != GW_OK)
        return st;
    const char *shown = gw_stream_name(path);
    st = looks_like_cif(text) ? gw_mmcif_parse(shown, text, len, &raw, err)
                              : gw_pdb_parse(shown, text, len, &raw, err);
    if (st == GW_OK && raw.n == 0)
        st = gw_err_set(err, GW_EDATA,
                        "%s: no ATOM record of PDB and no atom_site of mmCIF; is this "
                        "a structure?",
                        shown);
    if (st == GW_OK)
        st = assemble(&raw, is_amino, out, err);
    if (st == GW_OK)
        st = gw_assembly_expand(&raw, out, err);
    gw_rawtable_release(&raw.gen);
    gw_rawtable_release(&raw.oper);
    free(raw.a);
    free(text);
    if (st != GW_OK)
        gw_structure_release(out);
    return st;
}
