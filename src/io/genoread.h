/* src/io/genoread.h -- genotypes in: VCF and BCF (files and pipes), PLINK bed/bim/fam and BEAGLE
 *                      likelihoods, one row a variant
 *
 * Contents: 1. variants  2. the reader
 * Units:    positions are 1-based, as in the files; codes 0, 1, 2 = copies of the counted allele,
 *           3 = missing; sample i is bits 2*(i%4) of byte i/4; unused codes of the last byte are 0
 * Source:   VCF specification v4.3 and BCF2; PLINK 1.9 file formats (.bed, .bim, .fam); BEAGLE 3
 *           genotype likelihood files as ANGSD writes them
 *
 * The format is told by content. Counted is ALT of a VCF, A1 (column 5) of a bim. Phase is
 * ignored; a haploid call counts as homozygous; a call with any missing allele is missing.
 * With likelihoods asked for, a VCF's PL (else GL) takes the place of GT: a haploid call's two are
 * those of the homozygotes, a missing one is flat. A BEAGLE marker CONTIG_POS or CONTIG:POS gives
 * contig and position; counted is its second allele.
 * Everything wrong is GW_EDATA with file, record and what to do; nothing is skipped.
 */
#ifndef GW_IO_GENOREAD_H
#define GW_IO_GENOREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/genoinput.h"

/* 1. variants: everything points into the reader and lives until the next call */
typedef struct {
    const char *contig, *id; /* id "." when there is none */
    const char *counted, *other;
    int64_t pos;
    int n_alleles;       /* counted in a VCF's REF and ALT; 2 in a bim */
    const uint8_t *geno; /* NULL unless n_alleles is 2; NULL with likelihoods */
    const float *lik;    /* likelihoods of 0, 1, 2 copies, 3 a sample, their sum 1; else NULL */
    uint64_t ordinal;    /* 0-based number of the record in the file */
} gw_genosite_t;

/* 2. the reader */
typedef struct gw_genoreader gw_genoreader_t;

typedef struct {
    int threads;      /* for decompression */
    bool likelihoods; /* instead of genotypes; not from a bed. A BEAGLE file needs it */
} gw_genoread_opts_t;

/* Opens what gw_genoinput_open found, and takes over its stream; the rest of *in stays the
 * caller's to release. GW_ENOINPUT when a file is absent; GW_EDATA: no genotypes, cut short, no
 * samples, duplicate sample names. */
GW_RESULT_USED gw_status_t gw_genoreader_attach(gw_genoinput_t *in, const gw_genoread_opts_t *opts,
                                                gw_genoreader_t **out, gw_err_t *err);
/* Both steps for a path. */
GW_RESULT_USED gw_status_t gw_genoreader_open(const char *path, const gw_genoread_opts_t *opts,
                                              gw_genoreader_t **out, gw_err_t *err);
const char *gw_genoreader_path(const gw_genoreader_t *r); /* as messages show it; borrowed */
int64_t gw_genoreader_n_samples(const gw_genoreader_t *r);
/* family is "0" where the format has none; both borrowed until close */
const char *gw_genoreader_family(const gw_genoreader_t *r, int64_t i);
const char *gw_genoreader_sample(const gw_genoreader_t *r, int64_t i);
size_t gw_genoreader_row_bytes(const gw_genoreader_t *r);
/* *got = false at the end, after the end itself was checked */
GW_RESULT_USED gw_status_t gw_genoreader_next(gw_genoreader_t *r, gw_genosite_t *site, bool *got,
                                              gw_err_t *err);
/* true when _reread works: a bed on disk */
bool gw_genoreader_can_reread(const gw_genoreader_t *r);
/* The rows of records ordinal..ordinal+n-1 again, into row (n * row_bytes); safe from many threads
 * at once. */
GW_RESULT_USED gw_status_t gw_genoreader_reread(const gw_genoreader_t *r, uint64_t ordinal,
                                                size_t n, uint8_t *row, gw_err_t *err);
void gw_genoreader_close(gw_genoreader_t *r); /* NULL is fine */

#endif
