#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <htslib/kstring.h>

#include "base/hash.h"
#include "call/tile.h"


/* a read that waits for its tiles; recs are recycled */
typedef struct {
    bam1_t *rec;
    int64_t end;
    int32_t sample;
} waiting_t;

typedef struct {
    waiting_t *v;
    size_t n, cap;
} queue_t;

typedef struct {
    const char *path;
    gw_alnreader_t *reader;
    bam1_t *rec;
    bool has;
    char **rg; /* read group names and their samples */
    int32_t *rg_sample;
    int32_t n_rg, one_sample; /* -1 when reads must say which sample they are of */
} input_t;

struct gw_tiler {
    input_t *in;
    size_t n_in;
    const gw_ref_t *ref;
    const gw_regions_t *regions;
    gw_tiler_opts_t o;
    char **sample;
    int32_t n_samples;
    size_t cap_samples;
    int32_t *contig; /* of the reference, by header tid */
    int32_t n_tids;
    gw_regions_t windows; /* tile ranges to read through the index; tid is the header's */
    size_t window;
    bool indexed;
    queue_t bin, queue; /* the bin being filled; reads for the tiles to come */
    bam1_t **pool;
    size_t n_pool, cap_pool;
    int32_t tid;   /* of the current tile; -1 before the first */
    int64_t index; /* of the current tile on its contig */
    bool ended;
    gw_tiler_stats_t stats;
};

void gw_tile_destroy(gw_tile_t *t)
{
    if (!t)
        return;
    free(t->read);
    gw_arena_release(&t->arena);
    free(t);
}

/* 2. the tiler: opening */
static gw_status_t add_sample(gw_tiler_t *t, const char *name, int32_t *id, gw_err_t *err)
{
    for (int32_t i = 0; i < t->n_samples; i++)
        if (strcmp(t->sample[i], name) == 0) {
            *id = i;
            return GW_OK;
        }
    if (!GW_GROW(t->sample, t->cap_samples, (size_t)t->n_samples + 1) ||
        !(t->sample[t->n_samples] = gw_strdup(name)))
        return gw_err_nomem(err, "reading headers");
    *id = t->n_samples++;
    return GW_OK;
}

