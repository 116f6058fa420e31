/* src/cli/cluster_amplicons.h -- the parts of genowarp cluster that amplicons need
 *
 * Contents: 1. options  2. steps
 * The rows of the options stand in cmd_cluster.c, the command's one table.
 */
#ifndef GW_CLI_CLUSTER_AMPLICONS_H
#define GW_CLI_CLUSTER_AMPLICONS_H

#include "base/report.h"
#include "cluster/chimera.h"
#include "cluster/write.h"

/* 1. options */
typedef struct {
    bool derep, denoise, sizeout;
    double alpha, max_ee, skew; /* skew 0 = by rule */
    int64_t min_size;
    int chimeras; /* gw_chimera_rule_t */
    const char *otu_table;
} gw_amplicon_args_t;

/* 2. steps */
/* What loading has to know. */
void gw_amplicon_load_opts(const gw_amplicon_args_t *a, gw_seqset_opts_t *load);
/* Dereplicates or denoises; only with a->derep or a->denoise. */
GW_RESULT_USED gw_status_t gw_amplicon_cluster(const gw_amplicon_args_t *a, const gw_seqset_t *s,
                                               int threads, gw_clusters_t *c, gw_err_t *err);
/* Finds chimeras where a->chimeras asks for it; the caller frees found->v. */
GW_RESULT_USED gw_status_t gw_amplicon_chimeras(const gw_amplicon_args_t *a, const gw_seqset_t *s,
                                                int threads, gw_clusters_t *c, gw_chimeras_t *found,
                                                gw_err_t *err);
/* The table of counts, and PREFIX.left_out.tsv (prefix NULL: not). */
GW_RESULT_USED gw_status_t gw_amplicon_write(const gw_amplicon_args_t *a, const gw_clusterview_t *v,
                                             const gw_chimeras_t *found, const char *prefix,
                                             gw_err_t *err);
/* What was left out, on stderr and (r not NULL) in the report. */
void gw_amplicon_tell(const gw_seqset_t *s, const gw_clusters_t *c, const gw_amplicon_args_t *a,
                      gw_report_t *r);

#endif
