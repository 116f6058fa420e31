#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "align/sort.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/outfile.h"

/* 1. items */
enum {
    BLOCK_BYTES = 128 << 10, /* uncompressed; a larger item gets a block of its own */
    MIN_MEM = 4 << 20,
    LEVEL = 1 /* zstd: spills are written once and read once */
};

/* In a run's index: the keys and where the item lies (its length first, padded to 8). */
typedef struct {
    uint64_t key[2];
    uint8_t *at;
} entry_t;

typedef struct {
    uint8_t *mem;
    size_t size, used;
} chunk_t;

/* Items in memory, in order of arrival until sorted. */
typedef struct {
    chunk_t *chunk;
    size_t n_chunks, cap_chunks;
    size_t cur; /* the chunk being filled: chunks are kept for the next run */
    entry_t *entry;
    size_t n, cap;
    uint64_t bytes;
} run_t;

/* A sorted run in the file. */
typedef struct {
    uint64_t beg, end;
    int level;
} spill_t;

typedef struct {
    uint64_t sum;
    uint32_t raw, packed;
} block_head_t;

/* In a block: keys, length, padding, then the data padded to 8. */
typedef struct {
    uint64_t key[2];
    uint64_t len;
} item_head_t;

typedef struct {
    uint64_t at, end; /* unread part of the file */
    uint8_t *raw, *packed;
    size_t raw_cap, packed_cap;
    size_t len, pos; /* of raw */
    gw_sort_item_t item;
} reader_t;

typedef struct {
    uint8_t *raw, *packed;
    size_t raw_cap, packed_cap, len;
    ZSTD_CCtx *zip;
} writer_t;

struct gw_sort {
    gw_sort_opts_t opts;
    uint64_t run_mem; /* a run is complete beyond it */
    size_t chunk_bytes, fan_in;
    run_t run[2];
    int cur;
    pthread_t thread; /* spills run[!cur] */
    bool running, finished;
    gw_status_t spill_status;
    gw_err_t spill_err;

    int fd;
    uint64_t file_end, n_spilled;
    spill_t *spill;
    size_t n_spills, cap_spills;
    writer_t out;

    ZSTD_DCtx *unzip;
    reader_t *reader; /* of spill[i] while draining or merging */
    size_t n_readers;
    size_t *heap; /* reader numbers; n_readers itself = the run in memory */
    size_t n_heap;
    size_t mem_pos;
    gw_sort_item_t mem_item;
    bool started;
};

static size_t pad8(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

/* 2. filling */
gw_status_t gw_sort_create(const gw_sort_opts_t *opts, gw_sort_t **out, gw_err_t *err)
{
    gw_sort_t *s = gw_calloc(1, sizeof *s);
    if (!s)
        return gw_err_nomem(err, "starting to sort");
    s->opts = *opts;
    s->fd = -1;
    uint64_t mem = opts->max_mem < MIN_MEM ? MIN_MEM : opts->max_mem;
    /* a quarter for the readers of a merge, the rest for runs: two when one is spilled aside */
    uint64_t fan = mem / 4 / (2 * BLOCK_BYTES);
    s->fan_in = fan < 4 ? 4 : fan > 512 ? 512 : (size_t)fan;
    s->run_mem = mem / 4 * 3 / (opts->threads > 1 ? 2 : 1);
    uint64_t chunk = s->run_mem / 16;
    s->chunk_bytes = chunk > 4 << 20 ? 4 << 20 : (size_t)(chunk & ~(uint64_t)7);
    *out = s;
    return GW_OK;
}

static uint8_t *run_place(gw_sort_t *s, run_t *r, size_t need)
{
    while (r->cur < r->n_chunks) {
        chunk_t *c = &r->chunk[r->cur];
        if (c->size - c->used >= need) {
            c->used += need;
            return c->mem + c->used - need;
        }
        r->cur++;
    }
    size_t size = need > s->chunk_bytes ? need : s->chunk_bytes;
    if (!GW_GROW(r->chunk, r->cap_chunks, r->n_chunks + 1))
        return NULL;
    uint8_t *mem = gw_malloc(size, 1);
    if (!mem)
        return NULL;
    r->chunk[r->n_chunks++] = (chunk_t){mem, size, need};
    return mem;
}

static void run_reset(gw_sort_t *s, run_t *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->n_chunks; i++) {
        r->chunk[i].used = 0;
        if (r->chunk[i].size == s->chunk_bytes)
            r->chunk[kept++] = r->chunk[i];
        else
            free(r->chunk[i].mem); /* of one huge item */
    }
    r->n_chunks = kept;
    r->cur = r->n = 0;
    r->bytes = 0;
}

