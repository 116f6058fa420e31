#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "align/index.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/thread.h"

/* 1. the format */
enum { PAGE = 4096, BLOCK = 4 << 20, VERSION = 1, MAX_NAME = 65535 };
enum { SEC_CONTIGS, SEC_SPANS, SEC_SEQ, SEC_BUCKETS, SEC_ENTRIES, SEC_SUMS, N_SECS };

typedef struct {
    char magic[8]; /* "GWINDEX" and the byte 26 */
    uint32_t version, byte_order, k, s, bucket_bits, n_contigs;
    int64_t total, n_spans;
    uint64_t n_entries, file_size, fasta_size, fasta_hash;
    int64_t fasta_mtime;
    struct {
        uint64_t offset, size;
    } sec[N_SECS];
    char digest[40];
    uint64_t sums_hash; /* of the table of block sums */
    uint64_t hash;      /* of everything before it in this header */
} header_t;

static const char magic[8] = "GWINDEX\x1a";
static const char remedy[] = "run 'genowarp index' on the FASTA again";

/* A contig in SEC_CONTIGS: length, start, 33 bytes of MD5, name with its NUL. */
enum { CONTIG_FIXED = 8 + 8 + 33 };

static uint64_t round_up(uint64_t v)
{
    return (v + PAGE - 1) / PAGE * PAGE;
}

/* 2. writing */
typedef struct {
    FILE *f;
    uint64_t at;    /* bytes written after the header page */
    uint8_t *block; /* BLOCK bytes that wait for their sum */
    uint64_t *sum;
    size_t n_sums, cap_sums;
} sink_t;

static bool sink_block(sink_t *s, size_t n)
{
    if (!GW_GROW(s->sum, s->cap_sums, s->n_sums + 1))
        return false;
    s->sum[s->n_sums++] = gw_hash_bytes(s->block, n, 0);
    fwrite(s->block, 1, n, s->f); /* a failure shows when the file is committed */
    return true;
}

static bool sink_put(sink_t *s, const void *data, uint64_t n)
{
    const uint8_t *p = data;
    while (n) {
        size_t used = (size_t)(s->at % BLOCK), room = BLOCK - used;
        size_t take = n < room ? (size_t)n : room;
        if (p) {
            memcpy(s->block + used, p, take);
            p += take;
        } else {
            memset(s->block + used, 0, take);
        }
        s->at += take;
        n -= take;
        if (s->at % BLOCK == 0 && !sink_block(s, BLOCK))
            return false;
    }
    return true;
}

static bool sink_flush(sink_t *s)
{
    return s->at % BLOCK == 0 || sink_block(s, (size_t)(s->at % BLOCK));
}

static bool sink_section(sink_t *s, header_t *h, int sec, const void *data, uint64_t n)
{
    h->sec[sec].offset = PAGE + s->at;
    h->sec[sec].size = n;
    return sink_put(s, data, n) && sink_put(s, NULL, round_up(s->at) - s->at);
}

static uint8_t *pack_contigs(const gw_index_t *x, uint64_t *size)
{
    uint64_t n = 0;
    for (int32_t c = 0; c < x->n_contigs; c++)
        n += CONTIG_FIXED + strlen(x->contig[c].name) + 1;
    uint8_t *buf = gw_malloc(n, 1), *p = buf;
    *size = n;
    for (int32_t c = 0; c < x->n_contigs && buf; c++) {
        const gw_index_contig_t *t = &x->contig[c];
        memcpy(p, &t->len_bp, 8);
        memcpy(p + 8, &t->start, 8);
        memcpy(p + 16, t->md5, 33);
        memcpy(p + CONTIG_FIXED, t->name, strlen(t->name) + 1);
        p += CONTIG_FIXED + strlen(t->name) + 1;
    }
    return buf;
}

