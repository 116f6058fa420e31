#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "align/samrec.h"
#include "align/samtags.h"
#include "base/mem.h"

/* XA lists hits with at least XA_PERCENT of the best score. */
enum { XA_PERCENT = 80, MAX_SUPPLEMENTARY = 8 };
static const char own_tags[] = "NMMDMCMQASXSSAXA";
static const char own_tags_rg[] = "NMMDMCMQASXSSAXARG";

typedef struct {
    const gw_mapper_t *m;
    const gw_samrec_opts_t *opts;
    gw_recbuf_t *out;
    gw_bytes_t text, target, keep; /* scratch; keep: tags of the input read */
} maker_t;

/* 1. choosing what is written */
static bool in_xa(const gw_mapper_t *m, const gw_read_t *r, size_t best, size_t j)
{
    (void)m;
    return r->hit[j].parent == (int32_t)best &&
           (int64_t)r->hit[j].score * 100 >= (int64_t)r->hit[best].score * XA_PERCENT;
}

static int count_xa(const gw_mapper_t *m, const gw_read_t *r, size_t best)
{
    int n = 0;
    for (size_t j = 0; j < r->n_hits; j++)
        n += in_xa(m, r, best, j);
    return n;
}

void gw_samrec_select(gw_mapper_t *m, const gw_samrec_opts_t *opts)
{
    for (size_t i = 0; i < m->n_reads; i++) {
        gw_read_t *r = &m->read[i];
        int more = 0;
        for (size_t j = 0; j < r->n_hits; j++) {
            gw_hit_t *h = &r->hit[j];
            h->wanted =
                (int32_t)j == r->primary ||
                (h->parent < 0 && h->score >= m->params->min_score && more++ < MAX_SUPPLEMENTARY) ||
                (h->parent >= 0 && opts->all);
        }
        for (size_t k = 0; k < r->n_hits && !opts->all; k++) {
            if (!r->hit[k].wanted || r->hit[k].parent >= 0 || count_xa(m, r, k) > m->params->xa_max)
                continue;
            for (size_t j = 0; j < r->n_hits; j++)
                r->hit[j].wanted |= in_xa(m, r, k, j);
        }
    }
}

/* 2. CIGARs, NM and MD */
static const uint8_t *oriented(const gw_mapper_t *m, const gw_read_t *r, const gw_hit_t *h)
{
    return m->code + r->code + (h->rev ? r->len : 0);
}

gw_status_t gw_samrec_split_matches(gw_mapper_t *m, gw_err_t *err)
{
    gw_bytes_t target = {0};
    gw_status_t st = GW_OK;
    for (size_t i = 0; i < m->n_reads && st == GW_OK; i++) {
        for (size_t k = 0; k < m->read[i].n_hits && st == GW_OK; k++) {
            gw_hit_t *h = &m->read[i].hit[k];
            size_t span = (size_t)(h->t_end - h->t_beg), old = m->n_cigar;
            if (!h->wanted || h->cigar_off < 0)
                continue;
            target.n = 0;
            if (!GW_GROW(target.byte, target.cap, span + 1) ||
                !GW_GROW(m->cigar, m->cap_cigar,
                         m->n_cigar + (size_t)m->read[i].len + h->n_cigar)) {
                st = gw_err_nomem(err, "aligning reads");
                break;
            }
            gw_index_unpack(m->index, h->t_beg, h->t_end, target.byte);
            const uint8_t *q = oriented(m, &m->read[i], h) + h->q_beg, *t = target.byte;
            for (uint32_t c = 0; c < h->n_cigar; c++) {
                uint32_t op = m->cigar[(uint32_t)h->cigar_off + c], len = op >> 4, kind = op & 15;
                if (kind != 0)
                    m->cigar[m->n_cigar++] = op;
                for (uint32_t x = 0; kind == 0 && x < len; x++) {
                    uint32_t now = q[x] == t[x] && q[x] < 4 ? 7 : 8;
                    if (x && (m->cigar[m->n_cigar - 1] & 15) == now)
                        m->cigar[m->n_cigar - 1] += 16;
                    else
                        m->cigar[m->n_cigar++] = 16 | now;
                }
                q += kind == 2 ? 0 : len;
                t += kind == 1 ? 0 : len;
            }
            h->cigar_off = (int32_t)old;
            h->n_cigar = (uint16_t)(m->n_cigar - old);
        }
    }
    free(target.byte);
    return st;
}

