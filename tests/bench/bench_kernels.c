/* GCUPS a core of our kernels beside parasail and ssw: bench_kernels [SECONDS]; CPU time of one
 * thread, SECONDS a line (default 0.2; the whole then takes about a minute of a free core) */
#include <config.h>

#include <time.h>
#ifdef HAVE_PARASAIL
#    include <parasail.h>
#endif
#ifdef HAVE_SSW
#    include <ssw.h>
#endif

#include "kernels/cpu.h"
#include "kernels/extend_variants.h"
#include "kernels/gapless.h"
#include "kernels/pairhmm_variants.h"
#include "tests/kernels/pairs.h"
#include "tests/kernels/reads.h"

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double cells_of(const gw_extend_batch_t *b)
{
    double cells = 0;
    for (size_t i = 0; i < b->n; i++)
        cells += (double)b->q_len[i] * b->t_len[i];
    return cells;
}

static _Noreturn void die(const gw_err_t *err)
{
    fprintf(stderr, "bench_kernels: %s\n", err->msg);
    exit(1);
}

/* One data set with its scoring and the reference's answers */
typedef struct {
    const char *name;
    pairs_t x;
    gw_extend_params_t p;
    gw_extend_hit_t *want;
    int32_t *got;
    gw_extend_hit_t *hit;
} set_t;

static void set_init(set_t *s, const char *name, const gw_extend_params_t *p, int letters, size_t n,
                     int32_t q_len, int32_t t_len, int every, size_t share)
{
    gw_err_t err = {0};
    gw_rng_t rng;
    gw_rng_init(&rng, 1);
    s->name = name;
    s->p = *p;
    s->want = gw_malloc(n, sizeof *s->want);
    s->hit = gw_malloc(n, sizeof *s->hit);
    s->got = gw_malloc(n, sizeof *s->got);
    if (!pairs_init(&s->x, n, n * (size_t)t_len * 2) || !s->want || !s->hit || !s->got)
        exit(104);
    for (size_t i = 0; i < n; i++) {
        int32_t t = t_len - (int32_t)gw_rng_below(&rng, (uint64_t)t_len / 4);
        pairs_add(&s->x, i, &rng, letters, q_len, t, every);
        s->x.q_off[i] = s->x.q_off[i / share * share];
    }
    if (gw_extend_ends_ref(&s->x.b, p, s->want, &err) != GW_OK)
        die(&err);
}

static void set_release(set_t *s)
{
    pairs_release(&s->x);
    free(s->want);
    free(s->hit);
    free(s->got);
}

static void row(const set_t *s, const char *who, const char *job, double gcups, size_t wrong)
{
    printf("%-34s %-22s %-6s %8.2f  %s\n", s->name, who, job, gcups, wrong ? "DIFFERS" : "equal");
    if (wrong)
        printf("  %zu of %zu answers differ\n", wrong, s->x.b.n);
}

static void bench_ours(set_t *s, gw_cpu_level_t level, double seconds, bool ends)
{
    gw_err_t err = {0};
    double cells = cells_of(&s->x.b), best = 0;
    for (int round = 0; round < 3; round++) {
        double start = cpu_seconds(), done = 0, took = 0;
        do {
            gw_status_t st = ends ? gw_extend_ends_at(level, &s->x.b, &s->p, s->hit, &err)
                                  : gw_extend_score_at(level, &s->x.b, &s->p, s->got, &err);
            if (st != GW_OK)
                die(&err);
            done += cells;
            took = cpu_seconds() - start;
        } while (took < seconds / 3);
        best = done / took > best ? done / took : best;
    }
    size_t wrong = 0;
    for (size_t i = 0; i < s->x.b.n; i++)
        wrong += ends ? memcmp(&s->hit[i], &s->want[i], sizeof *s->hit) != 0
                      : s->got[i] != s->want[i].score;
    row(s, gw_cpu_level_name(level), ends ? "ends" : "score", best / 1e9, wrong);
}

#ifdef HAVE_PARASAIL
typedef parasail_result_t *parasail_fn(const parasail_profile_t *, const char *, int, int, int);

