/* src/fold/fragments.h -- short pieces of templates that a stretch of a query may look like
 *
 * Contents: 1. picking
 * Units:    degrees
 * Source:   fragments by profile and predicted secondary structure: Simons et al. 1997,
 *           doi:10.1006/jmbi.1997.0959
 */
#ifndef GW_FOLD_FRAGMENTS_H
#define GW_FOLD_FRAGMENTS_H

#include "fold/search.h"

/* 1. picking: for every window of 9 and of 3 residues the templates' stretches of the best sum of
 *    threading scores, with more weight on predicted secondary structure than a search gives. Only
 *    unbroken stretches with all backbone atoms and no cis bond count. */
enum { GW_FRAGMENTS_LONG = 9, GW_FRAGMENTS_SHORT = 3, GW_FRAGMENTS_KEEP = 60 };
typedef struct {
    int32_t score; /* sixteenths of a bit */
    uint32_t tmpl;
    int32_t at; /* first residue */
    float phi[GW_FRAGMENTS_LONG], psi[GW_FRAGMENTS_LONG];
    uint8_t ss[GW_FRAGMENTS_LONG]; /* GW_SSPRED_* */
} gw_fragment_t;

/* best first; of equals the first in the library. A window of a small library may have fewer. */
typedef struct {
    int32_t n;
    gw_fragment_t v[GW_FRAGMENTS_KEEP];
} gw_fragment_list_t;

typedef struct {
    int32_t len;               /* query residues */
    gw_fragment_list_t *nine;  /* [len - 8] */
    gw_fragment_list_t *three; /* [len - 2] */
} gw_fragments_t;

/* pred: gw_sspred_run's; hidden: [template], those that lend nothing (benchmarks), or NULL. At
 * least 9 residues. GW_EDATA when a window finds no stretch. */
GW_RESULT_USED gw_status_t gw_fragments_pick(const gw_search_lib_t *l, const gw_profile_t *q,
                                             const float *pred, const uint8_t *hidden, int threads,
                                             gw_fragments_t *out, gw_err_t *err);
void gw_fragments_release(gw_fragments_t *f);

#endif
