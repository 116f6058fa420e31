#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "call/assemble.h"
#include "call/call.h"
#include "call/callvcf.h"
#include "call/likelihood.h"

enum { MIN_READ_BASES = 10, MAX_MAPQ = 45, MAX_ASSEMBLED = 12 };

/* what one worker keeps from tile to tile */
typedef struct {
    gw_arena_t arena, scratch; /* for the tile; for one region's assembly */
    gw_pileup_t pileup;
    gw_likelihood_t lik;
    gw_callread_t *read;
    size_t cap_reads;
    int32_t *near; /* reads of one region */
    size_t cap_near;
    gw_callsite_t *site;
    size_t cap_sites;
    gw_refconf_work_t *refconf; /* gvcf only */
} worker_t;

/* one region while its haplotypes are made */
typedef struct {
    gw_hapset_t *set;
    int32_t *near; /* its reads */
    size_t n_near;
    gw_asmhap_t hap[MAX_ASSEMBLED]; /* assembled, not yet aligned */
    int32_t n_haps;
} todo_t;

/* one tile on its way: reads in, records out */
typedef struct {
    gw_tile_t *tile;
    bcf1_t **rec;
    size_t n_recs, cap_recs;
    gw_refconf_t *conf; /* gvcf: its positions */
    int32_t tid;
    int64_t beg, end;
    gw_callstats_t stats; /* this tile's share */
} item_t;

struct gw_call {
    gw_call_opts_t o;
    gw_callvcf_opts_t vcf;
    const gw_ref_t *ref;
    const gw_regions_t *regions;
    gw_engine_t *engine;
    gw_tiler_t *tiler;
    bcf_hdr_t *hdr;
    gw_gvcf_t *gvcf;
    int32_t *contig; /* the reference's contigs by number in the header */
    int threads;
    worker_t *worker;
    gw_call_sink_fn sink;
    void *sink_ctx;
    gw_callstats_t stats;
};

/* 1. options */
gw_status_t gw_call_opts_check(const gw_call_opts_t *o, gw_err_t *err)
{
    if (o->ploidy != 1 && o->ploidy != 2)
        return gw_err_set(err, GW_EUSAGE, "--ploidy is 1 or 2");
    if (o->min_qual < o->emit_qual)
        return gw_err_set(err, GW_EUSAGE,
                          "--min-qual %g is below --emit-qual %g: nothing would be marked LowQual; "
                          "lower --emit-qual too",
                          o->min_qual, o->emit_qual);
    return GW_OK;
}

/* 2. a run: one tile */
static gw_status_t decode(worker_t *w, const gw_tile_t *t, size_t *n, gw_err_t *err)
{
    *n = 0;
    if (!GW_GROW(w->read, w->cap_reads, t->n_reads + 1))
        return gw_err_nomem(err, "decoding reads");
    for (size_t i = 0; i < t->n_reads; i++) {
        bool usable;
        gw_status_t st = gw_callread_decode(&t->read[i].rec, t->read[i].sample, &w->arena,
                                            &w->read[*n], &usable, err);
        if (st != GW_OK)
            return st;
        *n += usable;
    }
    return gw_callread_join(w->read, n, &w->arena, err);
}

/* The reads that touch [beg,end), clipped ends included. Reads are sorted by begin; longest is the
 * longest span of them. */
static bool reads_near(worker_t *w, size_t n, int64_t longest, int64_t beg, int64_t end,
                       size_t *n_near)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (w->read[mid].beg < beg - longest)
            lo = mid + 1;
        else
            hi = mid;
    }
    *n_near = 0;
    for (size_t i = lo; i < n && w->read[i].beg < end + longest; i++) {
        const gw_callread_t *r = &w->read[i];
        uint32_t first = r->cigar[0], last = r->cigar[r->n_cigar - 1];
        int64_t a = r->beg, b = r->end;
        if (bam_cigar_op(first) == BAM_CSOFT_CLIP)
            a -= bam_cigar_oplen(first);
        if (bam_cigar_op(last) == BAM_CSOFT_CLIP)
            b += bam_cigar_oplen(last);
        if (a >= end || b <= beg)
            continue;
        if (!GW_GROW(w->near, w->cap_near, *n_near + 1))
            return false;
        w->near[(*n_near)++] = (int32_t)i;
    }
    return true;
}

