#include <config.h>

#include <stdlib.h>

#include "base/mem.h"
#include "io/slurp.h"
#include "io/stream.h"

gw_status_t gw_slurp(const char *path, size_t max, char **text, size_t *len, gw_err_t *err)
{
    const char *shown = gw_stream_name(path);
    gw_stream_t *s;
    *text = NULL;
    gw_status_t st = gw_stream_open(path, &s, err);
    if (st != GW_OK)
        return st;
    char *buf = NULL;
    size_t n = 0, cap = 0, got = 1;
    while (st == GW_OK && got > 0) {
        if (!GW_GROW(buf, cap, n + (1 << 16) + 1))
            st = gw_err_nomem(err, "reading a file");
        else
            st = gw_stream_read(s, buf + n, cap - n - 1, &got, err);
        if (st == GW_OK) {
            n += got;
            if (n > max)
                st = gw_err_set(err, GW_EDATA, "%s: more than %zu bytes; not a file of this kind",
                                shown, max);
        }
    }
    gw_stream_close(s);
    if (st != GW_OK) {
        free(buf);
        return st;
    }
    buf[n] = '\0';
    *text = buf;
    *len = n;
    return GW_OK;
}