/* NM, and MD as text when md is not NULL. */
static bool measure(maker_t *k, const gw_read_t *r, const gw_hit_t *h, int32_t *nm, gw_bytes_t *md)
{
    const gw_mapper_t *m = k->m;
    size_t span = (size_t)(h->t_end - h->t_beg);
    if (!GW_GROW(k->target.byte, k->target.cap, span + 1))
        return false;
    gw_index_unpack(m->index, h->t_beg, h->t_end, k->target.byte);
    const uint8_t *q = oriented(m, r, h) + h->q_beg, *t = k->target.byte;
    uint32_t same = 0;
    bool ok = true;
    *nm = 0;
    for (uint32_t c = 0; c < h->n_cigar && ok; c++) {
        uint32_t op = m->cigar[(uint32_t)h->cigar_off + c], len = op >> 4, kind = op & 15;
        if (kind == 1) {
            *nm += (int32_t)len;
            q += len;
            continue;
        }
        if (kind == 2) {
            *nm += (int32_t)len;
            ok = !md || gw_bytes_printf(md, "%u^", same);
            for (uint32_t x = 0; x < len && md && ok; x++)
                ok = gw_bytes_put(md, &"ACGTN"[t[x]], 1);
            same = 0;
            t += len;
            continue;
        }
        for (uint32_t x = 0; x < len && ok; x++) {
            if (q[x] == t[x] && q[x] < 4) {
                same++;
                continue;
            }
            ++*nm;
            ok = !md || (gw_bytes_printf(md, "%u", same) && gw_bytes_put(md, &"ACGTN"[t[x]], 1));
            same = 0;
        }
        q += len;
        t += len;
    }
    return ok && (!md || gw_bytes_printf(md, "%u", same));
}

static bool cigar_text(const gw_mapper_t *m, const gw_read_t *r, const gw_hit_t *h, gw_bytes_t *b)
{
    bool ok = h->q_beg == 0 || gw_bytes_printf(b, "%dS", (int)h->q_beg);
    for (uint32_t c = 0; c < h->n_cigar && ok; c++) {
        uint32_t op = m->cigar[(uint32_t)h->cigar_off + c];
        ok = gw_bytes_printf(b, "%u%c", op >> 4, BAM_CIGAR_STR[op & 15]);
    }
    return ok && (h->q_end == r->len || gw_bytes_printf(b, "%dS", (int)(r->len - h->q_end)));
}

static const gw_index_contig_t *contig_of(const gw_mapper_t *m, const gw_hit_t *h, int32_t *tid)
{
    *tid = gw_index_contig_at(m->index, h->t_beg);
    return &m->index->contig[*tid];
}

/* 3. tags that describe other hits */
static bool put_sa(maker_t *k, const gw_read_t *r, size_t self, gw_bytes_t *tags)
{
    bool any = false, ok = true;
    for (int pass = 0; pass < 2; pass++) /* the primary first */
        for (size_t j = 0; j < r->n_hits && ok; j++) {
            const gw_hit_t *h = &r->hit[j];
            if (j == self || h->parent >= 0 || !h->wanted ||
                ((int32_t)j == r->primary) != (pass == 0))
                continue;
            int32_t tid, nm;
            const gw_index_contig_t *c = contig_of(k->m, h, &tid);
            ok = (any || gw_bytes_put(tags, "SAZ", 3)) && measure(k, r, h, &nm, NULL) &&
                 gw_bytes_put(tags, c->name, strlen(c->name)) &&
                 gw_bytes_printf(tags, ",%lld,%c,", (long long)(h->t_beg - c->start + 1),
                                 h->rev ? '-' : '+') &&
                 cigar_text(k->m, r, h, tags) && gw_bytes_printf(tags, ",%d,%d;", h->mapq, (int)nm);
            any = true;
        }
    return ok && (!any || gw_bytes_put(tags, "", 1));
}

