#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "call/callread.h"

static inline int op_of(uint32_t c)
{
    return (int)(c & 15);
}

static inline int32_t len_of(uint32_t c)
{
    return (int32_t)(c >> 4);
}

static inline bool op_query(int op)
{
    return op == BAM_CMATCH || op == BAM_CINS || op == BAM_CSOFT_CLIP;
}

static inline bool op_ref(int op)
{
    return op == BAM_CMATCH || op == BAM_CDEL || op == BAM_CREF_SKIP;
}

/* Appends an operation, joining equal neighbours. */
static void put_op(uint32_t *cigar, int32_t *n, int op, int32_t len)
{
    if (len <= 0)
        return;
    if (*n > 0 && op_of(cigar[*n - 1]) == op)
        cigar[*n - 1] += (uint32_t)len << 4;
    else
        cigar[(*n)++] = (uint32_t)len << 4 | (uint32_t)op;
}

/* The operations of r that hold the query bases [i0,i1), and deletions strictly between them. */
static void put_ops(const gw_callread_t *r, int32_t i0, int32_t i1, uint32_t *cigar, int32_t *n)
{
    int32_t q = 0;
    for (int32_t k = 0; k < r->n_cigar; k++) {
        int op = op_of(r->cigar[k]);
        int32_t len = len_of(r->cigar[k]);
        if (op_query(op)) {
            int32_t a = q > i0 ? q : i0, b = q + len < i1 ? q + len : i1;
            if (b > a)
                put_op(cigar, n, op, b - a);
            q += len;
        } else if (q > i0 && q < i1) {
            put_op(cigar, n, op, len);
        }
    }
}

/* Keeps the bases [i0,i1) only; false when no aligned base is among them. The first and last
 * operations that are left are M or S: an insertion at an end tells nothing and becomes S. */
static bool cut(gw_callread_t *r, int32_t i0, int32_t i1)
{
    if (i0 == 0 && i1 == r->len)
        return true;
    if (i1 <= i0)
        return false;
    int64_t pos = r->beg, beg = -1, end = -1;
    int32_t q = 0;
    for (int32_t k = 0; k < r->n_cigar; k++) {
        int op = op_of(r->cigar[k]);
        int32_t len = len_of(r->cigar[k]);
        if (op == BAM_CMATCH) {
            int32_t a = q > i0 ? q : i0, b = q + len < i1 ? q + len : i1;
            if (b > a) {
                if (beg < 0)
                    beg = pos + (a - q);
                end = pos + (b - q);
            }
        }
        if (op_query(op))
            q += len;
        if (op_ref(op))
            pos += len;
    }
    if (beg < 0)
        return false;
    int32_t n = 0, m = 0;
    put_ops(r, i0, i1, r->cigar, &n); /* never writes past what it has read */
    for (int32_t k = 0; k < n; k++) { /* D before the first or after the last M is gone */
        int op = op_of(r->cigar[k]);
        bool before = true, after = true;
        for (int32_t j = 0; j < k; j++)
            before &= op_of(r->cigar[j]) != BAM_CMATCH;
        for (int32_t j = k + 1; j < n; j++)
            after &= op_of(r->cigar[j]) != BAM_CMATCH;
        if (op == BAM_CMATCH || !(before || after))
            put_op(r->cigar, &m, op, len_of(r->cigar[k]));
        else if (op_query(op))
            put_op(r->cigar, &m, BAM_CSOFT_CLIP, len_of(r->cigar[k]));
    }
    r->n_cigar = m;
    r->base += i0;
    r->qual += i0;
    r->len = i1 - i0;
    r->beg = beg;
    r->end = end;
    return true;
}

