/* src/align/dbset.h -- sequences of a search, queries or database, read in blocks
 *
 * Contents: 1. a block  2. reading
 */
#ifndef GW_ALIGN_DBSET_H
#define GW_ALIGN_DBSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* 1. a block: sequence i has the letters [off[i], off[i + 1]), text as in the file until they are
 *    encoded, then codes. Start with zeros. */
typedef struct {
    const char *path; /* the reader's; for messages */
    uint64_t first;   /* sequences of the file before this block */
    size_t n;
    uint8_t *letter;
    int64_t *off; /* n + 1 values */
    char *text;   /* names and titles, each ended by a zero byte */
    int64_t *name; /* n + 1 places in text; a title (the rest of the name's line) follows its name */
    size_t cap_letter, cap_off, n_text, cap_text, cap_name;
} gw_dbset_t;

static inline int32_t gw_dbset_len(const gw_dbset_t *s, size_t i)
{
    return (int32_t)(s->off[i + 1] - s->off[i]);
}
static inline const char *gw_dbset_name(const gw_dbset_t *s, size_t i)
{
    return s->text + s->name[i];
}
const char *gw_dbset_title(const gw_dbset_t *s, size_t i); /* "" when there is none */
/* Bytes that the block takes. */
uint64_t gw_dbset_bytes(const gw_dbset_t *s);
/* Are nine letters of ten of the text ACGTUN? No protein comes near that. */
bool gw_dbset_looks_dna(const gw_dbset_t *s);
/* Text to codes (code[letter]; 0xff: none). GW_EDATA names the first sequence with a letter that has
 * none; kind is what its letters are not: "nucleotide" or "residue". */
GW_RESULT_USED gw_status_t gw_dbset_encode(gw_dbset_t *s, const uint8_t code[256], const char *kind,
                                           gw_err_t *err);
void gw_dbset_release(gw_dbset_t *s);

/* 2. reading FASTA, FASTQ and BAM, plain or compressed ("-" is stdin), one file after the other */
typedef struct gw_dbreader gw_dbreader_t;
/* path: borrowed until closed. GW_ENOINPUT when the first cannot be opened. */
GW_RESULT_USED gw_status_t gw_dbreader_open(const char *const *path, size_t n_paths, int threads,
                                            gw_dbreader_t **out, gw_err_t *err);
/* Refills s with sequences until it takes max_bytes or more or max_n are in it; at least one.
 * Sequences of two files are never in one block. s->n == 0 at the end of the last. GW_EDATA when a
 * file holds none. */
GW_RESULT_USED gw_status_t gw_dbreader_next(gw_dbreader_t *r, gw_dbset_t *s, uint64_t max_bytes,
                                            size_t max_n, gw_err_t *err);
void gw_dbreader_close(gw_dbreader_t *r); /* NULL is fine */

#endif
