/* src/call/gvcf.h -- a sample's records and, between them, blocks of reference
 *
 * Contents: 1. bands  2. the stream
 * Units:    0-based, half-open positions; phred qualities
 * Every position of the regions (or of all contigs) is in one record's REF or in one block. A
 * block joins neighbours whose GQ lies in one band; it carries the least depth and the least of
 * each likelihood among its positions, so that it never claims more than its worst position.
 * Positions without reads, and those where a read speaks for another allele so strongly that the
 * reference is not the best fit, do not join the others.
 */
#ifndef GW_CALL_GVCF_H
#define GW_CALL_GVCF_H

#include <htslib/vcf.h>

#include "call/refconf.h"
#include "io/ref.h"
#include "io/region.h"

/* 1. bands */
typedef struct {
    bool single;      /* every position is a block of its own */
    uint8_t of[100];  /* band of each GQ */
} gw_gvcf_bands_t;
/* "1,10,20": the least GQ of each band, rising, 1..99; below the first is a band too. GW_EUSAGE
 * says what is wrong. */
GW_RESULT_USED gw_status_t gw_gvcf_bands_parse(const char *text, gw_gvcf_bands_t *b, gw_err_t *err);

/* 2. the stream: tiles go in, in order, records and blocks come out */
typedef gw_status_t (*gw_gvcf_sink_fn)(void *ctx, bcf1_t *rec, gw_err_t *err); /* rec is borrowed */

typedef struct {
    int64_t blocks, bases; /* reference blocks and their bases */
    int64_t no_reads_bp;   /* bases without reads or of N */
    int64_t gq20_bp;       /* bases in blocks of GQ 20 and more */
} gw_gvcf_stats_t;

typedef struct gw_gvcf gw_gvcf_t;
/* contig[rid]: the number in ref of the header's contig rid; n_contigs of them. All is borrowed. */
GW_RESULT_USED gw_status_t gw_gvcf_create(const bcf_hdr_t *hdr, const gw_ref_t *ref,
                                          const int32_t *contig, int32_t n_contigs,
                                          const gw_regions_t *regions, int32_t ploidy,
                                          const gw_gvcf_bands_t *bands, gw_gvcf_t **out,
                                          gw_err_t *err);
/* One tile [beg,end) of contig rid, behind the one before: conf holds end - beg positions; the n
 * records, in order, become the stream's. What lies between the tiles has no reads. */
GW_RESULT_USED gw_status_t gw_gvcf_tile(gw_gvcf_t *g, int32_t rid, int64_t beg, int64_t end,
                                        const gw_refconf_t *conf, bcf1_t **rec, size_t n,
                                        gw_gvcf_sink_fn sink, void *ctx, gw_err_t *err);
/* The rest of all contigs, without reads. */
GW_RESULT_USED gw_status_t gw_gvcf_finish(gw_gvcf_t *g, gw_gvcf_sink_fn sink, void *ctx,
                                          gw_err_t *err);
const gw_gvcf_stats_t *gw_gvcf_stats(const gw_gvcf_t *g);
void gw_gvcf_destroy(gw_gvcf_t *g); /* NULL is fine */

#endif
