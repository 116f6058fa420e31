#include <config.h>

#include <ctype.h>
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

gw_status_t gw_pdb_parse(const char *path, const char *text, size_t len, gw_rawatoms_t *out,
                         gw_err_t *err)
{
    const char *p = text, *end = text + len;
    int64_t number = 0;
    bool ter = false, header = false, seqres = false, finished = false;
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
