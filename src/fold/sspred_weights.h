/* src/fold/sspred_weights.h -- the trained weights, refs/fold/sspred_*.f16 put into the program */
#ifndef GW_FOLD_SSPRED_WEIGHTS_H
#define GW_FOLD_SSPRED_WEIGHTS_H

#include <stdint.h>

extern const uint8_t gw_sspred_weights_prof[], gw_sspred_weights_seq[];

#endif
