#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/markdup.h"
#include "align/sort.h"
#include "base/mem.h"

enum {
    POS_BIAS = 1 << 29,    /* clips reach beyond a contig's start */
    MAX_END_SCORE = 16383, /* two ends fit Picard's 16 bits */
    FAILED_QC_SCORE = 16384,
    MIN_QUAL = 15,
    MAX_OPTICAL_SET = 300000
};

/* What decides within a set. */
typedef struct {
    int32_t score;
    int32_t tile, x, y; /* -1 without a location */
    uint64_t number;    /* of the template */
    uint32_t read_group;
    uint32_t strands; /* of first and second mate, as 2 bits: for optical duplicates */
} member_t;

typedef struct {
    const char *id;
    uint32_t library, number;
} read_group_t;

struct gw_markdup {
    gw_markdup_opts_t opts;
    read_group_t *rg; /* by id */
    size_t n_rg;
    uint32_t unknown_library;
    const read_group_t *last_rg;
    int32_t n_contigs;
    gw_sort_t *pairs, *ends;
    uint64_t n_templates;
    uint8_t *duplicate; /* a bit a template, from gw_markdup_decide on */
    gw_dupmetrics_t metrics;
    size_t cap_set_size;

    member_t *set; /* of the set being decided, when optical duplicates can be in it */
    size_t n_set, cap_set;
};

/* 1. collecting: libraries */
static int by_id(const void *a, const void *b)
{
    return strcmp(((const read_group_t *)a)->id, ((const read_group_t *)b)->id);
}

static gw_status_t library_add(gw_markdup_t *m, const char *name, uint32_t *number, gw_err_t *err)
{
    gw_dupmetrics_t *d = &m->metrics;
    for (size_t i = 0; i < d->n; i++) {
        if (strcmp(d->lib[i].library, name) == 0) {
            *number = (uint32_t)i;
            return GW_OK;
        }
    }
    gw_dupcounts_t *lib = gw_realloc(d->lib, d->n + 1, sizeof *lib);
    char *copy = gw_strdup(name);
    if (lib)
        d->lib = lib;
    if (!lib || !copy) {
        free(copy);
        return gw_err_nomem(err, "reading the header's libraries");
    }
    d->lib[d->n] = (gw_dupcounts_t){.library = copy};
    *number = (uint32_t)d->n++;
    return GW_OK;
}

static gw_status_t read_groups(gw_markdup_t *m, const sam_hdr_t *hdr, gw_err_t *err)
{
    sam_hdr_t *h = (sam_hdr_t *)hdr; /* HTSlib's readers parse lazily and take no const */
    kstring_t lb = {0};
    int n = sam_hdr_count_lines(h, "RG");
    gw_status_t st = GW_OK;
    m->rg = gw_calloc(n > 0 ? (size_t)n : 1, sizeof *m->rg);
    if (!m->rg)
        return gw_err_nomem(err, "reading the header's read groups");
    for (int i = 0; i < n && st == GW_OK; i++) {
        read_group_t *g = &m->rg[m->n_rg];
        g->id = sam_hdr_line_name(h, "RG", i);
        g->number = (uint32_t)i;
        int r = sam_hdr_find_tag_pos(h, "RG", i, "LB", &lb);
        if (!g->id || r < -1)
            st = gw_err_nomem(err, "reading the header's read groups");
        else if (r == 0)
            st = library_add(m, lb.s, &g->library, err);
        else
            st = library_add(m, GW_UNKNOWN_LIBRARY, &g->library, err);
        m->n_rg++;
    }
    free(lb.s);
    if (st == GW_OK)
        st = library_add(m, GW_UNKNOWN_LIBRARY, &m->unknown_library, err);
    if (m->n_rg > 1)
        qsort(m->rg, m->n_rg, sizeof *m->rg, by_id);
    return st;
}

