/* src/io/structure_impl.h -- raw atom records, as the two parsers hand them to structure.c */
#ifndef GW_IO_STRUCTURE_IMPL_H
#define GW_IO_STRUCTURE_IMPL_H

#include "io/structure.h"

typedef struct {
    gw_atom_t atom;
    char residue[6], chain[8], label[8];
    char altloc, icode; /* ' ' when none */
    int32_t number, model;
    bool hetero, ter_before;
    bool ligand; /* no place in a chain's sequence (mmCIF) */
} gw_rawatom_t;

/* rows of text cells, NULL where nothing is given */
typedef struct {
    char **v;
    size_t n, cap; /* cells */
} gw_rawtable_t;
enum { GW_RAWGEN_ASSEMBLY, GW_RAWGEN_EXPRESSION, GW_RAWGEN_CHAINS, GW_RAWGEN_ITEMS };
/* the matrix row by row, each with the vector's component behind it */
enum { GW_RAWOPER_ID, GW_RAWOPER_MATRIX, GW_RAWOPER_ITEMS = GW_RAWOPER_MATRIX + 12 };

typedef struct {
    gw_rawatom_t *a;
    size_t n, cap;
    size_t n_models;
    char id[16];
    gw_rawtable_t gen, oper; /* assemblies and their operators */
} gw_rawatoms_t;

/* text: NUL-terminated. Only atoms of the first model are kept. */
GW_RESULT_USED gw_status_t gw_pdb_parse(const char *path, const char *text, size_t len,
                                        gw_rawatoms_t *out, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_mmcif_parse(const char *path, const char *text, size_t len,
                                          gw_rawatoms_t *out, gw_err_t *err);

/* assembly.c: a row of empty cells; a cell's text, copied; false without memory */
bool gw_rawtable_row(gw_rawtable_t *t, size_t items);
bool gw_rawtable_set(gw_rawtable_t *t, size_t cell, const char *text, size_t n);
void gw_rawtable_release(gw_rawtable_t *t);
/* the copies of s's chains, or the fault, from raw; fails only without memory */
GW_RESULT_USED gw_status_t gw_assembly_expand(const gw_rawatoms_t *raw, gw_structure_t *s,
                                              gw_err_t *err);

#endif
