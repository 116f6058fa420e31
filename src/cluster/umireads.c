#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "cluster/umi.h"
#include "cluster/umireads.h"
#include "io/alnread.h"
#include "io/seqread.h"
#include "io/stream.h"

/* 1. templates by name */
static gw_status_t grow_slots(gw_umireads_t *u, gw_err_t *err)
{
    size_t n = u->n_slots ? 2 * u->n_slots : 1024;
    int64_t *slot = gw_malloc(n, sizeof *slot);
    if (!slot)
        return gw_err_nomem(err, "reading alignments");
    for (size_t i = 0; i < n; i++)
        slot[i] = -1;
    for (size_t t = 0; t < u->n; t++) {
        const char *name = u->tmpl[t].name;
        size_t p = gw_hash_bytes(name, strlen(name), 0) & (n - 1);
        while (slot[p] >= 0)
            p = (p + 1) & (n - 1);
        slot[p] = (int64_t)t;
    }
    free(u->slot);
    u->slot = slot;
    u->n_slots = n;
    return GW_OK;
}

static gw_status_t template_of(gw_umireads_t *u, const char *name, int64_t *out, gw_err_t *err)
{
    if (2 * (u->n + 1) > u->n_slots) {
        gw_status_t st = grow_slots(u, err);
        if (st != GW_OK)
            return st;
    }
    size_t len = strlen(name), p = gw_hash_bytes(name, len, 0) & (u->n_slots - 1);
    for (; u->slot[p] >= 0; p = (p + 1) & (u->n_slots - 1))
        if (strcmp(u->tmpl[u->slot[p]].name, name) == 0) {
            *out = u->slot[p];
            return GW_OK;
        }
    if (!GW_GROW(u->tmpl, u->cap, u->n + 1))
        return gw_err_nomem(err, "reading alignments");
    gw_umitemplate_t *t = &u->tmpl[u->n];
    *t = (gw_umitemplate_t){.tid = -1, .read = {-1, -1}};
    t->name = gw_arena_strndup(&u->arena, name, len);
    if (!t->name)
        return gw_err_nomem(err, "reading alignments");
    *out = u->slot[p] = (int64_t)u->n++;
    return GW_OK;
}

/* 2. records */
typedef struct {
    gw_umireads_t *u;
    const char *path;
    gw_umisource_t source;
} loader_t;

static gw_status_t bad(const loader_t *l, gw_err_t *err, const char *name, const char *what)
{
    return gw_err_set(err, GW_EDATA, "%s: record %zu (%s): %s", gw_stream_name(l->path),
                      l->u->n_recs, name, what);
}

static gw_status_t take_umi(const loader_t *l, gw_umitemplate_t *t, const bam1_t *b, gw_err_t *err)
{
    const char *text = NULL;
    if (l->source == GW_UMI_TAG) {
        const uint8_t *tag = bam_aux_get(b, "RX");
        text = tag ? bam_aux2Z(tag) : NULL;
        if (!text)
            return bad(l, err, t->name, "no RX tag; write identifiers to RX, or see --umi name");
    } else {
        text = strrchr(t->name, '_') ? strrchr(t->name, '_') : strrchr(t->name, ':');
        if (!text)
            return bad(l, err, t->name, "no identifier behind a _ or : at the end of the name");
        text++;
    }
    size_t len = strlen(text);
    if (len == 0 || len > GW_UMI_MAX || strspn(text, "ACGTN-+") != len)
        return gw_err_set(
            err, GW_EDATA,
            "%s: record %zu (%s): '%.80s' is no identifier: 1 to %d letters of ACGTN, - "
            "and + are",
            gw_stream_name(l->path), l->u->n_recs, t->name, text, GW_UMI_MAX);
    t->umi = gw_arena_strndup(&l->u->arena, text, len);
    return t->umi ? GW_OK : gw_err_nomem(err, "reading identifiers");
}

/* Where the 5' end of the sequenced strand lies, clipped letters included. */
static int64_t five_prime(const bam1_t *b)
{
    const uint32_t *cigar = bam_get_cigar(b);
    int n = (int)b->core.n_cigar;
    int64_t at = b->core.pos;
    if (!bam_is_rev(b)) {
        for (int i = 0; i < n && (bam_cigar_op(cigar[i]) == BAM_CSOFT_CLIP ||
                                  bam_cigar_op(cigar[i]) == BAM_CHARD_CLIP);
             i++)
            at -= bam_cigar_oplen(cigar[i]);
        return at;
    }
    at = bam_endpos(b) - 1;
    for (int i = n - 1; i >= 0 && (bam_cigar_op(cigar[i]) == BAM_CSOFT_CLIP ||
                                   bam_cigar_op(cigar[i]) == BAM_CHARD_CLIP);
         i--)
        at += bam_cigar_oplen(cigar[i]);
    return at;
}

