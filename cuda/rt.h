/* cuda/rt.h -- the CUDA language and runtime, from nvcc or from the emulator
 *
 * Two macros are the only difference that a .cu file sees: GW_LAUNCH starts a kernel, GW_SHARED
 * names the dynamic shared memory of a block.
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
#else
#include "cuda/emu/cuemu.h"
#endif

#endif
