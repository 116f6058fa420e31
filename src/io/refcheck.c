#include <config.h>

#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "io/refcheck.h"

/* Of a right reference nearly no record is unlike, of a wrong one nearly all; NM tags that a tool
 * left stale (primer trimming) stay below a fifth. */
enum { FIRST = 100, LAST = 1000, LEAST = 10, FEW = 3, LEAST_BASES = 20 };

typedef struct {
    int32_t contig; /* its number in the reference */
    bool m5;        /* the header has it, and it agreed */
    uint32_t n, n_unlike;
} seen_t;

struct gw_refcheck {
    sam_hdr_t *hdr;
    const gw_ref_t *ref;
    const char *name;
    seen_t *seen; /* by tid */
    int32_t n_tid, tid;
};

/* 1. the header */
static gw_status_t compare(sam_hdr_t *hdr, int tid, const gw_ref_t *ref, const char *file,
                           kstring_t *m5, seen_t *seen, gw_err_t *err)
{
    const char *name = sam_hdr_tid2name(hdr, tid);
    int64_t len = sam_hdr_tid2len(hdr, tid);
    int32_t k = gw_ref_find(ref, name);
    if (k < 0)
        return gw_err_set(err, GW_EDATA,
                          "%s: contig %s is not in %s; give the reference the reads were "
                          "aligned to",
                          file, name, ref->path);
    const gw_contig_t *c = &ref->contig[k];
    if (c->len_bp != len)
        return gw_err_set(err, GW_EDATA,
                          "%s: contig %s has %lld bp there and %lld in %s; give the reference "
                          "the reads were aligned to",
                          file, name, (long long)len, (long long)c->len_bp, ref->path);
    int rc = sam_hdr_find_tag_pos(hdr, "SQ", tid, "M5", m5);
    if (rc < -1)
        return gw_err_nomem(err, "comparing references");
    *seen = (seen_t){.contig = k, .m5 = rc == 0};
    if (rc == 0 && strcasecmp(m5->s, c->md5) != 0)
        return gw_err_set(err, GW_EDATA,
                          "%s: contig %s is another sequence than in %s (M5 %s and %s); give "
                          "the reference the reads were aligned to",
                          file, name, ref->path, m5->s, c->md5);
    return GW_OK;
}

gw_status_t gw_refcheck_create(sam_hdr_t *hdr, const gw_ref_t *ref, const char *name,
                               gw_refcheck_t **out, gw_err_t *err)
{
    kstring_t m5 = {0};
    int n = sam_hdr_nref(hdr);
    *out = NULL;
    gw_refcheck_t *r = gw_calloc(1, sizeof *r);
    if (r)
        r->seen = gw_calloc(n > 0 ? (size_t)n : 1, sizeof *r->seen);
    gw_status_t st = r && r->seen ? GW_OK : gw_err_nomem(err, "comparing references");
    for (int i = 0; i < n && st == GW_OK; i++)
        st = compare(hdr, i, ref, name, &m5, &r->seen[i], err);
    free(m5.s);
    if (st != GW_OK) {
        gw_refcheck_destroy(r);
        return st;
    }
    r->hdr = hdr;
    r->ref = ref;
    r->name = name;
    r->n_tid = n;
    r->tid = -1;
    *out = r;
    return GW_OK;
}

void gw_refcheck_destroy(gw_refcheck_t *r)
{
    if (!r)
        return;
    free(r->seen);
    free(r);
}

/* 2. a record: differences that are sure, places that ambiguous letters leave unsure (aligners
 *    count these in their own ways), bases compared, and lengths of insertions and deletions */
typedef struct {
    int64_t differ, unsure, sure, gaps;
} edits_t;

static edits_t count_edits(const bam1_t *b, const gw_contig_t *contig, const uint8_t *base)
{
    static const uint8_t code[16] = {4, 0, 1, 4, 2, 4, 4, 4, 3, 4, 4, 4, 4, 4, 4, 4};
    const uint32_t *cigar = bam_get_cigar(b);
    edits_t e = {0};
    int64_t pos = contig->start + b->core.pos, query = 0;
    for (uint32_t i = 0; i < b->core.n_cigar; i++) {
        int64_t len = bam_cigar_oplen(cigar[i]);
        int op = (int)bam_cigar_op(cigar[i]), type = bam_cigar_type(op);
        for (int64_t k = 0; type == 3 && k < len; k++) {
            uint8_t x = base[pos + k], y = code[bam_seqi(bam_get_seq(b), query + k)];
            bool sure = x < 4 && y < 4;
            e.unsure += !sure;
            e.sure += sure;
            e.differ += sure && x != y;
        }
        e.gaps += op == BAM_CINS || op == BAM_CDEL ? len : 0;
        query += type & 1 ? len : 0;
        pos += type & 2 ? len : 0;
    }
    return e;
}

/* 3. verdicts */
static gw_status_t refuse(const gw_refcheck_t *r, const char *where, const char *contig,
                          uint32_t n_unlike, uint32_t n, gw_err_t *err)
{
    return gw_err_set(err, GW_EDATA,
                      "%s: %s%s: %u of %u records looked at differ from the reference %s in most "
                      "bases, or in more or fewer than their NM tags count; give the reference "
                      "the reads were aligned to",
                      r->name, where, contig, n_unlike, n, r->ref->path);
}

static bool is_wrong(uint32_t n_unlike, uint32_t n)
{
    return n >= LEAST ? n_unlike > n / 5 : n >= FEW && n_unlike > n / 2;
}

static gw_status_t judge(const gw_refcheck_t *r, int32_t tid, gw_err_t *err)
{
    const seen_t *s = &r->seen[tid];
    return is_wrong(s->n_unlike, s->n)
               ? refuse(r, "contig ", sam_hdr_tid2name(r->hdr, tid), s->n_unlike, s->n, err)
               : GW_OK;
}

gw_status_t gw_refcheck_record(gw_refcheck_t *r, const bam1_t *b, gw_err_t *err)
{
    int32_t tid = b->core.tid, before = r->tid;
    if (b->core.flag & BAM_FUNMAP || tid < 0 || b->core.l_qseq == 0)
        return GW_OK;
    r->tid = tid;
    if (before >= 0 && before != tid) {
        gw_status_t st = judge(r, before, err);
        if (st != GW_OK)
            return st;
    }
    seen_t *s = &r->seen[tid];
    if (s->n == LAST)
        return GW_OK;
    edits_t e = count_edits(b, &r->ref->contig[s->contig], r->ref->base);
    const uint8_t *nm = s->m5 ? NULL : bam_aux_get(b, "NM");
    if (!nm && e.sure < LEAST_BASES)
        return GW_OK;
    int64_t least = e.differ + e.gaps, stated = nm ? bam_aux2i(nm) : least;
    s->n++;
    s->n_unlike += 2 * e.differ > e.sure || stated < least || stated > least + e.unsure;
    return s->n == FIRST || s->n == LAST ? judge(r, tid, err) : GW_OK;
}

gw_status_t gw_refcheck_finish(const gw_refcheck_t *r, gw_err_t *err)
{
    uint32_t n = 0, n_unlike = 0;
    for (int32_t tid = 0; tid < r->n_tid; tid++) {
        gw_status_t st = judge(r, tid, err);
        if (st != GW_OK)
            return st;
        if (r->seen[tid].n < FEW) {
            n += r->seen[tid].n;
            n_unlike += r->seen[tid].n_unlike;
        }
    }
    return is_wrong(n_unlike, n) ? refuse(r, "contigs of one or two records", "", n_unlike, n, err)
                                 : GW_OK;
}
