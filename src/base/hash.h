/* src/base/hash.h -- hashing, checksums and seeded random numbers
 *
 * Contents: 1. integer mixing  2. byte strings  3. random numbers
 * Source:   splitmix64 finaliser (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195);
 *           XXH64 (xxHash fast digest algorithm specification, v0.1.1);
 *           xoshiro256** (Blackman & Vigna 2021, doi:10.1145/3460772)
 * The same values on every machine (little or big endian).
 */
#ifndef GW_BASE_HASH_H
#define GW_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/inline.h"

/* 1. integer mixing: a bijection of 64 bits */
GW_INLINE uint64_t gw_hash_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

/* 2. byte strings: XXH64; also the checksum of our on-disk blocks */
uint64_t gw_hash_bytes(const void *p, size_t n, uint64_t seed);

/* 3. random numbers */
typedef struct {
    uint64_t s[4];
} gw_rng_t;

void gw_rng_init(gw_rng_t *r, uint64_t seed);
uint64_t gw_rng_next(gw_rng_t *r);
uint64_t gw_rng_below(gw_rng_t *r, uint64_t n); /* 0..n-1 without bias; n > 0 */
double gw_rng_unit(gw_rng_t *r);                /* [0,1), 53 bits */
double gw_rng_normal(gw_rng_t *r);              /* mean 0, sd 1 (Box-Muller, one value a call) */

#endif