static bool put_xa(maker_t *k, const gw_read_t *r, size_t self, gw_bytes_t *tags)
{
    int n = count_xa(k->m, r, self);
    bool ok = true;
    if (n == 0 || n > k->m->params->xa_max)
        return true;
    ok = gw_bytes_put(tags, "XAZ", 3);
    for (size_t j = 0; j < r->n_hits && ok; j++) {
        const gw_hit_t *h = &r->hit[j];
        int32_t tid, nm;
        if (!in_xa(k->m, r, self, j))
            continue;
        const gw_index_contig_t *c = contig_of(k->m, h, &tid);
        ok = measure(k, r, h, &nm, NULL) && gw_bytes_put(tags, c->name, strlen(c->name)) &&
             gw_bytes_printf(tags, ",%c%lld,", h->rev ? '-' : '+',
                             (long long)(h->t_beg - c->start + 1)) &&
             cigar_text(k->m, r, h, tags) && gw_bytes_printf(tags, ",%d;", (int)nm);
    }
    return ok && gw_bytes_put(tags, "", 1);
}

/* 4. one record */
typedef struct {
    uint16_t flag;
    int32_t tid, mtid;
    int64_t pos, mpos, tlen;
    const gw_read_t *mate; /* NULL: single */
} core_t;

static bool put_seq(gw_bytes_t *b, const gw_read_t *r, bool rev, int32_t beg, int32_t end)
{
    static const uint8_t comp[16] = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};
    int32_t n = end - beg;
    size_t at = b->n, half = (size_t)(n + 1) / 2;
    if (!GW_GROW(b->byte, b->cap, b->n + half + (size_t)n))
        return false;
    memset(b->byte + at, 0, half);
    for (int32_t i = 0; i < n; i++) {
        int32_t from = rev ? r->len - 1 - (beg + i) : beg + i;
        uint8_t c = seq_nt16_table[(unsigned char)r->rec->seq[from]];
        b->byte[at + (size_t)i / 2] |= (uint8_t)((rev ? comp[c] : c) << (i & 1 ? 0 : 4));
    }
    for (int32_t i = 0; i < n; i++) {
        int32_t from = rev ? r->len - 1 - (beg + i) : beg + i;
        b->byte[at + half + (size_t)i] = r->rec->qual ? (uint8_t)(r->rec->qual[from] - 33) : 0xff;
    }
    b->n += half + (size_t)n;
    return true;
}

static bool put_tags(maker_t *k, const gw_read_t *r, const gw_hit_t *h, const core_t *core,
                     gw_bytes_t *b)
{
    const gw_read_t *mate = core->mate;
    bool ok = true;
    if (h) {
        int32_t nm;
        k->text.n = 0;
        ok = measure(k, r, h, &nm, &k->text) && gw_bytes_put(&k->text, "", 1) &&
             gw_samtags_int(b, "NM", nm) && gw_samtags_string(b, "MD", (char *)k->text.byte);
    }
    if (ok && mate && mate->primary >= 0) {
        const gw_hit_t *mh = &mate->hit[mate->primary];
        ok = gw_bytes_put(b, "MCZ", 3) && cigar_text(k->m, mate, mh, b) && gw_bytes_put(b, "", 1) &&
             gw_samtags_int(b, "MQ", mh->mapq);
    }
    if (ok && h) {
        size_t self = (size_t)(h - r->hit);
        ok = gw_samtags_int(b, "AS", h->score);
        if (ok && h->parent < 0)
            ok = gw_samtags_int(b, "XS", h->sub) && put_sa(k, r, self, b) &&
                 (k->opts->all || put_xa(k, r, self, b));
    }
    if (ok && k->opts->read_group)
        ok = gw_samtags_string(b, "RG", k->opts->read_group);
    return ok && gw_bytes_put(b, k->keep.byte, k->keep.n);
}

