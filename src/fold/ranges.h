/* src/fold/ranges.h -- a file that says which residues make a domain
 *
 * Contents: 1. domains  2. reading  3. residues
 * Format:   one domain a line, columns divided by tabs or blanks; empty lines and lines that begin
 *           with # are left out:
 *             NAME  STRUCTURE  RANGES  [LABEL  [anything]]
 *           as in SCOPe's dir.cla files. STRUCTURE is a file's name without folders and endings, or
 *           the entry's id (1abc also means pdb1abc). RANGES are parts divided by commas: A: is a
 *           chain, A:5-80 residues 5 to 80 of it by the author's numbers (A:-3-80A: numbers may be
 *           negative and carry insertion codes), - the whole file; without a chain the first one
 *           is meant.
 * Source:   Fox, Brenner & Chandonia 2014, doi:10.1093/nar/gkt1240 (SCOPe)
 */
#ifndef GW_FOLD_RANGES_H
#define GW_FOLD_RANGES_H

#include "io/structure.h"

/* 1. domains */
typedef struct {
    char chain[8]; /* empty: the first chain */
    bool whole;    /* the whole chain; with no chain named, the whole file */
    int32_t first, last;
    char first_icode, last_icode; /* ' ' when none */
} gw_ranges_part_t;

typedef struct {
    char *name, *structure, *label, *text; /* text: RANGES as written */
    gw_ranges_part_t *part;
    size_t n_parts;
    int64_t line;
} gw_ranges_domain_t;

typedef struct {
    gw_ranges_domain_t *v; /* by structure (lower case), then line */
    size_t n;
} gw_ranges_t;
void gw_ranges_release(gw_ranges_t *r);

/* 2. reading: plain or compressed. GW_EDATA names line and fault; a name may stand only once. */
GW_RESULT_USED gw_status_t gw_ranges_read(const char *path, gw_ranges_t *out, gw_err_t *err);
/* the domains of a structure known by either name (id may be empty): *n from the pointer on */
const gw_ranges_domain_t *gw_ranges_find(const gw_ranges_t *r, const char *stem, const char *id,
                                         size_t *n);

/* 3. residues: indexes into s->residue of all parts in the order given; *index is freed by the
 *    caller. A range's ends need not be there: what lies between them by number is taken. GW_EDATA
 *    names the part whose chain is absent or that holds no residue. */
GW_RESULT_USED gw_status_t gw_ranges_residues(const gw_ranges_domain_t *d, const gw_structure_t *s,
                                              size_t **index, size_t *n, gw_err_t *err);

#endif
