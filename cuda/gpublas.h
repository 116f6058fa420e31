/* cuda/gpublas.h -- cuBLAS, when the machine has it: opened at run time, never linked
 *
 * Contents: 1. opening  2. products of small integers
 * The library is hundreds of megabytes and nothing needs it: kernels of our own give the same integers.
 * GENOWARP_CUBLAS names another file, or none when it is empty.
 */
#ifndef GW_CUDA_GPUBLAS_H
#define GW_CUDA_GPUBLAS_H

#include <stdbool.h>
#include <stdint.h>

/* 1. opening: a handle for one stream (cudaStream_t) of the device that is set; NULL, with *why a static
 *    string, where the library or one of its functions is missing or refuses to start */
typedef struct gw_gpublas gw_gpublas_t;
gw_gpublas_t *gw_gpublas_open(void *stream, const char **why);
void gw_gpublas_close(gw_gpublas_t *b);

/* 2. c[j * m + i] = sum over k of a[i * k_len + k] * b[j * k_len + k], exact in 32 bits; device
 *    addresses; m, n and k_len are multiples of 16. false: the library refused. Queued on the stream. */
bool gw_gpublas_dot8(gw_gpublas_t *b, int m, int n, int k_len, const void *a, const void *bt,
                     int32_t *c);

#endif
