#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/structure_impl.h"

/* columns [from, to) of a line (0-based) without blanks around, into buf */
static const char *field(const char *line, size_t n, size_t from, size_t to, char *buf, size_t size)
{
    while (from < to && from < n && line[from] == ' ')
        from++;
    to = to < n ? to : n;
    while (to > from && (line[to - 1] == ' ' || line[to - 1] == '\0'))
        to--;
    size_t k = to > from ? to - from : 0;
    k = k < size - 1 ? k : size - 1;
    if (k)
        memcpy(buf, line + from, k);
    buf[k] = '\0';
    return buf;
}

static bool coordinate(const char *line, size_t n, size_t from, float *out)
{
    char buf[16];
    double v;
    if (!gw_text_double(field(line, n, from, from + 8, buf, sizeof buf), &v) || v > 1e5 || v < -1e5)
        return false;
    *out = (float)v;
    return true;
}

/* residue numbers may pass 9999 as hybrid-36 or spill; what is no decimal number is refused */
static bool residue_number(const char *line, size_t n, int32_t *out)
{
    char buf[8];
    int64_t v;
    if (!gw_text_int(field(line, n, 22, 26, buf, sizeof buf), &v))
        return false;
    *out = (int32_t)v;
    return true;
}

static char element_of(const char *line, size_t n, const char *name)
{
    char buf[4];
    if (n >= 78 && *field(line, n, 76, 78, buf, sizeof buf) && isalpha((unsigned char)buf[0]))
        return (char)toupper((unsigned char)buf[0]);
    while (*name && isdigit((unsigned char)*name))
        name++;
    return (char)toupper((unsigned char)*name);
}

static gw_status_t bad_line(const char *path, int64_t line, const char *what, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA, "%s: line %lld: %s; file cut short or not in PDB format?",
                      path, (long long)line, what);
}

static gw_status_t atom_line(const char *path, int64_t number, const char *l, size_t n,
                             gw_rawatom_t *a, gw_err_t *err)
{
    char buf[16];
    double v;
    memset(a, 0, sizeof *a);
    a->hetero = l[0] == 'H';
    if (n < 54)
        return bad_line(path, number, "atom record ends before its coordinates", err);
    field(l, n, 12, 16, a->atom.name, sizeof a->atom.name);
    field(l, n, 17, 20, a->residue, sizeof a->residue);
    a->altloc = l[16];
    a->chain[0] = l[21] == ' ' ? '_' : l[21];
    a->icode = l[26];
    if (!residue_number(l, n, &a->number))
        return bad_line(path, number, "no residue number in columns 23 to 26", err);
    for (size_t k = 0; k < 3; k++)
        if (!coordinate(l, n, 30 + 8 * k, &a->atom.xyz[k]))
            return bad_line(path, number, "no coordinate in columns 31 to 54", err);
    a->atom.occupancy = gw_text_double(field(l, n, 54, 60, buf, sizeof buf), &v) ? (float)v : 1.0F;
    a->atom.bfactor = gw_text_double(field(l, n, 60, 66, buf, sizeof buf), &v) ? (float)v : 0.0F;
    a->atom.element = element_of(l, n, a->atom.name);
    return GW_OK;
}

/* REMARK 350: BIOMOLECULE, the chains, and for each operator three lines BIOMT1 to BIOMT3 */
typedef struct {
    char assembly[8], chains[1024];
    size_t n_chains; /* bytes */
} biomt_t;

static void add_chains(biomt_t *b, const char *l, size_t n)
{
    const char *colon = memchr(l, ':', n);
    for (const char *p = colon ? colon + 1 : l + n; p < l + n; p++)
        if (*p != ' ' && *p != ',' && b->n_chains + 3 < sizeof b->chains) {
            bool null = (size_t)(l + n - p) >= 4 && strncmp(p, "NULL", 4) == 0;
            b->chains[b->n_chains++] = null ? '_' : *p;
            b->chains[b->n_chains++] = ',';
            p += null ? 3 : 0;
        }
    b->chains[b->n_chains] = '\0';
}

