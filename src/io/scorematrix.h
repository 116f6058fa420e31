/* src/io/scorematrix.h -- amino-acid substitution matrices: well-known ones by name, others from a
 *                         file in NCBI's format
 *
 * Contents: 1. a matrix  2. loading
 * Format:   lines of '#' are comments; then a line of letters; then one line a letter: the letter and
 *           its score against each of the first line's, separated by blanks
 */
#ifndef GW_IO_SCOREMATRIX_H
#define GW_IO_SCOREMATRIX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* 1. a matrix: letters 0..19 are ARNDCQEGHILKMFPSTWYV, whatever the order of the file; then the
 *    others in its order, X among them in any case (-1 against everything where the file lacks
 *    it) */
enum { GW_SCOREMATRIX_STANDARD = 20, GW_SCOREMATRIX_MAX = 32 };
typedef struct {
    char name[64]; /* as its own name says or, of a file, the end of its path */
    bool builtin;  /* one of those that come with the program */
    int32_t n;
    char letter[GW_SCOREMATRIX_MAX + 1];
    int8_t score[GW_SCOREMATRIX_MAX * GW_SCOREMATRIX_MAX]; /* score[a * n + b] */
} gw_scorematrix_t;

/* 2. loading: name is one of "BLOSUM45, BLOSUM50, BLOSUM62, BLOSUM80, BLOSUM90, PAM30, PAM70,
 *    PAM250" (upper or lower case) or a path. GW_ENOINPUT when it is neither; GW_EDATA, with the
 *    line, for anything but a full matrix of whole numbers within -127..127 */
GW_RESULT_USED gw_status_t gw_scorematrix_load(const char *name, gw_scorematrix_t *m, gw_err_t *err);
/* code[c] of every byte: the place of letter c (either case) in m, or 0xff where c stands for no
 * residue. Selenocysteine (U) counts as C, and letters that m lacks (pyrrolysine's O, mostly) as X. */
void gw_scorematrix_codes(const gw_scorematrix_t *m, uint8_t code[256]);

#endif
