/* cuda/emu/cuemu.h -- CUDA kernels on a CPU, for tests: one fiber a thread, one block at a time
 *
 * Contents: 1. language  2. the machine  3. collectives  4. device functions  5. launches
 *           6. the runtime's calls
 * Included instead of cuda_runtime.h (by cuda/rt.h) when a .cu file is compiled as C++.
 *
 * What it checks: lanes of a warp that meet in different collectives or with different masks, a
 * lane that never comes, a lane read that is not in the mask, __syncthreads reached from different
 * places, any use of shared memory before it is written (it starts as 0xA5 bytes), and, under
 * AddressSanitizer, accesses past dynamic shared memory or past a part of a batch. Threads of a
 * block run in an order drawn from CUEMU_SEED, each until it waits: a missing barrier shows as a
 * wrong answer for some order.
 * Copies and kernels of a stream wait until somebody waits for the stream: what is read before that is
 * not there yet, and what is overwritten before that was never sent. A kernel on a stream of another
 * device than the thread's is an error.
 * What it cannot: races between blocks (they run one after the other), inline PTX, textures, speed.
 *
 * Environment: CUEMU_SEED=N      order of threads; 0 or unset: rising
 *              CUEMU_DEVICES=N   how many devices there seem to be (default 1)
 *              CUDA_VISIBLE_DEVICES=N,...   which of them there are, as for the real ones
 *              CUEMU_MEMORY=N    bytes of memory of each (default 1 GiB)
 *              CUEMU_EAGER=1     streams do everything at once (a library that computes by itself)
 *              CUEMU_FAIL=N[:C]  the N-th runtime call of the process returns the error C (default
 *                                700, illegal address, and with it all later calls of its device;
 *                                2, out of memory, is returned by the N-th allocation only)
 */
#ifndef GW_CUDA_EMU_CUEMU_H
#define GW_CUDA_EMU_CUEMU_H

#include <math.h>
#include <new>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tuple>

#include "cuda/emu/counts.h"

/* 1. language */
#define __global__ static
#define __device__
#define __host__
#define __constant__    static
#define __forceinline__ inline __attribute__((always_inline))
#define __restrict__    __restrict
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
/* all static shared memory in one section, so that it can be filled with 0xA5 before a block;
 * launches take turns, so that one copy is enough */
#define __shared__ static __attribute__((section("cuemu_shared"), used))

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x, y, z;
    dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c)
    {
    }
};
struct alignas(8) uint2 {
    uint32_t x, y;
};
struct alignas(8) int2 {
    int x, y;
};
struct alignas(16) uint4 {
    uint32_t x, y, z, w;
};
struct alignas(16) float4 {
    float x, y, z, w;
};