/* Takes b over. */
static gw_status_t add_record(loader_t *l, bam1_t *b, gw_err_t *err)
{
    gw_umireads_t *u = l->u;
    int64_t at = 0;
    if (!GW_GROW(u->rec, u->cap_recs, u->n_recs + 1)) {
        bam_destroy1(b);
        return gw_err_nomem(err, "reading alignments");
    }
    u->rec[u->n_recs++] = b;
    if (!GW_GROW(u->of, u->cap_of, u->n_recs))
        return gw_err_nomem(err, "reading alignments");
    gw_status_t st = template_of(u, bam_get_qname(b), &at, err);
    if (st != GW_OK)
        return st;
    u->of[u->n_recs - 1] = at;
    if (b->core.flag & (BAM_FSECONDARY | BAM_FSUPPLEMENTARY))
        return GW_OK;
    gw_umitemplate_t *t = &u->tmpl[at];
    int mate = (b->core.flag & BAM_FPAIRED) && (b->core.flag & BAM_FREAD2);
    if (t->read[mate] >= 0)
        return bad(l, err, t->name,
                   "another read has this name; reads and their mates need names of "
                   "their own");
    t->read[mate] = (int64_t)u->n_recs - 1;
    if (mate)
        return GW_OK;
    t->placed = l->source == GW_UMI_READS || !(b->core.flag & BAM_FUNMAP);
    if (!t->placed)
        return GW_OK;
    if (l->source == GW_UMI_READS) {
        t->tid = 0;
    } else {
        t->tid = b->core.tid;
        t->reverse = bam_is_rev(b);
        t->pos = five_prime(b);
    }
    return take_umi(l, t, b, err);
}

static gw_status_t load_alignments(loader_t *l, int threads, gw_err_t *err)
{
    gw_alnread_opts_t o = {.threads = threads};
    gw_alnreader_t *r = NULL;
    gw_status_t st = gw_alnreader_open(l->path, &o, &r, err);
    if (st == GW_OK) {
        l->u->header = sam_hdr_dup(gw_alnreader_header(r));
        if (!l->u->header)
            st = gw_err_nomem(err, "reading alignments");
    }
    bool got = true;
    while (st == GW_OK) {
        bam1_t *b = bam_init1();
        st = b ? gw_alnreader_next(r, b, &got, err) : gw_err_nomem(err, "reading alignments");
        if (st != GW_OK || !got) {
            bam_destroy1(b);
            break;
        }
        st = add_record(l, b, err);
    }
    gw_alnreader_close(r);
    return st;
}

static gw_status_t add_read(loader_t *l, const gw_seqrec_t *rec, gw_err_t *err)
{
    bam1_t *b = bam_init1();
    char *qual = rec->qual && rec->len ? gw_malloc(rec->len, 1) : NULL;
    for (uint32_t i = 0; qual && i < rec->len; i++)
        qual[i] = (char)(rec->qual[i] - 33);
    int rc = b && (qual || !rec->qual || !rec->len)
                 ? bam_set1(b, rec->name_len, rec->name, BAM_FUNMAP, -1, -1, 0, 0, NULL, -1, -1, 0,
                            rec->len, rec->seq, qual, 0)
                 : -1;
    free(qual);
    if (rc < 0) {
        bam_destroy1(b);
        return rec->name_len > 254 ? bad(l, err, rec->name, "a name longer than 254 letters")
                                   : gw_err_nomem(err, "reading sequences");
    }
    return add_record(l, b, err);
}

static gw_status_t load_reads(loader_t *l, int threads, gw_err_t *err)
{
    gw_seqread_opts_t o = {.alphabet = GW_ALPHABET_DNA, .threads = threads};
    gw_seqreader_t *r = NULL;
    gw_status_t st = gw_seqreader_open(&l->path, 1, &o, &r, err);
    if (st != GW_OK)
        return st;
    gw_seqbatch_t b;
    gw_seqbatch_init(&b);
    do {
        st = gw_seqreader_next(r, &b, 4096, 1 << 22, err);
        for (size_t i = 0; st == GW_OK && i < b.n; i++)
            st = add_read(l, &b.rec[i], err);
    } while (st == GW_OK && b.n > 0);
    gw_seqbatch_release(&b);
    gw_seqreader_close(r);
    return st;
}

gw_status_t gw_umireads_load(gw_umireads_t *u, const char *path, gw_umisource_t source, int threads,
                             gw_err_t *err)
{
    *u = (gw_umireads_t){0};
    gw_arena_init(&u->arena, 1 << 16);
    loader_t l = {u, path, source};
    gw_status_t st =
        source == GW_UMI_READS ? load_reads(&l, threads, err) : load_alignments(&l, threads, err);
    if (st == GW_OK && u->n == 0)
        st =
            gw_err_set(err, GW_EDATA, "%s: no reads in it; nothing to group", gw_stream_name(path));
    return st;
}