static void run_release(run_t *r)
{
    for (size_t i = 0; i < r->n_chunks; i++)
        free(r->chunk[i].mem);
    free(r->chunk);
    free(r->entry);
    memset(r, 0, sizeof *r);
}

/* A counting pass on every byte of key[word] in which the entries differ; stable. */
static void radix_word(entry_t **e, entry_t **tmp, size_t n, int word)
{
    uint64_t all_or = 0, all_and = UINT64_MAX;
    bool sorted = true;
    for (size_t i = 0; i < n; i++) {
        uint64_t k = (*e)[i].key[word];
        all_or |= k;
        all_and &= k;
        sorted &= i == 0 || (*e)[i - 1].key[word] <= k;
    }
    if (sorted)
        return;
    for (int shift = 0; shift < 64; shift += 8) {
        if ((((all_or ^ all_and) >> shift) & 255) == 0)
            continue;
        size_t at[256] = {0};
        for (size_t i = 0; i < n; i++)
            at[(*e)[i].key[word] >> shift & 255]++;
        size_t sum = 0;
        for (int b = 0; b < 256; b++) {
            size_t count = at[b];
            at[b] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++)
            (*tmp)[at[(*e)[i].key[word] >> shift & 255]++] = (*e)[i];
        entry_t *swap = *e;
        *e = *tmp;
        *tmp = swap;
    }
}

/* Least significant word first. Also when no spill follows: the scratch is freed again. */
static gw_status_t run_sort(run_t *r, gw_err_t *err)
{
    bool sorted = true;
    for (size_t i = 1; i < r->n && sorted; i++) {
        const entry_t *a = &r->entry[i - 1], *b = &r->entry[i];
        sorted = a->key[0] < b->key[0] || (a->key[0] == b->key[0] && a->key[1] <= b->key[1]);
    }
    if (sorted)
        return GW_OK;
    entry_t *tmp = gw_malloc(r->cap, sizeof *tmp);
    if (!tmp)
        return gw_err_nomem(err, "sorting; give less with --max-mem");
    radix_word(&r->entry, &tmp, r->n, 1);
    radix_word(&r->entry, &tmp, r->n, 0);
    free(tmp);
    return GW_OK;
}

static gw_status_t io_failed(const gw_sort_t *s, const char *what, gw_err_t *err)
{
    int e = errno;
    const char *dir = s->opts.tmp_dir ? s->opts.tmp_dir : getenv("TMPDIR");
    return gw_err_set(err, GW_EIO,
                      "%s: %s a temporary file failed: %s; is the disk full? choose another folder "
                      "with --tmp-dir",
                      dir && *dir ? dir : "/tmp", what, strerror(e));
}

static gw_status_t file_write(gw_sort_t *s, const void *p, size_t n, gw_err_t *err)
{
    const uint8_t *b = p;
    while (n) {
        ssize_t k = pwrite(s->fd, b, n, (off_t)s->file_end);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return io_failed(s, "writing", err);
        b += k;
        n -= (size_t)k;
        s->file_end += (uint64_t)k;
    }
    return GW_OK;
}

