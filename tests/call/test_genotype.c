/* tests/call/test_genotype.c -- genotypes from made-up likelihoods; sites; statistics */
#include <config.h>

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "call/annotate.h"
#include "call/genotype.h"
#include "tests/check_main.h"

static const uint8_t letters[4] = {0, 1, 2, 3};

/* a set with the reference and n SNVs at 100, 110, ..., each alone on a haplotype */
static void snv_set(gw_hapset_t *h, int32_t n)
{
    *h = (gw_hapset_t){.beg = 50, .end = 250, .n_events = n, .n_haps = n + 1};
    for (int32_t i = 0; i < n; i++) {
        h->event[i] = (gw_event_t){100 + 10 * i, 1, 1, &letters[i % 4]};
        h->hap[i + 1].events = 1ULL << i;
        h->hap[i + 1].n_events = 1;
    }
}

/* reads that fit haplotype 0 or 1; `alt` of `depth` fit 1 by `gain` log10 units */
static struct {
    int depth, alt, ploidy;
    double gain;
    int gt; /* expected genotype number */
    int min_gq;
} row[] = {
    {30, 0, 2, 3, 0, 40}, {30, 15, 2, 3, 1, 99}, {30, 30, 2, 3, 2, 50},    {15, 7, 2, 3, 1, 99},
    {30, 1, 2, 3, 0, 30}, {30, 15, 1, 3, 0, 0},  {20, 20, 1, 3, 1, 99},    {8, 4, 2, 3, 1, 50},
    {1, 1, 2, 3, 0, 0},   {2, 2, 2, .1, 0, 20},  {1000, 500, 2, 3, 1, 99}, {1000, 10, 2, 3, 0, 99},
};

START_TEST(test_counts)
{
    gw_hapset_t h;
    snv_set(&h, 1);
    double lik[2000], wrong[1000], pair[3], prior[3], event_prior[1];
    for (int r = 0; r < row[_i].depth; r++) {
        bool alt = r < row[_i].alt;
        lik[2 * r] = -1 - (alt ? row[_i].gain : 0);
        lik[2 * r + 1] = -1 - (alt ? 0 : row[_i].gain);
        wrong[r] = 1e-4;
    }
    event_prior[0] = gw_genotype_event_prior(&h.event[0], (gw_repeat_t){1, 1});
    gw_genotype_pairs(lik, wrong, (size_t)row[_i].depth, 2, row[_i].ploidy, NULL, pair);
    gw_genotype_priors(&h, event_prior, row[_i].ploidy, prior);
    gw_site_t s;
    uint64_t done = 0;
    bool capped = false;
    gw_genotype_site(&h, 0, &done, &s, &capped);
    ck_assert_int_eq(s.n_alleles, 2);
    gw_gtcall_t c;
    gw_genotype_call(&s, pair, prior, 2, row[_i].ploidy, event_prior[0], &c);
    ck_assert_int_eq(c.n, row[_i].ploidy + 1);
    int least = 1 << 30;
    double sum = 0;
    for (int g = 0; g < c.n; g++) {
        least = c.pl[g] < least ? c.pl[g] : least;
        sum += pow(10, c.post[g]);
    }
    ck_assert_int_eq(least, 0);
    ck_assert_double_eq_tol(sum, 1, 1e-9);
    if (row[_i].min_gq) {
        ck_assert_int_eq(c.best, row[_i].gt);
        ck_assert_int_ge(c.gq, row[_i].min_gq);
    }
}
END_TEST

/* the likelihood of a pair against the sum written out */
START_TEST(test_pair_formula)
{
    double lik[6] = {-5, -2, -9, -1, -4, -1.5}, wrong[2] = {.01, .001}, pair[6];
    gw_genotype_pairs(lik, wrong, 2, 3, 2, NULL, pair);
    for (int b = 0, k = 0; b < 3; b++)
        for (int a = 0; a <= b; a++, k++) {
            double p = 0;
            for (int r = 0; r < 2; r++) {
                double best = r ? -1 : -2, x[2];
                for (int i = 0; i < 2; i++)
                    x[i] = (1 - wrong[r]) * pow(10, lik[3 * r + (i ? b : a)] - best) + wrong[r];
                p += log10((x[0] + x[1]) / 2);
            }
            ck_assert_double_eq_tol(pair[k], p, 1e-9);
            ck_assert_int_eq(gw_genotype_index(a, b), k);
        }
}
END_TEST

/* 2 of 23 fragments fit the reference only: a stranger's few percent, not a heterozygote; 8 of 23
 * are one; and 2 of 23 alternative ones are no variant */
