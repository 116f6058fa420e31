/* src/io/labels.h -- a table that names a group for each sample
 *
 * A tab-separated file with a header line; the first column is the sample, the label is the second
 * or the one whose header is asked for.
 */
#ifndef GW_IO_LABELS_H
#define GW_IO_LABELS_H

#include <stddef.h>

#include "base/mem.h"
#include "base/status.h"

typedef struct {
    const char *sample, *label;
} gw_label_t;

typedef struct {
    gw_label_t *v; /* sorted by sample */
    size_t n, cap;
    gw_arena_t text;
} gw_labels_t;

/* column NULL = the second. GW_ENOINPUT, or GW_EDATA: no such column, a line with too few fields, a
 * sample with two lines. */
GW_RESULT_USED gw_status_t gw_labels_load(const char *path, const char *column, gw_labels_t *out,
                                          gw_err_t *err);
/* NULL when the table lacks the sample */
const char *gw_labels_find(const gw_labels_t *l, const char *sample);
void gw_labels_release(gw_labels_t *l);

#endif