/* The window's part of each read for assembly: whole soft clips where the alignment ends inside */
static gw_asmread_t *pieces(const worker_t *w, const gw_active_t *g, const int32_t *near, size_t n,
                            gw_arena_t *a)
{
    gw_asmread_t *p = gw_arena_alloc(a, n + 1, sizeof *p);
    for (size_t k = 0; p && k < n; k++) {
        const gw_callread_t *r = &w->read[near[k]];
        int32_t i0, i1;
        gw_callread_span(r, g->win_beg, g->win_end, &i0, &i1);
        if (r->beg >= g->win_beg)
            i0 = 0;
        if (r->end <= g->win_end)
            i1 = r->len;
        p[k] = (gw_asmread_t){r->base + i0, r->qual + i0, i1 - i0};
    }
    return p;
}

static gw_status_t assemble(worker_t *w, const gw_active_t *g, todo_t *t, const uint8_t *ref,
                            gw_err_t *err)
{
    static const gw_asm_opts_t ao = {.min_qual = 10,
                                     .min_reads = 2,
                                     .min_fraction = .05,
                                     .max_haps = MAX_ASSEMBLED,
                                     .max_grow = 300};
    gw_asmhap_t hap[MAX_ASSEMBLED];
    int32_t n;
    bool capped;
    gw_arena_reset(&w->scratch);
    gw_asmread_t *p = pieces(w, g, t->near, t->n_near, &w->scratch);
    if (!p)
        return gw_err_nomem(err, "assembling");
    gw_status_t st = gw_assemble(ref + g->win_beg, (int32_t)(g->win_end - g->win_beg), p, t->n_near,
                                 &ao, &w->scratch, hap, &n, &capped, err);
    t->set->capped |= capped;
    for (int32_t i = 0; i < n && st == GW_OK; i++) {
        if (gw_haplotype_has(t->set, hap[i].seq, hap[i].len))
            continue;
        uint8_t *seq = gw_arena_alloc(&w->arena, (size_t)hap[i].len, 1);
        if (!seq)
            return gw_err_nomem(err, "assembling");
        memcpy(seq, hap[i].seq, (size_t)hap[i].len);
        t->hap[t->n_haps++] = (gw_asmhap_t){seq, hap[i].len};
    }
    return st;
}

/* Aligns the assembled haplotypes of all regions to the reference in one job; adds them. */
static gw_status_t add_assembled(gw_call_t *c, worker_t *w, todo_t *t, size_t n, const uint8_t *ref,
                                 gw_err_t *err)
{
    size_t m = 0, q = 0, r = 0;
    for (size_t i = 0; i < n; i++)
        for (int32_t k = 0; k < t[i].n_haps; k++, m++) {
            q += (size_t)t[i].hap[k].len;
            r += (size_t)(t[i].set->end - t[i].set->beg);
        }
    if (m == 0)
        return GW_OK;
    uint8_t *query = gw_arena_alloc(&w->arena, q + r, 1), *target = query + q;
    int64_t *off = gw_arena_alloc(&w->arena, 2 * m, sizeof *off);
    int32_t *len = gw_arena_alloc(&w->arena, 5 * m, sizeof *len);
    if (!query || !off || !len)
        return gw_err_nomem(err, "aligning haplotypes");
    m = q = r = 0;
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += (size_t)t[i].n_haps;
    for (size_t i = 0; i < n; i++)
        for (int32_t k = 0; k < t[i].n_haps; k++, m++) {
            int32_t x = t[i].hap[k].len, y = (int32_t)(t[i].set->end - t[i].set->beg);
            memcpy(query + q, t[i].hap[k].seq, (size_t)x);
            memcpy(target + r, ref + t[i].set->beg, (size_t)y);
            off[m] = (int64_t)q;
            off[total + m] = (int64_t)r;
            len[m] = x;
            len[total + m] = y;
            len[2 * total + m] = 0;  /* diagonal */
            len[3 * total + m] = -1; /* the whole matrix */
            q += (size_t)x;
            r += (size_t)y;
        }
    gw_extend_params_t params;
    gw_extend_params_dna(&params, 2, -6, -2, 9, 1, 0);
    gw_extend_batch_t b = {.n = m,
                           .query = query,
                           .target = target,
                           .q_off = off,
                           .t_off = off + total,
                           .q_len = len,
                           .t_len = len + total};
    gw_extend_in_t in = {&b, &params, len + 2 * total, len + 3 * total};
    gw_extend_cigars_t out = {.score = len + 4 * total};
    out.cigar_off = gw_arena_alloc(&w->arena, m + 1, sizeof *out.cigar_off);
    if (!out.cigar_off)
        return gw_err_nomem(err, "aligning haplotypes");
    gw_status_t st = gw_engine_run(c->engine, GW_JOB_EXTEND_GLOBAL, &in, &out, err);
    m = 0;
    for (size_t i = 0; i < n && st == GW_OK; i++)
        for (int32_t k = 0; k < t[i].n_haps && st == GW_OK; k++, m++)
            st = gw_haplotype_add(
                t[i].set, t[i].hap[k].seq, t[i].hap[k].len, out.cigar + out.cigar_off[m],
                (size_t)(out.cigar_off[m + 1] - out.cigar_off[m]), ref, &w->arena, err);
    free(out.cigar);
    return st;
}

