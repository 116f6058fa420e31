/* src/base/opts.h -- option tables: one row an option feeds the parser, --help, the man page and
 *                    shell completion, so they cannot drift apart
 *
 * Contents: 1. rows  2. parsing  3. documents
 * A command declares a struct and a table whose rows say where in the struct a value goes and,
 * as text, its default: the table is the only place that knows a default.
 */
#ifndef GW_BASE_OPTS_H
#define GW_BASE_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

/* 1. rows */
typedef enum {
    GW_OPT_FLAG,   /* bool; given = true */
    GW_OPT_INT,    /* int64_t within [min,max] */
    GW_OPT_DOUBLE, /* double within [min,max] */
    GW_OPT_SIZE,   /* uint64_t bytes, "4G", within [min,max] */
    GW_OPT_STRING, /* const char *, borrowed from argv; NULL without a default */
    GW_OPT_CHOICE, /* int: position in choices */
    GW_OPT_LIST    /* gw_strlist_t: every value given, in order */
} gw_opt_type_t;

typedef struct {
    const char **v; /* v[i] borrowed from argv; the array is freed by gw_opts_release */
    size_t n, cap;
} gw_strlist_t;

typedef struct {
    const char *name; /* long name without dashes */
    char letter;      /* short name, or 0 */
    gw_opt_type_t type;
    size_t offset;        /* offsetof the field in the command's struct */
    const char *arg;      /* what the value is called in help: "N", "FILE"; NULL for flags */
    const char *dflt;     /* default as a user would type it; NULL: false, 0, NULL, empty */
    double min, max;      /* INT, DOUBLE, SIZE; both 0 = no limit */
    const char *choices;  /* CHOICE: "sam|bam|cram" */
    const char *excludes; /* long names, blank-separated, that cannot be given together with it */
    const char *needs;    /* long names of which one must be given with it */
    const char *help;     /* one or two sentences; starts lower case, no full stop at the end */
    const char *group;    /* heading in help; NULL = the heading before */
} gw_opt_t;

/* A table and the struct its offsets point into. */
typedef struct {
    const gw_opt_t *opt;
    size_t n;
    void *dest;
} gw_opts_t;

/* 2. parsing: long options as "--name value" or "--name=value", short ones as "-k 5", "-k5" or
 *    grouped flags; "-" is an operand; "--" ends options; operands and options may be mixed.
 *    A later value replaces an earlier one, except in lists. A unique beginning of a long name is
 *    not accepted: a script must not change meaning when an option is added. */
/* Every default into its field. GW_EINTERNAL when a table's default does not parse. */
GW_RESULT_USED gw_status_t gw_opts_defaults(const gw_opts_t *set, size_t n_sets, gw_err_t *err);
/* argv without the program's and command's names; operands are added to *operands. seen[k], when
 * not NULL, tells whether the k-th option counted through all sets was given. GW_EUSAGE with a
 * message that names the option and, for an unknown one, the nearest. */
GW_RESULT_USED gw_status_t gw_opts_parse(const gw_opts_t *set, size_t n_sets, int argc, char **argv,
                                         gw_strlist_t *operands, bool *seen, gw_err_t *err);
/* Frees the arrays of list options. */
void gw_opts_release(const gw_opts_t *set, size_t n_sets);
bool gw_strlist_add(gw_strlist_t *l, const char *s);

/* 3. documents: the rows as help text, as mdoc list items, as completion scripts' words */
void gw_opts_help(const gw_opts_t *set, size_t n_sets, FILE *out);
void gw_opts_man(const gw_opts_t *set, size_t n_sets, FILE *out);

#endif
