#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cluster/wordindex.h"

/* Rarer words than this share numbers: a few more chance hits for a smaller table. */
enum { MAX_WORDS = 1 << 24 };

/* 1. word shapes */
static const char *const protein_shape[GW_WORD_MAX_SHAPES] = {"11101001111", "110110001111",
                                                              "1110010110011", "11001011010011"};
static const char *const dna_shape[GW_WORD_MAX_SHAPES] = {
    "111010010100110111", "110100110010101111", "1111001010010111", "11011000110101111"};
static const char *const protein_class[] = {"LVIM", "C",   "A",    "G",  "ST",
                                            "P",    "FYW", "EDNQ", "KR", "H"};

void gw_wordshape_init(gw_wordshape_t *w, gw_seqkind_t kind, double min_id, int i)
{
    const char *shape = kind == GW_SEQ_DNA ? dna_shape[i] : protein_shape[i];
    *w = (gw_wordshape_t){.span = (int)strlen(shape), .sample = 1};
    for (int k = 0; shape[k]; k++)
        if (shape[k] == '1')
            w->offset[w->weight++] = k;
    if (kind == GW_SEQ_DNA) {
        w->base = 4;
        for (int c = 0; c < 32; c++)
            w->class_of[c] = (uint8_t)(c < 4 ? c : 4);
        w->sample = min_id >= 0.9 ? 4 : 1;
    } else {
        static const char letters[] = "ARNDCQEGHILKMFPSTWYV";
        w->base = (int)(sizeof protein_class / sizeof *protein_class);
        memset(w->class_of, w->base, sizeof w->class_of);
        for (int c = 0; letters[c]; c++)
            for (int k = 0; k < w->base; k++)
                if (strchr(protein_class[k], letters[c]))
                    w->class_of[c] = (uint8_t)k;
    }
    uint64_t words = 1;
    for (int k = 0; k < w->weight; k++)
        words *= (uint64_t)w->base;
    w->hashed = words > MAX_WORDS;
    w->n_words = w->hashed ? MAX_WORDS : (uint32_t)words;
}

int32_t gw_wordshape_words(const gw_wordshape_t *w, const uint8_t *seq, int32_t len, uint32_t *word)
{
    int32_t n = len - w->span + 1;
    for (int32_t p = 0; p < n; p++) {
        uint32_t code = 0, bad = 0;
        for (int k = 0; k < w->weight; k++) {
            uint32_t c = w->class_of[seq[p + w->offset[k]]];
            bad |= c == (uint32_t)w->base;
            code = code * (uint32_t)w->base + c;
        }
        if (w->hashed)
            code = (uint32_t)(gw_hash_mix(code) % MAX_WORDS);
        if (bad || (w->sample > 1 && gw_hash_mix(code) % w->sample != 0))
            code = UINT32_MAX;
        word[p] = code;
    }
    return n > 0 ? n : 0;
}

/* 2. the index: a counting sort, so entries come out in the order of the sequences */
gw_status_t gw_wordindex_build(gw_wordindex_t *x, const gw_wordshape_t *w, const gw_seqset_t *s,
                               const uint8_t *active, gw_err_t *err)
{
    uint32_t *word = gw_malloc((size_t)s->longest + 1, sizeof *word);
    x->start = gw_calloc((size_t)w->n_words + 2, sizeof *x->start);
    x->entry = NULL;
    if (!word || !x->start)
        goto nomem;
    /* counted two places ahead: after the sums, start[k + 1] is where word k begins, and filling
     * moves it on to where word k ends, which is where word k + 1 begins */
    for (int32_t u = 0; u < s->n; u++) {
        if (active && !active[u])
            continue;
        int32_t n = gw_wordshape_words(w, gw_seqset_seq(s, u), gw_seqset_len(s, u), word);
        for (int32_t p = 0; p < n; p++)
            if (word[p] != UINT32_MAX)
                x->start[word[p] + 2]++;
    }
    uint64_t total = 0;
    for (uint64_t k = 0; k < (uint64_t)w->n_words + 2; k++) {
        total += x->start[k];
        x->start[k] = (uint32_t)total;
    }
    if (total >= UINT32_MAX) {
        free(word);
        return gw_err_set(err, GW_EDATA, "more than 4 G letters in one set; cluster it in parts");
    }
    x->entry = gw_malloc(total, sizeof *x->entry);
    if (!x->entry)
        goto nomem;
    for (int32_t u = 0; u < s->n; u++) {
        if (active && !active[u])
            continue;
        int32_t n = gw_wordshape_words(w, gw_seqset_seq(s, u), gw_seqset_len(s, u), word);
        for (int32_t p = 0; p < n; p++)
            if (word[p] != UINT32_MAX)
                x->entry[x->start[word[p] + 1]++] = (gw_wordentry_t){(uint32_t)u, (uint32_t)p};
    }
    free(word);
    return GW_OK;
nomem:
    free(word);
    return gw_err_nomem(err, "indexing words");
}

void gw_wordindex_release(gw_wordindex_t *x)
{
    free(x->start);
    free(x->entry);
    *x = (gw_wordindex_t){0};
}
