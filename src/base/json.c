#include <config.h>

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/json.h"

void gw_json_init(gw_json_t *j, FILE *f, int indent)
{
    memset(j, 0, sizeof *j);
    j->f = f;
    j->indent = indent;
    j->first[0] = true;
}

static void newline(const gw_json_t *j)
{
    if (j->indent)
        fprintf(j->f, "\n%*s", j->indent * j->depth, "");
}

/* the length of the valid UTF-8 sequence at p, or 0 */
static int utf8_len(const unsigned char *p)
{
    int n = *p < 0x80                 ? 1
            : *p >= 0xc2 && *p < 0xe0 ? 2
            : *p >= 0xe0 && *p < 0xf0 ? 3
            : *p >= 0xf0 && *p < 0xf5 ? 4
                                      : 0;
    for (int i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((n == 3 && ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f))) ||
        (n == 4 && ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))))
        return 0;
    return n;
}

static void text(const gw_json_t *j, const char *s)
{
    fputc('"', j->f);
    for (const unsigned char *p = (const unsigned char *)s; *p;) {
        int n = utf8_len(p);
        if (n == 0) {
            fputs("\\ufffd", j->f);
            n = 1;
        } else if (n > 1) {
            fwrite(p, 1, (size_t)n, j->f);
        } else if (*p == '"' || *p == '\\') {
            fprintf(j->f, "\\%c", *p);
        } else if (*p < 0x20) {
            fprintf(j->f, "\\u%04x", *p);
        } else {
            fputc(*p, j->f);
        }
        p += n;
    }
    fputc('"', j->f);
}

static void begin(gw_json_t *j, const char *key)
{
    if (!j->first[j->depth])
        fputc(',', j->f);
    if (j->depth)
        newline(j);
    j->first[j->depth] = false;
    if (key) {
        text(j, key);
        fputs(j->indent ? ": " : ":", j->f);
    }
}

void gw_json_open(gw_json_t *j, const char *key, char bracket)
{
    begin(j, key);
    fputc(bracket, j->f);
    assert(j->depth + 1 < 32);
    j->depth++;
    j->first[j->depth] = true;
    j->close[j->depth] = bracket == '{' ? '}' : ']';
}

void gw_json_close(gw_json_t *j)
{
    char c = j->close[j->depth];
    bool empty = j->first[j->depth];
    j->depth--;
    if (!empty)
        newline(j);
    fputc(c, j->f);
    if (j->depth == 0 && j->indent)
        fputc('\n', j->f);
}

void gw_json_string(gw_json_t *j, const char *key, const char *value)
{
    begin(j, key);
    if (value)
        text(j, value);
    else
        fputs("null", j->f);
}

void gw_json_int(gw_json_t *j, const char *key, int64_t value)
{
    begin(j, key);
    fprintf(j->f, "%" PRId64, value);
}

void gw_json_double(gw_json_t *j, const char *key, double value)
{
    begin(j, key);
    if (isfinite(value))
        fprintf(j->f, "%.15g", value);
    else
        fputs("null", j->f);
}

void gw_json_bool(gw_json_t *j, const char *key, bool value)
{
    begin(j, key);
    fputs(value ? "true" : "false", j->f);
}
