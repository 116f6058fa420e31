#include <config.h>

#define GRAM_NAME  gw_gram_avx2
#define GRAM_LEVEL "avx2"
#include "kernels/gram_template.inc"
