#include <config.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/complex.h"

void gw_complex_release(gw_complex_t *c)
{
    for (size_t k = 0; c->chain && k < c->n; k++)
        gw_model_release(&c->chain[k].m);
    free(c->chain);
    memset(c, 0, sizeof *c);
}

char gw_complex_letter(size_t chain)
{
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[chain];
}

void gw_complex_place(const gw_complex_t *c, char *text, size_t size)
{
    if (c->assembly)
        snprintf(text, size, "assembly %d", c->assembly);
    else
        snprintf(text, size, "the asymmetric unit");
}

/* a query with a template: the name of the template before its last _ is the structure */
typedef struct {
    const char *name;
    size_t stem, query, hit, tmpl;
    double z;
} pair_t;

static int by_structure(const void *a, const void *b)
{
    const pair_t *x = a, *y = b;
    size_t n = x->stem < y->stem ? x->stem : y->stem;
    int c = strncmp(x->name, y->name, n);
    if (c || x->stem != y->stem)
        return c ? c : x->stem < y->stem ? -1 : 1;
    if (x->z != y->z)
        return x->z > y->z ? -1 : 1;
    if (x->query != y->query)
        return x->query < y->query ? -1 : 1;
    return (x->tmpl > y->tmpl) - (x->tmpl < y->tmpl);
}

static bool same_structure(const pair_t *a, const pair_t *b)
{
    return a->stem == b->stem && strncmp(a->name, b->name, a->stem) == 0;
}

/* how many copies of the template assembly number `assembly` holds; the asymmetric unit holds one
 */
static size_t copies_in(const gw_search_lib_t *l, size_t tmpl, int assembly)
{
    size_t n, sum = 0;
    const gw_tlib_copy_t *c = gw_tlib_copies(l->lib, tmpl, &n);
    for (size_t k = 0; k < n; k++)
        sum += c[k].assembly == assembly;
    return assembly ? sum : 1;
}

/* each query once: in the first round each template once, the best pairs first, in the next round
 * what is left on second copies, and so on. The taken pairs are marked in `take`. */
static size_t assign(const gw_search_lib_t *l, const pair_t *p, size_t n, int assembly,
                     uint8_t *take, double *sum)
{
    size_t chains = 0, most = 1;
    *sum = 0;
    memset(take, 0, n);
    for (size_t i = 0; i < n; i++) {
        size_t m = copies_in(l, p[i].tmpl, assembly);
        most = m > most ? m : most;
    }
    for (size_t round = 1; round <= most && chains < GW_COMPLEX_MAX_CHAINS; round++) {
        size_t before = chains;
        bool left = false;
        for (size_t i = 0; i < n && chains < GW_COMPLEX_MAX_CHAINS; i++) {
            size_t same = 0, may = copies_in(l, p[i].tmpl, assembly);
            bool used = take[i];
            for (size_t k = 0; k < n && !used; k++) {
                used = take[k] && p[k].query == p[i].query;
                same += take[k] && p[k].tmpl == p[i].tmpl;
            }
            left |= !used && same < may;
            if (used || same >= may || same >= round)
                continue;
            take[i] = true;
            chains++;
            *sum += p[i].z;
        }
        if (!left && chains == before)
            break;
    }
    return chains;
}

/* Is the template centred on itself? Then its place in its structure is not known (libraries of
 * single domains). */
static gw_status_t is_placed(const gw_search_lib_t *l, size_t tmpl, bool *placed, gw_err_t *err)
{
    gw_template_t t;
    double sum[3] = {0, 0, 0};
    gw_status_t st = gw_tlib_read(l->lib, tmpl, &t, err);
    if (st != GW_OK)
        return st;
    for (int32_t i = 0; i < t.len; i++) {
        float x[3];
        gw_template_atom(&t, i, GW_TLIB_CA, x);
        for (int k = 0; k < 3; k++)
            sum[k] += x[k] / t.len;
    }
    *placed = sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2] > 0.25;
    gw_template_release(&t);
    return GW_OK;
}

static gw_status_t list_pairs(const gw_search_lib_t *l, const gw_search_result_t *r, size_t n,
                              bool force, pair_t **out, size_t *n_pairs, gw_err_t *err)
{
    size_t cap = 0;
    *out = NULL;
    *n_pairs = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < r[i].n; k++) {
            const gw_search_hit_t *h = &r[i].hit[k];
            const char *name = gw_tlib_name(l->lib, h->tmpl), *bar = strrchr(name, '_');
            if (!bar || bar == name || !bar[1] || h->aln.n_aligned == 0 ||
                (!force && h->prob_fold < 0.5))
                continue;
            if (!GW_GROW(*out, cap, *n_pairs + 1)) {
                free(*out);
                *out = NULL;
                return gw_err_nomem(err, "placing chains");
            }
            (*out)[(*n_pairs)++] = (pair_t){name, (size_t)(bar - name), i, k, h->tmpl, h->z};
        }
    if (*n_pairs)
        qsort(*out, *n_pairs, sizeof **out, by_structure);
    return GW_OK;
}

