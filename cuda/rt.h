/* cuda/rt.h -- the CUDA language and runtime, from nvcc or from the emulator
 *
 * Three things are the only difference that a .cu file sees: GW_LAUNCH starts a kernel, GW_SHARED
 * names the dynamic shared memory of a block, and gw_mma_u8 and gw_mma_u8s8 are tensor cores' product
 * of bytes for a warp, d = a * b + c: a is 16 x 32 unsigned bytes, b 32 x 8 unsigned (u8) or signed (s8)
 * ones, c and d 16 x 8 words. With g = lane / 4 and t = lane % 4, a lane holds
 *   a[0..3]  bytes 4t..4t+3 of rows g and g + 8, then bytes 16+4t..19+4t of the same rows
 *   b0, b1   rows 4t..4t+3 and 16+4t..19+4t of column g
 *   c, d     columns 2t and 2t + 1 of row g, then of row g + 8
 * Source: PTX ISA, "Matrix Fragments for mma.m16n8k32" and "mma.m8n8k16".
 */
#ifndef GW_CUDA_RT_H
#define GW_CUDA_RT_H

#ifdef __CUDACC__
#include <cuda_runtime.h>
#include <stdint.h>
#define GW_LAUNCH(kernel, grid, block, smem, stream, ...) \
    kernel<<<grid, block, smem, stream>>>(__VA_ARGS__)
#define GW_SHARED(type, name)                                \
    extern __shared__ __align__(16) unsigned char gw_shared[]; \
    type *name = (type *)(void *)gw_shared
#if __CUDA_ARCH__ >= 800
#define GW_MMA(types)                                                                         \
    asm("mma.sync.aligned.m16n8k32.row.col.s32." types ".s32 {%0, %1, %2, %3}, "               \
        "{%4, %5, %6, %7}, {%8, %9}, {%10, %11, %12, %13};"                                    \
        : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])                                       \
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1), "r"(c[0]), "r"(c[1]),  \
          "r"(c[2]), "r"(c[3]))
#else /* the four quarters of it */
#define GW_MMA_PART(types, a, b, c0, c1, d0, d1)                                              \
    asm("mma.sync.aligned.m8n8k16.row.col.s32." types ".s32 {%0, %1}, {%2}, {%3}, {%4, %5};"   \
        : "=r"(d0), "=r"(d1)                                                                   \
        : "r"(a), "r"(b), "r"(c0), "r"(c1))
#define GW_MMA(types)                                                                         \
    GW_MMA_PART(types, a[0], b0, c[0], c[1], d[0], d[1]);                                      \
    GW_MMA_PART(types, a[2], b1, d[0], d[1], d[0], d[1]);                                      \
    GW_MMA_PART(types, a[1], b0, c[2], c[3], d[2], d[3]);                                      \
    GW_MMA_PART(types, a[3], b1, d[2], d[3], d[2], d[3])
#endif
static __device__ __forceinline__ void gw_mma_u8(uint32_t (&d)[4], const uint32_t (&a)[4],
                                                 uint32_t b0, uint32_t b1, const uint32_t (&c)[4])
{
    GW_MMA("u8.u8");
}
static __device__ __forceinline__ void gw_mma_u8s8(uint32_t (&d)[4], const uint32_t (&a)[4],
                                                   uint32_t b0, uint32_t b1, const uint32_t (&c)[4])
{
    GW_MMA("u8.s8");
}
#else
#include "cuda/emu/cuemu.h"
#endif

#endif
