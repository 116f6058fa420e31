#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "cluster/chimera.h"
#include "cluster/wordlist.h"
#include "kernels/extend.h"

enum { PARTS = 4, PER_PART = 4, BY_ENDS = 2, MAX_PARENTS = PARTS * PER_PART + 2 * BY_ENDS };
enum { SLACK = 24 }; /* diagonals beside those that the lengths ask for */
enum { GAP = 7 };    /* in place of a parent's letter */

typedef struct {
    int32_t rep;
    int64_t size;
} cluster_t;

/* One thread's work space. */
typedef struct {
    int32_t *count, *hit;
    gw_extend_cigars_t cigars;
    uint8_t *letter; /* MAX_PARENTS rows of longest + 1: what each parent has at a position of the
                        query */
    uint8_t *mute;   /* the same: the position is in or beside a gap */
} worker_t;

typedef struct {
    const gw_seqset_t *s;
    const gw_chimera_opts_t *opts;
    gw_extend_params_t scoring;
    cluster_t *cluster; /* by falling abundance */
    int32_t n, from, to;
    int32_t *parent; /* clusters, by their place in words */
    gw_wordlist_t words;
    gw_chimera_t *model; /* of every cluster; query < 0: none */
    worker_t *worker;
} run_t;

/* 1. candidates: places of parents, the likeliest of each part of the query */
typedef struct {
    int32_t place[MAX_PARENTS];
    int n;
} parents_t;

static void add_parent(parents_t *p, int32_t place)
{
    for (int i = 0; i < p->n; i++)
        if (p->place[i] == place)
            return;
    p->place[p->n++] = place;
}

/* Keeps the highest scores in falling order, of equals the earlier ones. */
static void keep_best(int32_t *place, int32_t *score, int max, int *n, int32_t at, int32_t value)
{
    int k = *n < max ? (*n)++ : max;
    for (; k > 0 && score[k - 1] < value; k--)
        if (k < max) {
            place[k] = place[k - 1];
            score[k] = score[k - 1];
        }
    if (k < max) {
        place[k] = at;
        score[k] = value;
    }
}

static int cmp_int32(const void *x, const void *y)
{
    int32_t a = *(const int32_t *)x, b = *(const int32_t *)y;
    return a < b ? -1 : a > b;
}

static void by_parts(const run_t *r, worker_t *w, int32_t q, int32_t eligible, parents_t *p)
{
    const uint8_t *seq = gw_seqset_seq(r->s, q);
    int32_t len = gw_seqset_len(r->s, q);
    for (int32_t part = 0; part < PARTS; part++) {
        int32_t n_hit = 0, place[PER_PART], score[PER_PART];
        int n = 0;
        int32_t end = (int32_t)((int64_t)len * (part + 1) / PARTS);
        for (int32_t i = (int32_t)((int64_t)len * part / PARTS); i + GW_WORDLIST_LEN <= end;
             i += GW_WORDLIST_LEN) {
            size_t e = 0, hi = 0;
            for (gw_wordlist_find(&r->words, seq + i, &e, &hi); e < hi; e++) {
                int32_t at = (int32_t)(uint32_t)r->words.entry[e];
                if (at >= eligible)
                    break; /* entries come by place */
                if (w->count[at]++ == 0)
                    w->hit[n_hit++] = at;
            }
        }
        qsort(w->hit, (size_t)n_hit, sizeof *w->hit, cmp_int32);
        for (int32_t i = 0; i < n_hit; i++) {
            keep_best(place, score, PER_PART, &n, w->hit[i], w->count[w->hit[i]]);
            w->count[w->hit[i]] = 0;
        }
        for (int i = 0; i < n; i++)
            add_parent(p, place[i]);
    }
}