void gw_umireads_release(gw_umireads_t *u)
{
    for (size_t i = 0; i < u->n_recs; i++)
        bam_destroy1(u->rec[i]);
    if (u->header)
        sam_hdr_destroy(u->header);
    free(u->rec);
    free(u->of);
    free(u->tmpl);
    free(u->slot);
    free(u->order);
    free(u->family);
    gw_arena_release(&u->arena);
    *u = (gw_umireads_t){0};
}

/* 3. grouping */
typedef struct {
    const gw_umitemplate_t *t;
    int64_t at;
} item_t;

static int cmp_place(const gw_umitemplate_t *a, const gw_umitemplate_t *b)
{
    if (a->placed != b->placed)
        return a->placed ? -1 : 1;
    if (a->tid != b->tid)
        return a->tid < b->tid ? -1 : 1;
    if (a->pos != b->pos)
        return a->pos < b->pos ? -1 : 1;
    return a->reverse - b->reverse;
}

static int cmp_item(const void *x, const void *y)
{
    const item_t *a = x, *b = y;
    int c = cmp_place(a->t, b->t);
    if (c == 0 && a->t->placed)
        c = strcmp(a->t->umi, b->t->umi);
    return c ? c : a->at < b->at ? -1 : a->at > b->at;
}

typedef struct {
    int64_t family, at;
} slot_t;

static int cmp_slot(const void *x, const void *y)
{
    const slot_t *a = x, *b = y;
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* Work space of one place. */
typedef struct {
    gw_umi_t *umi;
    int32_t *root;
    int64_t *number; /* of a root's family */
    slot_t *slot;
} place_t;

/* Templates item[0..n) of one place, by identifier; order[0..n) gets them by family. */
static gw_status_t group_place(gw_umireads_t *u, const item_t *item, int64_t n, int distance,
                               place_t *w, int64_t *order, gw_err_t *err)
{
    int32_t m = 0;
    for (int64_t i = 0; i < n; i++) {
        const char *text = item[i].t->umi;
        if (i == 0 || strcmp(text, w->umi[m - 1].text) != 0)
            w->umi[m++] = (gw_umi_t){text, (int32_t)strlen(text), 0};
        w->umi[m - 1].count++;
    }
    gw_status_t st = gw_umi_network(w->umi, m, distance, w->root, err);
    if (st != GW_OK)
        return st;
    for (int32_t i = 0; i < m; i++) /* families are numbered by their identifier */
        if (w->root[i] == i) {
            u->family[u->n_families].umi = w->umi[i].text;
            w->number[i] = ++u->n_families;
        }
    int32_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        gw_umitemplate_t *t = &u->tmpl[item[i].at];
        k += strcmp(t->umi, w->umi[k].text) != 0;
        t->umi_count = w->umi[k].count;
        t->family = w->number[w->root[k]];
        u->family[t->family - 1].n++;
        w->slot[i] = (slot_t){t->family, item[i].at};
    }
    qsort(w->slot, (size_t)n, sizeof *w->slot, cmp_slot);
    for (int64_t i = 0; i < n; i++)
        order[i] = w->slot[i].at;
    return GW_OK;
}

gw_status_t gw_umireads_group(gw_umireads_t *u, int distance, gw_err_t *err)
{
    size_t n = u->n;
    item_t *item = gw_malloc(n, sizeof *item);
    place_t w = {gw_malloc(n, sizeof *w.umi), gw_malloc(n, sizeof *w.root),
                 gw_malloc(n, sizeof *w.number), gw_malloc(n, sizeof *w.slot)};
    u->order = gw_malloc(n, sizeof *u->order);
    u->family = gw_calloc(n, sizeof *u->family);
    gw_status_t st = item && w.umi && w.root && w.number && w.slot && u->order && u->family
                         ? GW_OK
                         : gw_err_nomem(err, "grouping identifiers");
    for (size_t i = 0; st == GW_OK && i < n; i++)
        item[i] = (item_t){&u->tmpl[i], (int64_t)i};
    if (st == GW_OK)
        qsort(item, n, sizeof *item, cmp_item);
    for (size_t i = 0, end; st == GW_OK && i < n; i = end) {
        for (end = i + 1; end < n && cmp_place(item[i].t, item[end].t) == 0;)
            end++;
        if (item[i].t->placed) {
            u->n_places++;
            st = group_place(u, item + i, (int64_t)(end - i), distance, &w, u->order + i, err);
        } else {
            u->n_ungrouped += (int64_t)(end - i);
            for (size_t k = i; k < end; k++)
                u->order[k] = item[k].at;
        }
    }
    int64_t first = 0;
    for (int64_t k = 0; st == GW_OK && k < u->n_families; k++) {
        u->family[k].first = first;
        first += u->family[k].n;
    }
    free(item);
    free(w.umi);
    free(w.root);
    free(w.number);
    free(w.slot);
    return st;
}
