/* src/align/samrec.h -- from hits to SAM records, template by template
 *
 * Contents: 1. options  2. a chunk of records  3. making them
 * Source:   SAM specification v1 (flags, TLEN, SA, hard and soft clips), SAMtags (MC MD MQ NM AS
 *           XS XA SA RG); XA and XS as BWA writes them: XA:Z:contig,+/-position,CIGAR,NM;...
 */
#ifndef GW_ALIGN_SAMREC_H
#define GW_ALIGN_SAMREC_H

#include <htslib/sam.h>

#include "align/map.h"

/* 1. options */
typedef struct {
    bool all;               /* every secondary hit is a record */
    bool soft_clip;         /* of supplementary and secondary records, too */
    bool comments;          /* a read's comment holds tags in SAM's text form */
    bool eqx;               /* = and X instead of M */
    const char *read_group; /* value of RG on every record; NULL: as the input had it */
} gw_samrec_opts_t;

/* 2. a chunk of records, in one block of memory; rec[i].data belongs to it */
typedef struct {
    bam1_t *rec;
    size_t n, cap;
    size_t *first; /* of every template; n_templates + 1 values after gw_samrec_make */
    size_t n_templates, cap_first;
    uint8_t *byte;
    size_t n_byte, cap_byte;
} gw_recbuf_t;

void gw_recbuf_release(gw_recbuf_t *b);

/* 3. making them */
/* Marks the hits whose CIGARs gw_dp_cigars has to make. */
void gw_samrec_select(gw_mapper_t *m, const gw_samrec_opts_t *opts);
/* Turns M into = and X in all CIGARs made. */
GW_RESULT_USED gw_status_t gw_samrec_split_matches(gw_mapper_t *m, gw_err_t *err);
/* Records of the whole chunk in input order: each read's primary (or unmapped) record, its
 * supplementary, then its secondary ones. b is emptied first. GW_EDATA: a comment that holds no
 * tags although opts->comments says so. */
GW_RESULT_USED gw_status_t gw_samrec_make(const gw_mapper_t *m, const gw_samrec_opts_t *opts,
                                          gw_recbuf_t *b, gw_err_t *err);

#endif