static void bench_parasail(set_t *s, double seconds, int bits)
{
    const gw_extend_params_t *p = &s->p;
    char alphabet[GW_EXTEND_MAX_LETTERS + 1] = {0};
    static const char text[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    memcpy(alphabet, text, (size_t)p->n_letters);
    parasail_matrix_t *m = parasail_matrix_create(alphabet, 1, -1);
    for (int a = 0; a < p->n_letters; a++)
        for (int b = 0; b < p->n_letters; b++)
            parasail_matrix_set_value(m, a, b, p->matrix[a * p->n_letters + b]);
    size_t size = s->x.q_size > s->x.t_size ? s->x.q_size : s->x.t_size;
    char *q = gw_malloc(size, 1), *t = gw_malloc(size, 1);
    for (size_t i = 0; i < s->x.q_size; i++)
        q[i] = text[s->x.query[i]];
    for (size_t i = 0; i < s->x.t_size; i++)
        t[i] = text[s->x.target[i]];
    double start = cpu_seconds(), done = 0, took = 0;
    size_t wrong = 0;
    do {
        const parasail_profile_t *prof = NULL;
        for (size_t i = 0; i < s->x.b.n && took < seconds; i++) {
            if (i == 0 || s->x.q_off[i] != s->x.q_off[i - 1]) {
                if (prof)
                    parasail_profile_free((parasail_profile_t *)prof);
                prof = bits == 8 ? parasail_profile_create_8(q + s->x.q_off[i], s->x.q_len[i], m)
                                 : parasail_profile_create_16(q + s->x.q_off[i], s->x.q_len[i], m);
            }
            parasail_result_t *r = (bits == 8 ? parasail_sw_striped_profile_8
                                              : parasail_sw_striped_profile_16)(
                prof, t + s->x.t_off[i], s->x.t_len[i], p->gap_open + p->gap_extend, p->gap_extend);
            done += (double)s->x.q_len[i] * s->x.t_len[i];
            wrong += r->score != s->want[i].score; /* saturated: no answer */
            parasail_result_free(r);
            if (i % 16 == 0)
                took = cpu_seconds() - start;
        }
        parasail_profile_free((parasail_profile_t *)prof);
    } while (took < seconds);
    row(s, bits == 8 ? "parasail striped 8" : "parasail striped 16", "score", done / took / 1e9,
        wrong);
    parasail_matrix_free(m);
    free(q);
    free(t);
}
#endif

#ifdef HAVE_SSW
static void bench_ssw(set_t *s, double seconds)
{
    const gw_extend_params_t *p = &s->p;
    double start = cpu_seconds(), done = 0, took = 0;
    size_t wrong = 0;
    do {
        s_profile *prof = NULL;
        for (size_t i = 0; i < s->x.b.n && took < seconds; i++) {
            if (i == 0 || s->x.q_off[i] != s->x.q_off[i - 1]) {
                if (prof)
                    init_destroy(prof);
                prof = ssw_init((const int8_t *)s->x.query + s->x.q_off[i], s->x.q_len[i],
                                p->matrix, p->n_letters, 2);
            }
            s_align *r = ssw_align(prof, (const int8_t *)s->x.target + s->x.t_off[i], s->x.t_len[i],
                                   (uint8_t)(p->gap_open + p->gap_extend), (uint8_t)p->gap_extend,
                                   0, 0, 0, 15);
            done += (double)s->x.q_len[i] * s->x.t_len[i];
            wrong += r->score1 != s->want[i].score;
            align_destroy(r);
            if (i % 16 == 0)
                took = cpu_seconds() - start;
        }
        init_destroy(prof);
    } while (took < seconds);
    row(s, "ssw", "score", done / took / 1e9, wrong);
}
#endif

/* Banded global alignment with CIGAR; cells are those within the band */
typedef struct {
    int32_t *diag, *width;
    gw_extend_cigars_t want, got;
    double cells;
} global_t;

static void global_init(global_t *g, const set_t *s, int32_t width)
{
    size_t n = s->x.b.n;
    gw_err_t err = {0};
    *g = (global_t){.diag = gw_calloc(n, sizeof *g->diag), .width = gw_malloc(n, sizeof *g->width)};
    gw_extend_cigars_t *both[] = {&g->want, &g->got};
    for (int k = 0; k < 2; k++) {
        both[k]->score = gw_malloc(n, sizeof *both[k]->score);
        both[k]->cigar_off = gw_malloc(n + 1, sizeof *both[k]->cigar_off);
        if (!both[k]->score || !both[k]->cigar_off)
            exit(104);
    }
    if (!g->diag || !g->width)
        exit(104);
    for (size_t i = 0; i < n; i++) {
        int32_t q = s->x.q_len[i], t = s->x.t_len[i];
        g->width[i] = width < 0 ? -1 : width + (t > q ? t - q : q - t);
        for (int32_t a = 0; a < q; a++) {
            int32_t from = a - g->width[i], to = a + g->width[i];
            g->cells += width < 0 ? t : (to < t ? to : t - 1) - (from > 0 ? from : 0) + 1;
        }
    }
    if (gw_extend_global_ref(&s->x.b, &s->p, g->diag, g->width, &g->want, &err) != GW_OK)
        die(&err);
}

static size_t global_wrong(const global_t *g, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t from = g->want.cigar_off[i], len = g->want.cigar_off[i + 1] - from;
        wrong += g->got.score[i] != g->want.score[i] || g->got.cigar_off[i] != from ||
                 g->got.cigar_off[i + 1] != from + len ||
                 memcmp(g->got.cigar + from, g->want.cigar + from,
                        (size_t)len * sizeof *g->got.cigar) != 0;
    }
    return wrong;
}

