/* src/base/json.h -- a streaming JSON writer
 *
 * Source: RFC 8259. Strings are escaped; bytes that are not UTF-8 become U+FFFD. Numbers that
 * JSON cannot hold (NaN, infinities) become null. Keys are NULL inside arrays and at the top.
 * Write errors are left in the FILE (ferror).
 */
#ifndef GW_BASE_JSON_H
#define GW_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
    FILE *f;
    int indent; /* spaces a level; 0 = all on one line */
    int depth;
    bool first[32];
    char close[32];
} gw_json_t;

void gw_json_init(gw_json_t *j, FILE *f, int indent);
void gw_json_open(gw_json_t *j, const char *key, char bracket); /* '{' or '[' */
void gw_json_close(gw_json_t *j);
void gw_json_string(gw_json_t *j, const char *key, const char *value); /* NULL writes null */
void gw_json_int(gw_json_t *j, const char *key, int64_t value);
void gw_json_double(gw_json_t *j, const char *key, double value); /* 15 significant digits */
void gw_json_bool(gw_json_t *j, const char *key, bool value);

#endif
