/* likelihoods: the reference against the textbook in long double and against every path of tiny
 * pairs, every variant against the reference bit by bit */
#include <config.h>

#include <math.h>

#include "kernels/cpu.h"
#include "kernels/pairhmm_variants.h"
#include "tests/check_main.h"
#include "tests/kernels/guarded.h"
#include "tests/kernels/reads.h"

/* 1. the textbook: M, I, D without scaling; long double does not underflow on these lengths */
typedef struct {
    long double mm, mx, my, xx, gm, match, mismatch;
} model_t;

static long double prob(int q, double most)
{
    long double p = powl(10, -(q > 127 ? 127 : q) / 10.0L);
    return p < most ? p : most;
}

static model_t model_of(const reads_t *r, int64_t at)
{
    model_t m = {.mx = prob(r->qual[1][at], 1),
                 .my = prob(r->qual[2][at], 1),
                 .xx = prob(r->qual[3][at], 0.9)};
    long double open = m.mx + m.my, e = prob(r->qual[0][at], 0.75);
    m.mm = 1 - (open < 0.999L ? open : 0.999L);
    m.gm = 1 - m.xx;
    m.match = 1 - e;
    m.mismatch = e / 3;
    return m;
}

static long double prior(const model_t *m, uint8_t a, uint8_t b)
{
    return a == b || a == 4 || b == 4 ? m->match : m->mismatch;
}

static double textbook(const reads_t *r, int64_t read, int64_t h)
{
    int64_t at = r->read_off[read], n = r->read_off[read + 1] - at;
    const uint8_t *hap = r->hap + r->hap_off[h];
    int64_t len = r->hap_off[h + 1] - r->hap_off[h];
    long double(*s)[3] = gw_calloc((size_t)(2 * (len + 1)), sizeof *s); /* M I D, two rows */
    long double(*up)[3] = s, (*row)[3] = s + len + 1, sum = 0;
    for (int64_t j = 0; j <= len; j++)
        up[j][2] = 1.0L / len;
    for (int64_t i = 0; i < n; i++) {
        model_t m = model_of(r, at + i);
        memset(row, 0, sizeof *row);
        for (int64_t j = 1; j <= len; j++) {
            row[j][0] = prior(&m, r->base[at + i], hap[j - 1]) *
                        (m.mm * up[j - 1][0] + m.gm * (up[j - 1][1] + up[j - 1][2]));
            row[j][1] = m.mx * up[j][0] + m.xx * up[j][1];
            row[j][2] = m.my * row[j - 1][0] + m.xx * row[j - 1][2];
        }
        long double(*swap)[3] = up;
        up = row;
        row = swap;
    }
    for (int64_t j = 1; j <= len; j++)
        sum += up[j][0] + up[j][1];
    free(s);
    return (double)log10l(sum);
}

/* every path, by recursion over what comes next; state 0 M, 1 I, 2 D */
static long double paths(const reads_t *r, int64_t at, int64_t n, const uint8_t *hap, int64_t len,
                         int64_t i, int64_t j, int state)
{
    long double sum = i == n && state != 2 ? 1 : 0;
    if (i < n && j < len) {
        model_t m = model_of(r, at + i);
        sum += (state == 0 ? m.mm : m.gm) * prior(&m, r->base[at + i], hap[j]) *
               paths(r, at, n, hap, len, i + 1, j + 1, 0);
    }
    if (i < n && state < 2 && i > 0) {
        model_t m = model_of(r, at + i);
        sum += (state == 0 ? m.mx : m.xx) * paths(r, at, n, hap, len, i + 1, j, 1);
    }
    if (i > 0 && j < len && state != 1) {
        model_t m = model_of(r, at + i - 1);
        sum += (state == 0 ? m.my : m.xx) * paths(r, at, n, hap, len, i, j + 1, 2);
    }
    return sum;
}

