#include <config.h>

#define VEC_BITS 256
#define STRIP    2
#define LEVEL    gw_extend_simd_avx2
#include "kernels/extend_widths.h"