gw_status_t gw_markdup_create(const gw_markdup_opts_t *opts, const sam_hdr_t *hdr,
                              gw_markdup_t **out, gw_err_t *err)
{
    gw_markdup_t *m = gw_calloc(1, sizeof *m);
    if (!m)
        return gw_err_nomem(err, "starting to mark duplicates");
    m->opts = *opts;
    m->n_contigs = sam_hdr_nref(hdr);
    gw_sort_opts_t o = {opts->max_mem / 2, opts->tmp_dir, opts->threads};
    gw_status_t st = read_groups(m, hdr, err);
    if (st == GW_OK && (uint64_t)m->metrics.n * (uint64_t)m->n_contigs >> 31)
        st = gw_err_set(err, GW_EDATA,
                        "the header has %zu libraries and %d contigs; duplicates can be marked up "
                        "to 2^31 pairs of the two; mark fewer libraries at a time",
                        m->metrics.n, m->n_contigs);
    if (st == GW_OK)
        st = gw_sort_create(&o, &m->pairs, err);
    if (st == GW_OK)
        st = gw_sort_create(&o, &m->ends, err);
    if (st != GW_OK) {
        gw_markdup_destroy(m);
        return st;
    }
    *out = m;
    return GW_OK;
}

static const read_group_t *find_rg(gw_markdup_t *m, const bam1_t *b)
{
    const uint8_t *aux = bam_aux_get(b, "RG");
    const char *id = aux ? bam_aux2Z(aux) : NULL;
    if (!id)
        return NULL;
    if (!m->last_rg || strcmp(m->last_rg->id, id) != 0) {
        read_group_t key = {.id = id};
        m->last_rg = bsearch(&key, m->rg, m->n_rg, sizeof key, by_id);
    }
    return m->last_rg;
}

/* 1. collecting: one end */
static bool is_clip(uint32_t op)
{
    return bam_cigar_op(op) == BAM_CSOFT_CLIP || bam_cigar_op(op) == BAM_CHARD_CLIP;
}

static uint64_t unclipped_5p(const bam1_t *b)
{
    const uint32_t *cigar = bam_get_cigar(b);
    int64_t pos = b->core.pos;
    uint32_t n = b->core.n_cigar;
    if (bam_is_rev(b)) {
        pos = bam_endpos(b) - 1;
        for (uint32_t i = n; i-- > 0 && is_clip(cigar[i]);)
            pos += bam_cigar_oplen(cigar[i]);
    } else {
        for (uint32_t i = 0; i < n && is_clip(cigar[i]); i++)
            pos -= bam_cigar_oplen(cigar[i]);
    }
    pos += POS_BIAS;
    return pos < 0 ? 0 : pos > UINT32_MAX ? UINT32_MAX : (uint64_t)pos;
}

/* contig 31 bits, position 32, strand 1 */
static uint64_t end_key(const bam1_t *b, uint64_t contig)
{
    return contig << 33 | unclipped_5p(b) << 1 | bam_is_rev(b);
}

static int32_t end_score(const bam1_t *b)
{
    const uint8_t *q = bam_get_qual(b);
    int64_t sum = 0;
    if (b->core.l_qseq > 0 && q[0] != 0xff) {
        for (int32_t i = 0; i < b->core.l_qseq; i++)
            sum += q[i] >= MIN_QUAL ? q[i] : 0;
    }
    return (int32_t)(sum > MAX_END_SCORE ? MAX_END_SCORE : sum) -
           (b->core.flag & BAM_FQCFAIL ? FAILED_QC_SCORE : 0);
}

/* The leading digits of a field, with a sign; numbers wrap at 32 bits as Picard's do. */
static bool field_int(const char *s, int32_t *out)
{
    bool minus = *s == '-';
    uint32_t v = 0;
    s += minus;
    if (*s < '0' || *s > '9')
        return false;
    for (; *s >= '0' && *s <= '9'; s++)
        v = v * 10 + (uint32_t)(*s - '0');
    *out = (int32_t)(minus ? 0 - v : v);
    return true;
}

