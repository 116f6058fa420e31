/* src/io/region.h -- regions of a genome: "chr20:1,000-2,000", BED files; sorted, merged, searched
 *
 * Units: 0-based, half-open inside; region text is 1-based, closed; BED is 0-based, half-open
 */
#ifndef GW_IO_REGION_H
#define GW_IO_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct {
    int32_t tid;
    int64_t beg, end;
} gw_region_t;

typedef struct {
    gw_region_t *v; /* sorted by tid, beg; overlapping and touching ones merged by _finish */
    size_t n, cap;
} gw_regions_t;

/* Maps a contig name to its number, or -1. */
typedef int32_t (*gw_name2tid_fn)(void *ctx, const char *name);
typedef int64_t (*gw_tid2len_fn)(void *ctx, int32_t tid);

GW_RESULT_USED gw_status_t gw_regions_add_text(gw_regions_t *r, const char *text,
                                               gw_name2tid_fn tid, gw_tid2len_fn len, void *ctx,
                                               gw_err_t *err);
GW_RESULT_USED gw_status_t gw_regions_add_bed(gw_regions_t *r, const char *path, gw_name2tid_fn tid,
                                              gw_tid2len_fn len, void *ctx, gw_err_t *err);
void gw_regions_finish(gw_regions_t *r);
/* The first region of a finished list that ends behind position pos of tid, or lies on a later contig; n when
 * there is none (binary search). */
size_t gw_regions_first(const gw_regions_t *r, int32_t tid, int64_t pos);
/* true when [beg,end) of tid touches a region (binary search) */
bool gw_regions_overlap(const gw_regions_t *r, int32_t tid, int64_t beg, int64_t end);
void gw_regions_release(gw_regions_t *r);

#endif
