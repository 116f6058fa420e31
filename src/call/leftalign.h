/* src/call/leftalign.h -- differences from the reference, each written in one way only
 *
 * Contents: 1. events  2. left alignment  3. repeats around a place
 * Units:    0-based positions on one contig; ref points at the contig's first base, codes 0..4
 * Source:   Tan, Abecasis & Kang 2015, doi:10.1093/bioinformatics/btv112 (unified representation)
 */
#ifndef GW_CALL_LEFTALIGN_H
#define GW_CALL_LEFTALIGN_H

#include <stdbool.h>
#include <stdint.h>

/* 1. events: ref_len bases at pos are replaced by alt_len bases. No base is shared at either end:
 *    an SNV is 1/1, a deletion n/0, an insertion before pos 0/n; an event of 2/2 and more does
 *    not exist, it is two SNVs. */
typedef struct {
    int64_t pos;
    int32_t ref_len, alt_len;
    const uint8_t *alt; /* borrowed */
} gw_event_t;

static inline bool gw_event_indel(const gw_event_t *e)
{
    return e->ref_len != e->alt_len;
}
/* The first base of the VCF record: indels carry the base before them. */
static inline int64_t gw_event_anchor(const gw_event_t *e)
{
    return gw_event_indel(e) ? e->pos - 1 : e->pos;
}
/* By anchor, then SNV before indel, then lengths and letters: the order of records. */
int gw_event_cmp(const gw_event_t *a, const gw_event_t *b);

/* 2. left alignment of an insertion or deletion, not below position lo. An insertion's letters
 *    are rotated in buf (alt_len bytes, may be alt itself), to which e->alt then points. */
void gw_leftalign(const uint8_t *ref, int64_t lo, gw_event_t *e, uint8_t *buf);
/* How far to the right the (left-aligned) indel could be placed: the first position behind every
 * placement's bases. For an SNV pos + 1. */
int64_t gw_leftalign_reach(const uint8_t *ref, int64_t len_bp, const gw_event_t *e);

/* 3. repeats around a place: the tandem repeat of period 1 to 4 that an indel of the given length
 *    at pos would lengthen or shorten. copies = 1 when there is none. */
typedef struct {
    int32_t period, copies;
} gw_repeat_t;
gw_repeat_t gw_leftalign_repeat(const uint8_t *ref, int64_t len_bp, const gw_event_t *e);

#endif
