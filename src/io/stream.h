/* src/io/stream.h -- bytes in: plain, gzip, BGZF or zstd told by content; whole or refused
 *
 * A compressed stream that is cut, damaged or followed by other bytes is GW_EDATA; so is BGZF
 * without its end marker (SAM specification v1, section 4.1.2). zlib, libdeflate and zstd check
 * their own checksums. Reading is through HTSlib's hFILE, so "-" is stdin.
 */
#ifndef GW_IO_STREAM_H
#define GW_IO_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <htslib/hfile.h>

#include "base/status.h"

typedef struct gw_stream gw_stream_t;

/* GW_ENOINPUT when path cannot be opened. */
GW_RESULT_USED gw_status_t gw_stream_open(const char *path, gw_stream_t **out, gw_err_t *err);
/* The same on an open file, which the stream owns from then on, failure included. */
GW_RESULT_USED gw_status_t gw_stream_attach(hFILE *file, const char *path, gw_stream_t **out,
                                            gw_err_t *err);
/* Before the first read: BGZF is inflated by that many threads, the caller among them (4 at most:
 * then the parser is slower), gzip and zstd by one in the background when there are two. Regular
 * files only; path as it was opened. What is read, errors and their place included, does not
 * depend on it. */
void gw_stream_set_threads(gw_stream_t *s, const char *path, int threads);
/* Up to n bytes into buf; *got == 0 only at the (checked) end. */
GW_RESULT_USED gw_status_t gw_stream_read(gw_stream_t *s, void *buf, size_t n, size_t *got,
                                          gw_err_t *err);
void gw_stream_close(gw_stream_t *s); /* NULL is fine */

/* false when HTSlib could take the name for something else than a local file: http:, s3:, data:,
 * mem:, preload: and the like, or any ://. ./NAME is local whatever NAME is. */
bool gw_stream_is_local(const char *path);
/* Opens path, a local file or "-", for reading; GW_ENOINPUT with the reason. */
GW_RESULT_USED gw_status_t gw_stream_hopen(const char *path, hFILE **out, gw_err_t *err);
/* "-" is called stdin in messages. */
const char *gw_stream_name(const char *path);

#endif
