/* src/kernels/vec.h -- one vocabulary for integer vectors of 128, 256 and 512 bits
 *
 * Set VEC_BITS and ELEM_BITS (8, 16 or 32), then include; templates (extend_simd.h) use the names.
 * 128 and 256 bits go through SIMDe: native where the compiler's flags allow it, NEON or plain C
 * elsewhere. A mask is whatever V_GT makes and V_BLEND takes.
 */
#if VEC_BITS == 512
#    include <immintrin.h>
#    define VEC            __m512i
#    define VOP(name)      _mm512_##name
#    define V_LOADU(p)     _mm512_loadu_si512(p)
#    define V_STOREU(p, a) _mm512_storeu_si512(p, a)
#    define V_AND(a, b)    _mm512_and_si512(a, b)
#    define V_OR(a, b)     _mm512_or_si512(a, b)
#    define V_XOR(a, b)    _mm512_xor_si512(a, b)
#    define V_BYTES16(p)   _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(p)))
#elif VEC_BITS == 256
#    include <simde/x86/avx2.h>
#    define VEC            simde__m256i
#    define VOP(name)      simde_mm256_##name
#    define V_LOADU(p)     simde_mm256_loadu_si256((const simde__m256i *)(p))
#    define V_STOREU(p, a) simde_mm256_storeu_si256((simde__m256i *)(p), a)
#    define V_AND(a, b)    simde_mm256_and_si256(a, b)
#    define V_OR(a, b)     simde_mm256_or_si256(a, b)
#    define V_XOR(a, b)    simde_mm256_xor_si256(a, b)
#    define V_BYTES16(p) \
        simde_mm256_broadcastsi128_si256(simde_mm_loadu_si128((const simde__m128i *)(p)))
#else
#    include <simde/x86/sse4.1.h>
#    define VEC            simde__m128i
#    define VOP(name)      simde_mm_##name
#    define V_LOADU(p)     simde_mm_loadu_si128((const simde__m128i *)(p))
#    define V_STOREU(p, a) simde_mm_storeu_si128((simde__m128i *)(p), a)
#    define V_AND(a, b)    simde_mm_and_si128(a, b)
#    define V_OR(a, b)     simde_mm_or_si128(a, b)
#    define V_XOR(a, b)    simde_mm_xor_si128(a, b)
#    define V_BYTES16(p)   simde_mm_loadu_si128((const simde__m128i *)(p))
#endif

#define VEC_LANES (VEC_BITS / ELEM_BITS)
/* table look-up within each 16 bytes; an index with bit 7 set gives 0 */
#define V_SHUFFLE(table, index) VOP(shuffle_epi8)(table, index)
#define V_ADDS_U8(a, b)         VOP(adds_epu8)(a, b)
#define V_SUB_8(a, b)           VOP(sub_epi8)(a, b)
#define V_BYTE1(x)              VOP(set1_epi8)((char)(x))
/* the lower (higher) 8 bytes of every 16 of a and of b, by turns */
#define V_ZIP_LOW_8(a, b)  VOP(unpacklo_epi8)(a, b)
#define V_ZIP_HIGH_8(a, b) VOP(unpackhi_epi8)(a, b)

/* V_PLUS, V_MINUS: numbers as they are, saturating where elements are narrower than 32 bits.
 * elements: the smallest value, ELEM_ZERO, stands for 0, so that saturation does "not below 0" */
