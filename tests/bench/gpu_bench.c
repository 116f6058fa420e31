/* Rates of a CUDA device: its pipes, transfers, and every kernel with a check of its answers.
 *
 * gpu_bench [--toy] [DEVICE]     tab-separated tables on stdout; exit status 1 after a wrong answer
 * Inputs are random from a fixed seed; outputs are filled with 0x5A before each run; a sample of the
 * answers is compared with the CPU's. A rate is the median of RUNS runs: of the kernels alone (CUDA
 * events) and of everything from the caller's arrays to the caller's arrays (host to host). "of limit"
 * is the kernels' rate over what the card's issue rate, as measured here, allows at the number of
 * instructions a cell that tests/bench/gpu.md lists. --toy: sizes for the emulator.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cuda/gpuextend.h"
#include "cuda/gpuglobal.h"
#include "cuda/gpugram.h"
#include "cuda/gpukin.h"
#include "cuda/gpupairhmm.h"
#include "cuda/gpuseeding.h"
#include "cuda/gputhread.h"
#include "cuda/launch.h"
#include "kernels/extend_variants.h"
#include "kernels/gapless.h"
#include "kernels/pairhmm_variants.h"
#include "tests/kernels/genos.h"
#include "tests/kernels/pairs.h"
#include "tests/kernels/reads.h"
#include "tests/kernels/seedings.h"
#include "tests/kernels/threads.h"

enum { RUNS = 10, TOY_RUNS = 2 };

typedef struct {
    gw_gpu_t *g;
    gw_gpu_info_t info;
    int device;
    bool toy;
    double issue; /* instructions of a lane a second, from the fastest pipe */
    int64_t wrong;
} bench_t;