static void by_ends(const run_t *r, int32_t q, int32_t eligible, parents_t *p)
{
    const uint8_t *a = gw_seqset_seq(r->s, q);
    int32_t len = gw_seqset_len(r->s, q);
    int32_t place[2][BY_ENDS], score[2][BY_ENDS];
    int n[2] = {0, 0};
    for (int32_t i = 0; i < eligible; i++) {
        int32_t u = r->cluster[r->parent[i]].rep, other = gw_seqset_len(r->s, u);
        const uint8_t *b = gw_seqset_seq(r->s, u);
        int32_t top = len < other ? len : other, beg = 0, end = 0;
        while (beg < top && a[beg] == b[beg])
            beg++;
        while (end < top && a[len - 1 - end] == b[other - 1 - end])
            end++;
        keep_best(place[0], score[0], BY_ENDS, &n[0], i, beg);
        keep_best(place[1], score[1], BY_ENDS, &n[1], i, end);
    }
    for (int e = 0; e < 2; e++)
        for (int i = 0; i < n[e]; i++)
            add_parent(p, place[e][i]);
}

/* 2. alignments: each parent laid over the query */
static void lay(const run_t *r, worker_t *w, int i, const uint8_t *parent)
{
    uint8_t *letter = w->letter + i * (r->s->longest + 1);
    uint8_t *mute = w->mute + i * (r->s->longest + 1);
    int32_t q = 0, t = 0;
    for (int64_t k = w->cigars.cigar_off[i]; k < w->cigars.cigar_off[i + 1]; k++) {
        int32_t n = (int32_t)(w->cigars.cigar[k] >> 4), op = (int32_t)(w->cigars.cigar[k] & 15);
        if (op == 2) {
            if (q > 0)
                mute[q - 1] = 1;
            mute[q] = 1; /* one past the end at most: there is room */
            t += n;
            continue;
        }
        if (op == 1) {
            if (q > 0)
                mute[q - 1] = 1;
            memset(letter + q, GAP, (size_t)n);
            memset(mute + q, 1, (size_t)n + 1);
            q += n;
            continue;
        }
        memcpy(letter + q, parent + t, (size_t)n);
        q += n;
        t += n;
    }
}

static gw_status_t align(const run_t *r, worker_t *w, int32_t q, const parents_t *p, gw_err_t *err)
{
    const gw_seqset_t *s = r->s;
    int64_t q_off[MAX_PARENTS], t_off[MAX_PARENTS];
    int32_t q_len[MAX_PARENTS], t_len[MAX_PARENTS], diag[MAX_PARENTS], width[MAX_PARENTS];
    for (int i = 0; i < p->n; i++) {
        int32_t u = r->cluster[r->parent[p->place[i]]].rep;
        q_off[i] = s->off[q];
        q_len[i] = gw_seqset_len(s, q);
        t_off[i] = s->off[u];
        t_len[i] = gw_seqset_len(s, u);
        diag[i] = (t_len[i] - q_len[i]) / 2;
        width[i] = abs(t_len[i] - q_len[i]) / 2 + SLACK;
    }
    gw_extend_batch_t b = {(size_t)p->n, s->letter, s->letter, q_off, t_off, q_len, t_len};
    gw_status_t st = gw_extend_global(&b, &r->scoring, diag, width, &w->cigars, err);
    memset(w->mute, 0, (size_t)(MAX_PARENTS * (s->longest + 1)));
    for (int i = 0; st == GW_OK && i < p->n; i++)
        lay(r, w, i, s->letter + t_off[i]);
    return st;
}

/* 3. models */
typedef struct {
    int32_t yes, no, abstain;
} votes_t;

static double half_score(const votes_t *v)
{
    return v->yes / (8 * (v->no + 1.4) + v->abstain);
}

/* Whether the model is good enough by the rule; len: positions that may vote. */
static bool accept(const run_t *r, const votes_t *left, const votes_t *right, int32_t len)
{
    if (r->opts->rule == GW_CHIMERA_PERFECT)
        return left->yes > 0 && right->yes > 0 &&
               left->no + right->no + left->abstain + right->abstain == 0;
    /* the nearer parent differs where its side's other votes no and the far side's says yes */
    int32_t model = left->no + left->abstain + right->no + right->abstain;
    int32_t a = left->no + left->abstain + right->yes + right->abstain;
    int32_t b = left->yes + left->abstain + right->no + right->abstain;
    int32_t nearer = a < b ? a : b;
    return left->yes >= 3 && right->yes >= 3 && half_score(left) * half_score(right) >= 0.28 &&
           (double)(nearer - model) >= 0.008 * len;
}

