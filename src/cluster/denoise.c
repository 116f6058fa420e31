#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/denoise.h"
#include "cluster/editdist.h"
#include "cluster/partition.h"
#include "cluster/wordlist.h"

enum { CHUNK = 64, SPARE = 3 };

typedef struct {
    size_t lo, hi; /* entries of a word */
} range_t;

typedef struct {
    int32_t *count, *hit;
    range_t *range;
} worker_t;

typedef struct {
    const gw_seqset_t *s;
    const gw_denoise_opts_t *opts;
    double skew[GW_EDITDIST_MAX + 1]; /* the least ratio of abundances for d differences */
    gw_wordlist_t words;              /* of the centres */
    int32_t *centre;                  /* their uniques */
    int64_t *size;                    /* abundance of every unique */
    worker_t *worker;
    int32_t from, to; /* uniques of the batch */
    int32_t *rep;
} run_t;

/* How many differences a copy of abundance size may have from a centre of abundance top. */
static int32_t allowed(const run_t *r, int64_t size, int64_t top)
{
    int32_t d = 0;
    while (d < GW_EDITDIST_MAX && (double)size * r->skew[d + 1] <= (double)top)
        d++;
    return d;
}

static int cmp_range(const void *x, const void *y)
{
    const range_t *a = x, *b = y;
    size_t n = a->hi - a->lo, m = b->hi - b->lo;
    if (n != m)
        return n < m ? -1 : 1;
    return a->lo < b->lo ? -1 : a->lo > b->lo;
}

/* The places that hold at least one of the rarest most + SPARE words of u; count tells of how many.
 * Returns how many words were asked for, at most -1: words alone exclude nothing. */
static int32_t share_words(const run_t *r, worker_t *w, int32_t u, int32_t most, int32_t *n_hit)
{
    const uint8_t *q = gw_seqset_seq(r->s, u);
    int32_t len = gw_seqset_len(r->s, u), n = 0;
    for (int32_t i = 0; i + GW_WORDLIST_LEN <= len; i += GW_WORDLIST_LEN)
        n += gw_wordlist_find(&r->words, q + i, &w->range[n].lo, &w->range[n].hi);
    if (n <= most)
        return -1;
    qsort(w->range, (size_t)n, sizeof *w->range, cmp_range);
    n = n < most + SPARE ? n : most + SPARE;
    for (int32_t i = 0; i < n; i++)
        for (size_t e = w->range[i].lo; e < w->range[i].hi; e++) {
            int32_t place = (int32_t)(uint32_t)r->words.entry[e];
            if (w->count[place]++ == 0)
                w->hit[(*n_hit)++] = place;
        }
    return n;
}

/* The nearest centre that u can be a copy of, or -1. */
static int32_t nearest(const run_t *r, worker_t *w, int32_t u)
{
    const gw_seqset_t *s = r->s;
    const uint8_t *q = gw_seqset_seq(s, u);
    int32_t len = gw_seqset_len(s, u), n_hit = 0, best = -1, least = INT32_MAX;
    if (r->words.n == 0)
        return -1;
    int32_t most = allowed(r, r->size[u], r->size[r->centre[0]]);
    if (most == 0)
        return -1;
    int32_t asked = share_words(r, w, u, most, &n_hit);
    for (int32_t i = 0; i < (asked < 0 ? r->words.n : n_hit); i++) {
        int32_t at = asked < 0 ? i : w->hit[i], c = r->centre[at];
        int32_t limit = allowed(r, r->size[u], r->size[c]);
        limit = limit < least ? limit : least;
        if (limit > 0 && (asked < 0 || w->count[at] >= asked - limit)) {
            int32_t d = gw_editdist(q, len, gw_seqset_seq(s, c), gw_seqset_len(s, c), limit);
            if (d <= limit && (d < least || c < best)) {
                least = d;
                best = c;
            }
        }
    }
    for (int32_t i = 0; i < n_hit; i++)
        w->count[w->hit[i]] = 0;
    return best;
}

