#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/wordhits.h"

enum {
    CHUNK = 256,         /* sequences a work item; fixed */
    WORD_BIN_BITS = 8,   /* bins of words: so many of a word's upper bits */
    QUERY_BIN_BITS = 10, /* bins of queries: about so many at most */
    KEPT_BITS = 26,      /* of a word, where the letters around it are in its record */
    AROUND_BITS = GW_WORDSHAPE_AROUND,
    PLACE_BITS = 6       /* one entry of the table that finds a letter's sequence for so many */
};

typedef struct {
    gw_word_t *word;
    uint8_t *reverse;
    gw_recs_t recs;
    int32_t *seq, *pos; /* of the places of one word */
    uint32_t *around;
    size_t cap_seq, cap_pos, cap_around;
} worker_t;

/* A word's record, from the highest bits: what its bin does not say of the word; the strand; 32 bits
 * of the place: the letter's number in the set, where the strand turned counts from the other end of
 * its sequence; the kinds of the letters around it. */
typedef struct {
    const gw_seqset_t *s;
    const gw_wordhits_rules_t *r;
    gw_wordhits_t *h;
    gw_wordshape_t shape;
    int32_t most_letters; /* of a sequence that shows this shape */
    int word_bits, around_bits; /* of a word; of a record */
    bool unlike[1 << AROUND_BITS]; /* of the kinds that differ: are they too many? */
    gw_recbins_t words;
    int32_t *holder; /* of every 2^PLACE_BITS-th letter: its sequence */
    bool by_length;  /* canonical order is by falling length */
    worker_t *worker;
} find_t;

/* 1. words into bins */
static gw_status_t put_words(find_t *f, int worker, int32_t u, int strand, gw_err_t *err)
{
    const gw_seqset_t *s = f->s;
    worker_t *w = &f->worker[worker];
    const uint8_t *seq = gw_seqset_seq(s, u);
    int32_t len = gw_seqset_len(s, u);
    if (strand) {
        gw_seqset_turn(seq, len, w->reverse);
        seq = w->reverse;
    }
    int64_t keep = GW_WORDSHAPE_ALL / f->r->sample, most = f->r->most_words;
    if (most > 0 && keep * len > most * GW_WORDSHAPE_ALL)
        keep = most * GW_WORDSHAPE_ALL / len;
    int32_t n = gw_wordshape_words(&f->shape, seq, len, (uint32_t)keep, w->word);
    for (int32_t i = 0; i < n; i++) {
        uint64_t v = w->word[i].word >> (GW_WORDSHAPE_BITS - f->word_bits);
        const int rest = f->word_bits - WORD_BIN_BITS;
        uint64_t rec = ((v & ((1U << rest) - 1)) << 1 | (uint64_t)strand) << 32 |
                       (uint32_t)(s->off[u] + w->word[i].pos);
        rec <<= f->around_bits;
        if (f->around_bits > 0)
            rec |= gw_wordshape_around(&f->shape, seq, len, w->word[i].pos);
        gw_status_t st = gw_recbins_put(&f->words, worker, (int)(v >> rest), rec, err);
        if (st != GW_OK)
            return st;
    }
    return GW_OK;
}

static gw_status_t words_chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    find_t *f = ctx;
    int32_t end = (int32_t)((i + 1) * CHUNK < f->s->n ? (i + 1) * CHUNK : f->s->n);
    int strands = f->r->both_strands ? 2 : 1;
    gw_status_t st = GW_OK;
    for (int32_t u = (int32_t)i * CHUNK; u < end; u++)
        for (int strand = 0; strand < strands && st == GW_OK; strand++)
            if ((!f->r->active || f->r->active[u]) && gw_seqset_len(f->s, u) <= f->most_letters)
                st = put_words(f, worker, u, strand, err);
    return st;
}

/* 2. words into hits */
static inline int32_t holder_of(const find_t *f, uint32_t place)
{
    int32_t u = f->holder[place >> PLACE_BITS];
    while (f->s->off[u + 1] <= (int64_t)place)
        u++;
    return u;
}