static bool put_record(maker_t *k, const gw_read_t *r, const gw_hit_t *h, const core_t *core)
{
    gw_recbuf_t *o = k->out;
    if (!GW_GROW(o->rec, o->cap, o->n + 1))
        return false;
    bam1_t *rec = &o->rec[o->n];
    *rec = (bam1_t){0};
    gw_bytes_t b = {o->byte, (o->n_byte + 7) / 8 * 8, o->cap_byte};
    bool hard = h && (core->flag & (BAM_FSUPPLEMENTARY | BAM_FSECONDARY)) && !k->opts->soft_clip;
    int32_t beg = hard ? h->q_beg : 0, end = hard ? h->q_end : r->len;
    size_t name = (size_t)r->rec->name_len + 1, extra = (4 - name % 4) % 4, start = b.n;
    uint32_t n_cigar = 0;
    bool ok = gw_bytes_put(&b, r->rec->name, name - 1) && gw_bytes_put(&b, "\0\0\0\0", 1 + extra);
    if (h) {
        uint32_t clip = hard ? BAM_CHARD_CLIP : BAM_CSOFT_CLIP,
                 before = (uint32_t)h->q_beg << 4 | clip;
        uint32_t after = (uint32_t)(r->len - h->q_end) << 4 | clip;
        ok = ok && gw_bytes_put(&b, &before, h->q_beg ? 4 : 0) &&
             gw_bytes_put(&b, k->m->cigar + h->cigar_off, 4 * (size_t)h->n_cigar) &&
             gw_bytes_put(&b, &after, h->q_end < r->len ? 4 : 0);
        n_cigar = h->n_cigar + (h->q_beg > 0) + (h->q_end < r->len);
    }
    ok = ok && put_seq(&b, r, h && h->rev, beg, end) && put_tags(k, r, h, core, &b);
    o->byte = b.byte;
    o->cap_byte = b.cap;
    o->n_byte = b.n;
    if (!ok)
        return false;
    int64_t span = h ? h->t_end - h->t_beg : 1, bin_pos = core->pos < 0 ? -1 : core->pos;
    rec->core = (bam1_core_t){.pos = core->pos,
                              .tid = core->tid,
                              .flag = core->flag,
                              .bin = (uint16_t)hts_reg2bin(bin_pos, bin_pos + span, 14, 5),
                              .qual = h ? h->mapq : 0,
                              .l_extranul = (uint8_t)extra,
                              .l_qname = (uint16_t)(name + extra),
                              .n_cigar = n_cigar,
                              .l_qseq = end - beg,
                              .mtid = core->mtid,
                              .mpos = core->mpos,
                              .isize = core->tlen};
    rec->l_data = (int)(b.n - start);
    rec->m_data = (uint32_t)rec->l_data;
    rec->id = start; /* where its data lies, until the block has stopped moving */
    o->n++;
    return true;
}

/* 5. templates */
static int64_t tlen(const gw_read_t *r, const gw_hit_t *h, const gw_hit_t *mh)
{
    int64_t beg = h->t_beg < mh->t_beg ? h->t_beg : mh->t_beg;
    int64_t end = h->t_end > mh->t_end ? h->t_end : mh->t_end;
    bool first = h->t_beg < mh->t_beg || (h->t_beg == mh->t_beg && (r->rec->flag & BAM_FREAD1));
    return first ? end - beg : beg - end;
}

static bool put_hit(maker_t *k, const gw_read_t *r, const gw_read_t *mate, const gw_hit_t *h,
                    uint16_t flag)
{
    const gw_hit_t *mh = mate && mate->primary >= 0 ? &mate->hit[mate->primary] : NULL;
    core_t c = {.flag = flag, .tid = -1, .mtid = -1, .pos = -1, .mpos = -1, .mate = mate};
    const gw_hit_t *at = h ? h : mh; /* an unmapped read lies with its mate */
    if (at)
        c.pos = at->t_beg - contig_of(k->m, at, &c.tid)->start;
    const gw_hit_t *prime = r->primary >= 0 ? &r->hit[r->primary] : NULL;
    const gw_hit_t *mate_at = mate ? (mh ? mh : prime) : NULL;
    if (mate_at)
        c.mpos = mate_at->t_beg - contig_of(k->m, mate_at, &c.mtid)->start;
    if (h && mh && c.tid == c.mtid)
        c.tlen = tlen(r, h, mh);
    return put_record(k, r, h, &c);
}

