#include <config.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "call/leftalign.h"
#include "call/likelihood.h"
#include "call/refconf.h"

enum {
    SCALE = 64,      /* units a phred in the sums */
    MAX_INDEL = 6,   /* lengths that a fragment must be able to show */
    MIN_SIDE = 3,    /* aligned bases on either side of an indel */
    LOOK_AHEAD = 500, /* a repeat that goes on behind the tile is followed so far */
    MIN_CLIP = 6,    /* bases of a soft clip that speaks against the reference */
    CLIP_QUAL = 13,  /* and how much: chimeric fragments are common */
    N_QUALS = 64
};

/* What a fragment of one quality adds: against one other copy, against two (or, if it shows the
 * other allele, against none). */
typedef struct {
    int32_t half, full;
} weight_t;

typedef struct {
    int64_t half, ref, alt; /* sums against one copy, against two (ref shown), against none */
} sum_t;

struct gw_refconf_work {
    int32_t ploidy, max_mapq;
    weight_t *base, *gap; /* [mapq][quality] of another base, of an indel */
    sum_t *snv, *indel;
    int32_t *dp, *need_beg, *need_end; /* need: a fragment shows an indel if it spans these */
    int32_t *run;
    uint8_t *gap_qual;
    uint8_t *buf; /* an insertion's letters */
    size_t cap_snv, cap_indel, cap_dp, cap_need_beg, cap_need_end, cap_run, cap_gap_qual, cap_buf;
};

/* 1. a position */
int32_t gw_refconf_gq(const gw_refconf_t *c)
{
    int32_t q = (c->pl[1] < c->pl[2] ? c->pl[1] : c->pl[2]) - c->pl[0];
    return q < 0 ? 0 : q > 99 ? 99 : q;
}

/* 2. a tile: tables */
static weight_t weight(double wrong, double ratio)
{
    double x = (1 - wrong) * ratio + wrong;
    return (weight_t){(int32_t)floor(-10 * SCALE * log10(.5 * (1 + x)) + .5),
                      (int32_t)floor(-10 * SCALE * log10(x) + .5)};
}

gw_status_t gw_refconf_create(int32_t ploidy, int32_t max_mapq, gw_refconf_work_t **out,
                              gw_err_t *err)
{
    gw_refconf_work_t *w = gw_calloc(1, sizeof *w);
    *out = w;
    if (!w)
        return gw_err_nomem(err, "reference confidence");
    size_t n = (size_t)(max_mapq + 1) * N_QUALS;
    w->ploidy = ploidy;
    w->max_mapq = max_mapq;
    w->base = gw_malloc(n, sizeof *w->base);
    w->gap = gw_malloc(n, sizeof *w->gap);
    if (!w->base || !w->gap)
        return gw_err_nomem(err, "reference confidence");
    for (int32_t m = 0; m <= max_mapq; m++)
        for (int q = 0; q < N_QUALS; q++) {
            double wrong = pow(10, -m / 10.0), e = pow(10, -q / 10.0);
            /* a base of quality q: one wrong letter of three against the right one */
            w->base[m * N_QUALS + q] = weight(wrong, q < 2 ? 1 : e / 3 / (1 - e));
            w->gap[m * N_QUALS + q] = weight(wrong, e);
        }
    return GW_OK;
}

void gw_refconf_destroy(gw_refconf_work_t *w)
{
    if (!w)
        return;
    free(w->base);
    free(w->gap);
    free(w->snv);
    free(w->indel);
    free(w->dp);
    free(w->need_beg);
    free(w->need_end);
    free(w->run);
    free(w->gap_qual);
    free(w->buf);
    free(w);
}

