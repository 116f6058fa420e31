#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fold/dssp.h"
#include "fold/model.h"
#include "fold/packing_table.h"
#include "fold/rotamer_table.h"

/* 1. conformers of a residue: the table's rotamers, each with chi 1 as it is and SPREAD degrees to
 *    both sides; those that the backbone leaves no room are dropped */
enum { SPREAD = 10, MAX_CONFORMERS = 256, NO_ROOM = 20 };
typedef struct {
    int16_t chi[4];
    double self; /* energy with the backbone, and of being rare */
} conformer_t;

typedef struct {
    int32_t n, now; /* conformers; the one that stands */
    int seen[3];    /* how often chi 1 was in each bin */
    conformer_t *c;
} choices_t;

/* residues whose side chains can meet */
enum { MAX_NEAR = 64 };
typedef struct {
    int32_t n, v[MAX_NEAR];
} near_t;

typedef struct {
    gw_model_t *m;
    choices_t *ch;
    near_t *near;
    int8_t kind[20][GW_MODEL_ATOMS]; /* of side-chain atoms, gw_packing_side */
    char element[20][GW_MODEL_ATOMS];
} pack_t;

static float dist2(const float *a, const float *b)
{
    float x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return x * x + y * y + z * z;
}

/* 2. energy in kT: what the table says of the atoms around */
typedef struct {
    int8_t kind; /* gw_packing_side or gw_packing_around */
    char element;
    const float *at;
} atom_t;

static double near_energy(const atom_t *a, const atom_t *b, float d2, int weight)
{
    return 0.01 * (weight * gw_packing_contact(d2, a->element, b->element) -
                   gw_packing_table.pair[a->kind][b->kind][gw_packing_shell(d2)]);
}

static inline double pair_energy(const atom_t *a, const atom_t *b, int weight)
{
    float d2 = dist2(a->at, b->at);
    return d2 < 36 && b->kind >= 0 ? near_energy(a, b, d2, weight) : 0;
}

static atom_t side_atom(const pack_t *p, const gw_model_residue_t *r, int a)
{
    return (atom_t){p->kind[r->aa][a], p->element[r->aa][a], r->xyz[a]};
}

static atom_t backbone_atom(const gw_model_residue_t *r, int b, int32_t step)
{
    const float *at = r->xyz[b];
    return (atom_t){(int8_t)gw_packing_around(b, step), "NCCOC"[b], at};
}

/* with the backbone and CB of the residues near, and its own */
static double self_energy(const pack_t *p, int32_t i)
{
    const int16_t *weight = gw_packing_table.contact;
    const gw_model_residue_t *r = &p->m->r[i];
    int n = gw_model_atom_count(r->aa);
    double e = 0;
    for (int a = 5; a < n; a++) {
        atom_t mine = side_atom(p, r, a);
        for (int b = a > 5 ? 0 : GW_MODEL_O; b < 4; b++) {
            atom_t own = backbone_atom(r, b, 0);
            e += pair_energy(&mine, &own, weight[2]);
        }
        for (int32_t k = 0; k < p->near[i].n; k++) {
            int32_t j = p->near[i].v[k];
            const gw_model_residue_t *s = &p->m->r[j];
            for (int b = 0; b < (s->aa == 7 ? 4 : 5); b++) {
                atom_t other = backbone_atom(s, b, j - i);
                e += pair_energy(&mine, &other, weight[abs(i - j) == 1 ? 2 : 1]);
            }
        }
    }
    return e;
}

/* with the other side chains as they stand */
static double mutual_energy(const pack_t *p, int32_t i)
{
    const gw_model_residue_t *r = &p->m->r[i];
    int n = gw_model_atom_count(r->aa);
    double e = 0;
    for (int32_t k = 0; k < p->near[i].n; k++) {
        const gw_model_residue_t *s = &p->m->r[p->near[i].v[k]];
        int m = gw_model_atom_count(s->aa);
        for (int a = 5; a < n && m > 5; a++) {
            atom_t mine = side_atom(p, r, a);
            for (int b = 5; b < m; b++) {
                atom_t other = side_atom(p, s, b);
                e += pair_energy(&mine, &other, gw_packing_table.contact[0]);
            }
        }
    }
    return e;
}

