#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "call/callsite.h"
#include "call/likelihood.h"

/* What one region needs while its sites are called. */
typedef struct {
    const gw_active_t *g;
    const gw_hapset_t *h;
    const gw_callread_t *r;
    const int32_t *read;
    const double *lik;
    size_t n_reads;
    const uint8_t *ref;
    int64_t len_bp;
    const gw_callsite_opts_t *o;
    gw_arena_t *a;
    int32_t n_pairs;
    double *pair, *prior; /* [sample][n_pairs], [n_pairs] */
    double event_prior[GW_HAPLOTYPE_MAX_EVENTS];
} region_t;

/* the chance that row k's read belongs elsewhere */
static double wrong_place(const region_t *x, size_t k)
{
    const gw_callread_t *r = &x->r[x->read[k]];
    return pow(10, -(r->mapq < x->o->max_mapq ? r->mapq : x->o->max_mapq) / 10.0);
}

static gw_status_t pairs(region_t *x, gw_err_t *err)
{
    const gw_hapset_t *h = x->h;
    size_t n = x->n_reads;
    x->n_pairs = gw_genotype_count(h->n_haps, x->o->ploidy);
    x->pair = gw_arena_alloc(x->a, (size_t)x->n_pairs * (size_t)x->o->n_samples, sizeof(double));
    x->prior = gw_arena_alloc(x->a, (size_t)x->n_pairs, sizeof(double));
    double *wrong = gw_arena_alloc(x->a, n + 1, sizeof *wrong);
    double *own = gw_arena_alloc(x->a, n * (size_t)h->n_haps + 1, sizeof *own);
    if (!x->pair || !x->prior || !wrong || !own)
        return gw_err_nomem(err, "genotyping");
    for (int32_t i = 0; i < h->n_events; i++)
        x->event_prior[i] = gw_genotype_event_prior(
            &h->event[i], gw_leftalign_repeat(x->ref, x->len_bp, &h->event[i]));
    gw_genotype_priors(h, x->event_prior, x->o->ploidy, x->prior);
    double stranger[GW_HAPLOTYPE_MAX]; /* carries a haplotype with the prior of a heterozygote */
    for (int32_t i = 0; i < h->n_haps; i++)
        stranger[i] = x->prior[x->o->ploidy == 1 ? i : gw_genotype_index(0, i)];
    for (int32_t s = 0; s < x->o->n_samples; s++) {
        size_t m = 0;
        for (size_t k = 0; k < n; k++) {
            const gw_callread_t *r = &x->r[x->read[k]];
            if (r->sample != s)
                continue;
            wrong[m] = wrong_place(x, k);
            memcpy(own + m * (size_t)h->n_haps, x->lik + k * (size_t)h->n_haps,
                   (size_t)h->n_haps * sizeof *own);
            m++;
        }
        gw_genotype_pairs(own, wrong, m, h->n_haps, x->o->ploidy, stranger,
                          x->pair + (size_t)s * (size_t)x->n_pairs);
    }
    return GW_OK;
}

bool gw_callsite_spell(int64_t anchor, const gw_event_t *const *event, int32_t n_alleles,
                       const uint8_t *ref, gw_arena_t *a, gw_callsite_t *c)
{
    static const char letter[] = "ACGTN";
    int64_t beg = anchor, end = anchor + 1;
    for (int32_t k = 1; k < n_alleles; k++)
        if (event[k] && event[k]->pos + event[k]->ref_len > end)
            end = event[k]->pos + event[k]->ref_len;
    c->pos = beg;
    c->n_alleles = n_alleles;
    for (int32_t k = 0; k < n_alleles; k++) {
        if (k && !event[k]) {
            c->allele[k] = gw_arena_strndup(a, "*", 1);
            if (!c->allele[k])
                return false;
            continue;
        }
        static const gw_event_t none = {0};
        const gw_event_t *e = k ? event[k] : &none;
        char *w = gw_arena_alloc(a, (size_t)(end - beg) + (size_t)e->alt_len + 1, 1);
        if (!w)
            return false;
        c->allele[k] = w;
        for (int64_t p = beg; p < end; p++) {
            if (k && p == e->pos)
                for (int32_t i = 0; i < e->alt_len; i++)
                    *w++ = letter[e->alt[i]];
            if (!k || p < e->pos || p >= e->pos + e->ref_len)
                *w++ = letter[ref[p]];
        }
        if (k && e->pos == end) /* an insertion behind REF's last base */
            for (int32_t i = 0; i < e->alt_len; i++)
                *w++ = letter[e->alt[i]];
        *w = '\0';
    }
    return true;
}

