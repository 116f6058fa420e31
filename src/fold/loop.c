#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fold/model.h"
#include "fold/superpose.h"

enum { N = GW_MODEL_N, CA = GW_MODEL_CA, C = GW_MODEL_C, O = GW_MODEL_O, CB = GW_MODEL_CB };
/* HARD: a contact that is no bond or hydrogen bond. A loop without one is looked for in all ways;
 * then the best one with less than STRAINED of the backbone is taken. Of wide loops the cheapest
 * one is, where a residue that was copied costs RESIDUE: gw_model_relax moves atoms apart later. */
enum { HARD = 10, STRAINED = 40, RESIDUE = 8, NONE = 1000000 };
enum {
    WIDEST = 10,
    MAX_SEGMENT = GW_MODEL_MAX_LOOP + 2 * WIDEST,
    TRIALS = 60,
    MORE_TRIALS = 8,
    FIRST_TRIALS = 40,
    SWEEPS = 160,
    LOOK = 8
};

/* the residues that move: [lo, hi]; lo - 1 and hi + 1 stay. bb[k] is residue lo - 1 + k, and the
 * last one is the moving image of hi + 1 that has to come to lie on it. */
typedef struct {
    float bb[MAX_SEGMENT + 2][3][3];
    int n;
} chain_t;

static float dist2(const float *a, const float *b)
{
    float x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return x * x + y * y + z * z;
}

/* torsions to start from, by predicted structure; positive phi for glycine at times; taut loops
 * have to be drawn out */
static void draw(gw_rng_t *rng, const float *pred, uint8_t aa, bool taut, double *phi, double *psi)
{
    static const double basin[4][2] = {{-63, -43}, {-120, 130}, {-70, 145}, {60, 40}};
    double u = gw_rng_unit(rng), h = pred[2], e = pred[1];
    int k = u < 0.8 * h ? 0 : u < 0.8 * (h + e) ? 1 : gw_rng_unit(rng) < 0.45 ? 0 : 2;
    if (taut && gw_rng_unit(rng) < 0.8)
        k = 1;
    else if ((aa == 7 && gw_rng_unit(rng) < 0.4) || (aa == 2 && gw_rng_unit(rng) < 0.15))
        k = 3;
    *phi = aa == 14 ? -65 : basin[k][0] + 20 * gw_rng_normal(rng);
    *psi = basin[k][1] + 20 * gw_rng_normal(rng);
}

static void grow(chain_t *c, const gw_model_t *m, int32_t lo, const float *pred, gw_rng_t *rng)
{
    static const float drawn_out = 2.6F; /* Angstrom a residue */
    bool taut = dist2(m->r[lo - 1].xyz[CA], m->r[lo + c->n - 2].xyz[CA]) >
                drawn_out * drawn_out * (float)(c->n - 1) * (float)(c->n - 1);
    double phi, psi;
    for (int k = 0; k < 3; k++)
        memcpy(c->bb[0][k], m->r[lo - 1].xyz[k], sizeof c->bb[0][k]);
    for (int k = 1; k < c->n; k++) {
        int32_t i = lo - 1 + k;
        draw(rng, pred + (i - 1) * 6, m->r[i - 1].aa, taut, &phi, &psi);
        gw_model_place(c->bb[k - 1][N], c->bb[k - 1][CA], c->bb[k - 1][C], 1.33, 116.6, psi,
                       c->bb[k][N]);
        gw_model_place(c->bb[k - 1][CA], c->bb[k - 1][C], c->bb[k][N], 1.46, 121.7, 180,
                       c->bb[k][CA]);
        draw(rng, pred + i * 6, m->r[i].aa, taut, &phi, &psi);
        gw_model_place(c->bb[k - 1][C], c->bb[k][N], c->bb[k][CA], 1.525, 111.0, phi, c->bb[k][C]);
    }
}

/* the turn about the axis from a to b that brings the three atoms of `end` nearest to their targets
 */
