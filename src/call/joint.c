#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/thread.h"
#include "call/gvcfread.h"
#include "call/joint.h"
#include "call/jointsite.h"

/* records read ahead of an input, and sites worked on together */
enum { AHEAD = 128, BATCH = 64 };

typedef struct {
    gw_gvcfread_t *in;
    gw_gvcfrec_t ahead[AHEAD]; /* [at,n) are still to come */
    int32_t at, n;
    bool ended;
    gw_gvcfrec_t *window; /* those that reach over the place at hand */
    size_t n_window, cap_window; /* the rest of cap_window is kept for its memory */
} input_t;

/* an allele that some sample has, at a place not yet written */
typedef struct {
    gw_event_t event;
    uint8_t *alt;
    int64_t support; /* fragments */
} pending_t;

typedef struct {
    gw_jointsite_t site;
    bcf1_t *rec;
    gw_callstats_t stats;
} item_t;

typedef struct {
    gw_arena_t arena;
} worker_t;

struct gw_joint {
    gw_joint_opts_t o;
    gw_callvcf_opts_t vcf;
    const gw_ref_t *ref;
    const gw_regions_t *regions;
    input_t *input;
    size_t n;
    int32_t *contig, *out_rid; /* by number in the inputs; -1: not in the reference */
    int32_t n_contigs;
    size_t *heap, n_heap; /* inputs by the place of their next record */
    pending_t *pending;   /* in the order of events, all on contig rid */
    size_t n_pending, cap_pending;
    int32_t rid;
    item_t item[BATCH];
    size_t n_items;
    gw_arena_t arena; /* of the batch */
    worker_t *worker;
    int threads;
    bcf_hdr_t *hdr;
    gw_callstats_t stats;
};

/* 2. a run: opening */
static gw_status_t same_contigs(const gw_joint_t *j, const char *const *path, size_t i,
                                gw_err_t *err)
{
    const gw_gvcfread_t *a = j->input[0].in, *b = j->input[i].in;
    int32_t n = gw_gvcfread_n_contigs(a), contig;
    bool same = n == gw_gvcfread_n_contigs(b);
    for (int32_t k = 0; k < n && same; k++)
        same = strcmp(gw_gvcfread_contig(a, k, &contig), gw_gvcfread_contig(b, k, &contig)) == 0;
    return same ? GW_OK
                : gw_err_set(err, GW_EDATA,
                             "%s: its contigs or their order differ from those of %s; make both "
                             "with one reference",
                             path[i], path[0]);
}

typedef struct {
    const char *name;
    size_t i;
} named_t;

static int by_name(const void *x, const void *y)
{
    const named_t *a = x, *b = y;
    int c = strcmp(a->name, b->name);
    return c ? c : (a->i > b->i) - (a->i < b->i);
}

static gw_status_t no_sample_twice(const gw_joint_t *j, const char *const *path, gw_err_t *err)
{
    named_t *v = gw_malloc(j->n, sizeof *v);
    gw_status_t st = GW_OK;
    if (!v)
        return gw_err_nomem(err, "opening gVCFs");
    for (size_t i = 0; i < j->n; i++)
        v[i] = (named_t){gw_gvcfread_sample(j->input[i].in), i};
    qsort(v, j->n, sizeof *v, by_name);
    for (size_t i = 1; i < j->n && st == GW_OK; i++)
        if (strcmp(v[i - 1].name, v[i].name) == 0)
            st = gw_err_set(err, GW_EDATA,
                            "%s: sample %s is in %s too; leave one out, or rename it (bcftools "
                            "reheader -s)",
                            path[v[i].i], v[i].name, path[v[i - 1].i]);
    free(v);
    return st;
}

