#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fold/dssp.h"

enum { C, H, B, E, G, I, T, S }; /* as in gw_tlib_ss_letters */
enum { STRIDES = 3 };            /* 3, 4 and 5 */

typedef struct {
    int32_t partner[2];
    double energy[2];
} bonds_t;

typedef struct {
    const gw_dssp_residue_t *r;
    int32_t n;
    double (*h)[3];
    bonds_t *accepts_from, *donates_to; /* donates_to[i]: C=O groups that N-H of i bonds to */
    int32_t *segment;                   /* residues without a break between have equal numbers */
} work_t;

static double dist(const double *a, const float *b)
{
    double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return sqrt(x * x + y * y + z * z);
}

static double distf(const float *a, const float *b)
{
    double d[3] = {a[0], a[1], a[2]};
    return dist(d, b);
}

/* 2. secondary structure: hydrogen bonds */
static void place_hydrogens(work_t *w)
{
    for (int32_t i = 0; i < w->n; i++) {
        for (int k = 0; k < 3; k++)
            w->h[i][k] = w->r[i].n[k];
        if (i == 0 || w->r[i].proline)
            continue;
        const gw_dssp_residue_t *p = &w->r[i - 1];
        double len = distf(p->c, p->o);
        for (int k = 0; k < 3 && len > 0; k++)
            w->h[i][k] += ((double)p->c[k] - p->o[k]) / len;
    }
}

static void keep_bond(bonds_t *b, int32_t partner, double e)
{
    if (e < b->energy[0]) {
        b->partner[1] = b->partner[0];
        b->energy[1] = b->energy[0];
        b->partner[0] = partner;
        b->energy[0] = e;
    } else if (e < b->energy[1]) {
        b->partner[1] = partner;
        b->energy[1] = e;
    }
}

static void test_bond(work_t *w, int32_t donor, int32_t acceptor)
{
    const double q = -27.888;
    const gw_dssp_residue_t *d = &w->r[donor], *a = &w->r[acceptor];
    double e = 0;
    if (!d->proline) {
        double ho = dist(w->h[donor], a->o), hc = dist(w->h[donor], a->c), nc = distf(d->n, a->c),
               no = distf(d->n, a->o);
        if (ho < 0.5 || hc < 0.5 || nc < 0.5 || no < 0.5)
            e = -9.9;
        else
            e = q / ho - q / hc + q / nc - q / no;
        e = round(e * 1000) / 1000;
        e = e < -9.9 ? -9.9 : e;
    }
    keep_bond(&w->donates_to[donor], acceptor, e);
    keep_bond(&w->accepts_from[acceptor], donor, e);
}

/* pairs of residues with CA closer than 9, through a grid */
static bool find_bonds(work_t *w)
{
    const float cell = 9.0F;
    float lo[3] = {1e9F, 1e9F, 1e9F}, hi[3] = {-1e9F, -1e9F, -1e9F};
    for (int32_t i = 0; i < w->n; i++)
        for (int k = 0; k < 3; k++) {
            lo[k] = fminf(lo[k], w->r[i].ca[k]);
            hi[k] = fmaxf(hi[k], w->r[i].ca[k]);
        }
    int64_t dim[3];
    for (int k = 0; k < 3; k++) {
        dim[k] = (int64_t)((hi[k] - lo[k]) / cell) + 1;
        dim[k] = dim[k] > 400 ? 400 : dim[k];
    }
    size_t cells = (size_t)(dim[0] * dim[1] * dim[2]);
    int32_t *head = gw_malloc(cells, sizeof *head), *next = gw_malloc((size_t)w->n, sizeof *next);
    if (!head || !next) {
        free(head);
        free(next);
        return false;
    }
    memset(head, 0xff, cells * sizeof *head);
#define AT(i, k)                                        \
    ((int64_t)((w->r[i].ca[k] - lo[k]) / cell) < dim[k] \
         ? (int64_t)((w->r[i].ca[k] - lo[k]) / cell)    \
         : dim[k] - 1)
    for (int32_t i = w->n - 1; i >= 0; i--) { /* so that lists rise */
        size_t at = (size_t)((AT(i, 0) * dim[1] + AT(i, 1)) * dim[2] + AT(i, 2));
        next[i] = head[at];
        head[at] = i;
    }
    for (int32_t i = 0; i < w->n; i++) {
        int64_t at[3] = {AT(i, 0), AT(i, 1), AT(i, 2)};
        for (int64_t x = at[0] - 1; x <= at[0] + 1; x++)
            for (int64_t y = at[1] - 1; y <= at[1] + 1; y++)
                for (int64_t z = at[2] - 1; z <= at[2] + 1; z++) {
                    if (x < 0 || y < 0 || z < 0 || x >= dim[0] || y >= dim[1] || z >= dim[2])
                        continue;
                    for (int32_t j = head[(x * dim[1] + y) * dim[2] + z]; j >= 0; j = next[j]) {
                        if (j <= i || distf(w->r[i].ca, w->r[j].ca) >= 9.0)
                            continue;
                        test_bond(w, i, j);
                        if (j != i + 1)
                            test_bond(w, j, i);
                    }
                }
    }
#undef AT
    free(head);
    free(next);
    return true;
}