static gw_frame_t best_turn(const float *a, const float *b, float end[3][3],
                            const float target[3][3])
{
    double u[3], len = 0, s = 0, t = 0;
    for (int d = 0; d < 3; d++) {
        u[d] = (double)b[d] - a[d];
        len += u[d] * u[d];
    }
    len = sqrt(len > 0 ? len : 1);
    for (int d = 0; d < 3; d++)
        u[d] /= len;
    for (int x = 0; x < 3; x++) {
        double r[3], f[3], along = 0;
        for (int d = 0; d < 3; d++) {
            r[d] = (double)end[x][d] - b[d];
            f[d] = (double)target[x][d] - b[d];
            along += r[d] * u[d];
        }
        for (int d = 0; d < 3; d++)
            r[d] -= along * u[d];
        for (int d = 0; d < 3; d++) {
            int y = (d + 1) % 3, z = (d + 2) % 3;
            s += (u[y] * r[z] - u[z] * r[y]) * f[d];
            t += r[d] * f[d];
        }
    }
    double h = sqrt(s * s + t * t), co = h > 0 ? t / h : 1, si = h > 0 ? s / h : 0;
    gw_frame_t g;
    for (int d = 0; d < 3; d++) {
        int y = (d + 1) % 3, z = (d + 2) % 3;
        for (int e = 0; e < 3; e++)
            g.rot[d][e] = (1 - co) * u[d] * u[e];
        g.rot[d][d] += co;
        g.rot[d][y] -= si * u[z];
        g.rot[d][z] += si * u[y];
    }
    for (int d = 0; d < 3; d++) {
        g.shift[d] = b[d];
        for (int e = 0; e < 3; e++)
            g.shift[d] -= g.rot[d][e] * b[e];
    }
    return g;
}

static void turn(const gw_frame_t *g, gw_frame_t *all, float end[3][3])
{
    gw_frame_t f;
    for (int d = 0; d < 3; d++) {
        for (int e = 0; e < 3; e++)
            f.rot[d][e] = g->rot[d][0] * all->rot[0][e] + g->rot[d][1] * all->rot[1][e] +
                          g->rot[d][2] * all->rot[2][e];
        f.shift[d] = g->rot[d][0] * all->shift[0] + g->rot[d][1] * all->shift[1] +
                     g->rot[d][2] * all->shift[2] + g->shift[d];
    }
    *all = f;
    for (int x = 0; x < 3; x++)
        gw_frame_apply(g, end[x], end[x]);
}

/* every torsion once, from the first residue on; a residue is moved when its turn comes, by all
 * turns before it at once */