static gw_status_t make_header(gw_joint_t *j, gw_err_t *err)
{
    int32_t n = gw_gvcfread_n_contigs(j->input[0].in), m = 0;
    int32_t *listed = gw_malloc((size_t)n, sizeof *listed);
    const char **sample = gw_malloc(j->n, sizeof *sample);
    j->n_contigs = n;
    j->contig = gw_malloc((size_t)n, sizeof *j->contig);
    j->out_rid = gw_malloc((size_t)n, sizeof *j->out_rid);
    gw_status_t st = listed && sample && j->contig && j->out_rid
                         ? GW_OK
                         : gw_err_nomem(err, "opening gVCFs");
    for (int32_t k = 0; k < n && st == GW_OK; k++) {
        gw_gvcfread_contig(j->input[0].in, k, &j->contig[k]);
        j->out_rid[k] = j->contig[k] < 0 ? -1 : m;
        if (j->contig[k] >= 0)
            listed[m++] = j->contig[k];
    }
    for (size_t i = 0; i < j->n && st == GW_OK; i++)
        sample[i] = gw_gvcfread_sample(j->input[i].in);
    if (st == GW_OK)
        st = gw_callvcf_header(j->ref, listed, m, sample, (int32_t)j->n, &j->vcf, &j->hdr, err);
    free(listed);
    free(sample);
    return st;
}

gw_status_t gw_joint_create(const gw_joint_opts_t *o, const gw_ref_t *ref,
                            const gw_regions_t *regions, const char *const *path, size_t n_paths,
                            int threads, gw_joint_t **out, gw_err_t *err)
{
    gw_joint_t *j = gw_calloc(1, sizeof *j);
    *out = j;
    if (!j)
        return gw_err_nomem(err, "starting");
    j->o = *o;
    j->vcf = (gw_callvcf_opts_t){2, o->min_qual, o->command_line, false};
    j->ref = ref;
    j->regions = regions;
    j->threads = threads;
    gw_arena_init(&j->arena, 1 << 20);
    j->input = gw_calloc(n_paths, sizeof *j->input);
    j->heap = gw_malloc(n_paths, sizeof *j->heap);
    j->worker = gw_calloc((size_t)threads, sizeof *j->worker);
    if (!j->input || !j->heap || !j->worker)
        return gw_err_nomem(err, "starting");
    for (int i = 0; i < threads; i++)
        gw_arena_init(&j->worker[i].arena, 1 << 18);
    gw_status_t st = GW_OK;
    for (size_t i = 0; i < n_paths && st == GW_OK; i++) {
        j->n = i + 1;
        st = gw_gvcfread_open(path[i], ref, &j->input[i].in, err);
        if (st == GW_OK)
            st = same_contigs(j, path, i, err);
    }
    if (st == GW_OK)
        st = no_sample_twice(j, path, err);
    return st == GW_OK ? make_header(j, err) : st;
}

bcf_hdr_t *gw_joint_header(const gw_joint_t *j)
{
    return j->hdr;
}

const gw_callstats_t *gw_joint_stats(const gw_joint_t *j)
{
    return &j->stats;
}

uint64_t gw_joint_without(const gw_joint_t *j)
{
    uint64_t n = 0;
    for (size_t i = 0; i < j->n; i++)
        n += gw_gvcfread_without(j->input[i].in);
    return n;
}

static void forget_pending(gw_joint_t *j, size_t n)
{
    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        free(j->pending[i].alt);
    memmove(j->pending, j->pending + n, (j->n_pending - n) * sizeof *j->pending);
    j->n_pending -= n;
}

void gw_joint_destroy(gw_joint_t *j)
{
    if (!j)
        return;
    forget_pending(j, j->n_pending);
    for (size_t i = 0; i < j->n; i++) {
        input_t *in = &j->input[i];
        gw_gvcfread_close(in->in);
        for (int32_t k = 0; k < AHEAD; k++)
            gw_gvcfrec_release(&in->ahead[k]);
        for (size_t k = 0; k < in->cap_window; k++)
            gw_gvcfrec_release(&in->window[k]);
        free(in->window);
    }
    for (size_t i = 0; i < j->n_items; i++)
        if (j->item[i].rec)
            bcf_destroy(j->item[i].rec);
    for (int i = 0; j->worker && i < j->threads; i++)
        gw_arena_release(&j->worker[i].arena);
    gw_arena_release(&j->arena);
    if (j->hdr)
        bcf_hdr_destroy(j->hdr);
    free(j->input);
    free(j->heap);
    free(j->worker);
    free(j->contig);
    free(j->out_rid);
    free(j->pending);
    free(j);
}

