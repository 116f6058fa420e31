#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <htslib/hts_log.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/text.h"
#include "base/thread.h"
#include "cli/command.h"

/* 1. shared options */
#define AT(f) offsetof(gw_common_t, f)
static const struct {
    unsigned bit;
    gw_opt_t opt;
} common_rows[] = {
    {GW_COMMON_OUTPUT,
     {.name = "output",
      .letter = 'o',
      .type = GW_OPT_STRING,
      .offset = AT(output),
      .arg = "FILE",
      .help = "write here instead of stdout; the file appears when it is complete"}},
    {GW_COMMON_THREADS,
     {.name = "threads",
      .letter = '@',
      .type = GW_OPT_INT,
      .offset = AT(threads),
      .arg = "N",
      .min = 1,
      .max = 1024,
      .help = "total threads (default: the cores this process may use); never changes the output"}},
    {GW_COMMON_DEVICE,
     {.name = "device",
      .type = GW_OPT_STRING,
      .offset = AT(device),
      .arg = "DEV",
      .dflt = "auto",
      .help = "where bulk work runs: auto, cpu, cuda or cuda:N; never changes the output"}},
    {GW_COMMON_MEM,
     {.name = "max-mem",
      .type = GW_OPT_SIZE,
      .offset = AT(max_mem),
      .arg = "SIZE",
      .min = 1 << 20,
      .max = 0x1p60,
      .help = "memory that buffers may take before they spill to disk"}},
    {GW_COMMON_TMP,
     {.name = "tmp-dir",
      .type = GW_OPT_STRING,
      .offset = AT(tmp_dir),
      .arg = "DIR",
      .help = "folder for temporary files (default: $TMPDIR or /tmp)"}},
    {GW_COMMON_SEED,
     {.name = "seed",
      .type = GW_OPT_INT,
      .offset = AT(seed),
      .arg = "N",
      .dflt = "1",
      .min = 0,
      .max = 9007199254740992.0,
      .help = "seed of every random choice"}},
    {GW_COMMON_REPORT,
     {.name = "report",
      .type = GW_OPT_STRING,
      .offset = AT(report),
      .arg = "FILE",
      .help = "also write a self-contained HTML report"}},
    {GW_COMMON_REPORT,
     {.name = "json",
      .type = GW_OPT_STRING,
      .offset = AT(json),
      .arg = "FILE",
      .help = "also write the report's figures as JSON"}},
    {GW_COMMON_PG,
     {.name = "no-PG",
      .type = GW_OPT_FLAG,
      .offset = AT(no_pg),
      .help = "leave version and command line out of the output's header"}},
    {GW_COMMON_PROGRESS,
     {.name = "progress",
      .type = GW_OPT_CHOICE,
      .offset = AT(progress),
      .arg = "WHEN",
      .dflt = "auto",
      .choices = "auto|on|off",
      .help = "progress on stderr; auto: when it is a terminal"}},
    {0,
     {.name = "log-format",
      .type = GW_OPT_CHOICE,
      .offset = AT(log_format),
      .arg = "FORMAT",
      .dflt = "text",
      .choices = "text|json",
      .help = "form of the messages on stderr"}},
    {0,
     {.name = "verbosity",
      .type = GW_OPT_CHOICE,
      .offset = AT(verbosity),
      .arg = "LEVEL",
      .dflt = "info",
      .choices = "error|warning|info|debug",
      .help = "least important message shown"}},
    {0,
     {.name = "help", .letter = 'h', .type = GW_OPT_FLAG, .offset = AT(help), .help = "this text"}},
};
#undef AT
enum { N_COMMON = sizeof common_rows / sizeof *common_rows };

static size_t common_table(const gw_command_t *c, gw_opt_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < N_COMMON; i++) {
        if (common_rows[i].bit && !(c->common & common_rows[i].bit))
            continue;
        out[n] = common_rows[i].opt;
        if (common_rows[i].bit == GW_COMMON_MEM)
            out[n].dflt = c->max_mem;
        out[n].group = n == 0 ? "Shared options" : NULL;
        n++;
    }
    return n;
}