static void global_release(global_t *g)
{
    free(g->diag);
    free(g->width);
    free(g->want.score);
    free(g->want.cigar);
    free(g->want.cigar_off);
    free(g->got.score);
    free(g->got.cigar);
    free(g->got.cigar_off);
}

#ifdef HAVE_PARASAIL
/* The whole matrix with directions and CIGAR: the peer has no band with a trace */
static void bench_parasail_global(const set_t *s, const global_t *g, double seconds)
{
    const gw_extend_params_t *p = &s->p;
    parasail_matrix_t *m = parasail_matrix_create("ACGTN", p->matrix[0], p->matrix[1]);
    char *q = gw_malloc(s->x.q_size, 1), *t = gw_malloc(s->x.t_size, 1);
    if (!q || !t)
        exit(104);
    for (size_t i = 0; i < s->x.q_size; i++)
        q[i] = "ACGTN"[s->x.query[i]];
    for (size_t i = 0; i < s->x.t_size; i++)
        t[i] = "ACGTN"[s->x.target[i]];
    double start = cpu_seconds(), done = 0, took = 0;
    size_t wrong = 0;
    do {
        for (size_t i = 0; i < s->x.b.n && took < seconds; i++) {
            parasail_result_t *r = parasail_nw_trace_striped_16(
                q + s->x.q_off[i], s->x.q_len[i], t + s->x.t_off[i], s->x.t_len[i],
                p->gap_open + p->gap_extend, p->gap_extend, m);
            parasail_cigar_t *c = parasail_result_get_cigar(r, q + s->x.q_off[i], s->x.q_len[i],
                                                            t + s->x.t_off[i], s->x.t_len[i], m);
            done += (double)s->x.q_len[i] * s->x.t_len[i];
            wrong += r->score != g->want.score[i];
            parasail_cigar_free(c);
            parasail_result_free(r);
            if (i % 16 == 0)
                took = cpu_seconds() - start;
        }
    } while (took < seconds);
    row(s, "parasail nw_trace 16", "CIGAR", done / took / 1e9, wrong);
    parasail_matrix_free(m);
    free(q);
    free(t);
}
#endif