/* reading ahead */
static gw_status_t fill(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    input_t *in = &((gw_joint_t *)ctx)->input[i];
    for (int32_t k = in->at; k < in->n; k++) { /* what is left goes to the front */
        gw_gvcfrec_t t = in->ahead[k - in->at];
        in->ahead[k - in->at] = in->ahead[k];
        in->ahead[k] = t;
    }
    in->n -= in->at;
    in->at = 0;
    while (!in->ended && in->n < AHEAD) {
        bool got;
        gw_status_t st = gw_gvcfread_next(in->in, &in->ahead[in->n], &got, err);
        if (st != GW_OK)
            return st;
        in->n += got;
        in->ended = !got;
    }
    return GW_OK;
}

/* the inputs' next records in one order: by place, then by input */
static bool before(const gw_joint_t *j, size_t x, size_t y)
{
    const gw_gvcfrec_t *a = &j->input[x].ahead[j->input[x].at];
    const gw_gvcfrec_t *b = &j->input[y].ahead[j->input[y].at];
    if (a->rid != b->rid)
        return a->rid < b->rid;
    return a->beg != b->beg ? a->beg < b->beg : x < y;
}

static void sink_down(gw_joint_t *j, size_t i)
{
    for (;;) {
        size_t least = i;
        for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < j->n_heap; c++)
            if (before(j, j->heap[c], j->heap[least]))
                least = c;
        if (least == i)
            return;
        size_t t = j->heap[i];
        j->heap[i] = j->heap[least];
        j->heap[least] = t;
        i = least;
    }
}

static void make_heap(gw_joint_t *j)
{
    j->n_heap = 0;
    for (size_t i = 0; i < j->n; i++)
        if (j->input[i].at < j->input[i].n)
            j->heap[j->n_heap++] = i;
    for (size_t i = j->n_heap / 2; i-- > 0;)
        sink_down(j, i);
}

/* alleles */
/* The difference that allele a makes, without bases shared at its ends; false when it makes none
 * (`*`, <NON_REF>, REF itself). buf has room for the allele's letters. */
static bool event_of(const gw_gvcfrec_t *r, int32_t a, uint8_t *buf, gw_event_t *e)
{
    static const char letter[] = "ACGT";
    const char *ref = r->allele[0], *alt = r->allele[a];
    if (a == 0 || a == r->non_ref || *alt == '*' || *alt == '.')
        return false;
    int32_t n = (int32_t)strlen(ref), m = (int32_t)strlen(alt), k = 0;
    while (n > 0 && m > 0 && ref[n - 1] == alt[m - 1]) {
        n--;
        m--;
    }
    while (k < n && k < m && ref[k] == alt[k])
        k++;
    *e = (gw_event_t){r->beg + k, n - k, m - k, buf};
    for (int32_t i = 0; i < m - k; i++) {
        const char *c = strchr(letter, alt[k + i]);
        buf[i] = c ? (uint8_t)(c - letter) : 4;
    }
    return n > k || m > k;
}

static gw_status_t add_pending(gw_joint_t *j, const gw_event_t *e, int64_t support, gw_err_t *err)
{
    size_t at = 0;
    while (at < j->n_pending && gw_event_cmp(&j->pending[at].event, e) < 0)
        at++;
    if (at < j->n_pending && gw_event_cmp(&j->pending[at].event, e) == 0) {
        j->pending[at].support += support;
        return GW_OK;
    }
    uint8_t *alt = gw_malloc((size_t)e->alt_len, 1);
    if (!alt || !GW_GROW(j->pending, j->cap_pending, j->n_pending + 1)) {
        free(alt);
        return gw_err_nomem(err, "merging gVCFs");
    }
    memmove(j->pending + at + 1, j->pending + at, (j->n_pending - at) * sizeof *j->pending);
    j->n_pending++;
    if (e->alt_len)
        memcpy(alt, e->alt, (size_t)e->alt_len);
    j->pending[at] = (pending_t){*e, alt, support};
    j->pending[at].event.alt = alt;
    return GW_OK;
}

