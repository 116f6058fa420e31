/* src/cluster/wordhits.h -- which sequences share words, and on which diagonals
 *
 * Contents: 1. rules  2. finding  3. one hit
 * Source:   Hauser, Steinegger & Soeding 2016, doi:10.1093/bioinformatics/btw006 (word matches on
 *           diagonals); Steinegger & Soeding 2018, doi:10.1038/s41467-018-04964-5 (sorting words
 *           instead of looking them up)
 *
 * Nothing is looked up: (word, place) records go into bins by word; every bin is sorted, which puts
 * the places of a word side by side; each two of them make a hit record, which goes into a bin by
 * its query; and a sorted bin of hits tells, query by query, target by target, the diagonals of all
 * shared words.
 */
#ifndef GW_CLUSTER_WORDHITS_H
#define GW_CLUSTER_WORDHITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "cluster/recbins.h"
#include "cluster/seqset.h"
#include "cluster/wordshape.h"

/* 1. rules: a query is looked for among the sequences before it in canonical order */
typedef struct {
    const uint8_t *active; /* of every unique: take part? NULL: all do */
    const uint8_t *fresh;  /* one of two must be; NULL: all are */
    double min_ratio;      /* shorter length / longer length, at least */
    int32_t centres;    /* of each word's sequences, how many of the first in canonical order... */
    int32_t neighbours; /* ...and how many just before the query are looked at */
    int n_shapes;       /* of words, which every sequence shows... */
    int n_short;        /* ...and how many more shapes short ones show (cluster/wordshape.h) */
    int32_t sample;     /* one word in so many is looked at */
    int32_t most_words; /* of a sequence and a shape, about so many at most; 0 = any number */
    int32_t most_unlike; /* proteins: of the kinds of letters around a word (cluster/wordshape.h), how
                            many may differ between those who meet; 0: they are not looked at */
    bool both_strands;  /* nucleotides: the query's reverse complement too */
    gw_recroom_t room; /* for records */
    int threads;
} gw_wordhits_rules_t;

/* 2. finding: hits are filled anew; bins.n_bins bins hold them, the queries in rising order */
typedef struct {
    gw_recbins_t bins;
    int query_bits; /* a bin holds so many queries */
    int low_bits;   /* of a record: the diagonal */
    int target_bits;
    int64_t longest;
} gw_wordhits_t;
GW_RESULT_USED gw_status_t gw_wordhits_find(const gw_seqset_t *s, const gw_wordhits_rules_t *r,
                                            gw_wordhits_t *h, gw_err_t *err);
void gw_wordhits_release(gw_wordhits_t *h);
/* The least room that records keep to, for n sequences. */
uint64_t gw_wordhits_least(int32_t n, int threads);

/* 3. one hit: from the highest bits, query (within its bin), target, strand, diagonal */
static inline int32_t gw_wordhits_query(const gw_wordhits_t *h, int bin, uint64_t rec)
{
    return (int32_t)((uint64_t)bin << h->query_bits | rec >> (h->low_bits + 1 + h->target_bits));
}
static inline int32_t gw_wordhits_target(const gw_wordhits_t *h, uint64_t rec)
{
    return (int32_t)(rec >> (h->low_bits + 1) & (((uint64_t)1 << h->target_bits) - 1));
}
static inline bool gw_wordhits_reverse(const gw_wordhits_t *h, uint64_t rec)
{
    return rec >> h->low_bits & 1;
}
/* position in the target - position in the query */
static inline int32_t gw_wordhits_diag(const gw_wordhits_t *h, uint64_t rec)
{
    return (int32_t)((int64_t)(rec & (((uint64_t)1 << h->low_bits) - 1)) - h->longest);
}

#endif
