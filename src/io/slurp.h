/* src/io/slurp.h -- a whole small text file in memory: whatever io/stream.h unpacks
 *
 * For formats that are read as a whole (structures, profiles); sequences in quantity go through
 * io/seqread.h.
 */
#ifndef GW_IO_SLURP_H
#define GW_IO_SLURP_H

#include <stddef.h>

#include "base/status.h"

/* *text is len bytes and a closing NUL, freed by the caller. Files that unpack to more than max
 * bytes are GW_EDATA, as are damaged or cut compressed ones; GW_ENOINPUT when it cannot be opened.
 */
GW_RESULT_USED gw_status_t gw_slurp(const char *path, size_t max, char **text, size_t *len,
                                    gw_err_t *err);

#endif
