#include <config.h>

#include <math.h>
#include <string.h>

#include "call/genotype.h"

void gw_genotype_alleles(int32_t g, int32_t ploidy, int8_t gt[2])
{
    gt[0] = (int8_t)g;
    gt[1] = -1;
    if (ploidy == 1)
        return;
    int32_t b = 0;
    while ((b + 1) * (b + 2) / 2 <= g)
        b++;
    gt[1] = (int8_t)b;
    gt[0] = (int8_t)(g - b * (b + 1) / 2);
}

static double log10_add(double a, double b)
{
    double hi = a > b ? a : b, lo = a > b ? b : a;
    if (lo == -INFINITY || hi - lo > 20)
        return hi;
    return hi + log10(1 + pow(10, lo - hi));
}

/* 1. pairs of haplotypes */
/* One read's likelihoods relative to its best haplotype, mixed with the chance that the read is
 * a stranger that fits everywhere as well. */
static void relative(const double *row, int32_t n, double wrong, double *out)
{
    double best = row[0];
    for (int32_t i = 1; i < n; i++)
        best = row[i] > best ? row[i] : best;
    for (int32_t i = 0; i < n; i++)
        out[i] = (1 - wrong) * pow(10, row[i] - best) + wrong;
}

/* log10 of the chance, for each variant that such reads show, that they come as one from another
 * copy of this sequence and show its difference instead. Their mapping qualities hold read by read,
 * but reads of one copy err together: of SNVs called from simulated reads at 12x and 16x in the
 * pericentromere of chromosome 21, 1 in 26 was false at mean qualities of 20 to 25, 1 in 52 at 25
 * to 30, 1 in 110 at 30 to 45. Good reads fall off fast. */
static double copy_prior(double mean_mapq)
{
    double q = 5 + mean_mapq / 2;
    return -(mean_mapq > 40 ? q + 8 * (mean_mapq - 40) : q) / 10;
}

/* running products that do not underflow */
typedef struct {
    double log10, factor;
} product_t;

static inline void times(product_t *p, double x)
{
    p->factor *= x;
    if (p->factor < 1e-200) {
        p->log10 += log10(p->factor);
        p->factor = 1;
    }
}

static inline double value_of(const product_t *p)
{
    return p->log10 + log10(p->factor);
}

/* shares of strangers' fragments that are thought of, and the log10 prior of each where they hide a
 * homozygote and where they feign a variant (less, or weak heterozygotes would be lost) */
enum { N_SHARES = 2, MAX_PAIRS = GW_HAPLOTYPE_MAX * (GW_HAPLOTYPE_MAX + 1) / 2 };
static const double share[N_SHARES] = {.02, .06};
static const double hide_prior = -1.7, feign_prior = -3.4;

