#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <htslib/sam.h>

#include "align/samtags.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/bamtag.h"

/* 1. bytes */
bool gw_bytes_put(gw_bytes_t *b, const void *data, size_t n)
{
    if (b->n + n > b->cap && !GW_GROW(b->byte, b->cap, b->n + n))
        return false;
    if (n)
        memcpy(b->byte + b->n, data, n);
    b->n += n;
    return true;
}

bool gw_bytes_printf(gw_bytes_t *b, const char *fmt, ...)
{
    char buf[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    return n >= 0 && gw_bytes_put(b, buf, (size_t)n < sizeof buf ? (size_t)n : sizeof buf - 1);
}

bool gw_samtags_int(gw_bytes_t *b, const char *tag, int32_t value)
{
    uint8_t t[7] = {(uint8_t)tag[0], (uint8_t)tag[1]};
    uint32_t v = (uint32_t)value;
    size_t n = value < 0 || value > 65535 ? 4 : value > 255 ? 2 : 1;
    t[2] = value < 0 ? 'i' : n == 4 ? 'I' : n == 2 ? 'S' : 'C';
    for (size_t i = 0; i < n; i++)
        t[3 + i] = (uint8_t)(v >> 8 * i);
    return gw_bytes_put(b, t, 3 + n);
}

bool gw_samtags_string(gw_bytes_t *b, const char *tag, const char *s)
{
    return gw_bytes_put(b, tag, 2) && gw_bytes_put(b, "Z", 1) && gw_bytes_put(b, s, strlen(s) + 1);
}

/* 2. copying */
static bool listed(const char *except, const char *tag)
{
    for (; *except; except += 2)
        if (except[0] == tag[0] && except[1] == tag[1])
            return true;
    return false;
}

gw_status_t gw_samtags_copy(gw_bytes_t *b, const uint8_t *aux, size_t n, const char *except,
                            gw_err_t *err)
{
    for (size_t at = 0; at < n;) {
        size_t len = gw_bamtag_size(aux + at, aux + n);
        if (!len)
            return gw_err_set(err, GW_EDATA,
                              "its optional fields are malformed; was the file "
                              "damaged?");
        if (!listed(except, (const char *)aux + at) && !gw_bytes_put(b, aux + at, len))
            return gw_err_nomem(err, "copying tags");
        at += len;
    }
    return GW_OK;
}

/* 3. parsing comments */
static bool parse_array(gw_bytes_t *b, const char *v)
{
    size_t head = b->n + 1;
    char type = *v++;
    uint8_t zero[4] = {0};
    uint32_t count = 0;
    if (!gw_bamtag_type_size((uint8_t)type) || type == 'A' || !gw_bytes_put(b, &type, 1) ||
        !gw_bytes_put(b, zero, 4))
        return false;
    while (*v == ',') {
        char item[64];
        size_t n = strcspn(++v, ",");
        if (n == 0 || n >= sizeof item)
            return false;
        memcpy(item, v, n);
        item[n] = 0;
        v += n;
        uint8_t raw[4];
        int64_t i;
        double d;
        if (type == 'f' ? !gw_text_double(item, &d) : !gw_text_int(item, &i))
            return false;
        float f = type == 'f' ? (float)d : 0;
        int64_t max =
            type == 'f'
                ? 0
                : (INT64_C(1) << (8 * gw_bamtag_type_size((uint8_t)type) - (islower(type) != 0)));
        if (type != 'f' && (i >= max || i < (islower(type) ? -max : 0)))
            return false;
        for (size_t k = 0; k < 4; k++)
            raw[k] = type == 'f' ? 0 : (uint8_t)((uint64_t)i >> 8 * k);
        if (!gw_bytes_put(b, type == 'f' ? (void *)&f : (void *)raw,
                          gw_bamtag_type_size((uint8_t)type)))
            return false;
        count++;
    }
    if (*v)
        return false;
    for (size_t k = 0; k < 4; k++)
        b->byte[head + k] = (uint8_t)(count >> 8 * k);
    return true;
}

static bool parse_one(gw_bytes_t *b, const char *f, size_t n)
{
    if (n < 5 || !isalpha((unsigned char)f[0]) || !isalnum((unsigned char)f[1]) || f[2] != ':' ||
        f[4] != ':')
        return false;
    const char *v = f + 5;
    size_t len = strlen(v);
    float flt;
    double d;
    int64_t i;
    switch (f[3]) {
    case 'A':
        return len == 1 && v[0] > 32 && v[0] < 127 && gw_bytes_put(b, f, 2) &&
               gw_bytes_put(b, "A", 1) && gw_bytes_put(b, v, 1);
    case 'i':
        if (!gw_text_int(v, &i) || i < INT32_MIN || i > UINT32_MAX)
            return false;
        if (i > INT32_MAX) {
            uint32_t u = (uint32_t)i;
            return gw_bytes_put(b, f, 2) && gw_bytes_put(b, "I", 1) && gw_bytes_put(b, &u, 4);
        }
        return gw_samtags_int(b, f, (int32_t)i);
    case 'f':
        if (!gw_text_double(v, &d))
            return false;
        flt = (float)d;
        return gw_bytes_put(b, f, 2) && gw_bytes_put(b, "f", 1) && gw_bytes_put(b, &flt, 4);
    case 'Z':
    case 'H':
        return gw_bytes_put(b, f, 2) && gw_bytes_put(b, f + 3, 1) && gw_bytes_put(b, v, len + 1);
    case 'B':
        return gw_bytes_put(b, f, 2) && gw_bytes_put(b, "B", 1) && parse_array(b, v);
    default:
        return false;
    }
}

gw_status_t gw_samtags_parse(gw_bytes_t *b, const char *text, const char *except, gw_err_t *err)
{
    const char *blank = strchr(text, '\t') ? "\t" : " ";
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, blank);
        char *field = gw_strndup(p, n);
        if (!field)
            return gw_err_nomem(err, "reading comments");
        gw_bytes_t trial = {0};
        bool ok = parse_one(&trial, field, n);
        bool kept = !ok || listed(except, field) || gw_bytes_put(b, trial.byte, trial.n);
        gw_status_t st = GW_OK;
        if (!ok)
            st = gw_err_set(err, GW_EDATA,
                            "its comment '%.60s' is not made of tags such as BC:Z:ACGT; leave -C "
                            "out",
                            text);
        else if (!kept)
            st = gw_err_nomem(err, "reading comments");
        free(trial.byte);
        free(field);
        if (st != GW_OK)
            return st;
        p += n + (p[n] != 0);
    }
    return GW_OK;
}
