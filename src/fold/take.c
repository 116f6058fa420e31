#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/take.h"
#include "fold/template.h"

void gw_take_release(gw_take_t *t)
{
    for (size_t k = 0; k < t->n; k++)
        gw_template_release(&t->t[k]);
    for (size_t k = 0; k < t->n_notes; k++)
        free(t->note[k]);
    free(t->t);
    free(t->note);
    memset(t, 0, sizeof *t);
}

/* a template's stem: the file's name without folders, compression and structure endings */
static char *stem_of(const char *path)
{
    static const char *const ending[] = {".gz", ".zst", ".bgz", ".pdb", ".cif", ".ent", ".mmcif"};
    const char *slash = strrchr(path, '/');
    char *s = gw_strdup(slash ? slash + 1 : path);
    for (int pass = 0; s && pass < 2; pass++)
        for (size_t k = 0; k < sizeof ending / sizeof *ending; k++) {
            size_t n = strlen(s), m = strlen(ending[k]);
            if (n > m && strcmp(s + n - m, ending[k]) == 0)
                s[n - m] = '\0';
        }
    for (char *p = s; p && *p; p++)
        if (*p == ' ' || *p == '\t')
            *p = '_';
    return s;
}

gw_status_t gw_take_note(gw_take_t *t, char *s, gw_err_t *err)
{
    if (!s || !GW_GROW(t->note, t->cap_notes, t->n_notes + 1)) {
        free(s);
        return gw_err_nomem(err, "reading a structure");
    }
    t->note[t->n_notes++] = s;
    return GW_OK;
}

/* one template, or a note that begins with `what` */
static gw_status_t add(const gw_template_context_t *x, const char *path, const char *what,
                       const char *name, const char *label, const size_t *index, size_t n,
                       gw_take_t *out, gw_err_t *err)
{
    gw_err_t why;
    gw_status_t st =
        name ? gw_template_from_residues(x, name, label, index, n, &out->t[out->n], &why)
             : gw_err_nomem(&why, "making a template");
    if (st == GW_ENOMEM) {
        *err = why;
        return st;
    }
    if (st != GW_OK) {
        out->n_left_out++;
        return gw_take_note(out, gw_asprintf("%s of %s: %s", what, path, why.msg), err);
    }
    for (size_t k = 0; k < n; k++)
        out->n_no_ca += !gw_structure_atom(x->s, &x->s->residue[index[k]], "CA");
    out->n++;
    return GW_OK;
}

static gw_status_t take_chains(const gw_template_context_t *x, const char *path, const char *stem,
                               gw_take_t *out, gw_err_t *err)
{
    const gw_structure_t *s = x->s;
    size_t *index = gw_malloc(s->n_residues, sizeof *index);
    gw_status_t st = index ? GW_OK : gw_err_nomem(err, "reading a structure");
    for (size_t i = 0; index && i < s->n_residues; i++)
        index[i] = i;
    for (size_t c = 0; c < s->n_chains && st == GW_OK; c++) {
        char *name = gw_asprintf("%s_%s", stem, s->chain[c].id), what[24];
        snprintf(what, sizeof what, "chain %s", s->chain[c].id);
        st = add(x, path, what, name, NULL, index + s->chain[c].first, s->chain[c].n, out, err);
        free(name);
    }
    free(index);
    return st;
}

static gw_status_t take_domains(const gw_template_context_t *x, const char *path,
                                const gw_ranges_domain_t *d, size_t n, gw_take_t *out,
                                gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (size_t k = 0; k < n && st == GW_OK; k++) {
        size_t *index, m;
        gw_err_t why;
        char what[80];
        snprintf(what, sizeof what, "domain %.60s", d[k].name);
        st = gw_ranges_residues(&d[k], x->s, &index, &m, &why);
        if (st == GW_OK) {
            st = add(x, path, what, d[k].name, d[k].label, index, m, out, err);
        } else if (st == GW_ENOMEM) {
            *err = why;
        } else {
            out->n_left_out++;
            st = gw_take_note(out, gw_asprintf("%s of %s: %s", what, path, why.msg), err);
        }
        free(index);
    }
    return st;
}

/* the whole file is left out, for the reason in why */
static gw_status_t skip(gw_take_t *out, const gw_err_t *why, gw_err_t *err)
{
    if (why->status != GW_EDATA) { /* no fault of the data: the run fails */
        *err = *why;
        return why->status;
    }
    out->skipped = true;
    return gw_take_note(out, gw_strdup(why->msg), err);
}

static gw_status_t take_structure(const char *path, const char *stem, const gw_structure_t *s,
                                  const gw_ranges_t *ranges, gw_take_t *out, gw_err_t *err)
{
    size_t n = s->n_chains;
    const gw_ranges_domain_t *d = ranges ? gw_ranges_find(ranges, stem, s->id, &n) : NULL;
    gw_template_context_t x;
    gw_err_t why = {0};
    gw_status_t st = GW_OK;
    if (s->n_chains == 0)
        st = gw_err_set(&why, GW_EDATA, "%s: no protein chain (%zu other residues)", path,
                        s->n_left_out);
    else if (n == 0)
        st = gw_err_set(&why, GW_EDATA, "%s: the ranges name no domain of it", path);
    if (st != GW_OK)
        return skip(out, &why, err);
    out->t = gw_calloc(n, sizeof *out->t);
    if (!out->t)
        return gw_err_nomem(err, "reading a structure");
    st = gw_template_context_init(&x, s, err);
    if (st != GW_OK)
        return st;
    if (s->assembly_fault)
        st = gw_take_note(out,
                          gw_asprintf("the assemblies of %s: %s; its chains keep the places of the "
                                      "asymmetric unit",
                                      path, s->assembly_fault),
                          err);
    if (st == GW_OK)
        st = d ? take_domains(&x, path, d, n, out, err) : take_chains(&x, path, stem, out, err);
    gw_template_context_release(&x);
    out->n_models = s->n_models;
    out->n_other = s->n_left_out;
    out->skipped = st == GW_OK && out->n == 0;
    return st;
}

gw_status_t gw_take_file(const char *path, const gw_ranges_t *ranges, gw_take_t *out, gw_err_t *err)
{
    gw_structure_t s;
    gw_err_t why = {0};
    memset(out, 0, sizeof *out);
    gw_status_t st = gw_structure_read(path, gw_template_is_amino, &s, &why);
    if (st != GW_OK)
        return skip(out, &why, err);
    char *stem = stem_of(path);
    st = stem ? take_structure(path, stem, &s, ranges, out, err)
              : gw_err_nomem(err, "reading a structure");
    free(stem);
    gw_structure_release(&s);
    if (st != GW_OK)
        gw_take_release(out);
    return st;
}