void gw_genotype_pairs(const double *lik, const double *wrong, size_t n_reads, int32_t n_haps,
                       int32_t ploidy, const double *stranger, double *pair)
{
    int32_t n_pairs = gw_genotype_count(n_haps, ploidy);
    double x[GW_HAPLOTYPE_MAX];
    product_t own[MAX_PAIRS], mixed[N_SHARES][MAX_PAIRS], ref[N_SHARES][GW_HAPLOTYPE_MAX];
    for (int32_t k = 0; k < n_pairs; k++)
        own[k] = mixed[0][k] = mixed[1][k] = (product_t){0, 1};
    double mapq[GW_HAPLOTYPE_MAX] = {0}; /* of the reads that speak for a haplotype against hap 0 */
    int32_t speak[GW_HAPLOTYPE_MAX] = {0};
    for (int32_t i = 0; i < n_haps; i++)
        ref[0][i] = ref[1][i] = (product_t){0, 1};
    for (size_t r = 0; r < n_reads; r++) {
        relative(lik + r * (size_t)n_haps, n_haps, wrong[r], x);
        double least = 1;
        for (int32_t i = 0; i < n_haps; i++)
            least = x[i] < least ? x[i] : least;
        if (least > 1 - 1e-9) /* says nothing */
            continue;
        double q = -10 * log10(wrong[r]);
        for (int32_t i = 1; i < n_haps; i++)
            if (x[i] > 2 * x[0]) {
                mapq[i] += q;
                speak[i]++;
            }
        for (int32_t j = 0, k = 0; j < n_haps; j++)
            for (int32_t i = ploidy == 1 ? j : 0; i <= j; i++, k++) {
                double y = ploidy == 1 ? x[j] : .5 * (x[i] + x[j]);
                times(&own[k], y);
                for (int s = 0; s < N_SHARES && stranger; s++)
                    times(&mixed[s][k], (1 - share[s]) * y + share[s] * x[0]);
            }
        for (int s = 0; s < N_SHARES && stranger; s++)
            for (int32_t i = 1; i < n_haps; i++)
                times(&ref[s][i], (1 - share[s]) * x[0] + share[s] * x[i]);
    }
    for (int32_t k = 0; k < n_pairs; k++) {
        pair[k] = value_of(&own[k]);
        for (int s = 0; s < N_SHARES && stranger; s++) {
            pair[k] = k ? log10_add(pair[k], hide_prior + value_of(&mixed[s][k])) : pair[k];
            for (int32_t i = 1; i < n_haps && k == 0; i++)
                pair[0] = log10_add(pair[0], feign_prior + stranger[i] + value_of(&ref[s][i]));
        }
    }
    for (int32_t i = 1; i < n_haps && stranger && ploidy == 2; i++)
        if (speak[i])
            pair[0] = log10_add(pair[0], copy_prior(mapq[i] / speak[i]) + stranger[i] +
                                             value_of(&own[gw_genotype_index(0, i)]));
}

double gw_genotype_event_prior(const gw_event_t *e, gw_repeat_t repeat)
{
    if (!gw_event_indel(e))
        return -3.3;
    int32_t n = e->ref_len + e->alt_len, units = n / repeat.period;
    double tract = -3.9; /* a place without repeats */
    if (repeat.copies > 3) {
        static const double first[5] = {0, -3.9, -3.5, -3.4, -3.4};
        static const double step[5] = {0, .27, .30, .30, .30};
        tract = first[repeat.period] + step[repeat.period] * (repeat.copies - 4);
        tract = tract > -1.5 ? -1.5 : tract;
        return tract - .4 - .35 * (units > 8 ? 7 : units - 1);
    }
    return tract - .5 - .05 * (n > 20 ? 19 : n - 1);
}

void gw_genotype_priors(const gw_hapset_t *h, const double *event_prior, int32_t ploidy,
                        double *prior)
{
    /* The rarest event pays in full; the others less: variants are close to variants. */
    static const double company = .5, least = -1.3, twice = -.3;
    for (int32_t j = 0, k = 0; j < h->n_haps; j++)
        for (int32_t i = ploidy == 1 ? j : 0; i <= j; i++, k++) {
            uint64_t either = h->hap[i].events | h->hap[j].events;
            uint64_t both = h->hap[i].events & h->hap[j].events;
            double rarest = 0, rest = 0;
            for (int32_t e = 0; e < h->n_events; e++) {
                if (!(either >> e & 1))
                    continue;
                double p = event_prior[e], q = p * company > least ? p * company : least;
                if (p < rarest) {
                    double r = rarest * company > least ? rarest * company : least;
                    rest += rarest < 0 ? r : 0;
                    rarest = p;
                } else {
                    rest += q;
                }
            }
            prior[k] = rarest + rest + (ploidy == 2 && both ? twice : 0);
        }
}