/* Haplotypes of one region from the reads' alignments and, where these may mislead, assembled */
static gw_status_t propose(gw_call_t *c, worker_t *w, item_t *x, size_t n_reads, int64_t longest,
                           const gw_seen_t *cand, const gw_active_t *g, todo_t *t, gw_err_t *err)
{
    const gw_contig_t *ctg = &c->ref->contig[x->tile->contig];
    const uint8_t *ref = c->ref->base + ctg->start;
    if (!reads_near(w, n_reads, longest, g->beg, g->end, &t->n_near))
        return gw_err_nomem(err, "choosing reads");
    t->near = gw_arena_alloc(&w->arena, t->n_near + 1, sizeof *t->near);
    t->set = gw_arena_alloc(&w->arena, 1, sizeof *t->set);
    if (!t->near || !t->set)
        return gw_err_nomem(err, "choosing reads");
    if (t->n_near)
        memcpy(t->near, w->near, t->n_near * sizeof *t->near);
    gw_status_t st = gw_haplotype_phase(g, cand, w->read, t->near, t->n_near, ref, ctg->len_bp,
                                        &w->arena, t->set, err);
    if (st == GW_OK && (g->assemble || g->cand1 - g->cand0 > 2)) {
        x->stats.assembled++;
        st = assemble(w, g, t, ref, err);
    }
    return st;
}

/* Haplotypes of every region that starts in the tile, and their likelihoods in one job. The
 * regions without a haplotype besides the reference are left out of g. */
static gw_status_t haplotypes(gw_call_t *c, worker_t *w, item_t *x, size_t n_reads,
                              const gw_seen_t *cand, gw_active_t *g, size_t *n_regions,
                              gw_hapset_t ***set, gw_err_t *err)
{
    const gw_contig_t *ctg = &c->ref->contig[x->tile->contig];
    const uint8_t *ref = c->ref->base + ctg->start;
    int64_t longest = 1;
    size_t m = 0, k = 0;
    gw_status_t st = GW_OK;
    for (size_t i = 0; i < n_reads; i++) {
        int64_t span = w->read[i].end - w->read[i].beg + w->read[i].len;
        longest = span > longest ? span : longest;
    }
    todo_t *t = gw_arena_alloc(&w->arena, *n_regions + 1, sizeof *t);
    *set = gw_arena_alloc(&w->arena, *n_regions + 1, sizeof **set);
    if (!t || !*set)
        return gw_err_nomem(err, "making haplotypes");
    for (size_t i = 0; i < *n_regions && st == GW_OK; i++) {
        if (g[i].beg < x->tile->beg || g[i].beg >= x->tile->end ||
            (c->regions->n &&
             !gw_regions_overlap(c->regions, x->tile->contig, g[i].own_beg, g[i].own_end)))
            continue;
        t[m] = (todo_t){0};
        st = propose(c, w, x, n_reads, longest, cand, &g[i], &t[m], err);
        g[m++] = g[i];
    }
    if (st == GW_OK)
        st = add_assembled(c, w, t, m, ref, err);
    gw_likelihood_reset(&w->lik);
    for (size_t i = 0; i < m && st == GW_OK; i++) {
        x->stats.regions++;
        x->stats.capped_regions += t[i].set->capped;
        if (t[i].set->n_haps < 2)
            continue;
        st = gw_likelihood_add(&w->lik, t[i].set, w->read, t[i].near, t[i].n_near, MIN_READ_BASES,
                               err);
        g[k] = g[i];
        (*set)[k++] = t[i].set;
    }
    *n_regions = k;
    return st == GW_OK ? gw_likelihood_run(&w->lik, c->engine, err) : st;
}