START_TEST(test_strangers)
{
    static const int alts[3] = {21, 15, 2}, want[3] = {2, 1, 0};
    for (int c = 0; c < 3; c++) {
        double lik[46], wrong[23], pair[3];
        const double stranger[2] = {0, -3.3}, prior[3] = {0, -3.3, -3.6};
        for (int r = 0; r < 23; r++) {
            lik[2 * r] = r < alts[c] ? -5 : 0;
            lik[2 * r + 1] = r < alts[c] ? 0 : -5;
            wrong[r] = 1e-5;
        }
        gw_genotype_pairs(lik, wrong, 23, 2, 2, stranger, pair);
        int best = 0;
        for (int g = 1; g < 3; g++)
            best = pair[g] + prior[g] > pair[best] + prior[best] ? g : best;
        ck_assert_int_eq(best, want[c]);
    }
}
END_TEST

/* the same ten alternative reads of 20: well mapped they are a heterozygote far beyond doubt; of
 * quality 20 they may be another copy's, and the odds stop at 15 phred (5 + 20 / 2) */
START_TEST(test_copies)
{
    static const double quality[2] = {60, 20};
    double odds[2];
    for (int c = 0; c < 2; c++) {
        double lik[40], wrong[20], pair[3];
        const double stranger[2] = {0, -3.3};
        for (int r = 0; r < 20; r++) {
            lik[2 * r] = r < 10 ? -5 : 0;
            lik[2 * r + 1] = r < 10 ? 0 : -5;
            wrong[r] = pow(10, -quality[c] / 10);
        }
        gw_genotype_pairs(lik, wrong, 20, 2, 2, stranger, pair);
        odds[c] = pair[1] + stranger[1] - pair[0];
    }
    ck_assert_double_gt(odds[0], 8);
    ck_assert_double_eq_tol(odds[1], 1.5, 0.02); /* hidden strangers add .017 */
}
END_TEST

/* two SNVs of one base are one site; an indel there is another; a deletion gives `*` */
START_TEST(test_sites)
{
    gw_hapset_t h = {.beg = 50, .end = 250, .n_events = 4, .n_haps = 5};
    h.event[0] = (gw_event_t){95, 10, 0, NULL};
    h.event[1] = (gw_event_t){100, 1, 1, &letters[0]};
    h.event[2] = (gw_event_t){100, 1, 1, &letters[1]};
    h.event[3] = (gw_event_t){101, 0, 1, &letters[2]};
    for (int i = 0; i < 4; i++)
        h.hap[i + 1].events = 1ULL << i;
    gw_site_t s;
    uint64_t done = 0;
    bool capped = false;
    gw_genotype_site(&h, 1, &done, &s, &capped);
    ck_assert_uint_eq(done, 6);
    ck_assert_int_eq(s.anchor, 100);
    ck_assert_int_eq(s.n_alleles, 4); /* reference, two letters, `*` */
    ck_assert(s.star && !capped);
    const int8_t want[5] = {0, 3, 1, 2, 0};
    ck_assert_mem_eq(s.allele, want, sizeof want);
    bool keep[GW_GENOTYPE_MAX_ALLELES] = {true, false, true, true};
    gw_genotype_prune(&s, keep);
    const int8_t pruned[5] = {0, 2, -1, 1, 0};
    ck_assert_int_eq(s.n_alleles, 3);
    ck_assert_mem_eq(s.allele, pruned, sizeof pruned);
    gw_genotype_site(&h, 3, &done, &s, &capped);
    ck_assert_int_eq(s.anchor, 100);
    ck_assert_int_eq(s.n_alleles, 3); /* reference, insertion, `*` */
    gw_genotype_site(&h, 0, &done, &s, &capped);
    ck_assert_int_eq(s.anchor, 94);
    ck_assert(!s.star);
    ck_assert_uint_eq(done, 15);
}
END_TEST

START_TEST(test_fisher)
{
    /* Fisher's tea: 3 1 / 1 3, p = 34/70 */
    ck_assert_double_eq_tol(gw_annotate_fisher(3, 1, 1, 3), -10 * log10(34. / 70), 1e-9);
    ck_assert_double_eq_tol(gw_annotate_fisher(10, 0, 0, 10), -10 * log10(2. / 184756), 1e-6);
    ck_assert_double_eq_tol(gw_annotate_fisher(0, 0, 5, 5), 0, 1e-12);
    ck_assert_double_eq_tol(gw_annotate_sor(10, 10, 10, 10), log(2), 1e-12);
}
END_TEST

