/* src/base/mem.h -- memory: checked allocation, growing arrays, arenas
 *
 * Contents: 1. allocation  2. growing arrays  3. arenas  4. aligned blocks
 * Units:    bytes. Every function returns NULL (or false) when memory runs out or a product
 *           overflows; nothing here prints or exits. Free with free(), arenas with
 * gw_arena_release.
 */
#ifndef GW_BASE_MEM_H
#define GW_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 1. allocation: n elements of size bytes; n * size may not overflow; never returns NULL for n = 0
 */
void *gw_malloc(size_t n, size_t size);
void *gw_calloc(size_t n, size_t size);
void *gw_realloc(void *p, size_t n, size_t size);
char *gw_strdup(const char *s);
char *gw_strndup(const char *s, size_t n);
/* A new string, or NULL. */
char *gw_asprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* 2. growing arrays: makes *p hold at least need elements, growing by half; false = out of memory,
 *    *p and *cap as they were. Use through GW_GROW(ptr, cap, need), where cap is a size_t lvalue.
 */
bool gw_grow(void **p, size_t *cap, size_t need, size_t size);
#define GW_GROW(ptr, cap, need) gw_grow((void **)&(ptr), &(cap), (need), sizeof *(ptr))

/* 3. arenas: many small pieces freed together. Pieces never move and are 16-byte aligned. */
typedef struct gw_arena_block gw_arena_block_t;
typedef struct {
    gw_arena_block_t *head;
    size_t used;  /* bytes handed out since the last reset */
    size_t chunk; /* size of the next block */
} gw_arena_t;

void gw_arena_init(gw_arena_t *a, size_t chunk);
void *gw_arena_alloc(gw_arena_t *a, size_t n, size_t size);
char *gw_arena_strndup(gw_arena_t *a, const char *s, size_t n);
void gw_arena_reset(gw_arena_t *a); /* forgets the pieces, keeps the largest block */
void gw_arena_release(gw_arena_t *a);

/* Gives memory that was freed back to the system where the C library holds on to it. */
void gw_mem_trim(void);

/* From here on freed pieces of up to 32 MiB stay with the process, for runs that take block after block: new
 * pages would cost a tenth of such a run. */
void gw_mem_reuse(void);
/* bytes of memory that the machine has; 0 when it does not tell */
uint64_t gw_mem_physical(void);

/* 4. aligned blocks (align a power of two); free with free() */
void *gw_aligned_alloc(size_t align, size_t n, size_t size);

#endif
