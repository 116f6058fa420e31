/* src/io/structure.h -- macromolecular structures: PDB and mmCIF, first model, protein chains
 *
 * Contents: 1. the model  2. assemblies  3. reading
 * Units:    Angstrom
 * Source:   PDB format v3.30 (wwpdb.org), sections ATOM, HETATM, MODEL, TER; PDBx/mmCIF dictionary
 *           v5, categories atom_site, pdbx_struct_assembly_gen and pdbx_struct_oper_list; PDB's
 *           REMARK 350; STAR/CIF 1.1 syntax (Hall et al. 1991, doi:10.1021/ci00002a020)
 *
 * The format is told by content. What is kept: the first model; every residue that has a CA or two
 * backbone atoms and is an amino acid (modified ones such as MSE under their parent), from ATOM or
 * HETATM records; of alternative locations the one with the greatest summed occupancy in the
 * residue, the first label when equal; of residues that share a number (microheterogeneity) the
 * same rule. Waters, ligands, nucleic acids are left out and counted.
 */
#ifndef GW_IO_STRUCTURE_H
#define GW_IO_STRUCTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* 1. the model */
typedef struct {
    char name[5]; /* "CA", without blanks */
    char element; /* first letter, upper case: C N O S H ... */
    float xyz[3];
    float occupancy, bfactor;
} gw_atom_t;

typedef struct {
    char name[6]; /* as in the file: "MSE" */
    int32_t number;
    char icode; /* ' ' when none */
    bool hetero;
    size_t first, n; /* atoms */
} gw_residue_t;

typedef struct {
    char id[8];      /* the author's */
    char label[8];   /* mmCIF's label_asym_id; as id in PDB files */
    size_t first, n; /* residues */
} gw_chain_t;

/* 2. assemblies: a chain put to its place in one, x' = rot x + shift. In the order of the file;
 *    an assembly's number counts from 1 in that order, whatever its name. */
typedef struct {
    size_t chain;
    uint16_t assembly;
    double rot[3][3], shift[3];
} gw_copy_t;
enum { GW_COPY_MAX = 100000 }; /* of a file */

typedef struct {
    char id[16]; /* entry id of the header, lower case; empty when none */
    gw_atom_t *atom;
    gw_residue_t *residue;
    gw_chain_t *chain;
    size_t n_atoms, n_residues, n_chains;
    size_t n_models, n_left_out; /* residues that are no amino acids, waters not counted */
    gw_copy_t *copy;             /* of protein chains; none when the file tells of no assembly */
    size_t n_copies;
    char *assembly_fault; /* why the assemblies could not be used, or NULL; then n_copies is 0 */
} gw_structure_t;

/* the atom of that name, or NULL */
const gw_atom_t *gw_structure_atom(const gw_structure_t *s, const gw_residue_t *r,
                                   const char *name);
void gw_structure_release(gw_structure_t *s);

/* 3. reading: is_amino tells amino acids by residue name. A file without any ATOM record, with a
 *    coordinate that is no number, or cut within a loop is GW_EDATA. A structure without protein
 *    has n_chains 0. */
typedef bool (*gw_structure_amino_fn)(const char *residue_name);
GW_RESULT_USED gw_status_t gw_structure_read(const char *path, gw_structure_amino_fn is_amino,
                                             gw_structure_t *out, gw_err_t *err);

#endif
