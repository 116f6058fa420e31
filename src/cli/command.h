/* src/cli/command.h -- what a subcommand is, and the options that all of them share
 *
 * Contents: 1. shared options  2. commands  3. the table of commands
 * A command parses nothing itself: it declares rows (base/opts.h), gets a filled struct, calls its
 * room, and reports.
 */
#ifndef GW_CLI_COMMAND_H
#define GW_CLI_COMMAND_H

#include "base/opts.h"
#include "base/report.h"
#include "base/status.h"

/* 1. shared options: a command lists the groups it honours; the rest are unknown to it */
enum {
    GW_COMMON_OUTPUT = 1,  /* -o */
    GW_COMMON_THREADS = 2, /* -@ */
    GW_COMMON_DEVICE = 4,  /* --device */
    GW_COMMON_MEM = 8,     /* --max-mem */
    GW_COMMON_TMP = 16,    /* --tmp-dir */
    GW_COMMON_SEED = 32,   /* --seed */
    GW_COMMON_REPORT = 64, /* --report, --json */
    GW_COMMON_PG = 128,    /* --no-PG */
    GW_COMMON_PROGRESS = 256
    /* --log-format, --verbosity, --help: always */
};

typedef struct {
    const char *output;  /* NULL = stdout */
    int64_t threads;     /* filled with the usable cores when not given */
    const char *device;  /* "auto", "cpu", "cuda", "cuda:N": checked by the engine */
    uint64_t max_mem;    /* bytes */
    const char *tmp_dir; /* NULL = $TMPDIR or /tmp */
    int64_t seed;
    const char *report, *json;
    bool no_pg;
    int progress, log_format, verbosity;
    bool help;
} gw_common_t;

/* 2. commands */
typedef struct gw_command gw_command_t;
typedef struct {
    const gw_command_t *command;
    void *opts;       /* the command's own struct, filled */
    const bool *seen; /* by row of the command's own table: was it given? */
    gw_common_t common;
    gw_strlist_t operands;
    const char *command_line; /* as typed, for @PG and ##genowarpCommand */
} gw_invocation_t;

struct gw_command {
    const char *name, *summary;
    const char *const *usage;    /* synopsis lines without "genowarp NAME"; NULL-ended */
    const char *description;     /* a paragraph: what goes in, what comes out, on which stream */
    const char *const *examples; /* command lines that work; NULL-ended; may be NULL */
    const gw_opt_t *opts;
    size_t n_opts, opts_size;
    unsigned common;     /* GW_COMMON_* */
    const char *max_mem; /* the default of --max-mem as text, with GW_COMMON_MEM */
    size_t min_operands, max_operands;
    gw_status_t (*run)(gw_invocation_t *inv, gw_err_t *err);
};

/* 3. the table of commands: src/cli/commands.c, in the order of help; NULL-ended */
extern const gw_command_t *const gw_commands[];
extern const gw_command_t gw_cmd_index, gw_cmd_align, gw_cmd_call, gw_cmd_cluster, gw_cmd_pca,
    gw_cmd_fold, gw_cmd_devices, gw_cmd_check;

/* Runs argv as the program would; returns its exit code. */
int gw_cli_main(int argc, char **argv);
/* The page sections that come from tables, for gw_cli_main's "doc" and for tests. */
void gw_cli_help(const gw_command_t *c, FILE *out);
void gw_cli_man_options(const gw_command_t *c, FILE *out);
/* Every row a command has, its own first; returns how many (at most max). */
size_t gw_cli_rows(const gw_command_t *c, gw_opt_t *out, size_t max);
void gw_cli_completion(const char *shell, FILE *out);

#endif
