/* src/fold/profile.h -- queries: a sequence, or a profile from an alignment
 *
 * Contents: 1. profiles  2. reading  3. pseudocounts
 * Formats:  FASTA (one query a record), A3M and aligned FASTA (one query a file, the first sequence
 *           that is not a consensus or annotation track), HHM of HH-suite. Plain or gzip.
 * Source:   position-based weights: Henikoff & Henikoff 1994, doi:10.1016/0022-2836(94)90032-9;
 *           A3M and HHM: HH-suite user guide, Soeding 2005, doi:10.1093/bioinformatics/bti125
 */
#ifndef GW_FOLD_PROFILE_H
#define GW_FOLD_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "fold/residue.h"

enum { GW_PROFILE_MAX_LEN = 30000 };

/* 1. profiles */
typedef struct {
    char *name;
    int32_t len;
    uint8_t *seq;   /* len codes 0..20 */
    float *freq;    /* [len][20], rows sum to 1, or to 0 where nothing is known; no pseudocounts */
    bool single;    /* from one sequence only */
    int32_t n_seqs; /* sequences behind it; 1 for single */
    float neff;     /* mean over columns of exp(entropy); 1 for single */
    float *cover;   /* [len] 0..1, how much a column owes to templates; NULL unless enriched */
} gw_profile_t;

void gw_profile_release(gw_profile_t *p);
/* letters: one-letter codes, blanks not allowed, '*' only as the last; a copy is made. source: for
 * messages */
GW_RESULT_USED gw_status_t gw_profile_from_sequence(const char *source, const char *name,
                                                    const char *letters, size_t n,
                                                    gw_profile_t *out, gw_err_t *err);
/* from frequencies coded as round(63 sqrt(f)), 20 a residue; all 0 = unknown */
GW_RESULT_USED gw_status_t gw_profile_from_coded(const char *name, int32_t len, const uint8_t *seq,
                                                 const uint8_t *coded, gw_profile_t *out,
                                                 gw_err_t *err);
/* q's columns and those lent by templates: freq of residue i is that of q plus sum[i], whose
 * weights add up to total[i]; sum: [len][20] */
GW_RESULT_USED gw_status_t gw_profile_mixed(const gw_profile_t *q, const float *sum,
                                            const float *total, gw_profile_t *out, gw_err_t *err);

/* 2. reading: every query of a file, in order; *out and its profiles belong to the caller */
typedef enum {
    GW_PROFILE_AUTO,
    GW_PROFILE_FASTA,
    GW_PROFILE_A3M,
    GW_PROFILE_HHM
} gw_profile_format_t;
GW_RESULT_USED gw_status_t gw_profile_read(const char *path, gw_profile_format_t format,
                                           gw_profile_t **out, size_t *n, gw_err_t *err);

/* 3. pseudocounts: freq smoothed towards substitution partners, the more the fewer different
 *    sequences the neighbourhood holds. out: [len][20], rows sum to 1, all positive; mean: [20],
 *    the composition of out. */
void gw_profile_smooth(const gw_profile_t *p, float *out, float *mean);

#endif