/* The next record of the first input goes to its window; its alleles wait for their places. */
static gw_status_t take(gw_joint_t *j, gw_err_t *err)
{
    input_t *in = &j->input[j->heap[0]];
    gw_gvcfrec_t *next = &in->ahead[in->at++];
    int64_t from = next->beg;
    if (j->n_pending && gw_event_anchor(&j->pending[0].event) < from)
        from = gw_event_anchor(&j->pending[0].event);
    size_t m = 0;
    for (size_t k = 0; k < in->n_window; k++) {
        gw_gvcfrec_t t = in->window[k];
        if (t.rid != next->rid || t.end <= from)
            continue;
        in->window[k] = in->window[m];
        in->window[m++] = t;
    }
    in->n_window = m;
    if (j->n_items == 0)
        gw_arena_reset(&j->arena);
    size_t had = in->cap_window;
    if (!GW_GROW(in->window, in->cap_window, m + 1))
        return gw_err_nomem(err, "merging gVCFs");
    memset(in->window + had, 0, (in->cap_window - had) * sizeof *in->window);
    gw_gvcfrec_t t = in->window[m];
    in->window[m] = *next;
    *next = t;
    const gw_gvcfrec_t *r = &in->window[in->n_window++];
    j->rid = r->rid;
    gw_status_t st = GW_OK;
    for (int32_t a = 1; a < r->n_alleles && !r->block && st == GW_OK; a++) {
        gw_event_t e;
        uint8_t *buf = gw_arena_alloc(&j->arena, strlen(r->allele[a]) + 1, 1);
        if (!buf)
            return gw_err_nomem(err, "merging gVCFs");
        if (event_of(r, a, buf, &e))
            st = add_pending(j, &e, r->ad[a], err);
    }
    return st;
}

/* sites */
static bool deletes(const gw_event_t *e, int64_t anchor)
{
    return gw_event_indel(e) && e->pos <= anchor && anchor < e->pos + e->ref_len;
}

/* What a record's alleles are at the site (`*` would be its next one); *rank: how much the record
 * says about the site. */
static gw_status_t map_alleles(gw_joint_t *j, const gw_gvcfrec_t *r, const gw_jointsite_t *s,
                               bool indel, int8_t *map, int *rank, bool *star, gw_err_t *err)
{
    *rank = r->block ? 1 : r->beg == s->anchor ? 3 : 2;
    *star = false;
    for (int32_t a = 0; a < r->n_alleles; a++) {
        gw_event_t e;
        bool deleted = *r->allele[a] == '*';
        map[a] = a == r->non_ref ? GW_JOINTSITE_OTHERS : 0;
        uint8_t *buf = gw_arena_alloc(&j->arena, strlen(r->allele[a]) + 1, 1);
        if (!buf)
            return gw_err_nomem(err, "merging gVCFs");
        if (event_of(r, a, buf, &e)) {
            if (gw_event_anchor(&e) == s->anchor && gw_event_indel(&e) == indel) {
                map[a] = GW_JOINTSITE_NONE;
                *rank = 4;
                for (int32_t k = 1; k < s->n_alleles; k++)
                    if (gw_event_cmp(&s->event[k], &e) == 0)
                        map[a] = (int8_t)k;
            } else {
                deleted = deletes(&e, s->anchor);
            }
        }
        if (deleted) {
            map[a] = (int8_t)s->n_alleles;
            *star = true;
        }
    }
    return GW_OK;
}

