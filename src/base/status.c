#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/status.h"

gw_status_t gw_err_vset(gw_err_t *err, gw_status_t status, const char *fmt, va_list ap)
{
    if (err) {
        err->status = status;
        vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    }
    return status;
}

gw_status_t gw_err_set(gw_err_t *err, gw_status_t status, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    gw_err_vset(err, status, fmt, ap);
    va_end(ap);
    return status;
}

gw_status_t gw_err_nomem(gw_err_t *err, const char *what)
{
    return gw_err_set(err, GW_ENOMEM,
                      "out of memory while %s; give the job more memory or lower --max-mem", what);
}

gw_status_t gw_err_prefix(gw_err_t *err, const char *fmt, ...)
{
    if (!err)
        return GW_EINTERNAL;
    char old[sizeof err->msg], pre[256];
    memcpy(old, err->msg, sizeof old);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(pre, sizeof pre, fmt, ap);
    va_end(ap);
    int n = snprintf(err->msg, sizeof err->msg, "%s: ", pre);
    if (n > 0 && (size_t)n < sizeof err->msg) {
        size_t room = sizeof err->msg - (size_t)n, len = strnlen(old, sizeof old);
        if (len >= room)
            len = room - 1;
        memcpy(err->msg + n, old, len);
        err->msg[(size_t)n + len] = '\0';
    }
    return err->status;
}
