#include <config.h>

#define GRAM_NAME  gw_gram_avx512
#define GRAM_LEVEL "avx512"
#include "kernels/gram_template.inc"
