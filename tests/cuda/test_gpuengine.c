/* the engine with emulated devices: the answers of the CPU for every job, also when memory is short
 * and when any one call of the runtime fails */
#include <config.h>

#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "cuda/emu/counts.h"
#include "engine/engine.h"
#include "tests/cuda/emutest.h"
#include "tests/kernels/genos.h"
#include "tests/kernels/pairs.h"
#include "tests/kernels/reads.h"
#include "tests/kernels/seedings.h"
#include "tests/kernels/threads.h"

/* 1. one input of each job, and what the CPU makes of it */
enum { PAIRS = 40, KIN_ROW = 24, AT_START = 3 };
enum { SCORE, ENDS, GLOBAL, GAPLESS, IDENT, PAIRHMM, THREAD, LEFT, APPLY, SQUARE, KINSHIP, SEED, JOBS };
typedef struct {
    pairs_t pairs;
    gw_extend_params_t params;
    int32_t diag[PAIRS], width[PAIRS];
    gw_ident_params_t ident;
    gw_ident_band_t band[PAIRS];
    uint8_t ask[PAIRS];
    reads_t reads;
    case_t lib;
    set_t genos;
    gw_thread_pack_t *pack;
    seedings_t seeds;
} inputs_t;

static void inputs_init(inputs_t *x)
{
    const reads_plan_t plan = {4, 3, 3, 20, 60, 30, 90, 20, 0, 45};
    const size_row_t size = {67, 90, 0.05};
    gw_err_t err = {0};
    gw_rng_t rng;
    gw_rng_init(&rng, 3);
    gw_extend_params_dna(&x->params, 1, -4, -1, 6, 1, 5);
    ck_assert(pairs_init(&x->pairs, PAIRS, PAIRS * 300));
    for (size_t i = 0; i < PAIRS; i++) {
        pairs_add(&x->pairs, i, &rng, 4, 20 + (int32_t)gw_rng_below(&rng, 100),
                  20 + (int32_t)gw_rng_below(&rng, 150), 15);
        x->diag[i] = 0;
        x->width[i] = i % 3 ? -1 : 160;
        x->band[i] = i % 4 ? (gw_ident_band_t){-30 - (int32_t)i, 40} : (gw_ident_band_t){1, 0};
        x->ask[i] = (uint8_t)(i % 3 + (i % 5 == 0 ? GW_IDENT_TURNED : 0));
    }
    x->ident = (gw_ident_params_t){.n_letters = 5,
                                   .n_count = 4,
                                   .gap_open = 20,
                                   .gap_extend = 2,
                                   .ends_free = true,
                                   .id_num = 80,
                                   .id_den = 100};
    for (int k = 0; k < 25; k++)
        x->ident.matrix[k] = k % 6 == 0 ? 2 : -4;
    ck_assert(reads_init(&x->reads, &rng, &plan));
    make_case(&x->lib, 4, 100, 20, 50, 120);
    ck_assert_int_eq(gw_thread_pack_create(&x->lib.t, &x->pack, &err), GW_OK);
    set_init(&x->genos, &size);
    ck_assert(seedings_init(&x->seeds, &rng,
                            &(seedings_plan_t){3000, 200, 30, 8, 40, 100, 150, 20}));
}

static void inputs_release(inputs_t *x)
{
    pairs_release(&x->pairs);
    reads_release(&x->reads);
    drop_case(&x->lib);
    gw_thread_pack_destroy(x->pack);
    set_release(&x->genos);
    seedings_release(&x->seeds);
}

/* what the seeds job answered, as bytes */
static uint8_t *seeds_bytes(const gw_seeding_out_t *s, size_t reads, size_t *n)
{
    size_t each = reads * sizeof(int32_t), first = (reads + 1) * sizeof(int64_t);
    size_t all = (size_t)s->first[reads] * sizeof *s->candidate;
    *n = 2 * each + first + all;
    uint8_t *out = gw_malloc(*n, 1);
    ck_assert_ptr_nonnull(out);
    memcpy(out, s->n_seeds, each);
    memcpy(out + each, s->n_skipped, each);
    memcpy(out + 2 * each, s->first, first);
    memcpy(out + 2 * each + first, s->candidate, all);
    return out;
}

