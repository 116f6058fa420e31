/* src/fold/template.h -- templates from structures
 *
 * Contents: 1. one chain  2. a structure
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

/* One template a chain with at least GW_TEMPLATE_MIN_LEN residues that have a CA, in file order;
 * names are stem_CHAIN. out: room for s->n_chains; *n made. Shorter chains are counted in *n_short.
 */
GW_RESULT_USED gw_status_t gw_template_from_structure(const gw_structure_t *s, const char *stem,
                                                      gw_template_t *out, size_t *n,
                                                      size_t *n_short, gw_err_t *err);
/* secondary structure as DSSP codes of every residue of the structure that has N, CA, C and O, and
 * 255 for the others */
GW_RESULT_USED gw_status_t gw_template_dssp(const gw_structure_t *s, uint8_t *ss, gw_err_t *err);

#endif