/* "dir/a.bam" -> "a"; stdin has no name of its own */
static char *plain_name(const char *path)
{
    if (strcmp(path, "-") == 0)
        return gw_strdup("sample");
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    return gw_strndup(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

static gw_status_t read_groups(gw_tiler_t *t, input_t *in, gw_err_t *err)
{
    sam_hdr_t *h = (sam_hdr_t *)gw_alnreader_header(in->reader);
    int n = sam_hdr_count_lines(h, "RG");
    kstring_t s = KS_INITIALIZE;
    gw_status_t st = GW_OK;
    in->one_sample = -1;
    if (n <= 0) {
        char *name = plain_name(in->path);
        st =
            name ? add_sample(t, name, &in->one_sample, err) : gw_err_nomem(err, "reading headers");
        free(name);
        return st;
    }
    in->rg = gw_calloc((size_t)n, sizeof *in->rg);
    in->rg_sample = gw_calloc((size_t)n, sizeof *in->rg_sample);
    if (!in->rg || !in->rg_sample)
        return gw_err_nomem(err, "reading headers");
    for (int i = 0; i < n && st == GW_OK; i++) {
        const char *id = sam_hdr_line_name(h, "RG", i);
        if (!id)
            return gw_err_set(err, GW_EDATA, "%s: header: @RG line %d has no ID; add one", in->path,
                              i + 1);
        if (sam_hdr_find_tag_pos(h, "RG", i, "SM", &s) != 0 || s.l == 0)
            st = gw_err_set(err, GW_EDATA,
                            "%s: header: @RG %s has no sample (SM); add it with samtools "
                            "addreplacerg or align with -R",
                            in->path, id);
        else if (!(in->rg[i] = gw_strdup(id)))
            st = gw_err_nomem(err, "reading headers");
        else
            st = add_sample(t, s.s, &in->rg_sample[i], err);
        in->n_rg += st == GW_OK;
    }
    bool one = true;
    for (int32_t i = 1; i < in->n_rg; i++)
        one &= in->rg_sample[i] == in->rg_sample[0];
    if (st == GW_OK && one)
        in->one_sample = in->rg_sample[0];
    ks_free(&s);
    return st;
}

static gw_status_t same_contigs(const gw_tiler_t *t, gw_err_t *err)
{
    const sam_hdr_t *a = gw_alnreader_header(t->in[0].reader);
    for (size_t i = 1; i < t->n_in; i++) {
        const sam_hdr_t *b = gw_alnreader_header(t->in[i].reader);
        bool same = sam_hdr_nref(a) == sam_hdr_nref(b);
        for (int k = 0; same && k < sam_hdr_nref(a); k++)
            same = strcmp(sam_hdr_tid2name(a, k), sam_hdr_tid2name(b, k)) == 0;
        if (!same)
            return gw_err_set(err, GW_EDATA,
                              "%s: its contigs or their order differ from those of %s; align both "
                              "to one reference",
                              t->in[i].path, t->in[0].path);
    }
    return GW_OK;
}

/* Regions, grown to whole tiles and their margins, in the header's order */
static gw_status_t plan_windows(gw_tiler_t *t, gw_err_t *err)
{
    gw_regions_t *w = &t->windows;
    for (int32_t tid = 0; tid < t->n_tids; tid++)
        for (size_t i = 0; i < t->regions->n; i++) {
            const gw_region_t *g = &t->regions->v[i];
            if (g->tid != t->contig[tid])
                continue;
            int64_t beg = g->beg / GW_TILE_BP * GW_TILE_BP - GW_TILE_MARGIN;
            int64_t end = (g->end + GW_TILE_BP - 1) / GW_TILE_BP * GW_TILE_BP + GW_TILE_MARGIN;
            int64_t len = t->ref->contig[g->tid].len_bp;
            beg = beg < 0 ? 0 : beg;
            end = end > len ? len : end;
            if (w->n && w->v[w->n - 1].tid == tid && w->v[w->n - 1].end >= beg) {
                if (end > w->v[w->n - 1].end)
                    w->v[w->n - 1].end = end;
                continue;
            }
            if (!GW_GROW(w->v, w->cap, w->n + 1))
                return gw_err_nomem(err, "planning regions");
            w->v[w->n++] = (gw_region_t){tid, beg, end};
        }
    return GW_OK;
}

gw_status_t gw_tiler_open(const char *const *path, size_t n_paths, const gw_ref_t *ref,
                          const gw_regions_t *regions, const gw_alnread_opts_t *aln,
                          const gw_tiler_opts_t *o, gw_tiler_t **out, gw_err_t *err)
{
    gw_tiler_t *t = gw_calloc(1, sizeof *t);
    *out = t;
    if (!t || !(t->in = gw_calloc(n_paths, sizeof *t->in)))
        return gw_err_nomem(err, "opening alignments");
    t->n_in = n_paths;
    t->ref = ref;
    t->regions = regions;
    t->o = *o;
    t->tid = -1;
    t->indexed = regions->n > 0;
    gw_status_t st = GW_OK;
    for (size_t i = 0; i < n_paths && st == GW_OK; i++) {
        input_t *in = &t->in[i];
        in->path = path[i];
        t->indexed &= strcmp(path[i], "-") != 0;
        if (!(in->rec = bam_init1()))
            return gw_err_nomem(err, "opening alignments");
        st = gw_alnreader_open(path[i], aln, &in->reader, err);
        if (st == GW_OK)
            st = gw_alnreader_check_ref(in->reader, ref, err);
        if (st == GW_OK)
            st = read_groups(t, in, err);
    }
    if (st == GW_OK)
        st = same_contigs(t, err);
    if (st != GW_OK)
        return st;
    const sam_hdr_t *h = gw_tiler_header(t);
    t->n_tids = sam_hdr_nref(h);
    t->contig = gw_malloc((size_t)t->n_tids, sizeof *t->contig);
    if (!t->contig)
        return gw_err_nomem(err, "opening alignments");
    for (int32_t k = 0; k < t->n_tids; k++)
        t->contig[k] = gw_ref_find(ref, sam_hdr_tid2name(h, k));
    return t->indexed ? plan_windows(t, err) : GW_OK;
}

void gw_tiler_close(gw_tiler_t *t)
{
    if (!t)
        return;
    for (size_t i = 0; t->in && i < t->n_in; i++) {
        input_t *in = &t->in[i];
        if (in->reader)
            gw_alnreader_close(in->reader);
        bam_destroy1(in->rec);
        for (int32_t k = 0; in->rg && k < in->n_rg; k++)
            free(in->rg[k]);
        free(in->rg);
        free(in->rg_sample);
    }
    for (size_t i = 0; i < t->bin.n; i++)
        bam_destroy1(t->bin.v[i].rec);
    for (size_t i = 0; i < t->queue.n; i++)
        bam_destroy1(t->queue.v[i].rec);
    for (size_t i = 0; i < t->n_pool; i++)
        bam_destroy1(t->pool[i]);
    for (int32_t i = 0; i < t->n_samples; i++)
        free(t->sample[i]);
    free(t->in);
    free(t->sample);
    free(t->contig);
    free(t->bin.v);
    free(t->queue.v);
    free(t->pool);
    gw_regions_release(&t->windows);
    free(t);
}

const sam_hdr_t *gw_tiler_header(const gw_tiler_t *t)
{
    return gw_alnreader_header(t->in[0].reader);
}

int32_t gw_tiler_samples(const gw_tiler_t *t)
{
    return t->n_samples;
}

const char *gw_tiler_sample(const gw_tiler_t *t, int32_t i)
{
    return t->sample[i];
}

const gw_tiler_stats_t *gw_tiler_stats(const gw_tiler_t *t)
{
    return &t->stats;
}

/* reading: records of all inputs in one order, filtered, into bins */
static gw_status_t sample_of(const input_t *in, const bam1_t *b, int32_t *sample, gw_err_t *err)
{
    *sample = in->one_sample;
    if (*sample >= 0)
        return GW_OK;
    const uint8_t *tag = bam_aux_get(b, "RG");
    const char *rg = tag ? bam_aux2Z(tag) : NULL;
    for (int32_t i = 0; rg && i < in->n_rg; i++)
        if (strcmp(in->rg[i], rg) == 0) {
            *sample = in->rg_sample[i];
            return GW_OK;
        }
    return gw_err_set(err, GW_EDATA,
                      "%s: read %s: %s, and the file holds several samples; give every read its "
                      "read group",
                      in->path, bam_get_qname(b),
                      rg ? "its read group is not in the header" : "it has no read group");
}

static bool usable(gw_tiler_t *t, const bam1_t *b)
{
    gw_tiler_stats_t *s = &t->stats;
    uint16_t f = b->core.flag;
    s->reads++;
    if ((f & BAM_FUNMAP) || b->core.tid < 0 || b->core.n_cigar == 0)
        s->unmapped++;
    else if (f & (BAM_FSECONDARY | BAM_FSUPPLEMENTARY))
        s->secondary++;
    else if (f & BAM_FDUP)
        s->duplicate++;
    else if (f & BAM_FQCFAIL)
        s->failed++;
    else if (b->core.qual < t->o.min_mapq || b->core.qual == 0)
        s->low_mapq++;
    else if (b->core.l_qseq == 0)
        s->no_sequence++;
    else
        return true;
    return false;
}

typedef struct {
    uint64_t hash;
    size_t i;
} ranked_t;

static int by_hash(const void *x, const void *y)
{
    const ranked_t *a = x, *b = y;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->i < b->i ? -1 : a->i > b->i;
}

static bool recycle(gw_tiler_t *t, bam1_t *b)
{
    if (!GW_GROW(t->pool, t->cap_pool, t->n_pool + 1)) {
        bam_destroy1(b);
        return false;
    }
    t->pool[t->n_pool++] = b;
    return true;
}

/* Of the bin's reads of a sample, those with the smallest hashes of their names stay. */
static gw_status_t cap_bin(gw_tiler_t *t, int32_t sample, gw_err_t *err)
{
    queue_t *q = &t->bin;
    size_t n = 0, limit = (size_t)t->o.downsample;
    for (size_t i = 0; i < q->n; i++)
        n += q->v[i].sample == sample;
    if (n <= limit)
        return GW_OK;
    ranked_t *r = gw_malloc(n, sizeof *r);
    if (!r)
        return gw_err_nomem(err, "downsampling");
    n = 0;
    for (size_t i = 0; i < q->n; i++)
        if (q->v[i].sample == sample) {
            const char *name = bam_get_qname(q->v[i].rec);
            r[n++] = (ranked_t){gw_hash_bytes(name, strlen(name), 1), i};
        }
    qsort(r, n, sizeof *r, by_hash);
    if (t->stats.deep_places++ == 0) {
        t->stats.deepest_contig = t->contig[q->v[0].rec->core.tid];
        t->stats.deepest_beg = q->v[0].rec->core.pos / GW_TILE_BIN * GW_TILE_BIN;
    }
    t->stats.over_depth += (int64_t)(n - limit);
    for (size_t k = limit; k < n; k++) {
        recycle(t, q->v[r[k].i].rec);
        q->v[r[k].i].rec = NULL;
    }
    free(r);
    size_t m = 0;
    for (size_t i = 0; i < q->n; i++)
        if (q->v[i].rec)
            q->v[m++] = q->v[i];
    q->n = m;
    return GW_OK;
}

static gw_status_t flush_bin(gw_tiler_t *t, gw_err_t *err)
{
    queue_t *b = &t->bin, *q = &t->queue;
    for (int32_t s = 0; s < t->n_samples && b->n > (size_t)t->o.downsample; s++) {
        gw_status_t st = cap_bin(t, s, err);
        if (st != GW_OK)
            return st;
    }
    if (!GW_GROW(q->v, q->cap, q->n + b->n))
        return gw_err_nomem(err, "queueing reads");
    if (b->n)
        memcpy(q->v + q->n, b->v, b->n * sizeof *b->v);
    q->n += b->n;
    t->stats.used += (int64_t)b->n;
    b->n = 0;
    return GW_OK;
}

/* The input whose record comes first; NULL when all are at their ends. */
static gw_status_t first_input(gw_tiler_t *t, input_t **first, gw_err_t *err)
{
    *first = NULL;
    for (size_t i = 0; i < t->n_in; i++) {
        input_t *in = &t->in[i];
        if (!in->has) {
            gw_status_t st = gw_alnreader_next(in->reader, in->rec, &in->has, err);
            if (st != GW_OK)
                return st;
            if (!in->has)
                continue;
        }
        const bam1_core_t *a = &in->rec->core, *b = *first ? &(*first)->rec->core : NULL;
        /* tid -1 comes last */
        if (!b || (uint32_t)a->tid < (uint32_t)b->tid || (a->tid == b->tid && a->pos < b->pos))
            *first = in;
    }
    return GW_OK;
}

/* Puts one usable record into the bin; at the end of input (or window) *more = false. */
static gw_status_t read_one(gw_tiler_t *t, bool *more, gw_err_t *err)
{
    for (;;) {
        input_t *in;
        gw_status_t st = first_input(t, &in, err);
        *more = in != NULL;
        if (st != GW_OK || !in)
            return st == GW_OK ? flush_bin(t, err) : st;
        bam1_t *b = in->rec;
        in->has = false;
        if (!usable(t, b))
            continue;
        int32_t sample;
        st = sample_of(in, b, &sample, err);
        queue_t *q = &t->bin;
        if (st == GW_OK && q->n &&
            (q->v[0].rec->core.tid != b->core.tid ||
             q->v[0].rec->core.pos / GW_TILE_BIN != b->core.pos / GW_TILE_BIN))
            st = flush_bin(t, err);
        if (st != GW_OK)
            return st;
        bam1_t *copy = t->n_pool ? t->pool[--t->n_pool] : bam_init1();
        if (!copy || !bam_copy1(copy, b) || !GW_GROW(q->v, q->cap, q->n + 1)) {
            bam_destroy1(copy);
            return gw_err_nomem(err, "queueing reads");
        }
        q->v[q->n++] = (waiting_t){copy, bam_endpos(copy), sample};
        return GW_OK;
    }
}

/* tiles */
static int64_t first_tile(int64_t pos)
{
    return pos > GW_TILE_MARGIN ? (pos - GW_TILE_MARGIN) / GW_TILE_BP : 0;
}

/* Copies what touches the tile; *tile = NULL when nothing does. */
static gw_status_t make_tile(gw_tiler_t *t, int64_t beg, int64_t end, gw_tile_t **tile,
                             gw_err_t *err)
{
    gw_tile_t *x = NULL;
    for (size_t i = 0; i < t->queue.n; i++) {
        const waiting_t *w = &t->queue.v[i];
        const bam1_t *b = w->rec;
        if (b->core.tid != t->tid || b->core.pos >= end + GW_TILE_MARGIN ||
            w->end <= beg - GW_TILE_MARGIN)
            continue;
        if (!x) {
            *tile = x = gw_calloc(1, sizeof *x);
            if (!x)
                return gw_err_nomem(err, "making tiles");
            gw_arena_init(&x->arena, 1 << 18);
            x->tid = t->tid;
            x->contig = t->contig[t->tid];
            x->beg = beg;
            x->end = end;
        }
        uint8_t *data = gw_arena_alloc(&x->arena, (size_t)b->l_data, 1);
        if (!data || !GW_GROW(x->read, x->cap_reads, x->n_reads + 1))
            return gw_err_nomem(err, "making tiles");
        memcpy(data, b->data, (size_t)b->l_data);
        gw_tileread_t *r = &x->read[x->n_reads++];
        *r = (gw_tileread_t){.rec = *b, .end = w->end, .sample = w->sample};
        r->rec.data = data;
    }
    return GW_OK;
}

/* Forgets the reads that no later tile touches. */
static void drop_passed(gw_tiler_t *t, int64_t next_beg)
{
    queue_t *q = &t->queue;
    size_t m = 0;
    for (size_t i = 0; i < q->n; i++) {
        if (q->v[i].rec->core.tid == t->tid && q->v[i].end <= next_beg - GW_TILE_MARGIN)
            recycle(t, q->v[i].rec);
        else
            q->v[m++] = q->v[i];
    }
    q->n = m;
}

/* The window after this one, when reading through the index. */
static gw_status_t next_window(gw_tiler_t *t, bool *more, gw_err_t *err)
{
    *more = t->indexed && t->window < t->windows.n;
    if (!*more)
        return GW_OK;
    const gw_region_t *w = &t->windows.v[t->window++];
    for (size_t i = 0; i < t->n_in; i++) {
        gw_status_t st = gw_alnreader_region(t->in[i].reader, w->tid, w->beg, w->end, err);
        t->in[i].has = false;
        if (st != GW_OK)
            return st;
    }
    return GW_OK;
}

/* Reads until everything that begins before position limit of the current contig is queued. */
static gw_status_t read_until(gw_tiler_t *t, int64_t limit, gw_err_t *err)
{
    for (;;) {
        const queue_t *b = &t->bin;
        if (t->ended ||
            (b->n && (b->v[0].rec->core.tid != t->tid || b->v[0].rec->core.pos >= limit)))
            return GW_OK;
        bool more;
        gw_status_t st = read_one(t, &more, err);
        if (st != GW_OK)
            return st;
        if (!more)
            t->ended = true;
    }
}

/* Goes to the first tile of the earliest read that waits; false at the end of all windows. */
static gw_status_t seek_tile(gw_tiler_t *t, bool *more, gw_err_t *err)
{
    gw_status_t st = GW_OK;
    *more = true;
    while (st == GW_OK && t->queue.n == 0 && t->bin.n == 0) {
        if (t->ended || (t->indexed && t->window == 0)) {
            st = next_window(t, more, err);
            if (st != GW_OK || !*more)
                return st;
            t->ended = false;
            t->tid = -1;
        }
        bool got;
        st = read_one(t, &got, err);
        t->ended = st == GW_OK && !got;
        if (t->ended && !t->indexed) {
            *more = t->queue.n > 0;
            return GW_OK;
        }
    }
    if (st != GW_OK)
        return st;
    const bam1_t *b = t->queue.n ? t->queue.v[0].rec : t->bin.v[0].rec;
    int64_t index = first_tile(b->core.pos);
    if (b->core.tid != t->tid || index > t->index) {
        t->tid = b->core.tid;
        t->index = index;
    }
    return GW_OK;
}

gw_status_t gw_tiler_next(gw_tiler_t *t, gw_tile_t **tile, gw_err_t *err)
{
    *tile = NULL;
    for (;;) {
        bool more;
        gw_status_t st = seek_tile(t, &more, err);
        if (st != GW_OK || !more)
            return st;
        int64_t len = t->ref->contig[t->contig[t->tid]].len_bp;
        int64_t beg = t->index * GW_TILE_BP, end = beg + GW_TILE_BP < len ? beg + GW_TILE_BP : len;
        st = read_until(t, beg + GW_TILE_BP + GW_TILE_MARGIN, err);
        if (st != GW_OK)
            return st;
        if (beg < len &&
            (t->regions->n == 0 || gw_regions_overlap(t->regions, t->contig[t->tid], beg, end)))
            st = make_tile(t, beg, end, tile, err);
        if (st != GW_OK) {
            gw_tile_destroy(*tile);
            *tile = NULL;
            return st;
        }
        t->index++;
        drop_passed(t, beg + GW_TILE_BP);
        if (*tile)
            return GW_OK;
    }
}
