#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "call/gvcf.h"

enum { NO_BLOCK = -3, ALONE = -2, UNKNOWN = -1 }; /* instead of a band */

typedef struct {
    int64_t beg, end;
    int32_t band; /* NO_BLOCK: none is open */
    int32_t min_dp, pl[3];
    int64_t sum_dp;
} block_t;

struct gw_gvcf {
    const bcf_hdr_t *hdr;
    const gw_ref_t *ref;
    const int32_t *contig;
    int32_t n_contigs;
    const gw_regions_t *regions;
    int32_t ploidy;
    gw_gvcf_bands_t bands;
    int32_t rid;     /* where the stream stands */
    int64_t pos;     /* everything before it is done */
    int64_t covered; /* the end of the records' REFs so far */
    block_t block;
    bcf1_t **wait; /* records behind pos, in order: [first,n) */
    size_t first, n, cap;
    bcf1_t *rec; /* blocks are written from it */
    int pass;
    gw_gvcf_stats_t stats;
    gw_gvcf_sink_fn sink; /* during a call */
    void *ctx;
};

/* 1. bands */
gw_status_t gw_gvcf_bands_parse(const char *text, gw_gvcf_bands_t *b, gw_err_t *err)
{
    int64_t last = 0;
    uint8_t band = 0;
    *b = (gw_gvcf_bands_t){0};
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, ",");
        char word[8];
        int64_t q = 0;
        if (n > 0 && n < sizeof word) {
            memcpy(word, p, n);
            word[n] = '\0';
        }
        if (n == 0 || n >= sizeof word || !gw_text_int(word, &q) || q < 1 || q > 99 || q <= last)
            return gw_err_set(err, GW_EUSAGE,
                              "--gvcf-bands: '%.*s' is not a number from 1 to 99 above the one "
                              "before; write rising numbers, such as 10,20,30",
                              (int)(n < 40 ? n : 40), p);
        for (int64_t k = last; k < q; k++)
            b->of[k] = band;
        band++;
        last = q;
        p += n + (p[n] == ',');
    }
    for (int64_t k = last; k < 100; k++)
        b->of[k] = band;
    return GW_OK;
}

/* 2. the stream */
gw_status_t gw_gvcf_create(const bcf_hdr_t *hdr, const gw_ref_t *ref, const int32_t *contig,
                           int32_t n_contigs, const gw_regions_t *regions, int32_t ploidy,
                           const gw_gvcf_bands_t *bands, gw_gvcf_t **out, gw_err_t *err)
{
    gw_gvcf_t *g = gw_calloc(1, sizeof *g);
    *out = g;
    if (!g || !(g->rec = bcf_init()))
        return gw_err_nomem(err, "starting");
    g->hdr = hdr;
    g->ref = ref;
    g->contig = contig;
    g->n_contigs = n_contigs;
    g->regions = regions;
    g->ploidy = ploidy;
    g->bands = *bands;
    g->block.band = NO_BLOCK;
    g->pass = bcf_hdr_id2int(hdr, BCF_DT_ID, "PASS");
    return GW_OK;
}

void gw_gvcf_destroy(gw_gvcf_t *g)
{
    if (!g)
        return;
    for (size_t i = g->first; i < g->n; i++)
        bcf_destroy(g->wait[i]);
    free(g->wait);
    if (g->rec)
        bcf_destroy(g->rec);
    free(g);
}

const gw_gvcf_stats_t *gw_gvcf_stats(const gw_gvcf_t *g)
{
    return &g->stats;
}

/* blocks */
static gw_status_t close_block(gw_gvcf_t *g, gw_err_t *err)
{
    static const char *const letter[5] = {"A", "C", "G", "T", "N"};
    block_t *k = &g->block;
    if (k->band == NO_BLOCK)
        return GW_OK;
    bcf1_t *b = g->rec;
    bcf_clear(b);
    b->rid = g->rid;
    b->pos = k->beg;
    bcf_float_set_missing(b->qual);
    const gw_contig_t *c = &g->ref->contig[g->contig[g->rid]];
    const char *allele[2] = {letter[g->ref->base[c->start + k->beg]], "<NON_REF>"};
    int64_t len = k->end - k->beg;
    bool unknown = k->band == UNKNOWN;
    gw_refconf_t v = {.pl = {k->pl[0], k->pl[1], k->pl[2]}};
    int32_t end = (int32_t)k->end, gq = gw_refconf_gq(&v);
    int32_t dp = (int32_t)((k->sum_dp + len / 2) / len);
    int32_t gt = unknown ? bcf_gt_missing : bcf_gt_unphased(0), gts[2] = {gt, gt};
    int32_t pl[3] = {k->pl[0], k->pl[1], k->pl[2]};
    int bad = bcf_update_alleles(g->hdr, b, allele, 2);
    bad |= bcf_update_filter(g->hdr, b, &g->pass, 1);
    bad |= bcf_update_info_int32(g->hdr, b, "END", &end, 1);
    bad |= bcf_update_genotypes(g->hdr, b, gts, g->ploidy);
    bad |= bcf_update_format_int32(g->hdr, b, "DP", &dp, 1);
    bad |= bcf_update_format_int32(g->hdr, b, "GQ", &gq, 1);
    bad |= bcf_update_format_int32(g->hdr, b, "MIN_DP", &k->min_dp, 1);
    bad |= bcf_update_format_int32(g->hdr, b, "PL", pl, g->ploidy + 1);
    if (bad)
        return gw_err_nomem(err, "writing reference blocks");
    g->stats.blocks++;
    g->stats.bases += len;
    g->stats.no_reads_bp += unknown ? len : 0;
    g->stats.gq20_bp += gq >= 20 ? len : 0;
    k->band = NO_BLOCK;
    return g->sink(g->ctx, b, err);
}

