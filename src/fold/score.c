#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/thread.h"
#include "fold/score.h"
#include "fold/sspred.h"

enum { UNIT = 16 }; /* of a bit */
/* the structure profile's log-odds v are stored as 32 (v + 4); with query weights of 77 env / 0.3
 * for a sure residue the kernel's shift by 9 gives 16 env v */
static const double env_scale = 32, env_zero = 4, env_query = 512.0 / 32 * UNIT / 1.0;

/* 1. parameters */
void gw_score_params_init(gw_score_params_t *p)
{
    p->env = 0.3;
    p->ss = 0.3;
    p->sa = 0.25;
    p->mean = -0.9;
    p->open = 7;
    p->extend = 0.8;
    p->helix_open = 0;
    p->length = 2;
}

/* 2. template features */
int gw_score_ss3(uint8_t ss8)
{
    char c = gw_tlib_ss_letters[ss8];
    return c == 'H' || c == 'G' || c == 'I' ? GW_SSPRED_HELIX
           : c == 'E' || c == 'B'           ? GW_SSPRED_STRAND
                                            : GW_SSPRED_COIL;
}

static int sa3(uint8_t acc)
{
    return acc < 9 ? GW_SSPRED_BURIED : acc < 36 ? GW_SSPRED_BETWEEN : GW_SSPRED_EXPOSED;
}

static void column_profile(const float *f, uint8_t *pp, int16_t *bias)
{
    float v[GW_AA_N], top = 0;
    for (int a = 0; a < GW_AA_N; a++) {
        v[a] = f[a] / sqrtf(gw_aa_background[a]);
        top = v[a] > top ? v[a] : top;
    }
    for (int a = 0; a < GW_AA_N; a++)
        pp[a] = (uint8_t)lrintf(v[a] / top * 255.0F);
    *bias = (int16_t)lrintf(-UNIT * log2f(255.0F / top));
}

/* log-odds of the structure profile, smoothed by a fifth of background */
static void column_env(const uint8_t *sprof, uint8_t *env)
{
    float sum = 0;
    for (int a = 0; a < GW_AA_N; a++)
        sum += (float)sprof[a] * sprof[a];
    for (int a = 0; a < GW_AA_N; a++) {
        float f = sum > 0 ? (float)sprof[a] * sprof[a] / sum : gw_aa_background[a];
        float v = log2f((0.8F * f + 0.2F * gw_aa_background[a]) / gw_aa_background[a]);
        float u = (v + (float)env_zero) * (float)env_scale;
        env[a] = (uint8_t)lrintf(u < 0 ? 0 : u > 255 ? 255 : u);
    }
}

typedef struct {
    const gw_tlib_t *lib;
    const gw_score_params_t *p;
    gw_score_templates_t *t;
} load_t;

static gw_status_t load_template(const load_t *c, size_t i, const gw_template_t *t, gw_err_t *err)
{
    gw_score_templates_t *o = c->t;
    size_t beg = (size_t)o->off[i];
    gw_profile_t prof;
    gw_status_t st = gw_profile_from_coded(t->name, t->len, t->seq, t->prof, &prof, err);
    if (st != GW_OK)
        return st;
    float *f = gw_malloc((size_t)t->len * GW_AA_N, sizeof *f);
    if (!f) {
        gw_profile_release(&prof);
        return gw_err_nomem(err, "loading templates");
    }
    gw_profile_smooth(&prof, f, o->mean + i * GW_AA_N);
    for (int32_t j = 0; j < t->len; j++) {
        size_t col = beg + (size_t)j;
        column_profile(f + j * GW_AA_N, o->pp + col * GW_AA_N, &o->bias[col]);
        column_env(t->sprof + j * GW_AA_N, o->env + col * GW_AA_N);
        o->seq[col] = t->seq[j];
        o->state[col] = (uint8_t)(gw_score_ss3(t->ss[j]) * 3 + sa3(t->acc[j]));
        bool inside = j > 0 && j + 1 < t->len && gw_score_ss3(t->ss[j]) != GW_SSPRED_COIL &&
                      gw_score_ss3(t->ss[j]) == gw_score_ss3(t->ss[j - 1]) &&
                      gw_score_ss3(t->ss[j]) == gw_score_ss3(t->ss[j + 1]);
        o->gap[col] = (uint8_t)lrint(inside ? c->p->helix_open * UNIT : 0);
    }
    free(f);
    gw_profile_release(&prof);
    return GW_OK;
}