/* 2. sites */
void gw_genotype_site(const gw_hapset_t *h, int32_t first, uint64_t *done, gw_site_t *s,
                      bool *capped)
{
    const gw_event_t *f = &h->event[first];
    *s = (gw_site_t){.anchor = gw_event_anchor(f), .n_alleles = 1};
    s->event[0] = -1;
    for (int32_t i = 0; i < h->n_events; i++) {
        const gw_event_t *e = &h->event[i];
        if (gw_event_indel(e) != gw_event_indel(f) || gw_event_anchor(e) != s->anchor)
            continue;
        *done |= 1ULL << i;
        if (s->n_alleles + 1 >= GW_GENOTYPE_MAX_ALLELES) {
            *capped = true;
            continue;
        }
        s->event[s->n_alleles++] = i;
    }
    for (int32_t k = 0; k < h->n_haps; k++) {
        s->allele[k] = 0;
        for (int32_t a = 1; a < s->n_alleles; a++)
            if (h->hap[k].events >> s->event[a] & 1)
                s->allele[k] = (int8_t)a;
    }
    /* a haplotype that has lost the site's first base to a deletion from the left */
    for (int32_t k = 0; k < h->n_haps; k++) {
        if (s->allele[k] != 0)
            continue;
        for (int32_t i = 0; i < h->n_events; i++) {
            const gw_event_t *e = &h->event[i];
            if ((h->hap[k].events >> i & 1) && e->pos <= s->anchor &&
                s->anchor < e->pos + e->ref_len && gw_event_indel(e)) {
                s->star = true;
                s->allele[k] = (int8_t)s->n_alleles;
            }
        }
    }
    if (s->star)
        s->event[s->n_alleles++] = -1;
}

void gw_genotype_prune(gw_site_t *s, const bool *keep)
{
    int8_t map[GW_GENOTYPE_MAX_ALLELES];
    int32_t n = 0;
    for (int32_t a = 0; a < s->n_alleles; a++) {
        bool k = a == 0 || keep[a];
        map[a] = k ? (int8_t)n : -1;
        if (k)
            s->event[n++] = s->event[a];
    }
    s->star = s->star && map[s->n_alleles - 1] > 0;
    for (int32_t i = 0; i < GW_HAPLOTYPE_MAX; i++)
        if (s->allele[i] >= 0)
            s->allele[i] = map[s->allele[i]];
    s->n_alleles = n;
}

/* 3. genotypes of a site */
static double genotype_prior(int32_t a, int32_t b, double site_prior)
{
    if (a == 0 && b == 0)
        return 0;
    if (a == b)
        return site_prior - .3;
    return a == 0 || b == 0 ? site_prior : site_prior - 1.3;
}

static int32_t phred(double log10_p)
{
    double q = floor(-10 * log10_p + .5);
    return q < 0 ? 0 : q > 9999 ? 9999 : (int32_t)q;
}

/* The most probable genotype, how sure it is, and likelihoods relative to the largest */
static void decide(gw_gtcall_t *c, double top)
{
    c->best = 0;
    for (int32_t g = 1; g < c->n; g++)
        if (c->post[g] > c->post[c->best])
            c->best = g;
    double rest = -INFINITY;
    for (int32_t g = 0; g < c->n; g++) {
        c->lik[g] -= top;
        c->pl[g] = phred(c->lik[g]);
        if (g != c->best)
            rest = log10_add(rest, c->post[g]);
    }
    c->gq = rest == -INFINITY ? 99 : phred(rest);
    c->gq = c->gq > 99 ? 99 : c->gq;
}

void gw_genotype_call(const gw_site_t *s, const double *pair, const double *prior, int32_t n_haps,
                      int32_t ploidy, double site_prior, gw_gtcall_t *c)
{
    c->n = gw_genotype_count(s->n_alleles, ploidy);
    c->ploidy = ploidy;
    for (int32_t g = 0; g < c->n; g++)
        c->post[g] = -INFINITY;
    for (int32_t j = 0, k = 0; j < n_haps; j++)
        for (int32_t i = ploidy == 1 ? j : 0; i <= j; i++, k++) {
            int32_t a = s->allele[i], b = s->allele[j];
            if (a < 0 || b < 0)
                continue;
            int32_t g = ploidy == 1 ? b : gw_genotype_index(a, b);
            c->post[g] = log10_add(c->post[g], pair[k] + prior[k]);
        }
    double sum = -INFINITY, top = -INFINITY;
    for (int32_t g = 0; g < c->n; g++)
        sum = log10_add(sum, c->post[g]);
    for (int32_t b = 0, g = 0; b < s->n_alleles; b++)
        for (int32_t a = ploidy == 1 ? b : 0; a <= b; a++, g++) {
            c->post[g] -= sum;
            c->lik[g] = c->post[g] - genotype_prior(a, b, site_prior);
            if (!(c->lik[g] > -1000)) /* no pair of haplotypes spells this genotype */
                c->lik[g] = -1000;
            top = c->lik[g] > top ? c->lik[g] : top;
        }
    decide(c, top);
}

