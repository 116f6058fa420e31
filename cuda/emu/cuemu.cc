#include <stdio.h>
#include <stdlib.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#if defined __x86_64__ || defined __i386__
#include <immintrin.h>
#endif

#include "cuda/emu/cuemu.h"

#if defined __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define __asan_unpoison_memory_region(p, n) ((void)(p), (void)(n))
#endif

/* 2. the machine: switching stacks keeps the callee-saved registers only; swapcontext, which makes
 *    a system call, costs an order of magnitude more and is the fallback */
#if defined __x86_64__ && !defined CUEMU_UCONTEXT
#define CUEMU_ASSEMBLY 1
extern "C" void cuemu_swap(void **from, void *const *to);
asm(".text\n.globl cuemu_swap\n.type cuemu_swap,@function\ncuemu_swap:\n"
    "push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\n"
    "mov %rsp,(%rdi)\nmov (%rsi),%rsp\n"
    "pop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n"
    ".size cuemu_swap,.-cuemu_swap\n");
#endif

namespace cuemu
{
block_t *B;
static const size_t STACK = 64 << 10;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static char *pool; /* stacks, kept between launches */
static unsigned pool_threads;

void *must(void *p)
{
    if (!p) {
        fprintf(stderr, "cuemu: out of memory\n");
        abort();
    }
    return p;
}

[[noreturn]] void die(const char *what, int site)
{
    fprintf(stderr, "cuemu: %s; line %d, block (%u,%u,%u), thread %u\n", what, site, B->bid.x,
            B->bid.y, B->bid.z, B->cur);
    abort();
}

static void swap(thread_t *from, thread_t *to)
{
#ifdef CUEMU_ASSEMBLY
    cuemu_swap(&from->sp, &to->sp);
#else
    swapcontext((ucontext_t *)from->uc, (ucontext_t *)to->uc);
#endif
}

void resume_next()
{
    block_t *b = B;
    unsigned me = b->cur, next = b->next[me];
    while (b->t[next].state == DONE && next != me)
        next = b->next[next];
    if (next == me)
        return;
    b->cur = next;
    swap(&b->t[me], &b->t[next]);
}

/* Waits until *gen moves on from g; nobody moving at all is a deadlock. */
static void wait_for(const unsigned *gen, unsigned g, const char *what, int site)
{
    block_t *b = B;
    uint64_t seen = b->progress;
    for (unsigned idle = 0; *gen == g;) {
        resume_next();
        if (b->progress != seen) {
            seen = b->progress;
            idle = 0;
        } else if (++idle > 2 * b->n + 2) {
            die(what, site);
        }
    }
}

static meeting_t &next_meeting()
{
    return B->meeting[(B->cur >> 5) * 2 + (B->t[B->cur].met & 1)];
}

meeting_t &meet(uint32_t mask, uint64_t v, int site)
{
    block_t *b = B;
    unsigned l = b->cur & 31;
    if (!(mask >> l & 1))
        die("a lane is not in its own mask", site);
    meeting_t &m = next_meeting();
    b->t[b->cur].met++;
    if (!m.in) {
        m.mask = mask;
        m.site = site;
    } else if (m.site != site || m.mask != mask) {
        die("lanes of one warp meet in different collectives or masks", site);
    }
    m.v[l] = v;
    m.in |= 1u << l;
    b->progress++;
    if (m.in == m.mask) {
        m.gen++;
        m.in = 0;
    } else {
        wait_for(&m.gen, m.gen, "deadlock: a lane in the mask never arrives", site);
    }
    return m;
}

static int dot4(uint32_t a, uint32_t b, bool b_signed)
{
    int sum = 0;
    for (int k = 0; k < 32; k += 8) {
        const int x = (int)(a >> k & 255), y = (int)(b >> k & 255);
        sum += x * (b_signed ? (int8_t)y : y);
    }
    return sum;
}

void mma(int site, bool b_signed, uint32_t (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1,
         const uint32_t (&c)[4])
{
    const int l = lane(), g = l / 4, t = l % 4;
    uint32_t *mine = next_meeting().operand[l], sum[4];
    memcpy(mine, a, sizeof a);
    mine[4] = b0;
    mine[5] = b1;
    meeting_t &m = meet(~0u, 0, site);
    for (int k = 0; k < 4; k++) {
        const int row = k / 2, col = 2 * t + k % 2;
        sum[k] = c[k];
        for (int q = 0; q < 4; q++) { /* lanes that hold parts of row g and of the column */
            const uint32_t *x = m.operand[4 * g + q], *y = m.operand[4 * col + q];
            sum[k] += (uint32_t)(dot4(x[row], y[4], b_signed) + dot4(x[2 + row], y[5], b_signed));
        }
    }
    memcpy(d, sum, sizeof sum); /* d may be c */
}

void barrier(int site)
{
    block_t *b = B;
    if (!b->bar_in)
        b->bar_site = site;
    else if (b->bar_site != site)
        die("__syncthreads reached from different lines", site);
    b->progress++;
    if (++b->bar_in == b->n) {
        b->bar_in = 0;
        b->bar_gen++;
    } else {
        wait_for(&b->bar_gen, b->bar_gen, "deadlock at __syncthreads", site);
    }
}

static void entry()
{
    B->fn(B->arg);
    block_t *b = B;
    b->t[b->cur].state = DONE;
    b->progress++;
    if (++b->done == b->n)
        swap(&b->t[b->cur], &b->home);
    resume_next();
    abort();
}

static void start_thread(block_t *b, unsigned i)
{
    thread_t *t = &b->t[i];
    t->state = RUN;
    t->met = 0;
    t->tid = {i % b->dim.x, i / b->dim.x % b->dim.y, i / (b->dim.x * b->dim.y)};
#ifdef CUEMU_ASSEMBLY
    uintptr_t *sp = (uintptr_t *)(void *)(pool + (i + 1) * STACK) - 1; /* rsp % 16 == 8 on entry */
    *--sp = (uintptr_t)entry;
    for (int k = 0; k < 6; k++)
        *--sp = 0;
    t->sp = sp;
#else
    ucontext_t *u = (ucontext_t *)t->uc;
    getcontext(u);
    u->uc_stack.ss_sp = pool + i * STACK;
    u->uc_stack.ss_size = STACK;
    u->uc_link = NULL;
    makecontext(u, entry, 0);
#endif
}

extern "C" char __start_cuemu_shared[] __attribute__((weak));
extern "C" char __stop_cuemu_shared[] __attribute__((weak));

__attribute__((no_sanitize("address"))) static void poison(char *from, char *to)
{
    for (volatile char *p = from; p && p < to; p++)
        *p = (char)0xA5;
}

static void draw_order(block_t *b, unsigned *order, uint64_t *seed)
{
    for (unsigned i = 0; i < b->n; i++)
        order[i] = i;
    for (unsigned i = b->n - 1; *seed && i; i--) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        unsigned j = (unsigned)(*seed >> 33) % (i + 1), x = order[i];
        order[i] = order[j];
        order[j] = x;
    }
    for (unsigned i = 0; i < b->n; i++)
        b->next[order[i]] = order[(i + 1) % b->n];
}

static void reserve_stacks(unsigned n)
{
    if (n <= pool_threads)
        return;
    if (pool)
        munmap(pool, pool_threads * STACK);
    pool = (char *)mmap(NULL, n * STACK, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(pool == MAP_FAILED ? NULL : pool);
    pool_threads = n;
}

static void run_block(block_t *b, size_t smem, unsigned *order, uint64_t *seed)
{
    __asan_unpoison_memory_region(pool, b->n * STACK); /* frames the block before left behind */
    memset(b->dyn, 0xA5, smem);
    poison(__start_cuemu_shared, __stop_cuemu_shared);
    draw_order(b, order, seed);
    for (unsigned i = 0; i < b->n; i++)
        start_thread(b, i);
    memset(b->meeting, 0, (b->n + 31) / 32 * 2 * sizeof *b->meeting);
    b->done = b->bar_in = 0;
    b->cur = order[0];
    swap(&b->home, &b->t[b->cur]);
}

static unsigned flush_on()
{
#if defined __x86_64__
    unsigned saved = _mm_getcsr();
    _mm_setcsr(saved | 0x8040);
    return saved;
#else
    return 0;
#endif
}

static void flush_off(unsigned saved)
{
#if defined __x86_64__
    _mm_setcsr(saved);
#else
    (void)saved;
#endif
}

void run(dim3 grid, dim3 dim, size_t smem, bool flush, void (*fn)(void *), void *arg)
{
    pthread_mutex_lock(&turn);
    block_t b = {};
    B = &b;
    b.n = dim.x * dim.y * dim.z;
    b.grid = grid;
    b.dim = dim;
    b.fn = fn;
    b.arg = arg;
    b.t = (thread_t *)must(calloc(b.n, sizeof *b.t));
    b.next = (unsigned *)must(calloc(b.n, sizeof *b.next));
    b.meeting = (meeting_t *)must(calloc((b.n + 31) / 32 * 2, sizeof *b.meeting));
    unsigned *order = (unsigned *)must(calloc(b.n, sizeof *order));
    void *dyn = NULL;
    must(posix_memalign(&dyn, 128, smem ? smem : 1) ? NULL : dyn);
    b.dyn = (char *)dyn;
#ifndef CUEMU_ASSEMBLY
    ucontext_t *uc = (ucontext_t *)must(calloc(b.n + 1, sizeof *uc));
    for (unsigned i = 0; i < b.n; i++)
        b.t[i].uc = &uc[i];
    b.home.uc = &uc[b.n];
#endif
    reserve_stacks(b.n);
    const char *text = getenv("CUEMU_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 0;
    unsigned saved = flush ? flush_on() : 0;
    for (b.bid.z = 0; b.bid.z < grid.z; b.bid.z++)
        for (b.bid.y = 0; b.bid.y < grid.y; b.bid.y++)
            for (b.bid.x = 0; b.bid.x < grid.x; b.bid.x++)
                run_block(&b, smem, order, &seed);
    if (flush)
        flush_off(saved);
#ifndef CUEMU_ASSEMBLY
    free(uc);
#endif
    free(order);
    free(b.t);
    free(b.next);
    free(b.meeting);
    free(b.dyn);
    B = NULL;
    pthread_mutex_unlock(&turn);
}
} // namespace cuemu

/* 6. the runtime's calls */
enum { MOST_DEVICES = CUEMU_MOST_DEVICES };
static pthread_mutex_t heap = PTHREAD_MUTEX_INITIALIZER; /* guards what follows but for device */
static __thread int device;
static cuemu_counts_t counts;
static bool dead[MOST_DEVICES];

void cuemu_counts(cuemu_counts_t *out)
{
    pthread_mutex_lock(&heap);
    *out = counts;
    pthread_mutex_unlock(&heap);
}

static long env_number(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 10) : otherwise;
}

/* Counts a call; the error that it shall return. */
static cudaError_t count_call(bool allocates)
{
    const char *text = getenv("CUEMU_FAIL");
    char *end = NULL;
    long at = text ? strtol(text, &end, 10) : 0;
    int code = end && *end == ':' ? (int)strtol(end + 1, NULL, 10) : cudaErrorIllegalAddress;
    pthread_mutex_lock(&heap);
    counts.calls++;
    counts.allocations += allocates;
    cudaError_t e = dead[device] ? cudaErrorIllegalAddress : cudaSuccess;
    if (!e && at && code == cudaErrorMemoryAllocation && allocates && counts.allocations == at)
        e = code;
    if (!e && at && code != cudaErrorMemoryAllocation && counts.calls == at) {
        e = code;
        dead[device] = true;
    }
    pthread_mutex_unlock(&heap);
    return e;
}

/* A stream is used by one thread at a time. */
namespace cuemu
{
struct op_t {
    op_t *next;
    void (*fn)(void *);
    void *arg;
};
struct stream_t {
    int device;
    op_t *first, **last;
};

static void count_unfinished(long by)
{
    pthread_mutex_lock(&heap);
    counts.unfinished += by;
    pthread_mutex_unlock(&heap);
}

/* Does what waits, or drops it. */
static void finish(stream_t *s, bool drop)
{
    while (s->first) {
        op_t *op = s->first;
        s->first = op->next;
        if (!drop)
            op->fn(op->arg);
        free(op->arg);
        free(op);
        count_unfinished(-1);
    }
    s->last = &s->first;
}

void enqueue(stream_t *s, bool kernel, void (*fn)(void *), void *arg)
{
    if (kernel && s && s->device != device) {
        fprintf(stderr, "cuemu: device %d is in use, the stream is one of device %d\n", device, s->device);
        abort();
    }
    pthread_mutex_lock(&heap);
    counts.launches += kernel;
    bool at_once = !s || dead[s->device];
    pthread_mutex_unlock(&heap);
    if (at_once || env_number("CUEMU_EAGER", 0)) {
        if (!s || !dead[s->device])
            fn(arg);
        free(arg);
        return;
    }
    op_t *op = (op_t *)must(malloc(sizeof *op));
    *op = {NULL, fn, arg};
    *s->last = op;
    s->last = &op->next;
    count_unfinished(1);
}
} // namespace cuemu

/* Which devices there are: the numbers of CUDA_VISIBLE_DEVICES up to the first that is none. */
static int visible(int *number)
{
    long n = env_number("CUEMU_DEVICES", 1);
    const char *text = getenv("CUDA_VISIBLE_DEVICES");
    if (n > MOST_DEVICES)
        n = MOST_DEVICES;
    if (!text) {
        for (int i = 0; i < n; i++)
            number[i] = i;
        return (int)n;
    }
    for (int found = 0;; text++) {
        char *end;
        long x = strtol(text, &end, 10);
        if (end == text || x < 0 || x >= n || found == MOST_DEVICES)
            return found;
        number[found++] = (int)x;
        if (*end != ',')
            return found;
        text = end;
    }
}

static size_t memory()
{
    return (size_t)env_number("CUEMU_MEMORY", 1L << 30);
}

cudaError_t cudaGetDeviceCount(int *n)
{
    int number[MOST_DEVICES];
    *n = visible(number);
    return *n > 0 ? cudaSuccess : cudaErrorNoDevice;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int d)
{
    int number[MOST_DEVICES];
    if (d >= visible(number))
        return cudaErrorInvalidDevice;
    memset(p, 0, sizeof *p);
    snprintf(p->name, sizeof p->name, "emulated device %d", number[d]);
    p->totalGlobalMem = memory();
    p->sharedMemPerBlockOptin = 227 << 10;
    p->major = 9;
    p->multiProcessorCount = 2;
    return count_call(false);
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attr, int d)
{
    (void)d;
    *value = attr == cudaDevAttrClockRate ? 1000000 : attr == cudaDevAttrMultiProcessorCount ? 2 : 227 << 10;
    return count_call(false);
}

cudaError_t cudaSetDevice(int d)
{
    int n;
    if (cudaGetDeviceCount(&n) || d < 0 || d >= n)
        return cudaErrorInvalidDevice;
    device = d;
    return count_call(false);
}

cudaError_t cudaSetDeviceFlags(unsigned flags)
{
    (void)flags;
    return count_call(false);
}

cudaError_t cudaMemGetInfo(size_t *free_bytes, size_t *total)
{
    *total = memory();
    pthread_mutex_lock(&heap);
    *free_bytes = counts.used[device] < *total ? *total - counts.used[device] : 0;
    pthread_mutex_unlock(&heap);
    return count_call(false);
}

/* Every block is preceded by its size and device, so that the memory in use is known. */
struct header_t {
    size_t n;
    long device;
    header_t *next; /* pinned blocks only */
};
enum { HEADER = 256 };
static header_t *pinned; /* guarded by heap */

cudaError_t cudaMalloc(void **p, size_t n)
{
    *p = NULL;
    cudaError_t e = count_call(true);
    if (e)
        return e;
    pthread_mutex_lock(&heap);
    size_t *used = &counts.used[device], *peak = &counts.peak[device];
    bool fits = n <= memory() && *used <= memory() - n;
    if (fits)
        *used += n;
    *peak = *used > *peak ? *used : *peak;
    pthread_mutex_unlock(&heap);
    if (!fits)
        return cudaErrorMemoryAllocation;
    void *block = NULL;
    cuemu::must(posix_memalign(&block, HEADER, HEADER + n) ? NULL : block);
    *(header_t *)block = {n, device, NULL};
    memset((char *)block + HEADER, 0xA5, n);
    *p = (char *)block + HEADER;
    return cudaSuccess;
}

cudaError_t cudaFree(void *p)
{
    if (p) {
        header_t *h = (header_t *)(void *)((char *)p - HEADER);
        pthread_mutex_lock(&heap);
        counts.used[h->device] -= h->n;
        pthread_mutex_unlock(&heap);
        __asan_unpoison_memory_region(h, HEADER + h->n);
        free(h);
    }
    return cudaSuccess;
}

cudaError_t cudaMallocHost(void **p, size_t n)
{
    *p = NULL;
    cudaError_t e = count_call(true);
    if (e)
        return e;
    void *block = NULL;
    cuemu::must(posix_memalign(&block, HEADER, HEADER + n) ? NULL : block);
    header_t *h = (header_t *)block;
    pthread_mutex_lock(&heap);
    *h = {n, 0, pinned};
    pinned = h;
    counts.pinned += n;
    pthread_mutex_unlock(&heap);
    memset((char *)block + HEADER, 0xA5, n);
    *p = (char *)block + HEADER;
    return cudaSuccess;
}

cudaError_t cudaFreeHost(void *p)
{
    pthread_mutex_lock(&heap);
    for (header_t **at = &pinned; p && *at; at = &(*at)->next)
        if ((char *)*at + HEADER == (char *)p) {
            header_t *h = *at;
            *at = h->next;
            counts.pinned -= h->n;
            __asan_unpoison_memory_region(h, HEADER + h->n);
            free(h);
            break;
        }
    pthread_mutex_unlock(&heap);
    return cudaSuccess;
}

static bool is_pinned(const void *p)
{
    bool yes = false;
    pthread_mutex_lock(&heap);
    for (const header_t *h = pinned; h && !yes; h = h->next)
        yes = (const char *)p >= (const char *)h + HEADER && (const char *)p < (const char *)h + HEADER + h->n;
    pthread_mutex_unlock(&heap);
    return yes;
}

/* A batch's parts travel in one piece, poisoned gaps between them included. */
struct copy_t {
    char *dst;
    const char *src;
    size_t n;
    int value; /* with no src */
};

__attribute__((no_sanitize("address"))) static void copy(void *arg)
{
    const copy_t *c = (const copy_t *)arg;
    for (size_t i = 0; i < c->n; i++)
        ((volatile char *)c->dst)[i] = c->src ? c->src[i] : (char)c->value;
}

static void queue_copy(cudaStream_t s, const copy_t &c)
{
    copy_t *mine = (copy_t *)cuemu::must(malloc(sizeof c));
    *mine = c;
    cuemu::enqueue(s, false, copy, mine);
}

/* Memory that is not pinned is read, or written, before the call returns. */
cudaError_t cudaMemcpyAsync(void *dst, const void *src, size_t n, cudaMemcpyKind kind, cudaStream_t s)
{
    cudaError_t e = count_call(false);
    if (e)
        return e;
    bool wait = n > 0 && kind != cudaMemcpyDeviceToDevice &&
                !is_pinned(kind == cudaMemcpyHostToDevice ? src : dst);
    pthread_mutex_lock(&heap);
    counts.copies++;
    counts.pageable += wait;
    pthread_mutex_unlock(&heap);
    queue_copy(s, {(char *)dst, (const char *)src, n, 0});
    if (wait && s)
        cuemu::finish(s, false);
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *dst, int value, size_t n, cudaStream_t s)
{
    cudaError_t e = count_call(false);
    if (!e)
        queue_copy(s, {(char *)dst, NULL, n, value});
    return e;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t *s, unsigned flags)
{
    (void)flags;
    *s = NULL;
    cudaError_t e = count_call(false);
    if (e)
        return e;
    *s = (cudaStream_t)cuemu::must(calloc(1, sizeof **s));
    (*s)->device = device;
    (*s)->last = &(*s)->first;
    pthread_mutex_lock(&heap);
    counts.streams[device]++;
    pthread_mutex_unlock(&heap);
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t s)
{
    cuemu::finish(s, true);
    pthread_mutex_lock(&heap);
    counts.streams[s->device]--;
    pthread_mutex_unlock(&heap);
    free(s);
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t s)
{
    cudaError_t e = count_call(false);
    if (s)
        cuemu::finish(s, e != cudaSuccess);
    return e;
}

cudaError_t cudaGetLastError(void)
{
    return count_call(false);
}

const char *cudaGetErrorString(cudaError_t e)
{
    return e == cudaErrorMemoryAllocation ? "out of memory"
           : e == cudaErrorIllegalAddress ? "an illegal memory access was encountered"
           : e == cudaErrorLaunchFailure  ? "unspecified launch failure"
           : e                            ? "error"
                                          : "no error";
}

cudaError_t cudaEventCreate(cudaEvent_t *e)
{
    *e = (cudaEvent_t)cuemu::must(calloc(1, sizeof **e));
    return count_call(false);
}

cudaError_t cudaEventDestroy(cudaEvent_t e)
{
    free(e);
    return cudaSuccess;
}

static void note_time(void *arg)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    **(cudaEvent_t *)arg = (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s)
{
    cudaError_t st = count_call(false);
    if (st)
        return st;
    cudaEvent_t *mine = (cudaEvent_t *)cuemu::must(malloc(sizeof e));
    *mine = e;
    cuemu::enqueue(s, false, note_time, mine);
    return cudaSuccess;
}

cudaError_t cudaEventSynchronize(cudaEvent_t e)
{
    (void)e;
    return count_call(false);
}

cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t a, cudaEvent_t b)
{
    *ms = (float)(*b - *a);
    return count_call(false);
}