/* does N-H of a bond to C=O of b? */
static bool bonded(const work_t *w, int32_t a, int32_t b)
{
    const bonds_t *x = &w->donates_to[a];
    return (x->partner[0] == b && x->energy[0] < -0.5) ||
           (x->partner[1] == b && x->energy[1] < -0.5);
}

static bool unbroken(const work_t *w, int32_t a, int32_t b)
{
    return a >= 0 && b < w->n && w->segment[a] == w->segment[b];
}

/* ladders */
typedef struct {
    bool parallel;
    int32_t i0, i1, j0, j1; /* first and last of both strands */
    bool merged;
    int32_t pairs;
} ladder_t;

enum { NO_BRIDGE, PARALLEL, ANTIPARALLEL };

static int bridge(const work_t *w, int32_t b, int32_t e)
{
    int32_t a = b - 1, c = b + 1, d = e - 1, f = e + 1;
    if (!unbroken(w, a, c) || !unbroken(w, d, f))
        return NO_BRIDGE;
    if ((bonded(w, c, e) && bonded(w, e, a)) || (bonded(w, f, b) && bonded(w, b, d)))
        return PARALLEL;
    if ((bonded(w, c, d) && bonded(w, f, a)) || (bonded(w, e, b) && bonded(w, b, e)))
        return ANTIPARALLEL;
    return NO_BRIDGE;
}

/* partners worth testing with b lie next to residues that b or its neighbours bond with */
static size_t partners(const work_t *w, int32_t b, int32_t *out)
{
    size_t n = 0;
    for (int32_t k = b - 1; k <= b + 1; k++) {
        const bonds_t *x[2] = {&w->donates_to[k], &w->accepts_from[k]};
        for (int s = 0; s < 2; s++)
            for (int t = 0; t < 2; t++)
                for (int32_t d = -1; d <= 1; d++) {
                    int32_t e = x[s]->partner[t] + d;
                    if (x[s]->partner[t] < 0 || x[s]->energy[t] >= -0.5 || e < b + 3 ||
                        e >= w->n - 1)
                        continue;
                    size_t at = 0;
                    while (at < n && out[at] != e)
                        at++;
                    if (at == n)
                        out[n++] = e;
                }
    }
    for (size_t i = 1; i < n; i++) /* rising, as a full scan would meet them */
        for (size_t j = i; j > 0 && out[j] < out[j - 1]; j--) {
            int32_t t = out[j];
            out[j] = out[j - 1];
            out[j - 1] = t;
        }
    return n;
}

