#include <config.h>

#define VEC_BITS 128
#define STRIP    2
#define LEVEL    gw_extend_simd_portable
#include "kernels/extend_widths.h"
