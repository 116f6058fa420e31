#include <config.h>

#include <string.h>

#include "base/hash.h"
#include "cluster/wordshape.h"

static const char *const protein_shape[GW_WORDSHAPE_MAX + GW_WORDSHAPE_SHORTS] = {
    "11101001111", "110110001111", "1110010110011", "11001011010011", "1100110111", "11010111"};
static const int short_letters[GW_WORDSHAPE_SHORTS] = {250, 130};
static const char *const dna_shape[GW_WORDSHAPE_MAX] = {"111010010100110111", "110100110010101111",
                                                        "1111001010010111", "11011000110101111"};
static const char *const protein_class[] = {"LVIM", "C",   "A",    "G",  "ST",
                                            "P",    "FYW", "EDNQ", "KR", "H"};

void gw_wordshape_init(gw_wordshape_t *w, gw_seqkind_t kind, int i)
{
    const char *shape = kind == GW_SEQ_DNA ? dna_shape[i] : protein_shape[i];
    *w = (gw_wordshape_t){.span = (int)strlen(shape), .class_bits = kind == GW_SEQ_DNA ? 2 : 4};
    w->short_letters = i < GW_WORDSHAPE_SHORT ? 0 : short_letters[i - GW_WORDSHAPE_SHORT];
    for (int k = 0; k < w->span; k++) {
        w->weight += shape[k] == '1';
        w->mask =
            w->mask << w->class_bits | (shape[k] == '1' ? ((uint64_t)1 << w->class_bits) - 1 : 0);
        w->places = w->places << 1 | (shape[k] == '1');
    }
    memset(w->class_of, GW_WORDSHAPE_NONE, sizeof w->class_of);
    if (kind == GW_SEQ_DNA) {
        for (int c = 0; c < 4; c++)
            w->class_of[c] = (uint8_t)c;
        return;
    }
    static const char letters[] = "ARNDCQEGHILKMFPSTWYV", hydrophobic[] = "ACFILMVWY";
    for (int c = 0; letters[c]; c++)
        w->hydrophobic |= (uint32_t)(strchr(hydrophobic, letters[c]) != NULL) << c;
    int n = 0, left = (GW_WORDSHAPE_AROUND - w->span + w->weight) / 2;
    for (int at = -left; n < GW_WORDSHAPE_AROUND; at++)
        if (at < 0 || at >= w->span || shape[at] != '1')
            w->around[n++] = (int8_t)at;
    for (int c = 0; letters[c]; c++)
        for (size_t k = 0; k < sizeof protein_class / sizeof *protein_class; k++)
            if (strchr(protein_class[k], letters[c]))
                w->class_of[c] = (uint8_t)k;
}

int32_t gw_wordshape_words(const gw_wordshape_t *w, const uint8_t *seq, int32_t len, uint32_t keep,
                           gw_word_t *word)
{
    const uint64_t mask = w->mask;
    uint64_t code = 0;
    uint32_t none = 0; /* which of the last letters have no class */
    int32_t n = 0;
    for (int32_t i = 0; i < len; i++) {
        uint8_t c = w->class_of[seq[i]];
        none = none << 1 | (c == GW_WORDSHAPE_NONE);
        code = code << w->class_bits | (c & 15);
        if (i + 1 < w->span)
            continue;
        uint64_t h = gw_hash_mix(code & mask);
        word[n] = (gw_word_t){(uint32_t)(h >> (64 - GW_WORDSHAPE_BITS)), i + 1 - w->span};
        n += (none & w->places) == 0 && (h & 0xffff) < keep;
    }
    return n;
}

uint32_t gw_wordshape_around(const gw_wordshape_t *w, const uint8_t *seq, int32_t len, int32_t pos)
{
    uint32_t kinds = 0;
    for (int k = 0; k < GW_WORDSHAPE_AROUND; k++) {
        int32_t at = pos + w->around[k];
        kinds = kinds << 1 | (at >= 0 && at < len ? w->hydrophobic >> seq[at] & 1 : 0);
    }
    return kinds;
}
