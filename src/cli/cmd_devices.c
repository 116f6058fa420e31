#include <config.h>

#include <stdio.h>

#include "base/text.h"
#include "cli/command.h"
#include "engine/selfcheck.h"

typedef struct {
    bool self_check;
} opts_t;

static const gw_opt_t rows[] = {
    {.name = "self-check",
     .type = GW_OPT_FLAG,
     .offset = offsetof(opts_t, self_check),
     .help = "check longer (40 rounds instead of 4) and list each kernel at each SIMD level"},
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

static void print_engines(bool right)
{
    gw_cpu_info_t cpu;
    char memory[32];
    gw_cpu_info(&cpu);
    printf("engine\tmodel\tcores\tmemory\tsimd_available\tsimd_used\tself_check\n");
    printf("cpu\t%s\t%d\t%s\t", cpu.model, cpu.cores, gw_text_bytes(cpu.memory, memory));
    print_levels();
    printf("\t%s\t%s\n", gw_cpu_level_name(gw_cpu_level()), right ? "ok" : "FAILED");
    printf("cuda\tnot in this build\t0\t0\t.\t.\tabsent\n");
}

static void print_kernels(const gw_selfcheck_row_t *row, int n)
{
    printf("\nkernel\tsimd\tanswers\twrong\tself_check\n");
    for (int i = 0; i < n; i++)
        printf("%s\t%s\t%lld\t%lld\t%s\n", row[i].kernel, gw_cpu_level_name(row[i].level),
               (long long)row[i].answers, (long long)row[i].wrong, row[i].wrong ? "FAILED" : "ok");
}

static gw_status_t run(gw_invocation_t *inv, gw_err_t *err)
{
    const opts_t *o = inv->opts;
    gw_selfcheck_row_t row[GW_SELFCHECK_ROWS];
    int n = 0;
    const gw_selfcheck_row_t *bad = NULL;
    gw_status_t st = gw_cpu_check(err);
    if (st == GW_OK)
        st = gw_selfcheck_run((uint64_t)inv->common.seed, o->self_check ? 40 : 4, row, &n, err);
    if (st != GW_OK)
        return st;
    for (int i = 0; i < n; i++)
        if (row[i].wrong)
            bad = &row[i];
    print_engines(!bad);
    if (o->self_check)
        print_kernels(row, n);
    if (bad)
        return gw_err_set(err, GW_EINTERNAL,
                          "self-check: %s at level %s gave %lld wrong answers of %lld; set "
                          "GENOWARP_SIMD=ref and report this machine",
                          bad->kernel, gw_cpu_level_name(bad->level), (long long)bad->wrong,
                          (long long)bad->answers);
    return GW_OK;
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
        "CUDA devices. Runs every kernel on random batches and compares it with the plain\n"
        "reference; a wrong answer is exit status 70. The tables go to stdout.",
    .examples = examples,
    .opts = rows,
    .n_opts = sizeof rows / sizeof *rows,
    .opts_size = sizeof(opts_t),
    .common = GW_COMMON_SEED,
    .run = run,
};