START_TEST(test_ranksum)
{
    double x[3] = {4, 5, 6}, y[3] = {1, 2, 3}, z;
    ck_assert(gw_annotate_ranksum(x, 3, y, 3, &z));
    ck_assert_double_eq_tol(z, 4.5 / sqrt(9. * 7 / 12), 1e-9);
    double a[2] = {1, 1}, b[2] = {1, 1};
    ck_assert(!gw_annotate_ranksum(a, 2, b, 2, &z));
    ck_assert(!gw_annotate_ranksum(a, 0, b, 2, &z));
}
END_TEST

START_TEST(test_excess_het)
{
    /* 3 people, all heterozygous: 6 alleles, 3 rare; tables h=1: 12/20, h=3: 8/20 */
    ck_assert_double_eq_tol(gw_annotate_excess_het(3, 0, 0), -10 * log10(.4), 1e-9);
    ck_assert_double_eq_tol(gw_annotate_excess_het(0, 5, 0), 0, 1e-12);
}
END_TEST

/* many samples: one clear carrier is enough, and no carrier stays none */
START_TEST(test_joint)
{
    gw_arena_t a;
    gw_arena_init(&a, 4096);
    gw_gtcall_t c[3];
    for (int s = 0; s < 3; s++)
        c[s] = (gw_gtcall_t){.n = 3, .ploidy = 2, .lik = {0, -9, -40}};
    double none = gw_genotype_none(c, 3, 2, -3, &a);
    ck_assert_double_gt(none, -1e-3);
    c[1] = (gw_gtcall_t){.n = 3, .ploidy = 2, .lik = {-40, 0, -40}};
    none = gw_genotype_none(c, 3, 2, -3, &a);
    ck_assert_double_lt(none, -30);
    gw_arena_release(&a);
}
END_TEST

/* P(no copies) against the sum over every choice of genotypes, ploidies mixed */
START_TEST(test_none_brute)
{
    gw_arena_t a;
    gw_arena_init(&a, 4096);
    gw_rng_t rng;
    gw_rng_init(&rng, (uint64_t)_i + 1);
    enum { N = 4 };
    gw_gtcall_t c[N];
    int n = 0;
    for (int s = 0; s < N; s++) {
        int p = (_i >> s & 1) + 1;
        c[s] = (gw_gtcall_t){.n = p + 1, .ploidy = p};
        for (int g = 0; g <= p; g++)
            c[s].lik[g] = -(double)(gw_rng_next(&rng) % 60) / 10;
        n += p;
    }
    double by[2 * N + 1] = {0}, all = 0;
    for (int code = 0; code < 81; code++) { /* copies of each sample in base 3 */
        int k = 0, rest = code;
        double w = 1;
        for (int s = 0; s < N; s++, rest /= 3) {
            int m = rest % 3;
            w *= m > c[s].ploidy ? 0 : pow(10, c[s].lik[m]) * (c[s].ploidy == 2 && m == 1 ? 2 : 1);
            k += m;
        }
        if (k <= n)
            by[k] += w;
    }
    double choose = 1;
    for (int k = 0; k <= n; k++) {
        all += by[k] / choose * (k ? pow(10, -3) / k : 1);
        if (k == 0)
            by[0] /= choose;
        choose = choose * (n - k) / (k + 1);
    }
    ck_assert_double_eq_tol(gw_genotype_none(c, N, 2, -3, &a), log10(by[0] / all), 1e-9);
    gw_arena_release(&a);
}
END_TEST

/* likelihoods in phred give the genotype that the same ones in log10 give */
START_TEST(test_from_pl)
{
    static const int32_t pl[6] = {40, 0, 60, 200, 210, 250};
    gw_gtcall_t c;
    gw_genotype_from_pl(pl, 3, 2, -3, &c);
    ck_assert_int_eq(c.best, 1);
    ck_assert_int_eq(c.gq, 10); /* 10 to 1: 40 against 30 phred of the prior */
    for (int g = 0; g < 6; g++)
        ck_assert_int_eq(c.pl[g], pl[g]);
    gw_genotype_from_pl(pl, 3, 1, -3, &c);
    ck_assert_int_eq(c.n, 3);
    ck_assert_int_eq(c.best, 1);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("call/genotype");
    TCase *t = tcase_create("genotype");
    tcase_add_loop_test(t, test_counts, 0, sizeof row / sizeof *row);
    tcase_add_test(t, test_pair_formula);
    tcase_add_test(t, test_strangers);
    tcase_add_test(t, test_copies);
    tcase_add_test(t, test_sites);
    tcase_add_test(t, test_fisher);
    tcase_add_test(t, test_ranksum);
    tcase_add_test(t, test_excess_het);
    tcase_add_test(t, test_joint);
    tcase_add_loop_test(t, test_none_brute, 0, 16);
    tcase_add_test(t, test_from_pl);
    suite_add_tcase(s, t);
    return s;
}

GW_CHECK_MAIN(suite)