/* 2. the machine */
namespace cuemu
{
enum state_t { RUN, DONE };
/* one meeting of a warp's lanes; a lane's meetings alternate between two of these */
struct meeting_t {
    uint32_t mask, in;
    int site;
    unsigned gen;
    uint64_t v[32];
    uint32_t operand[32][6]; /* of a matrix product: a[0..3], b0, b1 */
};
struct thread_t {
    void *sp; /* assembly switch */
    void *uc; /* ucontext switch */
    uint3 tid;
    state_t state;
    unsigned met; /* meetings that this lane has entered */
};
struct block_t {
    thread_t *t;
    thread_t home;
    unsigned n, cur, done, bar_in, bar_gen;
    int bar_site;
    meeting_t *meeting; /* two a warp */
    unsigned *next;     /* order in which threads are resumed */
    uint3 bid;
    dim3 grid, dim;
    char *dyn;
    uint64_t progress;
    void (*fn)(void *);
    void *arg;
};
extern block_t *B;

void resume_next();
[[noreturn]] void die(const char *what, int site);
/* Deposits v for the lanes in mask and returns when all have come. */
meeting_t &meet(uint32_t mask, uint64_t v, int site);
/* d = a * b + c for the whole warp; the layout is in cuda/rt.h */
void mma(int site, bool b_signed, uint32_t (&d)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1,
         const uint32_t (&c)[4]);
void barrier(int site);
void run(dim3 grid, dim3 block, size_t smem, bool flush, void (*fn)(void *), void *arg);

/* 3. collectives */
template <class T> static inline uint64_t pack(T v)
{
    static_assert(sizeof(T) <= 8, "a lane's value has 8 bytes at the most");
    uint64_t u = 0;
    memcpy(&u, &v, sizeof v);
    return u;
}
template <class T> static inline T unpack(uint64_t u)
{
    T v;
    memcpy(&v, &u, sizeof v);
    return v;
}
static inline int lane()
{
    return (int)(B->cur & 31);
}
template <class T> static inline T shfl(uint32_t mask, T v, int src, bool ok, int site)
{
    meeting_t &m = meet(mask, pack(v), site);
    if (!ok)
        return v;
    if (!(mask >> src & 1))
        die("a shuffle reads a lane that is not in its mask", site);
    return unpack<T>(m.v[src]);
}
template <class T> T shfl_idx(int site, uint32_t m, T v, int s, int w = 32)
{
    return shfl(m, v, (lane() & ~(w - 1)) | (s & (w - 1)), true, site);
}
template <class T> T shfl_up(int site, uint32_t m, T v, int d, int w = 32)
{
    int s = lane() - d;
    return shfl(m, v, s, s >= (lane() & ~(w - 1)), site);
}
template <class T> T shfl_down(int site, uint32_t m, T v, int d, int w = 32)
{
    int s = lane() + d;
    return shfl(m, v, s, s <= (lane() | (w - 1)), site);
}
template <class T> T shfl_xor(int site, uint32_t m, T v, int x, int w = 32)
{
    int s = lane() ^ x;
    return shfl(m, v, s, s <= (lane() | (w - 1)), site);
}
static inline uint32_t ballot(int site, uint32_t mask, int p)
{
    meeting_t &m = meet(mask, p != 0, site);
    uint32_t r = 0;
    for (int i = 0; i < 32; i++)
        if (mask >> i & 1)
            r |= (uint32_t)(m.v[i] != 0) << i;
    return r;
}
static inline uint32_t mask_or_all(uint32_t m = ~0u)
{
    return m;
}
} // namespace cuemu

#define threadIdx                (cuemu::B->t[cuemu::B->cur].tid)
#define blockIdx                 (cuemu::B->bid)
#define blockDim                 (cuemu::B->dim)
#define gridDim                  (cuemu::B->grid)
#define __syncthreads()          cuemu::barrier(__LINE__)
#define __syncwarp(...)          ((void)cuemu::meet(cuemu::mask_or_all(__VA_ARGS__), 0, __LINE__))
#define __shfl_sync(...)         cuemu::shfl_idx(__LINE__, __VA_ARGS__)
#define __shfl_up_sync(...)      cuemu::shfl_up(__LINE__, __VA_ARGS__)
#define __shfl_down_sync(...)    cuemu::shfl_down(__LINE__, __VA_ARGS__)
#define __shfl_xor_sync(...)     cuemu::shfl_xor(__LINE__, __VA_ARGS__)
#define __ballot_sync(mask, p)   cuemu::ballot(__LINE__, mask, p)
#define gw_mma_u8(...)           cuemu::mma(__LINE__, false, __VA_ARGS__)
#define gw_mma_u8s8(...)         cuemu::mma(__LINE__, true, __VA_ARGS__)
#define __any_sync(mask, p)      (cuemu::ballot(__LINE__, mask, p) != 0)
#define __all_sync(mask, p)      (cuemu::ballot(__LINE__, mask, p) == (mask))

