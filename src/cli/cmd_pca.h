/* src/cli/cmd_pca.h -- what the files of the pca command share
 *
 * Contents: 1. options  2. outputs  3. runs
 */
#ifndef GW_CLI_CMD_PCA_H
#define GW_CLI_CMD_PCA_H

#include <stdio.h>

#include "cli/command.h"
#include "io/genoinput.h"
#include "io/genoread.h"
#include "io/labels.h"
#include "pca/outlier.h"
#include "pca/pca.h"
#include "pca/pcaids.h"

/* 1. options */
enum { /* --scale */
       GW_CMD_PCA_SCALE_AUTO,
       GW_CMD_PCA_SCALE_BINOMIAL,
       GW_CMD_PCA_SCALE_SD,
       GW_CMD_PCA_SCALE_CENTER,
       GW_CMD_PCA_SCALE_NONE
};

typedef struct {
    int64_t k;
    const char *out;
    int method;
    double tol;
    int64_t max_passes;
    int scale;
    double maf, max_missing, max_missing_sample, max_kinship, hwe, ld_r2;
    const char *kinship_out;
    int64_t ld_window_kb;
    bool all_contigs;
    gw_strlist_t region, region_bed, exclude, exclude_bed;
    int long_ld;
    bool grm;
    const char *outliers;
    int outlier_rule;
    double outlier_limit;
    int64_t outlier_rounds, outlier_components;
    const char *project, *labels, *label_column;
    int projection, match;
    bool gl, em;
    int64_t em_components, em_rounds;
    double em_tol;
    int samples, missing;
    bool log_normalise;
    const char *row_names, *column_names;
} gw_cmd_pca_opts_t;

/* -k, or with the default as many as there can be, said on stderr */
int gw_cmd_pca_components(const gw_invocation_t *inv, int64_t n_samples, int64_t n_variables,
                          const char *variables);
gw_pca_opts_t gw_cmd_pca_solver(const gw_invocation_t *inv, int k);
gw_outlier_opts_t gw_cmd_pca_outlier(const gw_cmd_pca_opts_t *o);

/* 2. outputs: PREFIX.* with --out, else or with -o the table; --outliers, --report, --json; lines
 * on stderr */
typedef struct {
    const gw_invocation_t *inv;
    const gw_pca_result_t *r;
    gw_pcaids_t ids;
    const gw_labels_t *labels; /* NULL = none */
    void *ctx;                 /* of the calls below */
    gw_status_t (*loadings)(void *ctx, FILE *f, gw_err_t *err);
    void (*report)(void *ctx, gw_report_t *rep); /* the input's section */
    int64_t n_variants;                          /* for the GRM's counts */
    gw_outliers_t outliers; /* who was left out; _write adds the others. Release it */
    int n_rounds;           /* in which samples were left out */
} gw_cmd_pca_out_t;
GW_RESULT_USED gw_status_t gw_cmd_pca_write(gw_cmd_pca_out_t *o, gw_err_t *err);

/* what the filters left out, on stderr */
void gw_cmd_pca_log_counts(int64_t n_samples, const gw_genocounts_t *count);

/* 3. runs; labels NULL without --labels */
GW_RESULT_USED gw_status_t gw_cmd_pca_matrix(gw_invocation_t *inv, gw_genoinput_t *in,
                                             const gw_labels_t *labels, gw_err_t *err);
/* from likelihoods, and from genotypes that went through the filters (d; r for the names) */
GW_RESULT_USED gw_status_t gw_cmd_pca_likelihoods(gw_invocation_t *inv, gw_genoreader_t *r,
                                                  const gw_genoload_t *lo,
                                                  const gw_labels_t *labels, gw_err_t *err);
GW_RESULT_USED gw_status_t gw_cmd_pca_imputed(gw_invocation_t *inv, const gw_genodata_t *d,
                                              const gw_genoreader_t *r, const gw_labels_t *labels,
                                              gw_err_t *err);
GW_RESULT_USED gw_status_t gw_cmd_pca_project(gw_invocation_t *inv, gw_genoreader_t *r,
                                              const gw_labels_t *labels, gw_err_t *err);

#endif
