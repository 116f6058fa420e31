/* src/fold/attach.h -- sequence profiles of templates from files
 *
 * Contents: 1. attaching
 */
#ifndef GW_FOLD_ATTACH_H
#define GW_FOLD_ATTACH_H

#include "fold/tlib.h"

/* 1. attaching: the profile of dir/NAME.a3m or .hhm (or .gz), NAME the template's. Its columns may
 *    be more or fewer than the residues seen in the structure: they are matched by sequence, and
 *    nine tenths of the residues must meet their like. *why (freed by the caller): NULL when there
 *    is no such file or it was attached (*got), else why it was not. Fails only when memory runs
 *    out. */
GW_RESULT_USED gw_status_t gw_attach_profile(const char *dir, gw_template_t *t, bool *got,
                                             char **why, gw_err_t *err);

#endif
