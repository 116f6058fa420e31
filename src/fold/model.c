#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/model.h"

/* 1. models */
void gw_model_release(gw_model_t *m)
{
    free(m->r);
    memset(m, 0, sizeof *m);
}

/* 3. building */
static bool copy_backbone(const gw_template_t *t, int32_t j, gw_model_residue_t *r)
{
    for (int a = 0; a < GW_TLIB_ATOMS; a++) {
        if (!gw_template_has(t, j, a))
            return false;
        gw_template_atom(t, j, a, r->xyz[a]);
    }
    r->origin = GW_MODEL_COPIED;
    r->n = 4;
    return true;
}

static float peptide(const gw_model_residue_t *a, const gw_model_residue_t *b)
{
    float d = 0;
    for (int k = 0; k < 3; k++) {
        float x = a->xyz[GW_MODEL_C][k] - b->xyz[GW_MODEL_N][k];
        d += x * x;
    }
    return sqrtf(d);
}

/* fewer than STUB residues before the first break or behind the last hang on nothing: they go */
static void drop_stubs(gw_model_t *m)
{
    enum { STUB = 4 };
    for (int side = 0; side < 2; side++) {
        int32_t n = 0, prev = -1;
        for (int32_t k = 0; k < m->len && n < STUB; k++) {
            int32_t i = side ? m->len - 1 - k : k;
            if (m->r[i].origin == GW_MODEL_NONE)
                continue;
            int32_t a = side ? i : prev, b = side ? prev : i;
            if (prev >= 0 && b - a <= GW_MODEL_MAX_LOOP + 1 &&
                (b - a > 1 || peptide(&m->r[a], &m->r[b]) > 1.6F)) {
                for (int32_t x = side ? b : 0; x < (side ? m->len : a + 1); x++)
                    m->r[x] = (gw_model_residue_t){.aa = m->r[x].aa};
                n = 0;
            }
            prev = i;
            n++;
        }
    }
}

/* one pass over the breaks; returns how many stay open */
static int32_t close_breaks(gw_model_t *m, bool wide, const float *pred)
{
    int32_t last = -1, open = 0; /* last: residue that is modelled */
    for (int32_t i = 0; i < m->len; i++) {
        if (m->r[i].origin == GW_MODEL_NONE)
            continue;
        int32_t gap = last < 0 ? 0 : i - last - 1;
        bool broken = last >= 0 && (gap > 0 || peptide(&m->r[last], &m->r[i]) > 1.6F);
        if (broken && gap <= GW_MODEL_MAX_LOOP && gw_model_close(m, last + 1, i - 1, wide, pred))
            m->n_loops_closed++;
        else
            open += broken;
        last = i;
    }
    return open;
}

/* neighbours widen first; what they leave is tried once more, wider */
static void close_gaps(gw_model_t *m, const float *pred)
{
    drop_stubs(m);
    for (int32_t i = 0; i < m->len; i++) /* loops keep away from them */
        if (m->r[i].origin != GW_MODEL_NONE)
            gw_model_put_cb(&m->r[i]);
    m->n_loops_open = close_breaks(m, false, pred);
    if (m->n_loops_open)
        m->n_loops_open = close_breaks(m, true, pred);
}

/* posterior of the pair, smoothed along the chain, scaled by how sure the fold is; loops are worth
 * less than what they hang on */
static void set_confidence(gw_model_t *m, const gw_foldalign_t *aln, double prob_fold)
{
    enum { HALF = 4 };
    double sure = 0.15 + 0.85 * prob_fold;
    double depth = aln->n_aligned ? (double)aln->n_identical / aln->n_aligned : 0;
    for (int32_t i = 0; i < m->len; i++) {
        double sum = 0, n = 0;
        for (int32_t k = i - HALF; k <= i + HALF; k++)
            if (k >= 0 && k < m->len) {
                double w = 1.0 / (1 + abs(k - i));
                sum += w * m->r[k].post;
                n += w;
            }
        double c = sure * (0.20 + 0.45 * sum / n + 0.35 * depth) / (0.20 + 0.45 + 0.35 * 0.5);
        if (m->r[i].origin == GW_MODEL_LOOP)
            c *= 0.6;
        m->r[i].confidence = (float)(100 * (c > 1 ? 1 : c));
    }
}

static gw_status_t copy_sources(gw_model_t *m, const gw_model_source_t *src, int n, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (int32_t i = 0; i < m->len; i++) {
        int32_t j = src[0].aln->map[i];
        if (j >= 0 && copy_backbone(src[0].t, j, &m->r[i]))
            m->r[i].post = src[0].aln->post[i];
    }
    for (int k = 1; k < n && st == GW_OK; k++)
        st = gw_model_extend(m, &src[k], k, err);
    m->n_sources = n;
    for (int k = 0; k < n; k++)
        snprintf(m->source[k].name, sizeof m->source[k].name, "%.60s", src[k].t->name);
    return st;
}

