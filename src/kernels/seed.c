#include <config.h>

#include "kernels/seed.h"
#include "base/hash.h"

/* A cheap scramble is enough for choosing among the handful of s-mers of one k-mer. */
static inline uint32_t smer_hash(uint64_t smer)
{
    return (uint32_t)((smer * 0x9e3779b97f4a7c15ULL) >> 32);
}

size_t gw_seed_scan(const uint8_t *code, size_t len, gw_seed_t *out)
{
    const uint64_t kmask = (1ULL << 2 * GW_SEED_K) - 1, smask = (1ULL << 2 * GW_SEED_S) - 1;
    uint64_t fwd = 0, rev = 0;
    uint32_t ring[8] = {0}; /* hashes of the last s-mers, by end position */
    size_t n = 0, run = 0;  /* run: bases since the last non-base */
    _Static_assert(GW_SEED_W <= 8 && GW_SEED_W % 2 == 1, "the ring holds a k-mer's s-mers");
    for (size_t i = 0; i < len; i++) {
        if (code[i] > 3) {
            run = 0;
            continue;
        }
        fwd = (fwd << 2 | code[i]) & kmask;
        rev = rev >> 2 | (uint64_t)(3 - code[i]) << 2 * (GW_SEED_K - 1);
        run++;
        uint64_t sf = fwd & smask, sr = rev >> 2 * (GW_SEED_K - GW_SEED_S);
        ring[i & 7] = smer_hash(sf < sr ? sf : sr);
        uint32_t mid = ring[(i - GW_SEED_W / 2) & 7];
        unsigned smallest = run >= GW_SEED_K;
        for (unsigned j = 0; j < GW_SEED_W; j++)
            smallest &= mid <= ring[(i - j) & 7];
        if (smallest) {
            out[n].rev = rev < fwd;
            out[n].hash = gw_hash_mix(rev < fwd ? rev : fwd);
            out[n++].pos = (uint32_t)(i + 1 - GW_SEED_K);
        }
    }
    return n;
}
