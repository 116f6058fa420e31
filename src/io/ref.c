#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <htslib/hts.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/thread.h"
#include "io/lines.h"
#include "io/ref.h"

/* letters that a nucleotide FASTA may hold: IUPAC codes, either case; U is T */
static const char iupac[] = "ACGTUNRYSWKMBDHVX";

typedef struct {
    gw_ref_t *ref;
    size_t cap_contigs, cap_base;
    unsigned char upper[256]; /* upper-case letter, 0 = not allowed */
} loader_t;

static gw_status_t contig_open(loader_t *l, const gw_lines_t *in, const char *line, size_t len,
                               gw_err_t *err)
{
    gw_ref_t *r = l->ref;
    size_t n = 0;
    while (n + 1 < len && line[1 + n] != ' ' && line[1 + n] != '\t')
        n++;
    if (n == 0)
        return gw_err_set(err, GW_EDATA, "%s: line %llu: a sequence without a name; give it one",
                          r->path, (unsigned long long)in->number);
    for (size_t i = 1; i <= n; i++)
        if (line[i] < '!' || line[i] > '~')
            return gw_err_set(err, GW_EDATA,
                              "%s: line %llu: the name holds a byte that SAM cannot; rename it",
                              r->path, (unsigned long long)in->number);
    if (r->n_contigs == INT32_MAX)
        return gw_err_set(err, GW_EDATA, "%s: more than 2^31 sequences", r->path);
    if (!GW_GROW(r->contig, l->cap_contigs, (size_t)r->n_contigs + 1))
        return gw_err_nomem(err, "reading the reference");
    gw_contig_t *c = &r->contig[r->n_contigs];
    *c = (gw_contig_t){.start = r->total_bp};
    c->name = gw_strndup(line + 1, n);
    if (!c->name)
        return gw_err_nomem(err, "reading the reference");
    r->n_contigs++;
    return GW_OK;
}

static gw_status_t contig_close(const loader_t *l, gw_err_t *err)
{
    const gw_ref_t *r = l->ref;
    if (r->n_contigs == 0)
        return GW_OK;
    gw_contig_t *c = &r->contig[r->n_contigs - 1];
    c->len_bp = r->total_bp - c->start;
    if (c->len_bp == 0)
        return gw_err_set(err, GW_EDATA,
                          "%s: sequence %d (%s) is empty; remove it or is the file cut?", r->path,
                          (int)r->n_contigs, c->name);
    return GW_OK;
}

static gw_status_t add_letters(loader_t *l, const gw_lines_t *in, const char *line, size_t len,
                               gw_err_t *err)
{
    gw_ref_t *r = l->ref;
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
        len--;
    if (!GW_GROW(r->base, l->cap_base, (size_t)r->total_bp + len))
        return gw_err_nomem(err, "reading the reference");
    unsigned char *out = r->base + r->total_bp;
    unsigned char bad = 0xff;
    for (size_t i = 0; i < len; i++) {
        out[i] = l->upper[(unsigned char)line[i]];
        bad = out[i] < bad ? out[i] : bad;
    }
    if (len > 0 && bad == 0) {
        size_t i = 0;
        while (out[i])
            i++;
        return gw_err_set(err, GW_EDATA,
                          "%s: line %llu (%s): byte 0x%02x is no nucleotide code; is this a "
                          "nucleotide FASTA?",
                          r->path, (unsigned long long)in->number, r->contig[r->n_contigs - 1].name,
                          (unsigned char)line[i]);
    }
    r->total_bp += (int64_t)len;
    return GW_OK;
}

static gw_status_t load_lines(loader_t *l, gw_lines_t *in, gw_err_t *err)
{
    gw_ref_t *r = l->ref;
    for (;;) {
        const char *line;
        size_t len;
        gw_status_t st = gw_lines_next(in, &line, &len, err);
        if (st != GW_OK)
            return st;
        if (!line)
            break;
        if (len > 0 && line[0] == '>') {
            st = contig_close(l, err);
            if (st == GW_OK)
                st = contig_open(l, in, line, len, err);
        } else if (r->n_contigs == 0) {
            if (len > 0)
                return gw_err_set(err, GW_EDATA,
                                  "%s: line %llu does not begin with '>'; a FASTA reference is "
                                  "needed",
                                  r->path, (unsigned long long)in->number);
        } else {
            st = add_letters(l, in, line, len, err);
        }
        if (st != GW_OK)
            return st;
    }
    if (r->n_contigs == 0)
        return gw_err_set(err, GW_EDATA, "%s: holds no sequence; is the file empty?", r->path);
    return contig_close(l, err);
}

typedef struct {
    const char *name;
    int32_t number;
} named_t;

static int by_name(const void *pa, const void *pb)
{
    const named_t *a = pa, *b = pb;
    return strcmp(a->name, b->name);
}

