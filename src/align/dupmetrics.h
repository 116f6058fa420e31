/* src/align/dupmetrics.h -- duplicate counts per library, in the format of Picard's
 *                           DuplicationMetrics (read by MultiQC and by people)
 *
 * Contents: 1. counts  2. derived figures  3. the file
 * Source:   Picard DuplicationMetrics (column names and meaning); library size: Lander & Waterman
 *           1988, doi:10.1016/0888-7543(88)90007-9, C/X = 1 - exp(-N/X)
 */
#ifndef GW_ALIGN_DUPMETRICS_H
#define GW_ALIGN_DUPMETRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* 1. counts */
#define GW_UNKNOWN_LIBRARY "Unknown Library" /* of reads without a read group or LB */

typedef struct {
    char *library;                      /* LB of the read group; "Unknown Library" without one */
    int64_t unpaired_examined;          /* mapped primary reads without a mapped mate */
    int64_t pairs_examined;             /* templates with both ends mapped */
    int64_t secondary_or_supplementary; /* mapped records of either kind */
    int64_t unmapped;                   /* unmapped records */
    int64_t unpaired_duplicates;
    int64_t pair_duplicates; /* templates, optical ones included */
    int64_t pair_optical_duplicates;
} gw_dupcounts_t;

typedef struct {
    gw_dupcounts_t *lib; /* in the order of the header's read groups */
    size_t n;
    int64_t *set_size;         /* set_size[k]: sets of k pairs at one place, k < n_set_size */
    int64_t *optical_size;     /* of those, sets counted by optical members + 1 */
    int64_t *non_optical_size; /* sets counted without their optical duplicates */
    size_t n_set_size;
} gw_dupmetrics_t;

/* 2. derived figures */
/* Duplicate reads as a share of examined ones, 0..1; 0 when nothing was examined. */
double gw_dupmetrics_share(const gw_dupcounts_t *c);
/* Distinct molecules in the library from pairs seen and distinct pairs seen, optical duplicates
 * left out; -1 when it cannot be told (no duplicates, no pairs). */
int64_t gw_dupmetrics_library_size(const gw_dupcounts_t *c);

/* 3. the file: path NULL or "-" = stdout. command_line goes into the comment lines on top. */
GW_RESULT_USED gw_status_t gw_dupmetrics_write(const gw_dupmetrics_t *m, const char *path,
                                               const char *command_line, gw_err_t *err);

#endif
