#include <config.h>

#include <math.h>
#include <string.h>

#include "call/jointsite.h"

/* The alleles that are left of a site: now[k] is the site's number of allele k. */
typedef struct {
    int32_t n;
    int8_t now[GW_GENOTYPE_MAX_SITE_ALLELES];
    double prior; /* of one copy of the likeliest */
} alleles_t;

static const gw_event_t *event_of(const gw_jointsite_t *s, int32_t allele)
{
    return allele && !(s->star && allele == s->n_alleles - 1) ? &s->event[allele] : NULL;
}

/* 2. the site: likelihoods of its genotypes */
/* The alleles that a record's allele a may stand for, as numbers of al; -> how many */
static int32_t stands_for(const gw_jointsample_t *v, int32_t a, const alleles_t *al, int8_t *out)
{
    int32_t n = 0;
    for (int32_t k = 0; k < al->n; k++) {
        bool is = v->map[a] == al->now[k];
        if (v->map[a] == GW_JOINTSITE_OTHERS) {
            is = true;
            for (int32_t b = 0; b < v->n_alleles; b++)
                is &= v->map[b] != al->now[k];
        }
        if (is)
            out[n++] = (int8_t)k;
    }
    return n;
}

/* Each genotype has the best likelihood among those of the record that it may be. */
static void likelihoods(const gw_jointsample_t *v, int32_t ploidy, const alleles_t *al, int32_t *pl)
{
    int32_t n = gw_genotype_count(al->n, ploidy), least = INT32_MAX;
    if (v->ploidy == 0) {
        memset(pl, 0, (size_t)n * sizeof *pl);
        return;
    }
    for (int32_t g = 0; g < n; g++)
        pl[g] = INT32_MAX;
    for (int32_t b = 0, g = 0; b < v->n_alleles; b++) {
        int8_t y[GW_GENOTYPE_MAX_SITE_ALLELES], x[GW_GENOTYPE_MAX_SITE_ALLELES];
        int32_t ny = stands_for(v, b, al, y);
        for (int32_t a = ploidy == 1 ? b : 0; a <= b; a++, g++) {
            int32_t nx = ny ? stands_for(v, a, al, x) : 0;
            for (int32_t j = 0; j < ny; j++)
                for (int32_t i = 0; i < nx; i++) {
                    int32_t k = ploidy == 1 ? y[j] : gw_genotype_index(x[i], y[j]);
                    if (ploidy == 2 || i == j)
                        pl[k] = v->pl[g] < pl[k] ? v->pl[g] : pl[k];
                }
        }
    }
    for (int32_t g = 0; g < n; g++)
        least = pl[g] < least ? pl[g] : least;
    for (int32_t g = 0; g < n; g++)
        pl[g] = pl[g] == INT32_MAX ? 9999 : pl[g] - least;
}

static void genotype(const gw_jointsite_t *s, int32_t n_samples, int32_t max_ploidy,
                     const alleles_t *al, gw_gtcall_t *call)
{
    int32_t pl[GW_GENOTYPE_MAX];
    for (int32_t i = 0; i < n_samples; i++) {
        int32_t ploidy = s->sample[i].ploidy ? s->sample[i].ploidy : max_ploidy;
        likelihoods(&s->sample[i], ploidy, al, pl);
        gw_genotype_from_pl(pl, al->n, ploidy, al->prior, &call[i]);
    }
}

/* Keeps the alleles of some sample's best genotype; false: none is an alternative one. */
static bool prune(const gw_jointsite_t *s, int32_t n_samples, const gw_gtcall_t *call,
                  alleles_t *al)
{
    bool keep[GW_GENOTYPE_MAX_SITE_ALLELES] = {true}, real = false;
    for (int32_t i = 0; i < n_samples; i++) {
        int8_t gt[2];
        gw_genotype_alleles(call[i].best, call[i].ploidy, gt);
        for (int32_t k = 0; k < call[i].ploidy && s->sample[i].ploidy; k++)
            keep[gt[k]] = true;
    }
    int32_t n = 0;
    for (int32_t k = 0; k < al->n; k++)
        if (keep[k]) {
            real |= event_of(s, al->now[k]) != NULL;
            al->now[n++] = al->now[k];
        }
    al->n = n;
    return real;
}

/* what is written about a sample */
/* The record's best genotype has an allele that the site had no room for. */
static bool left_out(const gw_jointsample_t *v)
{
    for (int32_t b = 0, g = 0; b < v->n_alleles; b++)
        for (int32_t a = v->ploidy == 1 ? b : 0; a <= b; a++, g++)
            if (v->pl[g] == 0)
                return v->map[a] == GW_JOINTSITE_NONE || v->map[b] == GW_JOINTSITE_NONE;
    return false;
}

static int8_t number_of(const alleles_t *al, int8_t site_allele)
{
    for (int32_t k = 0; k < al->n; k++)
        if (al->now[k] == site_allele)
            return (int8_t)k;
    return -1;
}

