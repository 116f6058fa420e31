#include <config.h>

#define VEC_BITS 512
#define STRIP    4
#define LEVEL    gw_extend_simd_avx512
#include "kernels/extend_widths.h"