static gw_status_t file_read(gw_sort_t *s, void *p, size_t n, uint64_t at, gw_err_t *err)
{
    uint8_t *b = p;
    while (n) {
        ssize_t k = pread(s->fd, b, n, (off_t)at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k == 0)
            errno = EIO;
        if (k <= 0)
            return io_failed(s, "reading", err);
        b += k;
        n -= (size_t)k;
        at += (uint64_t)k;
    }
    return GW_OK;
}

/* The checksum covers the lengths and the place too: blocks cannot be swapped unnoticed. */
static uint64_t block_sum(const block_head_t *h, const uint8_t *packed, uint64_t at)
{
    return gw_hash_bytes(packed, h->packed, gw_hash_mix(at) ^ ((uint64_t)h->raw << 32 | h->packed));
}

static gw_status_t block_flush(gw_sort_t *s, gw_err_t *err)
{
    writer_t *w = &s->out;
    if (w->len == 0)
        return GW_OK;
    size_t bound = ZSTD_compressBound(w->len);
    if (!GW_GROW(w->packed, w->packed_cap, bound))
        return gw_err_nomem(err, "spilling a sorted run");
    if (!w->zip && !(w->zip = ZSTD_createCCtx()))
        return gw_err_nomem(err, "spilling a sorted run");
    size_t k = ZSTD_compressCCtx(w->zip, w->packed, bound, w->raw, w->len, LEVEL);
    if (ZSTD_isError(k))
        return gw_err_nomem(err, "compressing a sorted run");
    block_head_t h = {.raw = (uint32_t)w->len, .packed = (uint32_t)k};
    h.sum = block_sum(&h, w->packed, s->file_end);
    gw_status_t st = file_write(s, &h, sizeof h, err);
    if (st == GW_OK)
        st = file_write(s, w->packed, k, err);
    w->len = 0;
    return st;
}

static gw_status_t block_put(gw_sort_t *s, const gw_sort_item_t *item, gw_err_t *err)
{
    writer_t *w = &s->out;
    size_t need = sizeof(item_head_t) + pad8(item->len);
    if (w->len && w->len + need > BLOCK_BYTES) {
        gw_status_t st = block_flush(s, err);
        if (st != GW_OK)
            return st;
    }
    if (!GW_GROW(w->raw, w->raw_cap, w->len + need > BLOCK_BYTES ? need : (size_t)BLOCK_BYTES))
        return gw_err_nomem(err, "spilling a sorted run");
    item_head_t h = {{item->key[0], item->key[1]}, item->len};
    memcpy(w->raw + w->len, &h, sizeof h);
    memcpy(w->raw + w->len + sizeof h, item->data, item->len);
    memset(w->raw + w->len + sizeof h + item->len, 0, pad8(item->len) - item->len);
    w->len += need;
    return GW_OK;
}

static gw_status_t spill_begin(gw_sort_t *s, int level, gw_err_t *err)
{
    if (s->fd < 0) {
        gw_status_t st = gw_tmpfile_open(s->opts.tmp_dir, &s->fd, err);
        if (st != GW_OK)
            return st;
    }
    if (!GW_GROW(s->spill, s->cap_spills, s->n_spills + 1))
        return gw_err_nomem(err, "spilling a sorted run");
    s->spill[s->n_spills] = (spill_t){s->file_end, s->file_end, level};
    return GW_OK;
}

static gw_status_t spill_end(gw_sort_t *s, gw_err_t *err)
{
    gw_status_t st = block_flush(s, err);
    if (st != GW_OK)
        return st;
    s->spill[s->n_spills++].end = s->file_end;
    s->n_spilled++;
    return GW_OK;
}

static gw_sort_item_t entry_item(const entry_t *e)
{
    gw_sort_item_t item = {{e->key[0], e->key[1]}, e->at + 8, 0};
    memcpy(&item.len, e->at, sizeof item.len);
    return item;
}

