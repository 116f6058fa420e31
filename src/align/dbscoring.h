/* src/align/dbscoring.h -- how a database search scores: letters, their codes and scores, gap costs
 *
 * Source: Robinson & Robinson 1991, doi:10.1073/pnas.88.20.8880 (frequencies of amino acids)
 */
#ifndef GW_ALIGN_DBSCORING_H
#define GW_ALIGN_DBSCORING_H

#include <stdbool.h>
#include <stdint.h>

#include "io/scorematrix.h"
#include "kernels/extend.h"

typedef struct {
    bool dna;
    char name[96]; /* for people: "BLOSUM62", "match 2, mismatch -3" */
    bool named;    /* the name says all of the scores */
    gw_extend_params_t params;
    char letter[GW_EXTEND_MAX_LETTERS + 1]; /* by code */
    uint8_t code[256];                      /* by letter, either case; 0xff: none */
    int32_t n_count; /* codes below it are plain residues: they alone count as identities and occur
                        by chance */
    double background[GW_EXTEND_MAX_LETTERS]; /* how often a code occurs by chance; sums to 1 */
} gw_dbscoring_t;

/* Proteins, by a matrix; nucleotides: match > 0, mismatch >= 0 is what one costs. Letters that stand
 * for several nucleotides count as N, which costs 1 against everything (0 where mismatches are free).
 * A gap of k costs gap_open + k * gap_extend. */
void gw_dbscoring_protein(gw_dbscoring_t *s, const gw_scorematrix_t *m, int32_t gap_open,
                          int32_t gap_extend);
void gw_dbscoring_dna(gw_dbscoring_t *s, int match, int mismatch, int32_t gap_open,
                      int32_t gap_extend);

#endif
