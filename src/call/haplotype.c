#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "call/haplotype.h"

/* 1. haplotypes */
/* The window's reference with the events of the set bits; false when two of them overlap. */
static gw_status_t spell(const gw_hapset_t *h, uint64_t events, const uint8_t *ref, gw_arena_t *a,
                         gw_haplotype_t *out, gw_err_t *err)
{
    int64_t grow = 0;
    out->events = events;
    out->n_events = 0;
    for (int32_t i = 0; i < h->n_events; i++)
        if (events >> i & 1) {
            grow += h->event[i].alt_len;
            out->n_events++;
        }
    out->seq = gw_arena_alloc(a, (size_t)(h->end - h->beg + grow), 1);
    if (!out->seq)
        return gw_err_nomem(err, "writing haplotypes");
    int64_t at = h->beg;
    uint8_t *w = out->seq;
    for (int32_t i = 0; i < h->n_events; i++) {
        const gw_event_t *e = &h->event[i];
        if (!(events >> i & 1))
            continue;
        memcpy(w, ref + at, (size_t)(e->pos - at));
        w += e->pos - at;
        if (e->alt_len)
            memcpy(w, e->alt, (size_t)e->alt_len);
        w += e->alt_len;
        at = e->pos + e->ref_len;
    }
    memcpy(w, ref + at, (size_t)(h->end - at));
    out->len = (int32_t)(w + (h->end - at) - out->seq);
    return GW_OK;
}

bool gw_haplotype_has(const gw_hapset_t *h, const uint8_t *seq, int32_t len)
{
    for (int32_t i = 0; i < h->n_haps; i++)
        if (h->hap[i].len == len && memcmp(h->hap[i].seq, seq, (size_t)len) == 0)
            return true;
    return false;
}

/* Sorted by position: an event can follow another when it begins behind its bases. */
static bool follows(const gw_event_t *a, const gw_event_t *b)
{
    if (b->pos < a->pos + a->ref_len)
        return false;
    if (gw_event_indel(a) &&
        gw_event_indel(b)) /* neighbours without a base between are one event */
        return b->pos > a->pos + a->ref_len;
    return b->pos > a->pos || !gw_event_indel(b) || gw_event_indel(a) == gw_event_indel(b);
}

/* 2. from the reads' own alignments */
enum { UNKNOWN = -1, ABSENT = 0, PRESENT = 1 };

typedef struct {
    int8_t state[GW_HAPLOTYPE_MAX_EVENTS];
} view_t;

typedef struct {
    uint64_t events;
    int32_t last; /* last event taken; -1 */
    double score;
} path_t;

enum { MAX_PATHS = 64, MEMORY = 3, MAX_PHASED = 16 }; /* leaves room for assembled ones */

static int8_t snv_state(const gw_callread_t *r, const gw_event_t *e)
{
    if (r->beg > e->pos || r->end <= e->pos)
        return UNKNOWN;
    int32_t q = gw_callread_at(r, e->pos);
    if (q < 0)
        return ABSENT;
    if (r->base[q] > 3 || r->qual[q] < 10)
        return UNKNOWN;
    return r->base[q] == e->alt[0] ? PRESENT : ABSENT;
}

/* Marks the indels that r shows among the events; buf holds a read's letters. */
static void indel_states(const gw_callread_t *r, const gw_hapset_t *h, const int64_t *reach,
                         const uint8_t *ref, uint8_t *buf, view_t *v)
{
    for (int32_t i = 0; i < h->n_events; i++)
        if (gw_event_indel(&h->event[i]))
            v->state[i] = r->beg < h->event[i].pos && r->end > reach[i] ? ABSENT : UNKNOWN;
    int64_t pos = r->beg;
    int32_t q = 0;
    for (int32_t k = 0; k < r->n_cigar; k++) {
        int op = (int)bam_cigar_op(r->cigar[k]);
        int32_t len = (int32_t)bam_cigar_oplen(r->cigar[k]);
        if ((op == BAM_CINS || op == BAM_CDEL) && pos > h->beg && pos < h->end) {
            gw_event_t e = {.pos = pos};
            if (op == BAM_CINS) {
                memcpy(buf, r->base + q, (size_t)len);
                e.alt_len = len;
                e.alt = buf;
            } else {
                e.ref_len = len;
            }
            gw_leftalign(ref, h->beg, &e, buf);
            for (int32_t i = 0; i < h->n_events; i++)
                if (gw_event_indel(&h->event[i]) && gw_event_cmp(&e, &h->event[i]) == 0)
                    v->state[i] = PRESENT;
        }
        if (op != BAM_CDEL && op != BAM_CREF_SKIP)
            q += len;
        if (op != BAM_CINS && op != BAM_CSOFT_CLIP)
            pos += len;
    }
}