/* 3. setting up: near enough that atoms of i's side chain can come within 6 A of j's atoms */
static float side_reach(uint8_t aa)
{
    static const float reach[GW_MODEL_ATOMS + 1] = {
        [6] = 2.5F,  [7] = 3.0F,  [8] = 4.0F,  [9] = 5.0F,
        [10] = 5.0F, [11] = 7.0F, [12] = 6.5F, [14] = 7.0F};
    return reach[gw_model_atom_count(aa)];
}

static void find_near(pack_t *p)
{
    const gw_model_t *m = p->m;
    for (int32_t i = 0; i < m->len; i++) {
        p->near[i].n = 0;
        for (int32_t j = 0; j < m->len && m->r[i].n; j++) {
            const gw_model_residue_t *r = &m->r[i], *s = &m->r[j];
            float far = side_reach(r->aa) + fmaxf(side_reach(s->aa), 2.5F) + 4.8F;
            if (j != i && s->n && p->near[i].n < MAX_NEAR &&
                dist2(r->xyz[r->n - 1], s->xyz[s->n - 1]) < far * far)
                p->near[i].v[p->near[i].n++] = j;
        }
    }
}

static float bond(const gw_model_t *m, int32_t i)
{
    return i < 0 || i + 1 >= m->len || !m->r[i].n || !m->r[i + 1].n
               ? 99
               : dist2(m->r[i].xyz[GW_MODEL_C], m->r[i + 1].xyz[GW_MODEL_N]);
}

/* degrees; the commonest where the chain is broken */
static double phi_of(const gw_model_t *m, int32_t i)
{
    if (bond(m, i - 1) > 4)
        return -90;
    const gw_model_residue_t *r = &m->r[i];
    return gw_dssp_torsion(r[-1].xyz[GW_MODEL_C], r->xyz[GW_MODEL_N], r->xyz[GW_MODEL_CA],
                           r->xyz[GW_MODEL_C]);
}

static double psi_of(const gw_model_t *m, int32_t i)
{
    if (bond(m, i) > 4)
        return 140;
    const gw_model_residue_t *r = &m->r[i];
    return gw_dssp_torsion(r->xyz[GW_MODEL_N], r->xyz[GW_MODEL_CA], r->xyz[GW_MODEL_C],
                           r[1].xyz[GW_MODEL_N]);
}

static void add_conformers(pack_t *p, int32_t i, const gw_rotamer_t *t, double cost)
{
    static const double strained = 0.5; /* chi 1 off its centre */
    choices_t *ch = &p->ch[i];
    gw_model_residue_t *r = &p->m->r[i];
    for (int d = -1; d <= 1 && ch->n < MAX_CONFORMERS; d++) {
        conformer_t *c = &ch->c[ch->n++];
        memcpy(c->chi, t->chi, sizeof c->chi);
        c->chi[0] = (int16_t)(c->chi[0] + d * SPREAD);
        gw_model_put_side(r, c->chi);
        c->self = cost + self_energy(p, i) + (d ? strained : 0);
    }
}

static gw_status_t list_conformers(pack_t *p, int32_t i, const int *first, gw_err_t *err)
{
    gw_model_residue_t *r = &p->m->r[i];
    choices_t *ch = &p->ch[i];
    const gw_rotamer_t *beg = gw_rotamer_table + first[r->aa],
                       *end = gw_rotamer_table + gw_rotamer_count;
    double prior[3], share[3] = {0}, low = HUGE_VAL;
    ch->c = gw_malloc(MAX_CONFORMERS, sizeof *ch->c);
    if (!ch->c)
        return gw_err_nomem(err, "placing side chains");
    gw_rotamer_prior(r->aa, phi_of(p->m, i), psi_of(p->m, i), prior);
    for (const gw_rotamer_t *t = beg; t < end && t->aa == r->aa; t++)
        share[gw_rotamer_bin(t->chi[0])] += t->per_mille;
    for (const gw_rotamer_t *t = beg; t < end && t->aa == r->aa; t++) {
        int b = gw_rotamer_bin(t->chi[0]);
        add_conformers(p, i, t,
                       -0.01 *
                           (gw_packing_table.prior[r->aa] * log(prior[b] + 1e-4) +
                            gw_packing_table.rest[r->aa] * log(t->per_mille / share[b] + 1e-3)));
    }
    for (int32_t k = 0; k < ch->n; k++)
        low = fmin(low, ch->c[k].self);
    int32_t kept = 0;
    for (int32_t k = 0; k < ch->n; k++)
        if (ch->c[k].self <= low + NO_ROOM)
            ch->c[kept++] = ch->c[k];
    ch->n = kept;
    for (ch->now = 0; ch->c[ch->now].self > low;)
        ch->now++;
    gw_model_put_side(r, ch->c[ch->now].chi);
    r->n = gw_model_atom_count(r->aa);
    return GW_OK;
}

