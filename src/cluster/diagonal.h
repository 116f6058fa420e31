/* src/cluster/diagonal.h -- the best stretch of one diagonal of two sequences, by equal letters
 *
 * Contents: 1. weights  2. the best stretch
 * Source:   Karlin & Altschul 1990, doi:10.1073/pnas.87.6.2264 (maximal segment scores)
 *
 * An equal pair of letters is worth as much more than another pair costs as makes a stretch of a
 * stated identity worth nothing: what scores is more alike than that. Eight pairs at a time
 * are compared and looked up as one byte, so that nothing is done letter by letter.
 */
#ifndef GW_CLUSTER_DIAGONAL_H
#define GW_CLUSTER_DIAGONAL_H

#include <stdint.h>

/* 1. weights: of an equal pair and of another one. What eight pairs in a row are worth, by the byte
 *    that says which are equal, the first one lowest. */
enum { GW_DIAGONAL_UNIT = 64 }; /* equal + cost */
typedef struct {
    int16_t all;       /* all of them */
    int16_t head, low; /* the best of the first head_end; the worst of fewer than those */
    int16_t tail;      /* the best of those from tail_from on, 0 for none */
    int16_t inside;    /* the best of those from inside_from on, before inside_end */
    uint8_t head_end, tail_from, inside_from, inside_end;
} gw_diagonal_byte_t;
typedef struct {
    int32_t equal, cost;
    gw_diagonal_byte_t byte[256];
} gw_diagonal_t;
void gw_diagonal_init(gw_diagonal_t *d, double worthless); /* that identity, 0 to 1 */

/* 2. the best stretch: its score, letters and equal pairs (the first of several with one score;
 *    all 0 when nothing is equal). diag = position in the target - position in the query. _ref goes
 *    letter by letter. */
typedef struct {
    int32_t score, len, equal;
} gw_stretch_t;
gw_stretch_t gw_diagonal_best(const gw_diagonal_t *d, const uint8_t *query, int32_t q_len,
                              const uint8_t *target, int32_t t_len, int32_t diag);
gw_stretch_t gw_diagonal_best_ref(const gw_diagonal_t *d, const uint8_t *query, int32_t q_len,
                                  const uint8_t *target, int32_t t_len, int32_t diag);

#endif