static inline gw_status_t put_hit(find_t *f, int worker, int32_t query, int32_t target, bool strand,
                                  int32_t diag, gw_err_t *err)
{
    gw_wordhits_t *h = f->h;
    uint64_t within = (uint64_t)query & (((uint64_t)1 << h->query_bits) - 1);
    uint64_t rec = (within << h->target_bits | (uint64_t)target) << 1 | strand;
    return gw_recbins_put(&h->bins, worker, query >> h->query_bits,
                          rec << h->low_bits | (uint64_t)(diag + h->longest), err);
}

/* The places of one word: the first `forward` of them are on the given strand and stand for
 * targets; all stand for queries. Both parts are in canonical order. */
static gw_status_t meet(find_t *f, int worker, size_t forward, size_t n, gw_err_t *err)
{
    const gw_wordhits_rules_t *r = f->r;
    const worker_t *w = &f->worker[worker];
    size_t first = 0, end = 0;
    gw_status_t st = GW_OK;
    for (size_t q = 0; q < n; q++) {
        int32_t u = w->seq[q], len = gw_seqset_len(f->s, u);
        if (q == forward)
            first = end = 0;
        while (end < forward && w->seq[end] < u)
            end++;
        while (f->by_length && first < end &&
               gw_seqset_len(f->s, w->seq[first]) * r->min_ratio > len)
            first++;
        bool old = r->fresh && !r->fresh[u];
        size_t gap = end, resume = end;
        if (end - first > (size_t)(r->centres + r->neighbours)) {
            gap = first + (size_t)r->centres;
            resume = end - (size_t)r->neighbours;
        }
        for (size_t t = first; st == GW_OK && t < end; t++) {
            if (t == gap)
                t = resume;
            if (f->unlike[w->around[t] ^ w->around[q]])
                continue;
            if (!old || r->fresh[w->seq[t]])
                st = put_hit(f, worker, u, w->seq[t], q >= forward, w->pos[t] - w->pos[q], err);
        }
    }
    return st;
}

static gw_status_t hits_of_bin(void *ctx, int worker, int64_t bin, gw_err_t *err)
{
    find_t *f = ctx;
    worker_t *w = &f->worker[worker];
    const int place_at = f->around_bits, strand_at = place_at + 32, word_at = strand_at + 1;
    gw_status_t st = gw_recbins_take(&f->words, (int)bin, word_at, &w->recs, err);
    const uint64_t *v = w->recs.v;
    for (size_t i = 0, k; st == GW_OK && i < w->recs.n; i = k) {
        for (k = i + 1; k < w->recs.n && v[k] >> word_at == v[i] >> word_at;)
            k++;
        if (k - i < 2)
            continue;
        if (!GW_GROW(w->seq, w->cap_seq, k - i) || !GW_GROW(w->pos, w->cap_pos, k - i) ||
            !GW_GROW(w->around, w->cap_around, k - i))
            return gw_err_nomem(err, "finding pairs");
        size_t forward = 0;
        for (size_t j = i; j < k; j++) {
            uint32_t place = (uint32_t)(v[j] >> place_at);
            int32_t u = holder_of(f, place);
            w->seq[j - i] = u;
            w->pos[j - i] = (int32_t)((int64_t)place - f->s->off[u]);
            w->around[j - i] = (uint32_t)(v[j] & ((1U << place_at) - 1));
            forward += !(v[j] >> strand_at & 1);
        }
        st = meet(f, worker, forward, k - i, err);
    }
    return st;
}

/* 3. all of it */
static int bits_of(uint64_t x)
{
    return x ? 64 - __builtin_clzll(x) : 0;
}