/* 4. choosing: a residue at a time by Boltzmann's weights; at no temperature the best */
static void choose(pack_t *p, int32_t i, double temperature, gw_rng_t *rng)
{
    choices_t *ch = &p->ch[i];
    gw_model_residue_t *r = &p->m->r[i];
    double e[MAX_CONFORMERS], low = HUGE_VAL, sum = 0;
    int32_t best = 0;
    for (int32_t k = 0; k < ch->n; k++) {
        gw_model_put_side(r, ch->c[k].chi);
        e[k] = ch->c[k].self + mutual_energy(p, i);
        if (e[k] < low) {
            low = e[k];
            best = k;
        }
    }
    if (temperature > 0) {
        for (int32_t k = 0; k < ch->n; k++)
            sum += exp((low - e[k]) / temperature);
        double u = sum * (double)gw_rng_below(rng, 1 << 30) / (1 << 30);
        for (best = 0; best + 1 < ch->n; best++) {
            u -= exp((low - e[best]) / temperature);
            if (u < 0)
                break;
        }
    }
    ch->now = best;
    gw_model_put_side(r, ch->c[best].chi);
}

/* leaves the conformers with chi 1 in the bin seen most */
static void keep_commonest(gw_model_residue_t *r, choices_t *ch)
{
    int32_t n = 0;
    int bin = 0;
    for (int b = 1; b < 3; b++)
        bin = ch->seen[b] > ch->seen[bin] ? b : bin;
    for (int32_t k = 0; k < ch->n; k++)
        if (gw_rotamer_bin(ch->c[k].chi[0]) == bin)
            ch->c[n++] = ch->c[k];
    ch->n = n;
    ch->now = 0;
    gw_model_put_side(r, ch->c[0].chi);
}

/* samples: cools down to 1 kT, stays there to see where chi 1 is most of the time, and takes the
 * best of that */
static void choose_all(pack_t *p)
{
    enum { HOT = 10, WARM = 25, COLD = 4 };
    static const double heat = 2; /* above 1, to begin with */
    gw_rng_t rng;
    gw_rng_init(&rng, 1953);
    for (int round = 0; round < HOT + WARM + COLD; round++)
        for (int32_t i = 0; i < p->m->len; i++) {
            choices_t *ch = &p->ch[i];
            if (!ch->n)
                continue;
            if (round == HOT + WARM)
                keep_commonest(&p->m->r[i], ch);
            choose(p, i,
                   round < HOT          ? 1 + heat * (1 - (double)round / HOT)
                   : round < HOT + WARM ? 1
                                        : 0,
                   &rng);
            if (round >= HOT && round < HOT + WARM)
                ch->seen[gw_rotamer_bin(ch->c[ch->now].chi[0])]++;
        }
}

/* 5. relief: on a backbone that is not quite right no conformer may fit. Where atoms overlap, all
 *    rotamers and turns of one chi at a time are tried for less overlap; frequencies count no more.
 */
static const float room[2][2] = {{3.2F, 3.0F},
                                 {3.0F, 2.7F}}; /* carbon or sulphur, nitrogen or oxygen */

static bool polar(char element)
{
    return element == 'N' || element == 'O';
}

static char element(const gw_model_residue_t *r, int atom)
{
    return gw_model_atom_name(r->aa, atom)[0];
}

/* sum of (room - distance)^2 over the side chain's atoms and all atoms of residues near */
static double overlap(const pack_t *p, int32_t i)
{
    const gw_model_residue_t *r = &p->m->r[i];
    double e = 0;
    for (int a = 5; a < r->n; a++) {
        char ea = element(r, a);
        for (int32_t k = 0; k < p->near[i].n; k++) {
            int32_t j = p->near[i].v[k];
            const gw_model_residue_t *s = &p->m->r[j];
            for (int b = 0; b < s->n; b++) {
                char eb = element(s, b);
                float d2 = dist2(r->xyz[a], s->xyz[b]), x = room[polar(ea)][polar(eb)];
                bool bond = ea == 'S' && eb == 'S' && d2 < 2.6F * 2.6F;
                if (d2 < x * x && !bond)
                    e += (double)((x - sqrtf(d2)) * (x - sqrtf(d2)));
            }
        }
    }
    return e;
}