static gw_status_t merge_levels(gw_sort_t *s, gw_err_t *err);

static gw_status_t run_spill(gw_sort_t *s, run_t *r, gw_err_t *err)
{
    gw_status_t st = run_sort(r, err);
    if (st == GW_OK)
        st = spill_begin(s, 0, err);
    for (size_t i = 0; i < r->n && st == GW_OK; i++) {
        gw_sort_item_t item = entry_item(&r->entry[i]);
        st = block_put(s, &item, err);
    }
    if (st == GW_OK)
        st = spill_end(s, err);
    if (st == GW_OK)
        st = merge_levels(s, err);
    run_reset(s, r);
    return st;
}

static void *spill_thread(void *p)
{
    gw_sort_t *s = p;
    s->spill_status = run_spill(s, &s->run[!s->cur], &s->spill_err);
    return NULL;
}

static gw_status_t spill_join(gw_sort_t *s, gw_err_t *err)
{
    if (!s->running)
        return GW_OK;
    pthread_join(s->thread, NULL);
    s->running = false;
    if (s->spill_status != GW_OK && err)
        *err = s->spill_err;
    return s->spill_status;
}

/* The full run goes to the file, beside the caller when there are threads for it. */
static gw_status_t run_full(gw_sort_t *s, gw_err_t *err)
{
    gw_status_t st = spill_join(s, err);
    if (st != GW_OK)
        return st;
    if (s->opts.threads <= 1)
        return run_spill(s, &s->run[s->cur], err);
    s->cur = !s->cur;
    if (pthread_create(&s->thread, NULL, spill_thread, s) != 0)
        return run_spill(s, &s->run[!s->cur], err);
    s->running = true;
    return GW_OK;
}

gw_status_t gw_sort_add(gw_sort_t *s, uint64_t key0, uint64_t key1, uint32_t len, uint8_t **data,
                        gw_err_t *err)
{
    size_t need = 8 + pad8(len);
    /* an item takes its bytes, its entry, and the entry's place in the radix sort's scratch */
    uint64_t cost = need + 2 * sizeof(entry_t);
    if (s->run[s->cur].n && s->run[s->cur].bytes + cost > s->run_mem) {
        gw_status_t st = run_full(s, err);
        if (st != GW_OK)
            return st;
    }
    run_t *r = &s->run[s->cur];
    uint8_t *at = GW_GROW(r->entry, r->cap, r->n + 1) ? run_place(s, r, need) : NULL;
    if (!at)
        return gw_err_nomem(err, "holding records to sort; give less with --max-mem");
    memcpy(at, &len, sizeof len);
    r->entry[r->n++] = (entry_t){{key0, key1}, at};
    r->bytes += cost;
    *data = at + 8;
    return GW_OK;
}

/* 3. draining */
static gw_status_t reader_block(gw_sort_t *s, reader_t *r, gw_err_t *err)
{
    block_head_t h;
    gw_status_t st = file_read(s, &h, sizeof h, r->at, err);
    if (st != GW_OK)
        return st;
    if (h.packed > r->end - r->at - sizeof h || h.raw == 0)
        goto damaged;
    if (!GW_GROW(r->packed, r->packed_cap, h.packed) || !GW_GROW(r->raw, r->raw_cap, h.raw))
        return gw_err_nomem(err, "merging sorted runs");
    st = file_read(s, r->packed, h.packed, r->at + sizeof h, err);
    if (st != GW_OK)
        return st;
    if (block_sum(&h, r->packed, r->at) != h.sum)
        goto damaged;
    if (!s->unzip && !(s->unzip = ZSTD_createDCtx()))
        return gw_err_nomem(err, "merging sorted runs");
    if (ZSTD_decompressDCtx(s->unzip, r->raw, h.raw, r->packed, h.packed) != h.raw)
        goto damaged;
    r->at += sizeof h + h.packed;
    r->len = h.raw;
    r->pos = 0;
    return GW_OK;
damaged:
    return gw_err_set(err, GW_EIO,
                      "a temporary file came back changed (checksum differs); check the disk of "
                      "--tmp-dir and run again");
}