static bool spell(const region_t *x, const gw_site_t *s, gw_callsite_t *c)
{
    const gw_event_t *event[GW_GENOTYPE_MAX_ALLELES] = {NULL};
    for (int32_t k = 1; k < s->n_alleles; k++)
        event[k] = s->event[k] >= 0 ? &x->h->event[s->event[k]] : NULL;
    return gw_callsite_spell(s->anchor, event, s->n_alleles, x->ref, x->a, c);
}

static int64_t soft_beg(const gw_callread_t *r)
{
    uint32_t c = r->cigar[0];
    return bam_cigar_op(c) == BAM_CSOFT_CLIP ? r->beg - bam_cigar_oplen(c) : r->beg;
}

static int64_t soft_end(const gw_callread_t *r)
{
    uint32_t c = r->cigar[r->n_cigar - 1];
    return bam_cigar_op(c) == BAM_CSOFT_CLIP ? r->end + bam_cigar_oplen(c) : r->end;
}

/* The allele a row of likelihoods prefers: haplotypes stand for the alleles that they carry. */
static int8_t prefers(const gw_site_t *s, const double *row, int32_t n_haps)
{
    double best[GW_GENOTYPE_MAX_ALLELES];
    for (int32_t a = 0; a < GW_GENOTYPE_MAX_ALLELES; a++)
        best[a] = -INFINITY;
    for (int32_t i = 0; i < n_haps; i++)
        if (s->allele[i] >= 0 && row[i] > best[s->allele[i]])
            best[s->allele[i]] = row[i];
    int32_t top = 0;
    double second = -INFINITY;
    for (int32_t a = 1; a < s->n_alleles; a++) {
        if (best[a] > best[top]) {
            second = best[top];
            top = a;
        } else if (best[a] > second) {
            second = best[a];
        }
    }
    return best[top] - second >= GW_CALLSITE_INFORMATIVE / 1000.0 ? (int8_t)top : -1;
}

static gw_status_t observe(const region_t *x, const gw_site_t *s, gw_callsite_t *c, gw_err_t *err)
{
    size_t m = 0;
    gw_obs_t *o = gw_arena_alloc(x->a, x->n_reads + 1, sizeof *o);
    if (!o)
        return gw_err_nomem(err, "annotating sites");
    for (size_t k = 0; k < x->n_reads; k++) {
        const gw_callread_t *r = &x->r[x->read[k]];
        if (soft_beg(r) > s->anchor || soft_end(r) <= s->anchor)
            continue;
        int32_t i0, i1;
        gw_callread_span(r, s->anchor, s->anchor + 1, &i0, &i1);
        int32_t q = i0 < r->len ? i0 : r->len - 1;
        o[m] = (gw_obs_t){.sample = r->sample,
                          .mapq = r->mapq,
                          .qual = r->qual[q],
                          .reverse = gw_callread_strand(r, s->anchor),
                          .end_bp = q < r->len - 1 - q ? q : r->len - 1 - q,
                          .allele = prefers(s, x->lik + k * (size_t)x->h->n_haps, x->h->n_haps)};
        gw_callsample_t *t = &c->sample[r->sample];
        t->dp++;
        if (o[m].allele >= 0) {
            t->ad[o[m].allele]++;
            t->sb[2 * (o[m].allele > 0) + o[m].reverse]++;
        }
        m++;
    }
    if (!gw_annotate_site(o, m, x->a, &c->note))
        return gw_err_nomem(err, "annotating sites");
    return GW_OK;
}

void gw_callsite_summarise(gw_callsite_t *c, int32_t n_samples)
{
    int32_t het = 0, ref = 0, alt = 0, depth = 0;
    for (int32_t s = 0; s < n_samples; s++) {
        const gw_callsample_t *t = &c->sample[s];
        if (t->missing)
            continue;
        for (int32_t k = 0; k < t->ploidy; k++) {
            c->an++;
            if (t->gt[k] > 0)
                c->ac[t->gt[k]]++;
        }
        bool variant = t->gt[0] > 0 || t->gt[1] > 0;
        if (variant)
            for (int32_t a = 0; a < c->n_alleles; a++)
                depth += t->ad[a];
        if (t->ploidy == 2)
            *(t->gt[0] != t->gt[1] ? &het : variant ? &alt : &ref) += 1;
    }
    c->qd = depth ? c->qual / depth : 0;
    c->excess_het = gw_annotate_excess_het(het, ref, alt);
}

