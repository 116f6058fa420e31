/* src/align/samhead.h -- the header of align's output
 *
 * Source: SAM specification v1, section 1.3
 */
#ifndef GW_ALIGN_SAMHEAD_H
#define GW_ALIGN_SAMHEAD_H

#include <stdbool.h>
#include <htslib/sam.h>

#include "align/index.h"
#include "base/status.h"

/* Checks "@RG\tID:x\tSM:y" (the two letters \t or real tabs). *line: with real tabs; *id: its ID;
 * the caller frees both. GW_EUSAGE says what is wrong. *has_sample: SM is there. */
GW_RESULT_USED gw_status_t gw_samhead_read_group(const char *arg, char **line, char **id,
                                                 bool *has_sample, gw_err_t *err);

typedef struct {
    bool sorted;
    const char *read_group;   /* an @RG line with tabs; replaces those of the input */
    const char *input_header; /* of uBAM input: @RG, @PG and @CO are kept; may be NULL */
    const char *command_line; /* NULL: no @PG */
} gw_samhead_opts_t;

/* The caller destroys *out with sam_hdr_destroy. */
GW_RESULT_USED gw_status_t gw_samhead_make(const gw_index_t *index, const gw_samhead_opts_t *opts,
                                           sam_hdr_t **out, gw_err_t *err);

#endif
