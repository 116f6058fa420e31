/* src/fold/template.h -- templates from structures
 *
 * Contents: 1. context  2. templates  3. secondary structure
 * Every residue with a CA becomes a residue of its chain's template: secondary structure by DSSP
 * and surface in the context of the whole file, depth, torsions and the structure-derived profile.
 * Residues without full backbone get their state from the CA trace and their neighbour count.
 */
#ifndef GW_FOLD_TEMPLATE_H
#define GW_FOLD_TEMPLATE_H

#include "fold/tlib.h"
#include "io/structure.h"

/* fewest residues of a chain worth keeping */
enum { GW_TEMPLATE_MIN_LEN = 10 };

/* amino acids for gw_structure_read */
bool gw_template_is_amino(const char *residue_name);

/* 1. context: what residues get from the whole file */
typedef struct {
    const gw_structure_t *s; /* borrowed */
    uint8_t *ss;             /* [residue] */
    float *area;             /* [atom] */
} gw_template_context_t;
GW_RESULT_USED gw_status_t gw_template_context_init(gw_template_context_t *x,
                                                    const gw_structure_t *s, gw_err_t *err);
void gw_template_context_release(gw_template_context_t *x);

/* 2. templates: one of the residues index[0..n) of the structure, in that order; those without a
 *    CA are left out. GW_EDATA when fewer than GW_TEMPLATE_MIN_LEN or more than GW_TLIB_MAX_LEN
 *    have one, or they lie too far apart; the message begins with the reason. */
GW_RESULT_USED gw_status_t gw_template_from_residues(const gw_template_context_t *x,
                                                     const char *name, const char *label,
                                                     const size_t *index, size_t n,
                                                     gw_template_t *out, gw_err_t *err);

/* 3. secondary structure as DSSP codes of every residue of the structure that has N, CA, C and O,
 *    and 255 for the others */
GW_RESULT_USED gw_status_t gw_template_dssp(const gw_structure_t *s, uint8_t *ss, gw_err_t *err);

#endif