/* How many fragments continue path p over event i without (n[0]) and with it (n[1]); only those
 * count that say something about the events just before too, if there are any. */
static void continuations(const path_t *p, const view_t *v, size_t n_views, int32_t i, int32_t n[2])
{
    n[0] = n[1] = 0;
    int32_t from = i > MEMORY ? i - MEMORY : 0;
    for (size_t k = 0; k < n_views; k++) {
        if (v[k].state[i] == UNKNOWN)
            continue;
        bool agrees = true, linked = i == 0;
        for (int32_t j = from; j < i && agrees; j++) {
            if (v[k].state[j] == UNKNOWN)
                continue;
            linked = true;
            agrees = (v[k].state[j] == PRESENT) == (p->events >> j & 1);
        }
        if (agrees && linked)
            n[v[k].state[i]]++;
    }
}

static int by_score(const void *x, const void *y)
{
    const path_t *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->events < b->events ? -1 : a->events > b->events;
}

/* Every path over all events that reads support; *n_paths <= MAX_PATHS, best first. */
static void paths(const gw_hapset_t *h, const view_t *v, size_t n_views, path_t *path,
                  int32_t *n_paths, bool *capped)
{
    path_t next[2 * MAX_PATHS + 1];
    int32_t n = 1;
    path[0] = (path_t){0, -1, 1};
    for (int32_t i = 0; i < h->n_events; i++) {
        int32_t m = 0;
        for (int32_t k = 0; k < n; k++) {
            int32_t c[2];
            const path_t *p = &path[k];
            continuations(p, v, n_views, i, c);
            int32_t sum = c[0] + c[1];
            bool can = p->last < 0 || follows(&h->event[p->last], &h->event[i]);
            int32_t least = sum > 8 ? 2 : 1;
            if (!can || sum == 0 || c[0] >= least || (c[0] > 0 && c[1] < least))
                next[m++] =
                    (path_t){p->events, p->last, p->score * (sum ? (c[0] + .5) / (sum + 1) : .5)};
            if (can && (sum == 0 || c[1] >= least))
                next[m++] = (path_t){p->events | 1ULL << i, i,
                                     p->score * (sum ? (c[1] + .5) / (sum + 1) : .5)};
            if (m && sum && can && c[0] < least && c[1] < least && c[0] == 0)
                next[m++] = (path_t){p->events, p->last, p->score * .25};
        }
        bool held = false;
        for (int32_t k = 0; k < m; k++)
            held |= next[k].events >> i & 1;
        for (int32_t k = 0; k < n && !held; k++) /* a candidate is never lost for lack of phase */
            if (path[k].last < 0 || follows(&h->event[path[k].last], &h->event[i])) {
                next[m++] = (path_t){path[k].events | 1ULL << i, i, path[k].score * .1};
                held = true;
            }
        qsort(next, (size_t)m, sizeof *next, by_score);
        if (m > MAX_PATHS) {
            m = MAX_PATHS;
            *capped = true;
        }
        memcpy(path, next, (size_t)m * sizeof *next);
        n = m;
    }
    *n_paths = n;
}

/* The region's candidates into the set, the best supported ones when there are too many. */
static void take_events(gw_hapset_t *h, const gw_active_t *g, const gw_seen_t *cand)
{
    enum { MOST = 24 };
    size_t n = g->cand1 - g->cand0;
    int32_t least = 0;
    while (n > MOST) { /* raise the bar until few enough are left */
        least++;
        n = 0;
        for (size_t i = g->cand0; i < g->cand1; i++)
            n += cand[i].n >= least;
        h->capped = true;
    }
    for (size_t i = g->cand0; i < g->cand1; i++) {
        const gw_event_t *e = &cand[i].event;
        if (cand[i].n >= least && e->pos > h->beg && e->pos + e->ref_len < h->end)
            h->event[h->n_events++] = *e;
        else if (cand[i].n >= least && !gw_event_indel(e) && e->pos >= h->beg && e->pos < h->end)
            h->event[h->n_events++] = *e;
    }
}

static int by_pos(const void *x, const void *y)
{
    const gw_event_t *a = x, *b = y;
    if (a->pos != b->pos)
        return a->pos < b->pos ? -1 : 1;
    return gw_event_cmp(a, b);
}

