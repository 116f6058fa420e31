/* src/io/cramref.h -- where CRAM may look for its reference: this machine only
 *
 * HTSlib asks the EBI's server for a reference that it does not find. Unless the user has set
 * REF_PATH, this points it at the local cache that HTSlib itself fills ($XDG_CACHE_HOME/hts-ref,
 * else $HOME/.cache/hts-ref), so that no run touches the network unasked.
 */
#ifndef GW_IO_CRAMREF_H
#define GW_IO_CRAMREF_H

#include <htslib/hts.h>

#include "base/status.h"

/* Before a CRAM file is opened, from the thread that opens files. Sets REF_PATH when it is unset.
 */
GW_RESULT_USED gw_status_t gw_cramref_stay_local(gw_err_t *err);
/* After its header was read: forgets the places of contigs (UR) that are no local files, which HTSlib
 * would otherwise go to whatever REF_PATH says. The header that HTSlib handed out keeps them. */
GW_RESULT_USED gw_status_t gw_cramref_forget_remote(htsFile *cram, gw_err_t *err);

#endif
