/* src/io/seqread.h -- sequences in: FASTA, FASTQ (plain, gzip, BGZF, zstd), uBAM, uCRAM, SAM
 *
 * Contents: 1. records and batches  2. the reader
 * The format is told by content, never by name; "-" is stdin. Everything wrong is GW_EDATA with
 * file, record number and name, what is wrong and what to do; nothing is skipped.
 * Source:   Cock et al. 2010, doi:10.1093/nar/gkp1137 (FASTQ); SAM specification v1 section 1.5
 */
#ifndef GW_IO_SEQREAD_H
#define GW_IO_SEQREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

/* 1. records and batches */
typedef struct {
    const char *name; /* without '>' or '@', up to the first blank, without a trailing /1 or /2 */
    const char *comment; /* the rest of the name line; NULL when there is none */
    const char *seq;     /* letters as in the file, upper case; len of them */
    const char *qual;    /* phred + 33, len of them; NULL when the format or record has none */
    const uint8_t *aux;  /* BAM-encoded tags of uBAM/uCRAM/SAM input; NULL otherwise */
    uint32_t name_len, len, aux_len;
    uint16_t flag;    /* SAM flags: 0x1 paired with the neighbour record, 0x40 first, 0x80
                         second, 0x200 QC fail; others 0 */
    uint64_t ordinal; /* 1-based record number in its file */
} gw_seqrec_t;

/* Mates are neighbours: rec[i] with flags 0x1|0x40 is followed by its mate with 0x1|0x80. A batch
 * never splits a pair. Everything points into the batch's own memory. */
typedef struct {
    gw_seqrec_t *rec;
    size_t n, cap;
    gw_arena_t arena;
} gw_seqbatch_t;

void gw_seqbatch_init(gw_seqbatch_t *b);
void gw_seqbatch_release(gw_seqbatch_t *b);

/* 2. the reader */
typedef enum { GW_ALPHABET_DNA, GW_ALPHABET_PROTEIN, GW_ALPHABET_ANY } gw_alphabet_t;

typedef struct {
    bool interleaved; /* neighbours with equal names in one file are mates; others single */
    bool keep_comments;
    bool need_quals; /* refuse records without qualities */
    gw_alphabet_t
        alphabet;     /* letters that are accepted: IUPAC DNA (U becomes T); protein; any letter */
    uint32_t max_len; /* longest sequence accepted; 0 = 2^31 - 1 */
    int threads;      /* for decompression, the caller's among them (io/stream.h); < 2: one */
} gw_seqread_opts_t;

typedef struct gw_seqreader gw_seqreader_t;

/* One path: single or interleaved; two: first and second mates in step, names compared. opts is
 * copied. */
GW_RESULT_USED gw_status_t gw_seqreader_open(const char *const *path, size_t n_paths,
                                             const gw_seqread_opts_t *opts, gw_seqreader_t **out,
                                             gw_err_t *err);
/* Fills b (reset first) with records until at least max_records (never splitting a pair) or
 * max_bases is reached; b->n == 0 at the end of input. */
GW_RESULT_USED gw_status_t gw_seqreader_next(gw_seqreader_t *r, gw_seqbatch_t *b,
                                             size_t max_records, uint64_t max_bases, gw_err_t *err);
/* SAM header text of uBAM/uCRAM/SAM input (@RG, @PG, @CO lines...); NULL otherwise; borrowed */
const char *gw_seqreader_header(const gw_seqreader_t *r);
void gw_seqreader_close(gw_seqreader_t *r); /* NULL is fine */

#endif