static gw_status_t put_sites(gw_call_t *c, worker_t *w, item_t *x, size_t n, gw_err_t *err)
{
    int32_t n_samples = gw_tiler_samples(c->tiler);
    if (!GW_GROW(x->rec, x->cap_recs, x->n_recs + n))
        return gw_err_nomem(err, "writing records");
    for (size_t k = 0; k < n; k++) {
        gw_callsite_t *s = &w->site[k];
        if (c->regions->n && !gw_regions_overlap(c->regions, x->tile->contig, s->pos, s->pos + 1))
            continue;
        if (x->conf && s->pos >= x->beg && s->pos < x->end + GW_TILE_MARGIN)
            gw_callsite_cap_non_ref(s, x->conf[s->pos - x->beg].no_indel);
        bcf1_t *b;
        gw_status_t st = gw_callvcf_record(c->hdr, x->tile->tid, s, n_samples, &c->vcf, &b, err);
        if (st != GW_OK) {
            if (b)
                bcf_destroy(b);
            return st;
        }
        x->rec[x->n_recs++] = b;
        gw_callstats_count(&x->stats, s, n_samples, c->o.min_qual);
    }
    return GW_OK;
}

static gw_status_t call_tile(gw_call_t *c, worker_t *w, item_t *x, gw_err_t *err)
{
    const gw_tile_t *t = x->tile;
    const gw_contig_t *ctg = &c->ref->contig[t->contig];
    const uint8_t *ref = c->ref->base + ctg->start;
    int32_t n_samples = gw_tiler_samples(c->tiler);
    int64_t beg = t->beg > GW_TILE_MARGIN ? t->beg - GW_TILE_MARGIN : 0;
    int64_t end = t->end + GW_TILE_MARGIN < ctg->len_bp ? t->end + GW_TILE_MARGIN : ctg->len_bp;
    gw_pileup_opts_t po = {(int32_t)c->o.min_baseq, c->o.min_fraction};
    gw_active_opts_t ao = {.join_bp = 25, .max_bp = 300, .pad_bp = 40, .clip_fraction = .15};
    gw_callsite_opts_t so = {(int32_t)c->o.ploidy, n_samples, c->o.emit_qual, MAX_MAPQ, c->o.gvcf};
    size_t n_reads, n_cand, n_regions, n_sites = 0;
    gw_seen_t *cand;
    gw_active_t *g;
    gw_hapset_t **set;
    x->stats.tiles = 1;
    gw_status_t st = decode(w, t, &n_reads, err);
    if (st == GW_OK)
        st = gw_pileup_build(&w->pileup, w->read, n_reads, n_samples, ref, beg, end, &po, &w->arena,
                             err);
    if (st == GW_OK)
        st = gw_pileup_candidates(&w->pileup, &po, &w->arena, &cand, &n_cand, err);
    if (st == GW_OK)
        st = gw_active_find(&w->pileup, cand, n_cand, ref, ctg->len_bp, &ao, &w->arena, &g,
                            &n_regions, err);
    if (st == GW_OK && c->o.gvcf) { /* to the tile's end and where its last region may reach */
        x->conf = gw_malloc((size_t)(end - t->beg), sizeof *x->conf);
        if (!x->conf)
            return gw_err_nomem(err, "reference confidence");
        st = gw_refconf_fill(w->refconf, w->read, n_reads, ref, ctg->len_bp, t->beg, end, g,
                             n_regions, x->conf, err);
    }
    if (st == GW_OK)
        st = haplotypes(c, w, x, n_reads, cand, g, &n_regions, &set, err);
    for (size_t i = 0; i < n_regions && st == GW_OK; i++) {
        const gw_likelihood_t *l = &w->lik;
        int64_t r0 = l->read_group[i];
        if (l->read_group[i + 1] == r0)
            continue;
        st = gw_callsite_region(&g[i], set[i], w->read, l->read + r0, l->lik + l->lik_off[i],
                                (size_t)(l->read_group[i + 1] - r0), ref, ctg->len_bp, &so,
                                &w->arena, &w->site, &n_sites, &w->cap_sites, err);
    }
    return st == GW_OK ? put_sites(c, w, x, n_sites, err) : st;
}