/* Tile, x and y are the last three of 5 or 7 fields between colons. */
static void read_location(const char *name, member_t *e)
{
    const char *field[7];
    int n = 1;
    e->tile = e->x = e->y = -1;
    field[0] = name;
    for (const char *p = strchr(name, ':'); p; p = strchr(p + 1, ':')) {
        if (n == 7)
            return;
        field[n++] = p + 1;
    }
    int32_t tile, x, y;
    if ((n == 5 || n == 7) && field_int(field[n - 3], &tile) && field_int(field[n - 2], &x) &&
        field_int(field[n - 1], &y)) {
        e->tile = (int16_t)tile;
        e->x = x;
        e->y = y;
    }
}

/* 1. collecting: templates */
static gw_status_t put_end(gw_markdup_t *m, uint64_t key, const member_t *single, gw_err_t *err)
{
    uint8_t *to;
    gw_status_t st = gw_sort_add(m->ends, key, 0, single ? sizeof *single : 0, &to, err);
    if (st == GW_OK && single)
        memcpy(to, single, sizeof *single);
    return st;
}

typedef struct {
    const bam1_t *rec;
    uint64_t key;  /* with library */
    uint64_t bare; /* without */
    int32_t score;
    uint32_t read_group;
} end_t;

static gw_status_t put_pair(gw_markdup_t *m, const end_t *a, const end_t *b, gw_err_t *err)
{
    member_t e = {.score = a->score + b->score, .number = m->n_templates};
    read_location(bam_get_qname(a->rec), &e);
    e.read_group = a->read_group;
    bool b_first = (b->rec->core.flag & BAM_FREAD1) != 0;
    const bam1_t *one = b_first ? b->rec : a->rec, *two = b_first ? a->rec : b->rec;
    e.strands = (uint32_t)(bam_is_rev(one) ? 2 : 0) | (bam_is_rev(two) ? 1 : 0);
    /* the end that comes first by contig and position; at one position the forward one */
    bool swap = b->bare < a->bare;
    uint8_t *to;
    gw_status_t st =
        gw_sort_add(m->pairs, swap ? b->key : a->key, swap ? a->bare : b->bare, sizeof e, &to, err);
    if (st == GW_OK)
        memcpy(to, &e, sizeof e);
    return st;
}

static bool has_mapped_mate(const bam1_t *b)
{
    return (b->core.flag & BAM_FPAIRED) && !(b->core.flag & BAM_FMUNMAP);
}

static gw_status_t add_end(gw_markdup_t *m, const bam1_t *b, const read_group_t *g, end_t *open,
                           gw_err_t *err)
{
    uint64_t lib = g ? g->library : m->unknown_library;
    end_t e = {.rec = b, .read_group = g ? g->number : (uint32_t)m->n_rg, .score = end_score(b)};
    e.bare = end_key(b, (uint64_t)b->core.tid);
    e.key = end_key(b, lib * (uint64_t)m->n_contigs + (uint64_t)b->core.tid);
    if (!has_mapped_mate(b)) {
        member_t single = {.score = e.score, .number = m->n_templates};
        read_location(bam_get_qname(b), &single);
        m->metrics.lib[lib].unpaired_examined++;
        return put_end(m, e.key, &single, err);
    }
    m->metrics.lib[lib].pairs_examined++; /* halved in the end */
    gw_status_t st = put_end(m, e.key, NULL, err);
    if (st == GW_OK && open->rec) {
        st = put_pair(m, open, &e, err);
        open->rec = NULL;
    } else {
        *open = e;
    }
    return st;
}

gw_status_t gw_markdup_add(gw_markdup_t *m, const bam1_t *rec, size_t n, gw_err_t *err)
{
    end_t open = {0};
    gw_status_t st = GW_OK;
    for (size_t i = 0; i < n && st == GW_OK; i++) {
        const bam1_t *b = &rec[i];
        const read_group_t *g = find_rg(m, b);
        gw_dupcounts_t *lib = &m->metrics.lib[g ? g->library : m->unknown_library];
        if (b->core.flag & BAM_FUNMAP || b->core.tid < 0)
            lib->unmapped++;
        else if (b->core.flag & (BAM_FSECONDARY | BAM_FSUPPLEMENTARY))
            lib->secondary_or_supplementary++;
        else
            st = add_end(m, b, g, &open, err);
    }
    m->n_templates++;
    return st;
}