static bool find_ladders(const work_t *w, ladder_t **out, size_t *n_out)
{
    ladder_t *l = NULL;
    size_t n = 0, cap = 0;
    for (int32_t i = 1; i + 4 < w->n; i++) {
        int32_t cand[40];
        size_t m = partners(w, i, cand);
        for (size_t k = 0; k < m; k++) {
            int32_t j = cand[k];
            int type = bridge(w, i, j);
            if (type == NO_BRIDGE)
                continue;
            bool found = false;
            for (size_t b = n; b-- > 0 && !found;) {
                if (l[b].parallel != (type == PARALLEL) || i != l[b].i1 + 1)
                    continue;
                if (type == PARALLEL && l[b].j1 + 1 == j) {
                    l[b].i1 = i;
                    l[b].j1 = j;
                    found = true;
                } else if (type == ANTIPARALLEL && l[b].j0 - 1 == j) {
                    l[b].i1 = i;
                    l[b].j0 = j;
                    found = true;
                }
                l[b].pairs += found;
            }
            if (!found) {
                if (!GW_GROW(l, cap, n + 1)) {
                    free(l);
                    return false;
                }
                l[n++] = (ladder_t){type == PARALLEL, i, i, j, j, false, 1};
            }
        }
    }
    *out = l;
    *n_out = n;
    return true;
}

static int by_start(const void *a, const void *b)
{
    const ladder_t *x = a, *y = b;
    if (x->i0 != y->i0)
        return x->i0 < y->i0 ? -1 : 1;
    return (x->j0 > y->j0) - (x->j0 < y->j0);
}

static void merge_bulges(const work_t *w, ladder_t *l, size_t n)
{
    for (size_t a = 0; a < n; a++) {
        for (size_t b = a + 1; b < n && !l[a].merged; b++) {
            ladder_t *x = &l[a], *y = &l[b];
            if (y->merged || x->parallel != y->parallel ||
                !unbroken(w, x->i0 < y->i0 ? x->i0 : y->i0, x->i1 > y->i1 ? x->i1 : y->i1) ||
                !unbroken(w, x->j0 < y->j0 ? x->j0 : y->j0, x->j1 > y->j1 ? x->j1 : y->j1) ||
                y->i0 - x->i1 >= 6 || (x->i1 >= y->i0 && x->i0 <= y->i1))
                continue;
            /* differences that would be negative never count as near */
            uint32_t di = (uint32_t)(y->i0 - x->i1),
                     dj = (uint32_t)(x->parallel ? y->j0 - x->j1 : x->j0 - y->j1);
            if (!((dj < 6 && di < 3) || dj < 3))
                continue;
            x->i1 = y->i1;
            if (x->parallel)
                x->j1 = y->j1;
            else
                x->j0 = y->j0;
            x->pairs += y->pairs;
            y->merged = true;
        }
    }
}

static bool assign_strands(const work_t *w, uint8_t *ss)
{
    ladder_t *l;
    size_t n;
    if (!find_ladders(w, &l, &n))
        return false;
    if (n)
        qsort(l, n, sizeof *l, by_start);
    merge_bulges(w, l, n);
    for (size_t k = 0; k < n; k++) {
        if (l[k].merged)
            continue;
        uint8_t v = l[k].pairs > 1 ? E : B;
        for (int32_t i = l[k].i0; i <= l[k].i1; i++)
            ss[i] = ss[i] == E ? E : v;
        for (int32_t j = l[k].j0; j <= l[k].j1; j++)
            ss[j] = ss[j] == E ? E : v;
    }
    free(l);
    return true;
}

/* start[stride - 3]: does an n-turn begin here? */
static bool turn(const work_t *w, int32_t i, int stride)
{
    return i >= 0 && i + stride < w->n && unbroken(w, i, i + stride) && bonded(w, i + stride, i);
}