/* the pipeline */
static void drop_item(void *ctx, void *item)
{
    (void)ctx;
    item_t *x = item;
    gw_tile_destroy(x->tile);
    for (size_t i = 0; i < x->n_recs; i++)
        bcf_destroy(x->rec[i]);
    free(x->rec);
    free(x->conf);
    free(x);
}

static gw_status_t read_item(void *ctx, void **item, gw_err_t *err)
{
    gw_call_t *c = ctx;
    gw_tile_t *tile;
    gw_status_t st = gw_tiler_next(c->tiler, &tile, err);
    if (st != GW_OK || !tile)
        return st;
    item_t *x = gw_calloc(1, sizeof *x);
    if (!x) {
        gw_tile_destroy(tile);
        return gw_err_nomem(err, "queueing tiles");
    }
    x->tile = tile;
    x->tid = tile->tid;
    x->beg = tile->beg;
    x->end = tile->end;
    *item = x;
    return GW_OK;
}

static gw_status_t work_item(void *ctx, int worker, void *item, gw_err_t *err)
{
    gw_call_t *c = ctx;
    item_t *x = item;
    worker_t *w = &c->worker[worker];
    gw_arena_reset(&w->arena);
    gw_status_t st = call_tile(c, w, x, err);
    gw_tile_destroy(x->tile);
    x->tile = NULL;
    return st;
}

static gw_status_t write_item(void *ctx, void *item, gw_err_t *err)
{
    gw_call_t *c = ctx;
    item_t *x = item;
    gw_status_t st = GW_OK;
    if (c->gvcf) {
        st = gw_gvcf_tile(c->gvcf, x->tid, x->beg, x->end, x->conf, x->rec, x->n_recs, c->sink,
                          c->sink_ctx, err);
        x->n_recs = 0; /* they are the stream's now */
    }
    for (size_t i = 0; i < x->n_recs && st == GW_OK; i++)
        st = c->sink(c->sink_ctx, x->rec[i], err);
    gw_callstats_add(&c->stats, &x->stats);
    drop_item(c, x);
    return st;
}

static gw_status_t make_header(gw_call_t *c, gw_err_t *err)
{
    const sam_hdr_t *h = gw_tiler_header(c->tiler);
    int32_t n = sam_hdr_nref(h), n_samples = gw_tiler_samples(c->tiler);
    const char **sample = gw_malloc((size_t)n_samples, sizeof *sample);
    c->contig = gw_malloc((size_t)n, sizeof *c->contig);
    gw_status_t st = sample && c->contig ? GW_OK : gw_err_nomem(err, "starting");
    for (int32_t k = 0; k < n && st == GW_OK; k++)
        c->contig[k] = gw_ref_find(c->ref, sam_hdr_tid2name(h, k));
    for (int32_t i = 0; i < n_samples && st == GW_OK; i++)
        sample[i] = gw_tiler_sample(c->tiler, i);
    if (st == GW_OK)
        st = gw_callvcf_header(c->ref, c->contig, n, sample, n_samples, &c->vcf, &c->hdr, err);
    free(sample);
    return st;
}