void gw_callsite_cap_non_ref(gw_callsite_t *c, int32_t no_indel)
{
    gw_callsample_t *t = &c->sample[0];
    int32_t n = c->n_alleles - 1, ploidy = t->ploidy;
    if (c->allele[0][1] != '\0') /* an indel's record says itself how likely others are */
        return;
    for (int32_t a = 1; a < n; a++)
        if (c->allele[a][0] != '*' && c->allele[a][1] != '\0')
            return;
    int32_t best = INT32_MAX;
    for (int32_t g = 0; g < gw_genotype_count(n, ploidy); g++)
        best = t->pl[g] < best ? t->pl[g] : best;
    for (int32_t g = gw_genotype_count(n, ploidy); g < gw_genotype_count(n + 1, ploidy); g++) {
        int32_t a = g - gw_genotype_count(n, ploidy), least = best;
        for (int32_t b = 0; b < n && ploidy == 2 && a < n; b++) {
            int32_t q = t->pl[gw_genotype_index(a, b)];
            least = b == 0 || q < least ? q : least;
        }
        t->pl[g] = t->pl[g] < least + no_indel ? t->pl[g] : least + no_indel;
    }
}

/* Alleles of a site that is not called but come close in the one sample; false: none. */
static bool close_alleles(const gw_site_t *s, const gw_gtcall_t *call, int32_t ploidy, bool *keep)
{
    bool any = false;
    for (int32_t g = 1; g < call->n; g++) {
        int8_t gt[2];
        gw_genotype_alleles(g, ploidy, gt);
        for (int k = 0; k < ploidy && call->pl[g] - call->pl[0] <= GW_CALLSITE_CLOSE; k++)
            if (gt[k] > 0 && s->event[gt[k]] >= 0)
                any = keep[gt[k]] = true;
    }
    return any;
}

/* Log10 likelihoods of one read relative to its best haplotype: x[a] of the alleles of s, behind them of any
 * other. Another allele fits no better than the haplotypes that carry none of the alleles, or than one error. */
static void read_alleles(const region_t *x, const gw_site_t *s, size_t k, double miss, double *out)
{
    const double *row = x->lik + k * (size_t)x->h->n_haps;
    int32_t n = s->n_alleles;
    double top = -INFINITY;
    for (int32_t a = 0; a <= n; a++)
        out[a] = -INFINITY;
    for (int32_t i = 0; i < x->h->n_haps; i++) {
        int32_t a = s->allele[i] < 0 ? n : s->allele[i];
        out[a] = row[i] > out[a] ? row[i] : out[a];
        top = row[i] > top ? row[i] : top;
    }
    double wrong = wrong_place(x, k);
    out[n] = out[n] > top - miss ? out[n] : top - miss;
    for (int32_t a = 0; a <= n; a++)
        out[a] = (1 - wrong) * pow(10, out[a] - top) + wrong;
}

/* The allele <NON_REF> behind the others of a site of one sample. Likelihoods of genotypes with it stand to the
 * best one as the reads over the site say. */
static bool add_non_ref(const region_t *x, const gw_site_t *s, gw_callsite_t *c)
{
    int32_t n = s->n_alleles, ploidy = x->o->ploidy, old = gw_genotype_count(n, ploidy);
    int32_t n_gt = gw_genotype_count(n + 1, ploidy), best = 0;
    double lik[GW_GENOTYPE_MAX] = {0}, v[GW_GENOTYPE_MAX_SITE_ALLELES];
    gw_callsample_t *t = &c->sample[0];
    int32_t e = s->event[1] >= 0 ? s->event[1] : s->event[n - 1];
    bool indel = e >= 0 && gw_event_indel(&x->h->event[e]);
    double gap = GW_LIKELIHOOD_GAP_QUAL;
    if (indel) {
        gw_repeat_t u = gw_leftalign_repeat(x->ref, x->len_bp, &x->h->event[e]);
        double slip = u.copies > 3 ? gw_likelihood_slip_qual(u.period, u.copies) : gap;
        gap = slip < gap ? slip : gap;
    }
    for (size_t k = 0; k < x->n_reads; k++) {
        const gw_callread_t *r = &x->r[x->read[k]];
        if (r->beg > s->anchor || r->end <= s->anchor)
            continue;
        int32_t q = gw_callread_at(r, s->anchor);
        double miss = indel || q < 0 ? gap / 10 : (r->qual[q] + 10 * log10(3)) / 10;
        read_alleles(x, s, k, miss, v);
        for (int32_t b = 0, g = 0; b <= n; b++)
            for (int32_t a = ploidy == 1 ? b : 0; a <= b; a++, g++)
                lik[g] += log10(ploidy == 1 ? v[b] : .5 * (v[a] + v[b]));
    }
    for (int32_t g = 1; g < old; g++)
        best = t->pl[g] < t->pl[best] ? g : best;
    for (int32_t g = old; g < n_gt; g++) {
        double q = floor(10 * (lik[best] - lik[g]) + .5);
        t->pl[g] = q < 0 ? 0 : q > 9999 ? 9999 : (int32_t)q;
    }
    c->allele[n] = gw_arena_strndup(x->a, "<NON_REF>", 9);
    c->n_alleles = n + 1;
    return c->allele[n] != NULL;
}