static bool put_read(maker_t *k, const gw_read_t *r, const gw_read_t *mate, bool proper)
{
    uint16_t flag =
        (uint16_t)(r->rec->flag & (BAM_FPAIRED | BAM_FREAD1 | BAM_FREAD2 | BAM_FQCFAIL));
    if (mate && mate->primary < 0)
        flag |= BAM_FMUNMAP;
    if (mate && mate->primary >= 0 && mate->hit[mate->primary].rev)
        flag |= BAM_FMREVERSE;
    if (proper)
        flag |= BAM_FPROPER_PAIR;
    if (r->primary < 0)
        return put_hit(k, r, mate, NULL, flag | BAM_FUNMAP);
    const gw_hit_t *p = &r->hit[r->primary];
    bool ok = put_hit(k, r, mate, p, (uint16_t)(flag | (p->rev ? BAM_FREVERSE : 0)));
    for (int second = 0; second < 2; second++)
        for (size_t j = 0; j < r->n_hits && ok; j++) {
            const gw_hit_t *h = &r->hit[j];
            if (h == p || !h->wanted || (h->parent >= 0) != second || (second && !k->opts->all))
                continue;
            ok = put_hit(k, r, mate, h,
                         (uint16_t)(flag | (h->rev ? BAM_FREVERSE : 0) |
                                    (second ? BAM_FSECONDARY : BAM_FSUPPLEMENTARY)));
        }
    return ok;
}

static gw_status_t gather_tags(maker_t *k, const gw_read_t *r, gw_err_t *err)
{
    const char *except = k->opts->read_group ? own_tags_rg : own_tags;
    gw_status_t st = GW_OK;
    k->keep.n = 0;
    if (r->rec->aux)
        st = gw_samtags_copy(&k->keep, r->rec->aux, r->rec->aux_len, except, err);
    if (st == GW_OK && k->opts->comments && r->rec->comment && !r->rec->aux)
        st = gw_samtags_parse(&k->keep, r->rec->comment, except, err);
    return st == GW_EDATA ? gw_err_prefix(err, "record %llu (%s)",
                                          (unsigned long long)r->rec->ordinal, r->rec->name)
                          : st;
}

static gw_status_t make_template(maker_t *k, const gw_read_t *a, const gw_read_t *b, gw_err_t *err)
{
    gw_recbuf_t *o = k->out;
    if (!GW_GROW(o->first, o->cap_first, o->n_templates + 2))
        return gw_err_nomem(err, "writing records");
    o->first[o->n_templates++] = o->n;
    bool proper = b && a->primary >= 0 && b->primary >= 0 &&
                  gw_pair_proper(k->m, a, &a->hit[a->primary], b, &b->hit[b->primary]);
    const gw_read_t *pair[2] = {a, b};
    for (int i = 0; i < (b ? 2 : 1); i++) {
        gw_status_t st = gather_tags(k, pair[i], err);
        if (st != GW_OK)
            return st;
        if (!put_read(k, pair[i], b ? pair[1 - i] : NULL, proper))
            return gw_err_nomem(err, "writing records");
    }
    o->first[o->n_templates] = o->n;
    return GW_OK;
}

gw_status_t gw_samrec_make(const gw_mapper_t *m, const gw_samrec_opts_t *opts, gw_recbuf_t *b,
                           gw_err_t *err)
{
    maker_t k = {.m = m, .opts = opts, .out = b};
    gw_status_t st = GW_OK;
    b->n = b->n_templates = b->n_byte = 0;
    for (size_t i = 0; i < m->n_reads && st == GW_OK; i++) {
        const gw_read_t *r = &m->read[i];
        bool two = gw_read_paired(r) && i + 1 < m->n_reads;
        st = make_template(&k, r, two ? r + 1 : NULL, err);
        i += two;
    }
    for (size_t i = 0; i < b->n; i++) {
        b->rec[i].data = b->byte + b->rec[i].id;
        bam_set_mempolicy(&b->rec[i], BAM_USER_OWNS_STRUCT | BAM_USER_OWNS_DATA);
    }
    free(k.text.byte);
    free(k.target.byte);
    free(k.keep.byte);
    return st;
}

void gw_recbuf_release(gw_recbuf_t *b)
{
    free(b->rec);
    free(b->first);
    free(b->byte);
    *b = (gw_recbuf_t){0};
}