static gw_status_t start_gvcf(gw_call_t *c, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    if (gw_tiler_samples(c->tiler) != 1)
        return gw_err_set(err, GW_EUSAGE,
                          "--gvcf is for one sample, and the input holds %d (%s, %s, ...); run it "
                          "on each, then genowarp call --joint on the results",
                          gw_tiler_samples(c->tiler), gw_tiler_sample(c->tiler, 0),
                          gw_tiler_sample(c->tiler, 1));
    for (int i = 0; i < c->threads && st == GW_OK; i++)
        st = gw_refconf_create((int32_t)c->o.ploidy, MAX_MAPQ, &c->worker[i].refconf, err);
    return st == GW_OK
               ? gw_gvcf_create(c->hdr, c->ref, c->contig, sam_hdr_nref(gw_tiler_header(c->tiler)),
                                c->regions, (int32_t)c->o.ploidy, &c->o.bands, &c->gvcf, err)
               : st;
}

gw_status_t gw_call_create(const gw_call_opts_t *o, const gw_ref_t *ref,
                           const gw_regions_t *regions, const char *const *path, size_t n_paths,
                           const char *command_line, int threads, gw_engine_t *engine,
                           gw_call_t **out, gw_err_t *err)
{
    gw_call_t *c = gw_calloc(1, sizeof *c);
    *out = c;
    if (!c)
        return gw_err_nomem(err, "starting");
    c->o = *o;
    c->vcf = (gw_callvcf_opts_t){(int32_t)o->ploidy, o->min_qual, command_line, o->gvcf};
    c->ref = ref;
    c->regions = regions;
    c->engine = engine;
    c->threads = threads;
    c->worker = gw_calloc((size_t)threads, sizeof *c->worker);
    if (!c->worker)
        return gw_err_nomem(err, "starting");
    for (int i = 0; i < threads; i++) {
        gw_arena_init(&c->worker[i].arena, 1 << 20);
        gw_arena_init(&c->worker[i].scratch, 1 << 20);
    }
    gw_tiler_opts_t to = {(int32_t)o->min_mapq, o->downsample};
    gw_alnread_opts_t ao = {
        .ref_path = ref->path, .threads = 1, .need_sorted = true, .no_cram = o->no_cram};
    gw_status_t st = gw_tiler_open(path, n_paths, ref, regions, &ao, &to, &c->tiler, err);
    if (st == GW_OK)
        st = make_header(c, err);
    return st == GW_OK && o->gvcf ? start_gvcf(c, err) : st;
}

bcf_hdr_t *gw_call_header(const gw_call_t *c)
{
    return c->hdr;
}

gw_status_t gw_call_run(gw_call_t *c, gw_call_sink_fn sink, void *ctx, gw_err_t *err)
{
    static const gw_pipeline_ops_t ops = {read_item, work_item, write_item, drop_item};
    c->sink = sink;
    c->sink_ctx = ctx;
    gw_status_t st = gw_pipeline_run(c->threads, 0, &ops, c, err);
    if (st == GW_OK && c->gvcf) {
        st = gw_gvcf_finish(c->gvcf, sink, ctx, err);
        c->stats.blocks = *gw_gvcf_stats(c->gvcf);
    }
    c->stats.reads = *gw_tiler_stats(c->tiler);
    return st;
}

const gw_callstats_t *gw_call_stats(const gw_call_t *c)
{
    return &c->stats;
}

void gw_call_destroy(gw_call_t *c)
{
    if (!c)
        return;
    for (int i = 0; c->worker && i < c->threads; i++) {
        worker_t *w = &c->worker[i];
        gw_arena_release(&w->arena);
        gw_arena_release(&w->scratch);
        gw_pileup_release(&w->pileup);
        gw_likelihood_release(&w->lik);
        free(w->read);
        free(w->near);
        free(w->site);
        gw_refconf_destroy(w->refconf);
    }
    free(c->worker);
    gw_tiler_close(c->tiler);
    gw_gvcf_destroy(c->gvcf);
    free(c->contig);
    if (c->hdr)
        bcf_hdr_destroy(c->hdr);
    free(c);
}
