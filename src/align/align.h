/* src/align/align.h -- short reads in, alignments out: the whole of mapping as one call
 *
 * Contents: 1. options  2. what was seen  3. the run
 * Reads are mapped in chunks of a fixed number of records; what comes out depends on the reads,
 * the index and the options alone. Memory: (2 x threads + 2) chunks.
 * Source:   seeds: kernels/seed.h; scores and tags follow BWA-MEM (Li 2013, arXiv:1303.3997), the
 *           method does not
 */
#ifndef GW_ALIGN_ALIGN_H
#define GW_ALIGN_ALIGN_H

#include "align/index.h"
#include "align/insert.h"
#include "align/map.h"
#include "align/samrec.h"
#include "align/sink.h"
#include "engine/engine.h"
#include "io/seqread.h"

/* 1. options */
enum { GW_ALIGN_MAX_READ = 5000 };
typedef struct {
    gw_map_params_t map;
    gw_samrec_opts_t rec;
    double insert_mean, insert_sd; /* sd 0: estimate both from the first pairs */
    int threads;
} gw_align_opts_t;

/* 2. what was seen */
typedef struct {
    int64_t reads, pairs, mapped, proper, supplementary, secondary, rescued;
    int64_t mapq[61];
    int64_t size[GW_INSERT_MAX]; /* of proper pairs */
    gw_insert_t insert;
    bool insert_guessed; /* too few pairs to estimate */
} gw_align_stats_t;

void gw_align_stats_release(gw_align_stats_t *s);

/* 3. the run: everything the reader gives goes into the sink, template by template. stats is
 *    zeroed first; the caller releases it. tell, when not NULL, is called once with the insert
 *    sizes that will be used (before any record is put). */
typedef void (*gw_align_tell_fn)(const gw_align_stats_t *stats);
GW_RESULT_USED gw_status_t gw_align_run(const gw_index_t *index, gw_seqreader_t *reader,
                                        gw_engine_t *engine, gw_sink_t *sink,
                                        const gw_align_opts_t *opts, gw_align_tell_fn tell,
                                        gw_align_stats_t *stats, gw_err_t *err);

#endif
