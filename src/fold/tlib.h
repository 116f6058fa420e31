/* src/fold/tlib.h -- template libraries (.gwt)
 *
 * Contents: 1. templates  2. writing  3. reading
 * Units:    coordinates are twentieths of an Angstrom; residues are 0-based
 *
 * File, little endian: a 64-byte header (magic "GWTLIB1\n", version, counts, where the index is,
 * XXH64 of the index and of the header), blocks of up to 16 templates, the index. Blocks and index
 * are zstd frames; the index holds place, sizes and XXH64 of every block, and name, label, length
 * and block of every template, so reading one template reads one block. A flipped byte anywhere is
 * GW_EDATA. Libraries whose templates have places in assemblies are of format version 3, others of
 * version 2; both are read.
 */
#ifndef GW_FOLD_TLIB_H
#define GW_FOLD_TLIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* 1. templates */
/* where a chain stands in one of its structure's assemblies: x' = rot x + shift, Angstrom, rot row
 * by row; assemblies count from 1 in the file's order */
typedef struct {
    uint16_t assembly;
    float rot[9], shift[3];
} gw_tlib_copy_t;
enum { GW_TLIB_MAX_COPIES = 1000 };

enum { GW_TLIB_N, GW_TLIB_CA, GW_TLIB_C, GW_TLIB_O, GW_TLIB_ATOMS };
#define GW_TLIB_UNIT 0.05F /* Angstrom */
enum { GW_TLIB_MISSING = INT16_MIN, GW_TLIB_MAX_LEN = 30000, GW_TLIB_MAX_TEMPLATES = 4000000 };
extern const char gw_tlib_ss_letters[9]; /* "CHBEGITS": how ss codes print; C is DSSP's blank */

typedef struct {
    char *name, *label; /* label: free text such as a SCOP class; never NULL */
    int32_t len;
    uint8_t *seq;    /* 0..20 */
    uint8_t *ss;     /* 0..7, index into gw_tlib_ss_letters */
    uint8_t *acc;    /* relative accessible surface, per cent, at most 255 */
    uint8_t *depth;  /* mean distance of the residue's atoms to the surface, quarters of an A */
    uint8_t *prof;   /* [len][20] sequence profile, round(63 sqrt(f)); all 0 = none */
    uint8_t *sprof;  /* [len][20] structure-derived profile, round(31 sqrt(f)) */
    int32_t *resnum; /* author's residue numbers */
    char *icode;     /* insertion codes, ' ' when none */
    int16_t *xyz;    /* [len][4][3]; GW_TLIB_MISSING in x when the atom is absent */
    /* of a template from a structure file; NULL in one read from a library (gw_tlib_copies) */
    gw_tlib_copy_t *copy;
    size_t n_copies; /* at most GW_TLIB_MAX_COPIES */
} gw_template_t;

/* arrays zeroed, atoms missing, icode blank */
GW_RESULT_USED gw_status_t gw_template_init(gw_template_t *t, const char *name, const char *label,
                                            int32_t len, gw_err_t *err);
void gw_template_release(gw_template_t *t);
static inline bool gw_template_has(const gw_template_t *t, int32_t i, int atom)
{
    return t->xyz[(i * GW_TLIB_ATOMS + atom) * 3] != GW_TLIB_MISSING;
}
static inline void gw_template_atom(const gw_template_t *t, int32_t i, int atom, float out[3])
{
    for (int k = 0; k < 3; k++)
        out[k] = (float)t->xyz[(i * GW_TLIB_ATOMS + atom) * 3 + k] * GW_TLIB_UNIT;
}

/* 2. writing: templates in the order of adding; the file appears at commit */
typedef struct gw_tlib_writer gw_tlib_writer_t;
GW_RESULT_USED gw_status_t gw_tlib_writer_create(const char *path, int level,
                                                 gw_tlib_writer_t **out, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_tlib_writer_add(gw_tlib_writer_t *w, const gw_template_t *t,
                                              gw_err_t *err);
/* completes the file under its temporary name, so that it can be opened for calibration before the
 * commit; no template may be added afterwards */
GW_RESULT_USED gw_status_t gw_tlib_writer_finish(gw_tlib_writer_t *w, gw_err_t *err);
const char *gw_tlib_writer_temp(const gw_tlib_writer_t *w);
/* chance scores of every template added, in order: [n][2]; copied */
GW_RESULT_USED gw_status_t gw_tlib_writer_stats(gw_tlib_writer_t *w, const float *stat, size_t n,
                                                gw_err_t *err);
/* neighbours of template i: templates with similar profile and structure, weights 1..255; before
 * the first finish or after it, once for each template that has some */
enum { GW_TLIB_MAX_NEIGHBOURS = 200 };
typedef struct {
    uint32_t tmpl;
    uint8_t weight;
} gw_tlib_neighbour_t;
GW_RESULT_USED gw_status_t gw_tlib_writer_neighbours(gw_tlib_writer_t *w, size_t i,
                                                     const gw_tlib_neighbour_t *list, size_t n,
                                                     gw_err_t *err);
GW_RESULT_USED gw_status_t gw_tlib_writer_commit(gw_tlib_writer_t *w, gw_err_t *err);
void gw_tlib_writer_destroy(gw_tlib_writer_t *w); /* without commit: nothing stays */

/* 3. reading; a library may be read by several threads at once */
typedef struct gw_tlib gw_tlib_t;
GW_RESULT_USED gw_status_t gw_tlib_open(const char *path, gw_tlib_t **out, gw_err_t *err);
void gw_tlib_close(gw_tlib_t *l);
size_t gw_tlib_size(const gw_tlib_t *l);
const char *gw_tlib_path(const gw_tlib_t *l);
const char *gw_tlib_name(const gw_tlib_t *l, size_t i);
const char *gw_tlib_label(const gw_tlib_t *l, size_t i);
int32_t gw_tlib_length(const gw_tlib_t *l, size_t i);
/* mean and spread of the template's score against unrelated queries; 0, 0 when not calibrated */
void gw_tlib_stat(const gw_tlib_t *l, size_t i, float *mean, float *spread);
/* borrowed; *n entries */
const gw_tlib_neighbour_t *gw_tlib_neighbours(const gw_tlib_t *l, size_t i, size_t *n);
/* borrowed; *n entries, 0 when the structure file tells of no assembly that the template is in */
const gw_tlib_copy_t *gw_tlib_copies(const gw_tlib_t *l, size_t i, size_t *n);
/* *out is filled and belongs to the caller */
GW_RESULT_USED gw_status_t gw_tlib_read(const gw_tlib_t *l, size_t i, gw_template_t *out,
                                        gw_err_t *err);
/* all templates of one block, in order; blocks cover 0..size-1. out: n_in_block entries */
size_t gw_tlib_blocks(const gw_tlib_t *l);
void gw_tlib_block_range(const gw_tlib_t *l, size_t block, size_t *first, size_t *n);
GW_RESULT_USED gw_status_t gw_tlib_read_block(const gw_tlib_t *l, size_t block, gw_template_t *out,
                                              gw_err_t *err);

#endif
