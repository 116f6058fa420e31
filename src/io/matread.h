/* src/io/matread.h -- a matrix of numbers in: a table of tabs or commas with a header and row
 *                     names, or MatrixMarket
 *
 * Contents: 1. options  2. the reader
 * Source:   Boisvert, Pozo & Remington 1996, The Matrix Market Exchange Formats (NISTIR 5935)
 *
 * A matrix comes vector by vector: rows of a table, columns or rows of a MatrixMarket file,
 * whichever its entries are ordered by. A table's first line names the columns (with or without a
 * name for the column of row names), every other line is a name and numbers; fields may be in
 * double quotes. Refused as GW_EDATA with line and column: lines of another length, what is no
 * finite number, names that are empty or there twice, MatrixMarket entries outside the matrix,
 * there twice, too few or too many.
 */
#ifndef GW_IO_MATREAD_H
#define GW_IO_MATREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "io/genoinput.h"

/* 1. options */
typedef struct {
    bool missing; /* an empty field, NA, NaN or . is NaN instead of an error */
    const char *row_names, *column_names; /* files for MatrixMarket, a name a line (up to a tab);
                                             NULL: r1, r2..., c1, c2... */
    uint64_t max_bytes;                   /* that MatrixMarket entries may take: 16 bytes each */
} gw_matread_opts_t;

/* 2. the reader */
typedef struct gw_matreader gw_matreader_t;

/* in: of kind GW_GENOINPUT_MATRIX, borrowed until close. */
GW_RESULT_USED gw_status_t gw_matreader_open(gw_genoinput_t *in, const gw_matread_opts_t *opts,
                                             gw_matreader_t **out, gw_err_t *err);
/* true: a vector is a column of the file, else a row */
bool gw_matreader_by_column(const gw_matreader_t *r);
/* values in a vector */
int64_t gw_matreader_length(const gw_matreader_t *r);
/* The next vector into values (length of them); *got = false at the end, when the names have been
 * checked. GW_EDATA when there is no vector at all. */
GW_RESULT_USED gw_status_t gw_matreader_next(gw_matreader_t *r, double *values, bool *got,
                                             gw_err_t *err);
/* Names, borrowed until close: of vector i (among those handed out) and of value j. */
const char *gw_matreader_vector_name(const gw_matreader_t *r, int64_t i);
const char *gw_matreader_value_name(const gw_matreader_t *r, int64_t j);
void gw_matreader_close(gw_matreader_t *r); /* NULL is fine */

#endif