/* keeps chi when it lowers *least by more than a trifle */
static bool keep_if_less(pack_t *p, int32_t i, const int16_t chi[4], int16_t now[4], double *least)
{
    gw_model_put_side(&p->m->r[i], chi);
    double e = overlap(p, i);
    if (e >= *least - 0.01)
        return false;
    *least = e;
    memcpy(now, chi, 4 * sizeof *now);
    return true;
}

/* the rotamers with chi 1 in the bin (-1: in any), then turns of the best */
static void try_turns(pack_t *p, int32_t i, const int *first, int bin, int16_t now[4],
                      double *least)
{
    static const int16_t turn[] = {-30, -20, -10, 10, 20, 30};
    const gw_rotamer_t *t = gw_rotamer_table + first[p->m->r[i].aa],
                       *end = gw_rotamer_table + gw_rotamer_count;
    for (; t < end && t->aa == p->m->r[i].aa; t++)
        if (bin < 0 || gw_rotamer_bin(t->chi[0]) == bin)
            keep_if_less(p, i, t->chi, now, least);
    bool any = true;
    for (int round = 0; round < 4 && any; round++) {
        int16_t from[4];
        memcpy(from, now, sizeof from);
        any = false;
        for (int c = 0; c < 4; c++)
            for (size_t k = 0; k < sizeof turn / sizeof *turn; k++) {
                int16_t chi[4];
                memcpy(chi, from, sizeof chi);
                chi[c] = (int16_t)(chi[c] + turn[k]);
                any |= keep_if_less(p, i, chi, now, least);
            }
    }
}

static void relieve(pack_t *p, int32_t i, const int *first)
{
    static const double slight = 1.0; /* Angstrom, squared */
    int16_t *now = p->ch[i].c[p->ch[i].now].chi;
    double least = overlap(p, i);
    if (least >= slight)
        try_turns(p, i, first, gw_rotamer_bin(now[0]), now, &least);
    if (least >= slight)
        try_turns(p, i, first, -1, now, &least);
    gw_model_put_side(&p->m->r[i], now);
}

gw_status_t gw_model_sidechains(gw_model_t *m, gw_err_t *err)
{
    enum { RELIEF = 3 };
    pack_t p = {m,
                gw_calloc((size_t)m->len, sizeof *p.ch),
                gw_malloc((size_t)m->len, sizeof *p.near),
                {{0}},
                {{0}}};
    gw_status_t st = p.ch && p.near ? GW_OK : gw_err_nomem(err, "placing side chains");
    int first[21] = {0};
    for (uint8_t aa = 0; aa < 20; aa++)
        for (int a = 5; a < gw_model_atom_count(aa); a++) {
            p.kind[aa][a] = (int8_t)gw_packing_side(aa, a);
            p.element[aa][a] = gw_model_atom_name(aa, a)[0];
        }
    for (int k = gw_rotamer_count - 1; k >= 0; k--)
        first[gw_rotamer_table[k].aa] = k;
    for (int32_t i = 0; st == GW_OK && i < m->len; i++)
        if (m->r[i].origin != GW_MODEL_NONE) {
            gw_model_put_cb(&m->r[i]);
            m->r[i].n = m->r[i].aa == 7 ? 4 : 5;
        }
    if (st == GW_OK)
        find_near(&p);
    for (int32_t i = 0; st == GW_OK && i < m->len; i++)
        if (m->r[i].origin != GW_MODEL_NONE && gw_model_atom_count(m->r[i].aa) > 5)
            st = list_conformers(&p, i, first, err);
    if (st == GW_OK)
        choose_all(&p);
    for (int round = 0; st == GW_OK && round < RELIEF; round++)
        for (int32_t i = 0; i < m->len; i++)
            if (p.ch[i].n)
                relieve(&p, i, first);
    for (int32_t i = 0; p.ch && i < m->len; i++)
        free(p.ch[i].c);
    free(p.ch);
    free(p.near);
    return st;
}