static gw_status_t chunk(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)err;
    run_t *r = ctx;
    int32_t beg = r->from + (int32_t)i * CHUNK, end = beg + CHUNK < r->to ? beg + CHUNK : r->to;
    for (int32_t u = beg; u < end; u++)
        r->rep[u] = nearest(r, &r->worker[worker], u);
    return GW_OK;
}

/* Uniques whose abundances are within the smallest skew of each other cannot be copies of each
 * other: they are decided side by side, against the centres before them. */
static gw_status_t batches(run_t *r, uint8_t *left_out, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (r->from = 0; st == GW_OK && r->from < r->s->n; r->from = r->to) {
        r->to = r->from + 1;
        while (r->to < r->s->n && (double)r->size[r->to] * r->skew[1] > (double)r->size[r->from])
            r->to++;
        st = gw_thread_for(r->opts->threads, (r->to - r->from + CHUNK - 1) / CHUNK, chunk, r, err);
        for (int32_t u = r->from; st == GW_OK && u < r->to; u++) {
            if (r->rep[u] >= 0)
                continue;
            r->rep[u] = u;
            left_out[u] = r->size[u] < r->opts->min_size ? GW_LEFT_RARE : 0;
            if (left_out[u])
                continue;
            r->centre[r->words.n] = u;
            st = gw_wordlist_add(&r->words, gw_seqset_seq(r->s, u), gw_seqset_len(r->s, u), err);
        }
        if (st == GW_OK)
            st = gw_wordlist_index(&r->words, err);
    }
    return st;
}

static gw_status_t run_init(run_t *r, gw_err_t *err)
{
    const gw_seqset_t *s = r->s;
    for (int32_t d = 0; d <= GW_EDITDIST_MAX; d++)
        r->skew[d] = pow(2, r->opts->alpha * d + 1);
    r->centre = gw_malloc((size_t)s->n, sizeof *r->centre);
    r->size = gw_calloc((size_t)s->n, sizeof *r->size);
    r->worker = gw_calloc((size_t)r->opts->threads, sizeof *r->worker);
    if (!r->centre || !r->size || !r->worker)
        return gw_err_nomem(err, "denoising");
    for (int t = 0; t < r->opts->threads; t++) {
        r->worker[t].count = gw_calloc((size_t)s->n, sizeof *r->worker[t].count);
        r->worker[t].hit = gw_malloc((size_t)s->n, sizeof *r->worker[t].hit);
        r->worker[t].range =
            gw_malloc((size_t)s->longest / GW_WORDLIST_LEN + 1, sizeof *r->worker[t].range);
        if (!r->worker[t].count || !r->worker[t].hit || !r->worker[t].range)
            return gw_err_nomem(err, "denoising");
    }
    for (size_t i = 0; i < s->n_recs; i++)
        r->size[s->rec[i].uniq] += s->rec[i].size;
    return gw_wordlist_init(&r->words, err);
}

gw_status_t gw_denoise_run(const gw_seqset_t *s, const gw_denoise_opts_t *opts, gw_clusters_t *c,
                           gw_err_t *err)
{
    memset(c, 0, sizeof *c);
    run_t r = {.s = s, .opts = opts};
    gw_status_t st = run_init(&r, err);
    c->rep = r.rep = gw_malloc((size_t)s->n, sizeof *c->rep);
    c->left_out = gw_calloc((size_t)s->n, 1);
    if (st == GW_OK && (!c->rep || !c->left_out))
        st = gw_err_nomem(err, "denoising");
    if (st == GW_OK)
        st = batches(&r, c->left_out, err);
    if (st == GW_OK)
        st = gw_partition_collect(s, opts->threads, c, err);
    for (int t = 0; r.worker && t < opts->threads; t++) {
        free(r.worker[t].count);
        free(r.worker[t].hit);
        free(r.worker[t].range);
    }
    free(r.worker);
    free(r.centre);
    free(r.size);
    gw_wordlist_release(&r.words);
    return st;
}
