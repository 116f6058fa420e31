#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda/gpu.h"
#include "cuda/rt.h"
#if defined __SANITIZE_ADDRESS__ && !defined __CUDACC__
#include <sanitizer/asan_interface.h>
#define GUARD(p, n)   __asan_poison_memory_region(p, n)
#define UNGUARD(p, n) __asan_unpoison_memory_region(p, n)
#else
#define GUARD(p, n)   ((void)(p), (void)(n))
#define UNGUARD(p, n) ((void)(p), (void)(n))
#endif

static gw_status_t fail(gw_err_t *err, int device, const char *doing, cudaError_t e)
{
    cudaGetLastError(); /* an error that is not sticky is not reported twice */
    if (e == cudaErrorMemoryAllocation)
        return gw_err_set(err, GW_ENOMEM, "cuda:%d: out of memory while %s", device, doing);
    return gw_err_set(err, GW_ENODEVICE, "cuda:%d: %s: %s", device, doing, cudaGetErrorString(e));
}

/* 1. devices */
gw_gpu_build_t gw_gpu_build(void)
{
#ifdef __CUDACC__
    return GW_GPU_CUDA;
#else
    return GW_GPU_EMULATOR;
#endif
}

int gw_gpu_count(const char **why)
{
    int n = 0;
    cudaError_t e = cudaGetDeviceCount(&n);
    if (why)
        *why = e == cudaSuccess ? "no CUDA device" : cudaGetErrorString(e);
    return e == cudaSuccess ? n : 0;
}

gw_status_t gw_gpu_info(int device, gw_gpu_info_t *out, gw_err_t *err)
{
    cudaDeviceProp p;
    size_t free_bytes = 0, total = 0;
    cudaError_t e = cudaSetDevice(device);
    if (!e)
        e = cudaGetDeviceProperties(&p, device);
    if (!e)
        e = cudaMemGetInfo(&free_bytes, &total);
    if (e)
        return fail(err, device, "reading its properties", e);
    memset(out, 0, sizeof *out);
    snprintf(out->name, sizeof out->name, "%.*s", (int)sizeof out->name - 1, p.name);
    out->major = p.major;
    out->minor = p.minor;
    out->processors = p.multiProcessorCount;
    out->memory = total;
    out->free = free_bytes;
    out->budget = (uint64_t)free_bytes / 10 * 8;
    return GW_OK;
}

/* 2. streams */
enum { KINDS = 3, ALIGN = 256, MOST_PARTS = 64 };
struct gw_gpu {
    int device, processors, shared_bytes;
    uint64_t budget;
    cudaStream_t stream;
    cudaEvent_t begin, end_of_kernels;
    double kernel_ms;
    uint64_t size[KINDS]; /* of the batch */
    uint64_t end[MOST_PARTS];
    gw_gpu_part_t part[MOST_PARTS];
    int n_parts;
    void *attached;
    void (*end_attached)(void *);
    uint8_t *memory;  /* on the device: inputs, work, outputs */
    uint8_t *host[2]; /* pinned: inputs, outputs */
    uint64_t cap, cap_host[2];
};