static double brute(const reads_t *r, int64_t read, int64_t h)
{
    int64_t at = r->read_off[read], n = r->read_off[read + 1] - at;
    const uint8_t *hap = r->hap + r->hap_off[h];
    int64_t len = r->hap_off[h + 1] - r->hap_off[h];
    long double sum = 0;
    model_t m = model_of(r, at);
    for (int64_t j = 0; j < len; j++) /* the free start: from the border's D into a match */
        sum += m.gm / len * prior(&m, r->base[at], hap[j]) * paths(r, at, n, hap, len, 1, j + 1, 0);
    return (double)log10l(sum);
}

static const reads_plan_t plans[] = {
    {3, 5, 4, 1, 5, 1, 5, 3, 6, 0},
    {4, 6, 5, 1, 40, 1, 60, 10, 20, 0},
    {20, 8, 20, 100, 151, 200, 330, 50, 0, 45},
    {5, 20, 3, 20, 250, 10, 120, 20, 50, 40},
    {3, 10, 4, 150, 150, 300, 300, 0, 0, 45},
    {2, 4, 3, 300, 900, 50, 800, 4, 30, 0},
    {1, 1, 1, 1, 1, 1, 1, 3, 0, 45},
    {60, 5, 2, 90, 110, 100, 300, 40, 0, 30},
};
enum { N_PLANS = sizeof plans / sizeof *plans };

static double bound(const reads_t *r, int64_t read)
{
    return 1e-6 + 3e-8 * (double)(r->read_off[read + 1] - r->read_off[read]);
}

START_TEST(reference_is_the_textbook)
{
    for (uint64_t seed = 0; seed < 4; seed++) {
        gw_rng_t rng;
        gw_rng_init(&rng, seed);
        reads_t r;
        gw_err_t err = {0};
        ck_assert(reads_init(&r, &rng, &plans[_i]));
        double *got = gw_malloc(r.n_results, sizeof *got), *at = got;
        ck_assert_int_eq(gw_pairhmm_log10_ref(&r.b, got, &err), GW_OK);
        for (int g = 0; g < plans[_i].groups; g++)
            for (int64_t i = r.read_group[g]; i < r.read_group[g + 1]; i++)
                for (int64_t h = r.hap_group[g]; h < r.hap_group[g + 1]; h++, at++) {
                    double want = textbook(&r, i, h);
                    ck_assert_msg(fabs(*at - want) <= bound(&r, i),
                                  "plan %d seed %d read %d hap %d: %.9f, expected %.9f", _i,
                                  (int)seed, (int)i, (int)h, *at, want);
                    if (_i == 0)
                        ck_assert(fabs(brute(&r, i, h) - want) < 1e-12);
                }
        free(got);
        reads_release(&r);
    }
}
END_TEST

/* 2. variants */
static const gw_cpu_level_t levels[] = {GW_CPU_PORTABLE, GW_CPU_AVX2, GW_CPU_AVX512};
enum { N_LEVELS = sizeof levels / sizeof *levels };

