/* src/align/samtags.h -- optional fields of a record, in BAM's form
 *
 * Source: SAM specification v1, sections 1.5 and 4.2.4
 */
#ifndef GW_ALIGN_SAMTAGS_H
#define GW_ALIGN_SAMTAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef struct {
    uint8_t *byte;
    size_t n, cap;
} gw_bytes_t;

/* All return false when memory runs out. */
bool gw_bytes_put(gw_bytes_t *b, const void *data, size_t n);
bool gw_bytes_printf(gw_bytes_t *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool gw_samtags_int(gw_bytes_t *b, const char *tag, int32_t value);
bool gw_samtags_string(gw_bytes_t *b, const char *tag, const char *s);

/* Copies BAM-encoded tags except the two-letter names in `except` ("NMMDRG"). */
GW_RESULT_USED gw_status_t gw_samtags_copy(gw_bytes_t *b, const uint8_t *aux, size_t n,
                                           const char *except, gw_err_t *err);
/* Reads "AB:Z:text<tab or blank>CD:i:12...". GW_EDATA when that is not its form. */
GW_RESULT_USED gw_status_t gw_samtags_parse(gw_bytes_t *b, const char *text, const char *except,
                                            gw_err_t *err);

#endif