static void assign_helices(const work_t *w, uint8_t *ss)
{
    for (int32_t i = 1; i + 4 < w->n; i++)
        if (turn(w, i, 4) && turn(w, i - 1, 4))
            memset(ss + i, H, 4);
    for (int32_t i = 1; i + 3 < w->n; i++)
        if (turn(w, i, 3) && turn(w, i - 1, 3)) {
            bool free_ = true;
            for (int32_t j = i; j < i + 3; j++)
                free_ &= ss[j] == C || ss[j] == G;
            if (free_)
                memset(ss + i, G, 3);
        }
    for (int32_t i = 1; i + 5 < w->n; i++)
        if (turn(w, i, 5) && turn(w, i - 1, 5)) {
            bool free_ = true;
            for (int32_t j = i; j < i + 5; j++)
                free_ &= ss[j] == C || ss[j] == I || ss[j] == H;
            if (free_)
                memset(ss + i, I, 5);
        }
}

/* angle between the directions CA(i-2)..CA(i) and CA(i)..CA(i+2) above 70 degrees */
static bool bend(const work_t *w, int32_t i)
{
    if (i < 2 || !unbroken(w, i - 2, i + 2))
        return false;
    double dot = 0, u = 0, v = 0;
    for (int k = 0; k < 3; k++) {
        double a = (double)w->r[i].ca[k] - w->r[i - 2].ca[k],
               b = (double)w->r[i + 2].ca[k] - w->r[i].ca[k];
        dot += a * b;
        u += a * a;
        v += b * b;
    }
    return u > 0 && v > 0 && acos(dot / sqrt(u * v)) * 180 / 3.14159265358979 > 70;
}

static void assign_rest(const work_t *w, uint8_t *ss)
{
    for (int32_t i = 1; i + 1 < w->n; i++) {
        if (ss[i] != C)
            continue;
        bool t = false;
        for (int stride = 3; stride <= 5 && !t; stride++)
            for (int k = 1; k < stride && !t; k++)
                t = turn(w, i - k, stride);
        if (t)
            ss[i] = T;
        else if (bend(w, i))
            ss[i] = S;
    }
}

gw_status_t gw_dssp_assign(const gw_dssp_residue_t *r, size_t n, uint8_t *ss, gw_err_t *err)
{
    work_t w = {.r = r, .n = (int32_t)n};
    memset(ss, C, n);
    if (n < 2)
        return GW_OK;
    w.h = gw_malloc(n, sizeof *w.h);
    w.donates_to = gw_malloc(n, sizeof *w.donates_to);
    w.accepts_from = gw_malloc(n, sizeof *w.accepts_from);
    w.segment = gw_malloc(n, sizeof *w.segment);
    bool ok = w.h && w.donates_to && w.accepts_from && w.segment;
    for (size_t i = 0; ok && i < n; i++) {
        w.donates_to[i] = w.accepts_from[i] = (bonds_t){{-1, -1}, {0, 0}};
        w.segment[i] = i == 0 ? 0
                              : w.segment[i - 1] + (r[i].chain != r[i - 1].chain ||
                                                    distf(r[i - 1].c, r[i].n) > 2.5);
    }
    if (ok) {
        place_hydrogens(&w);
        ok = find_bonds(&w) && assign_strands(&w, ss);
    }
    if (ok) {
        assign_helices(&w, ss);
        assign_rest(&w, ss);
    }
    free(w.h);
    free(w.donates_to);
    free(w.accepts_from);
    free(w.segment);
    return ok ? GW_OK : gw_err_nomem(err, "assigning secondary structure");
}

float gw_dssp_torsion(const float a[3], const float b[3], const float c[3], const float d[3])
{
    double u[3], v[3], w[3], p[3], q[3], m[3];
    for (int k = 0; k < 3; k++) {
        u[k] = (double)b[k] - a[k];
        v[k] = (double)c[k] - b[k];
        w[k] = (double)d[k] - c[k];
    }
    for (int k = 0; k < 3; k++) {
        int x = (k + 1) % 3, y = (k + 2) % 3;
        p[k] = u[x] * v[y] - u[y] * v[x];
        q[k] = v[x] * w[y] - v[y] * w[x];
    }
    for (int k = 0; k < 3; k++) {
        int x = (k + 1) % 3, y = (k + 2) % 3;
        m[k] = p[x] * q[y] - p[y] * q[x];
    }
    double len = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    double s = (m[0] * v[0] + m[1] * v[1] + m[2] * v[2]) / (len > 0 ? len : 1);
    return (float)(atan2(s, p[0] * q[0] + p[1] * q[1] + p[2] * q[2]) * 180 / 3.14159265358979);
}

