#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "fold/abinitio.h"
#include "fold/superpose.h"

enum { STEPS = 12000 };
/* TM-score with the true structure as a line of the agreement; set on domains that are not among
 * those reported (tests/bench/fold_models.md) */
static const double choice_kt = 4; /* temperature of a decoy's weight, kT of decoy.h's energy */
static const double tm_at = 0.0, tm_slope = 0.8;

typedef struct {
    const gw_profile_t *q;
    const gw_fragments_t *f;
    const gw_abinitio_opts_t *o;
    gw_decoy_t *d;
    double *energy, *weight; /* weight: Boltzmann's, at choice_kt; the greatest is 1 */
    double *tm;              /* [decoys][decoys] */
    float (*ca)[GW_DECOY_MAX_LEN][3];
} run_t;

void gw_abinitio_release(gw_abinitio_t *a)
{
    gw_model_release(&a->m);
    memset(a, 0, sizeof *a);
}

/* 1. modelling */
static gw_status_t fold_one(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    (void)err;
    run_t *r = ctx;
    gw_rng_t rng;
    gw_rng_init(&rng, gw_hash_mix(r->o->seed ^ gw_hash_mix((uint64_t)i)));
    gw_decoy_init(&r->d[i], r->q->seq, r->q->len);
    r->energy[i] = gw_decoy_fold(&r->d[i], r->f, STEPS, &rng);
    return GW_OK;
}

static double scale(int32_t len)
{
    double d0 = 1.24 * cbrt(len - 15.0) - 1.8;
    return d0 > 0.5 ? d0 : 0.5;
}

/* row i of the comparisons: with the decoys before it */
static gw_status_t compare_one(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    (void)err;
    run_t *r = ctx;
    double scratch[GW_DECOY_MAX_LEN];
    size_t n = (size_t)r->q->len;
    for (int64_t j = 0; j < i; j++) {
        gw_frame_t f;
        double s = gw_superpose_core((const float(*)[3])r->ca[i], (const float(*)[3])r->ca[j], n,
                                     scale(r->q->len), scratch, &f);
        r->tm[i * r->o->decoys + j] = r->tm[j * r->o->decoys + i] = s / (double)n;
    }
    return GW_OK;
}

/* the decoy that the weights agree on most, itself included; of equals the first. agreement: their
 * mean TM-score with it, itself left out */
static int32_t centre(const run_t *r, double *agreement)
{
    int32_t n = r->o->decoys, best = 0;
    double most = -1;
    for (int32_t i = 0; i < n; i++) {
        double s = r->weight[i], sum = 0, others = 0;
        for (int32_t j = 0; j < n; j++)
            if (j != i) {
                sum += r->weight[j] * r->tm[i * n + j];
                others += r->weight[j];
            }
        if (s + sum > most) {
            most = s + sum;
            best = i;
            *agreement = others > 0 ? sum / others : 0;
        }
    }
    return best;
}

/* a residue's weighted mean of 1 / (1 + (d / d0)^2) with the other decoys laid over the model */
static void set_confidence(const run_t *r, int32_t best, gw_model_t *m)
{
    double scratch[GW_DECOY_MAX_LEN], d0 = scale(r->q->len), others = 0;
    double share[GW_DECOY_MAX_LEN] = {0};
    size_t n = (size_t)r->q->len;
    for (int32_t k = 0; k < r->o->decoys; k++) {
        gw_frame_t f;
        if (k == best)
            continue;
        others += r->weight[k];
        gw_superpose_core((const float(*)[3])r->ca[k], (const float(*)[3])r->ca[best], n, d0,
                          scratch, &f);
        for (size_t i = 0; i < n; i++) {
            float y[3], d = 0;
            gw_frame_apply(&f, r->ca[k][i], y);
            for (int x = 0; x < 3; x++)
                d += (y[x] - r->ca[best][i][x]) * (y[x] - r->ca[best][i][x]);
            share[i] += r->weight[k] / (1 + (double)d / (d0 * d0));
        }
    }
    for (size_t i = 0; i < n && others > 0; i++)
        m->r[i].confidence = (float)(100 * share[i] / others);
}

