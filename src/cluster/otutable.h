/* src/cluster/otutable.h -- how often each cluster was seen in each sample
 *
 * Source: BIOM format 1.0, http://biom-format.org/documentation/format_versions/biom-1.0.html;
 *         VSEARCH manual, "otutabout"
 */
#ifndef GW_CLUSTER_OTUTABLE_H
#define GW_CLUSTER_OTUTABLE_H

#include <stdio.h>

#include "cluster/write.h"

/* Clusters in order of output, called by the first field of their representative's name; samples by
 * name. v->s was loaded with samples. */
/* "#OTU ID", then a column a sample. */
GW_RESULT_USED gw_status_t gw_otutable_tsv(const gw_clusterview_t *v, FILE *f, gw_err_t *err);
/* A sparse table of counts; date is ISO 8601. */
GW_RESULT_USED gw_status_t gw_otutable_biom(const gw_clusterview_t *v, const char *version,
                                            const char *date, FILE *f, gw_err_t *err);

#endif
