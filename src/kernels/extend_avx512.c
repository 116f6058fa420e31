#include <config.h>

#include "kernels/extend_group.h"

#define VEC_BITS 512
#define STRIP    4

#define ELEM_BITS 8
#define NAME(x)   x##_8
#include "kernels/extend_simd.h"
#undef ELEM_BITS
#undef NAME
#define ELEM_BITS 16
#define NAME(x)   x##_16
#include "kernels/extend_simd.h"
#undef ELEM_BITS
#undef NAME
#define ELEM_BITS 32
#define NAME(x)   x##_32
#include "kernels/extend_simd.h"

const gw_extend_simd_t gw_extend_simd_avx512 = {VEC_BITS / 8, {run_8, run_16, run_32}};
