/* src/cluster/pairs.h -- candidate pairs: which sequences are worth an exact comparison
 *
 * Contents: 1. rules  2. finding  3. reading
 * Source:   Ma, Tromp & Li 2002, doi:10.1093/bioinformatics/18.3.440 (spaced seeds); Steinegger &
 *           Soeding 2017, doi:10.1038/nbt.3988 (two hits on one diagonal)
 *
 * A target and a query that share words on nearly the same diagonal (cluster/wordhits.h) are
 * compared along it without gaps; how likely they are to hold by what that shows decides whether
 * they are a candidate (cluster/odds.h). Nothing else is decided here: a candidate is a pair to be
 * compared exactly.
 */
#ifndef GW_CLUSTER_PAIRS_H
#define GW_CLUSTER_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "cluster/recbins.h"
#include "cluster/seqset.h"

/* 1. rules */
typedef struct {
    double min_ratio;    /* shorter length / longer length of a pair, at least */
    int32_t centres;     /* of each word's sequences, how many of the first in canonical order... */
    int32_t neighbours;  /* ...and how many just before the query are looked at */
    int32_t min_hits;    /* proteins: words on one diagonal band */
    double hit_fraction; /* nucleotides: part of the expected words, at least */
    int32_t min_letters; /* the best stretch is worth so many equal letters, or... */
    double min_part;     /* ...this part of a shorter sequence wholly equal, at least */
    int32_t min_odds;    /* proteins: of GW_ODDS_ONE (cluster/odds.h), at least */
    int32_t max_targets; /* of one query, by hits then canonical order */
    int n_seeds;         /* how many of the seed shapes */
    int n_short;         /* proteins: how many more for short ones (cluster/wordhits.h) */
    int32_t sample;      /* one word in so many is looked at */
    int32_t most_words;  /* of a sequence and a shape, about so many at most; 0 = any number */
    int32_t most_unlike; /* as cluster/wordhits.h */
    double min_id, min_cov; /* the identity and coverage the pairs are meant for */
    bool both_strands;      /* nucleotides: look up the reverse complement too */
    gw_recroom_t room; /* for records while looking */
    int threads;
} gw_pairs_rules_t;

typedef struct {
    int32_t a, b;    /* uniques, a < b: a comes first in canonical order */
    int32_t score;   /* of the best stretch along the diagonal (cluster/diagonal.h) */
    int32_t diag;    /* position in a - position in b */
    bool reverse;    /* b's reverse complement (nucleotides) */
    bool whole;      /* this stretch covers min_cov of both */
    bool sure;       /* and is more alike than is asked for (cluster/odds.h) */
    uint16_t odds;   /* of GW_ODDS_ONE: how likely the pair is to hold */
    uint16_t spread; /* how far in diagonal the next best stretch is */
} gw_pair_t;

/* Pairs lie in parts, by b, then a, then strand through all of them. */
typedef struct {
    gw_pair_t *v;       /* NULL: put aside */
    gw_spilled_t aside;
    size_t n, cap;
} gw_pairpart_t;

typedef struct {
    gw_pairpart_t *part;
    int n_parts;
    size_t n;          /* in all */
    gw_spill_t *spill; /* NULL: nothing is put aside */
} gw_pairs_t;

/* 2. finding: pairs among the uniques marked active (NULL: all) of which at least one is fresh
 *    (NULL: all). pairs is filled anew; release it in any case. Where the rules' room is bounded, the
 *    parts are put aside as they are found. */
GW_RESULT_USED gw_status_t gw_pairs_find(const gw_seqset_t *s, const uint8_t *active,
                                         const uint8_t *fresh, const gw_pairs_rules_t *rules,
                                         gw_pairs_t *pairs, gw_err_t *err);
void gw_pairs_release(gw_pairs_t *p);

/* 3. reading: (*v)[0..part's n) are the pairs of a part, in memory until work, which grows as needed
 *    and is the caller's, is used for the next */
typedef struct {
    gw_pair_t *v;
    size_t cap;
} gw_pairwork_t;
GW_RESULT_USED gw_status_t gw_pairs_read(const gw_pairs_t *p, int part, gw_pairwork_t *work,
                                         const gw_pair_t **v, gw_err_t *err);

#endif
