#include <config.h>

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

/* the best pairs first, each query and each template once; taken ones are marked in `take` */
static size_t assign(const pair_t *p, size_t n, uint8_t *take, double *sum)
{
    size_t chains = 0;
    *sum = 0;
    for (size_t i = 0; i < n; i++) {
        bool free_pair = chains < GW_COMPLEX_MAX_CHAINS;
        for (size_t k = 0; k < i && free_pair; k++)
            free_pair = !take[k] || (p[k].query != p[i].query && p[k].tmpl != p[i].tmpl);
        take[i] = free_pair;
        chains += free_pair;
        *sum += free_pair ? p[i].z : 0;
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

static gw_status_t model_pairs(const gw_search_lib_t *l, const gw_profile_t *q,
                               const gw_search_result_t *r, const pair_t *p, size_t n,
                               const uint8_t *take, const gw_search_opts_t *o, gw_complex_t *out,
                               gw_err_t *err)
{
    gw_status_t st = GW_OK;
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
        if (st == GW_OK && c->m.n_copied == 0)
            gw_model_release(&c->m); /* CA only: no model */
        else
            out->n += st == GW_OK;
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
gw_status_t gw_complex_build(const gw_search_lib_t *l, const gw_profile_t *q,
                             const gw_search_result_t *r, size_t n, bool force,
                             const gw_search_opts_t *o, gw_complex_t *out, gw_err_t *err)
{
    pair_t *p;
    size_t n_pairs, best = 0, best_at = 0, best_n = 0;
    double best_z = 0;
    memset(out, 0, sizeof *out);
    gw_status_t st = list_pairs(l, r, n, force, &p, &n_pairs, err);
    uint8_t *take = gw_calloc(n_pairs, 1);
    if (st == GW_OK && !take)
        st = gw_err_nomem(err, "placing chains");
    for (size_t at = 0; st == GW_OK && at < n_pairs;) {
        size_t m = 1;
        double z;
        bool placed = false;
        while (at + m < n_pairs && same_structure(&p[at], &p[at + m]))
            m++;
        size_t chains = assign(p + at, m, take, &z);
        if (chains >= 2 && (chains > best || (chains == best && z > best_z)))
            for (size_t k = 0; k < m && st == GW_OK && !placed; k++)
                if (take[k])
                    st = is_placed(l, p[at + k].tmpl, &placed, err);
        if (placed) {
            best = chains;
            best_z = z;
            best_at = at;
            best_n = m;
        }
        at += m;
    }
    if (st == GW_OK && best) {
        assign(p + best_at, best_n, take, &best_z);
        st = model_pairs(l, q, r, p + best_at, best_n, take, o, out, err);
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
    fprintf(f, "%s %zu chains placed as in %s\n", lead, c->n, c->structure);
    for (size_t k = 0; k < c->n; k++)
        fprintf(f, "%s chain %c: %.40s on %.40s\n", lead, gw_complex_letter(k),
                q[c->chain[k].query].name, gw_tlib_name(l->lib, c->chain[k].tmpl));
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
