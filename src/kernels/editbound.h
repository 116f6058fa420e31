/* src/kernels/editbound.h -- the fewest errors between two nucleotide sequences near a diagonal
 *
 * Contents: 1. a prepared query  2. the bound
 * Units:    letters 0..3 = ACGT match themselves; any other letter matches nothing
 * Source:   Myers 1999, doi:10.1145/316542.316550 (bit-parallel edit distance); Hyyro 2003, "A
 *           bit-vector algorithm for computing Levenshtein and Damerau edit distances", Nordic
 *           J. Comput. 10 (one machine word along a diagonal band)
 *
 * Errors are mismatches and letters alone, ends are free: an alignment begins where one of the
 * sequences begins and ends where one of them ends. Any alignment within the band has at least as
 * many errors as this says, so that hopeless pairs need no scoring.
 */
#ifndef GW_KERNELS_EDITBOUND_H
#define GW_KERNELS_EDITBOUND_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { GW_EDITBOUND_BAND = 64 };

/* 1. a prepared query: zero it before the first use, release it after the last */
typedef struct {
    uint64_t *mask; /* five rows of n_words: where A, C, G, T stand; where no letter is */
    size_t n_words, cap;
    int32_t len;
} gw_editbound_t;

GW_RESULT_USED gw_status_t gw_editbound_query(gw_editbound_t *w, const uint8_t *letters,
                                              int32_t len, gw_err_t *err);
void gw_editbound_release(gw_editbound_t *w);

/* 2. the bound: fewest errors of an alignment all of whose cells have query position - target
 *    position in [low, low + GW_EDITBOUND_BAND); gives up above most and returns most + 1. _ref is the
 *    recurrence cell by cell; work holds 2 * (GW_EDITBOUND_BAND + 2) values. */
int32_t gw_editbound(const gw_editbound_t *w, const uint8_t *target, int32_t len, int32_t low,
                     int32_t most);
int32_t gw_editbound_ref(const uint8_t *query, int32_t q_len, const uint8_t *target, int32_t len,
                         int32_t low, int32_t most, int32_t *work);

#endif
