/* src/align/dbalign.h -- the alignments of hits whose scores are known
 *
 * Contents: 1. hits  2. aligning
 * Units:    positions are 0-based, half-open; those of a minus hit are of the query's reverse
 *           complement
 */
#ifndef GW_ALIGN_DBALIGN_H
#define GW_ALIGN_DBALIGN_H

#include "align/dbscan.h"

/* 1. hits: a candidate and its alignment. Counts are of columns (letters aligned or in gaps). */
typedef struct {
    gw_dbcand_t cand;
    uint32_t query;
    double evalue, bits;
    int32_t q_beg, q_end, t_beg, t_end;
    int32_t columns, identities, positives, mismatches, gaps; /* gaps: how many, not their letters */
    int64_t cigar, n_cigar; /* its operations in the list; BAM-encoded: M, I, D */
    int64_t name;           /* the target's name, then its title, in the list's text */
    int64_t letters;        /* the target's aligned letters in the list's; -1 when not kept */
} gw_dbhit_t;

typedef struct {
    gw_dbhit_t *v;
    size_t n, cap;
    uint32_t *cigar;
    size_t n_cigar, cap_cigar;
    char *text;
    size_t n_text, cap_text;
    uint8_t *letter; /* codes */
    size_t n_letter, cap_letter;
} gw_dbhits_t;
void gw_dbhits_release(gw_dbhits_t *h);

/* 2. aligning: fills in the hits [from, to), all of block and in its order. The alignment is the one
 *    whose end, then start, gw_extend_ends chooses; of those between with the score, the one that
 *    gw_extend_global chooses in the narrowest band, 32 beside the corners' diagonals and doubled as
 *    needed, that holds one. */
GW_RESULT_USED gw_status_t gw_dbalign_block(const gw_dbqueries_t *q, const gw_dbset_t *block,
                                            const gw_dbscan_opts_t *o, bool keep_letters,
                                            gw_dbhits_t *h, size_t from, size_t to, gw_err_t *err);

#endif
