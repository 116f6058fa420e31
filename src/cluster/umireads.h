/* src/cluster/umireads.h -- reads with identifiers, and the molecules they come from
 *
 * Contents: 1. reads  2. loading  3. grouping
 * A template (a read, or both reads of a pair) lies where its first read's 5' end would align
 * without clipping, on that read's strand; the identifiers of a place are grouped by src/cluster/
 * umi.h. Templates whose first read is not mapped are in no family. Everything is kept in memory.
 * Source: SAM specification v1 and "Optional fields" (RX, MI)
 */
#ifndef GW_CLUSTER_UMIREADS_H
#define GW_CLUSTER_UMIREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <htslib/sam.h>

#include "base/mem.h"
#include "base/status.h"

/* 1. reads */
typedef struct {
    const char *name, *umi; /* umi NULL: none known yet */
    int32_t tid;            /* -1 = nowhere (reads without alignments: 0) */
    int64_t pos;            /* 0-based */
    bool reverse, placed;
    int64_t read[2];   /* numbers of the records of first and second read; -1 = none */
    int64_t family;    /* from 1; 0 = none */
    int64_t umi_count; /* templates of its place with this identifier */
} gw_umitemplate_t;

/* A family: templates [first, first + n) of order. */
typedef struct {
    int64_t first, n;
    const char *umi;
} gw_umifamily_t;

typedef struct {
    sam_hdr_t *header; /* of alignments, or NULL */
    bam1_t **rec;      /* in input order; reads without alignments are unmapped records */
    size_t n_recs, cap_recs;
    int64_t *of; /* template of a record */
    size_t cap_of;
    gw_umitemplate_t *tmpl; /* in order of their first record */
    size_t n, cap;
    int64_t *slot; /* hash table of names */
    size_t n_slots;
    int64_t *order;         /* templates by place, family, input */
    gw_umifamily_t *family; /* family[k] is number k + 1 */
    int64_t n_families, n_places, n_ungrouped;
    gw_arena_t arena;
} gw_umireads_t;

/* 2. loading */
typedef enum {
    GW_UMI_TAG,  /* alignments; identifier in the RX tag of the first read */
    GW_UMI_NAME, /* alignments; identifier at the name's end, behind the last _ or : */
    GW_UMI_READS /* FASTA, FASTQ; identifier at the name's end; all at one place */
} gw_umisource_t;
/* GW_EDATA: an identifier is missing or holds other letters than ACGTN, - and +, two first reads of
 * one name. The caller releases u in any case. */
GW_RESULT_USED gw_status_t gw_umireads_load(gw_umireads_t *u, const char *path,
                                            gw_umisource_t source, int threads, gw_err_t *err);
void gw_umireads_release(gw_umireads_t *u);

/* 3. grouping: fills family of every template, u->order and u->family */
GW_RESULT_USED gw_status_t gw_umireads_group(gw_umireads_t *u, int distance, gw_err_t *err);

#endif
