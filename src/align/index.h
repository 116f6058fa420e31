/* src/align/index.h -- a reference made ready for mapping: packed bases and the table of seeds
 *
 * Contents: 1. the index  2. making  3. files  4. looking
 * Units:    0-based, half-open positions in the concatenation of all contigs ("global"); every
 *           contig begins at a multiple of 32. Limits: 2^40 bases, 2^32 - 1 seeds.
 * The file is one header block and page-aligned sections, little-endian, with an XXH64 for the
 * header and for every 4 MiB block; it is mapped read-only, so processes share its pages.
 */
#ifndef GW_ALIGN_INDEX_H
#define GW_ALIGN_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/ref.h"
#include "kernels/seeding.h"

/* 1. the index */
enum { GW_INDEX_RISK_SHIFT = 8 };

typedef struct {
    const char *name;
    int64_t len_bp, start;
    char md5[33];
} gw_index_contig_t;

typedef struct {
    int64_t beg, end;
} gw_index_span_t;

typedef struct gw_index {
    int32_t n_contigs;
    gw_index_contig_t *contig;
    int64_t total; /* length of the concatenation, fillers included */
    int64_t n_spans;
    const gw_index_span_t *span; /* where no base is known (N, fillers), rising */
    const uint64_t *seq;         /* base i is bits 2*(i%32).. of word i/32; 0 inside spans */
    gw_seed_table_t table;
    uint64_t *risk;  /* a bit for every 256 positions: a span or contig end inside */
    char digest[33]; /* of the reference, as gw_ref_t */
    uint64_t fasta_size, fasta_hash; /* of the file it was made from; 0 when not known */
    int64_t fasta_mtime;
    void *map, *owned[3]; /* the mapping, or what was built in memory */
    size_t map_size;
    char *names;
} gw_index_t;

/* 2. making: the same index for any number of threads. The caller destroys *out. GW_EDATA when the
 *    reference passes the limits. */
GW_RESULT_USED gw_status_t gw_index_build(const gw_ref_t *ref, int threads, gw_index_t **out,
                                          gw_err_t *err);
void gw_index_destroy(gw_index_t *x); /* NULL is fine */

/* 3. files */
/* Remembers size, time and content hash of the FASTA that x was made from. */
GW_RESULT_USED gw_status_t gw_index_stamp(gw_index_t *x, const char *fasta, gw_err_t *err);
/* Written whole or not at all. */
GW_RESULT_USED gw_status_t gw_index_write(const gw_index_t *x, const char *path, gw_err_t *err);
/* Checks every byte (on `threads` threads). GW_EDATA: not an index, another version, cut short or
 * damaged; the message says to run genowarp index again. */
GW_RESULT_USED gw_status_t gw_index_open(const char *path, int threads, gw_index_t **out,
                                         gw_err_t *err);
/* GW_EDATA when the FASTA is no longer the one that x was made from: another size, or another time
 * and other content. */
GW_RESULT_USED gw_status_t gw_index_check_fasta(const gw_index_t *x, const char *index_path,
                                                const char *fasta, gw_err_t *err);

/* 4. looking */
/* The contig that holds a global position. */
int32_t gw_index_contig_at(const gw_index_t *x, int64_t pos);
/* Codes 0..4 of [beg,end), which lie inside [0,total). */
void gw_index_unpack(const gw_index_t *x, int64_t beg, int64_t end, uint8_t *out);
/* true when [beg,end), inside [0,total), touches a span or lies on two contigs */
bool gw_index_broken(const gw_index_t *x, int64_t beg, int64_t end);
/* the same, fast, with false alarms near spans and ends */
static inline bool gw_index_risky(const gw_index_t *x, int64_t beg, int64_t end)
{
    for (int64_t b = beg >> GW_INDEX_RISK_SHIFT; b <= (end - 1) >> GW_INDEX_RISK_SHIFT; b++)
        if (x->risk[b >> 6] >> (b & 63) & 1)
            return true;
    return false;
}
/* 32 bases from any position up to total */
static inline uint64_t gw_index_word(const gw_index_t *x, int64_t pos)
{
    const uint64_t *w = x->seq + (pos >> 5);
    unsigned sh = (unsigned)(pos & 31) * 2;
    return sh ? w[0] >> sh | w[1] << (64 - sh) : w[0];
}
/* Internal to the makers: fills contig-independent tables of a loaded or built index. */
GW_RESULT_USED gw_status_t gw_index_make_risk(gw_index_t *x, gw_err_t *err);

#endif
