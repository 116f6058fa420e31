#include <config.h>

#define LANES 16
#define ROWS  4
#define VECS  4
#define NAME  gw_conv_avx512
#include "kernels/conv_simd.h"
