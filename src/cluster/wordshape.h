/* src/cluster/wordshape.h -- spaced words over reduced alphabets
 *
 * Source: Murphy, Wallqvist & Levy 2000, doi:10.1093/protein/13.3.149 (reduced amino-acid
 *         alphabets); Ma, Tromp & Li 2002, doi:10.1093/bioinformatics/18.3.440 (spaced seeds)
 */
#ifndef GW_CLUSTER_WORDSHAPE_H
#define GW_CLUSTER_WORDSHAPE_H

#include <stdint.h>

#include "cluster/seqset.h"

/* The letters of a window of span letters that the mask covers, each as its class, make a word. */
enum { GW_WORDSHAPE_MAX = 4, GW_WORDSHAPE_BITS = 31 };
/* Shapes from here on are for short proteins, which share few words: in all of them, chance matches
 * would be too many. */
enum { GW_WORDSHAPE_SHORT = GW_WORDSHAPE_MAX, GW_WORDSHAPE_SHORTS = 2 };
/* The more sequences there are, the more often words meet by chance: the kinds of so many letters
 * around a word, hydrophobic or not, tell related sequences from others. */
enum { GW_WORDSHAPE_AROUND = 13 };
typedef struct {
    int weight, span;
    int short_letters;    /* of a short protein, at most; 0: the shape is for all */
    int class_bits;       /* of a letter in the mask */
    uint64_t mask;        /* the window's last letter lowest */
    uint32_t places;      /* the same, a bit a letter */
    uint8_t class_of[32]; /* of a letter; GW_WORDSHAPE_NONE = no word may contain it */
    int8_t around[GW_WORDSHAPE_AROUND]; /* proteins: from the window's start, the letters around a
                                           word: those the mask leaves out and some on either side */
    uint32_t hydrophobic;               /* a bit a letter */
} gw_wordshape_t;
enum { GW_WORDSHAPE_NONE = 255 };

typedef struct {
    uint32_t word; /* its hash, of GW_WORDSHAPE_BITS bits */
    int32_t pos;   /* where the window starts */
} gw_word_t;

/* Shape number i for a kind of sequences: 0..GW_WORDSHAPE_MAX-1, for proteins also
 * GW_WORDSHAPE_SHORT..GW_WORDSHAPE_SHORT+GW_WORDSHAPE_SHORTS-1. */
void gw_wordshape_init(gw_wordshape_t *w, gw_seqkind_t kind, int i);
/* Words of a sequence by position into word[0..len); returns how many. keep: of 65536 different
 * words so many are looked at, the same ones in every sequence. */
enum { GW_WORDSHAPE_ALL = 1 << 16 };
int32_t gw_wordshape_words(const gw_wordshape_t *w, const uint8_t *seq, int32_t len, uint32_t keep,
                           gw_word_t *word);
/* Proteins: the kinds of the letters around the word at pos, a bit each; 0 beyond the ends. */
uint32_t gw_wordshape_around(const gw_wordshape_t *w, const uint8_t *seq, int32_t len, int32_t pos);

#endif