static bool copy_sample(gw_arena_t *a, const gw_gvcfrec_t *r, const int8_t *map,
                        gw_jointsample_t *v)
{
    size_t n = (size_t)r->n_alleles, m = (size_t)gw_genotype_count(r->n_alleles, r->ploidy);
    *v = (gw_jointsample_t){.ploidy = r->ploidy,
                            .n_alleles = r->n_alleles,
                            .map = map,
                            .dp = r->dp,
                            .gt = {r->gt[0], r->gt[1]},
                            .has_sb = r->has_sb,
                            .has_mq = r->has_mq,
                            .phased = r->phased,
                            .mq = r->mq,
                            .ps = r->ps};
    memcpy(v->sb, r->sb, sizeof v->sb);
    int32_t *x = gw_arena_alloc(a, n + m, sizeof *x);
    if (!x)
        return false;
    memcpy(x, r->ad, n * sizeof *x);
    if (r->ploidy)
        memcpy(x + n, r->pl, m * sizeof *x);
    v->ad = x;
    v->pl = x + n;
    return true;
}

/* The record of a window that says most about the site */
static gw_status_t choose(gw_joint_t *j, const input_t *in, gw_jointsite_t *s, bool indel,
                          gw_jointsample_t *v, bool *star, gw_err_t *err)
{
    const gw_gvcfrec_t *best = NULL;
    int8_t *best_map = NULL;
    int top = 0;
    *v = (gw_jointsample_t){0};
    for (size_t k = 0; k < in->n_window; k++) {
        const gw_gvcfrec_t *r = &in->window[k];
        int rank;
        bool deleted;
        if (r->rid != j->rid || r->beg > s->anchor || r->end <= s->anchor)
            continue;
        int8_t *map = gw_arena_alloc(&j->arena, (size_t)r->n_alleles, 1);
        if (!map)
            return gw_err_nomem(err, "merging gVCFs");
        gw_status_t st = map_alleles(j, r, s, indel, map, &rank, &deleted, err);
        if (st != GW_OK)
            return st;
        if (rank > top) {
            top = rank;
            best = r;
            best_map = map;
            *star = deleted;
        }
    }
    if (best && !copy_sample(&j->arena, best, best_map, v))
        return gw_err_nomem(err, "merging gVCFs");
    return GW_OK;
}

static int by_support(const void *x, const void *y)
{
    const pending_t *a = x, *b = y;
    if (a->support != b->support)
        return a->support > b->support ? -1 : 1;
    return gw_event_cmp(&a->event, &b->event);
}

/* The alleles that wait at the first place and are of one kind become a site of the batch. */
static gw_status_t make_site(gw_joint_t *j, gw_err_t *err)
{
    const gw_event_t first = j->pending[0].event;
    size_t n = 1, most = GW_GENOTYPE_MAX_SITE_ALLELES - 2; /* REF and `*` */
    while (n < j->n_pending &&
           gw_event_anchor(&j->pending[n].event) == gw_event_anchor(&first) &&
           gw_event_indel(&j->pending[n].event) == gw_event_indel(&first))
        n++;
    int64_t anchor = gw_event_anchor(&first);
    bool wanted = j->regions->n == 0 ||
                  gw_regions_overlap(j->regions, j->contig[j->rid], anchor, anchor + 1);
    gw_status_t st = GW_OK;
    if (wanted) {
        item_t *x = &j->item[j->n_items];
        *x = (item_t){.site = {.anchor = anchor, .n_alleles = 1}};
        gw_jointsite_t *s = &x->site;
        if (n > most) { /* the best supported ones stay, in the usual order again */
            qsort(j->pending, n, sizeof *j->pending, by_support);
            x->stats.capped_regions++;
        }
        for (size_t k = 0; k < n && k < most; k++) {
            gw_event_t e = j->pending[k].event;
            uint8_t *alt = gw_arena_alloc(&j->arena, (size_t)e.alt_len + 1, 1);
            if (!alt)
                return gw_err_nomem(err, "merging gVCFs");
            if (e.alt_len)
                memcpy(alt, e.alt, (size_t)e.alt_len);
            e.alt = alt;
            int32_t at = s->n_alleles++;
            for (; at > 1 && gw_event_cmp(&e, &s->event[at - 1]) < 0; at--)
                s->event[at] = s->event[at - 1];
            s->event[at] = e;
        }
        s->sample = gw_arena_alloc(&j->arena, j->n, sizeof *s->sample);
        if (!s->sample)
            return gw_err_nomem(err, "merging gVCFs");
        bool any = false;
        for (size_t i = 0; i < j->n && st == GW_OK; i++) {
            bool star = false;
            st = choose(j, &j->input[i], s, gw_event_indel(&first), &s->sample[i], &star, err);
            any |= star;
        }
        s->star = any;
        s->n_alleles += any;
        j->n_items += st == GW_OK;
    }
    forget_pending(j, n);
    return st;
}

