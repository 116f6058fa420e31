/* src/pca/ancestry.h -- the group of a projected sample, by its nearest reference samples
 *
 * Contents: 1. the reference  2. assignment
 * Distances are Euclidean between components scaled by the square roots of their eigenvalues. A
 * sample is "unknown" when fewer than 60 % of its 10 nearest reference samples share a label, or
 * when their mean distance is more than twice what 95 % of that label's own samples have.
 */
#ifndef GW_PCA_ANCESTRY_H
#define GW_PCA_ANCESTRY_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/labels.h"
#include "pca/loadings.h"

enum { GW_ANCESTRY_NEIGHBOURS = 10 };
typedef struct gw_ancestry gw_ancestry_t;

/* 1. the reference: PREFIX.eigenvec (or .eigenvec.gz) of the loadings, and labels of its samples;
 *    samples without a label take no part. GW_EDATA when they do not fit together. */
GW_RESULT_USED gw_status_t gw_ancestry_load(const char *prefix, const gw_loadings_t *l,
                                            const gw_labels_t *labels, gw_ancestry_t **out,
                                            gw_err_t *err);
void gw_ancestry_destroy(gw_ancestry_t *a);
size_t gw_ancestry_n_samples(const gw_ancestry_t *a); /* with a label */
size_t gw_ancestry_n_groups(const gw_ancestry_t *a);
const char *gw_ancestry_group(const gw_ancestry_t *a, size_t g); /* its label */
/* Component c of that group's samples, on the eigenvec's scale, into out; returns how many. */
size_t gw_ancestry_component(const gw_ancestry_t *a, size_t g, int c, double *out);

/* 2. assignment */
typedef struct {
    const char *label; /* borrowed; "unknown" */
    double support;    /* share of the neighbours that have the commonest label */
    double distance; /* mean distance to the neighbours over the label's own limit; > 1 = unknown */
} gw_assignment_t;
/* place: k components on the eigenvec's scale, `stride` apart */
gw_assignment_t gw_ancestry_assign(const gw_ancestry_t *a, const double *place, int64_t stride);

#endif
