#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "call/pileup.h"

void gw_pileup_release(gw_pileup_t *p)
{
    free(p->cover);
    free(p->clip);
    free(p->alt_n);
    free(p->alt_qual);
    free(p->indel);
    *p = (gw_pileup_t){0};
}

/* 1. evidence */
static bool room(gw_pileup_t *p)
{
    size_t len = (size_t)gw_pileup_len(p), s = (size_t)p->n_samples;
    if (!GW_GROW(p->cover, p->cap_cover, s * (len + 1)) ||
        !GW_GROW(p->clip, p->cap_clip, s * (len + 1)) ||
        !GW_GROW(p->alt_n, p->cap_alt_n, s * len * 4) ||
        !GW_GROW(p->alt_qual, p->cap_alt_qual, s * len * 4))
        return false;
    memset(p->cover, 0, s * (len + 1) * sizeof *p->cover);
    memset(p->clip, 0, s * (len + 1) * sizeof *p->clip);
    memset(p->alt_n, 0, s * len * 4 * sizeof *p->alt_n);
    memset(p->alt_qual, 0, s * len * 4 * sizeof *p->alt_qual);
    return true;
}

static void count_bases(gw_pileup_t *p, const gw_callread_t *r, const uint8_t *ref, int64_t pos,
                        int32_t q, int32_t len, int32_t min_baseq)
{
    int64_t a = pos < p->beg ? p->beg : pos, b = pos + len > p->end ? p->end : pos + len;
    int32_t *n = p->alt_n + 4 * (size_t)r->sample * (size_t)gw_pileup_len(p);
    int32_t *s = p->alt_qual + 4 * (size_t)r->sample * (size_t)gw_pileup_len(p);
    for (int64_t x = a; x < b; x++) {
        uint8_t base = r->base[q + (x - pos)], qual = r->qual[q + (x - pos)];
        if (base == ref[x] || base > 3 || qual < min_baseq || ref[x] > 3)
            continue;
        size_t k = 4 * (size_t)(x - p->beg) + base;
        n[k]++;
        s[k] += qual;
    }
}

/* An insertion or deletion whose neighbours are aligned; kept when it lies in the pileup. */
static gw_status_t add_indel(gw_pileup_t *p, const gw_callread_t *r, const uint8_t *ref,
                             int64_t pos, int32_t q, int op, int32_t len, gw_arena_t *a,
                             gw_err_t *err)
{
    gw_event_t e = {.pos = pos};
    int qual = r->qual[q ? q - 1 : 0];
    if (op == BAM_CINS) {
        uint8_t *alt = gw_arena_alloc(a, (size_t)len, 1);
        if (!alt)
            return gw_err_nomem(err, "collecting indels");
        memcpy(alt, r->base + q, (size_t)len);
        for (int32_t i = 0; i < len; i++) {
            if (alt[i] > 3)
                return GW_OK; /* an insertion with N tells no allele */
            if (r->qual[q + i] < qual)
                qual = r->qual[q + i];
        }
        e.alt_len = len;
        e.alt = alt;
        gw_leftalign(ref, p->beg, &e, alt);
    } else {
        e.ref_len = len;
        if (q < r->len && r->qual[q] < qual)
            qual = r->qual[q];
        gw_leftalign(ref, p->beg, &e, NULL);
    }
    if (e.pos <= p->beg || e.pos + e.ref_len >= p->end)
        return GW_OK;
    if (!GW_GROW(p->indel, p->cap_indels, p->n_indels + 1))
        return gw_err_nomem(err, "collecting indels");
    p->indel[p->n_indels++] = (gw_seen_t){e, r->sample, 1, qual};
    return GW_OK;
}

static gw_status_t add_read(gw_pileup_t *p, const gw_callread_t *r, const uint8_t *ref,
                            int32_t min_baseq, gw_arena_t *a, gw_err_t *err)
{
    size_t row = (size_t)r->sample * (size_t)(gw_pileup_len(p) + 1);
    int64_t pos = r->beg, lo = r->beg < p->beg ? p->beg : r->beg;
    int64_t hi = r->end > p->end ? p->end : r->end;
    int32_t q = 0;
    if (lo >= hi)
        return GW_OK;
    p->cover[row + (size_t)(lo - p->beg)]++;
    p->cover[row + (size_t)(hi - p->beg)]--;
    for (int32_t k = 0; k < r->n_cigar; k++) {
        int op = (int)bam_cigar_op(r->cigar[k]);
        int32_t len = (int32_t)bam_cigar_oplen(r->cigar[k]);
        if (op == BAM_CMATCH) {
            count_bases(p, r, ref, pos, q, len, min_baseq);
        } else if (op == BAM_CSOFT_CLIP) {
            if (len >= 6 && pos >= p->beg && pos < p->end)
                p->clip[row + (size_t)(pos - p->beg)]++;
        } else if (op != BAM_CREF_SKIP && k > 0 && k + 1 < r->n_cigar) {
            gw_status_t st = add_indel(p, r, ref, pos, q, op, len, a, err);
            if (st != GW_OK)
                return st;
        }
        if (op != BAM_CDEL && op != BAM_CREF_SKIP)
            q += len;
        if (op != BAM_CINS && op != BAM_CSOFT_CLIP)
            pos += len;
    }
    return GW_OK;
}