static gw_status_t prepare(find_t *f, gw_err_t *err)
{
    const gw_seqset_t *s = f->s;
    gw_wordhits_t *h = f->h;
    if (s->n_letters > (int64_t)UINT32_MAX)
        return gw_err_set(err, GW_EDATA, "more than 4 G letters in one set; cluster it in parts");
    *h = (gw_wordhits_t){.longest = s->longest,
                         .low_bits = bits_of(2 * (uint64_t)s->longest),
                         .target_bits = bits_of((uint64_t)s->n)};
    int room = 64 - h->low_bits - 1 - h->target_bits;
    h->query_bits = h->target_bits > QUERY_BIN_BITS ? h->target_bits - QUERY_BIN_BITS : 0;
    h->query_bits = h->query_bits < room ? h->query_bits : room;
    f->worker = gw_calloc((size_t)f->r->threads, sizeof *f->worker);
    f->holder = gw_malloc((size_t)(s->n_letters >> PLACE_BITS) + 1, sizeof *f->holder);
    if (!f->worker || !f->holder)
        return gw_err_nomem(err, "finding pairs");
    for (int t = 0; t < f->r->threads; t++) {
        worker_t *w = &f->worker[t];
        w->word = gw_malloc((size_t)s->longest, sizeof *w->word);
        w->reverse = gw_malloc((size_t)s->longest, 1);
        if (!w->word || !w->reverse)
            return gw_err_nomem(err, "finding pairs");
    }
    f->around_bits = f->r->most_unlike > 0 ? AROUND_BITS : 0;
    f->word_bits = f->r->most_unlike > 0 ? KEPT_BITS : GW_WORDSHAPE_BITS;
    for (unsigned x = 0; x >> f->around_bits == 0; x++)
        f->unlike[x] = __builtin_popcount(x) > f->r->most_unlike;
    f->by_length = true;
    for (int32_t u = 0; u < s->n; u++) {
        f->by_length = f->by_length && (u == 0 || gw_seqset_len(s, u) <= gw_seqset_len(s, u - 1));
        int64_t step = (int64_t)1 << PLACE_BITS;
        for (int64_t k = (s->off[u] + step - 1) / step; k * step < s->off[u + 1]; k++)
            f->holder[k] = u;
    }
    return gw_recbins_init(&h->bins, (int)(((uint32_t)s->n - 1) >> h->query_bits) + 1,
                           f->r->threads, &f->r->room, err);
}

uint64_t gw_wordhits_least(int32_t n, int threads)
{
    int most = 1 << QUERY_BIN_BITS;
    return gw_recbins_least(1 << WORD_BIN_BITS, threads) +
           gw_recbins_least(n < most ? n : most, threads);
}

gw_status_t gw_wordhits_find(const gw_seqset_t *s, const gw_wordhits_rules_t *r, gw_wordhits_t *h,
                             gw_err_t *err)
{
    find_t f = {.s = s, .r = r, .h = h};
    gw_status_t st = prepare(&f, err);
    for (int k = 0; st == GW_OK && k < r->n_shapes + r->n_short; k++) {
        bool any = k < r->n_shapes;
        gw_wordshape_init(&f.shape, s->kind, any ? k : GW_WORDSHAPE_SHORT + k - r->n_shapes);
        f.most_letters = any ? INT32_MAX : f.shape.short_letters;
        st = gw_recbins_init(&f.words, 1 << WORD_BIN_BITS, r->threads, &r->room, err);
        if (st == GW_OK)
            st = gw_thread_for(r->threads, (s->n + CHUNK - 1) / CHUNK, words_chunk, &f, err);
        if (st == GW_OK)
            st = gw_thread_for(r->threads, 1 << WORD_BIN_BITS, hits_of_bin, &f, err);
        gw_recbins_release(&f.words);
    }
    for (int t = 0; f.worker && t < r->threads; t++) {
        worker_t *w = &f.worker[t];
        free(w->word);
        free(w->reverse);
        free(w->seq);
        free(w->pos);
        free(w->around);
        gw_recs_release(&w->recs);
    }
    free(f.worker);
    free(f.holder);
    return st;
}

void gw_wordhits_release(gw_wordhits_t *h)
{
    gw_recbins_release(&h->bins);
}
