/* src/call/assemble.h -- local assembly: haplotypes that no single read's alignment shows
 *
 * Contents: 1. de Bruijn assembly of a window
 * Units:    base codes 0..4; lengths in bases
 * Source:   Pevzner, Tang & Waterman 2001, doi:10.1073/pnas.171285098 (de Bruijn graphs)
 */
#ifndef GW_CALL_ASSEMBLE_H
#define GW_CALL_ASSEMBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

/* 1. de Bruijn assembly of a window: k-mers of the reference and of the reads (of bases that are
 *    good enough, broken at others) are nodes; paths from the window's first k-mer to its last
 *    are haplotypes. k rises until neither the reference nor a path visits a k-mer twice. */
typedef struct {
    const uint8_t *base, *qual;
    int32_t len;
} gw_asmread_t;

typedef struct {
    uint8_t *seq; /* in the arena */
    int32_t len;
} gw_asmhap_t;

typedef struct {
    int32_t min_qual;    /* bases below break a read */
    int32_t min_reads;   /* that must share a step away from the reference */
    double min_fraction; /* of the reads at a fork that must take it */
    int32_t max_haps;    /* best supported paths returned, the reference's own not counted */
    int32_t max_grow;    /* how much longer than the window a path may become */
} gw_asm_opts_t;

/* *n haplotypes into hap (max_haps long), best supported first; *capped when there were more. */
GW_RESULT_USED gw_status_t gw_assemble(const uint8_t *ref, int32_t ref_len,
                                       const gw_asmread_t *read, size_t n_reads,
                                       const gw_asm_opts_t *o, gw_arena_t *a, gw_asmhap_t *hap,
                                       int32_t *n, bool *capped, gw_err_t *err);

#endif
