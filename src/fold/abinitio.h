/* src/fold/abinitio.h -- models without a template (experimental)
 *
 * Contents: 1. modelling  2. writing
 * Units:    Angstrom; confidence 0..100
 * Many decoys are folded from fragments (decoy.h) and weighted by energy; the one that the weights
 * agree on most is the model, after Shortle et al. 1998, doi:10.1073/pnas.95.19.11158. How good
 * such models are was measured: tests/bench/fold_models.md.
 */
#ifndef GW_FOLD_ABINITIO_H
#define GW_FOLD_ABINITIO_H

#include "fold/decoy.h"
#include "fold/model.h"

/* 1. modelling: queries of GW_ABINITIO_MIN_LEN to GW_ABINITIO_MAX_LEN residues */
enum { GW_ABINITIO_MIN_LEN = 20, GW_ABINITIO_MAX_LEN = GW_DECOY_MAX_LEN };
typedef struct {
    int32_t decoys; /* at least 2, at most 1,000 */
    uint64_t seed;
    int threads;
    const uint8_t *hidden; /* templates that lend no fragments (benchmarks), or NULL */
} gw_abinitio_opts_t;

typedef struct {
    int32_t decoys;
    double agreement;   /* weighted mean TM-score of the model with the other decoys */
    double energy;      /* kT */
    double expected_tm; /* with the true structure, from the agreement */
    gw_model_t m;       /* all residues GW_MODEL_FREE */
} gw_abinitio_t;

/* pred: gw_sspred_run's. The same for any number of threads. GW_EDATA when the library cannot lend
 * fragments. */
GW_RESULT_USED gw_status_t gw_abinitio_run(const gw_search_lib_t *l, const gw_profile_t *q,
                                           const float *pred, const gw_abinitio_opts_t *o,
                                           gw_abinitio_t *out, gw_err_t *err);
void gw_abinitio_release(gw_abinitio_t *a);

/* 2. writing: as gw_model_pdb and gw_model_mmcif, with remarks that say what it is */
void gw_abinitio_write(FILE *f, const gw_abinitio_t *a, const char *query, bool mmcif);

#endif