static void count_contacts(gw_complex_t *c)
{
    for (size_t a = 0; a < c->n; a++)
        for (size_t b = a + 1; b < c->n; b++)
            for (int32_t i = 0; i < c->chain[a].m.len; i++)
                for (int32_t j = 0; j < c->chain[b].m.len; j++) {
                    const gw_model_residue_t *x = &c->chain[a].m.r[i], *y = &c->chain[b].m.r[j];
                    float d = 0;
                    for (int k = 0; k < 3; k++) {
                        float e = x->xyz[GW_MODEL_CA][k] - y->xyz[GW_MODEL_CA][k];
                        d += e * e;
                    }
                    if (x->origin == GW_MODEL_NONE || y->origin == GW_MODEL_NONE || d >= 100)
                        continue;
                    c->n_contacts++;
                    c->n_clashes += d < 9;
                }
}

static int by_query(const void *a, const void *b)
{
    const gw_complex_chain_t *x = a, *y = b;
    return (x->query > y->query) - (x->query < y->query);
}

static void middle_of(const gw_model_t *m, double out[3])
{
    double n = 0;
    for (int k = 0; k < 3; k++)
        out[k] = 0;
    for (int32_t i = 0; i < m->len; i++)
        if (m->r[i].origin != GW_MODEL_NONE) {
            n++;
            for (int k = 0; k < 3; k++)
                out[k] += ((double)m->r[i].xyz[GW_MODEL_CA][k] - out[k]) / n;
        }
}

static void moved(const gw_tlib_copy_t *c, const double x[3], double out[3])
{
    for (int k = 0; k < 3; k++)
        out[k] = (double)c->rot[3 * k] * x[0] + (double)c->rot[3 * k + 1] * x[1] +
                 (double)c->rot[3 * k + 2] * x[2] + (double)c->shift[k];
}

/* moves the last chain to the free copy of its template whose middle is nearest to one of the
 * chains before it; the first chain to the first copy. at: middles of the chains, [n] */
static void settle(const gw_search_lib_t *l, gw_complex_t *out, double (*at)[3])
{
    gw_complex_chain_t *c = &out->chain[out->n - 1];
    size_t n, number = 0;
    const gw_tlib_copy_t *copy = gw_tlib_copies(l->lib, c->tmpl, &n), *best = NULL;
    double from[3], least = HUGE_VAL;
    middle_of(&c->m, from);
    for (size_t k = 0; k < n; k++) {
        double to[3], near = out->n == 1 ? 0 : HUGE_VAL;
        if (copy[k].assembly != out->assembly)
            continue;
        bool taken = false;
        moved(&copy[k], from, to);
        for (size_t o = 0; o + 1 < out->n; o++) {
            double d = 0;
            for (int x = 0; x < 3; x++)
                d += (to[x] - at[o][x]) * (to[x] - at[o][x]);
            d = rint(sqrt(d)); /* whole Angstrom: symmetric copies are ties */
            near = d < near ? d : near;
            taken |= out->chain[o].tmpl == c->tmpl && out->chain[o].copy == number;
        }
        if (!taken && (!best || near < least)) {
            best = &copy[k];
            least = near;
            c->copy = number;
        }
        number++;
    }
    for (int32_t i = 0; i < c->m.len && best; i++)
        for (int a = 0; a < c->m.r[i].n; a++) {
            double x[3] = {(double)c->m.r[i].xyz[a][0], (double)c->m.r[i].xyz[a][1],
                           (double)c->m.r[i].xyz[a][2]},
                   y[3];
            moved(best, x, y);
            for (int k = 0; k < 3; k++)
                c->m.r[i].xyz[a][k] = (float)y[k];
        }
    middle_of(&c->m, at[out->n - 1]);
}

static gw_status_t model_pairs(const gw_search_lib_t *l, const gw_profile_t *q,
                               const gw_search_result_t *r, const pair_t *p, size_t n,
                               const uint8_t *take, const gw_search_opts_t *o, gw_complex_t *out,
                               gw_err_t *err)
{
    gw_status_t st = GW_OK;
    double at[GW_COMPLEX_MAX_CHAINS][3];
    out->chain = gw_calloc(n, sizeof *out->chain);
    if (!out->chain)
        return gw_err_nomem(err, "placing chains");
    snprintf(out->structure, sizeof out->structure, "%.*s", (int)(p->stem < 63 ? p->stem : 63),
             p->name);
    for (size_t i = 0; i < n && st == GW_OK; i++) {
        if (!take[i])
            continue;
        gw_complex_chain_t *c = &out->chain[out->n];
        *c = (gw_complex_chain_t){.query = p[i].query, .tmpl = p[i].tmpl};
        st = gw_modelset_one(l, &q[p[i].query], r[p[i].query].pred, &r[p[i].query].hit[p[i].hit],
                             NULL, 0, o, &c->m, err);
        if (st == GW_OK && c->m.n_copied == 0) {
            gw_model_release(&c->m); /* CA only: no model */
        } else if (st == GW_OK) {
            out->n++;
            settle(l, out, at);
        }
    }
    if (st == GW_OK && out->n < 2) {
        gw_complex_release(out);
        return GW_OK;
    }
    if (st == GW_OK) {
        qsort(out->chain, out->n, sizeof *out->chain, by_query);
        count_contacts(out);
    }
    return st;
}

