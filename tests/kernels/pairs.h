/* tests/kernels/pairs.h -- random batches of sequence pairs, and scoring schemes, for tests and
 *                          benchmarks of kernels/extend.h
 */
#ifndef GW_TESTS_PAIRS_H
#define GW_TESTS_PAIRS_H

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "kernels/extend.h"

enum { PAIRS_ROOM = 1 << 22 };

typedef struct {
    gw_extend_batch_t b;
    uint8_t *query, *target;
    int64_t *q_off, *t_off;
    int32_t *q_len, *t_len;
    size_t q_size, t_size;
} pairs_t;

static inline void pairs_release(pairs_t *p)
{
    free(p->query);
    free(p->target);
    free(p->q_off);
    free(p->t_off);
    free(p->q_len);
    free(p->t_len);
}

/* n pairs with room for letters letters on each side; false when memory is short */
static inline bool pairs_init(pairs_t *p, size_t n, size_t letters)
{
    *p = (pairs_t){0};
    p->query = gw_malloc(letters, 1);
    p->target = gw_malloc(letters, 1);
    p->q_off = gw_calloc(n, sizeof *p->q_off);
    p->t_off = gw_calloc(n, sizeof *p->t_off);
    p->q_len = gw_calloc(n, sizeof *p->q_len);
    p->t_len = gw_calloc(n, sizeof *p->t_len);
    p->b = (gw_extend_batch_t){n, p->query, p->target, p->q_off, p->t_off, p->q_len, p->t_len};
    return p->query && p->target && p->q_off && p->t_off && p->q_len && p->t_len;
}

static inline uint8_t random_letter(gw_rng_t *rng, int letters)
{
    return (uint8_t)gw_rng_below(rng, (uint64_t)letters);
}

/* Pair i: t_len random letters, and a query cut out of them from a random place with about one
 * change in every `every` letters (0: unrelated); letters is how many codes there are. */
static inline void pairs_add(pairs_t *p, size_t i, gw_rng_t *rng, int letters, int32_t q_len,
                             int32_t t_len, int every)
{
    p->q_off[i] = (int64_t)p->q_size;
    p->t_off[i] = (int64_t)p->t_size;
    p->q_len[i] = q_len;
    p->t_len[i] = t_len;
    uint8_t *q = p->query + p->q_size, *t = p->target + p->t_size;
    for (int32_t j = 0; j < t_len; j++)
        t[j] = random_letter(rng, letters);
    int32_t from = t_len > q_len ? (int32_t)gw_rng_below(rng, (uint64_t)(t_len - q_len) + 1) : 0;
    for (int32_t k = 0, j = from; k < q_len; k++, j++) {
        uint64_t what = every ? gw_rng_below(rng, (uint64_t)every * 4) : 0;
        if (what == 1)
            j += (int32_t)gw_rng_below(rng, 6); /* deletion */
        else if (what == 2)
            j -= (int32_t)gw_rng_below(rng, 6); /* insertion, tandem */
        bool copy = every && what > 3 && j >= 0 && j < t_len;
        q[k] = copy ? t[j] : random_letter(rng, letters);
    }
    p->q_size += (size_t)q_len;
    p->t_size += (size_t)t_len;
}

/* schemes: every way that a kernel may go */
typedef struct {
    const char *name;
    int letters;            /* of DNA: 5 */
    int match, mismatch, n; /* letters > 5: random matrices around these */
    int open, extend, bonus;
    int odd; /* 1: a matrix that is not symmetric and favours N */
} scheme_t;

static const scheme_t schemes[] = {
    {"bwa", 5, 1, -4, -1, 6, 1, 5, 0},
    {"local", 5, 1, -4, -1, 6, 1, 0, 0},
    {"short-read", 5, 2, -8, -1, 12, 1, 10, 0},
    {"easy gaps", 5, 2, -1, 0, 1, 1, 0, 0},
    {"bonus above a gap", 5, 3, -2, -1, 2, 1, 20, 0},
    {"free gaps", 5, 1, -1, -1, 0, 0, 3, 0},
    {"free opening", 5, 1, -2, 0, 0, 1, 0, 0},
    {"steep", 5, 100, -100, -1, 90, 40, 100, 0},
    {"large penalties", 5, 5, -4, -1, 300, 200, 400, 0},
    {"odd matrix", 5, 2, -3, -1, 4, 2, 4, 1},
    {"four letters", 4, 2, -3, -1, 4, 2, 4, 0},
    {"two letters", 2, 1, -1, -1, 1, 1, 2, 0},
    {"protein", 24, 6, -2, -1, 11, 1, 0, 0},
    {"protein, bonus", 24, 6, -2, -1, 11, 1, 7, 0},
    {"protein, heavy", 32, 120, -30, -1, 100, 20, 0, 1},
    {"gaps before mismatches", 5, 2, -20, -3, 2, 1, 0, 0},
};
enum { N_SCHEMES = sizeof schemes / sizeof *schemes };

static inline void scheme_params(const scheme_t *s, gw_extend_params_t *p)
{
    gw_extend_params_dna(p, s->match, s->mismatch, s->n, s->open, s->extend, s->bonus);
    if (s->letters == 5 && !s->odd)
        return;
    gw_rng_t rng;
    gw_rng_init(&rng, 17);
    p->n_letters = s->letters;
    for (int a = 0; a < s->letters; a++)
        for (int b = 0; b < s->letters; b++) {
            int v = a == b ? s->match : s->mismatch;
            if (s->letters > 5 || s->odd)
                v += (int)gw_rng_below(&rng, 5) - 2;
            if (!s->odd && b < a)
                v = p->matrix[b * s->letters + a];
            p->matrix[a * s->letters + b] = (int8_t)v;
        }
}

#endif