static void bench_global(set_t *s, int32_t width, double seconds)
{
    global_t g;
    gw_err_t err = {0};
    global_init(&g, s, width);
    for (int l = GW_CPU_REF; l < GW_CPU_LEVELS; l++) {
        if (!gw_cpu_has((gw_cpu_level_t)l))
            continue;
        double best = 0;
        for (int round = 0; round < 3; round++) {
            double start = cpu_seconds(), done = 0, took = 0;
            do {
                g.got.n_cigar = 0;
                if (gw_extend_global_at((gw_cpu_level_t)l, &s->x.b, &s->p, g.diag, g.width, &g.got,
                                        &err) != GW_OK)
                    die(&err);
                done += g.cells;
                took = cpu_seconds() - start;
            } while (took < seconds / 3);
            best = done / took > best ? done / took : best;
        }
        row(s, gw_cpu_level_name((gw_cpu_level_t)l), "CIGAR", best / 1e9,
            global_wrong(&g, s->x.b.n));
    }
#ifdef HAVE_PARASAIL
    if (width < 0)
        bench_parasail_global(s, &g, seconds);
#endif
    global_release(&g);
    set_release(s);
}

static void bench_set(set_t *s, double seconds)
{
    for (int l = GW_CPU_PORTABLE; l < GW_CPU_LEVELS; l++)
        for (int ends = 0; ends < 2 && gw_cpu_has((gw_cpu_level_t)l); ends++)
            bench_ours(s, (gw_cpu_level_t)l, seconds, ends);
#ifdef HAVE_PARASAIL
    if (s->p.end_bonus == 0) {
        bench_parasail(s, seconds, 8);
        bench_parasail(s, seconds, 16);
    }
#endif
#ifdef HAVE_SSW
    if (s->p.end_bonus == 0)
        bench_ssw(s, seconds);
#endif
    set_release(s);
}

/* Without gaps: of each pair the main diagonal alone (width 0), or all of them */
static void bench_gapless(set_t *s, bool whole, double seconds)
{
    size_t n = s->x.b.n;
    int32_t *diag = gw_calloc(n, sizeof *diag), *width = gw_calloc(n, sizeof *width),
            *want = gw_malloc(n, sizeof *want);
    double cells = 0;
    if (!diag || !width || !want)
        exit(104);
    for (size_t i = 0; i < n; i++) {
        int32_t q = s->x.q_len[i], t = s->x.t_len[i];
        width[i] = whole ? -1 : 0;
        cells += whole ? (double)q * t : q < t ? q : t;
    }
    gw_gapless_score_ref(&s->x.b, &s->p, diag, width, want);
    for (int l = GW_CPU_REF; l < GW_CPU_LEVELS; l++) {
        if (!gw_cpu_has((gw_cpu_level_t)l))
            continue;
        double start = cpu_seconds(), done = 0, took = 0;
        size_t wrong = 0;
        do {
            gw_gapless_score_at((gw_cpu_level_t)l, &s->x.b, &s->p, diag, width, s->got);
            done += cells;
            took = cpu_seconds() - start;
        } while (took < seconds);
        for (size_t i = 0; i < n; i++)
            wrong += s->got[i] != want[i];
        row(s, gw_cpu_level_name((gw_cpu_level_t)l), whole ? "matrix" : "diag", done / took / 1e9,
            wrong);
    }
    free(diag);
    free(width);
    free(want);
    set_release(s);
}

/* even: all gap qualities alike, as call has them outside repeats; else any for each base */
static void bench_pairhmm(const char *name, const reads_plan_t *plan, bool even, double seconds)
{
    gw_rng_t rng;
    gw_rng_init(&rng, 2);
    reads_t r;
    gw_err_t err = {0};
    if (!reads_init(&r, &rng, plan))
        exit(104);
    if (even) {
        size_t bases = (size_t)r.read_off[r.read_group[plan->groups]];
        memset(r.qual[1], 45, bases);
        memset(r.qual[2], 45, bases);
    }
    double *want = gw_malloc(r.n_results, sizeof *want), *got = gw_malloc(r.n_results, sizeof *got);
    if (!want || !got)
        exit(104);
    double cells = 0;
    for (int g = 0; g < plan->groups; g++)
        cells += (double)(r.read_off[r.read_group[g + 1]] - r.read_off[r.read_group[g]]) *
                 (double)(r.hap_off[r.hap_group[g + 1]] - r.hap_off[r.hap_group[g]]);
    for (int l = GW_CPU_REF; l < GW_CPU_LEVELS; l++) {
        if (!gw_cpu_has((gw_cpu_level_t)l))
            continue;
        double start = cpu_seconds(), done = 0, took = 0;
        do {
            if (gw_pairhmm_log10_at((gw_cpu_level_t)l, &r.b, l ? got : want, &err) != GW_OK)
                die(&err);
            done += cells;
            took = cpu_seconds() - start;
        } while (took < seconds);
        bool differs = l && memcmp(got, want, r.n_results * sizeof *got) != 0;
        printf("%-34s %-22s %-6s %8.2f  %s\n", name, gw_cpu_level_name((gw_cpu_level_t)l), "log10",
               done / took / 1e9, differs ? "DIFFERS" : "equal");
    }
    free(want);
    free(got);
    reads_release(&r);
}

