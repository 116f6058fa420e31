/* cuda/gpu.h -- CUDA devices behind C: what there is, and streams that batches run on
 *
 * Contents: 1. devices  2. streams  3. a batch's memory  4. running it
 *           5. tables that stay on a device
 * No CUDA type shows here. The same functions exist three times: compiled by nvcc (gpu.cu), by the
 * C++ compiler for the emulator (the same gpu.cu), and as a stub that has no device (gpu_none.c).
 *
 * Failures: GW_ENOMEM when the device's memory, the stream's budget or pinned memory is short (a
 * smaller batch may do); GW_ENODEVICE for any other failure of the device or its driver, after
 * which the device must not be used again.
 */
#ifndef GW_CUDA_GPU_H
#define GW_CUDA_GPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 1. devices */
typedef enum {
    GW_GPU_NONE,    /* this build has no CUDA kernels */
    GW_GPU_CUDA,    /* compiled by nvcc */
    GW_GPU_EMULATOR /* kernels run on the CPU: tests */
} gw_gpu_build_t;
gw_gpu_build_t gw_gpu_build(void);

/* devices that may be used (CUDA_VISIBLE_DEVICES counts); 0 without a driver. why, when not NULL,
 * gets the driver's reason for 0, a static string. */
int gw_gpu_count(const char **why);

typedef struct {
    char name[128];
    int major, minor;      /* compute capability */
    int processors;        /* multiprocessors */
    uint64_t memory, free; /* bytes */
    uint64_t budget;       /* of free: what the engine lets itself use */
} gw_gpu_info_t;
GW_RESULT_USED gw_status_t gw_gpu_info(int device, gw_gpu_info_t *out, gw_err_t *err);

/* 2. streams: one thread at a time may use one. budget: bytes of device memory it may take. */
typedef struct gw_gpu gw_gpu_t;
GW_RESULT_USED gw_status_t gw_gpu_create(int device, uint64_t budget, gw_gpu_t **out,
                                         gw_err_t *err);
void gw_gpu_destroy(gw_gpu_t *g);
void gw_gpu_limit(gw_gpu_t *g, uint64_t budget); /* another budget from the next batch on */
void *gw_gpu_stream(gw_gpu_t *g); /* cudaStream_t, for launchers */
int gw_gpu_device_number(const gw_gpu_t *g);
/* One thing that lives as long as the stream (it may be NULL): keep hands it over, with what ends it;
 * kept tells whether that was done, and makes the device the calling thread's. */
void gw_gpu_keep(gw_gpu_t *g, void *thing, void (*end)(void *thing));
bool gw_gpu_kept(gw_gpu_t *g, void **thing);
int gw_gpu_processors(const gw_gpu_t *g);
uint32_t gw_gpu_shared_bytes(const gw_gpu_t *g); /* that a block may have */

/* 3. a batch's memory: parts of three kinds, declared first, then reserved together. INPUT parts
 *    have a pinned copy that the caller fills, OUTPUT parts one that the caller reads; WORK parts
 *    are on the device alone. Parts start 256-byte aligned and undefined. */
typedef enum { GW_GPU_INPUT, GW_GPU_WORK, GW_GPU_OUTPUT } gw_gpu_kind_t;
typedef struct {
    gw_gpu_kind_t kind;
    uint64_t at;
} gw_gpu_part_t;

void gw_gpu_start(gw_gpu_t *g); /* forgets the batch before */
gw_gpu_part_t gw_gpu_part(gw_gpu_t *g, gw_gpu_kind_t kind, uint64_t bytes);
GW_RESULT_USED gw_status_t gw_gpu_reserve(gw_gpu_t *g, gw_err_t *err);
void *gw_gpu_host(gw_gpu_t *g, gw_gpu_part_t part);
void *gw_gpu_device(gw_gpu_t *g, gw_gpu_part_t part);

/* 4. running it: send the inputs, launch, get the outputs (which waits for everything) */
GW_RESULT_USED gw_status_t gw_gpu_send(gw_gpu_t *g, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_gpu_receive(gw_gpu_t *g, gw_err_t *err);

/* milliseconds that kernels ran on this stream, all batches together: benchmarks */
double gw_gpu_kernel_ms(const gw_gpu_t *g);

/* 5. tables: pieces that stay that batches of every stream of the device may read. They are sent through
 *    stream g; GW_ENOMEM when they do not fit. Destroyed with gw_gpu_tables_free. */
typedef struct gw_gpu_tables gw_gpu_tables_t;
GW_RESULT_USED gw_status_t gw_gpu_tables_send(gw_gpu_t *g, const void *const *piece, const uint64_t *bytes,
                                       int n, gw_gpu_tables_t **out, gw_err_t *err);
const void *gw_gpu_tables_at(const gw_gpu_tables_t *k, int piece);
void gw_gpu_tables_free(gw_gpu_tables_t *k); /* NULL is fine */

#ifdef __cplusplus
}
#endif

#endif