#if ELEM_BITS == 8
#    define ELEM          int8_t
#    define ELEM_ZERO     INT8_MIN
#    define V_SET1(x)     VOP(set1_epi8)((char)(x))
#    define V_ADDS(a, b)  VOP(adds_epi8)(a, b)
#    define V_SUBS(a, b)  VOP(subs_epi8)(a, b)
#    define V_PLUS(a, b)  V_ADDS(a, b)
#    define V_MINUS(a, b) V_SUBS(a, b)
#    define V_INC(a)      VOP(add_epi8)(a, VOP(set1_epi8)(1))
#    define V_MAX(a, b)   VOP(max_epi8)(a, b)
#elif ELEM_BITS == 16
#    define ELEM          int16_t
#    define ELEM_ZERO     INT16_MIN
#    define V_SET1(x)     VOP(set1_epi16)((short)(x))
#    define V_ADDS(a, b)  VOP(adds_epi16)(a, b)
#    define V_SUBS(a, b)  VOP(subs_epi16)(a, b)
#    define V_PLUS(a, b)  V_ADDS(a, b)
#    define V_MINUS(a, b) V_SUBS(a, b)
#    define V_INC(a)      VOP(add_epi16)(a, VOP(set1_epi16)(1))
#    define V_MAX(a, b)   VOP(max_epi16)(a, b)
#else
#    define ELEM          int32_t
#    define ELEM_ZERO     0
#    define V_SET1(x)     VOP(set1_epi32)((int)(x))
#    define V_ADDS(a, b)  VOP(add_epi32)(a, b)
#    define V_SUBS(a, b)  VOP(max_epi32)(VOP(sub_epi32)(a, b), V_SET1(0))
#    define V_PLUS(a, b)  VOP(add_epi32)(a, b)
#    define V_MINUS(a, b) VOP(sub_epi32)(a, b)
#    define V_INC(a)      VOP(add_epi32)(a, V_SET1(1))
#    define V_MAX(a, b)   VOP(max_epi32)(a, b)
#endif

#if VEC_BITS == 512
#    if ELEM_BITS == 8
#        define V_EXPAND(p)          V_LOADU(p)
#        define V_EXPAND_SIGN(p)     V_LOADU(p)
#        define MASK                 __mmask64
#        define V_GT(a, b)           _mm512_cmpgt_epi8_mask(a, b)
#        define V_BLEND(m, no, yes)  _mm512_mask_mov_epi8(no, m, yes)
#        define V_ADD_WHERE(m, a, b) _mm512_mask_add_epi8(a, m, a, b)
#    elif ELEM_BITS == 16
#        define V_EXPAND(p)          _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(p)))
#        define V_EXPAND_SIGN(p)     _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(p)))
#        define MASK                 __mmask32
#        define V_GT(a, b)           _mm512_cmpgt_epi16_mask(a, b)
#        define V_BLEND(m, no, yes)  _mm512_mask_mov_epi16(no, m, yes)
#        define V_ADD_WHERE(m, a, b) _mm512_mask_add_epi16(a, m, a, b)
#    else
#        define V_EXPAND(p)          _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(p)))
#        define V_EXPAND_SIGN(p)     _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(p)))
#        define MASK                 __mmask16
#        define V_GT(a, b)           _mm512_cmpgt_epi32_mask(a, b)
#        define V_BLEND(m, no, yes)  _mm512_mask_mov_epi32(no, m, yes)
#        define V_ADD_WHERE(m, a, b) _mm512_mask_add_epi32(a, m, a, b)
#    endif
#else
#    define MASK                 VEC
#    define V_BLEND(m, no, yes)  VOP(blendv_epi8)(no, yes, m)
#    define V_ADD_WHERE(m, a, b) V_PLUS(a, V_AND(m, b))
#    if VEC_BITS == 256
#        define V_HALF(p)    simde_mm_loadu_si128((const simde__m128i *)(p))
#        define V_QUARTER(p) simde_mm_loadl_epi64((const simde__m128i *)(p))
#    else
#        define V_HALF(p)    simde_mm_loadl_epi64((const simde__m128i *)(p))
#        define V_QUARTER(p) simde_mm_loadu_si32(p)
#    endif
#    if ELEM_BITS == 8
#        define V_EXPAND(p)      V_LOADU(p)
#        define V_EXPAND_SIGN(p) V_LOADU(p)
#        define V_GT(a, b)       VOP(cmpgt_epi8)(a, b)
#    elif ELEM_BITS == 16
#        define V_EXPAND(p)      VOP(cvtepu8_epi16)(V_HALF(p))
#        define V_EXPAND_SIGN(p) VOP(cvtepi8_epi16)(V_HALF(p))
#        define V_GT(a, b)       VOP(cmpgt_epi16)(a, b)
#    else
#        define V_EXPAND(p)      VOP(cvtepu8_epi32)(V_QUARTER(p))
#        define V_EXPAND_SIGN(p) VOP(cvtepi8_epi32)(V_QUARTER(p))
#        define V_GT(a, b)       VOP(cmpgt_epi32)(a, b)
#    endif
#endif
