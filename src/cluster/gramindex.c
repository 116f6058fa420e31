#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cluster/gramindex.h"

enum {
    MIN_NEED = 2,   /* words that must be found, at least */
    SPARE = 8,      /* words looked up beyond those that errors can destroy: so many and... */
    SPARE_PART = 6, /* ...one for so many of those */
    RARITIES = 2048,
    DIAG_BAND = 10 /* hits this near in diagonal agree */
};

/* 1. the index */
/* word[p] = number of the word that starts at p, UINT32_MAX where a letter is none of ACGT. */
static int32_t words_of(const uint8_t *seq, int32_t len, int k, uint32_t n_words, uint32_t *word)
{
    const uint32_t all = k < 16 ? ((uint32_t)1 << 2 * k) - 1 : UINT32_MAX;
    uint32_t code = 0;
    int32_t good = 0;
    for (int32_t i = 0; i < len; i++) {
        code = (code << 2 | (seq[i] & 3)) & all;
        good = seq[i] < 4 ? good + 1 : 0;
        if (i + 1 >= k)
            word[i + 1 - k] =
                good >= k ? (uint32_t)(gw_hash_mix(code) & (n_words - 1)) : UINT32_MAX;
    }
    return len >= k ? len - k + 1 : 0;
}

gw_status_t gw_gramindex_build(gw_gramindex_t *x, const gw_seqset_t *s, const int32_t *u, int32_t n,
                               int k, gw_err_t *err)
{
    int64_t letters = 0, longest = 0;
    gw_gramindex_release(x);
    for (int32_t i = 0; i < n; i++) {
        letters += gw_seqset_len(s, u[i]);
        longest = gw_seqset_len(s, u[i]) > longest ? gw_seqset_len(s, u[i]) : longest;
    }
    if (letters >= UINT32_MAX)
        return gw_err_set(err, GW_EDATA, "more than 4 G letters in representatives; cluster in parts");
    uint32_t n_words = 1 << 10;
    while (n_words < letters && n_words < (uint32_t)1 << 26)
        n_words *= 2;
    *x = (gw_gramindex_t){.n_words = n_words, .n = n, .k = k};
    uint32_t *word = gw_malloc((size_t)longest + 1, sizeof *word);
    x->start = gw_calloc((size_t)n_words + 2, sizeof *x->start);
    x->entry = gw_malloc((size_t)letters, sizeof *x->entry);
    if (!word || !x->start || !x->entry) {
        free(word);
        return gw_err_nomem(err, "indexing words");
    }
    /* counted two places ahead, so that filling leaves every start where it belongs */
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < n; i++) {
            int32_t m = words_of(gw_seqset_seq(s, u[i]), gw_seqset_len(s, u[i]), k, n_words, word);
            for (int32_t p = 0; p < m; p++) {
                if (word[p] == UINT32_MAX)
                    continue;
                if (pass == 0)
                    x->start[word[p] + 2]++;
                else
                    x->entry[x->start[word[p] + 1]++] = (gw_gram_t){(uint32_t)i, (uint32_t)p};
            }
        }
        for (uint64_t w = 0; pass == 0 && w < (uint64_t)n_words; w++)
            x->start[w + 2] += x->start[w + 1];
    }
    free(word);
    return GW_OK;
}

void gw_gramindex_release(gw_gramindex_t *x)
{
    free(x->start);
    free(x->entry);
    *x = (gw_gramindex_t){0};
}

/* 2. rules */
void gw_gramrules_init(gw_gramrules_t *r, int32_t id_num, int32_t id_den, double min_ratio)
{
    double id = (double)id_num / id_den;
    *r = (gw_gramrules_t){.id_num = id_num, .id_den = id_den, .min_ratio = min_ratio};
    r->k = id >= 0.9 ? 12 : id >= 0.8 ? 10 : 8;
    r->survive = 1;
    for (int i = 0; i < r->k; i++)
        r->survive *= id;
}

/* 3. searching */
/* What is known of a target: how many words hit it, and the diagonal most of them agree on. */
typedef struct {
    uint32_t epoch, hits;
    int32_t diag, votes;
} slot_t;

struct gw_gramsearch {
    slot_t *slot;
    uint32_t epoch;
    int32_t *found;
    uint32_t *word, *more_word, *length; /* of the query's words: numbers, entries in the lists */
    gw_gramhit_t *hit;
    size_t n_found, cap_hit;
};

gw_gramsearch_t *gw_gramsearch_create(int64_t longest, size_t n)
{
    gw_gramsearch_t *w = gw_calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->slot = gw_calloc(n, sizeof *w->slot);
    w->found = gw_malloc(n, sizeof *w->found);
    w->word = gw_malloc((size_t)longest + 1, sizeof *w->word);
    w->more_word = gw_malloc((size_t)longest + 1, sizeof *w->more_word);
    w->length = gw_malloc((size_t)longest + 1, sizeof *w->length);
    if (!w->slot || !w->found || !w->word || !w->more_word || !w->length) {
        gw_gramsearch_destroy(w);
        return NULL;
    }
    return w;
}

