/* src/base/status.h -- what a call can come back with, and the one line that explains it
 *
 * Contents: 1. status codes (they are the exit codes too)  2. the error record
 * Source:   sysexits.h for 64..74; 104 (ECONNRESET's number, unused by shells) is the code that
 *           workflow engines retry with more memory
 */
#ifndef GW_BASE_STATUS_H
#define GW_BASE_STATUS_H

#include <stdarg.h>

#ifdef __cplusplus /* cuda/ has this header in C++ */
extern "C" {
#endif

#define GW_RESULT_USED      __attribute__((warn_unused_result))
#define GW_PRINTF(fmt, arg) __attribute__((format(printf, fmt, arg)))

/* 1. status codes: the process's exit code is the status that main receives */
typedef enum {
    GW_OK = 0,
    GW_EUSAGE = 64,    /* wrong command line */
    GW_EDATA = 65,     /* wrong input data */
    GW_ENOINPUT = 66,  /* input file missing or unreadable */
    GW_ENODEVICE = 69, /* a device was demanded and is absent */
    GW_EINTERNAL = 70, /* a promise inside our own code is broken */
    GW_ECREATE = 73,   /* an output cannot be created */
    GW_EIO = 74,       /* reading or writing failed (disk full, broken device) */
    GW_ENOMEM = 104,   /* out of memory, host or device */
    GW_EINTR = 130,    /* stopped by SIGINT */
    GW_ETERM = 143     /* stopped by SIGTERM */
} gw_status_t;

/* 2. the error record: status and one line, lower case, no full stop:
 *    file: record N (name): what is wrong; what to do */
typedef struct {
    gw_status_t status;
    char msg[1000];
} gw_err_t;

/* Fills err (NULL allowed) and returns status. Longer messages are cut. */
gw_status_t gw_err_set(gw_err_t *err, gw_status_t status, const char *fmt, ...) GW_PRINTF(3, 4);
gw_status_t gw_err_vset(gw_err_t *err, gw_status_t status, const char *fmt, va_list ap);

/* "out of memory while <what>; ..." with GW_ENOMEM */
gw_status_t gw_err_nomem(gw_err_t *err, const char *what);

/* Puts "prefix: " before a message that is already there; returns err->status. */
gw_status_t gw_err_prefix(gw_err_t *err, const char *fmt, ...) GW_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif

#endif
