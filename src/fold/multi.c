#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/model.h"
#include "fold/superpose.h"

/* What another template can give: the residues that the model lacks, carried over by laying the
 * template on the model where both have residues. Measured on 105 queries (tests/bench/fold.md). */
enum { MIN_OVERLAP = 20 };
static const double min_likeness = 0.4; /* mean of 1 / (1 + (d / d0)^2) over the overlap */
static const double max_step = 7.0;     /* between the CA of residues next to each other */
static const double min_apart = 3.2;    /* between the CA of others */

typedef struct {
    const gw_model_source_t *src;
    float (*mine)[3], (*theirs)[3]; /* CA of residues that both have */
    double *scratch;
    size_t n;
} overlap_t;

static bool complete(const gw_template_t *t, int32_t j)
{
    for (int a = 0; a < GW_TLIB_ATOMS; a++)
        if (!gw_template_has(t, j, a))
            return false;
    return true;
}

/* TM-score's scale */
static double scale_of(int32_t len)
{
    double d = len > 21 ? 1.24 * cbrt(len - 15.0) - 1.8 : 0.5;
    return d < 2 ? 2 : d;
}

static double apart(const float *a, const float *b)
{
    double s = 0;
    for (int k = 0; k < 3; k++)
        s += ((double)a[k] - b[k]) * ((double)a[k] - b[k]);
    return sqrt(s);
}

/* lays the source on the model; false when they share too little or differ too much */
static bool lay(overlap_t *o, const gw_model_t *m, gw_frame_t *frame, double *likeness)
{
    int32_t new_ones = 0;
    o->n = 0;
    for (int32_t i = 0; i < m->len; i++) {
        int32_t j = o->src->aln->map[i];
        if (j < 0 || !complete(o->src->t, j))
            continue;
        if (m->r[i].origin == GW_MODEL_NONE) {
            new_ones++;
            continue;
        }
        memcpy(o->mine[o->n], m->r[i].xyz[GW_MODEL_CA], sizeof o->mine[0]);
        gw_template_atom(o->src->t, j, GW_TLIB_CA, o->theirs[o->n++]);
    }
    if (new_ones == 0 || o->n < MIN_OVERLAP)
        return false;
    double sum = gw_superpose_core((const float(*)[3])o->theirs, (const float(*)[3])o->mine, o->n,
                                   scale_of(m->len), o->scratch, frame);
    *likeness = sum / (double)o->n;
    return *likeness >= min_likeness;
}

/* puts residues [from, to) in; takes them out again when they do not fit to what is there */
static void put_run(gw_model_t *m, const overlap_t *o, const gw_frame_t *frame, double likeness,
                    int32_t from, int32_t to, int source)
{
    for (int32_t i = from; i < to; i++) {
        gw_model_residue_t *r = &m->r[i];
        for (int a = 0; a < GW_TLIB_ATOMS; a++) {
            gw_template_atom(o->src->t, o->src->aln->map[i], a, r->xyz[a]);
            gw_frame_apply(frame, r->xyz[a], r->xyz[a]);
        }
        r->origin = GW_MODEL_COPIED;
        r->source = (uint8_t)source;
        r->n = GW_TLIB_ATOMS;
        r->post = (float)(likeness * (double)o->src->aln->post[i]);
    }
    bool fits = true;
    for (int32_t i = from; i < to && fits; i++)
        for (int32_t k = 0; k < m->len && fits; k++) {
            if ((k >= from && k < to) || m->r[k].origin == GW_MODEL_NONE)
                continue;
            double d = apart(m->r[i].xyz[GW_MODEL_CA], m->r[k].xyz[GW_MODEL_CA]);
            fits = abs(k - i) == 1 ? d < max_step : d > min_apart;
        }
    for (int32_t i = from; i < to && !fits; i++) {
        m->r[i].origin = GW_MODEL_NONE;
        m->r[i].n = 0;
        m->r[i].post = 0;
    }
}

gw_status_t gw_model_extend(gw_model_t *m, const gw_model_source_t *src, int source, gw_err_t *err)
{
    size_t n = (size_t)m->len;
    overlap_t o = {src, gw_malloc(n, sizeof(float[3])), gw_malloc(n, sizeof(float[3])),
                   gw_malloc(n, sizeof(double)), 0};
    gw_frame_t frame;
    double likeness = 0;
    gw_status_t st =
        o.mine && o.theirs && o.scratch ? GW_OK : gw_err_nomem(err, "joining templates");
    bool fits = st == GW_OK && lay(&o, m, &frame, &likeness);
    for (int32_t i = 0; fits && i < m->len; i++) {
        int32_t to = i, last = -1;
        while (to < m->len && m->r[to].origin == GW_MODEL_NONE && src->aln->map[to] > last &&
               complete(src->t, src->aln->map[to]))
            last = src->aln->map[to++];
        if (to > i)
            put_run(m, &o, &frame, likeness, i, to, source);
        i = to > i ? to - 1 : i;
    }
    free(o.mine);
    free(o.theirs);
    free(o.scratch);
    return st;
}
