/* tests/kernels/guarded.h -- memory with an unreadable page on both sides
 *
 * A block is handed out flush with the page behind it (or, at_start, with the page before it), so
 * that one byte read or written outside ends the test with SIGSEGV.
 */
#ifndef GW_TESTS_GUARDED_H
#define GW_TESTS_GUARDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
    uint8_t *map;
    size_t size;
    uint8_t *p; /* the block */
} guarded_t;

static inline bool guarded_init(guarded_t *g, const void *data, size_t n, bool at_start)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (n + page - 1) / page * page;
    body = body ? body : page;
    g->size = body + 2 * page;
    g->map = mmap(NULL, g->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (g->map == MAP_FAILED)
        return false;
    g->p = g->map + page + (at_start ? 0 : body - n);
    if (n)
        memcpy(g->p, data, n);
    return mprotect(g->map, page, PROT_NONE) == 0 &&
           mprotect(g->map + page + body, page, PROT_NONE) == 0;
}

static inline void guarded_release(guarded_t *g)
{
    munmap(g->map, g->size);
}

#endif