static gw_status_t load_block(void *ctx, int worker, int64_t block, gw_err_t *err)
{
    (void)worker;
    load_t *c = ctx;
    gw_template_t t[16];
    size_t first, n;
    gw_tlib_block_range(c->lib, (size_t)block, &first, &n);
    gw_status_t st = gw_tlib_read_block(c->lib, (size_t)block, t, err);
    if (st != GW_OK)
        return st;
    for (size_t k = 0; k < n; k++) {
        if (st == GW_OK)
            st = load_template(c, first + k, &t[k], err);
        gw_template_release(&t[k]);
    }
    return st;
}

gw_status_t gw_score_templates_load(const gw_tlib_t *lib, const gw_score_params_t *p, int threads,
                                    gw_score_templates_t *out, gw_err_t *err)
{
    memset(out, 0, sizeof *out);
    out->n = gw_tlib_size(lib);
    out->off = gw_malloc(out->n + 1, sizeof *out->off);
    out->mean = gw_malloc(out->n * GW_AA_N, sizeof *out->mean);
    if (!out->off || !out->mean)
        goto nomem;
    out->off[0] = 0;
    for (size_t i = 0; i < out->n; i++)
        out->off[i + 1] = out->off[i] + gw_tlib_length(lib, i);
    size_t cols = (size_t)out->off[out->n];
    out->pp = gw_malloc(cols, GW_AA_N);
    out->env = gw_malloc(cols, GW_AA_N);
    out->state = gw_malloc(cols, 1);
    out->gap = gw_malloc(cols, 1);
    out->seq = gw_malloc(cols, 1);
    out->bias = gw_malloc(cols, sizeof *out->bias);
    if (!out->pp || !out->env || !out->state || !out->gap || !out->seq || !out->bias)
        goto nomem;
    load_t c = {lib, p, out};
    gw_status_t st = gw_thread_for(threads, (int64_t)gw_tlib_blocks(lib), load_block, &c, err);
    if (st != GW_OK) {
        gw_score_templates_release(out);
        return st;
    }
    double n_ss[3] = {1, 1, 1}, n_sa[3] = {1, 1, 1};
    for (size_t j = 0; j < cols; j++) {
        n_ss[out->state[j] / 3]++;
        n_sa[out->state[j] % 3]++;
    }
    for (int k = 0; k < 3; k++) {
        out->ss_back[k] = (float)(n_ss[k] / ((double)cols + 3));
        out->sa_back[k] = (float)(n_sa[k] / ((double)cols + 3));
    }
    out->kernel = (gw_thread_templates_t){out->n,     out->off,  out->pp, out->env,
                                          out->state, out->bias, out->gap};
    return GW_OK;
nomem:
    gw_score_templates_release(out);
    return gw_err_nomem(err, "loading templates");
}

void gw_score_templates_release(gw_score_templates_t *t)
{
    free(t->off);
    free(t->pp);
    free(t->env);
    free(t->state);
    free(t->gap);
    free(t->seq);
    free(t->bias);
    free(t->mean);
    memset(t, 0, sizeof *t);
}

/* 3. query features */
static int16_t fit16(double v)
{
    return (int16_t)lrint(v > 4000 ? 4000 : v < -4000 ? -4000 : v);
}

/* a row of the profile, scaled so that its largest weight is 64; the table makes up for the scale
 * and for the structure profile's offset */