gw_status_t gw_gpu_create(int device, uint64_t budget, gw_gpu_t **out, gw_err_t *err)
{
    *out = NULL;
    gw_gpu_t *g = (gw_gpu_t *)calloc(1, sizeof *g);
    if (!g)
        return gw_err_nomem(err, "starting a device");
    g->device = device;
    g->budget = budget;
    cudaError_t e = cudaSetDevice(device);
    if (!e) {
        /* a waiting thread leaves its core to the others; refused if the device is already in use
         * by this process, which does no harm */
        cudaSetDeviceFlags(cudaDeviceScheduleBlockingSync);
        cudaGetLastError();
        e = cudaDeviceGetAttribute(&g->processors, cudaDevAttrMultiProcessorCount, device);
    }
    if (!e)
        e = cudaDeviceGetAttribute(&g->shared_bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
    if (!e)
        e = cudaStreamCreateWithFlags(&g->stream, cudaStreamNonBlocking);
    if (!e)
        e = cudaEventCreate(&g->begin);
    if (!e)
        e = cudaEventCreate(&g->end_of_kernels);
    if (e) {
        gw_gpu_destroy(g);
        return fail(err, device, "starting it", e);
    }
    *out = g;
    return GW_OK;
}

/* After a failure the driver may refuse these calls too; there is nothing left to do about it. */
void gw_gpu_destroy(gw_gpu_t *g)
{
    if (!g)
        return;
    cudaSetDevice(g->device);
    if (g->attached)
        g->end_attached(g->attached);
    cudaFree(g->memory);
    for (int i = 0; i < 2; i++)
        cudaFreeHost(g->host[i]);
    if (g->begin)
        cudaEventDestroy(g->begin);
    if (g->end_of_kernels)
        cudaEventDestroy(g->end_of_kernels);
    if (g->stream)
        cudaStreamDestroy(g->stream);
    free(g);
}

void gw_gpu_limit(gw_gpu_t *g, uint64_t budget)
{
    g->budget = budget;
}

void *gw_gpu_stream(gw_gpu_t *g)
{
    return (void *)g->stream;
}

void gw_gpu_attach(gw_gpu_t *g, void *thing, void (*end)(void *thing))
{
    g->attached = thing;
    g->end_attached = end;
}

bool gw_gpu_attached(gw_gpu_t *g, void **thing)
{
    cudaSetDevice(g->device); /* a failure comes back from the calls that follow */
    *thing = g->attached;
    return g->end_attached != NULL;
}

int gw_gpu_device_number(const gw_gpu_t *g)
{
    return g->device;
}

int gw_gpu_processors(const gw_gpu_t *g)
{
    return g->processors;
}

uint32_t gw_gpu_shared_bytes(const gw_gpu_t *g)
{
    return (uint32_t)g->shared_bytes;
}

/* 3. a batch's memory */
void gw_gpu_start(gw_gpu_t *g)
{
    memset(g->size, 0, sizeof g->size);
    g->n_parts = 0;
    if (g->memory)
        UNGUARD(g->memory, g->cap);
    for (int i = 0; i < 2; i++)
        if (g->host[i])
            UNGUARD(g->host[i], g->cap_host[i]);
}

gw_gpu_part_t gw_gpu_part(gw_gpu_t *g, gw_gpu_kind_t kind, uint64_t bytes)
{
    gw_gpu_part_t p = {kind, g->size[kind]};
    if (g->n_parts < MOST_PARTS) {
        g->part[g->n_parts] = p;
        g->end[g->n_parts++] = p.at + bytes;
    }
    /* at least one byte between parts, so that a guard fits */
    g->size[kind] += (bytes + ALIGN) / ALIGN * ALIGN;
    return p;
}

static uint64_t start_of(const gw_gpu_t *g, gw_gpu_kind_t kind)
{
    uint64_t at = 0;
    for (int k = 0; k < (int)kind; k++)
        at += g->size[k];
    return at;
}

static cudaError_t grow_host(gw_gpu_t *g, int i, uint64_t need)
{
    if (need <= g->cap_host[i])
        return cudaSuccess;
    cudaFreeHost(g->host[i]);
    g->host[i] = NULL;
    g->cap_host[i] = 0;
    void *p = NULL;
    cudaError_t e = cudaMallocHost(&p, need + need / 4);
    if (!e) {
        g->host[i] = (uint8_t *)p;
        g->cap_host[i] = need + need / 4;
    }
    return e;
}

static cudaError_t grow_device(gw_gpu_t *g, uint64_t need)
{
    if (need <= g->cap)
        return cudaSuccess;
    uint64_t more = need + need / 4 < g->budget ? need + need / 4 : need;
    cudaError_t e = cudaFree(g->memory);
    void *p = NULL;
    g->memory = NULL;
    g->cap = 0;
    if (!e)
        e = cudaMalloc(&p, more);
    if (!e) {
        g->memory = (uint8_t *)p;
        g->cap = more;
    }
    return e;
}

/* Under AddressSanitizer what lies between parts must not be touched. */
static void guard_parts(gw_gpu_t *g)
{
    for (int i = 0; i < g->n_parts; i++) {
        gw_gpu_part_t p = g->part[i];
        uint64_t end = g->end[i], stop = (end + ALIGN) / ALIGN * ALIGN;
        GUARD(g->memory + start_of(g, p.kind) + end, stop - end);
        if (p.kind != GW_GPU_WORK)
            GUARD(g->host[p.kind == GW_GPU_OUTPUT] + end, stop - end);
        (void)stop;
    }
}

gw_status_t gw_gpu_reserve(gw_gpu_t *g, gw_err_t *err)
{
    uint64_t need = g->size[0] + g->size[1] + g->size[2];
    if (need > g->budget)
        return gw_err_set(err, GW_ENOMEM, "cuda:%d: a batch needs %llu bytes of the %llu allowed",
                          g->device, (unsigned long long)need, (unsigned long long)g->budget);
    cudaError_t e = cudaSetDevice(g->device);
    if (!e)
        e = grow_device(g, need);
    if (!e)
        e = grow_host(g, 0, g->size[GW_GPU_INPUT]);
    if (!e)
        e = grow_host(g, 1, g->size[GW_GPU_OUTPUT]);
    if (e)
        return fail(err, g->device, "reserving memory", e);
    guard_parts(g);
    return GW_OK;
}

void *gw_gpu_host(gw_gpu_t *g, gw_gpu_part_t part)
{
    return g->host[part.kind == GW_GPU_OUTPUT] + part.at;
}

void *gw_gpu_device(gw_gpu_t *g, gw_gpu_part_t part)
{
    return g->memory + start_of(g, part.kind) + part.at;
}

/* 4. running it */
gw_status_t gw_gpu_send(gw_gpu_t *g, gw_err_t *err)
{
    cudaError_t e = cudaMemcpyAsync(g->memory, g->host[0], g->size[GW_GPU_INPUT],
                                    cudaMemcpyHostToDevice, g->stream);
    if (!e)
        e = cudaEventRecord(g->begin, g->stream);
    return e ? fail(err, g->device, "sending a batch", e) : GW_OK;
}

gw_status_t gw_gpu_receive(gw_gpu_t *g, gw_err_t *err)
{
    float ms = 0;
    cudaError_t e = cudaGetLastError(); /* of the launches */
    if (e)
        return fail(err, g->device, "starting a kernel", e);
    e = cudaEventRecord(g->end_of_kernels, g->stream);
    if (!e)
        e = cudaMemcpyAsync(g->host[1], g->memory + start_of(g, GW_GPU_OUTPUT),
                            g->size[GW_GPU_OUTPUT], cudaMemcpyDeviceToHost, g->stream);
    if (!e)
        e = cudaStreamSynchronize(g->stream);
    if (!e)
        e = cudaEventElapsedTime(&ms, g->begin, g->end_of_kernels);
    g->kernel_ms += (double)ms;
    return e ? fail(err, g->device, "running a batch", e) : GW_OK;
}

double gw_gpu_kernel_ms(const gw_gpu_t *g)
{
    return g->kernel_ms;
}

/* 5. what stays on a device */
enum { MOST_PIECES = 8 };
struct gw_gpu_tables {
    int device;
    uint8_t *memory;
    uint64_t at[MOST_PIECES + 1];
};

gw_status_t gw_gpu_tables_send(gw_gpu_t *g, const void *const *piece, const uint64_t *bytes, int n,
                        gw_gpu_tables_t **out, gw_err_t *err)
{
    *out = NULL;
    if (n > MOST_PIECES)
        return gw_err_set(err, GW_EINTERNAL, "cuda:%d: %d pieces to keep", g->device, n);
    gw_gpu_tables_t *k = (gw_gpu_tables_t *)calloc(1, sizeof *k);
    if (!k)
        return gw_err_nomem(err, "sending tables");
    k->device = g->device;
    for (int i = 0; i < n; i++)
        k->at[i + 1] = k->at[i] + (bytes[i] + ALIGN - 1) / ALIGN * ALIGN;
    void *p = NULL;
    cudaError_t e = cudaSetDevice(g->device);
    if (!e)
        e = cudaMalloc(&p, k->at[n] ? k->at[n] : (uint64_t)ALIGN);
    k->memory = (uint8_t *)p;
    for (int i = 0; i < n && !e; i++)
        e = cudaMemcpyAsync(k->memory + k->at[i], piece[i], bytes[i], cudaMemcpyHostToDevice,
                            g->stream);
    if (!e)
        e = cudaStreamSynchronize(g->stream);
    if (e) {
        gw_gpu_tables_free(k);
        return fail(err, g->device, "sending tables", e);
    }
    *out = k;
    return GW_OK;
}

const void *gw_gpu_tables_at(const gw_gpu_tables_t *k, int piece)
{
    return k->memory + k->at[piece];
}

void gw_gpu_tables_free(gw_gpu_tables_t *k)
{
    if (!k)
        return;
    cudaSetDevice(k->device);
    cudaFree(k->memory);
    free(k);
}
