/* src/cluster/wordindex.h -- where every spaced word occurs in a set of sequences
 *
 * Contents: 1. word shapes  2. the index
 * Source:   Murphy, Wallqvist & Levy 2000, doi:10.1093/protein/13.3.149 (reduced amino-acid
 *           alphabets); Ma, Tromp & Li 2002, doi:10.1093/bioinformatics/18.3.440 (spaced seeds)
 */
#ifndef GW_CLUSTER_WORDINDEX_H
#define GW_CLUSTER_WORDINDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "cluster/seqset.h"

/* 1. word shapes: letters at offset[0..weight) of a window of span letters, each reduced to one of
 *    base classes, make the number of the word */
enum { GW_WORD_MAX_WEIGHT = 16, GW_WORD_MAX_SHAPES = 4 };
typedef struct {
    int weight, span, base;
    int offset[GW_WORD_MAX_WEIGHT];
    uint8_t class_of[32]; /* of a letter; base = no word may contain it */
    uint32_t n_words;     /* base to the power weight, or fewer when hashed */
    bool hashed;          /* different words may have one number */
    uint32_t sample;      /* keep words whose hash is 0 modulo this; 1 = all */
} gw_wordshape_t;

/* Shape number i (0..GW_WORD_MAX_SHAPES-1) for a kind of sequences and an identity threshold. */
void gw_wordshape_init(gw_wordshape_t *w, gw_seqkind_t kind, double min_id, int i);
/* Words of a sequence: word[p] for window start p, or UINT32_MAX where there is none; returns how
 * many starts there are (0 when the sequence is shorter than the span). */
int32_t gw_wordshape_words(const gw_wordshape_t *w, const uint8_t *seq, int32_t len,
                           uint32_t *word);

/* 2. the index: entries of word k are entry[start[k] .. start[k+1]), by sequence, then position */
typedef struct {
    uint32_t seq, pos;
} gw_wordentry_t;

typedef struct {
    uint32_t *start; /* n_words + 1 */
    gw_wordentry_t *entry;
} gw_wordindex_t;

/* Of the sequences marked active (NULL: all). */
GW_RESULT_USED gw_status_t gw_wordindex_build(gw_wordindex_t *x, const gw_wordshape_t *w,
                                              const gw_seqset_t *s, const uint8_t *active,
                                              gw_err_t *err);
void gw_wordindex_release(gw_wordindex_t *x);

#endif
