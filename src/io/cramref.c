#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "io/cramref.h"

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
