#include <config.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cuda/gpu.h"
#include "cuda/gpublas.h"

/* 1. opening: the few names and numbers of cublas_api.h that are used, as they have been since cuBLAS 11 */
typedef int create_fn(void **handle);
typedef int destroy_fn(void *handle);
typedef int stream_fn(void *handle, void *stream);
typedef int gemm_fn(void *handle, int trans_a, int trans_b, int m, int n, int k, const void *alpha,
                    const void *a, int a_type, int lda, const void *b, int b_type, int ldb,
                    const void *beta, void *c, int c_type, int ldc, int compute, int algo);
enum { OP_N = 0, OP_T = 1, R_8I = 3, R_32I = 10, COMPUTE_32I = 72, ALGO_DEFAULT = -1 };

struct gw_gpublas {
    void *library, *handle;
    destroy_fn *destroy;
    gemm_fn *gemm;
};

static void *open_library(void)
{
    static const char *const names[] = {"libcublas.so.13", "libcublas.so.12", "libcublas.so.11"};
    const char *given = getenv("GENOWARP_CUBLAS");
    void *library = NULL;
    if (given)
        return *given ? dlopen(given, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (gw_gpu_build() != GW_GPU_CUDA) /* emulated memory is nothing to the real one */
        return NULL;
    for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}

/* ISO C has no cast from an object's to a function's address */
static bool find(void *library, const char *name, void *fn)
{
    void *at = dlsym(library, name);
    memcpy(fn, &at, sizeof at);
    return at != NULL;
}

gw_gpublas_t *gw_gpublas_open(void *stream, const char **why)
{
    create_fn *create = NULL;
    stream_fn *set_stream = NULL;
    gw_gpublas_t *b = gw_calloc(1, sizeof *b);
    *why = "out of memory";
    if (!b)
        return NULL;
    *why = "no libcublas is found";
    b->library = open_library();
    if (!b->library)
        goto fail;
    *why = "libcublas lacks a function";
    if (!find(b->library, "cublasCreate_v2", &create) ||
        !find(b->library, "cublasDestroy_v2", &b->destroy) ||
        !find(b->library, "cublasSetStream_v2", &set_stream) ||
        !find(b->library, "cublasGemmEx", &b->gemm))
        goto fail;
    *why = "libcublas does not start";
    if (create(&b->handle) != 0) {
        b->handle = NULL;
        goto fail;
    }
    if (set_stream(b->handle, stream) != 0)
        goto fail;
    return b;
fail:
    gw_gpublas_close(b);
    return NULL;
}

void gw_gpublas_close(gw_gpublas_t *b)
{
    if (!b)
        return;
    if (b->handle)
        b->destroy(b->handle);
    if (b->library)
        dlclose(b->library);
    free(b);
}

/* 2. products; cuBLAS counts columns first, so a row of ours is a column of its */
bool gw_gpublas_dot8(gw_gpublas_t *b, int m, int n, int k_len, const void *a, const void *bt,
                     int32_t *c)
{
    const int32_t one = 1, zero = 0;
    return b->gemm(b->handle, OP_T, OP_N, m, n, k_len, &one, a, R_8I, k_len, bt, R_8I, k_len, &zero,
                   c, R_32I, m, COMPUTE_32I, ALGO_DEFAULT) == 0;
}