static void query_row(const float *f, const float *pred, const gw_score_templates_t *t,
                      const gw_score_params_t *p, int8_t *pp, int8_t *env, int16_t *tab)
{
    float v[GW_AA_N], top = 0;
    int env_sum = 0;
    for (int a = 0; a < GW_AA_N; a++) {
        v[a] = f[a] / sqrtf(gw_aa_background[a]);
        top = v[a] > top ? v[a] : top;
    }
    for (int a = 0; a < GW_AA_N; a++) {
        pp[a] = (int8_t)lrintf(v[a] / top * 64.0F);
        env[a] = (int8_t)lrintf(f[a] * (float)(env_query * p->env));
        env_sum += env[a];
    }
    double base = -UNIT * log2(64.0 / top) - env_sum * env_zero * env_scale / 512.0;
    for (int s = 0; s < GW_THREAD_STATES; s++) {
        double x = base;
        if (s < 9) {
            double ps = 0.95 * pred[s / 3] + 0.05 * t->ss_back[s / 3];
            double pa = 0.95 * pred[3 + s % 3] + 0.05 * t->sa_back[s % 3];
            x += UNIT *
                 (p->ss * log2(ps / t->ss_back[s / 3]) + p->sa * log2(pa / t->sa_back[s % 3]));
        }
        tab[s] = fit16(x);
    }
}

/* null model of a pair = mean of the two compositions */
static void query_weights(const float *mean, const gw_score_templates_t *t, double shift,
                          gw_score_query_t *o)
{
    for (size_t i = 0; i < t->n; i++) {
        float r[GW_AA_N], top = 0;
        for (int a = 0; a < GW_AA_N; a++) {
            r[a] = gw_aa_background[a] / (0.5F * (mean[a] + t->mean[i * GW_AA_N + (size_t)a]));
            top = r[a] > top ? r[a] : top;
        }
        for (int a = 0; a < GW_AA_N; a++)
            o->weight[i * GW_AA_N + (size_t)a] = (uint16_t)lrintf(r[a] / top * 256.0F);
        o->shift[i] = fit16(UNIT * log2(top) + shift);
    }
}

gw_status_t gw_score_query_init(const gw_profile_t *q, const float *pred,
                                const gw_score_templates_t *t, const gw_score_params_t *p,
                                gw_score_query_t *out, gw_err_t *err)
{
    enum { SAMPLES = 4000 };
    memset(out, 0, sizeof *out);
    size_t len = (size_t)q->len;
    float mean[GW_AA_N], *f = gw_malloc(len * GW_AA_N, sizeof *f);
    out->pp = gw_malloc(len * GW_AA_N, 1);
    out->env = gw_malloc(len * GW_AA_N, 1);
    out->tab = gw_malloc(len * GW_THREAD_STATES, sizeof *out->tab);
    out->weight = gw_malloc(t->n * GW_AA_N, sizeof *out->weight);
    out->shift = gw_malloc(t->n, sizeof *out->shift);
    if (!f || !out->pp || !out->env || !out->tab || !out->weight || !out->shift) {
        free(f);
        gw_score_query_release(out);
        return gw_err_nomem(err, "preparing a query");
    }
    gw_profile_smooth(q, f, mean);
    for (size_t i = 0; i < len; i++)
        query_row(f + i * GW_AA_N, pred + i * 6, t, p, out->pp + i * GW_AA_N,
                  out->env + i * GW_AA_N, out->tab + i * GW_THREAD_STATES);
    free(f);
    query_weights(mean, t, 0, out);
    out->kernel = (gw_thread_query_t){q->len,
                                      out->pp,
                                      out->env,
                                      out->tab,
                                      out->weight,
                                      out->shift,
                                      fit16(p->open * UNIT),
                                      fit16(p->extend * UNIT)};
    /* the query's own shift: random pairs of columns score params->mean on average */
    gw_rng_t rng;
    gw_rng_init(&rng, 20061);
    int64_t sum = 0;
    for (int k = 0; k < SAMPLES && t->n > 0; k++) {
        size_t i = gw_rng_below(&rng, t->n);
        int64_t j = t->off[i] + (int64_t)gw_rng_below(&rng, (uint64_t)(t->off[i + 1] - t->off[i]));
        sum += gw_thread_cell(&t->kernel, &out->kernel, i, (int32_t)gw_rng_below(&rng, len), j);
    }
    double shift = p->mean * UNIT - (double)sum / SAMPLES;
    for (size_t i = 0; i < t->n; i++)
        out->shift[i] = fit16(out->shift[i] + shift);
    return GW_OK;
}

void gw_score_query_release(gw_score_query_t *q)
{
    free(q->pp);
    free(q->env);
    free(q->tab);
    free(q->weight);
    free(q->shift);
    memset(q, 0, sizeof *q);
}
