/* src/cluster/msa.h -- every cluster laid out in columns, and its consensus
 *
 * Contents: 1. what is written  2. writing
 * Source:   Gusfield 1993, doi:10.1007/BF02460299 (star alignment: each member with the centre);
 *           HH-suite user guide, "A3M" (columns of the centre upper case, insertions lower case)
 *
 * The centre is the representative. Members are aligned with it over whole lengths, with the
 * scoring that clusters are made with, gaps at the ends counted; over the whole matrix up to 2^25
 * cells, else within 1,000 diagonals of what the lengths ask for. Letters that members have between
 * two of the centre's share columns from the left.
 * The consensus keeps the columns where letters weigh at least as much as gaps, a record weighing
 * its abundance; the heaviest letter stands there, of equals the centre's, then the first of the
 * alphabet. Letters that stand for several (X, N) weigh only where there are no others.
 */
#ifndef GW_CLUSTER_MSA_H
#define GW_CLUSTER_MSA_H

#include <stdio.h>

#include "base/status.h"
#include "cluster/write.h"
#include "engine/engine.h"

/* 1. what is written: either file may be NULL */
typedef enum { GW_MSA_NONE, GW_MSA_FASTA, GW_MSA_A3M } gw_msafmt_t;
typedef struct {
    gw_msafmt_t format;
    FILE *msa;       /* clusters in order of output, an empty line between; a row a record */
    FILE *consensus; /* FASTA: >representative, with the sizes where the view has them */
} gw_msa_out_t;

/* 2. writing; write errors are left in the FILEs */
GW_RESULT_USED gw_status_t gw_msa_write(const gw_clusterview_t *v, gw_engine_t *engine,
                                        const gw_msa_out_t *out, gw_err_t *err);

#endif
