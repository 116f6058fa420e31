#include <config.h>

#include <math.h>
#include <string.h>

#include "fold/decoy.h"
#include "fold/sspred.h"

enum { N = GW_DECOY_N, CA = GW_DECOY_CA, C = GW_DECOY_C, O = GW_DECOY_O, CB = GW_DECOY_CB };

/* 1. decoys. A bond: its length, and its end's place along the bond before and across it
 * (length times minus cosine and sine of the angle) */
typedef struct {
    float along, across;
} bond_t;
static const bond_t c_n = {0.5963F, 1.1877F};  /* 1.329 A, 116.6 degrees */
static const bond_t n_ca = {0.7662F, 1.2405F}; /* 1.458 A, 121.7 degrees */
static const bond_t ca_c = {0.5465F, 1.4237F}; /* 1.525 A, 111.0 degrees */

static void unit(float v[3])
{
    float l = sqrtf(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    for (int k = 0; k < 3; k++)
        v[k] /= l;
}

static void cross(const float *a, const float *b, float *out)
{
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

/* the atom bonded to c with torsion a-b-c-x */
static void place(const float *a, const float *b, const float *c, bond_t l, float sine,
                  float cosine, float *out)
{
    float u[3], v[3], n[3], m[3];
    for (int k = 0; k < 3; k++) {
        u[k] = c[k] - b[k];
        v[k] = b[k] - a[k];
    }
    unit(u);
    cross(v, u, n);
    unit(n);
    cross(n, u, m);
    for (int k = 0; k < 3; k++)
        out[k] = c[k] + l.along * u[k] + l.across * (cosine * m[k] + sine * n[k]);
}

/* CB from N, CA, C, as gw_model_put_cb; O opposite to the bisector of CA and the next N */
static void put_cb(float (*x)[3])
{
    float b[3], c[3], a[3];
    for (int k = 0; k < 3; k++) {
        b[k] = x[CA][k] - x[N][k];
        c[k] = x[C][k] - x[CA][k];
    }
    cross(b, c, a);
    for (int k = 0; k < 3; k++)
        x[CB][k] = x[CA][k] - 0.58273431F * a[k] + 0.56802827F * b[k] - 0.54067466F * c[k];
}

static void put_o(float (*x)[3], const float *next)
{
    float u[3], v[3];
    for (int k = 0; k < 3; k++) {
        u[k] = x[C][k] - x[CA][k];
        v[k] = x[C][k] - next[k];
    }
    unit(u);
    unit(v);
    for (int k = 0; k < 3; k++)
        u[k] += v[k];
    unit(u);
    for (int k = 0; k < 3; k++)
        x[O][k] = x[C][k] + 1.23F * u[k];
}

/* atoms of the residues from i on, after their torsions changed */
static void build(gw_decoy_t *d, int32_t i)
{
    for (i = i < 1 ? 1 : i; i < d->len; i++) {
        float(*p)[3] = d->at[i - 1], (*x)[3] = d->at[i];
        place(p[N], p[CA], p[C], c_n, d->psi[i - 1][0], d->psi[i - 1][1], x[N]);
        place(p[CA], p[C], x[N], n_ca, 0, -1, x[CA]);
        place(p[C], x[N], x[CA], ca_c, d->phi[i][0], d->phi[i][1], x[C]);
        put_o(p, x[N]);
        put_cb(x);
    }
    float end[3], (*x)[3] = d->at[d->len - 1]; /* where a next nitrogen would be */
    place(x[N], x[CA], x[C], c_n, d->psi[d->len - 1][0], d->psi[d->len - 1][1], end);
    put_o(x, end);
}

static void set_torsion(float *t, double degrees)
{
    double r = degrees * (3.14159265358979 / 180);
    t[0] = (float)sin(r);
    t[1] = (float)cos(r);
}

void gw_decoy_init(gw_decoy_t *d, const uint8_t *seq, int32_t len)
{
    static const float first[3][3] = {{-0.5225F, 1.3611F, 0}, {0, 0, 0}, {1.525F, 0, 0}};
    memset(d, 0, sizeof *d);
    d->len = len;
    d->seq = seq;
    for (int32_t i = 0; i < len; i++) {
        set_torsion(d->phi[i], -120);
        set_torsion(d->psi[i], 130);
        d->ss[i] = GW_SSPRED_COIL;
    }
    memcpy(d->at[0], first, sizeof first);
    put_cb(d->at[0]);
    build(d, 1);
}

void gw_decoy_insert(gw_decoy_t *d, int32_t i, const gw_fragment_t *f, int n)
{
    for (int k = 0; k < n; k++) {
        set_torsion(d->phi[i + k], (double)f->phi[k]);
        set_torsion(d->psi[i + k], (double)f->psi[k]);
        d->ss[i + k] = f->ss[k];
    }
    build(d, i);
}

/* 3. assembly */
enum { RANKED = 25 }; /* fragments of nine residues that are used; of three all */
static const double share_nine = 0.6, hot = 3.0, warm = 1.5, cold = 0.6;

static const gw_fragment_t *draw(const gw_fragments_t *f, bool nine, gw_rng_t *rng, int32_t *at)
{
    int32_t n = nine ? GW_FRAGMENTS_LONG : GW_FRAGMENTS_SHORT;
    *at = (int32_t)gw_rng_below(rng, (uint64_t)(f->len - n + 1));
    const gw_fragment_list_t *l = nine ? &f->nine[*at] : &f->three[*at];
    int32_t m = nine && l->n > RANKED ? RANKED : l->n;
    return &l->v[gw_rng_below(rng, (uint64_t)m)];
}

/* every residue gets a fragment that leaves room for the chain */
static void start(gw_decoy_t *d, const gw_fragments_t *f, gw_rng_t *rng)
{
    for (int32_t trial = 0; trial < 6 * d->len; trial++) {
        int32_t at;
        const gw_fragment_t *x = draw(f, true, rng, &at);
        gw_decoy_t new = *d;
        gw_decoy_insert(&new, at, x, GW_FRAGMENTS_LONG);
        if (trial < d->len || gw_decoy_energy(&new).overlap <= gw_decoy_energy(d).overlap)
            *d = new;
    }
}

double gw_decoy_fold(gw_decoy_t *d, const gw_fragments_t *f, int32_t steps, gw_rng_t *rng)
{
    start(d, f, rng);
    gw_decoy_energy_t parts = gw_decoy_energy(d);
    double now = gw_decoy_total(&parts);
    for (int32_t s = 0; s < steps; s++) {
        double x = (double)s / steps;
        bool nine = x < share_nine;
        double t = nine ? hot + (warm - hot) * x / share_nine
                        : warm + (cold - warm) * (x - share_nine) / (1 - share_nine);
        int32_t at;
        const gw_fragment_t *g = draw(f, nine, rng, &at);
        gw_decoy_t new = *d;
        gw_decoy_insert(&new, at, g, nine ? GW_FRAGMENTS_LONG : GW_FRAGMENTS_SHORT);
        parts = gw_decoy_energy(&new);
        double e = gw_decoy_total(&parts);
        if (e <= now || gw_rng_unit(rng) < exp((now - e) / t)) {
            *d = new;
            now = e;
        }
    }
    return now;
}