/* item->data NULL at the end of the run */
static gw_status_t reader_next(gw_sort_t *s, reader_t *r, gw_err_t *err)
{
    r->item.data = NULL;
    if (r->pos == r->len) {
        if (r->at == r->end)
            return GW_OK;
        gw_status_t st = reader_block(s, r, err);
        if (st != GW_OK)
            return st;
    }
    item_head_t h;
    memcpy(&h, r->raw + r->pos, sizeof h);
    r->item = (gw_sort_item_t){{h.key[0], h.key[1]}, r->raw + r->pos + sizeof h, (uint32_t)h.len};
    r->pos += sizeof h + pad8((size_t)h.len);
    return GW_OK;
}

static const gw_sort_item_t *head(const gw_sort_t *s, size_t i)
{
    return i == s->n_readers ? &s->mem_item : &s->reader[i].item;
}

/* Runs are numbered in order of arrival: equal keys come from the earlier run first. */
static bool before(const gw_sort_t *s, size_t a, size_t b)
{
    const gw_sort_item_t *x = head(s, a), *y = head(s, b);
    if (x->key[0] != y->key[0])
        return x->key[0] < y->key[0];
    if (x->key[1] != y->key[1])
        return x->key[1] < y->key[1];
    return a < b;
}

static void heap_down(gw_sort_t *s, size_t i)
{
    size_t v = s->heap[i];
    for (;;) {
        size_t c = 2 * i + 1;
        if (c >= s->n_heap)
            break;
        if (c + 1 < s->n_heap && before(s, s->heap[c + 1], s->heap[c]))
            c++;
        if (!before(s, s->heap[c], v))
            break;
        s->heap[i] = s->heap[c];
        i = c;
    }
    s->heap[i] = v;
}

static void readers_release(gw_sort_t *s)
{
    for (size_t i = 0; i < s->n_readers; i++) {
        free(s->reader[i].raw);
        free(s->reader[i].packed);
    }
    free(s->reader);
    free(s->heap);
    s->reader = NULL;
    s->heap = NULL;
    s->n_readers = s->n_heap = 0;
}

/* Readers of spill[first..first+n), and the run in memory behind them when asked for. */
static gw_status_t merge_begin(gw_sort_t *s, size_t first, size_t n, const run_t *mem,
                               gw_err_t *err)
{
    s->reader = gw_calloc(n ? n : 1, sizeof *s->reader);
    s->heap = gw_malloc(n + 1, sizeof *s->heap);
    if (!s->reader || !s->heap)
        return gw_err_nomem(err, "merging sorted runs");
    s->n_readers = n;
    s->n_heap = 0;
    for (size_t i = 0; i < n; i++) {
        reader_t *r = &s->reader[i];
        r->at = s->spill[first + i].beg;
        r->end = s->spill[first + i].end;
        gw_status_t st = reader_next(s, r, err);
        if (st != GW_OK)
            return st;
        if (r->item.data)
            s->heap[s->n_heap++] = i;
    }
    if (mem && mem->n) {
        s->mem_pos = 0;
        s->mem_item = entry_item(&mem->entry[0]);
        s->heap[s->n_heap++] = n;
    }
    for (size_t i = s->n_heap / 2; i-- > 0;)
        heap_down(s, i);
    return GW_OK;
}

/* Steps over the item on top of the heap. */
static gw_status_t merge_step(gw_sort_t *s, const run_t *mem, gw_err_t *err)
{
    size_t i = s->heap[0];
    bool more;
    if (i == s->n_readers) {
        more = ++s->mem_pos < mem->n;
        if (more)
            s->mem_item = entry_item(&mem->entry[s->mem_pos]);
        if (s->mem_pos + 4 < mem->n)
            __builtin_prefetch(mem->entry[s->mem_pos + 4].at);
    } else {
        gw_status_t st = reader_next(s, &s->reader[i], err);
        if (st != GW_OK)
            return st;
        more = s->reader[i].item.data != NULL;
    }
    if (!more)
        s->heap[0] = s->heap[--s->n_heap];
    if (s->n_heap)
        heap_down(s, 0);
    return GW_OK;
}