gw_status_t gw_model_build(const gw_profile_t *q, const gw_model_source_t *src, int n,
                           double prob_fold, const float *pred, gw_model_t *out, gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    out->len = q->len;
    out->r = gw_calloc((size_t)q->len, sizeof *out->r);
    if (!out->r)
        return gw_err_nomem(err, "building a model");
    for (int32_t i = 0; i < q->len; i++)
        out->r[i].aa = q->seq[i];
    gw_status_t st = copy_sources(out, src, n, err);
    if (st == GW_OK) {
        close_gaps(out, pred);
        for (int32_t i = 0; i < q->len; i++) {
            const gw_model_residue_t *r = &out->r[i];
            out->n_copied += r->origin == GW_MODEL_COPIED;
            out->n_loop += r->origin == GW_MODEL_LOOP;
            out->source[r->source].n += r->origin == GW_MODEL_COPIED;
        }
        set_confidence(out, src[0].aln, prob_fold);
        st = gw_model_sidechains(out, err);
    }
    if (st == GW_OK)
        st = gw_model_relax(out, err);
    if (st != GW_OK)
        gw_model_release(out);
    return st;
}

/* 4. writing */
static void remarks(FILE *f, const char *lead, const gw_model_t *m, const char *query,
                    const gw_search_hit_t *h)
{
    fprintf(f, "%s model of %.60s\n", lead, query);
    for (int k = 0; k < m->n_sources; k++)
        if (k == 0 || m->source[k].n)
            fprintf(f, "%s template %s, %d residues\n", lead, m->source[k].name, m->source[k].n);
    fprintf(f, "%s E-value %.2g, probability of the superfamily %.3f, of the fold %.3f\n", lead,
            h->evalue, h->prob_superfamily, h->prob_fold);
    fprintf(f,
            "%s %d residues copied, %d in loops (%d loops closed, %d of them strained, %d "
            "breaks left), %d absent\n",
            lead, m->n_copied, m->n_loop, m->n_loops_closed, m->n_loops_strained, m->n_loops_open,
            m->len - m->n_copied - m->n_loop);
    fprintf(f, "%s B-factor column: confidence 0 to 100; below 50 do not rely on it\n", lead);
}

void gw_model_pdb_atoms(FILE *f, const gw_model_t *m, char chain, int entity, int *serial)
{
    (void)entity;
    int32_t last = -1;
    for (int32_t i = 0; i < m->len; i++)
        for (int a = 0; a < m->r[i].n; a++) {
            const char *name = gw_model_atom_name(m->r[i].aa, a);
            const float *x = m->r[i].xyz[a];
            *serial = *serial % 99999 + 1;
            last = i;
            fprintf(f, "ATOM  %5d %s%-*s %s %c%4d    %8.3f%8.3f%8.3f  1.00%6.2f          %2c\n",
                    *serial, strlen(name) < 4 ? " " : "", strlen(name) < 4 ? 3 : 4, name,
                    gw_aa_names[m->r[i].aa], chain, (i + 1) % 10000, (double)x[0], (double)x[1],
                    (double)x[2], (double)m->r[i].confidence, name[0]);
        }
    if (last >= 0) {
        *serial = *serial % 99999 + 1;
        fprintf(f, "TER   %5d      %s %c%4d\n", *serial, gw_aa_names[m->r[last].aa], chain,
                (last + 1) % 10000);
    }
}

void gw_model_pdb(FILE *f, const gw_model_t *m, const char *query, const gw_search_hit_t *hit)
{
    int serial = 0;
    remarks(f, "REMARK   3", m, query, hit);
    gw_model_pdb_atoms(f, m, 'A', 1, &serial);
    fputs("END\n", f);
}

void gw_model_mmcif_items(FILE *f)
{
    static const char *const items[] = {"group_PDB",      "id",
                                        "type_symbol",    "label_atom_id",
                                        "label_alt_id",   "label_comp_id",
                                        "label_asym_id",  "label_entity_id",
                                        "label_seq_id",   "pdbx_PDB_ins_code",
                                        "Cartn_x",        "Cartn_y",
                                        "Cartn_z",        "occupancy",
                                        "B_iso_or_equiv", "auth_seq_id",
                                        "auth_asym_id",   "pdbx_PDB_model_num"};
    fputs("loop_\n", f);
    for (size_t k = 0; k < sizeof items / sizeof *items; k++)
        fprintf(f, "_atom_site.%s\n", items[k]);
}

void gw_model_mmcif_atoms(FILE *f, const gw_model_t *m, char chain, int entity, int *serial)
{
    for (int32_t i = 0; i < m->len; i++)
        for (int a = 0; a < m->r[i].n; a++) {
            const char *name = gw_model_atom_name(m->r[i].aa, a);
            const float *x = m->r[i].xyz[a];
            fprintf(f, "ATOM %d %c %s . %s %c %d %d ? %.3f %.3f %.3f 1.00 %.2f %d %c 1\n",
                    ++*serial, name[0], name, gw_aa_names[m->r[i].aa], chain, entity, i + 1,
                    (double)x[0], (double)x[1], (double)x[2], (double)m->r[i].confidence, i + 1,
                    chain);
        }
}

void gw_model_mmcif(FILE *f, const gw_model_t *m, const char *query, const gw_search_hit_t *hit)
{
    int serial = 0;
    fputs("data_model\n", f);
    remarks(f, "#", m, query, hit);
    gw_model_mmcif_items(f);
    gw_model_mmcif_atoms(f, m, 'A', 1, &serial);
    fputs("#\n", f);
}