/* 4. device functions: packed halves (DPX), bytes, bits, floats in a stated order, atomics */
static inline uint32_t cuemu_halves(int lo, int hi)
{
    return (uint32_t)(uint16_t)lo | (uint32_t)(uint16_t)hi << 16;
}
static inline int cuemu_lo(uint32_t a)
{
    return (int16_t)(uint16_t)a;
}
static inline int cuemu_hi(uint32_t a)
{
    return (int16_t)(uint16_t)(a >> 16);
}
template <class T> static inline T min(T a, T b)
{
    return b < a ? b : a;
}
template <class T> static inline T max(T a, T b)
{
    return a < b ? b : a;
}
static inline uint32_t __vadd2(uint32_t a, uint32_t b)
{
    return cuemu_halves(cuemu_lo(a) + cuemu_lo(b), cuemu_hi(a) + cuemu_hi(b));
}
static inline uint32_t __vsub2(uint32_t a, uint32_t b)
{
    return cuemu_halves(cuemu_lo(a) - cuemu_lo(b), cuemu_hi(a) - cuemu_hi(b));
}
static inline uint32_t __vmaxs2(uint32_t a, uint32_t b)
{
    return cuemu_halves(max(cuemu_lo(a), cuemu_lo(b)), max(cuemu_hi(a), cuemu_hi(b)));
}
static inline uint32_t __vimax3_s16x2(uint32_t a, uint32_t b, uint32_t c)
{
    return __vmaxs2(__vmaxs2(a, b), c);
}
static inline uint32_t __vimax3_s16x2_relu(uint32_t a, uint32_t b, uint32_t c)
{
    return __vmaxs2(__vimax3_s16x2(a, b, c), 0);
}
static inline uint32_t __viaddmin_s16x2_relu(uint32_t a, uint32_t b, uint32_t c)
{
    const uint32_t sum = __vadd2(a, b);
    return __vmaxs2(cuemu_halves(min(cuemu_lo(sum), cuemu_lo(c)), min(cuemu_hi(sum), cuemu_hi(c))), 0);
}
static inline uint32_t __viaddmax_s16x2(uint32_t a, uint32_t b, uint32_t c)
{
    return __vmaxs2(__vadd2(a, b), c);
}
static inline int __vimax3_s32(int a, int b, int c)
{
    return max(max(a, b), c);
}
static inline int __viaddmax_s32(int a, int b, int c)
{
    return max((int)((unsigned)a + (unsigned)b), c);
}
static inline unsigned __dp4a(unsigned a, unsigned b, unsigned c)
{
    for (int k = 0; k < 32; k += 8)
        c += (a >> k & 255) * (b >> k & 255);
    return c;
}
/* bit 3 of a selector spreads the byte's sign over the whole byte */
static inline unsigned __byte_perm(unsigned a, unsigned b, unsigned s)
{
    uint64_t all = (uint64_t)b << 32 | a;
    unsigned r = 0;
    for (int k = 0; k < 4; k++) {
        unsigned sel = s >> (4 * k) & 15, byte = (unsigned)(all >> (8 * (sel & 7))) & 255;
        if (sel & 8)
            byte = byte & 128 ? 255 : 0;
        r |= byte << (8 * k);
    }
    return r;
}
static inline int __popc(unsigned x)
{
    return __builtin_popcount(x);
}
static inline int __popcll(unsigned long long x)
{
    return __builtin_popcountll(x);
}
static inline int __clz(int x)
{
    return x ? __builtin_clz((unsigned)x) : 32;
}
static inline int __ffs(int x)
{
    return __builtin_ffs(x);
}
static inline float __fmaf_rn(float a, float b, float c)
{
    return fmaf(a, b, c);
}
static inline double __fma_rn(double a, double b, double c)
{
    return fma(a, b, c);
}
static inline float __fadd_rn(float a, float b)
{
    return a + b;
}
static inline float __fadd_rd(float a, float b)
{
    const double sum = (double)a + (double)b; /* exact where the floats' exponents are within 29 */
    const float r = (float)sum;
    return (double)r > sum ? nextafterf(r, -INFINITY) : r;
}
static inline uint32_t __float_as_uint(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}
static inline float __uint_as_float(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}
static inline float __fmul_rn(float a, float b)
{
    return a * b;
}
static inline double __dadd_rn(double a, double b)
{
    return a + b;
}
static inline double __dmul_rn(double a, double b)
{
    return a * b;
}
template <class T> static inline T __ldg(const T *p)
{
    return *p;
}
template <class T> static inline T atomicAdd(T *p, T v)
{
    T old = *p;
    *p += v;
    return old;
}
template <class T> static inline T atomicMax(T *p, T v)
{
    T old = *p;
    *p = max(old, v);
    return old;
}
template <class T> static inline T atomicCAS(T *p, T expected, T v)
{
    T old = *p;
    if (old == expected)
        *p = v;
    return old;
}
static inline long long clock64()
{
    return (long long)cuemu::B->progress;
}

