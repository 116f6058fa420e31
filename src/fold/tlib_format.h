/* src/fold/tlib_format.h -- the bytes of a .gwt file; shared by tlib*.c only */
#ifndef GW_FOLD_TLIB_FORMAT_H
#define GW_FOLD_TLIB_FORMAT_H

#include "fold/tlib.h"

#define GW_TLIB_MAGIC "GWTLIB1\n"
enum {
    GW_TLIB_VERSION = 2,
    GW_TLIB_WITH_COPIES = 3, /* version of a library that holds places in assemblies */
    GW_TLIB_HEADER = 64,
    GW_TLIB_BLOCK_MAX = 16,
    GW_TLIB_SEED = 0x67777431
};

/* header: 0 magic[8]; 8 version u32; 12 templates u32; 16 blocks u32; 20 zero u32;
 *         24 index place u64; 32 its bytes u64; 40 unpacked u64; 48 its XXH64; 56 XXH64 of 0..55
 * index:  per block place u64, bytes u64, XXH64 u64; per template length u32, block u32, mean and
 *         spread of chance scores as two IEEE singles, name and label as u16 length + bytes;
 *         then per template the number of neighbours u16, and each as template u32, weight u8;
 *         in version 3 then per template the number of copies u16, and each as assembly u16,
 *         rotation and shift as twelve IEEE singles */
enum { GW_TLIB_ENTRY = 16, GW_TLIB_COPY = 50 };

/* unpacked bytes of a block of so many residues */
size_t gw_tlib_block_bytes(int64_t residues);
/* put: templates into bytes; else bytes into templates, which are initialised to their lengths */
void gw_tlib_block_code(gw_template_t *t, size_t n, uint8_t *bytes, bool put);
/* are all codes within their ranges? */
bool gw_tlib_block_valid(const gw_template_t *t);

static inline void gw_tlib_put(uint8_t *p, uint64_t v, int bytes)
{
    for (int k = 0; k < bytes; k++)
        p[k] = (uint8_t)(v >> (8 * k));
}
static inline uint64_t gw_tlib_get(const uint8_t *p, int bytes)
{
    uint64_t v = 0;
    for (int k = 0; k < bytes; k++)
        v |= (uint64_t)p[k] << (8 * k);
    return v;
}

#endif