/* 3. surface */
gw_status_t gw_dssp_surface(const float (*xyz)[3], const float *radius, size_t n, float *area,
                            gw_err_t *err)
{
    enum { HALF = 100, POINTS = 2 * HALF + 1, NEAR = 512 };
    const double golden = (1 + sqrt(5.0)) / 2, pi = 3.14159265358979;
    const float water = 1.4F, cell = 7.0F;
    float dir[POINTS][3], lo[3] = {1e9F, 1e9F, 1e9F};
    for (int i = -HALF; i <= HALF; i++) {
        double lat = asin(2.0 * i / POINTS), lon = fmod(i, golden) * 2 * pi / golden;
        dir[i + HALF][0] = (float)(sin(lon) * cos(lat));
        dir[i + HALF][1] = (float)(cos(lon) * cos(lat));
        dir[i + HALF][2] = (float)sin(lat);
    }
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++)
            lo[k] = fminf(lo[k], xyz[i][k]);
    enum { DIM = 64 }; /* cells wrap round: a neighbour is always checked by distance */
    int32_t *head = gw_malloc((size_t)DIM * DIM * DIM, sizeof *head),
            *next = gw_malloc(n, sizeof *next);
    if (!head || !next) {
        free(head);
        free(next);
        return gw_err_nomem(err, "measuring surfaces");
    }
    memset(head, 0xff, (size_t)DIM * DIM * DIM * sizeof *head);
#define AT(i, k)      ((int)((xyz[i][k] - lo[k]) / cell))
#define SLOT(x, y, z) ((((x) & (DIM - 1)) * DIM + ((y) & (DIM - 1))) * DIM + ((z) & (DIM - 1)))
    for (size_t i = n; i-- > 0;) {
        int at = SLOT(AT(i, 0), AT(i, 1), AT(i, 2));
        next[i] = head[at];
        head[at] = (int32_t)i;
    }
    for (size_t i = 0; i < n; i++) {
        float near[NEAR][4], ri = radius[i] + water;
        int m = 0, open = 0;
        for (int x = AT(i, 0) - 1; x <= AT(i, 0) + 1; x++)
            for (int y = AT(i, 1) - 1; y <= AT(i, 1) + 1; y++)
                for (int z = AT(i, 2) - 1; z <= AT(i, 2) + 1; z++)
                    for (int32_t j = head[SLOT(x, y, z)]; j >= 0 && m < NEAR; j = next[j]) {
                        float d[3], rj = radius[j] + water, dd = 0;
                        for (int k = 0; k < 3; k++) {
                            d[k] = xyz[j][k] - xyz[i][k];
                            dd += d[k] * d[k];
                        }
                        if ((size_t)j == i || dd >= (ri + rj) * (ri + rj) || dd < 1e-4F)
                            continue;
                        /* a point p on i's sphere is covered when |p - d| < rj */
                        near[m][0] = d[0];
                        near[m][1] = d[1];
                        near[m][2] = d[2];
                        near[m++][3] = (dd + ri * ri - rj * rj) / (2 * ri);
                    }
        int last = 0;
        for (int p = 0; p < POINTS; p++) {
            bool covered = m > 0 && near[last][0] * dir[p][0] + near[last][1] * dir[p][1] +
                                            near[last][2] * dir[p][2] >
                                        near[last][3];
            for (int k = 0; k < m && !covered; k++)
                if (near[k][0] * dir[p][0] + near[k][1] * dir[p][1] + near[k][2] * dir[p][2] >
                    near[k][3]) {
                    covered = true;
                    last = k;
                }
            open += !covered;
        }
        area[i] = (float)(4 * pi * ri * ri * open / POINTS);
    }
#undef AT
#undef SLOT
    free(head);
    free(next);
    return GW_OK;
}