static gw_status_t index_names(gw_ref_t *r, gw_err_t *err)
{
    named_t *v = gw_malloc((size_t)r->n_contigs, sizeof *v);
    r->by_name = gw_malloc((size_t)r->n_contigs, sizeof *r->by_name);
    if (!v || !r->by_name) {
        free(v);
        return gw_err_nomem(err, "reading the reference");
    }
    for (int32_t i = 0; i < r->n_contigs; i++)
        v[i] = (named_t){r->contig[i].name, i};
    qsort(v, (size_t)r->n_contigs, sizeof *v, by_name);
    gw_status_t st = GW_OK;
    for (int32_t i = 0; i < r->n_contigs && st == GW_OK; i++) {
        r->by_name[i] = v[i].number;
        if (i > 0 && strcmp(v[i - 1].name, v[i].name) == 0)
            st = gw_err_set(err, GW_EDATA, "%s: two sequences are named %s; rename one", r->path,
                            v[i].name);
    }
    free(v);
    return st;
}

/* M5 of the letters, then letters become codes in place. */
static gw_status_t finish_contig(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    gw_ref_t *r = ctx;
    gw_contig_t *c = &r->contig[i];
    unsigned char sum[16], *p = r->base + c->start;
    (void)worker;
    hts_md5_context *m = hts_md5_init();
    if (!m)
        return gw_err_nomem(err, "reading the reference");
    for (int64_t at = 0; at < c->len_bp; at += 1 << 30) {
        int64_t n = c->len_bp - at < 1 << 30 ? c->len_bp - at : 1 << 30;
        hts_md5_update(m, p + at, (unsigned long)n);
    }
    hts_md5_final(sum, m);
    hts_md5_hex(c->md5, sum);
    hts_md5_destroy(m);
    unsigned char code[256];
    memset(code, 4, sizeof code);
    code['A'] = 0;
    code['C'] = 1;
    code['G'] = 2;
    code['T'] = 3;
    for (int64_t k = 0; k < c->len_bp; k++)
        p[k] = code[p[k]];
    return GW_OK;
}

static gw_status_t whole_digest(gw_ref_t *r, gw_err_t *err)
{
    unsigned char sum[16];
    char number[32];
    hts_md5_context *m = hts_md5_init();
    if (!m)
        return gw_err_nomem(err, "reading the reference");
    for (int32_t i = 0; i < r->n_contigs; i++) {
        const gw_contig_t *c = &r->contig[i];
        int n = snprintf(number, sizeof number, "\t%lld\t", (long long)c->len_bp);
        hts_md5_update(m, c->name, strlen(c->name));
        hts_md5_update(m, number, (unsigned long)n);
        hts_md5_update(m, c->md5, 32);
        hts_md5_update(m, "\n", 1);
    }
    hts_md5_final(sum, m);
    hts_md5_hex(r->digest, sum);
    hts_md5_destroy(m);
    return GW_OK;
}

gw_status_t gw_ref_load(const char *path, int threads, gw_ref_t **out, gw_err_t *err)
{
    gw_stream_t *stream;
    gw_lines_t in;
    loader_t l = {0};
    for (const char *p = iupac; *p; p++) {
        unsigned char u = *p == 'U' ? 'T' : (unsigned char)*p;
        l.upper[(unsigned char)*p] = u;
        l.upper[(unsigned char)(*p | 0x20)] = u;
    }
    gw_status_t st = gw_stream_open(path, &stream, err);
    if (st != GW_OK)
        return st;
    gw_stream_set_threads(stream, path, threads);
    st = gw_lines_init(&in, stream, path, (size_t)1 << 40, err);
    if (st != GW_OK)
        return st;
    l.ref = gw_calloc(1, sizeof *l.ref);
    if (l.ref)
        l.ref->path = gw_strdup(gw_stream_name(path));
    st = l.ref && l.ref->path ? load_lines(&l, &in, err) : gw_err_nomem(err, "opening an input");
    gw_lines_release(&in);
    if (st == GW_OK)
        st = index_names(l.ref, err);
    if (st == GW_OK)
        st = gw_thread_for(threads, l.ref->n_contigs, finish_contig, l.ref, err);
    if (st == GW_OK)
        st = whole_digest(l.ref, err);
    if (st != GW_OK) {
        gw_ref_destroy(l.ref);
        return st;
    }
    *out = l.ref;
    return GW_OK;
}

void gw_ref_destroy(gw_ref_t *ref)
{
    if (!ref)
        return;
    for (int32_t i = 0; i < ref->n_contigs; i++)
        free(ref->contig[i].name);
    free(ref->contig);
    free(ref->by_name);
    free(ref->base);
    free(ref->path);
    free(ref);
}

int32_t gw_ref_find(const gw_ref_t *ref, const char *name)
{
    int32_t lo = 0, hi = ref->n_contigs;
    while (lo < hi) {
        int32_t mid = lo + (hi - lo) / 2;
        int order = strcmp(ref->contig[ref->by_name[mid]].name, name);
        if (order == 0)
            return ref->by_name[mid];
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}