void gw_gramsearch_destroy(gw_gramsearch_t *w)
{
    if (!w)
        return;
    free(w->slot);
    free(w->found);
    free(w->word);
    free(w->more_word);
    free(w->length);
    free(w->hit);
    free(w);
}

static void count(gw_gramsearch_t *w, const gw_gramindex_t *x, uint32_t word, int32_t base,
                  int32_t pos)
{
    for (uint32_t i = x->start[word]; i < x->start[word + 1]; i++) {
        int32_t at = base + (int32_t)x->entry[i].seq, diag = (int32_t)x->entry[i].pos - pos;
        slot_t *s = &w->slot[at];
        if (s->epoch != w->epoch) {
            *s = (slot_t){w->epoch, 1, diag, 1};
            w->found[w->n_found++] = at;
            continue;
        }
        s->hits++;
        if (abs(diag - s->diag) <= DIAG_BAND) {
            s->votes++;
        } else if (--s->votes < 0) {
            s->diag = diag;
            s->votes = 1;
        }
    }
}

/* How rare a word must be for `want` of the query's words to be as rare. */
static uint32_t rarity(const gw_gramsearch_t *w, int32_t n, int32_t want, int32_t n_targets)
{
    int32_t tally[RARITIES] = {0}, sum = 0;
    int shift = 0;
    while (n_targets >> shift >= RARITIES)
        shift++;
    for (int32_t p = 0; p < n; p++)
        if (w->word[p] != UINT32_MAX) {
            uint32_t r = w->length[p] >> shift;
            tally[r < RARITIES ? r : RARITIES - 1]++;
        }
    for (uint32_t r = 0; r + 1 < RARITIES; r++)
        if ((sum += tally[r]) >= want)
            return ((r + 1) << shift) - 1;
    return UINT32_MAX;
}

static int cmp_hit(const void *a, const void *b)
{
    const gw_gramhit_t *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

gw_status_t gw_gramsearch_run(gw_gramsearch_t *w, const gw_gramrules_t *r, const gw_gramindex_t *x,
                              const gw_gramindex_t *more, const gw_seqset_t *s,
                              const int32_t *target, const uint8_t *query, int32_t len,
                              int32_t limit, const gw_gramhit_t **hit, size_t *n_hits,
                              gw_err_t *err)
{
    w->epoch++;
    w->n_found = 0;
    int32_t n = 0;
    if (x->n > 0)
        n = words_of(query, len, r->k, x->n_words, w->word);
    if (more->n > 0)
        n = words_of(query, len, r->k, more->n_words, x->n > 0 ? w->more_word : w->word);
    for (int32_t p = 0; p < n; p++) {
        w->length[p] = 0;
        if (w->word[p] == UINT32_MAX)
            continue;
        if (x->n > 0)
            w->length[p] += x->start[w->word[p] + 1] - x->start[w->word[p]];
        if (more->n > 0) {
            uint32_t m = x->n > 0 ? w->more_word[p] : w->word[p];
            w->length[p] += more->start[m + 1] - more->start[m];
        }
    }
    int64_t errors = (int64_t)(r->id_den - r->id_num) * len / r->id_num, lost = errors * r->k;
    bool certain = lost + SPARE < n;
    uint32_t rare = rarity(w, n, certain ? (int32_t)(lost + SPARE + lost / SPARE_PART) : n,
                           x->n + more->n);
    int32_t asked = 0;
    for (int32_t p = 0; p < n; p++) {
        if (w->word[p] == UINT32_MAX || w->length[p] > rare)
            continue;
        asked++;
        if (x->n > 0)
            count(w, x, w->word[p], 0, p);
        if (more->n > 0)
            count(w, more, x->n > 0 ? w->more_word[p] : w->word[p], x->n, p);
    }
    size_t k = 0;
    if (!GW_GROW(w->hit, w->cap_hit, w->n_found))
        return gw_err_nomem(err, "finding pairs");
    for (size_t i = 0; i < w->n_found; i++) {
        int32_t at = w->found[i];
        const slot_t *slot = &w->slot[at];
        if (at >= limit)
            continue;
        int32_t t_len = gw_seqset_len(s, target[at]), lo = t_len < len ? t_len : len;
        if (lo < r->min_ratio * (t_len < len ? len : t_len))
            continue;
        /* letters of the query before the target begins and after it ends */
        int32_t before = slot->diag < 0 ? -slot->diag : 0, after = len + slot->diag - t_len;
        int32_t outside = before + (after > 0 ? after : 0);
        int64_t need = asked - lost - outside;
        if (!certain) {
            int64_t inside = asked - (int64_t)outside * asked / len;
            need = (int64_t)((double)inside * r->survive / 2);
        }
        if (slot->hits >= (need < MIN_NEED ? MIN_NEED : need))
            w->hit[k++] = (gw_gramhit_t){at, slot->diag};
    }
    if (k > 1)
        qsort(w->hit, k, sizeof *w->hit, cmp_hit);
    *hit = w->hit;
    *n_hits = k;
    return GW_OK;
}
