#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/structure_impl.h"

/* CIF tokens */
typedef struct {
    const char *path, *p, *end, *start;
    const char *tok;
    size_t n;
    bool quoted;
    int64_t line, comments;
} lexer_t;

static bool at_line_start(const lexer_t *x)
{
    return x->p == x->start || x->p[-1] == '\n';
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(lexer_t *x)
{
    while (x->p < x->end) {
        if (*x->p == '#') {
            x->comments++;
            while (x->p < x->end && *x->p != '\n')
                x->p++;
        } else if (blank(*x->p)) {
            x->line += *x->p == '\n';
            x->p++;
        } else {
            return;
        }
    }
}

/* text field: from a ';' at a line's start to the next such */
static bool text_field(lexer_t *x)
{
    x->tok = ++x->p;
    while (x->p < x->end && !(*x->p == ';' && at_line_start(x))) {
        x->line += *x->p == '\n';
        x->p++;
    }
    if (x->p == x->end)
        return false;
    x->n = (size_t)(x->p++ - x->tok);
    return true;
}

/* 1: a token; 0: the end; -1: a quote or text field is not closed */
static int next(lexer_t *x)
{
    skip_blanks(x);
    x->quoted = false;
    if (x->p >= x->end)
        return 0;
    char c = *x->p;
    if (c == ';' && at_line_start(x)) {
        x->quoted = true;
        return text_field(x) ? 1 : -1;
    }
    if (c == '\'' || c == '"') {
        x->tok = ++x->p;
        while (x->p < x->end && *x->p != '\n' &&
               !(*x->p == c && (x->p + 1 == x->end || blank(x->p[1]))))
            x->p++;
        if (x->p == x->end || *x->p == '\n')
            return -1;
        x->n = (size_t)(x->p++ - x->tok);
        x->quoted = true;
        return 1;
    }
    x->tok = x->p;
    while (x->p < x->end && !blank(*x->p))
        x->p++;
    x->n = (size_t)(x->p - x->tok);
    return 1;
}

static bool is(const lexer_t *x, const char *word)
{
    return !x->quoted && x->n == strlen(word) && strncasecmp(x->tok, word, x->n) == 0;
}

static bool starts(const lexer_t *x, const char *word)
{
    size_t n = strlen(word);
    return !x->quoted && x->n >= n && strncasecmp(x->tok, word, n) == 0;
}

/* a token that cannot be a value */
static bool reserved(const lexer_t *x)
{
    return !x->quoted && (x->tok[0] == '_' || is(x, "loop_") || starts(x, "data_") ||
                          starts(x, "save_") || is(x, "stop_") || is(x, "global_"));
}

enum {
    GROUP,
    ATOM,
    ALT,
    COMP,
    ASYM,
    SEQ,
    AUTH_ATOM,
    AUTH_COMP,
    AUTH_ASYM,
    AUTH_SEQ,
    ICODE,
    X,
    Y,
    Z,
    OCC,
    BISO,
    ELEMENT,
    MODEL,
    FIELDS
};
static const char *const item[FIELDS] = {
    "group_PDB",         "label_atom_id", "label_alt_id",      "label_comp_id", "label_asym_id",
    "label_seq_id",      "auth_atom_id",  "auth_comp_id",      "auth_asym_id",  "auth_seq_id",
    "pdbx_PDB_ins_code", "Cartn_x",       "Cartn_y",           "Cartn_z",       "occupancy",
    "B_iso_or_equiv",    "type_symbol",   "pdbx_PDB_model_num"};

typedef struct {
    char v[FIELDS][24];
    bool has[FIELDS]; /* given, and neither '.' nor '?' */
} row_t;

static gw_status_t cif_error(const lexer_t *x, const char *what, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA, "%s: line %lld: %s; file cut short or not mmCIF?", x->path,
                      (long long)x->line, what);
}

static const char *pick(const row_t *r, int first, int second)
{
    return r->has[first] ? r->v[first] : r->has[second] ? r->v[second] : "";
}

static void copy(char *to, size_t size, const char *from)
{
    size_t n = strlen(from);
    n = n < size - 1 ? n : size - 1;
    memcpy(to, from, n);
    to[n] = '\0';
}

