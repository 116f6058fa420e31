#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "fold/dssp.h"
#include "fold/fragments.h"
#include "fold/sspred.h"

static const double ss_extra = 0.7; /* weight of secondary structure besides the search's 0.3 */

/* of a larger library evenly spread blocks of about so many residues serve */
enum { MOST_COLUMNS = 1500000 };

void gw_fragments_release(gw_fragments_t *f)
{
    free(f->nine);
    free(f->three);
    memset(f, 0, sizeof *f);
}

/* lists of one worker; merged at the end */
typedef struct {
    const gw_search_lib_t *l;
    const gw_profile_t *q;
    const gw_score_query_t *sq;
    const uint8_t *hidden;
    int32_t (*ss)[3]; /* [query residue] extra score of a template's state */
    size_t step;      /* every step-th block is looked at */
    gw_fragments_t *part;
} pick_t;

/* the torsions of one template */
typedef struct {
    float *phi, *psi;
    int32_t *run; /* residues from here on that are whole, joined, and have both torsions */
} torsions_t;

static bool joined(const gw_template_t *t, int32_t i)
{
    float c[3], n[3], d = 0;
    if (!gw_template_has(t, i, GW_TLIB_C) || !gw_template_has(t, i + 1, GW_TLIB_N))
        return false;
    gw_template_atom(t, i, GW_TLIB_C, c);
    gw_template_atom(t, i + 1, GW_TLIB_N, n);
    for (int k = 0; k < 3; k++)
        d += (c[k] - n[k]) * (c[k] - n[k]);
    return d < 1.8F * 1.8F;
}

/* is residue i between two others, with torsions of a trans chain? */
static bool torsions(const gw_template_t *t, int32_t i, float *phi, float *psi)
{
    float before[3], n[3], ca[3], c[3], after[3], next[3];
    for (int a = 0; a < GW_TLIB_ATOMS; a++)
        if (!gw_template_has(t, i, a))
            return false;
    if (i == 0 || i + 1 == t->len || !joined(t, i - 1) || !joined(t, i) ||
        !gw_template_has(t, i + 1, GW_TLIB_CA))
        return false;
    gw_template_atom(t, i - 1, GW_TLIB_C, before);
    gw_template_atom(t, i, GW_TLIB_N, n);
    gw_template_atom(t, i, GW_TLIB_CA, ca);
    gw_template_atom(t, i, GW_TLIB_C, c);
    gw_template_atom(t, i + 1, GW_TLIB_N, after);
    gw_template_atom(t, i + 1, GW_TLIB_CA, next);
    *phi = gw_dssp_torsion(before, n, ca, c);
    *psi = gw_dssp_torsion(n, ca, c, after);
    return fabsf(gw_dssp_torsion(ca, c, after, next)) > 150;
}

static gw_status_t torsions_init(const gw_template_t *t, torsions_t *x, gw_err_t *err)
{
    size_t n = (size_t)t->len;
    *x = (torsions_t){gw_calloc(n, sizeof(float)), gw_calloc(n, sizeof(float)),
                      gw_calloc(n + 1, sizeof(int32_t))};
    if (!x->phi || !x->psi || !x->run)
        return gw_err_nomem(err, "picking fragments");
    for (int32_t i = t->len - 1; i >= 0; i--)
        x->run[i] = torsions(t, i, &x->phi[i], &x->psi[i]) ? x->run[i + 1] + 1 : 0;
    return GW_OK;
}

static void torsions_release(torsions_t *x)
{
    free(x->phi);
    free(x->psi);
    free(x->run);
}

static bool before(const gw_fragment_t *a, const gw_fragment_t *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    return a->tmpl != b->tmpl ? a->tmpl < b->tmpl : a->at < b->at;
}

static void insert(gw_fragment_list_t *list, const gw_fragment_t *f)
{
    int32_t k = list->n < GW_FRAGMENTS_KEEP ? list->n++ : GW_FRAGMENTS_KEEP - 1;
    for (; k > 0 && before(f, &list->v[k - 1]); k--)
        list->v[k] = list->v[k - 1];
    list->v[k] = *f;
}

/* may residue aa take this phi? */
static bool fits(uint8_t aa, float phi)
{
    bool proline = gw_aa_letters[aa] == 'P';
    bool branched = gw_aa_letters[aa] == 'V' || gw_aa_letters[aa] == 'I';
    return proline ? phi > -110 && phi < -40 : !branched || phi < 0;
}

/* the window of n residues that ends at query i and template j scores `score` */
static void offer(const pick_t *w, const gw_template_t *t, const torsions_t *x, size_t tmpl,
                  int32_t i, int32_t j, int n, int32_t score, gw_fragment_list_t *list)
{
    gw_fragment_t f = {.score = score, .tmpl = (uint32_t)tmpl, .at = j - n + 1};
    if ((list->n == GW_FRAGMENTS_KEEP && !before(&f, &list->v[GW_FRAGMENTS_KEEP - 1])) ||
        x->run[f.at] < n)
        return;
    for (int k = 0; k < n; k++) {
        f.phi[k] = x->phi[f.at + k];
        f.psi[k] = x->psi[f.at + k];
        f.ss[k] = (uint8_t)gw_score_ss3(t->ss[f.at + k]);
        if (!fits(w->q->seq[i - n + 1 + k], f.phi[k]))
            return;
    }
    insert(list, &f);
}