/* Runs job number k; its answers, as bytes that the caller frees. */
static uint8_t *run_job(gw_engine_t *e, const inputs_t *x, int k, size_t *n)
{
    gw_extend_in_t pairs = {&x->pairs.b, &x->params, x->diag, x->width};
    gw_ident_batch_t questions = {x->pairs.b, x->band, x->ask, NULL};
    gw_ident_in_t ident = {&questions, &x->ident};
    gw_thread_in_t lib = {x->pack, &x->lib.q};
    gw_gram_in_t gram = {GW_GRAM_LEFT, &x->genos.b, TILES, x->genos.q};
    size_t samples = (size_t)x->genos.b.n_samples, variants = (size_t)x->genos.b.n_variants;
    gw_err_t err = {0};
    gw_status_t st;
    *n = k == SCORE || k == GAPLESS ? PAIRS * sizeof(int32_t)
         : k == ENDS                ? PAIRS * sizeof(gw_extend_hit_t)
         : k == IDENT               ? PAIRS * sizeof(gw_ident_answer_t)
         : k == PAIRHMM             ? x->reads.n_results * sizeof(double)
         : k == THREAD              ? x->lib.t.n * sizeof(int32_t)
         : k == LEFT                ? variants * TILES * L * sizeof(float)
         : k == APPLY               ? samples * TILES * L * sizeof(float)
         : k == SQUARE              ? (samples + D - 1) / D * samples * D * sizeof(double)
         : k == KINSHIP             ? 4 * PAIRS * (PAIRS - 1) / 2 * sizeof(int32_t)
                                    : 0; /* told by the answer */
    uint8_t *out = gw_aligned_alloc(64, *n, 1);
    ck_assert_ptr_nonnull(out);
    memset(out, 0, *n);
    gw_extend_cigars_t c = {0};
    switch (k) {
    case SCORE:
        st = gw_engine_run(e, GW_JOB_EXTEND_SCORE, &pairs, out, &err);
        break;
    case ENDS:
        st = gw_engine_run(e, GW_JOB_EXTEND_ENDS, &pairs, out, &err);
        break;
    case GLOBAL: {
        int64_t off[PAIRS + 1];
        int32_t score[PAIRS];
        c.score = score;
        c.cigar_off = off;
        st = gw_engine_run(e, GW_JOB_EXTEND_GLOBAL, &pairs, &c, &err);
        ck_assert_msg(st == GW_OK, "%s", err.msg);
        *n = sizeof off + sizeof score + c.n_cigar * sizeof *c.cigar;
        free(out);
        out = gw_malloc(*n, 1);
        ck_assert_ptr_nonnull(out);
        memcpy(out, off, sizeof off);
        memcpy(out + sizeof off, score, sizeof score);
        memcpy(out + sizeof off + sizeof score, c.cigar, c.n_cigar * sizeof *c.cigar);
        free(c.cigar);
        break;
    }
    case KINSHIP: {
        gw_gram_kin_t kin = {PAIRS, KIN_ROW, x->pairs.query}; /* any bytes will do */
        st = gw_engine_run(e, GW_JOB_KINSHIP, &kin, out, &err);
        if (st == GW_OK) /* numbers are added, so twice must not be once */
            st = gw_engine_run(e, GW_JOB_KINSHIP, &kin, out, &err);
        break;
    }
    case GAPLESS:
        st = gw_engine_run(e, GW_JOB_EXTEND_GAPLESS, &pairs, out, &err);
        break;
    case IDENT: {
        gw_ident_answer_t answer[PAIRS];
        st = gw_engine_run(e, GW_JOB_EXTEND_IDENT, &ident, answer, &err);
        for (int i = 0; i < PAIRS && st == GW_OK; i++) { /* without what means nothing */
            ((gw_ident_answer_t *)out)[i].score = answer[i].score;
            ((gw_ident_answer_t *)out)[i].value = answer[i].score > 0 ? answer[i].value : 0;
        }
        break;
    }
    case PAIRHMM:
        st = gw_engine_run(e, GW_JOB_PAIRHMM, &x->reads.b, out, &err);
        break;
    case THREAD:
        st = gw_engine_run(e, GW_JOB_THREAD, &lib, out, &err);
        break;
    case SEED: {
        gw_seeding_out_t seeds = {0};
        gw_seeding_in_t in = {&x->seeds.table, &x->seeds.b};
        free(out);
        st = gw_engine_run(e, GW_JOB_SEED, &in, &seeds, &err);
        if (st == GW_OK) /* a second batch finds the table there */
            st = gw_engine_run(e, GW_JOB_SEED, &in, &seeds, &err);
        ck_assert_msg(st == GW_OK, "%s", err.msg);
        out = seeds_bytes(&seeds, x->seeds.b.n, n);
        gw_seeding_release(&seeds);
        break;
    }
    default:
        gram.op = k == LEFT ? GW_GRAM_LEFT : k == APPLY ? GW_GRAM_APPLY : GW_GRAM_SQUARE;
        st = gw_engine_run(e, GW_JOB_GRAM, &gram, out, &err);
        if (k == SQUARE) /* sums are added to, so twice must not be once */
            st = gw_engine_run(e, GW_JOB_GRAM, &gram, out, &err);
        break;
    }
    ck_assert_msg(st == GW_OK, "job %d: %s", k, err.msg);
    return out;
}