static gw_status_t work(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    gw_joint_t *j = ctx;
    item_t *x = &j->item[i];
    gw_arena_t *a = &j->worker[worker].arena;
    const gw_contig_t *c = &j->ref->contig[j->contig[j->rid]];
    gw_callsite_t site;
    bool keep;
    gw_arena_reset(a);
    gw_status_t st = gw_jointsite_call(&x->site, (int32_t)j->n, j->o.emit_qual,
                                       j->ref->base + c->start, c->len_bp, a, &site, &keep, err);
    if (st != GW_OK || !keep)
        return st;
    gw_callstats_count(&x->stats, &site, (int32_t)j->n, j->o.min_qual);
    return gw_callvcf_record(j->hdr, j->out_rid[j->rid], &site, (int32_t)j->n, &j->vcf, &x->rec,
                             err);
}

/* Genotypes and writes the batch, all of one contig. */
static gw_status_t flush(gw_joint_t *j, gw_joint_sink_fn sink, void *ctx, gw_err_t *err)
{
    gw_status_t st = gw_thread_for(j->threads, (int64_t)j->n_items, work, j, err);
    for (size_t i = 0; i < j->n_items; i++) {
        item_t *x = &j->item[i];
        if (st == GW_OK && x->rec)
            st = sink(ctx, x->rec, err);
        if (st == GW_OK)
            gw_callstats_add(&j->stats, &x->stats);
        if (x->rec)
            bcf_destroy(x->rec);
        x->rec = NULL;
    }
    j->n_items = 0;
    gw_arena_reset(&j->arena);
    return st;
}

/* Sites at places before position limit of contig rid: every input's records there are known. */
static gw_status_t finish_sites(gw_joint_t *j, int32_t rid, int64_t limit, gw_joint_sink_fn sink,
                                void *ctx, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    while (st == GW_OK && j->n_pending &&
           (j->rid != rid || gw_event_anchor(&j->pending[0].event) < limit)) {
        st = make_site(j, err);
        if (st == GW_OK && j->n_items == BATCH)
            st = flush(j, sink, ctx, err);
    }
    if (st == GW_OK && j->rid != rid && j->n_items)
        st = flush(j, sink, ctx, err);
    return st;
}

gw_status_t gw_joint_run(gw_joint_t *j, gw_joint_sink_fn sink, void *ctx, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    for (bool more = true; more && st == GW_OK;) {
        st = gw_thread_for(j->threads, (int64_t)j->n, fill, j, err);
        if (st != GW_OK)
            return st;
        make_heap(j);
        more = j->n_heap > 0;
        while (st == GW_OK && j->n_heap) {
            input_t *in = &j->input[j->heap[0]];
            const gw_gvcfrec_t *r = &in->ahead[in->at];
            st = finish_sites(j, r->rid, r->beg, sink, ctx, err);
            if (st == GW_OK)
                st = take(j, err);
            if (in->at == in->n) {
                if (!in->ended)
                    break; /* what comes next is not known */
                j->heap[0] = j->heap[--j->n_heap];
            }
            sink_down(j, 0);
        }
    }
    if (st == GW_OK)
        st = finish_sites(j, -1, 0, sink, ctx, err);
    return st;
}
