/* tests/cli/faultinj.c -- a shim to be preloaded: the Nth allocation, read or write fails
 *
 * FAULT_KIND  malloc, read or write
 * FAULT_AT    which call fails, from 1; 0 = none, only count
 * FAULT_ALL   set: every later call fails too (memory stays gone, a disk stays full)
 * FAULT_COUNT file that gets the number of calls at exit
 * FAULT_OWN   set: only allocations asked for by the program itself, not by its libraries
 *
 * Counting begins when the program sets its core limit, the first thing that gw_cli_main does, so
 * that the loader and constructors of libraries are left out. Relies on glibc's __libc_* names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static _Atomic int on;
static _Atomic long calls;
static long at;
static int all, own;
static char kind;
static const char *program_beg, *program_end;

static int fails(char what, const void *caller)
{
    if (!on || kind != what)
        return 0;
    if (own && what == 'm' &&
        ((const char *)caller < program_beg || (const char *)caller >= program_end))
        return 0;
    long n = atomic_fetch_add(&calls, 1) + 1;
    return at && (n == at || (all && n > at));
}

static void report(void)
{
    const char *path = getenv("FAULT_COUNT");
    char text[32];
    on = 0;
    if (!path)
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int n = snprintf(text, sizeof text, "%ld\n", (long)calls);
    if (fd >= 0)
        (void)!write(fd, text, (size_t)n);
}

/* The program's own text: the first executable line of /proc/self/maps. */
static void find_program(void)
{
    FILE *f = fopen("/proc/self/maps", "r");
    char line[512], perms[8], path[256], self[256] = "";
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    unsigned long beg, end;
    while (f && n > 0 && fgets(line, sizeof line, f))
        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255s", &beg, &end, perms, path) == 4 &&
            perms[2] == 'x' && strcmp(path, self) == 0) {
            program_beg = (const char *)beg;
            program_end = (const char *)end;
        }
    if (f)
        fclose(f);
}

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
    int (*next)(__rlimit_resource_t, const struct rlimit *) =
        (int (*)(__rlimit_resource_t, const struct rlimit *))dlsym(RTLD_NEXT, "setrlimit");
    const char *k = getenv("FAULT_KIND"), *n = getenv("FAULT_AT");
    if (k && resource == RLIMIT_CORE && !on) {
        kind = k[0];
        at = n ? atol(n) : 0;
        all = getenv("FAULT_ALL") != NULL;
        own = getenv("FAULT_OWN") != NULL;
        find_program();
        atexit(report);
        on = 1;
    }
    return next(resource, limit);
}

#define CALLER    __builtin_return_address(0)
#define NO_MEMORY (errno = ENOMEM, (void *)NULL)

void *malloc(size_t n)
{
    return fails('m', CALLER) ? NO_MEMORY : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails('m', CALLER) ? NO_MEMORY : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails('m', CALLER) ? NO_MEMORY : __libc_realloc(p, n);
}

void *aligned_alloc(size_t align, size_t n)
{
    return fails('m', CALLER) ? NO_MEMORY : __libc_memalign(align, n);
}

int posix_memalign(void **p, size_t align, size_t n)
{
    if (fails('m', CALLER))
        return ENOMEM;
    *p = __libc_memalign(align, n);
    return *p ? 0 : ENOMEM;
}

/* stderr is left alone: the message is what is looked at. */
#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

ssize_t write(int fd, const void *p, size_t n)
{
    if (fd != 2 && fails('w', CALLER)) {
        errno = ENOSPC;
        return -1;
    }
    return NEXT(ssize_t(*)(int, const void *, size_t), "write")(fd, p, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t where)
{
    if (fails('w', CALLER)) {
        errno = ENOSPC;
        return -1;
    }
    return NEXT(ssize_t(*)(int, const void *, size_t, off_t), "pwrite")(fd, p, n, where);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t where)
{
    return pwrite(fd, p, n, where);
}

ssize_t read(int fd, void *p, size_t n)
{
    if (fails('r', CALLER)) {
        errno = EIO;
        return -1;
    }
    return NEXT(ssize_t(*)(int, void *, size_t), "read")(fd, p, n);
}

ssize_t pread(int fd, void *p, size_t n, off_t where)
{
    if (fails('r', CALLER)) {
        errno = EIO;
        return -1;
    }
    return NEXT(ssize_t(*)(int, void *, size_t, off_t), "pread")(fd, p, n, where);
}

ssize_t pread64(int fd, void *p, size_t n, off_t where)
{
    return pread(fd, p, n, where);
}
