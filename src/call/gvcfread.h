/* src/call/gvcfread.h -- gVCFs in: one sample's records and blocks, in order, or a clear refusal
 *
 * Contents: 1. a record  2. a file
 * Units:    0-based, half-open positions; phred likelihoods
 * VCF text (plain, gzip, BGZF, zstd) or BCF, told by content. Every record must name the allele
 * that stands for all others, <NON_REF> (genowarp, GATK) or <*> (bcftools mpileup).
 * Refused, with file, record and place: DeepVariant's files (their PL are a network's posteriors: under
 * a prior, 1/1 of 42 reads of 42 became 0/0); other alleles in <>, REF unlike the reference, records out
 * of order, values that are no numbers or not as many as the alleles ask for, files that are cut.
 * Source:   VCF specification 4.3, sections 1.6 and 5.5
 */
#ifndef GW_CALL_GVCFREAD_H
#define GW_CALL_GVCFREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/ref.h"

/* 1. a record. Memory is the record's own and reused by the next call that fills it. */
typedef struct {
    int32_t rid;      /* number of its contig among the file's */
    int64_t beg, end; /* of REF, or of the block */
    int32_t n_alleles, non_ref; /* with REF; non_ref: number of the allele for all others */
    bool block;       /* no allele is named but REF and that one */
    int32_t ploidy;   /* 1 or 2; 0: nothing is known here (no likelihoods, or all the same) */
    char **allele;    /* REF, ALTs; capital letters */
    int32_t *pl;      /* of the genotypes, in the order of VCF; when ploidy > 0 */
    int32_t *ad;      /* fragments of each allele; all of them for REF when the file does not say */
    int32_t dp;
    int32_t sb[4];    /* REF forward, REF reverse, ALT forward, ALT reverse */
    bool has_sb, has_mq;
    double mq;        /* INFO/MQ */
    int32_t gt[2];    /* as written; -1 missing */
    bool phased;
    int64_t ps;       /* phase set, 0-based; -1 when there is none */
    char *text;       /* the line */
    int32_t *value;   /* pl and ad */
    size_t cap_text, cap_allele, cap_value;
} gw_gvcfrec_t;
void gw_gvcfrec_release(gw_gvcfrec_t *r);

/* 2. a file */
typedef struct gw_gvcfread gw_gvcfread_t;
/* ref is borrowed. *out is to be closed whatever comes back. */
GW_RESULT_USED gw_status_t gw_gvcfread_open(const char *path, const gw_ref_t *ref,
                                            gw_gvcfread_t **out, gw_err_t *err);
const char *gw_gvcfread_sample(const gw_gvcfread_t *r);
int32_t gw_gvcfread_n_contigs(const gw_gvcfread_t *r);
/* contig: its number in the reference, -1 when that lacks it */
const char *gw_gvcfread_contig(const gw_gvcfread_t *r, int32_t rid, int32_t *contig);
/* *got = false at the end. */
GW_RESULT_USED gw_status_t gw_gvcfread_next(gw_gvcfread_t *r, gw_gvcfrec_t *rec, bool *got,
                                            gw_err_t *err);
/* Records so far whose genotype has no likelihoods (PL), as GATK leaves them out where alleles are many:
 * nothing is known there. Of blocks without, GQ is taken for the likelihoods; without that they are
 * refused. */
uint64_t gw_gvcfread_without(const gw_gvcfread_t *r);
void gw_gvcfread_close(gw_gvcfread_t *r); /* NULL is fine */

#endif
