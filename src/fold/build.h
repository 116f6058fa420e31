/* src/fold/build.h -- template libraries from structure files
 *
 * Contents: 1. building
 */
#ifndef GW_FOLD_BUILD_H
#define GW_FOLD_BUILD_H

#include "fold/tlib.h"

/* 1. building: every protein chain of every file, files of folders in name order (folders inside
 *    them too). A file or chain that is left out gets one warning that says why. */
typedef struct {
    const char *profiles; /* folder with NAME.a3m or NAME.hhm by template name; NULL: none */
    const char *panel;    /* library whose profiles calibrate a small one; NULL: none */
    int threads;
} gw_build_opts_t;

typedef struct {
    size_t files, skipped_files, chains, short_chains, with_profile;
    bool calibrated;
} gw_build_counts_t;

/* GW_EDATA when nothing at all could be taken. */
GW_RESULT_USED gw_status_t gw_build_library(const char *out_path, const char *const *path,
                                            size_t n_paths, const gw_build_opts_t *o,
                                            gw_build_counts_t *counts, gw_err_t *err);
/* chance scores for a finished, not yet committed library (see gw_search_calibrate) */
GW_RESULT_USED gw_status_t gw_build_calibrate(gw_tlib_writer_t *w, const char *panel, int threads,
                                              bool *done, gw_err_t *err);

#endif