static int32_t band_of(const gw_gvcf_t *g, const gw_refconf_t *v, bool n_base)
{
    if (v->dp == 0 || n_base)
        return UNKNOWN;
    return v->pl[0] > 0 ? ALONE : g->bands.of[gw_refconf_gq(v)];
}

/* [beg,end) with the same likelihoods goes on with the open block or opens one. */
static gw_status_t add(gw_gvcf_t *g, int64_t beg, int64_t end, const gw_refconf_t *v, int32_t band,
                       gw_err_t *err)
{
    block_t *k = &g->block;
    if (k->band != band || k->end != beg || band == ALONE || g->bands.single) {
        gw_status_t st = close_block(g, err);
        if (st != GW_OK)
            return st;
        *k = (block_t){beg, beg, band, v->dp, {v->pl[0], v->pl[1], v->pl[2]}, 0};
    }
    k->end = end;
    k->sum_dp += (end - beg) * v->dp;
    k->min_dp = v->dp < k->min_dp ? v->dp : k->min_dp;
    for (int i = 0; i < 3; i++)
        k->pl[i] = v->pl[i] < k->pl[i] ? v->pl[i] : k->pl[i];
    return GW_OK;
}

/* Positions [beg,end) that no record holds; conf NULL: without reads */
static gw_status_t fill(gw_gvcf_t *g, int64_t beg, int64_t end, const gw_refconf_t *conf,
                        gw_err_t *err)
{
    static const gw_refconf_t none = {0};
    const uint8_t *base = g->ref->base + g->ref->contig[g->contig[g->rid]].start;
    gw_status_t st = GW_OK;
    if (!conf && !g->bands.single)
        return beg < end ? add(g, beg, end, &none, UNKNOWN, err) : GW_OK;
    for (int64_t p = beg; p < end && st == GW_OK; p++) {
        const gw_refconf_t *v = conf ? &conf[p - beg] : &none;
        st = add(g, p, p + 1, v, band_of(g, v, base[p] > 3), err);
    }
    return st;
}

/* [beg,end) of a region with the records that wait for it */
static gw_status_t stretch(gw_gvcf_t *g, int64_t beg, int64_t end, const gw_refconf_t *conf,
                           gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (int64_t p = beg; p < end && st == GW_OK;) {
        if (g->first < g->n && g->wait[g->first]->pos <= p) {
            bcf1_t *b = g->wait[g->first];
            st = close_block(g, err);
            if (st == GW_OK)
                st = g->sink(g->ctx, b, err);
            int64_t e = b->pos + b->rlen;
            g->covered = e > g->covered ? e : g->covered;
            g->first++;
            bcf_destroy(b);
            continue;
        }
        int64_t stop = end;
        if (g->first < g->n && g->wait[g->first]->pos < stop)
            stop = g->wait[g->first]->pos;
        if (p < g->covered) {
            p = g->covered < stop ? g->covered : stop;
            continue;
        }
        st = fill(g, p, stop, conf ? conf + (p - beg) : NULL, err);
        p = stop;
    }
    return st;
}

/* Everything up to position end of the current contig; conf begins at g->pos. */
static gw_status_t advance(gw_gvcf_t *g, int64_t end, const gw_refconf_t *conf, gw_err_t *err)
{
    const gw_regions_t *r = g->regions;
    gw_status_t st = GW_OK;
    int32_t tid = g->contig[g->rid];
    if (r->n == 0)
        st = stretch(g, g->pos, end, conf, err);
    for (size_t i = gw_regions_first(r, tid, g->pos);
         i < r->n && r->v[i].tid == tid && r->v[i].beg < end && st == GW_OK; i++) {
        const gw_region_t *v = &r->v[i];
        int64_t a = v->beg > g->pos ? v->beg : g->pos, b = v->end < end ? v->end : end;
        st = stretch(g, a, b, conf ? conf + (a - g->pos) : NULL, err);
    }
    g->pos = end;
    return st;
}

static gw_status_t go_to(gw_gvcf_t *g, int32_t rid, int64_t pos, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    while (g->rid < rid && st == GW_OK) {
        st = advance(g, g->ref->contig[g->contig[g->rid]].len_bp, NULL, err);
        if (st == GW_OK)
            st = close_block(g, err);
        g->rid++;
        g->pos = g->covered = 0;
    }
    return st == GW_OK && pos > g->pos ? advance(g, pos, NULL, err) : st;
}

gw_status_t gw_gvcf_tile(gw_gvcf_t *g, int32_t rid, int64_t beg, int64_t end,
                         const gw_refconf_t *conf, bcf1_t **rec, size_t n, gw_gvcf_sink_fn sink,
                         void *ctx, gw_err_t *err)
{
    g->sink = sink;
    g->ctx = ctx;
    gw_status_t st = go_to(g, rid, beg, err);
    if (g->first > 0) {
        memmove(g->wait, g->wait + g->first, (g->n - g->first) * sizeof *g->wait);
        g->n -= g->first;
        g->first = 0;
    }
    if (!GW_GROW(g->wait, g->cap, g->n + n)) {
        for (size_t i = 0; i < n; i++)
            bcf_destroy(rec[i]);
        return gw_err_nomem(err, "queueing records");
    }
    if (n)
        memcpy(g->wait + g->n, rec, n * sizeof *rec);
    g->n += n;
    return st == GW_OK ? advance(g, end, conf, err) : st;
}

gw_status_t gw_gvcf_finish(gw_gvcf_t *g, gw_gvcf_sink_fn sink, void *ctx, gw_err_t *err)
{
    g->sink = sink;
    g->ctx = ctx;
    return go_to(g, g->n_contigs, 0, err);
}
