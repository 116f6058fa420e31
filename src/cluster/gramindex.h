/* src/cluster/gramindex.h -- which nucleotide sequences share so many short words with a query
 *
 * Contents: 1. the index  2. rules  3. searching
 * Source:   Ukkonen 1992, doi:10.1016/0304-3975(92)90143-4 (an error destroys at most k words of k
 *           letters); Chaudhuri, Ganti & Kaushik 2006, doi:10.1109/ICDE.2006.9 (of such words any
 *           choice will do, so take the rarest)
 *
 * A pair with e errors shares all but k * e of the query's words that lie in the overlap. Whichever
 * words are looked up, all but so many must be found: the rarest are looked up. Where the errors
 * allowed could destroy every word, half of the words that evenly spread errors leave are asked for.
 */
#ifndef GW_CLUSTER_GRAMINDEX_H
#define GW_CLUSTER_GRAMINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "cluster/seqset.h"

/* 1. the index of a list of sequences, by place in the list; zero it before the first build */
typedef struct {
    uint32_t seq, pos;
} gw_gram_t;

typedef struct {
    uint32_t n_words; /* a power of 2: different words may have one number */
    uint32_t *start;  /* n_words + 1: entries of word w are entry[start[w] .. start[w + 1]) */
    gw_gram_t *entry;
    int32_t n; /* sequences */
    int k;
} gw_gramindex_t;

/* Of the n uniques u[0..n), words of k letters (k <= 16). */
GW_RESULT_USED gw_status_t gw_gramindex_build(gw_gramindex_t *x, const gw_seqset_t *s,
                                              const int32_t *u, int32_t n, int k, gw_err_t *err);
void gw_gramindex_release(gw_gramindex_t *x);

/* 2. rules */
typedef struct {
    int32_t id_num, id_den; /* the identity asked for */
    double min_ratio;       /* shorter length / longer length of a pair, at least */
    int k;                  /* letters of a word */
    double survive;         /* part of the words that evenly spread errors leave */
} gw_gramrules_t;
void gw_gramrules_init(gw_gramrules_t *r, int32_t id_num, int32_t id_den, double min_ratio);

/* 3. searching: one thread's work space */
typedef struct {
    int32_t at;   /* place in the list; places of the second index follow those of the first */
    int32_t diag; /* position in the target - in the query */
} gw_gramhit_t;

typedef struct gw_gramsearch gw_gramsearch_t;
/* For queries of at most longest letters and lists of at most n sequences; NULL = no memory. */
gw_gramsearch_t *gw_gramsearch_create(int64_t longest, size_t n);
void gw_gramsearch_destroy(gw_gramsearch_t *w);
/* Those of two indexes (the second may be empty) that share enough words with the query; rising in
 * *hit, valid until the next call. target[at] is the unique at a place of the joint list; places
 * from limit on are left out. */
GW_RESULT_USED gw_status_t gw_gramsearch_run(gw_gramsearch_t *w, const gw_gramrules_t *r,
                                             const gw_gramindex_t *x, const gw_gramindex_t *more,
                                             const gw_seqset_t *s, const int32_t *target,
                                             const uint8_t *query, int32_t len, int32_t limit,
                                             const gw_gramhit_t **hit, size_t *n, gw_err_t *err);

#endif