static gw_status_t row_atom(const lexer_t *x, const row_t *r, gw_rawatoms_t *out, int32_t *model0,
                            int32_t *last_model, gw_err_t *err)
{
    gw_rawatom_t a = {.altloc = ' ', .icode = ' '};
    int64_t v = 1;
    double d;
    if (r->has[MODEL] && !gw_text_int(r->v[MODEL], &v))
        return cif_error(x, "model number is no number", err);
    a.model = (int32_t)v;
    if (out->n_models == 0) {
        *model0 = a.model;
        *last_model = a.model;
        out->n_models = 1;
    } else if (a.model != *last_model) {
        *last_model = a.model;
        out->n_models++;
    }
    if (a.model != *model0)
        return GW_OK;
    for (int k = 0; k < 3; k++) {
        if (!r->has[X + k] || !gw_text_double(r->v[X + k], &d) || d > 1e5 || d < -1e5)
            return cif_error(x, "an atom's coordinate is no number", err);
        a.atom.xyz[k] = (float)d;
    }
    copy(a.atom.name, sizeof a.atom.name, pick(r, ATOM, AUTH_ATOM));
    copy(a.residue, sizeof a.residue, pick(r, COMP, AUTH_COMP));
    copy(a.chain, sizeof a.chain, pick(r, AUTH_ASYM, ASYM));
    copy(a.label, sizeof a.label, pick(r, ASYM, AUTH_ASYM));
    if (!a.chain[0])
        strcpy(a.chain, "_");
    const char *seq = pick(r, AUTH_SEQ, SEQ);
    if (!gw_text_int(seq, &v))
        v = 0; /* waters and ligands may have none */
    a.number = (int32_t)v;
    a.hetero = r->has[GROUP] && r->v[GROUP][0] == 'H';
    a.ligand = a.hetero && r->v[SEQ][0] && !r->has[SEQ]; /* label_seq_id is '.' or '?' */
    if (r->has[ALT])
        a.altloc = r->v[ALT][0];
    if (r->has[ICODE])
        a.icode = r->v[ICODE][0];
    a.atom.occupancy = r->has[OCC] && gw_text_double(r->v[OCC], &d) ? (float)d : 1.0F;
    a.atom.bfactor = r->has[BISO] && gw_text_double(r->v[BISO], &d) ? (float)d : 0.0F;
    a.atom.element = r->has[ELEMENT] ? (char)toupper((unsigned char)r->v[ELEMENT][0])
                                     : (char)toupper((unsigned char)a.atom.name[0]);
    if (!GW_GROW(out->a, out->cap, out->n + 1))
        return gw_err_nomem(err, "reading a structure");
    out->a[out->n++] = a;
    return GW_OK;
}

/* which of our items a data name is, or -1 */
static int item_of(const lexer_t *x)
{
    const size_t k = strlen("_atom_site.");
    for (int i = 0; i < FIELDS; i++)
        if (x->n == k + strlen(item[i]) && strncasecmp(x->tok + k, item[i], x->n - k) == 0)
            return i;
    return -1;
}

static void set_value(const lexer_t *x, row_t *r, int field)
{
    if (field < 0)
        return;
    size_t n = x->n < sizeof r->v[0] - 1 ? x->n : sizeof r->v[0] - 1;
    memcpy(r->v[field], x->tok, n);
    r->v[field][n] = '\0';
    r->has[field] = x->quoted || !(x->n == 1 && (*x->tok == '.' || *x->tok == '?'));
}

/* the rows of the atom_site loop; x is at its first data name. Returns with x at the token after.
 */
static gw_status_t atom_loop(lexer_t *x, gw_rawatoms_t *out, int *more, gw_err_t *err)
{
    enum { STYLE = 8 }; /* comments that make a file one that closes its categories by them */
    int column[128], n = 0, t = 1, at = 0;
    int64_t before = x->comments;
    int32_t model0 = 0, last = 0;
    row_t r;
    memset(&r, 0, sizeof r);
    while (t == 1 && starts(x, "_atom_site.")) {
        if (n == 128)
            return cif_error(x, "atom_site has more than 128 items", err);
        column[n++] = item_of(x);
        t = next(x);
    }
    for (; t == 1 && !reserved(x); t = next(x)) {
        set_value(x, &r, column[at]);
        if (++at == n) {
            gw_status_t st = row_atom(x, &r, out, &model0, &last, err);
            if (st != GW_OK)
                return st;
            at = 0;
        }
    }
    if (t < 0)
        return cif_error(x, "a quoted value is not closed", err);
    if (at != 0)
        return cif_error(x, "atom_site breaks off within a row", err);
    if (t == 0 && before >= STYLE && x->comments == before)
        return cif_error(x, "the file ends with atom_site, not closed by # as the rest is", err);
    *more = t;
    return GW_OK;
}

/* assemblies: two small categories, as loops or as name and value pairs */
typedef struct {
    const char *prefix, *const *item;
    int items;
} category_t;
static const char *const gen_item[GW_RAWGEN_ITEMS] = {"assembly_id", "oper_expression",
                                                      "asym_id_list"};
static const char *const oper_item[GW_RAWOPER_ITEMS] = {
    "id",           "matrix[1][1]", "matrix[1][2]", "matrix[1][3]", "vector[1]",
    "matrix[2][1]", "matrix[2][2]", "matrix[2][3]", "vector[2]",    "matrix[3][1]",
    "matrix[3][2]", "matrix[3][3]", "vector[3]"};
