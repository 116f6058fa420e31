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

#endif
