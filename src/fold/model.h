/* src/fold/model.h -- three-dimensional models from alignments
 *
 * Contents: 1. models  2. geometry  3. building  4. writing
 * Units:    Angstrom, degrees; confidence 0..100
 * Source:   loop closure by cyclic coordinate descent: Canutescu & Dunbrack 2003,
 *           doi:10.1110/ps.0242703
 */
#ifndef GW_FOLD_MODEL_H
#define GW_FOLD_MODEL_H

#include <stdio.h>

#include "fold/search.h"

/* 1. models. Atoms of a residue: N CA C O CB, then the side chain in the order of the PDB. */
enum { GW_MODEL_N, GW_MODEL_CA, GW_MODEL_C, GW_MODEL_O, GW_MODEL_CB, GW_MODEL_ATOMS = 14 };
enum { GW_MODEL_NONE, GW_MODEL_COPIED, GW_MODEL_LOOP, GW_MODEL_FREE }; /* FREE: abinitio.h */
typedef struct {
    uint8_t aa, origin; /* NONE: not modelled */
    uint8_t source;     /* which template a copied residue is from */
    int n;              /* atoms; 0 when not modelled */
    float post;         /* posterior probability of the pair that it was copied by */
    float xyz[GW_MODEL_ATOMS][3];
    float confidence;
} gw_model_residue_t;

enum { GW_MODEL_MAX_SOURCES = 12 };
typedef struct {
    int32_t len;
    gw_model_residue_t *r;
    int32_t n_copied, n_loop, n_loops_closed, n_loops_open;
    int32_t n_loops_strained; /* of the closed: with atoms nearer than 2.2 or a torn bond */
    int n_sources;
    struct {
        char name[61]; /* cut to 60 bytes */
        int32_t n;     /* residues copied */
    } source[GW_MODEL_MAX_SOURCES];
} gw_model_t;
void gw_model_release(gw_model_t *m);

/* 2. geometry: the point at `length` from c, with angle b-c-x and torsion a-b-c-x */
void gw_model_place(const float a[3], const float b[3], const float c[3], double length,
                    double angle, double torsion, float out[3]);
const char *gw_model_atom_name(uint8_t aa, int atom);
int gw_model_atom_count(uint8_t aa);
/* CB from N, CA, C; the side chain beyond it from torsions chi 1..4 in degrees */
void gw_model_put_cb(gw_model_residue_t *r);
void gw_model_put_side(gw_model_residue_t *r, const int16_t *chi);
/* puts CB and the side chains of all residues with origin != NONE: rotamers by their frequency at
 * the backbone's torsions and by the room that the neighbours leave (packing.c) */
GW_RESULT_USED gw_status_t gw_model_sidechains(gw_model_t *m, gw_err_t *err);
/* closes the stretch of residues [first, last] that are not modelled, between two that are; the
 * neighbours may be rebuilt too, at most 4 to a side, or 10 when `wide`; a wide loop may touch what is
 * there. False when it cannot be closed; then nothing is changed. */
bool gw_model_close(gw_model_t *m, int32_t first, int32_t last, bool wide, const float *pred);
/* moves atoms of a model with side chains apart where they are too near, with bonds and angles held
 * and copied backbone drawn back to its place (relax.c); then counts strained loops */
GW_RESULT_USED gw_status_t gw_model_relax(gw_model_t *m, gw_err_t *err);

/* 3. building: backbone of the aligned residues from the first template; residues that it lacks
 *    from the others in order, each laid over what is there already (multi.c); gaps of at most 12
 *    residues closed, side chains; what is left over stays unmodelled */
enum { GW_MODEL_MAX_LOOP = 12 };
typedef struct {
    const gw_template_t *t;
    const gw_foldalign_t *aln; /* of the query with t */
} gw_model_source_t;
/* prob_fold: how sure the first template is. 1 <= n <= GW_MODEL_MAX_SOURCES. */
GW_RESULT_USED gw_status_t gw_model_build(const gw_profile_t *q, const gw_model_source_t *src,
                                          int n, double prob_fold, const float *pred,
                                          gw_model_t *out, gw_err_t *err);
/* adds to m what src has and m lacks, as source number `source` */
GW_RESULT_USED gw_status_t gw_model_extend(gw_model_t *m, const gw_model_source_t *src, int source,
                                           gw_err_t *err);

/* 4. writing: confidence in the B-factor column */
void gw_model_pdb(FILE *f, const gw_model_t *m, const char *query, const gw_search_hit_t *hit);
void gw_model_mmcif(FILE *f, const gw_model_t *m, const char *query, const gw_search_hit_t *hit);
/* the atoms alone, of a chain of a file that holds several; *serial is the last atom's number.
 * mmCIF's are rows of a loop that gw_model_mmcif_items begins. */
void gw_model_pdb_atoms(FILE *f, const gw_model_t *m, char chain, int entity, int *serial);
void gw_model_mmcif_items(FILE *f);
void gw_model_mmcif_atoms(FILE *f, const gw_model_t *m, char chain, int entity, int *serial);

#endif