/* The best crossing from a to b. */
static void cross(const run_t *r, const worker_t *w, int32_t q, int ia, int ib, const parents_t *p,
                  gw_chimera_t *best)
{
    const uint8_t *seq = gw_seqset_seq(r->s, q);
    const uint8_t *a = w->letter + ia * (r->s->longest + 1),
                  *ma = w->mute + ia * (r->s->longest + 1);
    const uint8_t *b = w->letter + ib * (r->s->longest + 1),
                  *mb = w->mute + ib * (r->s->longest + 1);
    int32_t len = gw_seqset_len(r->s, q), voters = 0;
    votes_t left = {0}, right = {0};
    for (int32_t i = 0; i < len; i++) {
        if (ma[i] || mb[i])
            continue;
        voters++;
        if (a[i] != b[i] && seq[i] == b[i])
            right.yes++;
        else if (a[i] != b[i] && seq[i] == a[i])
            right.no++;
        else if (a[i] != seq[i])
            right.abstain++;
    }
    for (int32_t i = 0; i < len; i++) {
        if (ma[i] || mb[i] || (a[i] == b[i] && a[i] == seq[i]))
            continue;
        if (a[i] != b[i] && seq[i] == b[i]) {
            right.yes--;
            left.no++;
        } else if (a[i] != b[i] && seq[i] == a[i]) {
            right.no--;
            left.yes++;
        } else {
            right.abstain--;
            left.abstain++;
        }
        double score = half_score(&left) * half_score(&right);
        if (score > best->score && accept(r, &left, &right, voters))
            *best = (gw_chimera_t){q, r->cluster[r->parent[p->place[ia]]].rep,
                                   r->cluster[r->parent[p->place[ib]]].rep, i + 1, score};
    }
}

static gw_status_t judge(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    run_t *r = ctx;
    worker_t *w = &r->worker[worker];
    int32_t k = r->from + (int32_t)i, q = r->cluster[k].rep, eligible = 0;
    gw_chimera_t *best = &r->model[k];
    *best = (gw_chimera_t){.query = -1};
    int32_t top = r->words.n; /* parents come by falling abundance */
    while (eligible < top) {
        int32_t mid = eligible + (top - eligible) / 2;
        if ((double)r->cluster[r->parent[mid]].size >= r->opts->skew * (double)r->cluster[k].size)
            eligible = mid + 1;
        else
            top = mid;
    }
    parents_t p = {.n = 0};
    by_parts(r, w, q, eligible, &p);
    by_ends(r, q, eligible, &p);
    if (p.n < 2)
        return GW_OK;
    qsort(p.place, (size_t)p.n, sizeof *p.place, cmp_int32);
    gw_status_t st = align(r, w, q, &p, err);
    for (int a = 0; st == GW_OK && a < p.n; a++)
        for (int b = 0; b < p.n; b++)
            if (a != b)
                cross(r, w, q, a, b, &p, best);
    return st;
}

/* 4. from the most abundant cluster down; those within the skew of each other side by side */
static gw_status_t batches(run_t *r, gw_chimeras_t *found, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (r->from = 0; st == GW_OK && r->from < r->n; r->from = r->to) {
        r->to = r->from + 1;
        while (r->to < r->n &&
               (double)r->cluster[r->to].size * r->opts->skew > (double)r->cluster[r->from].size)
            r->to++;
        st = gw_thread_for(r->opts->threads, r->to - r->from, judge, r, err);
        for (int32_t k = r->from; st == GW_OK && k < r->to; k++) {
            int32_t u = r->cluster[k].rep;
            if (r->model[k].query >= 0) {
                if (!GW_GROW(found->v, found->cap, found->n + 1))
                    return gw_err_nomem(err, "looking for chimeras");
                found->v[found->n++] = r->model[k];
            } else {
                r->parent[r->words.n] = k;
                st =
                    gw_wordlist_add(&r->words, gw_seqset_seq(r->s, u), gw_seqset_len(r->s, u), err);
            }
        }
        if (st == GW_OK)
            st = gw_wordlist_index(&r->words, err);
    }
    return st;
}