static void check_job(const char *device, int threads, const inputs_t *x, int k, const char *what)
{
    gw_engine_t *cpu, *cuda;
    gw_err_t err = {0};
    size_t n, m;
    cuemu_counts_t before;
    cuemu_counts(&before);
    ck_assert_int_eq(gw_engine_create("cpu", 1, &cpu, &err), GW_OK);
    gw_status_t st = gw_engine_create(device, threads, &cuda, &err);
    if (st == GW_ENODEVICE && getenv("CUEMU_FAIL") && atoi(getenv("CUEMU_FAIL")) <= AT_START) {
        gw_engine_destroy(cpu); /* a device that fails before anything was done */
        return;
    }
    ck_assert_msg(st == GW_OK, "%s: %s", what, err.msg);
    uint8_t *want = run_job(cpu, x, k, &n), *got = run_job(cuda, x, k, &m);
    ck_assert_msg(n == m && memcmp(want, got, n) == 0, "job %d differs, device %s, %s", k, device,
                  what);
    free(want);
    free(got);
    gw_engine_destroy(cpu);
    gw_engine_destroy(cuda);
    cuemu_counts_t left;
    cuemu_counts(&left);
    ck_assert_int_eq(left.unfinished, 0);
    if (k != SEED && k != THREAD) /* their tables need not be pinned: they are sent once */
        ck_assert_int_eq(left.pageable, before.pageable);
}

static void setup(void)
{
    gw_log_config_t quiet = {.level = GW_LOG_ERROR};
    gw_log_init(&quiet);
    unsetenv("CUDA_VISIBLE_DEVICES");
    unsetenv("CUEMU_FAIL");
    unsetenv("CUEMU_MEMORY");
    unsetenv("CUEMU_DEVICES");
}

/* 2. tests; rows: jobs */
START_TEST(same_answers)
{
    static inputs_t x;
    inputs_init(&x);
    check_job("cuda", 1, &x, _i, "one thread");
    check_job("cuda:0", 4, &x, _i, "four threads");
    check_job("auto", 3, &x, _i, "shared with the CPU");
    setenv("CUEMU_DEVICES", "3", 1);
    check_job("cuda", 4, &x, _i, "three devices");
    check_job("cuda:2", 2, &x, _i, "the third device");
    inputs_release(&x);
}
END_TEST

/* from room for everything down to room for nothing: halves, single items, the CPU. On the way jobs that
 * can be cut are in more parts than when there is room. */