static bool write_all(const gw_index_t *x, sink_t *s)
{
    uint8_t page[PAGE] = {0};
    header_t h = {.version = VERSION, .byte_order = 0x01020304, .k = GW_SEED_K, .s = GW_SEED_S};
    memcpy(h.magic, magic, sizeof h.magic);
    memcpy(h.digest, x->digest, sizeof x->digest);
    h.bucket_bits = (uint32_t)x->table.bucket_bits;
    h.n_contigs = (uint32_t)x->n_contigs;
    h.total = x->total;
    h.n_spans = x->n_spans;
    h.n_entries = x->table.n_entries;
    h.fasta_size = x->fasta_size;
    h.fasta_hash = x->fasta_hash;
    h.fasta_mtime = x->fasta_mtime;
    fwrite(page, 1, PAGE, s->f);
    uint64_t n = 0;
    uint8_t *contigs = pack_contigs(x, &n);
    bool ok = contigs && sink_section(s, &h, SEC_CONTIGS, contigs, n) &&
              sink_section(s, &h, SEC_SPANS, x->span, (uint64_t)x->n_spans * sizeof *x->span) &&
              sink_section(s, &h, SEC_SEQ, x->seq, ((uint64_t)x->total / 32 + 2) * 8) &&
              sink_section(s, &h, SEC_BUCKETS, x->table.bucket, ((1ULL << x->table.bucket_bits) + 1) * 4) &&
              sink_section(s, &h, SEC_ENTRIES, x->table.entry, x->table.n_entries * 8) && sink_flush(s);
    free(contigs);
    if (!ok)
        return false;
    h.sec[SEC_SUMS].offset = PAGE + s->at;
    h.sec[SEC_SUMS].size = s->n_sums * 8;
    h.sums_hash = gw_hash_bytes(s->sum, s->n_sums * 8, 0);
    h.file_size = PAGE + s->at + s->n_sums * 8;
    h.hash = gw_hash_bytes(&h, offsetof(header_t, hash), 0);
    memcpy(page, &h, sizeof h);
    fwrite(s->sum, 8, s->n_sums, s->f);
    if (fseeko(s->f, 0, SEEK_SET) == 0)
        fwrite(page, 1, PAGE, s->f);
    return true;
}

gw_status_t gw_index_write(const gw_index_t *x, const char *path, gw_err_t *err)
{
    gw_outfile_t out = {0};
    gw_status_t st = gw_outfile_fopen(&out, path, err);
    if (st != GW_OK)
        return st;
    struct stat sb;
    if (fstat(fileno(out.file), &sb) == 0 && !S_ISREG(sb.st_mode)) {
        gw_outfile_discard(&out);
        return gw_err_set(err, GW_EUSAGE,
                          "%s: an index must be a regular file, it is mapped into memory; name one "
                          "with -o",
                          path);
    }
    sink_t s = {.f = out.file, .block = gw_malloc(BLOCK, 1)};
    bool ok = s.block && write_all(x, &s);
    free(s.block);
    free(s.sum);
    if (ok)
        return gw_outfile_commit(&out, err);
    gw_outfile_discard(&out);
    return gw_err_nomem(err, "writing the index");
}

/* 3. opening */
typedef struct {
    const uint8_t *data;
    uint64_t size;
    const uint64_t *sum;
} verify_t;

static gw_status_t verify_block(void *ctx, int worker, int64_t i, gw_err_t *err)
{
    (void)worker;
    const verify_t *v = ctx;
    uint64_t at = (uint64_t)i * BLOCK, n = v->size - at < BLOCK ? v->size - at : BLOCK;
    if (gw_hash_bytes(v->data + at, n, 0) == v->sum[i])
        return GW_OK;
    return gw_err_set(err, GW_EDATA, "block %lld is damaged (checksum); %s", (long long)i + 1,
                      remedy);
}

static bool sections_fit(const header_t *h, uint64_t size)
{
    for (int i = 0; i < N_SECS; i++)
        if (h->sec[i].offset % PAGE || h->sec[i].offset > size || h->sec[i].size > size ||
            h->sec[i].offset + h->sec[i].size > size)
            return false;
    return h->total >= 0 && h->total % 32 == 0 && h->total < INT64_C(1) << GW_SEEDING_POS_BITS &&
           h->bucket_bits >= 1 && h->bucket_bits <= 32 && h->n_contigs <= INT32_MAX &&
           h->sec[SEC_SPANS].size == (uint64_t)h->n_spans * sizeof(gw_index_span_t) &&
           h->sec[SEC_SEQ].size == ((uint64_t)h->total / 32 + 2) * 8 &&
           h->sec[SEC_BUCKETS].size == ((1ULL << h->bucket_bits) + 1) * 4 &&
           h->sec[SEC_ENTRIES].size == h->n_entries * 8 && h->sec[SEC_SUMS].offset >= PAGE &&
           h->sec[SEC_SUMS].size == (h->sec[SEC_SUMS].offset - PAGE + BLOCK - 1) / BLOCK * 8;
}