/* 2. deciding */
static void flag(gw_markdup_t *m, uint64_t number)
{
    m->duplicate[number >> 3] |= (uint8_t)(1 << (number & 7));
}

bool gw_markdup_is_duplicate(const gw_markdup_t *m, uint64_t number)
{
    return m->duplicate[number >> 3] >> (number & 7) & 1;
}

/* Members arrive in input order, so that an equal one never replaces an earlier one. */
static bool better(const member_t *a, const member_t *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    if (a->tile != b->tile)
        return a->tile < b->tile;
    if (a->x != b->x)
        return a->x < b->x;
    return a->y < b->y;
}

static int by_place(const void *pa, const void *pb)
{
    const member_t *a = pa, *b = pb;
    if (a->read_group != b->read_group)
        return a->read_group < b->read_group ? -1 : 1;
    if (a->strands != b->strands)
        return a->strands < b->strands ? -1 : 1;
    if (a->tile != b->tile)
        return a->tile < b->tile ? -1 : 1;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    if (a->y != b->y)
        return a->y < b->y ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Union-find over members sorted by place, their numbers replaced by links to an earlier member;
 * every union of two clusters is one optical duplicate. */
static uint64_t root(member_t *set, uint64_t i)
{
    while (set[i].number != i) {
        set[i].number = set[set[i].number].number;
        i = set[i].number;
    }
    return i;
}

static int64_t optical_count(member_t *set, size_t n, int64_t distance)
{
    int64_t unions = 0;
    if (n < 2 || n > MAX_OPTICAL_SET)
        return 0;
    qsort(set, n, sizeof *set, by_place);
    for (size_t i = 0; i < n; i++) {
        set[i].number = i;
        if (set[i].tile == -1)
            continue;
        for (size_t j = i; j-- > 0;) {
            if (set[j].read_group != set[i].read_group || set[j].strands != set[i].strands ||
                set[j].tile != set[i].tile || (int64_t)set[i].x - set[j].x > distance)
                break;
            int64_t dy = (int64_t)set[i].y - set[j].y;
            uint64_t a, b;
            if (dy <= distance && dy >= -distance && (a = root(set, i)) != (b = root(set, j))) {
                set[a].number = b;
                unions++;
            }
        }
    }
    return unions;
}

static gw_status_t count_set(gw_markdup_t *m, int64_t size, int64_t optical, gw_err_t *err)
{
    gw_dupmetrics_t *d = &m->metrics;
    if ((size_t)size + 1 > d->n_set_size) {
        size_t n = (size_t)size + 1, grown = n + n / 2;
        int64_t **array[3] = {&d->set_size, &d->optical_size, &d->non_optical_size};
        for (int i = 0; i < 3; i++) {
            int64_t *p = gw_realloc(*array[i], grown, sizeof *p);
            if (!p)
                return gw_err_nomem(err, "counting duplicate sets");
            memset(p + d->n_set_size, 0, (grown - d->n_set_size) * sizeof *p);
            *array[i] = p;
        }
        d->n_set_size = grown;
    }
    d->set_size[size]++;
    if (size > optical)
        d->non_optical_size[size - optical]++;
    if (optical > 0)
        d->optical_size[optical + 1]++;
    return GW_OK;
}

/* best: the best of a place so far, e the next one (the first if so): the worse of the two is flagged. */
static void keep_better(gw_markdup_t *m, member_t *best, const member_t *e, bool first)
{
    if (first) {
        *best = *e;
    } else if (better(e, best)) {
        flag(m, best->number);
        *best = *e;
    } else {
        flag(m, e->number);
    }
}

static gw_status_t decide_pairs(gw_markdup_t *m, gw_err_t *err)
{
    gw_status_t st = gw_sort_finish(m->pairs, err);
    uint64_t key[2] = {0};
    int64_t n = 0; /* of the set being read */
    member_t best = {0};
    m->n_set = 0;
    while (st == GW_OK) {
        gw_sort_item_t item;
        bool got;
        st = gw_sort_next(m->pairs, &item, &got, err);
        if (st != GW_OK)
            break;
        if (n && (!got || item.key[0] != key[0] || item.key[1] != key[1])) {
            gw_dupcounts_t *lib = &m->metrics.lib[(key[0] >> 33) / (uint64_t)m->n_contigs];
            int64_t optical = optical_count(m->set, m->n_set, m->opts.optical_distance);
            lib->pair_duplicates += n - 1;
            lib->pair_optical_duplicates += optical;
            st = count_set(m, n, optical, err);
            n = 0;
            m->n_set = 0;
        }
        if (!got || st != GW_OK)
            break;
        member_t e;
        memcpy(&e, item.data, sizeof e);
        keep_better(m, &best, &e, n++ == 0);
        memcpy(key, item.key, sizeof key);
        if (m->n_set <= MAX_OPTICAL_SET) {
            if (!GW_GROW(m->set, m->cap_set, m->n_set + 1))
                return gw_err_nomem(err, "finding optical duplicates");
            m->set[m->n_set++] = e;
        }
    }
    return st;
}

/* Within an end's place, single ends come in input order and pairs' ends anywhere between them:
 * the best single one is only known to stay when the place is over. */
static gw_status_t decide_ends(gw_markdup_t *m, gw_err_t *err)
{
    gw_status_t st = gw_sort_finish(m->ends, err);
    uint64_t key = 0;
    bool any = false, pairs = false;
    int64_t singles = 0;
    member_t best = {0};
    while (st == GW_OK) {
        gw_sort_item_t item;
        bool got;
        st = gw_sort_next(m->ends, &item, &got, err);
        if (st != GW_OK)
            break;
        if (any && (!got || item.key[0] != key)) {
            if (pairs && singles)
                flag(m, best.number);
            if (singles)
                m->metrics.lib[(key >> 33) / (uint64_t)m->n_contigs].unpaired_duplicates +=
                    pairs ? singles : singles - 1;
            pairs = false;
            singles = 0;
        }
        if (!got)
            break;
        any = true;
        key = item.key[0];
        if (item.len == 0) {
            pairs = true;
            continue;
        }
        member_t e;
        memcpy(&e, item.data, sizeof e);
        keep_better(m, &best, &e, singles++ == 0);
    }
    return st;
}

gw_status_t gw_markdup_decide(gw_markdup_t *m, gw_err_t *err)
{
    m->duplicate = gw_calloc((size_t)(m->n_templates / 8 + 1), 1);
    if (!m->duplicate)
        return gw_err_nomem(err, "deciding duplicates");
    gw_status_t st = decide_pairs(m, err);
    gw_sort_destroy(m->pairs);
    m->pairs = NULL;
    if (st == GW_OK)
        st = decide_ends(m, err);
    gw_sort_destroy(m->ends);
    m->ends = NULL;
    for (size_t i = 0; i < m->metrics.n; i++)
        m->metrics.lib[i].pairs_examined /= 2;
    return st;
}

const gw_dupmetrics_t *gw_markdup_metrics(const gw_markdup_t *m)
{
    return &m->metrics;
}

void gw_markdup_destroy(gw_markdup_t *m)
{
    if (!m)
        return;
    gw_sort_destroy(m->pairs);
    gw_sort_destroy(m->ends);
    for (size_t i = 0; i < m->metrics.n; i++)
        free(m->metrics.lib[i].library);
    free(m->metrics.lib);
    free(m->metrics.set_size);
    free(m->metrics.optical_size);
    free(m->metrics.non_optical_size);
    free(m->duplicate);
    free(m->set);
    free(m->rg);
    free(m);
}