START_TEST(short_of_memory)
{
    static inputs_t x;
    inputs_init(&x);
    long most = 0, whole = 0;
    for (int kib = 4096; kib >= 4; kib -= kib / 4) {
        char text[32];
        cuemu_counts_t before, after;
        snprintf(text, sizeof text, "%d", kib << 10);
        setenv("CUEMU_MEMORY", text, 1);
        cuemu_counts(&before);
        check_job("cuda", 2, &x, _i, text);
        cuemu_counts(&after);
        long launches = after.launches - before.launches;
        if (kib == 4096)
            whole = launches;
        most = launches > most ? launches : most;
    }
    if (_i != LEFT && _i != APPLY && _i != SQUARE) /* these are one product, or tiles of it */
        ck_assert_msg(most > whole, "%ld kernels at the most, %ld with memory for all", most,
                      whole);
    inputs_release(&x);
}
END_TEST

/* The N-th call fails, for every N of the run: device lost, out of memory. Jobs that add to their answer
 * would show a batch that counts twice. */
START_TEST(failures)
{
    static inputs_t x;
    inputs_init(&x);
    static const int code[] = {700, 2};
    enum { PAST_THE_LAST = 3, MOST = 300 };
    for (int c = 0; c < 2; c++) {
        int n = 1, status = 0;
        for (; n < MOST && status == 0; n++) {
            char text[32];
            snprintf(text, sizeof text, "%d:%d", n, code[c]);
            setenv("CUEMU_FAIL", text, 1);
            pid_t pid = fork(); /* the emulator counts calls by process */
            if (pid == 0) {
                cuemu_counts_t done;
                check_job("cuda", 1, &x, _i, text);
                cuemu_counts(&done);
                exit((code[c] == 2 ? done.allocations : done.calls) < n ? PAST_THE_LAST : 0);
            }
            ck_assert_int_eq(waitpid(pid, &status, 0), pid);
            ck_assert_msg(WIFEXITED(status) &&
                              (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == PAST_THE_LAST),
                          "call %s", text);
        }
        ck_assert_msg(n > 3 && n < MOST, "%d calls", n); /* the run's end was found */
    }
    inputs_release(&x);
}
END_TEST

static const struct {
    const char *device, *devices;
    gw_status_t st;
    const char *text;
} words[] = {
    {"auto", "1", GW_OK, ""},
    {"auto", "0", GW_OK, ""},
    {"cpu", "1", GW_OK, ""},
    {"cuda", "1", GW_OK, ""},
    {"cuda", "0", GW_ENODEVICE, "there is no CUDA device"},
    {"cuda:1", "2", GW_OK, ""},
    {"cuda:2", "2", GW_ENODEVICE, "the last one is cuda:1"},
    {"cuda:x", "1", GW_EUSAGE, "use auto, cpu, cuda or cuda:N"},
    {"cudas", "1", GW_EUSAGE, "use auto, cpu, cuda or cuda:N"},
};

START_TEST(device_words)
{
    gw_engine_t *e;
    gw_err_t err = {0};
    setenv("CUEMU_DEVICES", words[_i].devices, 1);
    ck_assert_int_eq(gw_engine_create(words[_i].device, 1, &e, &err), words[_i].st);
    ck_assert_ptr_nonnull(strstr(err.msg, words[_i].text));
    if (words[_i].st == GW_OK)
        gw_engine_destroy(e);
}
END_TEST

static Suite *make(void)
{
    Suite *s = suite_create("gpuengine");
    TCase *c = tcase_create("gpuengine");
    tcase_add_checked_fixture(c, setup, NULL);
    tcase_add_loop_test(c, same_answers, 0, JOBS);
    tcase_add_loop_test(c, short_of_memory, 0, JOBS);
    tcase_add_loop_test(c, failures, 0, JOBS);
    tcase_add_loop_test(c, device_words, 0, sizeof words / sizeof *words);
    tcase_set_timeout(c, 600);
    suite_add_tcase(s, c);
    return s;
}

GW_CHECK_MAIN(make)
