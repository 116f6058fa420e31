/* src/pca/projectreport.h -- what --project writes: the table of places and the report
 *
 * Contents: 1. the table  2. the report
 */
#ifndef GW_PCA_PROJECTREPORT_H
#define GW_PCA_PROJECTREPORT_H

#include <stdio.h>

#include "base/report.h"
#include "pca/ancestry.h"
#include "pca/project.h"

/* 1. the table: #FID IID PC1 .. PCk USED, and with a (NULL = none) LABEL SUPPORT DISTANCE; r gives
 *    the names. Write errors are left in the FILE. */
void gw_projectreport_write(const gw_genoreader_t *r, const gw_projection_t *p,
                            const gw_ancestry_t *a, FILE *f);

/* 2. the report: how the variants matched, the new samples among the reference's (those with a
 *    label), how many got which label, and the first 1,000 one by one. What memory could not hold
 *    makes gw_report_write fail. */
void gw_projectreport_fill(gw_report_t *rep, const gw_genoreader_t *r, const gw_projection_t *p,
                           const gw_loadings_t *l, const gw_ancestry_t *a);

#endif
