/* src/fold/decoy.h -- one trial fold of a chain without a template, by fragment assembly
 *
 * Contents: 1. decoys  2. energy  3. assembly
 * Units:    Angstrom; energies in kT
 * Source:   fragment assembly by Monte Carlo: Simons et al. 1997, doi:10.1006/jmbi.1997.0959;
 *           bond lengths and angles: Engh & Huber 1991, doi:10.1107/S0108767391001071
 * Backbone and CB with ideal bonds; what moves are the torsions phi and psi. The energy counts
 * contacts of CB, burial, pairing of strands and helices, size and overlaps (abinitio_table.h).
 */
#ifndef GW_FOLD_DECOY_H
#define GW_FOLD_DECOY_H

#include "base/hash.h"
#include "fold/fragments.h"

enum { GW_DECOY_MAX_LEN = 99 };

/* 1. decoys */
enum { GW_DECOY_N, GW_DECOY_CA, GW_DECOY_C, GW_DECOY_O, GW_DECOY_CB, GW_DECOY_ATOMS };
typedef struct {
    int32_t len;
    const uint8_t *seq;                                       /* borrowed */
    float phi[GW_DECOY_MAX_LEN][2], psi[GW_DECOY_MAX_LEN][2]; /* sine, cosine */
    uint8_t ss[GW_DECOY_MAX_LEN];                             /* of the fragments: GW_SSPRED_* */
    float at[GW_DECOY_MAX_LEN][GW_DECOY_ATOMS][3];
} gw_decoy_t;
/* an extended chain of at most GW_DECOY_MAX_LEN residues */
void gw_decoy_init(gw_decoy_t *d, const uint8_t *seq, int32_t len);
/* takes the first n residues of a fragment from residue i on */
void gw_decoy_insert(gw_decoy_t *d, int32_t i, const gw_fragment_t *f, int n);

/* 2. energy (decoyenergy.c): terms apart, and weighted */
typedef struct {
    double overlap, pair, crowd, sheet, size;
} gw_decoy_energy_t;
gw_decoy_energy_t gw_decoy_energy(const gw_decoy_t *d);
double gw_decoy_total(const gw_decoy_energy_t *e);

/* 3. assembly: fragments at random places, by Metropolis' rule at a falling temperature; first
 *    those of nine residues, then those of three. Returns the energy of the last state. */
double gw_decoy_fold(gw_decoy_t *d, const gw_fragments_t *f, int32_t steps, gw_rng_t *rng);

#endif