static int cmp_cluster(const void *x, const void *y)
{
    const cluster_t *a = x, *b = y;
    if (a->size != b->size)
        return a->size > b->size ? -1 : 1;
    return a->rep < b->rep ? -1 : a->rep > b->rep;
}

static gw_status_t run_init(run_t *r, const gw_clusters_t *c, gw_err_t *err)
{
    const gw_seqset_t *s = r->s;
    size_t n = (size_t)s->n, room = MAX_PARENTS * ((size_t)s->longest + 1);
    gw_extend_params_dna(&r->scoring, 2, -4, 0, 20, 2, 0);
    r->cluster = gw_calloc(n, sizeof *r->cluster);
    r->parent = gw_malloc(n, sizeof *r->parent);
    r->model = gw_calloc(n, sizeof *r->model);
    r->worker = gw_calloc((size_t)r->opts->threads, sizeof *r->worker);
    int64_t *size = gw_calloc(n, sizeof *size);
    gw_status_t st = GW_OK;
    if (!r->cluster || !r->parent || !r->model || !r->worker || !size)
        st = gw_err_nomem(err, "looking for chimeras");
    for (int t = 0; st == GW_OK && t < r->opts->threads; t++) {
        worker_t *w = &r->worker[t];
        w->count = gw_calloc(n, sizeof *w->count);
        w->hit = gw_malloc(n, sizeof *w->hit);
        w->letter = gw_malloc(room, 1);
        w->mute = gw_malloc(room, 1);
        w->cigars.score = gw_malloc(MAX_PARENTS, sizeof *w->cigars.score);
        w->cigars.cigar_off = gw_malloc(MAX_PARENTS + 1, sizeof *w->cigars.cigar_off);
        if (!w->count || !w->hit || !w->letter || !w->mute || !w->cigars.score ||
            !w->cigars.cigar_off)
            st = gw_err_nomem(err, "looking for chimeras");
    }
    if (st == GW_OK) {
        for (size_t i = 0; i < s->n_recs; i++)
            size[c->rep[s->rec[i].uniq]] += s->rec[i].size;
        for (int32_t u = 0; u < s->n; u++)
            if (c->rep[u] == u && !c->left_out[u])
                r->cluster[r->n++] = (cluster_t){u, size[u]};
        qsort(r->cluster, (size_t)r->n, sizeof *r->cluster, cmp_cluster);
        st = gw_wordlist_init(&r->words, err);
    }
    free(size);
    return st;
}

static void run_release(run_t *r)
{
    for (int t = 0; r->worker && t < r->opts->threads; t++) {
        worker_t *w = &r->worker[t];
        free(w->count);
        free(w->hit);
        free(w->letter);
        free(w->mute);
        free(w->cigars.score);
        free(w->cigars.cigar);
        free(w->cigars.cigar_off);
    }
    free(r->worker);
    free(r->cluster);
    free(r->parent);
    free(r->model);
    gw_wordlist_release(&r->words);
}

gw_status_t gw_chimera_find(const gw_seqset_t *s, const gw_chimera_opts_t *opts, gw_clusters_t *c,
                            gw_chimeras_t *found, gw_err_t *err)
{
    run_t r = {.s = s, .opts = opts};
    *found = (gw_chimeras_t){0};
    if (!c->left_out)
        c->left_out = gw_calloc((size_t)s->n, 1);
    if (!c->left_out)
        return gw_err_nomem(err, "looking for chimeras");
    gw_status_t st = run_init(&r, c, err);
    if (st == GW_OK)
        st = batches(&r, found, err);
    for (size_t i = 0; st == GW_OK && i < found->n; i++)
        c->left_out[found->v[i].query] = GW_LEFT_CHIMERA;
    for (int32_t u = 0; st == GW_OK && u < s->n; u++)
        if (c->left_out[c->rep[u]] == GW_LEFT_CHIMERA)
            c->left_out[u] = GW_LEFT_CHIMERA;
    if (st == GW_OK)
        c->n_clusters -= (int32_t)found->n;
    run_release(&r);
    return st;
}
