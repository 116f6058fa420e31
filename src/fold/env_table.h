/* src/fold/env_table.h -- amino acid frequencies by structural environment, coded as sprof is
 *
 * Row (structure * 5 + accessibility) * 3 + torsion: coil, strand, helix; relative accessibility
 * below 5, 16, 36, 60 % and above; torsion 0 helical, 1 extended, 2 phi > 0.
 */
#ifndef GW_FOLD_ENV_TABLE_H
#define GW_FOLD_ENV_TABLE_H

#include <stdint.h>

extern const uint8_t gw_env_table[45][20];

#endif
