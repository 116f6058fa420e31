/* src/base/inline.h -- inline functions that CUDA kernels may call too
 */
#ifndef GW_BASE_INLINE_H
#define GW_BASE_INLINE_H

#ifdef __CUDACC__
#define GW_INLINE static __host__ __device__ inline
#else
#define GW_INLINE static inline
#endif

#endif
