/* src/pca/pcareport.h -- a run's figures and plots for base/report.h and for MultiQC
 *
 * Contents: 1. the report  2. MultiQC
 */
#ifndef GW_PCA_PCAREPORT_H
#define GW_PCA_PCAREPORT_H

#include <stdio.h>

#include "base/report.h"
#include "io/labels.h"
#include "pca/outlier.h"
#include "pca/pca.h"
#include "pca/pcaids.h"
#include "pca/sitefilter.h"

/* 1. the report: what was read and left out */
void gw_pcareport_genotypes(gw_report_t *rep, int64_t n_samples, const gw_genocounts_t *c);
/* and then the components, a scree plot and scatter plots of PC1 x PC2 and PC3 x PC4, one series a
 * label (labels NULL = one series). What memory could not hold makes gw_report_write fail. */
void gw_pcareport_fill(gw_report_t *rep, const gw_pca_result_t *r, const gw_pcaids_t *ids,
                       const gw_labels_t *labels);

/* and then who lies far out or was left out for it */
void gw_pcareport_outliers(gw_report_t *rep, const gw_outliers_t *l, const gw_outlier_opts_t *o);

/* 2. MultiQC: custom content, a scatter plot of PC1 and PC2, coloured by label as the report's
 *    (labels NULL = one colour). Write errors are left in the FILE. */
GW_RESULT_USED gw_status_t gw_pcareport_multiqc(const gw_pca_result_t *r, const gw_pcaids_t *ids,
                                                const gw_labels_t *labels, FILE *f, gw_err_t *err);

#endif