/* 1. placing */
typedef struct {
    size_t at, n, chains; /* pairs of the structure; chains that it covers */
    int assembly;
    double z;
} choice_t;

static bool better(const choice_t *a, const choice_t *b)
{
    if (a->chains != b->chains)
        return a->chains > b->chains;
    if ((a->assembly > 0) != (b->assembly > 0))
        return a->assembly > 0;
    return a->z > b->z;
}

/* the best of a structure's assemblies and its asymmetric unit against what is best so far */
static gw_status_t try_structure(const gw_search_lib_t *l, const pair_t *p, choice_t c,
                                 uint8_t *take, choice_t *best, gw_err_t *err)
{
    int last = 0;
    bool placed = false;
    choice_t own = {.chains = 0};
    gw_status_t st = GW_OK;
    for (size_t k = 0; k < c.n; k++) {
        size_t n;
        const gw_tlib_copy_t *copy = gw_tlib_copies(l->lib, p[k].tmpl, &n);
        for (size_t i = 0; i < n; i++)
            last = copy[i].assembly > last ? copy[i].assembly : last;
    }
    for (int k = 0; k <= last && st == GW_OK; k++) {
        c.assembly = k < last ? k + 1 : 0; /* the asymmetric unit comes last */
        c.chains = assign(l, p, c.n, c.assembly, take, &c.z);
        if (c.chains < 2 || (own.chains && !better(&c, &own)))
            continue;
        for (size_t i = 0; i < c.n && c.assembly == 0 && !placed && st == GW_OK; i++)
            if (take[i])
                st = is_placed(l, p[i].tmpl, &placed, err);
        if (c.assembly > 0 || placed)
            own = c;
    }
    if (own.chains && (!best->chains || better(&own, best)))
        *best = own;
    return st;
}

gw_status_t gw_complex_build(const gw_search_lib_t *l, const gw_profile_t *q,
                             const gw_search_result_t *r, size_t n, bool force,
                             const gw_search_opts_t *o, gw_complex_t *out, gw_err_t *err)
{
    pair_t *p;
    size_t n_pairs;
    choice_t best = {.chains = 0};
    memset(out, 0, sizeof *out);
    gw_status_t st = list_pairs(l, r, n, force, &p, &n_pairs, err);
    uint8_t *take = gw_calloc(n_pairs, 1);
    if (st == GW_OK && !take)
        st = gw_err_nomem(err, "placing chains");
    for (size_t at = 0, m; st == GW_OK && at < n_pairs; at += m) {
        for (m = 1; at + m < n_pairs && same_structure(&p[at], &p[at + m]);)
            m++;
        st = try_structure(l, p + at, (choice_t){.at = at, .n = m}, take, &best, err);
    }
    if (st == GW_OK && best.chains) {
        out->assembly = best.assembly;
        assign(l, p + best.at, best.n, best.assembly, take, &best.z);
        st = model_pairs(l, q, r, p + best.at, best.n, take, o, out, err);
    }
    if (st != GW_OK)
        gw_complex_release(out);
    free(p);
    free(take);
    return st;
}

/* 2. writing */
void gw_complex_write(FILE *f, const gw_complex_t *c, const gw_search_lib_t *l,
                      const gw_profile_t *q, bool mmcif)
{
    const char *lead = mmcif ? "#" : "REMARK   3";
    int serial = 0;
    if (mmcif)
        fputs("data_complex\n", f);
    char place[40];
    gw_complex_place(c, place, sizeof place);
    fprintf(f, "%s %zu chains placed as in %s of %s\n", lead, c->n, place, c->structure);
    for (size_t k = 0; k < c->n; k++)
        fprintf(f, "%s chain %c: %.40s on %.40s, copy %zu\n", lead, gw_complex_letter(k),
                q[c->chain[k].query].name, gw_tlib_name(l->lib, c->chain[k].tmpl),
                c->chain[k].copy + 1);
    fprintf(f, "%s CA of different chains: %zu pairs within 10 A, %zu within 3 A (clashes)\n", lead,
            c->n_contacts, c->n_clashes);
    fprintf(f, "%s B-factor column: confidence 0 to 100 of each chain by itself\n", lead);
    if (mmcif)
        gw_model_mmcif_items(f);
    for (size_t k = 0; k < c->n; k++)
        (mmcif ? gw_model_mmcif_atoms : gw_model_pdb_atoms)(f, &c->chain[k].m, gw_complex_letter(k),
                                                            (int)k + 1, &serial);
    fputs(mmcif ? "#\n" : "END\n", f);
}
