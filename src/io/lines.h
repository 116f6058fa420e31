/* src/io/lines.h -- a stream as lines: no line end ("\n" or "\r\n") in what is handed out
 */
#ifndef GW_IO_LINES_H
#define GW_IO_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/stream.h"

typedef struct {
    gw_stream_t *stream; /* owned */
    const char *path;    /* borrowed; for messages */
    char *buf;
    size_t at, end, cap, max_len;
    bool eof;
    bool open_end;   /* the line handed out last had no newline: only a file's last line can */
    uint64_t number; /* of the line handed out last, 1-based */
} gw_lines_t;

/* Takes the stream over, on failure too. max_len: longest line accepted. */
GW_RESULT_USED gw_status_t gw_lines_init(gw_lines_t *l, gw_stream_t *stream, const char *path,
                                         size_t max_len, gw_err_t *err);
/* *line == NULL at the end; else valid until the next call. */
GW_RESULT_USED gw_status_t gw_lines_next(gw_lines_t *l, const char **line, size_t *len,
                                         gw_err_t *err);
/* The next line's first byte without taking it, or -1 at the end. */
GW_RESULT_USED gw_status_t gw_lines_peek(gw_lines_t *l, int *byte, gw_err_t *err);
/* The line handed out last comes again; line as it was given by _next, and nothing called since. */
void gw_lines_back(gw_lines_t *l, const char *line);
void gw_lines_release(gw_lines_t *l);

#endif
