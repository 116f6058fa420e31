/* src/call/tile.h -- sorted alignments cut into tiles of the genome, with bounded depth
 *
 * Contents: 1. tiles  2. the tiler
 * Units:    0-based, half-open positions
 * Tiles lie on a fixed grid of the contig, whatever is asked for and however many threads there
 * are, and hold every usable read that touches the tile or GW_TILE_MARGIN bases around it: what is
 * called in a tile depends on nothing else.
 */
#ifndef GW_CALL_TILE_H
#define GW_CALL_TILE_H

#include <htslib/sam.h>

#include "base/mem.h"
#include "io/alnread.h"
#include "io/ref.h"
#include "io/region.h"

/* 1. tiles */
enum { GW_TILE_BP = 16384, GW_TILE_MARGIN = 1216, GW_TILE_BIN = 64 };

typedef struct {
    bam1_t rec;  /* data in the tile's own memory */
    int64_t end; /* behind the last aligned base */
    int32_t sample;
} gw_tileread_t;

typedef struct {
    int32_t tid;      /* of the first input's header */
    int32_t contig;   /* of the reference */
    int64_t beg, end; /* calls anchored here are this tile's */
    gw_tileread_t *read;
    size_t n_reads, cap_reads;
    gw_arena_t arena;
} gw_tile_t;
void gw_tile_destroy(gw_tile_t *t);

/* 2. the tiler */
typedef struct {
    int32_t min_mapq;
    int64_t downsample; /* reads of a sample that may start in one bin of GW_TILE_BIN bases; of
                           more, a choice that depends on names only */
} gw_tiler_opts_t;

typedef struct {
    int64_t reads, used; /* records read; kept for calling */
    int64_t unmapped, secondary, duplicate, failed, low_mapq, no_sequence;
    int64_t over_depth, deep_places; /* left out by downsample; bins capped */
    int64_t deepest_beg;             /* the first capped bin */
    int32_t deepest_contig;          /* number in the reference */
} gw_tiler_stats_t;

typedef struct gw_tiler gw_tiler_t;

/* Opens the inputs ("-" is stdin) and checks them: sorted, contigs known to ref with the same
 * length and M5, the same contigs in the same order in every input, read groups with samples.
 * Whether reads fit the reference at all is checked on the way. regions (finished, contig numbers
 * of ref, may be empty) are borrowed: with files, only they are read, through the index. */
GW_RESULT_USED gw_status_t gw_tiler_open(const char *const *path, size_t n_paths,
                                         const gw_ref_t *ref, const gw_regions_t *regions,
                                         const gw_alnread_opts_t *aln, const gw_tiler_opts_t *o,
                                         gw_tiler_t **out, gw_err_t *err);
const sam_hdr_t *gw_tiler_header(const gw_tiler_t *t);
int32_t gw_tiler_samples(const gw_tiler_t *t);
const char *gw_tiler_sample(const gw_tiler_t *t, int32_t i);
const gw_tiler_stats_t *gw_tiler_stats(const gw_tiler_t *t);
/* The next tile that has reads and touches the regions; NULL at the end. The caller destroys it. */
GW_RESULT_USED gw_status_t gw_tiler_next(gw_tiler_t *t, gw_tile_t **tile, gw_err_t *err);
void gw_tiler_close(gw_tiler_t *t);

#endif
