/* src/fold/abinitio_table.h -- statistics of known folds, for models without a template
 *
 * Made by refs/fold/make_abinitio_table.py, whose head says what is counted and on which domains.
 * Units: energies in twentieths of kT, distances in Angstrom
 */
#ifndef GW_FOLD_ABINITIO_TABLE_H
#define GW_FOLD_ABINITIO_TABLE_H

#include <stdint.h>

enum {
    GW_ABINITIO_PAIRS = 210, /* of amino acids a >= b: a (a + 1) / 2 + b */
    GW_ABINITIO_CB = 7,      /* below 4.5, 5.5, 6.5, 7.5, 8.5, 10, 12 A */
    GW_ABINITIO_CROWD = 12,  /* neighbours, 3 a bin */
    GW_ABINITIO_CA = 9,      /* from 3 A, 1 A a bin */
    GW_ABINITIO_COS = 5,     /* of -1 .. 1 */
    GW_ABINITIO_SIDE = 3,    /* of 0 .. 1 */
    GW_ABINITIO_UNIT = 20    /* a kT */
};
extern const int8_t gw_abinitio_pair[GW_ABINITIO_PAIRS][GW_ABINITIO_CB];
extern const int8_t gw_abinitio_crowd[20][GW_ABINITIO_CROWD];
/* row: kind (two strand residues, two helix residues, one of each) and distance */
extern const int8_t gw_abinitio_sheet[3 * GW_ABINITIO_CA][GW_ABINITIO_COS * GW_ABINITIO_SIDE];
extern const float gw_abinitio_least[5][5]; /* between N CA C O CB, residues 3 apart or more */
extern const float gw_abinitio_size[2];     /* radius of gyration = [0] residues^[1] */

#endif
