/* src/cluster/wordlist.h -- which of a growing list of nucleotide sequences hold a word
 *
 * Words are GW_WORDLIST_LEN letters without N. Pigeonhole: a sequence cut into n words that differs
 * from another in d letters, inserted, deleted or exchanged, shares at least n - d of them with it.
 */
#ifndef GW_CLUSTER_WORDLIST_H
#define GW_CLUSTER_WORDLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { GW_WORDLIST_LEN = 14, GW_WORDLIST_BITS = 20 };

typedef struct {
    int32_t n;       /* sequences in the list */
    uint64_t *entry; /* word << 32 | place in the list, rising; [n_sorted, n_entries) not yet */
    size_t n_entries, n_sorted, cap;
    size_t *start; /* of the entries whose word begins with these bits */
} gw_wordlist_t;

GW_RESULT_USED gw_status_t gw_wordlist_init(gw_wordlist_t *w, gw_err_t *err);
void gw_wordlist_release(gw_wordlist_t *w);
/* Puts the sequence at place w->n; found from the next gw_wordlist_index on. */
GW_RESULT_USED gw_status_t gw_wordlist_add(gw_wordlist_t *w, const uint8_t *seq, int32_t len,
                                           gw_err_t *err);
GW_RESULT_USED gw_status_t gw_wordlist_index(gw_wordlist_t *w, gw_err_t *err);
/* The entries of the word at letters, by place: entry[*lo .. *hi); false when it holds an N. */
bool gw_wordlist_find(const gw_wordlist_t *w, const uint8_t *letters, size_t *lo, size_t *hi);

#endif
