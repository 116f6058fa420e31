#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#  include <malloc.h>
#endif

#include "base/mem.h"

/* 1. allocation */
static bool product(size_t n, size_t size, size_t *out)
{
    if (__builtin_mul_overflow(n, size, out))
        return false;
    if (*out == 0)
        *out = 1;
    return true;
}

void *gw_malloc(size_t n, size_t size)
{
    size_t bytes;
    return product(n, size, &bytes) ? malloc(bytes) : NULL;
}

void *gw_calloc(size_t n, size_t size)
{
    size_t bytes;
    return product(n, size, &bytes) ? calloc(1, bytes) : NULL;
}

void *gw_realloc(void *p, size_t n, size_t size)
{
    size_t bytes;
    return product(n, size, &bytes) ? realloc(p, bytes) : NULL;
}

char *gw_strndup(const char *s, size_t n)
{
    char *p = gw_malloc(n + 1, 1);
    if (p) {
        memcpy(p, s, n);
        p[n] = '\0';
    }
    return p;
}

char *gw_strdup(const char *s)
{
    return gw_strndup(s, strlen(s));
}

char *gw_asprintf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        return NULL;
    char *p = gw_malloc((size_t)n + 1, 1);
    if (p) {
        va_start(ap, fmt);
        vsnprintf(p, (size_t)n + 1, fmt, ap);
        va_end(ap);
    }
    return p;
}

/* 2. growing arrays */
bool gw_grow(void **p, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap && *p)
        return true;
    size_t want = *cap + *cap / 2 + 8;
    if (want < need)
        want = need;
    void *q = gw_realloc(*p, want, size);
    if (!q)
        return false;
    *p = q;
    *cap = want;
    return true;
}

/* 3. arenas */
struct gw_arena_block {
    gw_arena_block_t *next;
    size_t size, used;
    _Alignas(16) unsigned char data[];
};

void gw_arena_init(gw_arena_t *a, size_t chunk)
{
    a->head = NULL;
    a->used = 0;
    a->chunk = chunk ? chunk : 65536;
}

void *gw_arena_alloc(gw_arena_t *a, size_t n, size_t size)
{
    size_t bytes;
    if (!product(n, size, &bytes) || bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + 15) & ~(size_t)15;
    gw_arena_block_t *b = a->head;
    if (!b || b->size - b->used < bytes) {
        size_t room = a->chunk > bytes ? a->chunk : bytes;
        b = malloc(sizeof *b + room);
        if (!b)
            return NULL;
        b->next = a->head;
        b->size = room;
        b->used = 0;
        a->head = b;
    }
    void *p = b->data + b->used;
    b->used += bytes;
    a->used += bytes;
    return p;
}

char *gw_arena_strndup(gw_arena_t *a, const char *s, size_t n)
{
    char *p = gw_arena_alloc(a, n + 1, 1);
    if (p) {
        memcpy(p, s, n);
        p[n] = '\0';
    }
    return p;
}

void gw_arena_reset(gw_arena_t *a)
{
    gw_arena_block_t *keep = NULL;
    for (gw_arena_block_t *b = a->head, *next; b; b = next) {
        next = b->next;
        if (!keep || b->size > keep->size) {
            free(keep);
            keep = b;
        } else {
            free(b);
        }
    }
    if (keep) {
        keep->next = NULL;
        keep->used = 0;
    }
    a->head = keep;
    a->used = 0;
}

void gw_arena_release(gw_arena_t *a)
{
    for (gw_arena_block_t *b = a->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    a->head = NULL;
    a->used = 0;
}

void gw_mem_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void gw_mem_reuse(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 128 << 20);
#endif
}

uint64_t gw_mem_physical(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
}

/* 4. aligned blocks */
void *gw_aligned_alloc(size_t align, size_t n, size_t size)
{
    size_t bytes;
    void *p = NULL;
    if (!product(n, size, &bytes) || posix_memalign(&p, align, bytes) != 0)
        return NULL;
    return p;
}
