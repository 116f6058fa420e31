/* src/kernels/seed.h -- seeds: open syncmers of a sequence, the same on both strands
 *
 * Contents: 1. parameters  2. scanning
 * Units:    bases are codes 0..3 = A C G T, 4 and above = no base; positions are 0-based
 * Source:   Edgar 2021, doi:10.7717/peerj.10805 (syncmers); Shaw & Yu 2022,
 *           doi:10.1093/bioinformatics/btab790 (choosing the middle s-mer)
 *
 * A k-mer is a seed when, of its K - S + 1 s-mers, the middle one has the smallest hash. Both
 * k-mers and s-mers are taken in the smaller of their two strands, so a sequence and its reverse
 * complement have the same seeds. Whether a k-mer is a seed depends on its K bases alone.
 */
#ifndef GW_KERNELS_SEED_H
#define GW_KERNELS_SEED_H

#include <stddef.h>
#include <stdint.h>

/* 1. parameters: both odd, so that no k-mer or s-mer is its own reverse complement */
enum { GW_SEED_K = 19, GW_SEED_S = 15, GW_SEED_W = GW_SEED_K - GW_SEED_S + 1 };

typedef struct {
    uint64_t hash; /* of the canonical k-mer */
    uint32_t pos;  /* of its first base */
    uint32_t rev;  /* 1: the canonical strand is the reverse one */
} gw_seed_t;

/* 2. scanning: seeds that lie wholly in code[0..len), rising by position. out has room for
 *    len values; returns how many were written. len below 2^32. */
size_t gw_seed_scan(const uint8_t *code, size_t len, gw_seed_t *out);

#endif
