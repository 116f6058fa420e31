/* src/fold/sspred.h -- secondary structure and accessibility predicted from a profile or sequence
 *
 * Contents: 1. prediction
 * Five convolutions (11, then four residual ones of 9 residues; 64 channels; ReLU) and a linear
 * layer, trained by refs/fold/train_sspred.py, one set of weights for profiles and one for single
 * sequences; split and accuracy are in refs/fold/README.md. Sums run in a fixed order: the same on
 * every machine that keeps IEEE single precision.
 */
#ifndef GW_FOLD_SSPRED_H
#define GW_FOLD_SSPRED_H

#include <stdint.h>

#include "base/status.h"
#include "fold/profile.h"

enum { GW_SSPRED_COIL, GW_SSPRED_STRAND, GW_SSPRED_HELIX };
enum { GW_SSPRED_BURIED, GW_SSPRED_BETWEEN, GW_SSPRED_EXPOSED };
enum { GW_SSPRED_OUT = 6 };

/* out: [len][6], P(coil strand helix) then P(relative accessibility < 9 %, < 36 %, above) */
GW_RESULT_USED gw_status_t gw_sspred_run(const gw_profile_t *p, float *out, gw_err_t *err);
/* the same with other weights than the built-in ones (benchmarks): the bytes of refs/fold's files,
 * gw_sspred_weights_size() of them each */
GW_RESULT_USED gw_status_t gw_sspred_run_weights(const uint8_t *prof, const uint8_t *seq,
                                                 const gw_profile_t *p, float *out, gw_err_t *err);
size_t gw_sspred_weights_size(void);

#endif