static gw_status_t check_header(const uint8_t *map, uint64_t size, header_t *h, gw_err_t *err)
{
    if (size < PAGE || memcmp(map, magic, sizeof magic) != 0)
        return gw_err_set(err, GW_EDATA, "not a genowarp index; %s", remedy);
    memcpy(h, map, sizeof *h);
    if (h->hash != gw_hash_bytes(h, offsetof(header_t, hash), 0))
        return gw_err_set(err, GW_EDATA, "the header is damaged (checksum); %s", remedy);
    if (h->version != VERSION || h->byte_order != 0x01020304 || h->k != GW_SEED_K ||
        h->s != GW_SEED_S)
        return gw_err_set(err, GW_EDATA,
                          "an index of another genowarp version (format %u, this one reads %d); %s",
                          h->version, (int)VERSION, remedy);
    if (h->file_size != size)
        return gw_err_set(err, GW_EDATA, "%llu bytes where %llu were written; cut short? %s",
                          (unsigned long long)size, (unsigned long long)h->file_size, remedy);
    for (size_t i = sizeof *h; i < PAGE; i++)
        if (map[i])
            return gw_err_set(err, GW_EDATA, "the header is damaged; %s", remedy);
    if (!sections_fit(h, size))
        return gw_err_set(err, GW_EDATA, "sections do not fit the file; %s", remedy);
    if (gw_hash_bytes(map + h->sec[SEC_SUMS].offset, h->sec[SEC_SUMS].size, 0) != h->sums_hash)
        return gw_err_set(err, GW_EDATA, "the table of checksums is damaged; %s", remedy);
    return GW_OK;
}

static gw_status_t unpack_contigs(gw_index_t *x, const uint8_t *p, uint64_t size, gw_err_t *err)
{
    x->contig = gw_calloc((size_t)x->n_contigs, sizeof *x->contig);
    x->names = gw_malloc(size, 1);
    if (!x->contig || !x->names)
        return gw_err_nomem(err, "opening the index");
    memcpy(x->names, p, size);
    uint64_t at = 0;
    for (int32_t c = 0; c < x->n_contigs; c++) {
        gw_index_contig_t *t = &x->contig[c];
        const char *end = at + CONTIG_FIXED < size
                              ? memchr(p + at + CONTIG_FIXED, 0, size - at - CONTIG_FIXED)
                              : NULL;
        if (!end)
            return gw_err_set(err, GW_EDATA, "contig %d is incomplete; %s", (int)c + 1, remedy);
        memcpy(&t->len_bp, p + at, 8);
        memcpy(&t->start, p + at + 8, 8);
        memcpy(t->md5, p + at + 16, 33);
        t->md5[32] = 0;
        t->name = x->names + at + CONTIG_FIXED;
        at = (uint64_t)(end - (const char *)p) + 1;
        if (t->len_bp < 0 || t->start < 0 || t->start % 32 || t->start + t->len_bp > x->total)
            return gw_err_set(err, GW_EDATA, "contig %d lies outside; %s", (int)c + 1, remedy);
    }
    return GW_OK;
}

static gw_status_t adopt(gw_index_t *x, int threads, gw_err_t *err)
{
    header_t h;
    const uint8_t *map = x->map;
    gw_status_t st = check_header(map, x->map_size, &h, err);
    if (st != GW_OK)
        return st;
    verify_t v = {map + PAGE, h.sec[SEC_SUMS].offset - PAGE,
                  (const uint64_t *)(map + h.sec[SEC_SUMS].offset)};
    st = gw_thread_for(threads, (int64_t)(h.sec[SEC_SUMS].size / 8), verify_block, &v, err);
    if (st != GW_OK)
        return st;
    x->n_contigs = (int32_t)h.n_contigs;
    x->total = h.total;
    x->n_spans = h.n_spans;
    x->table.n_entries = h.n_entries;
    x->table.bucket_bits = (int)h.bucket_bits;
    x->fasta_size = h.fasta_size;
    x->fasta_hash = h.fasta_hash;
    x->fasta_mtime = h.fasta_mtime;
    memcpy(x->digest, h.digest, sizeof x->digest);
    x->digest[32] = 0;
    x->span = (const gw_index_span_t *)(map + h.sec[SEC_SPANS].offset);
    x->seq = (const uint64_t *)(map + h.sec[SEC_SEQ].offset);
    x->table.bucket = (const uint32_t *)(map + h.sec[SEC_BUCKETS].offset);
    x->table.entry = (const uint64_t *)(map + h.sec[SEC_ENTRIES].offset);
    st = unpack_contigs(x, map + h.sec[SEC_CONTIGS].offset, h.sec[SEC_CONTIGS].size, err);
    return st == GW_OK ? gw_index_make_risk(x, err) : st;
}