gw_status_t gw_haplotype_phase(const gw_active_t *g, const gw_seen_t *cand, const gw_callread_t *r,
                               const int32_t *reads, size_t n_reads, const uint8_t *ref,
                               int64_t len_bp, gw_arena_t *a, gw_hapset_t *h, gw_err_t *err)
{
    h->beg = g->win_beg;
    h->end = g->win_end;
    h->n_events = h->n_haps = 0;
    h->capped = false;
    take_events(h, g, cand);
    qsort(h->event, (size_t)h->n_events, sizeof *h->event, by_pos);
    int64_t reach[GW_HAPLOTYPE_MAX_EVENTS];
    for (int32_t i = 0; i < h->n_events; i++)
        reach[i] = gw_leftalign_reach(ref, len_bp, &h->event[i]);
    view_t *view = gw_arena_alloc(a, n_reads + 1, sizeof *view);
    int32_t longest = 1;
    for (size_t k = 0; k < n_reads; k++)
        longest = r[reads[k]].len > longest ? r[reads[k]].len : longest;
    uint8_t *buf = gw_arena_alloc(a, (size_t)longest, 1);
    if (!view || !buf)
        return gw_err_nomem(err, "phasing candidates");
    for (size_t k = 0; k < n_reads; k++) {
        for (int32_t i = 0; i < h->n_events; i++)
            if (!gw_event_indel(&h->event[i]))
                view[k].state[i] = snv_state(&r[reads[k]], &h->event[i]);
        indel_states(&r[reads[k]], h, reach, ref, buf, &view[k]);
    }
    path_t path[2 * MAX_PATHS];
    int32_t n = 0;
    paths(h, view, n_reads, path, &n, &h->capped);
    gw_status_t st = spell(h, 0, ref, a, &h->hap[0], err);
    h->n_haps = 1;
    for (int32_t k = 0; k < n && st == GW_OK; k++) {
        if (path[k].events == 0)
            continue;
        if (h->n_haps == MAX_PHASED) {
            h->capped = true;
            break;
        }
        gw_haplotype_t *x = &h->hap[h->n_haps];
        st = spell(h, path[k].events, ref, a, x, err);
        if (st == GW_OK && !gw_haplotype_has(h, x->seq, x->len))
            h->n_haps++;
    }
    return st;
}

/* 3. from a sequence */
/* The number of event e in the set, added when it is new; -1 when the set is full. */
static int32_t event_index(gw_hapset_t *h, const gw_event_t *e)
{
    for (int32_t i = 0; i < h->n_events; i++)
        if (h->event[i].pos == e->pos && gw_event_cmp(&h->event[i], e) == 0)
            return i;
    if (h->n_events == GW_HAPLOTYPE_MAX_EVENTS)
        return -1;
    h->event[h->n_events] = *e;
    return h->n_events++;
}

gw_status_t gw_haplotype_add(gw_hapset_t *h, const uint8_t *seq, int32_t len, const uint32_t *cigar,
                             size_t n_cigar, const uint8_t *ref, gw_arena_t *a, gw_err_t *err)
{
    if (gw_haplotype_has(h, seq, len))
        return GW_OK;
    if (h->n_haps == GW_HAPLOTYPE_MAX) {
        h->capped = true;
        return GW_OK;
    }
    gw_haplotype_t *x = &h->hap[h->n_haps];
    *x = (gw_haplotype_t){.len = len};
    x->seq = gw_arena_alloc(a, (size_t)len, 1);
    if (!x->seq)
        return gw_err_nomem(err, "writing haplotypes");
    memcpy(x->seq, seq, (size_t)len);
    int64_t pos = h->beg, lo = h->beg;
    int32_t q = 0, before = h->n_events;
    for (size_t k = 0; k < n_cigar; k++) {
        int op = (int)bam_cigar_op(cigar[k]);
        int32_t n = (int32_t)bam_cigar_oplen(cigar[k]), id = 0;
        if (op == BAM_CMATCH) {
            for (int32_t i = 0; i < n && id >= 0; i++) {
                gw_event_t e = {pos + i, 1, 1, x->seq + q + i};
                if (ref[e.pos] == *e.alt || ref[e.pos] > 3 || *e.alt > 3)
                    continue;
                id = event_index(h, &e);
                if (id >= 0)
                    x->events |= 1ULL << id;
                lo = e.pos + 1;
            }
            q += n;
            pos += n;
        } else {
            gw_event_t e = {.pos = pos};
            uint8_t *alt = NULL;
            if (op == BAM_CINS) {
                alt = gw_arena_alloc(a, (size_t)n, 1);
                if (!alt)
                    return gw_err_nomem(err, "writing haplotypes");
                memcpy(alt, seq + q, (size_t)n);
                e.alt = alt;
                e.alt_len = n;
                q += n;
            } else {
                e.ref_len = n;
                pos += n;
            }
            gw_leftalign(ref, lo, &e, alt);
            lo = e.pos + e.ref_len + 1;
            /* a gap at the window's edge is a haplotype that was cut short, not an event */
            id = e.pos > h->beg && e.pos + e.ref_len < h->end ? event_index(h, &e) : -1;
            if (id >= 0)
                x->events |= 1ULL << id;
        }
        if (id < 0) {
            h->n_events = before;
            h->capped = true;
            return GW_OK;
        }
    }
    x->n_events = __builtin_popcountll(x->events);
    h->n_haps++;
    return GW_OK;
}
