#include <config.h>

#define LANES 4
#define ROWS  2
#define VECS  4
#define NAME  gw_conv_portable
#include "kernels/conv_simd.h"