/* an operator is one assembly's own: its name is ASSEMBLY.SERIAL, and so is its row of gen */
static bool biomt_line(biomt_t *b, const char *l, size_t n, gw_rawatoms_t *out)
{
    static const size_t at[5] = {23, 33, 43, 53, 68};
    char serial[8], id[24], cell[24];
    int row = l[18] - '1';
    field(l, n, 19, 23, serial, sizeof serial);
    snprintf(id, sizeof id, "%s.%s", b->assembly, serial);
    if (row == 0) {
        if (!gw_rawtable_row(&out->gen, GW_RAWGEN_ITEMS) ||
            !gw_rawtable_row(&out->oper, GW_RAWOPER_ITEMS))
            return false;
        size_t g = out->gen.n - GW_RAWGEN_ITEMS, o = out->oper.n - GW_RAWOPER_ITEMS;
        if (!gw_rawtable_set(&out->gen, g, b->assembly, strlen(b->assembly)) ||
            !gw_rawtable_set(&out->gen, g + GW_RAWGEN_EXPRESSION, id, strlen(id)) ||
            !gw_rawtable_set(&out->gen, g + GW_RAWGEN_CHAINS, b->chains, b->n_chains) ||
            !gw_rawtable_set(&out->oper, o, id, strlen(id)))
            return false;
    }
    size_t o = out->oper.n - GW_RAWOPER_ITEMS;
    if (out->oper.n == 0 || strcmp(out->oper.v[o], id) != 0)
        return true; /* no first row: the operator stays unknown or incomplete, which is reported */
    for (size_t k = 0; k < 4; k++) {
        field(l, n, at[k], at[k + 1], cell, sizeof cell);
        if (!gw_rawtable_set(&out->oper, o + GW_RAWOPER_MATRIX + 4 * (size_t)row + k, cell,
                             strlen(cell)))
            return false;
    }
    return true;
}

static bool remark_350(biomt_t *b, const char *l, size_t n, gw_rawatoms_t *out)
{
    if (n > 23 && strncmp(l + 11, "BIOMOLECULE:", 12) == 0) {
        field(l, n, 23, 31, b->assembly, sizeof b->assembly);
        b->n_chains = 0;
    } else if (n > 41 && strncmp(l + 11, "APPLY THE FOLLOWING TO CHAINS:", 30) == 0) {
        b->n_chains = 0;
        add_chains(b, l, n);
    } else if (n > 34 && strstr(l, "AND CHAINS:") && strstr(l, "AND CHAINS:") < l + n) {
        add_chains(b, l, n);
    } else if (n > 23 && strncmp(l + 13, "BIOMT", 5) == 0 && l[18] >= '1' && l[18] <= '3') {
        return biomt_line(b, l, n, out);
    }
    return true;
}

gw_status_t gw_pdb_parse(const char *path, const char *text, size_t len, gw_rawatoms_t *out,
                         gw_err_t *err)
{
    const char *p = text, *end = text + len;
    int64_t number = 0;
    bool ter = false, header = false, seqres = false, finished = false;
    biomt_t biomt = {.assembly = "1"};
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((nl ? nl : end) - p);
        const char *l = p;
        p = nl ? nl + 1 : end;
        number++;
        while (n && (l[n - 1] == '\r' || l[n - 1] == ' '))
            n--;
        header |= strncmp(l, "HEADER", 6) == 0;
        seqres |= strncmp(l, "SEQRES", 6) == 0;
        finished |= (n == 3 && strncmp(l, "END", 3) == 0) || strncmp(l, "MASTER", 6) == 0;
        if (strncmp(l, "HEADER", 6) == 0 && n >= 66) {
            field(l, n, 62, 66, out->id, sizeof out->id);
            for (char *c = out->id; *c; c++)
                *c = (char)tolower((unsigned char)*c);
        } else if (strncmp(l, "REMARK 350 ", 11) == 0) {
            if (!remark_350(&biomt, l, n, out))
                return gw_err_nomem(err, "reading a structure");
        } else if (strncmp(l, "MODEL", 5) == 0) {
            out->n_models++;
        } else if (strncmp(l, "TER", 3) == 0) {
            ter = true;
        } else if (strncmp(l, "ENDMDL", 6) == 0 && out->n_models == 0) {
            out->n_models = 1;
        } else if ((strncmp(l, "ATOM  ", 6) == 0 || strncmp(l, "HETATM", 6) == 0) &&
                   out->n_models <= 1) {
            if (!GW_GROW(out->a, out->cap, out->n + 1))
                return gw_err_nomem(err, "reading a structure");
            gw_status_t st = atom_line(path, number, l, n, &out->a[out->n], err);
            if (st != GW_OK)
                return st;
            out->a[out->n++].ter_before = ter;
            ter = false;
        }
    }
    /* other writers leave END out, whole entries never do */
    if (header && seqres && out->n && !finished)
        return gw_err_set(err, GW_EDATA,
                          "%s: an entry with HEADER and SEQRES but without END; file "
                          "cut short? fetch it again",
                          path);
    return GW_OK;
}
