/* src/fold/packing_table.h -- how well side-chain atoms like the atoms around them
 *
 * Contents: 1. kinds and shells  2. the table
 * Units:    Angstrom; scores in hundredths of kT, higher is better
 * Source:   weights that make the side chains of real structures most probable given the rest
 *           (pseudo-likelihood: Besag 1975, doi:10.2307/2987782); refs/fold/make_packing.c
 */
#ifndef GW_FOLD_PACKING_TABLE_H
#define GW_FOLD_PACKING_TABLE_H

#include <stdint.h>

/* 1. kinds of side-chain atoms (0..8), and of those around: the same, backbone and CB of residues
 *    further along the chain (N, CA, C, O, CB), of the residue itself (N, C, O), of the one before
 *    (C, O, others) and of the one behind (N, O, others) */
enum { GW_PACKING_SIDE = 9, GW_PACKING_OWN = 14, GW_PACKING_AROUND = 23, GW_PACKING_SHELLS = 11 };
/* of an atom from CG (5) on; of a backbone atom or CB (0..4) of the residue `step` behind (-1, 0, 1
 * or more), negative when it has no bearing */
int gw_packing_side(uint8_t aa, int atom);
int gw_packing_around(int atom, int32_t step);
/* shells that end at the roots of 5, 6, 8, 10, 12, 14, 16, 19, 23, 29 and 36; -1 beyond */
int gw_packing_shell(float d2);

/* of two atoms at squared distance d2: overlap below the sum of the radii (hydrogens included), a
 * little for touching, more for hydrogen bonds and disulphides: an energy that the table corrects.
 * Its constants were set on the structures of tests/bench/fold.md. */
double gw_packing_contact(float d2, char element_a, char element_b);

/* 2. the table; pair is symmetric in side-chain kinds */
typedef struct {
    int16_t pair[GW_PACKING_SIDE][GW_PACKING_AROUND][GW_PACKING_SHELLS];
    int16_t prior[20], rest[20]; /* weight of ln P(bin of chi 1), and of ln P(rotamer | bin) */
    int16_t contact[3]; /* weight of gw_packing_contact: with side chains, with backbone and CB
                           further along the chain, of the residue and those next to it */
} gw_packing_table_t;
extern const gw_packing_table_t gw_packing_table;

#endif