static _Noreturn void die(const gw_err_t *err)
{
    fprintf(stderr, "gpu_bench: %s\n", err->msg);
    exit(err->status ? (int)err->status : 1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* 1. pipes and transfers */
static void rates(bench_t *b)
{
    static const char *const names[GW_RATES_OPS] = {
        "add 16x2",      "add-max 16x2", "max3 16x2",      "add-max 32", "byte permute",
        "multiply-add",  "float fma",    "4-byte dot",     "double multiply", "shuffle"};
    int blocks = b->info.processors * 4, loops = b->toy ? 1 : 2048, runs = b->toy ? TOY_RUNS : RUNS;
    printf("operation\tT lane operations/s\tper clock and multiprocessor at 1 GHz\n");
    for (int op = 0; op < GW_RATES_OPS; op++) {
        double ms[RUNS];
        gw_err_t err = {0};
        for (int r = 0; r < runs; r++) {
            gw_gpu_start(b->g);
            gw_gpu_part(b->g, GW_GPU_INPUT, 4);
            gw_gpu_part_t out = gw_gpu_part(b->g, GW_GPU_OUTPUT,
                                            (uint64_t)blocks * GW_RATES_BLOCK * sizeof(uint32_t));
            if (gw_gpu_reserve(b->g, &err) != GW_OK || gw_gpu_send(b->g, &err) != GW_OK)
                die(&err);
            double before = gw_gpu_kernel_ms(b->g);
            gw_rates_launch(op, loops, blocks, gw_gpu_device(b->g, out), gw_gpu_stream(b->g));
            if (gw_gpu_receive(b->g, &err) != GW_OK)
                die(&err);
            ms[r] = gw_gpu_kernel_ms(b->g) - before;
        }
        qsort(ms, (size_t)runs, sizeof *ms, by_value);
        double done = (double)blocks * GW_RATES_BLOCK * loops * GW_RATES_PER_LOOP;
        double rate = done / (ms[runs / 2] * 1e-3);
        printf("%s\t%.3f\t%.1f\n", names[op], rate * 1e-12, rate * 1e-9 / b->info.processors);
        b->issue = rate > b->issue ? rate : b->issue;
    }
}

static void transfers(bench_t *b)
{
    printf("\ntransfer, MiB\tthere and back, GB/s\n");
    for (uint64_t mib = 1; mib <= (b->toy ? 1 : 256); mib *= 16) {
        gw_err_t err = {0};
        double best = 0;
        for (int r = 0; r < 5; r++) {
            gw_gpu_start(b->g);
            gw_gpu_part(b->g, GW_GPU_INPUT, mib << 20);
            gw_gpu_part(b->g, GW_GPU_OUTPUT, mib << 20);
            if (gw_gpu_reserve(b->g, &err) != GW_OK)
                die(&err);
            double t = now();
            if (gw_gpu_send(b->g, &err) != GW_OK || gw_gpu_receive(b->g, &err) != GW_OK)
                die(&err);
            double rate = 2e-9 * (double)(mib << 20) / (now() - t);
            best = rate > best ? rate : best;
        }
        printf("%llu\t%.1f\n", (unsigned long long)mib, best);
    }
}

/* 2. kernels: run does all of the input, into out; check compares a sample, and returns how many of
 *    the answers it looked at are wrong */
typedef struct {
    const char *name, *unit;
    double cells, per_cell; /* of one run; instructions a cell (tests/bench/gpu.md), 0: not counted */
    gw_status_t (*run)(gw_gpu_t *g, void *input, void *out, gw_err_t *err);
    int64_t (*check)(void *input, const void *out);
    void *input, *out;
    size_t out_bytes;
} kernel_t;

static void measure(bench_t *b, const kernel_t *k)
{
    double kernel[RUNS], all[RUNS];
    int runs = b->toy ? TOY_RUNS : RUNS;
    gw_err_t err = {0};
    for (int r = -1; r < runs; r++) { /* the first one warms up */
        if (k->out_bytes > 0)
            memset(k->out, 0x5a, k->out_bytes);
        double before = gw_gpu_kernel_ms(b->g), t = now();
        if (k->run(b->g, k->input, k->out, &err) != GW_OK)
            die(&err);
        if (r < 0)
            continue;
        all[r] = now() - t;
        kernel[r] = (gw_gpu_kernel_ms(b->g) - before) * 1e-3;
    }
    int64_t wrong = k->check(k->input, k->out);
    qsort(kernel, (size_t)runs, sizeof *kernel, by_value);
    qsort(all, (size_t)runs, sizeof *all, by_value);
    double rate = k->cells / kernel[runs / 2];
    printf("%s\t%s\t%s\t%.4g\t%.4g\t%.0f..%.0f%%\t", k->name, wrong ? "WRONG" : "ok", k->unit,
           rate * 1e-12, k->cells / all[runs / 2] * 1e-12,
           100 * kernel[runs / 2] / kernel[runs - 1], 100 * kernel[runs / 2] / kernel[0]);
    if (k->per_cell > 0)
        printf("%.1f%%\n", 100 * rate * k->per_cell / b->issue);
    else
        printf(".\n");
    b->wrong += wrong;
}

/* 2a. alignment */
typedef struct {
    pairs_t x;
    gw_extend_params_t p;
    int32_t *diag, *width;
    gw_extend_cigars_t cigars;
} pairs_input_t;

static void pairs_input(pairs_input_t *in, size_t n, int letters, int32_t q_len, int32_t t_len,
                        int every)
{
    gw_rng_t rng;
    gw_rng_init(&rng, 1);
    in->diag = gw_calloc(n, sizeof *in->diag);
    in->width = gw_calloc(n, sizeof *in->width);
    in->cigars = (gw_extend_cigars_t){.cigar_off = gw_calloc(n + 1, sizeof(int64_t))};
    if (!pairs_init(&in->x, n, n * (size_t)(q_len > t_len ? q_len : t_len)) || !in->diag ||
        !in->width || !in->cigars.cigar_off)
        exit(104);
    for (size_t i = 0; i < n; i++) {
        pairs_add(&in->x, i, &rng, letters, q_len, t_len, every);
        in->width[i] = t_len - q_len + 20;
    }
}

static void pairs_input_release(pairs_input_t *in)
{
    pairs_release(&in->x);
    free(in->diag);
    free(in->width);
    free(in->cigars.cigar);
    free(in->cigars.cigar_off);
}

static gw_status_t run_score(gw_gpu_t *g, void *input, void *out, gw_err_t *err)
{
    pairs_input_t *in = input;
    return gw_gpuextend_score(g, &in->x.b, &in->p, out, err);
}

static gw_status_t run_ends(gw_gpu_t *g, void *input, void *out, gw_err_t *err)
{
    pairs_input_t *in = input;
    return gw_gpuextend_ends(g, &in->x.b, &in->p, out, err);
}

static gw_status_t run_gapless(gw_gpu_t *g, void *input, void *out, gw_err_t *err)
{
    pairs_input_t *in = input;
    return gw_gpuextend_gapless(g, &in->x.b, &in->p, in->diag, in->width, out, err);
}

static gw_status_t run_global(gw_gpu_t *g, void *input, void *out, gw_err_t *err)
{
    pairs_input_t *in = input;
    in->cigars.score = out;
    return gw_gpuglobal_run(g, &in->x.b, &in->p, in->diag, in->width, &in->cigars, err);
}

static gw_extend_batch_t sample(const pairs_input_t *in)
{
    gw_extend_batch_t b = in->x.b;
    b.n = b.n < 500 ? b.n : 500;
    return b;
}

static int64_t check_score(void *input, const void *out)
{
    pairs_input_t *in = input;
    gw_extend_batch_t b = sample(in);
    int32_t want[500];
    gw_err_t err = {0};
    if (gw_extend_score(&b, &in->p, want, &err) != GW_OK)
        die(&err);
    return memcmp(want, out, b.n * sizeof *want) != 0;
}

static int64_t check_gapless(void *input, const void *out)
{
    pairs_input_t *in = input;
    gw_extend_batch_t b = sample(in);
    int32_t want[500];
    gw_err_t err = {0};
    if (gw_gapless_score(&b, &in->p, in->diag, in->width, want, &err) != GW_OK)
        die(&err);
    return memcmp(want, out, b.n * sizeof *want) != 0;
}

static int64_t check_ends(void *input, const void *out)
{
    pairs_input_t *in = input;
    gw_extend_batch_t b = sample(in);
    gw_extend_hit_t want[500];
    gw_err_t err = {0};
    if (gw_extend_ends(&b, &in->p, want, &err) != GW_OK)
        die(&err);
    return memcmp(want, out, b.n * sizeof *want) != 0;
}

static int64_t check_global(void *input, const void *out)
{
    pairs_input_t *in = input;
    gw_extend_batch_t b = sample(in);
    int32_t score[500];
    int64_t off[501];
    gw_extend_cigars_t c = {.score = score, .cigar_off = off};
    gw_err_t err = {0};
    if (gw_extend_global(&b, &in->p, in->diag, in->width, &c, &err) != GW_OK)
        die(&err);
    int64_t wrong = memcmp(score, out, b.n * sizeof *score) != 0 ||
                    memcmp(off, in->cigars.cigar_off, (b.n + 1) * sizeof *off) != 0 ||
                    memcmp(c.cigar, in->cigars.cigar, c.n_cigar * sizeof *c.cigar) != 0;
    free(c.cigar);
    return wrong;
}

static void alignment(bench_t *b)
{
    pairs_input_t in;
    size_t n = b->toy ? 20 : 400000;
    int32_t q = b->toy ? 50 : 150, t = b->toy ? 70 : 220;
    gw_extend_params_t dna;
    gw_extend_params_dna(&dna, 1, -4, -1, 6, 1, 0);
    pairs_input(&in, n, 4, q, t, 50);
    int32_t *score = gw_malloc(n, sizeof *score);
    gw_extend_hit_t *hit = gw_malloc(n, sizeof *hit);
    if (!score || !hit)
        exit(104);
    in.p = dna;
    double cells = (double)n * q * t;
    measure(b, &(kernel_t){"alignment, reads: score", "T cells/s", cells, 5.1, run_score, check_score,
                           &in, score, n * sizeof *score});
    in.p.end_bonus = 5; /* the pass back is not counted as cells */
    measure(b, &(kernel_t){"alignment, reads: ends", "T cells/s", cells, 6.4, run_ends, check_ends,
                           &in, hit, n * sizeof *hit});
    in.p.end_bonus = 0;
    if (!b->toy) /* a byte of flags a cell: a quarter takes 4 GB */
        in.x.b.n = n /= 4;
    measure(b, &(kernel_t){"alignment, banded with CIGAR", "T cells of the band/s",
                           (double)n * q * (2 * (t - q + 20) + 1), 130, run_global, check_global, &in,
                           score, n * sizeof *score});
    pairs_input_release(&in);
    n = b->toy ? 6 : 60000;
    q = b->toy ? 60 : 400;
    for (int every = 0; every <= 1000; every += 1000) { /* random, and nearly identical */
        pairs_input(&in, n, 20, q, q, every);
        gw_extend_params_dna(&in.p, 5, -2, -1, 11, 1, 0);
        in.p.n_letters = 20;
        for (int k = 0; k < 400; k++)
            in.p.matrix[k] = (int8_t)(k % 21 == 0 ? 5 : -(k % 4));
        measure(b, &(kernel_t){every ? "alignment, proteins, alike: score"
                                     : "alignment, proteins, random: score",
                               "T cells/s", (double)n * q * q, 5.3, run_score, check_score, &in,
                               score, n * sizeof *score});
        for (size_t i = 0; i < n; i++)
            in.width[i] = -1; /* the whole matrix */
        measure(b, &(kernel_t){every ? "gapless filter, proteins, alike"
                                     : "gapless filter, proteins, random",
                               "T cells/s", (double)n * q * q, 2.7, run_gapless,
                               check_gapless, &in, score, n * sizeof *score});
        pairs_input_release(&in);
    }
    free(score);
    free(hit);
}

/* 2b. likelihoods */
static gw_status_t run_pairhmm(gw_gpu_t *g, void *input, void *out, gw_err_t *err)
{
    return gw_gpupairhmm_log10(g, &((reads_t *)input)->b, out, err);
}

static int64_t check_pairhmm(void *input, const void *out)
{
    reads_t *r = input;
    gw_pairhmm_batch_t b = r->b;
    gw_err_t err = {0};
    b.n_groups = b.n_groups < 3 ? b.n_groups : 3;
    size_t n = 0;
    for (size_t g = 0; g < b.n_groups; g++)
        n += (size_t)((b.read_group[g + 1] - b.read_group[g]) *
                      (b.hap_group[g + 1] - b.hap_group[g]));
    double *want = gw_malloc(n, sizeof *want);
    if (!want || gw_pairhmm_log10(&b, want, &err) != GW_OK)
        die(&err);
    int64_t wrong = memcmp(want, out, n * sizeof *want) != 0;
    free(want);
    return wrong;
}

static void likelihoods(bench_t *b)
{
    reads_plan_t plan = {400, 200, 16, 150, 150, 300, 400, 100, 0, 45};
    if (b->toy)
        plan = (reads_plan_t){2, 4, 3, 40, 50, 50, 60, 100, 0, 45};
    gw_rng_t rng;
    reads_t r;
    gw_rng_init(&rng, 1);
    if (!reads_init(&r, &rng, &plan))
        exit(104);
    double cells = 0, *out = gw_malloc(r.n_results, sizeof *out);
    for (int g = 0; g < plan.groups; g++)
        cells += (double)(r.read_off[r.read_group[g + 1]] - r.read_off[r.read_group[g]]) *
                 (double)(r.hap_off[r.hap_group[g + 1]] - r.hap_off[r.hap_group[g]]);
    if (!out)
        exit(104);
    measure(b, &(kernel_t){"pair HMM, float", "T cells/s", cells, 12, run_pairhmm, check_pairhmm, &r,
                           out, r.n_results * sizeof *out});
    free(out);
    reads_release(&r);
}

/* 2c. genotype products */
static gw_status_t run_apply(gw_gpu_t *g, void *input, void *out, gw_err_t *err)
{
    set_t *s = input;
    return gw_gpugram_apply(g, &s->b, TILES, s->q, out, err);
}

static int64_t check_apply(void *input, const void *out)
{
    set_t *s = input;
    size_t bytes = (size_t)s->b.n_samples * TILES * L * sizeof(float);
    float *y = gw_aligned_alloc(64, (size_t)s->b.n_variants * TILES * L, sizeof *y),
          *h = gw_aligned_alloc(64, bytes, 1);
    gw_err_t err = {0};
    if (!y || !h || gw_gram_left(&s->b, TILES, s->q, y, &err) != GW_OK ||
        gw_gram_right(&s->b, TILES, y, h, &err) != GW_OK)
        die(&err);
    int64_t wrong = memcmp(h, out, bytes) != 0;
    free(y);
    free(h);
    return wrong;
}

static gw_status_t run_square(gw_gpu_t *g, void *input, void *out, gw_err_t *err)
{
    set_t *s = input;
    int64_t tiles = (s->b.n_samples + D - 1) / D;
    memset(out, 0, (size_t)(tiles * s->b.n_samples * D) * sizeof(double));
    return gw_gpugram_square(g, &s->b, 0, tiles, out, err);
}

static int64_t check_square(void *input, const void *out)
{
    set_t *s = input;
    uint8_t *index = gw_malloc(gw_gram_index_bytes(&s->b), 1);
    size_t rows = (size_t)s->b.n_samples * D;
    double *k = gw_aligned_alloc(64, rows, sizeof *k);
    gw_err_t err = {0};
    if (!index || !k)
        exit(104);
    memset(k, 0, rows * sizeof *k);
    gw_gram_index(&s->b, index);
    if (gw_gram_tile(&s->b, index, 0, k, &err) != GW_OK)
        die(&err);
    int64_t wrong = memcmp(k, out, rows * sizeof *k) != 0;
    free(index);
    free(k);
    return wrong;
}

static void products(bench_t *b)
{
    size_row_t size = {10000, 8192, 0.01};
    if (b->toy)
        size = (size_row_t){40, 30, 0.1};
    set_t s;
    set_init(&s, &size);
    double n = size.n, v = size.v;
    size_t tiles = ((size_t)size.n + D - 1) / D;
    size_t h = (size_t)size.n * TILES * L * sizeof(float),
           k = tiles * (size_t)size.n * D * sizeof(double);
    void *out = gw_malloc(h > k ? h : k, 1);
    if (!out)
        exit(104);
    measure(b, &(kernel_t){"X (X^T q), 32 columns", "T multiply-adds/s", 2 * n * v * TILES * L, 0,
                           run_apply, check_apply, &s, out, h});
    measure(b, &(kernel_t){"X X^T", "T multiply-adds/s", n * n / 2 * v, 6.9, run_square, check_square,
                           &s, out, k});
    free(out);
    set_release(&s);
}

/* 2d. kinship counts: without cuBLAS, then with it */
typedef struct {
    gw_gram_kin_t b;
    size_t numbers;
} kin_input_t;

static gw_status_t run_kinship(gw_gpu_t *g, void *input, void *out, gw_err_t *err)
{
    kin_input_t *in = input;
    memset(out, 0, in->numbers * sizeof(int32_t));
    return gw_gpukin_add(g, &in->b, 0, in->b.n_samples, out, err);
}

static int64_t check_kinship(void *input, const void *out)
{
    kin_input_t *in = input;
    const int32_t *sum = out;
    int64_t wrong = 0, n = in->b.n_samples;
    for (int64_t i = 0; i + 1 < n; i += 1 + n / 20)
        for (int64_t j = i + 1; j < n; j += 1 + n / 20) {
            int64_t want[4];
            gw_gram_kin(in->b.row + (size_t)i * in->b.row_bytes,
                        in->b.row + (size_t)j * in->b.row_bytes, 4 * (int64_t)in->b.row_bytes, want);
            for (int c = 0; c < 4; c++)
                wrong += sum[4 * gw_gram_kin_pair(n, i, j) + (uint64_t)c] != want[c];
        }
    return wrong;
}

static void kinship(bench_t *b)
{
    kin_input_t in = {.b = {b->toy ? 20 : 8000, b->toy ? 16 : 16384, NULL}};
    size_t bytes = (size_t)in.b.n_samples * in.b.row_bytes;
    double pairs = 0.5 * (double)in.b.n_samples * (double)(in.b.n_samples - 1);
    in.numbers = 2 * (size_t)in.b.n_samples * (size_t)(in.b.n_samples - 1);
    uint8_t *row = gw_malloc(bytes, 1);
    int32_t *sum = gw_malloc(in.numbers, sizeof *sum);
    gw_rng_t rng;
    gw_rng_init(&rng, 1);
    if (!row || !sum)
        exit(104);
    for (size_t i = 0; i < bytes; i++)
        row[i] = (uint8_t)gw_rng_below(&rng, 256);
    in.b.row = row;
    const char *given = getenv("GENOWARP_CUBLAS");
    char *library = given ? strdup(given) : NULL;
    for (int with = 0; with < 2; with++) {
        gw_gpu_t *before = b->g; /* a stream opens cuBLAS once */
        gw_err_t err = {0};
        if (!with)
            setenv("GENOWARP_CUBLAS", "", 1);
        else if (library)
            setenv("GENOWARP_CUBLAS", library, 1);
        else
            unsetenv("GENOWARP_CUBLAS");
        if (gw_gpu_create(b->device, b->info.budget / 2, &b->g, &err) != GW_OK)
            die(&err);
        measure(b, &(kernel_t){with ? "kinship counts, cuBLAS if found" : "kinship counts, bits",
                               "T genotype pairs/s", pairs * 4 * (double)in.b.row_bytes,
                               with ? 0 : 1.2, run_kinship, check_kinship, &in, sum,
                               in.numbers * sizeof *sum});
        gw_gpu_destroy(b->g);
        b->g = before;
    }
    free(library);
    free(row);
    free(sum);
}

/* 2e. threading: templates on the device beforehand */
typedef struct {
    case_t c;
    int32_t *order;
    gw_gpu_tables_t *kept;
} thread_input_t;

static gw_status_t run_thread(gw_gpu_t *g, void *input, void *out, gw_err_t *err)
{
    thread_input_t *in = input;
    return gw_gputhread_score(g, in->kept, &in->c.t, in->order, &in->c.q, 0, in->c.t.n, out, err);
}

static int64_t check_thread(void *input, const void *out)
{
    case_t *c = &((thread_input_t *)input)->c;
    const int32_t *score = out;
    gw_err_t err = {0};
    int64_t wrong = 0;
    for (size_t i = 0; i < c->t.n && i < 50; i++) {
        int32_t want;
        if (gw_thread_score_ref(&c->t, &c->q, i, &want, &err) != GW_OK)
            die(&err);
        wrong += want != score[i];
    }
    return wrong;
}

static void threading(bench_t *b)
{
    thread_input_t in = {.kept = NULL};
    gw_err_t err = {0};
    size_t n = b->toy ? 6 : 100000;
    int rows = b->toy ? 40 : 300;
    const void *piece[GW_GPUTHREAD_PIECES];
    uint64_t bytes[GW_GPUTHREAD_PIECES];
    make_case(&in.c, 1, n, b->toy ? 40 : 400, rows, 100);
    int32_t *score = gw_malloc(n, sizeof *score);
    in.order = gw_malloc(n, sizeof *in.order);
    if (!score || !in.order)
        exit(104);
    gw_gputhread_pieces(&in.c.t, piece, bytes);
    if (gw_thread_order(&in.c.t, in.order, &err) != GW_OK ||
        gw_gpu_tables_send(b->g, piece, bytes, GW_GPUTHREAD_PIECES, &in.kept, &err) != GW_OK)
        die(&err);
    measure(b, &(kernel_t){"threading", "T cells/s", (double)in.c.t.off[n] * rows, 12.9, run_thread,
                           check_thread, &in, score, n * sizeof *score});
    gw_gpu_tables_free(in.kept);
    free(score);
    free(in.order);
    drop_case(&in.c);
}

/* 2f. seeds: reads of a reference of 64 million letters, its table on the device beforehand */
typedef struct {
    seedings_t x;
    gw_gpu_tables_t *kept;
    gw_seeding_out_t got;
} seeds_input_t;

static gw_status_t run_seeds(gw_gpu_t *g, void *input, void *out, gw_err_t *err)
{
    seeds_input_t *in = input;
    (void)out;
    gw_status_t st = gw_seeding_start(&in->got, in->x.b.n, err);
    if (st != GW_OK)
        return st;
    if (in->got.candidate) /* those of the run before */
        memset(in->got.candidate, 0x5a, in->got.cap_candidates * sizeof *in->got.candidate);
    return gw_gpuseeding_run(g, in->kept, &in->x.table, &in->x.b, 0, in->x.b.n, &in->got, err);
}

static int64_t check_seeds(void *input, const void *out)
{
    seeds_input_t *in = input;
    const gw_seeding_out_t *x = &in->got;
    gw_seeding_out_t y = {0};
    int64_t wrong = 0;
    gw_err_t err = {0};
    (void)out;
    if (gw_seeding_start(&y, in->x.b.n, &err) != GW_OK ||
        gw_seeding_ref(&in->x.table, &in->x.b, 0, in->x.b.n, &y, &err) != GW_OK)
        die(&err);
    for (size_t i = 0; i < in->x.b.n; i++) {
        size_t n = (size_t)(y.first[i + 1] - y.first[i]);
        wrong += x->first[i + 1] != y.first[i + 1] || x->n_skipped[i] != y.n_skipped[i] ||
                 (n > 0 && memcmp(x->candidate + x->first[i], y.candidate + y.first[i],
                                  n * sizeof *y.candidate) != 0);
    }
    gw_seeding_release(&y);
    return wrong;
}

static void seeding(bench_t *b)
{
    static const seedings_plan_t plan = {64000000, 0, 0, 22, 400000, 150, 150, 10},
                                 toy = {4000, 0, 0, 8, 40, 150, 150, 10};
    seeds_input_t in = {0};
    gw_rng_t rng;
    gw_err_t err = {0};
    const void *piece[GW_GPUSEEDING_PIECES];
    uint64_t bytes[GW_GPUSEEDING_PIECES];
    gw_rng_init(&rng, 1);
    if (!seedings_init(&in.x, &rng, b->toy ? &toy : &plan))
        exit(104);
    gw_gpuseeding_pieces(&in.x.table, piece, bytes);
    if (gw_gpu_tables_send(b->g, piece, bytes, GW_GPUSEEDING_PIECES, &in.kept, &err) != GW_OK)
        die(&err);
    measure(b, &(kernel_t){"seeding", "T letters/s", 150.0 * (double)in.x.b.n, 0, run_seeds,
                           check_seeds, &in, NULL, 0});
    gw_gpu_tables_free(in.kept);
    gw_seeding_release(&in.got);
    seedings_release(&in.x);
}

int main(int argc, char **argv)
{
    bench_t b = {0};
    gw_err_t err = {0};
    const char *why;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--toy") == 0)
            b.toy = true;
        else
            b.device = atoi(argv[i]);
    }
    if (gw_gpu_count(&why) <= b.device) {
        fprintf(stderr, "gpu_bench: no device cuda:%d: %s\n", b.device, why);
        return 77;
    }
    if (gw_gpu_info(b.device, &b.info, &err) != GW_OK ||
        gw_gpu_create(b.device, b.info.budget, &b.g, &err) != GW_OK)
        die(&err);
    printf("card\t%s\t%d multiprocessors\tsm_%d%d\n\n", b.info.name, b.info.processors, b.info.major,
           b.info.minor);
    rates(&b);
    transfers(&b);
    printf("\nkernel\tcheck\tunit\tkernels\thost to host\tspread\tof limit\n");
    alignment(&b);
    likelihoods(&b);
    products(&b);
    kinship(&b);
    threading(&b);
    seeding(&b);
    gw_gpu_destroy(b.g);
    return b.wrong ? 1 : 0;
}
