/* src/io/matread_impl.h -- what tables and MatrixMarket files share; for src/io/matread*.c only
 *
 * Contents: 1. names  2. the reader
 */
#ifndef GW_IO_MATREAD_IMPL_H
#define GW_IO_MATREAD_IMPL_H

#include "base/mem.h"
#include "io/matread.h"

/* 1. names */
typedef struct {
    char **v;
    size_t n, cap;
} gw_matnames_t;

/* 2. the reader */
typedef struct {
    int32_t vector, value;
    double x;
} gw_matentry_t;

struct gw_matreader {
    gw_lines_t *text;
    const char *path;
    gw_matread_opts_t o;
    gw_arena_t arena;
    gw_matnames_t row, column;
    bool by_column;
    int64_t length;
    int64_t n_given; /* vectors */
    bool corner;     /* table: the header names the column of row names too; known after a row */
    char delimiter;  /* table; '\0': MatrixMarket */
    char *line;      /* table: a copy to cut fields from */
    size_t cap_line;
    gw_matentry_t *entry; /* MatrixMarket, sorted */
    size_t n_entries, cap_entry, at;
    int64_t n_vectors; /* MatrixMarket */
};

gw_status_t gw_matread_open_table(gw_matreader_t *r, gw_err_t *err);
gw_status_t gw_matread_next_table(gw_matreader_t *r, double *values, bool *got, gw_err_t *err);
gw_status_t gw_matread_open_market(gw_matreader_t *r, gw_err_t *err);
gw_status_t gw_matread_next_market(gw_matreader_t *r, double *values, bool *got, gw_err_t *err);

gw_status_t gw_matread_add_name(gw_matreader_t *r, gw_matnames_t *names, const char *name,
                                size_t len, gw_err_t *err);
/* A finite number that is the whole of s; NaN for a missing value where those are allowed. */
bool gw_matread_number(const gw_matreader_t *r, const char *s, double *out);
/* whether s stands for a missing value */
bool gw_matread_is_missing(const char *s);

#endif
