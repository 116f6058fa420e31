/* src/kernels/extend_cigar.h -- from trace-back flags to CIGAR operations
 *
 * Contents: 1. flags  2. steps
 * The trace runs from the last cell to the first; among equal scores it takes M before D before I,
 * so that gaps come out leftmost: the operations read from the right are the smallest possible in
 * that order.
 */
#ifndef GW_KERNELS_EXTEND_CIGAR_H
#define GW_KERNELS_EXTEND_CIGAR_H

#include <stdbool.h>

#include "base/mem.h"
#include "kernels/extend.h"

/* 1. flags of a cell */
enum {
    GW_TRACE_M = 1,      /* its best path may end in a match */
    GW_TRACE_D = 2,      /* ... in a deletion (neither: in an insertion) */
    GW_TRACE_MORE_D = 4, /* a deletion that ends here goes on to the left */
    GW_TRACE_MORE_I = 8  /* an insertion that ends here goes on above */
};

/* 2. steps */
typedef struct {
    int64_t i, j; /* letters of query and target before the operations traced so far */
    int state;    /* 0: any; GW_TRACE_MORE_D, GW_TRACE_MORE_I: inside that gap */
    size_t first; /* where this pair's operations start in out->cigar */
} gw_trace_t;

/* Adds one operation in reverse order; false = out of memory. */
static inline bool gw_trace_add(gw_trace_t *tr, uint32_t op, gw_extend_cigars_t *out)
{
    if (out->n_cigar > tr->first && (out->cigar[out->n_cigar - 1] & 15) == op) {
        out->cigar[out->n_cigar - 1] += 16;
        return true;
    }
    if (!GW_GROW(out->cigar, out->cap_cigar, out->n_cigar + 1))
        return false;
    out->cigar[out->n_cigar++] = 16 | op;
    return true;
}

/* flags: those of cell (i,j). Moves on by one letter. */
static inline bool gw_trace_step(gw_trace_t *tr, uint8_t flags, gw_extend_cigars_t *out)
{
    if (tr->state == 0 && (flags & GW_TRACE_M)) {
        tr->i--;
        tr->j--;
        return gw_trace_add(tr, 0, out);
    }
    if (tr->state == GW_TRACE_MORE_D || (tr->state == 0 && (flags & GW_TRACE_D))) {
        tr->state = flags & GW_TRACE_MORE_D;
        tr->j--;
        return gw_trace_add(tr, 2, out);
    }
    tr->state = flags & GW_TRACE_MORE_I;
    tr->i--;
    return gw_trace_add(tr, 1, out);
}

/* Puts the pair's operations in order. */
static inline void gw_trace_end(const gw_trace_t *tr, gw_extend_cigars_t *out)
{
    if (out->n_cigar == tr->first)
        return;
    for (size_t a = tr->first, z = out->n_cigar - 1; a < z; a++, z--) {
        uint32_t x = out->cigar[a];
        out->cigar[a] = out->cigar[z];
        out->cigar[z] = x;
    }
}

#endif