/* what the reference alone decides */
static bool room(gw_refconf_work_t *w, size_t n)
{
    size_t ahead = n + LOOK_AHEAD + MAX_INDEL + 2;
    if (!GW_GROW(w->snv, w->cap_snv, n) || !GW_GROW(w->indel, w->cap_indel, n) ||
        !GW_GROW(w->dp, w->cap_dp, n + 1) || !GW_GROW(w->need_beg, w->cap_need_beg, n) ||
        !GW_GROW(w->need_end, w->cap_need_end, n) || !GW_GROW(w->run, w->cap_run, ahead) ||
        !GW_GROW(w->gap_qual, w->cap_gap_qual, ahead))
        return false;
    memset(w->snv, 0, n * sizeof *w->snv);
    memset(w->indel, 0, n * sizeof *w->indel);
    memset(w->dp, 0, (n + 1) * sizeof *w->dp);
    return true;
}

/* A fragment tells an indel of 1 to MAX_INDEL bases behind position p from the reference only if
 * it reaches the first base at which the sequence shifted by that length differs from itself, to
 * the right (beyond the inserted copy) and to the left. Relative to beg; the repeat is followed
 * LOOK_AHEAD bases out of the tile. */
static void needs(gw_refconf_work_t *w, const uint8_t *ref, int64_t len_bp, int64_t beg,
                  int64_t end)
{
    int64_t n = end - beg;
    int64_t from = beg > LOOK_AHEAD ? beg - LOOK_AHEAD : 0;
    int64_t to = end + LOOK_AHEAD < len_bp ? end + LOOK_AHEAD : len_bp;
    for (int64_t i = 0; i < n; i++) {
        w->need_beg[i] = (int32_t)i - MIN_SIDE + 1;
        w->need_end[i] = (int32_t)i + 1 + MIN_SIDE;
    }
    for (int32_t k = 1; k <= MAX_INDEL; k++) {
        int32_t run = 0; /* bases from p + 1 on that equal those k further right */
        for (int64_t p = to - 1; p >= beg; p--) {
            if (p < end) {
                int32_t e = (int32_t)(p - beg) + 2 + k + run;
                w->need_end[p - beg] = e > w->need_end[p - beg] ? e : w->need_end[p - beg];
            }
            run = p + k < len_bp && ref[p] == ref[p + k] ? run + 1 : 0;
        }
        run = 0; /* bases from p to the left that equal those k further right */
        for (int64_t p = from; p < end; p++) {
            run = p + k < len_bp && ref[p] == ref[p + k] ? run + 1 : 0;
            if (p >= beg) {
                int32_t b = (int32_t)(p - beg) - run;
                w->need_beg[p - beg] = b < w->need_beg[p - beg] ? b : w->need_beg[p - beg];
            }
        }
    }
    for (int64_t i = 0; i < n; i++) { /* no fragment reaches beyond the contig */
        w->need_beg[i] = beg + w->need_beg[i] < 0 ? (int32_t)-beg : w->need_beg[i];
        w->need_end[i] = beg + w->need_end[i] > len_bp ? (int32_t)(len_bp - beg) : w->need_end[i];
    }
}

/* phred of a sequencer's slip at each position: of the worst tandem repeat that begins or goes on
 * behind it */
static void slips(gw_refconf_work_t *w, const uint8_t *ref, int64_t len_bp, int64_t beg,
                  int64_t end)
{
    int64_t n = end - beg;
    int64_t from = beg > LOOK_AHEAD ? beg - LOOK_AHEAD : 0;
    int64_t to = end + LOOK_AHEAD < len_bp ? end + LOOK_AHEAD : len_bp;
    memset(w->gap_qual, GW_LIKELIHOOD_GAP_QUAL, (size_t)n);
    for (int32_t period = 1; period <= 4; period++) {
        int64_t run = 0;
        for (int64_t i = from + period; i <= to; i++) {
            if (i < to && ref[i] == ref[i - period] && ref[i] < 4) {
                run++;
                continue;
            }
            int32_t copies = (int32_t)((run + period) / period);
            if (run > 0 && copies >= (period == 1 ? 4 : 3)) {
                double q = gw_likelihood_slip_qual(period, copies);
                uint8_t g = q > GW_LIKELIHOOD_GAP_QUAL ? GW_LIKELIHOOD_GAP_QUAL : (uint8_t)(q + .5);
                for (int64_t p = i - run - period - 1; p < i; p++)
                    if (p >= beg && p < end && g < w->gap_qual[p - beg])
                        w->gap_qual[p - beg] = g;
            }
            run = 0;
        }
    }
}