/* The last n runs become one, in their place: neighbours only, so order of arrival is kept. */
static gw_status_t merge_last(gw_sort_t *s, size_t n, gw_err_t *err)
{
    size_t first = s->n_spills - n;
    int level = s->spill[first].level + 1;
    gw_status_t st = merge_begin(s, first, n, NULL, err);
    if (st == GW_OK)
        st = spill_begin(s, level, err);
    while (st == GW_OK && s->n_heap) {
        st = block_put(s, head(s, s->heap[0]), err);
        if (st == GW_OK)
            st = merge_step(s, NULL, err);
    }
    if (st == GW_OK)
        st = spill_end(s, err);
    readers_release(s);
    if (st != GW_OK)
        return st;
#ifdef FALLOC_FL_PUNCH_HOLE
    uint64_t beg = s->spill[first].beg, end = s->spill[s->n_spills - 2].end;
    /* gives the space back; where the file system cannot, only space is lost */
    (void)!fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)beg,
                     (off_t)(end - beg));
#endif
    s->spill[first] = s->spill[s->n_spills - 1];
    s->n_spills = first + 1;
    return GW_OK;
}

/* Keeps at most fan_in - 1 runs of a level: levels fall along the list. */
static gw_status_t merge_levels(gw_sort_t *s, gw_err_t *err)
{
    for (;;) {
        size_t n = 0;
        while (n < s->n_spills &&
               s->spill[s->n_spills - 1 - n].level == s->spill[s->n_spills - 1].level)
            n++;
        if (n < s->fan_in)
            return GW_OK;
        gw_status_t st = merge_last(s, n, err);
        if (st != GW_OK)
            return st;
    }
}

gw_status_t gw_sort_finish(gw_sort_t *s, gw_err_t *err)
{
    gw_status_t st = spill_join(s, err);
    while (st == GW_OK && s->n_spills > s->fan_in) { /* runs of several levels */
        size_t excess = s->n_spills - s->fan_in + 1;
        st = merge_last(s, excess < s->fan_in ? excess : s->fan_in, err);
    }
    if (st == GW_OK)
        st = run_sort(&s->run[s->cur], err);
    run_release(&s->run[!s->cur]);
    if (st == GW_OK)
        st = merge_begin(s, 0, s->n_spills, &s->run[s->cur], err);
    s->finished = st == GW_OK;
    return st;
}

gw_status_t gw_sort_next(gw_sort_t *s, gw_sort_item_t *item, bool *got, gw_err_t *err)
{
    const run_t *mem = &s->run[s->cur];
    *got = false;
    if (s->started) { /* only now: the caller was still using the item on top */
        if (s->n_heap == 0)
            return GW_OK;
        gw_status_t st = merge_step(s, mem, err);
        if (st != GW_OK)
            return st;
    }
    s->started = true;
    if (s->n_heap == 0)
        return GW_OK;
    *item = *head(s, s->heap[0]);
    *got = true;
    return GW_OK;
}

uint64_t gw_sort_spilled(const gw_sort_t *s)
{
    return s->n_spilled;
}

void gw_sort_destroy(gw_sort_t *s)
{
    if (!s)
        return;
    (void)!spill_join(s, NULL);
    readers_release(s);
    run_release(&s->run[0]);
    run_release(&s->run[1]);
    free(s->out.raw);
    free(s->out.packed);
    ZSTD_freeCCtx(s->out.zip);
    ZSTD_freeDCtx(s->unzip);
    free(s->spill);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}
