#include <config.h>

#define LANES 8
#define ROWS  2
#define VECS  4
#define NAME  gw_conv_avx2
#include "kernels/conv_simd.h"
