/* src/fold/rotamer_table.h -- central values of protein side-chain rotamers, by amino acid code */
#ifndef GW_FOLD_ROTAMER_TABLE_H
#define GW_FOLD_ROTAMER_TABLE_H

#include <stdint.h>

typedef struct {
    uint8_t aa;
    int16_t per_mille, chi[4]; /* degrees */
} gw_rotamer_t;
extern const gw_rotamer_t gw_rotamer_table[];
extern const int gw_rotamer_count;
/* 0 gauche+ (60 degrees), 1 trans, 2 gauche- */
static inline int gw_rotamer_bin(int chi1)
{
    int x = (chi1 % 360 + 360) % 360;
    return x < 120 ? 0 : x < 240 ? 1 : 2;
}
/* out: probability of each bin of chi 1 at the backbone's torsions in -180..180 degrees */
void gw_rotamer_prior(uint8_t aa, double phi, double psi, double out[3]);

#endif