/* what the reads add */
typedef struct {
    gw_refconf_work_t *w;
    const uint8_t *ref;
    int64_t len_bp, beg, end;
    const weight_t *base, *gap; /* of this read's mapping quality */
} tile_t;

static void add_bases(const tile_t *t, const gw_callread_t *r, int64_t pos, int32_t q, int32_t len)
{
    int64_t a = pos < t->beg ? t->beg : pos, b = pos + len > t->end ? t->end : pos + len;
    for (int64_t x = a; x < b; x++) {
        uint8_t base = r->base[q + (x - pos)], ref = t->ref[x];
        if (base > 3 || ref > 3)
            continue;
        weight_t v = t->base[r->qual[q + (x - pos)]];
        sum_t *s = &t->w->snv[x - t->beg];
        s->half += v.half;
        *(base == ref ? &s->ref : &s->alt) += v.full;
    }
}

/* The read shows an indel behind position x, or is clipped there. */
static void add_against(const tile_t *t, int64_t x, int32_t max_qual)
{
    if (x < t->beg || x >= t->end)
        return;
    uint8_t q = t->w->gap_qual[x - t->beg];
    weight_t v = t->gap[q < max_qual ? q : max_qual];
    t->w->indel[x - t->beg].half += v.half;
    t->w->indel[x - t->beg].alt += v.full;
}

/* [beg,end) of the read without an indel nearby: where the read spans enough, it shows that there
 * is none. */
static void add_without(const tile_t *t, const gw_callread_t *r, int64_t beg, int64_t end)
{
    const gw_refconf_work_t *w = t->w;
    int64_t lo = r->beg - t->beg, hi = r->end - t->beg;
    for (int64_t x = beg < t->beg ? t->beg : beg; x < end && x < t->end; x++) {
        int64_t i = x - t->beg;
        if (w->need_beg[i] < lo || w->need_end[i] > hi)
            continue;
        weight_t v = t->gap[w->gap_qual[i]];
        w->indel[i].half += v.half;
        w->indel[i].ref += v.full;
    }
}

/* The places at which an indel of the read could be written as well: from the base before its
 * leftmost place to the end of its rightmost. */
static gw_status_t places(const tile_t *t, const gw_callread_t *r, int64_t pos, int32_t q, int op,
                          int32_t len, int64_t *beg, int64_t *end, gw_err_t *err)
{
    gw_event_t e = {.pos = pos};
    int64_t lo = t->beg > LOOK_AHEAD ? t->beg - LOOK_AHEAD : 0;
    lo = lo < pos ? lo : pos;
    if (op == BAM_CINS) {
        if (!GW_GROW(t->w->buf, t->w->cap_buf, (size_t)len))
            return gw_err_nomem(err, "reference confidence");
        memcpy(t->w->buf, r->base + q, (size_t)len);
        e.alt = t->w->buf;
        e.alt_len = len;
    } else {
        e.ref_len = len;
    }
    gw_leftalign(t->ref, lo, &e, t->w->buf);
    *beg = e.pos > 0 ? e.pos - 1 : 0;
    *end = gw_leftalign_reach(t->ref, t->len_bp, &e);
    return GW_OK;
}