/* 2. decoding */
void gw_callread_span(const gw_callread_t *r, int64_t lo, int64_t hi, int32_t *i0, int32_t *i1)
{
    int64_t pos = r->beg;
    int32_t q = 0, first = -1, last = -1;
    if (r->n_cigar && op_of(r->cigar[0]) == BAM_CSOFT_CLIP)
        pos -= len_of(r->cigar[0]);
    for (int32_t k = 0; k < r->n_cigar; k++) {
        int op = op_of(r->cigar[k]);
        int32_t len = len_of(r->cigar[k]);
        if (op == BAM_CINS) {
            if (pos >= lo && pos < hi) {
                if (first < 0)
                    first = q;
                last = q + len;
            }
            q += len;
            continue;
        }
        if (op_query(op)) {
            int64_t a = lo > pos ? lo - pos : 0, b = hi - pos < len ? hi - pos : len;
            if (b > a) {
                if (first < 0)
                    first = q + (int32_t)a;
                last = q + (int32_t)b;
            }
            q += len;
        }
        pos += len;
    }
    *i0 = first < 0 ? 0 : first;
    *i1 = first < 0 ? 0 : last;
}

int32_t gw_callread_at(const gw_callread_t *r, int64_t pos)
{
    int64_t p = r->beg;
    int32_t q = 0;
    if (pos < r->beg || pos >= r->end)
        return -1;
    for (int32_t k = 0; k < r->n_cigar; k++) {
        int op = op_of(r->cigar[k]);
        int32_t len = len_of(r->cigar[k]);
        if (op_ref(op)) {
            if (pos < p + len)
                return op == BAM_CMATCH ? q + (int32_t)(pos - p) : -1;
            p += len;
        }
        if (op_query(op))
            q += len;
    }
    return -1;
}

/* The fragment's far end limits the read: what lies beyond is adapter. */
static void adapter_limits(const bam1_t *b, int64_t *lo, int64_t *hi)
{
    const bam1_core_t *c = &b->core;
    *lo = INT64_MIN;
    *hi = INT64_MAX;
    if (!(c->flag & BAM_FPAIRED) || (c->flag & BAM_FMUNMAP) || c->mtid != c->tid ||
        !(c->flag & BAM_FREVERSE) == !(c->flag & BAM_FMREVERSE))
        return;
    int64_t end = bam_endpos(b);
    if (!(c->flag & BAM_FREVERSE)) {
        if (c->isize > 0 && c->mpos <= end && c->pos + c->isize > c->pos + 20)
            *hi = c->pos + c->isize;
    } else if (c->isize < 0 && c->mpos <= end && c->mpos + 20 < end) {
        *lo = end + c->isize;
    }
}

gw_status_t gw_callread_decode(const bam1_t *b, int32_t sample, gw_arena_t *a, gw_callread_t *r,
                               bool *usable, gw_err_t *err)
{
    static const uint8_t code[16] = {4, 0, 1, 4, 2, 4, 4, 4, 3, 4, 4, 4, 4, 4, 4, 4};
    const bam1_core_t *c = &b->core;
    *usable = false;
    int32_t len = c->l_qseq;
    if (len <= 0 || c->n_cigar == 0)
        return GW_OK;
    if (bam_cigar2qlen((int)c->n_cigar, bam_get_cigar(b)) != len)
        return gw_err_set(err, GW_EDATA,
                          "read %s: the CIGAR describes another number of bases than the %d it "
                          "has; the file is damaged: make it again with the aligner",
                          bam_get_qname(b), (int)len);
    *r = (gw_callread_t){.beg = c->pos,
                         .end = c->pos,
                         .len = len,
                         .sample = sample,
                         .mapq = c->qual,
                         .reverse = (c->flag & BAM_FREVERSE) != 0,
                         .reverse2 = (c->flag & BAM_FREVERSE) != 0,
                         .split = INT64_MAX};
    r->name = gw_hash_bytes(bam_get_qname(b), strlen(bam_get_qname(b)), 0);
    r->base = gw_arena_alloc(a, (size_t)len, 2);
    r->cigar = gw_arena_alloc(a, c->n_cigar, sizeof *r->cigar);
    if (!r->base || !r->cigar)
        return gw_err_nomem(err, "decoding reads");
    r->qual = r->base + len;
    const uint8_t *seq = bam_get_seq(b), *qual = bam_get_qual(b);
    for (int32_t i = 0; i < len; i++) {
        uint8_t q = qual[0] == 0xff ? GW_CALLREAD_NO_QUAL : qual[i];
        r->base[i] = code[bam_seqi(seq, i)];
        r->qual[i] = q < GW_CALLREAD_MIN_QUAL   ? GW_CALLREAD_MIN_QUAL
                     : q > GW_CALLREAD_MAX_QUAL ? GW_CALLREAD_MAX_QUAL
                                                : q;
    }
    const uint32_t *cigar = bam_get_cigar(b);
    for (uint32_t k = 0; k < c->n_cigar; k++) {
        int op = (int)bam_cigar_op(cigar[k]);
        int32_t n = (int32_t)bam_cigar_oplen(cigar[k]);
        if (op == BAM_CEQUAL || op == BAM_CDIFF)
            op = BAM_CMATCH;
        if (op == BAM_CHARD_CLIP || op == BAM_CPAD)
            continue;
        put_op(r->cigar, &r->n_cigar, op, n);
        if (op_ref(op))
            r->end += n;
    }
    int32_t i0 = 0, i1 = len, j0, j1;
    int64_t lo, hi;
    while (i0 < i1 && r->qual[i0] <= GW_CALLREAD_TAIL_QUAL)
        i0++;
    while (i1 > i0 && r->qual[i1 - 1] <= GW_CALLREAD_TAIL_QUAL)
        i1--;
    adapter_limits(b, &lo, &hi);
    if (lo != INT64_MIN || hi != INT64_MAX) {
        gw_callread_span(r, lo, hi, &j0, &j1);
        i0 = j0 > i0 ? j0 : i0;
        i1 = j1 < i1 ? j1 : i1;
    }
    *usable = r->end > r->beg && cut(r, i0, i1);
    return GW_OK;
}