/* A site that is not called: the reference, as sure as its likelihoods are. */
static void weaken(gw_callsite_t *c, int32_t ploidy)
{
    gw_callsample_t *t = &c->sample[0];
    int32_t least = INT32_MAX;
    for (int32_t g = 1; g < gw_genotype_count(c->n_alleles, ploidy); g++)
        least = t->pl[g] < least ? t->pl[g] : least;
    gw_genotype_alleles(0, ploidy, t->gt);
    t->gq = least - t->pl[0] < 0 ? 0 : least - t->pl[0] > 99 ? 99 : least - t->pl[0];
}

/* One site: which alleles stay, the samples' genotypes, QUAL; *keep_site = false when nothing
 * but the reference (or a deletion called elsewhere) is likely. */
static gw_status_t call_site(const region_t *x, gw_site_t *s, gw_callsite_t *c, bool *keep_site,
                             gw_err_t *err)
{
    int32_t n_samples = x->o->n_samples, ploidy = x->o->ploidy;
    gw_gtcall_t *call = gw_arena_alloc(x->a, (size_t)n_samples, sizeof *call);
    *c = (gw_callsite_t){0};
    c->sample = gw_arena_alloc(x->a, (size_t)n_samples, sizeof *c->sample);
    if (!call || !c->sample)
        return gw_err_nomem(err, "calling sites");
    memset(c->sample, 0, (size_t)n_samples * sizeof *c->sample);
    double site_prior = -INFINITY;
    for (int32_t a = 1; a < s->n_alleles; a++)
        if (s->event[a] >= 0 && x->event_prior[s->event[a]] > site_prior)
            site_prior = x->event_prior[s->event[a]];
    bool keep[GW_GENOTYPE_MAX_ALLELES] = {true}, called = false;
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < n_samples; i++) {
            gw_genotype_call(s, x->pair + (size_t)i * (size_t)x->n_pairs, x->prior, x->h->n_haps,
                             ploidy, site_prior, &call[i]);
            int8_t gt[2];
            gw_genotype_alleles(call[i].best, ploidy, gt);
            for (int k = 0; k < ploidy && pass == 0; k++) {
                keep[gt[k]] = true;
                called |= gt[k] > 0 && s->event[gt[k]] >= 0;
            }
        }
        if (!called && (!x->o->non_ref || !close_alleles(s, call, ploidy, keep))) {
            *keep_site = false;
            return GW_OK;
        }
        if (pass == 0)
            gw_genotype_prune(s, keep);
    }
    double none = gw_genotype_none(call, n_samples, s->n_alleles, site_prior, x->a);
    if (isnan(none))
        return gw_err_nomem(err, "calling sites");
    c->qual = none < -999 ? 9990 : -10 * none;
    c->qual = floor(c->qual * 100 + .5) / 100;
    c->weak = !called || c->qual < x->o->min_qual;
    *keep_site = !c->weak || x->o->non_ref;
    if (!*keep_site)
        return GW_OK;
    if (!spell(x, s, c))
        return gw_err_nomem(err, "calling sites");
    gw_status_t st = observe(x, s, c, err);
    if (st != GW_OK)
        return st;
    for (int32_t i = 0; i < n_samples; i++) {
        gw_callsample_t *t = &c->sample[i];
        gw_genotype_alleles(call[i].best, ploidy, t->gt);
        t->gq = call[i].gq;
        t->missing = t->dp == 0;
        t->ploidy = (int8_t)ploidy;
        memcpy(t->pl, call[i].pl, (size_t)call[i].n * sizeof *t->pl);
    }
    if (x->o->non_ref && !add_non_ref(x, s, c))
        return gw_err_nomem(err, "calling sites");
    if (c->weak)
        weaken(c, ploidy);
    gw_callsite_summarise(c, n_samples);
    return GW_OK;
}

/* Phase of a sample's heterozygous sites from the most probable pair of haplotypes, when the same
 * genotypes in another phase are clearly less likely. */
