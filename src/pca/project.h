/* src/pca/project.h -- new samples placed among the components of a saved reference
 *
 * Contents: 1. options and counts  2. projecting
 * Source:   Zhang, Dey & Lee 2020, doi:10.1093/bioinformatics/btaa152 (OADP); pca/shrinkage.h
 *
 * With x a sample's standardised genotypes at the variants that it has, V their loadings and
 * l = (V'V)^-1 V'x, least squares takes l as the sample's place. That of a sample which the
 * reference does not hold is shrunk towards 0. Two ways undo that: one divides by what the
 * reference's spectrum says that is lost (known to references of the exact method); OADP augments
 * the reference's decomposition by the sample, decomposes it, and turns it back onto the reference
 * (Procrustes), which knows only the components that were kept.
 */
#ifndef GW_PCA_PROJECT_H
#define GW_PCA_PROJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "io/genoread.h"
#include "pca/loadings.h"

/* 1. options and counts */
typedef enum {
    GW_PROJECT_AUTO, /* SPECTRUM where the reference has its shrinkage, else OADP */
    GW_PROJECT_SPECTRUM,
    GW_PROJECT_OADP,
    GW_PROJECT_LS
} gw_project_method_t;

typedef struct {
    gw_project_method_t method;
    bool by_id; /* match variants by identifier */
    int threads;
} gw_project_opts_t;

typedef struct {
    int64_t n_samples;
    int k;
    gw_project_method_t method; /* the one that was taken */
    double *vector; /* n_samples x k, column by column, on the scale of the reference's eigenvec */
    int64_t *used;  /* variants, by sample */
    /* variants of the input: */
    uint64_t n_read, matched, swapped, strand, ambiguous, alleles, not_in_reference;
    uint64_t twice;     /* the reference's variant had been matched before */
    uint64_t hom_other; /* genotypes without the counted allele among those matched */
} gw_projection_t;

const char *gw_project_name(gw_project_method_t method); /* as on the command line */

/* 2. projecting: reads r to its end. GW_EDATA: nothing matches, a sample has too few variants, the
 *    input holds variant sites only (not one genotype of two reference alleles), or SPECTRUM is
 * asked of a reference without its shrinkage. */
GW_RESULT_USED gw_status_t gw_project_run(gw_genoreader_t *r, gw_loadings_t *l,
                                          const gw_project_opts_t *o, gw_projection_t *out,
                                          gw_err_t *err);
void gw_projection_release(gw_projection_t *p);

#endif
