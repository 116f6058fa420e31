#include <config.h>

#define GRAM_NAME  gw_gram_portable
#define GRAM_LEVEL "portable"
#include "kernels/gram_template.inc"