/* 3. mates that overlap */
typedef struct {
    uint64_t name;
    size_t i;
} named_t;

static int by_name(const void *x, const void *y)
{
    const named_t *a = x, *b = y;
    if (a->name != b->name)
        return a->name < b->name ? -1 : 1;
    return a->i < b->i ? -1 : a->i > b->i;
}

/* true when both reads have the same gaps between reference positions s and e */
static bool same_gaps(const gw_callread_t *l, const gw_callread_t *r, int64_t s, int64_t e)
{
    int32_t l0 = gw_callread_at(l, s), r0 = gw_callread_at(r, s);
    if (l0 < 0 || r0 < 0)
        return false;
    for (int64_t p = s; p < e; p++) {
        int32_t x = gw_callread_at(l, p), y = gw_callread_at(r, p);
        if ((x < 0) != (y < 0) || (x >= 0 && x - l0 != y - r0))
            return false;
    }
    return gw_callread_at(l, e - 1) >= 0;
}

static int32_t clipped(const gw_callread_t *r)
{
    int32_t n = 0;
    for (int32_t k = 0; k < r->n_cigar; k++)
        if (op_of(r->cigar[k]) == BAM_CSOFT_CLIP)
            n += len_of(r->cigar[k]);
    return n;
}

/* l begins first; both cover [s,e). Gives the joined fragment to *l. */
static bool join(gw_callread_t *l, const gw_callread_t *r, int64_t s, int64_t e, gw_arena_t *a)
{
    int32_t ls = gw_callread_at(l, s), le = gw_callread_at(l, e - 1) + 1;
    int32_t rs = gw_callread_at(r, s), re = gw_callread_at(r, e - 1) + 1;
    bool tail_r = r->end >= l->end;
    int32_t tail = tail_r ? r->len - re : l->len - le;
    gw_callread_t f = *l;
    f.len = le + tail;
    f.base = gw_arena_alloc(a, (size_t)f.len, 2);
    f.cigar = gw_arena_alloc(a, (size_t)(l->n_cigar + r->n_cigar), sizeof *f.cigar);
    if (!f.base || !f.cigar)
        return false;
    f.qual = f.base + f.len;
    memcpy(f.base, l->base, (size_t)le);
    memcpy(f.qual, l->qual, (size_t)le);
    for (int32_t k = 0; k < le - ls; k++) {
        uint8_t bl = l->base[ls + k], br = r->base[rs + k];
        int ql = l->qual[ls + k], qr = r->qual[rs + k], q;
        uint8_t best = ql >= qr ? bl : br;
        if (bl == br)
            q = (ql > qr ? ql : qr) + 3;
        else
            q = ql > qr ? ql - qr : qr - ql;
        f.base[ls + k] = best;
        f.qual[ls + k] = (uint8_t)(q < GW_CALLREAD_MIN_QUAL   ? GW_CALLREAD_MIN_QUAL
                                   : q > GW_CALLREAD_MAX_QUAL ? GW_CALLREAD_MAX_QUAL
                                                              : q);
    }
    const gw_callread_t *t = tail_r ? r : l;
    int32_t from = tail_r ? re : le;
    memcpy(f.base + le, t->base + from, (size_t)tail);
    memcpy(f.qual + le, t->qual + from, (size_t)tail);
    f.n_cigar = 0;
    put_ops(l, 0, le, f.cigar, &f.n_cigar);
    int32_t q = 0, n = f.n_cigar;
    for (int32_t k = 0; k < t->n_cigar; k++) { /* what follows the overlap, a deletion first */
        int op = op_of(t->cigar[k]);
        int32_t len = len_of(t->cigar[k]);
        if (op_query(op)) {
            int32_t x = q > from ? q : from;
            put_op(f.cigar, &n, op, q + len - x);
            q += len;
        } else if (q >= from) {
            put_op(f.cigar, &n, op, len);
        }
    }
    f.n_cigar = n;
    f.end = t->end;
    f.mapq = l->mapq > r->mapq ? l->mapq : r->mapq;
    f.reverse2 = r->reverse;
    f.split = l->name & 1 ? s : e;
    *l = f;
    return true;
}