void gw_genotype_from_pl(const int32_t *pl, int32_t n_alleles, int32_t ploidy, double site_prior,
                         gw_gtcall_t *c)
{
    c->n = gw_genotype_count(n_alleles, ploidy);
    c->ploidy = ploidy;
    double sum = -INFINITY, top = -INFINITY;
    for (int32_t b = 0, g = 0; b < n_alleles; b++)
        for (int32_t a = ploidy == 1 ? b : 0; a <= b; a++, g++) {
            c->lik[g] = -pl[g] / 10.0;
            c->post[g] = c->lik[g] + genotype_prior(a, b, site_prior);
            sum = log10_add(sum, c->post[g]);
            top = c->lik[g] > top ? c->lik[g] : top;
        }
    for (int32_t g = 0; g < c->n; g++)
        c->post[g] -= sum;
    decide(c, top);
}

/* 4. several samples */
/* largest likelihood of 0, 1 and 2 alternative copies */
static void by_copies(const gw_gtcall_t *c, int32_t n_alleles, double by[3])
{
    by[0] = by[1] = by[2] = -INFINITY;
    for (int32_t y = 0, g = 0; y < n_alleles; y++)
        for (int32_t x = c->ploidy == 1 ? y : 0; x <= y; x++, g++) {
            int32_t k = c->ploidy == 1 ? y > 0 : (x > 0) + (y > 0);
            by[k] = c->lik[g] > by[k] ? c->lik[g] : by[k];
        }
}

double gw_genotype_none(const gw_gtcall_t *c, int32_t n_samples, int32_t n_alleles,
                        double site_prior, gw_arena_t *a)
{
    if (n_samples == 1)
        return c->post[0];
    /* Number of alternative chromosomes k among n, by dynamic programming over samples (Li 2011,
     * doi:10.1093/bioinformatics/btr509, equation 18), all alternative alleles taken together;
     * prior of k copies: site_prior / k. z is relative to 10^scale; z of no copies, which may be
     * far smaller than all others, is kept apart as a logarithm. */
    int32_t n = 2 * n_samples, have = 0;
    double *z = gw_arena_alloc(a, (size_t)n + 1, 2 * sizeof *z), *next = z + n + 1;
    double scale = 0, none = 0;
    if (!z)
        return NAN;
    z[0] = 1;
    for (int32_t s = 0; s < n_samples; s++) {
        int32_t p = c[s].ploidy, before = have;
        double by[3], top = -INFINITY, most = 0;
        by_copies(&c[s], n_alleles, by);
        none += by[0];
        for (int32_t m = 0; m <= p; m++)
            top = by[m] > top ? by[m] : top;
        for (int32_t m = 0; m <= 2; m++)
            by[m] = m <= p ? pow(10, by[m] - top) : 0;
        scale += top;
        have += p;
        for (int32_t k = 0; k <= have; k++) {
            double x = 0;
            for (int32_t m = 0; m <= p && m <= k; m++) {
                /* copies m of this sample among k: hypergeometric weights */
                double h = have, w;
                if (k - m > before)
                    continue;
                if (p == 1)
                    w = m ? k / h : (h - k) / h;
                else if (m == 1)
                    w = 2.0 * k * (h - k) / (h * (h - 1));
                else
                    w = m ? k * (k - 1.0) / (h * (h - 1)) : (h - k) * (h - k - 1) / (h * (h - 1));
                x += z[k - m] * by[m] * w;
            }
            next[k] = x;
            most = x > most ? x : most;
        }
        for (int32_t k = 0; k <= have; k++)
            z[k] = next[k] / most;
        scale += log10(most);
    }
    double some = 0;
    for (int32_t k = 1; k <= have; k++)
        some += z[k] / k;
    return none - log10_add(none, some > 0 ? scale + log10(some) + site_prior : -INFINITY);
}