/* 2. documents */
void gw_cli_help(const gw_command_t *c, FILE *out)
{
    gw_opt_t common[N_COMMON];
    fprintf(out, "genowarp %s - %s\n\nUsage:\n", c->name, c->summary);
    for (const char *const *u = c->usage; *u; u++)
        fprintf(out, "  genowarp %s %s\n", c->name, *u);
    fputc('\n', out);
    gw_text_wrap(out, c->description, 0, 0, 96);
    gw_opts_t set[2] = {{c->opts, c->n_opts, NULL}, {common, common_table(c, common), NULL}};
    gw_opts_help(set, 2, out);
    if (c->examples && *c->examples) {
        fputs("\nExamples:\n", out);
        for (const char *const *e = c->examples; *e; e++)
            fprintf(out, "  %s\n", *e);
    }
}

void gw_cli_man_options(const gw_command_t *c, FILE *out)
{
    gw_opt_t common[N_COMMON];
    gw_opts_t set[2] = {{c->opts, c->n_opts, NULL}, {common, common_table(c, common), NULL}};
    gw_opts_man(set, 2, out);
}

size_t gw_cli_rows(const gw_command_t *c, gw_opt_t *out, size_t max)
{
    gw_opt_t common[N_COMMON];
    size_t n_common = common_table(c, common), n = 0;
    for (size_t i = 0; i < c->n_opts && n < max; i++)
        out[n++] = c->opts[i];
    for (size_t i = 0; i < n_common && n < max; i++)
        out[n++] = common[i];
    return n;
}

static void main_help(FILE *out)
{
    fputs("genowarp - from reads to variants, families, components and folds\n\n"
          "Usage:\n  genowarp COMMAND [OPTIONS] [FILES]\n\nCommands:\n",
          out);
    for (const gw_command_t *const *c = gw_commands; *c; c++)
        fprintf(out, "  %-9s %s\n", (*c)->name, (*c)->summary);
    fputs("\n  genowarp COMMAND --help      every option of a command\n"
          "  genowarp --version           the version number\n"
          "  genowarp completion bash|zsh a completion script\n",
          out);
}