static const category_t categories[2] = {{"_pdbx_struct_assembly_gen.", gen_item, GW_RAWGEN_ITEMS},
                                         {"_pdbx_struct_oper_list.", oper_item, GW_RAWOPER_ITEMS}};

/* which of the categories a data name belongs to, and which item it is (-1: another); NULL: none */
static const category_t *category_of(const lexer_t *x, int *which)
{
    for (int c = 0; c < 2; c++) {
        size_t k = strlen(categories[c].prefix);
        if (!starts(x, categories[c].prefix))
            continue;
        *which = -1;
        for (int i = 0; i < categories[c].items; i++)
            if (x->n - k == strlen(categories[c].item[i]) &&
                strncasecmp(x->tok + k, categories[c].item[i], x->n - k) == 0)
                *which = i;
        return &categories[c];
    }
    return NULL;
}

static gw_rawtable_t *table_of(const category_t *c, gw_rawatoms_t *out)
{
    return c == categories ? &out->gen : &out->oper;
}

/* sets item `which` of the table's last row, a new one when `fresh` */
static bool set_cell(const lexer_t *x, const category_t *c, int which, bool fresh,
                     gw_rawatoms_t *out)
{
    gw_rawtable_t *t = table_of(c, out);
    if (fresh && !gw_rawtable_row(t, (size_t)c->items))
        return false;
    bool given = x->quoted || !(x->n == 1 && (*x->tok == '.' || *x->tok == '?'));
    return which < 0 || !given ||
           gw_rawtable_set(t, t->n - (size_t)c->items + (size_t)which, x->tok, x->n);
}

/* the rows of a loop of the category; x is at its first data name, then at the token after */
static gw_status_t assembly_loop(lexer_t *x, const category_t *c, gw_rawatoms_t *out, int *more,
                                 gw_err_t *err)
{
    int column[64], n = 0, at = 0, t = 1;
    for (; t == 1 && starts(x, c->prefix); t = next(x)) {
        if (n == 64)
            return cif_error(x, "a category of assemblies has more than 64 items", err);
        category_of(x, &column[n++]);
    }
    for (; t == 1 && !reserved(x); t = next(x)) {
        if (!set_cell(x, c, column[at], at == 0, out))
            return gw_err_nomem(err, "reading a structure");
        at = (at + 1) % n;
    }
    if (t == 1 && at != 0)
        return cif_error(x, "a row of its assemblies breaks off", err);
    *more = t;
    return GW_OK;
}

gw_status_t gw_mmcif_parse(const char *path, const char *text, size_t len, gw_rawatoms_t *out,
                           gw_err_t *err)
{
    lexer_t x = {path, text, text + len, text, NULL, 0, false, 1, 0};
    row_t single;
    bool any_single = false, begun[2] = {false, false};
    const category_t *c;
    int which;
    memset(&single, 0, sizeof single);
    int t = next(&x);
    while (t == 1) {
        if (starts(&x, "data_") && !out->id[0]) {
            size_t n = x.n - 5 < sizeof out->id - 1 ? x.n - 5 : sizeof out->id - 1;
            for (size_t k = 0; k < n; k++)
                out->id[k] = (char)tolower((unsigned char)x.tok[5 + k]);
            t = next(&x);
        } else if (is(&x, "loop_")) {
            t = next(&x);
            if (t == 1 && starts(&x, "_atom_site.")) {
                gw_status_t st = atom_loop(&x, out, &t, err);
                if (st != GW_OK)
                    return st;
            } else if (t == 1 && (c = category_of(&x, &which))) {
                gw_status_t st = assembly_loop(&x, c, out, &t, err);
                if (st != GW_OK)
                    return st;
            }
        } else if ((c = category_of(&x, &which))) { /* one row only: name and value pairs */
            t = next(&x);
            if (t == 1 && !reserved(&x)) {
                if (!set_cell(&x, c, which, !begun[c - categories], out))
                    return gw_err_nomem(err, "reading a structure");
                begun[c - categories] = true;
                t = next(&x);
            }
        } else if (starts(&x, "_atom_site.")) { /* one atom only: name and value pairs */
            int k = item_of(&x);
            t = next(&x);
            if (t == 1) {
                set_value(&x, &single, k);
                any_single = true;
                t = next(&x);
            }
        } else {
            t = next(&x);
        }
    }
    if (t < 0)
        return cif_error(&x, "a quoted value or text field is not closed", err);
    int32_t m0 = 0, m1 = 0;
    return any_single ? row_atom(&x, &single, out, &m0, &m1, err) : GW_OK;
}
