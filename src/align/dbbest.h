/* src/align/dbbest.h -- the best targets of one query, of any number that were scored
 *
 * Order: least log_rate first, then by place in the database. What is kept depends on what was offered,
 * never on the order of it.
 */
#ifndef GW_ALIGN_DBBEST_H
#define GW_ALIGN_DBBEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    double log_rate; /* logarithm of how often chance does as well, for each letter of a database */
    int64_t target;  /* its number in the database, from 0 */
    int32_t score, t_len;
    double counted; /* the score, corrected for the composition of the pair */
    int32_t t_from, t_to; /* the part of the target that was looked at, where it is long */
    bool minus;           /* the query's reverse complement */
} gw_dbcand_t;

typedef struct {
    gw_dbcand_t *v; /* a heap, the worst first; sorted by gw_dbbest_sort */
    size_t n, cap;
} gw_dbbest_t;

/* Keeps at most most of those offered. false: out of memory */
bool gw_dbbest_offer(gw_dbbest_t *b, const gw_dbcand_t *x, size_t most);
/* Best first; nothing may be offered afterwards. */
void gw_dbbest_sort(gw_dbbest_t *b);
void gw_dbbest_release(gw_dbbest_t *b);

#endif
