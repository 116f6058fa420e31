#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <htslib/cram.h>
#include <htslib/sam.h>

#include "base/mem.h"
#include "io/cramref.h"
#include "io/stream.h"

gw_status_t gw_cramref_stay_local(gw_err_t *err)
{
    const char *set = getenv("REF_PATH"), *cache = getenv("XDG_CACHE_HOME"), *below = "";
    if (set && *set)
        return GW_OK;
    if (!cache || !*cache) {
        cache = getenv("HOME");
        below = "/.cache";
    }
    char *path = gw_asprintf("%s%s/hts-ref/%%2s/%%2s/%%s", cache ? cache : "", below);
    int failed = !path || setenv("REF_PATH", path, 1) != 0;
    free(path);
    return failed ? gw_err_nomem(err, "opening a CRAM file") : GW_OK;
}

gw_status_t gw_cramref_forget_remote(htsFile *cram, gw_err_t *err)
{
    sam_hdr_t *h = cram_fd_get_header(cram->fp.cram); /* not the copy that sam_hdr_read gave out */
    kstring_t ur = {0};
    int rc = 0;
    for (int i = 0; i < sam_hdr_nref(h) && rc == 0; i++) {
        int found = sam_hdr_find_tag_pos(h, "SQ", i, "UR", &ur);
        if (found < -1)
            rc = -1;
        else if (found == 0 &&
                 !gw_stream_is_local(strncmp(ur.s, "file:", 5) == 0 ? ur.s + 5 : ur.s))
            rc = sam_hdr_remove_tag_id(h, "SQ", "SN", sam_hdr_tid2name(h, i), "UR") < 0 ? -1 : 0;
    }
    free(ur.s);
    return rc == 0 ? GW_OK : gw_err_nomem(err, "opening a CRAM file");
}
