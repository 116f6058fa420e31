/* src/pca/loadings.h -- a saved reference: the .loadings file that pca wrote, read again
 *
 * Contents: 1. the reference  2. matching
 */
#ifndef GW_PCA_LOADINGS_H
#define GW_PCA_LOADINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

/* 1. the reference */
enum { GW_LOADINGS_MAX_K = 500 };
typedef struct {
    const char *contig; /* without chr */
    const char *id, *counted, *other;
    int64_t pos;
    double freq, scale; /* of copies of counted */
} gw_loading_t;

typedef struct {
    int k;
    int64_t n_samples, n_variants; /* of the set that they were made from */
    double *value;                 /* k eigenvalues */
    double *shrinkage;             /* k, or NULL where the file has none; see pca/shrinkage.h */
    gw_loading_t *v;               /* sorted by contig and position */
    double *weight;                /* k a variant: unit-length right singular vectors */
    int64_t n;
    size_t cap_v, cap_weight, cap_value, cap_shrinkage;
    gw_arena_t text;
} gw_loadings_t;

/* Reads PREFIX.loadings, or PREFIX.loadings.gz. GW_ENOINPUT when neither is there; GW_EDATA with
 * line and what is wrong. */
GW_RESULT_USED gw_status_t gw_loadings_load(const char *prefix, gw_loadings_t *out, gw_err_t *err);
void gw_loadings_release(gw_loadings_t *l);

/* 2. matching */
typedef enum {
    GW_MATCH_NONE,      /* no variant there */
    GW_MATCH_SAME,      /* copies of counted are copies of the loading's allele */
    GW_MATCH_SWAPPED,   /* copies of the other one */
    GW_MATCH_AMBIGUOUS, /* A/T or C/G: the strand cannot be told */
    GW_MATCH_ALLELES    /* other alleles there */
} gw_match_t;

/* How a variant relates to the reference; *at is the loading's number unless the answer is NONE.
 * strand is set when the alleles fit only as complements. by_id: match the identifier instead of
 * contig and position. */
gw_match_t gw_loadings_match(const gw_loadings_t *l, bool by_id, const char *contig, int64_t pos,
                             const char *id, const char *counted, const char *other, int64_t *at,
                             bool *strand);
/* Sorts for matching by identifier; numbers handed out before are void. */
void gw_loadings_sort_by_id(gw_loadings_t *l);

#endif