static int by_event(const void *x, const void *y)
{
    const gw_seen_t *a = x, *b = y;
    int c = gw_event_cmp(&a->event, &b->event);
    if (c)
        return c;
    if (a->sample != b->sample)
        return a->sample < b->sample ? -1 : 1;
    return a->qual_sum < b->qual_sum ? -1 : a->qual_sum > b->qual_sum;
}

gw_status_t gw_pileup_build(gw_pileup_t *p, const gw_callread_t *r, size_t n, int32_t n_samples,
                            const uint8_t *ref, int64_t beg, int64_t end, const gw_pileup_opts_t *o,
                            gw_arena_t *a, gw_err_t *err)
{
    p->beg = beg;
    p->end = end;
    p->n_samples = n_samples;
    p->n_indels = 0;
    if (!room(p))
        return gw_err_nomem(err, "counting bases");
    for (size_t i = 0; i < n; i++) {
        gw_status_t st = add_read(p, &r[i], ref, o->min_baseq, a, err);
        if (st != GW_OK)
            return st;
    }
    for (int32_t s = 0; s < n_samples; s++) {
        int32_t *c = p->cover + (size_t)s * (size_t)(gw_pileup_len(p) + 1);
        for (int64_t x = 1; x < gw_pileup_len(p); x++)
            c[x] += c[x - 1];
    }
    if (p->n_indels)
        qsort(p->indel, p->n_indels, sizeof *p->indel, by_event);
    size_t m = 0;
    for (size_t i = 0; i < p->n_indels; i++) {
        gw_seen_t *last = m ? &p->indel[m - 1] : NULL;
        if (last && last->sample == p->indel[i].sample &&
            gw_event_cmp(&last->event, &p->indel[i].event) == 0) {
            last->n++;
            last->qual_sum += p->indel[i].qual_sum;
        } else {
            p->indel[m++] = p->indel[i];
        }
    }
    p->n_indels = m;
    return GW_OK;
}

/* 2. candidates */
/* Could a call with some confidence come of it? The log10 likelihood ratio of a heterozygote (or
 * whatever fraction is seen) against errors alone, without a prior. */
static bool enough(int32_t n, int32_t qual_sum, int32_t cover, double min_fraction)
{
    if (n < 2 || n < min_fraction * cover)
        return false;
    int32_t other = cover > n ? cover - n : 0;
    return qual_sum / 10.0 - 0.301 * other > 0;
}

static gw_status_t push(gw_arena_t *a, gw_seen_t **v, size_t *n, size_t *cap, const gw_seen_t *x,
                        gw_err_t *err)
{
    if (*n == *cap) { /* the old piece stays in the arena until the tile is done */
        size_t c = *cap ? *cap * 2 : 64;
        gw_seen_t *w = gw_arena_alloc(a, c, sizeof *w);
        if (!w)
            return gw_err_nomem(err, "choosing candidates");
        if (*n)
            memcpy(w, *v, *n * sizeof *w);
        *v = w;
        *cap = c;
    }
    (*v)[(*n)++] = *x;
    return GW_OK;
}

gw_status_t gw_pileup_candidates(const gw_pileup_t *p, const gw_pileup_opts_t *o, gw_arena_t *a,
                                 gw_seen_t **v, size_t *n, gw_err_t *err)
{
    static const uint8_t letter[4] = {0, 1, 2, 3};
    int64_t len = gw_pileup_len(p);
    size_t cap = 0;
    gw_status_t st = GW_OK;
    *v = NULL;
    *n = 0;
    for (int32_t s = 0; s < p->n_samples && st == GW_OK; s++) {
        const int32_t *cover = p->cover + (size_t)s * (size_t)(len + 1);
        const int32_t *alt = p->alt_n + 4 * (size_t)s * (size_t)len;
        const int32_t *qual = p->alt_qual + 4 * (size_t)s * (size_t)len;
        for (int64_t k = 0; k < 4 * len && st == GW_OK; k++) {
            if (alt[k] < 2 || !enough(alt[k], qual[k], cover[k / 4], o->min_fraction))
                continue;
            gw_seen_t x = {{p->beg + k / 4, 1, 1, &letter[k % 4]}, s, alt[k], qual[k]};
            st = push(a, v, n, &cap, &x, err);
        }
    }
    for (size_t i = 0; i < p->n_indels && st == GW_OK; i++) {
        const gw_seen_t *x = &p->indel[i];
        const int32_t *cover = p->cover + (size_t)x->sample * (size_t)(len + 1);
        int32_t c = cover[x->event.pos - p->beg];
        if (enough(x->n, x->qual_sum, c, o->min_fraction))
            st = push(a, v, n, &cap, x, err);
    }
    if (st != GW_OK || *n == 0)
        return st;
    qsort(*v, *n, sizeof **v, by_event);
    size_t m = 0;
    for (size_t i = 0; i < *n; i++) {
        gw_seen_t *last = m ? &(*v)[m - 1] : NULL;
        if (last && gw_event_cmp(&last->event, &(*v)[i].event) == 0) {
            last->n += (*v)[i].n;
            last->qual_sum += (*v)[i].qual_sum;
        } else {
            (*v)[m++] = (*v)[i];
        }
    }
    *n = m;
    return GW_OK;
}
