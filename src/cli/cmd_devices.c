#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cuda/gpu.h"
#include "engine/selfcheck.h"

typedef struct {
    bool self_check;
} opts_t;

static const gw_opt_t rows[] = {
    {.name = "self-check",
     .type = GW_OPT_FLAG,
     .offset = offsetof(opts_t, self_check),
     .help = "check longer (40 rounds instead of 4) and list each kernel at each SIMD level and device"},
};

static void print_levels(void)
{
    const char *between = "";
    for (int l = GW_CPU_REF; l < GW_CPU_LEVELS; l++)
        if (gw_cpu_has((gw_cpu_level_t)l)) {
            printf("%s%s", between, gw_cpu_level_name((gw_cpu_level_t)l));
            between = ",";
        }
}

static const char *verdict(const gw_selfcheck_row_t *row, int n)
{
    for (int i = 0; i < n; i++)
        if (row[i].wrong)
            return "FAILED";
    return "ok";
}

static void print_cpu(const gw_selfcheck_row_t *row, int n)
{
    gw_cpu_info_t cpu;
    char memory[32];
    gw_cpu_info(&cpu);
    printf("engine\tmodel\tcores\tmemory\tbudget\tavailable\tused\tself_check\n");
    printf("cpu\t%s\t%d\t%s\t.\t", cpu.model, cpu.cores, gw_text_bytes(cpu.memory, memory));
    print_levels();
    printf("\t%s\t%s\n", gw_cpu_level_name(gw_cpu_level()), verdict(row, n));
}

/* One device's line. A device that cannot run the check is not an error of this command: the line
 * says so, the reason goes to stderr, and align and the others would do without it too. */
static gw_status_t check_device(int device, uint64_t seed, int rounds, gw_selfcheck_row_t *row,
                                int *n, gw_err_t *err)
{
    gw_gpu_info_t gpu;
    char memory[32], budget[32];
    *n = 0;
    gw_status_t st = gw_gpu_info(device, &gpu, err);
    if (st == GW_OK)
        st = gw_selfcheck_device(device, seed, rounds, row, n, err);
    if (st == GW_ENODEVICE) {
        *n = 0;
        gw_log_warning("%s", err->msg);
        printf("cuda:%d\t.\t0\t0\t0\t.\t.\tunusable\n", device);
        return GW_OK;
    }
    if (st == GW_OK)
        printf("cuda:%d\t%s\t%d\t%s\t%s\tsm_%d%d\tsm_%d%d\t%s\n", device, gpu.name,
               gpu.processors, gw_text_bytes(gpu.memory, memory), gw_text_bytes(gpu.budget, budget),
               gpu.major, gpu.minor, gpu.major, gpu.minor, verdict(row, *n));
    return st;
}

static void print_kernels(const gw_selfcheck_row_t *row, int n)
{
    printf("\nkernel\tengine\tanswers\twrong\tself_check\n");
    for (int i = 0; i < n; i++) {
        char engine[32];
        if (row[i].device < 0)
            snprintf(engine, sizeof engine, "%s", gw_cpu_level_name(row[i].level));
        else
            snprintf(engine, sizeof engine, "cuda:%d", row[i].device);
        printf("%s\t%s\t%lld\t%lld\t%s\n", row[i].kernel, engine, (long long)row[i].answers,
               (long long)row[i].wrong, verdict(&row[i], 1));
    }
}

static gw_status_t report_wrong(const gw_selfcheck_row_t *row, int n, gw_err_t *err)
{
    for (int i = 0; i < n; i++) {
        if (row[i].wrong && row[i].device < 0)
            return gw_err_set(err, GW_EINTERNAL,
                              "self-check: %s at level %s gave %lld wrong answers of %lld; set "
                              "GENOWARP_SIMD=ref and report this machine",
                              row[i].kernel, gw_cpu_level_name(row[i].level),
                              (long long)row[i].wrong, (long long)row[i].answers);
        if (row[i].wrong)
            return gw_err_set(err, GW_EINTERNAL,
                              "self-check: %s on cuda:%d gave %lld wrong answers of %lld; use "
                              "--device cpu and report this card",
                              row[i].kernel, row[i].device, (long long)row[i].wrong,
                              (long long)row[i].answers);
    }
    return GW_OK;
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const opts_t *o = inv->opts;
    uint64_t seed = (uint64_t)inv->common.seed;
    int rounds = o->self_check ? 40 : 4, n = 0;
    const char *why;
    int n_devices = gw_gpu_count(&why);
    gw_selfcheck_row_t *row = gw_calloc((size_t)n_devices + 1, GW_SELFCHECK_ROWS * sizeof *row);
    if (!row)
        return gw_err_nomem(err, "checking the kernels");
    gw_status_t st = gw_cpu_check(err);
    if (st == GW_OK)
        st = gw_selfcheck_run(seed, rounds, row, &n, err);
    if (st == GW_OK)
        print_cpu(row, n);
    for (int d = 0; d < n_devices && st == GW_OK; d++) {
        int more;
        st = check_device(d, seed, rounds, row + n, &more, err);
        n += more;
    }
    if (st == GW_OK && n_devices == 0)
        printf("cuda\t%s\t0\t0\t0\t.\t.\tabsent\n", why);
    if (st == GW_OK && o->self_check)
        print_kernels(row, n);
    if (st == GW_OK)
        st = report_wrong(row, n, err);
    free(row);
    return st;
}

static const char *const usage[] = {"[--self-check]", NULL};
static const char *const examples[] = {"genowarp devices", "genowarp devices --self-check",
                                       "GENOWARP_SIMD=avx2 genowarp devices", NULL};

const gw_command_t gw_cmd_devices = {
    .name = "devices",
    .summary = "which engines this machine has, and a self-check",
    .usage = usage,
    .description =
        "Lists what can do the heavy computing here: the processor with its SIMD levels, and\n"
        "CUDA devices with the memory that commands let themselves use. Runs every kernel on\n"
        "random batches and compares it with the plain reference; a wrong answer is exit\n"
        "status 70. The tables go to stdout.",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(opts_t),
    .common = GW_COMMON_SEED,
    .run = run,
};