static void bench_likelihoods(double seconds)
{
    const reads_plan_t many = {1, 64, 64, 150, 150, 320, 320, 200, 0, 45},
                       few = {30, 40, 4, 150, 150, 250, 350, 200, 0, 45},
                       mixed = {8, 60, 12, 60, 151, 200, 400, 100, 0, 45};
    bench_pairhmm("PairHMM 150 x 320, many haps", &many, false, seconds);
    bench_pairhmm("the same, gap quality 45", &many, true, seconds);
    bench_pairhmm("PairHMM 150 x 250-350, 1-4 haps", &few, false, seconds);
    bench_pairhmm("the same, gap quality 45", &few, true, seconds);
    bench_pairhmm("PairHMM 60-151 x 200-400", &mixed, false, seconds);
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? atof(argv[1]) : 0.2;
    gw_extend_params_t p;
    set_t s = {0};
    printf("%-34s %-22s %-6s %8s  %s\n", "data", "who", "job", "GCUPS", "answers");
    gw_extend_params_dna(&p, 1, -4, -1, 6, 1, 0);
    set_init(&s, "DNA 150 x 150-200", &p, 4, 2048, 150, 200, 50, 1);
    bench_set(&s, seconds);
    gw_extend_params_dna(&p, 1, -4, -1, 6, 1, 5);
    set_init(&s, "DNA 150 x 150-200, end bonus", &p, 4, 2048, 150, 200, 50, 1);
    bench_set(&s, seconds);
    gw_extend_params_dna(&p, 2, -4, -1, 4, 2, 0);
    set_init(&s, "DNA 1000 x 750-1000, 16 bit", &p, 4, 64, 1000, 1000, 20, 1);
    bench_set(&s, seconds);
    scheme_params(&schemes[12], &p);
    set_init(&s, "protein 1 x 1024 of 300-400", &p, 20, 1024, 350, 400, 0, 1024);
    bench_set(&s, seconds);
    set_init(&s, "protein 1 x 10 of 300-400", &p, 20, 512, 350, 400, 0, 10);
    bench_set(&s, seconds);
    set_init(&s, "protein 1 x 1 of 300-400", &p, 20, 512, 350, 400, 0, 1);
    bench_set(&s, seconds);
    gw_extend_params_dna(&p, 1, -4, -1, 6, 1, 0);
    set_init(&s, "DNA 150 x 113-150, band 12+", &p, 4, 1024, 150, 150, 50, 1);
    bench_global(&s, 12, seconds);
    gw_extend_params_dna(&p, 2, -6, -2, 9, 1, 0);
    set_init(&s, "DNA 300 x 225-300, whole matrix", &p, 4, 256, 300, 300, 50, 1);
    bench_global(&s, -1, seconds);
    scheme_params(&schemes[12], &p);
    set_init(&s, "protein 350, no gaps", &p, 20, 512, 350, 400, 20, 1);
    bench_gapless(&s, false, seconds);
    set_init(&s, "protein 350, no gaps", &p, 20, 64, 350, 400, 20, 1);
    bench_gapless(&s, true, seconds);
    bench_likelihoods(seconds);
    return 0;
}