static gw_status_t make_model(const run_t *r, int32_t best, gw_model_t *m, gw_err_t *err)
{
    const gw_decoy_t *d = &r->d[best];
    m->len = d->len;
    m->r = gw_calloc((size_t)d->len, sizeof *m->r);
    if (!m->r)
        return gw_err_nomem(err, "building a model");
    for (int32_t i = 0; i < d->len; i++) {
        m->r[i].aa = d->seq[i];
        m->r[i].origin = GW_MODEL_FREE;
        memcpy(m->r[i].xyz, d->at[i], sizeof d->at[i]);
    }
    set_confidence(r, best, m);
    return gw_model_sidechains(m, err);
}

static gw_status_t choose(run_t *r, gw_abinitio_t *out, gw_err_t *err)
{
    double low = r->energy[0];
    for (int32_t k = 0; k < r->o->decoys; k++) {
        low = fmin(low, r->energy[k]);
        for (int32_t i = 0; i < r->q->len; i++)
            memcpy(r->ca[k][i], r->d[k].at[i][GW_DECOY_CA], sizeof r->ca[k][i]);
    }
    for (int32_t k = 0; k < r->o->decoys; k++)
        r->weight[k] = exp((low - r->energy[k]) / choice_kt);
    gw_status_t st = gw_thread_for(r->o->threads, r->o->decoys, compare_one, r, err);
    if (st != GW_OK)
        return st;
    int32_t best = centre(r, &out->agreement);
    out->decoys = r->o->decoys;
    out->energy = r->energy[best];
    out->expected_tm = fmax(0, fmin(1, tm_at + tm_slope * out->agreement));
    return make_model(r, best, &out->m, err);
}

gw_status_t gw_abinitio_run(const gw_search_lib_t *l, const gw_profile_t *q, const float *pred,
                            const gw_abinitio_opts_t *o, gw_abinitio_t *out, gw_err_t *err)
{
    gw_fragments_t f;
    memset(out, 0, sizeof *out);
    gw_status_t st = gw_fragments_pick(l, q, pred, o->hidden, o->threads, &f, err);
    if (st != GW_OK)
        return st;
    size_t n = (size_t)o->decoys;
    run_t r = {.q = q,
               .f = &f,
               .o = o,
               .d = gw_malloc(n, sizeof *r.d),
               .energy = gw_malloc(n, sizeof *r.energy),
               .weight = gw_malloc(n, sizeof *r.weight),
               .tm = gw_calloc(n * n, sizeof *r.tm),
               .ca = gw_malloc(n, sizeof *r.ca)};
    if (!r.d || !r.energy || !r.weight || !r.tm || !r.ca)
        st = gw_err_nomem(err, "folding without a template");
    if (st == GW_OK)
        st = gw_thread_for(o->threads, o->decoys, fold_one, &r, err);
    if (st == GW_OK)
        st = choose(&r, out, err);
    gw_fragments_release(&f);
    free(r.d);
    free(r.energy);
    free(r.weight);
    free(r.tm);
    free(r.ca);
    if (st != GW_OK)
        gw_abinitio_release(out);
    return st;
}

/* 2. writing */
void gw_abinitio_write(FILE *f, const gw_abinitio_t *a, const char *query, bool mmcif)
{
    const char *lead = mmcif ? "#" : "REMARK   3";
    int serial = 0;
    if (mmcif)
        fputs("data_model\n", f);
    fprintf(f, "%s EXPERIMENTAL model of %.60s without a template\n", lead, query);
    fprintf(f, "%s fragment assembly: centre of %d decoys, mean TM-score %.2f with its like\n",
            lead, a->decoys, a->agreement);
    fprintf(f,
            "%s expected TM-score with the true structure %.2f; often wrong, do not rely on it\n",
            lead, a->expected_tm);
    fprintf(f, "%s B-factor column: confidence 0 to 100\n", lead);
    if (mmcif)
        gw_model_mmcif_items(f);
    (mmcif ? gw_model_mmcif_atoms : gw_model_pdb_atoms)(f, &a->m, 'A', 1, &serial);
    fputs(mmcif ? "#\n" : "END\n", f);
}