/* rows: level x plan */
START_TEST(variants_are_the_reference)
{
    gw_cpu_level_t level = levels[_i / N_PLANS];
    if (!gw_cpu_has(level))
        return;
    for (uint64_t seed = 0; seed < GW_TEST_SEEDS(10); seed++) {
        gw_rng_t rng;
        gw_rng_init(&rng, 100 + seed);
        reads_t r;
        gw_err_t err = {0};
        ck_assert(reads_init(&r, &rng, &plans[_i % N_PLANS]));
        double *got = gw_malloc(r.n_results, sizeof *got),
               *want = gw_malloc(r.n_results, sizeof *want);
        ck_assert_int_eq(gw_pairhmm_log10_ref(&r.b, want, &err), GW_OK);
        int n = plans[_i % N_PLANS].groups;
        size_t bases = (size_t)r.read_off[r.read_group[n]],
               haps = (size_t)r.hap_off[r.hap_group[n]];
        guarded_t base, hap, qual[4];
        ck_assert(guarded_init(&base, r.base, bases, seed & 1) &&
                  guarded_init(&hap, r.hap, haps, seed & 1));
        for (int k = 0; k < 4; k++)
            ck_assert(guarded_init(&qual[k], r.qual[k], bases, seed & 1));
        gw_pairhmm_batch_t b = r.b;
        b.base = base.p;
        b.hap = hap.p;
        b.qual = qual[0].p;
        b.ins_qual = qual[1].p;
        b.del_qual = qual[2].p;
        b.ext_qual = qual[3].p;
        ck_assert_int_eq(gw_pairhmm_log10_at(level, &b, got, &err), GW_OK);
        for (size_t i = 0; i < r.n_results; i++)
            ck_assert_msg(memcmp(&got[i], &want[i], sizeof *got) == 0,
                          "%s plan %d seed %d result %zu: %.17g, expected %.17g",
                          gw_cpu_level_name(level), _i % N_PLANS, (int)seed, i, got[i], want[i]);
        guarded_release(&base);
        guarded_release(&hap);
        for (int k = 0; k < 4; k++)
            guarded_release(&qual[k]);
        free(got);
        free(want);
        reads_release(&r);
    }
}
END_TEST

START_TEST(long_reads)
{
    const reads_plan_t plan = {1, 2, 2, 9000, 10000, 9000, 11000, 200, 0, 40};
    gw_rng_t rng;
    gw_rng_init(&rng, 9);
    reads_t r;
    gw_err_t err = {0};
    ck_assert(reads_init(&r, &rng, &plan));
    double want[4], got[4];
    ck_assert_int_eq(gw_pairhmm_log10_ref(&r.b, want, &err), GW_OK);
    for (int l = 0; l < N_LEVELS; l++) {
        if (!gw_cpu_has(levels[l]))
            continue;
        ck_assert_int_eq(gw_pairhmm_log10_at(levels[l], &r.b, got, &err), GW_OK);
        ck_assert_mem_eq(want, got, r.n_results * sizeof *got);
    }
    double *at = want;
    for (int64_t i = 0; i < r.read_group[1]; i++)
        for (int64_t h = 0; h < r.hap_group[1]; h++, at++)
            ck_assert_double_eq_tol(*at, textbook(&r, i, h), bound(&r, i));
    reads_release(&r);
}
END_TEST

START_TEST(broken_batches_are_refused)
{
    const reads_plan_t plan = {1, 1, 1, 3, 3, 3, 3, 9, 0, 45};
    gw_rng_t rng;
    gw_rng_init(&rng, 1);
    reads_t r;
    gw_err_t err = {0};
    double out = 7;
    ck_assert(reads_init(&r, &rng, &plan));
    r.read_off[1] = 0;
    ck_assert_int_eq(gw_pairhmm_log10(&r.b, &out, &err), GW_EINTERNAL);
    r.read_off[1] = 3;
    r.hap_off[1] = 0;
    ck_assert_int_eq(gw_pairhmm_log10(&r.b, &out, &err), GW_EINTERNAL);
    ck_assert_double_eq(out, 7);
    r.hap_off[1] = 3;
    ck_assert_int_eq(gw_pairhmm_log10(&r.b, &out, &err), GW_OK);
    ck_assert_double_lt(out, 0);
    r.b.n_groups = 0;
    ck_assert_int_eq(gw_pairhmm_log10(&r.b, &out, &err), GW_OK);
    reads_release(&r);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("pairhmm");
    TCase *c = tcase_create("likelihoods");
    tcase_set_timeout(c, 300);
    tcase_add_loop_test(c, reference_is_the_textbook, 0, N_PLANS);
    tcase_add_loop_test(c, variants_are_the_reference, 0, N_LEVELS * N_PLANS);
    tcase_add_test(c, long_reads);
    tcase_add_test(c, broken_batches_are_refused);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