/* 3. running */
static const gw_command_t *command_find(const char *name)
{
    for (const gw_command_t *const *c = gw_commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

static char *command_line(int argc, char **argv)
{
    size_t len = 16;
    for (int i = 1; i < argc; i++)
        len += strlen(argv[i]) + 1;
    char *s = gw_malloc(len, 1);
    if (!s)
        return NULL;
    strcpy(s, "genowarp");
    char *p = s + 8;
    for (int i = 1; i < argc; i++) {
        *p++ = ' ';
        for (const char *q = argv[i]; *q; q++)
            *p++ = *q == '\t' || *q == '\n' || *q == '\r' ? ' ' : *q; /* header lines are lines */
    }
    *p = '\0';
    return s;
}

static int fail(const gw_err_t *e)
{
    gw_log_error("%s", e->msg[0] ? e->msg : "failed without a message");
    return e->status;
}

/* What a command prints must reach its reader: a full disk shows up at the last flush. */
static gw_status_t close_stdout(gw_err_t *err)
{
    bool bad = ferror(stdout) != 0;
    if (fflush(stdout) != 0 || bad)
        return gw_err_set(err, GW_EIO, "stdout: writing failed: %s; is the disk full?",
                          strerror(errno));
    return GW_OK;
}

static gw_status_t run_parsed(gw_invocation_t *inv, gw_err_t *err)
{
    const gw_command_t *c = inv->command;
    gw_common_t *m = &inv->common;
    gw_log_init(&(gw_log_config_t){(gw_log_level_t)m->verbosity, m->log_format == 1,
                                   (gw_progress_mode_t)m->progress, c->name});
    if (m->help) {
        gw_cli_help(c, stdout);
        return GW_OK;
    }
    if (inv->operands.n < c->min_operands)
        return gw_err_set(err, GW_EUSAGE, "too few files given; usage: genowarp %s %s", c->name,
                          c->usage[0]);
    if (inv->operands.n > c->max_operands)
        return gw_err_set(err, GW_EUSAGE, "one file too many: %s; usage: genowarp %s %s",
                          inv->operands.v[c->max_operands], c->name, c->usage[0]);
    if (m->threads == 0)
        m->threads = gw_thread_cores();
    const char *late[] = {m->report, m->json}; /* not after hours of work */
    for (size_t i = 0; i < 2; i++) {
        gw_status_t st = late[i] ? gw_outfile_probe(late[i], err) : GW_OK;
        if (st != GW_OK)
            return st;
    }
    return c->run(inv, err);
}

static int command_run(const gw_command_t *c, int argc, char **argv)
{
    gw_err_t err = {0};
    gw_opt_t common[N_COMMON];
    gw_invocation_t inv = {.command = c};
    gw_log_init(&(gw_log_config_t){GW_LOG_INFO, false, GW_PROGRESS_AUTO, c->name});
    inv.opts = gw_calloc(1, c->opts_size ? c->opts_size : 1);
    bool *seen = gw_calloc(c->n_opts + N_COMMON, sizeof *seen);
    char *line = command_line(argc, argv);
    gw_opts_t set[2] = {{c->opts, c->n_opts, inv.opts},
                        {common, common_table(c, common), &inv.common}};
    inv.seen = seen;
    inv.command_line = line;
    gw_status_t st = inv.opts && seen && line ? GW_OK : gw_err_nomem(&err, "starting");
    if (st == GW_OK)
        st = gw_opts_defaults(set, 2, &err);
    if (st == GW_OK) {
        st = gw_opts_parse(set, 2, argc - 2, argv + 2, &inv.operands, seen, &err);
        if (inv.common.help)
            st = GW_OK; /* help is given whatever else is wrong on the line */
    }
    if (st == GW_OK)
        st = run_parsed(&inv, &err);
    gw_progress_end();
    if (st == GW_OK)
        st = close_stdout(&err);
    int code = st == GW_OK ? 0 : fail(&err);
    if (inv.opts)
        gw_opts_release(set, 2);
    free(inv.operands.v);
    free(inv.opts);
    free(seen);
    free(line);
    return code;
}

/* "genowarp doc man-options COMMAND": used by the build to keep man pages true; undocumented */
static int document(int argc, char **argv)
{
    const gw_command_t *c = argc == 4 ? command_find(argv[3]) : NULL;
    if (!c || strcmp(argv[2], "man-options") != 0)
        return GW_EUSAGE;
    gw_cli_man_options(c, stdout);
    return 0;
}

static int unknown_command(const char *name)
{
    const char *words[32];
    size_t n = 0;
    for (const gw_command_t *const *c = gw_commands; *c && n < 32; c++)
        words[n++] = (*c)->name;
    int i = gw_text_nearest(name, words, n);
    if (i >= 0)
        gw_log_error("unknown command %s; did you mean %s?", name, words[i]);
    else
        gw_log_error("unknown command %s; genowarp --help lists them", name);
    return GW_EUSAGE;
}

int gw_cli_main(int argc, char **argv)
{
    gw_outfile_catch_signals();
    hts_set_log_level(HTS_LOG_OFF);                 /* one clear line is ours to write */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core file would hold patients' reads */
    if (argc < 2) {
        main_help(stderr);
        return GW_EUSAGE;
    }
    const char *a = argv[1];
    gw_err_t err = {0};
    int code = 0;
    const gw_command_t *c = command_find(a);
    if (c)
        return command_run(c, argc, argv);
    if (strcmp(a, "--version") == 0 || strcmp(a, "version") == 0) {
        puts(PACKAGE_VERSION);
    } else if (strcmp(a, "--help") == 0 || strcmp(a, "-h") == 0 || strcmp(a, "help") == 0) {
        if (argc > 2 && a[0] != '-') {
            c = command_find(argv[2]);
            if (!c)
                return unknown_command(argv[2]);
            gw_cli_help(c, stdout);
        } else {
            main_help(stdout);
        }
    } else if (strcmp(a, "completion") == 0) {
        if (argc != 3 || (strcmp(argv[2], "bash") != 0 && strcmp(argv[2], "zsh") != 0)) {
            gw_log_error("usage: genowarp completion bash|zsh");
            return GW_EUSAGE;
        }
        gw_cli_completion(argv[2], stdout);
    } else if (strcmp(a, "doc") == 0) {
        code = document(argc, argv);
    } else {
        return unknown_command(a);
    }
    if (code == 0 && close_stdout(&err) != GW_OK)
        return fail(&err);
    return code;
}
