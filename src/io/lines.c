#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/lines.h"

enum { FIRST_CAP = 1 << 20 };

gw_status_t gw_lines_init(gw_lines_t *l, gw_stream_t *stream, const char *path, size_t max_len,
                          gw_err_t *err)
{
    *l = (gw_lines_t){.stream = stream, .path = path, .max_len = max_len};
    l->cap = FIRST_CAP;
    l->buf = gw_malloc(l->cap, 1);
    if (!l->buf) {
        gw_lines_release(l);
        return gw_err_nomem(err, "opening an input");
    }
    return GW_OK;
}

void gw_lines_release(gw_lines_t *l)
{
    gw_stream_close(l->stream);
    free(l->buf);
    *l = (gw_lines_t){0};
}

/* Reads more behind what is unused, moving and growing as needed. */
static gw_status_t more(gw_lines_t *l, gw_err_t *err)
{
    if (l->at > 0) {
        memmove(l->buf, l->buf + l->at, l->end - l->at);
        l->end -= l->at;
        l->at = 0;
    }
    if (l->cap - l->end < l->cap / 4) {
        if (l->end > l->max_len)
            return gw_err_set(
                err, GW_EDATA, "%s: line %llu is longer than %zu bytes; is this a text file?",
                gw_stream_name(l->path), (unsigned long long)l->number + 1, l->max_len);
        if (!GW_GROW(l->buf, l->cap, l->cap * 2))
            return gw_err_nomem(err, "reading a long line");
    }
    size_t got;
    gw_status_t st = gw_stream_read(l->stream, l->buf + l->end, l->cap - l->end, &got, err);
    l->end += got;
    l->eof = st == GW_OK && got == 0;
    return st;
}

gw_status_t gw_lines_next(gw_lines_t *l, const char **line, size_t *len, gw_err_t *err)
{
    size_t seen = 0;
    char *nl;
    while (!(nl = memchr(l->buf + l->at + seen, '\n', l->end - l->at - seen)) && !l->eof) {
        seen = l->end - l->at;
        gw_status_t st = more(l, err);
        if (st != GW_OK)
            return st;
    }
    *line = NULL;
    *len = 0;
    if (!nl && l->at == l->end)
        return GW_OK;
    *line = l->buf + l->at;
    *len = nl ? (size_t)(nl - *line) : l->end - l->at;
    l->at += *len + (nl != NULL);
    if (*len > 0 && (*line)[*len - 1] == '\r')
        --*len;
    l->open_end = nl == NULL;
    l->number++;
    return GW_OK;
}

gw_status_t gw_lines_peek(gw_lines_t *l, int *byte, gw_err_t *err)
{
    while (l->at == l->end && !l->eof) {
        gw_status_t st = more(l, err);
        if (st != GW_OK)
            return st;
    }
    *byte = l->at < l->end ? (unsigned char)l->buf[l->at] : -1;
    return GW_OK;
}

void gw_lines_back(gw_lines_t *l, const char *line)
{
    l->at = (size_t)(line - l->buf);
    l->number--;
}
