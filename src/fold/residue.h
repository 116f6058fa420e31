/* src/fold/residue.h -- amino acids: codes, background, substitution probabilities, surfaces
 *
 * Codes 0..19 follow ARNDCQEGHILKMFPSTWYV; 20 is anything else (X).
 * Source: BLOSUM62, Henikoff & Henikoff 1992, doi:10.1073/pnas.89.22.10915; largest accessible
 *         surfaces, Rost & Sander 1994, doi:10.1002/prot.340200303
 */
#ifndef GW_FOLD_RESIDUE_H
#define GW_FOLD_RESIDUE_H

#include <stdbool.h>
#include <stdint.h>

enum { GW_AA_N = 20, GW_AA_X = 20 };
extern const char gw_aa_letters[22];          /* "ARNDCQEGHILKMFPSTWYVX" */
extern const char *const gw_aa_names[21];     /* "ALA".. "UNK" */
extern const float gw_aa_background[GW_AA_N]; /* sums to 1 */
extern const int16_t gw_aa_max_surface[21];   /* square Angstrom */

/* 0..20 for a letter of the protein alphabet in either case (B, J, O, U, X, Z are 20, U is C,
 * O is K); -1 for anything else */
int gw_aa_code(char letter);
/* a three-letter residue name, modified residues included (MSE is M); 20 when it is a known
 * amino acid without a standard parent, -1 when it is no amino acid known here */
int gw_aa_from_name(const char *name3);
/* P(b | a) under BLOSUM62 and the background, rows sum to 1 */
void gw_aa_substitution(float p[GW_AA_N][GW_AA_N]);

#endif
