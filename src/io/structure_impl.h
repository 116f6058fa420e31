/* src/io/structure_impl.h -- raw atom records, as the two parsers hand them to structure.c */
#ifndef GW_IO_STRUCTURE_IMPL_H
#define GW_IO_STRUCTURE_IMPL_H

#include "io/structure.h"

typedef struct {
    gw_atom_t atom;
    char residue[6], chain[8];
    char altloc, icode; /* ' ' when none */
    int32_t number, model;
    bool hetero, ter_before;
    bool ligand; /* no place in a chain's sequence (mmCIF) */
} gw_rawatom_t;

typedef struct {
    gw_rawatom_t *a;
    size_t n, cap;
    size_t n_models;
    char id[16];
} gw_rawatoms_t;

/* text: NUL-terminated. Only atoms of the first model are kept. */
GW_RESULT_USED gw_status_t gw_pdb_parse(const char *path, const char *text, size_t len,
                                        gw_rawatoms_t *out, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_mmcif_parse(const char *path, const char *text, size_t len,
                                          gw_rawatoms_t *out, gw_err_t *err);

#endif
