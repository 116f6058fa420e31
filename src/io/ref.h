/* src/io/ref.h -- a reference genome in memory, and its identity
 *
 * Contents: 1. contigs  2. the reference
 * Units:    0-based, half-open, 64-bit positions; bases are codes 0..3 = A C G T, 4 = anything else
 *           (N and other IUPAC letters)
 * Source:   SAM specification v1 section 1.3.2 (M5: MD5 of the upper-case sequence)
 */
#ifndef GW_IO_REF_H
#define GW_IO_REF_H

#include <stdint.h>

#include "base/status.h"

/* 1. contigs */
typedef struct {
    char *name;
    int64_t len_bp;
    int64_t start; /* of its first base in gw_ref_t.base */
    char md5[33];  /* lower-case hex, of the letters as SAM's M5 defines */
} gw_contig_t;

/* 2. the reference: all contigs one after the other, one byte a base */
typedef struct {
    int32_t n_contigs;
    gw_contig_t *contig;
    int32_t *by_name; /* contig numbers in the order of their names, for _find */
    int64_t total_bp;
    uint8_t *base;
    char digest[33]; /* MD5 over "name\tlength\tmd5\n" of every contig in order */
    char *path;
} gw_ref_t;

/* Reads FASTA (plain, .gz, .zst, or "-"). GW_EDATA: empty, not FASTA, duplicate or empty names,
 * letters that are no IUPAC codes, contigs without sequence. The caller destroys *out. */
GW_RESULT_USED gw_status_t gw_ref_load(const char *path, int threads, gw_ref_t **out,
                                       gw_err_t *err);
void gw_ref_destroy(gw_ref_t *ref);
/* The contig's number or -1 (binary search). */
int32_t gw_ref_find(const gw_ref_t *ref, const char *name);

#endif