/* 5. launches. A file compiled with -DCUEMU_FLUSH=1 has its floats flushed to zero, as nvcc's
 *    -ftz=true does. */
#ifndef CUEMU_FLUSH
#define CUEMU_FLUSH 0
#endif
namespace cuemu
{
struct stream_t;
/* Runs fn(arg) when the stream gets there, then frees arg, which malloc made; NULL: at once. */
void enqueue(stream_t *stream, bool kernel, void (*fn)(void *arg), void *arg);
void *must(void *p);

/* a launch that waits: its arguments are those of the moment when it was queued */
template <class K, class... A> struct launch_t {
    dim3 grid, block;
    size_t smem;
    bool flush;
    K kernel;
    std::tuple<A...> arg;
};
template <class K, class... A>
static inline void launch(stream_t *stream, dim3 grid, dim3 block, size_t smem, bool flush, K kernel,
                          A... arg)
{
    typedef launch_t<K, A...> job_t;
    job_t *job = new (must(malloc(sizeof(job_t))))
        job_t{grid, block, smem, flush, kernel, std::tuple<A...>(arg...)};
    enqueue(
        stream, true,
        [](void *p) {
            job_t *j = (job_t *)p;
            run(j->grid, j->block, j->smem, j->flush,
                [](void *k) { std::apply(((job_t *)k)->kernel, ((job_t *)k)->arg); }, j);
        },
        job);
}
} // namespace cuemu
#define GW_SHARED(type, name) type *name = (type *)(void *)cuemu::B->dyn
#define GW_LAUNCH(kernel, grid, block, smem, stream, ...) \
    cuemu::launch(                                             \
        stream, grid, block, smem, CUEMU_FLUSH, [](auto... x) { kernel(x...); }, __VA_ARGS__)

/* 6. the runtime's calls, over malloc */
typedef int cudaError_t;
typedef cuemu::stream_t *cudaStream_t;
typedef double *cudaEvent_t;
enum {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorNoDevice = 100,
    cudaErrorInvalidDevice = 101,
    cudaErrorIllegalAddress = 700,
    cudaErrorLaunchFailure = 719
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice };
enum { cudaStreamNonBlocking = 1, cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
enum cudaDeviceAttr {
    cudaDevAttrClockRate = 13,
    cudaDevAttrMultiProcessorCount = 16,
    cudaDevAttrMaxSharedMemoryPerBlockOptin = 97
};
enum { cudaDeviceScheduleBlockingSync = 4 };
struct cudaDeviceProp {
    char name[256];
    size_t totalGlobalMem, sharedMemPerBlockOptin;
    int major, minor, multiProcessorCount;
};
cudaError_t cudaGetDeviceCount(int *n);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int device);
cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attr, int device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaSetDeviceFlags(unsigned flags);
cudaError_t cudaMemGetInfo(size_t *free_bytes, size_t *total);
cudaError_t cudaMalloc(void **p, size_t n);
cudaError_t cudaFree(void *p);
cudaError_t cudaMallocHost(void **p, size_t n);
cudaError_t cudaFreeHost(void *p);
cudaError_t cudaMemcpyAsync(void *dst, const void *src, size_t n, cudaMemcpyKind, cudaStream_t);
cudaError_t cudaMemsetAsync(void *dst, int value, size_t n, cudaStream_t);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *s, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t s);
cudaError_t cudaStreamSynchronize(cudaStream_t s);
cudaError_t cudaGetLastError(void);
const char *cudaGetErrorString(cudaError_t e);
cudaError_t cudaEventCreate(cudaEvent_t *e);
cudaError_t cudaEventDestroy(cudaEvent_t e);
cudaError_t cudaEventRecord(cudaEvent_t e, cudaStream_t s = 0);
cudaError_t cudaEventSynchronize(cudaEvent_t e);
cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t a, cudaEvent_t b);
template <class K> static inline cudaError_t cudaFuncSetAttribute(K *, int, int)
{
    return cudaSuccess;
}

#endif