static void sweep_once(chain_t *c, const gw_model_t *m, int32_t lo, const float target[3][3])
{
    gw_frame_t all = {.rot = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    float end[3][3];
    memcpy(end, c->bb[c->n - 1], sizeof end);
    for (int k = 0; k < c->n; k++) {
        float(*r)[3] = c->bb[k];
        for (int x = 0; x < 3 && k > 0; x++)
            gw_frame_apply(&all, r[x], r[x]);
        if (k > 0 && m->r[lo - 1 + k].aa != 14) {
            gw_frame_t g = best_turn(r[N], r[CA], end, target);
            gw_frame_apply(&g, r[C], r[C]);
            turn(&g, &all, end);
        }
        if (k + 1 < c->n) {
            gw_frame_t g = best_turn(r[CA], r[C], end, target);
            turn(&g, &all, end);
        }
    }
}

static double miss(const chain_t *c, const float target[3][3])
{
    double s = 0;
    for (int x = 0; x < 3; x++)
        s += dist2(c->bb[c->n - 1][x], target[x]);
    return sqrt(s / 3);
}

/* the carbonyl oxygen, opposite to the bisector of CA and the next nitrogen */
static void oxygen(const float *ca, const float *c, const float *next_n, float *out)
{
    double u[3], v[3], w[3], lu = 0, lv = 0, lw = 0;
    for (int k = 0; k < 3; k++) {
        u[k] = (double)c[k] - ca[k];
        v[k] = (double)c[k] - next_n[k];
        lu += u[k] * u[k];
        lv += v[k] * v[k];
    }
    for (int k = 0; k < 3; k++) {
        w[k] = u[k] / sqrt(lu > 0 ? lu : 1) + v[k] / sqrt(lv > 0 ? lv : 1);
        lw += w[k] * w[k];
    }
    for (int k = 0; k < 3; k++)
        out[k] = (float)(c[k] + (lw > 0 ? 1.23 * w[k] / sqrt(lw) : 0));
}

/* one contact between backbone atoms of kinds x and y */
static double contact(const float *a, int x, const float *b, int y)
{
    bool bond = (x == N && y == O) || (y == N && x == O);
    float d = dist2(a, b);
    if (x == CA && y == CA && d < 3.9F * 3.9F)
        return d < 3.4F * 3.4F ? STRAINED : HARD;
    if (d >= 3.2F * 3.2F)
        return 0;
    if (x == CB || y == CB)
        return d < 2.6F * 2.6F ? HARD : 1;
    return d < (bond ? 2.5F * 2.5F : 2.8F * 2.8F) ? HARD : bond ? 0 : 1;
}

/* contacts in all, and those of backbone atoms alone: the first chooses a loop, the second may
 * refuse it, since side chains can give way */
typedef struct {
    double all, backbone;
} clash_t;

static void count(clash_t *e, const float *a, int x, const float *b, int y)
{
    double c = contact(a, x, b, y);
    e->all += c;
    e->backbone += x == CB || y == CB ? 0 : c;
}

/* atoms up to CB; glycine has none */
static int last_of(uint8_t aa)
{
    return aa == 7 ? CB : CB + 1;
}

/* backbone atoms and CB of the loop too near to the rest of the model or to itself */
static clash_t clashes(const gw_model_t *m, const chain_t *c, int32_t lo, int32_t hi)
{
    clash_t e = {0, 0};
    gw_model_residue_t at[MAX_SEGMENT + 2];
    for (int k = 0; k + 1 < c->n; k++) {
        memcpy(at[k].xyz, c->bb[k], sizeof c->bb[k]);
        oxygen(at[k].xyz[CA], at[k].xyz[C], c->bb[k + 1][N], at[k].xyz[O]);
        at[k].aa = m->r[lo - 1 + k].aa;
        gw_model_put_cb(&at[k]);
    }
    for (int k = 0; k + 1 < c->n; k++) {
        for (int32_t j = 0; j < m->len; j++) {
            if ((j >= lo - 2 && j <= hi + 1) || m->r[j].origin == GW_MODEL_NONE ||
                (k > 0 && dist2(at[k].xyz[CA], m->r[j].xyz[CA]) > 11 * 11))
                continue;
            for (int x = k ? 0 : O; x < last_of(at[k].aa); x++)
                for (int y = 0; y < last_of(m->r[j].aa); y++)
                    count(&e, at[k].xyz[x], x, m->r[j].xyz[y], y);
        }
        for (int j = 0; j < k - 1; j++)
            for (int x = 0; x < last_of(at[k].aa); x++)
                for (int y = 0; y < last_of(at[j].aa); y++)
                    count(&e, at[k].xyz[x], x, at[j].xyz[y], y);
    }
    return e;
}

/* turns every torsion in order until the end lies on its target; gives up where a look every few
 * sweeps sees no headway */
static bool descend(chain_t *c, const gw_model_t *m, int32_t lo, const float target[3][3])
{
    double before = miss(c, target), now = before;
    for (int sweep = 1; sweep <= SWEEPS && now > 0.06; sweep++) {
        sweep_once(c, m, lo, target);
        now = miss(c, target);
        if (sweep % LOOK == 0) {
            if (now > 0.85 * before && now > 0.3)
                return false;
            before = now;
        }
    }
    return now <= 0.08;
}

static clash_t close_once(const gw_model_t *m, int32_t lo, int32_t hi, const float *pred,
                          int trials, double refuse, chain_t *best)
{
    clash_t best_e = {NONE, NONE};
    float target[3][3];
    gw_rng_t rng;
    gw_rng_init(&rng, gw_hash_mix((uint64_t)lo << 32 | (uint32_t)hi));
    for (int x = 0; x < 3; x++)
        memcpy(target[x], m->r[hi + 1].xyz[x], sizeof target[x]);
    for (int trial = 0; trial < trials && best_e.all >= 1; trial++) {
        chain_t c = {.n = hi - lo + 3};
        grow(&c, m, lo, pred, &rng);
        if (!descend(&c, m, lo, (const float(*)[3])target))
            continue;
        clash_t e = clashes(m, &c, lo, hi);
        if (e.backbone < refuse && e.all < best_e.all) {
            best_e = e;
            *best = c;
        }
    }
    return best_e;
}

/* how many residues before and behind the gap are rebuilt too, in the order of trying */
static const uint8_t widen[][2] = {{0, 0}, {1, 0}, {0, 1}, {1, 1}, {2, 1}, {1, 2}, {2, 2},
                                   {3, 2}, {2, 3}, {3, 3}, {4, 3}, {3, 4}, {4, 4}};

static void put_loop(gw_model_t *m, const chain_t *c, int32_t lo, int32_t hi)
{
    memcpy(m->r[lo - 1].xyz[C], c->bb[0][C], sizeof c->bb[0][C]);
    for (int32_t i = lo; i <= hi; i++) {
        for (int x = 0; x < 3; x++)
            memcpy(m->r[i].xyz[x], c->bb[i - lo + 1][x], sizeof c->bb[0][x]);
        m->r[i].origin = GW_MODEL_LOOP;
        m->r[i].n = 4;
    }
    for (int32_t i = lo - 1; i <= hi; i++) {
        oxygen(m->r[i].xyz[CA], m->r[i].xyz[C], m->r[i + 1].xyz[N], m->r[i].xyz[O]);
        gw_model_put_cb(&m->r[i]);
    }
}

typedef struct {
    double cost;
    int32_t lo, hi;
    chain_t c;
} found_t;

/* is every residue from lo to hi modelled, but for the gap? */
static bool whole(const gw_model_t *m, int32_t lo, int32_t hi, int32_t first, int32_t last)
{
    for (int32_t i = lo; i <= hi; i++)
        if (m->r[i].origin == GW_MODEL_NONE && (i < first || i > last))
            return false;
    return true;
}

/* the best loop from lo to hi, when it costs less than the one found so far: its contacts, and
 * `worth` a residue */
static void try_segment(const gw_model_t *m, int32_t lo, int32_t hi, const float *pred, int trials,
                        double refuse, double worth, found_t *best)
{
    float reach = 3.8F * (float)(hi - lo + 2) - 0.3F;
    chain_t c;
    if (dist2(m->r[lo - 1].xyz[CA], m->r[hi + 1].xyz[CA]) > reach * reach)
        return;
    clash_t e = close_once(m, lo, hi, pred, trials, refuse, &c);
    double cost = e.all + worth * (hi - lo + 1);
    if (e.all < NONE && cost < best->cost)
        *best = (found_t){cost, lo, hi, c};
}

static bool holds(const gw_model_t *m, int32_t lo, int32_t hi, int32_t first, int32_t last)
{
    return hi >= lo && lo >= 1 && hi + 1 < m->len && hi - lo + 1 < MAX_SEGMENT &&
           whole(m, lo - 1, hi + 1, first, last);
}

bool gw_model_close(gw_model_t *m, int32_t first, int32_t last, bool wide, const float *pred)
{
    found_t best = {.cost = NONE};
    for (size_t k = 0; k < sizeof widen / sizeof *widen && !wide && best.cost >= HARD; k++) {
        int32_t lo = first - widen[k][0], hi = last + widen[k][1];
        int trials = TRIALS + (k ? MORE_TRIALS : FIRST_TRIALS) * (hi - lo + 1);
        if (holds(m, lo, hi, first, last))
            try_segment(m, lo, hi, pred, trials, STRAINED, 0, &best);
    }
    for (int32_t k = 2; k <= 2 * WIDEST && wide; k++)
        for (int side = 0; side <= (k & 1); side++) {
            int32_t lo = first - k / 2 - side, hi = last + (k + 1) / 2 - side, n = hi - lo + 1;
            if (best.cost >= RESIDUE * n && holds(m, lo, hi, first, last))
                try_segment(m, lo, hi, pred, TRIALS + MORE_TRIALS * n, NONE, RESIDUE, &best);
        }
    if (best.c.n)
        put_loop(m, &best.c, best.lo, best.hi);
    return best.c.n > 0;
}