static void phase(const region_t *x, int32_t sample, const gw_site_t *site, gw_callsite_t *c,
                  size_t n)
{
    const double *pair = x->pair + (size_t)sample * (size_t)x->n_pairs;
    int32_t hi = 0, hj = 0;
    double best = -INFINITY, other = -INFINITY;
    size_t het = 0, first = n;
    for (size_t k = 0; k < n; k++) {
        const gw_callsample_t *t = &c[k].sample[sample];
        if (!c[k].weak && !t->missing && t->gt[0] != t->gt[1]) {
            first = het++ ? first : k;
        }
    }
    if (het < 2)
        return;
    for (int pass = 0; pass < 2; pass++)
        for (int32_t j = 0, p = 0; j < x->h->n_haps; j++)
            for (int32_t i = 0; i <= j; i++, p++) {
                bool fits = true, same = true, turned = true;
                for (size_t k = 0; k < n && fits; k++) {
                    const gw_callsample_t *t = &c[k].sample[sample];
                    if (c[k].weak)
                        continue;
                    int32_t a = site[k].allele[i], b = site[k].allele[j];
                    fits = t->missing ||
                           (a >= 0 && b >= 0 &&
                            gw_genotype_index(a, b) == gw_genotype_index(t->gt[0], t->gt[1]));
                    if (pass == 1 && a != b) {
                        same &= a == site[k].allele[hi];
                        turned &= a == site[k].allele[hj];
                    }
                }
                double q = pair[p] + x->prior[p];
                if (fits && pass == 0 && q > best) {
                    best = q;
                    hi = i;
                    hj = j;
                }
                if (fits && pass == 1 && !same && !turned && q > other)
                    other = q;
            }
    if (best == -INFINITY || best - other < 2)
        return;
    for (size_t k = 0; k < n; k++) {
        gw_callsample_t *t = &c[k].sample[sample];
        if (c[k].weak || t->missing || t->gt[0] == t->gt[1])
            continue;
        t->gt[0] = site[k].allele[hi];
        t->gt[1] = site[k].allele[hj];
        t->phased = true;
        t->ps = c[first].pos;
    }
}

static int by_event(const void *p, const void *q)
{
    return gw_event_cmp(*(const gw_event_t *const *)p, *(const gw_event_t *const *)q);
}

gw_status_t gw_callsite_region(const gw_active_t *g, const gw_hapset_t *h, const gw_callread_t *r,
                               const int32_t *read, const double *lik, size_t n_reads,
                               const uint8_t *ref, int64_t len_bp, const gw_callsite_opts_t *o,
                               gw_arena_t *a, gw_callsite_t **v, size_t *n, size_t *cap,
                               gw_err_t *err)
{
    region_t x = {.g = g,
                  .h = h,
                  .r = r,
                  .read = read,
                  .lik = lik,
                  .n_reads = n_reads,
                  .ref = ref,
                  .len_bp = len_bp,
                  .o = o,
                  .a = a};
    if (h->n_events == 0 || n_reads == 0)
        return GW_OK;
    gw_status_t st = pairs(&x, err);
    if (st != GW_OK)
        return st;
    const gw_event_t *order[GW_HAPLOTYPE_MAX_EVENTS];
    gw_site_t *site = gw_arena_alloc(a, (size_t)h->n_events, sizeof *site);
    if (!site)
        return gw_err_nomem(err, "calling sites");
    for (int32_t i = 0; i < h->n_events; i++)
        order[i] = &h->event[i];
    qsort(order, (size_t)h->n_events, sizeof *order, by_event);
    uint64_t done = 0;
    size_t from = *n, m = 0;
    bool capped = false;
    for (int32_t i = 0; i < h->n_events && st == GW_OK; i++) {
        int32_t e = (int32_t)(order[i] - h->event);
        int64_t anchor = gw_event_anchor(order[i]);
        bool keep = false;
        if (done >> e & 1)
            continue;
        gw_genotype_site(h, e, &done, &site[m], &capped);
        if (anchor < g->own_beg || anchor >= g->own_end)
            continue;
        if (!GW_GROW(*v, *cap, *n + 1))
            return gw_err_nomem(err, "calling sites");
        st = call_site(&x, &site[m], &(*v)[*n], &keep, err);
        if (st == GW_OK && keep) {
            m++;
            ++*n;
        }
    }
    for (int32_t s = 0; s < o->n_samples && o->ploidy == 2 && st == GW_OK; s++)
        phase(&x, s, site, *v + from, m);
    return st;
}