/* The mate with less clipping keeps the overlap; the other keeps what lies outside. */
static void part(gw_callread_t *l, gw_callread_t *r, int64_t s, int64_t e)
{
    int32_t i0, i1;
    bool left = clipped(l) < clipped(r) || (clipped(l) == clipped(r) && l->mapq >= r->mapq);
    if (left) {
        gw_callread_span(r, e, INT64_MAX, &i0, &i1);
        if (!cut(r, i0, i1))
            r->len = 0;
    } else {
        gw_callread_span(l, INT64_MIN, s, &i0, &i1);
        if (!cut(l, i0, i1))
            l->len = 0;
    }
}

static int by_begin(const void *x, const void *y)
{
    const gw_callread_t *a = x, *b = y;
    if (a->beg != b->beg)
        return a->beg < b->beg ? -1 : 1;
    if (a->name != b->name)
        return a->name < b->name ? -1 : 1;
    return a->sample < b->sample ? -1 : a->sample > b->sample;
}

gw_status_t gw_callread_join(gw_callread_t *r, size_t *n, gw_arena_t *a, gw_err_t *err)
{
    named_t *t = gw_malloc(*n, sizeof *t);
    if (!t)
        return gw_err_nomem(err, "joining mates");
    for (size_t i = 0; i < *n; i++)
        t[i] = (named_t){r[i].name, i};
    qsort(t, *n, sizeof *t, by_name);
    for (size_t k = 0; k + 1 < *n; k++) {
        if (t[k].name != t[k + 1].name)
            continue;
        gw_callread_t *x = &r[t[k].i], *y = &r[t[k + 1].i];
        gw_callread_t *l = x->beg <= y->beg ? x : y, *o = l == x ? y : x;
        int64_t s = o->beg, e = l->end < o->end ? l->end : o->end;
        if (x->sample != y->sample || s >= e)
            continue;
        if (same_gaps(l, o, s, e)) {
            if (!join(l, o, s, e, a)) {
                free(t);
                return gw_err_nomem(err, "joining mates");
            }
            o->len = 0;
        } else {
            part(l, o, s, e);
        }
        k++; /* a third read of the name stays as it is */
    }
    free(t);
    size_t m = 0;
    for (size_t i = 0; i < *n; i++)
        if (r[i].len > 0)
            r[m++] = r[i];
    *n = m;
    qsort(r, m, sizeof *r, by_begin);
    return GW_OK;
}