/* The record's phase, where the genotype is still the same */
static void phase(const gw_jointsample_t *v, const alleles_t *al, gw_callsample_t *t)
{
    if (!v->phased || v->ps < 0 || v->gt[0] < 0 || v->gt[1] < 0 || t->gt[0] == t->gt[1])
        return;
    int8_t a = number_of(al, v->map[v->gt[0]]), b = number_of(al, v->map[v->gt[1]]);
    if (a < 0 || b < 0 || gw_genotype_index(a, b) != gw_genotype_index(t->gt[0], t->gt[1]))
        return;
    t->gt[0] = a;
    t->gt[1] = b;
    t->phased = true;
    t->ps = v->ps;
}

static void describe(const gw_jointsample_t *v, const alleles_t *al, const gw_gtcall_t *call,
                     gw_callsample_t *t)
{
    t->ploidy = (int8_t)call->ploidy;
    gw_genotype_alleles(call->best, call->ploidy, t->gt);
    t->gq = call->gq;
    memcpy(t->pl, call->pl, (size_t)call->n * sizeof *t->pl);
    t->missing = v->ploidy == 0 || left_out(v);
    t->dp = v->dp;
    for (int32_t a = 0; a < v->n_alleles && v->map; a++) {
        int8_t k = number_of(al, v->map[a]);
        if (k >= 0)
            t->ad[k] += v->ad[a];
    }
    for (int k = 0; k < 4 && v->has_sb; k++)
        t->sb[k] = v->sb[k];
    if (!t->missing && t->ploidy == 2)
        phase(v, al, t);
}

static void note(const gw_jointsite_t *s, int32_t n_samples, gw_annotation_t *out)
{
    int64_t sb[4] = {0}, depth = 0, dp = 0;
    double square = 0;
    *out = (gw_annotation_t){0};
    for (int32_t i = 0; i < n_samples; i++) {
        const gw_jointsample_t *v = &s->sample[i];
        dp += v->dp;
        out->has_strand |= v->has_sb;
        for (int k = 0; k < 4 && v->has_sb; k++)
            sb[k] += v->sb[k];
        if (v->has_mq) {
            square += v->mq * v->mq * v->dp;
            depth += v->dp;
        }
    }
    out->dp = dp > INT32_MAX ? INT32_MAX : (int32_t)dp;
    out->fs = gw_annotate_fisher((int32_t)sb[0], (int32_t)sb[1], (int32_t)sb[2], (int32_t)sb[3]);
    out->sor = gw_annotate_sor((int32_t)sb[0], (int32_t)sb[1], (int32_t)sb[2], (int32_t)sb[3]);
    out->has_mq = depth > 0;
    out->mq = depth ? sqrt(square / (double)depth) : 0;
}

gw_status_t gw_jointsite_call(const gw_jointsite_t *s, int32_t n_samples, double min_qual,
                              const uint8_t *ref, int64_t len_bp, gw_arena_t *a,
                              gw_callsite_t *c, bool *keep, gw_err_t *err)
{
    alleles_t al = {.n = s->n_alleles, .prior = -INFINITY};
    int32_t max_ploidy = 1;
    *keep = false;
    *c = (gw_callsite_t){0};
    gw_gtcall_t *call = gw_arena_alloc(a, (size_t)n_samples, sizeof *call);
    c->sample = gw_arena_alloc(a, (size_t)n_samples, sizeof *c->sample);
    if (!call || !c->sample)
        return gw_err_nomem(err, "genotyping");
    memset(c->sample, 0, (size_t)n_samples * sizeof *c->sample);
    for (int32_t i = 0; i < n_samples; i++)
        max_ploidy = s->sample[i].ploidy > max_ploidy ? s->sample[i].ploidy : max_ploidy;
    for (int32_t k = 0; k < s->n_alleles; k++) {
        const gw_event_t *e = event_of(s, k);
        double p = e ? gw_genotype_event_prior(e, gw_leftalign_repeat(ref, len_bp, e)) : -INFINITY;
        al.prior = p > al.prior ? p : al.prior;
        al.now[k] = (int8_t)k;
    }
    genotype(s, n_samples, max_ploidy, &al, call);
    if (!prune(s, n_samples, call, &al))
        return GW_OK;
    genotype(s, n_samples, max_ploidy, &al, call);
    double none = gw_genotype_none(call, n_samples, al.n, al.prior, a);
    if (isnan(none))
        return gw_err_nomem(err, "genotyping");
    c->qual = none < -999 ? 9990 : floor(-1000 * none + .5) / 100;
    if (c->qual < min_qual)
        return GW_OK;
    const gw_event_t *event[GW_GENOTYPE_MAX_SITE_ALLELES];
    for (int32_t k = 0; k < al.n; k++)
        event[k] = event_of(s, al.now[k]);
    if (!gw_callsite_spell(s->anchor, event, al.n, ref, a, c))
        return gw_err_nomem(err, "genotyping");
    for (int32_t i = 0; i < n_samples; i++)
        describe(&s->sample[i], &al, &call[i], &c->sample[i]);
    note(s, n_samples, &c->note);
    gw_callsite_summarise(c, n_samples);
    *keep = true;
    return GW_OK;
}