static gw_status_t pick_template(const pick_t *w, gw_fragments_t *part, size_t tmpl,
                                 const gw_template_t *t, gw_err_t *err)
{
    const gw_score_templates_t *feat = &w->l->feat;
    int32_t m = w->q->len, n = t->len;
    torsions_t x;
    gw_status_t st = torsions_init(t, &x, err);
    for (int32_t d = 1 - m; d < n && st == GW_OK; d++) { /* diagonals: template minus query */
        int32_t cell[GW_FRAGMENTS_LONG] = {0}, nine = 0, three = 0, seen = 0;
        for (int32_t i = d < 0 ? -d : 0; i < m && i + d < n; i++, seen++) {
            int32_t j = i + d, k = seen % GW_FRAGMENTS_LONG;
            int32_t c =
                gw_thread_cell(&feat->kernel, &w->sq->kernel, tmpl, i, feat->off[tmpl] + j) +
                w->ss[i][gw_score_ss3(t->ss[j])];
            nine += c - cell[k];
            three += c - (seen < GW_FRAGMENTS_SHORT
                              ? 0
                              : cell[(seen - GW_FRAGMENTS_SHORT) % GW_FRAGMENTS_LONG]);
            cell[k] = c;
            if (seen >= GW_FRAGMENTS_LONG - 1)
                offer(w, t, &x, tmpl, i, j, GW_FRAGMENTS_LONG, nine,
                      &part->nine[i - GW_FRAGMENTS_LONG + 1]);
            if (seen >= GW_FRAGMENTS_SHORT - 1)
                offer(w, t, &x, tmpl, i, j, GW_FRAGMENTS_SHORT, three,
                      &part->three[i - GW_FRAGMENTS_SHORT + 1]);
        }
    }
    torsions_release(&x);
    return st;
}

static gw_status_t pick_block(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    const pick_t *w = ctx;
    gw_template_t t[16];
    size_t first, n, block = (size_t)i * w->step;
    gw_tlib_block_range(w->l->lib, block, &first, &n);
    gw_status_t st = gw_tlib_read_block(w->l->lib, block, t, err);
    if (st != GW_OK)
        return st;
    for (size_t k = 0; k < n; k++) {
        if (st == GW_OK && !(w->hidden && w->hidden[first + k]))
            st = pick_template(w, &w->part[worker], first + k, &t[k], err);
        gw_template_release(&t[k]);
    }
    return st;
}

static gw_status_t lists_init(int32_t len, gw_fragments_t *f, gw_err_t *err)
{
    f->len = len;
    f->nine = gw_calloc((size_t)(len - GW_FRAGMENTS_LONG + 1), sizeof *f->nine);
    f->three = gw_calloc((size_t)(len - GW_FRAGMENTS_SHORT + 1), sizeof *f->three);
    return f->nine && f->three ? GW_OK : gw_err_nomem(err, "picking fragments");
}

static void merge(gw_fragment_list_t *to, const gw_fragment_list_t *from, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < from[i].n; k++)
            if (to[i].n < GW_FRAGMENTS_KEEP ||
                before(&from[i].v[k], &to[i].v[GW_FRAGMENTS_KEEP - 1]))
                insert(&to[i], &from[i].v[k]);
}

static gw_status_t check(const gw_fragments_t *f, const gw_profile_t *q, gw_err_t *err)
{
    for (int32_t i = 0; i + GW_FRAGMENTS_LONG <= f->len; i++)
        if (f->nine[i].n == 0 || f->three[i].n == 0)
            return gw_err_set(err, GW_EDATA,
                              "%s: no template of the library lends a fragment for residues %d to "
                              "%d; it is too small for models without a template",
                              q->name, i + 1, i + GW_FRAGMENTS_LONG);
    return GW_OK;
}

gw_status_t gw_fragments_pick(const gw_search_lib_t *l, const gw_profile_t *q, const float *pred,
                              const uint8_t *hidden, int threads, gw_fragments_t *out,
                              gw_err_t *err)
{
    gw_score_query_t sq = {0};
    pick_t w = {l, q, &sq, hidden, NULL, 1 + (size_t)l->feat.off[l->feat.n] / MOST_COLUMNS, NULL};
    memset(out, 0, sizeof *out);
    w.ss = gw_malloc((size_t)q->len, sizeof *w.ss);
    w.part = gw_calloc((size_t)threads, sizeof *w.part);
    gw_status_t st =
        w.ss && w.part ? lists_init(q->len, out, err) : gw_err_nomem(err, "picking fragments");
    for (int k = 0; k < threads && st == GW_OK; k++)
        st = lists_init(q->len, &w.part[k], err);
    for (int32_t i = 0; i < q->len && st == GW_OK; i++)
        for (int s = 0; s < 3; s++)
            w.ss[i][s] = (int32_t)lrint(
                16 * ss_extra *
                log2((0.95 * pred[i * GW_SSPRED_OUT + s] + 0.05 * l->feat.ss_back[s]) /
                     l->feat.ss_back[s]));
    if (st == GW_OK)
        st = gw_score_query_init(q, pred, &l->feat, &l->params, &sq, err);
    if (st == GW_OK)
        st = gw_thread_for(threads, (int64_t)((gw_tlib_blocks(l->lib) + w.step - 1) / w.step),
                           pick_block, &w, err);
    for (int k = 0; w.part && k < threads; k++) {
        if (st == GW_OK) {
            merge(out->nine, w.part[k].nine, q->len - GW_FRAGMENTS_LONG + 1);
            merge(out->three, w.part[k].three, q->len - GW_FRAGMENTS_SHORT + 1);
        }
        gw_fragments_release(&w.part[k]);
    }
    if (st == GW_OK)
        st = check(out, q, err);
    gw_score_query_release(&sq);
    free(w.part);
    free(w.ss);
    if (st != GW_OK)
        gw_fragments_release(out);
    return st;
}