static gw_status_t add_read(const tile_t *t, const gw_callread_t *r, gw_err_t *err)
{
    int64_t lo = r->beg < t->beg ? t->beg : r->beg, hi = r->end > t->end ? t->end : r->end;
    int64_t pos = r->beg, free_from = r->beg; /* what follows is without an indel so far */
    int32_t q = 0;
    t->w->dp[lo - t->beg]++;
    t->w->dp[hi - t->beg]--;
    for (int32_t k = 0; k < r->n_cigar; k++) {
        int op = (int)bam_cigar_op(r->cigar[k]);
        int32_t len = (int32_t)bam_cigar_oplen(r->cigar[k]);
        if (op == BAM_CMATCH) {
            add_bases(t, r, pos, q, len);
        } else if (op == BAM_CSOFT_CLIP) {
            if (len >= MIN_CLIP)
                add_against(t, k ? pos - 1 : pos, CLIP_QUAL);
        } else if (op == BAM_CREF_SKIP) {
            add_without(t, r, free_from, pos);
            free_from = pos + len;
        } else {
            int64_t a = pos, b = pos;
            gw_status_t st = places(t, r, pos, q, op, len, &a, &b, err);
            if (st != GW_OK)
                return st;
            /* in the other places that the indel could have, the read says nothing: there it
             * would be written at its leftmost one too */
            add_without(t, r, free_from, a);
            if (a >= free_from)
                add_against(t, a, GW_LIKELIHOOD_GAP_QUAL);
            free_from = b > free_from ? b : free_from;
        }
        if (op != BAM_CDEL && op != BAM_CREF_SKIP)
            q += len;
        if (op != BAM_CINS && op != BAM_CSOFT_CLIP)
            pos += len;
    }
    add_without(t, r, free_from, r->end);
    return GW_OK;
}

/* the position's likelihoods, of the alternative that is less surely absent */
static int64_t odds(const sum_t *s, int32_t ploidy)
{
    return (ploidy == 2 && s->half < s->ref ? s->half : s->ref) - s->alt;
}

static int32_t phred(int64_t sum)
{
    int64_t q = (sum + SCALE / 2) / SCALE;
    return sum < 0 ? 0 : q > 9999 ? 9999 : (int32_t)q;
}

static void likelihoods(const sum_t *snv, const sum_t *indel, int32_t ploidy, gw_refconf_t *c)
{
    c->no_indel = phred(odds(indel, ploidy));
    const sum_t *s = odds(indel, ploidy) < odds(snv, ploidy) ? indel : snv;
    int64_t v[3] = {s->alt, s->half, s->ref}, least = s->alt < s->ref ? s->alt : s->ref;
    if (ploidy == 1)
        v[1] = v[2];
    least = v[1] < least ? v[1] : least;
    for (int g = 0; g < 3; g++)
        c->pl[g] = phred(v[g] - least);
}

gw_status_t gw_refconf_fill(gw_refconf_work_t *w, const gw_callread_t *r, size_t n,
                            const uint8_t *ref, int64_t len_bp, int64_t beg, int64_t end,
                            const gw_active_t *g, size_t n_active, gw_refconf_t *out,
                            gw_err_t *err)
{
    if (!room(w, (size_t)(end - beg)))
        return gw_err_nomem(err, "reference confidence");
    needs(w, ref, len_bp, beg, end);
    slips(w, ref, len_bp, beg, end);
    tile_t t = {.w = w, .ref = ref, .len_bp = len_bp, .beg = beg, .end = end};
    for (size_t i = 0; i < n; i++) {
        if (r[i].end <= beg || r[i].beg >= end)
            continue;
        int32_t m = r[i].mapq < w->max_mapq ? r[i].mapq : w->max_mapq;
        t.base = w->base + m * N_QUALS;
        t.gap = w->gap + m * N_QUALS;
        gw_status_t st = add_read(&t, &r[i], err);
        if (st != GW_OK)
            return st;
    }
    int32_t depth = 0;
    for (int64_t x = 0; x < end - beg; x++) {
        depth += w->dp[x];
        out[x] = (gw_refconf_t){.dp = depth};
        if (depth > 0 && ref[beg + x] < 4) /* about N nothing can be known */
            likelihoods(&w->snv[x], &w->indel[x], w->ploidy, &out[x]);
    }
    for (size_t i = 0; i < n_active; i++) {
        int64_t a = g[i].beg > beg ? g[i].beg : beg, b = g[i].end < end ? g[i].end : end;
        for (int64_t p = a; p < b; p++)
            out[p - beg].pl[0] = 0;
    }
    return GW_OK;
}