static gw_status_t map_file(const char *path, void **map, size_t *size, gw_err_t *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat sb;
    if (fd < 0 || fstat(fd, &sb) != 0) {
        gw_status_t st = gw_err_set(err, GW_ENOINPUT, "%s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return st;
    }
    *map = NULL;
    *size = (size_t)sb.st_size;
    if (!S_ISREG(sb.st_mode)) {
        close(fd);
        return gw_err_set(err, GW_ENOINPUT, "not a regular file");
    }
    if (sb.st_size > 0)
        *map = mmap(NULL, (size_t)sb.st_size, PROT_READ, MAP_SHARED, fd, 0);
    int why = errno;
    close(fd);
    if (*map == MAP_FAILED) {
        *map = NULL;
        return gw_err_set(err, why == ENOMEM ? GW_ENOMEM : GW_EIO, "%s", strerror(why));
    }
    return GW_OK;
}

gw_status_t gw_index_open(const char *path, int threads, gw_index_t **out, gw_err_t *err)
{
    *out = NULL;
    gw_index_t *x = gw_calloc(1, sizeof *x);
    if (!x)
        return gw_err_nomem(err, "opening the index");
    gw_status_t st = map_file(path, &x->map, &x->map_size, err);
    if (st == GW_OK && x->map_size == 0) {
        st = gw_err_set(err, GW_EDATA, "empty; %s", remedy);
    } else if (st == GW_OK) {
        st = adopt(x, threads, err);
    }
    if (st == GW_OK) {
        *out = x;
        return GW_OK;
    }
    gw_index_destroy(x);
    return gw_err_prefix(err, "%s", path);
}

void gw_index_destroy(gw_index_t *x)
{
    if (!x)
        return;
    if (x->map_size)
        munmap(x->map, x->map_size);
    else
        free(x->map);
    for (size_t i = 0; i < sizeof x->owned / sizeof *x->owned; i++)
        free(x->owned[i]);
    free(x->risk);
    free(x->contig);
    free(x->names);
    free(x);
}

/* 4. the FASTA behind it */
static gw_status_t hash_file(const char *path, uint64_t *hash, gw_err_t *err)
{
    void *map;
    size_t size;
    gw_status_t st = map_file(path, &map, &size, err);
    if (st != GW_OK)
        return gw_err_prefix(err, "%s", path);
    *hash = gw_hash_bytes(map ? map : "", size, 0);
    if (map)
        munmap(map, size);
    return GW_OK;
}

gw_status_t gw_index_stamp(gw_index_t *x, const char *fasta, gw_err_t *err)
{
    struct stat sb;
    if (strcmp(fasta, "-") == 0 || stat(fasta, &sb) != 0 || !S_ISREG(sb.st_mode))
        return GW_OK; /* a pipe: nothing to compare with later */
    x->fasta_size = (uint64_t)sb.st_size;
    x->fasta_mtime = (int64_t)sb.st_mtime;
    return hash_file(fasta, &x->fasta_hash, err);
}

gw_status_t gw_index_check_fasta(const gw_index_t *x, const char *index_path, const char *fasta,
                                 gw_err_t *err)
{
    struct stat sb;
    if (x->fasta_size == 0 || stat(fasta, &sb) != 0)
        return GW_OK;
    bool same = (uint64_t)sb.st_size == x->fasta_size;
    if (same && (int64_t)sb.st_mtime != x->fasta_mtime) {
        uint64_t hash;
        gw_status_t st = hash_file(fasta, &hash, err);
        if (st != GW_OK)
            return st;
        same = hash == x->fasta_hash;
    }
    return same ? GW_OK
                : gw_err_set(err, GW_EDATA,
                             "%s: %s has changed since this index was made from it; run 'genowarp "
                             "index %s' again",
                             index_path, fasta, fasta);
}

/* 5. looking */
int32_t gw_index_contig_at(const gw_index_t *x, int64_t pos)
{
    int32_t lo = 0, hi = x->n_contigs;
    while (hi - lo > 1) {
        int32_t mid = lo + (hi - lo) / 2;
        if (x->contig[mid].start <= pos)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* The first span that ends after pos. */
static int64_t span_after(const gw_index_t *x, int64_t pos)
{
    int64_t lo = 0, hi = x->n_spans;
    while (lo < hi) {
        int64_t mid = lo + (hi - lo) / 2;
        if (x->span[mid].end <= pos)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool gw_index_broken(const gw_index_t *x, int64_t beg, int64_t end)
{
    int64_t s = span_after(x, beg);
    return (s < x->n_spans && x->span[s].beg < end) ||
           gw_index_contig_at(x, beg) != gw_index_contig_at(x, end - 1);
}

void gw_index_unpack(const gw_index_t *x, int64_t beg, int64_t end, uint8_t *out)
{
    for (int64_t i = beg; i < end;) {
        uint64_t w = gw_index_word(x, i);
        int64_t stop = i + 32 < end ? i + 32 : end;
        for (; i < stop; i++, w >>= 2)
            *out++ = w & 3;
    }
    if (end <= beg || !gw_index_risky(x, beg, end))
        return;
    out -= end - beg;
    int64_t lo = span_after(x, beg);
    for (; lo < x->n_spans && x->span[lo].beg < end; lo++) {
        int64_t a = x->span[lo].beg > beg ? x->span[lo].beg : beg;
        int64_t b = x->span[lo].end < end ? x->span[lo].end : end;
        memset(out + (a - beg), 4, (size_t)(b - a));
    }
}
