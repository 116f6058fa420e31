/* src/kernels/extend_widths.h -- template: the kernels of one level for elements of 8, 16, 32 bits
 *
 * Parameters: VEC_BITS (vec.h), STRIP (extend_simd.h), LEVEL (the gw_extend_simd_t to define)
 */
#include <string.h>

#include "kernels/extend_cigar.h"
#include "kernels/extend_group.h"
#include "kernels/extend_variants.h"

#define ELEM_BITS 8
#define NAME(x)   x##_8
#include "kernels/vec.h"
#include "kernels/extend_lanes.h"
#include "kernels/extend_simd.h"
#include "kernels/vec_undef.h"
#undef ELEM_BITS
#undef NAME

#define ELEM_BITS 16
#define NAME(x)   x##_16
#include "kernels/vec.h"
#include "kernels/extend_lanes.h"
#include "kernels/extend_simd.h"
#include "kernels/extend_global_simd.h"
#include "kernels/vec_undef.h"
#undef ELEM_BITS
#undef NAME

#define ELEM_BITS 32
#define NAME(x)   x##_32
#include "kernels/vec.h"
#include "kernels/extend_lanes.h"
#include "kernels/extend_simd.h"
#include "kernels/extend_global_simd.h"
#include "kernels/vec_undef.h"

const gw_extend_simd_t LEVEL = {VEC_BITS / 8, {run_8, run_16, run_32}, {global_16, global_32}};
